"""The verbs of the trail are told in the language of the reader."""

from __future__ import annotations

import pytest
from django.utils.functional import lazystr
from django.utils.translation import get_language, override

from planner.practice import words


class InItsLanguage:
    """Words that name the language they are read in."""

    def __init__(self, text: str):
        self.text = text

    def __str__(self) -> str:
        return f"{self.text} ({get_language()})"


@pytest.fixture
def two_verbs(monkeypatch):
    monkeypatch.setattr(words, "_WORDS", {"viewed": InItsLanguage("seen"), "added": lazystr("put in")})
    words._words_in.cache_clear()
    yield
    words._words_in.cache_clear()


def test_each_language_has_its_own_words(two_verbs):
    for language in ("en", "es", "en"):
        with override(language):
            assert words.verbs() == [("added", "put in"), ("viewed", f"seen ({language})")]
            assert words.verb_words("viewed") == f"seen ({language})"


def test_a_verb_without_words_stands_for_itself(two_verbs):
    assert words.verb_words("unheard of") == "unheard of"
