"""Falls of trust beyond a person's usual change, marked on the ratings themselves by the actions that change them: many
pages ask for falls, and each would have to read the person's whole line."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from planner.cases.models import Case, Person
from planner.progress.models import Rating

#: The measure of which falls are marked: trust, 0 to 10.
TRUST = "trust"
#: With fewer changes than this to go by, a fall of SMALLEST points or more counts as beyond the usual change.
ENOUGH = 3
SMALLEST = 2


def fell_from(scores: Iterable[float]) -> list[float | None]:
    """For each score of a line, oldest first: the score before, where it is a fall beyond the usual change.

    The usual change is the median of the changes so far, whatever their direction. It is no validated cut-off: our 0-10
    ratings have none.
    """
    found: list[float | None] = []
    changes: list[float] = []
    before: float | None = None
    for score in scores:
        found.append(before if before is not None and _is_fall(score - before, changes) else None)
        if before is not None:
            changes.append(abs(score - before))
        before = score
    return found


def _is_fall(change: float, changes: list[float]) -> bool:
    usual = median(changes) if len(changes) >= ENOUGH else SMALLEST - 1
    return change < 0 and -change > max(usual, SMALLEST - 1)


def mark(case: Case, person: Person) -> None:
    """Marks the falls in one person's line of trust anew: one rating more or less moves what is usual for those after
    it. Called by whatever records a rating, takes one back or puts it back."""
    every = Rating.objects.filter(case=case, person=person, measure=TRUST)
    rows = list(every.filter(score__isnull=False).standing().order_by("on", "pk").only("score", "fell_from"))
    for row, told in zip(rows, fell_from([row.score for row in rows]), strict=True):
        if row.fell_from != told:
            Rating.objects.filter(pk=row.pk).update(fell_from=told)
