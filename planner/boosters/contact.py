"""Whom of a case the practice may still reach: nobody who took back, declined or let run out a consent to contact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from planner.base.prepared import ID, prepared
from planner.cases.models import Case, Consent, ConsentKind, ConsentState, Participant, Person
from planner.cases.names import current

#: What ends contact. A consent that waits for its signature, or none at all, was never taken back.
ENDED = (ConsentState.WITHDRAWN, ConsentState.DECLINED, ConsentState.EXPIRED)


@dataclass(frozen=True)
class Reach:
    """Who may be reminded, and who may not any more."""

    may: tuple[Person, ...] = ()
    not_any_more: tuple[Person, ...] = ()

    @property
    def initials(self) -> str:
        return " & ".join(person.initial for person in self.may)


def reach(case: Case) -> Reach:
    """Whom of one case one may reach. One query where it is known who takes part."""
    newest = {consent.person_id: consent.state for consent in _consents(case=case.pk)}
    return _reach([place.person for place in current(case)], newest)


@prepared(case=ID)
def _consents(case: int) -> QuerySet[Consent]:
    return Consent.objects.filter(case=case, kind=ConsentKind.CONTACT).order_by("pk").defer("text")


def reach_of(case_ids: Iterable[int]) -> dict[int, Reach]:
    """Case -> whom one may reach, by each person's newest consent to contact; two queries."""
    ids = list(case_ids)
    newest: dict[int, dict[int, str]] = defaultdict(dict)
    rows = Consent.objects.filter(case__in=ids, kind=ConsentKind.CONTACT).order_by("pk")
    for consent in rows.defer("text"):
        newest[consent.case_id][consent.person_id] = consent.state
    people: dict[int, list[Person]] = {}
    for place in Participant.objects.filter(case__in=ids, left_on=None).select_related("person"):
        people.setdefault(place.case_id, []).append(place.person)
    return {case_id: _reach(those, newest[case_id]) for case_id, those in people.items()}


def _reach(people: Iterable[Person], newest: Mapping[int, str]) -> Reach:
    ended = {person: newest.get(person.pk) in ENDED for person in people}
    return Reach(
        tuple(person for person, is_over in ended.items() if not is_over),
        tuple(person for person, is_over in ended.items() if is_over),
    )
