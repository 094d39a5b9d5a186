"""Pages of statements and pathways: browse problems and copy their words; see what each session of a pathway holds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from planner.base.access import clinical, find
from planner.base.text import clean_line
from planner.library.courses import pieces, plain
from planner.library.models import Intervention, Pathway, Statement
from planner.library.pathways import Hour, hours_of
from planner.library.words import FOR_WHOM, GATE, ROLE, fold

SESSION_KIND = {
    "regular": gettext_lazy("Regular"),
    "repair": gettext_lazy("Repair"),
    "booster": gettext_lazy("Booster"),
    "intake": gettext_lazy("Intake"),
    "review": gettext_lazy("Review"),
}


@require_safe
@clinical
def statements(request: HttpRequest) -> HttpResponse:
    """The problems of the field; `q` keeps those that have every word."""
    text = clean_line(request.GET.get("q", ""))[:100]
    rows = Statement.objects.visible_to(request.user).select_related("pack")
    shown = [row for row in rows if _has(row, text)]
    return render(request, "library/statements.html", {"rows": shown, "text": text})


def _has(row: Statement, text: str) -> bool:
    content = row.content
    words = fold(" ".join([row.name, content["about"], *content["descriptions"]]))
    return all(word in words for word in fold(text).split())


@require_safe
@clinical
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One problem: how it shows, goals, objectives, what the library has for it; each line can be copied."""
    row = find(Statement.objects.select_related("pack", "arrival"), request.user, pk=pk)
    file = row.parsed
    found = Intervention.objects.visible_to(request.user).named_by(row, file.interventions)
    context = {
        "row": row, "content": file, "interventions": [found[slug] for slug in file.interventions if slug in found],
        "objectives": [
            (plain(one.text), pieces(one.text), found.get(one.intervention or ""), one.measured)
            for one in file.objectives
        ],
        "for_whom": [FOR_WHOM[unit] for unit in file.for_whom], "plain": as_text(row),
    }  # fmt: skip
    return render(request, "library/statement.html", context)


@require_safe
@clinical
def statement_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as plain text, for whoever pastes it into another record."""
    row = find(Statement.objects, request.user, pk=pk)
    response = HttpResponse(as_text(row), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{slugify(row.slug)}.txt"'
    return response


def as_text(row: Statement) -> str:
    """A problem as clean text: its words and numbered goals and objectives, blanks in square brackets."""
    file = row.parsed
    lines = [file.name, "", file.about, "", _("How it shows")]
    lines += [f"- {text}" for text in file.descriptions]
    lines += ["", _("Goals")]
    for number, goal in enumerate(file.goals, 1):
        asked = _("In the client's own words: %(ask)s") % {"ask": goal.own_words}
        lines += [f"{number}. {goal.clinical}", f"   {asked}"]
    lines += ["", _("Objectives")]
    for number, one in enumerate(file.objectives, 1):
        lines += [f"{number}. {plain(one.text)}"]
        lines += [f"   {_('Measured how')}: {one.measured}"] if one.measured else []
    lines += ["", _("Measures"), *(f"- {name}" for name in file.measures)]
    return "\n".join(lines) + "\n"


@require_safe
@clinical
def pathways(request: HttpRequest) -> HttpResponse:
    """The courses of several sessions."""
    rows = Pathway.objects.visible_to(request.user).select_related("pack")
    lines = [(row, [FOR_WHOM[unit] for unit in row.content["for_whom"]], _weeks(row)) for row in rows]
    return render(request, "library/pathways.html", {"lines": lines})


def _weeks(row: Pathway) -> int:
    """How many weeks it takes from the first session to the last."""
    return -(-row.parsed.days[-1] // 7)


@require_safe
@clinical
def pathway(request: HttpRequest, pk: int) -> HttpResponse:
    """What each session of a pathway holds, what has to be settled for it, and where the clinician chooses."""
    row = find(Pathway.objects.select_related("pack", "arrival"), request.user, pk=pk)
    hours = hours_of(row)
    gates = dict.fromkeys(gate for hour in hours for gate in hour.gates)
    context = {
        "row": row, "content": row.parsed, "hours": [_shown(hour) for hour in hours], "weeks": _weeks(row),
        "for_whom": [FOR_WHOM[unit] for unit in row.parsed.for_whom], "gates": [GATE[gate] for gate in gates],
    }  # fmt: skip
    return render(request, "library/pathway.html", context)


def _shown(hour: Hour) -> dict[str, object]:
    """An hour in words."""
    return {
        "hour": hour,
        "kind": SESSION_KIND[hour.session.kind],
        "gates": [GATE[gate] for gate in hour.gates],
        "who": [ROLE[role] for role in hour.session.with_roles],
    }
