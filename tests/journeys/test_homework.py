"""Out and back again, in a real browser: both partners are given a check-in, one fills the PDF as a browser's viewer
does (PDFium), one with a script (pypdf), one more fills it on the screen that was handed over; all is looked at."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from planner.cases import actions as cases
from planner.homework.models import Assignment, PrintedSheet, Response
from planner.library.models import Worksheet
from tests import factories
from tests.homework.fillers import by_pdfium, by_pypdf
from tests.journeys.look import TABLET, arrived

pytestmark = [pytest.mark.journey]
SAID = ("Zoë, 北京, שלום", "A calm evening")


@pytest.fixture
def couple(house):
    """The demo couple, each asked alone about safety."""
    for place in house.couple.participants.select_related("person"):
        cases.record_flag(
            by=house.dana, case=house.couple, person=place.person, kind="violence", state="clear", basis="Asked alone."
        )
    return house.couple


def test_given_filled_by_two_programs_taken_in_and_reviewed(window, house, couple, tmp_path):
    page = window(house.dana).page
    page.goto(reverse("case", args=[couple.pk]))
    give_the_check_in(page, couple)
    rows = list(Assignment.objects.filter(case=couple).select_related("person").order_by("pk"))
    assert [row.person.print_name for row in rows] == ["Maya", "Ruben"]
    files = []
    for row, filler, words in zip(rows, (by_pdfium, by_pypdf), SAID, strict=True):
        pdf = printed(page, row)
        files.append(tmp_path / f"{row.pk}.pdf")
        files[-1].write_bytes(filler(pdf, {"went_well": words}))
    page.goto(reverse("returned"))
    page.get_by_label("Returned PDFs").set_input_files(files)
    page.get_by_role("button", name="Send in").click()
    expect(page.locator("#received + ul li")).to_have_count(2)
    for file, words in zip(files, SAID, strict=True):
        page.goto(reverse("returned"))
        page.locator("#waits + ul").get_by_role("link", name=file.name).click()
        expect(page.locator("img.paper-picture").first).to_be_visible()
        page.get_by_role("button", name="Take in as stored").click()
        expect(page.locator(".came-back")).to_contain_text(words)
    session = couple.sessions.get(state="planned")
    page.goto(reverse("session_plan", args=[session.pk]))
    for row in rows:  # the next session asks for both
        page.locator(f"#need-homework-{row.pk}").click()
        expect(page.locator("#agenda")).to_contain_text(f"({row.person.print_name})")
    expect(page.locator("#suggested")).not_to_contain_text("waits for review")
    for row, words in zip(rows, SAID, strict=True):
        page.goto(reverse("session_plan", args=[session.pk]))
        page.locator(f'#agenda a[href="{reverse("assignment", args=[row.pk])}"]').click()
        expect(page.locator(".came-back")).to_contain_text(words)
        page.get_by_label("What you found together").fill("We looked at it.")
        page.get_by_role("button", name="Reviewed", exact=True).click()
        expect(page.locator(".top-under")).to_contain_text("Reviewed")
    said = [one.values["went_well"] for one in Response.objects.filter(assignment__in=rows).order_by("assignment_id")]
    assert said == list(SAID)
    assert not Assignment.objects.to_review(couple).exists()


def give_the_check_in(page, couple) -> None:
    """From the chart: three clicks."""
    page.get_by_role("link", name="Give something").click()
    sheet = Worksheet.objects.get(slug="check-in-sheet", language="en", practice=None)
    if not page.locator(f'a[href$="?sheet={sheet.pk}"]').count():
        page.get_by_label("Find a sheet").fill("weekly check-in")
        page.get_by_role("button", name="Find").click()
    page.locator(f'a[href$="?sheet={sheet.pk}"]').click()
    expect(page.get_by_label("Maya")).to_be_checked()
    page.get_by_role("button", name="Give", exact=True).click()
    arrived(page, "Homework")


def printed(page, row) -> bytes:
    """Prints it with fields to type in; the kept bytes."""
    page.goto(reverse("assignment_print", args=[row.pk]))
    page.get_by_label("To fill in").select_option("fields")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Print", exact=True).click()
    opened.value.close()
    return bytes(PrintedSheet.objects.get(assignment=row).printout.printed.pdf)


def test_the_screen_in_the_client_s_hands(window, house, couple):
    sheet = Worksheet.objects.get(slug="check-in-sheet", language="en", practice=None)
    row = factories.make_assignment(couple, house.dana, couple.participants.first().person, sheet.current)
    page = window(house.dana, size=TABLET).page
    page.goto(reverse("assignment", args=[row.pk]))
    page.get_by_role("button", name="Hand over the screen").click()
    expect(page.locator("main.handed")).to_be_visible()
    page.locator("textarea").first.fill("You told me the same night.")
    expect(page.locator("[data-fill-said]")).to_contain_text("Saved")
    scale = page.locator(".scale").first.locator("input[type=checkbox]")
    scale.nth(3).check()
    scale.nth(7).check()
    expect(scale.nth(3)).not_to_be_checked()
    page.goto(reverse("today"))
    expect(page).to_have_url(f"{house.url}{reverse('handed_sheet', args=[row.pk])}")
    expect(page.locator("textarea").first).to_have_value("You told me the same night.")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("link", name="Give back to your therapist").first.click()
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Take the screen back").click()
    expect(page.locator(".came-back")).to_contain_text("You told me the same night.")
