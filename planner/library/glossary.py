"""The glossary: the clinical words that a client may meet on a sheet, each with a plain meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from django.utils.text import slugify

from planner.library import packs
from planner.library.words import fold

GLOSSARY = Path(__file__).parent / "content" / "attachment-repair" / "glossary.yaml"
KEPT_TEXTS = 256  # entries whose terms are kept, some kilobytes of text apiece


@dataclass(frozen=True)
class Term:
    """A word, what it means in plain words, and other forms of it ("triggers", "set off")."""

    term: str
    meaning: str
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"word-{slugify(self.term)}"

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.term, *self.also)


@cache
def terms() -> tuple[Term, ...]:
    """Every term by the alphabet. Raises packs.BadPack where the file is broken."""
    data, _lines = packs.read_yaml(GLOSSARY.read_text(encoding="utf-8"), GLOSSARY.name)
    found = (Term(one["term"], one["meaning"], tuple(one.get("also", ()))) for one in data)
    return tuple(sorted(found, key=lambda term: fold(term.term)))


def used_in(texts: Iterable[str]) -> list[Term]:
    """The terms that stand in these texts, in any of their forms."""
    return list(_used_in(" \n ".join(texts)))


@lru_cache(maxsize=KEPT_TEXTS)
def _used_in(text: str) -> tuple[Term, ...]:
    folded = fold(text)
    return tuple(term for term in terms() if _pattern(term).search(folded))


@cache
def _pattern(term: Term) -> re.Pattern[str]:
    forms = "|".join(re.escape(fold(form)) for form in sorted(term.forms, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)")
