"""Definitions: complete and honest, no item text of others, problems named by file and line."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from planner.library.packs import BadPack
from planner.progress import instruments
from planner.sheets import reading

VALIDATED = {
    "phq-9", "gad-7", "pcl-5", "core-10", "csi-4", "csi-16", "audit-c", "pacs", "bam-r", "goal-attainment",
}  # fmt: skip
OWN = {"distress", "craving", "trust", "felt-safety", "closeness", "confidence"}
SHIPPED = instruments.shipped()

SMALL = """\
slug: small
version: "1"
name: Small
about: A small measure.
direction: lower
answers: { min: 0, max: 2 }
items:
  - { n: 1, topic: one }
  - { n: 2, topic: two, reversed: true }
scoring: { method: sum, min: 0, max: 4 }
"""


def test_every_measure_that_should_ship_does():
    assert set(SHIPPED) == VALIDATED | OWN


def test_our_own_ratings_are_marked_as_not_validated_and_complete_in_both_languages():
    for slug in OWN:
        measure = SHIPPED[slug]
        assert not measure.validated
        assert set(measure.texts) == {"en", "es"}
        assert (measure.answers.min, measure.answers.max) == (0, 10)
        assert (measure.bands, measure.cuts, measure.change) == (None, (), None)
    assert all(SHIPPED[slug].validated for slug in VALIDATED)


def test_no_item_text_of_others_ships():
    """A topic is a word or a few of ours; only our own ratings carry a sheet."""
    for slug in VALIDATED:
        assert SHIPPED[slug].texts == {}
        assert all(len(item.topic.split()) <= 5 for item in SHIPPED[slug].items)


#: What clinical reference could not check is left out: (measure, what is empty).
EMPTY = [
    ("csi-4", "bands"), ("csi-4", "cuts"), ("csi-4", "change"), ("csi-4", "items"), ("csi-4", "answers"),
    ("csi-16", "change"), ("csi-16", "bands"), ("core-10", "change"), ("core-10", "items"), ("core-10", "recall_days"),
    ("audit-c", "change"), ("audit-c", "bands"), ("audit-c", "recall_days"), ("pacs", "change"), ("pacs", "bands"),
    ("bam-r", "change"), ("bam-r", "licence"), ("bam-r", "bands"), ("gad-7", "recall_days"),
    ("goal-attainment", "change"), ("pcl-5", "bands"),
    *((slug, "change") for slug in sorted(OWN)),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "name"), EMPTY)
def test_what_is_unverified_is_empty(slug, name):
    assert not getattr(SHIPPED[slug], name)


def test_the_range_of_the_csi_4_is_empty_as_long_as_it_is_unverified():
    assert (SHIPPED["csi-4"].scoring.min, SHIPPED["csi-4"].scoring.max) == (None, None)


def test_every_fact_names_its_source_and_its_mark():
    for measure in SHIPPED.values():
        for fact in filter(None, (measure.bands, measure.change, measure.licence, *measure.cuts)):
            assert fact.source and fact.mark in ("primary", "secondary")
        if measure.subscales:
            assert measure.subscales_source and measure.subscales_mark


def test_risk_items_are_known():
    assert [item.n for item in SHIPPED["phq-9"].risk_items] == [9]
    assert SHIPPED["core-10"].risk_by_hand
    asking = {slug for slug, measure in SHIPPED.items() if measure.risk_items or measure.risk_by_hand}
    assert asking == {"phq-9", "core-10"}


def test_directions():
    higher = {slug for slug, measure in SHIPPED.items() if measure.direction == "higher"}
    assert higher == {"csi-4", "csi-16", "goal-attainment", "trust", "felt-safety", "closeness", "confidence"}
    assert SHIPPED["bam-r"].direction == "none"


@pytest.mark.parametrize("slug", sorted(OWN))
@pytest.mark.parametrize("language", ["en", "es"])
def test_our_own_sheets_read_easily(slug, language):
    sheet = SHIPPED[slug].texts[language]
    words = [sheet.purpose, sheet.note, *(text.ask for text in sheet.items)]
    grade = reading.grade(words, language)
    assert grade is None or grade.worst <= 6.9


WRONG = [
    ("slug: small\n", "slug: Small Things\n", 1, "slug"),
    ("direction: lower", "direction: down", 5, "direction"),
    ("about: A small measure.", "about: A small measure.\ncolour: red", 5, "unknown key"),
    ("{ n: 2, topic: two, reversed: true }", "{ n: 1, topic: two }", 1, "same number"),
    ("max: 4 }", "max: 5 }", 1, "do not add up"),
    ("{ n: 1, topic: one }", "{ n: 1 }", 8, "topic"),
    ("method: sum", "method: guess", 10, "method"),
    ("answers: { min: 0, max: 2 }", "answers: { min: 2, max: 0 }", 6, "above min"),
]


@pytest.mark.parametrize(("good", "bad", "line", "said"), WRONG)
def test_a_problem_is_named_by_file_and_line(good, bad, line, said):
    assert good in SMALL
    with pytest.raises(BadPack) as caught:
        instruments.read(SMALL.replace(good, bad), "small.yaml")
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == ("small.yaml", line)
    assert said in problem.message


def test_a_sheet_asks_every_item_with_its_answers():
    sheet = """\
texts:
  en:
    title: Small
    discreet_title: Mine
    purpose: Why.
    items:
      - { n: 1, ask: "One?", answers: [no, somewhat] }
"""
    with pytest.raises(BadPack, match="ask every item once"):
        instruments.read(SMALL + sheet, "small.yaml")
    with pytest.raises(BadPack, match="a word for each answer"):
        more = '      - { n: 2, ask: "Two?", answers: [no, somewhat, yes] }\n'
        instruments.read(SMALL + sheet + more, "small.yaml")


def test_the_schema_tells_what_a_file_may_hold():
    schema = instruments.json_schema()
    assert schema["additionalProperties"] is False
    assert {"slug", "version", "direction", "scoring"} <= set(schema["required"])


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
WORDS = st.text(max_size=12)


@given(st.recursive(PLAIN, lambda one: st.lists(one, max_size=4) | st.dictionaries(WORDS, one, max_size=4)))
def test_any_file_is_read_or_refused_with_a_sentence(content):
    with pytest.raises(BadPack) as caught:
        instruments.read(yaml.safe_dump(content), "wild.yaml")
    assert all(problem.message for problem in caught.value.problems)
