"""What the plan asks of the next hour, each with its reason."""

from __future__ import annotations

import pytest
from django.urls import reverse

from planner.plans.models import PlannedIntervention
from planner.sessions import actions
from planner.sessions.page import Plan
from tests import factories


@pytest.fixture
def objective(couple, owner):
    return factories.make_objective(couple, owner)


@pytest.fixture
def talk(objective):
    entry = factories.make_intervention("steady-talk")
    PlannedIntervention.objects.create(
        objective=objective, position=1, edition=entry.current, name=entry.name, minutes=20
    )
    return entry


@pytest.fixture
def session(couple, owner):
    return factories.make_session(couple, owner)


def asked(session, owner):
    return [(need.key.partition("-")[0], need.title, need.reason) for need in Plan(session, owner).needs.all]


def hold(couple, owner, days, objective=None, entry=None, done="done"):
    session = factories.make_session(couple, owner, days=days, items=(), state="held")
    edition = entry.current if entry else None
    session.items.create(position=1, kind="library" if entry else "free", title="Work", objective=objective,
                         edition=edition, done=done)  # fmt: skip
    return session


def test_without_a_plan_nothing_is_asked(session, owner):
    assert asked(session, owner) == []


def test_an_objective_without_work_says_so(session, owner, objective):
    assert asked(session, owner) == [("objective", "Ruben tells an urge within a day.", "no work on 1.1 yet")]


def test_a_planned_intervention_that_was_never_done_comes_first(session, owner, talk):
    assert asked(session, owner) == [("planned", "Steady talk", "planned for 1.1, not done yet")]


def test_once_it_was_done_the_objective_rests_for_three_sessions(session, couple, owner, objective, talk):
    hold(couple, owner, -28, objective, talk)
    assert asked(session, owner) == []
    for days in (-21, -14):
        hold(couple, owner, days)
    assert asked(session, owner) == []
    hold(couple, owner, -7)
    assert asked(session, owner) == [
        ("objective", "Ruben tells an urge within a day.", "no work on 1.1 in the last 3 sessions")
    ]


def test_what_was_left_counts_as_no_work(session, couple, owner, objective, talk):
    hold(couple, owner, -7, objective, talk, done="left")
    assert [row[0] for row in asked(session, owner)] == ["planned"]


def test_a_note_that_names_the_objective_is_work(session, couple, owner, objective):
    note = factories.make_note(hold(couple, owner, -7), owner)
    note.objectives.create(objective=objective, step="same")
    assert asked(session, owner) == []


def test_work_on_an_earlier_version_counts(session, couple, owner, objective):
    hold(couple, owner, -7, objective)
    plan = objective.goal.plan
    type(plan).objects.filter(pk=plan.pk).update(state="superseded")
    newer = factories.make_objective(couple, owner, number=2)
    type(newer).objects.filter(pk=newer.pk).update(line=objective.line)
    assert asked(session, owner) == []


def test_homework_waits_for_those_who_come(session, couple, owner):
    maya, ruben = couple.participants.all()
    session.attendees.set([ruben])
    factories.make_assignment(couple, owner, ruben.person, title="Evening walk")
    factories.make_assignment(couple, owner, maya.person, title="CANARY of Maya")
    factories.make_assignment(couple, owner, None, title="Weekly talk", state="back")
    assert [(title, reason.split(" on ")[0]) for _kind, title, reason in asked(session, owner)] == [
        ("Homework: Weekly talk", "came back, waits for review"), ("Homework: Evening walk (Ruben)", "given"),
    ]  # fmt: skip


def test_the_same_sheet_of_both_is_looked_at_with_each(signed_in, session, couple, owner):
    maya, ruben = couple.participants.all()
    rows = [factories.make_assignment(couple, owner, one.person, title="Weekly talk") for one in (maya, ruben)]
    client, address = signed_in(owner), reverse("need_add", args=[session.pk])
    for left, row in ((1, rows[0]), (0, rows[1])):
        client.post(address, {"version": session.version, "need": f"homework-{row.pk}"})
        session.refresh_from_db()
        assert len(asked(session, owner)) == left
    items = session.items.exclude(assignment=None).order_by("position")
    assert [(item.title, item.assignment) for item in items] == [
        ("Homework: Weekly talk (Maya)", rows[0]), ("Homework: Weekly talk (Ruben)", rows[1]),
    ]  # fmt: skip
    for name in ("session_plan", "session_run"):
        shown = client.get(reverse(name, args=[session.pk])).content.decode()
        assert name == "session_run" or all(reverse("assignment", args=[row.pk]) in shown for row in rows)


def test_taking_it_up_carries_the_objective(signed_in, session, owner, objective, talk):
    key = Plan(session, owner).needs.all[0].key
    client, address = signed_in(owner), reverse("need_add", args=[session.pk])
    client.post(address, {"version": session.version, "need": key})
    item = session.items.get(edition=talk.current)
    assert (item.objective, item.minutes) == (objective, 20)
    session.refresh_from_db()
    assert asked(session, owner) == []
    assert client.post(address, {"version": session.version, "need": key}).status_code == 422


@pytest.mark.parametrize("key", ["", "planned-0", "objective-x", "homework-", "\x00", "planned-99999999999999999999"])
def test_a_wild_key_adds_nothing(signed_in, session, owner, objective, key):
    before = session.items.count()
    answer = signed_in(owner).post(reverse("need_add", args=[session.pk]), {"version": session.version, "need": key})
    assert (answer.status_code, session.items.count()) == (422, before)


def test_an_intervention_from_the_library_finds_its_objective(session, owner, objective, talk):
    item = actions.add_library_item(session, talk, by=owner, version=session.version)
    assert item.objective == objective


def test_an_item_is_given_its_objective_in_the_planner(signed_in, session, owner, stranger, objective):
    item, client = session.items.first(), signed_in(owner)
    address = reverse("item_change", args=[session.pk, item.pk])
    client.post(address, {"version": session.version, "objective": objective.pk})
    item.refresh_from_db()
    assert item.objective == objective
    session.refresh_from_db()
    foreign = factories.make_objective(factories.make_case(stranger), stranger)
    assert client.post(address, {"version": session.version, "objective": foreign.pk}).status_code == 422
    client.post(address, {"version": session.version, "objective": ""})
    item.refresh_from_db()
    assert item.objective is None


def test_what_was_left_takes_its_objective_along(couple, owner, objective, session):
    hold(couple, owner, -7, objective, done="left")
    added, _verdict = actions.carry_over(session, by=owner, version=session.version)
    assert added[0].objective == objective


def test_as_many_queries_for_one_objective_as_for_three(session, couple, owner, django_assert_num_queries):
    for count in (1, 2):
        for _n in range(count):
            factories.make_objective(couple, owner)
            hold(couple, owner, -7)
        plan = Plan(session, owner)
        plan.attending, plan.items, plan.verdict  # noqa: B018  (read before, by the page)
        with django_assert_num_queries(6):
            plan.needs.all  # noqa: B018
