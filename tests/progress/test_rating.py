"""A filled measure: who may read it, what is refused, what asks for a safety check, when the next is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from planner.cases import gates
from planner.cases.actions import record_flag
from planner.practice.models import TrailEntry
from planner.progress import actions, due, setting_actions
from planner.progress.actions import Refused
from planner.progress.models import DueRule, Rating
from tests import factories

PHQ = dict.fromkeys(range(1, 10), 1)


@pytest.fixture
def maya(couple):
    return couple.participants.all()[0].person


@pytest.fixture
def ruben(couple):
    return couple.participants.all()[1].person


def test_a_rating_is_private_to_its_person(couple, owner, maya, ruben):
    rating = actions.rate(by=owner, case=couple, person=maya, measure="trust", items={1: 4})
    assert (rating.audience, rating.reader, rating.score, rating.complete) == ("person", maya, 4, True)
    assert Rating.objects.readable_by(maya).count() == 1
    assert not Rating.objects.readable_by(ruben).exists()
    assert not Rating.objects.readable_by(None).exists()


def test_a_rating_is_never_for_the_whole_case(couple, owner, maya):
    with pytest.raises(Refused) as refused:
        actions.rate(by=owner, case=couple, person=maya, measure="trust", items={1: 4}, audience="case")
    assert refused.value.field == "audience"


def test_a_rating_keeps_what_it_was_scored_with(couple, owner, maya):
    rating = actions.rate(by=owner, case=couple, person=maya, measure="phq-9", items=PHQ | {9: 0})
    rating.refresh_from_db()
    assert (rating.measure_version, rating.scorer, rating.way, rating.score) == ("1", 1, "items", 8)
    assert rating.items == {str(n): 1 for n in range(1, 9)} | {"9": 0}


def test_the_trail_says_nothing_of_a_rating(couple, owner, maya):
    actions.rate(by=owner, case=couple, person=maya, measure="trust", items={1: 4})
    entry = TrailEntry.objects.latest("pk")
    assert (entry.verb, entry.what, entry.detail) == ("measured", "rating", {})


REFUSED = [
    ({"measure": "no-such"}, "measure"),
    ({"items": None}, "score"),
    ({"score": 3}, "score"),
    ({"items": {1: 11}}, "item_1"),
    ({"items": {2: 1}}, "item_2"),
    ({"items": {1: None}}, None),
    ({"measure": "phq-9", "items": None, "score": 28, "risk_answers": {9: 0}}, "score"),
    ({"measure": "phq-9", "items": None, "score": 5}, "item_9"),
    ({"measure": "phq-9", "items": None, "score": float("nan"), "risk_answers": {9: 0}}, "score"),
    ({"measure": "core-10", "items": None, "score": 5}, "risk_told"),
    ({"measure": "core-10", "items": {1: 1}, "risk_told": False}, "score"),
    ({"measure": "csi-4", "items": None, "score": -1}, "score"),
    ({"measure": "bam-r", "items": None, "score": 3}, "score"),
    ({"on": date(2999, 1, 1)}, "on"),
]


@pytest.mark.parametrize(("given", "field"), REFUSED)
def test_what_cannot_be_is_refused_with_its_field(couple, owner, maya, given, field):
    with pytest.raises(Refused) as refused:
        actions.rate(by=owner, case=couple, person=maya, **{"measure": "trust", "items": {1: 4}, **given})
    assert refused.value.field == field
    assert not Rating.objects.exists()


def test_a_measure_of_another_case_is_refused(couple, owner):
    elsewhere = factories.make_case(owner).participants.first().person
    with pytest.raises(Refused) as refused:
        actions.rate(by=owner, case=couple, person=elsewhere, measure="trust", items={1: 4})
    assert refused.value.field == "person"


# Risk


def raise_risk(by, case, person, **given):
    return actions.rate(by=by, case=case, person=person, **{"measure": "phq-9", "items": PHQ, **given})


def asking():
    return list(Rating.objects.asking_to_look().values_list("pk", flat=True))


def test_item_9_asks_at_once_and_shuts_the_facilitated_disclosure(couple, owner, maya):
    factories.settle_safety(couple, owner)
    assert gates.look(couple, ["facilitated-disclosure"]).open
    rating = raise_risk(owner, couple, maya)
    assert rating.risk == [9]
    assert asking() == [rating.pk]
    flag = couple.flags.first()
    assert (flag.kind, flag.state, flag.person) == ("suicide", "not_yet", maya)
    verdict = gates.look(couple, ["facilitated-disclosure", "exposure-or-guilt"])
    assert [(reason.gate, reason.flag) for reason in verdict.blocked] == [("facilitated-disclosure", "suicide")]
    assert [(reason.gate, reason.flag) for reason in verdict.warnings] == [("exposure-or-guilt", "suicide")]


def test_item_9_at_0_asks_nothing(couple, owner, maya):
    raise_risk(owner, couple, maya, items=PHQ | {9: 0})
    assert asking() == []
    assert not couple.flags.exists()


def test_a_risk_item_asks_although_other_answers_are_missing(couple, owner, maya):
    rating = raise_risk(owner, couple, maya, items={9: 2})
    assert (rating.complete, rating.score, asking()) == (False, None, [rating.pk])


@pytest.mark.parametrize(
    "given",
    [
        {"items": None, "score": 6, "risk_answers": {9: 1}},
        {"measure": "core-10", "items": None, "score": 12, "risk_told": True},
    ],
)
def test_a_score_alone_hides_no_risk(couple, owner, maya, given):
    rating = raise_risk(owner, couple, maya, **given)
    assert asking() == [rating.pk]


def test_a_finding_recorded_since_answers_it(couple, owner, maya, ruben):
    raise_risk(owner, couple, maya)
    record_flag(by=owner, case=couple, person=ruben, kind="suicide", state="clear", basis="Asked")
    assert len(asking()) == 1
    record_flag(by=owner, case=couple, person=maya, kind="suicide", state="clear", basis="Asked")
    assert asking() == []


def test_a_look_needs_words_and_answers_it(couple, owner, maya):
    rating = raise_risk(owner, couple, maya)
    with pytest.raises(Refused):
        actions.look_at_risk(by=owner, rating=rating, note=" ")
    actions.look_at_risk(by=owner, rating=rating, note="Asked; safety plan renewed.")
    assert asking() == []


def test_the_rule_never_stands_in_front_of_a_recorded_concern(couple, owner, maya):
    record_flag(by=owner, case=couple, person=maya, kind="suicide", state="concern", basis="Said so")
    raise_risk(owner, couple, maya)
    assert couple.flags.filter(kind="suicide").count() == 1
    assert couple.flags.first().state == "concern"


def test_a_withdrawn_rating_asks_nothing(couple, owner, maya):
    actions.withdraw(by=owner, row=raise_risk(owner, couple, maya), reason="Wrong person")
    assert asking() == []


# Due

DAY = date(2026, 6, 1)


def rule(unit, every=1, since=DAY):
    return DueRule(unit=unit, every=every, since=since)


def days(*numbers):
    return [DAY + timedelta(days=number) for number in numbers]


DUE = [
    ("sessions", 1, None, 0, [], True),  # never filled: as soon as the rule holds
    ("sessions", 1, None, -1, [], False),  # the rule does not hold yet
    ("sessions", 1, 0, 0, [], False),  # filled today
    ("sessions", 1, 0, 7, [0], True),
    ("sessions", 3, 0, 7, [0], False),  # the first session after it
    ("sessions", 3, 0, 14, [0, 7], False),
    ("sessions", 3, 0, 21, [0, 7, 14], True),
    ("weeks", 4, 0, 27, [], False),
    ("weeks", 4, 0, 28, [], True),
    ("weeks", 1, 0, 400, [], True),
]


@pytest.mark.parametrize(("unit", "every", "last", "on", "held", "expected"), DUE)
def test_when_a_measure_is_due(unit, every, last, on, held, expected):
    last = None if last is None else DAY + timedelta(days=last)
    assert due.is_due(rule(unit, every), last, DAY + timedelta(days=on), held=days(*held)) is expected


@pytest.mark.parametrize("unit", ["review", "booster"])
def test_reviews_and_boosters_ask_when_they_come(unit):
    hour = {unit: True}
    assert due.is_due(rule(unit), None, DAY, **hour)
    assert not due.is_due(rule(unit), None, DAY)
    assert not due.is_due(rule(unit), DAY, DAY + timedelta(days=7), **hour)  # fresh enough
    assert due.is_due(rule(unit), DAY, DAY + timedelta(days=8), **hour)


def test_each_measure_of_a_person_is_due_once(couple, owner, maya, ruben):
    for person, unit in ((maya, "sessions"), (maya, "weeks"), (ruben, "sessions")):
        setting_actions.set_due(by=owner, case=couple, person=person, measure="trust", unit=unit)
    found = due.due_for(couple, timezone.localdate())
    assert [(one.person, one.measure, one.last) for one in found] == [(maya, "trust", None), (ruben, "trust", None)]
    actions.rate(by=owner, case=couple, person=maya, measure="trust", items={1: 4})
    assert [one.person for one in due.due_for(couple, timezone.localdate())] == [ruben]


def test_a_new_rule_of_a_unit_takes_the_place_of_the_old(couple, owner, maya):
    for every in (2, 4):
        setting_actions.set_due(by=owner, case=couple, person=maya, measure="phq-9", unit="weeks", every=every)
    current = DueRule.objects.current()
    assert [row.every for row in current] == [4]
    setting_actions.end_due(by=owner, rule=current[0])
    assert not DueRule.objects.current().exists()


@pytest.mark.parametrize("given", [{"every": 0}, {"every": 53}, {"unit": "moons"}, {"measure": "no-such"}])
def test_an_impossible_rule_is_refused(couple, owner, maya, given):
    with pytest.raises(Refused):
        setting_actions.set_due(
            by=owner, case=couple, person=maya, **{"measure": "trust", "unit": "sessions", "every": 1, **given}
        )


def test_due_asks_a_constant_number_of_queries(couple, owner, maya, ruben, django_assert_num_queries):
    for measure in ("trust", "distress", "craving"):
        setting_actions.set_due(by=owner, case=couple, person=maya, measure=measure, unit="sessions")
        with django_assert_num_queries(2):
            due.due_for(couple, timezone.localdate())
