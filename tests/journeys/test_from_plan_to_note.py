"""From the client's words to the signed note, in a real browser: a plan is written and signed for the demo couple, the
next hour is planned from it and run, its note is written and signed, and the auditor's page has no question left."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from planner.cases import actions as cases
from planner.plans.models import Plan
from planner.sessions.models import ProgressNote
from tests.journeys.look import arrived
from tests.plans.by_hand import Counted, sign, write

pytestmark = [pytest.mark.journey]
PROBLEMS = ("Pursuit and withdrawal", "Injury to the bond after a return to use")


@pytest.fixture
def couple(house):
    """The demo couple, each asked alone about safety; nobody works under a supervisor."""
    for place in house.couple.participants.select_related("person"):
        cases.record_flag(
            by=house.dana, case=house.couple, person=place.person, kind="violence", state="clear", basis="Asked alone."
        )
    house.couple.team.filter(role="supervisor").delete()
    return house.couple


def test_a_plan_fills_the_hour_and_the_note(window, house, couple):
    page = window(house.dana).page
    hand = Counted(page)
    page.goto(reverse("case", args=[couple.pk]))
    write(hand, couple, PROBLEMS)
    assert hand.actions <= 25, hand.actions
    written = hand.actions
    sign(hand, ("Maya", "Ruben"), "Dana Okafor")
    assert hand.actions - written == 3
    assert Plan.objects.active_of(couple) is not None
    run_an_hour_from_the_plan(page, couple)
    hand.actions = 0
    write_the_note(hand)
    assert hand.actions <= 10, hand.actions
    note = ProgressNote.objects.get(session__case=couple, session__state="held", session__kind="regular")
    assert (note.state, note.objectives.count()) == ("signed", 1)
    page.goto(reverse("case_audit", args=[couple.pk]))
    for part, settled in (("plan", "5 of 5"), ("notes", "6 of 6"), ("safety", "1 of 1")):
        expect(page.locator(f"section[aria-labelledby=audit-{part}]")).to_contain_text(settled)
    page.goto(reverse("case_thread", args=[couple.pk]))
    expect(page.locator(".thread-strand:not(.is-open) h4").get_by_text("Sessions")).to_have_count(1)


def run_an_hour_from_the_plan(page, couple) -> None:
    """Takes up what the plan asks for, runs the hour and ends it."""
    page.goto(reverse("session_plan", args=[couple.sessions.get(state="planned").pk]))
    asked = page.locator("#suggested button[id^=need-planned]").first
    expect(asked).to_be_visible()
    title = asked.get_attribute("aria-label").removeprefix("Add ")
    asked.click()
    expect(page.locator("#said")).to_have_text(f"Added: {title}.")
    expect(page.locator(".agenda-for option[selected]:not([value=''])").first).to_contain_text("for ")
    page.get_by_role("link", name="Run", exact=True).click()
    page.get_by_role("button", name="Start").click()
    steps = page.locator(".run-list li").count()
    for _step in range(steps):
        page.get_by_role("button", name="Done, next step").click()
    page.get_by_role("button", name="End session").click()
    arrived(page, "Planned and done: M. & R.")


def write_the_note(hand: Counted) -> None:
    """What is not in it already: place and code, where the objective stands, one text, the risk."""
    page = hand.page
    hand.click("Write the note", "link")
    arrived(page, "Note: M. & R.")
    expect(page.locator("#note-record + *, .note-lines").first).to_contain_text("Check-in")
    hand.type("#note-place", "Harbour Lane, room 1")
    hand.type("#note-code", "90847")
    hand.actions += 1
    page.locator(".note-objective").first.get_by_label("Further").check()
    hand.type("#text-told", "Both stayed in the room and took turns.")
    hand.type("#text-assessment", "They heard each other out for the first time.")
    hand.actions += 1
    page.get_by_label("None: asked, and nothing found").check()
    expect(page.locator("#note-complete")).to_be_visible()
    expect(page.locator("#note-advised")).to_be_hidden()
    hand.click("Sign")
    expect(page.locator("#messages")).to_contain_text("Signed and locked.")
