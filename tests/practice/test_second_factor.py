"""The second factor: set up, asked for, encrypted, required where the practice says so."""

import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.urls import reverse

from planner.base import cipher
from planner.practice import actions
from planner.practice.models import OpenSession, TrailEntry
from tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def still():
    """Codes change every half minute; these tests must not."""
    with time_machine.travel("2026-11-22 10:00:10Z", tick=False):
        yield


def code_for(secret, shift=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + shift))


def everything_in_the_database():
    """Every value of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.fixture
def with_app(sign_in, owner):
    """(client, secret, recovery codes) of an owner who has just set up an authenticator app."""
    client, _ = sign_in("olive@example.org")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret, -1)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(done["Location"]).context["unused_codes"]
    return client, secret, codes


def test_setting_up_asks_for_the_password_first(sign_in, owner):
    client, _ = sign_in("olive@example.org")
    response = client.get(reverse("mfa_activate_totp"))
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    page = client.get(response["Location"])
    assert page.status_code == 200
    wrong = client.post(response["Location"], {"password": "wrong"})
    assert wrong.status_code == 200 and b"not your password" in wrong.content
    right = client.post(response["Location"], {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    assert right["Location"] == reverse("mfa_activate_totp")


def test_the_codes_are_printed_ten(with_app):
    client, _, codes = with_app
    assert len(codes) == len(set(codes)) == 10
    page = client.get(reverse("mfa_view_recovery_codes"))
    assert all(code.encode() in page.content for code in codes)
    assert client.get(reverse("mfa_download_recovery_codes")).content.decode().split() == codes


def test_neither_secret_nor_codes_lie_in_the_clear(with_app):
    _, secret, codes = with_app
    lying = everything_in_the_database()
    assert secret not in lying
    assert not any(code in lying for code in codes)
    for kept in Authenticator.objects.all():
        sealed = kept.data.get("secret") or kept.data["seed"]
        assert cipher.unseal(sealed, about="second factor")


def test_the_secret_is_not_in_the_clear_while_it_is_being_set_up(sign_in, owner):
    client, _ = sign_in("olive@example.org")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    assert client.session["mfa.totp.secret"] == secret
    assert secret not in everything_in_the_database()


def test_the_password_alone_opens_nothing(with_app, sign_in):
    client, response = sign_in("olive@example.org")
    assert response["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("profile")).status_code == 302
    assert client.get(reverse("mfa_authenticate")).status_code == 200


def test_a_code_opens_once(with_app, sign_in):
    _, secret, _ = with_app
    code = code_for(secret)
    first, _ = sign_in("olive@example.org")
    assert first.post(reverse("mfa_authenticate"), {"code": code})["Location"] == "/"
    assert TrailEntry.objects.order_by("-pk").first().detail == {"with": ["password", "totp"]}
    second, _ = sign_in("olive@example.org")
    assert second.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_a_recovery_code_opens_once(with_app, sign_in):
    code = with_app[2][0]
    first, _ = sign_in("olive@example.org")
    assert first.post(reverse("mfa_authenticate"), {"code": code})["Location"] == "/"
    second, _ = sign_in("olive@example.org")
    assert second.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_the_session_id_is_new_after_the_second_step(with_app, sign_in):
    client, _ = sign_in("olive@example.org")
    before = client.session.session_key
    client.post(reverse("mfa_authenticate"), {"code": code_for(with_app[1])})
    assert client.session.session_key != before
    assert not OpenSession.objects.filter(session_key=before).exists()


def test_guesses_at_the_code_are_stopped_and_in_the_trail(with_app, sign_in, words):
    client, _ = sign_in("olive@example.org")
    told = [words(client.post(reverse("mfa_authenticate"), {"code": f"{n:06}"})) for n in range(12)]
    assert "Too many tries" in told[-1]
    assert TrailEntry.objects.filter(verb="sign-in failed", detail__step="totp").count() == 10


def test_a_password_link_does_not_go_around_the_second_factor(with_app, sign_in, owner):
    link = actions.make_password_link(person=owner)
    Client().post(link, {"password": "seven-quiet-herons-count"})
    _, response = sign_in("olive@example.org", "seven-quiet-herons-count")
    assert response["Location"] == reverse("mfa_authenticate")


def test_removing_asks_for_proof_and_is_in_the_trail(with_app, sign_in):
    client, _, codes = with_app
    fresh, _ = sign_in("olive@example.org")
    fresh.post(reverse("mfa_authenticate"), {"code": codes[1]})
    assert fresh.post(reverse("mfa_deactivate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(reverse("mfa_deactivate_totp"))["Location"] == reverse("mfa_index")
    assert Authenticator.objects.count() == 0
    verbs = list(TrailEntry.objects.values_list("verb", flat=True))
    assert verbs.count("removed second factor") >= 1 and "added second factor" in verbs


def test_a_rotated_key_still_opens(with_app, settings, sign_in):
    import base64

    settings.FIELD_KEYS = [f"k2:{base64.b64encode(b'z' * 32).decode()}", *settings.FIELD_KEYS]
    client, _ = sign_in("olive@example.org")
    assert client.post(reverse("mfa_authenticate"), {"code": code_for(with_app[1])})["Location"] == "/"


# Required by the practice


@pytest.fixture
def required(owner):
    owner.practice.second_factor_required = True
    owner.practice.save()


def test_whoever_has_none_is_sent_to_set_one_up(required, signed_in, owner):
    client = signed_in(owner)
    assert client.get(reverse("people"))["Location"] == reverse("mfa_index")
    assert client.get(reverse("profile"))["Location"] == reverse("mfa_index")
    part = client.get(reverse("people"), HTTP_HX_REQUEST="true")
    assert (part.status_code, part["HX-Redirect"]) == (403, reverse("mfa_index"))
    page = client.get(reverse("mfa_index"))
    assert page.status_code == 200 and b"Your practice asks everybody" in page.content


def test_the_way_to_set_it_up_is_open(required, sign_in, owner):
    client, _ = sign_in("olive@example.org")
    assert client.post(reverse("alive")).status_code == 204
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert client.get(reverse("people")).status_code == 200
    assert client.post(reverse("sign_out")).status_code == 302


def test_the_last_factor_stays_where_it_is_required(required, with_app):
    client = with_app[0]
    page = client.get(reverse("mfa_deactivate_totp"))
    assert b"this is your only one" in page.content
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(type="totp").exists()


def test_recovery_codes_alone_are_no_second_factor(required, with_app, owner):
    client = with_app[0]
    Authenticator.objects.filter(type="totp").delete()
    assert client.get(reverse("people"))["Location"] == reverse("mfa_index")


def test_without_the_setting_nobody_is_sent(signed_in, owner):
    assert signed_in(owner).get(reverse("people")).status_code == 200


def test_the_owner_can_take_a_lost_factor_away(with_app, signed_in, colleague):
    Authenticator.objects.create(user=colleague, type="totp", data={"secret": cipher.seal("x", about="second factor")})
    client = with_app[0]
    assert client.post(reverse("person_factor_remove", args=[colleague.pk])).status_code == 302
    assert not Authenticator.objects.filter(user=colleague).exists()


# Passkeys, as far as they go without a browser


def test_the_passkey_pages_open(with_app):
    client = with_app[0]
    for name in ("mfa_list_webauthn", "mfa_add_webauthn", "mfa_index", "mfa_generate_recovery_codes"):
        assert client.get(reverse(name)).status_code == 200, name


def test_the_passkey_door_of_the_sign_in_is_open(db):
    answer = Client().get(reverse("mfa_login_webauthn"), HTTP_ACCEPT="application/json")
    assert answer.status_code == 200 and "challenge" in str(answer.json())


JUNK = ["", "x", "{}", "[]", "null", "1", '{"id": "x"}', '{"rawId": 1, "response": []}', '{"response": null}', "\x00"]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_for_a_passkey_is_a_clean_error(with_app, junk, words, sign_in):
    answer = Client().post(reverse("mfa_login_webauthn"), {"credential": junk}, follow=True)
    assert answer.status_code == 200 and answer.redirect_chain[0][0] == reverse("account_login")
    assert with_app[0].post(reverse("mfa_add_webauthn"), {"credential": junk, "name": "x"}).status_code == 200
    half, _ = sign_in("olive@example.org")
    assert half.post(reverse("mfa_authenticate"), {"credential": junk}).status_code == 200


def test_no_page_of_the_sign_in_carries_an_inline_script(with_app):
    client = with_app[0]
    pages = [Client().get(reverse("account_login")), client.get(reverse("mfa_add_webauthn"))]
    for page in pages:
        html = page.content.decode()
        scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.S)
        assert scripts
        for attributes, text in scripts:
            assert "application/json" in attributes or not text.strip()
        assert " style=" not in html and not re.search(r"\son\w+=", html)
