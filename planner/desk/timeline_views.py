"""The whole time line of a case: what happened, and the hours of every room, in one order."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from planner.base.access import clinical, find
from planner.cases.models import Case
from planner.cases.names import label
from planner.practice.trail import record
from planner.progress import timeline as progress
from planner.progress.models import EventKind
from planner.progress.timeline import Moment
from planner.sessions.models import Session, SessionState

PAGE = 40


@require_safe
@clinical
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything in one order; `?kind=` shows one kind, `?withdrawn=1` what was taken back too."""
    case = find(Case.objects, request.user, pk=pk)
    record("viewed", by=request.user, what="case", what_id=case.pk, case_id=case.pk)
    withdrawn = request.GET.get("withdrawn") == "1"
    moments = progress.laid(progress.of_case(case, withdrawn=withdrawn), sessions(case))
    kinds = kinds_of()
    if request.GET.get("kind") in kinds:
        moments = [moment for moment in moments if moment.kind == request.GET["kind"]]
    context = {
        "case": case, "label": label(case), "page": Paginator(moments, PAGE).get_page(request.GET.get("page")),
        "kinds": kinds.items(), "withdrawn": withdrawn,
        "may_edit": Case.objects.editable_by(request.user).filter(pk=case.pk).exists(),
    }  # fmt: skip
    return render(request, "desk/timeline.html", context)


def kinds_of() -> dict[str, str]:
    """Kinds of rows, in the order of the filter."""
    own = {"session": _("Session"), "milestone": _("Milestone"), "stage": _("Repair stage")}
    return {**dict(EventKind.choices), **own}


def sessions(case: Case) -> list[Moment]:
    """The hours that were held, each as a row. One query."""
    rows = Session.objects.filter(case=case, state=SessionState.HELD).order_by("-starts_at")
    return [_session(row) for row in rows]


def _session(row: Session) -> Moment:
    begins = timezone.localtime(row.starts_at)
    word = _("Session: %(kind)s") % {"kind": row.get_kind_display()}
    hour = begins.time().replace(second=0, microsecond=0)
    return Moment(begins.date(), "session", word, hour=hour, href=reverse("session_run", args=[row.pk]))
