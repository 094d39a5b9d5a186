"""More like this: entries that share the telling words and the facets of one. The number of queries is constant."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log

from django.db.models import Count

from planner.library.models import Facet, Intervention, Mention
from planner.practice.models import User

SHOWN = 4
TELLING = 6  # weight from which a word tells what an entry is about: titles, tags and aim, not the running text
MOST_WORDS = 40
MOST_MENTIONS = 4000  # looked at, of the rarest words first: a word that stands everywhere likens nothing
CANDIDATES = 40
FACET, FAMILY = 4.0, 8.0


def alike(row: Intervention, user: User) -> list[Intervention]:
    """The nearest entries in the same language that the person may use, nearest first. Five queries at most."""
    scores = _by_words(row)
    near = [pk for pk, _score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:CANDIDATES]]
    if not near:
        return []
    rows = Intervention.objects.visible_to(user).filter(pk__in=near, language=row.language).exclude(slug=row.slug)
    found = {one.pk: one for one in rows.only("name", "aim", "minutes", "family", "language")}
    facets = defaultdict(set)
    for pk, kind, value in Facet.objects.filter(intervention__in=[row.pk, *found]).values_list(
        "intervention_id", "kind", "value"
    ):
        facets[pk].add((kind, value))
    for pk, one in found.items():
        shared, every = facets[pk] & facets[row.pk], facets[pk] | facets[row.pk]
        scores[pk] += FACET * len(shared) / max(1, len(every)) + (FAMILY if one.family == row.family else 0)
    return sorted(found.values(), key=lambda one: (-scores[one.pk], one.name))[:SHOWN]


def _by_words(row: Intervention) -> dict[int, float]:
    """Entry -> how much its telling words are those of `row`; a rare word says more than a common one."""
    mine = Mention.objects.filter(intervention=row, weight__gte=TELLING).order_by("-weight", "word_id")
    weights = dict(mine.values_list("word_id", "weight")[:MOST_WORDS])
    if not weights:
        return {}
    telling = Mention.objects.filter(word__in=weights, weight__gte=TELLING)
    spread = Counter(dict(telling.values_list("word_id").annotate(n=Count("pk")).order_by()))
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
