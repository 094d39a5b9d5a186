"""The Spanish of the house: the compiled catalogue is the written one, nothing is lost in a sentence, and the pages and
papers speak it."""

from __future__ import annotations

import ast
import gettext
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.urls import reverse

ROOT = Path(__file__).resolve().parent.parent
WRITTEN = ROOT / "planner" / "locale" / "es" / "LC_MESSAGES" / "django.po"
COMPILED = WRITTEN.with_suffix(".mo")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}|</?[a-z][^>]*>")
PAPERS = sorted(
    str(file.relative_to(ROOT / "templates"))
    for folder in ("paper", "blocks")
    for file in (ROOT / "templates" / folder).glob("**/*.html")
)


def written() -> list[dict[str, str]]:
    """The messages of the .po, the header first: keyword -> text ("msgid", "msgid_plural", "msgstr", "msgstr[0]")."""
    found: list[dict[str, str]] = []
    keyword = ""
    for line in WRITTEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        word, _, rest = line.partition('"')
        if word:
            keyword = word.strip()
            if keyword == "msgid":
                found.append({})
            found[-1][keyword] = ""
        found[-1][keyword] += ast.literal_eval('"' + rest)
    return found


def forms(message: dict[str, str]) -> list[tuple[str, str]]:
    """(what is said in English, what is said in Spanish) for each form of a message."""
    if "msgid_plural" not in message:
        return [(message["msgid"], message["msgstr"])]
    return [(message["msgid"], message["msgstr[0]"]), (message["msgid_plural"], message["msgstr[1]"])]


MESSAGES = written()[1:]


# The catalogue


def test_the_compiled_catalogue_is_the_written_one():
    table: dict[str | tuple[str, int], str] = {}
    for message in written():
        assert "msgctxt" not in message, "teach this reader contexts"
        if "msgid_plural" in message:
            table |= {(message["msgid"], n): message[f"msgstr[{n}]"] for n in (0, 1)}
        else:
            table[message["msgid"]] = message["msgstr"]
    table[""] = re.sub(r"POT-Creation-Date:.*\n", "", table[""])  # msgfmt leaves this line out
    with COMPILED.open("rb") as file:
        assert gettext.GNUTranslations(file)._catalog == table


def test_the_header_says_spanish_and_nothing_is_left_open():
    header = written()[0]["msgstr"].splitlines()
    for line in (
        "Language: es",
        "Content-Type: text/plain; charset=UTF-8",
        "Plural-Forms: nplurals=2; plural=(n != 1);",
    ):
        assert line in header
    assert "fuzzy" not in re.findall(r"^#,\s*(\w+)", WRITTEN.read_text(encoding="utf-8"), re.M)
    assert [said for message in MESSAGES for said, spanish in forms(message) if not spanish.strip()] == []


def test_every_placeholder_stands_in_the_translation_and_no_other():
    wrong = [
        (said, spanish)
        for message in MESSAGES
        for said, spanish in forms(message)
        if Counter(PLACEHOLDER.findall(said)) != Counter(PLACEHOLDER.findall(spanish))
    ]
    assert wrong == []


def test_blanks_and_lines_at_the_ends_stay():
    def ends(text: str) -> tuple[str, str, int]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :], text.count("\n")

    assert [said for message in MESSAGES for said, spanish in forms(message) if ends(said) != ends(spanish)] == []


# What is printed


def said_in(name: str) -> set[str]:
    """The messages of a template, as they are looked up when it is rendered."""
    nodes = get_template(name).template.nodelist
    said = {node.filter_expression.var.literal for node in nodes.get_nodes_by_type(TranslateNode)}
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        said |= {node.render_token_list(part)[0] for part in (node.singular, node.plural) if part}
    return said


def test_the_papers_have_words():
    assert {"I agree", "Help now:", "For %(whom)s"} <= set().union(*map(said_in, PAPERS))


@pytest.mark.parametrize("name", PAPERS)
def test_every_word_on_paper_is_translated(name):
    known = {said for message in MESSAGES for said, spanish in forms(message) if spanish}
    assert said_in(name) - known == set()


# What is shown


class Headings(HTMLParser):
    """The pieces of text in headings and column heads, in order."""

    def __init__(self):
        super().__init__()
        self.inside = 0
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.inside += tag in ("h1", "h2", "h3", "th", "title")

    def handle_endtag(self, tag):
        self.inside -= tag in ("h1", "h2", "h3", "th", "title")

    def handle_data(self, data):
        if self.inside and data.strip():
            self.found.append(" ".join(data.split()))


def shown(client, name: str) -> tuple[str, list[str]]:
    response = client.get(reverse(name))
    assert response.status_code == 200
    html = response.content.decode()
    headings = Headings()
    headings.feed(html)
    return html, headings.found


def in_spanish(shown: str) -> str:
    """What stands on the Spanish page where this stands on the English one; a name or a title is the same on both."""
    counted = re.sub(r"\d+", "%(n)s", shown, count=1)
    for message in MESSAGES:
        for said, spanish in forms(message):
            if said == shown:
                return spanish
            if "msgid_plural" in message and said == counted:
                return spanish.replace("%(n)s", re.search(r"\d+", shown)[0])
    return shown


@pytest.mark.parametrize("name", ["today", "caseload", "library"])
@pytest.mark.parametrize("filled", [False, True], ids=["empty", "filled"])
def test_a_page_speaks_the_language_of_its_reader(request, signed_in, owner, name, filled):
    if filled:
        request.getfixturevalue("world")
    client = signed_in(owner)
    owner.language = "en"
    owner.save()
    english, before = shown(client, name)
    owner.language = "es"
    owner.save()
    spanish, after = shown(client, name)
    assert re.search(r"<html[^>]* lang=\"en\"", english)
    assert re.search(r"<html[^>]* lang=\"es\"", spanish)
    assert any(in_spanish(said) != said for said in before)
    assert after == [in_spanish(said) for said in before]


def test_the_settings_offer_it():
    assert "es" in dict(settings.LANGUAGES)
