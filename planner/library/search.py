"""Finding interventions: words that forgive a typo, filters that combine, and the counts beside them.

The words of the library stand in a table of their own (Word, Mention), so the same code runs on every database. Every
word of a search must be found: as it stands or as a beginning ("mindful" finds "mindfulness"), through a synonym of the
field, or else by the nearest words of the vocabulary. Words of the field are said nearly everywhere: one that has
synonyms finds entries that are about it, not all that mention it, unless no entry is about it. An entry is shown in the
person's language where it has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.http import QueryDict
from django.utils.translation import get_language
from rapidfuzz import process
from rapidfuzz.distance import OSA

from planner.base.prepared import ID, NUMBER, prepared, several
from planner.library import actions, packs, shelves
from planner.library.models import Intervention, Word
from planner.library.offered import Offered, Places, offered_to, places_of
from planner.library.words import FAMILY, FOR_WHOM, LONGEST_WORD, PHASE, SETTING, SHELF, fold, said, words_of
from planner.practice.models import User

MOST_WORDS = 8  # of a search; what comes after narrows nothing
LONGEST_TEXT = 200
GUESSED = 4  # letters; a shorter word is neither mistyped nor what was meant: "Maya" is not "may"
SHORT = 5  # letters; of a longer word the beginning alone may be typed
MINUTES = (5, 10, 15, 20, 30, 45, 60)
#: How much of a word's weight counts, by how it was found.
EXACT, BEGINNING, SYNONYM, NEAR = 10, 8, 5, 4
SYNONYMS = Path(__file__).parent / "synonyms.yaml"
_LABELS = {"family": FAMILY, "phase": PHASE, "for_whom": FOR_WHOM, "setting": SETTING, "shelf": SHELF}


@dataclass(frozen=True)
class Filters:
    """What is chosen: within a kind any of the values, across kinds all of them. `minutes` is the most it may take."""

    family: tuple[str, ...] = ()
    phase: tuple[str, ...] = ()
    for_whom: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    shelf: tuple[str, ...] = ()  # "favourite": the person's; "own": the practice's
    tag: tuple[str, ...] = ()
    minutes: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Filters:
        """Out of an address (a QueryDict) or a plain mapping. Values that nothing has are passed over."""
        chosen = {
            kind: tuple(value for value in dict.fromkeys(_list(query, kind)) if value in labels)
            for kind, labels in {**_LABELS, "language": dict(settings.LANGUAGES)}.items()
        }
        chosen["tag"] = shelves.tags_of(_list(query, "tag"))
        known = {str(value): value for value in MINUTES}
        return cls(**chosen, minutes=known.get(str(query.get("minutes", ""))))

    @property
    def any(self) -> bool:
        return self != Filters()

    @cached_property
    def chosen(self) -> list[tuple[str, tuple[str, ...]]]:
        """What is chosen, kind by kind, but for the minutes."""
        return [(kind, wanted) for kind in (*_LABELS, "language", "tag") if (wanted := getattr(self, kind))]


def _list(query: Mapping[str, Any], name: str) -> list[str]:
    """Every value of a name: a QueryDict has lists, a plain mapping one text or several."""
    if isinstance(query, QueryDict):
        return query.getlist(name)
    value = query.get(name) or []
    return [value] if isinstance(value, str) else list(value)


@dataclass(frozen=True)
class Choice:
    """One value of a filter: how many entries it would show beside the other filters, and whether it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool


#: What a list reads of its interventions: a function of a module, which stays the same one.
Rows = Callable[[], "QuerySet[Intervention]"]


class Ranked(Sequence[Intervention]):
    """Interventions in the order that search gave them. A slice reads its own rows, with what a list shows of them."""

    def __init__(self, places: Sequence[int], id_at: Callable[[int], int], rows: Rows):
        self._places, self._id_at, self._rows = places, id_at, rows

    def of(self, rows: Rows) -> Ranked:
        """The same, read as these rows say (a function of a module), for a list that shows more or less."""
        return Ranked(self._places, self._id_at, rows)

    @property
    def bare(self) -> Ranked:
        """The same without their content: name, aim and minutes."""
        return self.of(_bare)

    def ids(self, most: int | None = None) -> list[int]:
        """The ids of the first ones alone; costs no query."""
        return [self._id_at(place) for place in self._places[:most]]

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, which: Any) -> Any:
        places = self._places[which] if isinstance(which, slice) else [self._places[which]]
        chosen = [self._id_at(place) for place in places]
        by_id = {row.pk: row for row in _by_ids(rows=self._rows, ids=chosen)}
        found = [by_id[pk] for pk in chosen]
        return found if isinstance(which, slice) else found[0]

    def __iter__(self) -> Iterator[Intervention]:
        return iter(self[:])


@prepared(ids=several(ID))
def _by_ids(rows: Rows, ids: list[int]) -> QuerySet[Intervention]:
    return rows().filter(pk__in=ids).order_by()


def _with_content() -> QuerySet[Intervention]:
    return Intervention.objects.select_related("current", "original")


def _bare() -> QuerySet[Intervention]:
    return Intervention.objects.all()


@dataclass(frozen=True)
class Found:
    """The answer: entries best first, the choices of each filter, what a mistyped word was read as (`guessed`), and the
    words of the library that were found (`words`, folded), to be marked."""

    entries: Ranked
    total: int
    choices: Mapping[str, list[Choice]] = field(default_factory=dict)
    guessed: Mapping[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    marks: Callable[[int], Mapping[str, Any]] = dict  # of an id: favourite, own, tags


class _Shelves:
    """The sets of entries by which one person filters: those of the practice's library with the person's favourites
    and the practice's tags, which are read when they are asked for. Two queries at most."""

    def __init__(self, offered: Offered, user: User):
        self.offered, self._user = offered, user

    @cached_property
    def _own(self) -> dict[str, dict[str, int]]:
        favourites, tags = shelves.shelves(self._user)
        kept = {**self.offered.sets.get("shelf", {}), "favourite": self.offered.of_ids(favourites)}
        return {"shelf": kept, "tag": {tag: self.offered.of_ids(ids) for tag, ids in tags.items()}}

    @property
    def tags(self) -> dict[str, int]:
        return self._own["tag"]

    def having(self, kind: str, value: str) -> int:
        sets = self._own if kind in ("shelf", "tag") else self.offered.sets
        return sets.get(kind, {}).get(value, 0)

    def at_most(self, minutes: int) -> int:
        return _union(entries for taken, entries in self.offered.sets.get("minutes", {}).items() if taken <= minutes)

    def passing(self, filters: Filters) -> int:
        """The entries that pass all that is chosen."""
        found = self.at_most(filters.minutes) if filters.minutes else self.offered.all
        for kind, wanted in filters.chosen:
            found &= _union(self.having(kind, value) for value in wanted)
        return found

    def marks(self, pk: int) -> dict[str, Any]:
        """What a list says of where an intervention is kept."""
        place = self.offered.place.get(pk)
        here = 0 if place is None else 1 << place
        return {
            "favourite": bool(self.having("shelf", "favourite") & here),
            "own": bool(self.having("shelf", "own") & here),
            "tags": sorted(tag for tag, entries in self.tags.items() if entries & here),
        }


def _union(sets: Iterable[int]) -> int:
    found = 0
    for entries in sets:
        found |= entries
    return found


def find(text: str, user: User, filters: Filters | Mapping[str, Any] | None = None) -> Ranked:
    """Interventions the person may use, best first."""
    return _find(text, user, filters)[0].entries


def browse(text: str, user: User, filters: Filters | Mapping[str, Any] | None = None) -> Found:
    """The same with counts for every filter. The number of queries does not grow with the library: at most nine."""
    found, matching, kept, filters = _find(text, user, filters)
    return replace(found, choices=_choices(matching, kept, filters))


def _find(text: str, user: User, filters: Filters | Mapping[str, Any] | None) -> tuple[Found, int, _Shelves, Filters]:
    """What is found; the set of all that the words alone would find; the sets; the filters as they were understood."""
    filters = filters if isinstance(filters, Filters) else Filters.of(filters or {})
    languages = reading_languages(user)
    offered = offered_to(user)
    kept = _Shelves(offered, user)
    words = words_of(text[:LONGEST_TEXT])[:MOST_WORDS]
    scores: dict[int, int] = {}
    guessed: dict[str, str] = {}
    marked: frozenset[str] = frozenset()
    matching = offered.all
    if words:
        scores, guessed, marked = _scores(words, offered)
        matching = offered.set_of(scores)
    shown, readable = matching & kept.passing(filters), kept.having("language", languages[0])
    ranked = places_of(shown & readable) + places_of(shown & ~readable)
    if words:
        ranked.sort(key=scores.__getitem__, reverse=True)
    preferred = (*filters.language, *languages) if filters.language else languages
    entries = Ranked(ranked, lambda place: _version(offered.versions[place], preferred), _with_content)
    return Found(entries, len(ranked), guessed=guessed, words=marked, marks=kept.marks), matching, kept, filters


def _version(versions: Mapping[str, int], languages: Iterable[str]) -> int:
    """The id of the version to show: in the first of the languages it has, else the original."""
    return next((versions[code] for code in languages if code in versions), next(iter(versions.values())))


def reading_languages(user: User) -> list[str]:
    """Languages the person reads, the own one first: what was chosen for the person, else that of the page."""
    own = (user.language or get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return list(dict.fromkeys([own, settings.LANGUAGE_CODE.split("-")[0]]))


def _choices(matching: int, kept: _Shelves, filters: Filters) -> dict[str, list[Choice]]:
    """For each filter its values with their counts, given what is chosen in the others."""
    found = {}
    tags = {tag: tag for tag in sorted({*kept.tags, *filters.tag})}
    told = said()
    in_words = {kind: told[kind] for kind in _LABELS}
    for kind, labels in {**in_words, "language": dict(settings.LANGUAGES), "tag": tags}.items():
        chosen = getattr(filters, kind)
        shown = matching & kept.passing(replace(filters, **{kind: ()}))
        counts = {value: (shown & kept.having(kind, value)).bit_count() for value in labels}
        found[kind] = [
            Choice(value, str(label), counts[value], value in chosen)
            for value, label in labels.items()
            if counts[value] or value in chosen
        ]
    rest = matching & kept.passing(replace(filters, minutes=None))
    found["minutes"] = [
        Choice(str(most), str(most), (rest & kept.at_most(most)).bit_count(), most == filters.minutes)
        for most in MINUTES
    ]
    return found


def _scores(words: list[str], offered: Offered) -> tuple[dict[int, int], dict[str, str], frozenset[str]]:
    """Place of an entry -> score, for those in which every word was found; what mistyped words were read as; and every
    word of the vocabulary that counted."""
    matches = {word: known(word) for word in words}
    counted: set[str] = set()
    guessed: dict[str, str] = {}
    vocabulary = _vocabulary(matches.values())
    readings = {word: matching(quality, vocabulary) for word, quality in matches.items()}
    vocabulary |= _like([word for word, found in readings.items() if not found])
    for word, found in readings.items():
        if not found and (near := nearest(word, vocabulary)):
            found = dict.fromkeys(near, NEAR)
            guessed[word] = near[0]
        counted |= set(found)
        matches[word] = {vocabulary[text]: share for text, share in found.items()}
    by_word = offered.mentions({pk for found in matches.values() for pk in found})
    scores: dict[int, int] = {}
    for pk, score in _sum_up(matches, by_word).items():
        place = offered.place[pk]
        scores[place] = max(score, scores.get(place, 0))
    return scores, guessed, frozenset(counted)


def _vocabulary(wanted: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Words of the library that are one of the wanted, or begin with one that was typed, with their ids."""
    asked = {(text, share == EXACT and len(text) > 1) for quality in wanted for text, share in quality.items()}
    stands = Q(text__in={text for text, _is_typed in asked})
    for text, is_typed in sorted(asked):
        if is_typed:
            stands |= Q(text__startswith=text)
    return dict(Word.objects.filter(stands).values_list("text", "pk"))


def _sum_up(matches: Mapping[str, Mapping[int, int]], by_word: Mapping[int, Places]) -> dict[int, int]:
    """The words are summed; every word must be there."""
    total: dict[int, int] | None = None
    for word, found in matches.items():
        best = _best(found, by_word, about=is_of_the_field(word))
        total = best if total is None else {pk: total[pk] + best[pk] for pk in total.keys() & best.keys()}
    return total or {}


def _best(found: Mapping[int, int], by_word: Mapping[int, Places], *, about: bool) -> dict[int, int]:
    """Intervention id -> what one word counts there: its best match, and a tenth of each further one, so that an entry
    with the word and its synonyms comes before one with the word alone. With `about`, a mention in the small print
    counts only where no entry has the word in its name, tags, aim or sheets."""
    matched = [(weight * share, weight, ids) for word, share in found.items() for weight, ids in by_word[word].items()]
    if about and any(weight > actions.REST for _score, weight, _ids in matched):
        matched = [one for one in matched if one[1] > actions.REST]
    best: dict[int, int] = {}
    further: dict[int, int] = {}
    for score, _weight, ids in sorted(matched, key=lambda one: -one[0]):
        for pk in ids:
            if pk in best:
                further[pk] = further.get(pk, 0) + score
            else:
                best[pk] = score
    return {pk: score + further.get(pk, 0) // 10 for pk, score in best.items()}


def is_of_the_field(word: str) -> bool:
    """True for a word with synonyms, in the singular or the plural."""
    return any(form in synonyms() for form in _forms(word))


def _forms(word: str) -> list[str]:
    return [word, word[:-1]] if len(word) > 4 and word.endswith("s") else [word]


def known(word: str) -> dict[str, int]:
    """What to look for besides the word itself: its singular and its synonyms, each with its share."""
    forms = _forms(word)
    wanted = dict.fromkeys((text for form in forms for text in synonyms().get(form, ())), SYNONYM)
    return {**wanted, **dict.fromkeys(forms, EXACT)}


def matching(wanted: Mapping[str, int], vocabulary: Mapping[str, int]) -> dict[str, int]:
    """Words of the vocabulary that are one of the wanted, or begin with one that was typed."""
    typed = tuple(text for text, share in wanted.items() if share == EXACT and len(text) > 1)
    found = {text: BEGINNING for text in vocabulary if text.startswith(typed)}
    for text, share in wanted.items():
        if text in vocabulary:
            found[text] = max(share, found.get(text, 0))
    return found


def _like(words: list[str]) -> dict[str, int]:
    """Words of the library long enough to be what these mistyped words were meant to be. Only now, where a word stands
    nowhere, is it worth reading most of the vocabulary."""
    lengths = [(len(word) - _allowed(word), len(word) + _allowed(word)) for word in words if _allowed(word)]
    if not lengths:
        return {}
    most = max(high for _low, high in lengths)
    if any(len(word) > SHORT for word in words):  # of a long word the beginning may be mistyped
        most = LONGEST_WORD
    return dict(_of_length(least=min(low for low, _high in lengths), most=most))


@prepared(least=NUMBER, most=NUMBER)
def _of_length(least: int, most: int) -> QuerySet[Word]:
    """(Word, id) of those with so many letters."""
    rows = Word.objects.annotate(length=Length("text")).filter(length__gte=least, length__lte=most)
    return rows.values_list("text", "pk")


def _allowed(word: str) -> int:
    """How many letters may be wrong; none in a word too short to guess."""
    return 0 if len(word) < GUESSED else 1 if len(word) < 6 else 2 if len(word) < 10 else 3


def nearest(word: str, vocabulary: Iterable[str]) -> list[str]:
    """The nearest words by letters left out, added, changed or swapped; a beginning may be mistyped too. None for a
    word too short to guess."""
    allowed = _allowed(word)
    if not allowed:
        return []
    words = [text for text in vocabulary if len(text) >= GUESSED]
    near = {text: distance for text, distance, _n in _extract(word, words, allowed)}
    if len(word) > SHORT:
        cut = [text[: len(word)] for text in words]
        for _text, distance, n in _extract(word, cut, allowed - 1):
            near[words[n]] = min(distance, near.get(words[n], distance))
    best = min(near.values(), default=0)
    return sorted(text for text, distance in near.items() if distance == best)


def _extract(word: str, words: list[str], allowed: int) -> list[tuple[str, int, int]]:
    return process.extract(word, words, scorer=OSA.distance, score_cutoff=allowed, limit=None)


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """Folded word -> words of the field that mean it too."""
    data, _lines = packs.read_yaml(SYNONYMS.read_text(encoding="utf-8"), SYNONYMS.name)
    return {fold(word): tuple(fold(text) for text in texts) for word, texts in data.items()}
