"""A relapse is recorded, and the page that lays out what to do today."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.agreements import reentry
from planner.agreements.forms import RelapseForm
from planner.agreements.models import Reentry
from planner.base.access import clinical, find, find_to_edit
from planner.base.models import Stale
from planner.cases.answering import attempt, page
from planner.cases.models import Case
from planner.cases.names import label
from planner.practice.trail import record


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def relapse_record(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of a relapse, with safety first."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=pk)
    people = case.participants.filter(left_on=None).select_related("person")
    initial = {"on": timezone.localdate(), "audience": "clinician", "children": "unknown", "violence": "unknown"}
    initial["person"] = people.filter(role="person-in-recovery").first()
    form = RelapseForm(request.POST or None, people=people, choices=reentry.CHOICES, initial=initial)
    if form.is_valid():
        given = dict(form.cleaned_data)

        def write() -> str:
            person = given.pop("person")
            made = reentry.record_relapse(by=request.user, case=case, person=person, given=given)
            return reverse("after_relapse", args=[made.pk])

        if done := attempt(request, form, write):
            messages.success(request, _("Recorded. Nobody was told. Here is what to do today."))
            return done
    return page(request, "agreements/relapse.html", form, case=case)


@clinical
@require_safe
def way_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What to do today, step by step."""
    found = _found(request, pk, find)
    record("viewed", by=request.user, what="reentry", what_id=found.pk, case_id=found.case_id)
    context = {
        "way_back": found, "event": found.event, "case": found.case, "label": label(found.case),
        "steps": reentry.steps(found, request.user),
        "children": reentry.CHILDREN.get(found.event.details.get("children"), ""),
        "violence": reentry.VIOLENCE.get(found.event.details.get("violence"), ""),
        "may_edit": Reentry.objects.editable_by(request.user).filter(pk=found.pk).exists(),
    }  # fmt: skip
    return render(request, "agreements/reentry.html", context)


@require_POST
@clinical
def reentry_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a step (`step`, `done`), or close the whole (`close`)."""
    found = _found(request, pk, find_to_edit)
    sent = request.POST.get("version", "")
    version = int(sent) if sent.isdecimal() and len(sent) < 10 else 0
    try:
        if "close" in request.POST:
            reentry.close(by=request.user, way_back=found, version=version)
            messages.success(request, _("Closed. It stays on the time line."))
            return HttpResponseRedirect(reverse("case", args=[found.case_id]))
        step, done = request.POST.get("step", ""), request.POST.get("done") == "1"
        reentry.tick(by=request.user, way_back=found, version=version, step=step, done=done)
    except Stale:
        messages.error(request, _("Somebody changed this since you opened it. Here is how it stands now."))
    except reentry.Refused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(reverse("after_relapse", args=[found.pk]))


def _found(request: HttpRequest, pk: int, finder) -> Reentry:
    return finder(Reentry.objects.select_related("case__practice", "event__person"), request.user, pk=pk)
