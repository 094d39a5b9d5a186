"""Making, changing and ending a series; what becomes of each booster."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from planner.base.models import Stale
from planner.boosters import actions, booster_actions
from planner.boosters.models import Booster, BoosterState, ReentryRule, Series
from planner.cases import actions as cases
from planner.practice.models import TrailEntry
from planner.sessions import actions as sessions
from planner.sessions.models import SessionKind, SessionState
from tests import factories
from tests.boosters import make

pytestmark = pytest.mark.django_db


def at(booster: Booster, days: int = 0) -> datetime:
    return datetime.combine(booster.due_on + timedelta(days=days), time(11))


def book(booster, owner, days: int = 0, **also):
    return booster_actions.book(
        booster, by=owner, version=booster.version, starts_at=at(booster, days), minutes=50, **also
    )


def stands(booster) -> str:
    return Booster.objects.standing().get(pk=booster.pk).stands


# A series


def test_a_series_is_made_in_one_action_with_its_rule_and_its_line_in_the_trail(owner, couple):
    series = make.make_series(couple, owner)
    assert [booster.number for booster in series.boosters.all()] == [1, 2, 3, 4, 5, 6]
    assert set(series.boosters.values_list("state", flat=True)) == {"due"}
    assert ReentryRule.objects.get(case=couple).missed == 2
    line = TrailEntry.objects.get(verb="made", what="series")
    assert line.detail == {"boosters": 6, "preset": "taper"}


def test_other_dates_than_those_shown_write_nothing(owner, couple):
    with pytest.raises(actions.Changed):
        actions.make_series(by=owner, case=couple, shown="other", **make.FIELDS)
    assert not Series.objects.exists()


def test_a_second_series_needs_a_name(owner, couple):
    make.make_series(couple, owner)
    with pytest.raises(cases.Refused) as refused:
        make.make_series(couple, owner)
    assert refused.value.field == "name"
    assert make.make_series(couple, owner, name="Ruben alone").name == "Ruben alone"
    with pytest.raises(cases.Refused):
        make.make_series(couple, owner, name="RUBEN ALONE")


def test_a_case_whose_series_ended_may_have_an_unnamed_one_again(owner, couple):
    first = make.make_series(couple, owner)
    actions.end_series(first, by=owner, version=first.version)
    assert make.make_series(couple, owner).ended_on is None


def test_a_closed_case_is_asked_about_first(owner, couple):
    cases.close_case(by=owner, case=couple, version=couple.version)
    with pytest.raises(cases.Refused) as refused:
        make.make_series(couple, owner)
    assert refused.value.field == "closed_ok"
    assert make.make_series(couple, owner, closed_ok=True).boosters.count() == 6


def test_the_rest_changes_at_once_and_what_is_settled_stays(owner, couple):
    series = make.make_series(couple, owner, days_ago=20)
    first = make.first_of(series)
    booster_actions.hold(first, by=owner, version=first.version, on=timezone.localdate())
    _asked, planned = actions.plan_rest(series, {"clock": time(16, 30), "weekday": 1})
    actions.change_rest(
        series, by=owner, version=series.version, shown=actions.mark(planned), clock=time(16, 30), weekday=1
    )
    rows = list(series.boosters.order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[0].clock == time(10) and rows[0].state == BoosterState.HELD
    assert {(row.clock, row.due_on.weekday()) for row in rows[1:]} == {(time(16, 30), 1)}


def test_another_rhythm_for_the_rest_makes_more_or_fewer_boosters(owner, couple):
    series = make.make_series(couple, owner, days_ago=20)
    first = make.first_of(series)
    booster_actions.hold(first, by=owner, version=first.version, on=timezone.localdate())
    start = timezone.localdate()
    for changes, total in (({"preset": "quarterly"}, 9), ({"preset": "yearly"}, 3)):
        changes = {**changes, "start_on": start}
        _asked, planned = actions.plan_rest(series, changes)
        actions.change_rest(series, by=owner, version=series.version, shown=actions.mark(planned), **changes)
        assert [row.number for row in series.boosters.order_by("number")] == list(range(1, total + 1))


def test_the_rest_is_changed_only_from_the_version_that_was_seen(owner, couple):
    series = make.make_series(couple, owner)
    _asked, planned = actions.plan_rest(series, {"clock": time(9)})
    with pytest.raises(Stale):
        actions.change_rest(series, by=owner, version=99, shown=actions.mark(planned), clock=time(9))
    assert set(series.boosters.values_list("clock", flat=True)) == {time(10)}


def test_the_rest_keeps_out_of_the_window_of_what_is_booked(owner, couple):
    series = make.make_series(couple, owner)
    first = make.first_of(series)
    book(first, owner)
    with pytest.raises(cases.Refused) as refused:
        actions.plan_rest(series, {"start_on": first.due_on - timedelta(weeks=4)})
    assert refused.value.field in ("after", "start_on")


def test_ending_a_series_takes_its_hours_off_the_calendar(owner, couple):
    series = make.make_series(couple, owner)
    session, _verdict = book(make.first_of(series), owner)
    assert actions.end_series(series, by=owner, version=series.version, why="They moved") == 6
    session.refresh_from_db()
    assert session.state == SessionState.CANCELLED
    assert set(series.boosters.values_list("state", flat=True)) == {"not_needed"}
    assert not Booster.objects.open().exists()


# One booster


def test_booking_makes_a_booster_session_on_the_clock_of_the_series(owner, couple):
    series = make.make_series(couple, owner, zone="Europe/Lisbon")
    booster = make.first_of(series)
    session, _verdict = book(booster, owner)
    assert session.kind == SessionKind.BOOSTER
    assert (session.zone, session.wall_start.hour) == ("Europe/Lisbon", 11)
    assert stands(booster) == "booked"
    assert booster.moment == session.starts_at


def test_a_day_outside_of_the_window_is_asked_about_first(owner, couple):
    booster = make.first_of(make.make_series(couple, owner))
    with pytest.raises(cases.Refused) as refused:
        book(booster, owner, days=8)
    assert refused.value.field == "outside_ok"
    assert book(booster, owner, days=8, outside_ok=True)[0].pk


def test_an_hour_in_a_closed_case_asks_whether_to_open_it_again(owner, couple):
    cases.close_case(by=owner, case=couple, version=couple.version)
    booster = make.first_of(make.make_series(couple, owner, closed_ok=True))
    with pytest.raises(cases.Refused) as refused:
        book(booster, owner)
    assert refused.value.field == "reopen"
    book(booster, owner, reopen=True)
    couple.refresh_from_db()
    assert couple.closed_on is None


def test_a_booster_is_booked_once(owner, couple):
    booster = make.first_of(make.make_series(couple, owner))
    book(booster, owner)
    with pytest.raises(cases.Refused):
        book(booster, owner)


def test_a_session_held_in_its_own_room_counts_as_held_here(owner, couple):
    booster = make.due(make.make_series(couple, owner), -1)
    session, _verdict = book(booster, owner)
    type(session).objects.filter(pk=session.pk).update(state=SessionState.HELD)
    assert stands(booster) == "held"
    assert not Booster.objects.open().filter(pk=booster.pk).exists()


def test_a_session_cancelled_in_its_own_room_leaves_the_booster_to_be_booked_again(owner, couple):
    booster = make.first_of(make.make_series(couple, owner))
    session, _verdict = book(booster, owner)
    sessions.cancel_session(session, by=owner, version=session.version)
    assert stands(booster) == "due"
    fresh = make.first_of(booster.series)
    assert not fresh.has_hour
    assert book(fresh, owner)[0].pk != session.pk


def test_held_keeps_what_was_promised(owner, couple):
    booster = make.due(make.make_series(couple, owner), 0)
    booster_actions.hold(
        booster,
        by=owner,
        version=booster.version,
        on=timezone.localdate(),
        promised="A walk on Sundays",
        slipped="\x00x",
    )
    booster.refresh_from_db()
    assert (booster.state, booster.promised, booster.slipped) == ("held", "A walk on Sundays", "x")


def test_a_booster_is_not_held_tomorrow(owner, couple):
    booster = make.first_of(make.make_series(couple, owner))
    with pytest.raises(cases.Refused) as refused:
        booster_actions.hold(booster, by=owner, version=booster.version, on=timezone.localdate() + timedelta(days=1))
    assert refused.value.field == "on"


def test_missed_leaves_a_follow_up_and_takes_a_second_date(owner, couple):
    booster = make.due(make.make_series(couple, owner), -9)
    booster_actions.miss(booster, by=owner, version=booster.version, reason="Ill")
    assert list(Booster.objects.to_follow_up()) == [booster]
    second = booster_actions.again(booster, by=owner, version=booster.version, on=timezone.localdate(), clock=time(9))
    assert (second.number, second.again_for) == (booster.number, booster)
    assert not Booster.objects.to_follow_up().exists()
    assert Booster.objects.get(pk=booster.pk).state == BoosterState.MISSED
    with pytest.raises(cases.Refused):
        booster_actions.again(booster, by=owner, version=booster.version, on=timezone.localdate(), clock=time(9))


def test_a_follow_up_says_what_was_done(owner, couple):
    booster = make.due(make.make_series(couple, owner), -9)
    booster_actions.miss(booster, by=owner, version=booster.version)
    with pytest.raises(cases.Refused):
        booster_actions.follow_up(booster, by=owner, version=booster.version, how="  ")
    booster_actions.follow_up(booster, by=owner, version=booster.version, how="Called, all well")
    assert not Booster.objects.to_follow_up().exists()


def test_a_booster_to_come_cannot_be_missed(owner, couple):
    booster = make.first_of(make.make_series(couple, owner))
    with pytest.raises(cases.Refused):
        booster_actions.miss(booster, by=owner, version=booster.version)


def test_moving_keeps_the_first_day_and_lets_go_of_the_hour(owner, couple):
    booster = make.first_of(make.make_series(couple, owner))
    session, _verdict = book(booster, owner)
    planned = booster.due_on
    booster_actions.move(booster, by=owner, version=booster.version, on=planned + timedelta(days=2), clock=time(9))
    session.refresh_from_db()
    assert (booster.state, booster.moved_from, session.state) == ("moved", planned, "cancelled")
    booster_actions.move(booster, by=owner, version=booster.version, on=planned + timedelta(days=3), clock=time(9))
    assert booster.moved_from == planned


def test_a_moved_window_may_not_reach_into_another(owner, couple):
    series = make.make_series(couple, owner)
    booster = make.first_of(series)
    second = series.boosters.get(number=2)
    with pytest.raises(cases.Refused) as refused:
        booster_actions.move(booster, by=owner, version=booster.version, on=second.due_on, clock=time(9))
    assert refused.value.field == "on"


def test_a_date_in_the_past_or_in_a_closed_case_is_refused_with_a_question(owner, couple):
    booster = make.first_of(make.make_series(couple, owner))
    with pytest.raises(cases.Refused) as refused:
        booster_actions.move(booster, by=owner, version=booster.version, on=date(2020, 1, 1), clock=time(9))
    assert refused.value.field == "on"
    cases.close_case(by=owner, case=couple, version=couple.version)
    booster = make.first_of(booster.series)
    with pytest.raises(cases.Refused) as refused:
        booster_actions.move(booster, by=owner, version=booster.version, on=booster.due_on, clock=time(9))
    assert refused.value.field == "closed_ok"


def test_an_hour_the_clock_jumps_over_moves_forward(owner, couple):
    booster = make.first_of(make.make_series(couple, owner))
    booster_actions.move(booster, by=owner, version=booster.version, on=date(2032, 3, 14), clock=time(2, 30))
    assert booster.clock == time(3, 30)


def test_not_needed_can_be_put_back(owner, couple):
    booster = make.first_of(make.make_series(couple, owner))
    booster_actions.drop(booster, by=owner, version=booster.version, reason="On holiday")
    assert booster.state == BoosterState.NOT_NEEDED
    booster_actions.put_back(booster, by=owner, version=booster.version)
    assert booster.state == BoosterState.DUE


def test_overdue_holds_until_somebody_acts(owner, couple):
    series = make.make_series(couple, owner)
    booster = make.due(series, -8)
    today = timezone.localdate()
    assert list(Booster.objects.overdue(today)) == [booster]
    assert list(Booster.objects.overdue(today + timedelta(days=20)))[0] == booster
    book(booster, owner, days=10, outside_ok=True)
    assert not Booster.objects.overdue(today).exists()


def test_a_version_that_moved_on_writes_nothing(owner, couple):
    booster = make.due(make.make_series(couple, owner), 0)
    with pytest.raises(Stale):
        booster_actions.hold(booster, by=owner, version=7, on=timezone.localdate())
    assert stands(booster) == "due"


def test_boosters_of_a_stranger_are_not_seen(owner, stranger, couple):
    theirs = make.make_series(factories.make_case(stranger), stranger)
    mine = make.make_series(couple, owner)
    assert set(Booster.objects.visible_to(owner).values_list("series", flat=True)) == {mine.pk}
    assert set(Series.objects.editable_by(stranger)) == {theirs}
