"""Marks on views that the middleware of the practice reads, and what can be told of a request from its headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def while_locked(view: View) -> View:
    """A door that stays open while the session is locked."""
    view.open_while_locked = True  # type: ignore[attr-defined]
    return view


def while_handed_over(view: View) -> View:
    """A door that stays open while the screen is in a client's hands."""
    view.open_while_handed_over = True  # type: ignore[attr-defined]
    return view


def without_second_factor(view: View) -> View:
    """A door for people who still have to set up the second factor that their practice asks for."""
    view.open_without_second_factor = True  # type: ignore[attr-defined]
    return view


#: Tells a page that follows our host and nothing more. Not "no-referrer": with that a browser names no origin for what
#: is sent from the page either, and its own form would be refused as a stranger's.
HOST_ALONE = "strict-origin"


def hiding_its_address(view: View) -> View:
    """For addresses that carry a token: no other page learns where the person came from."""

    @wraps(view)
    def quiet(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = HOST_ALONE
        return response

    return quiet


def is_background(request: HttpRequest) -> bool:
    """Sent by the page on its own (autosave, polling): never a sign of a human."""
    return "X-Background" in request.headers


def wants_page(request: HttpRequest) -> bool:
    """A browser going to a page, as opposed to a script that asks for a part or for data."""
    if is_background(request) or "HX-Request" in request.headers or "X-Requested-With" in request.headers:
        return False
    if "application/json" in request.headers.get("Accept", ""):
        return False
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def is_human(request: HttpRequest) -> bool:
    """Does the request show that somebody is there? A page gone to, or something sent that is no background saving."""
    if is_background(request):
        return False
    if request.method in ("GET", "HEAD"):
        return wants_page(request) and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return True


_MACHINERY = ("once", "version", "csrfmiddlewaretoken")


def typed_texts(request: HttpRequest) -> list[tuple[str, str]]:
    """(name, text) of what was typed into the form that was sent, without secrets."""
    rows = sent_values(request)
    return [(name.replace("_", " "), text) for name, text in rows if text.strip() and name not in _MACHINERY]


def sent_values(request: HttpRequest) -> list[tuple[str, str]]:
    """(name, value) of everything in the form that may be sent again: no secret, no old mark of the site."""
    rows = [(name, text) for name, texts in request.POST.lists() for text in texts]
    return [(name, text) for name, text in rows if name != "csrfmiddlewaretoken" and not _is_secret(name)]


def has_secrets(request: HttpRequest) -> bool:
    """A form with a password or a code in it is not sent again from a page."""
    return any(_is_secret(name) for name in request.POST)


def _is_secret(name: str) -> bool:
    return "password" in name or name in ("code", "credential", "token")
