"""The blocks a sheet is made of: one vocabulary for screen, blank paper, fillable PDF and filled print.

A worksheet is data: a list of blocks. Each block has one schema (here), one template (`templates/blocks/<kind>.html`)
and one way to read its answer (`read`). The room knows no clinical word: whom a block is for is a plain tag such as
"partner".

In a file a block is a mapping with one key, its kind:

    - short: { id: pause_word, label: "Our pause word" }
    - text: "Prose may stand alone as a string."

Sizes: heights in millimetres, rows and lines in whole numbers.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Annotated, Any, ClassVar, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from planner.sheets.reading import Label

MOST_BLOCKS = 300  # a sheet longer than this is refused with a sentence, not rendered
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


@dataclass(frozen=True)
class FieldSpec:
    """One thing to fill in: its stable name within the sheet, the label a screen reader speaks, and what kind it is.

    `kind` is one of text, multiline, date, number, check. `rows` is the height of a multiline field in writing lines.
    """

    name: str
    label: str
    kind: str = "text"
    rows: int = 1


class Block(BaseModel):
    """What every block may carry: `for` (tags of the people it is meant for; nobody named means everyone)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)
    kind: ClassVar[str]
    for_tags: tuple[Tag, ...] = Field(
        default=(), alias="for", description="Tags of the readers it is meant for, the closest first."
    )

    def is_for(self, tags: Iterable[str] | None) -> bool:
        """True when a reader with these tags should see it. `None` means nobody in particular: show everything."""
        return tags is None or not self.for_tags or bool(set(self.for_tags) & set(tags))

    def fields(self) -> list[FieldSpec]:
        """What there is to fill in, in reading order."""
        return []

    def read(self, values: Mapping[str, Any]) -> Any:
        """The answer out of `values` (field name -> raw value); None when the block asks nothing."""
        return None

    def client_text(self) -> Iterator[str]:
        """Every sentence or phrase of the block that a client reads, for the reading grade."""
        return iter(())


class Prompt(Block):
    """A block that asks something: `id` names its fields for ever, `label` is printed above them."""

    id: Id
    label: Line
    help: Line | None = None
    audience: Literal["case", "person"] = "case"  # "person": only the writer needs to see the answer

    def client_text(self) -> Iterator[str]:
        yield self.label
        if self.help:
            yield self.help


def weekdays() -> list[tuple[str, str]]:
    """The days of a week from Monday: (key in field names, short name in the language of the page)."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return list(zip(WEEKDAYS, names, strict=True))


def _text_of(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def is_ticked(value: Any) -> bool:
    """A value of a check box as true or false: what PDF readers and browsers write for "off" is off."""
    return str(value if value is not None else "").strip().lstrip("/").lower() not in ("", "off", "false", "0", "no")


def _ticked(values: Mapping[str, Any], name: str) -> bool:
    return is_ticked(values.get(name))


class TextBlock(Block):
    """Prose. `text` may use simple Markdown (bold, lists, paragraphs)."""

    kind: ClassVar[str] = "text"
    title: Line | None = None
    text: Text

    def client_text(self) -> Iterator[str]:
        if self.title:
            yield Label(self.title)
        yield self.text


class Steps(Block):
    """Numbered steps."""

    kind: ClassVar[str] = "steps"
    title: Line | None = None
    items: tuple[Line, ...] = Field(min_length=1, max_length=12)

    def client_text(self) -> Iterator[str]:
        if self.title:
            yield Label(self.title)
        yield from self.items


class Callout(Block):
    """A tip, a caution, a pause, or a worked example, set apart by a rule and its word."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)
    kind: ClassVar[str] = "callout"
    tone: Literal["tip", "caution", "pause", "example"] = Field(default="tip", alias="kind")
    text: Text

    def client_text(self) -> Iterator[str]:
        yield self.text


class WordGroup(BaseModel):
    """A named handful of words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Line
    words: tuple[Line, ...] = Field(min_length=1, max_length=40)


class WordBank(Block):
    """A bank of words to choose from, in named groups. Single words do not count for the reading grade."""

    kind: ClassVar[str] = "word_bank"
    label: Line
    groups: tuple[WordGroup, ...] = Field(min_length=1, max_length=12)

    def client_text(self) -> Iterator[str]:
        yield self.label


class Short(Prompt):
    """One line of text."""

    kind: ClassVar[str] = "short"
    example: Line | None = None

    def fields(self) -> list[FieldSpec]:
        return [FieldSpec(self.id, self.label)]

    def read(self, values: Mapping[str, Any]) -> str:
        return _text_of(values, self.id)

    def client_text(self) -> Iterator[str]:
        yield from super().client_text()
        if self.example:
            yield self.example


class Lines(Short):
    """A prompt with `lines` writing lines."""

    kind: ClassVar[str] = "lines"
    lines: int = Field(default=3, ge=2, le=30)

    def fields(self) -> list[FieldSpec]:
        return [FieldSpec(self.id, self.label, "multiline", self.lines)]


class Date(Prompt):
    """A date, read as ISO (2026-11-26) or kept as the text that was written."""

    kind: ClassVar[str] = "date"

    def fields(self) -> list[FieldSpec]:
        return [FieldSpec(self.id, self.label, "date")]

    def read(self, values: Mapping[str, Any]) -> datetime.date | str | None:
        text = _text_of(values, self.id)
        if not text:
            return None
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return text


class Number(Prompt):
    """A number with its unit. What is not a number is kept as the text that was written."""

    kind: ClassVar[str] = "number"
    unit: Line | None = None
    least: float | None = Field(default=None, alias="min")
    most: float | None = Field(default=None, alias="max")

    def fields(self) -> list[FieldSpec]:
        label = f"{self.label} ({self.unit})" if self.unit else self.label
        return [FieldSpec(self.id, label, "number")]

    def read(self, values: Mapping[str, Any]) -> float | str | None:
        text = _text_of(values, self.id)
        if not text:
            return None
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            return text
        return number if number - number == 0 else text  # infinity and NaN are not answers


class Scale(Prompt):
    """A row of numbers with named ends, ticked once. 0 to 10 unless told otherwise."""

    kind: ClassVar[str] = "scale"
    start: int = Field(default=0, alias="from", ge=0, le=1)
    end: int = Field(default=10, alias="to", ge=3, le=10)
    low: Line
    high: Line

    @property
    def points(self) -> range:
        return range(self.start, self.end + 1)

    def fields(self) -> list[FieldSpec]:
        return [spec for _point, spec in self.marks()]

    def marks(self) -> list[tuple[int, FieldSpec]]:
        """Each number with its box."""
        return [(point, FieldSpec(f"{self.id}-{point}", f"{self.label} {point}", "check")) for point in self.points]

    def read(self, values: Mapping[str, Any]) -> int | list[int] | None:
        """The number ticked; the list of numbers when more than one is, for a person to sort out."""
        ticked = [point for point in self.points if _ticked(values, f"{self.id}-{point}")]
        if not ticked:
            return None
        return ticked[0] if len(ticked) == 1 else ticked

    def client_text(self) -> Iterator[str]:
        yield from super().client_text()
        yield from map(Label, (self.low, self.high))


class Options(Prompt):
    """Shared by choice and checklist: the options, ticked in boxes (radios draw badly in some PDF readers)."""

    options: tuple[Line, ...] = Field(min_length=2, max_length=24)

    @field_validator("options")
    @classmethod
    def _distinct(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(options)) != len(options):
            raise ValueError("each option must be different")
        return options

    def fields(self) -> list[FieldSpec]:
        return [spec for _option, spec in self.boxes()]

    @property
    def columns_wide(self) -> int:
        """How many options fit beside each other on a line of standard print: 1 to 3. Four stand two by two: a single
        one on a line of its own would look left out."""
        longest = max(map(len, self.options))
        return 3 if longest <= 16 and len(self.options) != 4 else 2 if longest <= 28 else 1

    def boxes(self) -> list[tuple[str, FieldSpec]]:
        """Each option with its box."""
        return [
            (option, FieldSpec(f"{self.id}-{n}", f"{self.label} {option}", "check"))
            for n, option in enumerate(self.options, 1)
        ]

    def _ticked_options(self, values: Mapping[str, Any]) -> list[str]:
        return [option for n, option in enumerate(self.options, 1) if _ticked(values, f"{self.id}-{n}")]

    def client_text(self) -> Iterator[str]:
        yield from super().client_text()
        yield from self.options


class Choice(Options):
    """Pick one. More than one tick is handed back as a list, for a person to sort out."""

    kind: ClassVar[str] = "choice"

    def read(self, values: Mapping[str, Any]) -> str | list[str] | None:
        ticked = self._ticked_options(values)
        if not ticked:
            return None
        return ticked[0] if len(ticked) == 1 else ticked


class Checklist(Options):
    """Pick any, with an own line to add one (`own_line`)."""

    kind: ClassVar[str] = "checklist"
    own_line: bool = False

    def fields(self) -> list[FieldSpec]:
        return super().fields() + ([self.own_field] if self.own_line else [])

    @property
    def own_field(self) -> FieldSpec:
        """The line for what is not among the options."""
        return FieldSpec(f"{self.id}-own", _("%(prompt)s (in your own words)") % {"prompt": self.label})

    def read(self, values: Mapping[str, Any]) -> list[str]:
        own = _text_of(values, f"{self.id}-own") if self.own_line else ""
        return self._ticked_options(values) + ([own] if own else [])


class Rows(Prompt):
    """Shared by the blocks that are rows of text. `columns` and `rows` give the shape."""

    def grid(self) -> list[tuple[str, list[tuple[str, FieldSpec]]]]:
        """Row by row: the row's name ("" where it has none) and its cells, each with the name of its column."""
        raise NotImplementedError

    def fields(self) -> list[FieldSpec]:
        return [spec for _row, cells in self.grid() for _column, spec in cells]

    def _cells(self, columns: Iterable[str], row_name: str, row: int) -> list[tuple[str, FieldSpec]]:
        said = row_name or str(row)
        return [
            (column, FieldSpec(f"{self.id}-{row}-{c}", f"{self.label} {said}, {column}", "multiline", 2))
            for c, column in enumerate(columns, 1)
        ]

    def _read_rows(self, values: Mapping[str, Any], columns: int, rows: int) -> list[list[str]]:
        """Rows with at least one word in them, each as many texts as there are columns."""
        grid = [[_text_of(values, f"{self.id}-{r}-{c}") for c in range(1, columns + 1)] for r in range(1, rows + 1)]
        return [row for row in grid if any(row)]


class Table(Rows):
    """Columns x rows. `rows` is a number (free rows) or the list of row names."""

    kind: ClassVar[str] = "table"
    columns: tuple[Line, ...] = Field(min_length=2, max_length=6)
    rows: Annotated[int, Field(ge=1, le=31)] | tuple[Line, ...] = 4
    example: tuple[Line, ...] | None = None

    @model_validator(mode="after")
    def _example_fits(self) -> Table:
        if self.example and len(self.example) != len(self.columns):
            raise ValueError(f"the example needs one text for each of the {len(self.columns)} columns")
        if not isinstance(self.rows, int) and not 1 <= len(self.rows) <= 31:
            raise ValueError("a table has 1 to 31 rows")
        return self

    @property
    def has_row_names(self) -> bool:
        """True where the rows are named."""
        return not isinstance(self.rows, int)

    @property
    def row_names(self) -> tuple[str, ...]:
        """Names of the rows; empty strings where the rows are free."""
        return ("",) * self.rows if isinstance(self.rows, int) else self.rows

    def grid(self) -> list[tuple[str, list[tuple[str, FieldSpec]]]]:
        return [(name, self._cells(self.columns, name, n)) for n, name in enumerate(self.row_names, 1)]

    def read(self, values: Mapping[str, Any]) -> list[list[str]]:
        """Free rows: those that were written in. Named rows: every row, so that the names keep their places."""
        if isinstance(self.rows, int):
            return self._read_rows(values, len(self.columns), self.rows)
        width = range(1, len(self.columns) + 1)
        return [[_text_of(values, f"{self.id}-{r}-{c}") for c in width] for r in range(1, len(self.rows) + 1)]

    def client_text(self) -> Iterator[str]:
        yield from super().client_text()
        yield from map(Label, self.columns)
        yield from (Label(name) for name in self.row_names if name)
        yield from self.example or ()


class WeekGrid(Prompt):
    """Seven days x things to notice or tick. `mark` is "tick" (a box) or "note" (a small line)."""

    kind: ClassVar[str] = "week_grid"
    rows: tuple[Line, ...] = Field(min_length=1, max_length=12)
    mark: Literal["tick", "note"] = "tick"

    @property
    def day_names(self) -> list[str]:
        """The short names of the days, from Monday."""
        return [name for _day, name in weekdays()]

    def fields(self) -> list[FieldSpec]:
        return [spec for _row, days in self.grid() for _day, spec in days]

    def grid(self) -> list[tuple[str, list[tuple[str, FieldSpec]]]]:
        """Row by row: its name, and for each day the day's short name and its mark."""
        kind = "check" if self.mark == "tick" else "text"
        return [
            (row, [(name, FieldSpec(f"{self.id}-{r}-{day}", f"{row}, {name}", kind)) for day, name in weekdays()])
            for r, row in enumerate(self.rows, 1)
        ]

    def read(self, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Row -> day -> True or the note; days without a mark are left out."""
        look = _ticked if self.mark == "tick" else _text_of
        return {
            row: {day: mark for day in WEEKDAYS if (mark := look(values, f"{self.id}-{r}-{day}"))}
            for r, row in enumerate(self.rows, 1)
        }

    def client_text(self) -> Iterator[str]:
        yield from super().client_text()
        yield from self.rows


class IfThen(Rows):
    """ "If ... then I will ..." pairs, with one worked example."""

    kind: ClassVar[str] = "if_then"
    rows: int = Field(default=2, ge=1, le=8)
    example: Line | None = None

    def grid(self) -> list[tuple[str, list[tuple[str, FieldSpec]]]]:
        return [("", self._cells((_("If"), _("then I will")), "", n)) for n in range(1, self.rows + 1)]

    def read(self, values: Mapping[str, Any]) -> list[list[str]]:
        return self._read_rows(values, 2, self.rows)

    def client_text(self) -> Iterator[str]:
        yield from super().client_text()
        if self.example:
            yield self.example


class Contacts(Rows):
    """Rows of people to reach: name, how to reach them, when."""

    kind: ClassVar[str] = "contacts"
    rows: int = Field(default=3, ge=1, le=12)

    def grid(self) -> list[tuple[str, list[tuple[str, FieldSpec]]]]:
        columns = (_("Name"), _("How to reach them"), _("When"))
        return [("", self._cells(columns, "", n)) for n in range(1, self.rows + 1)]

    def read(self, values: Mapping[str, Any]) -> list[list[str]]:
        return self._read_rows(values, 3, self.rows)


class Term(BaseModel):
    """One term of an agreement, and when it does not hold. What holds `always`, a right say, needs nobody's yes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: Line
    exception: Line | None = None
    always: bool = False


@dataclass(frozen=True)
class TermFields:
    """A term as it is printed: its text or the field to write it in, the boxes to agree, the exception or its field."""

    text: str
    exception: str
    own: FieldSpec | None
    agree: tuple[FieldSpec, ...]
    unless: FieldSpec | None


class Terms(Prompt):
    """Agreed terms. Each is voluntary: a box to say yes, a line for its exception. `own_rows` leaves room for more.

    With `each_own` every term is its writer's own: it needs nobody's yes, so nobody can keep it out of force.
    """

    kind: ClassVar[str] = "terms"
    terms: tuple[Term, ...] = Field(default=(), max_length=12)
    own_rows: int = Field(default=0, ge=0, le=8)
    each_own: bool = False

    @model_validator(mode="after")
    def _something(self) -> Terms:
        if not self.terms and not self.own_rows:
            raise ValueError("give at least one term, or own_rows for terms to be written in")
        return self

    def fields(self) -> list[FieldSpec]:
        return [spec for item in self.items() for spec in (item.own, *item.agree, item.unless) if spec]

    def items(self, names: Sequence[str] = ("",)) -> list[TermFields]:
        """The terms in order, given ones first, each with its fields; on a joint sheet a box for each name."""
        return [self._item(n, names) for n in range(1, len(self.terms) + self.own_rows + 1)]

    def _item(self, n: int, names: Sequence[str]) -> TermFields:
        given = self.terms[n - 1] if n <= len(self.terms) else None
        asked = () if self._stands(n) else names
        said = given.text if given else f"{self.label} {n}"
        exception = (given.exception or "") if given else ""
        open_ended = not exception and not (given and given.always)
        boxes = [
            FieldSpec(
                f"{self.id}-{n}-yes{f'-{place}' if place > 1 else ''}",
                _("%(term)s %(name)s agrees") % {"term": said, "name": name}
                if name
                else _("%(term)s I agree") % {"term": said},
                "check",
            )
            for place, name in enumerate(asked, 1)
        ]
        return TermFields(
            text=given.text if given else "",
            exception=exception,
            own=None if given else FieldSpec(f"{self.id}-{n}-term", said, "multiline", 2),
            agree=tuple(boxes),
            unless=FieldSpec(f"{self.id}-{n}-exception", _("%(term)s Except when") % {"term": said})
            if open_ended
            else None,
        )

    def _stands(self, n: int) -> bool:
        """Whether the nth term (from 1) needs nobody's yes."""
        return self.each_own or (n <= len(self.terms) and self.terms[n - 1].always)

    def read(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Each term as written or given, whether everyone agreed to it, its exception. Empty own rows are left out."""
        rows = []
        for n in range(1, len(self.terms) + self.own_rows + 1):
            given = self.terms[n - 1] if n <= len(self.terms) else None
            text = given.text if given else _text_of(values, f"{self.id}-{n}-term")
            if not text:
                continue
            exception = (given.exception if given else None) or _text_of(values, f"{self.id}-{n}-exception")
            boxes = [f"{self.id}-{n}-yes", *(name for name in values if name.startswith(f"{self.id}-{n}-yes-"))]
            agreed = self._stands(n) or all(_ticked(values, box) for box in boxes)
            rows.append({"text": text, "agreed": agreed, "exception": exception})
        return rows

    def client_text(self) -> Iterator[str]:
        yield from super().client_text()
        for term in self.terms:
            yield term.text
            if term.exception:
                yield term.exception


class Card(Block):
    """A cut-out wallet card (85 x 54 mm): fixed `lines`, and `blanks` to be written on the card itself."""

    kind: ClassVar[str] = "card"
    id: Id = "card"
    title: Line | None = None
    lines: tuple[Line, ...] = Field(default=(), max_length=7)
    blanks: tuple[Line, ...] = Field(default=(), max_length=4)

    @property
    def setting(self) -> str:
        """How close the card must be set so that 54 mm hold everything: roomy, close or tight. Counted in lines: so
        many letters go on one, so many on one of the narrow column before a blank."""
        for name, letters, narrow, room in (("roomy", 32, 14, 8.5), ("close", 37, 16, 10.2)):
            wrapped = sum(-(-len(line) // letters) for line in self.lines)
            blanks = sum(max(1.5, 1.05 * len(wrap(blank, narrow))) for blank in self.blanks)
            if wrapped + blanks + (1.4 if self.title else 0) <= room:
                return name
        return "tight"

    @model_validator(mode="after")
    def _fits(self) -> Card:
        if not 1 <= len(self.lines) + len(self.blanks) <= 7:
            raise ValueError("a wallet card holds 1 to 7 lines and blanks together")
        if any(len(line) > 60 for line in self.lines + self.blanks):
            raise ValueError("a line on a wallet card has at most 60 letters")
        return self

    def fields(self) -> list[FieldSpec]:
        return [FieldSpec(f"{self.id}-{n}", blank) for n, blank in enumerate(self.blanks, 1)]

    def read(self, values: Mapping[str, Any]) -> list[str] | None:
        return [_text_of(values, f"{self.id}-{n}") for n in range(1, len(self.blanks) + 1)] if self.blanks else None

    def client_text(self) -> Iterator[str]:
        if self.title:
            yield Label(self.title)
        yield from self.lines
        yield from self.blanks


class Signature(Prompt):
    """A line to sign for each of `roles`, with name and date. Signed on paper; the reader reads names and dates."""

    kind: ClassVar[str] = "signature"
    label: Line = "Signatures"
    roles: tuple[Line, ...] = Field(min_length=1, max_length=6)

    def fields(self) -> list[FieldSpec]:
        return [spec for _role, name, date in self.people() for spec in (name, date)]

    def people(self) -> list[tuple[str, FieldSpec, FieldSpec]]:
        """Each role with its fields for name and date; the signature itself is a line on paper."""
        return [
            (
                role,
                FieldSpec(f"{self.id}-{n}-name", f"{role}: {_('Name')}"),
                FieldSpec(f"{self.id}-{n}-date", f"{role}: {_('Date')}", "date"),
            )
            for n, role in enumerate(self.roles, 1)
        ]

    def read(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for n, role in enumerate(self.roles, 1):
            name, date = (_text_of(values, f"{self.id}-{n}-{part}") for part in ("name", "date"))
            rows.append({"role": role, "name": name, "date": date, "signed": bool(name)})
        return rows


class Space(Block):
    """Room to draw, `height` millimetres high."""

    kind: ClassVar[str] = "space"
    label: Line
    height: int = Field(default=60, ge=20, le=200)

    @property
    def height_step(self) -> int:
        """The height to the nearest 10 mm: what the stylesheet has a class for."""
        return (self.height + 5) // 10 * 10

    def client_text(self) -> Iterator[str]:
        yield self.label


KINDS: dict[str, type[Block]] = {
    cls.kind: cls
    for cls in (
        TextBlock, Steps, Callout, WordBank, Short, Lines, Date, Number, Scale, Choice, Checklist, Table, WeekGrid,
        IfThen, Contacts, Terms, Card, Signature, Space,
    )
}  # fmt: skip

#: What a bare string under a block's key stands for.
SHORTHAND = {"text": "text", "steps": "items", "callout": "text"}


class BadBlock(ValueError):
    """A block that cannot be read. `path` says where within the list of blocks, `problem` what was expected."""

    def __init__(self, path: tuple[str | int, ...], problem: str):
        self.path, self.problem = path, problem
        super().__init__(f"block {'.'.join(str(part) for part in path)}: {problem}")


def parse_block(raw: Any, position: int = 0) -> Block:
    """One block out of its mapping. Raises BadBlock with the position (from 0) and what was expected."""
    if not isinstance(raw, Mapping) or len(raw) != 1:
        raise BadBlock((position,), f"expected one key that names the block: {', '.join(KINDS)}")
    kind, body = next(iter(raw.items()))
    if kind not in KINDS:
        raise BadBlock((position,), f"unknown block {kind!r}; expected one of {', '.join(KINDS)}")
    if isinstance(body, (str, list)) and kind in SHORTHAND:
        body = {SHORTHAND[kind]: body}
    if not isinstance(body, Mapping):
        raise BadBlock((position, kind), "expected a mapping of the block's parts")
    try:
        return KINDS[kind].model_validate(dict(body))
    except ValueError as error:  # pydantic's ValidationError is one
        first = error.errors()[0] if hasattr(error, "errors") else {"loc": (), "msg": str(error)}
        raise BadBlock((position, kind, *first["loc"]), _plain(first)) from error


def _plain(error: Mapping[str, Any]) -> str:
    """pydantic's message as a sentence that names the unexpected key where there is one."""
    if error.get("type") == "extra_forbidden":
        return f"unknown key {error['loc'][-1]!r}"
    return re.sub(r"^Value error, ", "", error["msg"])


def parse_blocks(raw: Any) -> tuple[Block, ...]:
    """A sheet's blocks. Two blocks may share an id only where they are meant for different people.

    Raises BadBlock.
    """
    if not isinstance(raw, (list, tuple)) or not raw:
        raise BadBlock((), "expected a list with at least one block")
    if len(raw) > MOST_BLOCKS:
        raise BadBlock((), f"a sheet holds at most {MOST_BLOCKS} blocks; this one has {len(raw)}")
    blocks = tuple(parse_block(item, position) for position, item in enumerate(raw))
    seen: dict[str, list[Block]] = {}
    for position, block in enumerate(blocks):
        block_id = getattr(block, "id", None)
        if block_id is None or not block.fields():
            continue
        for other in seen.setdefault(block_id, []):
            if not block.for_tags or not other.for_tags or set(block.for_tags) & set(other.for_tags):
                raise BadBlock((position, block.kind, "id"), f"the id {block_id!r} is used by another block")
            if other.kind != block.kind:
                raise BadBlock((position, block.kind, "id"), f"the id {block_id!r} stands for another kind of block")
        seen[block_id].append(block)
    return blocks


def dump_block(block: Block) -> dict[str, Any]:
    """The mapping that parse_block reads, defaults left out: what editions freeze."""
    return {block.kind: block.model_dump(mode="json", by_alias=True, exclude_defaults=True)}


def blocks_for(blocks: Iterable[Block], tags: Iterable[str] | None) -> tuple[Block, ...]:
    """The blocks a reader with these tags gets. Where an id has wordings for several people, the one that fits best,
    and where none fits the first, so that nobody gets a sheet with a hole."""
    blocks = tuple(blocks)
    wanted = None if tags is None else frozenset(tags)
    best: dict[str, Block] = {}
    for block in blocks:
        name = _asked(block)
        if name and (name not in best or _distance(block, wanted) < _distance(best[name], wanted)):
            best[name] = block
    return tuple(
        block for block in blocks if (block is best[name] if (name := _asked(block)) else block.is_for(wanted))
    )


def _distance(block: Block, wanted: frozenset[str] | None) -> float:
    """How far the wording is from the reader: the earlier a tag stands in `for`, the more the words are meant for it.
    `for: [injured, partner]` is for who was hurt, and for a partner whose side is not known."""
    if wanted is None or not block.for_tags:
        return 0
    fits = (place for place, tag in enumerate(block.for_tags) if tag in wanted)
    return next(fits, math.inf)


def with_names(blocks: Iterable[Block], names: Sequence[str]) -> tuple[Block, ...]:
    """The blocks of a joint sheet with the people's names where it says "First person", "Second person"."""
    places = (_("First person"), _("Second person"), _("Third person"), _("Fourth person"))
    named = dict(zip(places, names, strict=False))
    return tuple(_named(block, named) for block in blocks)


def _named(block: Block, named: Mapping[str, str]) -> Block:
    changes = {
        part: tuple(named.get(text, text) for text in texts)
        for part in ("columns", "rows", "roles")
        if isinstance(texts := getattr(block, part, None), tuple) and set(texts) & set(named)
    }
    return block.model_copy(update=changes) if changes else block


def _asked(block: Block) -> str:
    """The id of a block that is filled in, a card with blanks among them; "" for one that is only read."""
    return getattr(block, "id", "") if isinstance(block, Prompt) or block.fields() else ""


def read_answers(blocks: Iterable[Block], values: Mapping[str, Any]) -> dict[str, Any]:
    """Block id -> answer, for every block that asks something."""
    return {block.id: block.read(values) for block in blocks if block.fields()}
