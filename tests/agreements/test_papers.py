"""Living documents on paper: marked when replaced, kept byte for byte, quiet if asked, cards at true size, PDF/UA."""

from __future__ import annotations

import os
import subprocess
from itertools import pairwise

import pypdfium2
import pytest
from django.urls import reverse

from planner.agreements import actions
from planner.agreements.models import AgreementVersion, PaperCopy
from planner.cases.models import SignatureWay
from planner.sheets import press
from planner.sheets.options import Options
from tests.agreements import make
from tests.agreements.conftest import begun, filled
from tests.test_papers import pages_of, squeezed

pytestmark = pytest.mark.django_db
JUDGE = os.environ.get("CLINIC_PDFUA_JUDGE", "")
POINT = 72 / 25.4  # points of a millimetre
TELLING = ("relapse", "recovery", "sober", "addict", "drink", "drug", "alcohol", "treatment", "therapy", "clinic")


def version_of(agreement, number=1):
    version = agreement.versions.select_related("edition__worksheet").get(number=number)
    version.agreement = agreement
    return version


def printed(version, real=False, **options):
    rendering = press.render(actions.paper_of(version, options=Options(**options), real=real))
    assert rendering.warnings == ()
    return rendering


def said(version, **options):
    return "".join(pages_of(printed(version, **options).pdf))


def test_a_draft_says_that_it_is_one(clear, owner):
    agreement = make.begun(clear, owner, pause_word="Palm up")
    assert squeezed("A draft. Nothing on it is agreed yet.") in said(version_of(agreement))


def test_a_version_that_was_replaced_says_so_when_it_is_printed_again(clear, owner):
    agreement = make.adopted(clear, owner, pause_word="Palm up", again={"pause_word": "Red card"})
    gone = squeezed("has taken its place; throw this one away")
    old, new = said(version_of(agreement, 1)), said(version_of(agreement, 2))
    assert gone in old and "Palmup" in old and "Redcard" not in old
    assert gone not in new and "Redcard" in new


def test_what_was_printed_opens_the_same_for_ever(clear, owner, signed_in):
    agreement = make.adopted(clear, owner, pause_word="Palm up")
    copy = actions.print_version(by=owner, version=version_of(agreement), options=Options(), where="Fridge door")
    first = bytes(copy.printed.pdf)
    make.renewed(agreement, owner, pause_word="Red card")
    answer = signed_in(owner).get(reverse("agreement_paper", args=[copy.pk]))
    assert answer.content == first
    assert answer["Content-Disposition"] == f'inline; filename="page-{copy.pk}.pdf"'


def test_the_dialog_prints_once_and_notes_the_place(clear, owner, signed_in):
    agreement = make.adopted(clear, owner)
    client, address = signed_in(owner), reverse("agreement_print", args=[agreement.pk])
    sent = {"version": "1", "where": "Wallet", "paper": "a4", "size": "12", "once": "key-of-this-page"}
    answers = [client.post(address, sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302] and answers[0].url == answers[1].url
    assert list(PaperCopy.objects.values_list("where", "of__number")) == [("Wallet", 1)]


def test_signatures_stand_on_the_paper_and_reasons_do_not(clear, owner, couple):
    agreement = make.adopted(clear, owner)
    maya, ruben = [place.person for place in couple.participants.select_related("person")]
    version = version_of(agreement)
    common = {"role": "client", "signed_on": version.adopted_on}
    actions.sign(by=owner, version=version, signatures=[
        {**common, "person": maya, "name": "Maya L.", "way": SignatureWay.TYPED},
        {**common, "person": ruben, "name": "Ruben", "way": SignatureWay.NONE, "stance": "refuses",
         "reason": "CANARYREASON"},
    ])  # fmt: skip
    text = said(version_of(agreement))
    assert "MayaL" in text and "notsigned" in text and "CANARYREASON" not in text


def test_ones_own_part_names_nobody_else(clear, owner, couple):
    maya = couple.participants.select_related("person").first().person
    text = said(version_of(make.adopted(clear, owner, person=maya)))
    assert "Maya" in text and "Ruben" not in text


@pytest.mark.parametrize("slug", ["my-steady-plan", "first-moves-card"])
def test_a_quiet_print_has_no_telling_word_of_ours(settled, owner, ruben, slug):
    """Title, head, foot and file name of the plan; on the card that lies in a wallet every word."""
    agreement = begun(settled, owner, "prevention", slug, ruben)
    paper = actions.paper_of(version_of(agreement), options=Options(discreet=True), real=False)
    rendering = press.render(paper)
    head = [paper.title, press.file_name(paper)]
    words = " ".join(head + (["".join(pages_of(rendering.pdf))] if slug == "first-moves-card" else [])).lower()
    assert [word for word in TELLING if word in words] == []
    assert owner.practice.name.lower() not in " ".join(pages_of(rendering.pdf)).lower()


@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_a_wallet_card_is_cut_out_at_true_size(settled, owner, ruben, paper):
    """The dashed line to cut along measures 85 x 54 mm, to a quarter of a millimetre, by the pixels of the page."""
    agreement = begun(settled, owner, "prevention", "first-moves-card", ruben)
    assert frame_of(printed(version_of(agreement), paper=paper).pdf) == (
        pytest.approx(85, abs=0.25), pytest.approx(54, abs=0.25),
    )  # fmt: skip


def frame_of(pdf: bytes) -> tuple[float, float]:
    """Width and height in mm of the dashed frame on page one, outer edge to outer edge. Its sides are the longest
    upright lines of the page; it is as high as both of them run without a gap."""
    unit = 8 * POINT  # pixels of a millimetre
    bitmap = pypdfium2.PdfDocument(pdf)[0].render(scale=8, grayscale=True)
    width, height, stride, raw = bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer)
    dark = [[raw[y * stride + x] < 200 for x in range(width)] for y in range(height)]
    sides = [x for x in range(width) if sum(line[x] for line in dark) > 0.4 * 54 * unit]
    left, right = min(sides), max(sides)
    wide = 0.9 * (right - left)
    rows = [y for y, line in enumerate(dark) if line[left + 1] and line[right - 1] and sum(line[left:right]) < wide]
    breaks = [n for n in range(1, len(rows)) if rows[n] - rows[n - 1] > 2 * unit]
    runs = [rows[a:b] for a, b in pairwise([0, *breaks, len(rows)])]
    return (right - left + 1) / unit, (max(run[-1] - run[0] for run in runs) + 1) / unit


@pytest.mark.verapdf
@pytest.mark.skipif(
    not JUDGE, reason="CLINIC_PDFUA_JUDGE names no judge: a command for PDF files that exits 1 on a fault"
)
def test_every_state_of_a_document_is_pdf_ua(settled, owner, ruben, couple, tmp_path):
    """A draft to fill in, a signed one, a replaced one, a card: plain, large and quiet."""
    joint = make.adopted(settled, owner, again={"pause_word": "Red card"})
    maya = couple.participants.select_related("person").first().person
    drawn = [[[x, 40 + x % 7] for x in range(10, 200, 5)]]
    actions.sign(by=owner, version=version_of(joint, 2), signatures=[
        {"role": "client", "person": maya, "name": "Maya", "way": SignatureWay.DRAWN, "strokes": drawn,
         "signed_on": version_of(joint, 2).adopted_on},
    ])  # fmt: skip
    card = filled(begun(settled, owner, "prevention", "first-moves-card", ruben), owner, **{"moves_card-1": "Joan"})
    draft = make.begun(settled, owner)
    for n, version in enumerate([version_of(joint, 1), version_of(joint, 2), card, version_of(draft)]):
        for options in ({}, {"size": 18}, {"discreet": True, "paper": "a4"}):
            (tmp_path / f"{n}-{len(options)}-{options.get('size', 0)}.pdf").write_bytes(printed(version, **options).pdf)
    files = sorted(map(str, tmp_path.glob("*.pdf")))
    judged = subprocess.run([*JUDGE.split(), *files], capture_output=True, text=True, timeout=400, check=False)
    assert judged.returncode == 0, judged.stdout[-3000:]


def test_every_version_has_the_hash_of_what_it_says(clear, owner):
    agreement = make.adopted(clear, owner, again={"pause_word": "Red card"})
    rows = AgreementVersion.objects.filter(agreement=agreement).select_related("edition")
    assert [row.sha256 for row in rows] == [actions.digest(row) for row in rows]
