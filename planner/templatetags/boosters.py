"""What templates of the boosters room may use."""

from __future__ import annotations

from django import template

from planner.boosters import dates

register = template.Library()


@register.simple_tag
def presets() -> list[dates.Preset]:
    """Every rhythm with its evidence note."""
    return list(dates.PRESETS.values())
