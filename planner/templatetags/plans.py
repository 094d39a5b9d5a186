"""Fields of the plan's editor, each with its earlier words and what is wrong tied to it for a screen reader."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def plan_field(field: BoundField, own: Sequence[str] = ()) -> SafeString:
    """The field as HTML: classes, the list of the author's earlier words, and the ids of its help and its fault."""
    told = [f"{field.id_for_label}-help"] if field.help_text else []
    attrs = {"aria-describedby": " ".join([*told, f"{field.id_for_label}-wrong"]), "autocomplete": "off"}
    if own and field.widget_type == "text":
        attrs["list"] = f"{field.id_for_label}-own"
    if field.errors:
        attrs |= {"aria-invalid": "true", "class": f"{field.field.widget.attrs.get('class', '')} is-invalid"}
    return field.as_widget(attrs=attrs)


@register.filter
def own_of(phrases: dict[str, list[str]], key: str) -> list[str]:
    """The author's earlier words for a field: "goal.clinical"."""
    return (phrases or {}).get(key, [])
