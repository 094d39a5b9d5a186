"""The two pictures of the README: the planner and a printed sheet. CLINIC_PICTURES=1 makes them anew."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from planner.cases import actions as cases
from planner.library.models import Intervention
from planner.sessions import actions as sessions
from planner.sessions import papers
from planner.sessions.models import Session
from planner.sheets import press

pytestmark = [pytest.mark.journey]
FOLDER = Path(settings.ROOT) / ".readme"
LARGEST = {"planner.png": 150_000, "sheet.png": 120_000}  # bytes
ASKED = os.environ.get("CLINIC_PICTURES") == "1"


@pytest.mark.parametrize("name", LARGEST)
def test_the_picture_is_there_and_small(name):
    file = FOLDER / name
    with Image.open(file) as picture:
        assert picture.format == "PNG" and picture.width >= 800
        picture.verify()
    assert file.stat().st_size <= LARGEST[name]


def keep(picture: bytes, name: str) -> None:
    """Few colours are enough for a page, and make it small."""
    FOLDER.mkdir(exist_ok=True)
    for colours in (128, 64, 32, 16):
        small = Image.open(io.BytesIO(picture)).convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        small.save(FOLDER / name, optimize=True)
        if (FOLDER / name).stat().st_size <= LARGEST[name]:
            return


@pytest.fixture
def plan(house, things):
    """The couple's next hour with two entries of the library; everybody was asked about safety."""
    for place in house.couple.participants.select_related("person"):
        cases.record_flag(
            by=house.dana, case=house.couple, person=place.person, kind="violence", state="clear", basis="Asked alone."
        )
    session = Session.objects.get(pk=things["planned"])
    trigger_map = session.items.get(kind="library")
    trigger_map.session = session
    sessions.change_item(trigger_map, by=house.dana, version=session.version, minutes=14)
    check_in = Intervention.objects.get(slug="weekly-check-in", language="en")
    sessions.add_library_item(session, check_in, by=house.dana, version=session.version, minutes=12)
    return Session.objects.get(pk=session.pk)


@pytest.mark.skipif(not ASKED, reason="Only made anew with CLINIC_PICTURES=1.")
def test_make_the_picture_of_the_planner(window, house, plan):
    page = window(house.dana).page
    page.goto(reverse("session_plan", args=[plan.pk]))
    expect(page.locator(".agenda-item").first).to_be_visible()
    expect(page.locator(".to-come")).to_have_count(0)  # its parts have come
    keep(page.screenshot(), "planner.png")


@pytest.mark.skipif(not ASKED, reason="Only made anew with CLINIC_PICTURES=1.")
def test_make_the_picture_of_a_sheet(house, plan):
    attending = sessions.attending_of(plan)
    maya = next(place for place in attending if place.person.print_name == "Maya")
    what = papers.person_value(maya)
    options = papers.default_options(house.dana.practice, papers.people_in(what, attending))
    order = papers.build(what, plan, attending, papers.copies_of(plan, attending), options)
    after_the_cover = 1 if order.paper.context.get("cover") else 0
    keep(press.picture(press.render(order.paper).pdf, page=after_the_cover, width=850), "sheet.png")
