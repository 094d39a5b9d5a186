"""Consents: which stand, what depends on each, and who has not said yes.

| consent | what stops without it |
| --- | --- |
| treatment | once declined, withdrawn or run out: giving, printing and filling for this person |
| sharing | what one tells does not reach the other: joint sheets filled in, shared views, plans with use content |
| contact | once declined, withdrawn or run out: reminders for this person (planner.boosters.contact) |
| release | nothing about the case leaves the practice before every adult it is about has signed |

Where the case is under 42 CFR Part 2 (unknown counts as yes) what is known about a person's use is visible to somebody
else of the case only with that person's written consent that names them (2.31(a)). Everything here reads; the writes
are in planner.cases.consent_actions.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.prepared import ID, prepared
from planner.cases.models import (
    Case,
    Consent,
    ConsentKind,
    ConsentState,
    Part2,
    Participant,
    ParticipantRole,
    Person,
)

#: Kinds by which information goes to somebody: these carry the elements of 42 CFR 2.31(a) where Part 2 holds.
NAMES_SOMEBODY = (ConsentKind.SHARING, ConsentKind.RELEASE)
_STOPPED = (ConsentState.WITHDRAWN, ConsentState.DECLINED, ConsentState.EXPIRED)


def under_part2(case: Case) -> bool:
    """Whether the case is treated as under 42 CFR Part 2: yes unless somebody found out that it is not."""
    return case.part2 != Part2.NO


def standing(
    case: Case,
    person: Person,
    kind: str,
    *,
    to: Person | None = None,
    way: str = "",
    about_use: bool = False,
    on: datetime.date | None = None,
) -> Consent | None:
    """The consent of this kind that stands on a day (today unless told), the newest first; None where none does.

    `to` is whom a consent to sharing must name, `way` what a consent to contact must allow, `about_use` asks for one
    that includes substance-use information.
    """
    rows = case.consents.standing(on).filter(person=person, kind=kind)
    if to is not None:
        rows = rows.filter(to_person=to)
    if about_use:
        rows = rows.filter(about_use=True)
    return next((row for row in rows.order_by("-pk") if not way or way in row.ways), None)


def may_see_use(case: Case, about: Person, reader: Person) -> bool:
    """Whether `reader` may see what is known about the use of `about`, both of the case; one's own always."""
    if about.pk == reader.pk:
        return True
    return Ledger.of(case).sharing(about.pk, reader.pk, about_use=True) is not None


@dataclass(frozen=True)
class Ledger:
    """Every consent of a case, read once: one query answers for everybody in it."""

    case: Case
    rows: tuple[Consent, ...]

    @classmethod
    def of(cls, case: Case) -> Ledger:
        """The ledger of a case; without a query where `consents` was prefetched for a list of cases."""
        if "consents" in getattr(case, "_prefetched_objects_cache", {}):
            rows = sorted(case.consents.all(), key=lambda consent: -consent.pk)
        else:
            rows = _consents_of(case=case.pk)
        return cls(case, tuple(rows))

    def newest(self, person_id: int, kind: str, to_id: int | None = None) -> Consent | None:
        """The newest of a kind that was signed, declined or withdrawn; one that waits for a signature says nothing."""
        for row in self.rows:
            fits = (row.person_id, row.kind) == (person_id, kind) and (to_id is None or row.to_person_id == to_id)
            if fits and row.state != ConsentState.WAITING:
                return row
        return None

    def stopped(self, person_id: int, kind: str, to_id: int | None = None) -> Consent | None:
        """The newest of a kind where it has come to an end or was declined; None where it stands or never was."""
        row = self.newest(person_id, kind, to_id)
        return row if row is not None and row.state in _STOPPED else None

    def sharing(self, about_id: int, reader_id: int, *, about_use: bool = False) -> Consent | None:
        """The standing consent of one person to share with the other."""
        for row in self.rows:
            named = (row.kind, row.person_id, row.to_person_id) == (ConsentKind.SHARING, about_id, reader_id)
            if named and row.state == ConsentState.STANDING and (row.about_use or not about_use):
                return row
        return None

    def release(self, person_id: int, recipient: str) -> Consent | None:
        """The standing authorisation of one person to release to a recipient."""
        wanted = recipient.casefold().strip()
        for row in self.rows:
            named = (row.kind, row.person_id) == (ConsentKind.RELEASE, person_id)
            if named and row.state == ConsentState.STANDING and row.recipient.casefold().strip() == wanted:
                return row
        return None


@prepared(case=ID)
def _consents_of(case: int) -> QuerySet[Consent]:
    return Consent.objects.filter(case=case).order_by("-pk")


def missing_for_release(case: Case, recipient: str, *, people: Iterable[Participant] | None = None) -> list[Person]:
    """The adults whose authorisation to release to `recipient` is not on file; the release waits for every one.

    `people` are those it is about: everybody who ever took part unless told, as the file holds them all. One partner
    cannot sign for the other. Where it is about minors alone, a guardian signs for each.
    """
    ledger = Ledger.of(case)
    about = list(case.participants.select_related("person") if people is None else people)
    signing = [place for place in about if not place.person.is_minor] or about
    return [place.person for place in signing if ledger.release(place.person_id, recipient) is None]


def in_recovery(participants: Iterable[Participant]) -> list[Participant]:
    """Those whose use is what shared records of the case would tell."""
    return [place for place in participants if place.role == ParticipantRole.RECOVERY]


def unshared(
    using: Iterable[Participant], readers: Iterable[Participant], ledger: Ledger
) -> list[tuple[Person, Person]]:
    """(about whom, to whom) for whom no consent to share use content stands, among those whose use it is and the
    readers. Empty in an individual case."""
    readers = list(readers)
    return [
        (about.person, reader.person)
        for about in using
        for reader in readers
        if reader.person_id != about.person_id
        and ledger.sharing(about.person_id, reader.person_id, about_use=True) is None
    ]


def running_out(case_ids: Iterable[int], *, days: int = 30) -> list[Consent]:
    """Consents of these cases that end within so many days, or ended in the last so many, without a later one of the
    kind that stands: to be asked for again. One query."""
    today = timezone.localdate()
    span = datetime.timedelta(days=days)
    rows = (
        Consent.objects.filter(case__in=case_ids, withdrawn_on=None, given_on__isnull=False)
        .filter(expires_on__gte=today - span, expires_on__lte=today + span)
        .exclude(_renewed())
        .select_related("case", "person")
        .order_by("expires_on", "pk")
    )
    return list(rows)


def _renewed() -> Q:
    """A later consent of the same person and kind, in the same case and for the same reader, that stands."""
    later = Consent.objects.filter(
        case=OuterRef("case"), person=OuterRef("person"), kind=OuterRef("kind"), recipient=OuterRef("recipient"),
        given_on__isnull=False, withdrawn_on=None, pk__gt=OuterRef("pk"),
    )  # fmt: skip
    return Q(Exists(later))


def lacking(case: Case, kind: str, given: Mapping[str, Any]) -> dict[str, str]:
    """What a consent that names somebody still needs before it can be signed: field -> sentence.

    A release has the elements of 42 CFR 2.31(a) always (45 CFR 164.508(c) asks for the same); sharing within the case
    has them where Part 2 holds. The rights to take it back and, for a release, what the reader outside may do with it
    stand in every form; signature and date come when it is signed.
    """
    if kind not in NAMES_SOMEBODY:
        return {}
    wanted = {"what": _("Say what exactly may be told.")}
    if kind == ConsentKind.RELEASE:
        wanted["recipient"] = _("Name the person or body that gets it.")
    else:
        wanted["to_person"] = _("Name the person who may know it.")
    if kind == ConsentKind.RELEASE or under_part2(case):
        wanted["discloser"] = _("Name who may tell it.")
        wanted["purpose"] = _("Say what it is for.")
    found = {name: said for name, said in wanted.items() if not given.get(name)}
    ends = given.get("expires_on") or given.get("ends_when")
    if "purpose" in wanted and not ends:
        found["expires_on"] = _("Give a last day, or say when it ends.")
    return found


def what_stops(kind: str) -> str:
    """What stops when a consent of this kind does not stand any more, in a sentence for the clinician."""
    return {
        ConsentKind.TREATMENT: _("Nothing more is given to this person, printed or filled in for them."),
        ConsentKind.SHARING: _("Joint sheets are not filled in or shared any more. Copies given before stay noted."),
        ConsentKind.CONTACT: _("Reminders are not offered for this person any more."),
        ConsentKind.RELEASE: _("Nothing more goes to this recipient."),
    }[ConsentKind(kind)]
