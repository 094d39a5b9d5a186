import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.sheets.options import Options

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
)


def test_the_person_goes_over_the_practice_and_the_choice_over_both():
    practice = {"paper": "a4", "size": 14, "discreet": True}
    person = {"size": 18}
    assert Options.chosen(practice, person, fill="lines") == Options(
        paper="a4", size=18, fill="lines", discreet=True, name="full", greyscale=False
    )


def test_nothing_chosen_leaves_what_was_remembered():
    assert Options.chosen({"size": 24}, None, size=None, paper=None).size == 24


@pytest.mark.parametrize(
    "broken",
    [
        {"size": 13},
        {"size": True},
        {"paper": "A4 "},
        {"fill": None},
        {"discreet": "yes"},
        {"greyscale": 1},
        {"name": 7},
        {"x": 1},
    ],
)
def test_values_that_no_option_has_fall_back(broken):
    assert Options.from_json(broken) == Options()


def test_a_size_out_of_a_form_is_text():
    assert Options.from_json({"size": "18"}).size == 18


def test_defaults_stand_in():
    assert Options.from_json({"size": 99}, size=14, paper="a4") == Options(paper="a4", size=14)


@given(st.dictionaries(st.sampled_from(["paper", "size", "fill", "discreet", "name", "greyscale", "other"]), ANYTHING))
def test_whatever_was_remembered_gives_options_that_come_back(data):
    options = Options.from_json(data)
    assert Options.from_json(options.as_json()) == options


def test_eighteen_points_is_large_print():
    assert [Options(size=size).large for size in (12, 14, 18, 24)] == [False, False, True, True]
