"""A person who writes and signs a plan in a browser; each click, and each field typed into, is one action."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from planner.plans import sentences
from planner.plans.models import Goal, Objective

#: What is typed into a blank of a statement, by its field.
WORDS = {
    "what": "ten minutes at the table",
    "how_many": "3",
    "how_often": "each week",
    "who": "both",
    "measure": "diary",
}


class Counted:
    """A person at a page, counted."""

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


def write(hand: Counted, case, problems: tuple[str, ...]) -> None:
    """From the case chart to the page on which it is signed: two objectives a problem, from the statement bank."""
    page = hand.page
    hand.click("Write the plan")
    hand.type("#id_opening-presenting", "We do not talk any more, and I check his phone.")
    for number, problem in enumerate(problems, 1):
        hand.click(problem, "link")
        hand.click("Add to the plan")
        expect(page.get_by_role("heading", name=f"Goal {number}")).to_be_visible()
        goal = Goal.objects.get(plan__case=case, position=number)
        rows = list(Objective.objects.filter(goal=goal))
        for blank in sentences.still_open(rows[0])[:1]:  # the focus stands in the first one that is open
            expect(page.locator(f"#id_objective-{rows[0].pk}-{blank}")).to_be_focused()
        for row, (start, target) in zip(rows, (("none a week", "2 a week"), ("2", "6")), strict=True):
            for field in sentences.still_open(row):
                if field in WORDS:
                    hand.type(f"#id_objective-{row.pk}-{field}", WORDS[field])
            hand.type(f"#id_objective-{row.pk}-baseline", start)
            hand.type(f"#id_objective-{row.pk}-target", target)
        hand.type(f"#id_goal-{goal.pk}-own_words", "We want to talk again.")
    hand.type("#id_frame-discharge", "Two months of talks without help.")
    expect(page.locator("#plan-side")).to_contain_text("SMART check: nothing open.")
    hand.click("Read and sign")
    expect(page.get_by_role("heading", name="Read together and sign")).to_be_visible()
    expect(page.locator(".plan-text")).to_contain_text("We want to talk again.")


def sign(hand: Counted, clients: tuple[str, ...], clinician: str) -> None:
    """Each client draws, the clinician signs; the plan is in force."""
    for name in clients:
        hand.draw(f"Field to draw the signature of {name}")
    hand.click(re.compile(f"Sign as {clinician}"))
    expect(hand.page.locator("main")).to_contain_text("Signed. The plan is in force.")
