"""The headers of the bar on answers of every kind."""

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse

CSP = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'",
}  # fmt: skip
CLOSED = ("camera", "microphone", "geolocation", "payment", "usb", "display-capture")


def anonymous():
    return Client(raise_request_exception=False)


def page(name, **extra):
    return lambda client: client.get(reverse(name), **extra)


KINDS = {
    "a page": (True, 200, page("profile")),
    "the sign-in": (False, 200, page("account_login")),
    "a redirect to the sign-in": (False, 302, page("profile")),
    "a refusal": (True, 405, page("sign_out")),
    "nothing there": (True, 404, lambda client: client.get("/no/such/page/")),
    "nothing there, signed out": (False, 404, lambda client: client.get("/no/such/page/")),
    "a dead link": (False, 404, lambda client: client.get(reverse("join", args=["x"]))),
    "no content": (True, 204, lambda client: client.post(reverse("alive"))),
    "data": (True, 200, page("unlock", HTTP_ACCEPT="application/json")),
    "a script that is signed out": (False, 401, page("profile", HTTP_HX_REQUEST="true")),
    "a foreign host": (False, 400, lambda client: client.get("/", HTTP_HOST="evil.example")),
    "a slash that was forgotten": (True, 301, lambda client: client.get("/you")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_headers_on_every_kind_of_answer(kind, signed_in, owner):
    inside, status, ask = KINDS[kind]
    client = signed_in(owner) if inside else anonymous()
    response = ask(client)
    assert response.status_code == status
    hold(response)


def hold(response, referrer="same-origin"):
    got = response.headers
    assert set(got["Content-Security-Policy"].split("; ")) >= CSP
    assert "unsafe" not in got["Content-Security-Policy"]
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Referrer-Policy"] == referrer if referrer else True
    assert got["Cross-Origin-Opener-Policy"] == "same-origin"
    assert got["Cross-Origin-Resource-Policy"] == "same-origin"
    assert got["X-Frame-Options"] == "DENY"
    assert got["Cache-Control"] == "no-store"
    assert "noindex" in got["X-Robots-Tag"]
    for feature in CLOSED:
        assert f"{feature}=()" in got["Permissions-Policy"]


KINDS.pop("a dead link")


def test_pages_with_a_token_tell_the_host_alone(db):
    hold(anonymous().get(reverse("join", args=["x"])), referrer="strict-origin")
    hold(anonymous().get(reverse("setup", args=["x"])), referrer="strict-origin")


def test_a_server_error_carries_them_and_says_nothing(signed_in, owner, monkeypatch):
    def breaks(*args, **kwargs):
        raise RuntimeError("canary-detail")

    monkeypatch.setattr("planner.practice.views.OpenSession.objects.visible_to", breaks, raising=False)
    client = signed_in(owner)
    client.raise_request_exception = False
    response = client.get(reverse("profile"))
    assert response.status_code == 500
    hold(response)
    assert b"canary-detail" not in response.content and b"Traceback" not in response.content
    assert b"Go back" in response.content


def test_a_csrf_failure_carries_them(signed_in, owner):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    response = strict.post(reverse("profile"), {"name": "x"})
    assert response.status_code == 403
    hold(response)


def test_refusals_carry_them(signed_in, colleague):
    response = signed_in(colleague).get(reverse("people"))
    assert response.status_code == 403
    hold(response)


def test_a_redirect_to_https_carries_them(settings, db):
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(reverse("account_login"))
    assert response.status_code == 301 and response["Location"].startswith("https://")
    hold(response)


def test_hsts_over_https(settings, db):
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    response = Client().get(reverse("account_login"), secure=True)
    assert response["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_headers_stand_outermost():
    assert configured.MIDDLEWARE[0] == "planner.practice.middleware.HeadersMiddleware"


def test_a_static_file_may_be_stored(rf):
    from django.http import HttpResponse

    from planner.practice.middleware import HeadersMiddleware

    def static(request):
        return HttpResponse(headers={"Cache-Control": "max-age=60, public"})

    middleware = HeadersMiddleware(static)
    assert middleware(rf.get("/static/planner/lock.js"))["Cache-Control"] == "max-age=60, public"
    assert middleware(rf.get("/staticx/"))["Cache-Control"] == "no-store"
    assert middleware(rf.get("/static/planner/lock.js"))["X-Content-Type-Options"] == "nosniff"
