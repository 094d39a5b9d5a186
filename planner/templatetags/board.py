"""The rows of the boosters board, drawn in Python: a page has 25 of them with a dozen values each, and a template costs
each value as much as all that is said here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.base.addresses import address
from planner.boosters.dates import in_words
from planner.templatetags.boosters import booster_state
from planner.templatetags.house import day, label

register = template.Library()

WHOSE = '<td class="nowrap"><a class="row-title" href="{}">{}</a> <span class="mono">{}</span>{}</td>'
BOOSTER = (
    '<tr><td class="nowrap">{}, {}</td>{}<td class="nowrap"><a href="{}">{}'
    '<span class="visually-hidden">, {}</span></a></td><td class="nowrap">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>'
)
BOOK = '<a class="btn btn-plain btn-sm" href="{}">{}<span class="visually-hidden"> {}, {}</span></a>'
CASE = '<tr>{}<td>{}</td><td class="mono">{}</td><td class="mono">{}</td><td>{}{}</td></tr>'
DECIDE = '<a href="{}">{}<span class="visually-hidden"> {}</span></a>'


@register.simple_tag
def board_boosters(boosters: Iterable[Any], today: date, *, may_book: bool) -> SafeString:
    """A row for each booster: when it is, whose, which of its series, how it stands, and booking it."""
    says = {"which": _("%(n)s of %(total)s"), "book": _("Book")}
    return format_html_join("", BOOSTER, (_booster(one, today, says, may_book=may_book) for one in boosters))


def _booster(booster: Any, today: date, says: dict[str, str], *, may_book: bool) -> tuple[Any, ...]:
    """What the row of one booster says, in the words of the page (`says`)."""
    case, wall = booster.series.case, booster.wall
    book: Any = ""
    if may_book and booster.is_open and not booster.has_hour:
        book = format_html(BOOK, address("booster_book", booster.pk), says["book"], case.code, booster.number)
    return (
        in_words(wall.date()), f"{wall:%H:%M}", _whose(case), address("booster", booster.pk),
        says["which"] % {"n": booster.number, "total": booster.total}, case.code, day(booster.closes_on),
        booster_state(booster, today), booster.lead, book,
    )  # fmt: skip


@register.simple_tag
def board_cases(cases: Iterable[Any]) -> SafeString:
    """A row for each case in maintenance: its next booster and its last one, and what speaks for the way back."""
    closed = format_html(' <span class="mark">{}</span>', _("Closed"))
    decide = _("Decide")
    return format_html_join("", CASE, (_case(one, closed, decide) for one in cases))


def _case(case: Any, closed: SafeString, decide: str) -> tuple[Any, ...]:
    """What the row of one case says."""
    return (
        _whose(case, closed if case.closed_on else ""), case.get_phase_display(),
        day(case.next_due) if case.next_due else "", day(case.held_last) if case.held_last else "",
        format_html_join("", "<p>{}</p>", ((reason.sentence,) for reason in case.reasons)),
        format_html(DECIDE, address("reentry", case.pk), decide, case.code) if case.reasons else "",
    )  # fmt: skip


def _whose(case: Any, more: str = "") -> SafeString:
    """The cell that says whose it is, with its code."""
    return format_html(WHOSE, address("case", case.pk), label(case), case.code, more)
