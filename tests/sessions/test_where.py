"""Where we are: what both may read, and nothing else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from planner.homework.models import Printout
from planner.plans.models import Goal, Plan, Standing
from planner.sessions import where
from planner.sheets import press
from planner.sheets.options import Options
from tests import factories
from tests.test_papers import pages_of, squeezed

CANARY = "CANARY"


@pytest.fixture
def plan(couple, owner):
    """A plan with a joint goal, and something private in every corner."""
    factories.make_objective(couple, owner)
    plan = Plan.objects.get()
    maya = couple.participants.first().person
    Plan.objects.filter(pk=plan.pk).update(
        impression=f"{CANARY} impression", code=f"{CANARY}1", barriers=f"{CANARY} barriers"
    )
    private = Goal.objects.create(plan=plan, position=2, person=maya, audience="person", own_words=f"{CANARY} goal")
    Goal.objects.create(plan=plan, position=3, audience="clinician", own_words=f"{CANARY} clinician's goal")
    private.objectives.create(position=1, text=f"{CANARY} objective")
    factories.settle_safety(couple, owner, "concern", "violence")
    return plan


def html(case, **options) -> str:
    return press.page_html(where.where_paper(case, Options.chosen(options)))


def everything_private(couple, owner) -> None:
    """Hours alone, their notes and homework, each with a canary."""
    maya, ruben = couple.participants.all()
    alone = factories.make_session(couple, owner, days=0, items=(f"{CANARY} item",), state="held")
    alone.attendees.set([maya])
    entry = factories.make_intervention("canary-work", name=f"{CANARY} intervention")
    alone.items.create(position=2, kind="library", title="x", edition=entry.current, done="done")
    factories.make_note(alone, owner, told=f"{CANARY} note", signed=True, risk_level="high",
                        risk_basis=f"{CANARY} basis", risk_action="x")  # fmt: skip
    factories.make_assignment(couple, owner, ruben.person, title=f"{CANARY} homework")


def test_nothing_that_is_for_one_alone_is_on_it(couple, owner, plan):
    everything_private(couple, owner)
    for discreet in (False, True):
        said = html(couple, discreet=discreet)
        assert "Feel safe again." in said and CANARY not in said and "violence" not in said.lower()


def test_it_tells_what_was_done_together(couple, owner, plan):
    entry = factories.make_intervention("steady-talk")
    session = factories.make_session(couple, owner, days=0, state="held")
    session.items.create(position=9, kind="library", title="x", edition=entry.current, done="done")
    factories.make_assignment(couple, owner, None, title="Weekly check-in")
    factories.make_session(couple, owner, days=7)
    said = html(couple)
    for words in ("We have met together once since then.", "We tried: Steady talk.", "At home: Weekly check-in.",
                  "We meet again:", "Ruben tells an urge within a day. (still before us)"):  # fmt: skip
        assert words in said


def test_as_many_queries_for_three_hours_as_for_one_or_none(couple, owner, plan, django_assert_num_queries):
    entry = factories.make_intervention("steady-talk")
    for hours in range(4):
        with django_assert_num_queries(QUERIES):
            where.where_paper(couple, Options.chosen({}))
        session = factories.make_session(couple, owner, days=0, state="held")
        session.items.create(position=9, kind="library", title="x", edition=entry.current, done="done")
        session.attendees.set(couple.participants.all()[: hours + 1])


QUERIES = 13


@pytest.mark.parametrize(
    ("status", "progress", "says"),
    [("open", None, "still before us"), ("in_progress", None, "under way"), ("in_progress", 10, "begun"),
     ("in_progress", 50, "about half way"), ("in_progress", 90, "most of the way"), ("met", 100, "reached"),
     ("dropped", None, "set aside"), ("revised", None, "changed into something new")],
)  # fmt: skip
def test_how_far_in_words_without_shame(couple, owner, plan, status, progress, says):
    goal = plan.goals.first()
    Standing.objects.create(case=couple, line=goal.line, goal=goal, status=status, on=plan.active_on, by=owner,
                            progress=progress)  # fmt: skip
    assert f"<b>Feel safe again.</b> ({says})" in html(couple)


def test_without_a_plan_there_is_no_page(signed_in, couple, owner):
    assert "There is none yet." in signed_in(owner).get(reverse("where", args=[couple.pk])).content.decode()
    assert signed_in(owner).post(reverse("where", args=[couple.pk])).status_code == 200
    assert Printout.objects.count() == 0


def test_it_prints_on_one_page_for_everyone(signed_in, couple, owner, plan):
    signed_in(owner).post(reverse("where", args=[couple.pk]), {"paper": "letter", "size": "12"})
    kept = Printout.objects.get()
    assert (kept.kind, kept.audience, kept.person, kept.printed.pages) == ("where", "case", None, 1)
    assert squeezed("What we work on") in "".join(pages_of(bytes(kept.printed.pdf)))


def test_a_discreet_page_names_nobody_and_no_practice(couple, owner, plan):
    said = html(couple, discreet=True, name="none")
    assert "Maya" not in said.replace("maya@", "") and owner.practice.name not in said


def test_large_print_says_the_same(couple, owner, plan):
    assert "Feel safe again." in html(couple, size=18)


def test_in_individual_work_it_is_that_persons(owner):
    case = factories.make_case(owner, kind="individual", names=("Jonas",))
    factories.make_objective(case, owner)
    assert "We begin now." in html(case)
