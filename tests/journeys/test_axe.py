"""Every page of the house, and the states that a page gets into, looked at by axe; a new page without a row fails."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve, reverse
from playwright.sync_api import expect

from planner.library import search
from planner.practice.models import OpenSession
from tests.factories import PASSWORD
from tests.journeys import pages
from tests.journeys.clock import fall_asleep
from tests.journeys.look import doors_from, examine
from tests.test_doors import every_name

pytestmark = [pytest.mark.journey]
#: One comes to these by an address alone: from outside, by a link that was handed over, or sent there by the house.
FIRST_PAGES = {"account_login", "setup", "join", "second_factor", "mfa_reauthenticate", "account_reauthenticate"}


def test_every_page_has_its_row():
    looked_at = {look.name for rows in pages.EVERY.values() for look in rows}
    without = set().union(*pages.NO_PAGE.values())
    assert looked_at & without == set()
    assert looked_at | without == every_name()


LEADS_TO: dict[str, set[str]] = {}


@pytest.mark.parametrize("part", pages.EVERY)
def test_pages(window, house, things, part):
    """Nothing found by axe, nothing refused or asked elsewhere, no sideways scrolling, one h1."""
    wrong, opened, leads_to = [], {}, set()
    for look in pages.EVERY[part]:
        if look.who not in opened:
            opened[look.who] = window(getattr(house, look.who) if look.who else None)
        tab = opened[look.who]
        if look.status != 200:
            tab.allow(rf"status of {look.status}")
        answer = tab.page.goto(look.address(things))
        came_to = resolve(answer.url.removeprefix(house.url).partition("?")[0]).url_name
        if (answer.status, came_to) != (look.status, look.name):
            wrong.append(f"{look.label}: {answer.status} at {answer.url}")
            continue
        wrong += examine(tab.page, look.label)
        leads_to |= doors_from(tab.page)
    LEADS_TO[part] = leads_to
    assert wrong == []


def test_every_page_is_reached_from_another():
    if set(LEADS_TO) != set(pages.EVERY):
        pytest.skip("Only after all pages were walked.")
    led_to = set().union(*LEADS_TO.values())
    every = {look.name for rows in pages.EVERY.values() for look in rows}
    assert every - led_to == FIRST_PAGES - led_to
    assert [name for name in led_to if name.startswith("nowhere")] == []


# States of a page


def test_what_opens_on_the_planner(window, house, things):
    """The print dialog, the list of keys, the menu of the person, the lock."""
    page = window(house.dana).page
    page.goto(reverse("session_plan", args=[things["planned"]]))
    page.locator("#print-packet").click()
    expect(page.locator("#print-dialog .paper-picture")).to_be_visible()
    wrong = examine(page, "planner, print dialog")
    page.keyboard.press("Escape")
    expect(page.locator("#print-dialog")).not_to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    wrong += examine(page, "planner, keys")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).not_to_be_visible()
    page.locator(".rail-me").click()
    wrong += examine(page, "planner, menu")
    for details in page.locator("main details summary").all():
        details.click()
    page.locator(f"#remove-{page.locator('.agenda-item').first.get_attribute('data-item')}").click()
    expect(page.locator("#removed .notice")).to_be_visible()
    wrong += examine(page, "planner, all open, something removed")
    page.evaluate("document.dispatchEvent(new CustomEvent('clinic:locked'))")
    expect(page.get_by_role("dialog")).to_be_visible()
    wrong += examine(page, "planner, locked")
    assert wrong == []


def test_forms_that_were_not_accepted(window, house, things):
    """Errors beside their field and summed up at the top."""
    tab = window(house.dana)
    tab.allow("status of 4")
    wrong = []
    for name, *args in [
        ("case_new",), ("flag_record", "case"), ("gate_override", "case", "gate"), ("participant_add", "case"),
        ("session_edit", "planned"), ("person_invite",), ("practice_settings",),
    ]:  # fmt: skip
        tab.page.goto(reverse(name, args=[things.get(arg, arg) for arg in args]))
        form = tab.page.locator("main form:not([action])").last
        form.evaluate("form => { form.noValidate = true; }")
        for field in form.locator("input[type=text], input[type=number], input[type=date], textarea").all():
            if field.is_visible():
                field.fill("")
        form.locator("button[type=submit]").click()
        tab.page.wait_for_load_state()
        assert tab.page.locator(".invalid-feedback, .alert-danger").count(), name
        wrong += examine(tab.page, f"{name}, not accepted")
    assert wrong == []


def test_coming_in_by_steps(window, house):
    """A wrong password, the second factor."""
    page = window(None).page
    page.goto(reverse("account_login"))
    page.get_by_label("E-mail address").fill(house.carla.email)
    page.get_by_label("Password").fill("not this one")
    page.get_by_label("Password").press("Enter")
    expect(page.locator(".alert-danger")).to_be_visible()
    wrong = examine(page, "sign-in, wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**" + reverse("mfa_authenticate"))
    wrong += examine(page, "second step")
    assert wrong == []


def test_the_lock_as_a_page(window, house):
    tab = window(house.dana)
    fall_asleep(house.dana)
    tab.page.goto(reverse("profile"))
    assert resolve(tab.page.url.removeprefix(house.url).partition("?")[0]).url_name == "unlock"
    assert examine(tab.page, "unlock") == []


def test_errors_are_pages_too(window, house, things, monkeypatch):
    """Nothing there, not for this role, an old form, an expired sign-in with a form, a fault of ours."""
    tab = window(house.dana)
    tab.allow("status of (4|5)")
    page = tab.page
    wrong = []
    for label, address in [("none", "/no/such/page/"), ("strangers", reverse("case", args=[10**9]))]:
        assert page.goto(address).status == 404
        wrong += examine(page, f"404 {label}")

    page.goto(reverse("profile"))
    page.get_by_label("Your name").fill("A name half typed")
    tab.context.clear_cookies(name="csrf")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text("A name half typed")
    wrong += examine(page, "old form")

    page.goto(reverse("profile"))
    page.get_by_label("Your name").fill("Another name")
    OpenSession.objects.filter(user=house.dana).delete()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text("Another name")
    wrong += examine(page, "signed out with a form")

    def broken(*args, **kwargs):
        raise RuntimeError("made by a test")

    monkeypatch.setattr(search, "browse", broken)
    tab = window(house.dana)
    tab.allow("status of 500")
    page = tab.page
    assert page.goto(reverse("library")).status == 500
    assert not re.search("RuntimeError|made by a test", page.content())
    wrong += examine(page, "500")
    assert wrong == []
