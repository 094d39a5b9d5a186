"""A pathway shows what it would create; then it creates exactly that, once."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from planner.cases.models import TeamMember, TeamRole
from planner.library import packs
from planner.library.actions import FIRST_PACK
from planner.library.models import Pathway, SessionTemplate
from planner.practice.models import TrailEntry
from planner.sessions import actions, agenda, pathways
from planner.sessions.models import AgendaItem, Handout, Session
from planner.sessions.times import NoSuchTime
from tests import factories

pytestmark = pytest.mark.django_db
ZONE = "America/New_York"
FIRST = datetime(2027, 10, 28, 10, 0)  # a Thursday; the clocks go back before the third session


@pytest.fixture
def talk(db):
    return factories.make_intervention("talk", gates=("joint-task",))


@pytest.fixture
def pathway(talk):
    return factories.make_pathway(talk)


def see(case, pathway, starts_at=FIRST):
    return pathways.preview(case=case, pathway=pathway, starts_at=starts_at, zone=ZONE)


def test_the_preview_creates_nothing(couple, owner, pathway):
    factories.settle_safety(couple, owner)
    seen = see(couple, pathway)
    assert (Session.objects.count(), AgendaItem.objects.count()) == (0, 0)
    assert [plan.starts for plan in seen.plans] == [FIRST, datetime(2027, 11, 4, 10), datetime(2027, 11, 18, 10)]
    assert [line.item.title for line in seen.plans[0].lines] == [
        "Check-in", "Bridge from the last session", "Homework review", "Talk", "Own words", "Summary and feedback",
        "Next homework and date",
    ]  # fmt: skip
    assert seen.plans[0].budget.words == "39 of 50 min"
    assert [len(plan.attendees) for plan in seen.plans] == [2, 1, 2]
    assert seen.reasons == []


def test_a_shut_gate_is_shown_and_its_item_left_out(couple, owner, pathway):
    seen = see(couple, pathway)
    assert seen.left_out == 3
    assert [reason.sentence for reason in seen.reasons] == [
        "Ask Maya alone about safety first. Not yet asked.",
        "Ask Ruben alone about safety first. Not yet asked.",
    ]
    sessions = pathways.lay_pathway(by=owner, case=couple, pathway=pathway, starts_at=FIRST, state=seen.state)
    assert len(sessions) == 3
    assert not AgendaItem.objects.filter(kind="library").exists()


def test_what_was_shown_is_what_is_created(couple, owner, pathway):
    factories.settle_safety(couple, owner)
    seen = see(couple, pathway)
    sessions = pathways.lay_pathway(by=owner, case=couple, pathway=pathway, starts_at=FIRST, state=seen.state)
    for plan, session in zip(seen.plans, sessions, strict=True):
        assert session.wall_start.replace(tzinfo=None) == plan.starts
        assert session.wall_start.tzinfo == ZoneInfo(ZONE)
        items = list(session.items.kept())
        assert [item.title for item in items] == [item.title for item in plan.items]
        assert [item.position for item in items] == list(range(1, len(items) + 1))
        assert set(session.attendees.all()) == set(plan.attendees)
        assert items[0].prompt.startswith(f"First weeks, {plan.number} of 3: ")
    assert sessions[0].items.kept().last().prompt == "If it is too much, then stay here."
    assert (sessions[2].kind, sessions[2].minutes) == ("repair", 60)
    assert Handout.objects.filter(item__session=sessions[0]).count() == 2
    assert Handout.objects.filter(item__session=sessions[1]).count() == 1
    entry = TrailEntry.objects.filter(verb="laid_pathway").get()
    assert entry.detail["sessions"] == [session.pk for session in sessions]


def test_what_changed_since_is_shown_again(couple, owner, pathway):
    factories.settle_safety(couple, owner)
    seen = see(couple, pathway)
    factories.settle_safety(couple, owner, state="concern")
    with pytest.raises(pathways.Changed):
        pathways.lay_pathway(by=owner, case=couple, pathway=pathway, starts_at=FIRST, state=seen.state)
    assert Session.objects.count() == 0


def test_a_closed_case_is_refused(couple, owner, pathway):
    couple.closed_on = "2026-11-20"
    couple.save()
    with pytest.raises(actions.Refused, match="closed"):
        pathways.lay_pathway(by=owner, case=couple, pathway=pathway, starts_at=FIRST, state=see(couple, pathway).state)


def test_a_session_in_the_lost_hour_is_refused(couple, pathway):
    with pytest.raises(NoSuchTime):
        see(couple, pathway, datetime(2027, 3, 7, 2, 30))


def test_a_template_brings_its_own_frame(couple, owner, talk):
    factories.settle_safety(couple, owner)
    items = [
        {"title": "Welcome", "minutes": 5},
        {"intervention": "talk", "minutes": 20},
        {"title": "Room", "minutes": 5},
        {"title": "End", "minutes": 5, "note": "Slow."},
    ]
    SessionTemplate.objects.create(
        slug="hour", name="Hour", aim="Aim", kind="regular", minutes=50, content={"items": items}
    )
    choices = [{"if": "it is calm", "then": "go on."}]
    sessions = [{"title": "One", "template": "hour", "choices": choices}, {"title": "Two", "template": "hour"}]
    pathway = factories.make_pathway(sessions=sessions)
    seen = see(couple, pathway)
    assert [(item.kind, item.title) for item in seen.plans[0].items] == [
        ("opening", "Welcome"), ("library", "Talk"), ("free", "Room"), ("closing", "End"),
    ]  # fmt: skip
    assert seen.plans[0].items[-1].prompt == "Slow.\nIf it is calm, then go on."
    laid = pathways.lay_pathway(by=owner, case=couple, pathway=pathway, starts_at=FIRST, state=seen.state)
    assert laid[0].template.slug == "hour"


def test_what_left_the_library_becomes_a_line_of_words(couple, owner, pathway, talk):
    talk.retired_at = "2026-11-20T10:00Z"
    talk.save()
    assert ("free", "Talk") in [(item.kind, item.title) for item in see(couple, pathway).plans[0].items]


def test_the_hours_of_the_first_pack_add_up():
    """Work and frame of every session fill its minutes, or leave a few."""
    free = [
        (path.stem, session.title, left)
        for path in sorted((FIRST_PACK / "pathways").glob("*.yaml"))
        for session in packs.parse(packs.PathwayFile, path.read_text(), path.name).sessions
        if not session.template
        and not 0 <= (left := session.minutes - sum(one.minutes for one in work_and_frame(session))) <= 5
    ]
    assert free == []


def work_and_frame(session):
    openings, closings = agenda.frame(session.kind, session.minutes)
    return [*openings, *session.items, *closings]


# Pages


def test_from_the_pathway_to_planned_sessions(couple, owner, pathway, signed_in):
    factories.settle_safety(couple, owner)
    browser = signed_in(owner)
    chosen = browser.get(reverse("pathway_case", args=[pathway.pk]))
    address = reverse("pathway_lay", args=[couple.pk])
    assert f'href="{address}?pathway={pathway.pk}"' in chosen.content.decode()
    assert browser.get(f"{address}?pathway={pathway.pk}").status_code == 200
    page = browser.get(address, {"pathway": pathway.pk, "day": "2027-10-28", "clock": "10:00"})
    shown = page.content.decode()
    assert "3 sessions would be planned" in shown and "Thu 28 Oct 2027, 10:00" in shown
    assert "Plan these 3 sessions" in shown and Session.objects.count() == 0
    sent = {
        "pathway": pathway.pk, "day": "2027-10-28", "clock": "10:00", "state": page.context["seen"].state,
        "once": "k" * 32,
    }  # fmt: skip
    answer = browser.post(address, sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/sessions/?case={couple.pk}")
    assert browser.post(address, sent)["Location"] == answer["Location"]
    assert Session.objects.count() == 3


def test_an_old_preview_is_answered_with_a_new_one(couple, owner, pathway, signed_in):
    sent = {"pathway": pathway.pk, "day": "2027-10-28", "clock": "10:00", "state": "old"}
    answer = signed_in(owner).post(reverse("pathway_lay", args=[couple.pk]), sent)
    assert answer.status_code == 409
    assert "Something has changed since this was shown." in answer.content.decode()
    assert "3 items are left out until this is settled:" in answer.content.decode()
    assert Session.objects.count() == 0


@pytest.mark.parametrize("bad", [{"day": "never"}, {"day": "9999-12-31"}, {"clock": "25:00"}, {"pathway": "x"}])
def test_a_bent_address_is_answered(couple, owner, pathway, signed_in, bad):
    asked = {"pathway": pathway.pk, "day": "2027-10-28", "clock": "10:00", **bad}
    assert signed_in(owner).get(reverse("pathway_lay", args=[couple.pk]), asked).status_code == 422


def test_the_lost_hour_is_said_beside_the_time(couple, owner, pathway, signed_in):
    asked = {"pathway": pathway.pk, "day": "2027-03-07", "clock": "02:30"}
    answer = signed_in(owner).get(reverse("pathway_lay", args=[couple.pk]), asked)
    assert answer.status_code == 422 and "The clock is set forward that night" in answer.content.decode()


def test_only_who_may_edit_the_case_lays_a_pathway(couple, owner, supervisor, colleague, pathway, signed_in):
    TeamMember.objects.create(case=couple, user=supervisor, role=TeamRole.SUPERVISOR)
    address = reverse("pathway_lay", args=[couple.pk])
    statuses = [signed_in(user).get(address).status_code for user in (owner, colleague, supervisor)]
    assert statuses == [200, 404, 403]


def test_only_pathways_of_the_case_s_kind_are_offered(owner, pathway, signed_in):
    alone = factories.make_case(owner, kind="individual", names=("Jo",))
    page = signed_in(owner).get(reverse("pathway_lay", args=[alone.pk]))
    assert "The library has no pathway for a case of this kind." in page.content.decode()
    assert (
        "None of your open cases" in signed_in(owner).get(reverse("pathway_case", args=[pathway.pk])).content.decode()
    )


@pytest.mark.parametrize("sessions", [1, 3])
def test_the_preview_costs_the_same_for_two_and_for_six(
    couple, owner, pathway, signed_in, sessions, django_assert_num_queries
):
    content = dict(pathway.content, sessions=pathway.content["sessions"][:2] * sessions)
    Pathway.objects.filter(pk=pathway.pk).update(content=content)
    browser, asked = signed_in(owner), {"pathway": pathway.pk, "day": "2027-10-28", "clock": "10:00"}
    browser.get(reverse("pathway_lay", args=[couple.pk]), asked)
    with django_assert_num_queries(12):
        browser.get(reverse("pathway_lay", args=[couple.pk]), asked)
