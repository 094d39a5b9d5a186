"""The filters beside the library's list, drawn in Python: half a hundred values, each of them said four times, which a
template looks up one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

BOX = """
      <div class="form-check"><input class="form-check-input" type="checkbox" name="{0}" value="{1}" id="f-{0}-{1}"{2}>\
<label class="form-check-label" for="f-{0}-{1}">{3} <span class="quiet">{4}</span></label></div>
      """


@register.simple_tag
def filter_boxes(name: str, choices: Iterable[Any]) -> SafeString:
    """A box for each value of a filter, with how many entries it would show."""
    rows = ((name, one.value, " checked" if one.chosen else "", one.label, localize(one.count)) for one in choices)
    return format_html_join("", BOX, rows)


@register.simple_tag
def filter_lengths(choices: Iterable[Any]) -> SafeString:
    """The lengths to choose from: "30 min (12)"."""
    said = _("%(n)s min (%(count)s)")
    rows = (
        (one.value, " selected" if one.chosen else "", said % {"n": one.value, "count": localize(one.count)})
        for one in choices
    )
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
