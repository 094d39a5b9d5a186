"""The hours of Today, drawn in Python: a week has several dozen of them with fifteen values each, and a template costs
each value as much as all that is said here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
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
    return format_html_join("", "{}", ((_line(session, with_day=with_day),) for session in sessions))


def _line(session: Any, *, with_day: bool) -> SafeString:
    begins = when(session.starts_at) if with_day else clock(session.starts_at)
    chart, kind = address("case", session.case_id), session.get_kind_display()
    return format_html(
        LINE, begins, chart, label(session.case), kind, _agenda(session), _to_do(session),
        _button(session, "session_print", _("Print")),
    )  # fmt: skip


def _agenda(session: Any) -> str:
    if not session.planned_minutes:
        return _("no agenda yet")
    told = {"used": session.planned_minutes, "whole": session.minutes}
    return _("agenda %(used)s of %(whole)s min") % told


def _to_do(session: Any) -> SafeString:
    """Planning and running it; of an hour that was held, the word."""
    if session.state == "held":
        return format_html('<span class="mark">{}</span>', _("Held"))
    return _button(session, "session_plan", _("Plan")) + _button(session, "session_run", _("Run"))


def _button(session: Any, page: str, word: str) -> SafeString:
    return format_html(BUTTON, address(page, session.pk), word, session.case.code)
