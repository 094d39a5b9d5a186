"""Answers of ten weeks on one page, what goes onto the next agenda, and the shared journal."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.cases import consent_actions
from planner.homework import response_actions
from planner.homework.models import Sharing
from tests import factories
from tests.cases.test_consents import shared as consented

ALONE = "Written for nobody else"


@pytest.fixture
def edition(db):
    return factories.make_intervention("check-in").worksheets.first().current


@pytest.fixture
def maya(couple):
    return couple.participants.first().person


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


def weeks(case, by, person, edition, count, **values):
    """One answered sheet a week, the newest today."""
    found = []
    for n in range(count):
        row = factories.make_assignment(case, by, person, edition, days=-7 * n)
        written = {"pause_word": f"Word {n}", f"close-{n % 11}": "on", **values}
        at = timezone.now() - timedelta(weeks=n)
        found.append(factories.make_response(row, by, values=written, finished_at=at))
    return found


def test_ten_weeks_stand_on_one_page_and_the_eleventh_does_not(page, couple, owner, maya, edition):
    weeks(couple, owner, maya, edition, 11)
    shown = page.get(reverse("answers", args=[couple.pk]))
    strands = {strand.label: strand for strand in shown.context["strands"]}
    assert [said.lines for said in strands["Our pause word"].said] == [(f"Word {n}",) for n in range(10)]
    assert [point.value for point in strands["How close did you feel?"].points] == [float(n) for n in range(9, -1, -1)]
    body = shown.content.decode()
    assert "<svg" in body and "Word 9" in body and "Word 10" not in body


def test_each_writer_has_their_own_page(page, couple, owner, maya, edition):
    ruben = couple.participants.last()
    weeks(couple, owner, maya, edition, 1, hard=ALONE)
    weeks(couple, owner, ruben.person, edition, 1)
    assert ALONE in page.get(reverse("answers", args=[couple.pk])).content.decode()
    of_ruben = page.get(reverse("answers", args=[couple.pk]), {"person": ruben.pk}).content.decode()
    assert "Word 0" in of_ruben and ALONE not in of_ruben


def test_what_was_said_goes_onto_the_next_agenda_once(page, couple, owner, maya, edition):
    weeks(couple, owner, maya, edition, 1)
    session = factories.make_session(couple, owner)
    shown = page.get(reverse("answers", args=[couple.pk])).content.decode()
    assert reverse("item_add", args=[session.pk]) in shown
    data = {"title": "Word 0", "minutes": "5", "version": session.version, "once": "a-1-1"}
    for _click in range(2):
        page.post(reverse("item_add", args=[session.pk]), data)
    assert session.items.filter(title="Word 0").count() == 1


def test_without_an_answer_or_an_hour_the_page_says_what_comes_first(page, couple, owner, maya, edition):
    assert "Nothing came back yet" in page.get(reverse("answers", args=[couple.pk])).content.decode()
    weeks(couple, owner, maya, edition, 1)
    assert "Onto the next agenda" not in page.get(reverse("answers", args=[couple.pk])).content.decode()
    assert page.get(reverse("answers", args=[couple.pk]), {"sheet": "999999"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_one_row_as_for_three(
    page, couple, owner, maya, edition, count, django_assert_max_num_queries
):
    factories.settle_safety(couple, owner)
    for response in weeks(couple, owner, maya, edition, count):
        Sharing.objects.create(response=response, person=maya)
    with django_assert_max_num_queries(17):
        page.get(reverse("answers", args=[couple.pk]))
    with django_assert_max_num_queries(21):
        page.get(reverse("curious", args=[couple.pk]))


# The shared journal


def journal(page, couple):
    return page.get(reverse("curious", args=[couple.pk])).content.decode()


def test_a_page_is_private_until_its_writer_shares_it_and_again_when_taken_back(page, couple, owner, maya, edition):
    factories.settle_safety(couple, owner)
    (response,) = weeks(couple, owner, maya, edition, 1, hard=ALONE)
    assert ALONE not in journal(page, couple)
    response_actions.share(by=owner, response=response, person=maya)
    assert ALONE in journal(page, couple)
    response_actions.withdraw(by=owner, response=response)
    assert ALONE not in journal(page, couple)


def test_a_shut_gate_keeps_everything_back(page, couple, owner, maya, edition):
    (response,) = weeks(couple, owner, maya, edition, 1, hard=ALONE)
    Sharing.objects.create(response=response, person=maya)
    shown = journal(page, couple)
    assert ALONE not in shown and "Ask Maya alone about safety first" in shown


def test_a_consent_to_share_that_was_taken_back_stops_it(page, couple, owner, maya, edition):
    factories.settle_safety(couple, owner)
    (response,) = weeks(couple, owner, maya, edition, 1, hard=ALONE)
    Sharing.objects.create(response=response, person=maya)
    consent = consented(couple, owner, maya, couple.participants.last().person)
    assert ALONE in journal(page, couple)
    consent_actions.withdraw(by=owner, consent=consent, how="Said so in the hour.")
    assert ALONE not in journal(page, couple)
