"""Printing "Where we are" for those who come together."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from planner.base.access import carrying, find_to_edit
from planner.base.once import once, print_key
from planner.cases import clearance
from planner.cases.models import Audience, Case
from planner.cases.names import current, with_people
from planner.homework.actions import print_copies
from planner.homework.models import PrintoutKind
from planner.library.forms import OptionsForm
from planner.sessions import where as where_we_are
from planner.sessions.papers import default_options
from planner.sheets import press
from planner.sheets.options import Options
from planner.sheets.papers import Paper


@carrying
@require_http_methods(["GET", "HEAD", "POST"])
def where(request: HttpRequest, case_pk: int) -> HttpResponse:
    """What the page will say, and how to print it; posted, it is printed, kept and opened."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=case_pk)
    with_people(case)
    remembered = default_options(case.practice, [place.person for place in current(case)])
    form = OptionsForm(request.POST or None, initial=remembered.as_json())
    options = Options.chosen(remembered.as_json(), **form.cleaned_data) if form.is_valid() else remembered
    paper = where_we_are.where_paper(case, options)
    verdict = clearance.look_at_paper(case, None)
    if request.method == "POST" and form.is_valid() and paper and verdict.open:
        return _print(request, case, paper)
    for name in ("fill", "name", "greyscale"):
        del form.fields[name]
    content = paper.context["where"] if paper else None
    context = {"case": case, "form": form, "where": content, "verdict": verdict, "here": request.path}
    refused = form.errors or (request.method == "POST" and not verdict.open)
    return render(request, "sessions/where.html", context, status=422 if refused else 200)


def _print(request: HttpRequest, case: Case, paper: Paper) -> HttpResponse:
    rendering = press.render(paper)

    def keep() -> str:
        printout = print_copies(
            by=request.user, case=case, kind=PrintoutKind.WHERE, person=None, audience=Audience.CASE, paper=paper,
            rendering=rendering,
        )  # fmt: skip
        return reverse("printout", args=[printout.pk])

    return HttpResponseRedirect(once(print_key(request.POST), request.user.pk, keep))
