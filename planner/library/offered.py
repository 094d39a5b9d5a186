"""What the library offers a practice, laid out for search: read once, and kept in memory until the library changes.

Every action that changes entries or their words writes a new state (`actions.changed`). What was read is kept with the
state it was read of, and is read anew as soon as there is another; so it is never older than the library, in whatever
process. Nothing about a person is kept here: favourites and tags are read each time.

Entries have their place in the order of their names. A set of entries is one whole number with a bit for each place:
two sets are laid over each other, and counted, in one step, however many entries there are.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from planner.base.prepared import prepared
from planner.library.models import Facet, Intervention, LibraryState, Mention
from planner.library.words import fold
from planner.practice.models import User

MOST_KEPT = 8  # practices whose library is kept, some megabytes for ten thousand entries

#: Weight -> the interventions in which a word has it.
Places = Mapping[int, "array[int]"]


class Offered:
    """An entry is an intervention in all its languages; `versions` says by its place: language -> id."""

    def __init__(self, rows: Iterable[tuple[Any, ...]], facets: Iterable[tuple[int, str, str]]):
        """`rows` as `_COLUMNS` says, originals before translations; `facets` are (intervention, kind, value)."""
        found: dict[int, _Entry] = {}
        for pk, original, language, family, minutes, name, practice in rows:
            entry = found.setdefault(original or pk, _Entry(name, family, minutes))
            entry.versions.setdefault(language, pk)
            entry.own = entry.own or practice is not None
        entries = sorted(found.values(), key=lambda entry: entry.sort_key)
        self.versions = [entry.versions for entry in entries]
        self.place = {pk: place for place, entry in enumerate(entries) for pk in entry.versions.values()}
        self.all = (1 << len(entries)) - 1
        self.sets = self._sets(entries, facets)
        self.neighbours: dict[int, list[int]] = {}  # filled by planner.library.alike
        self._mentions: dict[int, Places] = {}

    def _sets(self, entries: list[_Entry], facets: Iterable[tuple[int, str, str]]) -> dict[str, dict[str | int, int]]:
        """Kind -> value -> the entries that have it."""
        places: dict[tuple[str, str | int], list[int]] = {}
        for place, entry in enumerate(entries):
            told = [
                ("family", entry.family),
                ("minutes", entry.minutes),
                *(("language", one) for one in entry.versions),
            ]
            for key in [*told, ("shelf", "own")] if entry.own else told:
                places.setdefault(key, []).append(place)
        for pk, kind, value in facets:
            if pk in self.place:
                places.setdefault((kind, value), []).append(self.place[pk])
        sets: dict[str, dict[str | int, int]] = {}
        for (kind, value), found in places.items():
            sets.setdefault(kind, {})[value] = self.set_of(found)
        return sets

    def set_of(self, places: Iterable[int]) -> int:
        """These places as a set."""
        digits = bytearray(b"0" * (len(self.versions) or 1))
        for place in places:
            digits[-1 - place] = ord("1")
        return int(digits, 2)

    def of_ids(self, ids: Iterable[int]) -> int:
        """The entries of which one of these interventions is a version."""
        return self.set_of(self.place[pk] for pk in ids if pk in self.place)

    def mentions(self, words: Iterable[int]) -> Mapping[int, Places]:
        """Where each of these words stands. One query, none for words that were asked for before."""
        wanted = set(words)
        missing = [word for word in wanted if word not in self._mentions]
        if missing:
            read: dict[int, dict[int, array[int]]] = {word: {} for word in missing}
            rows = Mention.objects.filter(word__in=missing).values_list("word_id", "weight", "intervention_id")
            for word, weight, pk in rows:
                if pk in self.place:
                    read[word].setdefault(weight, array("q")).append(pk)
            self._mentions.update(read)
        return {word: self._mentions[word] for word in wanted}


class _Entry:
    """What is told of an entry while it is laid out: by its original, else by the first of its translations."""

    def __init__(self, name: str, family: str, minutes: int):
        self.sort_key, self.family, self.minutes = fold(name), family, minutes
        self.versions: dict[str, int] = {}
        self.own = False


def places_of(entries: int) -> list[int]:
    """The places in a set, in their order."""
    return [place for place, digit in enumerate(reversed(bin(entries))) if digit == "1"]


def offered_to(user: User) -> Offered:
    """What the person's practice may use; nothing for who has no library. One query, three after a change."""
    if not user.is_authenticated or user.is_front_desk:
        return Offered((), ())
    states = tuple(_states(user=user))
    if not states:  # nothing was taken in by an action yet, so nothing would tell of a change
        return _read(user)
    return _kept_for(user.practice_id).at(states, user)


@prepared()
def _states(user: User) -> QuerySet[LibraryState]:
    return LibraryState.objects.visible_to(user).values_list("state", flat=True)


class _Kept:
    """The library of one practice as it was read last, with the state it was read of."""

    read: tuple[tuple[UUID, ...], Offered] | None = None

    def at(self, states: tuple[UUID, ...], user: User) -> Offered:
        read = self.read
        if read is None or read[0] != states:
            read = self.read = (states, _read(user))
        return read[1]


@lru_cache(maxsize=MOST_KEPT)
def _kept_for(practice: int) -> _Kept:
    return _Kept()


_COLUMNS = ("pk", "original_id", "language", "family", "minutes", "name", "practice_id")


def _read(user: User) -> Offered:
    rows = Intervention.objects.visible_to(user).order_by("pk")
    facets = Facet.objects.filter(intervention__in=rows).order_by().values_list("intervention_id", "kind", "value")
    columns = sorted(rows.values_list(*_COLUMNS), key=lambda row: row[1] is not None)
    return Offered(columns, facets)
