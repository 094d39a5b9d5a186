"""Appointments as iCalendar: neutral titles, times in UTC.

Every time is written as UTC ("Z"), never with a VTIMEZONE: the zone tables that are generated carry lists of dates that
a common reader takes wrongly, an hour off on one side of the clock change. The moment is worked out from the wall time
and zone when the text is written, which each process does anew: a change in the rules of a zone moves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from planner.base.prepared import DAY, MOMENT, prepared
from planner.base.text import clean_line
from planner.boosters import dates
from planner.boosters.models import Booster, Series
from planner.cases import names
from planner.cases.models import Case
from planner.practice.models import User
from planner.sessions.models import Session, SessionState

PAST = timedelta(days=60)  # how far back a feed reaches
AHEAD = timedelta(days=3 * 365)
MOST = 5000
MOST_FEEDS = 40  # kept written, some 300 bytes an appointment
LONGEST_TITLE = 120


@dataclass(frozen=True)
class Entry:
    """One appointment. `who` is "" unless initials were chosen; `sure` is False for a date without its hour yet."""

    uid: str
    starts: datetime
    minutes: int
    changed: datetime
    sequence: int
    who: str = ""
    sure: bool = True


def entries_of(user: User, *, initials: bool, now: datetime | None = None) -> list[Entry]:
    """The appointments of the cases that the person carries: sessions, and boosters to come without an hour. Two
    queries, one more for initials; plain values, as there may be thousands."""
    now = now or timezone.now()
    since, until = now - PAST, now + AHEAD
    sessions = _sessions(user=user, since=since, until=until)
    boosters = _boosters(user=user, since=since.date(), until=until.date())
    who = _initials({row[-2]: row[-1] for row in sessions + boosters}) if initials else {}
    found = [
        Entry(_uid("session", pk), starts, minutes, changed, version, who.get(case, ""))
        for pk, starts, minutes, changed, version, case, _code in sessions
    ]
    return found + [
        Entry(_uid("booster", pk), _moment(day, clock, zone), minutes, changed, version, who.get(case, ""), sure=False)
        for pk, day, clock, zone, minutes, changed, version, case, _code in boosters
    ]


def feed_of(user: User, *, initials: bool, now: datetime | None = None) -> bytes:
    """The same, written. Calendars ask for it every few minutes and there may be thousands: where nothing has changed
    since they last asked (two queries of marks, one more for initials), they get the text that was written then."""
    now = now or timezone.now()
    since, until = now - PAST, now + AHEAD
    sessions = _sessions(user=user, since=since, until=until, marks=True, whose=initials)
    marks = sessions + _boosters(user=user, since=since.date(), until=until.date(), marks=True, whose=initials)
    who = _initials({row[-2]: row[-1] for row in marks}) if initials else {}
    place = user.pk, initials, get_language()
    kept = _feeds.get(place)  # once: another thread may make room meanwhile
    if kept is None or kept[:2] != (marks, who):
        if len(_feeds) >= MOST_FEEDS:
            _feeds.clear()
        kept = _feeds[place] = marks, who, written(entries_of(user, initials=initials, now=now))
    return kept[-1]


#: Of a person, with initials or without, in a language: the marks and initials it was written from, and the text.
_feeds: dict[tuple[int, bool, str | None], tuple[list[tuple], dict[int, str], bytes]] = {}
_CASE = ("case", "case__code")


@prepared(since=MOMENT, until=MOMENT)
def _sessions(
    user: User, since: datetime, until: datetime, marks: bool = False, whose: bool = True
) -> QuerySet[Session]:
    """What stands in a feed, or (`marks`) by what one sees that it has changed; with its case or without."""
    states = [SessionState.PLANNED, SessionState.RUNNING, SessionState.HELD]
    rows = Session.objects.editable_by(user).filter(state__in=states)
    rows = rows.filter(starts_at__gte=since, starts_at__lte=until).order_by("starts_at")
    said = ("pk", _changed("changed_at")) if marks else ("pk", "starts_at", "minutes", "changed_at", "version")
    return rows.values_list(*said, *(_CASE if whose else ()))[:MOST]


@prepared(since=DAY, until=DAY)
def _boosters(user: User, since: date, until: date, marks: bool = False, whose: bool = True) -> QuerySet[Booster]:
    rows = Booster.objects.editable_by(user).unbooked().filter(due_on__gte=since, due_on__lte=until).order_by("due_on")
    said = ("pk", "due_on", "clock", "series__zone", "series__minutes", "changed_at", "version")
    if marks:
        said = ("pk", _changed("changed_at"), _changed("series__changed_at"))
    return rows.values_list(*said, *(f"series__{name}" for name in _CASE if whose))[:MOST]


def _changed(name: str) -> Cast:
    """A moment as the text it is kept as: to be compared it need not become a moment."""
    return Cast(name, TextField())


def _moment(day: date, clock: time, zone: str) -> datetime:
    return dates.moment(datetime.combine(day, clock), zone)


def _initials(codes: dict[int, str]) -> dict[int, str]:
    """Case -> the initials of its people, its code where it has none."""
    cases = [Case(pk=pk, code=code) for pk, code in codes.items()]
    names.tell(cases)
    return {case.pk: names.label(case) for case in cases}


def _of_session(session: Session, who: str) -> Entry:
    uid = _uid("session", session.pk)
    return Entry(uid, session.starts_at, session.minutes, session.changed_at, session.version, who)


def of_booster(booster: Booster, who: str = "") -> Entry:
    """A booster: the hour that is booked, else the time it is due, which is not sure yet. A booked one has the identity
    of its session, so that a calendar with both shows it once."""
    if booster.has_hour:
        return _of_session(booster.session, who)
    return Entry(
        _uid("booster", booster.pk), booster.moment, booster.series.minutes, booster.changed_at, booster.version, who,
        sure=False,
    )  # fmt: skip


def of_series(series: Series) -> list[Entry]:
    """What is still to come of a series."""
    rows = series.boosters.open().filter(due_on__gte=timezone.localdate()).select_related("series", "session")
    return [of_booster(booster) for booster in rows.order_by("due_on")]


@lru_cache(maxsize=20_000)
def _uid(kind: str, pk: int) -> str:
    """The same for the same thing for ever, different between installations, telling nothing."""
    mark = salted_hmac("planner.exchange.calendar", f"{kind} {pk}").hexdigest()[:32]
    return f"{mark}@clinic-planner"


def written(entries: Iterable[Entry]) -> bytes:
    """The calendar as text: folded at 75 octets, escaped, CRLF."""
    calendar = Calendar()
    calendar.add("prodid", "-//clinic planner//appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", _("Appointments"))
    head, end = calendar.to_ical().split(_END)
    words = {sure: _word(sure=sure) for sure in (True, False)}
    events = (_event(entry, _title(words[entry.sure], entry.who)) for entry in entries)
    return b"".join([head, *events, _END, end])


_END = b"END:VCALENDAR"


@lru_cache(maxsize=20_000)
def _event(entry: Entry, title: str) -> bytes:
    """One event as text. A calendar asks for the same ones every few minutes, and an entry that changed is another one:
    so each is written once a process (a third of a millisecond, which two thousand of them would feel)."""
    event = Event()
    starts = entry.starts.astimezone(UTC)
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed.astimezone(UTC))
    event.add("last-modified", entry.changed.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("dtstart", starts)
    event.add("dtend", starts + timedelta(minutes=entry.minutes))
    event.add("summary", title)
    event.add("status", "CONFIRMED" if entry.sure else "TENTATIVE")
    event.add("transp", "OPAQUE" if entry.sure else "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event.to_ical()


def title_of(entry: Entry) -> str:
    """Neutral: what stands on a phone that somebody else picks up."""
    return _title(_word(sure=entry.sure), entry.who)


def _word(*, sure: bool) -> str:
    return _("Appointment") if sure else _("Appointment, not confirmed")


@lru_cache(maxsize=5_000)
def _title(word: str, who: str) -> str:
    return clean_line(f"{word} {who}")[:LONGEST_TITLE]
