"""The planner's script in a browser: keys keep the focus, text survives a lost line, nothing is overwritten."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from planner.sessions import actions
from planner.sessions.models import AgendaItem, Session
from tests import factories
from tests.journeys import chromium

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser():
    with chromium.launched() as found:
        yield found


@pytest.fixture
def session(couple, owner):
    return factories.make_session(couple, owner, items=("Arrive", "Talk", "Close"))


@pytest.fixture
def tab(browser, live_server, owner):
    """tab() -> a page of the owner; each in a window of its own. What goes wrong in a script fails the test."""
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


def plan(page, live_server, session, *, whole=True):
    page.goto(f"{live_server.url}/sessions/{session.pk}/plan/")
    if whole:
        expect(page.locator(".to-come")).to_have_count(0)
    return page


def titles(page):
    return page.locator(".agenda-title").evaluate_all("fields => fields.map(field => field.value)")


def test_keys_move_and_remove_and_the_focus_stays(tab, live_server, session):
    page = plan(tab(), live_server, session)
    close = session.items.get(title="Close")
    page.locator(f"#minutes-{close.pk}").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#said")).to_have_text("Close: now 2 of 3.")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#said")).to_have_text("Close: now 1 of 3.")
    assert titles(page) == ["Close", "Arrive", "Talk"]
    expect(page.locator(f"#minutes-{close.pk}")).to_be_focused()
    page.locator(f"#down-{close.pk}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Close: now 2 of 3.")
    expect(page.locator(f"#down-{close.pk}")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.locator("#said")).to_contain_text("Removed: Close")
    expect(page.locator(f"#undo-{close.pk}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Back on the agenda: Close")
    assert titles(page) == ["Arrive", "Close", "Talk"]


def test_several_quick_presses_all_count(tab, live_server, session):
    page = plan(tab(), live_server, session)
    close = session.items.get(title="Close")
    page.locator(f"#title-{close.pk}").focus()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#said")).to_have_text("Close: now 1 of 3.")


def test_a_press_that_waits_is_not_lost_on_a_part_that_comes_meanwhile(tab, live_server, session):
    page = tab()
    parts, moves = [], []
    page.route("**/sessions/*/library/*", lambda route: parts.append(route))
    page.route("**/move/", lambda route: moves.append(route))
    plan(page, live_server, session, whole=False)
    close = session.items.get(title="Close")
    page.locator(f"#title-{close.pk}").focus()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    parts.pop().continue_()
    expect(page.locator("#library-rows .to-come")).not_to_be_attached()
    page.unroute("**/move/")
    moves.pop().continue_()
    expect(page.locator("#said")).to_have_text("Close: now 1 of 3.")


def test_the_mouse_drags_an_item(tab, live_server, session):
    page = plan(tab(), live_server, session)
    page.locator(".agenda-grip").nth(2).drag_to(page.locator(".agenda-item").first)
    expect(page.locator("#said")).to_have_text("Close: now 1 of 3.")
    assert titles(page) == ["Close", "Arrive", "Talk"]


def test_saved_as_one_types_with_the_time_and_the_budget(tab, live_server, session):
    page = plan(tab(), live_server, session)
    talk = session.items.get(title="Talk")
    page.locator(f"#minutes-{talk.pk}").fill("45")
    expect(page.locator("#saved")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    expect(page.locator("#budget-says")).to_have_text("over by 5 min")
    page.locator(f"#title-{talk.pk}").press("End")
    page.locator(f"#title-{talk.pk}").press_sequentially(" it over", delay=10)
    page.locator(f"#up-{talk.pk}").click()
    expect(page.locator("#said")).to_contain_text("now 1 of 3")
    talk.refresh_from_db()
    assert (talk.title, talk.minutes, talk.position) == ("Talk it over", 45, 1)


def test_a_lost_line_keeps_the_text_and_tries_again(tab, live_server, session):
    page = plan(tab(), live_server, session)
    talk = session.items.get(title="Talk")
    page.context.set_offline(True)
    page.locator(f"#title-{talk.pk}").fill("Typed on the train")
    expect(page.locator("#saved")).to_have_text("Not saved: no connection. Your text is kept; trying again.")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text(re.compile("Saved"))
    assert AgendaItem.objects.get(pk=talk.pk).title == "Typed on the train"


def test_a_part_that_is_lost_on_the_line_comes_when_it_is_back(tab, live_server, session):
    page = tab()
    page.route("**/suggested/", lambda route: route.abort())
    plan(page, live_server, session, whole=False)
    lost = page.locator("#suggested .to-come")
    expect(lost).to_have_attribute("aria-busy", "false")
    expect(lost.get_by_role("link", name="Show what is suggested")).to_be_visible()
    expect(page.locator("#saved")).not_to_contain_text("Not done")  # nobody asked for anything
    page.unroute("**/suggested/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#suggested")).to_contain_text("Suggested")
    expect(page.locator(".to-come")).to_have_count(0)


def test_two_windows_never_overwrite_each_other(tab, live_server, session):
    talk = session.items.get(title="Talk")
    one, two = plan(tab(), live_server, session), plan(tab(), live_server, session)
    one.locator(f"#title-{talk.pk}").fill("From one")
    expect(one.locator("#saved")).to_have_text(re.compile(r"^Saved"))
    expect(one.locator("#agenda")).to_have_attribute("data-version", "2")
    two.locator(f"#title-{talk.pk}").fill("From two")
    conflict = two.locator("#conflict")
    expect(conflict).to_contain_text("From one")
    assert two.locator(f"#title-{talk.pk}").input_value() == "From two"
    assert AgendaItem.objects.get(pk=talk.pk).title == "From one"
    conflict.get_by_role("button", name="Put mine in its place").click()
    two.wait_for_load_state()
    assert AgendaItem.objects.get(pk=talk.pk).title == "From two"


def test_a_button_pressed_late_shows_the_newest_and_keeps_what_is_typed(tab, live_server, session, colleague):
    talk, arrive = session.items.get(title="Talk"), session.items.get(title="Arrive")
    page = plan(tab(), live_server, session)
    actions.change_item(arrive, by=colleague, version=1, title="Arrive slowly")
    page.locator(f"#up-{talk.pk}").click()
    expect(page.locator("#agenda-problem")).to_contain_text("Colin Colleague changed this plan")
    assert titles(page) == ["Arrive slowly", "Talk", "Close"]


def test_adding_from_the_library_by_double_click_adds_once(tab, live_server, session):
    made = factories.make_intervention("steady-talk", gates=[])
    page = plan(tab(), live_server, session)
    page.locator(f"#add-{made.pk}").dblclick()
    expect(page.locator("#said")).to_contain_text("Steady talk")
    expect(page.locator(".agenda-item")).to_have_count(4)
    expect(page.locator(".homework-line")).to_contain_text("Our talk (Maya, Ruben)")
    assert Session.objects.get().items.count() == 4


def test_a_button_that_has_just_come_adds_without_leaving_the_page(tab, live_server, session):
    """Rows that were put in a moment ago have buttons that htmx has not made its own yet: plain ones."""
    made = factories.make_intervention("steady-talk", gates=[])
    page = plan(tab(), live_server, session)
    page.evaluate("""() => {
        window.stayed = true;
        const rows = document.querySelector("#library-rows");
        rows.innerHTML = rows.innerHTML;
    }""")
    page.locator(f"#add-{made.pk}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Added: Steady talk")
    assert page.evaluate("window.stayed") is True
    assert titles(page).count("Steady talk") == session.items.filter(title="Steady talk").count() == 1


def test_print_in_three_clicks_and_the_page_stays(tab, live_server, session, owner):
    actions.add_library_item(session, factories.make_intervention(gates=[]), by=owner, version=1)
    page = plan(tab(), live_server, session)
    page.locator("#print-packet").click()
    dialog = page.locator("#print-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".paper-picture")).to_be_visible()
    dialog.get_by_label("Handouts for Ruben").check()
    expect(dialog.locator("input[name=was]")).to_have_value(re.compile("person-"))
    with page.context.expect_page() as opened:
        dialog.get_by_role("button", name="Print").click()
    assert opened.value
    assert page.url.endswith("/plan/")


def test_the_run_view_keeps_its_clock_and_saves_the_note(tab, live_server, session):
    page = tab()
    page.goto(f"{live_server.url}/sessions/{session.pk}/run/")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#run-elapsed")).to_have_text(re.compile(r"0:\d\d"))
    first = session.items.first()
    page.locator(f"#note-{first.pk}").fill("Calm start.")
    page.get_by_role("button", name="Done, next step").click()
    expect(page.locator("#step-title")).to_contain_text("Talk")
    first.refresh_from_db()
    assert (first.note, first.done) == ("Calm start.", "done")
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("link", name="Plan the next session with what was left")).to_be_visible()
