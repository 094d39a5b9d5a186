"""The idle lock and the absolute limit, with the clock in hand."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from planner.practice.models import OpenSession, TrailEntry
from tests.factories import PASSWORD

START = "2026-11-22 10:00Z"
BACKGROUND = {"HTTP_X_BACKGROUND": "1"}
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def client(clock, sign_in, owner):
    return sign_in("olive@example.org")[0]


def minutes(n):
    return timedelta(minutes=n)


def is_locked(client):
    return client.get(reverse("profile"), **BACKGROUND).status_code == 401


def test_open_before_fifteen_minutes_and_locked_after(client, clock):
    clock.shift(minutes(14.9))
    assert not is_locked(client)
    clock.shift(minutes(0.1))
    assert is_locked(client)


def test_a_page_goes_to_the_lock_and_back(client, clock):
    clock.shift(minutes(16))
    locked = client.get(reverse("people") + "?q=1")
    assert locked["Location"] == "/unlock/?next=%2Fpeople%2F%3Fq%3D1"
    page = client.get(locked["Location"])
    assert page.status_code == 200
    back = client.post(reverse("unlock"), {"password": PASSWORD, "next": "/people/?q=1"})
    assert (back.status_code, back["Location"]) == (302, "/people/?q=1")
    assert client.get(reverse("people")).status_code == 200
    assert TrailEntry.objects.filter(verb="unlocked").count() == 1


def test_a_page_that_is_gone_to_extends(client, clock):
    for _ in range(6):
        clock.shift(minutes(10))
        assert client.get(reverse("profile")).status_code == 200


def test_the_ping_of_a_human_extends(client, clock):
    for _ in range(6):
        clock.shift(minutes(10))
        assert client.post(reverse("alive")).status_code == 204


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get(reverse("profile"), **BACKGROUND),
        lambda client: client.post(reverse("alive"), **BACKGROUND),
        lambda client: client.post(reverse("profile"), {"name": "x", "theme": "auto"}, **BACKGROUND),
        lambda client: client.get(reverse("profile"), HTTP_HX_REQUEST="true"),
        lambda client: client.get(reverse("profile"), HTTP_SEC_FETCH_MODE="cors"),
        lambda client: client.get(reverse("profile"), HTTP_SEC_FETCH_MODE="no-cors", HTTP_SEC_FETCH_DEST="image"),
        lambda client: client.get(reverse("profile"), HTTP_SEC_FETCH_MODE="navigate", HTTP_SEC_FETCH_DEST="iframe"),
        lambda client: client.get(reverse("profile") + "?skip_timeout_reset=0&X-Background=0", **BACKGROUND),
        lambda client: client.get(reverse("profile"), HTTP_X_BACKGROUND=""),
        lambda client: client.get(reverse("unlock"), **JSON),
        lambda client: client.get("/nothing/here/"),
    ],
)
def test_what_a_page_sends_on_its_own_never_extends(client, clock, ask):
    for _ in range(3):
        clock.shift(minutes(5) - timedelta(seconds=1))
        ask(client)
    assert not is_locked(client)
    clock.shift(timedelta(seconds=3))
    assert is_locked(client)


def test_two_hours_of_autosave_do_not_keep_it_open(client, clock):
    codes = []
    for _ in range(120):
        clock.shift(minutes(1))
        codes.append(client.get(reverse("profile"), **BACKGROUND).status_code)
    assert codes == [200] * 14 + [401] * 106


def test_a_locked_script_is_told_and_nothing_is_written(client, clock, owner):
    clock.shift(minutes(16))
    changed = {"name": "Changed", "theme": "dark"}
    for extra in (BACKGROUND, {"HTTP_HX_REQUEST": "true"}, JSON, {"HTTP_SEC_FETCH_MODE": "cors"}):
        response = client.post(reverse("profile"), changed, **extra)
        assert (response.status_code, response["X-Locked"], response.content) == (401, "1", b"")
    owner.refresh_from_db()
    assert owner.name == "Olive Owner"


def test_a_locked_form_gets_its_text_back_to_send_again(client, clock, owner, words):
    clock.shift(minutes(16))
    response = client.post(reverse("profile"), {"name": "A long <b>name</b>", "theme": "dark", "once": "k"})
    assert response.status_code == 401
    html = response.content.decode()
    assert "A long &lt;b&gt;name&lt;/b&gt;" in html and 'action="/you/"' in html and 'name="once"' in html
    assert "<b>" not in html
    owner.refresh_from_db()
    assert owner.name == "Olive Owner"


def test_a_locked_form_with_a_password_is_not_shown_again(client, clock):
    clock.shift(minutes(16))
    data = {"oldpassword": "tell-nobody", "password1": "tell-nobody-2", "password2": "tell-nobody-2"}
    response = client.post(reverse("account_change_password"), data)
    assert response.status_code == 401
    assert b"tell-nobody" not in response.content and b"Send it again" not in response.content


def test_unlock_by_script(client, clock, owner):
    clock.shift(minutes(16))
    state = client.get(reverse("unlock"), **JSON).json()
    assert (state["locked"], state["person"]) == (True, owner.pk)
    wrong = client.post(reverse("unlock"), {"password": "wrong"}, **JSON)
    assert wrong.status_code == 400
    assert wrong.json()["locked"] is True and "not your password" in wrong.json()["message"]
    assert is_locked(client)
    right = client.post(reverse("unlock"), {"password": PASSWORD}, **JSON)
    assert right.status_code == 200
    assert right.json()["locked"] is False and len(right.json()["csrf"]) == 64
    assert not is_locked(client)


def test_the_fresh_mark_of_the_answer_is_accepted(clock, owner, sign_in):
    client = Client(enforce_csrf_checks=True)
    page = client.get(reverse("account_login"))
    token = page.context["csrf_token"]
    client.post(
        reverse("account_login"),
        {"login": owner.email, "password": PASSWORD, "csrfmiddlewaretoken": str(token)},
    )
    clock.shift(minutes(16))
    token = client.get(reverse("unlock"), **JSON).json()["csrf"]
    answer = client.post(reverse("unlock"), {"password": PASSWORD}, HTTP_X_CSRFTOKEN=token, **JSON).json()
    saved = client.post(reverse("profile"), {"name": "New", "theme": "dark", "csrfmiddlewaretoken": answer["csrf"]})
    assert saved.status_code == 302


def test_guesses_at_the_lock_are_stopped(client, clock):
    clock.shift(minutes(16))
    told = [client.post(reverse("unlock"), {"password": f"w{n}"}, **JSON).json()["message"] for n in range(12)]
    assert "Too many tries" in told[-1]
    assert "Too many tries" in client.post(reverse("unlock"), {"password": PASSWORD}, **JSON).json()["message"]


def test_somebody_elses_password_does_not_unlock(client, clock, colleague):
    colleague.set_password("a-different-one-entirely-9")
    colleague.save()
    clock.shift(minutes(16))
    client.post(reverse("unlock"), {"password": "a-different-one-entirely-9", "login": colleague.email}, **JSON)
    assert is_locked(client)


@pytest.mark.parametrize("following", ["//evil.example", "https://evil.example", "javascript:x", "\\\\evil", "\x00"])
def test_unlock_leads_nowhere_else(client, clock, following):
    clock.shift(minutes(16))
    response = client.post(reverse("unlock"), {"password": PASSWORD, "next": following})
    assert response["Location"] == "/"


def test_signing_out_works_while_locked(client, clock):
    clock.shift(minutes(16))
    assert client.post(reverse("sign_out"))["Location"] == reverse("account_login")


def test_a_clock_that_goes_back_locks(client, clock):
    clock.shift(minutes(-6))
    assert is_locked(client)


def test_the_absolute_limit_ends_the_session_however_busy(client, clock, owner):
    for _ in range(71):
        clock.shift(minutes(10))
        assert client.get(reverse("profile")).status_code == 200
    clock.shift(minutes(10))
    assert client.get(reverse("profile"))["Location"].startswith(reverse("account_login"))
    assert client.get(reverse("profile"), **BACKGROUND)["X-Signed-Out"] == "1"


def test_unlocking_does_not_move_the_absolute_limit(client, clock):
    clock.shift(timedelta(hours=11, minutes=55))
    client.post(reverse("unlock"), {"password": PASSWORD})
    assert client.get(reverse("profile")).status_code == 200
    clock.shift(minutes(5))
    assert client.get(reverse("profile")).status_code == 302


def test_what_is_sent_after_the_end_is_given_back(client, clock, owner):
    clock.shift(timedelta(hours=13))
    response = client.post(reverse("profile"), {"name": "Kept text", "theme": "dark"})
    assert response.status_code == 401
    assert b"Kept text" in response.content
    owner.refresh_from_db()
    assert owner.name == "Olive Owner"


def test_the_cookie_ends_with_the_browser(client):
    cookie = client.cookies["session"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def test_reading_a_page_writes_the_session_at_most_twice_a_minute(client, clock, django_assert_num_queries):
    clock.shift(timedelta(seconds=31))
    client.get(reverse("profile"))
    before = OpenSession.objects.get().session_data
    clock.shift(timedelta(seconds=29))
    client.get(reverse("profile"))
    assert OpenSession.objects.get().session_data == before


def test_the_lock_page_carries_what_the_script_needs(client):
    html = client.get(reverse("profile")).content.decode()
    assert 'id="lock"' in html, 'templates/base.html must say {% include "practice/lock.html" %} before </body>'
    assert 'data-idle="900"' in html


def test_json_states_are_json(client):
    response = client.get(reverse("unlock"), **JSON)
    assert response["Content-Type"] == "application/json"
    assert json.loads(response.content)["locked"] is False
