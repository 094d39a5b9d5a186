"""Laying a pathway: choose the case, choose the first date, see every session, then have them planned."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from planner.base.access import carrying, find, find_to_edit
from planner.base.once import once
from planner.cases.models import Case
from planner.cases.names import label
from planner.library.models import Pathway
from planner.sessions import pathways, times
from planner.sessions.forms import PathwayForm
from planner.sessions.models import Session, SessionState


@carrying
@require_safe
def pathway_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Which case a pathway is for: the open ones whose kind it fits."""
    pathway = find(Pathway.objects, request.user, pk=pk)
    rows = Case.objects.editable_by(request.user).filter(closed_on=None, kind__in=pathway.content["for_whom"])
    cases = list(rows.prefetch_related("participants__person").order_by("code"))
    return render(request, "sessions/pathway_case.html", {"pathway": pathway, "cases": cases})


@carrying
@require_http_methods(["GET", "HEAD", "POST"])
def pathway_lay(request: HttpRequest, case_pk: int) -> HttpResponse:
    """What a pathway would create for a case from a first date on (GET); a POST with what was shown creates it."""
    case = find_to_edit(Case.objects, request.user, pk=case_pk)
    sent = request.POST if request.method == "POST" else request.GET
    zone = request.user.practice.zone
    offered = [one for one in Pathway.objects.visible_to(request.user) if case.kind in one.content["for_whom"]]
    asked = sent if request.method == "POST" or "day" in sent else None
    initial = {**_first_day(case), "pathway": sent.get("pathway", "")}
    form = PathwayForm(asked, zone=zone, pathways=offered, initial=initial)
    seen, status = None, 200
    if not case.closed_on and form.is_valid():
        seen = _preview(case, form, zone)
        if request.method == "POST" and seen:
            try:
                return HttpResponseRedirect(_lay(request, case, form))
            except pathways.Changed as changed:
                messages.warning(request, str(changed))
                status = 409
    if form.is_bound and form.errors:
        status = 422
    context = {"case": case, "label": label(case), "form": form, "offered": offered, "seen": seen}
    return render(request, "sessions/pathway_lay.html", context, status=status)


def _first_day(case: Case) -> dict[str, Any]:
    """The weekday and hour of the case's last session, or the next working day at ten."""
    rows = Session.objects.filter(case=case).exclude(state=SessionState.CANCELLED)
    last = rows.order_by("-starts_at").first()
    now = timezone.localtime().replace(tzinfo=None)
    return PathwayForm.on_the_wall(times.next_like(last.wall_start.replace(tzinfo=None) if last else None, now))


def _preview(case: Case, form: PathwayForm, zone: str) -> pathways.Preview | None:
    """The preview, or nothing and an error beside the time that one of the sessions cannot have."""
    chosen = form.cleaned_data
    try:
        return pathways.preview(case=case, pathway=chosen["chosen"], starts_at=chosen["starts_at"], zone=zone)
    except times.NoSuchTime as error:
        form.add_error("clock", str(error))
    return None


def _lay(request: HttpRequest, case: Case, form: PathwayForm) -> str:
    """Creates the sessions once, however often the button was pressed; where to go then."""
    chosen = form.cleaned_data

    def lay() -> str:
        laid = pathways.lay_pathway(
            by=request.user,
            case=case,
            pathway=chosen["chosen"],
            starts_at=chosen["starts_at"],
            state=request.POST.get("state", ""),
        )
        said = ngettext("%(n)d session is planned.", "%(n)d sessions are planned.", len(laid))
        messages.success(request, said % {"n": len(laid)})
        return f"{reverse('sessions')}?case={case.pk}"

    return once(request.POST.get("once", "")[:64], request.user.pk, lay)
