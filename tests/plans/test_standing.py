"""Where goals stand: the T score against sums done by hand, no progress, and when a plan is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from planner.cases import actions as case_actions
from planner.cases.models import FlagKind
from planner.plans import actions, review_actions, reviews, standing
from planner.plans.models import Goal, Plan
from planner.plans.tree import tree_of
from planner.progress import actions as progress
from tests.plans import make

TODAY = timezone.localdate


@pytest.fixture
def plan(couple, owner):
    return make.make_active(couple, owner, goals=3)


def rate(plan, owner, *levels):
    for goal, level in zip(plan.goals.order_by("position"), levels, strict=False):
        review_actions.set_standing(plan=plan, of=goal, by=owner, status="in_progress", attainment=level)


def t_of(plan):
    tree = tree_of(plan)
    return standing.t_score(tree, standing.histories(tree))


def test_nothing_rated_has_no_score(plan):
    assert t_of(plan) is None


@pytest.mark.parametrize(
    ("levels", "score"),
    [
        # T = 50 + 10 * sum(x) / sqrt(0.7 * n + 0.3 * n * n), done by hand:
        ((0, 0, 0), 50.0),
        ((1,), 60.0),  # 50 + 10 * 1 / sqrt(0.7 + 0.3)
        ((-2,), 30.0),
        ((1, 1, 1), 63.69),  # 50 + 30 / sqrt(2.1 + 2.7) = 50 + 30 / 2.1909
        ((2, -1, 0), 54.56),  # 50 + 10 / 2.1909
        ((1, 0), 56.20),  # 50 + 10 / sqrt(1.4 + 1.2) = 50 + 10 / 1.6125
    ],
)
def test_the_t_score_is_that_of_the_sum_done_by_hand(plan, owner, levels, score):
    rate(plan, owner, *levels)
    assert round(t_of(plan), 2) == score


def test_weights_count(couple, owner):
    draft = make.make_draft(couple, owner, goals=2)
    first = draft.goals.get(position=1)
    actions.change_row(plan=draft, row=first, by=owner, version=1, weight=3)
    plan = make.sign(draft, owner)
    rate(plan, owner, 1, -1)
    # sum(w * x) = 3 - 1 = 2; sqrt(0.7 * (9 + 1) + 0.3 * 16) = sqrt(11.8) = 3.4351
    assert round(t_of(plan), 2) == 55.82


def test_the_newest_rating_counts_and_a_dropped_goal_does_not(plan, owner):
    rate(plan, owner, -2, -2, -2)
    rate(plan, owner, 1)
    one, two, three = plan.goals.order_by("position")
    for goal in (two, three):
        review_actions.set_standing(plan=plan, of=goal, by=owner, status="dropped", reason="No longer wanted")
    assert t_of(plan) == 60.0


def test_a_fresh_plan_is_not_due(plan):
    assert reviews.of(plan) is None


def test_a_review_is_told_fourteen_days_ahead(plan):
    for days, due in ((15, False), (14, True), (0, True), (-3, True)):
        Plan.objects.filter(pk=plan.pk).update(review_on=TODAY() + timedelta(days=days))
        plan.refresh_from_db()
        found = reviews.of(plan)
        assert bool(found) is due
        if found:
            assert (found.because, found.days, found.is_urgent) == (("interval",), days, days < 0)


def happened_relapse(plan, owner):
    progress.record_event(case=plan.case, kind="relapse", by=owner, on=TODAY())


def happened_risk(plan, owner):
    person = plan.case.participants.first().person
    case_actions.record_flag(
        by=owner, case=plan.case, person=person, kind=FlagKind.SUICIDE, state="concern", basis="asked alone"
    )


def happened_diagnosis(plan, owner):
    draft = actions.begin(case=plan.case, by=owner)
    actions.change_plan(plan=draft, by=owner, version=draft.version, code="6B40", coding="icd-11")


def happened_goal_met(plan, owner):
    review_actions.set_standing(plan=plan, of=plan.goals.first(), by=owner, status="met", reason="Done")


def happened_no_progress(plan, owner):
    for progress_now in (30, 30):
        review_actions.set_standing(
            plan=plan, of=plan.goals.first(), by=owner, status="in_progress", progress=progress_now
        )


HAPPENED = {
    "relapse": happened_relapse, "risk": happened_risk, "diagnosis": happened_diagnosis,
    "goal_met": happened_goal_met, "no_progress": happened_no_progress,
}  # fmt: skip


@pytest.mark.parametrize("because", HAPPENED)
def test_what_happens_asks_for_a_review_until_somebody_looked(plan, owner, because):
    HAPPENED[because](plan, owner)
    assert reviews.of(plan).because == (because,)
    assert reviews.of(plan).is_urgent
    assert reviews.due([plan]) == [reviews.of(plan)]  # alone and among many it is weighed alike
    if because == "diagnosis":
        return  # the new version answers it
    review_actions.review(plan=plan, by=owner, because=because, outcome="unchanged", found="Looked at.")
    assert reviews.of(Plan.objects.get(pk=plan.pk)) is None


def test_a_step_forward_is_progress(plan, owner):
    for progress_now in (30, 40):
        review_actions.set_standing(
            plan=plan, of=plan.goals.first(), by=owner, status="in_progress", progress=progress_now
        )
    assert reviews.of(plan) is None


def test_a_plan_that_is_not_in_force_is_never_due(couple, owner):
    draft = make.make_draft(couple, owner)
    assert reviews.of(draft) is None


def test_due_asks_a_constant_number_of_times(owner, django_assert_num_queries):
    from tests import factories

    plans = [make.make_active(factories.make_case(owner), owner) for _n in range(3)]
    for plan in plans:
        happened_goal_met(plan, owner)
    for some in (plans[:1], plans):
        with django_assert_num_queries(5):
            assert len(reviews.due(some)) == len(some)


def test_progress_of_one_case_says_nothing_of_another(owner):
    from tests import factories

    plans = [make.make_active(factories.make_case(owner), owner) for _n in range(2)]
    happened_relapse(plans[0], owner)
    assert [one.plan for one in reviews.due(plans)] == [plans[0]]
    assert [bool(reviews.of(plan)) for plan in plans] == [True, False]
    assert Goal.objects.count() == 2
