"""Falls of trust: marked on the ratings by every action that changes a line, and true at any time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from planner.progress import actions, falls
from planner.progress.models import Rating

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((), []),
        ((7,), [None]),
        ((7, 5, 3), [None, 7, 5]),  # few ratings: two points are a fall
        ((7, 6, 5), [None, None, None]),
        ((2, 6, 2, 6, 2), [None, None, 6, None, None]),  # from the fourth change on, four points are usual
        ((7, 7, 7, 7, 5), [None, None, None, None, 7]),
    ],
)
def test_a_fall_is_measured_by_the_usual_change(scores, expected):
    assert falls.fell_from(scores) == expected


def marked(case, person) -> list[tuple[float, float | None]]:
    rows = Rating.objects.filter(case=case, person=person, measure="trust").standing().order_by("on", "pk")
    return list(rows.values_list("score", "fell_from"))


def test_every_action_keeps_the_marks_true(couple, owner):
    person, other = (place.person for place in couple.participants.order_by("order"))
    today = timezone.localdate()

    def rate(score: float, days_ago: int, who=person, measure="trust"):
        return actions.rate(
            by=owner, case=couple, person=who, measure=measure, score=score, on=today - timedelta(days=days_ago)
        )

    first = rate(8, 9)
    rate(5, 7)
    rate(9, 7, who=other)
    rate(9, 3, measure="craving")
    rate(2, 3, measure="craving")
    assert marked(couple, person) == [(8, None), (5, 8)]
    rate(6, 8)  # one that was forgotten, in between
    assert marked(couple, person) == [(8, None), (6, 8), (5, None)]
    actions.withdraw(by=owner, row=first, reason="Wrong person")
    assert marked(couple, person) == [(6, None), (5, None)]
    actions.put_back(by=owner, row=first)
    assert marked(couple, person) == [(8, None), (6, 8), (5, None)]
    assert marked(couple, other) == [(9, None)]
    assert not Rating.objects.filter(measure="craving").exclude(fell_from=None).exists()
