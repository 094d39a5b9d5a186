"""Answers over time beside the next hour, whose agenda may take them up; the shared journal, read together."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from planner.base import once
from planner.base.access import clinical, find
from planner.cases.models import Case, Participant
from planner.homework import over_time
from planner.practice.trail import record
from planner.progress import lines
from planner.sessions.models import Session, SessionState


@clinical
@require_safe
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """The last ten answers of one sheet (`?sheet=`), of one person (`?person=`) or of all together."""
    case = find(Case.objects, request.user, pk=pk)
    record("viewed", by=request.user, what="case", what_id=case.pk, case_id=case.pk)
    sheets, places = over_time.sheets_of(case), lines.people_of(case)
    sheet = next((one for one in sheets if str(one.worksheet.pk) == request.GET.get("sheet")), None)
    if sheet is None and request.GET.get("sheet"):
        raise Http404
    sheet = sheet or (sheets[0] if sheets else None)
    chosen = next((place for place in places if str(place.pk) == request.GET.get("person", "")), None)
    found = _strands(case, sheet, chosen, places)
    if sheet and not found and "person" not in request.GET:
        chosen, found = _first_with_answers(case, sheet, places)
    context = {
        "case": case, "sheets": sheets, "sheet": sheet, "places": places, "chosen": chosen, "strands": found,
        "session": _next_hour(request, case), "key": once.new_key(),
    }  # fmt: skip
    return render(request, "desk/answers.html", context)


def _strands(
    case: Case, sheet: over_time.Answered | None, chosen: Participant | None, places: list[Participant]
) -> list[over_time.Strand]:
    if sheet is None:
        return []
    return over_time.strands(case, sheet.worksheet.pk, chosen.person if chosen else None, places)


def _first_with_answers(
    case: Case, sheet: over_time.Answered, places: list[Participant]
) -> tuple[Participant | None, list[over_time.Strand]]:
    """Nobody was asked for, and nothing was filled in together: the first person who wrote something."""
    for place in places:
        if found := _strands(case, sheet, place, places):
            return place, found
    return None, []


def _next_hour(request: HttpRequest, case: Case) -> Session | None:
    """The next planned session of the case, where the person may put something onto its agenda."""
    rows = Session.objects.editable_by(request.user).filter(case=case, state=SessionState.PLANNED)
    return rows.filter(starts_at__gte=timezone.now()).order_by("starts_at").first()


@clinical
@require_safe
def curious(request: HttpRequest, pk: int) -> HttpResponse:
    """What the writers of a case share of their journals, to be read together; nothing that is private."""
    case = find(Case.objects.select_related("practice"), request.user, pk=pk)
    record("viewed", by=request.user, what="case", what_id=case.pk, case_id=case.pk)
    entries, verdict = over_time.shared(case, lines.people_of(case))
    return render(request, "desk/curious.html", {"case": case, "entries": entries, "verdict": verdict})
