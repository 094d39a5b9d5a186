"""When a measure is due. Sessions, reviews and boosters belong to higher floors: whoever asks hands them in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from planner.base.prepared import DAY, ID, prepared
from planner.cases.models import Case, Person
from planner.progress.models import DueRule, DueUnit, Rating

#: A rating this many days before a review or a booster still counts for it.
FRESH = 7


@dataclass(frozen=True)
class Due:
    """One measure of one person that is due. `last` is the day it was last filled; `rule` says why."""

    person: Person
    measure: str
    rule: DueRule
    last: datetime.date | None


def due_for(
    case: Case,
    on: datetime.date,
    *,
    held: Sequence[datetime.date] = (),
    review: bool = False,
    booster: bool = False,
    rules: Iterable[DueRule] | None = None,
) -> list[Due]:
    """What is due in the hour of that day, each measure of a person once. `held` are the days of sessions held so far;
    `review` and `booster` say what the hour is. Two queries, one where the rules are handed in."""
    if rules is None:
        rules = rules_of(case=case.pk)
    rules = [rule for rule in rules if rule.case_id == case.pk]
    if not rules:
        return []
    lasts = last_filled(case, on)
    found: dict[tuple[int, str], Due] = {}
    for rule in rules:
        key = (rule.person_id, rule.measure)
        last = lasts.get(key)
        if is_due(rule, last, on, held=held, review=review, booster=booster):
            found.setdefault(key, Due(rule.person, rule.measure, rule, last))
    return list(found.values())


def last_filled(case: Case, on: datetime.date) -> dict[tuple[int, str], datetime.date]:
    """(person, measure) -> the day it was last filled, up to `on`."""
    return {(person_id, measure): day for person_id, measure, day in _lasts(case=case.pk, on=on)}


@prepared(case=ID, on=DAY)
def _lasts(case: int, on: datetime.date) -> QuerySet:
    rows = Rating.objects.filter(case=case, on__lte=on).standing().order_by()
    return rows.values_list("person_id", "measure").annotate(last=Max("on"))


@prepared(case=ID)
def rules_of(case: int) -> QuerySet[DueRule]:
    """The rules of a case that were not ended, each with its person."""
    return DueRule.objects.current().filter(case=case).select_related("person")


def last_filled_in(case_ids: Iterable[int], on: datetime.date) -> dict[tuple[int, int, str], datetime.date]:
    """(case, person, measure) -> the day it was last filled, up to `on`, in many cases at once. One query."""
    rows = Rating.objects.filter(case__in=list(case_ids), on__lte=on).standing().order_by()
    newest = rows.values_list("case_id", "person_id", "measure").annotate(last=Max("on"))
    return {(case_id, person_id, measure): last for case_id, person_id, measure, last in newest}


def is_due(
    rule: DueRule,
    last: datetime.date | None,
    on: datetime.date,
    *,
    held: Sequence[datetime.date] = (),
    review: bool = False,
    booster: bool = False,
) -> bool:
    """Whether the rule asks for the measure on that day. Before the first rating it asks as soon as it holds."""
    if on < rule.since or last == on:
        return False
    if rule.unit in (DueUnit.REVIEW, DueUnit.BOOSTER):
        asked = review if rule.unit == DueUnit.REVIEW else booster
        return asked and (last is None or (on - last).days > FRESH)
    if last is None:
        return True
    if rule.unit == DueUnit.WEEKS:
        return on >= last + datetime.timedelta(weeks=rule.every)
    since = sum(1 for day in held if last < day < on)
    return since + 1 >= rule.every
