"""What an author typed, kept for that author alone and without a client's details."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from planner.base.text import clean_line
from planner.cases.models import Case

SHORTEST = 4  # letters; less is not worth offering
NAME = "…"


def names_of(case: Case) -> list[str]:
    """Everything that tells who the people of a case are: names whole and in parts, and the case's code."""
    found = {case.code}
    for place in case.participants.select_related("person"):
        for name in (place.person.name, place.person.print_name):
            found |= {name, *re.split(r"[\s.,'’-]+", name)}
    return sorted((name for name in found if len(name) > 1), key=len, reverse=True)


def without(text: str, names: Iterable[str]) -> str:
    """The text on one line with every name replaced, whatever its letters' size, possessives included."""
    text = clean_line(text)
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME, text, flags=re.IGNORECASE)
    return text


def digest(text: str) -> str:
    """What makes two phrases the same."""
    return hashlib.sha256(text.casefold().encode()).hexdigest()


def worth_keeping(text: str) -> bool:
    """True for words of one's own: not for a blank line, nor for a text of the bank with its blanks."""
    return len(text.replace(NAME, "").strip()) >= SHORTEST and "{" not in text
