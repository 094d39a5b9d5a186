"""What the house's one template of a form field needs (`templates/bootstrap5/field.html`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString, mark_safe

from planner.base.renderer import attributes

register = template.Library()
_CLASSES = ((forms.CheckboxInput, "form-check-input"), (forms.Select, "form-select"))


@dataclass(frozen=True)
class Drawn:
    """A field as it is drawn, each thing found out once. `shape` is "hidden", "box" (one to tick, its label after it),
    "group" (one box or button for each choice) or "line" (everything else)."""

    shape: str
    id: str
    label: Any = ""
    control_id: str = ""
    described_by: str = ""
    required: bool = False
    help_text: Any = ""
    errors: tuple[Any, ...] = ()
    errors_id: str = ""
    control: SafeString = SafeString("")
    choices: tuple[Any, ...] = ()


@register.simple_tag
def drawn(field: BoundField) -> Drawn:
    """The parts of the field, its control drawn with the classes of the house."""
    widget = field.field.widget
    if widget.is_hidden:
        return Drawn("hidden", field.auto_id, control=mark_safe(field.as_widget()))
    shape, errors = _shape(widget), field.errors
    wrong = bool(errors)
    return Drawn(
        shape,
        field.auto_id,
        field.label,
        field.id_for_label,
        described_by=(field.aria_describedby or "") if shape == "group" else "",
        required=field.field.required,
        help_text=field.help_text,
        errors=tuple(errors),
        errors_id=errors.field_id if wrong else "",
        control=SafeString("") if shape == "group" else _control(field, wrong),
        choices=tuple(_choices(field, wrong)) if shape == "group" else (),
    )


def _shape(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "box"
    return "group" if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple) else "line"


def _control(field: BoundField, wrong: bool) -> SafeString:
    widget = field.field.widget
    kind = next((name for base, name in _CLASSES if isinstance(widget, base)), "form-control")
    own = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{own} {kind}{' is-invalid' * wrong}".strip()})


def _choices(field: BoundField, wrong: bool) -> list[tuple[SafeString, Any, Any]]:
    """(control, its id, label) of each choice."""
    widget, attrs = field.field.widget, field.build_widget_attrs({"id": field.auto_id})
    groups = widget.optgroups(field.html_name, widget.format_value(field.value()), attrs)
    return [_choice(option, wrong) for _name, options, _number in groups for option in options]


def _choice(option: dict[str, Any], wrong: bool) -> tuple[SafeString, Any, Any]:
    fixed = {"type": option["type"], "class": f"form-check-input{' is-invalid' * wrong}", "name": option["name"]}
    shown = attributes({**fixed, "value": option["value"], **option["attrs"]})
    return mark_safe(f"<input{shown}>"), option["attrs"].get("id", ""), option["label"]
