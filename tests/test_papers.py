"""Every sheet of every pack, as it prints: nothing to complain about, the pages it says, fields that speak, fit to be
read back, small enough, and (where the judge is at hand) PDF/UA."""

from __future__ import annotations

import io
import os
import re
import subprocess
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
from django.utils import translation

from planner.library import packs
from planner.management.commands.proof import CONTENT, LETTERHEAD, copy_of
from planner.sheets import press
from planner.sheets.addresses import new_address
from planner.sheets.blocks import FieldSpec, read_answers
from planner.sheets.options import FILLS, PAPERS, SIZES, Options
from planner.sheets.papers import SheetCopy, sheet_paper
from planner.sheets.returned import read_values
from tests.sheets.test_returned import fill

JUDGE = os.environ.get("CLINIC_PDFUA_JUDGE", "")
LARGEST = 60_000  # bytes of a sheet of up to two pages
MORE = 12_000  # for each page after that
LONGEST = 2  # pages in standard print: more is put aside unread
FOR_MAYA = {"role_line": "Your sheet, Maya.", "bring_back": "Please bring this to our session on Thu 3 Dec."}
KEPT_OVER_DAYS = ("log", "plan")  # kinds that are written in again and again, and may be longer


def every_wording() -> list[tuple[str, packs.Sheet, SheetCopy]]:
    """Each different wording of each sheet once: (a name, the sheet, a copy as it is handed out)."""
    found: dict[tuple, tuple[str, packs.Sheet, SheetCopy]] = {}
    for file in sorted(CONTENT.glob("*/interventions/*.yaml")):
        try:
            parsed = packs.parse(packs.InterventionFile, file.read_text(), file.name)
        except packs.BadPack:  # the test of the packs says what is wrong with it
            continue
        for sheet in parsed.sheets:
            for role, blocks in sheet.wordings():
                name = "-".join(part for part in (sheet.slug, role, parsed.language) if part)
                given = FOR_MAYA if sheet.one_for_each == "participant" else {}
                copy = copy_of(sheet, blocks, parsed.language, **given)
                found.setdefault((sheet.slug, parsed.language, blocks), (name, sheet, copy))
    return list(found.values())


WORDINGS = every_wording()
every_sheet = pytest.mark.parametrize(("sheet", "copy"), [pytest.param(*rest, id=name) for name, *rest in WORDINGS])
#: One page of Letter never becomes three of A4, so these alone are set once more on A4.
every_longer_sheet = pytest.mark.parametrize(
    "copy",
    [
        pytest.param(copy, id=name)
        for name, sheet, copy in WORDINGS
        if sheet.pages >= LONGEST and sheet.kind not in KEPT_OVER_DAYS
    ],
)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, squeezed."""
    return [squeezed(page.get_textpage().get_text_bounded()) for page in pypdfium2.PdfDocument(pdf)]


def squeezed(text: str) -> str:
    """Without blanks, marks of Markdown and the hyphens that end a line."""
    return "".join(letter for letter in text if letter.isalnum())


def fields_of(copy: SheetCopy) -> list[FieldSpec]:
    with translation.override(copy.language):
        return [spec for block in copy.blocks for spec in block.fields()]


def answers_to(copy: SheetCopy) -> dict[str, str]:
    """Something in every field."""
    return {spec.name: "on" if spec.kind == "check" else f"Word {n}" for n, spec in enumerate(fields_of(copy), 1)}


@every_sheet
def test_a_sheet_prints_as_it_says(sheet, copy):
    copy = replace(copy, address=new_address())
    rendering = press.render(sheet_paper(copy, letterhead=LETTERHEAD, options=Options()))
    assert rendering.warnings == ()
    assert rendering.left_out == ()
    assert len(rendering.pdf) <= LARGEST + MORE * max(0, rendering.pages - 2)
    pages = pages_of(rendering.pdf)
    said = "".join(pages)
    for text in sheet.client_text(copy.blocks):
        for part in re.split(r", |(?:^|\n)(?:\d+\. )?", text):
            assert squeezed(part) in said, part
    with pikepdf.open(io.BytesIO(rendering.pdf)) as pdf:
        on_paper = {str(field.T): str(field.TU) for field in pdf.Root.AcroForm.Fields}
        place = {str(field.T): n for n, page in enumerate(pdf.pages) for field in page.get("/Annots", [])}
    assert {spec.name: spec.label for spec in fields_of(copy)}.items() <= on_paper.items()
    assert set(on_paper) - {spec.name for spec in fields_of(copy)} == {copy.name_field.name, copy.date_field.name}
    for block in copy.blocks:
        if block.fields() and hasattr(block, "label"):
            assert squeezed(block.label) in pages[place[block.fields()[0].name]], "a prompt apart from its first field"
    answers = answers_to(copy)
    back = read_values(fill(rendering.pdf, answers))
    assert back.address == copy.address
    assert read_answers(copy.blocks, back.values) == read_answers(copy.blocks, answers)
    assert rendering.pages == sheet.pages
    assert rendering.pages <= LONGEST or sheet.kind in KEPT_OVER_DAYS


@every_longer_sheet
def test_a_sheet_takes_two_pages_of_a4_at_most(copy):
    rendering = press.render(sheet_paper(copy, letterhead=LETTERHEAD, options=Options(paper="a4")))
    assert rendering.pages <= LONGEST


@every_sheet
def test_a_filled_sheet_is_text_and_holds_every_answer(sheet, copy):
    answers = {name: "on" if value == "on" else f"{value} x" for name, value in answers_to(copy).items()}
    copy = replace(copy, name="Maya", date="Thu 26 Nov", prefilled=answers)
    rendering = press.render(sheet_paper(copy, letterhead=LETTERHEAD, options=Options(size=14, paper="a4")))
    assert rendering.warnings == ()
    said = "".join(pages_of(rendering.pdf))
    assert all(squeezed(value) in said for value in answers.values() if value != "on")
    with pikepdf.open(io.BytesIO(rendering.pdf)) as pdf:
        assert "/AcroForm" not in pdf.Root


TURNS = 4


def way(number: int, turn: int) -> tuple[Options, bool]:
    """How the n-th sheet is printed in a turn, and whether it is filled in: each option takes each of its values within
    the turns, in another company for each sheet."""

    def other(after: int, step: int) -> int:
        """0 or 1: moves with the turn, and begins differently after so many sheets."""
        return (number // after + step) % 2

    options = Options(
        size=SIZES[(number + turn) % TURNS], paper=PAPERS[other(4, turn)], discreet=bool(other(8, turn // 2)),
        fill=FILLS[other(16, turn + turn // 2)], greyscale=bool(other(32, turn // 2)), name="initials",
    )  # fmt: skip
    return options, bool(other(64, turn))


def test_each_sheet_meets_every_option():
    for number in range(200):
        ways = [way(number, turn) for turn in range(TURNS)]
        assert {options.size for options, _ in ways} == set(SIZES)
        for name in ("paper", "discreet", "fill", "greyscale"):
            assert len({getattr(options, name) for options, _ in ways}) == 2, name
        assert {is_filled for _, is_filled in ways} == {True, False}


@pytest.mark.verapdf
@pytest.mark.skipif(
    not JUDGE, reason="CLINIC_PDFUA_JUDGE names no judge: a command for PDF files that exits 1 on a fault"
)
@pytest.mark.parametrize("turn", range(TURNS))
def test_every_sheet_is_pdf_ua(turn, tmp_path):
    """Every sheet four times: in each size, on both papers, discreet and plain, in grey and colour, to be filled in and
    to be written on, blank and filled. Nothing is complained of, and the judge passes it."""
    files = []
    for number, (name, _sheet, copy) in enumerate(WORDINGS):
        options, is_filled = way(number, turn)
        if is_filled:
            copy = replace(copy, prefilled=answers_to(copy), name="Maya", joint_names=("Maya", "Ruben"))
        rendering = press.render(sheet_paper(copy, letterhead=LETTERHEAD, options=options))
        assert (rendering.warnings, rendering.left_out) == ((), ()), name
        files.append(tmp_path / f"{name}-{options.size}-{options.fill}.pdf")
        files[-1].write_bytes(rendering.pdf)
    judged = subprocess.run([JUDGE, *files], capture_output=True, text=True)
    assert judged.returncode == 0, "\n".join(line for line in judged.stdout.splitlines() if "PASS" not in line)
