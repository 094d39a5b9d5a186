"""A worksheet adapted for one person: what the reader gets out of an edition and what was changed for them.

The changes count on one frozen edition: `blocks` maps a block's place in it (from 0, as text) to {"out": true} or
{"body": its parts in other words}; `prefilled` maps the name of a field to what is printed in it; `title` and `purpose`
stand in place of the edition's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from planner.base.text import clean, clean_line
from planner.cases.models import Case
from planner.homework.models import Adaptation
from planner.library.drafts import FURTHER, KIND_NAMES
from planner.library.formparts import Form, Part, problems_of
from planner.library.models import WorksheetEdition
from planner.sheets.blocks import KINDS, Block, FieldSpec, blocks_for, parse_block

HEAD = ("title", "purpose")
LONGEST = 4000  # letters filled into one field
LARGEST = 1_000_000  # letters of a whole adaptation


def for_people(case: Case, handouts: Iterable[Any]) -> dict[tuple[int, int], Adaptation]:
    """(person id, worksheet id) -> the adaptation of that person in this case. One query, none without handouts."""
    people = {row.participant.person_id for row in handouts if row.participant}
    if not people:
        return {}
    rows = Adaptation.objects.filter(case=case, person__in=people).select_related("edition__worksheet")
    return {(row.person_id, row.worksheet_id): row for row in rows}


def content_of(edition: WorksheetEdition, adaptation: Adaptation | None) -> Mapping[str, Any]:
    """The edition's content with the adapted head."""
    own = adaptation.content if adaptation else {}
    return {**edition.content, **{name: own[name] for name in HEAD if own.get(name)}}


def prefilled(adaptation: Adaptation | None) -> dict[str, str]:
    """Name of a field -> what is filled in already."""
    return dict(adaptation.content.get("prefilled", {})) if adaptation else {}


def blocks(edition: WorksheetEdition, tags: frozenset[str], adaptation: Adaptation | None) -> tuple[Block, ...]:
    """The blocks this reader gets."""
    changes = adaptation.content.get("blocks", {}) if adaptation else {}
    found = []
    for place, block in placed(edition, tags):
        change = changes.get(str(place), {})
        if not change.get("out"):
            found.append(parse_block({block.kind: change["body"]}) if "body" in change else block)
    return tuple(found)


def placed(edition: WorksheetEdition, tags: frozenset[str]) -> list[tuple[int, Block]]:
    """The blocks meant for a reader with these tags, each with its place in the edition."""
    chosen = {id(block) for block in blocks_for(edition.blocks, tags)}
    return [(place, block) for place, block in enumerate(edition.blocks) if id(block) in chosen]


@dataclass(frozen=True)
class BlockForm:
    """A block on the page where it is adapted: is it on the sheet, its wording, and its fields with what is filled in
    (field, value)."""

    place: int
    name: str
    says: str
    is_on: bool
    parts: tuple[Part, ...]
    fields: tuple[tuple[FieldSpec, str], ...]
    is_changed: bool

    @property
    def place_text(self) -> str:
        return str(self.place)

    @property
    def is_filled(self) -> bool:
        return any(value for _spec, value in self.fields)


def block_forms(
    edition: WorksheetEdition, tags: frozenset[str], content: Mapping[str, Any], problems: Mapping[str, Any]
) -> list[BlockForm]:
    """Every block of the reader with what was changed. `problems` maps a place to what is wrong in it, part by part."""
    filled = content.get("prefilled", {})
    found = []
    for place, block in placed(edition, tags):
        change = content.get("blocks", {}).get(str(place), {})
        body = change.get("body", _body(block))
        form = Form(KINDS[block.kind], body, without=frozenset(FURTHER), problems=problems.get(str(place), {}))
        known = block if str(place) in problems or "body" not in change else parse_block({block.kind: body})
        fields = tuple((spec, filled.get(spec.name, "")) for spec in known.fields())
        found.append(
            BlockForm(
                place, str(KIND_NAMES[block.kind]), next(known.client_text(), "")[:80], not change.get("out"),
                form.parts(), fields, "body" in change,
            )
        )  # fmt: skip
    return found


def _body(block: Block) -> dict[str, Any]:
    return block.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def read(edition: WorksheetEdition, tags: frozenset[str], was: Mapping[str, Any], data: Any) -> dict[str, Any]:
    """The changes as typed: names of a block's parts begin with "b<place>.", of fields with "fill."."""
    changes, filled = {}, {}
    for place, block in placed(edition, tags):
        body = was.get("blocks", {}).get(str(place), {}).get("body", _body(block))
        mine = Form(KINDS[block.kind], body, without=frozenset(FURTHER)).read(_Under(data, f"b{place}."))
        if data.get(f"on.{place}") != "on":
            changes[str(place)] = {"out": True}
        if mine != _body(block):
            changes[str(place)] = {**changes.get(str(place), {}), "body": mine}
        for spec in block.fields():
            text = clean(data.get(f"fill.{spec.name}", ""))[:LONGEST].strip()
            if text:
                filled[spec.name] = text
    head = {name: clean_line(data.get(name, ""))[:300] for name in HEAD}
    changed = {name: text for name, text in head.items() if text and text != edition.content.get(name)}
    return {**changed, "blocks": changes, "prefilled": filled}


class _Under:
    """What was sent under names that begin alike, by the rest of the name."""

    def __init__(self, data: Any, beginning: str):
        self._data, self._beginning = data, beginning
        self._names = [name.removeprefix(beginning) for name in data if name.startswith(beginning)]

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def __iter__(self) -> Any:
        return iter(self._names)

    def keys(self) -> list[str]:
        return self._names

    def __getitem__(self, name: str) -> str:
        return self._data[self._beginning + name]

    def get(self, name: str, default: Any = None) -> Any:
        return self._data.get(self._beginning + name, default)

    def getlist(self, name: str) -> list[str]:
        return self._data.getlist(self._beginning + name)


def problems(edition: WorksheetEdition, content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Place of a block -> what is wrong in its wording, part by part."""
    found = {}
    for place, change in content.get("blocks", {}).items():
        if "body" in change:
            try:
                KINDS[edition.blocks[int(place)].kind].model_validate(dict(change["body"]))
            except ValidationError as error:
                found[place] = problems_of(error)
    return found
