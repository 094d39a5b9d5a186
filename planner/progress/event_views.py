"""Pages of what happened: record an event, the stages of repair, milestones; take a row back and put it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner.base.access import clinical, find, find_to_edit
from planner.cases.models import Case
from planner.progress import actions, page, timeline
from planner.progress.forms import EventForm, MilestoneForm, ReadForm, StageForm, TakeBackForm
from planner.progress.models import (
    EARLY,
    Event,
    EventKind,
    Milestone,
    MilestoneKind,
    Rating,
    RepairStage,
    RepairStageKind,
    Withdrawable,
)

form_page = require_http_methods(["GET", "HEAD", "POST"])
#: What can be taken back, by its word in the address.
ROWS: dict[str, type[Withdrawable]] = {
    "event": Event, "stage": RepairStage, "milestone": Milestone, "rating": Rating,
}  # fmt: skip


@form_page
@clinical
def event_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Something that happened. `?kind=` and `?repairs=` choose in advance."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    kind = request.GET.get("kind", "")
    initial = {
        "kind": kind if kind in EventKind.values else EventKind.WIN,
        "on": timezone.localdate(), "repairs": request.GET.get("repairs"),
    }  # fmt: skip
    form = EventForm(request.POST or None, case=case, initial=initial)
    if done := _written(request, form, actions.record_event, page.back(request) or _line(case)):
        messages.success(request, _("It stands on the time line."))
        return done
    return page.show(request, "progress/event.html", case, form=form, next=page.back(request))


@form_page
@clinical
def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """The stages of repair with their evidence; one more is recorded here."""
    case = _readable(request, pk)
    form = StageForm(request.POST or None, case=case, initial={"on": timezone.localdate()})
    if done := _written(request, form, actions.record_stage, reverse("repair", args=[case.pk])):
        messages.success(request, _("Recorded. Any stage may follow any other."))
        return done
    rows = list(RepairStage.objects.filter(case=case).standing().select_related("about", "reader", "by"))
    stages = [{"label": label, "rows": _seen(rows, "stage", value)} for value, label in RepairStageKind.choices]
    context = {"form": form, "stages": stages, "newest": rows[-1] if rows else None}
    return page.show(request, "progress/repair.html", case, may_edit=page.may_edit(request, case), **context)


@form_page
@clinical
def milestones(request: HttpRequest, pk: int) -> HttpResponse:
    """Early and later milestones with their evidence; one more is recorded here."""
    case = _readable(request, pk)
    form = MilestoneForm(request.POST or None, case=case, initial={"on": timezone.localdate()})
    if done := _written(request, form, actions.record_milestone, reverse("milestones", args=[case.pk])):
        messages.success(request, _("Recorded."))
        return done
    rows = list(Milestone.objects.filter(case=case).standing().select_related("person", "reader", "by"))
    kinds = [
        {"label": label, "early": value in EARLY, "rows": _seen(rows, "kind", value)}
        for value, label in MilestoneKind.choices
    ]
    may_edit = page.may_edit(request, case)
    return page.show(request, "progress/milestones.html", case, form=form, kinds=kinds, may_edit=may_edit)


def _readable(request: HttpRequest, pk: int) -> Case:
    """The case to read, or to write where something is sent."""
    if request.method == "POST":
        return find_to_edit(Case.objects, request.user, pk=pk)
    return find(Case.objects, request.user, pk=pk)


def _seen(rows: list[Any], name: str, value: str) -> list[dict[str, Any]]:
    """The rows of one stage or kind, each with who may read it, the newest first."""
    found = [row for row in reversed(rows) if getattr(row, name) == value]
    return [{"row": row, "eyes": timeline.eyes(row.audience, row.reader)} for row in found]


def _written(request: HttpRequest, form: ReadForm, write: Callable[..., Any], onward: str) -> HttpResponse | None:
    """Records what the form holds and goes on; None where there is nothing to record or it was refused."""
    if not form.is_valid():
        return None

    def do() -> str:
        write(by=request.user, case=form.case, **form.values())
        return onward

    return page.attempt(request, form, do)


@form_page
@clinical
def row_take_back(request: HttpRequest, pk: int, what: str, row_pk: int) -> HttpResponse:
    """A row is taken back with a reason; it stays in the record."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    row = _row(case, what, row_pk)
    form = TakeBackForm(request.POST or None)
    if form.is_valid():

        def write() -> str:
            actions.withdraw(by=request.user, row=row, reason=form.cleaned_data["reason"])
            return page.back(request) or _line(case)

        if done := page.attempt(request, form, write):
            messages.success(request, _('Taken back. The time line shows it with "what was taken back".'))
            return done
    return page.show(request, "progress/take_back.html", case, form=form, row=row, what=what, next=page.back(request))


@require_POST
@clinical
def row_put_back(request: HttpRequest, pk: int, what: str, row_pk: int) -> HttpResponse:
    """A withdrawal is undone."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    actions.put_back(by=request.user, row=_row(case, what, row_pk))
    messages.success(request, _("It stands again."))
    return HttpResponseRedirect(page.back(request) or _line(case))


def _row(case: Case, what: str, row_pk: int) -> Withdrawable:
    """Raises Http404 for a row of another case and for what cannot be taken back."""
    model = ROWS.get(what)
    found = model.objects.filter(case=case, pk=row_pk).first() if model else None
    if found is None:
        raise Http404
    return found


def _line(case: Case) -> str:
    return reverse("timeline", args=[case.pk])
