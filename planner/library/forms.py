"""The print dialog: one small form that remembers. Other rooms that print take it from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.base.forms import without_controls
from planner.practice.models import PaperSize, TextSize
from planner.sheets.options import Options

FILLS = [("fields", _("Fields to type in")), ("lines", _("Lines to write on"))]
NAMES = [("full", _("First name")), ("initials", _("Initials")), ("none", _("No name"))]


class OptionsForm(forms.Form):
    """The choices of every print dialog: paper, text size, fields or lines, discreet, how much of the name, ink."""

    paper = forms.ChoiceField(label=_("Paper"), choices=PaperSize.choices, required=False)
    size = forms.ChoiceField(label=_("Text size"), choices=TextSize.choices, required=False)
    fill = forms.ChoiceField(label=_("To fill in"), choices=FILLS, required=False)
    discreet = forms.BooleanField(
        label=_("Discreet"), required=False, help_text=_("No letterhead, a neutral title and file name.")
    )
    name = forms.ChoiceField(label=_("Name on a discreet print"), choices=NAMES, required=False)
    greyscale = forms.BooleanField(label=_("Save ink"), required=False, help_text=_("Grey lines and no filled areas."))

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any):
        super().__init__(without_controls(data), *args, **kwargs)
        for field in self.fields.values():
            is_box = isinstance(field.widget, (forms.CheckboxInput, forms.RadioSelect))
            field.widget.attrs["class"] = "form-check-input" if is_box else "form-select"


class PrintForm(OptionsForm):
    """How to print a blank sheet. Unknown values fall back to what was remembered, so an old link still prints.

    `roles` are (role, words) for a sheet with wordings of its own for several roles; `named` asks how much of the name
    a discreet print may show.
    """

    role = forms.ChoiceField(label=_("Wording for"), required=False)
    field_order = ["role"]

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        remembered: Options,
        roles: list[tuple[str, Any]] | None = None,
        named: bool = False,
    ):
        self.remembered = remembered
        super().__init__(data or None, initial=remembered.as_json())
        self.fields["role"].choices = roles or []
        if not roles:
            del self.fields["role"]
        if not named:
            del self.fields["name"]

    @property
    def options(self) -> Options:
        """What was chosen over what was remembered. A box that is not ticked counts only where the form was sent."""
        if not self.is_bound:
            return self.remembered
        explicit = {name: self.data.get(name) for name in ("paper", "size", "fill", "name")}
        boxes = {name: self.data.get(name) in ("on", "1", "true", "True") for name in ("discreet", "greyscale")}
        return Options.chosen(self.remembered.as_json(), **explicit, **boxes)

    @property
    def chosen_role(self) -> str:
        """The role whose wording was chosen; the first where none was; "" where the sheet has one wording."""
        if "role" not in self.fields:
            return ""
        roles = [role for role, _words in self.fields["role"].choices]
        asked = self.data.get("role") if self.is_bound else None
        return asked if asked in roles else roles[0]

    @property
    def address(self) -> dict[str, Any]:
        """The choices as the query of an address."""
        options = self.options.as_json()
        chosen = {name: options[name] for name in ("paper", "size", "fill")}
        chosen |= {name: "on" for name in ("discreet", "greyscale") if options[name]}
        if "name" in self.fields:
            chosen["name"] = options["name"]
        return chosen | ({"role": self.chosen_role} if self.chosen_role else {})
