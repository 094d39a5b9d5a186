"""The styles that the press keeps from one document to the next are those that the engine works out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import cssselect2.parser as css
import pytest
import tinycss2
import weasyprint
import weasyprint.css
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from weasyprint.css.counters import CounterStyle
from weasyprint.css.properties import INITIAL_VALUES
from weasyprint.text.fonts import FontConfiguration

from planner.sheets.engine import ASSETS, ATTRIBUTES, TAGS, Bundled, _WellFormed
from planner.sheets.kept_styles import AFTER, HELD, LAST, LOOKED_AT, KeptStyles

OURS = ASSETS["asset:paper.css"][0]
SHEETS = [OURS, *(Path(weasyprint.css.__file__).parent / name for name in ("html5_ua.css", "html5_ua_form.css"))]
PSEUDO = (None, "before", "after", "marker", "first-line", "note-call")
SHAPES = frozenset(("svg",))  # rules of the engine name the outermost alone


# ---- What rules look at ----


def rules(nodes: list[Any]) -> Iterator[Any]:
    for node in nodes:
        if node.type == "qualified-rule":
            yield node
        elif node.type == "at-rule" and node.lower_at_keyword in ("media", "layer", "supports"):
            yield from rules(tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))


def selectors(path: Path) -> Iterator[tuple[str, Any]]:
    for rule in rules(tinycss2.parse_stylesheet(path.read_text(), skip_comments=True, skip_whitespace=True)):
        said = tinycss2.serialize(rule.prelude).strip()
        for selector in css.parse(rule.prelude):
            yield said, selector.parsed_tree


def can_be(compound: Any) -> bool:
    """False for what no paper holds: a tag or an attribute outside the allow-list."""
    for simple in compound.simple_selectors:
        if isinstance(simple, css.LocalNameSelector) and simple.lower_local_name not in TAGS | SHAPES:
            return False
        if isinstance(simple, css.AttributeSelector) and simple.lower_name not in ATTRIBUTES:
            return False
    return True


def words(compound: Any) -> set[str]:
    """The tag and classes that a compound asks for."""
    tags = {each.local_name for each in compound.simple_selectors if isinstance(each, css.LocalNameSelector)}
    return tags | {each.class_name for each in compound.simple_selectors if isinstance(each, css.ClassSelector)}


def looks_too_far(tree: Any, is_subject: bool = True) -> Iterator[str]:
    """What a selector looks at that no kept style knows of. `is_subject`: not for something above or beside."""
    if isinstance(tree, css.CombinedSelector):
        if tree.combinator == "+":
            sibling = tree.left.right if isinstance(tree.left, css.CombinedSelector) else tree.left
            if not is_subject or not words(sibling) or not words(sibling) <= AFTER:
                yield "a sibling before it"
        elif tree.combinator == "~":
            yield "siblings"
        yield from looks_too_far(tree.right, is_subject)
        yield from looks_too_far(tree.left, False)
        return
    if not can_be(tree):
        return
    for simple in tree.simple_selectors:
        if isinstance(simple, (css.NegationSelector, css.MatchesAnySelector, css.SpecificityAdjustmentSelector)):
            for each in simple.selector_list:
                yield from looks_too_far(each.parsed_tree, is_subject)
        elif (looks := LOOKS.get(type(simple))) and (what := looks(simple, tree if is_subject else None)):
            yield what


def pseudo_class(simple: Any, subject: Any) -> str | None:
    if simple.name == "last-child":
        return None if subject and words(subject) & LAST else "whether it is the last"
    if simple.name == "empty":
        return None if subject else "whether another is empty"
    return None if simple.name in ("link", "visited", "root") else simple.name


def what_it_holds(simple: Any, subject: Any) -> str | None:
    inner = [(each.combinator, each.selector.parsed_tree) for each in simple.selector_list]
    known = all(how == " " and isinstance(tree, css.CompoundSelector) and words(tree) <= HELD for how, tree in inner)
    return None if known and subject and "td" in words(subject) else "what it holds"


LOOKS = {
    css.IDSelector: lambda simple, _subject: "an id",
    css.AttributeSelector: lambda simple, _subject: (
        simple.name if simple.operator is not None and simple.lower_name not in LOOKED_AT else None
    ),
    css.PseudoClassSelector: pseudo_class,
    css.FunctionalPseudoClassSelector: lambda simple, _subject: None if simple.name == "lang" else simple.name,
    css.RelationalSelector: what_it_holds,
}


def too_far(path: Path) -> list[tuple[str, str]]:
    return [(said, what) for said, tree in selectors(path) for what in looks_too_far(tree)]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_no_rule_looks_further_than_kept_styles_know(path):
    assert too_far(path) == []


def test_a_rule_that_looks_further_is_noticed(tmp_path):
    far = (
        "#a", "p[title=x]", "p:first-child", "div:last-child", "p:last-child b", ".hint:empty b", ".foot + p", "p ~ p",
        "p:has(b)", "td:has(b)", "td:has(> .field)", "p:not(:nth-child(2))", ":is(p, #a)",
    )  # fmt: skip
    (tmp_path / "far.css").write_text("".join(f"{each} {{ color: red }}\n" for each in far))
    assert [said for said, _what in too_far(tmp_path / "far.css")] == list(far)


def test_no_part_of_a_document_stands_on_another_kind_of_page():
    """Only then may the press leave out looking for it (`planner.sheets.quick.name_of_another_page`)."""
    named = re.findall(r"^(.*?)\{[^}]*\bpage:", OURS.read_text(), re.MULTILINE)
    assert named and {each.split(".")[0].strip() for each in named} == {"html"}


# ---- What comes out ----

faces = FontConfiguration()
sheet = weasyprint.CSS(string=OURS.read_text(), url_fetcher=Bundled())
CLASSES = sorted(set(re.findall(r"\.([a-z][a-z-]*)", OURS.read_text())))
INNER = sorted(TAGS - {"html", "head", "title", "meta", "body"})

#: Attributes that a rule looks at in a place of its own, and any other.
SAID = [
    *(f'class="{word}"' for word in ("line", "field", "half", "half line", "hint", "head-who", "contacts", "many")),
    *('id="a"', 'id="b"', 'href="#a"', 'title="t"', 'lang="ja"', 'lang="de"', 'dir="rtl"', 'dir="ltr"'),
    *('type="checkbox"', 'type="text"', 'scope="row"', 'scope="col"', 'checked="checked"', 'start="2"', 'for="a"'),
]


def beginnings(dice: Random) -> list[tuple[str, str]]:
    """A few tags with attributes: of few, the same stand in many places."""
    tags = dice.choices([*INNER, *["td", "p", "span", "input"] * 8], k=3)
    said = dice.choices([*SAID * 3, *(f'class="{word}"' for word in CLASSES)], k=4)
    return [(tag, each) for tag in tags for each in ("", *said)]


def element(dice: Random, few: list[tuple[str, str]], depth: int) -> str:
    """An element with what it holds."""
    tag, said = dice.choice(few)
    inner = "".join(element(dice, few, depth - 1) for _ in range(dice.randrange(5) if depth else 0))
    return f"<{tag} {said}>{dice.choice(['', 'Aa'])}{inner}</{tag}>"


class Targets:
    def collect_anchor(self, name: str) -> None:
        pass


def page(body: str) -> _WellFormed:
    head = "<head><title>t</title></head>"
    return _WellFormed(f'<html lang="en" dir="ltr" class="letter size-12">{head}<body>{body}</body></html>', Bundled())


def styles(get, html) -> dict[Any, dict[str, Any]]:
    """Where an element stands, and which of its parts -> all that its style says."""
    style_for = get(html, [sheet], False, faces, CounterStyle(), None, [], [], Targets(), True)
    said = {}
    for place, element in enumerate(html.etree_element.iter()):
        for pseudo in PSEUDO:
            style = style_for(element, pseudo)
            said[place, element.tag, pseudo] = style and {
                name: style[name] for name in INITIAL_VALUES if name not in ("anchor", "page")
            }
    return said


@pytest.mark.parametrize(
    "body",
    [
        '<table class="contacts"><tr><td><span class="line"></span><span class="line"></span></td></tr></table>',
        '<div class="many"><span class="line"></span><span class="line"></span><b></b></div>',
        '<p lang="ja"><b>1</b></p><p lang="de"><b>2</b></p>',
        '<p><input type="checkbox"/><input type="checkbox" checked="checked"/></p>',
        '<div class="half">1</div><div class="half">2</div>',
        '<div class="callout"><div class="callout-text"><p>1</p><p>2</p></div></div>',
        '<div class="head-who">1</div><div class="head-who"></div><p class="hint">1</p><p class="hint"></p>',
        '<table><tr><td><b></b></td><td><input class="field"/></td></tr></table>',
    ],
)
def test_what_stands_in_another_place_has_its_own_style(body):
    html = page(body)
    kept = styles(KeptStyles().of_document, html)
    assert kept == styles(weasyprint.css.get_all_computed_styles, html)
    of_likes: dict[tuple[str, str | None], list[Any]] = {}
    for (_place, *what), style in kept.items():
        of_likes.setdefault(tuple(what), []).append(style)
    assert any(style != first for first, *others in of_likes.values() for style in others)


@given(st.randoms())
@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.generate))  # chance does not shrink
def test_whatever_was_set_before_an_element_has_its_own_style(dice):
    kept, few = KeptStyles(), beginnings(dice)
    for _ in range(3):
        html = page("".join(element(dice, few, 3) for _ in range(3)))
        assert styles(kept.of_document, html) == styles(weasyprint.css.get_all_computed_styles, html)


def test_an_element_that_a_link_leads_to_is_told_from_its_like():
    kept = KeptStyles()
    body = '<p id="a">A</p><p id="b">B</p><p>See <a href="#b">B</a>.</p>'
    html = page(body)
    style_for = kept.of_document(html, [sheet], False, faces, CounterStyle(), None, [], [], Targets(), True)
    paragraphs = list(html.etree_element.iter("p"))
    assert [style_for(each)["anchor"] for each in paragraphs] == [None, "b", None]
    assert style_for(paragraphs[0]) is style_for(paragraphs[2])
