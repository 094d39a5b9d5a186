"""How hard a text is to read: the words that are counted, and what counts as a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.sheets import reading
from planner.sheets.syllables import syllables

#: Counted by hand.
SAID = {
    1: "the if asked makes breathe whole home's can't hours phones loved tried called",
    2: "people little being doing didn't isn't feeling needed wishes something somehow safety homework trusted open "
    "quiet table lying client places trial careful statement sometimes tired worries",
    3: "idea family together agreement another camera reaction anyone area remember creating recover medicine",
    4: "recovery voluntary information medication situation reality",
}


@pytest.mark.parametrize(("count", "word"), [(count, word) for count, words in SAID.items() for word in words.split()])
def test_syllables(count, word):
    assert syllables(word) == count


def test_joined_words_and_figures():
    assert (syllables("check-in"), syllables("well-being"), syllables("20"), syllables("Can’t")) == (2, 3, 2, 1)


def test_what_counts_as_a_sentence():
    texts = [
        reading.Label("A title that is quite long and stands alone"),
        "What did you see or hear",  # a prompt without its mark
        "Sit down at noon. Then swap. Put your phones far away!",
        "A line that is wrapped\nwithin its paragraph goes on.",
        "- One thing on a list\n- Another thing on the list",
        "far apart",
    ]
    assert [" ".join(words) for words in reading.sentences(texts)] == [
        "What did you see or hear", "Sit down at noon", "Put your phones far away",
        "A line that is wrapped within its paragraph goes on", "One thing on a list", "Another thing on the list",
    ]  # fmt: skip


def test_the_formulas():
    """20 words in 2 sentences, 27 syllables, 2 words of three: 0.39 x 10 + 11.8 x 1.35 - 15.59 = 4.24."""
    text = "People remember the table where we sat down to eat. Another day came and they had no little walk then."
    found = reading.grade([text])
    assert (found.words, found.minutes) == (20, 1)
    assert (found.kincaid, found.smog) == (4.2, 8.8)


def test_no_grade_below_the_first_and_none_for_too_little():
    assert reading.grade(["Go to the big red door. "] * 10).kincaid == reading.LOWEST
    assert reading.grade(["Go to the big red door."]) is None
    assert reading.grade(["Vete a la puerta roja ahora."] * 10, "es") is None


def test_labels_make_no_text_easier_and_count_for_the_time():
    hard = ["The organisation of responsibilities necessitates considerable deliberation among participants. "] * 5
    labels = [reading.Label("A short and easy name of it")] * 40
    alone, together = reading.grade(hard), reading.grade([*hard, *labels])
    assert (alone.kincaid, alone.smog) == (together.kincaid, together.smog)
    assert together.minutes > alone.minutes


@given(st.text(max_size=200))
def test_any_text_is_measured(text):
    reading.grade([text] * 20)
    assert all(syllables(word) >= 1 for words in reading.sentences([text]) for word in words)
