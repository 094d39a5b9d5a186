"""A plan written and signed in a browser, every click and every field typed into counted."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from planner.plans import signing
from planner.plans.models import Goal, Objective, Plan, PlannedIntervention
from tests import factories
from tests.journeys import chromium

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

OBJECTIVES = [
    "By {by when}, {who} sits down for a talk, {what}, {how often}, as shown by {measured how}.",
    "By {by when}, {who} moves from {start} to {target} on a rating of trust, as shown by {measured how}.",
    *["By {by when}, {who} does {what} {how many} times, as shown by {measured how}."] * 4,
]


@pytest.fixture(scope="module")
def browser():
    if not chromium.path():
        pytest.skip("Chromium is not installed.")
    with chromium.launched() as found:
        yield found


@pytest.fixture
def tab(browser, live_server, owner):
    """tab() -> a page of the owner. What goes wrong in a script fails the test."""
    windows, faults = [], []

    def enter(who=owner):
        client = Client()
        client.force_login(who)
        window = browser.new_context(viewport={"width": 1280, "height": 900})
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


class Counted:
    """A person at a page: each click, and each field typed into, is one action."""

    def __init__(self, page):
        self.page, self.actions = page, 0

    def click(self, name, role="button"):
        self.actions += 1
        self.page.get_by_role(role, name=name).first.click()

    def type(self, field, text):
        self.actions += 1
        self.page.locator(field).fill(text)

    def draw(self, name):
        self.actions += 1
        field = self.page.get_by_role("img", name=name)
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        x, y, mouse = box["x"] + 40, box["y"] + 30, self.page.mouse
        mouse.move(x, y)
        mouse.down()
        for step in range(1, 8):
            mouse.move(x + step * 20, y + (step % 3) * 15)
        mouse.up()


def test_a_plan_is_written_in_25_actions_and_signed_in_3(tab, live_server, couple, owner):
    rounds = [factories.make_intervention(slug) for slug in ("weekly-talk", "trust-log")]
    for slug, name in (("lost-talk", "Talks that stopped"), ("lost-trust", "Trust that broke")):
        factories.make_statement(*rounds, slug=slug, objectives=OBJECTIVES, name=name)
    page = tab()
    page.goto(f"{live_server.url}/cases/{couple.pk}/")
    hand = Counted(page)
    hand.click("Write the plan")
    hand.type("#id_opening-presenting", "We do not talk any more, and I check his phone.")
    for number, problem in enumerate(("Talks that stopped", "Trust that broke"), 1):
        hand.click(problem, "link")
        hand.click("Add to the plan")
        expect(page.get_by_role("heading", name=f"Goal {number}")).to_be_visible()
        goal = Goal.objects.get(position=number)
        # The focus stands in the first blank that is open.
        first, second = Objective.objects.filter(goal=goal)
        expect(page.locator(f"#id_objective-{first.pk}-what")).to_be_focused()
        hand.type(f"#id_objective-{first.pk}-what", "ten minutes at the table")
        hand.type(f"#id_objective-{first.pk}-baseline", "none a week")
        hand.type(f"#id_objective-{first.pk}-target", "2 a week")
        hand.type(f"#id_objective-{second.pk}-baseline", "2")
        hand.type(f"#id_objective-{second.pk}-target", "6")
        hand.type(f"#id_goal-{goal.pk}-own_words", "We want to talk again.")
    hand.type("#id_frame-discharge", "Two months of talks without help.")
    expect(page.locator("#plan-side")).to_contain_text("SMART check: nothing open.")
    hand.click("Read and sign")
    expect(page.get_by_role("heading", name="Read together and sign")).to_be_visible()
    expect(page.locator(".plan-text")).to_contain_text("We want to talk again.")
    assert hand.actions <= 25, hand.actions
    written = hand.actions
    hand.draw("Field to draw the signature of Maya")
    hand.draw("Field to draw the signature of Ruben")
    hand.click(re.compile("Sign as Olive Owner"))
    expect(page.locator("main")).to_contain_text("Signed. The plan is in force.")
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
    from planner.plans import actions

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
    from planner.cases.models import TeamMember
    from planner.plans import actions

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
