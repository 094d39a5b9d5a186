"""The hours of Today, drawn in Python: a week has several dozen of them with fifteen values each, and a template costs
each value as much as all that is said here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.base.addresses import address
from planner.templatetags.house import clock, label, when

register = template.Library()

LINE = (
    '<li class="row-line"><div class="mono nowrap">{}</div>'
    '<div class="row-grow"><a class="row-title" href="{}">{}</a> <span class="quiet">{} · {}</span></div>'
    '<div class="row-end">{} {}</div></li>'
)
BUTTON = '<a class="btn btn-plain btn-sm" href="{}">{}<span class="visually-hidden"> {}</span></a>'


@register.simple_tag
def hour_lines(sessions: Iterable[Any], *, with_day: bool) -> SafeString:
    """A line for each hour: when it begins, whose it is, how full its agenda, and what can be done with it."""
    says = {
        "empty": _("no agenda yet"), "full": _("agenda %(used)s of %(whole)s min"), "plan": _("Plan"), "run": _("Run"),
        "print": _("Print"), "held": _("Held"),
    }  # fmt: skip
    begins = when if with_day else clock
    return SafeString("".join(_line(session, begins(session.starts_at), says) for session in sessions))


def _line(session: Any, begins: str, says: dict[str, str]) -> SafeString:
    """One hour, in the words of the page (`says`)."""
    told = {"used": session.planned_minutes, "whole": session.minutes}
    agenda = says["full"] % told if session.planned_minutes else says["empty"]
    return format_html(
        LINE, begins, address("case", session.case_id), label(session.case), session.get_kind_display(), agenda,
        _to_do(session, says), _button(session, "session_print", says["print"]),
    )  # fmt: skip


def _to_do(session: Any, says: dict[str, str]) -> SafeString:
    """Planning and running it; of an hour that was held, the word."""
    if session.state == "held":
        return format_html('<span class="mark">{}</span>', says["held"])
    return _button(session, "session_plan", says["plan"]) + _button(session, "session_run", says["run"])


def _button(session: Any, page: str, word: str) -> SafeString:
    return format_html(BUTTON, address(page, session.pk), word, session.case.code)
