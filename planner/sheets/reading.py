"""How hard a text is to read: Flesch-Kincaid grade and SMOG, in United States school grades. English only.

    Flesch-Kincaid = 0.39 x words / sentences + 11.8 x syllables / words - 15.59
    SMOG = 1.0430 x sqrt(words of three syllables or more x 30 / sentences) + 3.1291

Sources: Kincaid, Fishburne, Rogers and Chissom 1975; McLaughlin 1969.

What counts as a sentence. Both formulas were made for running prose; on a sheet, whatever is short makes a hard text
look easy, so the count leans to the hard side. A sentence ends at . ! or ?, at the end of a paragraph, of a prompt and
of a list item: a reader pauses there, with or without a full stop. A line wrapped within a paragraph ends nothing.
Titles, column heads, names of rows and ends of scales are labels (`Label`) and no sentences, however long; nor is
anything of fewer than four words (an option of one word, "Then swap."). Labels and fragments do count for the
time to read. No grade lies below the first: where sentences have seven words of one syllable, Flesch-Kincaid falls to 0
and below, which says no more than "short". `longest` is there since no average shows the one sentence that is too long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner.sheets.syllables import syllables

SHORTEST = 4  # words; less is a fragment
LOWEST = 1.0  # the first school grade
WORDS_A_MINUTE = 130  # a slow, worried adult reader; the usual figure for easy silent reading is about 200 or more


class Label(str):
    """A text that names a thing and is no sentence: a title, the head of a column, the end of a scale."""

    __slots__ = ()


@dataclass(frozen=True)
class Grade:
    """`kincaid` and `smog` in school grades, `words` on the sheet, `minutes` to read it (at least 1)."""

    kincaid: float
    smog: float
    words: int
    minutes: int

    @property
    def worst(self) -> float:
        """The higher of the two grades."""
        return max(self.kincaid, self.smog)


_MARKUP = re.compile(r"[*_`#>]+|\[([^\]]*)\]\([^)]*\)")
_PARAGRAPH_END = re.compile(r"\n\s*\n|\n\s*(?=(?:[-*+]|\d+[.)])\s)")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’')]*\s+")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’-][A-Za-zÀ-ÿ]+)*|\d+")


def sentences(texts: Iterable[str]) -> list[list[str]]:
    """The words of each sentence in `texts`, Markdown marks taken out; labels and fragments left out."""
    pieces = (piece for text in texts if not isinstance(text, Label) for piece in _pieces(text))
    return [words for piece in pieces if len(words := _WORD.findall(piece)) >= SHORTEST]


def _pieces(text: str) -> Iterator[str]:
    for paragraph in _PARAGRAPH_END.split(text):
        yield from _SENTENCE_END.split(_MARKUP.sub(lambda mark: mark.group(1) or "", paragraph))


def longest(texts: Iterable[str]) -> list[str]:
    """The words of the longest sentence; empty where there is none."""
    return max(sentences(texts), key=len, default=[])


def grade(texts: Iterable[str], language: str = "en") -> Grade | None:
    """The grade of a whole sheet; None where there is too little to measure (under 20 words) or no English."""
    if not language.startswith("en"):
        return None
    told = list(texts)
    parts = sentences(told)
    counts = [syllables(word) for part in parts for word in part]
    if len(counts) < 20:
        return None
    words = sum(len(_WORD.findall(text)) for text in told)
    kincaid = 0.39 * len(counts) / len(parts) + 11.8 * sum(counts) / len(counts) - 15.59
    return Grade(
        kincaid=round(max(LOWEST, kincaid), 1),
        smog=round(1.0430 * math.sqrt(sum(n >= 3 for n in counts) * 30 / len(parts)) + 3.1291, 1),
        words=words,
        minutes=max(1, math.ceil(words / WORDS_A_MINUTE)),
    )
