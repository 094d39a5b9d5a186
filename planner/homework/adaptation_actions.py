"""Writes of a sheet adapted for one person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from planner.base.models import Stale
from planner.cases.models import Case, Person
from planner.homework.adapting import LARGEST
from planner.homework.models import Adaptation
from planner.library.models import WorksheetEdition
from planner.practice.models import User
from planner.practice.trail import record


class TooLong(ValueError):
    """More text than one sheet can hold; the message is a sentence. Nothing was written."""


@transaction.atomic
def adapt(
    *, by: User, case: Case, person: Person, edition: WorksheetEdition, version: int, content: Mapping[str, Any]
) -> Adaptation:
    """Keeps a sheet as adapted for this person. `version` is the state the page showed, 0 where there was none. Raises
    base.models.Stale where a colleague was quicker, TooLong."""
    if len(json.dumps(content, ensure_ascii=False)) > LARGEST:
        raise TooLong(_("That is too much text for one sheet. Nothing was lost; shorten it and save again."))
    row = Adaptation.objects.filter(case=case, person=person, worksheet=edition.worksheet_id).first()
    if row is not None:
        row.change(version, content=dict(content), changed_by=by)
    else:
        row = _first(by, case, person, edition, content)
    detail = {"edition": row.edition.number, "version": row.version}
    record("adapted", by=by, what="worksheet", what_id=row.worksheet_id, case_id=case.pk, detail=detail)
    return row


def _first(by: User, case: Case, person: Person, edition: WorksheetEdition, content: Mapping[str, Any]) -> Adaptation:
    place = {"case": case, "person": person, "worksheet_id": edition.worksheet_id}
    try:
        with transaction.atomic():
            return Adaptation.objects.create(**place, edition=edition, content=dict(content), changed_by=by)
    except IntegrityError as error:
        raise Stale(Adaptation.objects.get(**place)) from error


@transaction.atomic
def remove(*, by: User, adaptation: Adaptation) -> None:
    """The person gets the sheet as it is in the library again."""
    record("adaptation removed", by=by, what="worksheet", what_id=adaptation.worksheet_id, case_id=adaptation.case_id)
    adaptation.delete()
