"""What must not go wrong while one plans: nobody was there for a while, the line is lost, a key is pressed."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from planner.sessions.models import AgendaItem
from tests.factories import PASSWORD
from tests.journeys.clock import fall_asleep
from tests.journeys.look import PHONE, arrived

pytestmark = [pytest.mark.journey]
SAVED = re.compile(r"^Saved \d\d:\d\d$")


@pytest.fixture
def planner(window, house, things):
    """(window, the title field of an item of the agenda, that item)."""
    tab = window(house.dana)
    tab.page.goto(reverse("session_plan", args=[things["planned"]]))
    expect(tab.page.locator(".to-come")).to_have_count(0)  # or a part that still comes meets the lock, or no line
    item = AgendaItem.objects.filter(session_id=things["planned"], kind="library").first()
    return tab, tab.page.locator(f"#title-{item.pk}"), item


def test_the_lock_covers_the_page_and_saving_goes_on_behind_it(planner, house):
    tab, title, item = planner
    tab.allow("status of 401")
    fall_asleep(house.dana)
    title.fill("Typed before lunch")
    dialog = tab.page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Locked. Your text is kept.")
    expect(title).not_to_be_visible()
    assert "M. & R." not in tab.page.title()
    assert AgendaItem.objects.get(pk=item.pk).title != "Typed before lunch"
    dialog.get_by_label("Password").fill(PASSWORD)
    tab.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(title).to_have_value("Typed before lunch")
    expect(tab.page.locator("#saved")).to_have_text(SAVED)
    assert AgendaItem.objects.get(pk=item.pk).title == "Typed before lunch"


def test_a_lost_line_is_said_and_the_text_is_saved_afterwards(planner):
    tab, title, item = planner
    tab.allow("ERR_INTERNET_DISCONNECTED")
    tab.context.set_offline(True)
    title.fill("Typed on the train")
    saved = tab.page.locator("#saved")
    expect(saved).to_have_text("Not saved: no connection. Your text is kept; trying again.")
    tab.page.locator(f"#up-{item.pk}").click()
    expect(title).to_have_value("Typed on the train")
    tab.context.set_offline(False)
    expect(saved).to_have_text(SAVED)
    assert AgendaItem.objects.get(pk=item.pk).title == "Typed on the train"


def test_the_keys_of_the_house(planner, house):
    tab, _title, _item = planner
    page = tab.page
    page.keyboard.press("/")
    expect(page.locator("#house-search")).to_be_focused()
    page.keyboard.type("maya /n?")
    expect(page.locator("#house-search")).to_have_value("maya /n?")
    page.keyboard.press("Control+a")
    page.keyboard.type("mindful")
    page.keyboard.press("Enter")
    arrived(page, "Found for “mindful”")
    expect(page.get_by_role("main")).to_contain_text("Mindfulness")
    for letter, heading in {"t": "Today", "c": "Cases", "l": "Library", "s": "Sessions"}.items():
        page.keyboard.press("g")
        page.keyboard.press(letter)
        arrived(page, heading)
    page.keyboard.press("?")
    keys = page.locator("#keys")
    expect(keys).to_be_visible()
    page.keyboard.press("n")  # a dialog is open: keys wait
    expect(keys).to_be_visible()
    keys.get_by_label("Single-letter keys are on").uncheck()
    page.keyboard.press("Escape")
    expect(keys).not_to_be_visible()
    page.keyboard.press("n")
    arrived(page, "Sessions")
    page.evaluate("localStorage.clear()")
    page.keyboard.press("g")
    page.keyboard.press("c")
    arrived(page, "Cases")
    page.keyboard.press("n")
    arrived(page, "New case")


def test_leaving_a_form_that_is_half_written_asks_first(window, house):
    page = window(house.dana).page
    page.goto(reverse("case_new"))
    page.get_by_label("The injury you work on").fill("Half a sentence")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Library").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("The injury you work on")).to_have_value("Half a sentence")


def test_a_phone_shows_the_agenda_before_the_library(window, house, things):
    page = window(house.dana, PHONE).page
    page.goto(reverse("session_plan", args=[things["planned"]]))
    top = lambda name: page.get_by_role("heading", name=name, exact=True).bounding_box()["y"]  # noqa: E731
    assert top("Agenda") < PHONE["height"] and top("Agenda") < top("Library")


def test_the_template_is_chosen_not_preset(planner):
    tab, _title, _item = planner
    choice = tab.page.get_by_label("Session template")
    expect(choice.locator("option:checked")).to_have_text("Choose a template")
    tab.page.get_by_role("button", name="Use template").click()
    expect(tab.page.locator(".agenda-item")).to_have_count(6)
    choice.select_option(index=1)
    tab.page.get_by_role("button", name="Use template").click()
    expect(tab.page.locator("#said")).to_contain_text("The agenda is filled from")
    expect(tab.page.locator("#removed")).to_contain_text("items were taken off")
