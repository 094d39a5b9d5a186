"""Printing a signed note for the record."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from planner.base.access import carrying, find_to_edit
from planner.base.once import once
from planner.cases.models import Audience
from planner.homework.actions import print_copies
from planner.homework.models import PrintoutKind
from planner.sessions import note_papers
from planner.sessions.models import ProgressNote
from planner.sheets import press


@carrying
@require_POST
def note_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Prints the note, keeps the bytes and opens them. It is the clinician's paper: no client's packet has it."""
    found = ProgressNote.objects.select_related("session__case__practice", "person", "risk_person")
    note = find_to_edit(found, request.user, session=pk)
    if note.is_open:
        raise Http404
    paper = note_papers.note_paper(note, request.user.practice)
    try:
        rendering = press.render(paper)
    except press.TooMuch as too_much:
        return render(request, "sessions/note_conflict.html", {"who": str(too_much), "note": note,
                                                               "session": note.session}, status=422)  # fmt: skip

    def keep() -> str:
        printout = print_copies(
            by=request.user, case=note.session.case, kind=PrintoutKind.NOTE, person=None, audience=Audience.CLINICIAN,
            paper=paper, rendering=rendering,
        )  # fmt: skip
        return reverse("printout", args=[printout.pk])

    key = request.POST.get("once", "")[:40]
    return HttpResponseRedirect(once(f"{key}.print" if key else "", request.user.pk, keep))
