"""Writes of packs out and in: a zip kept for its preview, taken in all or nothing, put away; and what was given out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from planner.library import actions, exports, packs, parcels, previews
from planner.library.models import (
    Arrival,
    Facet,
    Intervention,
    InterventionEdition,
    Mention,
    OfLibrary,
    Parcel,
    Pathway,
    SessionTemplate,
    Statement,
    Worksheet,
    WorksheetEdition,
)
from planner.practice.models import Practice, User
from planner.practice.trail import record

KEPT = timedelta(hours=1)


class Moved(Exception):
    """The library has changed since the preview was shown; nothing was taken in."""


@transaction.atomic
def export(*, by: User, chosen: exports.Chosen, about: Mapping[str, str]) -> bytes:
    """The chosen entries as a zip; the trail says that they left. Raises packs.BadPack."""
    raw = exports.export(by, chosen, about)
    detail = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    record("exported", by=by, what="pack", detail=detail)
    return raw


@transaction.atomic
def receive(*, by: User, raw: bytes) -> Parcel:
    """Keeps a zip for its preview, in place of the person's earlier one. Raises packs.BadPack: nothing is kept."""
    previews.preview(parcels.read(raw), by.practice)
    Parcel.objects.filter(by=by).delete()
    Parcel.objects.filter(expires_at__lte=timezone.now()).delete()
    sha256 = hashlib.sha256(raw).hexdigest()
    parcel = Parcel.objects.create(
        practice=by.practice, by=by, content=raw, sha256=sha256, expires_at=timezone.now() + KEPT
    )
    record("received", by=by, what="parcel", what_id=parcel.pk, detail={"bytes": len(raw), "sha256": sha256})
    return parcel


@transaction.atomic
def put_away(*, by: User, parcel: Parcel) -> None:
    """The person does not want it."""
    record("put away", by=by, what="parcel", what_id=parcel.pk)
    parcel.delete()


@transaction.atomic
def take_in(*, by: User, parcel: Parcel, shown: str) -> dict[str, int]:
    """Takes in what the preview called new and changed, all or nothing, and counts it by state. `shown` is the mark of
    the preview that the person saw. Raises Moved where the library has changed since, packs.BadPack as at the door."""
    pack = parcels.read(bytes(parcel.content))
    preview = previews.preview(pack, by.practice)
    if preview.mark != shown:
        raise Moved
    taken = {}
    for line in preview.to_take:
        if line.kind in previews.PLAIN:
            row = _take_plain(by.practice, previews.PLAIN[line.kind], line.file)
            _note_arrival(row, packs.content_hash(row.content), preview.about)
        else:
            row = _take_intervention(by.practice, line.file)
            taken[row.pk] = line.file
            _note_arrival(row, packs.whole_hash(line.file), preview.about)
    _link_translations(by.practice, preview.about.language, taken.values())
    _index(taken)
    actions.changed(by.practice)
    detail = {**preview.counts, "pack": preview.about.slug, "sha256": parcel.sha256}
    record("imported", by=by, what="pack", what_id=parcel.pk, detail=detail)
    parcel.delete()
    return preview.counts


def _take_intervention(practice: Practice, file: packs.InterventionFile) -> Intervention:
    row = Intervention.objects.filter(practice=practice, slug=file.slug, language=file.language).first()
    row = row or Intervention(practice=practice, slug=file.slug, language=file.language)
    columns = {
        "name": file.name, "family": file.family, "aim": file.aim, "minutes": file.minutes,
        "whole_hash": packs.whole_hash(file), "follows": file.follows or "",
    }  # fmt: skip
    content, counts = packs.frozen_intervention(file), actions.Counts()
    row = actions._take(row, None, columns, InterventionEdition, "intervention", content, {}, counts)
    kept = [_take_sheet(practice, row, order, sheet).pk for order, sheet in enumerate(file.sheets)]
    gone = Worksheet.objects.filter(intervention=row, retired_at=None).exclude(pk__in=kept)
    gone.update(retired_at=timezone.now())
    return row


def _take_sheet(practice: Practice, intervention: Intervention, order: int, sheet: packs.Sheet) -> Worksheet:
    language = intervention.language
    row = Worksheet.objects.filter(practice=practice, slug=sheet.slug, language=language).first()
    row = row or Worksheet(practice=practice, slug=sheet.slug, language=language)
    columns = {"name": sheet.title, "intervention": intervention, "order": order}
    grades = {role or "": asdict(grade) for role, grade in sheet.grades(language).items() if grade}
    content, counts = packs.frozen_sheet(sheet), actions.Counts()
    return actions._take(row, None, columns, WorksheetEdition, "worksheet", content, {"grades": grades}, counts)


def _take_plain(practice: Practice, model: type[OfLibrary], file: Any) -> Any:
    """A template, a statement or a pathway, new or in its newer words. What was made from it keeps its own."""
    content = file.model_dump(mode="json", by_alias=True)
    more = {name: content[name] for name in ("aim", "kind", "minutes")} if model is SessionTemplate else {}
    words = {"name": file.name, "content": content, **more}
    row, _new = model.objects.update_or_create(
        practice=practice, slug=file.slug, language=file.language, defaults=words
    )
    return row


#: Which column of an arrival tells of which entry.
_COLUMNS = {Intervention: "intervention", SessionTemplate: "template", Statement: "statement", Pathway: "pathway"}


def _note_arrival(row: Any, whole_hash: str, about: packs.PackFile) -> None:
    Arrival.objects.update_or_create(
        **{_COLUMNS[type(row)]: row},
        defaults={
            "pack": about.slug, "pack_name": about.name, "version": about.version, "author": about.author,
            "licence": about.licence, "whole_hash": whole_hash, "at": timezone.now(),
        },
    )  # fmt: skip


def _link_translations(practice: Practice, language: str, files: Iterable[packs.InterventionFile]) -> None:
    """A translation points to the original that the practice has."""
    for file in files:
        if file.language == language:
            continue
        original = Intervention.objects.filter(practice=practice, slug=file.slug, language=language).first()
        Intervention.objects.filter(practice=practice, slug=file.slug, language=file.language).update(original=original)


def _index(taken: Mapping[int, packs.InterventionFile]) -> None:
    """Facets and search words of what came in."""
    Facet.objects.filter(intervention__in=taken).delete()
    Mention.objects.filter(intervention__in=taken).delete()
    Facet.objects.bulk_create(
        Facet(intervention_id=pk, kind=kind, value=value)
        for pk, file in taken.items()
        for kind in ("phase", "for_whom", "setting")
        for value in dict.fromkeys(getattr(file, kind))
    )
    actions._index_words({pk: actions.word_weights(file) for pk, file in taken.items()})
