"""The formats of a note: an arrangement of named texts that loses none."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.practice.models import NoteFormat
from planner.sessions import note_formats

TEXTS = st.dictionaries(st.sampled_from(sorted(note_formats.PARTS)), st.text(max_size=40))
FORMAT = st.sampled_from(NoteFormat.values)


@pytest.mark.parametrize("format", NoteFormat.values)
def test_every_format_has_one_place_for_every_text(format):
    named = Counter(part for section in note_formats.FORMATS[format] for part in section.parts)
    assert named == Counter(list(note_formats.PARTS))


@given(FORMAT, TEXTS)
def test_each_text_stands_once_and_unchanged(format, parts):
    shown = [(field.part, field.text) for section in note_formats.lay(format, parts) for field in section.fields]
    assert Counter(shown) == Counter(
        [*((name, text) for name, text in parts.items() if text or name in note_formats.leads(format))]
        + [(name, "") for name in note_formats.leads(format) if name not in parts]
    )


@given(TEXTS, st.lists(FORMAT, min_size=1, max_size=6))
def test_through_any_formats_and_back_is_the_same_note(parts, way):
    kept = {name: text for name, text in parts.items() if text}
    for format in way:  # what a page would send back, field by field
        kept = {f.part: f.text for laid in note_formats.lay(format, kept) for f in laid.fields if f.text}
    assert kept == {name: text for name, text in parts.items() if text}


def test_a_text_from_another_format_says_what_it_is():
    data, assessment, plan = note_formats.lay("dap", {"told": "They talked.", "response": "Calmer.", "plan": "Go on."})
    assert [(field.part, field.guest) for field in data.fields] == [("told", ""), ("response", "Response")]
    assert data.text == "They talked.\n\nResponse: Calmer."
    assert (assessment.text, plan.text) == ("", "Go on.")


def test_the_headings_are_those_of_the_field():
    assert {name: [str(section.label) for section in sections] for name, sections in note_formats.FORMATS.items()} == {
        "dap": ["Data", "Assessment", "Plan"],
        "soap": ["Subjective", "Objective", "Assessment", "Plan"],
        "birp": ["Behaviour", "Intervention", "Response", "Plan"],
        "girp": ["Goal", "Intervention", "Response", "Plan"],
        "narrative": ["Narrative"],
    }
