"""What proves a case: the auditor's twelve questions, and the thread from problem to progress; screen and paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from planner.base.access import carrying, clinical, find, find_to_edit
from planner.base.once import once
from planner.cases.models import Audience, Case
from planner.desk import audit_facts, auditor, proof_papers, thread
from planner.homework.actions import print_copies
from planner.homework.models import PrintoutKind
from planner.practice.trail import record
from planner.sheets import press
from planner.sheets.papers import Paper


@clinical
@require_safe
def case_audit(request: HttpRequest, pk: int) -> HttpResponse:
    """The twelve questions, each with its answer, its proof, and where to mend what is missing."""
    case = find(Case.objects.select_related("practice"), request.user, pk=pk)
    record("viewed", by=request.user, what="auditor's page", what_id=case.pk, case_id=case.pk)
    found = auditor.answers(audit_facts.record_of(case))
    may_edit = Case.objects.editable_by(request.user).filter(pk=case.pk).exists()
    context = {"case": case, "answers": found, "settled": auditor.settled(found), "may_edit": may_edit}
    return render(request, "desk/audit.html", context)


@clinical
@require_safe
def case_thread(request: HttpRequest, pk: int) -> HttpResponse:
    """The thread of the case as one picture."""
    case = find(Case.objects.select_related("practice"), request.user, pk=pk)
    record("viewed", by=request.user, what="thread", what_id=case.pk, case_id=case.pk)
    may_edit = Case.objects.editable_by(request.user).filter(pk=case.pk).exists()
    return render(request, "desk/thread.html", {"case": case, "thread": thread.thread_of(case), "may_edit": may_edit})


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
