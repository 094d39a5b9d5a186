"""What the templates of blocks and papers use: a block by its template, a field in the medium at hand."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from planner.base.text import markdown
from planner.sheets.blocks import Block, FieldSpec, TermFields, Terms, is_ticked

register = template.Library()
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ITEM = re.compile(r"(<li>.*?)(?=</li>)", re.DOTALL)


@register.simple_tag(takes_context=True)
def block_html(context: template.Context, block: Block) -> SafeString:
    """The block, by the one template of its kind."""
    html = get_template(f"blocks/{block.kind}.html").render({**context.flatten(), "block": block})
    return mark_safe(html.strip())


@register.simple_tag(takes_context=True)
def control(context: template.Context, spec: FieldSpec, label: bool = False) -> SafeString:
    """A thing to fill in, as this medium has it.

    What is known already is printed as text. Else: a form control on screen, a field in a fillable print, lines or a
    box where it is written by hand. `label` says that a <label for> stands before it, so that none is spoken twice.
    """
    name = f"{context.get('prefix', '')}{spec.name}"
    value = context.get("values", {}).get(spec.name)
    if context.get("medium") == "screen":
        problem = context.get("filling").problems.get(name, "") if context.get("filling") else ""
        return _on_screen(name, spec, value, said=not label, problem=problem)
    if spec.kind == "check":
        return _box(name, spec, value, context["options"].fill)
    if value not in (None, ""):
        return _written(str(value))
    return _to_write(name, spec, context["options"].fill)


@register.simple_tag(takes_context=True)
def field_id(context: template.Context, spec: FieldSpec) -> str:
    """The id of a field, for the <label> before it; empty where nothing can be typed."""
    filled = context.get("values", {}).get(spec.name) not in (None, "")
    on_paper = context.get("medium") != "screen"
    if on_paper and (filled or context["options"].fill == "lines"):
        return ""
    return f"{context.get('prefix', '')}{spec.name}"


@register.simple_tag(takes_context=True)
def prompt(context: template.Context, block: Any) -> SafeString:
    """The prompt of a block with a single field, as the label of that field where there is one to type in."""
    target = field_id(context, block.fields()[0])
    said = format_html('<label for="{}">{}</label>', target, block.label) if target else conditional_escape(block.label)
    return format_html('<p class="prompt">{}</p>{}', said, hint(block))


@register.simple_tag
def hint(block: Any) -> SafeString:
    """The short line of help under a prompt, and its worked example."""
    found = format_html('<p class="hint">{}</p>', block.help) if block.help else mark_safe("")
    if isinstance(example := getattr(block, "example", None), str):
        found += format_html('<p class="example"><b>{}</b> {}</p>', _("For example:"), example)
    return found


@register.simple_tag(takes_context=True)
def terms(context: template.Context, block: Terms) -> list[tuple[TermFields, list[tuple[str, FieldSpec]]]]:
    """Each term with its boxes: one, or on a joint sheet one for each person by name; none where it is its writer's."""
    names = getattr(context.get("copy"), "joint_names", ()) or ("",)
    return [(item, list(zip(names, item.agree, strict=bool(item.agree)))) for item in block.items(names)]


@register.simple_tag(takes_context=True)
def lapsed(context: template.Context, term: TermFields, boxes: list[tuple[str, FieldSpec]]) -> bool:
    """True on a settled sheet for a term that somebody did not say yes to: it does not hold. An own term that nobody
    wrote is none."""
    values = context.get("values", {})
    written = term.text or values.get(term.own.name)
    if not written or not getattr(context.get("copy"), "settled", False):
        return False
    return not all(is_ticked(values.get(spec.name)) for _name, spec in boxes)


@register.simple_tag
def page_of_pages() -> SafeString:
    """ "page 2 of 5" in the language of the page; the stylesheet counts."""
    words = conditional_escape(_("page %(page)s of %(pages)s") % {"page": "\0", "pages": "\1"})
    counted = words.replace("\0", '<span class="n-page"></span>').replace("\1", '<span class="n-pages"></span>')
    return mark_safe(counted)


@register.filter
def direction(language: str) -> str:
    """ "rtl" or "ltr", for the dir attribute."""
    return "rtl" if language.split("-")[0] in settings.LANGUAGES_BIDI else "ltr"


@register.filter
def prose_text(text: str) -> SafeString:
    """Simple Markdown as safe HTML; an item of a list is one run of text, as a tagged list wants it."""
    html = _ITEM.sub(_one_run, markdown(text)).replace(' rel="noopener noreferrer"', "")
    return mark_safe(html.replace("<br>", "<br/>").replace("&nbsp;", "\xa0"))


def _one_run(item: re.Match[str]) -> str:
    return re.sub(r"</p>\s*<p>", "<br/>", item[1]).replace("<p>", "").replace("</p>", "")


def _box(name: str, spec: FieldSpec, value: Any, fill: str) -> SafeString:
    if value is not None:
        ticked = is_ticked(value)
        return format_html('<span class="box{}">{}</span>', " ticked" if ticked else "", "×" if ticked else "")
    if fill == "lines":
        return mark_safe('<span class="box"></span>')
    return format_html('<input type="checkbox" class="box" name="{}" id="{}" title="{}"/>', name, name, spec.label)


def _written(text: str) -> SafeString:
    lines = [conditional_escape(line) for line in text.splitlines()]
    return format_html('<span class="written">{}</span>', mark_safe("<br/>".join(lines)))


def _to_write(name: str, spec: FieldSpec, fill: str) -> SafeString:
    if fill == "lines":
        return mark_safe('<span class="line"></span>' * max(1, spec.rows))
    if spec.kind == "multiline":
        return format_html(
            '<textarea class="field rows-{}" name="{}" id="{}" title="{}"></textarea>',
            spec.rows,
            name,
            name,
            spec.label,
        )
    return format_html('<input type="text" class="field" name="{}" id="{}" title="{}"/>', name, name, spec.label)


def _on_screen(name: str, spec: FieldSpec, value: Any, *, said: bool, problem: str) -> SafeString:
    """The control as a form's, its problem beside it. `said`: no <label> stands before it."""
    text = "" if value is None else str(value)
    also = format_html(' aria-label="{}"', spec.label) if said else mark_safe("")
    if problem:
        also += format_html(' aria-invalid="true" aria-describedby="{}-problem"', name)
    mark = " is-invalid" if problem else ""
    html = _screen_control(name, spec, text, mark, also)
    if problem:
        html += format_html('<span class="invalid-words" id="{}-problem">{}</span>', name, problem)
    return html


def _screen_control(name: str, spec: FieldSpec, text: str, mark: str, also: SafeString) -> SafeString:
    if spec.kind == "check":
        checked = mark_safe(" checked") if is_ticked(text) else ""
        tag = '<input type="checkbox" class="form-check-input{}" name="{}" id="{}"{}{}>'
        return format_html(tag, mark, name, name, checked, also)
    if spec.kind == "multiline":
        tag = '<textarea class="form-control{}" rows="{}" name="{}" id="{}"{}>{}</textarea>'
        return format_html(tag, mark, max(2, spec.rows), name, name, also, text)
    kind = _screen_kind(spec, text)
    tag = '<input {} class="form-control{}" name="{}" id="{}" value="{}" autocomplete="off"{}>'
    return format_html(tag, mark_safe(kind), mark, name, name, text, also)


def _screen_kind(spec: FieldSpec, text: str) -> str:
    """The type of a line's control. What was written in words where a date is asked stays as it was written."""
    if spec.kind == "date" and (not text or _ISO_DAY.fullmatch(text)):
        return 'type="date"'
    return 'type="text" inputmode="decimal"' if spec.kind == "number" else 'type="text"'
