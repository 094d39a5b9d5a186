"""Papers of the progress room: sound, named, filled and read back, and nothing on them of anybody else."""

from __future__ import annotations

import io
import os
import re
import subprocess
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from planner.progress import actions, instruments, own_actions, papers, print_actions, returned, setting_actions
from planner.progress.models import ProgressPrint, Rating
from planner.sheets import press
from planner.sheets.options import Options
from planner.sheets.returned import read_values
from tests import factories

JUDGE = os.environ.get("CLINIC_PDFUA_JUDGE")
OWN = ("distress", "craving", "trust", "felt-safety", "closeness", "confidence")
SECRET = "Only between the two of us."


@pytest.fixture
def places(couple):
    return list(couple.participants.select_related("person"))


def judged(rendering, folder):
    """No complaint of the engine, nothing left out, and the judge's word where there is one."""
    assert (rendering.warnings, rendering.left_out) == ((), ())
    if JUDGE:
        file = folder / "paper.pdf"
        file.write_bytes(rendering.pdf)
        answer = subprocess.run([JUDGE, file], capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout[-2000:]


def text_of(pdf):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(pdf))).pages)


def fill(pdf, values):
    writer = PdfWriter(clone_from=io.BytesIO(bytes(pdf)))
    for page in writer.pages:
        writer.update_page_form_field_values(page, values, auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("slug", OWN)
@pytest.mark.parametrize("language", ["en", "es"])
def test_our_rating_sheets_print_blank_on_one_page(practice, slug, language):
    paper = papers.rating_sheet(instruments.get(slug), practice=practice, options=Options(), language=language)
    rendering = press.render(paper)
    assert (rendering.pages, rendering.warnings, rendering.left_out) == (1, (), ())
    assert len(rendering.pdf) < 200_000


@pytest.mark.parametrize("options", [Options(), Options(size=24, paper="a4", fill="lines"), Options(discreet=True)])
def test_a_rating_sheet_is_judged(practice, places, options, tmp_path):
    paper = papers.rating_sheet(
        instruments.get("trust"), practice=practice, options=options, language="en", person=places[0].person
    )
    judged(press.render(paper), tmp_path)


def test_a_sheet_says_that_it_is_not_validated(practice):
    html = press.page_html(
        papers.rating_sheet(instruments.get("trust"), practice=practice, options=Options(), language="en")
    )
    assert "Not a validated measure." in html


def test_a_printed_sheet_comes_back_as_a_rating_once(couple, owner, places, stranger):
    printed = print_actions.print_sheet(
        by=owner, case=couple, person=places[0].person, measure=instruments.get("trust"), options=Options()
    )
    back = read_values(fill(printed.printed.pdf, {"i1-6": "/on", "note": "A calm week."}))
    assert back.address == printed.address
    assert returned.of_address(back.address, stranger) is None
    found = returned.read(returned.of_address(back.address, owner), back.values)
    assert (found.answers, found.doubtful, found.note) == ({1: 6}, (), "A calm week.")
    rating = returned.keep(found, by=owner)
    assert (rating.score, rating.way, rating.from_print, rating.reader) == (6, "paper", printed, places[0].person)
    again = returned.read(returned.of_address(back.address, owner), back.values)
    assert returned.keep(again, by=owner) == rating
    assert Rating.objects.count() == 1


def test_who_may_only_read_the_case_takes_nothing_in(couple, owner, places, supervisor):
    printed = print_actions.print_sheet(
        by=owner, case=couple, person=places[0].person, measure=instruments.get("trust"), options=Options()
    )
    couple.team.create(user=supervisor, role="supervisor")
    assert ProgressPrint.objects.visible_to(supervisor).get() == printed
    assert returned.of_address(printed.address, supervisor) is None
    assert returned.of_address(printed.address, owner) == printed


def test_a_returned_file_is_shown_before_it_is_kept(couple, owner, places, signed_in, stranger):
    printed = print_actions.print_sheet(
        by=owner, case=couple, person=places[0].person, measure=instruments.get("trust"), options=Options()
    )
    pdf = fill(printed.printed.pdf, {"i1-6": "/on", "note": "A calm week."})
    client = signed_in(owner)

    def send(who, content):
        return who.post(reverse("rating_returned"), {"file": SimpleUploadedFile("a.pdf", content)})

    html = send(client, pdf).content.decode()
    assert 'value="6"' in html and "A calm week." in html and "data:image/png;base64," in html
    assert not Rating.objects.exists()
    assert "no rating sheet of a case of yours" in send(signed_in(stranger), pdf).content.decode()
    assert "not a PDF" in send(client, b"hello").content.decode()
    data = {"on": "2026-01-05", "private": "person", "item_1": "6", "note": "A calm week."}
    for _ in range(2):
        assert client.post(reverse("rating_answers", args=[printed.pk]), data).status_code == 302
    rating = Rating.objects.get()
    assert (rating.score, rating.way, rating.note, rating.from_print) == (6, "paper", "A calm week.", printed)


def test_two_ticks_are_for_a_person_to_sort_out(couple, owner, places):
    printed = print_actions.print_sheet(
        by=owner, case=couple, person=places[0].person, measure=instruments.get("trust"), options=Options()
    )
    back = read_values(fill(printed.printed.pdf, {"i1-6": "/on", "i1-8": "/on"}))
    found = returned.read(returned.of_address(back.address, owner), back.values)
    assert (found.answers, found.doubtful) == ({1: None}, (1,))
    assert returned.keep(found, by=owner, answers={1: 7}).score == 7


def test_a_measure_of_the_practice_prints_and_reads_back(couple, owner, places):
    row = own_actions.add(by=owner, text=factories.OWN_MEASURE, right="Letter of the publisher")
    measure = instruments.read(factories.OWN_MEASURE, "x")
    printed = print_actions.print_sheet(
        by=owner, case=couple, person=places[0].person, measure=measure, options=Options()
    )
    back = read_values(fill(printed.printed.pdf, {"i1-2": "/on", "i2-1": "/on", "i3-4": "/on"}))
    rating = returned.keep(returned.read(returned.of_address(back.address, owner), back.values), by=owner)
    assert (rating.measure, rating.items, rating.score, rating.risk) == (row.slug, {"1": 1, "2": 0, "3": 3}, 7, [3])


def progress_of(owner, case, places):
    maya, ruben = places[0].person, places[1].person
    for n in range(4):
        day = timezone.localdate() - timedelta(days=30 - 7 * n)
        for person, value in ((maya, 3 + n), (ruben, 6)):
            actions.rate(by=owner, case=case, person=person, measure="trust", items={1: value}, on=day)
        phq = dict.fromkeys(range(1, 10), 1)
        actions.rate(by=owner, case=case, person=maya, measure="phq-9", items=phq, on=day)
    actions.record_event(
        by=owner, case=case, kind="relapse", person=ruben, audience="person", reader=ruben, known=SECRET,
        on=timezone.localdate() - timedelta(days=20),
    )  # fmt: skip
    actions.record_event(by=owner, case=case, kind="win", audience="case", known="They laughed.")
    actions.record_event(by=owner, case=case, kind="win", known="For me alone.")


def test_a_progress_paper_holds_what_its_reader_may_see(couple, owner, places):
    progress_of(owner, couple, places)
    maya = places[0].person
    html = press.page_html(papers.progress_paper(couple, maya, options=Options()))
    assert "PHQ-9" in html and "They laughed." in html and "<svg" in html
    assert not any(word in html for word in (SECRET, "For me alone.", "Relapse", "Ruben"))
    assert not any(word in html.lower() for word in ("suicid", "safety", "risk", "item 9"))


def test_a_joint_paper_holds_what_each_allowed(couple, owner, places):
    progress_of(owner, couple, places)
    html = press.page_html(papers.progress_paper(couple, None, options=Options()))
    assert "<svg" not in html and "They laughed." in html
    for place in places:
        setting_actions.set_sharing(
            by=owner, case=couple, person=place.person, measure="trust", allowed=True, basis="Asked alone"
        )
    html = press.page_html(papers.progress_paper(couple, None, options=Options()))
    assert html.count("<svg") == 1 and "Maya" in html and "Ruben" in html
    assert not any(word in html for word in ("PHQ-9", SECRET, "Relapse", "For me alone."))


@pytest.mark.parametrize("options", [Options(), Options(size=18, paper="a4"), Options(discreet=True, name="none")])
def test_a_progress_paper_is_judged(couple, owner, places, options, tmp_path):
    progress_of(owner, couple, places)
    rendering = press.render(papers.progress_paper(couple, places[0].person, options=options))
    judged(rendering, tmp_path)
    text = text_of(rendering.pdf)
    assert "PHQ-9" in text
    assert ("Maya" in text) is (not options.discreet)


def test_a_chart_is_the_same_on_paper_as_on_screen(couple, owner, places, signed_in):
    progress_of(owner, couple, places)
    html = press.page_html(papers.progress_paper(couple, places[0].person, options=Options()))
    page = signed_in(owner).get(reverse("measure_chart", args=[couple.pk, "trust"]) + f"?person={places[0].pk}")
    drawn = re.search(r'<svg class="chart-svg".*?</svg>', page.content.decode(), re.S).group()
    assert drawn in html


def test_a_print_is_kept_and_reprints_byte_for_byte(couple, owner, places, signed_in):
    progress_of(owner, couple, places)
    client = signed_in(owner)
    address = reverse("progress_print", args=[couple.pk]) + f"?person={places[0].pk}"
    first = client.post(address, {"paper": "a4", "size": "14", "fill": "lines"})
    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    kept = ProgressPrint.objects.get()
    again = client.get(reverse("progress_printed", args=[kept.pk]))
    assert again.content == first.content
    assert "maya" not in first["Content-Disposition"].lower()
    places[0].person.refresh_from_db()
    assert places[0].person.print_options["paper"] == "a4"
