"""Writes of the library: a pack taken in whole, and what a person chose last in the print dialog."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from planner.library import packs
from planner.library.models import (
    Facet,
    Intervention,
    InterventionEdition,
    LibraryState,
    Mention,
    OfLibrary,
    Pack,
    Pathway,
    SessionTemplate,
    Statement,
    Word,
    Worksheet,
    WorksheetEdition,
)
from planner.library.words import words_of
from planner.practice.models import Practice, User

CONTENT = Path(__file__).parent / "content"
FIRST_PACK = CONTENT / "attachment-repair"
INDEX = "1"  # counts up when what is measured or indexed changes, so that a pack is taken in again
NAME, TAG, AIM, SHEET, REST = 20, 12, 8, 6, 2  # how much a word weighs where it stands


#: Kind of entry -> its model, in the order they are told.
KINDS: dict[str, type[OfLibrary]] = {
    "interventions": Intervention,
    "worksheets": Worksheet,
    "templates": SessionTemplate,
    "statements": Statement,
    "pathways": Pathway,
}


@dataclass
class Counts:
    """How many entries were new, changed, the same as before, or retired because the pack has them no more."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0


@dataclass
class Loaded:
    """What a pack brought, by kind of entry."""

    pack: str
    version: str
    interventions: Counts = field(default_factory=Counts)
    worksheets: Counts = field(default_factory=Counts)
    templates: Counts = field(default_factory=Counts)
    statements: Counts = field(default_factory=Counts)
    pathways: Counts = field(default_factory=Counts)

    @property
    def total(self) -> Counts:
        """All kinds together."""
        parts = [asdict(getattr(self, kind)) for kind in KINDS]
        return Counts(**{name: sum(part[name] for part in parts) for name in parts[0]})


def load_pack(folder: Path, *, by: User | None = None) -> Loaded:
    """Takes a pack in: new and changed content becomes new editions, what the pack no longer has is retired. Loading
    the same files again changes nothing and is quick. All or nothing; raises packs.BadPack naming every problem."""
    folder = Path(folder)
    state = folder_hash(folder)
    known = Pack.objects.filter(content_hash=state).first()
    if known:
        return _as_it_was(known)
    read = packs.read_pack(folder)
    with transaction.atomic():
        loaded = _take_in(read, state)
    return loaded


def changed(practice: Practice | None) -> None:
    """The library of the packs (None) or of a practice is another than before. Every action that changes entries or
    their words ends with this: until then what search keeps of the library stands for the state before."""
    rows = LibraryState.objects.filter(practice=practice)
    if not rows.update(state=uuid4()):
        LibraryState.objects.create(practice=practice)


def folder_hash(folder: Path) -> str:
    """The hash of every file of the pack by name and bytes, with the way they are indexed."""
    digest = hashlib.sha256(INDEX.encode())
    for path in packs.files_of(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + packs.bytes_of(path) + b"\0")
    return digest.hexdigest()


def _as_it_was(pack: Pack) -> Loaded:
    """The counts of a pack whose files have not changed."""
    loaded = Loaded(pack.slug, pack.version)
    for kind, model in KINDS.items():
        getattr(loaded, kind).unchanged = model.objects.filter(pack=pack, retired_at=None).count()
    return loaded


def _take_in(read: packs.Pack, state: str) -> Loaded:
    about = read.about
    fields = {name: getattr(about, name) for name in ("name", "version", "language", "author", "licence", "about")}
    pack, _new = Pack.objects.update_or_create(slug=about.slug, defaults={**fields, "content_hash": state})
    loaded = Loaded(pack.slug, pack.version)
    _check_owner(read, pack)
    taken: dict[tuple[str, str], Intervention] = {}
    sheets: list[int] = []
    for file in read.interventions:
        intervention = _take_intervention(pack, file, loaded.interventions)
        taken[file.slug, file.language] = intervention
        for order, sheet in enumerate(file.sheets):
            worksheet = _take_sheet(pack, intervention, order, sheet, loaded.worksheets)
            sheets.append(worksheet.pk)
    _link_translations(about.language, read.interventions, taken)
    templates = [_take_plain(SessionTemplate, pack, file, loaded.templates) for file in read.templates]
    statements = [_take_plain(Statement, pack, file, loaded.statements) for file in read.statements]
    pathways = [_take_plain(Pathway, pack, file, loaded.pathways) for file in read.pathways]
    _retire(Intervention, pack, [row.pk for row in taken.values()], loaded.interventions)
    _retire(Worksheet, pack, sheets, loaded.worksheets)
    _retire(SessionTemplate, pack, templates, loaded.templates)
    _retire(Statement, pack, statements, loaded.statements)
    _retire(Pathway, pack, pathways, loaded.pathways)
    _index(pack, read.interventions, taken)
    changed(None)
    return loaded


def _check_owner(read: packs.Pack, pack: Pack) -> None:
    """Raises BadPack where an entry's slug belongs to another pack: two packs may not write one entry."""
    problems = []
    for folder, model in KINDS.items():
        files = getattr(read, folder, ())  # worksheets stand in the files of their interventions
        others = model.objects.filter(practice=None).exclude(pack=pack).values_list("slug", "language")
        taken = set(others)
        problems += [
            packs.Problem(f"{folder}/{packs.file_name(file)}", 1, f"the slug {file.slug!r} belongs to another pack")
            for file in files
            if (file.slug, file.language) in taken
        ]
    others = set(Worksheet.objects.filter(practice=None).exclude(pack=pack).values_list("slug", "language"))
    problems += [
        packs.Problem(f"interventions/{packs.file_name(file)}", 1, f"the sheet {sheet.slug!r} belongs to another pack")
        for file in read.interventions
        for sheet in file.sheets
        if (sheet.slug, file.language) in others
    ]
    if problems:
        raise packs.BadPack(problems)


def _take_intervention(pack: Pack, file: packs.InterventionFile, counts: Counts) -> Intervention:
    content = packs.frozen_intervention(file)
    columns = {
        "name": file.name, "family": file.family, "aim": file.aim, "minutes": file.minutes,
        "whole_hash": packs.whole_hash(file), "follows": file.follows or "",
    }  # fmt: skip
    row = Intervention.objects.filter(practice=None, slug=file.slug, language=file.language).first()
    row = row or Intervention(slug=file.slug, language=file.language)
    return _take(row, pack, columns, InterventionEdition, "intervention", content, {}, counts)


def _take_sheet(pack: Pack, intervention: Intervention, order: int, sheet: packs.Sheet, counts: Counts) -> Worksheet:
    content = packs.frozen_sheet(sheet)
    columns = {"name": sheet.title, "intervention": intervention, "order": order}
    row = Worksheet.objects.filter(practice=None, slug=sheet.slug, language=intervention.language).first()
    row = row or Worksheet(slug=sheet.slug, language=intervention.language)
    grades = {role or "": asdict(grade) for role, grade in sheet.grades(intervention.language).items() if grade}
    return _take(row, pack, columns, WorksheetEdition, "worksheet", content, {"grades": grades}, counts)


def _take(
    row: Any, pack: Pack, columns: Mapping[str, Any], editions: Any, parent: str, content: dict[str, Any],
    extra: Mapping[str, Any], counts: Counts,
) -> Any:  # fmt: skip
    """Writes the row and, for content it did not have before, a new edition. Content it had once becomes current again
    as the edition it was: an edition is its content."""
    is_new, was = row.pk is None, (row.current and row.current.content_hash, row.retired_at)
    row.pack, row.retired_at = pack, None
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    state = packs.content_hash(content)
    edition = row.editions.filter(content_hash=state).first()
    if edition is None:
        number = (row.editions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        edition = editions.objects.create(**{parent: row}, number=number, content=content, content_hash=state, **extra)
    if row.current_id != edition.pk:
        row.current = edition
        row.save(update_fields=["current"])
    _count(counts, is_new=is_new, changed=was != (state, None))
    return row


def _take_plain(model: type[OfLibrary], pack: Pack, file: Any, counts: Counts) -> int:
    """A template, a statement or a pathway; the row's id. They have no editions: what was made from one keeps its own
    items and words."""
    content = file.model_dump(mode="json", by_alias=True)
    row = model.objects.filter(practice=None, slug=file.slug, language=file.language).first()
    is_new = row is None
    row = row or model(slug=file.slug, language=file.language)
    changed = is_new or row.content != content or row.retired_at is not None
    row.pack, row.retired_at, row.content, row.name = pack, None, content, file.name
    if isinstance(row, SessionTemplate):
        row.aim, row.kind, row.minutes = file.aim, file.kind, file.minutes
    row.save()
    _count(counts, is_new=is_new, changed=changed)
    return row.pk


def _count(counts: Counts, *, is_new: bool, changed: bool) -> None:
    if is_new:
        counts.new += 1
    elif changed:
        counts.changed += 1
    else:
        counts.unchanged += 1


def _retire(model: type[OfLibrary], pack: Pack, kept: Iterable[int], counts: Counts) -> None:
    """What the pack no longer has leaves the library; its editions stay for old plans and papers."""
    gone = model.objects.filter(pack=pack, retired_at=None).exclude(pk__in=list(kept))
    counts.retired += gone.update(retired_at=timezone.now())


def _link_translations(
    language: str, files: Iterable[packs.InterventionFile], taken: Mapping[tuple[str, str], Intervention]
) -> None:
    """Each translation points to its original; an original to nothing."""
    for file in files:
        row = taken[file.slug, file.language]
        original = taken.get((file.slug, language)) if file.language != language else None
        if row.original_id != (original and original.pk):
            row.original = original
            row.save(update_fields=["original"])


def _index(pack: Pack, files: Iterable[packs.InterventionFile], taken: Mapping[tuple[str, str], Intervention]) -> None:
    """Facets and search words of the pack, written anew."""
    Facet.objects.filter(intervention__pack=pack).delete()
    Mention.objects.filter(intervention__pack=pack).delete()
    facets, weights = [], {}
    for file in files:
        row = taken[file.slug, file.language]
        for kind in ("phase", "for_whom", "setting"):
            facets += [Facet(intervention=row, kind=kind, value=value) for value in dict.fromkeys(getattr(file, kind))]
        weights[row.pk] = word_weights(file)
    Facet.objects.bulk_create(facets)
    _index_words(weights)


def _index_words(weights: Mapping[int, Mapping[str, int]]) -> None:
    every = {word for words in weights.values() for word in words}
    Word.objects.bulk_create([Word(text=word) for word in sorted(every)], ignore_conflicts=True, batch_size=500)
    ids = dict(Word.objects.values_list("text", "pk"))
    mentions = [
        Mention(word_id=ids[word], intervention_id=intervention, weight=weight)
        for intervention, words in weights.items()
        for word, weight in words.items()
    ]
    Mention.objects.bulk_create(mentions, batch_size=1000)
    Word.objects.filter(mention=None).delete()


def word_weights(file: packs.InterventionFile) -> dict[str, int]:
    """Each word of the intervention with the weight of the best place it stands in."""
    titles = [text for sheet in file.sheets for text in (sheet.title, sheet.discreet_title)]
    rest = [file.use_when, file.not_when, file.progress_shows, file.evidence.statement, *file.cautions, *file.elements]
    rest += [file.homework.full, file.homework.small, file.family, *file.phase, *file.for_whom]
    rest += [text for step in file.steps for text in (step.title, step.do, step.watch)]
    rest += [text for trouble in file.when_it_goes_wrong for text in (trouble.sign, trouble.then)]
    places = [(REST, rest), (SHEET, titles), (AIM, [file.aim]), (TAG, file.tags), (NAME, [file.name, file.slug])]
    found: dict[str, int] = {}
    for weight, texts in places:  # the heaviest last, so that it stays
        found.update({word: weight for text in texts if text for word in words_of(text)})
    return found


def remember_print_options(*, by: User, options: Mapping[str, Any]) -> None:
    """What the person chose last in a print dialog is offered next time."""
    if by.print_options != dict(options):
        by.print_options = dict(options)
        by.save(update_fields=["print_options"])
