"""Every word of a shipped definition that a page shows stands in the list that translators see."""

from __future__ import annotations

from planner.progress import words
from planner.progress.instruments import shipped

SAID = {text for name, value in vars(words).items() if name.isupper() for text in value}


def shown(measure):
    yield measure.about
    yield from (item.topic for item in measure.items)
    yield from (cut.means for cut in measure.cuts)
    yield from (part.name for part in measure.subscales)
    yield from filter(None, measure.bands.words if measure.bands else ())
    yield from filter(None, (measure.notes, measure.risk_by_hand, measure.licence and measure.licence.text))


def test_every_word_of_a_definition_can_be_translated():
    missing = {text for measure in shipped().values() for text in shown(measure)} - SAID
    assert missing == set()


def test_the_names_of_our_own_ratings_can_be_translated():
    assert {measure.name for measure in shipped().values() if not measure.validated} <= SAID
