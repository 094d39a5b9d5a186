"""The dates of a series against a table (offsets by GNU date, months counted by hand), and what holds for any rule."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.boosters import dates

TABLE = list(csv.DictReader(Path(__file__).with_name("dates.csv").open()))
ZONES = sorted({row["zone"] for row in TABLE})


def rule(**fields) -> dates.Rule:
    plain = {"start": date(2026, 11, 26), "steps": dates.PRESETS["taper"].steps, "zone": "UTC", "clock": time(10)}
    return dates.Rule(**{**plain, **fields})


def test_the_table_is_long_and_wide():
    assert len(TABLE) >= 300
    assert {"Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "Asia/Tokyo"} <= set(ZONES)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: "-".join(row[name] for name in ("zone", "start", "n", "unit")))
def test_a_date_of_the_table(row):
    planned = dates.plan(
        rule(
            zone=row["zone"],
            start=date.fromisoformat(row["start"]),
            clock=time.fromisoformat(row["clock"]),
            weekday=int(row["weekday"]) if row["weekday"] else None,
            steps=(dates.Step(int(row["n"]), row["unit"]),),
        )
    )
    assert f"{planned[0].wall:%Y-%m-%dT%H:%M}" == row["wall"]
    assert f"{planned[0].moment:%Y-%m-%dT%H:%M}" == row["utc"]
    assert [notice.kind for notice in planned[0].notices] == ([row["notice"]] if row["notice"] else [])


def test_the_presets_have_their_number_of_boosters_and_their_length():
    last = {slug: one.steps[-1] for slug, one in dates.PRESETS.items() if one.steps}
    assert {slug: len(one.steps) for slug, one in dates.PRESETS.items()} == {
        "taper": 6, "couple-year": 15, "quarterly": 8, "yearly": 2, "own": 0,
    }  # fmt: skip
    assert {slug: (step.n, step.unit) for slug, step in last.items()} == {
        "taper": (12, "months"), "couple-year": (12, "months"), "quarterly": (24, "months"), "yearly": (24, "months"),
    }  # fmt: skip


def test_the_taper_says_that_no_trial_tested_it():
    note = str(dates.PRESETS["taper"].note)
    assert "Practice convention" in note
    assert "no trial" in note


@pytest.mark.parametrize("slug", [slug for slug in dates.PRESETS if slug != "own"])
@pytest.mark.parametrize("weekday", [None, 0, 3, 6])
def test_every_preset_fits_the_usual_window_from_any_day(slug, weekday):
    for shift in range(0, 366, 5):
        start = date(2027, 1, 1) + timedelta(days=shift)
        planned = dates.plan(rule(start=start, steps=dates.PRESETS[slug].steps, weekday=weekday))
        assert [one.number for one in planned] == list(range(1, len(planned) + 1))


def test_a_week_left_out_moves_the_date_on_with_a_notice():
    first = dates.plan(rule(weekday=3))[0]
    away = dates.monday(first.wall.date())
    skipped = frozenset({away, away + timedelta(weeks=1)})
    moved = dates.plan(rule(weekday=3, skipped=skipped, before=0, after=5))[0]
    assert moved.wall == first.wall + timedelta(weeks=2)
    assert [notice.kind for notice in moved.notices] == ["week"]


def test_the_hour_stays_on_both_sides_of_a_clock_change():
    planned = dates.plan(rule(zone="Europe/Lisbon", steps=dates.every(1, "months", 12)))
    assert {one.wall.time() for one in planned} == {time(10)}
    assert {one.moment.hour for one in planned} == {9, 10}


def test_a_window_that_reaches_into_the_next_is_refused_with_what_would_fit():
    with pytest.raises(dates.BadRule) as refused:
        dates.plan(rule(before=7, after=14))
    assert refused.value.field == "after"
    assert "13 days or fewer" in str(refused.value)
    assert len(dates.plan(rule(before=6, after=7))) == 6


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"steps": ()}, "count"),
        ({"steps": dates.every(1, "weeks", 61)}, "count"),
        ({"steps": (dates.Step(10**9, "months"),)}, "count"),
        ({"steps": (dates.Step(0, "weeks"),)}, "count"),
        ({"start": date(1999, 1, 1)}, "start_on"),
        ({"skipped": frozenset({date(2027, 1, 5)})}, "skipped"),
    ],
)
def test_a_rule_that_makes_no_series_names_its_field(fields, field):
    with pytest.raises(dates.BadRule) as refused:
        dates.plan(rule(**fields))
    assert refused.value.field == field


rules = st.builds(
    dates.Rule,
    start=st.dates(date(2000, 1, 1), date(2090, 12, 31)),
    steps=st.one_of(
        st.sampled_from([one.steps for one in dates.PRESETS.values() if one.steps]),
        st.builds(dates.every, st.integers(1, 8), st.sampled_from([dates.WEEKS, dates.MONTHS]), st.integers(1, 12)),
    ),
    zone=st.sampled_from(ZONES),
    clock=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    weekday=st.one_of(st.none(), st.integers(0, 6)),
    skipped=st.frozensets(st.dates(date(2000, 1, 1), date(2099, 1, 1)).map(dates.monday), max_size=20),
    before=st.just(0),
    after=st.just(0),
)


@settings(max_examples=200, deadline=None)
@given(rules)
def test_any_rule_gives_dates_that_go_on_exist_and_keep_to_weekday_and_weeks(asked):
    planned = dates.plan(asked)
    assert len(planned) == len(asked.steps)
    for earlier, later in zip(planned, planned[1:], strict=False):
        assert earlier.wall.date() < later.wall.date()
    for one in planned:
        back = one.moment.astimezone(ZoneInfo(asked.zone)).replace(tzinfo=None)
        assert back == one.wall, "a wall time that exists"
        kinds = {notice.kind for notice in one.notices}
        if "day" not in kinds and "hour" not in kinds:
            assert one.wall.time() == asked.clock
            assert dates.monday(one.wall.date()) not in asked.skipped
            assert asked.weekday in (None, one.wall.weekday())
        assert one.opens_on <= one.wall.date() <= one.closes_on


@settings(max_examples=200, deadline=None)
@given(st.datetimes(datetime(1980, 1, 1), datetime(2099, 1, 1)), st.sampled_from(ZONES))
def test_an_hour_that_is_jumped_over_only_ever_moves_forward_by_a_day_at_most(wall, zone):
    wall = wall.replace(second=0, microsecond=0)
    moved = dates.existing(wall, zone)
    assert wall <= moved <= wall + timedelta(days=1)
    assert dates.existing(moved, zone) == moved


@settings(max_examples=100, deadline=None)
@given(rules, st.integers(0, 40), st.integers(0, 40))
def test_windows_never_overlap_or_the_rule_is_refused(asked, before, after):
    wider = dates.Rule(**{**asked.__dict__, "before": before, "after": after})
    try:
        planned = dates.plan(wider)
    except dates.BadRule as refused:
        assume(refused.field == "after")
        return
    for earlier, later in zip(planned, planned[1:], strict=False):
        assert earlier.closes_on < later.opens_on


def test_a_moment_is_in_utc():
    assert dates.moment(datetime(2027, 7, 1, 10), "Europe/Lisbon") == datetime(2027, 7, 1, 9, tzinfo=UTC)
