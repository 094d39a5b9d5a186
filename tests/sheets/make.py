"""Sheets to test with: every kind of block once, and the copy, letterhead and options around them."""

from __future__ import annotations

from typing import Any

from planner.sheets.blocks import parse_blocks
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, SheetCopy, sheet_paper

LETTERHEAD = Letterhead(
    practice="Harbour Street Practice",
    contact=("12 Harbour Street", "555 0199"),
    help_lines=(("The night line", "call or text 988"),),
    emergency="911",
)

EVERY_BLOCK: list[dict[str, Any]] = [
    {"text": {"title": "Why", "text": "A calm talk **helps**.\n\n- one\n\n- two\n\n- three"}},
    {"steps": ["Sit down.", "One talks. One listens."]},
    {"callout": {"kind": "caution", "text": "Too hot? Take a break."}},
    {"word_bank": {"label": "Words that may help:", "groups": [{"name": "Sore", "words": ["hurt", "sad"]}]}},
    {"short": {"id": "pause_word", "label": "Our pause word:", "example": "Lighthouse."}},
    {"lines": {"id": "hard", "label": "When was it hard?", "help": "One moment.", "lines": 3}},
    {"date": {"id": "day", "label": "We look at it again on:"}},
    {"number": {"id": "minutes", "label": "How long did it last?", "unit": "minutes"}},
    {"scale": {"id": "close", "label": "How close did you feel?", "low": "far apart", "high": "close"}},
    {"choice": {"id": "fits", "label": "Does it still fit?", "options": ["Yes", "No", "Not sure"]}},
    {"checklist": {"id": "helps", "label": "What helped?", "options": ["A walk", "Music"], "own_line": True}},
    {
        "table": {
            "id": "topics",
            "label": "For another day:",
            "columns": ["Day", "Topic"],
            "rows": 2,
            "example": ["Tue", "Money jobs"],
        }
    },
    {
        "table": {
            "id": "named",
            "label": "What each of us does:",
            "columns": ["First person", "Second person"],
            "rows": ["Morning", "Evening"],
            "example": ["Coffee", "Dishes"],
        }
    },
    {"week_grid": {"id": "week", "label": "Tick if you like.", "rows": ["I paused", "I came back"]}},
    {"week_grid": {"id": "notes", "label": "A word a day:", "rows": ["Mood"], "mark": "note"}},
    {"if_then": {"id": "plan", "label": "What will you try?", "rows": 2, "example": "If I am late, then I will text."}},
    {"contacts": {"id": "people", "label": "People I can call:", "rows": 2}},
    {
        "terms": {
            "id": "agreed",
            "label": "Tick what you want:",
            "terms": [
                {"text": "We talk on Sundays."},
                {"text": "We stop at ten.", "exception": "when we both want more"},
            ],
            "own_rows": 1,
        }
    },
    {"card": {"id": "wallet", "title": "Pause", "lines": ["I need a break.", "I come back."], "blanks": ["Our word"]}},
    {"signature": {"id": "signed", "label": "We try this.", "roles": ["First person", "Second person"]}},
    {"space": {"label": "Draw it here.", "height": 40}},
]


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
