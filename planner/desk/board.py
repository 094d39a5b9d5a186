"""The boosters of a person's cases on one board: what is due, overdue and missed, whose they are; honest figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.prepared import DAY, ID, MOMENT, counted, day_of, prepared, several
from planner.boosters import dates, reentry
from planner.boosters.models import OPEN, Booster, BoosterState, Decision, ReentryDecision, Series
from planner.cases.models import Case, TeamMember
from planner.practice.models import User

#: What the board can show; the address names it.
SHOWS = {
    "due": _("Due by the end of the month"),
    "week": _("Due this week, not booked"),
    "overdue": _("Overdue"),
    "missed": _("Missed, to follow up"),
    "open": _("All to come"),
    "settled": _("Settled"),
    "cases": _("Cases in maintenance"),
}
LATELY = timedelta(days=365)
PAGE = 25
#: What a list of boosters says of each, on screen, on paper and in the table: no words that somebody wrote.
LISTED = (
    "number", "due_on", "clock", "opens_on", "closes_on", "state", "moved_from", "series__case__code", "series__name",
    "series__zone", "session__starts_at", "session__state",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the address asks for; anything that does not exist falls back to the usual."""

    show: str = "due"
    who: int = 0

    @property
    def listed(self) -> str:
        """What a list of boosters shows: of the cases in maintenance, all that is to come."""
        return "open" if self.show == "cases" else self.show

    @classmethod
    def of(cls, query: Any) -> Asked:
        who = query.get("who", "")
        show = query.get("show", "")
        is_number = who.isascii() and who.isdigit() and len(who) < 16
        return cls(show if show in SHOWS else "due", int(who) if is_number else 0)


def boosters(user: User, asked: Asked, today: date | None = None) -> QuerySet:
    """The boosters that the board shows, the most pressing first."""
    return _shown(user, asked.show, **_values(asked, today or timezone.localdate()))


def count(user: User, asked: Asked) -> int:
    """How many boosters that is."""
    return sum(_count(user=user, show=asked.show, whose=bool(asked.who), **_values(asked, timezone.localdate())))


def page(user: User, asked: Asked, number: int) -> list[Booster]:
    """One page of them, for a list. The first, which nearly everybody opens, is a question that is made once."""
    if number > 1:
        return list(listed(boosters(user, asked))[(number - 1) * PAGE : number * PAGE])
    return _first(user=user, show=asked.show, whose=bool(asked.who), **_values(asked, timezone.localdate()))


def _values(asked: Asked, today: date) -> dict[str, Any]:
    """Whose, and the day and moment by which the boosters are chosen; `until` is the last day that is shown."""
    until = dates.monday(today) + timedelta(days=6) if asked.show == "week" else last_of_month(today)
    return {"who": asked.who, "today": today, "until": until, "now": timezone.now()}


@prepared(who=ID, today=DAY, until=DAY, now=MOMENT)
def _count(user: Any, show: str, whose: bool, who: int, **days: Any) -> QuerySet:
    return counted(_shown(user, show, who if whose else 0, **days))


@prepared(who=ID, today=DAY, until=DAY, now=MOMENT)
def _first(user: Any, show: str, whose: bool, who: int, **days: Any) -> QuerySet[Booster]:
    return listed(_shown(user, show, who if whose else 0, **days))[:PAGE]


def _shown(user: Any, show: str, who: int, today: date, until: date, now: datetime) -> QuerySet[Booster]:
    rows = _whose(Booster.objects.visible_to(user), who, "series__case__", today)
    if show == "overdue":
        rows = rows.overdue(today, now)
    elif show == "missed":
        rows = rows.to_follow_up()
    elif show == "settled":
        return rows.standing().exclude(stands__in=OPEN).order_by("-due_on", "-pk")
    elif show == "week":
        rows = rows.unbooked().filter(opens_on__lte=until, closes_on__gte=today)
    else:
        rows = rows.open().filter(due_on__lte=until) if show == "due" else rows.open()
    return rows.order_by("due_on", "pk")


def last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _whose(rows: QuerySet, who: int, to: str, today: date) -> QuerySet:
    """Rows of the cases that one colleague carries on a day."""
    if not who:
        return rows
    places = TeamMember.objects.current(today).filter(user=who).exclude(role="supervisor")
    return rows.filter(**{f"{to}pk__in" if to == "" else f"{to[:-2]}__in": places.values("case")})


def listed(rows: QuerySet) -> QuerySet:
    """Boosters with what a list says of them, and no more: a page reads four tables, most of it long texts."""
    return rows.select_related("series__case", "session").only(*LISTED)


def with_labels(rows: Iterable[Booster]) -> list[Booster]:
    """The rows of one page, each with `total` (how many its series has) and `lead`; two queries."""
    rows = list(rows)
    totals = dict(_totals(series=[row.series_id for row in rows]))
    names = dict(_leads(cases=[row.series.case_id for row in rows], on=timezone.localdate()))
    for row in rows:
        row.total, row.lead = totals.get(row.series_id, 0), names.get(row.series.case_id, "")
    return rows


@prepared(series=several(ID))
def _totals(series: list[int]) -> QuerySet:
    counted = Booster.objects.filter(series__pk__in=series, again_for=None).values("series").annotate(n=Count("pk"))
    return counted.order_by().values_list("series", "n")


@prepared(cases=several(ID), on=DAY)
def _leads(cases: list[int], on: date) -> QuerySet:
    leads = TeamMember.objects.current(on).filter(case__pk__in=cases, role="lead")
    return leads.order_by().values_list("case", "user__name")


def maintained(user: Any, who: int, today: date) -> QuerySet[Case]:
    """Cases with a series that goes on, each with the day of its next booster (`next_due`), by which they stand:
    first those that have none to come, whatever a database makes of nothing.

    "From today" is asked for within the minimum: among the conditions it would have the database go, for each case,
    through whatever is due in the practice instead of the few boosters of the case."""
    open_series = Series.objects.open().filter(case=OuterRef("pk"))
    of_case = Booster.objects.filter(series__case=OuterRef("pk")).open().order_by().values("series__case")
    coming = of_case.annotate(next=Min("due_on", filter=Q(due_on__gte=today)))
    rows = _whose(Case.objects.visible_to(user).filter(Exists(open_series)), who, "", today)
    rows = rows.annotate(next_due=Subquery(coming.values("next"))).only("code", "phase", "closed_on")
    return rows.order_by(F("next_due").asc(nulls_first=True), "code")


def count_maintained(user: User, asked: Asked) -> int:
    """How many cases that is."""
    today = timezone.localdate()
    return sum(_count_maintained(user=user, whose=bool(asked.who), who=asked.who, today=today))


def page_maintained(user: User, asked: Asked, number: int) -> list[Case]:
    """One page of them; of the first the question is made once."""
    today = timezone.localdate()
    if number > 1:
        return list(maintained(user, asked.who, today)[(number - 1) * PAGE : number * PAGE])
    return _first_maintained(user=user, whose=bool(asked.who), who=asked.who, today=today)


@prepared(who=ID, today=DAY)
def _count_maintained(user: Any, whose: bool, who: int, today: date) -> QuerySet:
    open_series = Series.objects.open().filter(case=OuterRef("pk"))
    return counted(_whose(Case.objects.visible_to(user).filter(Exists(open_series)), who if whose else 0, "", today))


@prepared(who=ID, today=DAY)
def _first_maintained(user: Any, whose: bool, who: int, today: date) -> QuerySet[Case]:
    return maintained(user, who if whose else 0, today)[:PAGE]


def with_reasons(cases: Iterable[Case]) -> list[Case]:
    """Cases of one page, each with the day its last booster was held (`held_last`), and `reasons` where its rule is
    met."""
    rows = list(cases)
    ids = [case.pk for case in rows]
    met = reentry.reasons_for(ids)
    lasts = dict(_last_held(cases=ids))
    for case in rows:
        case.held_last, case.reasons = lasts.get(case.pk), met.get(case.pk, [])
    return rows


@prepared(cases=several(ID))
def _last_held(cases: list[int]) -> QuerySet:
    held = Booster.objects.filter(series__case__pk__in=cases, state=BoosterState.HELD).order_by()
    return held.values_list("series__case").annotate(last=Max("held_on"))


@dataclass(frozen=True)
class Figures:
    """Simple figures with what they are counted from. `days_to_miss` is the median from a series' start to its first
    missed booster, among the `with_miss` series that have one; `series` are all of them."""

    past: int
    held: int
    missed: int
    waiting: int
    series: int
    with_miss: int
    days_to_miss: int | None
    reentries: int


def figures(user: User) -> Figures:
    """The figures of the person's cases, all years together; re-entries of the last twelve months."""
    today = timezone.localdate()
    rows = Booster.objects.visible_to(user).standing()
    past = rows.filter(due_on__lte=today).exclude(stands=BoosterState.NOT_NEEDED)
    counts = past.aggregate(
        past=Count("pk"),
        held=Count("pk", filter=Q(stands=BoosterState.HELD)),
        missed=Count("pk", filter=Q(stands=BoosterState.MISSED)),
    )
    firsts = Booster.objects.visible_to(user).filter(state=BoosterState.MISSED).values("series")
    pairs = firsts.annotate(first=Min("missed_on"), began=Max("series__start_on")).values_list("began", "first")
    days = [(first - began).days for began, first in pairs.order_by()]
    lately = ReentryDecision.objects.visible_to(user).filter(
        decision=Decision.TREATMENT, at__gte=timezone.now() - LATELY
    )
    return Figures(
        **counts, waiting=counts["past"] - counts["held"] - counts["missed"],
        series=Series.objects.visible_to(user).count(), with_miss=len(days),
        days_to_miss=round(median(days)) if days else None, reentries=lately.count(),
    )  # fmt: skip


def clinicians(user: User) -> list[tuple[int, str]]:
    """Those who carry one of the cases on the board, for its filter."""
    return _clinicians(user=user)


@prepared()
def _clinicians(user: Any) -> QuerySet:
    places = TeamMember.objects.current(day_of(user)).filter(case__in=Case.objects.visible_to(user))
    places = places.exclude(role="supervisor")
    return places.values_list("user", "user__name").distinct().order_by("user__name")


def by_clinician(user: User) -> list[dict[str, Any]]:
    """For the owner: how many boosters of each colleague are due this month, overdue, and missed without a follow-up,
    across the practice. Numbers alone: whose cases they are stays with the team of each case."""
    if not user.is_owner:
        return []
    today = timezone.localdate()
    rows = Booster.objects.filter(series__case__practice=user.practice_id)
    lead = {"series__case__team__role": "lead"}
    found: dict[str, dict[str, Any]] = {}
    for name, some in (
        ("due", rows.open().filter(due_on__gte=today, due_on__lte=last_of_month(today))),
        ("overdue", rows.overdue(today)),
        ("missed", rows.to_follow_up()),
    ):
        counted = (
            some.filter(**lead).values_list("series__case__team__user__name").annotate(n=Count("pk", distinct=True))
        )
        for who, count in counted.order_by():
            found.setdefault(who, {"who": who, "due": 0, "overdue": 0, "missed": 0})[name] = count
    return sorted(found.values(), key=lambda row: row["who"])
