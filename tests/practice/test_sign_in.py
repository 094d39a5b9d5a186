"""Coming in by address and password: what is said, what is counted, what is kept."""

import datetime

import pytest
import time_machine
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from clinic import settings as production
from planner.practice import trail
from planner.practice.models import OpenSession, TrailEntry, User
from tests.factories import PASSWORD

TOO_MANY = "Too many tries"


def test_the_right_password_opens(sign_in, owner):
    client, response = sign_in("olive@example.org")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get(reverse("profile")).status_code == 200
    last = TrailEntry.objects.get()
    assert (last.verb, last.by, last.detail) == ("signed in", owner, {"with": ["password"]})


def test_the_address_may_be_typed_in_any_case(sign_in, owner):
    assert sign_in(" Olive@Example.ORG ")[1].status_code == 302


def test_known_unknown_and_deactivated_are_told_the_same(sign_in, owner, colleague, words):
    colleague.is_active = False
    colleague.save()
    answers = [
        sign_in("olive@example.org", "wrong")[1],
        sign_in("nobody@example.org", "wrong")[1],
        sign_in("colin@example.org", PASSWORD)[1],
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    told = [words(answer) for answer in answers]
    assert told[0] == told[1] == told[2]
    assert "do not belong together" in told[0]


def test_a_failed_try_leaves_a_mark_and_no_address(sign_in, owner):
    sign_in("olive@example.org", "wrong")
    sign_in("nobody@example.org", "wrong")
    known, unknown = TrailEntry.objects.order_by("pk")
    assert (known.verb, known.by, known.practice) == ("sign-in failed", None, owner.practice)
    assert known.detail == {"account": trail.account_mark("olive@example.org")}
    assert unknown.practice is None
    assert "@" not in str(known.detail) + str(unknown.detail)


def test_the_owner_of_the_account_is_told_of_failed_tries(sign_in, owner):
    client, _ = sign_in("olive@example.org")
    client.post(reverse("sign_out"))
    sign_in("olive@example.org", "wrong")
    sign_in("olive@example.org", "wrong")
    _, response = sign_in("olive@example.org", client=client)
    told = [str(message) for message in client.get(reverse("profile")).context["messages"]]
    assert told == ["Since you last signed in, there were 2 failed tries with your address."]


def test_a_new_session_id_at_every_sign_in(sign_in, owner):
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key
    sign_in("olive@example.org", client=client)
    assert client.session.session_key != before
    assert not OpenSession.objects.filter(session_key=before).exists()


def test_sign_out_ends_the_session_on_the_server(sign_in, owner):
    client, _ = sign_in("olive@example.org")
    key = client.session.session_key
    response = client.post(reverse("sign_out"))
    assert response["Location"] == reverse("account_login")
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not OpenSession.objects.filter(session_key=key).exists()
    assert client.get(reverse("profile")).status_code == 302
    assert TrailEntry.objects.order_by("-pk").first().verb == "signed out"


def test_the_session_table_knows_the_person_and_hides_the_content(sign_in, owner):
    client, _ = sign_in("olive@example.org", HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    row = OpenSession.objects.get(session_key=client.session.session_key)
    assert (row.user, row.device) == (owner, "Firefox on Linux")
    assert "auth" not in row.session_data and "olive" not in row.session_data
    assert row.expire_date - row.started_at == datetime.timedelta(hours=12)


def test_nobody_signs_up_and_nothing_is_mailed():
    for name in ("account_signup", "account_reset_password", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


@pytest.mark.parametrize(
    "following",
    [
        "//evil.example", "https://evil.example/", "http://evil.example", "/\\evil.example", "\\\\evil.example",
        "https:evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "///evil.example",
        "http:///evil.example", "https://testserver@evil.example/", "//testserver.evil.example", " //evil.example",
        "\t//evil.example", "%2F%2Fevil.example", "ftp://testserver/", "//evil.example\\@testserver", "\x00//evil",
        "/\t/evil.example", "/\r\nLocation: //evil.example", "vbscript:x", "http://[::1", "https://testserver:444@evil/",
    ],
)  # fmt: skip
def test_odd_next_values_lead_nowhere_else(sign_in, owner, following):
    client = Client()
    address = reverse("account_login")
    response = client.post(address, {"login": owner.email, "password": PASSWORD, "next": following})
    assert response.status_code == 302
    place = response["Location"]
    assert place.startswith("/") and not place.startswith(("//", "/\\")) and "\n" not in place, place
    assert place == "/" or place.startswith("/%")


def test_a_path_of_our_own_is_followed(owner):
    data = {"login": owner.email, "password": PASSWORD, "next": "/you/?a=b"}
    assert Client().post(reverse("account_login"), data)["Location"] == "/you/?a=b"


# Guessing


def test_guesses_are_stopped_and_the_stop_runs_out(sign_in, owner, words):
    with time_machine.travel("2026-11-22 10:00Z", tick=False) as clock:
        for n in range(10):
            assert TOO_MANY not in words(sign_in("olive@example.org", f"wrong{n}", REMOTE_ADDR=f"10.0.0.{n}")[1])
        assert TOO_MANY in words(sign_in("olive@example.org", PASSWORD, REMOTE_ADDR="10.0.1.1")[1])
        clock.shift(15 * 60 + 1)
        assert sign_in("olive@example.org", PASSWORD, REMOTE_ADDR="10.0.1.1")[1].status_code == 302


def test_a_stranger_cannot_lock_out_a_known_browser(sign_in, owner, words):
    client, _ = sign_in("olive@example.org")
    client.post(reverse("sign_out"))
    for n in range(30):
        sign_in("olive@example.org", f"wrong{n}", REMOTE_ADDR=f"10.0.{n}.1")
    assert TOO_MANY in words(sign_in("olive@example.org", PASSWORD)[1])
    assert sign_in("olive@example.org", PASSWORD, client=client)[1].status_code == 302


def test_a_known_browser_is_counted_too(sign_in, owner, words):
    client, _ = sign_in("olive@example.org")
    client.post(reverse("sign_out"))
    told = [words(sign_in("olive@example.org", f"wrong{n}", client=client)[1]) for n in range(11)]
    assert TOO_MANY not in told[9] and TOO_MANY in told[10]


def test_a_forged_device_cookie_is_worth_nothing(sign_in, owner, words):
    for n in range(10):
        sign_in("olive@example.org", f"wrong{n}", REMOTE_ADDR=f"10.0.{n}.1")
    client = Client()
    client.cookies["device"] = "eyJuYW1lIjoieCJ9:1:x"
    assert TOO_MANY in words(sign_in("olive@example.org", PASSWORD, client=client)[1])


def test_a_device_of_one_person_is_a_stranger_to_another(sign_in, owner, colleague, words):
    client, _ = sign_in("olive@example.org")
    client.post(reverse("sign_out"))
    for n in range(10):
        sign_in("colin@example.org", f"wrong{n}", REMOTE_ADDR=f"10.0.{n}.1")
    assert TOO_MANY in words(sign_in("colin@example.org", PASSWORD, client=client)[1])


def test_one_address_on_many_accounts_is_stopped(sign_in, owner, words):
    told = [words(sign_in(f"person{n}@example.org", "wrong")[1]) for n in range(21)]
    assert TOO_MANY not in told[19] and TOO_MANY in told[20]


def test_no_more_than_a_hundred_guesses_an_hour_reach_the_password(sign_in, owner):
    with time_machine.travel("2026-11-22 10:00Z", tick=False) as clock:
        for minute in range(60):
            clock.move_to(datetime.datetime(2026, 11, 22, 10, minute, tzinfo=datetime.UTC))
            for n in range(3):
                sign_in("olive@example.org", "wrong", REMOTE_ADDR=f"10.{minute}.{n}.1")
    assert TrailEntry.objects.filter(verb="sign-in failed").count() <= 100


def test_the_counts_live_in_the_database_that_all_workers_share(sign_in, owner, words, settings):
    settings.CACHES = production.CACHES
    call_command("createcachetable")
    told = [words(sign_in("olive@example.org", f"wrong{n}", REMOTE_ADDR=f"10.0.{n}.1")[1]) for n in range(11)]
    assert TOO_MANY not in told[9] and TOO_MANY in told[10]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shared_cache WHERE cache_key LIKE '%%login_failed%%'")
        assert cursor.fetchone()[0] > 0


# Passwords


def test_argon2id_in_the_production_settings(settings):
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    kept = make_password("a good one")
    assert kept.startswith("argon2$argon2id$")
    assert identify_hasher(kept).algorithm == "argon2"


@pytest.mark.parametrize("weak", ["short", "password1234", "aaaaaaaaaaaaaa", "olive.owner2026", "qwertyuiopasdf"])
def test_weak_passwords_are_refused(db, weak):
    with pytest.raises(ValidationError):
        validate_password(weak, User(name="Olive Owner", email="olive.owner@example.org"))


def test_long_passphrases_are_welcome(db):
    validate_password("seven quiet herons count the slow tide twice before noon")


def test_changing_the_password_ends_other_sessions(sign_in, owner):
    here, _ = sign_in("olive@example.org")
    there, _ = sign_in("olive@example.org")
    fresh = "nine purple kettles hum softly"
    page = here.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    )
    assert page["Location"] == reverse("profile")
    assert here.get(reverse("profile")).status_code == 200
    assert there.get(reverse("profile")).status_code == 302
    assert OpenSession.objects.filter(user=owner).count() == 1
    assert TrailEntry.objects.filter(verb="changed password", by=owner).exists()


def test_changing_the_password_asks_for_the_old_one(sign_in, owner):
    client, _ = sign_in("olive@example.org")
    fresh = "nine purple kettles hum softly"
    page = client.post(reverse("account_change_password"), {"oldpassword": "x", "password1": fresh, "password2": fresh})
    assert page.status_code == 200
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
