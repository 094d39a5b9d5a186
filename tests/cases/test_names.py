"""What a case is called on a screen, alone and in a long list."""

from __future__ import annotations

import pytest
from django.utils import timezone

from planner.cases import names
from planner.cases.models import Case
from tests import factories


@pytest.fixture
def cases(owner):
    """One of each: two people, three, a name with a print name of its own, somebody who left, nobody at all."""
    factories.make_case(owner)
    factories.make_case(owner, kind="family", names=("Ada", "ben", "Cy"))
    chosen = factories.make_case(owner, kind="individual", names=("Ola",)).participants.get().person
    chosen.name, chosen.print_name = "Ola Berg", ""
    chosen.save()
    factories.make_case(owner).participants.filter(order=0).update(left_on=timezone.localdate())
    factories.make_case(owner, kind="individual", names=())
    return list(Case.objects.order_by("pk"))


def test_the_label_is_made_of_initials(cases):
    assert [names.label(case) for case in cases] == ["M. & R.", "A., B. & C.", "O.", "R.", cases[-1].code]


def test_a_long_list_is_told_its_labels_in_one_query(cases, django_assert_num_queries):
    alone = [names.label(case) for case in cases]
    with django_assert_num_queries(1):
        names.tell(cases)
        assert [names.label(case) for case in cases] == alone


def test_an_empty_list_costs_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        names.tell([])
