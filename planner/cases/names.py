"""What a case is called on a screen: initials, never full names, as a screen may be seen by the wrong person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from planner.base.prepared import ID, prepared, several
from planner.cases.models import Case, Participant, initial_of, name_on_paper


def label(of: Case | Iterable[Participant]) -> str:
    """ "M. & R." for two, "M., R. & T." for three; a case without people is called by its code.

    Pass participants (with their persons fetched) where a list of cases is shown; a case alone is asked for its own.
    """
    if isinstance(of, Case):
        return _told(of) or label(current(of)) or of.code
    return joined(participant.person.initial for participant in of if participant.left_on is None)


def joined(initials: Iterable[str]) -> str:
    """ "M., R. & T."; empty ones are left out."""
    kept = [initial for initial in initials if initial]
    return " & ".join(filter(None, (", ".join(kept[:-1]), "".join(kept[-1:]))))


def tell(cases: Iterable[Case]) -> None:
    """Makes the label of every case of a long list known, with one query for all of them: names alone, no people."""
    cases = list(cases)
    initials: dict[int, list[str]] = defaultdict(list)
    for case_id, print_name, name in _named(cases=[case.pk for case in cases]):
        initials[case_id].append(initial_of(name_on_paper(print_name, name)))
    for case in cases:
        case.told_label = joined(initials[case.pk]) or case.code


@prepared(cases=several(ID))
def _named(cases: list[int]) -> QuerySet:
    places = Participant.objects.filter(case__pk__in=cases, left_on=None).order_by("order", "pk")
    return places.values_list("case", "person__print_name", "person__name")


def _told(case: Case) -> str:
    """The label that `tell` made known."""
    return getattr(case, "told_label", "")


def with_people(case: Case, places: list[Participant] | None = None) -> None:
    """Makes known who takes part, for a page that asks in several places. One query, none where the `places`, with
    their persons, were read already."""
    known = case.participants.select_related("person")
    places = _places(case=case.pk) if places is None else places
    known._result_cache, known._prefetch_done = _each_with(case, places), True  # as a prefetch leaves it
    vars(case).setdefault("_prefetched_objects_cache", {})["participants"] = known


def current(case: Case) -> list[Participant]:
    """Who takes part today, in order. One query, or none after `with_people`."""
    known = "participants" in getattr(case, "_prefetched_objects_cache", {})
    everybody = case.participants.all() if known else _each_with(case, _places(case=case.pk))
    return [participant for participant in everybody if participant.left_on is None]


def _each_with(case: Case, places: list[Participant]) -> list[Participant]:
    """Who takes part or took part, in order, each with the case that is known."""
    for place in places:
        place.case = case
    return places


@prepared(case=ID)
def _places(case: int) -> QuerySet[Participant]:
    return Participant.objects.filter(case=case).select_related("person")
