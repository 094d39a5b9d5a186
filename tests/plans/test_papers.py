"""The plan on paper: what stands there, for whom, and that everybody can read it."""

from __future__ import annotations

import io
import os
import re
import subprocess

import pikepdf
import pytest

from planner.cases.models import Audience
from planner.plans import actions, papers, review_actions
from planner.plans.models import Plan
from planner.sheets import press
from planner.sheets.options import Options
from tests.plans import make
from tests.sheets.test_press import text_of

JUDGE = os.environ.get("CLINIC_PDFUA_JUDGE", "")
LARGEST = 80_000  # bytes


@pytest.fixture
def people(couple):
    return [place.person for place in couple.participants.all()]


@pytest.fixture
def plan(couple, owner, people):
    """A signed plan with something for each of several eyes, and a drawn signature."""
    draft = make.make_draft(couple, owner, goals=2, objectives=2)
    for person in people:
        make.add_goal(draft, owner, person=person, audience=Audience.PERSON, own_words=f"CANARY-{person.name}")
    make.add_goal(draft, owner, audience=Audience.CLINICIAN, own_words="CANARY-clinician")
    draft.refresh_from_db()
    actions.change_plan(
        plan=draft, by=owner, version=draft.version, impression="CANARY-impression", barriers="CANARY-barrier",
        coding="icd-11", code="6B40", impression_of=people[0], strengths="Humour", discharge="Two calm months",
    )  # fmt: skip
    signed = make.sign(Plan.objects.get(pk=draft.pk), owner)
    review_actions.set_standing(
        plan=signed, of=signed.goals.first(), by=owner, status="dropped", reason="CANARY-reason", progress=20
    )
    return Plan.objects.select_related("case__practice", "author", "impression_of").get(pk=signed.pk)


def canaries(text):
    return set(re.findall(r"CANARY-\w+", text))


def test_a_clients_paper_holds_what_is_for_their_eyes(plan, people):
    for person in people:
        paper = papers.client_paper(plan, person, Options())
        html = press.page_html(paper)
        assert canaries(html) == {f"CANARY-{person.name}"}
        assert "6B40" not in html and "We talk again." in html and "Two calm months" in html
        assert plan.case.code not in html


def test_a_discreet_print_names_nobody(plan, people):
    paper = papers.client_paper(plan, people[0], Options(discreet=True))
    html = press.page_html(paper)
    assert "Olive" not in html.replace("CANARY", "") or "Signed" not in html
    assert plan.case.practice.name not in html


def test_the_record_holds_every_field_version_and_signature(plan):
    html = press.page_html(papers.record_paper(plan, Options()))
    assert canaries(html) == {
        "CANARY-impression", "CANARY-barrier", "CANARY-Maya", "CANARY-Ruben", "CANARY-clinician"
    }  # fmt: skip
    for words in (
        "ICD-11 6B40",
        "Olive Owner",
        plan.sha256,
        "a tick on the calendar",
        "0 a week",
        "2 a week",
        "Humour",
    ):
        assert words in html
    assert html.count('class="signature-kept"') == 3


def test_a_draft_says_that_it_is_one(couple, owner, people):
    draft = make.make_draft(couple, owner)
    assert "A draft to talk about." in press.page_html(papers.client_paper(draft, people[0], Options()))


def every_paper(plan, people):
    for size in (12, 18):
        options = Options(size=size, paper="a4" if size == 18 else "letter", fill="lines")
        yield f"client-{size}", papers.client_paper(plan, people[0], options)
        yield f"record-{size}", papers.record_paper(plan, options)


def test_nothing_is_left_out_and_it_stays_small(plan, people):
    for _name, paper in every_paper(plan, people):
        rendering = press.render(paper)
        assert (rendering.warnings, rendering.left_out) == ((), ())
        assert len(rendering.pdf) <= LARGEST
        assert "Maya and Ruben" in " ".join(text_of(rendering.pdf).split())
        with pikepdf.open(io.BytesIO(rendering.pdf)) as pdf:
            assert str(pdf.Root.Lang) == "en"


@pytest.mark.verapdf
@pytest.mark.skipif(not JUDGE, reason="CLINIC_PDFUA_JUDGE names no judge")
def test_every_plan_is_pdf_ua(plan, people, tmp_path):
    from planner.cases.signing import Shown

    files = []
    drawn = [[[10, 20], [60, 80], [120, 30]]]
    for name, paper in every_paper(plan, people):
        for shown in paper.context["plan"].signatures:
            assert isinstance(shown, Shown)
            shown.row.way, shown.row.strokes = "drawn", drawn
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(press.render(paper).pdf)
    judged = subprocess.run([JUDGE, *files], capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout
