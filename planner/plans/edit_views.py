"""The editor of a plan: one page, saved as one types.

Every change works without a script as a plain form. With one, a part is saved as one types and only what follows from
it is drawn again. A colleague's newer text of the same part is answered with 409 and both texts; nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base import parts
from planner.base.access import carrying, find, find_to_edit
from planner.base.models import Stale
from planner.base.once import once
from planner.cases.models import Case
from planner.library.models import Intervention, Pathway, Statement
from planner.plans import actions, bank, page, sentences
from planner.plans.forms import PartForm, PlannedForm, people_of
from planner.plans.models import Goal, Objective, Plan
from planner.plans.tree import rows_of, tree_of
from planner.plans.views import with_asker
from planner.practice.trail import record, record_look


@dataclass(frozen=True)
class Difference:
    """One field that two people changed: what stands there now, what was typed."""

    label: str
    theirs: str
    mine: str


@require_POST
@carrying
def plan_begin(request: HttpRequest, case_pk: int) -> HttpResponse:
    """The draft of a case: the one that is being written, or a new version."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=case_pk)
    try:
        plan = actions.begin(case=case, by=request.user)
    except actions.Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("case", args=[case.pk]))
    return HttpResponseRedirect(reverse("plan_edit", args=[plan.pk]))


@require_safe
@carrying
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor. A signed version is read, not written."""
    plan = _find(request, pk)
    if not plan.may_be_written:
        return HttpResponseRedirect(reverse("plan", args=[plan.pk]))
    record("viewed", by=request.user, what="plan", what_id=plan.pk, case_id=plan.case_id)
    return _page(request, plan)


@require_POST
@carrying
def plan_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The opening or the frame, as typed."""
    plan = _find(request, pk)
    if part not in page.PARTS:
        raise Http404
    form = page.part_form(plan, part, people_of(plan.case), request.POST)

    def write(version: int, values: dict[str, Any]) -> Any:
        return actions.change_plan(plan=plan, by=request.user, version=version, **values)

    return _save(request, plan, form, write, part)


@require_POST
@carrying
def plan_row(request: HttpRequest, pk: int, kind: str, row_pk: int) -> HttpResponse:
    """A problem, goal, objective or intervention, as typed."""
    plan = _find(request, pk)
    row = _row(request, plan, kind, row_pk)
    form = page.row_form(kind, row, people_of(plan.case), request.POST)

    def write(version: int, values: dict[str, Any]) -> Any:
        return actions.change_row(plan=plan, row=row, by=request.user, version=version, **values)

    return _save(request, plan, form, write, f"{kind}-{row.pk}", row=row)


@require_POST
@carrying
def plan_add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A new problem, goal, objective or intervention, to be written."""
    plan = _find(request, pk)
    adding = {
        "problem": _add_problem,
        "goal": _add_goal,
        "objective": _add_objective,
        "intervention": _add_intervention,
    }
    if kind not in adding:
        raise Http404
    return _structure(request, plan, lambda: adding[kind](request, plan))


@require_POST
@carrying
def plan_row_remove(request: HttpRequest, pk: int, kind: str, row_pk: int) -> HttpResponse:
    """Takes a row out of the draft; it can be brought back."""
    plan = _find(request, pk)
    row = _row(request, plan, kind, row_pk)
    return _structure(request, plan, lambda: _take_out(request, plan, row))


@require_POST
@carrying
def plan_row_restore(request: HttpRequest, pk: int, kind: str, row_pk: int) -> HttpResponse:
    """Brings a row back."""
    plan = _find(request, pk)
    row = _row(request, plan, kind, row_pk)

    def back() -> str:
        actions.restore(plan=plan, row=row, by=request.user)
        return f"{kind}-{row.pk}"

    return _structure(request, plan, back)


@require_safe
@carrying
def plan_offers(request: HttpRequest, pk: int) -> HttpResponse:
    """What the library offers to a plan: a part of the editor's page."""
    plan = _find(request, pk)
    record_look(plan.case_id, by=request.user)
    back = (reverse("plan_edit", args=[plan.pk]), _("Treatment plan, version %(n)s") % {"n": plan.number})
    context = page.offers(plan, request.user)
    return parts.part(request, "plans/_offers.html", context, title=_("Take from the library"), back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@carrying
def plan_bank(request: HttpRequest, pk: int, statement_pk: int) -> HttpResponse:
    """A problem of the bank with its goals and objectives: chosen, and taken into the plan."""
    plan = _find(request, pk)
    statement = find(Statement.objects, request.user, pk=statement_pk)
    if request.method == "POST":
        return _structure(request, plan, lambda: _take_statement(request, plan, statement))
    offer = bank.offer(statement, request.user)
    context = {"plan": plan, "offer": offer, "people": people_of(plan.case)}
    return render(request, "plans/_bank.html" if request.htmx else "plans/bank.html", context)


@require_POST
@carrying
def plan_pathway(request: HttpRequest, pk: int) -> HttpResponse:
    """A pathway as a goal with its interventions."""
    plan = _find(request, pk)
    chosen = request.POST.get("pathway", "")
    pathway = find(Pathway.objects, request.user, pk=int(chosen) if _is_id(chosen) else 0)

    def take() -> str:
        row = actions.take_pathway(plan=plan, by=request.user, pathway=pathway)
        return f"id_objective-{row.pk}-what"

    return _structure(request, plan, take)


# What is added


def _add_problem(request: HttpRequest, plan: Plan) -> str:
    row = actions.add_problem(plan=plan, by=request.user, name=_("New problem"))
    return f"id_problem-{row.pk}-name"


def _add_goal(request: HttpRequest, plan: Plan) -> str:
    row = actions.add_goal(plan=plan, by=request.user)
    return f"id_goal-{row.pk}-own_words"


def _add_objective(request: HttpRequest, plan: Plan) -> str:
    goal = _row(request, plan, "goal", _sent_id(request, "parent"))
    row = actions.add_objective(plan=plan, goal=goal, by=request.user)
    return f"id_objective-{row.pk}-text"


def _add_intervention(request: HttpRequest, plan: Plan) -> str:
    """By its name in the library, or in own words."""
    objective = _row(request, plan, "objective", _sent_id(request, "parent"))
    form = _NameForm(request.POST)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    rows = Intervention.objects.visible_to(request.user).filter(name__iexact=name, current__isnull=False)
    known = rows.select_related("current").order_by("practice_id", "pk").last()
    row = actions.add_intervention(plan=plan, objective=objective, by=request.user, intervention=known, name=name)
    return f"id_intervention-{row.pk}-frequency"


class _NameForm(PlannedForm):
    """The name alone."""

    frequency = minutes = responsible = None


def _take_out(request: HttpRequest, plan: Plan, row: Any) -> str:
    actions.remove(plan=plan, row=row, by=request.user)
    return "blocks-title"


def _take_statement(request: HttpRequest, plan: Plan, statement: Statement) -> str:
    """What was ticked; the next place to write is the first blank that is open."""
    sent = request.POST
    offer = bank.offer(statement, request.user)
    by_id = {str(one.pk): one for one in offer.interventions}
    person = next((one for one in people_of(plan.case) if str(one.pk) == sent.get("person")), None)
    made = actions.take_statement(
        plan=plan, by=request.user, statement=statement,
        goals=_numbers(sent.getlist("goal")), objectives=_numbers(sent.getlist("objective")),
        links={one.index: by_id.get(sent.get(f"link-{one.index}", "")) for one in offer.objectives},
        person=person, audience="person" if person and sent.get("private") else "case",
    )  # fmt: skip
    return next((_first_blank(row) for row in made), "blocks-title")


def _first_blank(row: Objective) -> str:
    open_fields = sentences.still_open(row)
    return f"id_objective-{row.pk}-{open_fields[0] if open_fields else 'baseline'}"


def _numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if _is_id(text)]


# Look-up


def _find(request: HttpRequest, pk: int) -> Plan:
    return with_asker(find_to_edit(Plan.objects.select_related("case"), request.user, pk=pk), request.user)


def _row(request: HttpRequest, plan: Plan, kind: str, pk: int) -> Any:
    """A row of this very plan."""
    if kind not in page.KINDS:
        raise Http404
    model, to_plan = page.KINDS[kind]
    rows = model.objects.all()
    if model is Objective:
        rows = rows.select_related("goal__person")
    if model is Goal:
        rows = rows.select_related("person")
    return find_to_edit(rows, request.user, pk=pk, **{to_plan: plan})


def _sent_id(request: HttpRequest, name: str) -> int:
    sent = request.POST.get(name, "")
    return int(sent) if _is_id(sent) else 0


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


# Answers


def _page(
    request: HttpRequest, plan: Plan, *, status: int = 200, bound: dict[str, PartForm] | None = None, refused: str = ""
) -> HttpResponse:
    context = {**page.whole(plan, request.user, bound), "refused": refused}
    return render(request, "plans/edit.html", context, status=status)


def _save(
    request: HttpRequest,
    plan: Plan,
    form: PartForm,
    write: Callable[[int, dict[str, Any]], Any],
    key: str,
    row: Any = None,
) -> HttpResponse:
    """Saves what is sound; says beside its field what is not."""
    valid = form.is_valid()
    try:
        row = write(form.cleaned_data.get("version") or 0, form.sound)
    except Stale as stale:
        return _clash(request, plan, form, stale, key)
    except actions.Refused as refused:
        return _refuse(request, plan, refused, form, key)
    plan = _find(request, plan.pk)
    if not request.htmx:
        if not valid:
            return _page(request, plan, status=422, bound={key: form})
        return HttpResponseRedirect(f"{reverse('plan_edit', args=[plan.pk])}#{key}")
    parts = ("opening", "frame") if isinstance(row, Plan) else (key,)
    tree = tree_of(plan)
    context = {
        **page.side(plan, tree, page.remarks_of(tree)), "form": form, "key": key, "row": row, "oob": True,
        "versions": [(f"{name}-version", row.version) for name in parts],
        "remarks": page.remarks_on(row) if isinstance(row, Objective) else None,
    }  # fmt: skip
    return render(request, "plans/_saved.html", context, status=200 if valid else 422)


def _structure(request: HttpRequest, plan: Plan, do: Callable[[], str]) -> HttpResponse:
    """Does a change of the list once and draws it anew, the focus where one goes on; without a script the page."""
    try:
        focus = once(request.POST.get("once", "")[:64], request.user.pk, do)
    except actions.Refused as refused:
        return _refuse(request, plan, refused)
    if not request.htmx:
        return HttpResponseRedirect(f"{reverse('plan_edit', args=[plan.pk])}#{focus}")
    plan = _find(request, plan.pk)
    people = people_of(plan.case)
    rows = rows_of(plan, people=people)
    tree = tree_of(plan, rows=rows)
    said = page.remarks_of(tree)
    context = {
        **page.blocks(tree, rows, people, said),
        **page.side(plan, tree, said),
        "oob": True,
        "phrases": page.phrases_of(request.user),
    }
    response = render(request, "plans/_blocks.html", context)
    response["X-Focus"] = focus
    return response


def _refuse(
    request: HttpRequest, plan: Plan, refused: Exception, form: PartForm | None = None, key: str = ""
) -> HttpResponse:
    """422 with the sentence; the plan is as it was, and what was typed stands in its field still."""
    if not request.htmx and not _find(request, plan.pk).may_be_written:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("plan", args=[plan.pk]))
    if not request.htmx:
        bound = {key: form} if form else None
        return _page(request, plan, status=422, bound=bound, refused=str(refused))
    response = render(request, "library/_draft_refused.html", {"said": str(refused)}, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#draft-conflict", "innerHTML"
    return response


def _clash(request: HttpRequest, plan: Plan, form: PartForm, stale: Stale, key: str) -> HttpResponse:
    """409 with both texts, field by field; the person chooses. Nothing was written."""
    different = actions.still(form.sound, stale)
    differences = [
        Difference(str(form.fields[name].label), _said(form, name, theirs), _said(form, name, mine))
        for name, (theirs, mine) in different.items()
        if name in form.fields
    ]
    ours = ("csrfmiddlewaretoken", f"{key}-version", f"{key}-once")
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name not in ours]
    plan = _find(request, plan.pk)
    context = {
        "plan": plan, "who": plan.changed_by.name, "differences": differences, "address": request.path, "sent": sent,
        "version_name": f"{key}-version", "version": stale.current.version,
    }  # fmt: skip
    template = "plans/_conflict.html" if request.htmx else "plans/conflict.html"
    response = render(request, template, context, status=409)
    if request.htmx:
        response["HX-Retarget"], response["HX-Reswap"] = "#draft-conflict", "innerHTML"
    return response


def _said(form: PartForm, name: str, value: Any) -> str:
    """A value in words."""
    choices = dict(getattr(form.fields[name], "choices", []))
    shown = choices.get(getattr(value, "pk", value), value)
    return "" if shown is None else str(shown)
