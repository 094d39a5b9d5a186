"""A packet with every kind of block, in nobody's name: the press works out on it how a kind of paper looks, before the
next one is printed (`planner.sheets.press`). Nobody gets to see it.
"""

from __future__ import annotations

from typing import Any

from planner.sheets.blocks import parse_blocks
from planner.sheets.options import Options
from planner.sheets.papers import Cover, Letterhead, Paper, SheetCopy, packet_paper

NAMES = ["One", "Two", "Three", "Four", "Five"]


def _table(name: str, columns: int, rows: int | list[str], example: list[str]) -> dict[str, Any]:
    shape = {"columns": NAMES[:columns], "rows": rows, "example": example or None}
    return {"table": {"id": name, "label": "Table", **shape}}


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
#: The same blocks in the other shapes that they have on sheets.
OTHER_SHAPES: list[dict[str, Any]] = [
    {"text": "A paragraph."},
    {"steps": {"title": "How", "items": ["Sit down.", "Talk."]}},
    *({"callout": {"kind": tone, "text": "One.\n\nTwo."}} for tone in ("tip", "pause", "example")),
    {"short": {"id": "short", "label": "Short", "help": "Hint."}},
    *({"lines": {"id": f"lines_{n}", "label": "Lines", "example": "Example.", "lines": n}} for n in (2, 3, 4, 5, 9)),
    {"scale": {"id": "scale", "label": "Scale", "help": "Hint.", "low": "low", "high": "high", "from": 1, "to": 5}},
    *(
        {kind: {"id": f"{kind}_{n}", "label": "Boxes", "help": "Hint.", "options": ["a" * n, "b"]}}
        for kind in ("choice", "checklist")
        for n in (2, 20, 40)  # letters: three, two and one beside each other
    ),
    *(
        _table(f"{name}_{columns}_{len(example)}", columns, rows, example)
        for columns in range(2, 6)
        for example in ([], NAMES[:columns])
        for name, rows in (("few", 2), ("many", 8), ("named", NAMES[:2]))
    ),
    {"if_then": {"id": "if_then", "label": "Plan", "help": "Hint.", "rows": 1}},
    *({"card": {"id": f"card_{n}", "title": "Card", "lines": ["A line."] * n, "blanks": ["Word"]}} for n in (5, 6)),
]


def specimen(language: str, options: Options) -> Paper:
    """A cover, a sheet whose name and date are known, and one where they are still to be written."""
    parts: dict[str, Any] = {
        "title": "Title", "purpose": "Purpose.", "ideas": ("One idea.",), "language": language,
        "edition": "sheet, edition 1", "role_line": "Your sheet", "bring_back": "Monday",
    }  # fmt: skip
    known = {"name": "Name", "date": "Monday", "address": "0000-0000"}
    copies = [
        SheetCopy(**parts, **known, prefix="a-", blocks=parse_blocks(EVERY_BLOCK)),
        SheetCopy(**parts, prefix="b-", blocks=parse_blocks(OTHER_SHAPES)),
    ]
    cover = Cover("Title", for_whom="Name", contents=("Title", "Title"), hint="Hint.", bring_back="Monday")
    letterhead = Letterhead("Practice", ("Street", "555"), (("A line", "555"),), "555")
    return packet_paper(
        copies, cover=cover, letterhead=letterhead, options=options, title="Title", language=language,
        address="0000-0000",
    )  # fmt: skip
