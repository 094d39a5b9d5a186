"""The frame of an hour, its budget, wall-clock times."""

from datetime import UTC, datetime

import pytest

from planner.sessions import agenda, times
from planner.sessions.models import SessionKind


@pytest.mark.parametrize("kind", SessionKind.values)
def test_every_kind_opens_and_closes_and_leaves_room(kind):
    openings, closings = agenda.frame(kind, 50)
    taken = sum(line.minutes for line in [*openings, *closings])
    assert openings and closings
    assert 15 <= 50 - taken <= 30


def test_a_regular_hour_opens_as_the_field_expects():
    openings, closings = agenda.frame(SessionKind.REGULAR, 50)
    assert [line.minutes for line in openings] == [5, 2, 7]
    assert [line.minutes for line in closings] == [5, 5]


@pytest.mark.parametrize("minutes", [10, 25, 50, 90, 240])
def test_the_frame_scales_with_the_length_and_fits_in(minutes):
    openings, closings = agenda.frame(SessionKind.REGULAR, minutes)
    assert all(line.minutes >= 1 for line in [*openings, *closings])
    assert sum(line.minutes for line in [*openings, *closings]) < minutes


@pytest.mark.parametrize(
    ("planned", "says"), [(46, "4 min free"), (50, "adds up"), (56, "over by 6 min")], ids=["under", "exact", "over"]
)
def test_the_budget_says_by_how_much(planned, says):
    budget = agenda.Budget(planned, 50)
    assert budget.says == says
    assert budget.words == f"{planned} of 50 min"


def test_wall_time_to_utc_on_both_sides_of_the_change():
    assert times.to_utc(datetime(2026, 7, 1, 10), "America/New_York") == datetime(2026, 7, 1, 14, tzinfo=UTC)
    assert times.to_utc(datetime(2026, 12, 1, 10), "America/New_York") == datetime(2026, 12, 1, 15, tzinfo=UTC)


def test_an_hour_that_the_clock_jumps_over_is_refused_with_a_sentence():
    with pytest.raises(times.NoSuchTime, match="does not exist"):
        times.to_utc(datetime(2026, 3, 8, 2, 30), "America/New_York")


def test_an_hour_that_comes_twice_is_the_first():
    assert times.to_utc(datetime(2026, 11, 1, 1, 30), "America/New_York") == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (datetime(2026, 11, 19, 10), datetime(2026, 11, 22, 9), datetime(2026, 11, 26, 10)),
        (datetime(2026, 10, 1, 10), datetime(2026, 11, 26, 10), datetime(2026, 12, 3, 10)),
        (datetime(2026, 12, 3, 10), datetime(2026, 11, 22, 9), datetime(2026, 12, 10, 10)),
        (None, datetime(2026, 11, 27, 9), datetime(2026, 11, 30, 10)),
    ],
    ids=["next week", "long ago", "after one planned ahead", "first, after a weekend"],
)
def test_the_next_session_falls_on_the_same_weekday_and_hour(last, now, expected):
    assert times.next_like(last, now) == expected
