"""What every template may use: icons, times as people say them, one-time keys, addresses with a filter."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import lucide
from django import template
from django.http import QueryDict
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.utils import dates, timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from planner.base import addresses, once
from planner.base.text import markdown
from planner.cases import names

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, size: int = 20) -> SafeString:
    """An inline picture beside a word that says the same; hidden from screen readers. Drawn once a process."""
    drawn = lucide._render_icon(str(name), size, aria_hidden="true", **{"class": "icon"})
    return mark_safe(drawn)


class Address(URLNode):
    """Django's own {% url %}. Most addresses have only whole numbers and plain words in them: those are put together
    from the pattern that was looked up once, in a fifth of the time."""

    def render(self, context: template.Context) -> str:
        values = tuple(arg.resolve(context) for arg in self.args)
        found = None if self.kwargs else addresses.plain(self.view_name.resolve(context), values)
        if found is None:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = found
            return ""
        return found


@register.tag("url")
def address(parser: Parser, token: Token) -> Address:
    """`{% url %}`, used as Django documents it."""
    node = django_url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)


@register.simple_tag
def once_key() -> SafeString:
    """A hidden one-time key, for forms that are written by hand."""
    return format_html('<input type="hidden" name="once" value="{}">', once.new_key())


@register.filter
def label(case: Any) -> str:
    """What a case is called on a screen: "M. & R."."""
    return names.label(case)


@register.filter
def prose(text: str) -> SafeString:
    """Simple Markdown as safe HTML."""
    return markdown(text or "")


@register.filter
def in_lines(pairs: Iterable[tuple[Any, Any]]) -> SafeString:
    """(name, words), each on a line of its own. Put together here, as a comparison shows hundreds."""
    named = ((f"<b>{conditional_escape(name)}:</b> " if name else "", conditional_escape(said)) for name, said in pairs)
    return mark_safe("\n".join(f"{name}{said}" for name, said in named))  # both escaped the line before


@register.filter
def day(moment: datetime.datetime | datetime.date) -> str:
    """ "Thu 26 Nov"; with the year when it is not this one. Put together here, as lists show many."""
    date = timezone.localtime(moment).date() if isinstance(moment, datetime.datetime) else moment
    named = _day(date, get_language())
    return named if date.year == timezone.localdate().year else f"{named} {date.year}"


@lru_cache(maxsize=4096)
def _day(date: datetime.date, _language: str | None) -> str:
    """Weekday, day and month in the active language, by which it is kept."""
    return f"{dates.WEEKDAYS_ABBR[date.weekday()]} {date.day} {str(dates.MONTHS_3[date.month]).title()}"


@register.filter
def clock(moment: datetime.datetime) -> str:
    """ "10:00", in the zone of the page."""
    moment = timezone.localtime(moment)
    return f"{moment.hour:02}:{moment.minute:02}"


@register.filter
def when(moment: datetime.datetime) -> str:
    """ "Thu 26 Nov, 10:00"."""
    return f"{day(moment)}, {clock(moment)}"


@register.filter
def away(moment: datetime.datetime | datetime.date) -> str:
    """How many days off: "today", "tomorrow", "in 5 days", "3 days ago"."""
    date = timezone.localtime(moment).date() if isinstance(moment, datetime.datetime) else moment
    days = (date - timezone.localdate()).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if days > 0:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The address's query with some values changed; None or "" takes one out. Starts with "?"."""
    kept: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            kept.pop(name, None)
        else:
            kept[name] = str(value)
    return f"?{kept.urlencode()}"


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """mapping[key], or nothing."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return ""
