"""The screen that is handed to one person, and the page that is read together, say nothing of anybody else."""

import pytest
from django.urls import reverse

from planner.agreements import prefill
from planner.agreements.models import Agreement
from planner.homework import response_actions
from planner.homework.models import Assignment, Response
from planner.sheets import known
from tests import factories
from tests.canary import make, words

pytestmark = pytest.mark.django_db


@pytest.fixture(params=make.KINDS)
def case(request, owner):
    made = make.one_of_each(owner, request.param)
    words.fill(made)
    return made


def shown(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def handed(client, owner, begin: str, screen: str) -> str:
    """All that the person sees from handing over to the way back."""
    assert client.post(begin).status_code == 302
    seen = [shown(client, address) for address in (screen, f"{screen}?done=1", reverse("take_back"))]
    client.post(reverse("take_back"), {"password": factories.PASSWORD})
    return "".join(seen)


def test_a_screen_in_one_persons_hands_is_that_persons(case, owner, signed_in):
    client, letters, found = signed_in(owner), words.letters_of(case), set()
    for row in Assignment.objects.filter(case=case, state="open"):
        own = {letters[row.person_id]} if row.person_id else set()
        addresses = [reverse(name, args=[row.pk]) for name in ("hand_over", "handed_sheet")]
        said = handed(client, owner, *addresses)
        assert words.found_in(said, {words.JOINT, words.NAME, *own}) == set()
        found |= words.found_in(said)
    for place in case.participants.all():
        addresses = [reverse(name, args=[case.pk, place.pk, "trust"]) for name in ("rate_hand_over", "rate_screen")]
        assert words.found_in(handed(client, owner, *addresses), {words.NAME, letters[place.person_id]}) == set()
    assert {f"{letter} Assignment.title" for letter in letters.values()} <= found  # so that it can be found


def test_what_is_read_together_is_what_its_writer_shares(case, owner, signed_in):
    client, letters, address = signed_in(owner), words.letters_of(case), reverse("curious", args=[case.pk])
    assert words.found_in(shown(client, address), {words.NAME}) == set()
    response = Response.objects.filter(assignment__case=case, assignment__person__isnull=False).first()
    mine = letters[response.assignment.person_id]
    response_actions.share(by=owner, response=response, person=response.assignment.person)
    told = words.found_in(shown(client, address), {words.NAME})
    assert told == {f"{mine} Assignment.title", f"{mine} Response.values"}
    response_actions.withdraw(by=owner, response=response)
    assert words.found_in(shown(client, address), {words.NAME}) == set()


def test_what_is_suggested_to_one_comes_from_that_one_alone(case):
    slugs = set(Agreement.objects.filter(case=case).values_list("worksheet__slug", flat=True))
    for person, letter in words.letters_of(case).items():
        suggested = str([one.values for one in known.latest(case.pk, person, slugs).values()])
        assert words.found_in(suggested) == {f"{letter} AgreementVersion.answers"}
    assert prefill.suggested(case.pk, None, "what-we-agreed") == ({}, [])


def test_the_clinician_s_search_and_lists_tell_of_people_and_codes_alone(case, owner, signed_in):
    client = signed_in(owner)
    for letter in [*words.letters_of(case).values(), words.CLINICIAN, words.JOINT]:
        assert words.found_in(shown(client, reverse("search") + f"?q=ZQK{letter}"), {words.NAME}) == set()
    for name in ("caseload", "sessions", "digest", "trail"):
        assert words.found_in(shown(client, reverse(name)), {words.NAME}) == set(), name
