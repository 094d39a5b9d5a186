"""Filling in a sheet on screen: the same blocks and the same templates as on paper, with values in and answers out.

For a view it is two calls and an include:

    filling = onscreen.Filling(blocks, values=row.values, names=(), language=worksheet.language)
    ... {% include "sheets/_fill.html" %} inside <form method="post" data-fill="{address}">, with fill.js on the page
    filled = onscreen.read(blocks, request.POST, names=())
    filled.values      # field name -> text: what to keep; with its edition it can be read for ever
    filled.answers     # block id -> answer, by each block's own reader
    filled.problems    # field name -> sentence; hand them to Filling(..., problems=...) with status 422

`blocks` are those the reader gets (`blocks.blocks_for(edition.blocks, participant.tags)`); `names` the people of a
joint sheet, in order, none where it is one person's. As one types, `fill.js` sends the whole form in the background
(header X-Background: 1): keep `filled.values` whatever the problems, and answer with `saved`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.text import clean, clean_line
from planner.sheets.blocks import (
    Block,
    Choice,
    FieldSpec,
    Number,
    Options,
    Scale,
    Terms,
    WeekGrid,
    is_ticked,
    read_answers,
    with_names,
)

LONGEST = 4000  # letters of one field
LONGEST_LINE = 400


@dataclass(frozen=True)
class Readers:
    """What the templates of blocks ask of a copy: the people of a joint sheet."""

    joint_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One thing that was asked and what was answered, lines of text."""

    label: str
    answer: tuple[str, ...]


class Shown:
    """A filled sheet to read on screen: what was asked and answered, in order; blanks are left out."""

    def __init__(
        self, blocks: Iterable[Block], *, values: Mapping[str, Any], names: Sequence[str] = (), language: str = "en"
    ):
        self.blocks = with_names(blocks, names)
        self.values = dict(values)
        self.names = tuple(names)
        self.language = language

    @property
    def lines(self) -> list[Line]:
        """Each block that was answered: its label and its answer in words."""
        found = []
        for block in self.blocks:
            answer = tuple(words(block, self.values, self.names)) if fields([block], self.names) else ()
            if answer:
                found.append(Line(getattr(block, "label", "") or getattr(block, "title", "") or "", answer))
        return found


class Filling:
    """A sheet to be filled in: the context of sheets/_fill.html."""

    medium = "screen"

    def __init__(
        self,
        blocks: Iterable[Block],
        *,
        values: Mapping[str, Any] | None = None,
        problems: Mapping[str, str] | None = None,
        names: Sequence[str] = (),
        prefix: str = "",
        language: str = "en",
    ):
        self.blocks = with_names(blocks, names)
        self.values = dict(values or {})
        self.problems = {f"{prefix}{name}": said for name, said in (problems or {}).items()}
        self.copy = Readers(tuple(names))
        self.prefix = prefix
        self.language = language

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """(id of the field, its label, the sentence) for the summary above the sheet."""
        labels = {f"{self.prefix}{spec.name}": spec.label for spec in fields(self.blocks, self.copy.joint_names)}
        return [(name, labels.get(name, ""), said) for name, said in self.problems.items()]


@dataclass(frozen=True)
class Filled:
    """What was filled in. `values`: field name -> text, empty ones left out, "on" for a tick; plain, for a JSON column.
    `problems`: field name -> a sentence; the values are kept as they were typed all the same."""

    values: dict[str, str]
    answers: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return not self.values


def fields(blocks: Iterable[Block], names: Sequence[str] = ()) -> list[FieldSpec]:
    """Everything there is to fill in, with a box for each person where a joint sheet asks each of them."""
    found = []
    for block in blocks:
        if isinstance(block, Terms) and len(names) > 1:
            items = block.items(names)
            found += [spec for item in items for spec in (item.own, *item.agree, item.unless) if spec]
        else:
            found += block.fields()
    return found


def read(blocks: Iterable[Block], data: Mapping[str, Any], *, names: Sequence[str] = (), prefix: str = "") -> Filled:
    """What was filled in, out of a form's data. Only the fields of these blocks are read; text comes back clean."""
    blocks = tuple(blocks)
    values: dict[str, str] = {}
    problems: dict[str, str] = {}
    for spec in fields(blocks, names):
        text = tidy(spec, data.get(f"{prefix}{spec.name}"))
        longest = LONGEST if spec.kind == "multiline" else LONGEST_LINE
        if len(text) > longest:
            said = _("This is longer than %(most)d letters. Shorten it a little; nothing you typed is lost.")
            problems[spec.name] = said % {"most": longest}
        if text:
            values[spec.name] = text[: LONGEST * 2]
    for block in blocks:
        problems.update(_problems(block, values))
    return Filled(values, read_answers(blocks, values), problems)


def words(block: Block, values: Mapping[str, Any], names: Sequence[str] = ()) -> list[str]:
    """A block's answer in lines of words; nothing where it was left blank."""
    if isinstance(block, Scale):
        ticked = [str(point) for point, spec in block.marks() if is_ticked(values.get(spec.name))]
        return [", ".join(ticked)] if ticked else []
    if isinstance(block, Options):
        answer = block.read(values)
        return [str(one) for one in (answer if isinstance(answer, list) else [answer]) if one]
    if isinstance(block, WeekGrid):
        return _week_words(block, values)
    if len(specs := fields([block], names)) == 1:
        text = str(values.get(specs[0].name) or "").strip()
        unit = f" {block.unit}" if isinstance(block, Number) and block.unit and text else ""
        return [line for line in f"{text}{unit}".splitlines() if line.strip()]
    return _row_words(specs, values, block)


def _week_words(block: WeekGrid, values: Mapping[str, Any]) -> list[str]:
    found = []
    for row, days in block.grid():
        marks = [(day, str(values.get(spec.name) or "")) for day, spec in days]
        said = [day if block.mark == "tick" else f"{day}: {text}" for day, text in marks if is_ticked(text)]
        if said:
            found.append(f"{row}: {', '.join(said)}")
    return found


def _row_words(specs: Sequence[FieldSpec], values: Mapping[str, Any], block: Block) -> list[str]:
    """Fields by their spoken labels, without the words that the block's own label says already."""
    found = []
    own = getattr(block, "label", "")
    for spec in specs:
        text = str(values.get(spec.name) or "").strip()
        if text and (spec.kind != "check" or is_ticked(text)):
            label = spec.label.removeprefix(own).strip(" ,")
            found.append(label if spec.kind == "check" else f"{label}: {text}" if label else text)
    return found


def tidy(spec: FieldSpec, value: Any) -> str:
    """A raw value as it is kept: "on" or nothing for a box, clean text otherwise."""
    if spec.kind == "check":
        return "on" if is_ticked(value) else ""
    text = "" if value is None else str(value)
    return clean(text).strip() if spec.kind == "multiline" else clean_line(text)


def saved(request: HttpRequest, filled: Filled, *, version: int) -> JsonResponse:
    """The answer to a save in the background: the row's new version, when it was saved, and what to look at again."""
    at = timezone.localtime().strftime("%H:%M")
    return JsonResponse(
        {"version": version, "said": _("Saved %(at)s") % {"at": at}, "problems": filled.problems},
        headers={"X-Saved": "1"},
    )


def not_saved(said: str, *, status: int) -> JsonResponse:
    """The answer where a save in the background was not done; the page keeps the text and shows the sentence."""
    return JsonResponse({"said": said}, status=status)


def _problems(block: Block, values: Mapping[str, str]) -> dict[str, str]:
    """What of this block cannot be taken as it stands."""
    if isinstance(block, (Scale, Choice)):
        ticked = [spec.name for spec in block.fields() if spec.name in values]
        return {ticked[1]: _("More than one is ticked. Tick the one that fits best.")} if len(ticked) > 1 else {}
    if isinstance(block, Number):
        return _number_problem(block, values)
    return {}


def _number_problem(block: Number, values: Mapping[str, str]) -> dict[str, str]:
    answer = block.read(values)
    if isinstance(answer, str):
        return {block.id: _("Write this as a number, such as 3 or 2.5.")}
    if answer is not None and block.least is not None and answer < block.least:
        return {block.id: _("This is less than %(n)g.") % {"n": block.least}}
    if answer is not None and block.most is not None and answer > block.most:
        return {block.id: _("This is more than %(n)g.") % {"n": block.most}}
    return {}
