"""Fields of the plan's editor, each with its earlier words and what is wrong tied to it for a screen reader.

Drawn in Python: the editor of a long plan has some two hundred of them, and an included template costs each as much as
all that it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from planner.plans import page
from planner.plans.forms import PartForm
from planner.plans.stencil import FormStencil, Stencil

register = template.Library()
LONGEST_OFFER = 80  # letters of an earlier phrase that a list shows


@register.simple_tag
def part_field(field: BoundField, own: Sequence[str] = ()) -> SafeString:
    """One field of a part: label, field, the author's earlier words for it, its help, and what is wrong with it."""
    name = field.id_for_label
    return format_html(
        '<div class="part{}"><label class="form-label" for="{}">{}</label>{}{}{}'
        '<p class="invalid-words" id="{}-wrong">{}</p></div>',
        " part-wide" if field.widget_type == "textarea" else "", name, field.label, _drawn(field, own),
        _offers(field, own) if own else "", _help(field), name, field.errors[0] if field.errors else "",
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def row_form(context: template.Context, card: page.Card, address: str, more: str = "") -> str:
    """The form of a row, through the page's stencil for rows like it; one that was not accepted is drawn by itself."""
    stencils, kind, row = context["stencils"], card.kind, card.row

    def draw(form: PartForm, key: str, address: str) -> str:
        shared = {"csrf_token": context["csrf_token"], "phrases": context["phrases"], "more": more, "kind": kind}
        return render_to_string("plans/_part_form.html", {**shared, "form": form, "key": key, "address": address})

    if card.form:
        return draw(card.form, card.key, address)
    like = page.alike(kind, row)
    if like not in stencils:
        stencils[like] = FormStencil(page.row_form(kind, row, context["people"]), draw)
    return stencils[like].fill(card.key, address, page.values_of(row))


@register.simple_tag(takes_context=True)
def alike(context: template.Context, piece: str, **words: Any) -> str:
    """A piece of the page that says the same for each row but for these words, which it holds as they are: it asks
    nothing of them."""
    stencils = context["stencils"]
    if piece not in stencils:
        shared = {"csrf_token": context["csrf_token"]}
        stencils[piece] = Stencil(words, lambda marks: render_to_string(piece, {**shared, **marks}))
    return stencils[piece].fill(words)


def _drawn(field: BoundField, own: Sequence[str]) -> SafeString:
    told = [f"{field.id_for_label}-help"] if field.help_text else []
    attrs = {"aria-describedby": " ".join([*told, f"{field.id_for_label}-wrong"]), "autocomplete": "off"}
    if own and field.widget_type == "text":
        attrs["list"] = f"{field.id_for_label}-own"
    if field.errors:
        attrs |= {"aria-invalid": "true", "class": f"{field.field.widget.attrs.get('class', '')} is-invalid"}
    return field.as_widget(attrs=attrs)


def _offers(field: BoundField, own: Sequence[str]) -> SafeString:
    """A list that the browser offers while one types; beside a larger field a choice that a script puts in."""
    if field.widget_type != "textarea":
        options = format_html_join("", '<option value="{}"></option>', ((text,) for text in own))
        return format_html('<datalist id="{}-own">{}</datalist>', field.id_for_label, options)
    shown = ((text, Truncator(text).chars(LONGEST_OFFER)) for text in own)
    yours = _("Your earlier words")
    return format_html(
        '<select class="form-select form-select-sm own-words" data-into="{}" aria-label="{}: {}" hidden>'
        '<option value="">{}</option>{}</select>',
        field.id_for_label, field.label, yours, yours, format_html_join("", '<option value="{}">{}</option>', shown),
    )  # fmt: skip


def _help(field: BoundField) -> SafeString | str:
    if not field.help_text:
        return ""
    return format_html('<p class="form-text" id="{}-help">{}</p>', field.id_for_label, field.help_text)


@register.filter
def own_of(phrases: dict[str, list[str]], key: str) -> list[str]:
    """The author's earlier words for a field: "goal.clinical"."""
    return (phrases or {}).get(key, [])
