"""Whom of a case the practice may still reach: nobody who took back, declined or let run out a consent to contact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from planner.cases.models import Consent, ConsentKind, ConsentState, Participant, Person

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


def reach_of(case_ids: Iterable[int]) -> dict[int, Reach]:
    """Case -> whom one may reach, by each person's newest consent to contact; two queries."""
    ids = list(case_ids)
    newest: dict[tuple[int, int], str] = {}
    rows = Consent.objects.filter(case__in=ids, kind=ConsentKind.CONTACT).order_by("pk")
    for consent in rows.defer("text"):
        newest[consent.case_id, consent.person_id] = consent.state
    people: dict[int, list[Person]] = {}
    for place in Participant.objects.filter(case__in=ids, left_on=None).select_related("person"):
        people.setdefault(place.case_id, []).append(place.person)
    return {
        case_id: Reach(
            tuple(one for one in those if newest.get((case_id, one.pk)) not in ENDED),
            tuple(one for one in those if newest.get((case_id, one.pk)) in ENDED),
        )
        for case_id, those in people.items()
    }
