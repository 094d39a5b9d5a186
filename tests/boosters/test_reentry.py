"""The way back into treatment: when the rule is met, what the clinician decides, what becomes of the boosters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.boosters import booster_actions, reentry, reentry_actions
from planner.boosters.models import Decision, ReentryDecision, ReentryRule
from planner.cases import actions as cases
from planner.progress import actions as progress
from tests import factories
from tests.boosters import make
from tests.pages import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def series(owner, couple):
    return make.make_series(couple, owner, days_ago=120)


def kinds(case) -> list[str]:
    return [reason.kind for reason in reentry.reasons_of(case)]


def relapse(case, by, days_ago: int = 0):
    return progress.record_event(by=by, case=case, kind="relapse", on=timezone.localdate() - timedelta(days=days_ago))


def rate(case, by, *scores: float, person=None):
    person = person or case.participants.first().person
    start = timezone.localdate() - timedelta(days=len(scores))
    for n, score in enumerate(scores):
        progress.rate(by=by, case=case, person=person, measure="trust", score=score, on=start + timedelta(days=n))


def miss(series, by, count: int):
    for booster in series.boosters.order_by("number")[:count]:
        booster_actions.miss(booster, by=by, version=booster.version)


def test_nothing_happened_nothing_is_proposed(owner, couple, series):
    assert kinds(couple) == []


def test_a_relapse_meets_the_rule_and_says_when(owner, couple, series):
    relapse(couple, owner)
    (reason,) = reentry.reasons_of(couple)
    assert reason.kind == "relapse"
    assert str(timezone.localdate().year) in reason.sentence


def test_a_relapse_before_the_first_series_is_no_way_back(owner, couple, series):
    relapse(couple, owner, days_ago=130)
    assert kinds(couple) == []


def test_a_withdrawn_relapse_counts_for_nothing(owner, couple, series):
    event = relapse(couple, owner)
    progress.withdraw(by=owner, row=event, reason="Wrong case")
    assert kinds(couple) == []


def test_two_missed_boosters_meet_the_rule(owner, couple, series):
    miss(series, owner, 1)
    assert kinds(couple) == []
    miss(series, owner, 0)
    second = series.boosters.get(number=2)
    booster_actions.miss(second, by=owner, version=second.version)
    assert kinds(couple) == ["missed"]


@pytest.mark.parametrize(
    ("scores", "met"),
    [
        ((7, 5, 3), True),  # few ratings: two points are a fall
        ((7, 6, 5), False),  # one point is not
        ((2, 6, 2, 6, 2, 6, 2, 6), False),  # a person whose trust swings by four
        ((7, 7, 7, 7, 5, 7, 5), True),  # a person whose trust is steady
        ((3, 5, 7, 9), False),  # rises
        ((8, 5), False),  # one fall alone
    ],
)
def test_falls_in_trust_are_measured_by_the_persons_own_usual_change(owner, couple, series, scores, met):
    rate(couple, owner, *scores)
    assert (kinds(couple) == ["trust"]) is met


def test_falls_of_two_people_are_not_added_up(owner, couple, series):
    one, other = [place.person for place in couple.participants.all()]
    rate(couple, owner, 8, 5, person=one)
    rate(couple, owner, 8, 5, person=other)
    assert kinds(couple) == []


def test_each_case_has_its_own_rule(owner, couple, series):
    reentry_actions.set_rule(
        by=owner, case=couple, version=1, relapse=False, trust_falls=0, missed=1, also="If we shout"
    )
    relapse(couple, owner)
    rate(couple, owner, 9, 5, 1)
    assert kinds(couple) == []
    miss(series, owner, 1)
    assert kinds(couple) == ["missed"]


def test_what_was_decided_is_not_proposed_again(owner, couple, series):
    relapse(couple, owner)
    miss(series, owner, 2)
    reentry_actions.decide(by=owner, case=couple, decision=Decision.STAY, note="They hold")
    assert kinds(couple) == []
    assert len(ReentryDecision.objects.get().reasons) == 2
    relapse(couple, owner)
    assert kinds(couple) == ["relapse"]


def test_back_into_treatment_moves_the_boosters_on(owner, couple, series):
    cases.close_case(by=owner, case=couple, version=couple.version)
    relapse(couple, owner)
    coming = list(series.boosters.filter(due_on__gte=timezone.localdate()).order_by("number"))
    reentry_actions.decide(
        by=owner, case=couple, decision=Decision.TREATMENT, phase="disclosure-and-repair", rest="later", weeks=12
    )
    couple.refresh_from_db()
    assert (couple.closed_on, couple.phase) == (None, "disclosure-and-repair")
    for before in coming:
        after = series.boosters.get(pk=before.pk)
        assert after.due_on == before.due_on + timedelta(weeks=12)
        assert (after.state, after.moved_from, after.clock) == ("moved", before.due_on, before.clock)


def test_back_into_treatment_can_end_the_series(owner, couple, series):
    relapse(couple, owner)
    reentry_actions.decide(by=owner, case=couple, decision=Decision.TREATMENT, phase="skill-building", rest="end")
    series.refresh_from_db()
    assert series.ended_on is not None


def test_the_clinician_decides_on_the_page(owner, couple, series, signed_in):
    relapse(couple, owner)
    page = signed_in(owner)
    assert "Decide" in opened(page, reverse("case", args=[couple.pk]))
    assert "A relapse on" in opened(page, reverse("today"))
    address = reverse("reentry_decide", args=[couple.pk])
    refused = page.post(address, {"decision": "treatment", "phase": "", "rest": "later", "weeks": ""})
    assert refused.status_code == 422
    assert not ReentryDecision.objects.exists()
    page.post(address, {"decision": "treatment", "phase": "skill-building", "rest": "later", "weeks": "8"})
    assert ReentryDecision.objects.get().decision == "treatment"
    assert "A relapse on" not in opened(page, reverse("today"))


def test_the_reasons_of_many_cases_take_three_queries(owner, couple, series, django_assert_num_queries):
    others = [factories.make_case(owner) for _n in range(3)]
    for case in others:
        make.make_series(case, owner, days_ago=120)
        relapse(case, owner)
        rate(case, owner, 9, 5, 1)
    with django_assert_num_queries(3):
        met = reentry.reasons_for([couple.pk, *(case.pk for case in others)])
    assert {case_id: len(reasons) for case_id, reasons in met.items()} == {case.pk: 2 for case in others}


def test_a_rule_is_made_with_the_first_series(owner, couple, series):
    assert ReentryRule.objects.get(case=couple).relapse
