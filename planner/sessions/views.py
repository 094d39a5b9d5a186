"""Pages of the sessions room: the list, the planner, the run view and the print dialog.

A page sends the version it shows with every write. Where a colleague was quicker the answer is 409 with both states,
and nothing is overwritten; what a rule forbids is 422 with the sentence. Every button works without a script as well.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import carrying, clinical, find, find_and_may_edit, find_to_edit
from planner.base.models import Stale
from planner.base.once import once
from planner.cases.gates import Verdict
from planner.cases.models import Case, Phase
from planner.cases.names import current, label, tell
from planner.library.models import Intervention, SessionTemplate, Worksheet
from planner.library.search import Filters
from planner.library.words import said
from planner.practice.trail import record
from planner.sessions import actions, note_actions, page, papers, sent, times
from planner.sessions.forms import FreeItemForm, ItemForm, NewSessionForm, PrintForm, SessionForm, TickForm
from planner.sessions.models import AgendaItem, Done, Handout, ProgressNote, Session, SessionKind, SessionState
from planner.sheets import press

logger = logging.getLogger(__name__)
form_page = require_http_methods(["GET", "HEAD", "POST"])
A_PAGE = 25


# Lists


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Sessions to come and past ones. The front desk sees the practice's appointments: time, length, names."""
    user = request.user
    desk = user.is_front_desk
    rows = Session.objects.appointments_of(user.practice) if desk else Session.objects.visible_to(user)
    chosen = {name: request.GET.get(name, "") for name in ("when", "kind", "case")}
    past = chosen["when"] == "past"
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = rows.filter(starts_at__lt=today) if past else rows.filter(starts_at__gte=today)
    if not desk and chosen["kind"] in SessionKind.values:
        rows = rows.filter(kind=chosen["kind"])
    if not desk and chosen["case"].isdecimal() and len(chosen["case"]) < 16:
        rows = rows.filter(case_id=int(chosen["case"]))
    rows = rows.select_related("case").only("starts_at", "minutes", "kind", "state", "case__code")
    rows = rows.prefetch_related("case__participants__person") if desk else rows
    pages = Paginator(rows.order_by("-starts_at" if past else "starts_at", "pk"), A_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    shown.object_list = list(shown.object_list)
    context = {"shown": shown, "chosen": chosen, "past": past}
    if desk:
        return render(request, "sessions/appointments.html", context)
    tell([session.case for session in shown])
    return render(
        request, "sessions/list.html", {**context, "kinds": SessionKind.choices, "planned": SessionState.PLANNED}
    )


@carrying
@require_safe
def sessions_add_from_library(request: HttpRequest) -> HttpResponse:
    """Which planned session an intervention goes into; with none planned, the cases to plan one for."""
    intervention = find(Intervention.objects, request.user, pk=request.GET.get("intervention") or 0)
    rows = Session.objects.editable_by(request.user).filter(state=SessionState.PLANNED)
    rows = rows.select_related("case").prefetch_related("case__participants__person")
    planned = list(rows.order_by("starts_at")[:A_PAGE])
    cases = [] if planned else Case.objects.editable_by(request.user).filter(closed_on=None)
    if not planned:
        cases = list(cases.prefetch_related("participants__person")[:A_PAGE])
    context = {"intervention": intervention, "planned": planned, "cases": cases}
    return render(request, "sessions/add_from_library.html", context)


# Planning a session


@carrying
@form_page
def session_new(request: HttpRequest, case_pk: int) -> HttpResponse:
    """A new session of a case, prefilled from the last one: same weekday and hour, what was left taken up."""
    case = find_to_edit(Case.objects, request.user, pk=case_pk)
    participants = current(case)
    last = Session.objects.filter(case=case).exclude(state=SessionState.CANCELLED).order_by("-starts_at").first()
    held = actions.last_held(case)
    form = NewSessionForm(
        request.POST or None,
        zone=request.user.practice.zone,
        participants=participants,
        templates=page.templates_for(request.user, case.kind),
        left=list(held.items.unfinished()) if held else [],
        initial=_next_session(case, last, participants) | _asked_for(request),
    )
    if form.is_valid():
        try:
            return HttpResponseRedirect(
                once(form.one_time_key, request.user.pk, lambda: _plan_new(request, case, form.cleaned_data))
            )
        except actions.Refused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "case": case, "label": label(participants) or case.code}
    return render(request, "sessions/new.html", context, status=422 if form.errors else 200)


def _next_session(case: Case, last: Session | None, participants: list) -> dict[str, Any]:
    now = timezone.localtime().replace(tzinfo=None)
    starts = times.next_like(last.wall_start.replace(tzinfo=None) if last else None, now)
    return {
        **SessionForm.on_the_wall(starts),
        "kind": SessionKind.BOOSTER if case.phase == Phase.MAINTENANCE else SessionKind.REGULAR,
        "attendees": [participant.pk for participant in participants],
        "carry": True,
    }


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """The template and the kind of session that the address asks for (`?template=3&kind=repair`)."""
    asked = {"template": request.GET.get("template", ""), "kind": request.GET.get("kind", "")}
    known = asked["kind"] in SessionKind.values
    return {name: value for name, value in asked.items() if value and (name != "kind" or known)}


def _plan_new(request: HttpRequest, case: Case, chosen: dict[str, Any]) -> str:
    by, template = request.user, chosen["chosen_template"]
    fields = {name: chosen[name] for name in ("starts_at", "minutes", "kind", "attendees")}
    session = actions.plan_session(by=by, case=case, **fields)
    if template:
        _say_shut(request, actions.use_template(session, template, by=by, version=session.version))
    if chosen.get("carry"):
        _say_shut(request, actions.carry_over(session, by=by, version=session.version)[1])
    return reverse("session_plan", args=[session.pk])


def _say_shut(request: HttpRequest, verdict: Any) -> None:
    """What was left out because a gate is shut, as a message on the next page."""
    for sentence in dict.fromkeys(reason.sentence for reason in verdict.blocked):
        messages.warning(request, _("Left out for now: %(why)s") % {"why": sentence})


@carrying
@form_page
def session_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time, length, kind or company."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    initial = {
        **SessionForm.on_the_wall(session.wall_start),
        "minutes": session.minutes,
        "kind": session.kind,
        "version": session.version,
        "attendees": [participant.pk for participant in actions.attending_of(session)],
    }
    form = SessionForm(request.POST or None, zone=session.zone, participants=current(session.case), initial=initial)
    status = 200
    if form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("starts_at", "minutes", "kind", "attendees")}
        try:
            actions.change_session(session, by=request.user, version=form.cleaned_data["version"] or 0, **fields)
            return _to_plan(session)
        except Stale as stale:
            form.add_error(None, " ".join([_changed_by(stale.current), _("Look at it again, then save.")]))
            form.data = {
                **form.data.dict(),
                "version": stale.current.version,
                "attendees": form.data.getlist("attendees"),
            }
            status = 409
        except actions.Refused as refused:
            form.add_error(None, str(refused))
    if form.errors and status == 200:
        status = 422
    context = {"form": form, "session": session, "label": label(session.case)}
    return render(request, "sessions/edit.html", context, status=status)


@carrying
@require_POST
def session_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a planned session off the calendar."""
    session = find_to_edit(Session.objects, request.user, pk=pk)

    def cancel(version: int) -> str:
        actions.cancel_session(session, by=request.user, version=version)
        return _("The session is cancelled. Its plan is kept.")

    return write_agenda(request, session, "cancel", cancel)


# The planner


@clinical
@require_safe
def session_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The planner: library at the left, agenda at the right. Who may only read sees the agenda. The library's list and
    what is suggested come as parts."""
    return _planner(request, pk)


@clinical
@require_safe
def session_library(request: HttpRequest, pk: int) -> HttpResponse:
    """The library beside the agenda, searched. Without a script, the planner with it and with what is suggested."""
    return _planner(request, pk, part="sessions/_library.html")


@clinical
@require_safe
def session_suggested(request: HttpRequest, pk: int) -> HttpResponse:
    """What was left, what the plan asks for, and what is suggested. Without a script as with the library."""
    return _planner(request, pk, part="sessions/_suggested.html")


def _planner(request: HttpRequest, pk: int, part: str = "") -> HttpResponse:
    """The planner, or a part of it for htmx. A part that is opened as a page brings all of the planner: its buttons
    belong to the agenda."""
    session, may_edit = find_and_may_edit(Session.objects.select_related("case"), request.user, pk=pk)
    if part and request.htmx:
        is_shown = may_edit and session.is_open  # as on the planner: who only reads has nothing to add
        return render(request, part, _plan_context(request, session, True)) if is_shown else HttpResponse()
    record("viewed", by=request.user, what="session", what_id=session.pk, case_id=session.case_id)
    return render(request, "sessions/plan.html", _plan_context(request, session, may_edit, whole=bool(part)))


def _plan_context(request: HttpRequest, session: Session, may_edit: bool, **extra: Any) -> dict[str, Any]:
    """`whole`: with what otherwise comes as parts. What nothing shows is not read."""
    asked = {name: request.GET.get(name, "")[:100] for name in ("q", "family", "phase")}
    plan = page.Plan(session, request.user)
    return {
        "session": session,
        "case": session.case,
        "plan": plan,
        "asked": asked,
        "library": lambda: plan.library(asked["q"], Filters.of(request.GET)),
        "may_edit": may_edit and session.is_open,
        "may_run": may_edit,
        "families": said()["family"].items(),
        "phases": Phase.choices,
        **extra,
    }


@carrying
@require_POST
def session_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Fills the agenda from a template."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    template = find(SessionTemplate.objects, request.user, pk=request.POST.get("template") or 0)

    def use(version: int) -> str:
        verdict = actions.use_template(session, template, by=request.user, version=version)
        return _with_shut(_("The agenda is filled from “%(name)s”.") % {"name": template.name}, verdict)

    return write_agenda(request, session, f"template.{template.pk}", use)


@carrying
@require_POST
def session_carry(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes up what the last session left: one item or all of it."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    wanted = [int(value) for value in request.POST.getlist("item") if value.isdecimal() and len(value) < 16]

    def carry(version: int) -> str:
        added, verdict = actions.carry_over(session, by=request.user, version=version, items=wanted or None)
        return _with_shut(_("Taken up: %(titles)s.") % {"titles": ", ".join(i.title for i in added) or "-"}, verdict)

    return write_agenda(request, session, f"carry.{'-'.join(map(str, wanted))}"[:24], carry)


def _with_shut(said: str, verdict: Any) -> str:
    """The sentence, and what was left out because a gate is shut."""
    why = [_("Left out for now: %(why)s") % {"why": reason.sentence} for reason in verdict.blocked]
    return " ".join([said, *dict.fromkeys(why)])


@carrying
@require_POST
def item_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds an intervention of the library (`intervention`), one sheet alone (`worksheet`), or an item in the
    clinician's own words."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    if request.POST.get("intervention"):
        return _add_from_library(request, session)
    if request.POST.get("worksheet"):
        return _add_sheet(request, session)
    form = FreeItemForm(request.POST)
    if not form.is_valid():
        said = " ".join(error for errors in form.errors.values() for error in errors)
        return _answer(request, session, said, status=422, typed=request.POST)

    def add(version: int) -> str:
        item = actions.add_free_item(session, by=request.user, version=version, **form.cleaned_data)
        return _("Added: %(title)s.") % {"title": item.title}

    return write_agenda(request, session, "add", add, typed=request.POST)


def _add_from_library(request: HttpRequest, session: Session) -> HttpResponse:
    found = Intervention.objects.select_related("current")
    intervention = find(found, request.user, pk=request.POST["intervention"])
    return _add(request, session, actions.add_library_item, intervention, _("Added: %(title)s, %(n)d minutes."))


def _add_sheet(request: HttpRequest, session: Session) -> HttpResponse:
    rows = Worksheet.objects.select_related("current__worksheet__intervention__current", "intervention")
    worksheet = find(rows, request.user, pk=request.POST["worksheet"])
    return _add(request, session, actions.add_sheet_item, worksheet, _("Added: the sheet “%(title)s” alone."))


def _add(
    request: HttpRequest, session: Session, action: Callable[..., AgendaItem], thing: Any, said: str
) -> HttpResponse:
    """Puts something of the library on the agenda. No one-time key: what is there already is not added again, so a
    second click adds nothing."""

    def add(version: int) -> str:
        before = session.version
        item = action(session, thing, by=request.user, version=version)
        if session.version == before:
            return _("%(title)s is on the agenda already.") % {"title": item.title}
        return said % {"title": item.title, "n": item.minutes}

    return write_agenda(request, session, "", add)


@carrying
@require_POST
def item_move(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Moves an item up, down or to a position."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    item = _item(session, item_pk)
    to = request.POST.get("to", "")[:8]

    def move(version: int) -> str:
        place, count = actions.move_item(item, by=request.user, version=version, to=to)
        return _("%(title)s: now %(place)d of %(count)d.") % {"title": item.title, "place": place, "count": count}

    return write_agenda(request, session, f"m{item.pk}.{to}", move)


@carrying
@require_POST
def item_remove(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Takes an item off the agenda; for a minute it can be taken back."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    item = _item(session, item_pk)

    def remove(version: int) -> str:
        actions.remove_item(item, by=request.user, version=version)
        return _("Removed: %(title)s. You can take it back for a minute.") % {"title": item.title}

    return write_agenda(request, session, f"x{item.pk}", remove)


@carrying
@require_POST
def item_restore(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Takes a removed item back."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    item = _item(session, item_pk)

    def restore(version: int) -> str:
        actions.restore_item(item, by=request.user, version=version)
        return _("Back on the agenda: %(title)s.") % {"title": item.title}

    return write_agenda(request, session, f"r{item.pk}", restore)


@carrying
@require_POST
def handout_set(request: HttpRequest, pk: int, handout_pk: int) -> HttpResponse:
    """Whether a sheet is to be given to a person."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    rows = Handout.objects.filter(item__session=session, pk=handout_pk)
    handout = rows.select_related("item__edition", "item__sheet").first()
    if handout is None:
        raise Http404
    handout.item.session = session
    wanted = request.POST.get("wanted") == "1"

    def choose(version: int) -> str:
        actions.set_handout(handout, by=request.user, version=version, wanted=wanted)
        return _("To give out.") if wanted else _("Not given out.")

    return write_agenda(request, session, f"h{handout.pk}.{int(wanted)}", choose)


@carrying
@require_POST
def item_change(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Title, minutes, prompt or note of an item; what the page saves as one types. Answers in JSON to the script."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    item = _item(session, item_pk)
    form = ItemForm(request.POST, case=session.case)
    if not form.is_valid():
        return _not_valid(request, session, form)
    try:
        actions.change_item(item, by=request.user, version=sent.version(request), **form.cleaned_data)
    except Stale as stale:
        return _clash(request, stale.current, item.pk, form.cleaned_data)
    except actions.Refused as refused:
        return _refused(request, session, refused)
    if not sent.by_script(request):
        return _back(request, session)
    plan = page.Plan(session, request.user)
    return JsonResponse(
        {
            "version": session.version,
            "at": timezone.localtime().strftime("%H:%M"),
            "budget": plan.budget.words,
            "says": plan.budget.says,
            "planned": plan.budget.planned,
            "over": plan.budget.over > 0,
        }
    )


def _not_valid(request: HttpRequest, session: Session, form: ItemForm) -> HttpResponse:
    if sent.by_script(request):
        return JsonResponse({"errors": {name: " ".join(errors) for name, errors in form.errors.items()}}, status=422)
    said = " ".join(error for errors in form.errors.values() for error in errors)
    return _answer(request, session, said, status=422)


def _clash(request: HttpRequest, session: Session, item_pk: int, typed: dict[str, Any]) -> HttpResponse:
    """409 with what was typed and what stands there now; the person chooses."""
    item = session.items.filter(pk=item_pk).first()
    context = {
        "session": session,
        "item": item,
        "who": _changed_by(session),
        "changes": page.changes_of(item, typed) if item else [],
        "back": _back_url(request, session),
        "label": label(session.case),
    }
    template = "sessions/_conflict.html" if sent.by_script(request) or request.htmx else "sessions/conflict.html"
    return render(request, template, context, status=409)


# The hour


@clinical
@require_safe
def session_run(request: HttpRequest, pk: int) -> HttpResponse:
    """The hour on a tablet: the current step with its words, time, ticks, a line of notes; afterwards what was done."""
    rows = Session.objects.select_related("case__practice")
    session, may_edit = find_and_may_edit(rows, request.user, pk=pk)
    record("viewed", by=request.user, what="session", what_id=session.pk, case_id=session.case_id)
    plan = page.Plan(session, request.user)
    context = {
        "session": session,
        "case": session.case,
        "plan": plan,
        "may_edit": may_edit and session.is_open,
        "may_run": may_edit,
    }
    step = _step(plan.items, request.GET.get("step", ""))
    context["step"] = step
    context["steps"] = papers.steps_of(step, plan.attending) if step else ()
    context["ticks"] = [choice for choice in Done.choices if choice[0] != Done.OPEN]
    context["used"] = sum(item.seconds_used for item in plan.items) // 60
    context["noted"] = ProgressNote.objects.filter(session=session).locked().exists()
    context["unfinished"] = [item for item in page.main_items(plan.items) if item.done in (Done.LEFT, Done.PARTLY)]
    template = "sessions/run.html" if session.is_open else "sessions/held.html"
    return render(request, template, context)


def _step(items: list[AgendaItem], asked: str) -> AgendaItem | None:
    """The item that was asked for, else the first that is not ticked, else the last."""
    chosen = next((item for item in items if str(item.pk) == asked), None)
    return chosen or next((item for item in items if item.done == Done.OPEN), items[-1] if items else None)


@carrying
@require_POST
def session_start(request: HttpRequest, pk: int) -> HttpResponse:
    """The hour begins."""
    session = find_to_edit(Session.objects, request.user, pk=pk)

    def start(version: int) -> str:
        actions.start_session(session, by=request.user, version=version)
        return ""

    return write_agenda(request, session, "start", start, then="session_run")


@carrying
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The hour is over; what was not ticked is left for later."""
    session = find_to_edit(Session.objects, request.user, pk=pk)

    def end(version: int) -> str:
        actions.end_session(session, by=request.user, version=version)
        note_actions.begin_note(session, by=request.user)
        return ""

    return write_agenda(request, session, "end", end, then="session_run")


@carrying
@require_POST
def item_done(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Ticks an item: done, partly, left for later, or open again."""
    session = find_to_edit(Session.objects, request.user, pk=pk)
    item = _item(session, item_pk)
    form = TickForm(request.POST)
    typed = ItemForm({"note": request.POST["note"]} if "note" in request.POST else {}, case=session.case)
    if not form.is_valid() or not typed.is_valid():
        return _answer(request, session, _("Choose done, partly or left."), status=422)
    note = typed.cleaned_data.get("note")

    def tick(version: int) -> str:
        actions.tick_item(item, by=request.user, version=version, done=form.cleaned_data["done"], note=note)
        return ""

    try:
        return write_agenda(
            request, session, f"t{item.pk}.{form.cleaned_data['done']}", tick, then="session_run", clash=True
        )
    except Stale as stale:
        return _clash(request, stale.current, item.pk, {"note": note} if note is not None else {})


# Paper


@carrying
@form_page
def session_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The print dialog; posted, the paper is made, kept and opened. The page that asked stays where it is."""
    session = find_to_edit(Session.objects.select_related("case__practice"), request.user, pk=pk)
    dialog = _Dialog(request, session)
    if request.method == "POST" and dialog.form.is_valid() and not dialog.stops:
        try:
            return HttpResponseRedirect(_print(request, session, dialog))
        except (press.TooMuch, press.Broken) as error:
            dialog.problem = _press_says(error)
        except actions.GateShut as refused:
            dialog.problem = str(refused)
    template = "sessions/_print.html" if request.htmx else "sessions/print.html"
    status = 422 if request.method == "POST" else 200
    return render(request, template, dialog.context(), status=status)


@carrying
@require_safe
def session_print_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Page one of what the dialog would print, as a picture. Nothing is recorded: nothing was printed."""
    session = find_to_edit(Session.objects.select_related("case__practice"), request.user, pk=pk)
    dialog = _Dialog(request, session)
    if not dialog.form.is_valid() or dialog.order is None or dialog.shut:
        raise Http404
    try:
        rendering = press.render(papers.page_one(dialog.order.paper))
        response = HttpResponse(press.picture(rendering.pdf, width=700), content_type="image/png")
    except (press.TooMuch, press.Broken) as error:
        return HttpResponse(_press_says(error), content_type="text/plain; charset=utf-8", status=422)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _press_says(error: Exception) -> str:
    """A sentence for the person who prints; what broke inside is in the log."""
    if isinstance(error, press.TooMuch):
        return str(error)
    logger.error("the press broke: %s", error)
    return _("The press could not make this document. Nothing was printed or recorded. Try again in a minute.")


def _print(request: HttpRequest, session: Session, dialog: _Dialog) -> str:
    """The address of the kept print. The same choices sent twice print once."""
    order = dialog.build(real=True)
    rendering = press.render(order.paper)
    chosen = hashlib.sha256(f"{sorted(dialog.form.cleaned_data.items())}{session.version}".encode()).hexdigest()
    key = request.POST.get("once", "")[:40]

    def keep() -> str:
        printout = actions.print_paper(session, order, rendering, by=request.user)
        return reverse("printout", args=[printout.pk])

    return once(f"{key}.{chosen[:20]}" if key else "", request.user.pk, keep)


class _Dialog:
    """What the print dialog shows: the choices, the options they start from, and what stands against printing."""

    def __init__(self, request: HttpRequest, session: Session):
        self.session = session
        self.asked = request.POST if request.method == "POST" else request.GET
        self.attending = actions.attending_of(session)
        self.copies = papers.copies_of(session, self.attending)
        self.choices = papers.choices(session, self.attending, self.copies)
        self.problem = ""
        values = [choice.value for choice in self.choices]
        self.what = self.asked.get("what") if self.asked.get("what") in values else values[0]
        self.form = PrintForm(self._data(), choices=self.choices)
        self.order = self.build(real=False) if self.form.is_valid() else None
        self.verdict = actions.look_at_print(session, self.order, self.attending) if self.order else Verdict()
        self.shut = self.verdict.blocked
        self.missing = press.missing_letters([press.page_html(self.order.paper)]) if self.order else []

    def _data(self) -> Any:
        """What was chosen; for another person than before, what that person's paper starts from."""
        if "paper" in self.asked and self.asked.get("was", self.what) == self.what:
            return self.asked
        people = papers.people_in(self.what, self.attending)
        return {"what": self.what, **papers.default_options(self.session.case.practice, people).as_json()}

    @property
    def stops(self) -> bool:
        """True while something has to be settled, or said yes to, before this can be printed."""
        return self.order is None or bool(self.shut) or (bool(self.missing) and self.asked.get("anyway") != "1")

    def build(self, *, real: bool) -> papers.Order | None:
        options = self.form.options()
        return papers.build(self.what, self.session, self.attending, self.copies, options, real=real)

    def context(self) -> dict[str, Any]:
        chosen = {name: self.form[name].value() for name in self.form.fields}
        picture = {name: value for name, value in chosen.items() if value not in (False, None, "")}
        return {
            "session": self.session,
            "label": label(self.attending),
            "form": self.form,
            "what": self.what,
            "picture": picture,
            "shut": list({reason.sentence: reason for reason in self.shut}.values()),
            "warnings": list(dict.fromkeys(reason.sentence for reason in self.verdict.warnings)),
            "missing": self.missing,
            "notices": self.order.notices if self.order else (),
            "problem": self.problem,
            "anyway": self.asked.get("anyway") == "1",
        }


# What the views share


def _item(session: Session, pk: int) -> AgendaItem:
    item = session.items.filter(pk=pk).select_related("edition", "sheet").first()
    if item is None:
        raise Http404
    item.session = session
    return item


def write_agenda(
    request: HttpRequest,
    session: Session,
    name: str,
    do: Callable[[int], str],
    *,
    then: str = "session_plan",
    typed: Any = None,
    clash: bool = False,
) -> HttpResponse:
    """One write of the agenda: once for a doubled click, 409 where somebody was quicker, 422 where a rule forbids it.

    `name` tells the buttons of one page apart, which share its one-time key. With `clash`, Stale is the caller's.
    """
    key = request.POST.get("once", "")[:36]
    try:
        one = f"{key}.{name}"[:64] if key and name else ""
        said = once(one, request.user.pk, lambda: do(sent.version(request))[:400])
    except Stale as stale:
        if clash:
            raise
        said = " ".join([_changed_by(stale.current), _("Your last step was not done; here is the newest state.")])
        return _answer(request, stale.current, said, status=409, typed=typed)
    except actions.Refused as refused:
        return _refused(request, session, refused, typed=typed)
    return _answer(request, session, said, then=then)


def _refused(request: HttpRequest, session: Session, refused: actions.Refused, typed: Any = None) -> HttpResponse:
    """422 with the sentence; for a shut gate also the way to settle it."""
    if sent.by_script(request):
        return JsonResponse({"errors": {"": str(refused)}}, status=422)
    reasons = refused.verdict.blocked if isinstance(refused, actions.GateShut) else ()
    kept_out = refused.intervention if isinstance(refused, actions.GateShut) else None
    return _answer(request, session, str(refused), status=422, typed=typed, reasons=reasons, kept_out=kept_out)


def _answer(
    request: HttpRequest,
    session: Session,
    said: str,
    *,
    status: int = 200,
    then: str = "session_plan",
    typed: Any = None,
    reasons: Any = (),
    kept_out: Intervention | None = None,
) -> HttpResponse:
    """The agenda anew for the script, with what is to be announced; without a script the page, by redirect."""
    fresh = Session.objects.select_related("case__practice").get(pk=session.pk)
    problem = said if status != 200 else ""
    if request.htmx or status != 200:
        reasons = list({reason.sentence: reason for reason in reasons}.values())
        context = _plan_context(
            request, fresh, True, said=said, problem=problem, reasons=reasons, typed=typed, whole=not request.htmx
        )
        context["instead"] = _instead(context["plan"], kept_out)
        template = "sessions/_agenda_answer.html" if request.htmx else "sessions/plan.html"
        return render(request, template, context, status=status)
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(reverse(then, args=[session.pk]))


def _instead(plan: page.Plan, kept_out: Intervention | None) -> tuple:
    """Sheets that can be handed out although their intervention was kept out."""
    return plan.open_sheets([kept_out.pk]).get(kept_out.pk, ()) if kept_out else ()


def _changed_by(session: Session) -> str:
    """Who changed the plan since the page was opened, and when."""
    said = _("%(who)s changed this plan at %(at)s, after you opened it.")
    return sent.changed_since(session.changed_by, session.changed_at, said)


def _plan_url(session: Session) -> str:
    return reverse("session_plan", args=[session.pk])


def _to_plan(session: Session) -> HttpResponse:
    return HttpResponseRedirect(_plan_url(session))


def _back_url(request: HttpRequest, session: Session) -> str:
    """The page that the form stood on: the run view or the planner."""
    return reverse("session_run" if request.POST.get("page") == "run" else "session_plan", args=[session.pk])


def _back(request: HttpRequest, session: Session) -> HttpResponse:
    return HttpResponseRedirect(_back_url(request, session))
