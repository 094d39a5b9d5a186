"""How measures and their numbers are written on a page."""

from __future__ import annotations

from typing import Any

from django import template

from planner.progress import lines
from planner.progress.charts import number
from planner.progress.instruments import Measure

register = template.Library()


@register.filter
def measure_title(measure: Measure) -> str:
    """The name of a measure in the language of the page."""
    return lines.title_of(measure)


@register.filter
def points(value: float | None) -> str:
    """A score as it is written: 7, 7.5; a dash where there is none."""
    return number(value)


@register.filter
def has_key(mapping: Any, key: Any) -> bool:
    """Whether something was said under the key at all."""
    return key in mapping
