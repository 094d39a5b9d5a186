"""Printing a plan: for one client, or for the record; what was printed stays as it was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from planner.base.access import clinical, find, find_to_edit
from planner.base.once import once, print_key
from planner.cases.actions import Refused
from planner.library.papers import remembered
from planner.plans import print_actions
from planner.plans.forms import PrintForm, people_of
from planner.plans.models import Plan, PlanPrint
from planner.plans.views import with_asker
from planner.practice.trail import record
from planner.sheets import press


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def plan_print(request: HttpRequest, pk: int) -> HttpResponse:
    """For whom, and how large; the paper opens beside this page."""
    plan = with_asker(find_to_edit(Plan.objects.select_related("case"), request.user, pk=pk), request.user)
    people = people_of(plan.case)
    usual = remembered(request.user)
    form = PrintForm(request.POST or None, people=people, initial={"paper": usual.paper, "size": usual.size})
    problem = ""

    def keep() -> str:
        person = next((one for one in people if str(one.pk) == form.cleaned_data["whom"]), None)
        made = print_actions.print_plan(plan=plan, person=person, by=request.user, options=form.options)
        return reverse("plan_printed", args=[made.pk])

    if form.is_valid():
        try:
            return HttpResponseRedirect(once(print_key(request.POST), request.user.pk, keep))
        except (press.TooMuch, Refused) as error:
            problem = str(error)
    made = (
        PlanPrint.objects.visible_to(request.user)
        .filter(plan=plan)
        .select_related("person", "by", "printed")
        .defer("printed__pdf")
    )
    context = {"plan": plan, "form": form, "prints": made[:20], "problem": problem}
    return render(request, "plans/print.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@clinical
def plan_printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The kept bytes, under a name that tells nothing."""
    made = find(PlanPrint.objects.select_related("printed", "plan"), request.user, pk=pk)
    record("opened", by=request.user, what="plan_print", what_id=made.pk, case_id=made.plan.case_id)
    response = HttpResponse(bytes(made.printed.pdf), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="papers-{made.pk}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
