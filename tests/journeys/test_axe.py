"""Every page, looked at as people with and without good eyes would: axe, light and dark, on a desk screen and a phone.

With CLINIC_SHOTS=folder a picture of every page is kept there, to look at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve, reverse

from tests.journeys import pages
from tests.journeys.conftest import DESK, PHONE, TABLET
from tests.test_doors import every_name

pytestmark = [pytest.mark.journey]
SHOTS = os.environ.get("CLINIC_SHOTS", "")
EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
#: Pages one comes to by an address alone: from outside, from a link that was handed over, or sent there by the house.
FIRST_PAGES = {"account_login", "setup", "join", "unlock", "second_factor", "mfa_reauthenticate", "account_reauthenticate"}


def axe(page, options=EVERYTHING) -> list[str]:
    """What axe holds against the page as it stands."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"axe {one['id']}: {' '.join(node['target'][-1:])} {node['html'][:160]} ({node['failureSummary'][:200]})"
        for one in found
        for node in one["nodes"]
    ]


def shoot(page, label: str, kind: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{label}.{kind}.png", full_page=True)


def frame(page) -> list[str]:
    """What every page has: one h1 with words in it, a title, a language, a main part."""
    found = page.evaluate(
        """() => ({h1: [...document.querySelectorAll('h1')].map(h => h.innerText.trim()), title: document.title,
        lang: document.documentElement.lang, main: document.querySelectorAll('main').length})"""
    )
    wrong = []
    if len(found["h1"]) != 1 or not found["h1"][0]:
        wrong.append(f"h1: {found['h1']}")
    if not found["title"] or found["title"] == "Clinic planner" or not found["lang"] or found["main"] != 1:
        wrong.append(f"frame: {found}")
    return wrong


def too_wide(page) -> list[str]:
    """What sticks out of the page at the right, where the page scrolls sideways."""
    return page.evaluate(
        """() => { const wide = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= wide) return [];
        return ['wider than the screen: ' + [...document.querySelectorAll('body *')]
          .filter(e => e.getBoundingClientRect().right > wide + 1).slice(0, 4)
          .map(e => e.tagName + '.' + e.className + '#' + e.id).join(' ')]; }"""
    )


def examine(page, label: str) -> list[str]:
    """The page light and dark, wide and narrow, without loading it again."""
    wrong = frame(page) + axe(page)
    shoot(page, label, "desk")
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark {one}" for one in axe(page, COLOURS)]
    shoot(page, label, "dark")
    if SHOTS:
        page.set_viewport_size(TABLET)
        shoot(page, label, "tablet")
    page.set_viewport_size(PHONE)
    wrong += [f"phone, dark {one}" for one in axe(page) + too_wide(page)]
    page.emulate_media(color_scheme="light")
    wrong += [f"phone {one}" for one in axe(page, COLOURS)]
    shoot(page, label, "phone")
    page.set_viewport_size(DESK)
    return wrong


def links(page) -> set[str]:
    """Names of the doors that this page leads to."""
    here = page.evaluate("""() => [...document.querySelectorAll('a[href], form[action]')].map(
        one => new URL(one.getAttribute('href') || one.getAttribute('action'), location.href))
        .filter(one => one.host === location.host).map(one => one.pathname)""")
    found = set()
    for path in here:
        try:
            found.add(resolve(path).url_name)
        except Resolver404:
            found.add(f"nowhere: {path}")
    return found


def test_every_page_has_its_row():
    looked_at = {look.name for rows in pages.EVERY.values() for look in rows}
    without = set().union(*pages.NO_PAGE.values())
    assert looked_at & without == set()
    assert looked_at | without == every_name()


LED_TO: dict[str, set[str]] = {}


@pytest.mark.parametrize("part", pages.EVERY)
def test_pages(window, house, things, part):
    """Nothing found by axe, nothing refused or asked elsewhere, no sideways scrolling, one h1."""
    wrong, opened, led_to = [], {}, set()
    for look in pages.EVERY[part]:
        if look.who not in opened:
            opened[look.who] = window(getattr(house, look.who) if look.who else None)
        tab = opened[look.who]
        if look.status != 200:
            tab.allow(rf"status of {look.status}")
        answer = tab.page.goto(look.address(things))
        if answer.status != look.status or resolve(answer.url.removeprefix(house.url).split("?")[0]).url_name != look.name:
            wrong.append(f"{look.label}: {answer.status} at {answer.url}")
            continue
        wrong += [f"{look.label}: {one}" for one in examine(tab.page, look.label)]
        led_to |= links(tab.page)
    LED_TO[part] = led_to
    assert wrong == []


def test_every_page_is_reachable():
    """Some page links to it; only those above are come to otherwise."""
    if set(LED_TO) != set(pages.EVERY):
        pytest.skip("Only after all pages were walked.")
    led_to = set().union(*LED_TO.values())
    every = {look.name for rows in pages.EVERY.values() for look in rows}
    assert every - led_to == FIRST_PAGES & (every - led_to)
    assert not [name for name in led_to if name.startswith("nowhere")]
