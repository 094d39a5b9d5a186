"""The main job, once, whole: from the sign-in to the paper that each partner takes home.

A therapist signs in, opens a couple from the caseload, plans the hour from the library, puts it in order by keyboard
and prints. The papers are judged by poppler and qpdf, and read again by the reader for what comes back.
"""

from __future__ import annotations

import re
import shutil
from urllib.parse import quote

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from planner.cases import actions as cases
from planner.homework.models import Printout
from planner.sessions.models import AgendaItem, Handout, Session
from planner.sheets.blocks import blocks_for
from planner.sheets.returned import read_values
from tests.factories import PASSWORD
from tests.journeys import paper
from tests.journeys.look import arrived

pytestmark = [pytest.mark.journey]
#: In every finding about safety of this couple. It may stand on a clinician's screen and nowhere else.
BASIS = "A heron stood by the window"
FINDINGS = (BASIS, "coercion, asked alone", "Gate shut", "Override")
COUNT_PRESSES = "window.presses = 0; addEventListener('pointerdown', () => { window.presses += 1; }, true);"


@pytest.fixture
def couple(house):
    """The couple, each asked alone about safety."""
    for place in house.couple.participants.select_related("person"):
        cases.record_flag(
            by=house.dana, case=house.couple, person=place.person, kind="violence", state="clear", basis=BASIS
        )
    return house.couple


@pytest.fixture
def agenda(window, house, couple):
    """The planner, open on a new session of the couple; the way there is walked by keyboard alone."""
    tab = window(None)
    tab.page.add_init_script(COUNT_PRESSES)
    page = tab.page
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("E-mail address").fill(house.dana.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    arrived(page, "Today")
    page.keyboard.press("g")
    page.keyboard.press("c")
    arrived(page, "Cases")
    tab_to(page, "M. & R.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("M. & R.")
    page.wait_for_load_state()
    page.keyboard.press("n")
    arrived(page, "Plan a session: M. & R.")
    tab_to(page, "Plan")
    page.keyboard.press("Enter")
    arrived(page, "Plan: M. & R.")
    assert page.evaluate("window.presses") == 0
    return page


def tab_to(page, text: str) -> None:
    """Presses Tab until what is called `text` has the focus."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('main') && document.activeElement.innerText.trim()") == text:
            return
    raise AssertionError(f"{text} cannot be reached with the Tab key")


def titles(page) -> list[str]:
    return page.locator(".agenda-title").evaluate_all("fields => fields.map(field => field.value)")


def add(page, words: str, title: str) -> None:
    """Finds an entry of the library by a few words, and adds it with the keyboard."""
    with page.expect_response(lambda answer: f"q={quote(words)}&" in answer.url):
        page.locator("#library-q").fill(words)
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    button = page.locator("#library-rows").get_by_role("button", name=f"Add {title}")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text(f"Added: {title}")


@pytest.mark.skipif(
    not (shutil.which("pdftotext") and shutil.which("qpdf")), reason="Debian: apt-get install poppler-utils qpdf"
)
def test_from_the_library_to_the_packet(agenda, house, couple, tmp_path):
    page = agenda
    session = Session.objects.order_by("-pk").first()
    assert titles(page)[0] == "Check-in"

    add(page, "trigger", "Trigger map")
    add(page, "weekly chek", "Weekly check-in")  # a typo is forgiven
    expect(page.locator(".homework-line")).to_contain_text("(Maya, Ruben)")

    before = titles(page)
    at = before.index("Weekly check-in")
    item = AgendaItem.objects.get(session=session, title="Weekly check-in")
    page.locator(f"#minutes-{item.pk}").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#said")).to_have_text(f"Weekly check-in: now {at} of {len(before)}.")
    page.reload()
    before[at - 1], before[at] = before[at], before[at - 1]
    assert titles(page) == before

    budget = page.locator("#budget-words").inner_text()
    page.locator(f"#minutes-{item.pk}").fill("12")
    expect(page.locator("#budget-words")).not_to_have_text(budget)
    expect(page.locator("#saved")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    item.refresh_from_db()
    assert item.minutes == 12

    files = {}
    for number, choice in enumerate(("Handouts for Maya", "Handouts for Ruben", "Whole packet", "My agenda")):
        files[choice] = tmp_path / f"{number}.pdf"
        files[choice].write_bytes(printed(page, choice))
    assert page.url.endswith(reverse("session_plan", args=[session.pk]))
    assert Printout.objects.filter(case=couple, by=house.dana).count() == 4
    judge(files, session)


def printed(page, choice: str) -> bytes:
    """Prints in the dialog with at most three presses of the mouse, and prints again from the chart: the same bytes."""
    started = page.evaluate("window.presses")
    page.locator("#print-packet").click()
    radio = page.get_by_label(choice)
    expect(radio).to_be_visible()
    if not radio.is_checked():
        radio.click()
        expect(page.locator("#print-choices input[name=was]")).to_have_value(radio.get_attribute("value"))
    is_paper = lambda answer: "/printed/" in answer.url and answer.status == 200  # noqa: E731
    with page.context.expect_event("response", is_paper) as answer, page.context.expect_page() as opened:
        page.locator("#print-now").click()
    assert page.evaluate("window.presses") - started <= 3
    address = answer.value.url
    opened.value.close()
    page.keyboard.press("Escape")
    expect(page.locator("#print-dialog")).not_to_be_visible()
    first, again = page.request.get(address), page.request.get(address)
    assert first.headers["content-type"] == "application/pdf"
    assert first.body() == again.body()
    return first.body()


def judge(files, session) -> None:
    """What stands on each paper, and how it is made."""
    for choice, file in files.items():
        facts = paper.facts_of(file)
        assert paper.faults_of(file) == "", choice
        assert facts["Tagged"] == "yes" and facts["Title"] and int(facts["Pages"]) >= 1, (choice, facts)
        assert paper.fonts_outside(file) == [], choice
        for word in FINDINGS:
            assert word.casefold() not in f"{paper.text_of(file)} {facts}".casefold(), (choice, word)

    places = {place.person.print_name: place for place in session.attendees.select_related("person")}
    own = {name: wordings(session, place) for name, place in places.items()}
    for name, other in [("Maya", "Ruben"), ("Ruben", "Maya")]:
        text = paper.text_of(files[f"Handouts for {name}"])
        assert f"Your sheet, {name}" in text and other not in text
        assert own[name] - own[other], "the sheets have no wording of their own for this role"
        assert [words for words in own[name] if words not in text] == []
        assert [words for words in own[other] - own[name] if words in text] == []
    packet = paper.text_of(files["Whole packet"])
    assert all(f"Your sheet, {name}" in packet for name in own)
    assert [words for words in own["Maya"] | own["Ruben"] if words not in packet] == []
    pages = [int(paper.facts_of(files[choice])["Pages"]) for choice in list(files)[:3]]
    assert pages[2] > max(pages[:2])
    assert f"of {pages[2]}" in packet
    agenda = paper.text_of(files["My agenda"])
    assert all(title in agenda for title in session.items.kept().values_list("title", flat=True))

    for choice, whose in [
        ("Handouts for Maya", [places["Maya"]]),
        ("Handouts for Ruben", [places["Ruben"]]),
        ("Whole packet", [*places.values(), None]),
    ]:
        fields_are_those_of_the_sheets(files[choice].read_bytes(), session, whose)


def given_to(session, place) -> list[Handout]:
    """The sheets of one person in the order of the agenda; of nobody alone: those for both together."""
    rows = Handout.objects.filter(item__session=session, item__removed_at=None, wanted=True, participant=place)
    return list(rows.select_related("edition__worksheet").order_by("item__position", "pk"))


def wordings(session, place) -> set[str]:
    """Every question and text on the sheets of one person, as it stands in the content."""
    found = set()
    for handout in given_to(session, place):
        for block in blocks_for(handout.edition.blocks, place.tags):
            found |= {paper.folded(getattr(block, name, None) or "") for name in ("label", "text")}
    return {words for words in found if len(words) > 12}


def fields_are_those_of_the_sheets(pdf: bytes, session, places) -> None:
    """The reader finds each sheet by its own address, and its questions by their names; all of them are empty."""
    came_back = read_values(pdf)
    sheets = [(place, handout) for place in places for handout in given_to(session, place)]
    assert came_back.address and len(came_back.sheets) == len(sheets)
    assert not came_back.active and set(came_back.values.values()) <= {"", "Off"}
    for (prefix, _address), (place, handout) in zip(sorted(came_back.sheets.items()), sheets, strict=True):
        names = came_back.values_of(prefix)
        for block in blocks_for(handout.edition.blocks, place.tags) if place else ():
            if getattr(block, "id", ""):
                assert any(name.startswith(block.id) for name in names), (prefix, block.id, sorted(names))


def test_a_shut_gate_is_settled_from_the_plan(window, house, things):
    """One partner was not asked alone: the joint task cannot be added. The way to settle it leads back to the plan."""
    page = window(house.dana).page
    page.goto(reverse("session_plan", args=[things["planned"]]))
    page.locator("#library-q").fill("weekly check-in")
    row = page.locator("#library-rows li").filter(has=page.get_by_role("link", name="Weekly check-in", exact=True))
    expect(row).to_contain_text("Ask Ruben alone about safety first")
    expect(row.get_by_role("button", name="Add")).to_have_count(0)
    row.get_by_role("link", name="Settle").click()
    expect(page.get_by_label("Whom it is about")).to_have_value(str(person_called(house.couple, "Ruben")))
    page.get_by_label("Clear").check()
    page.get_by_label("What it rests on").fill("Asked alone by phone.")
    page.get_by_role("button", name="Record").click()
    page.wait_for_url("**" + reverse("session_plan", args=[things["planned"]]))
    add(page, "weekly check-in", "Weekly check-in")


def person_called(case, name: str) -> int:
    return case.participants.get(person__print_name=name).person_id


def test_whom_the_safety_page_is_about(window, house):
    """It opens with whoever was clicked, otherwise with the one who was not asked yet."""
    page = window(house.dana).page
    page.goto(reverse("flag_record", args=[house.couple.pk]))
    expect(page.get_by_label("Whom it is about")).to_have_value(str(person_called(house.couple, "Ruben")))
    maya = person_called(house.couple, "Maya")
    page.goto(reverse("flag_record", args=[house.couple.pk]) + f"?person={maya}")
    expect(page.get_by_label("Whom it is about")).to_have_value(str(maya))
