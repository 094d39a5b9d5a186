"""What a search shows of an entry: the words that were found, marked, and the place they stand in. Always escaped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from planner.library.models import Intervention
from planner.library.words import fold

AROUND = 90  # letters shown on each side of the first word found
_WORD = re.compile(r"[^\W_]+")


def marked(text: str, words: Collection[str]) -> SafeString:
    """The text as HTML, each of the (folded) words in a <mark>."""
    pairs, at = [], 0
    for found in _found(text, words):
        pairs.append((text[at : found.start()], found.group()))
        at = found.end()
    rest = escape(text[at:])
    return format_html_join("", "{}<mark>{}</mark>", pairs) + rest if pairs else rest


def _found(text: str, words: Collection[str]) -> Iterator[re.Match[str]]:
    if _may_have(text, words):
        yield from (match for match in _WORD.finditer(text) if fold(match.group()) in words)


def _may_have(text: str, words: Collection[str]) -> bool:
    """Most texts have none of the words, and need not be taken word by word."""
    folded = fold(text)
    for word in words:  # noqa: SIM110  # there are hundreds of texts, and a generator for each costs as much again
        if word in folded:
            return True
    return False


def snippet(row: Intervention, sheets: Iterable[str], words: Collection[str]) -> tuple[str, SafeString] | None:
    """Where the words stand when neither name nor aim has them: (the place in words, the sentence around them).
    `row.current` should be fetched; `sheets` are the titles of its sheets."""
    if not words:
        return None
    for place, text in _places(row.current.content, sheets):
        first = next(_found(text, words), None) if _may_have(text, words) else None
        if first:
            return str(place), marked(_around(text, first.start(), first.end()), words)
    return None


def _around(text: str, start: int, end: int) -> str:
    """The piece of the text around a word, cut between words."""
    low, high = max(0, start - AROUND), min(len(text), end + AROUND)
    if low:
        low = text.find(" ", low, start) + 1 or low
    if high < len(text):
        cut = text.rfind(" ", end, high)
        high = cut if cut > 0 else high
    piece = " ".join(text[low:high].split())
    return f"{'… ' if low else ''}{piece}{' …' if high < len(text) else ''}"


def _places(content: dict[str, Any], sheets: Iterable[str]) -> Iterator[tuple[Any, str]]:
    """Where to look, the more telling place first."""
    for tag in content.get("tags", ()):
        yield _("Also called"), tag
    for title in sheets:
        yield _("Sheet"), title
    for step in content["steps"]:
        yield _("Step"), f"{step['title']}. {step['do']}"
        yield _("Watch for"), step.get("watch") or ""
    yield _("Use when"), content["use_when"]
    yield _("Not when"), content["not_when"]
    for trouble in content["when_it_goes_wrong"]:
        yield _("When it goes wrong"), f"{trouble['sign']}: {trouble['then']}"
    for caution in content["cautions"]:
        yield _("Caution"), caution
    yield _("Homework"), f"{content['homework']['full']} {content['homework']['small']}"
    yield _("Progress"), content["progress_shows"]
    yield _("Evidence"), content["evidence"]["statement"]
