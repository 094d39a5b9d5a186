"""Who reaches a case and what hangs on it: the rule of `on_team`, against the same rule said in plain words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from planner.cases.models import Case, TeamMember
from planner.sessions.models import Session
from tests import factories

DAY = timedelta(days=1)


@pytest.mark.parametrize("role", ["lead", "co", "supervisor"])
@pytest.mark.parametrize(("days", "counts"), [(None, True), (0, True), (1, True), (-1, False)])
def test_a_place_counts_until_its_last_day(owner, colleague, role, days, counts):
    case = factories.make_case(owner)
    session = factories.make_session(case, owner)
    until = None if days is None else timezone.localdate() + days * DAY
    TeamMember.objects.create(case=case, user=colleague, role=role, until=until)
    may_edit = counts and role != "supervisor"
    assert list(Case.objects.visible_to(colleague)) == [case] * counts
    assert list(Case.objects.editable_by(colleague)) == [case] * may_edit
    assert list(Session.objects.visible_to(colleague)) == [session] * counts
    assert list(Session.objects.editable_by(colleague)) == [session] * may_edit


@pytest.mark.parametrize("role", ["front_desk", "supervisor"])
def test_the_role_in_the_practice_counts_too(owner, colleague, role):
    """A place on the team gives the front desk nothing, and a supervisor nothing to change."""
    case = factories.make_case(owner)
    TeamMember.objects.create(case=case, user=colleague, role="co")
    colleague.role = role
    assert list(Case.objects.visible_to(colleague)) == [case] * (role == "supervisor")
    assert list(Case.objects.editable_by(colleague)) == []


def test_nobody_and_an_account_that_ended_reach_nothing(owner, couple):
    owner.is_active = False
    for user in (owner, AnonymousUser()):
        assert list(Case.objects.visible_to(user)) == list(Case.objects.editable_by(user)) == []


def test_a_place_on_a_case_of_another_practice_gives_nothing(couple, stranger):
    TeamMember.objects.create(case=couple, user=stranger, role="lead")
    assert list(Case.objects.visible_to(stranger).filter(pk=couple.pk)) == []


def test_a_case_comes_once_however_many_are_on_its_team(owner, colleague, supervisor):
    case = factories.make_case(owner)
    TeamMember.objects.create(case=case, user=colleague, role="co")
    TeamMember.objects.create(case=case, user=supervisor, role="supervisor")
    assert Case.objects.visible_to(owner).count() == 1


def test_whatever_may_be_changed_may_be_seen(world):
    """`find_to_edit` counts on it."""
    looked_at = 0
    for model in apps.get_app_config("planner").get_models():
        rows = model._default_manager
        if not (hasattr(rows, "visible_to") and hasattr(rows, "editable_by")):
            continue
        for user in filter(None, world.people.values()):
            may_change = set(rows.editable_by(user).values_list("pk", flat=True))
            assert may_change <= set(rows.visible_to(user).values_list("pk", flat=True)), model
            looked_at += bool(may_change)
    assert looked_at > 5
