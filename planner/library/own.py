"""What a practice makes its own: copies, editions, what is retired, favourites and tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from planner.library import actions, drafts, packs
from planner.library.models import (
    Draft,
    Facet,
    Favourite,
    Intervention,
    InterventionEdition,
    Mention,
    OwnTag,
    Worksheet,
    WorksheetEdition,
)
from planner.library.shelves import LONGEST_TAG, MOST_TAGS
from planner.practice.models import Practice, User
from planner.practice.trail import record

MOST_PAGES = 4  # what a sheet's own page count may say


class NotReady(Exception):
    """A draft that cannot be published yet. `problems` are (id of the place on its page, a sentence)."""

    def __init__(self, problems: list[tuple[str, str]]):
        self.problems = problems
        super().__init__("not ready")


# Copies


@transaction.atomic
def copy_intervention(*, intervention: Intervention, by: User) -> Intervention:
    """The whole intervention with its sheets as the practice's own."""
    sheets = list(intervention.worksheets.filter(retired_at=None).select_related("current"))
    own = _copy_alone(intervention, by.practice)
    for order, sheet in enumerate(sheets):
        _copy_sheet(sheet, own, order)
    _settle(own)
    record(
        "copied", by=by, what="intervention", what_id=own.pk, detail={"from": intervention.pk, "sheets": len(sheets)}
    )
    return own


@transaction.atomic
def copy_worksheet(*, worksheet: Worksheet, by: User) -> Worksheet:
    """One sheet as the practice's own: beside its intervention where the practice has a copy, else with one."""
    home = worksheet.intervention
    if home.practice_id is None:
        copies = Intervention.objects.filter(
            practice=by.practice, retired_at=None, copied_from__intervention=home
        ).order_by("pk")
        home = copies.first() or _copy_alone(home, by.practice)
    sheet = _copy_sheet(worksheet, home, home.worksheets.count())
    _settle(home)
    record("copied", by=by, what="worksheet", what_id=sheet.pk, detail={"from": worksheet.pk})
    return sheet


def _copy_alone(intervention: Intervention, practice: Practice) -> Intervention:
    slug = free_slug(Intervention, practice, intervention.slug, intervention.language)
    own = Intervention(practice=practice, slug=slug, language=intervention.language, copied_from=intervention.current)
    content = {**intervention.current.content, "slug": slug}
    return _edition_of(own, content)


def _copy_sheet(sheet: Worksheet, home: Intervention, order: int) -> Worksheet:
    slug = free_slug(Worksheet, home.practice, sheet.slug, home.language)
    own = Worksheet(
        practice=home.practice, slug=slug, language=home.language, intervention=home, copied_from=sheet.current,
        order=order,
    )  # fmt: skip
    return _sheet_edition(own, {**sheet.current.content, "slug": slug})


def free_slug(model: Any, practice: Practice, slug: str, language: str) -> str:
    """The slug, or the next free one: check-in-sheet-2."""
    taken = set(model.objects.filter(practice=practice, language=language).values_list("slug", flat=True))
    if slug not in taken:
        return slug
    number = 2
    while (found := f"{slug[: 59 - len(str(number))].rstrip('-')}-{number}") in taken:
        number += 1
    return found


def _edition_of(row: Intervention, content: Mapping[str, Any]) -> Intervention:
    columns = {name: content[name] for name in ("name", "family", "aim", "minutes")}
    return actions._take(row, None, columns, InterventionEdition, "intervention", dict(content), {}, actions.Counts())


def _sheet_edition(row: Worksheet, content: Mapping[str, Any]) -> Worksheet:
    sheet = packs.Sheet.model_validate(content)
    grades = {role or "": asdict(grade) for role, grade in sheet.grades(row.language).items() if grade}
    columns = {"name": sheet.title}
    return actions._take(
        row, None, columns, WorksheetEdition, "worksheet", packs.frozen_sheet(sheet), {"grades": grades},
        actions.Counts(),
    )  # fmt: skip


def _settle(row: Intervention) -> None:
    """After a change: the list of sheets in its content, its whole hash, filters and search words."""
    sheets = list(row.worksheets.filter(retired_at=None).select_related("current"))
    slugs = [sheet.slug for sheet in sheets]
    if row.current.content.get("sheets") != slugs:
        _edition_of(row, {**row.current.content, "sheets": slugs})
    contents = [sheet.current.content for sheet in sheets]
    row.whole_hash = packs.content_hash({**row.current.content, "sheets": contents})
    row.save(update_fields=["whole_hash"])
    file = packs.InterventionFile.model_validate({**row.current.content, "sheets": contents or [_NONE]})
    Facet.objects.filter(intervention=row).delete()
    Mention.objects.filter(intervention=row).delete()
    Facet.objects.bulk_create(
        Facet(intervention=row, kind=kind, value=value)
        for kind in ("phase", "for_whom", "setting")
        for value in dict.fromkeys(getattr(file, kind))
    )
    actions._index_words({row.pk: actions.word_weights(file)})
    actions.changed(row.practice)


_NONE: dict[str, Any] = {"slug": "none", "title": "-", "purpose": "-", "blocks": [{"text": "-"}]}


# Publishing


@transaction.atomic
def publish(*, draft: Draft, by: User, pages: int = 1) -> Worksheet | Intervention:
    """Makes the draft the next edition. What was given to a client stays the edition it was. Raises NotReady."""
    row = _publish_sheet(draft, pages) if draft.worksheet_id else _publish_intervention(draft)
    what = "worksheet" if draft.worksheet_id else "intervention"
    draft.delete()
    record("published", by=by, what=what, what_id=row.pk, detail={"edition": row.current.number})
    return row


def _publish_sheet(draft: Draft, pages: int) -> Worksheet:
    problems = drafts.sheet_problems(draft.content)
    if problems:
        raise NotReady(problems)
    row = draft.worksheet
    content = {**drafts.sheet_of(draft.content), "slug": row.slug, "pages": min(MOST_PAGES, max(1, pages))}
    if draft.follows:
        row.copied_from_id = draft.follows
    row = _sheet_edition(row, content)
    _settle(row.intervention)
    return row


def _publish_intervention(draft: Draft) -> Intervention:
    problems = drafts.intervention_problems(draft.content)
    if problems:
        raise NotReady([("head", text) for text in problems.values()])
    row = draft.intervention
    # A review was of the words that stood there then: changed words have none.
    content = {
        **drafts.with_minutes(draft.content["head"]), "slug": row.slug, "language": row.language,
        "review": {"written": timezone.localdate().isoformat()},
    }  # fmt: skip
    file = packs.InterventionFile.model_validate({**content, "sheets": [_NONE]})
    if draft.follows:
        row.copied_from_id = draft.follows
    row = _edition_of(row, {**packs.frozen_intervention(file), "sheets": row.current.content.get("sheets", [])})
    _settle(row)
    return row


# Retired instead of deleted


@transaction.atomic
def retire(*, row: Intervention | Worksheet, by: User, back: bool = False) -> None:
    """Takes an own entry out of the library, or brings it back. What was printed of it stays."""
    row.retired_at = None if back else timezone.now()
    row.save(update_fields=["retired_at"])
    what = "intervention" if isinstance(row, Intervention) else "worksheet"
    if isinstance(row, Worksheet):
        _settle(row.intervention)
    else:
        actions.changed(row.practice)
    record("brought back" if back else "retired", by=by, what=what, what_id=row.pk)


# Favourites and tags


@transaction.atomic
def keep_favourite(*, intervention: Intervention, by: User, wanted: bool) -> None:
    """Puts an intervention among the person's favourites, or takes it away."""
    if wanted:
        Favourite.objects.get_or_create(by=by, intervention=intervention)
    else:
        Favourite.objects.filter(by=by, intervention=intervention).delete()


@transaction.atomic
def tag(*, intervention: Intervention, by: User, texts: Iterable[str]) -> None:
    """The practice's own tags of an intervention, in place of those it had."""
    wanted = list(dict.fromkeys(text[:LONGEST_TAG].strip() for text in texts if text.strip()))[:MOST_TAGS]
    rows = OwnTag.objects.filter(practice=by.practice, intervention=intervention)
    rows.exclude(text__in=wanted).delete()
    have = set(rows.values_list("text", flat=True))
    OwnTag.objects.bulk_create(
        OwnTag(practice=by.practice, intervention=intervention, text=text) for text in wanted if text not in have
    )
    record("tagged", by=by, what="intervention", what_id=intervention.pk, detail={"tags": len(wanted)})
