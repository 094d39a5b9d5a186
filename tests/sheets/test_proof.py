import io
from itertools import islice

import pypdfium2
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from planner.management.commands import proof


def test_every_sheet_gets_a_file_and_a_place_on_the_contact_sheet(tmp_path, monkeypatch):
    some = list(islice(proof.every_sheet(), 3))
    monkeypatch.setattr(proof, "every_sheet", lambda: iter(some))
    said = io.StringIO()
    call_command("proof", tmp_path / "out", "--size", "18", "--paper", "a4", "--discreet", "--lines", stdout=said)
    for name, _sheet, _role, _copy in some:
        document = pypdfium2.PdfDocument(tmp_path / "out" / f"{name}.pdf")
        assert round(document[0].get_size()[0]) == 595
        assert proof.LETTERHEAD.practice not in document[0].get_textpage().get_text_bounded()
    assert Image.open(tmp_path / "out" / "contact-sheet.png").width == proof.COLUMNS * (proof.WIDTH + proof.GAP)
    assert "3 sheets and contact-sheet.png are in" in said.getvalue()


def test_names_of_files_differ():
    names = [name for name, *_rest in proof.every_sheet()]
    assert len(set(names)) == len(names)


def test_a_pack_that_cannot_be_read_is_said_with_file_and_line(tmp_path, monkeypatch):
    folder = tmp_path / "broken"
    (folder / "interventions").mkdir(parents=True)
    (folder / "pack.yaml").write_text("slug: broken\n")
    monkeypatch.setattr(proof, "CONTENT", tmp_path)
    with pytest.raises(CommandError, match="pack.yaml, line 1"):
        call_command("proof", tmp_path / "out")
