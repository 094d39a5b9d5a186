"""A plan for hard days from its first line to its second version, with a relapse in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from planner.agreements.models import Agreement, Reentry
from tests.journeys.conftest import case_of

pytestmark = pytest.mark.journey


def test_a_plan_is_built_signed_used_and_made_anew(window, house):
    tab = window(house.dana)
    page, case = tab.page, case_of("Ruben")
    build(page, case)
    sign(page)
    record_a_relapse(page, case)
    make_it_anew(page)
    plan_the_repair_session(page, case)


def build(page, case):
    page.goto(reverse("case_agreements", args=[case.pk]))
    page.get_by_role("link", name="Relapse-prevention plan").click()
    page.get_by_label("My steady plan, for Ruben").check()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_label("1. When was it close")).to_be_visible()
    page.wait_for_load_state()  # its script listens
    page.get_by_label("1. When was it close").fill("I left at nine and rang Joan.")
    expect(page.locator("[data-fill-said]")).to_contain_text("Saved")
    page.get_by_role("button", name="Adopt").click()
    expect(page.get_by_text("Adopted. Next: signatures, and the copies on paper.")).to_be_visible()


def sign(page):
    page.get_by_role("link", name="Sign", exact=True).click()
    ruben = page.get_by_role("group").filter(has_text="Ruben").first
    ruben.get_by_label("Type the name").check()
    ruben.get_by_label("Name, typed by the person who signs").fill("Ruben Adeyemi")
    page.get_by_role("button", name="Keep the signatures").click()
    expect(page.get_by_role("heading", name="Copies on paper")).to_be_visible()
    rubens = Agreement.objects.get(worksheet__slug="my-steady-plan", person__print_name="Ruben")
    assert rubens.versions.get().signatures.count() == 2


def record_a_relapse(page, case):
    page.goto(reverse("relapse_record", args=[case.pk]))
    page.get_by_label("What is known").fill("Once, on Friday; told on Saturday.")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What to do today")
    expect(page.get_by_text("Maya: may not be told by you.")).to_be_visible()


def make_it_anew(page):
    way_back = page.url
    page.get_by_role("link", name="My steady plan, Ruben").click()
    expect(page.get_by_text("Look at it: After a relapse")).to_be_visible()
    page.get_by_role("button", name="Make a new version").click()
    page.get_by_label("1. When was it close").fill("I rang Joan before I left the office.")
    page.get_by_label("Why there is a new version").fill("Friday showed a missing step.")
    page.get_by_role("button", name="Adopt").click()
    expect(page.get_by_text("Friday showed a missing step.").first).to_be_visible()
    expect(page.get_by_text("Look at it: After a relapse")).to_have_count(0)
    page.goto(way_back)


def plan_the_repair_session(page, case):
    page.get_by_role("link", name="Plan the session").click()
    page.get_by_label("Day").fill(str(timezone.localdate() + timedelta(days=3)))
    page.get_by_label("Time").fill("10:00")
    page.get_by_role("button", name="Plan").click()
    assert case.sessions.filter(kind="repair", state="planned").exists()
    assert Reentry.objects.get(case=case).closed_on is None
