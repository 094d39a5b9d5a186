"""Finding plan statements and pathways by the same words as interventions: synonyms, beginnings and typos included.

There are few of them, so their words are read from their content and kept in memory rather than in the word table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.base.prepared import ID, prepared, several
from planner.library import search, snippets
from planner.library.models import OfLibrary, Pathway, Statement
from planner.library.words import words_of
from planner.practice.models import User

SHOWN = 4
KEPT_TEXTS = 8192  # texts whose words are kept, a few hundred bytes apiece
KEPT_LIBRARIES = 8  # practices: all that their rows say, some hundred kilobytes apiece
KEPT_ROWS = 512  # rows whose words are kept, some kilobytes apiece
NAME, ABOUT, REST = 20, 8, 2  # how much a word weighs where it stands


@dataclass(frozen=True)
class Course:
    """A statement or a pathway that was found. `page` is the name of its page, `where` and `around` show the place."""

    row: OfLibrary
    page: str
    kind: str
    name: SafeString
    where: str
    around: SafeString


def find(text: str, user: User) -> list[Course]:
    """The statements and pathways that have every word of the text, best first. At most four queries; none without
    words."""
    words = words_of(text[: search.LONGEST_TEXT])[: search.MOST_WORDS]
    if not words:
        return []
    rows = [(model, *told) for model in (Pathway, Statement) for told in _told(model=model, user=user)]
    weights = {(model, pk): _weights(model, *told) for model, pk, *told in rows}
    vocabulary = _vocabulary(tuple((model, *told) for model, _pk, *told in rows))
    matches = [_match(word, vocabulary) for word in words]
    scored = {key: score for key, found in weights.items() if (score := _score(found, matches))}
    counted = {word for found in matches for word in found}
    best = sorted(_rows(scored), key=lambda row: (-scored[type(row), row.pk], row.name))
    return [_course(row, counted) for row in best[:SHOWN]]


@prepared()
def _told(model: type[Any], user: User) -> QuerySet:
    """(id, name, slug, content as it is stored) of every row the person may see."""
    rows = model.objects.visible_to(user).annotate(told=Cast("content", TextField()))
    return rows.values_list("pk", "name", "slug", "told")


def _rows(scored: Mapping[tuple[type[Any], int], int]) -> Iterator[Any]:
    """The rows that may be among the best."""
    best = sorted(scored.values(), reverse=True)[:SHOWN]
    for model in (Pathway, Statement):
        chosen = [pk for (kind, pk), score in scored.items() if kind is model and score >= best[-1]]
        yield from _by_ids(model=model, ids=chosen)


@prepared(ids=several(ID, 2 * SHOWN))
def _by_ids(model: type[Any], ids: list[int]) -> QuerySet:
    return model.objects.filter(pk__in=ids)


def _match(word: str, vocabulary: Mapping[str, int]) -> dict[str, int]:
    """Words of the vocabulary that this word means, each with its share; the nearest ones for a typo."""
    found = {text: share for text, share in search.matching(search.known(word), vocabulary).items() if share}
    return found or dict.fromkeys(search.nearest(word, vocabulary), search.NEAR)


def _score(weights: Mapping[str, int], matches: Iterable[Mapping[str, int]]) -> int:
    """Each word counts with its best match; 0 where one is missing."""
    total = 0
    for found in matches:
        best = max((weights.get(text, 0) * share for text, share in found.items()), default=0)
        if not best:
            return 0
        total += best
    return total


@lru_cache(maxsize=KEPT_ROWS)
def _weights(model: type[Any], name: str, slug: str, told: str) -> Mapping[str, int]:
    """Each word of the row with the weight of the best place it stands in. Kept by what the row says, so that a row is
    read again as soon as it says something else."""
    found: dict[str, int] = {}
    for weight, _place, text in reversed(list(_places(model(name=name, slug=slug, content=json.loads(told))))):
        found.update(dict.fromkeys(_words(text), weight))
    return found


@lru_cache(maxsize=KEPT_LIBRARIES)
def _vocabulary(rows: tuple[tuple[Any, ...], ...]) -> Mapping[str, int]:
    """Every word of the rows. Kept by what they say, as the words of each are."""
    return dict.fromkeys((word for row in rows for word in _weights(*row)), 0)


@lru_cache(maxsize=KEPT_TEXTS)
def _words(text: str) -> tuple[str, ...]:
    return tuple(words_of(text))


def _places(row: Any) -> Iterable[tuple[int, str, str]]:
    """(weight, the place in words, the text) of everything that is looked through, the heaviest first."""
    content = row.content
    yield NAME, "", row.name
    yield NAME, "", row.slug
    if isinstance(row, Pathway):
        yield ABOUT, _("Aim"), content["aim"]
        yield REST, _("About"), content["about"]
        yield REST, _("Use when"), content["use_when"]
        for hour in content["sessions"]:
            yield REST, _("Session"), hour["title"]
        return
    yield ABOUT, _("About"), content["about"]
    for text in content["descriptions"]:
        yield REST, _("How it shows"), text
    for goal in content["goals"]:
        yield REST, _("Goal"), goal["clinical"]
    for objective in content["objectives"]:
        yield REST, _("Objective"), objective if isinstance(objective, str) else objective["text"]


def _course(row: Any, words: set[str]) -> Course:
    is_pathway = isinstance(row, Pathway)
    where, text = next(
        ((place, text) for _weight, place, text in _places(row) if place and words & set(_words(text))),
        (_("Aim"), row.content["aim"]) if is_pathway else (_("About"), row.content["about"]),
    )
    kind = _("Pathway") if is_pathway else _("Plan statement")
    page = "pathway" if is_pathway else "statement"
    return Course(row, page, kind, snippets.marked(row.name, words), where, snippets.marked(text, words))
