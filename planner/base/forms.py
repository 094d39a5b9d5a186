"""The form base: one crispy layout for the house, fields that clean what is typed, the one-time key and the version."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.translation import gettext_lazy as _

from planner.base import once
from planner.base.text import clean, clean_line


class LineField(forms.CharField):
    """One line of text, cleaned (NFC, no control characters, no direction overrides, single blanks)."""

    def __init__(self, *args: Any, max_length: int = 120, **kwargs: Any):
        super().__init__(*args, max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(clean_line(value) if isinstance(value, str) else value)


class TextField(forms.CharField):
    """Several lines of text, cleaned; `rows` is the height of its box."""

    def __init__(self, *args: Any, max_length: int = 4000, rows: int = 3, **kwargs: Any):
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(*args, max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(clean(value) if isinstance(value, str) else value)


class Group(Fieldset):
    """Fields under a heading. The heading stays a text: crispy's own makes a template of it, and a client's name that
    holds braces or markup would be run."""

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> str:
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        context.update({"fieldset": self, "legend": conditional_escape(self.legend), "fields": fields})
        return render_to_string(self.get_template_name(template_pack), context.flatten())


def without_controls(data: Any) -> Any:
    """What was sent, its texts cleaned: a form that is shown again shows what would be kept."""
    if not isinstance(data, QueryDict):
        return data
    cleaned = data.copy()
    for name, texts in data.lists():
        cleaned.setlist(name, [clean(text) for text in texts])
    return cleaned


class HouseForm(forms.Form):
    """Every form of the house. `asks` gives its fields in order; the page draws <form> and button.

    `once` is the key that makes a double click count once; `version` the state of the row that the page showed.
    """

    once = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any):
        initial = {"once": once.new_key(), **(kwargs.pop("initial", None) or {})}
        super().__init__(without_controls(data), *args, initial=initial, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.html5_required = True
        self.helper.form_error_title = _("Please look at these again. Nothing you typed is lost.")
        self.helper.layout = Layout(*self.asks())
        self.helper.render_hidden_fields = True

    def asks(self) -> list[Any]:
        """The layout: field names in order unless a form groups them."""
        return [name for name, field in self.fields.items() if not isinstance(field.widget, forms.HiddenInput)]

    @property
    def one_time_key(self) -> str:
        """The key to hand to `planner.base.once.once`."""
        return (self.data.get(self.add_prefix("once")) or "")[:64]
