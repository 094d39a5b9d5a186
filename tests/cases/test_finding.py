"""Finding the case of a page: what the person may see, in one query for whoever may change it."""

from __future__ import annotations

import pytest
from django.http import Http404

from planner.cases.finding import find_case
from planner.cases.models import TeamMember, TeamRole


def test_a_case_comes_with_its_practice_in_one_query(couple, owner, django_assert_num_queries):
    with django_assert_num_queries(1):
        found, may_edit = find_case(owner, couple.pk)
        assert (found, found.practice, may_edit) == (couple, owner.practice, True)


def test_who_may_only_see_it_may_not_change_it(couple, supervisor):
    TeamMember.objects.create(case=couple, user=supervisor, role=TeamRole.SUPERVISOR)
    assert find_case(supervisor, couple.pk) == (couple, False)


def test_somebody_elses_case_does_not_exist(couple, colleague, stranger):
    for user in (colleague, stranger):
        with pytest.raises(Http404):
            find_case(user, couple.pk)
