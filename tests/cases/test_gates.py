"""The gating matrix: what stops, what warns, how an override holds and when it ends."""

from typing import get_args

import pytest

from planner.cases import actions, gates
from planner.cases.models import FlagKind, SafetyFlag
from planner.library import packs
from tests import factories

pytestmark = pytest.mark.django_db
VIOLENCE_GATES = {"joint-task", "disclosure", "facilitated-disclosure", "shared-record", "joint-relapse-plan"}
REASON = "Both were asked alone this morning by phone; the form is not filed yet."


def blocked(case, **how):
    return {reason.gate for reason in gates.look(case, gates.MATRIX, **how).blocked}


def warned(case):
    return {reason.gate for reason in gates.look(case, gates.MATRIX).warnings}


def find(case, by, kind, state="concern", place=0):
    person = case.participants.all()[place].person
    return actions.record_flag(by=by, case=case, person=person, kind=kind, state=state, basis="asked alone")


@pytest.fixture
def settled(couple, owner):
    """A couple in which both were asked alone and nothing was found."""
    factories.settle_safety(couple, owner)
    return couple


def test_the_matrix_knows_every_gate_of_a_pack_and_no_other():
    assert set(gates.MATRIX) == set(get_args(packs.Gate)) == set(gates.LABELS)


def test_the_matrix_knows_every_flag_and_no_other():
    named = {kind for effects in gates.MATRIX.values() for kind in effects}
    assert named == {*FlagKind.values, gates.MINOR}


def test_nobody_was_asked_yet(couple):
    assert blocked(couple) == VIOLENCE_GATES
    sentences = [reason.sentence for reason in gates.look(couple, ["joint-task"]).blocked]
    assert sentences == [
        "Ask Maya alone about safety first. Not yet asked.",
        "Ask Ruben alone about safety first. Not yet asked.",
    ]


def test_one_partner_alone_is_not_enough(couple, owner):
    find(couple, owner, "violence", "clear", place=0)
    assert [reason.person_id for reason in gates.look(couple, ["joint-task"]).blocked] == [
        couple.participants.all()[1].person_id
    ]


def test_settled_is_open(settled):
    verdict = gates.look(settled, gates.MATRIX)
    assert verdict.open and verdict.warnings == []


def test_an_individual_case_needs_no_asking_but_a_concern_warns(owner):
    case = factories.make_case(owner, kind="individual", names=("Jo",))
    assert blocked(case) == set()
    find(case, owner, "violence")
    assert blocked(case) == set()
    assert warned(case) == VIOLENCE_GATES | {"information-sharing"}


@pytest.mark.parametrize(
    ("kind", "stops", "warns"),
    [
        ("violence", VIOLENCE_GATES, {"information-sharing"}),
        ("suicide", {"facilitated-disclosure"}, {"exposure-or-guilt", "graded-exposure"}),
        (
            "withdrawal",
            {"facilitated-disclosure", "graded-exposure", "mindfulness"},
            {"joint-relapse-plan", "own-relapse-plan"},
        ),
        (
            "legal",
            {"disclosure", "facilitated-disclosure", "shared-record"},
            {"joint-task", "joint-relapse-plan", "own-relapse-plan", "information-sharing"},
        ),
        ("dissociation", set(), {"graded-exposure", "story-work", "mindfulness"}),
        ("psychosis", VIOLENCE_GATES | {"mindfulness"}, {"story-work"}),
    ],
)
def test_what_a_concern_does(settled, owner, kind, stops, warns):
    find(settled, owner, kind)
    assert (blocked(settled), warned(settled)) == (stops, warns)
    find(settled, owner, kind, "clear")
    assert (blocked(settled), warned(settled)) == (set(), set())


def test_a_minor_in_the_case(settled):
    person = settled.participants.all()[1].person
    person.is_minor = True
    person.save()
    assert blocked(settled) == {"adult-content"}
    assert warned(settled) == {"joint-task", "shared-record"}


def test_only_those_who_attend_count(couple, owner):
    find(couple, owner, "violence", "clear", place=0)
    first = couple.participants.all()[:1]
    assert blocked(couple, participants=first) == set()
    assert blocked(couple) == VIOLENCE_GATES


def test_who_has_left_does_not_count(couple, owner):
    find(couple, owner, "violence", "clear", place=0)
    couple.participants.filter(person__name="Ruben").update(left_on="2026-01-01")
    assert blocked(couple) == set()


def test_the_newest_finding_counts(settled, owner):
    find(settled, owner, "violence", "concern")
    find(settled, owner, "violence", "clear")
    assert blocked(settled) == set()
    find(settled, owner, "violence", "not_yet")
    assert blocked(settled) == VIOLENCE_GATES


def test_an_override_opens_one_gate_and_stays_visible(couple, owner):
    actions.override_gate(by=owner, case=couple, gate="joint-task", reason=REASON)
    assert blocked(couple) == VIOLENCE_GATES - {"joint-task"}
    verdict = gates.look(couple, ["joint-task"])
    assert verdict.open
    assert [reason.overridden for reason in verdict.warnings] == [True, True]


def test_an_override_ends_with_a_newer_finding_that_bears_on_the_gate(couple, owner):
    actions.override_gate(by=owner, case=couple, gate="joint-task", reason=REASON)
    find(couple, owner, "withdrawal", "clear")
    assert gates.look(couple, ["joint-task"]).open
    find(couple, owner, "violence", "concern")
    assert not gates.look(couple, ["joint-task"]).open


def test_an_override_ends_when_somebody_joins(couple, owner):
    couple.kind = "family"
    couple.save()
    actions.override_gate(by=owner, case=couple, gate="joint-task", reason=REASON)
    actions.add_participant(by=owner, case=couple, name="Ada", role="caregiver")
    assert not gates.look(couple, ["joint-task"]).open


def test_an_override_is_of_one_case(couple, owner):
    other = factories.make_case(owner)
    actions.override_gate(by=owner, case=couple, gate="joint-task", reason=REASON)
    assert not gates.look(other, ["joint-task"]).open


def test_one_look_serves_a_whole_page(couple):
    verdict = gates.look(couple, gates.MATRIX)
    assert verdict.of([]).open
    assert not verdict.of(["joint-task"]).open
    assert verdict.of(["mindfulness"]).open
    assert set(verdict.shut_gates) == VIOLENCE_GATES


def test_no_gates_cost_nothing(couple, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert gates.look(couple, []).open


@pytest.mark.parametrize("people", [1, 3])
def test_a_look_costs_the_same_for_one_and_for_three(owner, people, django_assert_num_queries):
    case = factories.make_case(owner, kind="family", names=("Ada", "Ben", "Cy")[:people])
    actions.override_gate(by=owner, case=case, gate="joint-task", reason=REASON)
    factories.settle_safety(case, owner, state="concern", kind="psychosis")
    assert SafetyFlag.objects.count() == people
    with django_assert_num_queries(4):
        gates.look(case, gates.MATRIX)


def test_where_nothing_stops_no_override_is_asked_for(settled, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert gates.look(settled, gates.MATRIX).open
