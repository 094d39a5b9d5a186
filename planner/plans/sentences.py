"""Objectives as sentences: the blanks of a statement, what fills them, and what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format

from planner.library.courses import pieces

OPEN = "____"
#: Blank of a statement -> field of an objective.
FIELDS = {
    "who": "who", "what": "what", "how often": "how_often", "how many": "how_many", "by when": "due",
    "measured how": "measure", "start": "baseline", "target": "target",
}  # fmt: skip


def fills(objective: Any) -> dict[str, str]:
    """What the columns of an objective put into its blanks."""
    found = {blank: getattr(objective, field) for blank, field in FIELDS.items()}
    found["by when"] = date_format(objective.due, "j F Y") if objective.due else ""
    return {blank: str(value) for blank, value in found.items() if value}


def filled(text: str, given: Mapping[str, str]) -> str:
    """The text with its blanks filled in; what is open shows as a line."""
    return "".join(given.get(words, OPEN) if is_blank else words for words, is_blank in pieces(text))


def fields_of(text: str) -> list[str]:
    """The fields that the blanks of a text ask for, each once, in order."""
    named = [FIELDS[words] for words, is_blank in pieces(text) if is_blank and words in FIELDS]
    return list(dict.fromkeys(named))


def still_open(objective: Any) -> list[str]:
    """The fields of its blanks that nothing was written into."""
    return [field for field in fields_of(objective.text) if not getattr(objective, field)]
