"""The page of a process note: its author's alone, reached by the session's address, shown in no list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner.base.access import carrying, find_to_edit
from planner.base.cipher import BrokenSeal, UnknownKey
from planner.base.models import Stale
from planner.practice.trail import record
from planner.sessions import process_actions, sent
from planner.sessions.actions import Refused
from planner.sessions.models import Session
from planner.sessions.note_forms import ProcessNoteForm


@carrying
@require_http_methods(["GET", "HEAD", "POST"])
def process_note(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own process note of the hour, to write and to read. Whoever else opens this address writes their own."""
    session = find_to_edit(Session.objects.select_related("case__practice"), request.user, pk=pk)
    try:
        if request.method == "POST":
            return _save(request, session)
        return _page(request, session)
    except (UnknownKey, BrokenSeal):
        return render(request, "sessions/process_closed.html", {"session": session}, status=503)


def _page(request: HttpRequest, session: Session, *, status: int = 200, problem: str = "") -> HttpResponse:
    note = process_actions.own(session, request.user)
    context = {"session": session, "note": note, "text": process_actions.text_of(note), "problem": problem}
    if note:
        record("viewed", by=request.user, what="process note", what_id=session.pk, case_id=session.case_id)
    return render(request, "sessions/process_note.html", context, status=status)


def _save(request: HttpRequest, session: Session) -> HttpResponse:
    form = ProcessNoteForm(request.POST)
    if not form.is_valid():
        return _refused(request, session, " ".join(form.errors["text"]))
    text = form.cleaned_data["text"]
    try:
        version = sent.version(request)
        note = process_actions.write_process_note(session, by=request.user, version=version, text=text)
    except Stale as stale:
        return _clash(request, session, stale, text)
    except Refused as refused:
        return _refused(request, session, str(refused))
    if sent.by_script(request):
        return JsonResponse({"version": note.version if note else 0, "at": sent.clock()})
    return HttpResponseRedirect(reverse("process_note", args=[session.pk]))


def _refused(request: HttpRequest, session: Session, said: str) -> HttpResponse:
    if sent.by_script(request):
        return JsonResponse({"errors": {"": said}}, status=422)
    return _page(request, session, status=422, problem=said)


def _clash(request: HttpRequest, session: Session, stale: Stale, mine: str) -> HttpResponse:
    """Two windows of the same person: both texts, and nothing lost."""
    theirs = process_actions.text_of(stale.current) if stale.current.version else ""
    context = {
        "session": session, "version": stale.current.version, "mine": mine, "theirs": theirs,
        "who": _("This note was changed in another window after you opened it here."),
    }  # fmt: skip
    template = "sessions/_process_conflict.html" if sent.by_script(request) else "sessions/process_conflict.html"
    return render(request, template, context, status=409)
