"""Measures as data: the format of a definition, the ones that ship, and every problem named by file and line.

A definition holds facts (items by number with a topic word of ours, range, scoring, bands, change, licence, sources)
and never the item text of others. What could not be checked is left empty: a measure without `change` shows the plain
difference, one without `bands` shows none. `texts` holds the text to print, language by language: ours has it, and a
practice may bring its own where it has the right to the text.

This package owns the format; planner.progress.measures adds what practices brought.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from planner.library import packs
from planner.library.packparts import Language, Line, Part, Prose, Slug

HERE = Path(__file__).resolve().parent
MOST_ITEMS = 60
SCORER = 1  # the version of planner.progress.scoring; a rating keeps the one it was scored with

#: primary: read in the primary text, its abstract or the official page. secondary: as quoted by somebody else.
Mark = Literal["primary", "secondary"]
#: Which way a higher number points: lower is better, higher is better, or neither.
Direction = Literal["lower", "higher", "none"]
Whole = Annotated[int, Field(ge=-1000, le=1000)]
Points = Annotated[float, Field(ge=-10000, le=10000, allow_inf_nan=False)]
Version = Annotated[str, Field(pattern=r"^\d+(\.\d+){0,2}$", max_length=20)]


class Answers(Part):
    """The whole numbers that an item may be answered with."""

    min: Whole
    max: Whole

    @model_validator(mode="after")
    def _upward(self) -> Answers:
        if not 1 <= self.max - self.min <= 100:
            raise ValueError("max must be 1 to 100 above min")
        return self


class Risk(Part):
    """From which answer on an item asks for a safety check at once. It prompts; it never decides."""

    from_: Whole = Field(alias="from")


class Item(Part):
    """One item: its number on the form and a topic word of ours. `reversed`: scored as min + max - answer."""

    n: int = Field(ge=1, le=200)
    topic: Line
    reversed: bool = False
    risk: Risk | None = None


class Scoring(Part):
    """How answers become a score. single: the one answer. attainment: the T-score of goals. none: subscales alone."""

    method: Literal["sum", "mean", "single", "attainment", "none"]
    min: Points | None = None
    max: Points | None = None
    rho: float | None = Field(default=None, ge=0, lt=1)
    source: Line | None = None


class Flag(Part):
    """From where a subscale is worth a look; `below` counts downward, the number included."""

    at: Points
    below: bool = False


class Subscale(Part):
    """A sum over some of the items."""

    slug: Slug
    name: Line
    items: tuple[int, ...] = Field(min_length=1)
    min: Points
    max: Points
    direction: Direction
    flag: Flag | None = None


class Bands(Part):
    """Where each band starts, lowest first, and its word where the source gives one."""

    starts: tuple[Points, ...] = Field(min_length=1, max_length=12)
    words: tuple[Annotated[str, Field(max_length=80)], ...] = ()
    source: Line
    mark: Mark

    @model_validator(mode="after")
    def _in_order(self) -> Bands:
        if list(self.starts) != sorted(set(self.starts)):
            raise ValueError("the bands must start one above the other")
        if self.words and len(self.words) != len(self.starts):
            raise ValueError("give each band a word, or none of them")
        return self


class Cut(Part):
    """A published cut point: at this score or above (`upto` where a range is published; `below` where it counts
    downward)."""

    at: Points
    upto: Points | None = None
    below: bool = False
    means: Line
    source: Line
    mark: Mark


class Change(Part):
    """How many points are more than chance. Between `least` and `most` the sources leave it open."""

    least: float = Field(gt=0, le=10000)
    most: float = Field(gt=0, le=10000)
    source: Line
    mark: Mark

    @model_validator(mode="after")
    def _upward(self) -> Change:
        if self.most < self.least:
            raise ValueError("most must not be below least")
        return self


class Licence(Part):
    """What its rights holder says, and where."""

    text: Line
    source: Line
    mark: Mark


class ItemText(Part):
    """An item as it is printed: the words, and either named ends (a row of numbers) or a word for each answer."""

    n: int = Field(ge=1, le=200)
    ask: Line
    low: Line | None = None
    high: Line | None = None
    answers: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _either(self) -> ItemText:
        if bool(self.answers) == bool(self.low and self.high):
            raise ValueError("expected either low and high, or a word for each answer")
        return self


class SheetText(Part):
    """The text of the sheet in one language. `note` is a prompt with a few lines at the end."""

    title: Line
    discreet_title: Line
    purpose: Line
    intro: Prose | None = None
    items: tuple[ItemText, ...] = Field(min_length=1, max_length=MOST_ITEMS)
    note: Line | None = None


class Measure(Part):
    """One measure. `entry`: by item, or by score alone where the scoring of items could not be checked."""

    slug: Slug
    version: Version
    name: Line
    about: Line
    direction: Direction
    validated: bool = True
    recall_days: int | None = Field(default=None, ge=1, le=366)
    answers: Answers | None = None
    item_count: int | None = Field(default=None, ge=1, le=200)
    entry: Literal["items", "score"] = "items"
    items: tuple[Item, ...] = Field(default=(), max_length=MOST_ITEMS)
    scoring: Scoring
    subscales: tuple[Subscale, ...] = Field(default=(), max_length=12)
    subscales_source: Line | None = None
    subscales_mark: Mark | None = None
    bands: Bands | None = None
    cuts: tuple[Cut, ...] = Field(default=(), max_length=6)
    change: Change | None = None
    risk_by_hand: Line | None = None
    licence: Licence | None = None
    notes: Prose | None = None
    texts: dict[Language, SheetText] = {}

    @model_validator(mode="after")
    def _fits(self) -> Measure:
        for told in _misfits(self):
            raise ValueError(told)
        return self

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the items, in their order."""
        return tuple(item.n for item in self.items)

    @property
    def risk_items(self) -> tuple[Item, ...]:
        """Items whose answer may ask for a safety check."""
        return tuple(item for item in self.items if item.risk)

    @property
    def by_items(self) -> bool:
        """Can be entered item by item."""
        return self.entry == "items" and bool(self.items)

    @property
    def has_total(self) -> bool:
        """One number stands for the whole."""
        return self.scoring.method != "none"

    @property
    def is_attainment(self) -> bool:
        """Goals of one's own instead of items."""
        return self.scoring.method == "attainment"

    def sheet(self, language: str) -> SheetText | None:
        """The text to print in the language, else in English, else in whichever there is; None where there is none."""
        return self.texts.get(language) or self.texts.get("en") or next(iter(self.texts.values()), None)

    def sheet_language(self, language: str) -> str:
        """The language in which `sheet` answers."""
        return next((code for code in (language, "en", *self.texts) if code in self.texts), language)

    def title(self, language: str) -> str:
        """Its name in the language where its sheet has one there, else as it is."""
        return self.texts[language].title if language in self.texts else self.name


def _misfits(measure: Measure) -> Iterator[str]:
    """What does not fit together, one sentence each."""
    numbers = measure.numbers
    if len(set(numbers)) != len(numbers):
        yield "two items have the same number"
    if measure.by_items and measure.answers is None:
        yield "items need answers: the least and the most"
    if measure.scoring.method in ("sum", "mean", "single") and measure.entry == "items" and not numbers:
        yield "expected items, or entry: score"
    if measure.scoring.method == "single" and len(numbers) != 1:
        yield "a single answer has one item"
    yield from _misfits_in_range(measure)
    yield from _misfits_in_text(measure)


def _misfits_in_range(measure: Measure) -> Iterator[str]:
    """A range that the items cannot reach, or can leave."""
    answers, scoring, count = measure.answers, measure.scoring, len(measure.items)
    if scoring.min is not None and scoring.max is not None and scoring.min >= scoring.max:
        yield "the range of the score must go upward"
    summed = measure.by_items and answers and scoring.method == "sum" and scoring.max is not None
    if summed and (scoring.min, scoring.max) != (answers.min * count, answers.max * count):
        yield f"{count} items with {answers.min} to {answers.max} do not add up to the range of the score"
    for subscale in measure.subscales:
        if not set(subscale.items) <= set(measure.numbers):
            yield f"subscale {subscale.slug!r} names an item that is not there"
        reach = answers and (answers.min * len(subscale.items), answers.max * len(subscale.items))
        if reach != (subscale.min, subscale.max):
            yield f"the range of subscale {subscale.slug!r} does not fit its items"


def _misfits_in_text(measure: Measure) -> Iterator[str]:
    """A sheet that asks other items than the definition has, or offers other answers."""
    for language, sheet in measure.texts.items():
        if sorted(item.n for item in sheet.items) != sorted(measure.numbers):
            yield f"the sheet in {language!r} must ask every item once, and no other"
        numbered = measure.answers and measure.answers.min in (0, 1) and 3 <= measure.answers.max <= 10
        for item in sheet.items:
            if item.low and not numbered:
                yield f"item {item.n} of the sheet in {language!r}: a row of numbers goes from 0 or 1 to 3 up to 10"
            if item.answers and measure.answers and len(item.answers) != measure.answers.max - measure.answers.min + 1:
                yield f"item {item.n} of the sheet in {language!r} needs a word for each answer"


def read(text: str, name: str) -> Measure:
    """One definition out of its file. Raises planner.library.packs.BadPack with file, line and sentence."""
    return packs.parse(Measure, text, name)


@lru_cache(maxsize=1)
def shipped() -> dict[str, Measure]:
    """Slug -> the measure, of all that ship, in the order of their names."""
    files = [read(path.read_text(encoding="utf-8"), path.name) for path in sorted(HERE.glob("*.yaml"))]
    return {file.slug: file for file in sorted(files, key=lambda file: (not file.validated, file.name.lower()))}


def get(slug: str) -> Measure:
    """A measure that ships. Raises KeyError."""
    return shipped()[slug]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a definition, for editors and for practices that bring their own."""
    schema = Measure.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Measure"}
