"""Handing the screen to a client: for as long as it is handed over, nothing of the site opens but the pages that were
handed over, and the way back asks for the password of the person whose session this is.

A room begins it with `begin`, naming its pages by their addresses; `planner.practice.middleware` holds the rest shut.
The idle lock goes on as usual. Signing out stays possible: it leads to the sign-in and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

_KEY = "handed_over"


def begin(request: HttpRequest, *, here: str, also: Sequence[str] = (), back: str) -> None:
    """Hands over. `here` is the page that opens, `also` the other addresses it needs, `back` where the way back leads.
    All are paths without a query."""
    request.session[_KEY] = {"here": here, "doors": [here, *also], "back": back}


def held(request: HttpRequest) -> dict[str, Any] | None:
    """What is handed over in this session, if anything."""
    return request.session.get(_KEY)


def is_handed(request: HttpRequest) -> bool:
    """True where the page that is asked for is the one that was handed over."""
    found = held(request)
    return bool(found) and request.path in found["doors"]


def end(request: HttpRequest) -> str:
    """Takes the screen back; where to go on."""
    return (request.session.pop(_KEY, None) or {}).get("back", "/")
