"""The items of an agenda that may be changed, drawn in Python: a page has a dozen of them with thirty values each, and
a template costs each value as much as all that is said here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from planner.templatetags.house import icon

register = template.Library()

#: What the fields and buttons of an item are called for whoever does not see where they stand.
SAYS = {
    "title": gettext_lazy("Title of item %(n)s"), "minutes": gettext_lazy("Minutes of item %(n)s"),
    "up": gettext_lazy("Move %(title)s up"), "down": gettext_lazy("Move %(title)s down"),
    "remove": gettext_lazy("Remove %(title)s"), "serves": gettext_lazy("Objective that %(title)s serves"),
    "prompt": gettext_lazy("To keep in mind for %(title)s"),
}  # fmt: skip
BUTTON = (
    '<button class="btn btn-sm btn-quiet btn-icon" id="{}-{}" type="submit" form="act" formaction="{}"{} hx-post="{}" '
    'hx-target="#agenda" hx-swap="outerHTML" data-plan aria-keyshortcuts="{}" aria-label="{}">{}</button>'
)
TO = {to: format_html(' name="to" value="{}"', to) for to in ("up", "down")}
LINE = (
    '<div class="agenda-line">'
    '<span class="agenda-grip" draggable="true" aria-hidden="true" title="{drag}">{grip}</span>'
    '<span class="agenda-number figures" aria-hidden="true">{n}</span>'
    '<form class="agenda-fields" method="post" action="{change}" data-autosave>{hidden}'
    '<label class="visually-hidden" for="title-{pk}">{title_says}</label>'
    '<input class="form-control form-control-sm agenda-title" id="title-{pk}" name="title" value="{title}" '
    'maxlength="300" required autocomplete="off">'
    '<label class="visually-hidden" for="minutes-{pk}">{minutes_says}</label>'
    '<input class="form-control form-control-sm agenda-minutes figures" id="minutes-{pk}" name="minutes" type="number" '
    'min="1" max="180" value="{minutes}" required><span class="quiet" aria-hidden="true">{min}</span>{save}</form>'
    '<span class="agenda-buttons">{up}{down}{remove}</span></div>'
)
SERVES = (
    '<form method="post" action="{}" data-autosave class="agenda-for">{}<label class="visually-hidden" '
    'for="objective-{}">{}</label><select class="form-select form-select-sm" id="objective-{}" name="objective">'
    '<option value="">{}</option>{}</select>{}</form>'
)
PROMPT = (
    '<details {}><summary>{}</summary><form method="post" action="{}" data-autosave>{}<label class="visually-hidden" '
    'for="prompt-{}">{}</label><textarea class="form-control form-control-sm" id="prompt-{}" name="prompt" rows="2" '
    'maxlength="3000">{}</textarea>{}</form></details>'
)


@dataclass(frozen=True)
class Alike:
    """What is drawn once and stands in every item: what its forms send along, the button of those who have no script,
    and the choices of what it may serve."""

    hidden: SafeString
    save: SafeString
    objectives: dict[int, SafeString]


@register.simple_tag(takes_context=True)
def agenda_alike(context: dict[str, Any]) -> Alike:
    """For the items that follow."""
    told = context["plan"].objectives if context["may_edit"] else ()
    return Alike(_hidden(context), _save(), {pk: choices([(pk, words)], None) for pk, words in told})


@register.simple_tag
def agenda_line(row: Any, alike: Alike, change: str, move: str, remove: str) -> SafeString:
    """Number, title and minutes of an item, and the buttons that move it and take it off."""
    item, says = row.item, _says(row)
    ups = (("up", "Alt+ArrowUp", "chevron-up"), ("down", "Alt+ArrowDown", "chevron-down"))
    up, down = (
        format_html(BUTTON, to, item.pk, move, TO[to], move, keys, says[to], icon(name)) for to, keys, name in ups
    )
    gone = format_html(BUTTON, "remove", item.pk, remove, "", remove, "Delete", says["remove"], icon("x"))
    return format_html(
        LINE, drag=_("Drag to move"), grip=icon("grip-vertical", 16), n=row.number, change=change,
        hidden=alike.hidden, pk=item.pk, title_says=says["title"], title=item.title, minutes_says=says["minutes"],
        minutes=item.minutes, min=_("min"), save=alike.save, up=up, down=down, remove=gone,
    )  # fmt: skip


@register.simple_tag
def agenda_serves(row: Any, alike: Alike, objectives: Iterable[tuple[int, str]], change: str) -> SafeString:
    """The choice of the objective that an item serves."""
    item = row.item
    chosen = [one for one in objectives if one[0] == item.objective_id]
    drawn = {**alike.objectives, **{pk: choices([(pk, words)], pk) for pk, words in chosen}}
    return format_html(
        SERVES, change, alike.hidden, item.pk, _says(row)["serves"], item.pk, _("for no objective"),
        SafeString("".join(drawn.values())), alike.save,
    )  # fmt: skip


@register.simple_tag
def agenda_prompt(row: Any, alike: Alike, change: str) -> SafeString:
    """What is to be kept in mind with an item, behind a fold where it is empty."""
    item = row.item
    opened = "open" if item.prompt else ""
    return format_html(
        PROMPT, opened, _("To keep in mind"), change, alike.hidden, item.pk, _says(row)["prompt"], item.pk,
        item.prompt, alike.save,
    )  # fmt: skip


@register.simple_tag
def choices(rows: Iterable[tuple[Any, Any]], chosen: Any) -> SafeString:
    """The choices of a list, (value, words), with the chosen one marked."""
    told = ((value, " selected" if value == chosen else "", words) for value, words in rows)
    return format_html_join("", '<option value="{}"{}>{}</option>', told)


def _says(row: Any) -> dict[str, str]:
    told = {"n": row.number, "title": row.item.title}
    return {name: words % told for name, words in _words_in(get_language()).items()}


@cache
def _words_in(_language: str | None) -> dict[str, str]:
    """SAYS in the language of the page."""
    return {name: str(words) for name, words in SAYS.items()}


def _hidden(context: dict[str, Any]) -> SafeString:
    """What every form of the page sends along: its mark against strangers, and the version that the page shows."""
    fields = (
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="version" value="{}">'
    )
    return format_html(fields, context["csrf_token"], context["session"].version)


def _save() -> SafeString:
    """The button of those who have no script."""
    return format_html('<noscript><button class="btn btn-sm btn-plain" type="submit">{}</button></noscript>', _("Save"))
