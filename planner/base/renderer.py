"""How the controls of forms are drawn: Django's plain ones by the few lines below, all others by their templates.

Django draws every <option> by a template of its own that includes another one; on a page with a form most of the time
went there. What comes out here is the same, attribute for attribute (tests/base/test_controls.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language


class HouseRenderer(TemplatesSetting):
    """The project's FORM_RENDERER."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        return mark_safe(draw(context["widget"])) if draw else super().render(template_name, context, request)


def attributes(attrs: Mapping[str, Any]) -> str:
    """Attributes as they stand in a tag, each with a blank before it. True is the bare name, False is none at all."""
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: dict[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{conditional_escape(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{conditional_escape(widget["name"])}"{value}{_attrs(widget)}>'


def _textarea(widget: dict[str, Any]) -> str:
    text = conditional_escape(widget["value"] or "")
    return f'<textarea name="{conditional_escape(widget["name"])}"{_attrs(widget)}>\n{text}</textarea>'


def _select(widget: dict[str, Any]) -> str:
    groups = "".join(_group(name, options) for name, options, _number in widget["optgroups"])
    return f'<select name="{conditional_escape(widget["name"])}"{_attrs(widget)}>{groups}</select>'


def _group(name: Any, options: list[dict[str, Any]]) -> str:
    drawn = "".join(map(_option, options))
    return f'<optgroup label="{conditional_escape(name)}">{drawn}</optgroup>' if name else drawn


def _option(option: dict[str, Any]) -> str:
    label = conditional_escape(option["label"])
    return f'<option value="{conditional_escape(option["value"])}"{_attrs(option)}>{label}</option>'


def _attrs(widget: dict[str, Any]) -> str:
    return attributes(widget["attrs"])


_INPUTS = ("text", "hidden", "email", "password", "number", "url", "tel", "search", "date", "time", "checkbox")
_DRAWN: dict[str, Callable[[dict[str, Any]], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}


class LongSelect(forms.Select):
    """A choice of hundreds (countries, time zones): the options are drawn once for each language, not at every page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        own = {**self.build_attrs(self.attrs, attrs)}
        options = _options(tuple(self.choices), get_language() or "")
        chosen = f'<option value="{conditional_escape("" if value is None else value)}"'
        shown = options.replace(f"{chosen}>", f"{chosen} selected>", 1)
        return mark_safe(f'<select name="{conditional_escape(name)}"{attributes(own)}>{shown}</select>')


@lru_cache(maxsize=16)
def _options(choices: tuple[tuple[Any, Any], ...], _language: str) -> str:
    return "".join(_option({"value": value, "label": label, "attrs": {}}) for value, label in choices)
