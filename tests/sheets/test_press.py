"""The press: its limits, its walls, and what the finished file is."""

import http.server
import io
import os
import re
import subprocess
import threading
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from planner.base.text import clean
from planner.sheets import fonts, press
from planner.sheets.addresses import new_address
from planner.sheets.options import PAPERS, SIZES, Options
from planner.sheets.papers import Letterhead, Paper
from tests.sheets.make import make_paper
from tests.sheets.test_papers import packet

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<link rel=attachment href=file:///etc/passwd>",
    "{{ settings.SECRET_KEY }} {% include 'x' %} {0.__class__} %(x)s",
    "<style>@import url(http://127.0.0.1/)</style>",
    "[x](javascript:alert(1)) ![p](http://127.0.0.1/p.png) <table><tr><td colspan=65534>",
    "a\u202eexe.fdp \x00 \ud800 \ufeff",
    "x" * 400,
    "</textarea></body></html>",
]


def pdf_of(html: str, **limits) -> tuple[dict, bytes]:
    return press.ask({"do": "pdf", "faces": [str(path) for path in fonts.TEXT.files]}, html.encode())


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.fixture(scope="module")
def whole():
    """A sheet with every block, printed once."""
    return press.render(make_paper(name="Maya", address=new_address()))


def test_the_engine_has_nothing_to_complain_about(whole):
    assert whole.warnings == ()
    assert whole.left_out == ()


def test_the_file_is_tagged_titled_and_in_its_language(whole):
    with pikepdf.open(io.BytesIO(whole.pdf)) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/Title"]) == "Our weekly check-in"
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Our weekly check-in"]
        assert len(pdf.pages) == whole.pages


def test_every_page_has_its_number_and_address():
    address = new_address()
    rendering = press.render(make_paper(address=address))
    document = pypdfium2.PdfDocument(rendering.pdf)
    for number, page in enumerate(document, 1):
        said = page.get_textpage().get_text_bounded()
        assert f"page {number} of {len(document)}" in said
        assert address in said


def test_the_same_paper_gives_the_same_bytes():
    paper = make_paper(name="Maya", address="K7QM-3XR2-9TBA-K7QM-3XR2-9TBA")
    assert press.render(paper).pdf == press.render(paper).pdf


def test_only_our_face_is_in_a_latin_file(whole):
    with pikepdf.open(io.BytesIO(whole.pdf)) as pdf:
        names = {
            str(item.BaseFont) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert names
    assert all("Atkinson-Hyperlegible" in name for name in names)


def test_italics_are_the_face_of_their_own():
    rendering = press.render(make_paper([{"text": "One *soft* word."}]))
    with pikepdf.open(io.BytesIO(rendering.pdf)) as pdf:
        names = {
            str(item.BaseFont) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert any("Italic" in name for name in names)


@pytest.mark.parametrize("name", ["Nguyễn Thị Hạnh", "Ольга Щёкина", "مريم", "अनीता", "Γιώργος"])
def test_names_of_many_scripts_are_drawn(name):
    paper = make_paper([{"text": "Hello."}], name=name)
    rendering = press.render(paper)
    assert rendering.warnings == ()
    assert press.missing_letters([name]) == []
    assert press.render(paper).pdf == rendering.pdf
    with pikepdf.open(io.BytesIO(rendering.pdf)) as pdf:
        names = {
            str(item.BaseFont) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert any("Noto" in found for found in names)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("size", SIZES)
def test_paper_and_text_are_as_large_as_wanted(paper, size):
    rendering = press.render(make_paper([{"text": "Plain prose here."}], Options(paper=paper, size=size)))
    page = pypdfium2.PdfDocument(rendering.pdf)[0]
    assert [round(side) for side in page.get_size()] == ([612, 792] if paper == "letter" else [595, 842])
    with pikepdf.open(io.BytesIO(rendering.pdf)) as pdf:
        drawn = pdf.pages[0].Contents.read_bytes().decode("latin-1")
    sizes = {round(float(found), 1) for found in re.findall(r"\n?/\w+ ([\d.]+) Tf", drawn)}
    assert size in sizes or any(abs(size - found * 0.75) < 0.1 for found in sizes)


def test_large_print_has_no_italics_and_one_column():
    rendering = press.render(make_paper(options=Options(size=18)))
    with pikepdf.open(io.BytesIO(rendering.pdf)) as pdf:
        names = {
            str(item.BaseFont) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
        wide = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Table"]
    assert not any("Italic" in name for name in names)
    assert wide == []


def test_greyscale_is_grey():
    rendering = press.render(make_paper(options=Options(greyscale=True)))
    page = pypdfium2.PdfDocument(rendering.pdf)[0]
    colours = page.render(scale=1).to_pil().convert("RGB").getcolors(1 << 20)
    assert all(max(colour) - min(colour) < 4 for _count, colour in colours)


LONG_BLANKS = ["Name and number", "Name and number, if no reply", "A place I can go", "A number I can call"]


@pytest.mark.parametrize("blanks", [["Our word"], LONG_BLANKS])
def test_a_card_is_as_large_as_a_wallet_card(blanks):
    """Whatever stands before its blanks: the frame holds all of it and does not grow."""
    raw = [{"card": {"title": "Pause", "lines": ["I come back."], "blanks": blanks}}]
    rendering = press.render(make_paper(raw, Options(fill="lines")))
    scale = 4
    page = pypdfium2.PdfDocument(rendering.pdf)[0].render(scale=scale).to_pil().convert("L")
    inked = page.point(lambda value: 255 if value < 200 else 0)
    rows = [y for y in range(page.height) if sum(1 for x in range(0, page.width, 2) if inked.getpixel((x, y))) > 200]
    millimetre = 72 / 25.4 * scale
    heights = {round((b - a) / millimetre) for a in rows for b in rows if b > a}
    assert heights & {53, 54}


def test_a_picture_is_a_png_of_the_width_asked_for(whole):
    image = Image.open(io.BytesIO(press.picture(whole.pdf, page=0, width=400)))
    assert (image.format, image.width) == ("PNG", 400)
    assert image.convert("L").getextrema()[0] < 100


def test_a_packet_is_one_document_with_bookmarks_and_all_addresses():
    paper = packet(Options(), address=new_address())
    rendering = press.render(paper)
    assert rendering.warnings == ()
    with pikepdf.open(io.BytesIO(rendering.pdf)) as pdf:
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Sheets for Maya", "Our weekly check-in", "Relapse plan"]
        names = [str(field.T) for field in pdf.Root.AcroForm.Fields]
        assert len(names) == len(set(names))
        keywords = str(pdf.docinfo["/Keywords"])
    assert keywords.startswith(f"return:{paper.address}, return s1-:")
    assert f"page 1 of {rendering.pages}" in text_of(rendering.pdf)


def test_poppler_and_qpdf_find_no_fault(whole, tmp_path):
    file = tmp_path / "sheet.pdf"
    file.write_bytes(whole.pdf)
    checked = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    read = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    assert "Our weekly check-in" in read.stdout
    assert read.stderr == ""


# Walls


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=60), min_size=8, max_size=8))
def test_hostile_text_is_only_text(texts):
    words = [clean(text).strip() or "x" for text in texts]  # a form or a pack has taken out what is no letter
    raw = [
        {"text": words[0]},
        {"lines": {"id": "a", "label": words[1][:400], "help": words[2][:400]}},
        {"checklist": {"id": "b", "label": words[3][:400], "options": [words[4][:400], "other " + words[5][:300]]}},
        {"table": {"id": "c", "label": "What?", "columns": [words[6][:400], "y"], "rows": 1}},
    ]
    paper = make_paper(raw, name=texts[7], title=texts[0], prefilled={"c-1-1": texts[3]}, edition=texts[2])
    rendering = press.render(paper)
    assert rendering.left_out == ()
    assert b"/JavaScript" not in rendering.pdf
    with pikepdf.open(io.BytesIO(rendering.pdf)) as pdf:
        assert "/Names" not in pdf.Root or "/EmbeddedFiles" not in pdf.Root.Names


@pytest.fixture
def sink():
    """A listener on this machine, and the requests that reached it."""
    reached: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            reached.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", reached
    server.shutdown()


def test_nothing_in_a_document_opens_a_file_or_a_connection(sink, tmp_path):
    url, reached = sink
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY-7391")
    vectors = [
        '<img src="{0}/img">',
        '<link rel="stylesheet" href="{0}/css">',
        '<link rel="attachment" href="{0}/att">',
        '<a rel="attachment" href="{0}/a">x</a>',
        "<style>@import url({0}/import); p {{ background: url({0}/bg) }} @font-face {{ src: url({0}/f) }}</style>",
        '<p style="background: url({0}/style)">x</p>',
        '<object data="{0}/object"></object><embed src="{0}/embed">',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="{0}/svg" width="9" height="9"/></svg>',
        '<input type="image" src="{0}/input"><video poster="{0}/poster"></video><iframe src="{0}/frame"></iframe>',
        '<base href="{0}/"><img src="relative">',
    ]
    for target in (url, canary.as_uri()):
        for vector in vectors:
            html = f"<html lang=en><head><title>t</title></head><body><p>Kept.</p>{vector.format(target)}</body></html>"
            answer, pdf = pdf_of(html)
            assert answer["left_out"] or "rel=" in vector
            assert b"CANARY" not in pdf
            with pikepdf.open(io.BytesIO(pdf)) as file:
                assert "/EmbeddedFiles" not in file.Root.get("/Names", {})
                assert not [
                    item for item in file.objects if isinstance(item, pikepdf.Stream) and b"CANARY" in item.read_bytes()
                ]
            assert "Kept." in text_of(pdf)
    assert reached == []


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "vbscript:x", "//evil", " JaVaScript:x"]
)
def test_links_go_to_pages_mail_and_phones_only(href):
    answer, pdf = pdf_of(f'<html lang=en><head><title>t</title></head><body><a href="{href}">x</a></body></html>')
    assert answer["left_out"] == ["href"]
    assert b"/URI" not in pdf


def test_what_is_left_out_is_said():
    answer, _pdf = pdf_of("<html lang=en><head><title>t</title></head><body><p>a<img src=x>b</p></body></html>")
    assert answer["left_out"] == ["picture"]


# Limits


def big_paper(words: int) -> Paper:
    raw = [{"text": " ".join(["word"] * 800)[:3990]}] * 290
    return make_paper(raw[:words])


def test_a_document_that_takes_too_long_is_ended_and_the_next_one_prints(monkeypatch):
    monkeypatch.setattr(press, "CPU_SECONDS", 1)
    with pytest.raises(press.TooMuch, match="too much to print in one go"):
        press.render(big_paper(290))
    assert press.render(make_paper([{"text": "Short."}])).pages == 1


def test_a_document_that_takes_too_much_memory_is_ended(monkeypatch):
    monkeypatch.setattr(press, "MEGABYTES", 60)
    with pytest.raises(press.TooMuch):
        press.render(big_paper(290))


def test_waiting_has_an_end_too(monkeypatch):
    monkeypatch.setattr(press, "WALL_SECONDS", 0.2)
    with pytest.raises(press.TooMuch):
        press.render(big_paper(290))


def test_a_document_beyond_all_measure_is_not_even_begun(monkeypatch):
    monkeypatch.setattr(press, "LARGEST_HTML", 1000)
    with pytest.raises(press.TooMuch):
        press.render(make_paper())


def test_a_nest_of_elements_is_refused():
    with pytest.raises(press.TooMuch):
        pdf_of("<html lang=en><head><title>t</title></head><body>" + "<div>" * 300 + "x")


def test_a_list_within_a_list_has_dots_that_the_face_has():
    rendering = press.render(make_paper([{"text": "A\n\n- one\n    - two\n        - three\n\n1. four\n    - five"}]))
    assert rendering.html.count("<ul>") == 4
    assert rendering.warnings == ()


def test_the_press_starts_again_when_it_was_killed():
    press.warm_up()
    process = press._press._process
    process.kill()
    process.wait()
    assert press.render(make_paper([{"text": "Short."}])).pages == 1


def test_many_at_once_all_print_each_with_its_own_name():
    names = [f"Person{number:03d}" for number in range(12)]
    found: dict[str, str] = {}

    def one(name):
        found[name] = text_of(press.render(make_paper([{"text": "Hello."}], name=name)).pdf)

    threads = [threading.Thread(target=one, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        assert re.findall(r"Person\d{3}", found[name]) == [name]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc, which only Linux has")
def test_the_press_is_alone_single_threaded_and_without_secrets(monkeypatch):
    monkeypatch.setenv("CLINIC_SECRET", "canary")
    press._press.stop()
    press.warm_up()
    folder = Path(f"/proc/{press._press._process.pid}")
    assert b"canary" not in (folder / "environ").read_bytes()
    assert len(os.listdir(folder / "task")) == 1
    code = "import sys, planner.sheets.warm; print('django.conf' in sys.modules)"
    root = Path(press.__file__).resolve().parents[2]
    said = subprocess.run([press.sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert said.stdout.strip() == "False"


def test_any_room_may_print_a_paper_of_its_own(tmp_path, settings):
    (tmp_path / "own.html").write_text(
        '{% extends "paper/base.html" %}{% block content %}<h1>{{ what }}</h1>{% endblock %}'
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    paper = Paper("Agenda", "en", Options(), Letterhead(), "own.html", {"what": "Fifty minutes"})
    assert "Fifty minutes" in text_of(press.render(paper).pdf)
