"""Sheets to test with: the copy, letterhead and options around blocks, or around every kind of block."""

from __future__ import annotations

from typing import Any

from planner.sheets.blocks import parse_blocks
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, SheetCopy, sheet_paper
from planner.sheets.specimen import EVERY_BLOCK

LETTERHEAD = Letterhead(
    practice="Harbour Street Practice",
    contact=("12 Harbour Street", "555 0199"),
    help_lines=(("The night line", "call or text 988"),),
    emergency="911",
)


def make_copy(raw: list[dict[str, Any]] | None = None, **changes: Any) -> SheetCopy:
    parts = {
        "title": "Our weekly check-in",
        "discreet_title": "Weekly sheet",
        "purpose": "A calm talk helps small hurts stay small.",
        "ideas": ("This sheet is yours.",),
        "blocks": parse_blocks(EVERY_BLOCK if raw is None else raw),
        "edition": "check-in-sheet, edition 2",
    }
    return SheetCopy(**{**parts, **changes})


def make_paper(raw: list[dict[str, Any]] | None = None, options: Options | None = None, **changes: Any) -> Paper:
    return sheet_paper(make_copy(raw, **changes), letterhead=LETTERHEAD, options=options or Options())
