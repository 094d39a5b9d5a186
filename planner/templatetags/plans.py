"""Rows of a plan, to write and to read, and the fields of its editor, each with its earlier words and what is wrong
tied to it for a screen reader.

Drawn in Python, and through stencils (planner.plans.stencil): a long plan has dozens of rows and some two hundred
fields, and an included template costs each as much as all that it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from planner.base.addresses import address
from planner.cases.models import Audience
from planner.plans import page, smart
from planner.plans.forms import PartForm
from planner.plans.models import Goal, Objective, PlannedIntervention, Standing, Status
from planner.plans.stencil import FormStencil, Stencil, escaped, form_pattern, mark, offered, options
from planner.plans.tree import ObjectiveNode
from planner.templatetags.house import day, once_key

register = template.Library()
REMARK = (
    '<li><span class="mark" aria-hidden="true">{}</span> <a href="#id_{}-{}">{}</a> <span class="quiet">{}</span></li>'
)


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
def row_form(context: template.Context, card: page.Card, to: str, more: str = "") -> str:
    """The form of a part or a row, through the page's stencil for those like it; one that was not accepted is drawn by
    itself."""
    if card.form:
        shared = {"csrf_token": context["csrf_token"], "phrases": context["phrases"], "more": more}
        form = {"form": card.form, "key": card.key, "address": to, "kind": page.of_phrases(card.kind)}
        return render_to_string("plans/_part_form.html", {**shared, **form})
    like, stencils = page.alike(card.kind, card.row), context["stencils"]
    if like not in stencils:
        stencils[like] = _form_stencil(context, like, card, more)
    return stencils[like].fill(card.key, to, page.values_of(card.row))


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


@register.simple_tag(takes_context=True)
def goal(context: template.Context, card: page.Card) -> SafeString:
    """A goal with its objectives, through stencils for all of it: a long plan has dozens of rows."""
    plan, row = context["plan"], card.row
    whose = format_html('<span class="mark">{}</span>', row.person.on_paper) if row.person else ""
    shared = row.audience == Audience.CASE
    eyes = "" if shared else format_html(' <span class="mark mark-attention">{}</span>', row.get_audience_display())
    ask = _("Ask: “%(ask)s”") % {"ask": row.ask} if row.ask else ""
    more = _("Whose it is, for whose eyes, and its scale")
    return alike(
        context, "plans/_goal.html", key=card.key, number=row.number, parent=row.pk, once=once_key(),
        marks=format_html("{}{}", whose, eyes), remove=address("plan_row_remove", plan.pk, "goal", row.pk),
        ask=format_html('<p class="ask">{}</p>', ask) if ask else "", add=address("plan_add", plan.pk, "objective"),
        form=row_form(context, card, address("plan_row", plan.pk, "goal", row.pk), more),
        objectives=format_html_join("", "{}", ((_objective(context, one),) for one in card.inner)),
    )  # fmt: skip


def _objective(context: template.Context, card: page.Card) -> SafeString:
    """An objective with what is done for it."""
    plan, row = context["plan"], card.row
    planned = format_html_join("", "{}", ((_planned(context, one),) for one in card.inner))
    return alike(
        context, "plans/_objective.html", key=card.key, number=row.number, parent=row.pk, once=once_key(),
        remove=address("plan_row_remove", plan.pk, "objective", row.pk), said=smart_says(row, card.key, card.remarks),
        form=row_form(context, card, address("plan_row", plan.pk, "objective", row.pk), _("More")),
        planned=format_html("<ul>{}</ul>", planned) if card.inner else "",
        add=address("plan_add", plan.pk, "intervention"),
    )  # fmt: skip


def _planned(context: template.Context, card: page.Card) -> SafeString:
    """What is done for an objective: its name, what bars it now, and its form behind how often and how long."""
    plan, row, title = context["plan"], card.row, card.row.name
    if row.edition_id:
        edition = address("intervention_edition", row.edition_id)
        title = format_html('<a href="{}" target="_blank" rel="noopener">{}</a>', edition, title)
    shut = ((_("Gate shut"), sentence) for sentence in card.shut)
    return alike(
        context, "plans/_planned.html", key=card.key, title=title, what=row.name,
        remove=address("plan_row_remove", plan.pk, "intervention", row.pk),
        shut=format_html_join("", '<p class="small"><span class="mark mark-attention">{}</span> {}</p>', shut),
        summary=" · ".join(filter(None, (row.frequency or _("How often?"), _minutes(row), row.responsible))),
        form=row_form(context, card, address("plan_row", plan.pk, "intervention", row.pk)),
    )  # fmt: skip


@register.simple_tag
def smart_says(row: Objective, key: str, remarks: Sequence[smart.Remark], oob: bool = False) -> SafeString:
    """An objective as a sentence, and what the SMART check says of it; `oob`: to be put where it stands already."""
    said = f'<p class="smart-says">{escaped(row.sentence)}</p>' if row.text else ""
    if remarks:
        told = "".join(REMARK.format(*map(escaped, (one.letter, key, one.field, one.says, one.why))) for one in remarks)
        said += f'<ul aria-label="{escaped(_("To look at; you decide"))}">{told}</ul>'
    elif row.text:
        nothing = _("Who, what, how often, by when and how measured: all there.")
        said += f'<p class="quiet">{escaped(nothing)}</p>'
    swap = ' hx-swap-oob="true"' if oob else ""
    # Safe: every word of it is escaped where it is put in. Without format_html, in a third of the time.
    return mark_safe(f'<div class="smart" id="{escaped(key)}-smart"{swap}>{said}</div>')


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
    choices = offered(field.field, own)
    if field.widget_type != "textarea":
        return format_html('<datalist id="{}-own">{}</datalist>', field.id_for_label, choices)
    yours = _("Your earlier words")
    return format_html(
        '<select class="form-select form-select-sm own-words" data-into="{}" aria-label="{}: {}" hidden>'
        '<option value="">{}</option>{}</select>',
        field.id_for_label, field.label, yours, yours, choices,
    )  # fmt: skip


def _help(field: BoundField) -> SafeString | str:
    if not field.help_text:
        return ""
    return format_html('<p class="form-text" id="{}-help">{}</p>', field.id_for_label, field.help_text)


@register.simple_tag(takes_context=True)
def objective_read(
    context: template.Context, node: ObjectiveNode, histories: Mapping[UUID, list[Standing]] | None, links: bool = False
) -> SafeString:
    """An objective to read: what was said of it, where it stands by its history, what is done for it; with `links` to
    record and to give."""
    row = node.row
    done = format_html_join("", "<li>{}{}</li>", ((in_brief(one), _give(context, one, links)) for one in node.planned))
    return alike(
        context, "plans/_objective_read.html", pk=row.pk, number=node.number, sentence=row.sentence, told=told_of(row),
        stood="" if histories is None else stands(context, histories, row, links),
        planned=format_html("<ul>{}</ul>", done) if done else "",
    )  # fmt: skip


def _give(context: template.Context, row: PlannedIntervention, links: bool) -> SafeString | str:
    """The way from what is planned to giving it, where it is of the library."""
    if not links or not row.edition_id:
        return ""
    to = f"{address('give', context['tree'].plan.case_id)}?intervention={row.edition.intervention_id}"
    said = _("Give as homework")
    return format_html(' <a class="small" href="{}">{}<span class="visually-hidden"> {}</span></a>', to, said, row.name)


def told_of(row: Objective) -> SafeString:
    """Who does an objective, how often, how it is measured, and from where to where until when: what was said of it."""
    since = f" ({day(row.baseline_on)})" if row.baseline_on else ""
    told = (
        (gettext_noop("Who:"), row.who), (gettext_noop("How often:"), row.how_often),
        (gettext_noop("Measured how:"), row.measure), (gettext_noop("Now:"), row.baseline and f"{row.baseline}{since}"),
        (gettext_noop("Target:"), row.target), (gettext_noop("By:"), row.due and day(row.due)),
    )  # fmt: skip
    # Safe: each label and each word is escaped. Without format_html, in a third of the time.
    return mark_safe(" ".join(f"{escaped(_(label))} {escaped(words)}." for label, words in told if words))


@register.simple_tag(takes_context=True)
def stands(
    context: template.Context, histories: Mapping[UUID, list[Standing]], row: Goal | Objective, links: bool = False
) -> SafeString:
    """Where a goal or an objective stands by its history, and a link to record it. Drawn here, as a plan has dozens."""
    history = histories.get(row.line)
    says = _stands_now(history[0]) if history else f'<span class="mark">{escaped(_("Open"))}</span>'
    if links:
        kind = "objective" if isinstance(row, Objective) else "goal"
        to = address("plan_stand", context["plan"].pk, kind, row.pk)
        says += f' <a href="{escaped(to)}">{escaped(_("Record where %(n)s stands") % {"n": row.number})}</a>'
    return mark_safe(f'<p class="standing mb-1">{says}</p>')  # everything in it was escaped the lines before


def _stands_now(now: Standing) -> SafeString:
    met = " mark-accent" if now.status == Status.MET else ""
    said = [day(now.on)]
    if now.progress is not None:
        said.append(_("%(n)s of 100") % {"n": now.progress})
    if now.attainment is not None:
        said.append(_("scale %(n)s") % {"n": now.attainment})
    said += filter(None, (now.value, now.reason))
    return format_html('<span class="mark{}">{}</span> {}', met, now.get_status_display(), " · ".join(said))


def in_brief(row: PlannedIntervention) -> str:
    """ "Weekly talk, twice a week, 20 min, Maya"."""
    return ", ".join(filter(None, (row.name, row.frequency, _minutes(row), row.responsible)))


def _minutes(row: PlannedIntervention) -> str:
    return _("%(n)s min") % {"n": row.minutes} if row.minutes else ""


@register.simple_tag
def names_to_take(names: Iterable[str]) -> SafeString:
    """Names that a field offers while one types. Put together here, as a library has hundreds."""
    return options((name, "") for name in names)


@register.filter
def own_of(phrases: dict[str, list[str]], key: str) -> list[str]:
    """The author's earlier words for a field: "goal.clinical"."""
    return (phrases or {}).get(key, [])
