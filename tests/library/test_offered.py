"""What search keeps of the library: it finds and counts as one would by hand, and every change is seen at once."""

from collections import Counter
from itertools import product

import pytest

from planner.library import actions, draft_actions, offered, own, search
from planner.library.models import Facet, Favourite, Intervention, LibraryState, Mention, OwnTag, Word
from planner.library.words import fold, words_of
from tests.library.make import PACK, entry, write_pack
from tests.library.test_parcels import parcel_of, take
from tests.library.test_search import ENTRIES, with_spanish

pytestmark = pytest.mark.django_db

TEXTS = ("", "mindful", "weekly", "craving", "bondary", "steady urge", "encuentro breve", "practice notice", "xyzzy")
FILTERS = (
    {}, {"family": "regulation"}, {"for_whom": ["couple", "family"], "minutes": 15}, {"language": "es"},
    {"shelf": ["own", "favourite"]}, {"tag": "evening", "phase": "skill-building"}, {"minutes": 10},
)  # fmt: skip


@pytest.fixture
def library(tmp_path, owner):
    """A pack with a translation, an own copy, a retired one, a favourite and a tag."""
    actions.load_pack(write_pack(tmp_path, *ENTRIES))
    with_spanish(tmp_path)
    copy = own.copy_intervention(intervention=row("grounding"), by=owner)
    own.tag(intervention=copy, by=owner, texts=["evening"])
    own.tag(intervention=row("weekly-check-in", language="es"), by=owner, texts=["evening"])
    own.keep_favourite(intervention=row("weekly-check-in"), by=owner, wanted=True)
    gone = own.copy_intervention(intervention=row("mindfulness-practice"), by=owner)
    own.retire(row=gone, by=owner)
    return tmp_path


def row(slug, practice=None, language="en"):
    return Intervention.objects.get(slug=slug, practice=practice, language=language)


# By hand, entry by entry


class Plain:
    """An entry with all that it can be found by."""

    def __init__(self, rows, user):
        first = min(rows, key=lambda one: (one.original_id is not None, one.pk))
        ids = [one.pk for one in rows]
        self.rows, self.name, self.minutes = rows, fold(first.name), first.minutes
        self.values = {"family": {first.family}, "language": {one.language for one in rows}, "shelf": set()}
        for kind in ("phase", "for_whom", "setting"):
            self.values[kind] = set(
                Facet.objects.filter(intervention__in=ids, kind=kind).values_list("value", flat=True)
            )
        self.values["tag"] = set(
            OwnTag.objects.filter(practice=user.practice, intervention__in=ids).values_list("text", flat=True)
        )
        if any(one.practice_id for one in rows):
            self.values["shelf"].add("own")
        if Favourite.objects.filter(by=user, intervention__in=ids).exists():
            self.values["shelf"].add("favourite")

    def passes(self, filters):
        short = not filters.minutes or self.minutes <= filters.minutes
        return short and all(self.values[kind] & set(wanted) for kind, wanted in filters.chosen)

    def shown(self, languages):
        by_language = {one.language: one.pk for one in reversed(self.rows)}
        return next((by_language[code] for code in languages if code in by_language), self.rows[0].pk)


def plain_entries(user):
    grouped = {}
    for one in Intervention.objects.visible_to(user).order_by("pk"):
        grouped.setdefault(one.original_id or one.pk, []).append(one)
    return [Plain(rows, user) for rows in grouped.values()]


def plain_scores(words, user):
    """Intervention -> score, word by word and mention by mention."""
    vocabulary = dict(Word.objects.values_list("text", "pk"))
    mine = Mention.objects.filter(intervention__in=Intervention.objects.visible_to(user))
    total = Counter({pk: 0 for pk in Intervention.objects.visible_to(user).values_list("pk", flat=True)})
    for word in words:
        read = search.matching(search.known(word), vocabulary)
        read = read or dict.fromkeys(search.nearest(word, vocabulary), search.NEAR)
        found = [
            (one.intervention_id, one.weight, one.weight * share)
            for text, share in read.items()
            for one in mine.filter(word=vocabulary[text])
        ]
        if search.is_of_the_field(word) and any(weight > actions.REST for _pk, weight, _score in found):
            found = [one for one in found if one[1] > actions.REST]
        for pk in list(total):
            scores = sorted((score for other, _weight, score in found if other == pk), reverse=True)
            if scores:
                total[pk] += scores[0] + sum(scores[1:]) // 10
            else:
                del total[pk]
    return total


def plainly(text, user, filters):
    """(ids best first, kind -> value -> count) as it was always meant."""
    languages, words = search.reading_languages(user), words_of(text)
    scores = plain_scores(words, user) if words else {}
    entries = [(max((scores.get(one.pk, 0) for one in entry.rows), default=0), entry) for entry in plain_entries(user)]
    entries = [(score, entry) for score, entry in entries if score or not words]
    shown = [(score, entry) for score, entry in entries if entry.passes(filters)]
    shown.sort(key=lambda one: (-one[0], languages[0] not in one[1].values["language"], one[1].name))
    counts = {}
    for kind in ("family", "phase", "for_whom", "setting", "shelf", "language", "tag"):
        others = search.replace(filters, **{kind: ()})
        counts[kind] = Counter(
            value for _score, entry in entries if entry.passes(others) for value in entry.values[kind]
        )
    rest = [entry for _score, entry in entries if entry.passes(search.replace(filters, minutes=None))]
    counts["minutes"] = {str(most): sum(entry.minutes <= most for entry in rest) for most in search.MINUTES}
    return [entry.shown([*filters.language, *languages]) for _score, entry in shown], counts


def test_it_finds_and_counts_as_by_hand(library, owner):
    for text, chosen in product(TEXTS, FILTERS):
        filters = search.Filters.of(chosen)
        found = search.browse(text, owner, filters)
        ids, counts = plainly(text, owner, filters)
        assert found.entries.ids() == ids, (text, chosen)
        told = {(kind, one.value): one.count for kind, choices in found.choices.items() for one in choices if one.count}
        by_hand = {(kind, value): n for kind, values in counts.items() for value, n in values.items() if n}
        assert told == by_hand, (text, chosen)


def test_each_entry_tells_where_it_is_kept(library, owner):
    marks = search.browse("", owner).marks
    assert marks(row("weekly-check-in").pk) == {"favourite": True, "own": False, "tags": ["evening"]}
    assert marks(row("grounding", owner.practice).pk) == {"favourite": False, "own": True, "tags": ["evening"]}


# Every change is seen at once


def publish(owner):
    draft = draft_actions.begin(row=row("grounding", owner.practice), by=owner)
    draft.content["head"]["name"] = "Feet on the floor"
    own.publish(draft=draft, by=owner)


def copy_sheet(owner):
    own.copy_worksheet(worksheet=row("boundary-agreement").worksheets.get(), by=owner)


def retire_sheet(owner):
    own.retire(row=row("grounding", owner.practice).worksheets.get(), by=owner)


CHANGES = {
    "a pack": lambda owner, folder: actions.load_pack(write_pack(folder, *ENTRIES[:2], entry("alpha"))),
    "a copy": lambda owner, folder: own.copy_intervention(intervention=row("boundary-agreement"), by=owner),
    "a copied sheet": lambda owner, folder: copy_sheet(owner),
    "a new edition": lambda owner, folder: publish(owner),
    "retired": lambda owner, folder: own.retire(row=row("grounding", owner.practice), by=owner),
    "brought back": lambda owner, folder: own.retire(
        row=row("mindfulness-practice", owner.practice), by=owner, back=True
    ),
    "a retired sheet": lambda owner, folder: retire_sheet(owner),
    "a pack that was sent": lambda owner, folder: take(
        owner, parcel_of(entry("omega"), pack=PACK.replace("small-pack", "sent-pack"))
    ),
}


def laid_out(one):
    """All of it, with the places of every word."""
    places = {
        word: {weight: sorted(ids) for weight, ids in found.items()}
        for word, found in one.mentions(Word.objects.values_list("pk", flat=True)).items()
    }
    return one.versions, one.sets, places


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_kept_is_the_library_as_it_is(library, owner, change):
    before = laid_out(offered.offered_to(owner))
    CHANGES[change](owner, library)
    after = laid_out(offered.offered_to(owner))
    assert after != before
    assert after == laid_out(offered._read(owner))


def test_it_is_read_once_for_a_state(library, owner, stranger, django_assert_num_queries):
    kept = offered.offered_to(owner)
    with django_assert_num_queries(1):
        assert offered.offered_to(owner) is kept
    own.copy_intervention(intervention=row("grounding"), by=stranger)
    assert offered.offered_to(owner) is kept, "what another practice writes is its own"
    assert LibraryState.objects.filter(practice=None).count() == 1


def test_nothing_is_kept_for_the_front_desk(library, front_desk):
    assert offered.offered_to(front_desk).versions == []
    assert search.browse("mindful", front_desk).total == 0
