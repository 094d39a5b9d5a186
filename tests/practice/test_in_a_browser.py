"""The lock in a real browser, the passkey in a virtual one, and axe on the pages of this room."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from planner.practice import actions, crisis
from planner.practice.models import OpenSession, User
from tests.factories import PASSWORD
from tests.journeys import chromium

HOME = re.compile(r"^http://localhost:\d+/$")
pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser():
    with chromium.launched() as opened:
        yield opened


@pytest.fixture
def page(browser, live_server):
    """A page of a fresh browser; a word on the console or a refused script fails the test."""
    context = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"))
    context.set_default_timeout(chromium.PATIENCE)
    opened = context.new_page()
    faults = []
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert faults == []


def sign_in(page, email="olive@example.org"):
    page.goto(reverse("account_login"))
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(HOME)


def fall_asleep(owner):
    """As if nobody had been there for long: the content of the session is set back."""
    row = OpenSession.objects.get(user=owner)
    content = row.get_decoded()
    content["seen"] -= 3600
    row.session_data = OpenSession.get_session_store_class()().encode(content)
    row.save()


def test_the_link_of_the_first_start_makes_the_practice(page, db):
    """A browser has its own mind about what is sent from a page that hides its address."""
    page.goto(actions.make_setup_link())
    for label, text in {"Name of the practice": "Harbour", "Your name": "Olive", "E-mail address": "o@example.org",
                        "Password": PASSWORD}.items():  # fmt: skip
        page.get_by_label(label).fill(text)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**" + reverse("second_factor"))
    assert User.objects.get().practice.name == "Harbour"


def test_an_invitation_is_taken_up(page, owner):
    page.goto(actions.invite(by=owner, name="Colin", email="colin@example.org", role="clinician"))
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**" + reverse("second_factor"))
    assert User.objects.filter(name="Colin").exists()


def test_the_lock_covers_the_page_and_keeps_the_text(page, owner):
    sign_in(page)
    page.goto(reverse("profile"))
    page.get_by_label("Your name").fill("A name half typed")
    fall_asleep(owner)
    page.evaluate("document.dispatchEvent(new CustomEvent('clinic:locked'))")
    expect(page.get_by_role("heading", name="Locked. Your text is kept.")).to_be_visible()
    expect(page).to_have_title("Locked")
    expect(page.get_by_label("Your name")).not_to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("alert").filter(has_text="not your password")).to_be_visible()
    page.evaluate("document.addEventListener('clinic:unlocked', () => { window.wasUnlocked = true; })")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("window.wasUnlocked") is True
    expect(page.get_by_label("Your name")).to_have_value("A name half typed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert User.objects.get(pk=owner.pk).name == "A name half typed"


def test_the_page_locks_itself(page, owner, settings):
    settings.IDLE_MINUTES = 0.1
    sign_in(page)
    page.goto(reverse("profile"))
    expect(page.get_by_role("heading", name="Locked. Your text is kept.")).to_be_visible()


def test_a_form_sent_while_locked_is_sent_again(page, owner):
    sign_in(page)
    page.goto(reverse("profile"))
    page.get_by_label("Your name").fill("Sent too late")
    fall_asleep(owner)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Locked. Your text is kept.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    page.get_by_role("button", name="Send it again").click()
    page.wait_for_url("**" + reverse("profile"))
    assert User.objects.get(pk=owner.pk).name == "Sent too late"


def test_an_ended_session_keeps_the_text_until_the_person_is_back(page, owner):
    sign_in(page)
    page.goto(reverse("profile"))
    page.get_by_label("Your name").fill("Still here")
    OpenSession.objects.all().delete()
    page.evaluate("document.dispatchEvent(new CustomEvent('clinic:signed-out'))")
    expect(page.get_by_role("heading", name="Signed out. Your text is kept.")).to_be_visible()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(popup.value)
    page.bring_to_front()
    page.get_by_role("button", name="I have signed in").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert User.objects.get(pk=owner.pk).name == "Still here"


def test_a_passkey_is_added_and_signs_in(page, owner):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))
    page.context.clear_cookies()
    page.goto(reverse("account_login"))
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(HOME)
    page.goto(reverse("profile"))
    expect(page.get_by_role("heading", name="You and your sign-in")).to_be_visible()


INSIDE = [
    "profile", "account_change_password", "account_reauthenticate", "mfa_index", "people", "person_invite",
    "practice_settings", "help_line_add", "trail", "mfa_list_webauthn",
]  # fmt: skip


def found_by_axe(page):
    violations = Axe().run(page).response["violations"]
    return [
        (found["id"], node["html"][:120], node["failureSummary"]) for found in violations for node in found["nodes"]
    ]


def test_axe_finds_nothing(page, owner, colleague):
    crisis.write_lines(owner.practice)
    link = actions.invite(by=owner, name="Nina", email="nina@example.org", role="clinician")
    faults = {}
    for address in [reverse("account_login"), link, reverse("join", args=["x"]), "/no/such/page/"]:
        page.goto(address)
        faults[address] = found_by_axe(page)
    sign_in(page)
    for address in [*(reverse(name) for name in INSIDE), reverse("person_change", args=[colleague.pk])]:
        page.goto(address)
        faults[address] = found_by_axe(page)
    assert [(address, *found) for address, all_found in faults.items() for found in all_found] == []
