"""What depends on a consent stops with it: giving, printing and filling in; no written reason passes it."""

import pytest
from django.urls import reverse

from planner.cases import consent_actions
from planner.homework import actions, response_actions
from planner.homework.actions import GateShut
from planner.homework.models import Assignment, Way
from tests import factories
from tests.cases.test_consents import draw, signed


@pytest.fixture
def maya(couple):
    return couple.participants.first().person


@pytest.fixture
def row(couple, owner, maya):
    edition = factories.make_intervention("check-in").worksheets.first().current
    return factories.make_assignment(couple, owner, maya, edition)


@pytest.fixture
def withdrawn(couple, owner, maya):
    consent = signed(draw(couple, owner, maya, "treatment"), owner)
    return consent_actions.withdraw(by=owner, consent=consent, how="Said so in the hour.")


def test_nothing_is_given_printed_or_filled_in_after_consent_to_treatment_was_withdrawn(
    signed_in, owner, couple, maya, row, withdrawn
):
    with pytest.raises(GateShut, match="no longer consents to treatment"):
        actions.assign(by=owner, case=couple, person=maya, task="Breathe.")
    with pytest.raises(GateShut):
        response_actions.save_draft(by=owner, assignment=row, way=Way.TYPED, values={"pause_word": "X"}, version=0)
    page = signed_in(owner)
    assert page.post(reverse("assignment_print", args=[row.pk]), {"paper": "a4", "size": "12"}).status_code == 422
    shown = page.get(reverse("assignment", args=[row.pk])).content.decode()
    assert "no longer consents to treatment" in shown and reverse("case_consents", args=[couple.pk]) in shown
    assert "Go on with a written reason" not in shown


def test_the_other_partners_work_goes_on(owner, couple, withdrawn):
    ruben = couple.participants.last().person
    actions.assign(by=owner, case=couple, person=ruben, task="Breathe.")
    assert Assignment.objects.get().person == ruben
