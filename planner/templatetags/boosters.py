"""What templates of the boosters room may use."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.boosters import dates

register = template.Library()

#: How a state is marked where it is more than a word.
MARKED = {"missed": " mark-attention", "booked": " mark-accent"}


@register.simple_tag
def presets() -> list[dates.Preset]:
    """Every rhythm with its evidence note."""
    return list(dates.PRESETS.values())


@register.simple_tag
def booster_state(booster: Any, today: date) -> SafeString:
    """The state of a booster as a mark, with a second one where its window is over. Put together here, as lists of
    boosters show many and an included template costs each ten times as much."""
    said = format_html('<span class="mark{}">{}</span>', MARKED.get(booster.state_now, ""), booster.state_label)
    if booster.closes_on < today and booster.is_open and not booster.has_hour:
        return said + format_html(' <span class="mark mark-attention">{}</span>', _("Overdue"))
    return said
