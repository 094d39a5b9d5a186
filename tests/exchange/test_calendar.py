"""Calendar files in two independent readers, winter and summer; hostile titles; the private feed and its end."""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.base.logs import OneLine
from planner.boosters import booster_actions
from planner.exchange import actions, calendar
from planner.exchange.models import CalendarFeed
from planner.practice.models import Role, TrailEntry
from tests import factories
from tests.boosters import make
from tests.exchange import khal

pytestmark = pytest.mark.django_db
needs_khal = pytest.mark.skipif(not khal.is_here(), reason="khal is not installed (Debian: apt-get install khal)")

#: zone -> two days around each clock change of 2027 there (the last before and the first after).
CHANGES = {
    "Europe/Lisbon": [date(2027, 3, 27), date(2027, 3, 29), date(2027, 10, 30), date(2027, 11, 1)],
    "America/New_York": [date(2027, 3, 13), date(2027, 3, 15), date(2027, 11, 6), date(2027, 11, 8)],
    "Australia/Sydney": [date(2027, 4, 3), date(2027, 4, 5), date(2027, 10, 2), date(2027, 10, 4)],
    "Asia/Kathmandu": [date(2027, 1, 15), date(2027, 7, 15)],
}


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()
    calendar._feeds.clear()


def entry(day: date, zone: str, **fields) -> calendar.Entry:
    starts = datetime.combine(day, time(10), ZoneInfo(zone)).astimezone(UTC)
    plain = {"uid": f"{day}@test", "minutes": 50, "changed": timezone.now(), "sequence": 1}
    return calendar.Entry(starts=starts, **{**plain, **fields})


def events(text: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def fetched(path: str, **extra):
    return Client().get(path, **extra)


# Hours


@pytest.mark.parametrize("zone", CHANGES)
def test_icalendar_reads_ten_o_clock_on_both_sides_of_each_change(zone):
    text = calendar.written(entry(day, zone) for day in CHANGES[zone])
    local = [event.decoded("dtstart").astimezone(ZoneInfo(zone)) for event in events(text)]
    assert [(one.date(), one.hour, one.minute) for one in local] == [(day, 10, 0) for day in CHANGES[zone]]


@needs_khal
@pytest.mark.parametrize("zone", CHANGES)
def test_khal_reads_ten_o_clock_on_both_sides_of_each_change(zone, tmp_path):
    text = calendar.written(entry(day, zone) for day in CHANGES[zone])
    shown = khal.read(text, zone, "2027-01-01", "2027-12-31", tmp_path)
    assert sorted(start for start, _title in shown) == [f"{day} 10:00" for day in CHANGES[zone]]


def test_times_are_utc_and_no_table_of_a_zone_is_written():
    text = calendar.written([entry(date(2027, 7, 1), "Europe/Lisbon")])
    assert b"DTSTART:20270701T090000Z" in text
    assert b"VTIMEZONE" not in text
    assert b"TZID" not in text


@needs_khal
def test_a_series_read_by_khal_keeps_its_hour_over_two_changes(owner, couple, tmp_path):
    series = make.make_series(
        couple, owner, preset="own", every=1, unit="months", count=12, zone="Europe/Lisbon", weekday=None
    )
    text = calendar.written(calendar.of_series(series))
    last = series.boosters.order_by("-due_on").first().due_on
    shown = khal.read(text, "Europe/Lisbon", str(timezone.localdate()), str(last + timedelta(days=1)), tmp_path)
    assert len(shown) == 12
    assert {start[-5:] for start, _title in shown} == {"10:00"}
    utc = {event.decoded("dtstart").hour for event in events(text)}
    assert utc == {9, 10}


# What stands in it


def test_titles_are_neutral_unless_initials_were_chosen(owner, couple):
    make.make_series(couple, owner)
    factories.make_session(couple, owner, kind="repair")
    plain = calendar.written(calendar.entries_of(owner, initials=False)).decode()
    chosen = calendar.written(calendar.entries_of(owner, initials=True)).decode()
    for word in ("Maya", "Ruben", couple.code, "ooster", "epair", "ouple", "rust"):
        assert word not in plain
        assert word not in chosen
    assert "SUMMARY:Appointment\r\n" in plain
    assert "M. & R." not in plain
    assert "SUMMARY:Appointment M. & R.\r\n" in chosen


def test_a_booked_booster_stands_there_once(owner, couple):
    series = make.make_series(couple, owner)
    booster = make.first_of(series)
    booster_actions.book(booster, by=owner, version=1, starts_at=datetime.combine(booster.due_on, time(11)), minutes=50)
    found = calendar.entries_of(owner, initials=False)
    assert len(found) == 6
    assert [one.sure for one in found].count(True) == 1
    assert calendar.of_booster(make.first_of(series)).uid in {one.uid for one in found}


def test_nothing_of_other_peoples_cases_is_in_a_feed(owner, colleague, supervisor, world):
    assert calendar.entries_of(colleague, initials=True) == []
    assert calendar.entries_of(supervisor, initials=True) == []
    assert len(calendar.entries_of(owner, initials=True)) > 5


HOSTILE = [
    "x\r\nATTENDEE:mailto:evil@example.org", "x\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:evil", "x" * 10_000,
    "\N{PILE OF POO}" * 200, "a;b,c\\d:e", "\u202ereversed", "\x00nul", "BEGIN:VCALENDAR",
]  # fmt: skip


@pytest.mark.parametrize("who", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_title_parses_to_exactly_one_event(who):
    text = calendar.written([entry(date(2027, 7, 1), "UTC", who=who)])
    found = events(text)
    assert len(found) == 1
    assert "ATTENDEE" not in found[0]
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert b"\n" not in text.replace(b"\r\n", b"")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_title_comes_back_as_it_was_written(who):
    one = entry(date(2027, 7, 1), "UTC", who=who)
    assert str(events(calendar.written([one]))[0]["summary"]) == calendar.title_of(one)


# The address


def test_the_address_is_shown_once_and_kept_as_a_hash(owner, signed_in):
    page = signed_in(owner)
    answer = page.post(reverse("calendar_feed_make"))
    path = answer.context["address"].removeprefix("http://testserver")
    token = path.split("/")[-1].removesuffix(".ics")
    assert len(token) >= 43  # 256 bits
    assert fetched(path).status_code == 200
    assert token not in page.get(reverse("calendar_feed")).content.decode()
    assert token not in str(CalendarFeed.objects.values_list())
    assert token not in str(list(TrailEntry.objects.values_list("verb", "what", "detail")))
    assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_a_replaced_address_is_dead_at_once(owner):
    old = actions.make_feed(by=owner)
    new = actions.make_feed(by=owner)
    assert (fetched(old).status_code, fetched(new).status_code) == (404, 200)


def test_an_address_that_was_taken_back_is_dead_at_once(owner, signed_in):
    path = actions.make_feed(by=owner)
    signed_in(owner).post(reverse("calendar_feed_end"))
    assert fetched(path).status_code == 404


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.SUPERVISOR}, {"role": Role.FRONT_DESK}])
def test_an_address_dies_with_the_account_and_with_the_role(owner, change):
    path = actions.make_feed(by=owner)
    type(owner).objects.filter(pk=owner.pk).update(**change)
    assert fetched(path).status_code == 404


def test_every_wrong_address_is_answered_alike(owner, stranger):
    path = actions.make_feed(by=owner)
    token = path.split("/")[-1].removesuffix(".ics")
    taken_back = actions.make_feed(by=stranger)
    actions.take_back(CalendarFeed.objects.get(user=stranger), by=stranger)
    wrong = [token[:-1], token + "x", token.swapcase(), "x", secrets.token_urlsafe(32)]
    answers = {fetched(reverse("calendar_read", args=[one])).content for one in wrong} | {fetched(taken_back).content}
    assert len(answers) == 1
    assert {fetched(reverse("calendar_read", args=[one])).status_code for one in wrong} == {404}


def test_guessing_is_slowed_down_and_the_right_address_still_works(owner):
    path = actions.make_feed(by=owner)
    for _n in range(actions.MISSES_AN_HOUR):
        fetched(reverse("calendar_read", args=[secrets.token_urlsafe(32)]))
    assert fetched(reverse("calendar_read", args=[secrets.token_urlsafe(32)])).status_code == 429
    assert fetched(path).status_code == 200


def test_an_address_is_read_only_so_often(owner):
    path = actions.make_feed(by=owner)
    for _n in range(actions.READS_AN_HOUR):
        assert fetched(path).status_code == 200
    assert fetched(path).status_code == 429


def test_a_pause_of_some_minutes_gives_no_new_readings(owner, time_machine):
    """All of an hour count, also where the cache would forget sooner by itself."""
    time_machine.move_to(timezone.now().replace(minute=1))
    path = actions.make_feed(by=owner)
    for _n in range(actions.READS_AN_HOUR):
        assert fetched(path).status_code == 200
    time_machine.move_to(timezone.now().replace(minute=40))
    assert fetched(path).status_code == 429
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    assert fetched(path).status_code == 200


def test_the_feed_is_read_only(owner):
    path = actions.make_feed(by=owner)
    assert Client().post(path).status_code == 405
    answer = fetched(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert not answer.cookies


def test_logs_never_hold_an_address():
    record = logging.LogRecord("django.request", 40, "", 1, "Error: %s", ("/calendar/s3cret-tok3n.ics",), None)
    line = OneLine().format(record)
    assert "s3cret" not in line
    assert "/calendar/..." in line


def test_the_titles_are_a_choice(owner, signed_in, couple):
    make.make_series(couple, owner)
    path = actions.make_feed(by=owner)
    assert "M. & R." not in fetched(path).content.decode()
    signed_in(owner).post(reverse("calendar_feed_titles"), {"initials": "1"})
    assert "M. & R." in fetched(path).content.decode()


def test_a_feed_takes_the_same_queries_for_one_entry_and_many(owner, django_assert_num_queries):
    for count in (1, 3):
        case = factories.make_case(owner)
        make.make_series(case, owner)
        with django_assert_num_queries(3):
            found = calendar.entries_of(owner, initials=True)
        assert len(found) >= 6 * (1 if count == 1 else 2)


def test_a_feed_that_has_not_changed_is_written_once(owner, couple, monkeypatch, django_assert_num_queries):
    make.make_series(couple, owner)
    session = factories.make_session(couple, owner)
    now = timezone.now()
    first = calendar.feed_of(owner, initials=True, now=now)
    assert first == calendar.written(calendar.entries_of(owner, initials=True, now=now))
    with monkeypatch.context() as patch, django_assert_num_queries(3):
        patch.setattr(calendar, "written", lambda entries: pytest.fail("nothing has changed"))
        assert calendar.feed_of(owner, initials=True, now=now + timedelta(minutes=5)) is first
    session.change(session.version, minutes=75)
    longer = calendar.feed_of(owner, initials=True, now=now)
    (hour,) = (each for each in events(longer) if str(each["uid"]) == calendar._uid("session", session.pk))
    assert hour.decoded("dtend") - hour.decoded("dtstart") == timedelta(minutes=75)


def _next_day(series, couple):
    booster = make.first_of(series)
    booster.change(booster.version, due_on=booster.due_on + timedelta(days=1))


def _another_length(series, couple):
    series.change(series.version, minutes=30)


def _gone(series, couple):
    booster = make.first_of(series)
    booster.change(booster.version, state="not_needed")


def _another_name(series, couple):
    person = couple.participants.first().person
    person.change(person.version, print_name="Zora")


@pytest.mark.parametrize("what", [_next_day, _another_length, _gone, _another_name])
def test_whatever_changes_stands_in_the_next_reading(owner, couple, what):
    series = make.make_series(couple, owner)
    before = calendar.feed_of(owner, initials=True)
    what(series, couple)
    after = calendar.feed_of(owner, initials=True)
    assert after != before
    assert after == calendar.written(calendar.entries_of(owner, initials=True))


def test_feeds_of_two_people_and_two_choices_are_kept_apart(owner, colleague, couple):
    make.make_series(couple, owner)
    make.make_series(factories.make_case(colleague), colleague)
    for person in (owner, colleague, owner):
        for initials in (True, False, True):
            feed = calendar.feed_of(person, initials=initials)
            assert feed == calendar.written(calendar.entries_of(person, initials=initials))


def test_a_feed_is_given_also_where_room_is_made_meanwhile(owner, couple, monkeypatch):
    """Another thread of the server may clear the shelf at any moment."""
    make.make_series(couple, owner)

    class Shelf(dict):
        def __setitem__(self, place, feed):
            """Gone as soon as it is put there."""

    monkeypatch.setattr(calendar, "_feeds", Shelf())
    feed = calendar.feed_of(owner, initials=False)
    assert feed == calendar.written(calendar.entries_of(owner, initials=False))


def test_not_more_feeds_are_kept_than_there_is_room_for(owner, couple, monkeypatch):
    monkeypatch.setattr(calendar, "MOST_FEEDS", 1)
    calendar._feeds.clear()
    for initials in (True, False):
        calendar.feed_of(owner, initials=initials)
        assert list(calendar._feeds) == [(owner.pk, initials, "en")]
