"""Writes about measures that a practice brings: taken in whole or not at all, never in place of one of ours."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from planner.base.text import clean_line
from planner.library.packs import BadPack, Problem, content_hash
from planner.practice.models import User
from planner.practice.trail import record
from planner.progress import instruments, sheet
from planner.progress.actions import Refused
from planner.progress.instruments import Measure
from planner.progress.models import OwnMeasure

FILE = "measure.yaml"


def read(text: str) -> Measure:
    """A practice's file: a sound definition with the text of its sheet and its licence, under a name of its own. Raises
    BadPack with every problem."""
    measure = instruments.read(text, FILE)
    problems = []
    if measure.slug in instruments.shipped():
        problems.append(Problem(FILE, 1, f"slug: {measure.slug!r} ships with the program and stays as it is"))
    if not measure.texts:
        problems.append(Problem(FILE, 1, "texts: expected the text of the sheet, or there is nothing to print"))
    if measure.licence is None:
        problems.append(Problem(FILE, 1, "licence: expected what the rights holder allows"))
    for language in measure.texts:
        try:
            sheet.blocks_of(measure, language)
        except ValidationError as error:
            said = error.errors()[0]["msg"].removeprefix("Value error, ")
            problems.append(Problem(FILE, 1, f"texts.{language}: {said}"))
    if problems:
        raise BadPack(problems)
    return measure


@transaction.atomic
def add(*, by: User, text: str, right: str) -> OwnMeasure:
    """A measure the practice has the right to, taken in. Raises BadPack for the file, Refused for the rest."""
    measure = read(text)
    right = clean_line(right)
    if len(right) < 10:
        raise Refused(_("Write on what your right to use this text rests."), "right")
    content = measure.model_dump(mode="json", by_alias=True)
    try:
        with transaction.atomic():
            row = OwnMeasure.objects.create(
                practice=by.practice, slug=measure.slug, version=measure.version, content=content,
                sha256=content_hash(content), right=right, by=by,
            )  # fmt: skip
    except IntegrityError:
        said = _("Version %(version)s of this measure is here already. Give a changed file a new version.")
        raise Refused(said % {"version": measure.version}, "text") from None
    record("added", by=by, what="own_measure", what_id=row.pk, detail={"version": measure.version})
    return row


@transaction.atomic
def retire(*, by: User, row: OwnMeasure) -> None:
    """No version of the measure is filled any more; what was filled stays and is read as before."""
    rows = OwnMeasure.objects.filter(practice_id=row.practice_id, slug=row.slug, retired_at=None)
    if rows.update(retired_at=timezone.now()):
        record("retired", by=by, what="own_measure", what_id=row.pk)
