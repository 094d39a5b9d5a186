"""What proves a case: the auditor's twelve questions, and the thread from problem to progress; screen and paper."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from planner.base.access import carrying, clinical, find_to_edit
from planner.base.once import once
from planner.base.parts import part
from planner.cases import names
from planner.cases.finding import find_case
from planner.cases.models import Audience, Case
from planner.desk import audit_facts, auditor, proof_papers, thread
from planner.desk.auditor import PARTS
from planner.homework.actions import print_copies
from planner.homework.models import PrintoutKind
from planner.practice.trail import record, record_look
from planner.sheets import press
from planner.sheets.papers import Paper

#: Held hours that are read for one page on screen; the paper reads every one.
HOURS = audit_facts.MOST_AT_ONCE - 1


@clinical
@require_safe
def case_audit(request: HttpRequest, pk: int) -> HttpResponse:
    """The twelve questions; the answers come as parts."""
    case, may_edit = find_case(request.user, pk)
    record("viewed", by=request.user, what="auditor's page", what_id=case.pk, case_id=case.pk)
    names.tell([case])
    parts = [(reverse("case_audit_part", args=[case.pk, name]), title) for name, (title, _codes) in PARTS.items()]
    return render(request, "desk/audit.html", {"case": case, "parts": parts, "may_edit": may_edit})


@clinical
@require_safe
def case_audit_part(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The questions of one part, each with its answer, its proof, and where to mend what is missing; those of the notes
    for so many hours at a time (`?page=`)."""
    case, _may_edit = find_case(request.user, pk)
    if name not in PARTS:
        raise Http404
    record_look(case.pk, by=request.user)
    page = _page(request) if name == "notes" else 1
    found = audit_facts.record_of(case, name, hours=slice((page - 1) * HOURS, page * HOURS + 1))
    more = len(found.notes) > HOURS
    found = replace(found, notes=found.notes[:HOURS])
    shown = auditor.answers(found, name)
    hours = found.notes if page > 1 or more else ()
    context = {
        "answers": shown, "settled": auditor.settled(shown), "part_title": PARTS[name][0], "name": name,
        "hours": hours, "since": hours[-1].on if hours else None, "earlier": page + 1 if more else 0, "later": page - 1,
        "here": request.path,
    }  # fmt: skip
    back = (reverse("case_audit", args=[case.pk]), _("Auditor's page"))
    return part(request, "desk/_audit.html", context, title=PARTS[name][0], back=back)


def _page(request: HttpRequest) -> int:
    """Which page of hours the address asks for; the first where it names none."""
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


@clinical
@require_safe
def case_thread(request: HttpRequest, pk: int) -> HttpResponse:
    """The thread of the case: its head; the picture comes as a part."""
    case, may_edit = find_case(request.user, pk)
    record("viewed", by=request.user, what="thread", what_id=case.pk, case_id=case.pk)
    names.tell([case])
    return render(request, "desk/thread.html", {"case": case, "plan": thread.plan_of(case), "may_edit": may_edit})


@clinical
@require_safe
def case_thread_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The thread as one picture."""
    case, _may_edit = find_case(request.user, pk)
    record_look(case.pk, by=request.user)
    back = (reverse("case_thread", args=[case.pk]), _("The thread"))
    return part(request, "desk/_thread.html", {"thread": thread.thread_of(case)}, title=_("The thread"), back=back)


@carrying
@require_POST
def case_audit_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The auditor's page on paper, for the record."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=pk)
    return _print(request, case, PrintoutKind.AUDIT, proof_papers.audit_paper(case, audit_facts.record_of(case)))


@carrying
@require_POST
def case_thread_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The thread on paper, for the record."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=pk)
    return _print(request, case, PrintoutKind.THREAD, proof_papers.thread_paper(case, thread.thread_of(case)))


def _print(request: HttpRequest, case: Case, kind: str, paper: Paper) -> HttpResponse:
    """Keeps the bytes and opens them. The clinician's paper: no client's packet has it."""
    rendering = press.render(paper)

    def keep() -> str:
        printout = print_copies(
            by=request.user, case=case, kind=kind, person=None, audience=Audience.CLINICIAN, paper=paper,
            rendering=rendering,
        )  # fmt: skip
        return reverse("printout", args=[printout.pk])

    key = request.POST.get("once", "")[:40]
    return HttpResponseRedirect(once(f"{key}.{kind}" if key else "", request.user.pk, keep))
