"""What stands beside every row of a plan, and the row's form, as stencils: drawn once a page, filled in for each row.

A plan has dozens of rows, and what is drawn for them differs in names and values alone: drawn one by one they cost
more than all the rest of the page. What comes out is what would have been drawn for the row, letter for letter
(tests/plans/test_stencil.py).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from planner.plans.forms import PartForm

#: Stands where a row's own words go. Nobody can have typed it: it is another one in each process.
MARK = secrets.token_hex(8)
_OPTION = re.compile(r'(<option value="([^"]*)")')


class Stencil:
    """A piece of a page as a pattern. `draw` draws it with these words."""

    def __init__(self, words: Iterable[str], draw: Callable[[dict[str, Any]], str]):
        self.pattern = draw({name: _mark(name) for name in words}).replace("%", "%%")
        for name in words:
            self.pattern = self.pattern.replace(_mark(name), f"%({name})s")

    def fill(self, words: Mapping[str, Any]) -> SafeString:
        """The piece with the words of one row; safe where `draw` puts each of them into text or between quotes."""
        # The pattern is what a template drew, and every word put into it is escaped.
        return mark_safe(self.pattern % {name: conditional_escape(word) for name, word in words.items()})


class FormStencil:
    """A form as a pattern. `draw` draws a form under a name and an address; `form` is taken for this alone."""

    def __init__(self, form: PartForm, draw: Callable[[PartForm, str, str], str]):
        form.prefix = _mark("key")
        form.initial = {name: _mark(name) for name in form.fields}
        self.fields = form.fields
        pattern = draw(form, form.prefix, _mark("address")).replace("%", "%%")
        for name, field in self.fields.items():
            pattern = _open(pattern, name, field.widget)
        self.pattern = pattern.replace(_mark("key"), "%(the key)s").replace(_mark("address"), "%(the address)s")

    def fill(self, key: str, address: str, values: Mapping[str, Any]) -> SafeString:
        """The form of one row."""
        given = _Given({"the key": conditional_escape(key), "the address": conditional_escape(address)})
        for name, field in self.fields.items():
            given.update(_shown(name, field, values.get(name)))
        return mark_safe(self.pattern % given)  # a form as it was drawn, and words that `_shown` escaped


class _Given(dict):
    """Whatever is not given is left out: most options of a choice are not the chosen one."""

    def __missing__(self, _name: str) -> str:
        return ""


def _mark(name: str) -> str:
    return f"{MARK}-{name}-{MARK}"


def _open(pattern: str, name: str, widget: forms.Widget) -> str:
    """The pattern with a place for what stands in one field."""
    if not isinstance(widget, forms.Select):
        return pattern.replace(f' value="{_mark(name)}"', f"%({name})s").replace(_mark(name), f"%({name})s")
    start = pattern.find(f'<select name="{_mark("key")}-{name}"')
    end = pattern.find("</select>", start)
    return pattern[:start] + _OPTION.sub(rf"\1%({name}=\2)s", pattern[start:end]) + pattern[end:]


def _shown(name: str, field: forms.Field, value: Any) -> Iterator[tuple[str, str]]:
    """What a field's places hold."""
    said = field.widget.format_value(field.prepare_value(value))
    if isinstance(field.widget, forms.Select):
        yield from ((f"{name}={one}", " selected") for one in said)
    elif isinstance(field.widget, forms.Textarea):
        yield name, conditional_escape(said or "")
    elif said is not None:
        yield name, f' value="{conditional_escape(said)}"'
