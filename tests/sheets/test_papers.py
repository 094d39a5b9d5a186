import re
from xml.etree import ElementTree

import pytest

from planner.sheets import press
from planner.sheets.options import Options
from planner.sheets.papers import Cover, SheetCopy, packet_paper, shown_name
from planner.sheets.specimen import EVERY_BLOCK
from tests.sheets.make import LETTERHEAD, make_copy, make_paper

ADDRESS = "K7QM-3XR2-9TBA-K7QM-3XR2-9TBA"


def html_of(options=None, **changes) -> str:
    return press.page_html(make_paper(options=options, **changes))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<title>.*?</title>", "", html)).split())


def test_a_sheet_says_who_when_why_and_where_help_is():
    said = text_of(
        html_of(name="Maya", role_line="Your sheet, Maya", date="Thu 26 Nov", bring_back="Bring this on Thu 3 Dec.")
    )
    for words in (
        "Our weekly check-in",
        "A calm talk helps small hurts stay small.",
        "Name Maya",
        "Date Thu 26 Nov",
        "Your sheet, Maya",
        "Harbour Street Practice",
        "Help now: 911 · The night line: call or text 988.",
        "This sheet is not a crisis service.",
        "check-in-sheet, edition 2",
        "Bring this on Thu 3 Dec.",
    ):
        assert words in said


def test_what_is_known_is_text_and_only_the_rest_are_fields():
    html = html_of(name="Maya", prefilled={"pause_word": "Lighthouse\nor: tea", "fits-1": "on", "fits-2": "Off"})
    fields = set(re.findall(r' name="([^"]+)"', html)) - {"keywords"}
    assert {"pause_word", "fits-1", "fits-2", "_name"} & fields == set()
    assert {"_date", "hard", "fits-3"} <= fields
    assert "Lighthouse<br/>or: tea" in html
    assert '<span class="box ticked">×</span>' in html


@pytest.mark.parametrize("fill", ["fields", "lines"])
@pytest.mark.parametrize("size", [12, 18])
def test_pages_are_well_formed_so_that_the_quick_parser_reads_them(size, fill):
    hard = {"text": "a\\\nb\xa0c [x](https://example.org/?a=1&b=2) <br>\n\n1. one\n\n   two\n\n> said & done"}
    html = press.page_html(make_paper([hard, *EVERY_BLOCK], Options(size=size, fill=fill), name="A & B <c> \"d\" 'e'"))
    ElementTree.fromstring(html.removeprefix("<!doctype html>"))  # noqa: S314  (our own page)


def test_lines_have_no_fields():
    html = html_of(Options(fill="lines"))
    assert "<input" not in html
    assert "<textarea" not in html
    assert html.count('<span class="line"></span>') > 20


def test_one_template_serves_the_screen_too():
    from django.template.loader import render_to_string

    copy = make_copy(prefilled={"hard": "At noon", "fits-1": "on"})
    context = {"copy": copy, "options": Options(), "medium": "screen", "values": copy.prefilled, "prefix": ""}
    for block in copy.blocks:
        html = render_to_string(f"blocks/{block.kind}.html", {**context, "block": block})
        for field in block.fields():
            assert f'name="{field.name}"' in html
    hard = render_to_string("blocks/lines.html", {**context, "block": copy.blocks[5]})
    assert '<label for="hard">' in hard
    assert ">At noon</textarea>" in hard


@pytest.mark.parametrize(
    ("name", "shown"),
    [("full", "Maya Lopez-Reyes"), ("initials", "M. L."), ("none", "")],
)
def test_a_discreet_sheet_shows_as_much_of_the_name_as_wanted(name, shown):
    options = Options(discreet=True, name=name)
    assert shown_name("Maya Lopez-Reyes", options) == shown
    said = html_of(options, name="Maya Lopez-Reyes", role_line="Your sheet, Maya Lopez-Reyes")
    assert ("Lopez" in said) == (name == "full")
    assert "_name" not in said


def test_a_discreet_sheet_tells_nothing():
    html = html_of(Options(discreet=True, name="initials"), name="Maya", address=ADDRESS)
    for words in ("Harbour", "555 0199", "The night line", "Our weekly check-in", "check-in-sheet", "Maya"):
        assert words not in html
    said = text_of(html)
    assert "Weekly sheet" in said
    assert "Help now: 911 · call or text 988." in said
    assert ADDRESS in said
    assert press.file_name(make_paper(options=Options(discreet=True))) == "sheet.pdf"


def test_a_joint_sheet_names_both_people():
    html = html_of(joint_names=("Maya", "Ruben"))
    said = text_of(html)
    assert "Names Maya, Ruben" in said
    assert "First person" not in said
    assert 'name="agreed-1-yes-2"' in html


def test_titles_become_plain_file_names():
    assert press.file_name(make_paper(title="Ma façon: «d’être» / là?")) == "ma-facon-detre-la.pdf"
    assert press.file_name(make_paper(title="絵文字")) == "sheet.pdf"
    assert press.file_name(make_paper(title="../../etc/passwd\r\nX: y")) == "etc-passwd-x-y.pdf"


def packet(options: Options, **changes) -> "press.Paper":
    copies = [
        make_copy(name="Maya", prefix="s1-", address=ADDRESS, role_line="Your sheet, Maya"),
        make_copy(title="Relapse plan", discreet_title="Our plan", prefix="s2-", address=ADDRESS[::-1]),
    ]
    cover = Cover(
        "Sheets for Maya", "Maya", tuple(copy.title for copy in copies), bring_back="Bring these back on Thu 3 Dec."
    )
    return packet_paper(
        copies, cover=cover, letterhead=LETTERHEAD, options=options, title="Packet for Maya", language="en", **changes
    )


def test_a_packet_lists_what_is_in_it():
    said = text_of(press.page_html(packet(Options())))
    assert "Sheets for Maya For Maya What is in it" in said
    assert "Relapse plan" in said
    assert "Bring these back on Thu 3 Dec." in said


def test_a_discreet_packet_has_neutral_titles_all_through():
    paper = packet(Options(discreet=True, name="none"))
    html = press.page_html(paper)
    assert "Maya" not in html
    assert "Relapse" not in html
    assert paper.shown_title == "Your sheets"
    assert press.file_name(paper) == "sheet.pdf"


def test_fields_of_a_packet_never_meet():
    html = press.page_html(packet(Options()))
    names = re.findall(r'(?:input|textarea)[^>]* name="([^"]+)"', html)
    assert len(names) == len(set(names))
    with pytest.raises(ValueError, match="prefix"):
        packet_paper(
            [make_copy(), make_copy()], cover=None, letterhead=LETTERHEAD, options=Options(), title="x", language="en"
        )


def test_a_sheet_speaks_its_own_language():
    copy = SheetCopy(title="Hoja", blocks=make_copy().blocks, language="ar")
    html = press.page_html(
        packet_paper([copy], cover=None, letterhead=LETTERHEAD, options=Options(), title="x", language="en")
    )
    assert '<html lang="en" dir="ltr"' in html
    assert '<article class="sheet" lang="ar" dir="rtl">' in html
