"""More like this: entries that share the telling words and the facets of one. The number of queries is constant.

Which they are changes only with the library, so they are found once for each of its states.
"""

from __future__ import annotations

from collections import defaultdict
from math import log

from django.db.models import Count, QuerySet

from planner.base.prepared import ID, prepared, several
from planner.library.models import Facet, Intervention, Mention
from planner.library.offered import offered_to
from planner.practice.models import User

SHOWN = 4
TELLING = 6  # weight from which a word tells what an entry is about: titles, tags and aim, not the running text
MOST_WORDS = 40
MOST_MENTIONS = 4000  # looked at, of the rarest words first: a word that stands everywhere likens nothing
CANDIDATES = 40
FACET, FAMILY = 4.0, 8.0


def alike(row: Intervention, user: User) -> list[Intervention]:
    """The nearest entries in the same language that the person may use, nearest first. Two queries once they were
    found, nine at most."""
    offered = offered_to(user)
    if row.pk not in offered.neighbours:
        offered.neighbours[row.pk] = _nearest(row, user)
    near = offered.neighbours[row.pk]
    by_id = {one.pk: one for one in _entries(user=user, near=near)}
    return [by_id[pk] for pk in near if pk in by_id]


@prepared(near=several(ID, SHOWN))
def _entries(user: User, near: list[int]) -> QuerySet[Intervention]:
    rows = Intervention.objects.visible_to(user).filter(pk__in=near)
    return rows.only("name", "aim", "minutes", "language").order_by()


def _nearest(row: Intervention, user: User) -> list[int]:
    """The ids of the nearest entries, nearest first."""
    offered = Intervention.objects.visible_to(user)
    scores = _by_words(row, offered)
    near = [pk for pk, _score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:CANDIDATES]]
    if not near:
        return []
    rows = offered.filter(pk__in=near, language=row.language).exclude(slug=row.slug)
    found = {pk: (name, family) for pk, name, family in rows.values_list("pk", "name", "family")}
    facets = defaultdict(set)
    for pk, kind, value in Facet.objects.filter(intervention__in=[row.pk, *found]).values_list(
        "intervention_id", "kind", "value"
    ):
        facets[pk].add((kind, value))
    for pk, (_name, family) in found.items():
        shared, every = facets[pk] & facets[row.pk], facets[pk] | facets[row.pk]
        scores[pk] += FACET * len(shared) / max(1, len(every)) + (FAMILY if family == row.family else 0)
    return sorted(found, key=lambda pk: (-scores[pk], found[pk][0]))[:SHOWN]


def _by_words(row: Intervention, offered: QuerySet[Intervention]) -> dict[int, float]:
    """Entry -> how much its telling words are those of `row`; a rare word says more than a common one. Only what is
    `offered` is counted: what is kept must not hang on what another practice writes."""
    mine = Mention.objects.filter(intervention=row, weight__gte=TELLING).order_by("-weight", "word_id")
    weights = dict(mine.values_list("word_id", "weight")[:MOST_WORDS])
    if not weights:
        return {}
    telling = Mention.objects.filter(word__in=weights, weight__gte=TELLING, intervention__in=offered.order_by())
    spread = dict(telling.values_list("word_id").annotate(n=Count("pk")).order_by())
    words, looked_at = [], 0
    for word, n in sorted(spread.items(), key=lambda pair: (pair[1], pair[0])):
        if looked_at + n > MOST_MENTIONS:
            break
        words.append(word)
        looked_at += n
    most = max(spread.values(), default=1) + 1
    scores: dict[int, float] = defaultdict(float)
    rows = telling.filter(word__in=words).exclude(intervention=row)
    for word, other, weight in rows.values_list("word_id", "intervention_id", "weight"):
        scores[other] += min(weight, weights[word]) * log(1 + most / spread[word])
    return scores
