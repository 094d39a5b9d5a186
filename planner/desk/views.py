"""Today, the caseload, the case chart and search: many rooms on one page, nothing owned."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from planner.base.access import clinical
from planner.base.parts import part
from planner.base.text import clean_line
from planner.cases import chart, names
from planner.cases.finding import find_case
from planner.cases.models import Case, CaseKind, Participant, Phase
from planner.desk import case_parts
from planner.desk import today as desk_today
from planner.library import course_search
from planner.library import search as library_search
from planner.practice.trail import record, record_look
from planner.progress import chart as progress_chart
from planner.sessions.models import Session, SessionState

PAGE = 25
SORTS = {"code": "code", "next": "next_at", "last": "-last_at", "phase": "phase"}


def today(request: HttpRequest) -> HttpResponse:
    template = "desk/today_front_desk.html" if request.user.is_front_desk else "desk/today.html"
    return render(request, template, desk_today.page(request.user))


@require_safe
@clinical
def waits(request: HttpRequest, group: str) -> HttpResponse:
    """One group of what waits: a part of Today."""
    found = desk_today.GROUPS.get(group)
    if found is None:
        raise Http404
    shown = {"piles": found.waiting(request.user)}
    return part(request, "desk/_waits.html", shown, title=found.title, back=(reverse("today"), _("Today")))


@clinical
def caseload(request: HttpRequest) -> HttpResponse:
    shown = _filtered(Case.objects.visible_to(request.user), request)
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    names.tell(page.object_list)
    return render(
        request,
        "desk/caseload.html",
        {
            "page": page,
            "sort": request.GET.get("sort", "code"),
            "kinds": CaseKind.choices,
            "phases": Phase.choices,
            "filtered": any(request.GET.get(name) for name in ("q", "kind", "phase", "closed")),
        },
    )


def _filtered(cases: QuerySet, request: HttpRequest) -> QuerySet:
    """The cases the address asks for; a value that does not exist filters nothing."""
    asked = request.GET
    cases = cases.filter(closed_on__isnull=asked.get("closed") != "1")
    if asked.get("kind") in CaseKind.values:
        cases = cases.filter(kind=asked["kind"])
    if asked.get("phase") in Phase.values:
        cases = cases.filter(phase=asked["phase"])
    if words := clean_line(asked.get("q", ""))[:100]:
        cases = _named(cases, words)
    cases = cases.annotate(next_at=_session_at(coming=True), last_at=_session_at(coming=False))
    order = SORTS.get(asked.get("sort", ""), "code")
    return cases.order_by(order, "code").only("code", "kind", "phase", "closed_on")


def _named(cases: QuerySet, words: str) -> QuerySet:
    """Cases whose code or one of whose people's names holds every word."""
    for word in words.split():
        called = Q(person__name__icontains=word) | Q(person__print_name__icontains=word)
        theirs = Participant.objects.filter(called, case=OuterRef("pk"))
        cases = cases.filter(Q(code__istartswith=word) | Exists(theirs))
    return cases


def _session_at(*, coming: bool) -> Subquery:
    """When the next session is, or when the last one was held."""
    rows = Session.objects.filter(case=OuterRef("pk"))
    if coming:
        rows = rows.filter(state=SessionState.PLANNED, starts_at__gte=timezone.now()).order_by("starts_at")
    else:
        rows = rows.filter(state=SessionState.HELD).order_by("-starts_at")
    return Subquery(rows.values("starts_at")[:1])


@clinical
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Who takes part and how safe it is; the three columns come as parts."""
    found, may_edit = find_case(request.user, pk)
    record("viewed", by=request.user, what="case", what_id=found.pk, case_id=found.pk)
    shown = {
        "looks": progress_chart.looks(case=found.pk),
        **chart.people_and_safety(found),
        "may_edit": may_edit,
        "parts": {name: _part_of(found, name) for name in case_parts.PARTS},
    }
    return render(request, "desk/case.html", shown)


def _part_of(case: Case, name: str) -> dict[str, Any]:
    return {"address": reverse("case_part", args=[case.pk, name]), "title": case_parts.PARTS[name].title}


@require_safe
@clinical
def case_part(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One part of the case chart. Whoever asks for it without the chart leaves a line in the trail all the same."""
    found, may_edit = find_case(request.user, pk)
    if name not in case_parts.PARTS:
        raise Http404
    record_look(found.pk, by=request.user)
    context = case_parts.context_of(name, found, request.user, may_edit=may_edit)
    back = (reverse("case", args=[found.pk]), _("Case %(code)s") % {"code": found.code})
    return part(request, f"desk/_case_{name}.html", context, title=case_parts.PARTS[name].title, back=back)


@clinical
def search(request: HttpRequest) -> HttpResponse:
    words = clean_line(request.GET.get("q", ""))[:100]
    cases = _named(Case.objects.visible_to(request.user), words) if words else Case.objects.none()
    found = list(cases.only("code", "kind", "phase").order_by("code")[:20])
    names.tell(found)
    interventions = library_search.find(words, request.user).bare[:20] if words else []
    return render(
        request,
        "desk/search.html",
        {
            "words": words,
            "cases": found,
            "interventions": interventions,
            "courses": course_search.find(words, request.user),
        },
    )
