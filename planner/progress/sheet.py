"""The sheet of a measure: its text as blocks, and the answers out of what was filled in.

Block ids are `i1`, `i2` ... by item number, and `note`; they stand in returned papers and never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from planner.progress.instruments import Item, ItemText, Measure
from planner.sheets.blocks import Block, Choice, Lines, Scale, TextBlock

NOTE_LINES = 3


def blocks_of(measure: Measure, language: str) -> tuple[Block, ...]:
    """The blocks of the sheet in the language (or the nearest there is). Raises ValueError where it has no text."""
    text = measure.sheet(language)
    if text is None:
        raise ValueError("this measure has no text to print")
    blocks: list[Block] = [TextBlock(text=text.intro)] if text.intro else []
    blocks += [_block(measure, item) for item in text.items]
    if text.note:
        blocks.append(Lines(id="note", label=text.note, lines=NOTE_LINES, audience="person"))
    return tuple(blocks)


def _block(measure: Measure, item: ItemText) -> Block:
    """A row of numbers with named ends, or the answers in words."""
    if item.answers:
        return Choice(id=f"i{item.n}", label=item.ask, options=item.answers, audience="person")
    return Scale.model_validate(
        {
            "id": f"i{item.n}", "label": item.ask, "low": item.low, "high": item.high, "audience": "person",
            "from": measure.answers.min, "to": measure.answers.max,
        }
    )  # fmt: skip


def answers_of(measure: Measure, values: Mapping[str, Any], language: str = "en") -> dict[int, int | None]:
    """Item number -> answer, out of the values of fields. None where nothing is ticked, or more than one."""
    found: dict[int, int | None] = {}
    for item, block in _asked(measure, language):
        answer = block.read(values)
        if isinstance(answer, str):
            answer = measure.answers.min + block.options.index(answer)
        found[item.n] = answer if isinstance(answer, int) else None
    return found


def doubtful(measure: Measure, values: Mapping[str, Any], language: str = "en") -> list[int]:
    """Numbers of the items with more than one tick: a person has to sort these out."""
    return [item.n for item, block in _asked(measure, language) if isinstance(block.read(values), list)]


def unanswered(measure: Measure, values: Mapping[str, Any], language: str = "en") -> dict[str, str]:
    """First field of each item without an answer -> a sentence, for the page on screen."""
    answers = answers_of(measure, values, language)
    said = _("Tick the number that fits best.")
    return {block.fields()[0].name: said for item, block in _asked(measure, language) if answers[item.n] is None}


def _asked(measure: Measure, language: str) -> list[tuple[Item, Any]]:
    items = {item.n: item for item in measure.items}
    blocks = [block for block in blocks_of(measure, language) if isinstance(block, (Scale, Choice))]
    return [(items[int(block.id[1:])], block) for block in blocks]


def listed(measure: Measure, items: Mapping[str, int]) -> list[tuple[str, str, bool]]:
    """(what, answer, asks for a look) of each item, for the clinician's page; goals by their number."""
    if measure.is_attainment:
        return [
            (_("Goal %(n)s") % {"n": n}, f"{level:+d}" if level else "0", False) for n, level in sorted(items.items())
        ]
    rows = []
    for item in measure.items:
        answer = items.get(str(item.n))
        asks = bool(item.risk and answer is not None and answer >= item.risk.from_)
        rows.append((f"{item.n}. {gettext(item.topic)}", "–" if answer is None else str(answer), asks))
    return rows if items else []
