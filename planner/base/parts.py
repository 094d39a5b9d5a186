"""Parts of a page that come once the page itself stands, so that what is asked for first is there at once.

A page holds the place of a part with partials/to_come.html; htmx then fetches it from its own address. Opened by that
address alone, as without scripts, a part is a whole page.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def part(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: Any, back: tuple[str, Any]
) -> HttpResponse:
    """The part alone for htmx, else a page around it; `back` is the address and the name of the page it belongs to."""
    if request.htmx:
        return render(request, template, context)
    around = {"part": template, "title": title, "back": back, "is_whole_page": True}
    return render(request, "partials/part.html", {**context, **around})
