"""What a case is called on a screen: initials, never full names, as a screen may be seen by the wrong person."""

from __future__ import annotations

from collections.abc import Iterable

from planner.cases.models import Case, Participant


def label(of: Case | Iterable[Participant]) -> str:
    """ "M. & R." for two, "M., R. & T." for three; a case without people is called by its code.

    Pass participants (with their persons fetched) where a list of cases is shown; a case alone is asked for its own.
    """
    if isinstance(of, Case):
        return label(current(of)) or of.code
    initials = [participant.person.initial for participant in of if participant.left_on is None]
    initials = [initial for initial in initials if initial]
    return " & ".join(filter(None, (", ".join(initials[:-1]), "".join(initials[-1:]))))


def current(case: Case) -> list[Participant]:
    """Who takes part today, in order. One query, or none where `participants__person` was prefetched."""
    if "participants" in getattr(case, "_prefetched_objects_cache", {}):
        everybody = case.participants.all()
    else:
        everybody = case.participants.select_related("person")
    return [participant for participant in everybody if participant.left_on is None]
