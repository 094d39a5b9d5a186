"""The brief of a booster: what it tells of the time since the last one, of the plan, the scores and the agreements."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.boosters import booster_actions, brief, reminders
from planner.boosters.models import Booster, Reminder
from planner.plans import review_actions
from planner.plans.models import Objective, Plan
from planner.progress import actions as progress
from planner.progress.models import EventKind, Milestone
from tests import factories
from tests.agreements import make as agreements
from tests.boosters import make
from tests.plans import make as plans

pytestmark = pytest.mark.django_db


@pytest.fixture
def series(couple, owner):
    return make.make_series(couple, owner, days_ago=60)


def brief_of(series, number: int = 2) -> brief.Brief:
    booster = series.boosters.select_related("series__case__practice", "session").get(number=number)
    return brief.of(booster, series.by)


def ago(days: int):
    return timezone.localdate() - timedelta(days=days)


def happen(series, kind, days: int, known: str = "", person=None):
    return progress.record_event(by=series.by, case=series.case, kind=kind, on=ago(days), known=known, person=person)


def test_wins_and_milestones_stand_together_and_all_else_apart(series, couple, owner):
    maya = couple.participants.first().person
    happen(series, EventKind.WIN, 3, "A calm Sunday")
    happen(series, EventKind.WIN, 9)
    happen(series, EventKind.RUPTURE, 5, "not for this page", person=maya)
    progress.record_milestone(by=owner, case=couple, kind="alliance", evidence="They said so", on=ago(4))
    told = brief_of(series)
    words = Milestone.objects.get().get_kind_display()
    assert told.wins == ((ago(3), "A calm Sunday"), (ago(4), f"{words}: They said so"), (ago(9), "Win"))
    assert told.events == ((ago(5), "Rupture", "Maya"),)


def test_what_was_withdrawn_or_lies_before_the_last_booster_is_left_out(series, owner):
    booster_actions.hold(make.first_of(series), by=owner, version=1, on=ago(10), promised="A walk")
    for kind in (EventKind.WIN, EventKind.RUPTURE):
        happen(series, kind, 11, "before")
        progress.withdraw(by=owner, row=happen(series, kind, 2, "a mistake"), reason="Another case")
    told = brief_of(series)
    assert (told.wins, told.events) == ((), ())
    assert (told.last.promised, told.last.on, told.last.number) == ("A walk", ago(10), 1)


def test_of_many_things_that_happened_the_newest_are_told(series):
    for days in range(1, 10):
        happen(series, EventKind.WIN, days, f"day {days}")
        happen(series, EventKind.REPAIR if days == 1 else EventKind.RUPTURE, days)
    told = brief_of(series)
    assert [on for on, _words in told.wins] == [ago(days) for days in range(1, 7)]
    assert [on for on, _what, _who in told.events] == [ago(days) for days in range(1, 7)]


def test_a_booster_that_was_held_is_never_its_own_last_one(series, owner):
    first, second = series.boosters.order_by("number")[:2]
    booster_actions.hold(first, by=owner, version=1, on=ago(30), promised="first")
    booster_actions.hold(second, by=owner, version=1, on=ago(8), promised="second")
    assert brief_of(series, 1).last is None
    assert brief_of(series, 2).last.promised == "first"
    assert brief_of(series, 3).last.promised == "second"


def test_the_plan_in_force_is_told_with_its_review(series, couple, owner):
    assert (brief_of(series).has_plan, brief_of(series).plan_review, brief_of(series).objectives) == (False, None, ())
    plan = plans.make_active(couple, owner, objectives=2)
    told = brief_of(series)
    assert told.has_plan and told.plan_review == plan.review_on
    assert [(number, met) for number, _words, met in told.objectives] == [("1.1", False), ("1.2", False)]
    for at, status in ((5, "in_progress"), (2, "met"), (9, "dropped")):  # the newest day counts
        review_actions.set_standing(
            plan=plan, of=Objective.objects.get(position=2), by=owner, status=status, on=ago(at), reason="Said so"
        )
    assert [met for _number, _words, met in brief_of(series).objectives] == [False, True]


def test_a_plan_without_objectives_is_a_plan(series, couple, owner):
    plan = Plan.objects.create(case=couple, number=1, author=owner, changed_by=owner)
    Plan.objects.filter(pk=plan.pk).update(state="active", active_on=ago(3), review_on=ago(-30))
    told = brief_of(series)
    assert (told.has_plan, told.plan_review, told.objectives) == (True, ago(-30), ())


def test_each_agreement_is_told_in_its_newest_adopted_version(series, couple, owner):
    one = agreements.adopted(couple, owner, again={"pause_word": "Hand on heart"})
    agreements.begun(couple, owner, person=couple.participants.first().person)
    (told,) = brief_of(series).agreed
    newest = one.versions.filter(adopted_on__isnull=False).order_by("-number").first()
    assert (told.number, told.on, told.whose) == (2, newest.adopted_on, "")


def test_the_page_says_whether_they_were_reminded(signed_in, owner, couple):
    booster = make.due(make.make_series(couple, owner), 5)
    page, address = signed_in(owner), reverse("booster", args=[booster.pk])
    made = Reminder.objects.create(booster=booster, due_on=booster.due_on)
    assert "They were reminded: M. &amp; R." in page.get(address).content.decode()
    reminders.give(made, by=owner)
    assert "by Olive Owner" in " ".join(page.get(address).content.decode().split())
    booster_actions.drop(booster, by=owner, version=Booster.objects.get(pk=booster.pk).version)
    assert "Olive Owner</span></li>" not in page.get(address).content.decode()


def test_the_page_takes_the_same_queries_however_much_happened(
    signed_in, series, couple, owner, django_assert_num_queries
):
    plans.make_active(couple, owner)
    page, address = signed_in(owner), reverse("booster", args=[series.boosters.get(number=3).pk])
    page.get(address)
    for round_ in range(2):
        for kind in (EventKind.WIN, EventKind.RUPTURE):
            for days in range(1, 2 + 3 * round_):
                happen(series, kind, days)
        factories.make_assignment(couple, owner, None)
        with django_assert_num_queries(24):
            page.get(address)
