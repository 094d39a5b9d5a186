"""The pages of the library as a clinician meets them."""

import re

import pytest
from django.urls import reverse

from planner.library import actions, papers
from planner.library.models import Intervention, Worksheet
from planner.practice.models import TrailEntry, User
from planner.sheets import press
from tests import factories
from tests.library.make import entry, write_pack
from tests.library.test_search import ENTRIES, with_spanish

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(tmp_path, db):
    actions.load_pack(write_pack(tmp_path, *ENTRIES))
    return tmp_path


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


@pytest.fixture
def no_press(monkeypatch):
    """Pages without the press: what they say about a sheet is not about how it is set."""
    monkeypatch.setattr(papers, "first_page", lambda *a, **k: (b"\x89PNG", 2))
    papers._first_page.cache_clear()


def text(response):
    """The words of a page, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_browse(library, page):
    response = page.get("/library/")
    shown = text(response)
    assert response.status_code == 200
    assert "4 interventions" in shown
    assert "Weekly check-in A steady weekly talk. Couple, Family · Skill building, Maintenance" in shown
    assert "Evidence: Convention" in shown and "Gated" in shown and "20 min" in shown
    assert "Regulation 2" in shown


def test_a_filter_lives_in_the_address(library, page):
    response = page.get("/library/?family=regulation&q=mindfull")
    assert [line.intervention.slug for line in response.context["lines"]] == ["mindfulness-practice"]
    assert 'value="regulation" id="f-family-regulation" checked' in response.content.decode()
    assert "Nothing has “mindfull”; these have “mindfulness”." in text(response)


def test_a_script_gets_the_results_alone(library, page):
    response = page.get("/library/?q=grounding", headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="library-found"')
    assert "HX-Request" in response.headers["Vary"]
    whole = page.get("/library/?q=grounding", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<!doctype html>" in whole.content.decode()


def test_nothing_found_says_what_to_do(library, page):
    assert "Nothing has all of this. Take a filter away or try another word." in text(page.get("/library/?q=xyzzy"))


def test_an_empty_library_says_what_to_do(page):
    assert "manage.py load_pack" in text(page.get("/library/"))


@pytest.mark.parametrize("bad", ["?q=%00%E2%80%AE", "?q=" + "a" * 5000, "?family=x&minutes=x&page=x", "?page=999999"])
def test_a_bent_address_is_no_fault(library, page, bad):
    assert page.get("/library/" + bad).status_code == 200


def test_hostile_text_stays_text(library, page):
    response = page.get("/library/", {"q": '"><script>alert(1)</script>'})
    assert b"<script>alert" not in response.content


@pytest.mark.parametrize("entries", [1, 3])
def test_browsing_costs_the_same_for_one_and_for_three(tmp_path, page, entries, django_assert_num_queries):
    actions.load_pack(write_pack(tmp_path, *ENTRIES[:entries]))
    page.get("/library/")
    with django_assert_num_queries(7):
        page.get("/library/")


def test_an_intervention_in_a_minute(library, page, no_press):
    row = Intervention.objects.get(slug="weekly-check-in")
    response = page.get(reverse("intervention", args=[row.pk]))
    shown = text(response)
    for part in (
        "Weekly check-in", "A steady weekly talk.", "Use when Both can stay in the room.",
        "Not when Safety is not settled.", "Gate Joint task: ask each person alone about safety first",
        "Evidence: Convention No trial was found.", "Frame it, 2 min", "When it goes wrong Silence Wait.",
        "For a hard week Once.", "A fact (A paper)", "Wordings: Person in recovery / Partner",
        "No clinician has reviewed it yet", "Edition 1.", "Add to a session plan", "Print blank",
    ):  # fmt: skip
        assert part in shown, part
    assert f"{reverse('sessions_add_from_library')}?intervention={row.pk}" in response.content.decode()


def test_a_phone_is_led_to_the_sheets_that_stand_below(page, no_press):
    row = factories.make_intervention("steady-talk")
    shown = page.get(reverse("intervention", args=[row.pk])).content.decode()
    assert '<p class="jump"><a href="#sheets">To its sheet</a></p>' in shown and shown.count('id="sheets"') == 1
    factories.make_worksheet(row, "second")
    assert "To its 2 sheets" in page.get(reverse("intervention", args=[row.pk])).content.decode()


@pytest.mark.parametrize("sheets", [1, 3])
def test_an_intervention_costs_the_same_for_one_and_for_three_sheets(page, no_press, sheets, django_assert_num_queries):
    row = factories.make_intervention(gates=[])
    for n in range(1, sheets):
        factories.make_worksheet(row, slug=f"more-{n}")
    page.get(reverse("intervention", args=[row.pk]))
    with django_assert_num_queries(10):
        page.get(reverse("intervention", args=[row.pk]))


def test_an_earlier_edition_says_so(library, page, no_press):
    row = Intervention.objects.get(slug="grounding")
    old = row.current_id
    actions.load_pack(write_pack(library, ENTRIES[0], entry("grounding", name="Grounding", do="Look around twice.")))
    response = page.get(reverse("intervention_edition", args=[old]))
    assert "This is edition 1, an earlier one." in text(response)
    assert "Guide one round." in text(response) and "Look around twice." not in text(response)
    assert "Look around twice." in text(page.get(reverse("intervention", args=[row.pk])))


def test_a_retired_intervention_stays_readable_by_its_edition(library, page, no_press):
    row = Intervention.objects.get(slug="grounding")
    actions.load_pack(write_pack(library, ENTRIES[0]))
    assert page.get(reverse("intervention", args=[row.pk])).status_code == 404
    response = page.get(reverse("intervention_edition", args=[row.current_id]))
    assert "has left the library" in text(response) and "Add to a session plan" not in text(response)


def test_a_translation_and_its_original_know_each_other(library, page, no_press):
    with_spanish(library)
    original, spanish = (Intervention.objects.get(slug="weekly-check-in", language=code) for code in ("en", "es"))
    here = page.get(reverse("intervention", args=[original.pk])).content.decode()
    assert f'href="{reverse("intervention", args=[spanish.pk])}" lang="es"' in here
    assert "moved on" not in here
    Intervention.objects.filter(pk=original.pk).update(whole_hash="newer")
    there = text(page.get(reverse("intervention", args=[spanish.pk])))
    assert "The original has moved on since this was translated. Read the original: Weekly check-in" in there


@pytest.mark.parametrize(
    "name", ["library", "intervention", "intervention_edition", "worksheet_print", "worksheet_picture",
             "worksheet_pdf", "pack_schema"],
)  # fmt: skip
def test_the_front_desk_has_no_library(library, signed_in, front_desk, name):
    args = [] if name in ("library", "pack_schema") else [1]
    assert signed_in(front_desk).get(reverse(name, args=args)).status_code == 403


def test_a_practice_s_own_entry_does_not_exist_for_another(library, signed_in, owner, stranger, no_press):
    row = Intervention.objects.get(slug="grounding")
    sheet = row.worksheets.get()
    Intervention.objects.filter(pk=row.pk).update(practice=owner.practice, pack=None)
    Worksheet.objects.filter(pk=sheet.pk).update(practice=owner.practice, pack=None)
    for name, pk in [
        ("intervention", row.pk), ("intervention_edition", row.current_id), ("worksheet_print", sheet.pk),
        ("worksheet_picture", sheet.pk), ("worksheet_pdf", sheet.pk),
    ]:  # fmt: skip
        theirs = signed_in(stranger).get(reverse(name, args=[pk]))
        nobodys = signed_in(stranger).get(reverse(name, args=[999999]))
        assert theirs.status_code == nobodys.status_code == 404
        assert signed_in(owner).get(reverse(name, args=[pk])).status_code != 404


def test_the_schema(page):
    schema = page.get("/library/schema.json").json()
    assert set(schema) >= {"pack.yaml", "interventions/*.yaml", "templates/*.yaml"}
    assert schema["interventions/*.yaml"]["additionalProperties"] is False


def sheet_of(slug):
    return Worksheet.objects.get(slug=f"{slug}-sheet")


def test_the_print_dialog(library, page, no_press):
    sheet = sheet_of("grounding")
    response = page.get(reverse("worksheet_print", args=[sheet.pk]))
    assert response.status_code == 200
    assert list(response.context["form"].fields) == ["role", "paper", "size", "fill", "discreet", "greyscale"]
    assert "2 pages" in text(response)


def test_the_picture_follows_the_choices(library, page, monkeypatch):
    asked = []
    monkeypatch.setattr(papers, "first_page", lambda edition, **how: asked.append(how) or (b"\x89PNG", 1))
    chosen = {"paper": "a4", "size": "18", "fill": "lines", "discreet": "on", "role": "partner"}
    response = page.get(
        reverse("worksheet_print", args=[sheet_of("grounding").pk]), chosen, headers={"HX-Request": "true"}
    )
    assert "paper=a4&amp;size=18&amp;fill=lines&amp;discreet=on&amp;role=partner" in response.content.decode()
    options = asked[0]["options"]
    assert (options.paper, options.size, options.fill, options.discreet, options.greyscale) == (
        "a4", 18, "lines", True, False,
    )  # fmt: skip
    assert asked[0]["role"] == "partner"


def test_too_much_is_told_in_the_dialog(library, page, monkeypatch):
    def refuse(*args, **how):
        raise press.TooMuch("This document is too much to print in one go.")

    monkeypatch.setattr(papers, "first_page", refuse)
    monkeypatch.setattr(press, "render", refuse)
    sheet = sheet_of("grounding")
    assert "too much to print" in text(page.get(reverse("worksheet_print", args=[sheet.pk])))
    for name in ("worksheet_picture", "worksheet_pdf"):
        response = page.get(reverse(name, args=[sheet.pk]))
        assert (response.status_code, "too much to print" in text(response)) == (422, True)


def test_a_blank_print(library, page, owner):
    sheet = sheet_of("grounding")
    response = page.post(reverse("worksheet_pdf", args=[sheet.pk]), {"paper": "a4", "size": "18", "discreet": "on"})
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"] == 'inline; filename="sheet.pdf"'
    remembered = User.objects.get(pk=owner.pk).print_options
    assert (remembered["paper"], remembered["size"], remembered["discreet"]) == ("a4", 18, True)
    last = TrailEntry.objects.last()
    assert (last.verb, last.what, last.what_id, last.by) == ("printed", "worksheet", sheet.pk, owner)
    dialog = page.get(reverse("worksheet_print", args=[sheet.pk]))
    assert dialog.context["form"].options.size == 18 and dialog.context["form"].options.discreet


def test_the_wording_follows_the_role(library, owner):
    edition = sheet_of("grounding").current
    partner, recovery = (
        press.page_html(papers.blank(edition, role=role, options=papers.remembered(owner), practice=owner.practice))
        for role in ("partner", "person-in-recovery")
    )
    assert "When was it hard?" in partner and "When did it pull at you?" not in partner
    assert "When did it pull at you?" in recovery and "When was it hard?" not in recovery


def test_a_picture_is_a_picture(library, page):
    response = page.get(reverse("worksheet_picture", args=[sheet_of("grounding").pk]))
    assert response.headers["Content-Type"] == "image/png"
    assert response.content.startswith(b"\x89PNG\r\n")
