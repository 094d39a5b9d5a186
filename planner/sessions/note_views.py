"""The page of a progress note: written, signed, added to, approved, printed.

As in the planner, a page sends the version it shows with every write; where somebody was quicker the answer is 409 with
both texts, and what a rule forbids is 422 with the sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from planner.base.access import carrying, clinical, find, find_and_may_edit, find_to_edit
from planner.base.models import Stale
from planner.base.once import once
from planner.base.prepared import ID, prepared
from planner.base.text import clean
from planner.cases.models import Participant
from planner.plans.models import Objective
from planner.practice.models import User
from planner.practice.trail import record
from planner.sessions import note_actions, note_facts, note_formats, sent
from planner.sessions.actions import Refused
from planner.sessions.models import ProgressNote, Session, Step
from planner.sessions.note_forms import LONGEST, AddendumForm, NoteForm, ReturnForm
from planner.sessions.note_page import LEFT_OUT, NotePage, changes_of


@clinical
@require_safe
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """The note of an hour: to write, or to read once it is signed."""
    session, may_edit = find_and_may_edit(Session.objects.select_related("case__practice"), request.user, pk=pk)
    record("viewed", by=request.user, what="note of session", what_id=session.pk, case_id=session.case_id)
    return _page(request, session, may_edit=may_edit)


@prepared(session=ID)
def _note_of(user: User, session: int) -> QuerySet[ProgressNote]:
    rows = ProgressNote.objects.select_related("person", "risk_person", "author", "supervisor")
    return rows.visible_to(user).filter(session=session)


def _page(
    request: HttpRequest, session: Session, *, may_edit: bool | None = None, status: int = 200, **extra: Any
) -> HttpResponse:
    """The page as it stands now, for who may write and for who may only read; which it is, is asked unless told."""
    note = next(iter(_note_of(user=request.user, session=session.pk)), None)
    if may_edit is None:
        may_edit = Session.objects.editable_by(request.user).filter(pk=session.pk).exists()
    context = {"session": session, "case": session.case, "may_edit": may_edit, **extra}
    if note is None:
        return render(request, "sessions/note_none.html", context, status=status)
    page = NotePage(session, note, request.user)
    context |= {"page": page, "note": note}
    if note.is_open and may_edit:
        return render(request, "sessions/note_write.html", context | {"longest": LONGEST}, status=status)
    if may_edit and "addendum" not in context:
        context["addendum"] = AddendumForm(note=note)
    if page.may_decide and "back_form" not in context:
        context["back_form"] = ReturnForm()
    return render(request, "sessions/note_read.html", context, status=status)


@carrying
@require_POST
def note_begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins the note of an hour that has none yet."""
    session = find_to_edit(Session.objects.select_related("case__practice"), request.user, pk=pk)
    try:
        note_actions.begin_note(session, by=request.user)
    except Refused as refused:
        return _page(request, session, status=422, problem=str(refused))
    return _to_note(session)


@carrying
@require_POST
def note_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves one field as one types, or without a script the whole page."""
    note = _note_to_edit(request, pk)
    places = list(note.session.case.participants.select_related("person"))
    form = NoteForm(request.POST, note=note, places=places)
    if not form.is_valid():
        return _not_valid(request, note, {name: " ".join(errors) for name, errors in form.errors.items()})
    try:
        with transaction.atomic():
            _write(request, note, form, places)
    except Stale as stale:
        return _clash(request, stale.current)
    except Refused as refused:
        return _not_valid(request, note, {"": str(refused)})
    if not sent.by_script(request):
        return _to_note(note.session)
    return JsonResponse(_said(note))


def _said(note: ProgressNote) -> dict[str, Any]:
    """What the page shows anew after a save."""
    return {
        "version": note.version,
        "at": sent.clock(),
        "missing": note_actions.missing(note),
        "advice": note_actions.advice(note, note_facts.read(note)),
        "raised": note.risk_is_raised,
        "stop": note.ended_at.astimezone(note.session.wall_start.tzinfo).strftime("%H:%M"),
    }


def _write(request: HttpRequest, note: ProgressNote, form: NoteForm, places: list[Participant]) -> None:
    """Everything that was sent, each step on the version that the one before it made."""
    note.shown = sent.version(request)
    if changes := form.changes():
        note_actions.change_note(note, by=request.user, version=note.shown, **changes)
        note.shown = note.version
    _write_present(request, note, places)
    _write_objectives(request, note)


def _write_present(request: HttpRequest, note: ProgressNote, places: list[Participant]) -> None:
    """Boxes of who was there. A page without a script sends all of them, and `present` to say so."""
    here = set(note.present.values_list("pk", flat=True))
    for place in places:
        name = f"present-{place.pk}"
        if name not in request.POST and "present" not in request.POST:
            continue
        wanted = request.POST.get(name) == "1"
        if wanted != (place.pk in here):
            note_actions.set_present(note, by=request.user, version=note.shown, participant=place, here=wanted)
            note.shown = note.version


def _write_objectives(request: HttpRequest, note: ProgressNote) -> None:
    """Fields named objective-<id>-step and objective-<id>-response."""
    for name, value in request.POST.items():
        head, pk, field = (name.split("-") + ["", ""])[:3]
        if head != "objective" or not pk.isdecimal() or len(pk) > 15 or field not in ("step", "response"):
            continue
        objective = Objective.objects.filter(goal__plan__case=note.session.case, pk=int(pk)).first()
        if objective is None:
            raise Http404
        _write_objective(request, note, objective, field, clean(value))
        note.shown = note.version


def _write_objective(request: HttpRequest, note: ProgressNote, objective: Objective, field: str, value: str) -> None:
    asked = {"by": request.user, "version": note.shown}
    if field == "step" and value == LEFT_OUT:
        note_actions.leave_objective(note, objective, **asked)
        return
    if field == "step" and value not in Step.values:
        raise Refused(_("Choose one of the words."))
    if len(value) > 2000:
        raise Refused(_("At most %(n)d letters.") % {"n": 2000})
    said = note.objectives.filter(objective=objective).exists()
    if value or said:
        note_actions.set_objective(note, objective, **asked, **{field: value})


def _not_valid(request: HttpRequest, note: ProgressNote, errors: dict[str, str]) -> HttpResponse:
    if sent.by_script(request):
        return JsonResponse({"errors": errors}, status=422)
    return _page(request, note.session, status=422, problem=" ".join(errors.values()))


def _clash(request: HttpRequest, current: ProgressNote) -> HttpResponse:
    """409 with what was typed and what stands there now; the person chooses."""
    said = _("%(who)s changed this note at %(at)s, after you opened it.")
    typed = {
        name: clean(text) for name, text in request.POST.items() if name in _TYPED or name.startswith("objective-")
    }
    context = {
        "session": current.session,
        "note": current,
        "who": sent.changed_since(current.changed_by, current.changed_at, said),
        "changes": changes_of(current, typed),
    }
    template = "sessions/_note_conflict.html" if sent.by_script(request) else "sessions/note_conflict.html"
    return render(request, template, context, status=409)


_TYPED = frozenset({
    "place", "service_code", "risk_basis", "risk_action", "risk_level", "mode", "audience", "start", "stop",
    "risk_person", "format", *note_formats.PARTS,
})  # fmt: skip


@carrying
@require_POST
def note_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Signs and locks the note."""
    note = _note_to_edit(request, pk)

    def sign() -> str:
        signed = note_actions.sign_note(note, by=request.user, version=sent.version(request))
        return _("Signed. It now waits for the supervisor.") if signed.supervisor_id else _("Signed and locked.")

    return _decide(request, note, "sign", sign)


@carrying
@require_POST
def note_addendum(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds a dated word under a signed note."""
    note = _note_to_edit(request, pk)
    form = AddendumForm(request.POST, note=note)
    if not form.is_valid():
        return _page(request, note.session, status=422, addendum=form)

    def add() -> str:
        given = {name: form.cleaned_data.get(name, "") for name in ("text", "place", "service_code")}
        note_actions.add_addendum(note, by=request.user, **given)
        return _("The addendum is added. The note stays as it was.")

    return _decide(request, note, "addendum", add)


@clinical
@require_POST
def note_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The supervisor approves the note."""
    note = _note_to_decide(request, pk)

    def approve() -> str:
        note_actions.approve_note(note, by=request.user, version=sent.version(request))
        return _("Approved, with your name under it.")

    return _decide(request, note, "approve", approve)


@clinical
@require_POST
def note_return(request: HttpRequest, pk: int) -> HttpResponse:
    """The supervisor gives the note back, with what should be different."""
    note = _note_to_decide(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _page(request, note.session, status=422, back_form=form)

    def give_back() -> str:
        comment = form.cleaned_data["comment"]
        note_actions.return_note(note, by=request.user, version=sent.version(request), comment=comment)
        return _("Given back with your comment.")

    return _decide(request, note, "return", give_back)


def _decide(request: HttpRequest, note: ProgressNote, name: str, do: Callable[[], str]) -> HttpResponse:
    """One write for a doubled click; 409 where somebody was quicker, 422 where a rule forbids it."""
    key = request.POST.get("once", "")[:40]
    try:
        said = once(f"{key}.{name}" if key else "", request.user.pk, do)
    except Stale as stale:
        who = sent.changed_since(stale.current.changed_by, stale.current.changed_at,
                                 _("%(who)s changed this note at %(at)s, after you opened it."))  # fmt: skip
        return _page(request, note.session, status=409, problem=" ".join([who, _("Look at it again.")]))
    except Refused as refused:
        return _page(request, note.session, status=422, problem=str(refused))
    messages.success(request, said)
    return _to_note(note.session)


def _note_to_edit(request: HttpRequest, session_pk: int) -> ProgressNote:
    found = ProgressNote.objects.select_related("session__case__practice", "changed_by")
    return find_to_edit(found, request.user, session=session_pk)


def _note_to_decide(request: HttpRequest, session_pk: int) -> ProgressNote:
    """The note that waits for this supervisor, or did until a moment ago: a second click finds it decided."""
    found = ProgressNote.objects.select_related("session__case__practice", "changed_by")
    return find(found.filter(supervisor=request.user), request.user, session=session_pk)


def _to_note(session: Session) -> HttpResponse:
    return HttpResponseRedirect(reverse("note", args=[session.pk]))
