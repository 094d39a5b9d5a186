"""The SMART check, as tables: what it says, and when it is silent."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.library import packs
from planner.library.actions import FIRST_PACK
from planner.plans import sentences
from planner.plans.smart import Facts, check

TODAY = datetime.date(2026, 11, 26)
GOOD = Facts(
    text="Maya writes three lines in the evening.", who="Maya", how_often="four evenings a week",
    measure="lines in the book", baseline="0 evenings", target="4 evenings", due=datetime.date(2027, 1, 31),
    baseline_on=TODAY,
)  # fmt: skip


def test_nothing_is_said_of_an_objective_that_can_be_followed():
    assert check(GOOD, TODAY) == []


TABLE = [
    ({"text": ""}, "S", "text", "Write what is done."),
    ({"who": ""}, "S", "who", "Who does it?"),
    ({"text": "Maya writes. Ruben reads."}, "S", "text", "This may be more than one behaviour."),
    ({"text": "Maya writes and reads and walks and rests."}, "S", "text", "This may be more than one behaviour."),
    ({"text": "Maya sits down and then she writes."}, "S", "text", "This may be more than one behaviour."),
    ({"text": "Maya feels better", "measure": "", "target": "good"}, "S", "text", "Hard to see from outside"),
    ({"measure": ""}, "M", "measure", "How will you know?"),
    ({"baseline": ""}, "M", "baseline", "Where does it stand now?"),
    ({"target": ""}, "M", "target", "What is enough?"),
    ({"target": "0 Evenings"}, "A", "target", "Start and target are the same."),
    ({"how_often": "", "target": "most evenings"}, "R", "how_often", "How often?"),
    ({"due": None}, "T", "due", "By when?"),
    ({"due": datetime.date(2026, 11, 25), "baseline_on": None}, "T", "due", "This day is past."),
    (
        {"due": datetime.date(2026, 12, 1), "baseline_on": datetime.date(2026, 12, 2)},
        "T",
        "due",
        "The target lies before",
    ),
]


@pytest.mark.parametrize(("change", "letter", "field", "says"), TABLE)
def test_what_is_open_is_said_once_with_its_reason(change, letter, field, says):
    found = [one for one in check(replace(GOOD, **change), TODAY) if one.says.startswith(says)]
    assert [(one.letter, one.field) for one in found] == [(letter, field)]
    assert found[0].why


SILENT = [
    {
        "text": "Each of Maya and Ruben calls a pause and comes back, as shown by notes of leaving and of coming back.",
        "who": "Each of Maya and Ruben",
        "measure": "notes of leaving and of coming back",
    },
    {"text": "Maya and Ruben sit down and talk for ten minutes."},
    {"text": "Maya goes to bed by 11 p.m., four nights a week."},
    {"text": "Maya feels calmer", "measure": "PHQ-9"},
    {"how_often": "", "target": "4 evenings"},
    {"due": TODAY},
]


@pytest.mark.parametrize("change", SILENT)
def test_it_does_not_nag(change):
    assert check(replace(GOOD, **change), TODAY) == []


@given(st.text(), st.text(), st.text(), st.none() | st.dates(), st.none() | st.dates())
def test_it_says_something_sensible_of_any_text(text, target, measure, due, start):
    said = check(Facts(text=text, target=target, measure=measure, due=due, baseline_on=start), TODAY)
    assert {one.letter for one in said} <= set("SMART")
    assert all(one.says and one.why and hasattr(GOOD, one.field) for one in said)


FILLED = {
    "who": "each of Maya and Ruben", "what": "ten minutes at the table", "how often": "once a week", "how many": "3",
    "by when": "24 February 2027", "measured how": "own notes", "start": "2", "target": "6",
}  # fmt: skip


def test_the_bank_s_own_words_stand_up_to_the_check():
    """What the house proposes, it does not send back: each objective of the bank, filled in, is one thing to do."""
    sent_back = []
    for statement in packs.read_pack(FIRST_PACK).statements:
        for objective in statement.objectives:
            given = {**FILLED, "measured how": objective.measured or FILLED["measured how"]}
            said = Facts(
                sentences.filled(objective.text, given), given["who"], given["how often"], given["measured how"],
                "2", "6", datetime.date(2027, 2, 24), TODAY,
            )  # fmt: skip
            sent_back += [(statement.slug, objective.text, one.says) for one in check(said, TODAY)]
    assert sent_back == []
