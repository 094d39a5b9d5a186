"""What stands beside every row of a plan, and each part's form, as stencils: drawn once, filled in for each row.

A plan has dozens of rows, and what is drawn for them differs in names and values alone: drawn one by one they cost
more than all the rest of the page. What comes out is what would have been drawn for the row, letter for letter
(tests/plans/test_stencil.py).

Patterns are kept from page to page. So nothing of a case or of an author may stand in one: whatever is theirs is a
word that is filled in.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from planner.plans.forms import PartForm

#: Stands where a row's own words go. Nobody can have typed it: it is another one in each process.
MARK = secrets.token_hex(8)
LONGEST_OFFER = 80  # letters of an earlier phrase that a list shows


class Stencil:
    """A piece of a page as a pattern. `draw` draws it with these words."""

    def __init__(self, words: Iterable[str], draw: Callable[[dict[str, Any]], str]):
        self.pattern = draw({name: mark(name) for name in words}).replace("%", "%%")
        for name in words:
            self.pattern = self.pattern.replace(mark(name), f"%({name})s")

    def fill(self, words: Mapping[str, Any]) -> SafeString:
        """The piece with the words of one row; safe where `draw` puts each of them into text or between quotes."""
        # The pattern is what a template drew, and every word put into it is escaped.
        return mark_safe(self.pattern % {name: escaped(word) for name, word in words.items()})


def form_pattern(form: PartForm, own: Iterable[str], draw: Callable[[PartForm, dict[str, str]], str]) -> str:
    """A form as a pattern. `draw` draws it with the words that a page fills in; `form` is taken for this alone. `own`
    are the fields that an author's earlier words are offered for."""
    form.prefix = mark("key")
    form.initial = {name: mark(name) for name in form.fields}
    pattern = draw(form, {name: mark(name) for name in ("key", "address", "csrf_token", "more")}).replace("%", "%%")
    for name in own:
        pattern = pattern.replace(offered(form.fields[name], [mark(f"own {name}")]), f"%(own {name})s")
    for name, field in form.fields.items():
        pattern = _open(pattern, name, field.widget)
    return re.sub(f"{MARK}-(key|address|csrf_token|more)-{MARK}", r"%(the \1)s", pattern)


class FormStencil:
    """A form's pattern for one page: `shared` is what it says for each row, `form` one of the rows', `own` the author's
    earlier words by the name of the field."""

    def __init__(self, form: PartForm, pattern: str, shared: Mapping[str, Any], own: Mapping[str, Sequence[str]]):
        self.fields, self.pattern = form.fields, pattern
        self.shared = {f"the {name}": escaped(word) for name, word in shared.items()}
        self.shared |= {f"own {name}": offered(form.fields[name], texts) for name, texts in own.items()}
        self.options = {
            name: options(field.widget.choices)
            for name, field in self.fields.items()
            if isinstance(field.widget, forms.Select)
        }

    def fill(self, key: str, address: str, values: Mapping[str, Any]) -> SafeString:
        """The form of one row."""
        given = {**self.shared, "the key": escaped(key), "the address": escaped(address)}
        for name, field in self.fields.items():
            given[name] = self._shown(name, field, values.get(name))
        return mark_safe(self.pattern % given)  # a form as it was drawn, and words that `_shown` escaped

    def _shown(self, name: str, field: forms.Field, value: Any) -> str:
        """What a field's place holds. Most fields of a row are empty and no choice: nothing stands in them."""
        if value in ("", None) and name not in self.options:
            return ""
        said = field.widget.format_value(field.prepare_value(value))
        if name in self.options:
            chosen = f'<option value="{escaped(said[0])}"'
            return self.options[name].replace(f"{chosen}>", f"{chosen} selected>")
        if isinstance(field.widget, forms.Textarea):
            return escaped(said or "")
        return "" if said is None else f' value="{escaped(said)}"'


def mark(name: str) -> str:
    """Stands for one word while a pattern is drawn."""
    return f"{MARK}-{name}-{MARK}"


def _open(pattern: str, name: str, widget: forms.Widget) -> str:
    """The pattern with a place for what stands in one field; in a choice for all its options."""
    if not isinstance(widget, forms.Select):
        return pattern.replace(f' value="{mark(name)}"', f"%({name})s").replace(mark(name), f"%({name})s")
    start = pattern.index(">", pattern.index(f'<select name="{mark("key")}-{name}"')) + 1
    return f"{pattern[:start]}%({name})s{pattern[pattern.index('</select>', start) :]}"


def offered(field: forms.Field, texts: Iterable[str]) -> SafeString:
    """Earlier words as options: to take, or beside a larger field to choose by their beginning."""
    if not isinstance(field.widget, forms.Textarea):
        return options((text, "") for text in texts)
    return options((text, Truncator(text).chars(LONGEST_OFFER)) for text in texts)


def options(choices: Iterable[tuple[Any, Any]]) -> SafeString:
    """(value, label) as options, none of them chosen."""
    drawn = (f'<option value="{escaped(value)}">{escaped(label)}</option>' for value, label in choices)
    return mark_safe("".join(drawn))  # both escaped the line before


def escaped(word: Any) -> str:
    """What Django's `conditional_escape` gives, in a third of the time: a long plan asks for it a thousand times."""
    return word if isinstance(word, SafeString) else html.escape(str(word))
