"""The brief before a booster, on one page: what worked, the plan, last scores, agreements, homework, promises.

For the clinician: it lays two people's private ratings side by side and is never a client's paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from planner.agreements.models import AgreementVersion
from planner.base.prepared import DAY, ID, prepared
from planner.boosters import measures
from planner.boosters.models import Booster, BoosterState
from planner.cases.models import Case, Person
from planner.cases.names import with_people
from planner.homework.models import Assignment
from planner.plans.models import Objective, Plan, Standing, Status
from planner.practice.models import User
from planner.progress import measures as known
from planner.progress.charts import Chart
from planner.progress.lines import chart_of, title_of
from planner.progress.models import Event, EventKind, Milestone, MilestoneKind, Rating

MOST_LINES = 6
#: What is read of the booster that was held before, in the order of `Last`.
LAST = ("number", "held_on", "held_well", "slipped", "early_signs", "promised")


@dataclass(frozen=True)
class Score:
    """The newest rating of one measure by one person, and the one before it."""

    measure: str
    who: str
    on: date
    score: float | None
    before: float | None = None
    complete: bool = True

    @property
    def change(self) -> float | None:
        """What it rose (or fell) by since the rating before."""
        return None if self.score is None or self.before is None else self.score - self.before


@dataclass(frozen=True)
class Agreed:
    """A living document as it was last adopted; `due` says that it is to be looked at again."""

    name: str
    whose: str
    number: int
    on: date | None
    due: bool


@dataclass(frozen=True)
class Last:
    """The booster that was held before this one."""

    number: int
    on: date | None
    held_well: str
    slipped: str
    early_signs: str
    promised: str


@dataclass(frozen=True)
class Brief:
    """The context of boosters/_brief.html and paper/brief.html."""

    number: int
    total: int
    who: str
    due_on: date
    focus: tuple[str, ...]
    last: Last | None
    wins: tuple[tuple[date, str], ...]
    events: tuple[tuple[date, str, str], ...]
    objectives: tuple[tuple[str, str, bool], ...]
    plan_review: date | None
    has_plan: bool
    scores: tuple[Score, ...]
    agreed: tuple[Agreed, ...]
    homework: tuple[tuple[str, str, date], ...]
    chart: Chart | None = None


def of(booster: Booster, user: User) -> Brief:
    """The brief of one booster, in a constant number of queries. `user` may see its case."""
    series = booster.series
    case = series.case
    with_people(case)
    people = {place.person_id: place.person for place in case.participants.all()}
    names = {pk: person.on_paper for pk, person in people.items()}
    last = _last(booster)
    since = last.on if last and last.on else series.start_on
    happened = _happened(case=case.pk, since=since)
    has_plan, plan_review, objectives = _plan(case)
    return Brief(
        number=booster.number,
        total=len(_numbers(series=series.pk)),
        who=" & ".join(names[place] for place in names),
        due_on=booster.due_on,
        focus=tuple(filter(None, [booster.focus, *series.focus.splitlines()])),
        last=last,
        wins=_wins(case, since, happened),
        events=_events(happened, names),
        objectives=objectives,
        plan_review=plan_review,
        has_plan=has_plan,
        scores=scores(case, series.measures, names) if series.measures else (),
        agreed=_agreed(case, names),
        homework=_homework(case, names),
        chart=_chart(case, series.measures, list(people.values())),
    )


def _last(booster: Booster) -> Last | None:
    """The booster of this series held before this one, whatever its number: what was promised there is asked now."""
    asked = {"series": booster.series_id, "pk": booster.pk}
    if booster.state == BoosterState.HELD and booster.held_on:
        held = _held_before(**asked, on=booster.held_on)
    else:
        held = _held(**asked)
    return Last(*held[0]) if held else None


@prepared(series=ID, pk=ID)
def _held(series: int, pk: int) -> QuerySet:
    rows = Booster.objects.filter(series=series, state=BoosterState.HELD).exclude(pk=pk)
    return rows.order_by("-held_on", "-pk").values_list(*LAST)[:1]


@prepared(series=ID, pk=ID, on=DAY)
def _held_before(series: int, pk: int, on: date) -> QuerySet:
    rows = Booster.objects.filter(series=series, state=BoosterState.HELD)
    rows = rows.filter(Q(held_on__lt=on) | Q(held_on=on, pk__lt=pk))
    return rows.order_by("-held_on", "-pk").values_list(*LAST)[:1]


@prepared(series=ID)
def _numbers(series: int) -> QuerySet:
    """The numbers of a series: a second date has that of the first."""
    return Booster.objects.filter(series=series, again_for=None).order_by().values_list("number", flat=True)


@prepared(case=ID, since=DAY)
def _happened(case: int, since: date) -> QuerySet:
    """Day, kind, what is known and whom it is about of whatever stands on the time line since then, newest first. One
    look at it serves what went well and all the rest: few things happen between two boosters."""
    rows = Event.objects.filter(case=case, on__gte=since).standing().order_by("-on", "-pk")
    return rows.values_list("on", "kind", "known", "person_id")


def _wins(case: Case, since: date, happened: list) -> tuple[tuple[date, str], ...]:
    """What went well since then: wins and milestones, newest first."""
    wins = [(on, known or str(EventKind.WIN.label)) for on, kind, known, _who in happened if kind == EventKind.WIN]
    kinds = _milestones(case=case.pk, since=since)
    rows = wins[:MOST_LINES] + [(on, f"{MilestoneKind(kind).label}: {evidence}") for on, kind, evidence in kinds]
    return tuple(sorted(rows, reverse=True)[:MOST_LINES])


@prepared(case=ID, since=DAY)
def _milestones(case: int, since: date) -> QuerySet:
    rows = Milestone.objects.filter(case=case, on__gte=since).standing().order_by("-on", "-pk")
    return rows.values_list("on", "kind", "evidence")[:MOST_LINES]


def _events(happened: list, names: dict[int, str]) -> tuple[tuple[date, str, str], ...]:
    rows = [(on, kind, who) for on, kind, _known, who in happened if kind != EventKind.WIN]
    return tuple((on, str(EventKind(kind).label), names.get(who, "")) for on, kind, who in rows[:MOST_LINES])


def _plan(case: Case) -> tuple[bool, date | None, tuple[tuple[str, str, bool], ...]]:
    """Whether a plan is in force, the day of its review, and (number, sentence, met) of its objectives. They tell of
    their plan as well: it is asked for by itself where it has none."""
    rows = _objectives(case=case.pk)
    if not rows:
        plan = Plan.objects.active_of(case)
        return plan is not None, plan and plan.review_on, ()
    return True, rows[0].review_on, tuple((row.number, row.sentence, row.stands == Status.MET) for row in rows)


@prepared(case=ID)
def _objectives(case: Any) -> QuerySet[Objective]:
    """What a case works on, each with the day of the plan's review and where it stands, by its newest line."""
    newest = Standing.objects.filter(case=case, line=OuterRef("line")).newest_first().values("status")[:1]
    rows = Objective.objects.active_of(case).in_words()
    return rows.annotate(review_on=F("goal__plan__review_on"), stands=Subquery(newest))[: MOST_LINES + 2]


def scores(case: Case, slugs: Iterable[str], names: dict[int, str]) -> tuple[Score, ...]:
    """The last two ratings of each measure of the series, person by person."""
    found: dict[tuple[str, int], list[Rating]] = {}
    rows = Rating.objects.filter(case=case, measure__in=list(slugs)).standing().order_by("on", "pk")
    for row in rows.only("measure", "person", "on", "score", "complete"):
        found.setdefault((row.measure, row.person_id), []).append(row)
    made = []
    for (slug, person), rows in sorted(found.items(), key=lambda item: (item[0][0], item[0][1])):
        last, before = rows[-1], rows[-2].score if len(rows) > 1 else None
        name = measures.name_of(slug)
        made.append(Score(name, names.get(person, ""), last.on, last.score, before, last.complete))
    return tuple(made)


def _chart(case: Case, slugs: list[str], people: list[Person]) -> Chart | None:
    """Trust (or the first measure of the series that was filled) of the first two people on one axis. What somebody
    allowed on a chart for others does not count here: nobody but the clinician sees it."""
    wanted = sorted(slugs, key=lambda slug: slug != measures.TRUST)
    measure = known.usable(wanted[0], case.practice) if wanted else None
    if measure is None:
        return None
    each = [chart_of(case, measure, person, everything=True) for person in people[:2]]
    filled = [chart for chart in each if not chart.is_empty]
    if not filled:
        return None
    lines = tuple(line for chart in filled for line in chart.lines)
    return replace(filled[0], title=title_of(measure), lines=lines, beyond=None, says="")


def _agreed(case: Case, names: dict[int, str]) -> tuple[Agreed, ...]:
    today, newest = timezone.localdate(), {}
    for row in _adopted(case=case.pk):
        newest.setdefault(row.agreement_id, row)
    return tuple(
        Agreed(
            name=str(row.agreement.get_kind_display()),
            whose=names.get(row.agreement.person_id, ""),
            number=row.number,
            on=row.adopted_on,
            due=bool(row.agreement.review_because)
            or (row.agreement.review_on is not None and row.agreement.review_on <= today),
        )
        for row in newest.values()
    )


@prepared(case=ID)
def _adopted(case: int) -> QuerySet[AgreementVersion]:
    """Versions that were adopted of what stands in the case, the newest of each document first."""
    rows = AgreementVersion.objects.filter(agreement__case=case, agreement__ended_on=None, adopted_on__isnull=False)
    told = ("kind", "person", "review_on", "review_because")
    rows = rows.select_related("agreement").only("number", "adopted_on", *(f"agreement__{name}" for name in told))
    return rows.order_by("agreement__kind", "agreement__pk", "-number")


def _homework(case: Case, names: dict[int, str]) -> tuple[tuple[str, str, date], ...]:
    rows = _to_review(case=case.pk, on=timezone.localdate())
    return tuple((title, names.get(person, ""), day) for title, person, day in rows)


@prepared(case=ID, on=DAY)
def _to_review(case: Any, on: date) -> QuerySet:
    return Assignment.objects.to_review(case, on).values_list("title", "person_id", "starts_on")[: MOST_LINES + 2]
