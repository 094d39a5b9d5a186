"""What the press keeps from one document to the next changes no document, and is of use to the next one."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pikepdf
import pytest

from planner.sheets import fonts, press
from planner.sheets.options import Options
from planner.sheets.specimen import EVERY_BLOCK, specimen
from planner.sheets.warm import QUIET_SECONDS
from tests.sheets.make import make_paper

ROOT = Path(press.__file__).resolve().parents[2]
OPTIONS = [
    Options(),
    Options(paper="a4", fill="lines"),
    Options(size=14, greyscale=True),
    Options(size=18, paper="a4"),
    Options(size=24, fill="lines"),
]
#: Prints pages (HTML, one after the other) in a process of its own; "plain" takes the engine as it comes.
PRINT = """
import json, sys, tempfile
from unittest import mock
from planner.sheets import quick
from planner.sheets.kept_styles import kept_styles
from planner.sheets.engine import Press
how, faces, pages = json.load(sys.stdin)
if how == "plain":
    quick.make_ready = lambda: None
press = Press(tempfile.mkdtemp(), faces)
parsed = mock.patch("cffi.cparser.Parser.parse_type", side_effect=AssertionError("C was parsed"), autospec=True)
if how == "ready":
    for page in pages:
        press.learn(page.encode())
    parsed.start()
    kept = len(kept_styles.styles)
out = []
for page in pages:
    press.heard.lines.clear()
    answer, pdf = press.pdf({"faces": faces}, page.encode())
    out.append((pdf.hex(), answer["left_out"], list(answer["warnings"])))
if how == "ready":
    assert len(kept_styles.styles) == kept, "styles were worked out again"
json.dump(out, sys.stdout)
"""


def printed(how: str, pages: list[str]) -> list[bytes]:
    asked = json.dumps([how, [str(path) for path in fonts.TEXT.files], pages])
    env = {"PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": "0", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PRINT]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, cwd=ROOT, env=env)
    assert not done.returncode, done.stderr
    printed = json.loads(done.stdout)
    assert [told for _pdf, *told in printed] == [[[], []]] * len(pages), "nothing is left out or complained of"
    return [bytes.fromhex(pdf) for pdf, *_told in printed]


def without_names_of_places(pdf: bytes) -> bytes:
    """The engine gives a name to the place of every field, the press only to places that a link leads to."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for name in ("/Names", "/Dests"):
            if name in document.Root:
                del document.Root[name]
        out = io.BytesIO()
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def pages() -> list[str]:
    """Specimens in every layout and two languages, what is not a sheet of blocks, and a drawing."""
    papers = [specimen(language, options) for options in OPTIONS for language in ("en", "es")]
    papers += [make_paper(EVERY_BLOCK, Options(), name="Maya")]
    drawing = (
        '<html lang="en" class="letter size-12"><head><title>t</title></head><body>'
        '<p>See <a href="#there">there</a>.</p>'
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 4 2">'
        '<rect width="3" height="1"/></svg>'
        '<table class="list"><tr><td dir="rtl">a</td><td><ol><li>b<ol><li>c</li></ol></li></ol></td></tr></table>'
        '<h2 id="there">There</h2><p id="nobody">No link leads here.</p></body></html>'
    )
    return [*map(press.page_html, papers), drawing]


@pytest.fixture(scope="module")
def plain():
    return [without_names_of_places(pdf) for pdf in printed("plain", pages())]


@pytest.mark.parametrize("how", ["new", "ready"])
def test_a_paper_is_the_same_with_what_was_kept_and_without(plain, how):
    """`new`: the first of their kinds; `ready`: all were learned, so nothing is worked out or parsed a second time."""
    for page, ours, theirs in zip(pages(), printed(how, pages()), plain, strict=True):
        assert without_names_of_places(ours) == theirs, page[:120]


def test_a_place_that_a_link_leads_to_keeps_its_name():
    (pdf,) = printed("new", pages()[-1:])
    with pikepdf.open(io.BytesIO(pdf)) as document:
        names = document.Root.Names.Dests.Names
        assert [str(name) for name in list(names)[::2]] == ["there"]


def test_a_face_that_the_engine_changes_is_read_anew():
    """The same bytes twice: of a face of one weight the one that was read, of others each time another."""
    weights = next(path for path in fonts.SHIPPED[1].files if path.name.startswith("NotoSans["))
    asked = json.dumps([str(fonts.TEXT.files[0]), str(weights)])
    code = """
import io, json, sys
from pathlib import Path
from planner.sheets.quick import kept_face
for path in json.load(sys.stdin):
    data = Path(path).read_bytes()
    print(kept_face(io.BytesIO(data)) is kept_face(io.BytesIO(data)))
"""
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], input=asked, capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_what_a_process_learned_is_the_same_for_those_forked_from_it():
    """The press itself: the first, the second and the third print of a kind have the same bytes."""
    paper = make_paper(EVERY_BLOCK, Options(paper="a4", size=14), name="Maya")
    press._press.stop()
    first, *others = [press.render(paper).pdf for _ in range(4)]
    assert press.Kind(paper.language, paper.options) in press._press._known
    assert others == [first] * 3


def test_a_kind_is_shown_once_and_not_without_end(monkeypatch):
    monkeypatch.setattr(press, "MOST_KINDS", 1)
    press._press.stop()
    made = []
    monkeypatch.setattr(press, "specimen", lambda *kind: made.append(kind) or specimen(*kind))
    for options in (Options(), Options(), Options(paper="a4"), Options(paper="a4")):
        assert press.render(make_paper([{"text": "Short."}], options)).pages == 1
    assert made == [("en", Options())]


def test_other_letters_and_broken_learning_do_not_hurt(monkeypatch):
    """A paper that takes other faces, after learning; and a specimen that cannot be set."""
    press._press.stop()
    for text in ("Short.", "Коротко.", "Short."):
        assert press.render(make_paper([{"text": text}])).pages == 1
    assert press._press._known == {press.Kind("en", Options())}
    monkeypatch.setattr(press.Kind, "specimen", lambda kind: b"<html><div>" + b"<div>" * 300)
    assert press.render(make_paper([{"text": "Short."}], Options(size=14))).pages == 1
    process = press._press._process
    assert press.render(make_paper([{"text": "Short."}], Options(size=14))).pages == 1
    assert press._press._process is process and process.poll() is None


def test_no_document_is_told_the_complaints_of_what_made_the_press_ready():
    """Neither of the page that a waiting child sets, nor of the specimen before it."""
    for _ in range(2):
        rendering = press.render(make_paper([{"text": "Short."}]))
        assert (rendering.left_out, rendering.warnings) == ((), ())
        time.sleep(3 * QUIET_SECONDS)  # the next child makes itself ready meanwhile


@pytest.mark.parametrize("options", OPTIONS)
def test_a_specimen_is_a_paper_without_a_complaint(options):
    rendering = press.render(specimen("en", options))
    assert (rendering.left_out, rendering.warnings) == ((), ())
