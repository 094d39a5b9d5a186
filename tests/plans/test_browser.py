"""A plan written and signed in a browser, every click and every field typed into counted."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from planner.cases.models import TeamMember
from planner.plans import actions, signing
from planner.plans.models import Goal, Objective, Plan, PlannedIntervention
from tests import factories
from tests.journeys import chromium
from tests.journeys.look import examine
from tests.plans import make
from tests.plans.by_hand import Counted, sign, write

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

OBJECTIVES = [
    "By {by when}, {who} sits down for a talk, {what}, {how often}, as shown by {measured how}.",
    "By {by when}, {who} moves from {start} to {target} on a rating of trust, as shown by {measured how}.",
    *["By {by when}, {who} does {what} {how many} times, as shown by {measured how}."] * 4,
]


@pytest.fixture(scope="module")
def browser():
    with chromium.launched() as found:
        yield found


@pytest.fixture
def tab(browser, live_server, owner):
    """tab() -> a page of the owner. What goes wrong in a script fails the test."""
    windows, faults = [], []

    def enter(who=owner):
        client = Client()
        client.force_login(who)
        window = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        windows.append(window)
        cookie = {"name": "session", "value": client.cookies["session"].value, "url": live_server.url}
        window.add_cookies([cookie])
        page = window.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security" in line.text else None)
        return page

    yield enter
    for window in windows:
        window.close()
    assert faults == []


def test_a_plan_is_written_in_25_actions_and_signed_in_3(tab, live_server, couple, owner):
    rounds = [factories.make_intervention(slug) for slug in ("weekly-talk", "trust-log")]
    for slug, name in (("lost-talk", "Talks that stopped"), ("lost-trust", "Trust that broke")):
        factories.make_statement(*rounds, slug=slug, objectives=OBJECTIVES, name=name)
    page = tab()
    page.goto(f"{live_server.url}/cases/{couple.pk}/")
    hand = Counted(page)
    write(hand, couple, ("Talks that stopped", "Trust that broke"))
    assert hand.actions <= 25, hand.actions
    written = hand.actions
    sign(hand, ("Maya", "Ruben"), "Olive Owner")
    assert hand.actions - written == 3
    plan = Plan.objects.get()
    assert (plan.state, Goal.objects.count(), Objective.objects.count()) == ("active", 2, 4)
    assert PlannedIntervention.objects.filter(edition__isnull=False).count() == 4
    assert all(row.due and row.measure and row.baseline and row.target for row in Objective.objects.all())
    assert [(row.role, row.way) for row in plan.signatures.all()] == [
        ("client", "drawn"), ("client", "drawn"), ("clinician", "typed")
    ]  # fmt: skip
    assert all(one.holds for one in signing.shown(plan))


def test_the_check_speaks_while_one_types_and_enter_goes_on(tab, live_server, couple, owner):
    plan = actions.begin(case=couple, by=owner)
    goal = actions.add_goal(plan=plan, by=owner)
    row = actions.add_objective(plan=plan, goal=goal, by=owner)
    page = tab()
    page.goto(f"{live_server.url}/plans/{plan.pk}/edit/")
    said = page.locator(f"#objective-{row.pk}-smart")
    page.locator(f"#id_objective-{row.pk}-text").press_sequentially("Maya feels better")
    expect(said).to_contain_text("Hard to see from outside")
    page.locator(f"#id_objective-{row.pk}-measure").fill("PHQ-9")
    expect(said).not_to_contain_text("Name a measure")
    page.locator(f"#id_objective-{row.pk}-measure").press("Enter")
    expect(page.locator(f"#id_objective-{row.pk}-baseline")).to_be_focused()
    page.locator(f"#id_objective-{row.pk}-due").fill("2020-01-01")
    expect(said).to_contain_text("This day is past.")
    assert Objective.objects.get().measure == "PHQ-9"


def test_two_people_at_one_goal_lose_nothing(tab, live_server, couple, owner, colleague):
    TeamMember.objects.create(case=couple, user=colleague, role="co")
    plan = actions.begin(case=couple, by=owner)
    goal = actions.add_goal(plan=plan, by=owner, clinical="First")
    one, two = tab(), tab(colleague)
    for page in (one, two):
        page.goto(f"{live_server.url}/plans/{plan.pk}/edit/")
    one.locator(f"#id_goal-{goal.pk}-clinical").fill("Olive's text")
    expect(one.locator(f"#id_goal-{goal.pk}-version")).to_have_value("2")
    two.locator(f"#id_goal-{goal.pk}-clinical").fill("Colin's text")
    conflict = two.locator("#draft-conflict")
    expect(conflict).to_contain_text("Olive Owner changed this meanwhile.")
    expect(conflict).to_contain_text("Olive's text")
    expect(conflict).to_contain_text("Colin's text")
    expect(two.locator(f"#id_goal-{goal.pk}-clinical")).to_have_value("Colin's text")
    assert Goal.objects.get().clinical == "Olive's text"
    two.get_by_role("button", name="Put mine in its place").click()
    two.wait_for_url("**/edit/#goal-*")
    assert Goal.objects.get().clinical == "Colin's text"


def test_nothing_on_these_pages_keeps_anybody_out(tab, live_server, couple, owner):
    active = make.make_active(couple, owner)
    draft = actions.begin(case=couple, by=owner)
    statement = factories.make_statement(factories.make_intervention("first"))
    goal = active.goals.get()
    addresses = {
        "chart": reverse("case", args=[couple.pk]), "plan": reverse("plan", args=[active.pk]),
        "edit": reverse("plan_edit", args=[draft.pk]), "bank": reverse("plan_bank", args=[draft.pk, statement.pk]),
        "sign": reverse("plan_sign", args=[draft.pk]), "versions": reverse("plans", args=[couple.pk]),
        "compare": reverse("plan_compare", args=[draft.pk]), "review": reverse("plan_review", args=[active.pk]),
        "stands": reverse("plan_stand", args=[active.pk, "goal", goal.pk]),
        "print": reverse("plan_print", args=[active.pk]),
    }  # fmt: skip
    page, wrong = tab(), []
    for label, address in addresses.items():
        page.goto(live_server.url + address)
        wrong += examine(page, label)
    page.goto(live_server.url + addresses["edit"])
    page.get_by_role("link", name="Fear of being left").click()
    expect(page.locator("#bank-offer")).to_be_visible()
    wrong += examine(page, "the bank in the editor")
    assert wrong == [], "\n".join(wrong)
