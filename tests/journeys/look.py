"""Looking at a page as people with and without good eyes would: axe, the frame, nothing wider than the screen.

With CLINIC_SHOTS=folder a picture of everything that is looked at is kept there.
"""

from __future__ import annotations

import os
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from django.urls import Resolver404, resolve
from playwright.sync_api import Page, expect

DESK = {"width": 1280, "height": 900}
TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}
SHOTS = os.environ.get("CLINIC_SHOTS", "")
#: All rules that axe runs by itself, and the one on small targets, which it leaves off.
EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
#: What differs between light and dark.
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}


def arrived(page: Page, heading: str) -> None:
    """The page of this heading is here, and its scripts listen."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state()


def axe(page: Page, options: dict = EVERYTHING) -> list[str]:
    """What axe holds against the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options).then(said => said.violations)", options)
    return [
        f"axe {one['id']}: {node['html'][:160]} ({' '.join(node['failureSummary'].split())[:200]})"
        for one in found
        for node in one["nodes"]
    ]


def shoot(page: Page, label: str, kind: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{label}.{kind}.png", full_page=True)


def frame(page: Page) -> list[str]:
    """What every page has: one h1 with words in it, a title of its own, a language, one main part."""
    found = page.evaluate(
        """() => ({h1: [...document.querySelectorAll("h1")].map(h => h.textContent.trim()), title: document.title,
        lang: document.documentElement.lang, main: document.querySelectorAll("main").length})"""
    )
    sound = len(found["h1"]) == 1 and found["h1"][0] and found["title"] and found["lang"] and found["main"] == 1
    return [] if sound else [f"frame: {found}"]


def too_wide(page: Page) -> list[str]:
    """What sticks out at the right, where the page scrolls sideways."""
    return page.evaluate(
        """() => { const wide = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= wide) return [];
        return ["wider than the screen: " + [...document.querySelectorAll("body *")]
          .filter(one => one.getBoundingClientRect().right > wide + 1).slice(0, 4)
          .map(one => `${one.tagName}.${one.className}#${one.id}`).join(" ")]; }"""
    )


def too_long(page: Page) -> list[str]:
    """Blank paper below the page's end: something hidden in a part that scrolls lengthens the whole."""
    return page.evaluate(
        """() => { const whole = document.documentElement, ends = document.body.getBoundingClientRect().height;
        return whole.scrollHeight > Math.max(ends, whole.clientHeight) + 2
          ? [`${whole.scrollHeight} px long, its content ends at ${Math.round(ends)}`] : []; }"""
    )


def examine(page: Page, label: str) -> list[str]:
    """What is wrong with the page light and dark, on a desk screen and a phone; it is not loaded again in between."""
    expect(page.locator(".to-come")).to_have_count(0)  # its parts have come
    wrong = frame(page) + axe(page) + too_long(page)
    shoot(page, label, "desk")
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark {one}" for one in axe(page, COLOURS)]
    shoot(page, label, "dark")
    if SHOTS:
        page.set_viewport_size(TABLET)
        shoot(page, label, "tablet")
    page.set_viewport_size(PHONE)
    wrong += [f"phone, dark {one}" for one in axe(page) + too_wide(page) + too_long(page)]
    page.emulate_media(color_scheme="light")
    wrong += [f"phone {one}" for one in axe(page, COLOURS)]
    shoot(page, label, "phone")
    page.set_viewport_size(DESK)
    return [f"{label}: {one}" for one in wrong]


def doors_from(page: Page) -> set[str]:
    """Names of the doors that this page leads to; "nowhere: path" for a link that leads to none."""
    paths = page.evaluate(
        """() => [...document.querySelectorAll("a[href], form[action]")]
        .map(one => new URL(one.getAttribute("href") || one.getAttribute("action"), location.href))
        .filter(one => one.host === location.host).map(one => one.pathname)"""
    )
    found = set()
    for path in paths:
        try:
            found.add(resolve(path).url_name)
        except Resolver404:
            found.add(f"nowhere: {path}")
    return found
