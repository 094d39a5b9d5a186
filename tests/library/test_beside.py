"""What helps to find and to trust: marked words, neighbours, what was used last, own reviews, the glossary."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from planner.library import actions, alike, glossary, packs, papers, recent, snippets
from planner.library.models import Intervention, OwnReview, Use
from planner.practice.models import TrailEntry
from tests import factories
from tests.library.make import entry, write_pack
from tests.library.test_pages import text
from tests.library.test_search import ENTRIES

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(tmp_path, db):
    actions.load_pack(write_pack(tmp_path, *ENTRIES))
    return tmp_path


@pytest.fixture(autouse=True)
def no_press(monkeypatch):
    monkeypatch.setattr(papers, "first_page", lambda *a, **k: (b"\x89PNG", 1))


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


def row(slug):
    return Intervention.objects.get(slug=slug)


# Marked words


def test_what_was_found_is_marked(library, page):
    shown = page.get("/library/?q=mindful").content.decode()
    assert "<mark>Mindfulness</mark> practice</a>" in shown
    assert re.search(r"Step:</span> Try it\. Each speaks of the urge and of <mark>mindfulness</mark>\.", shown)


def test_a_synonym_and_a_slip_are_marked_too(library, page):
    assert "the <mark>urge</mark> and" in page.get("/library/?q=craving").content.decode()
    assert "<mark>Boundary</mark> agreement" in page.get("/library/?q=bondary").content.decode()


def test_an_accent_is_no_hindrance(library, page):
    assert "<mark>Café</mark> rules" in page.get("/library/?q=cafe").content.decode()


def test_hostile_content_stays_text_when_it_is_marked(tmp_path, page):
    bad = entry("alpha", name="'<script>urge</script>'", aim="'a <b>urge</b> & more'", do="<img src=x> urge")
    actions.load_pack(write_pack(tmp_path, bad))
    shown = page.get("/library/?q=urge").content.decode()
    assert "&lt;script&gt;<mark>urge</mark>&lt;/script&gt;" in shown
    assert "a &lt;b&gt;<mark>urge</mark>&lt;/b&gt; &amp; more" in shown
    assert "<script>urge" not in shown and "<img src=x" not in shown


def test_a_long_text_is_cut_between_words():
    found = snippets._around("word " * 100 + "needle " + "tail " * 100, 500, 506)
    assert found.startswith("… word ") and found.endswith(" tail …") and "needle" in found and len(found) < 210


@pytest.mark.parametrize("entries", [1, 3])
def test_marking_costs_the_same_for_one_and_for_three(tmp_path, page, entries, django_assert_num_queries):
    slugs = ("alpha", "beta", "gamma")[:entries]
    actions.load_pack(write_pack(tmp_path, *(entry(slug, tags="urge") for slug in slugs)))
    page.get("/library/")
    with django_assert_num_queries(11):
        page.get("/library/?q=urge")


# Neighbours


def test_more_like_this_shares_words_and_facets(tmp_path, owner):
    actions.load_pack(write_pack(
        tmp_path,
        entry("alpha", name="Pause before replying", aim="Notice the pull and wait.", tags="urge", family="regulation"),
        entry("beta", name="Pause and breathe", aim="Notice and come back.", tags="urge", family="regulation"),
        entry("gamma", name="Weekly plan", aim="A plan.", tags="rota", family="predictability"),
        entry("delta", name="Pause the fight", aim="Stop.", tags="rota", family="dialogue"),
    ))  # fmt: skip
    found = [one.slug for one in alike.alike(row("alpha"), owner)]
    assert found[:2] == ["beta", "delta"] and "alpha" not in found


def test_neighbours_are_only_those_one_may_use(library, owner, stranger):
    Intervention.objects.filter(slug="grounding").update(practice=stranger.practice, pack=None)
    assert "grounding" not in {one.slug for one in alike.alike(row("mindfulness-practice"), owner)}


def test_neighbours_cost_the_same_however_many(tmp_path, owner):
    costs = []
    for slugs in (("alpha", "beta"), ("alpha", "beta", "gamma", "delta", "epsilon")):
        actions.load_pack(write_pack(tmp_path, *(entry(slug, tags="urge") for slug in slugs)))
        alpha = row("alpha")
        with CaptureQueriesContext(connection) as queries:
            assert len(alike.alike(alpha, owner)) == min(4, len(slugs) - 1)
        costs.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            alike.alike(alpha, owner)
        assert len(queries) == 2, "found once for each state of the library"
    assert costs == [9, 9]


# Used last


def test_what_i_planned_or_printed_is_offered_again(library, page, owner, colleague, signed_in, couple):
    from planner.sessions import actions as sessions

    session = factories.make_session(couple, owner)
    sessions.add_library_item(session, row("grounding"), by=owner, version=session.version)
    sheet = row("mindfulness-practice").worksheets.get()
    page.post(reverse("worksheet_pdf", args=[sheet.pk]), {"paper": "a4"})
    assert [one.slug for one in recent.used(owner)] == ["mindfulness-practice", "grounding"]
    assert "Used by you last: Mindfulness practice , Grounding" in text(page.get("/library/"))
    assert "Used by you last" not in text(page.get("/library/?q=mindful"))
    assert recent.used(colleague) == []
    assert "Used by you last" not in text(signed_in(colleague).get("/library/"))


def test_using_it_again_keeps_one_row(library, owner):
    for _n in range(2):
        recent.note(by=owner, interventions=[row("grounding").pk])
    assert Use.objects.count() == 1


# Own reviews


def test_a_practice_records_its_own_review(library, page, owner, signed_in, stranger):
    grounding = row("grounding")
    address, here = reverse("own_review", args=[grounding.pk]), reverse("intervention", args=[grounding.pk])
    before = text(page.get(here))
    assert "No clinician has reviewed it yet" in before and "Write down your practice's review" in before.replace(
        "&#x27;", "'"
    )
    day = timezone.localdate() - timedelta(days=1)
    values = {"reviewer": "Olive Owner, LMFT", "on": day.isoformat(), "note": "Good <b>as</b> it is.", "once": "key"}
    assert [page.post(address, values).status_code for _n in range(2)] == [302, 302]
    review = OwnReview.objects.get()
    assert (review.edition, review.by, review.practice) == (grounding.current, owner, owner.practice)
    after = text(page.get(here))
    assert "Reviewed in your practice by Olive Owner, LMFT on" in after and "edition 1." in after
    assert "No clinician has reviewed it yet" in after  # what the pack says of itself stays true
    assert "Good &lt;b&gt;as&lt;/b&gt; it is." in page.get(here).content.decode()
    assert "Olive Owner, LMFT" not in text(signed_in(stranger).get(here))
    last = TrailEntry.objects.filter(verb="reviewed").get()
    assert (last.what, last.what_id) == ("intervention", grounding.pk) and "Olive" not in str(last.detail)


def test_a_review_is_of_its_edition(library, page, owner):
    grounding = row("grounding")
    from planner.library import reviews

    reviews.write(by=owner, edition=grounding.current, reviewer="Olive", on=timezone.localdate())
    actions.load_pack(write_pack(library, *ENTRIES[:1], entry("grounding", name="Grounding", do="Look around twice.")))
    shown = text(page.get(reverse("intervention", args=[grounding.pk])))
    assert "edition 1. Not the edition on this page." in shown


@pytest.mark.parametrize("day", ["2999-01-01", "yesterday", "", "1900-01-01"])
def test_a_day_to_come_is_refused(library, page, day):
    response = page.post(reverse("own_review", args=[row("grounding").pk]), {"reviewer": "Typed name", "on": day})
    assert response.status_code == 422 and "Typed name" in response.content.decode()
    assert not OwnReview.objects.exists()


# The glossary

_CLINICAL = """
accountability attachment booster boosters boundary boundaries caregiver co-regulation consent coping craving cravings
disclosure dissociation dissociate distress emotion emotions emotional empathy flooded grounding guilt guilty
hypervigilance injury lapse loop mindful mindfulness numb pattern patterns protective recovery regulate regulation
relapse repair resilience rupture self-efficacy setback setbacks shame sober sponsor stress trauma traumatic trigger
triggers triggered urge urges validate validation vulnerability vulnerable withdraw withdrawal
"""
#: Words of the trade. Where one of them stands on a client's sheet, the glossary says what it means.
CLINICAL = frozenset(_CLINICAL.split())


def client_words():
    """word -> a sheet of the first pack on which a client reads it."""
    found = {}
    for path in sorted((actions.FIRST_PACK / "interventions").glob("*.yaml")):
        try:
            file = packs.parse(packs.InterventionFile, path.read_text(encoding="utf-8"), path.name)
        except packs.BadPack:
            continue  # told by the test of the pack itself
        for sheet in file.sheets if file.language == "en" else ():
            if sheet.one_for_each != "clinician":
                words = " ".join(sheet.client_text(sheet.parsed())).lower()
                for word in set(re.findall(r"[a-z]+(?:-[a-z]+)*", words)) & CLINICAL:
                    found.setdefault(word, sheet.slug)
    return found


def test_every_clinical_word_on_a_sheet_is_explained():
    met = client_words()
    assert "urge" in met  # the check sees what it is meant to see
    assert {word: sheet for word, sheet in met.items() if not glossary.used_in([word])} == {}


def test_a_meaning_is_plain():
    """Short, and without another word of the trade that is harder than the term."""
    long = {term.term: len(term.meaning.split()) for term in glossary.terms() if len(term.meaning.split()) > 30}
    assert long == {}
    assert len({term.anchor for term in glossary.terms()}) == len(glossary.terms())


def test_the_glossary_is_a_page_and_the_entry_leads_there(library, page):
    shown = page.get(reverse("glossary")).content.decode()
    assert '<dt id="word-urge">Urge</dt>' in shown
    weekly = page.get(reverse("intervention", args=[row("weekly-check-in").pk])).content.decode()
    assert f"{reverse('glossary')}#word-urge" in weekly
