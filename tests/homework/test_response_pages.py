"""What came back: ticked, typed in, filled in by the client on a screen handed over; reviewed or carried; shared."""

import contextlib

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.base.models import Stale
from planner.homework import response_actions
from planner.homework.actions import GateShut, Refused
from planner.homework.models import Assignment, AssignmentState, Response
from planner.practice.models import TrailEntry
from tests import factories


@pytest.fixture
def page(signed_in, owner, couple):
    return signed_in(owner)


@pytest.fixture
def maya(couple):
    return couple.participants.first().person


@pytest.fixture
def row(couple, owner, maya):
    edition = factories.make_intervention("check-in").worksheets.first().current
    return factories.make_assignment(couple, owner, maya, edition)


def go(name, row):
    return reverse(name, args=[row.pk])


@pytest.mark.parametrize("outcome", ["brought", "no_sheet", "not_this_time"])
def test_it_is_ticked_off_with_the_reason_and_figures(page, row, outcome):
    data = {"version": row.version, "outcome": outcome, "reason": "A hard week.", "amount_client": "6"}
    assert page.post(go("assignment_tick", row), data).status_code == 302
    response = Response.objects.get()
    assert (response.outcome, response.reason, response.amount_client, response.way) == (
        outcome,
        "A hard week.",
        6,
        "ticked",
    )
    row.refresh_from_db()
    assert row.state == AssignmentState.BACK
    assert "A hard week" not in str(TrailEntry.objects.get(verb="came back").detail)


def test_wild_figures_and_a_colleague_who_was_quicker_are_told(page, row, owner):
    assert (
        page.post(
            go("assignment_tick", row), {"version": row.version, "outcome": "brought", "amount_client": "11"}
        ).status_code
        == 422
    )
    response_actions.carry(by=owner, assignment=row, version=row.version)
    late = page.post(go("assignment_tick", row), {"version": "1", "outcome": "brought", "reason": "Mine"})
    assert late.status_code == 409 and "Mine" in late.content.decode() and not Response.objects.exists()


def test_it_is_typed_in_from_paper(page, row):
    shown = page.get(go("assignment_fill", row)).content.decode()
    assert "When was it hard to feel safe?" in shown and "pull at you" not in shown
    saved = page.post(
        go("assignment_fill", row),
        {"pause_word": "Zoë 北", "close-4": "on", "version": "0"},
        headers={"X-Background": "1"},
    )
    assert saved.status_code == 200 and saved.json()["version"] == 1
    row.refresh_from_db()
    assert row.state == AssignmentState.OPEN and not Response.objects.get().finished_at
    done = page.post(
        go("assignment_fill", row), {"pause_word": "Zoë 北", "close-4": "on", "hard": "a\nb", "version": "1"}
    )
    assert done.url == go("assignment", row)
    response = Response.objects.get()
    assert response.answers == {"pause_word": "Zoë 北", "hard": "a\nb", "close": 4}
    row.refresh_from_db()
    assert row.state == AssignmentState.BACK
    assert "Zoë 北" in page.get(go("assignment", row)).content.decode()


def test_two_ticks_where_one_is_asked_are_said_beside_the_field(page, row):
    response = page.post(go("assignment_fill", row), {"close-4": "on", "close-7": "on", "hard": "kept", "version": "0"})
    shown = response.content.decode()
    assert response.status_code == 422 and 'id="close-7-problem"' in shown and "kept" in shown
    assert not Response.objects.exists()


def test_two_people_at_one_sheet_lose_nothing(page, row, owner):
    response_actions.save_draft(by=owner, assignment=row, way="typed", values={"hard": "theirs"}, version=0)
    with pytest.raises(Stale):
        response_actions.save_draft(by=owner, assignment=row, way="typed", values={"hard": "mine"}, version=0)
    late = page.post(go("assignment_fill", row), {"hard": "mine", "version": "0"})
    assert late.status_code == 409 and "mine" in late.content.decode()
    assert Response.objects.get().values == {"hard": "theirs"}


# The screen in the client's hands


def test_handed_over_nothing_else_opens_until_the_password(page, row, couple, owner):
    assert page.post(go("hand_over", row)).url == go("handed_sheet", row)
    sheet = page.get(go("handed_sheet", row)).content.decode()
    assert (
        "Your sheet, Maya." in sheet and "Ruben" not in sheet and couple.code not in sheet and owner.name not in sheet
    )
    for name, args in (("today", []), ("case", [couple.pk]), ("assignment", [row.pk]), ("search", []), ("profile", [])):
        shut = page.get(reverse(name, args=args))
        assert (shut.status_code, shut.url) == (302, go("handed_sheet", row))
    assert page.get(reverse("today"), headers={"HX-Request": "true"}).status_code == 403
    assert page.post(reverse("assignment_review", args=[row.pk]), {"to": "carry", "version": "1"}).status_code == 403
    assert page.post(reverse("take_back"), {"password": "wrong"}).status_code == 422
    assert page.get(reverse("today")).status_code == 302
    assert page.post(reverse("take_back"), {"password": factories.PASSWORD}).url == go("assignment", row)
    assert page.get(reverse("today")).status_code == 200
    assert page.get(go("handed_sheet", row)).status_code == 404


def test_the_client_fills_it_in_and_it_waits(page, row):
    page.post(go("hand_over", row))
    done = page.post(go("handed_sheet", row), {"hard": "On Tuesday", "quality_client": "7", "version": "0"})
    assert done.url == f"{go('handed_sheet', row)}?done=1"
    response = Response.objects.get()
    assert (response.way, response.quality_client) == ("screen", 7)
    row.refresh_from_db()
    assert row.state == AssignmentState.BACK


def test_sharing_is_the_writer_s_own_act_and_can_be_taken_back(page, row, owner, couple):
    factories.settle_safety(couple, owner)
    page.post(go("hand_over", row))
    page.post(go("handed_sheet", row), {"hard": "On Tuesday", "version": "0"})
    assert "This is private" in page.get(f"{go('handed_sheet', row)}?done=1").content.decode()
    page.post(go("handed_share", row), {"to": "share"})
    response = Response.objects.get()
    assert response.sharings.filter(withdrawn_at=None, person=row.person).exists()
    page.post(go("handed_share", row), {"to": "private"})
    assert not response.sharings.filter(withdrawn_at=None).exists()
    page.post(reverse("take_back"), {"password": factories.PASSWORD})
    assert page.post(go("handed_share", row), {"to": "share"}).status_code == 404  # not on the clinician's screen
    ruben = couple.participants.last().person
    with pytest.raises(Refused):
        response_actions.share(by=owner, response=response, person=ruben)


def test_nothing_is_shared_while_its_gate_is_shut(row, owner, maya):
    response = factories.make_response(row, owner)
    with pytest.raises(GateShut):
        response_actions.share(by=owner, response=response, person=maya)


# Nothing is lost between two sessions


def test_reviewed_carried_and_taken_up_again(page, row):
    page.post(go("assignment_review", row), {"to": "carry", "version": "1"})
    row.refresh_from_db()
    assert (row.carried, row.state) == (1, AssignmentState.OPEN)
    page.post(go("assignment_review", row), {"to": "reviewed", "version": row.version, "note": "We looked."})
    row.refresh_from_db()
    assert (row.state, row.review_note) == (AssignmentState.REVIEWED, "We looked.")
    page.post(go("assignment_review", row), {"to": "again", "version": row.version})
    row.refresh_from_db()
    assert (row.state, row.reviewed_on) == (AssignmentState.OPEN, None)
    late = page.post(go("assignment_review", row), {"to": "reviewed", "version": "1", "note": "Mine"})
    assert late.status_code == 409 and "Mine" in late.content.decode()


STEPS = ("tick", "draft", "finish", "review", "carry", "reopen", "returned")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=12))
def test_every_assignment_is_open_waits_or_is_reviewed(row, owner, couple, steps):
    Response.objects.all().delete()
    Assignment.objects.update(state="open", reviewed_on=None, reviewed_by=None, version=1)
    for step in steps:
        row.refresh_from_db()
        answers = row.responses.finished().count()
        with contextlib.suppress(Refused, Stale):
            do(step, row, owner)
        row.refresh_from_db()
        seen = list(Assignment.objects.to_review(couple))
        assert (row in seen) == (row.state != AssignmentState.REVIEWED)
        assert row.state in AssignmentState.values
        if row.responses.finished().count() > answers:
            assert row.state == AssignmentState.BACK  # whatever comes back waits, also after a review


def do(step, row, owner):
    if step in ("draft", "finish"):
        draft = response_actions.draft_of(row)
        keep = response_actions.save_draft if step == "draft" else response_actions.finish
        keep(by=owner, assignment=row, way="typed", values={"hard": step}, version=draft.version if draft else 0)
    elif step == "tick":
        response_actions.tick(by=owner, assignment=row, version=row.version, outcome="no_sheet")
    elif step == "returned":
        response_actions.tick(by=owner, assignment=row, version=row.version, outcome="brought")
    else:
        getattr(response_actions, step)(by=owner, assignment=row, version=row.version)
