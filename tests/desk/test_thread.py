"""The thread of a case: from the problem to what came of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from planner.desk.thread import thread_of
from planner.homework.models import Printout
from planner.plans.models import PlannedIntervention, Problem, Standing
from tests import factories
from tests.pages import opened
from tests.test_papers import pages_of, squeezed


@pytest.fixture
def objective(couple, owner):
    found = factories.make_objective(couple, owner)
    problem = Problem.objects.create(plan=found.goal.plan, position=1, name="Fear of the next relapse")
    found.goal.problem = problem
    found.goal.save()
    return found


@pytest.fixture
def talk(objective):
    entry = factories.make_intervention("steady-talk")
    PlannedIntervention.objects.create(objective=objective, position=1, edition=entry.current, name=entry.name)
    return entry


def hold(case, owner, days, objective):
    session = factories.make_session(case, owner, days=days, state="held")
    session.items.update(objective=objective, done="done")
    return session


def strands(case) -> dict[str, list[str]]:
    objective = next(iter(thread_of(case).goals)).objectives[0]
    return {strand.name: [knot.words for knot in strand.knots] for strand in objective.strands}


def test_without_a_plan_there_is_none(couple):
    assert thread_of(couple) is None


def test_every_step_hangs_on_the_one_before(couple, owner, objective, talk):
    session = hold(couple, owner, -7, objective)
    note = factories.make_note(session, owner)
    note.objectives.update(step="further")
    factories.make_assignment(couple, owner, couple.participants.last().person, talk.worksheets.first().current,
                              source=talk.current)  # fmt: skip
    Standing.objects.create(case=couple, line=objective.line, objective=objective, status="in_progress",
                            on=session.wall_start.date(), progress=40, value="2", by=owner)  # fmt: skip
    thread = thread_of(couple)
    assert [problem.name for problem in thread.problems] == ["Fear of the next relapse"]
    found = strands(couple)
    assert found["planned"] == ["Steady talk"]
    assert found["sessions"][0].endswith(": further")
    assert found["homework"] == ["Our talk (Ruben): given"]
    assert "In progress, 40 %, 2" in found["progress"][0] and found["progress"][1] == "From 0 to 3 (diary)"


def test_what_is_missing_is_said(signed_in, couple, owner, objective):
    page = opened(signed_in(owner), reverse("case_thread", args=[couple.pk]))
    for words in ("none planned yet", "no work on it yet", "none given yet"):
        assert words in page


def test_a_goal_that_names_no_problem_is_not_lost(couple, owner):
    factories.make_objective(couple, owner)
    assert [(problem.name, len(problem.goals)) for problem in thread_of(couple).problems] == [("", 1)]


def test_work_on_an_earlier_version_stays_on_the_line(couple, owner, objective):
    hold(couple, owner, -7, objective)
    plan = objective.goal.plan
    type(plan).objects.filter(pk=plan.pk).update(state="superseded")
    newer = factories.make_objective(couple, owner, number=2)
    type(newer).objects.filter(pk=newer.pk).update(line=objective.line)
    assert len(strands(couple)["sessions"]) == 1


def test_what_was_left_is_no_work(couple, owner, objective):
    session = hold(couple, owner, -7, objective)
    session.items.update(done="left")
    assert strands(couple)["sessions"] == []


def test_a_long_past_is_counted(couple, owner, objective):
    for n in range(7):
        hold(couple, owner, -7 * n - 1, objective)
    strand = next(iter(thread_of(couple).goals)).objectives[0].strands[1]
    assert (len(strand.knots), strand.more, strand.more_words) == (4, 3, "and 3 earlier")


def test_nothing_of_another_case(couple, owner, objective, talk):
    other = factories.make_case(owner)
    hold(other, owner, -7, objective)
    factories.make_assignment(other, owner, None, source=talk.current)
    found = strands(couple)
    assert (found["sessions"], found["homework"]) == ([], [])


def test_it_is_nested_lists_for_a_screen_reader(signed_in, couple, owner, objective, talk):
    page = opened(signed_in(owner), reverse("case_thread", args=[couple.pk]))
    order = [page.index(words) for words in ("<h2 id=\"problem-1\">", "<h3>", '<ol class="thread-objectives">',
                                             '<ol class="thread-strands">', "<h4>Interventions</h4>")]  # fmt: skip
    assert order == sorted(order)


def test_it_prints_for_the_record(signed_in, couple, owner, objective, talk):
    signed_in(owner).post(reverse("case_thread_print", args=[couple.pk]))
    kept = Printout.objects.get()
    text = "".join(pages_of(bytes(kept.printed.pdf)))
    assert (kept.kind, kept.audience) == ("thread", "clinician")
    for words in ("Fear of the next relapse", "Steady talk", "none given yet"):
        assert squeezed(words) in text


def test_as_many_queries_for_one_objective_as_for_three(couple, owner, objective, talk, django_assert_num_queries):
    hold(couple, owner, -7, objective)
    with django_assert_num_queries(QUERIES):
        thread_of(couple)
    for _n in range(2):
        hold(couple, owner, -14, factories.make_objective(couple, owner))
    with django_assert_num_queries(QUERIES):
        thread_of(couple)


QUERIES = 12
