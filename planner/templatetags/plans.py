"""Fields of the plan's editor, each with its earlier words and what is wrong tied to it for a screen reader.

Drawn in Python: the editor of a long plan has some two hundred of them, and an included template costs each as much as
all that it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from planner.plans import page
from planner.plans.forms import PartForm
from planner.plans.stencil import FormStencil, Stencil, form_pattern, mark, offered

register = template.Library()


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
    """The form of a part or a row, through the page's stencil for those like it; one that was not accepted is drawn by
    itself."""
    if card.form:
        shared = {"csrf_token": context["csrf_token"], "phrases": context["phrases"], "more": more}
        form = {"form": card.form, "key": card.key, "address": address, "kind": page.of_phrases(card.kind)}
        return render_to_string("plans/_part_form.html", {**shared, **form})
    like, stencils = page.alike(card.kind, card.row), context["stencils"]
    if like not in stencils:
        stencils[like] = _form_stencil(context, like, card, more)
    return stencils[like].fill(card.key, address, page.values_of(card.row))


def _form_stencil(context: template.Context, like: tuple[Any, ...], card: page.Card, more: str) -> FormStencil:
    """The stencil of a page for forms like this one. Its pattern is drawn once a process, not at every page."""
    form = page.form_of(card, context["people"])
    texts = {name: own_of(context["phrases"], f"{page.of_phrases(card.kind)}.{name}") for name in form.fields}
    own = {name: found for name, found in texts.items() if found}
    shared = {"csrf_token": context["csrf_token"], "more": more}
    return FormStencil(form, _form_pattern(like, tuple(own), get_language()), shared, own)


@lru_cache(maxsize=256)
def _form_pattern(like: tuple[Any, ...], own: tuple[str, ...], _language: str | None) -> str:
    """The pattern of forms like these in the active language, by which it is kept; of an author's earlier words only
    for which fields there are some."""
    kind = page.of_phrases(like[0])
    phrases = {f"{kind}.{name}": [mark(f"own {name}")] for name in own}

    def draw(form: PartForm, words: dict[str, str]) -> str:
        return render_to_string("plans/_part_form.html", {"form": form, "kind": kind, "phrases": phrases, **words})

    return form_pattern(page.form_like(like), own, draw)


@register.simple_tag(takes_context=True)
def alike(context: template.Context, piece: str, **words: Any) -> SafeString:
    """A piece of the page that says the same for each row but for these words, which it holds as they are: it asks
    nothing of them."""
    words["csrf_token"] = context["csrf_token"]
    return _stencil(piece, tuple(words), get_language()).fill(words)


@lru_cache(maxsize=256)
def _stencil(piece: str, words: tuple[str, ...], _language: str | None) -> Stencil:
    """The stencil of a piece in the active language, by which it is kept. Drawn once a process."""
    return Stencil(words, lambda marks: render_to_string(piece, marks))


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
    options = offered(field.field, own)
    if field.widget_type != "textarea":
        return format_html('<datalist id="{}-own">{}</datalist>', field.id_for_label, options)
    yours = _("Your earlier words")
    return format_html(
        '<select class="form-select form-select-sm own-words" data-into="{}" aria-label="{}: {}" hidden>'
        '<option value="">{}</option>{}</select>',
        field.id_for_label, field.label, yours, yours, options,
    )  # fmt: skip


def _help(field: BoundField) -> SafeString | str:
    if not field.help_text:
        return ""
    return format_html('<p class="form-text" id="{}-help">{}</p>', field.id_for_label, field.help_text)


@register.filter
def own_of(phrases: dict[str, list[str]], key: str) -> list[str]:
    """The author's earlier words for a field: "goal.clinical"."""
    return (phrases or {}).get(key, [])
