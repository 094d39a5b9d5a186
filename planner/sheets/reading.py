"""How hard a text is to read: Flesch-Kincaid grade and SMOG, in United States school grades.

Both formulas count sentences, words and syllables (Kincaid et al. 1975; McLaughlin 1969). A prompt or a list item
without a full stop counts as one sentence, as a reader pauses there. Fragments of fewer than four words (options,
column heads) are left out: they are no sentences, and many of them would make a hard sheet look easy. English only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST = 4  # words; less is a fragment
WORDS_A_MINUTE = 130  # a slow, worried adult reader; the usual figure for easy silent reading is about 200 or more


@dataclass(frozen=True)
class Grade:
    """`kincaid` and `smog` in school grades, `words` counted, `minutes` to read it (at least 1)."""

    kincaid: float
    smog: float
    words: int
    minutes: int

    @property
    def worst(self) -> float:
        """The higher of the two grades."""
        return max(self.kincaid, self.smog)


_MARKUP = re.compile(r"[*_`#>]+|\[([^\]]*)\]\([^)]*\)")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+|\n+")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’-][A-Za-zÀ-ÿ]+)*")


def sentences(texts: Iterable[str]) -> list[list[str]]:
    """The words of each sentence in `texts`, Markdown marks taken out, fragments left out."""
    found = []
    for text in texts:
        plain = _MARKUP.sub(lambda m: m.group(1) or "", text)
        found += [words for part in _SENTENCE_END.split(plain) if len(words := _WORD.findall(part)) >= SHORTEST]
    return found


def _syllables(word: str) -> int:
    """How many syllables an English word has, one at least.

    The library's own grades are not used: its counter finds none in "If" (a capital) and none in "the" (a final e).
    """
    from readability.langdata import countsyllables_en  # imported late: it loads word lists

    return max(1, countsyllables_en(word.lower()))


def grade(texts: Iterable[str], language: str = "en") -> Grade | None:
    """The grade of a whole sheet; None where there is too little to measure (under 20 words) or no English."""
    if not language.startswith("en"):
        return None
    parts = sentences(texts)
    count = sum(len(part) for part in parts)
    if count < 20:
        return None
    syllables = [_syllables(word) for part in parts for word in part]
    long_words = sum(n >= 3 for n in syllables)
    return Grade(
        kincaid=round(max(0.0, 0.39 * count / len(parts) + 11.8 * sum(syllables) / count - 15.59), 1),
        smog=round(1.0430 * math.sqrt(long_words * 30 / len(parts)) + 3.1291, 1),
        words=count,
        minutes=max(1, math.ceil(count / WORDS_A_MINUTE)),
    )
