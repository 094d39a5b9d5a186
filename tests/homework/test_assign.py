"""Giving something to do: once, to each, in a series; what is given is never lost from sight."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from planner.homework import actions
from planner.homework.models import Assignment, AssignmentSeries, AssignmentState
from planner.practice.models import TrailEntry
from tests import factories

TODAY = date(2026, 11, 26)  # a Thursday


@pytest.fixture
def maya(couple):
    return couple.participants.first().person


@pytest.fixture
def edition(db):
    return factories.make_intervention("check-in").worksheets.first().current


def give(owner, couple, person, **words):
    return actions.assign(by=owner, case=couple, person=person, **{"task": "Ten slow breaths.", **words})


def test_a_sheet_is_given_with_what_helps_it_happen(owner, couple, maya, edition):
    row = actions.assign(
        by=owner, case=couple, person=maya, edition=edition, why="You asked for it.", when_where="If tea, then sheet.",
        how_often="once", barrier="Late shifts", small_version="One line",
    )  # fmt: skip
    assert (row.title, row.state, row.source) == (
        "Our talk",
        AssignmentState.OPEN,
        edition.worksheet.intervention.current,
    )
    assert list(Assignment.objects.to_review(couple)) == [row]
    entry = TrailEntry.objects.get(verb="given")
    assert "Our talk" not in str(entry.detail) and entry.case_id == couple.pk


def test_a_practice_needs_words_and_gets_its_name_from_them(owner, couple, maya):
    assert give(owner, couple, maya).title == "Ten slow breaths."
    with pytest.raises(actions.Refused, match="in your own words"):
        give(owner, couple, maya, task=" ")


def test_nothing_for_somebody_else_or_in_a_closed_case(owner, couple, maya):
    other = factories.make_case(owner, names=("Sia", "Tom")).participants.first().person
    with pytest.raises(actions.Refused, match="does not take part"):
        give(owner, couple, other)
    couple.closed_on = timezone.localdate()
    with pytest.raises(actions.Refused, match="closed"):
        give(owner, couple, maya)
    assert not Assignment.objects.exists()


def test_a_shut_gate_holds_for_giving(owner, couple, maya):
    edition = factories.make_intervention("together", gates=("joint-task",)).worksheets.first().current
    with pytest.raises(actions.GateShut) as shut:
        give(owner, couple, maya, edition=edition, task="")
    assert [reason.gate for reason in shut.value.verdict.blocked] == ["joint-task", "joint-task"]
    factories.settle_safety(couple, owner)
    assert give(owner, couple, maya, edition=edition, task="")


def series(owner, couple, maya, **words):
    words = {"first_on": TODAY, "times": 6, "task": "A diary page", **words}
    return actions.assign_series(by=owner, case=couple, person=maya, **words)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ({}, ["11-26", "12-03", "12-10", "12-17", "12-24", "12-31"]),
        ({"every_days": 3, "times": 3}, ["11-26", "11-29", "12-02"]),
        ({"weekday": 0, "times": 3}, ["11-30", "12-07", "12-14"]),
        ({"weekday": 3, "times": 2}, ["11-26", "12-03"]),
    ],
)
def test_a_series_lays_down_its_days(owner, couple, maya, words, days):
    assert [row.starts_on.strftime("%m-%d") for row in series(owner, couple, maya, **words)] == days


def test_of_a_series_only_what_has_begun_is_to_review(owner, couple, maya):
    rows = series(owner, couple, maya, first_on=timezone.localdate() - timedelta(days=8), times=4)
    assert list(Assignment.objects.to_review(couple)) == rows[:2]


def test_a_pause_moves_what_is_to_come(owner, couple, maya):
    today = timezone.localdate()
    rows = series(owner, couple, maya, first_on=today - timedelta(days=14), times=4, weekday=None)
    row = AssignmentSeries.objects.get()
    actions.pause_series(by=owner, series=row, version=row.version)
    AssignmentSeries.objects.update(paused_on=today - timedelta(days=10))
    row.refresh_from_db()
    assert list(Assignment.objects.to_review(couple)) == [rows[0]]  # the second waits: its day came in the pause
    actions.resume_series(by=owner, series=row, version=row.version)
    days = [(one.starts_on - today).days for one in Assignment.objects.order_by("number")]
    assert days == [-14, 3, 10, 17]


def test_a_series_that_ends_leaves_what_was_given(owner, couple, maya):
    rows = series(owner, couple, maya, first_on=timezone.localdate() - timedelta(days=8), times=4)
    row = AssignmentSeries.objects.get()
    assert actions.end_series(by=owner, series=row, version=row.version) == 2
    assert list(Assignment.objects.order_by("number")) == rows[:2]
    with pytest.raises(actions.Refused, match="ended already"):
        actions.end_series(by=owner, series=row, version=row.version)


@pytest.mark.parametrize("wild", [{"times": 1}, {"times": 53}, {"every_days": 0}, {"every_days": 91}])
def test_a_wild_series_is_refused(owner, couple, maya, wild):
    with pytest.raises(actions.Refused):
        series(owner, couple, maya, **wild)
    assert not AssignmentSeries.objects.exists()
