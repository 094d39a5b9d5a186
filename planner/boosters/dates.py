"""The dates of a series: pure arithmetic on the wall clock of a zone, without a database.

Each date is counted from the start, never from the date before, so that the 31st comes back after a short month. A
date then goes to the preferred weekday, past the weeks that are left out, and past an hour or a day that the clock of
its zone jumps over. Every move carries its notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.utils import formats
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from planner.practice.countries import zones

#: At most so many boosters in one series, and so many years from its first day to its last.
MOST = 60
MOST_YEARS = 10
WEEKS, MONTHS = "weeks", "months"
LONGEST = {WEEKS: 52 * MOST_YEARS, MONTHS: 12 * MOST_YEARS}


@dataclass(frozen=True)
class Step:
    """How far a booster lies from the start: so many weeks or calendar months."""

    n: int
    unit: str

    def from_start(self, start: date) -> date:
        """The day; in a month without that day, the month's last one."""
        return start + relativedelta(**{self.unit: self.n})


@dataclass(frozen=True)
class Preset:
    """A rhythm with the note that says what is known about it. `steps` is empty for one's own."""

    slug: str
    name: str
    note: str
    source: str
    steps: tuple[Step, ...] = ()


def every(n: int, unit: str, count: int) -> tuple[Step, ...]:
    """`count` steps, each `n` weeks or months after the one before."""
    return tuple(Step(n * place, unit) for place in range(1, count + 1))


def _steps(weeks: Iterable[int], months: Iterable[int]) -> tuple[Step, ...]:
    return (*(Step(n, WEEKS) for n in weeks), *(Step(n, MONTHS) for n in months))


OWN = "own"
PRESETS: dict[str, Preset] = {
    preset.slug: preset
    for preset in (
        Preset(
            "taper",
            gettext_lazy("Taper: after 2, 4 and 8 weeks, then 3, 6 and 12 months"),
            gettext_lazy(
                "Practice convention. A common grid of follow-ups; no trial was found that tests these dates."
            ),
            "",
            _steps((2, 4, 8), (3, 6, 12)),
        ),
        Preset(
            "couple-year",
            gettext_lazy("Couple relapse prevention: 15 sessions over 12 months"),
            gettext_lazy(
                "59 couples after behavioural couple therapy for alcohol: 15 more couple sessions over a year went "
                "with more abstinent days, while they were held and for six months after. Every two weeks at first and "
                "then every month is our spacing; the studies' own was not verified."
            ),
            "O'Farrell, Choquette and Cutter 1998",
            _steps((2, 4, 6, 8, 10, 12), range(4, 13)),
        ),
        Preset(
            "quarterly",
            gettext_lazy("Every quarter for two years"),
            gettext_lazy(
                "Quarterly check-ups after treatment for substance use went with an earlier way back into treatment; "
                "the effect is modest. Other continuing care lost its effect after it stopped."
            ),
            gettext_lazy("Trials of recovery management check-ups"),
            every(3, MONTHS, 8),
        ),
        Preset(
            "yearly",
            gettext_lazy("Yearly check-up, for two years"),
            gettext_lazy(
                "215 couples: an assessment with feedback, and again a year later, went with small to moderate gains "
                "in closeness, acceptance and distress over two years."
            ),
            gettext_lazy("Trial of a yearly check-up for couples"),
            every(12, MONTHS, 2),
        ),
        Preset(OWN, gettext_lazy("Your own rhythm"), gettext_lazy("No study is claimed for a rhythm of your own."), ""),
    )
}


@dataclass(frozen=True)
class Rule:
    """What a series is made from. `weekday` is 0 for Monday; None leaves each date on its own weekday. `skipped` are
    the Mondays of the weeks that are left out. `before` and `after` are the days of the window around each date."""

    start: date
    steps: tuple[Step, ...]
    zone: str
    clock: time
    weekday: int | None = None
    skipped: frozenset[date] = frozenset()
    before: int = 3
    after: int = 7


@dataclass(frozen=True)
class Notice:
    """Why a date is not where the rhythm alone would have put it. `kind` is for tests, `sentence` for people."""

    kind: str
    sentence: str


@dataclass(frozen=True)
class Planned:
    """One date of a series: the wall time in the zone, its window (both days included), and what moved it."""

    number: int
    wall: datetime
    zone: str
    opens_on: date
    closes_on: date
    notices: tuple[Notice, ...] = ()

    @property
    def moment(self) -> datetime:
        """The same in UTC."""
        return moment(self.wall, self.zone)


class BadRule(ValueError):
    """A rule that gives no series; `field` is what to change, `str()` the sentence for the person."""

    def __init__(self, field: str, sentence: str):
        self.field = field
        super().__init__(sentence)


def moment(wall: datetime, zone: str) -> datetime:
    """The moment in UTC at which the clock of `zone` shows `wall` (naive). An hour that comes twice is the first."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def existing(wall: datetime, zone: str) -> datetime:
    """`wall`, or where the clock of `zone` jumps over it, as much later as the jump is long."""
    return moment(wall, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def nearest(day: date, weekday: int | None) -> date:
    """The preferred weekday closest to `day`, three days away at most."""
    if weekday is None:
        return day
    ahead = (weekday - day.weekday()) % 7
    return day + timedelta(days=ahead if ahead <= 3 else ahead - 7)


def plan(rule: Rule) -> list[Planned]:
    """The dates of a rule, each later than the one before. Raises BadRule where it makes no series."""
    _check(rule)
    found: list[Planned] = []
    earliest = rule.start
    for number, step in enumerate(rule.steps, 1):
        planned = _one(rule, number, step, earliest)
        found.append(planned)
        earliest = planned.wall.date() + timedelta(days=1)
    _check_windows(found)
    return found


def _one(rule: Rule, number: int, step: Step, earliest: date) -> Planned:
    plain = step.from_start(rule.start)
    notices = _short_month(rule, step, plain)
    day = nearest(plain, rule.weekday)
    while monday(day) in rule.skipped or day < earliest:
        day += timedelta(weeks=1)
    if day != nearest(plain, rule.weekday):
        notices.append(_moved_on(plain, day))
    asked = datetime.combine(day, rule.clock)
    wall = existing(asked, rule.zone)
    if wall != asked:
        notices.append(_jumped(asked, wall, rule.zone))
    return placed(number, wall, rule.zone, rule.before, rule.after, notices)


def placed(number: int, wall: datetime, zone: str, before: int, after: int, notices: Iterable[Notice] = ()) -> Planned:
    """A booster at a wall time with the window around its day."""
    day = wall.date()
    return Planned(number, wall, zone, day - timedelta(days=before), day + timedelta(days=after), tuple(notices))


def in_words(day: date) -> str:
    """A day as a sentence says it: "Thu 26 Nov 2026". Put together once for each language, as lists show many."""
    return _in_words(day, get_language())


@lru_cache(maxsize=4096)
def _in_words(day: date, _language: str | None) -> str:
    return formats.date_format(day, "D j M Y")


def _short_month(rule: Rule, step: Step, plain: date) -> list[Notice]:
    if rule.weekday is not None or step.unit != MONTHS or plain.day == rule.start.day:
        return []
    said = _("This month has no day %(day)d; it is the month's last day.") % {"day": rule.start.day}
    return [Notice("month", said)]


def _moved_on(plain: date, day: date) -> Notice:
    said = _("Moved on past a week that is left out or taken; the rhythm alone gives the week of %(day)s.")
    return Notice("week", said % {"day": in_words(monday(plain))})


def _jumped(asked: datetime, wall: datetime, zone: str) -> Notice:
    values = {"asked": f"{asked:%H:%M}", "zone": zone, "wall": f"{wall:%H:%M}"}
    if asked.date() != wall.date():
        said = _("This day does not exist in %(zone)s: the calendar jumps over it. Moved forward to the next one.")
        return Notice("day", said % values)
    said = _("The clock of %(zone)s jumps over %(asked)s that day; moved forward to %(wall)s.")
    return Notice("hour", said % values)


def _check(rule: Rule) -> None:
    if rule.zone not in zones():
        raise BadRule("zone", _("This time zone is not known. Choose a place from the list."))
    if not 1 <= len(rule.steps) <= MOST:
        raise BadRule("count", _("A series has between 1 and %(most)d boosters.") % {"most": MOST})
    if not 2000 <= rule.start.year <= 2100:
        raise BadRule("start_on", _("Choose a day in this century."))
    if any(not 1 <= step.n <= LONGEST[step.unit] for step in rule.steps):
        raise BadRule("count", _("A series lasts ten years at most. Choose fewer boosters."))
    if len(rule.skipped) > 52 * MOST_YEARS or any(monday(day) != day for day in rule.skipped):
        raise BadRule("skipped", _("Name weeks by any of their days, ten years of them at most."))


def _check_windows(found: Sequence[Planned]) -> None:
    """No window may reach into the next one: a visit would then count for two boosters."""
    for one, following in zip(found, found[1:], strict=False):
        if one.closes_on >= following.opens_on:
            sentence = _(
                "The window of booster %(n)d (until %(closes)s) reaches into that of booster %(next)d (from "
                "%(opens)s). Take %(days)d days or fewer for before and after together."
            )
            room = (following.wall.date() - one.wall.date()).days - 1
            values = {"n": one.number, "next": following.number, "days": room}
            values |= {"closes": in_words(one.closes_on), "opens": in_words(following.opens_on)}
            raise BadRule("after", sentence % values)
