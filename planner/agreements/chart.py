"""What the case chart and Today show of this room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from planner.agreements.kinds import KINDS
from planner.agreements.models import Agreement, AgreementVersion, PaperCopy, Reentry
from planner.cases.models import Case
from planner.practice.models import User


@dataclass(frozen=True)
class Standing:
    """One standing document as a list shows it."""

    agreement: Agreement
    held: int | None
    draft: bool
    unsigned: int
    copies: int
    to_replace: int

    @property
    def kind_label(self) -> str:
        return KINDS[self.agreement.kind].label

    @property
    def is_due(self) -> bool:
        """Its review day has come, or something happened that asks for a look."""
        agreement = self.agreement
        late = bool(agreement.review_on and agreement.review_on <= timezone.localdate())
        return bool(agreement.review_because) or late


def documents(case: Case) -> dict[str, Any]:
    """The standing documents of a case, those to look at first, and the copies to replace. Four queries."""
    rows = list(
        case.agreements.standing()
        .select_related("worksheet", "person")
        .annotate(held=Max("versions__number", filter=Q(versions__adopted_on__isnull=False)))
    )
    versions = AgreementVersion.objects.filter(agreement__in=rows).prefetch_related("signatures")
    drafts = {version.agreement_id for version in versions if version.is_draft}
    newest = {(version.agreement_id, version.number): version for version in versions}
    copies = list(
        PaperCopy.objects.filter(of__agreement__in=rows, replaced_on=None).select_related("of__agreement__worksheet")
    )
    held = {row.pk: row.held for row in rows}
    old = [copy for copy in copies if held[copy.of.agreement_id] and copy.of.number < held[copy.of.agreement_id]]
    found = [_standing(row, newest.get((row.pk, row.held)), row.pk in drafts, copies, old) for row in rows]
    found.sort(key=lambda one: (not one.is_due, one.agreement.kind, one.agreement.pk))
    return {"documents": found, "to_replace": old}


def _standing(
    row: Agreement, held: AgreementVersion | None, draft: bool, copies: list[PaperCopy], old: list[PaperCopy]
) -> Standing:
    asked = set(held.people or [row.person_id]) - {None} if held else set()
    signed = {signature.person_id for signature in held.signatures.all()} if held else set()
    mine = [copy for copy in copies if copy.of.agreement_id == row.pk]
    gone = [copy for copy in old if copy.of.agreement_id == row.pk]
    return Standing(row, held.number if held else None, draft, len(asked - signed), len(mine), len(gone))


def on_chart(case: Case, user: User) -> dict[str, Any]:
    """The context of agreements/_chart.html, in a constant number of queries."""
    found = documents(case)
    ways_back = list(Reentry.objects.filter(case=case).open().select_related("event"))
    return {"agreements_shown": found["documents"], "copies_to_replace": found["to_replace"], "ways_back": ways_back}


def ways_back(user: User):
    """What is left to do after a relapse, in the person's open cases, the newest first."""
    rows = Reentry.objects.editable_by(user).filter(case__closed_on=None).open()
    return rows.select_related("case").only("case__code").order_by("-pk")


def due(user: User, on: date | None = None):
    """Documents to look at in the person's open cases on a day (today unless told), what a relapse asks for first."""
    held = AgreementVersion.objects.filter(agreement=OuterRef("pk"), adopted_on__isnull=False)
    rows = Agreement.objects.editable_by(user).filter(Exists(held), case__closed_on=None).due(on)
    rows = rows.select_related("case", "worksheet").only("case__code", "worksheet__name")
    return rows.order_by("-review_because", "review_on", "pk")
