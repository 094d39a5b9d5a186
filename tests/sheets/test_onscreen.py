"""A sheet on screen: the same blocks, values in, answers out."""

import re

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.sheets import onscreen
from planner.sheets.blocks import blocks_for, parse_blocks, read_answers
from planner.sheets.specimen import EVERY_BLOCK

BLOCKS = parse_blocks(EVERY_BLOCK)
JOINT = ("Maya", "Ruben")


def html(filling):
    return render_to_string("sheets/_fill.html", {"filling": filling})


def controls(page):
    return re.findall(r"<(?:input|textarea)\b[^>]*>", page)


def typed(number, spec):
    if spec.kind == "check":
        return "on"
    return {"date": "2026-11-26", "number": "7"}.get(spec.kind, f"Zoë 北 שלום {number}")


def everything(names=()):
    """A value for every field; one tick where one is asked."""
    values = {spec.name: typed(n, spec) for n, spec in enumerate(onscreen.fields(BLOCKS, names))}
    return {name: text for name, text in values.items() if not re.match(r"(close|fits)-(?!3$)", name)}


@pytest.mark.parametrize("names", [(), JOINT])
def test_every_field_stands_on_the_page_once_and_is_read_again(names):
    page = html(onscreen.Filling(BLOCKS, names=names))
    shown = {re.search(r' name="([^"]+)"', tag)[1] for tag in controls(page)}
    known = {"signed-1-name", "signed-2-name"} if names else set()  # the names of a joint sheet stand there as text
    assert len(shown) == len(controls(page))
    assert shown == {spec.name for spec in onscreen.fields(BLOCKS, names)} - known
    values = everything(names)
    filled = onscreen.read(BLOCKS, values, names=names)
    assert (filled.values, filled.problems) == (values, {})
    assert filled.answers == read_answers(BLOCKS, values)


def test_what_was_filled_in_stands_in_its_field():
    values = everything()
    page = html(onscreen.Filling(BLOCKS, values=values))
    again = {}
    for tag, text in re.findall(r"(<(?:input|textarea)\b[^>]*>)([^<]*)", page):
        name = re.search(r' name="([^"]+)"', tag)[1]
        if 'type="checkbox"' in tag:
            again |= {name: "on"} if " checked" in tag else {}
        else:
            again[name] = text if tag.startswith("<textarea") else re.search(r' value="([^"]*)"', tag)[1]
    assert again == values


def test_every_control_says_what_it_is():
    page = html(onscreen.Filling(BLOCKS, names=JOINT))
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    assert [
        tag
        for tag in controls(page)
        if "aria-label=" not in tag and re.search(r' id="([^"]+)"', tag)[1] not in labelled
    ] == []


def test_a_role_gets_its_own_blocks_alone():
    raw = [
        {"lines": {"id": "hard", "label": "For you", "for": ["partner"]}},
        {"short": {"id": "own", "label": "Yours alone", "for": ["person-in-recovery"]}},
    ]
    mine = blocks_for(parse_blocks([*raw, {"short": {"id": "both", "label": "Both"}}]), {"partner"})
    filled = onscreen.read(mine, {"hard": "a", "both": "b", "smuggled": "c", "version": "9"})
    assert filled.values == {"hard": "a", "both": "b"}


def test_problems_stand_beside_their_fields_and_nothing_is_lost():
    raw = [
        {"scale": {"id": "close", "label": "Close?", "low": "far", "high": "near"}},
        {"number": {"id": "times", "label": "How often?", "min": 0, "max": 7}},
        {"number": {"id": "minutes", "label": "Minutes?"}},
        {"short": {"id": "word", "label": "Word?"}},
    ]
    blocks = parse_blocks(raw)
    data = {"close-2": "on", "close-5": "on", "times": "9", "minutes": "a few", "word": "x" * 401}
    filled = onscreen.read(blocks, data)
    assert set(filled.problems) == {"close-5", "times", "minutes", "word"}
    assert filled.values == data
    page = html(onscreen.Filling(blocks, values=filled.values, problems=filled.problems, prefix="s1-"))
    for name in filled.problems:
        assert f'id="s1-{name}-problem"' in page and f'aria-describedby="s1-{name}-problem"' in page
        assert f'href="#s1-{name}"' in page
    assert "a few" in page and "This is more than 7." in page


def test_a_date_in_words_stays_as_it_was_written():
    block = parse_blocks([{"date": {"id": "day", "label": "When?"}}])
    assert 'type="date"' in html(onscreen.Filling(block, values={"day": "2026-11-26"}))
    page = html(onscreen.Filling(block, values={"day": "when it rains"}))
    assert 'type="date"' not in page and "when it rains" in page


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([spec.name for spec in onscreen.fields(BLOCKS)]), st.text(max_size=60)))
def test_whatever_is_typed_is_kept_clean_and_reads_the_same_twice(data):
    once = onscreen.read(BLOCKS, data)
    assert onscreen.read(BLOCKS, once.values) == once
    page = html(onscreen.Filling(BLOCKS, values=once.values, problems=once.problems))
    assert "\x00" not in page and len(controls(page)) == len(onscreen.fields(BLOCKS))
