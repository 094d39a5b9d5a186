"""Scores against published and hand-worked examples; reversed and missing items; bands and change."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.progress import goal_attainment, scoring
from planner.progress.instruments import Measure, get, shipped
from planner.progress.scoring import Impossible, band_of, difference, score_items


def answers(*values):
    return dict(enumerate(values, 1))


def test_phq_9_the_example_of_the_personal_health_record_guide():
    """HL7 "Personal Health Record Format" implementation guide, examples QuestionnaireResponse-ScoredAssessment-PHQ9
    (answers 0 0 1 1 1 0 0 0 0) and Observation-PHR-ScoredAssessment-PHQ9 (total score 3)."""
    scored = score_items(get("phq-9"), answers(0, 0, 1, 1, 1, 0, 0, 0, 0))
    assert (scored.score, scored.complete, scored.risk) == (3, True, ())


def test_phq_9_the_example_of_the_german_core_data_set():
    """Medizininformatik-Initiative, module PROMs: mii-exa-pro-phq-9-response (nine answers "nearly every day") and
    mii-exa-pro-phq-9-observation (total score 27)."""
    scored = score_items(get("phq-9"), answers(*[3] * 9))
    assert (scored.score, scored.risk) == (27, (9,))


def test_gad_7_the_example_of_the_personal_health_record_guide():
    """HL7 "Personal Health Record Format" implementation guide, examples QuestionnaireResponse-ScoredAssessment-GAD7
    (answers 0 0 1 1 0 1 0) and Observation-PHR-ScoredAssessment-GAD7 (total score 3)."""
    assert score_items(get("gad-7"), answers(0, 0, 1, 1, 0, 1, 0)).score == 3


def test_pcl_5_by_hand():
    """By hand, after the scoring rule of the PCL-5 page of the US Department of Veterans Affairs (the sum of twenty
    answers from 0 to 4): five each of 0, 1, 2, 3 come to 0 + 5 + 10 + 15 = 30; all at 4 come to 80."""
    assert score_items(get("pcl-5"), answers(*[0, 1, 2, 3] * 5)).score == 30
    assert score_items(get("pcl-5"), answers(*[4] * 20)).score == 80


def test_audit_c_by_hand():
    """By hand, after Bush and others 1998 (three answers from 0 to 4, added): 3 + 1 + 2 = 6, all at 4 come to 12."""
    assert score_items(get("audit-c"), answers(3, 1, 2)).score == 6
    assert score_items(get("audit-c"), answers(4, 4, 4)).score == 12


def test_pacs_by_hand():
    """By hand, after Flannery and others 1999, PhenX protocol 511702 (five answers from 0 to 6, added):
    2 + 3 + 1 + 4 + 5 = 15; all at 6 come to 30."""
    assert score_items(get("pacs"), answers(2, 3, 1, 4, 5)).score == 15
    assert score_items(get("pacs"), answers(*[6] * 5)).score == 30


def test_bam_r_subscales_by_hand():
    """By hand, after the scoring of the Brief Addiction Monitor (Use: items 4 to 6; Risk: 1, 2, 3, 8, 11, 15;
    Protective: 9, 10, 12, 13, 14, 16): each item answered with its number's last digit modulo 5."""
    given_answers = {n: n % 5 for n in get("bam-r").numbers}
    scored = score_items(get("bam-r"), given_answers)
    use, risk, protective = 4 + 0 + 1, 1 + 2 + 3 + 3 + 1 + 0, 4 + 0 + 2 + 3 + 4 + 1
    assert scored.subscales == {"use": use, "risk": risk, "protective": protective}
    assert scored.score is None and scored.complete


@pytest.mark.parametrize("slug", ["distress", "craving", "trust", "felt-safety", "closeness", "confidence"])
def test_a_single_rating_is_its_answer(slug):
    assert [score_items(get(slug), {1: answer}).score for answer in (0, 7, 10)] == [0, 7, 10]


def reversing(method="sum") -> Measure:
    return Measure.model_validate(
        {
            "slug": "turned", "version": "1", "name": "Turned", "about": "One item is turned.", "direction": "lower",
            "answers": {"min": 1, "max": 5},
            "items": [{"n": 1, "topic": "a"}, {"n": 2, "topic": "b", "reversed": True}, {"n": 3, "topic": "c"}],
            "scoring": {"method": method},
        }
    )  # fmt: skip


def test_a_reversed_item_counts_from_the_other_end():
    """By hand: answers 2, 5, 4 with the second reversed on 1 to 5 are 2 + (1 + 5 - 5) + 4 = 7; their mean is 7 / 3."""
    assert score_items(reversing(), answers(2, 5, 4)).score == 7
    assert score_items(reversing("mean"), answers(2, 5, 4)).score == pytest.approx(7 / 3)


def test_a_missing_answer_leaves_the_score_out_and_is_never_filled_in():
    scored = score_items(get("phq-9"), answers(3, 3, 3, 3, 3, 3, 3, 3, None))
    assert (scored.score, scored.complete, scored.missing) == (None, False, (9,))


def test_a_missing_answer_leaves_out_its_own_subscale_alone():
    given_answers = {n: 1 for n in get("bam-r").numbers if n != 4}
    scored = score_items(get("bam-r"), given_answers)
    assert scored.subscales == {"risk": 6, "protective": 6}
    assert scored.missing == (4,)


def test_a_risk_answer_asks_even_where_others_are_missing():
    assert score_items(get("phq-9"), {9: 1}).risk == (9,)
    assert score_items(get("phq-9"), {9: 0}).risk == ()


@pytest.mark.parametrize("wrong", [{1: 4}, {1: -1}, {10: 0}, {1: 1.5}, {1: math.nan}, {1: math.inf}])
def test_an_impossible_answer_is_refused(wrong):
    with pytest.raises(Impossible):
        score_items(get("phq-9"), wrong)


def test_a_score_is_held_against_its_range():
    assert scoring.check_score(get("phq-9"), 27) == 27
    for wrong in (28, -1, math.inf):
        with pytest.raises(Impossible):
            scoring.check_score(get("phq-9"), wrong)
    with pytest.raises(Impossible):
        scoring.check_score(get("bam-r"), 3)


def test_bands_follow_the_published_starts():
    """PHQ-9 cut points 5, 10, 15, 20 (Kroenke and others 2001)."""
    starts = [band_of(get("phq-9"), score).start for score in (0, 4, 5, 9, 10, 14, 15, 19, 20, 27)]
    assert starts == [0, 0, 5, 5, 10, 10, 15, 15, 20, 20]
    assert band_of(get("csi-4"), 10) is None
    assert band_of(get("phq-9"), None) is None


CHANGES = [
    ("phq-9", 15, 9, ("better", "beyond")),
    ("phq-9", 15, 10, ("better", "within")),
    ("phq-9", 9, 15, ("worse", "beyond")),
    ("gad-7", 12, 8, ("better", "beyond")),
    ("pcl-5", 50, 32, ("better", "beyond")),
    ("pcl-5", 50, 35, ("better", "open")),
    ("pcl-5", 50, 36, ("better", "within")),
    ("csi-16", 40, 60, ("better", "")),
    ("trust", 4, 2, ("worse", "")),
    ("trust", 4, 4, ("same", "")),
    ("bam-r", 4, 2, ("", "")),
]


@pytest.mark.parametrize(("slug", "before", "after", "said"), CHANGES)
def test_change_is_held_against_what_is_published_and_nothing_else(slug, before, after, said):
    """PHQ-9: 6 points, GAD-7: 4 points (NHS Talking Therapies); PCL-5: 15 to 18 points (Marx and others)."""
    found = difference(get(slug), before, after)
    assert (found.way, found.size) == said


# Goal Attainment Scaling


def test_goal_attainment_the_example_of_gasr():
    """The example of `calc_tscore` in the R package gasr: scores -2 0 -1 2 0 1 with weights 3 5 1 4 2 6. By hand:
    sum(wx) = -6 + 0 - 1 + 8 + 0 + 6 = 7, sum(w) = 21, sum(w^2) = 91; 0.7 * 91 + 0.3 * 441 = 196, its root 14;
    T = 50 + 70 / 14 = 55."""
    assert goal_attainment.t_score([-2, 0, -1, 2, 0, 1], [3, 5, 1, 4, 2, 6]) == pytest.approx(55.0)


def test_goal_attainment_is_50_where_every_goal_came_as_hoped():
    """Kiresuk and Sherman 1968: the mean of the scale is 50."""
    assert goal_attainment.t_score([0, 0, 0], [1, 2, 3]) == 50


def test_goal_attainment_by_hand_with_equal_weights():
    """By hand: three goals at +1, weights 1: sum(wx) = 3; 0.7 * 3 + 0.3 * 9 = 4.8; T = 50 + 30 / sqrt(4.8) = 63.693.
    The same at -1 lies as far below 50: 36.307."""
    assert goal_attainment.t_score([1, 1, 1]) == pytest.approx(63.693, abs=0.001)
    assert goal_attainment.t_score([-1, -1, -1]) == pytest.approx(36.307, abs=0.001)


def test_goal_attainment_of_one_goal_by_hand():
    """By hand: one goal with any weight: (1 - rho) w^2 + rho w^2 = w^2, so T = 50 + 10 x."""
    assert [goal_attainment.t_score([x], [3]) for x in goal_attainment.LEVELS] == [30, 40, 50, 60, 70]


def test_goal_attainment_uses_the_corrected_formula():
    """Erratum to Turner-Stokes 2009: rho multiplies the square of the sum of the weights, not the sum of their squares.
    By hand with weights 1 and 3, levels 2 and 0: 0.7 * 10 + 0.3 * 16 = 11.8; T = 50 + 20 / sqrt(11.8) = 55.822."""
    assert goal_attainment.t_score([2, 0], [1, 3]) == pytest.approx(55.822, abs=0.001)


@pytest.mark.parametrize("wrong", [([], None), ([3], None), ([1], [0]), ([1], [1, 2]), ([1], [-1]), ([1.5], None)])
def test_goal_attainment_refuses_what_it_does_not_have(wrong):
    with pytest.raises(ValueError):
        goal_attainment.t_score(*wrong)


def test_a_rating_of_goals_has_the_t_score_to_one_place():
    scored = score_items(get("goal-attainment"), answers(1, 1, 1))
    assert (scored.score, scored.complete) == (63.7, True)
    assert score_items(get("goal-attainment"), {1: 1}, {1: 2, 2: 1}).missing == (2,)


@given(st.lists(st.tuples(st.sampled_from(goal_attainment.LEVELS), st.integers(1, 100)), min_size=1, max_size=20))
def test_the_t_score_lies_in_reach_and_mirrors(goals):
    levels, weights = [level for level, _ in goals], [weight for _, weight in goals]
    score = goal_attainment.t_score(levels, weights)
    assert 0 < score < 100
    assert goal_attainment.t_score([-level for level in levels], weights) == pytest.approx(100 - score)


@given(st.sampled_from(sorted(shipped())), st.dictionaries(st.integers(-3, 25), st.integers(-3, 12), max_size=25))
def test_any_answers_are_scored_in_range_or_refused(slug, wild):
    measure = get(slug)
    if not measure.by_items:
        return
    try:
        scored = score_items(measure, wild)
    except Impossible:
        return
    if scored.score is not None:
        assert measure.scoring.min <= scored.score <= measure.scoring.max
    for part in measure.subscales:
        assert part.min <= scored.subscales.get(part.slug, part.min) <= part.max
