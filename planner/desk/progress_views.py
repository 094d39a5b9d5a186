"""Pages that lay the rooms of a case in one order or on one chart: the time line, goals and homework."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from planner.base.access import clinical, find
from planner.cases.finding import find_case
from planner.cases.models import Case
from planner.cases.names import label
from planner.desk import growth, moments
from planner.practice.trail import record
from planner.progress import lines
from planner.progress import timeline as progress

PAGE = 40


@require_safe
@clinical
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything in one order; `?kind=` shows one kind, `?withdrawn=1` what was taken back too."""
    case, may_edit = find_case(request.user, pk)
    record("viewed", by=request.user, what="case", what_id=case.pk, case_id=case.pk)
    withdrawn = request.GET.get("withdrawn") == "1"
    rows = progress.laid(progress.of_case(case, withdrawn=withdrawn), moments.of_other_rooms(case))
    kinds = moments.kinds()
    if request.GET.get("kind") in kinds:
        rows = [row for row in rows if row.kind == request.GET["kind"]]
    context = {
        "case": case, "label": label(case), "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "kinds": kinds.items(), "withdrawn": withdrawn,
        "may_edit": may_edit,
    }  # fmt: skip
    return render(request, "desk/timeline.html", context)


@require_safe
@clinical
def case_growth(request: HttpRequest, pk: int) -> HttpResponse:
    """Goals and homework as charts, for one person (`?person=`) or what is for everybody."""
    case = find(Case.objects.select_related("practice"), request.user, pk=pk)
    record("viewed", by=request.user, what="case", what_id=case.pk, case_id=case.pk)
    places = lines.people_of(case)
    chosen = next((place for place in places if str(place.pk) == request.GET.get("person", "")), None)
    if len(places) == 1:
        chosen = places[0]
    person = chosen.person if chosen else None
    context = {
        "case": case, "label": label(case), "places": places, "chosen": chosen,
        "goals": growth.goals(case, person), "homework": growth.homework(case, person),
    }  # fmt: skip
    return render(request, "desk/growth.html", context)
