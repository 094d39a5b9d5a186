"""What a page of this room sends along with every write."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.practice.models import User


def version(request: HttpRequest) -> int:
    """The version that the page showed; 0, which no row has, where it is missing or wild."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def by_script(request: HttpRequest) -> bool:
    """True for the page's own saving as one types."""
    return request.headers.get("X-Background") == "1"


def clock() -> str:
    """The time of day that "Saved" shows."""
    return timezone.localtime().strftime("%H:%M")


def changed_since(who: User | None, at: object, what: str) -> str:
    """Who was quicker, and when; `what` is a sentence with %(who)s and %(at)s."""
    name = who.name if who else _("Somebody")
    return what % {"who": name, "at": timezone.localtime(at).strftime("%H:%M")}
