import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.sheets.blocks import (
    KINDS,
    BadBlock,
    blocks_for,
    dump_block,
    parse_block,
    parse_blocks,
    read_answers,
    with_names,
)
from planner.sheets.specimen import EVERY_BLOCK

LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30).filter(str.strip)
IDS = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
TAGS = st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), max_size=2)


def some(kind: str, /, **parts: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A block of this kind with these parts, sometimes with an audience and people it is for."""
    optional = {"for": TAGS}
    if "label" in parts and "id" in parts:
        optional |= {"help": LINE, "audience": st.sampled_from(["case", "person"])}
    return st.fixed_dictionaries(parts, optional=optional).map(lambda body: {kind: body})


OPTIONS = st.lists(LINE, min_size=2, max_size=5, unique_by=str.strip)
WILD_BLOCK = st.one_of(
    some("text", text=LINE),
    some("steps", items=st.lists(LINE, min_size=1, max_size=4)),
    some("callout", text=LINE, kind=st.sampled_from(["tip", "caution", "pause", "example"])),
    some("short", id=IDS, label=LINE, example=LINE),
    some("lines", id=IDS, label=LINE, lines=st.integers(2, 30)),
    some("date", id=IDS, label=LINE),
    some("number", id=IDS, label=LINE, unit=LINE),
    some("scale", id=IDS, label=LINE, low=LINE, high=LINE, to=st.integers(3, 10)),
    some("choice", id=IDS, label=LINE, options=OPTIONS),
    some("checklist", id=IDS, label=LINE, options=OPTIONS, own_line=st.booleans()),
    some("table", id=IDS, label=LINE, columns=st.lists(LINE, min_size=2, max_size=4), rows=st.integers(1, 5)),
    some(
        "week_grid",
        id=IDS,
        label=LINE,
        rows=st.lists(LINE, min_size=1, max_size=3),
        mark=st.sampled_from(["tick", "note"]),
    ),
    some("if_then", id=IDS, label=LINE, rows=st.integers(1, 4), example=LINE),
    some("contacts", id=IDS, label=LINE, rows=st.integers(1, 4)),
    some("terms", id=IDS, label=LINE, own_rows=st.integers(1, 3)),
    some("card", id=IDS, title=LINE, lines=st.lists(LINE, min_size=1, max_size=3), blanks=st.lists(LINE, max_size=2)),
    some("signature", id=IDS, label=LINE, roles=st.lists(LINE, min_size=1, max_size=3)),
    some("space", label=LINE, height=st.integers(20, 200)),
)


def one(kind: str, /, **parts: Any):
    return parse_block({kind: {"id": "it", "label": "What?", **parts}})


def test_every_kind_is_among_the_examples():
    assert {next(iter(raw)) for raw in EVERY_BLOCK} == set(KINDS)


@given(WILD_BLOCK)
def test_a_block_comes_back_as_it_went(raw):
    block = parse_block(raw)
    assert parse_block(dump_block(block)) == block


@given(WILD_BLOCK)
def test_field_names_differ_and_every_field_says_what_it_is(raw):
    fields = parse_block(raw).fields()
    assert len({field.name for field in fields}) == len(fields)
    assert all(field.label.strip() for field in fields)


@given(WILD_BLOCK, st.data())
def test_whatever_stands_in_the_fields_is_read(raw, data):
    block = parse_block(raw)
    values = {field.name: data.draw(st.none() | st.text(max_size=10) | st.booleans()) for field in block.fields()}
    block.read(values)


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    )
)
def test_what_is_no_block_is_refused_in_a_sentence(raw):
    with pytest.raises(BadBlock):
        parse_blocks([raw])


@pytest.mark.parametrize(
    ("raw", "path", "problem"),
    [
        ({"shrot": {}}, (0,), "unknown block 'shrot'"),
        ({"short": {"id": "a", "label": "A", "lable": "B"}}, (0, "short", "lable"), "unknown key 'lable'"),
        ({"short": {"id": "A", "label": "A"}}, (0, "short", "id"), "match pattern"),
        ({"lines": {"id": "a", "label": "A", "lines": 31}}, (0, "lines", "lines"), "less than or equal to 30"),
        ({"choice": {"id": "a", "label": "A", "options": ["x", "x"]}}, (0, "choice", "options"), "must be different"),
        (
            {"table": {"id": "a", "label": "A", "columns": ["x", "y"], "example": ["x"]}},
            (0, "table"),
            "one text for each",
        ),
        ({"terms": {"id": "a", "label": "A"}}, (0, "terms"), "at least one term"),
        ({"card": {"lines": ["x" * 61]}}, (0, "card"), "at most 60 letters"),
        ({"scale": 7}, (0, "scale"), "expected a mapping"),
        ("short", (0,), "expected one key"),
    ],
)
def test_a_bad_block_says_where_and_what(raw, path, problem):
    with pytest.raises(BadBlock) as caught:
        parse_blocks([raw])
    assert caught.value.path == path
    assert problem in caught.value.problem


def test_an_id_may_stand_twice_only_for_different_people():
    first = {"short": {"id": "hard", "label": "One?", "for": ["partner"]}}
    second = {"short": {"id": "hard", "label": "Two?", "for": ["child"]}}
    assert len(parse_blocks([first, second])) == 2
    with pytest.raises(BadBlock, match="used by another block"):
        parse_blocks([first, {"short": {"id": "hard", "label": "Two?"}}])
    with pytest.raises(BadBlock, match="another kind"):
        parse_blocks([first, {"date": {"id": "hard", "label": "Two?", "for": ["child"]}}])


def test_each_reader_gets_the_own_wording_and_nobody_a_hole():
    blocks = parse_blocks(
        [
            {"lines": {"id": "hard", "label": "For the partner?", "for": ["partner"]}},
            {"lines": {"id": "hard", "label": "For the child?", "for": ["child"]}},
            {"text": {"text": "Only for a child.", "for": ["child"]}},
            {"short": {"id": "end", "label": "For all?"}},
        ]
    )

    def said(tags):
        return [getattr(block, "label", None) or block.text for block in blocks_for(blocks, tags)]

    assert said({"partner"}) == ["For the partner?", "For all?"]
    assert said({"child"}) == ["For the child?", "Only for a child.", "For all?"]
    assert said({"caregiver"}) == ["For the partner?", "For all?"]
    assert said(None) == ["For the partner?", "Only for a child.", "For all?"]


def test_the_words_that_are_meant_most_for_a_reader_win():
    """The earlier a tag stands in `for`, the more the words are meant for it."""
    blocks = parse_blocks(
        [
            {"lines": {"id": "hurt", "label": "What was done to you?", "for": ["injured", "partner"]}},
            {"lines": {"id": "hurt", "label": "What did you do?", "for": ["injuring", "person-in-recovery"]}},
        ]
    )

    def asked(*tags):
        return [block.label for block in blocks_for(blocks, tags)]

    assert asked("partner") == asked("partner", "injured") == ["What was done to you?"]
    assert asked("person-in-recovery", "injured") == ["What was done to you?"]
    assert asked("partner", "injuring") == asked("person-in-recovery") == ["What did you do?"]
    assert asked("caregiver") == ["What was done to you?"]  # nobody gets a sheet with a hole


def test_a_reader_with_two_tags_gets_one_of_two_cards_with_the_same_blanks():
    """Two copies of one field on a page would take one another's answer."""
    cards = [
        {"card": {"id": "kind", "lines": [f"For the {tag}."], "blanks": ["I call"], "for": [tag]}}
        for tag in ("partner", "child")
    ]
    blocks = parse_blocks(cards)

    def said(tags):
        return [line for block in blocks_for(blocks, tags) for line in block.lines]

    assert said({"partner", "child"}) == ["For the partner."]
    assert said({"child"}) == ["For the child."]
    assert said({"caregiver"}) == ["For the partner."]
    assert said(None) == ["For the partner."]


def test_dates_and_numbers_are_read_as_such_or_kept_as_written():
    assert one("date").read({"it": "2026-11-26"}) == datetime.date(2026, 11, 26)
    assert one("date").read({"it": "next Thursday"}) == "next Thursday"
    assert one("date").read({}) is None
    assert one("number").read({"it": "2,5"}) == 2.5
    assert one("number").read({"it": "nan"}) == "nan"
    assert one("number").read({"it": "a lot"}) == "a lot"


def test_one_tick_is_an_answer_and_two_are_shown():
    scale = one("scale", low="low", high="high")
    assert scale.read({"it-3": "/on"}) == 3
    assert scale.read({"it-3": "on", "it-7": "Yes", "it-4": "/Off"}) == [3, 7]
    assert scale.read({}) is None
    assert one("choice", options=["a", "b"]).read({"it-2": True}) == "b"


@pytest.mark.parametrize(("number", "columns"), [(3, 3), (4, 2), (5, 3), (6, 3)])
def test_no_option_stands_alone_beside_room_for_it(number, columns):
    block = one("choice", options=[f"Option {n}" for n in range(number)])
    assert block.columns_wide == columns


def test_a_checklist_takes_an_own_line():
    block = one("checklist", options=["a", "b"], own_line=True)
    assert block.read({"it-1": "on", "it-own": " mine "}) == ["a", "mine"]


def test_rows_that_were_left_empty_do_not_count():
    block = one("table", columns=["x", "y"], rows=3)
    assert block.read({"it-2-1": "here"}) == [["here", ""]]
    named = one("table", columns=["x", "y"], rows=["Morning", "Evening"])
    assert named.read({"it-2-2": "there"}) == [["", ""], ["", "there"]]


def test_a_week_is_read_by_row_and_day():
    block = one("week_grid", rows=["I paused", "I came back"])
    assert block.read({"it-1-mon": "on", "it-2-sun": "on"}) == {"I paused": {"mon": True}, "I came back": {"sun": True}}


def test_a_term_of_a_joint_sheet_is_agreed_when_everyone_ticked():
    block = one("terms", terms=[{"text": "We talk."}], own_rows=1)
    assert block.read({"it-1-yes": "on", "it-1-yes-2": "on"})[0]["agreed"] is True
    assert block.read({"it-1-yes": "on", "it-1-yes-2": "Off"})[0]["agreed"] is False
    assert block.read({"it-2-term": "Mine.", "it-2-yes": "on", "it-2-exception": "on trips"})[1] == {
        "text": "Mine.",
        "agreed": True,
        "exception": "on trips",
    }


def test_a_term_that_is_its_writer_s_own_asks_nobody_for_a_yes():
    block = one("terms", terms=[], own_rows=1, each_own=True)
    assert [spec.name for spec in block.fields()] == ["it-1-term", "it-1-exception"]
    assert block.items(("Maya", "Ruben"))[0].agree == ()
    assert block.read({"it-1-term": "Maya goes to bed at ten.", "it-1-yes-2": "Off"})[0]["agreed"] is True


def test_a_term_that_always_holds_asks_nobody_for_a_yes():
    block = one("terms", terms=[{"text": "We talk."}, {"text": "Each may leave.", "always": True}])
    assert [spec.name for spec in block.fields()] == ["it-1-yes", "it-1-exception"]
    assert [term["agreed"] for term in block.read({})] == [False, True]


def test_people_of_a_joint_sheet_stand_by_name():
    blocks = with_names(parse_blocks(EVERY_BLOCK), ("Maya", "Ruben"))
    named = {block.id: block for block in blocks if getattr(block, "id", "") in ("named", "signed")}
    assert named["named"].columns == ("Maya", "Ruben")
    assert named["signed"].roles == ("Maya", "Ruben")
    assert [field.name for field in named["signed"].fields()] == [
        "signed-1-name",
        "signed-1-date",
        "signed-2-name",
        "signed-2-date",
    ]


def test_answers_are_gathered_by_block():
    blocks = parse_blocks([{"text": "Prose."}, {"short": {"id": "a", "label": "A?"}}])
    assert read_answers(blocks, {"a": "yes"}) == {"a": "yes"}
