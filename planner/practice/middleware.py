"""What stands between a request and its view: headers on everything, the idle lock, sign-in, the second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from planner.base.forms import without_controls
from planner.practice import adapters, handover, trail
from planner.practice.doors import has_secrets, is_human, sent_values, typed_texts, wants_page
from planner.practice.sessions import SEEN, STARTED

GetResponse = Callable[[HttpRequest], HttpResponse]

#: How often the last sign of a human is written down, in seconds.
NOTE_EVERY = 30
#: A clock that jumped back further than this locks the session.
CLOCK_SLACK = 300

#: Set on what no other layer has set; the policy itself comes from django-csp.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class HeadersMiddleware:
    """The headers of every response, errors included: it stands outermost. Nothing but static files is stored."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path_info.startswith(settings.STATIC_URL) or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response


class AskedMiddleware:
    """How the house may be asked: by the methods of links and forms, and with a query that is clean like typed text
    (no NUL, which PostgreSQL refuses, and no mark that turns the direction of what follows)."""

    METHODS = ("GET", "HEAD", "POST", "OPTIONS")

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in self.METHODS:
            return HttpResponseNotAllowed(self.METHODS)
        if request.GET:
            request.GET = without_controls(request.GET)
        return self.get_response(request)


class AbsenceMiddleware:
    """Locks a session that no human has used for a while, and ends it at its absolute limit.

    Only a page that somebody goes to and a form that somebody sends count as a human (`doors.is_human`); `lock.js`
    reports real keys and touches through the `alive` door. Nothing a page sends on its own moves the clock.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.idle_seconds = settings.IDLE_MINUTES * 60  # for lock.js
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        now = int(timezone.now().timestamp())
        if STARTED not in request.session:
            request.session[STARTED] = request.session[SEEN] = now
        if now - request.session[STARTED] >= settings.SESSION_COOKIE_AGE:
            trail.record("signed out", by=request.user, detail={"because": "absolute limit"})
            logout(request)
            return None
        if is_locked(request):
            return None if _open_while_locked(view) else locked_response(request)
        if is_human(request) and now - request.session[SEEN] >= NOTE_EVERY:
            request.session[SEEN] = now
        return None


def is_locked(request: HttpRequest) -> bool:
    """No human for longer than the idle limit, or a clock that went back."""
    away = int(timezone.now().timestamp()) - request.session.get(SEEN, 0)
    return away >= settings.IDLE_MINUTES * 60 or away < -CLOCK_SLACK


def unlock_session(request: HttpRequest) -> None:
    """Somebody proved to be the person of this session."""
    request.session[SEEN] = int(timezone.now().timestamp())


def _open_while_locked(view: Callable) -> bool:
    return getattr(view, "open_while_locked", False) or not getattr(view, "login_required", True)


def locked_response(request: HttpRequest) -> HttpResponse:
    """A page is sent to the lock, a script is told so, a form gets its text back; nothing is written."""
    if not wants_page(request):
        return HttpResponse(status=401, headers={"X-Locked": "1"})
    if request.method in ("GET", "HEAD"):
        return HttpResponseRedirect(f"{reverse('unlock')}?{urlencode({'next': request.get_full_path()})}")
    return kept_response(request, "practice/kept_locked.html")


def kept_response(request: HttpRequest, template: str) -> HttpResponse:
    """The page that gives typed text back and sends it again, once the person is in."""
    context = {
        "texts": typed_texts(request),
        "values": [] if has_secrets(request) else sent_values(request),
        "address": request.get_full_path(),
        "has_files": bool(request.FILES),
    }
    return render(request, template, context, status=401)


class HandedOverMiddleware:
    """While the screen is in a client's hands, every other door is shut: a page leads back to the one that was handed
    over, a script is refused, and nothing is written."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> HttpResponse | None:
        found = handover.held(request) if request.user.is_authenticated else None
        if not found or request.path in found["doors"] or getattr(view, "open_while_handed_over", False):
            return None
        if request.method in ("GET", "HEAD") and wants_page(request):
            return HttpResponseRedirect(found["here"])
        return HttpResponse(status=403, headers={"X-Handed-Over": "1"})


class SignedInMiddleware(LoginRequiredMiddleware):
    """Everything but the marked doors is for people who are signed in; what an expired sign-in sends is not lost."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if not wants_page(request):
            return HttpResponse(status=401, headers={"X-Signed-Out": "1"})
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        return kept_response(request, "practice/kept_signed_out.html")


class SecondFactorMiddleware:
    """Where the practice asks for a second factor, a person without one can go nowhere but to its set-up."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated or not user.practice.second_factor_required or adapters.has_second_factor(user):
            return None
        if _open_while_locked(view) or getattr(view, "open_without_second_factor", False):
            return None
        if not wants_page(request):
            return HttpResponse(status=403, headers={"HX-Redirect": reverse("mfa_index")})
        return HttpResponseRedirect(reverse("mfa_index"))
