"""From the last weekly hour to a year of boosters, in a calendar program, and back into treatment after a relapse."""

from __future__ import annotations

import datetime
import urllib.request

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from planner.boosters.models import Booster, ReentryDecision, Series
from planner.progress import actions as progress
from planner.progress.models import Rating
from tests.exchange import khal

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not khal.is_here(), reason="khal is not installed (Debian: apt-get install khal)"),
]
ZONE = "America/Los_Angeles"


def test_a_year_of_boosters(window, house, tmp_path):
    tab = window(house.dana)
    tab.allow("net::ERR_ABORTED")  # a document opens in a window of its own
    page, case = tab.page, house.couple
    with timezone.override(ZONE):
        end_the_treatment(page, case)
        make_the_series(page, case)
        read_the_hours_in_khal(page, house.url, tmp_path)
        hold_the_first(page, case)
        miss_the_second(page, case)
        come_back_after_a_relapse(page, case, house.dana)


def end_the_treatment(page, case):
    page.goto(reverse("treatment_end", args=[case.pk]))
    page.get_by_label("Summary").fill("They talk each Sunday; a hard day is told the same evening.")
    page.get_by_role("button", name="End the treatment").click()
    expect(page.get_by_text("The treatment has ended. The boosters go on.")).to_be_visible()


def make_the_series(page, case):
    """Twelve months, counted from a month ago, so that the first one is due today."""
    page.get_by_role("link", name="Make a series").click()
    page.get_by_label("Your own rhythm").check()
    page.get_by_label("Your own: every").fill("1")
    page.get_by_label("How many").fill("12")
    page.get_by_label("Counted from").fill(str(timezone.localdate() - relativedelta(months=1)))
    page.get_by_label("Weekday").select_option("")
    page.get_by_label("Time").fill("10:00")
    page.get_by_role("button", name="Show the dates").click()
    expect(page.get_by_role("heading", name="12 boosters would be made")).to_be_visible()
    page.get_by_role("button", name="Make these 12 boosters").click()
    expect(page.get_by_text("12 boosters are in the calendar.")).to_be_visible()
    assert Series.objects.get(case=case).boosters.count() == 12


def read_the_hours_in_khal(page, url, folder):
    """Subscribed as a calendar program does it: by the address alone, without a sign-in."""
    page.goto(reverse("calendar_feed"))
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Address").input_value()
    assert address.startswith(url)
    with urllib.request.urlopen(address) as answer:  # noqa: S310  (our own server)
        text = answer.read()
    today = timezone.localdate()
    shown = khal.read(text, ZONE, str(today), str(today + datetime.timedelta(days=360)), folder)
    ours = [start for start, title in shown if title == "Appointment, not confirmed" and start.endswith("10:00")]
    days = Booster.objects.filter(series__preset="own", state="due").order_by("due_on").values_list("due_on", flat=True)
    assert ours == [f"{day} 10:00" for day in days]
    offsets = {timezone.make_aware(datetime.datetime.fromisoformat(start)).utcoffset() for start in ours}
    assert len(offsets) == 2, "both sides of the clock changes"


def hold_the_first(page, case):
    first = Booster.objects.get(series__case=case, number=1)
    page.goto(reverse("booster", args=[first.pk]))
    expect(page.get_by_role("heading", name="Before the hour")).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Print the brief").click()
    opened.value.close()
    page.locator(".top-action").get_by_role("link", name="Book").click()
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plan")
    before = Rating.objects.filter(case=case, measure="trust").count()
    page.goto(reverse("booster_measure", args=[first.pk]))
    for field in page.get_by_label("Trust").all():
        field.fill("7")
    page.get_by_role("button", name="Keep the ratings").click()
    assert Rating.objects.filter(case=case, measure="trust").count() == before + 2
    page.get_by_text("It was held").click()
    page.get_by_label("What has held").fill("The Sunday talk")
    page.get_by_label("One thing until the next booster").fill("Ruben says it within the day")
    page.get_by_role("button", name="Keep", exact=True).first.click()
    expect(page.get_by_text("Kept. What was promised stands in the next brief.")).to_be_visible()
    page.goto(reverse("booster", args=[Booster.objects.get(series__case=case, number=2).pk]))
    expect(page.get_by_text("Ruben says it within the day")).to_be_visible()


def miss_the_second(page, case):
    """The month goes by: the second booster's day is over."""
    second = Booster.objects.get(series__case=case, number=2)
    today = timezone.localdate()
    Booster.objects.filter(pk=second.pk).update(
        due_on=today - datetime.timedelta(days=9), opens_on=today - datetime.timedelta(days=12),
        closes_on=today - datetime.timedelta(days=2),
    )  # fmt: skip
    page.goto(reverse("today"))
    expect(page.get_by_text("window over since")).to_be_visible()
    page.goto(reverse("booster", args=[second.pk]))
    page.get_by_text("Nobody came").click()
    page.get_by_role("button", name="It was missed").click()
    expect(page.get_by_text("Missed. A follow-up waits on Today; you can make a second date now.")).to_be_visible()
    page.goto(reverse("today"))
    expect(page.get_by_text("was missed: follow up")).to_be_visible()
    page.goto(reverse("booster", args=[second.pk]))
    page.get_by_label("What was done").fill("Called; a child was ill")
    page.locator(f"form[action='{reverse('booster_follow_up', args=[second.pk])}'] button").click()
    expect(page.get_by_text("Kept. Nothing waits for this booster any more.")).to_be_visible()


def come_back_after_a_relapse(page, case, dana):
    progress.record_event(by=dana, case=case, kind="relapse", on=timezone.localdate())
    third = Booster.objects.get(series__case=case, number=3)
    page.goto(reverse("case", args=[case.pk]))
    expect(page.get_by_text("The rule for going back into treatment is met:")).to_be_visible()
    page.get_by_role("link", name="Decide").click()
    expect(page.get_by_text("turn booster 3")).to_be_visible()
    page.get_by_label("Back into treatment").check()
    page.get_by_role("button", name="Keep the decision").click()
    expect(page.get_by_text("Back in treatment.")).to_be_visible()
    case.refresh_from_db()
    assert case.phase == "disclosure-and-repair"
    assert ReentryDecision.objects.get(case=case).decision == "treatment"
    moved = Booster.objects.get(pk=third.pk)
    assert moved.due_on == third.due_on + datetime.timedelta(weeks=12)
