"""Pages of one booster: what it is, its hour, what became of it. Every small form stands on the booster's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import carrying, clinical, find, find_and_may_edit, find_to_edit, put
from planner.base.forms import HouseForm
from planner.base.parts import part
from planner.base.prepared import DAY, ID, prepared
from planner.boosters import booster_actions as actions
from planner.boosters import brief, forms
from planner.boosters.answers import attempt
from planner.boosters.contact import reach
from planner.boosters.models import UNBOOKED, Booster, BoosterState, Reminder
from planner.cases.names import current, label
from planner.practice.trail import record, record_look
from planner.sessions import times

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _booster(request: HttpRequest, pk: int, look: Callable = find) -> Any:
    """What one of the ways of planner.base.access finds: the booster with its series, case and hour."""
    rows = Booster.objects.select_related("series__case", "session")
    found = look(rows, request.user, pk=pk)
    booster = found[0] if isinstance(found, tuple) else found
    put(booster.series.case, "practice", request.user.practice)
    return found


@clinical
@require_safe
def booster(request: HttpRequest, pk: int) -> HttpResponse:
    """One booster with its brief, and everything that can be done with it."""
    found, may_edit = _booster(request, pk, find_and_may_edit)
    record("viewed", by=request.user, what="booster", what_id=found.pk, case_id=found.series.case_id)
    return _page(request, found, may_edit=may_edit)


def _page(
    request: HttpRequest, found: Booster, *, may_edit: bool = True, status: int = 200, **sent: HouseForm
) -> HttpResponse:
    """The page of a booster; `sent` is the form that was refused, in place of a fresh one. The forms, all of them
    folded away as a rule, come as a part; where one stands open they are here at once."""
    case = found.series.case
    told = brief.of(found, request.user)
    context = {
        "booster": found, "series": found.series, "case": case, "label": label(case), "today": timezone.localdate(),
        "may_edit": may_edit, "sent": next(iter(sent), ""),
        "forms": {**_forms(found), **sent} if sent or found.state == BoosterState.MISSED else None,
        "brief": told, "total": told.total,
        "second": None if found.is_open else Booster.objects.filter(again_for=found).first(),
        "elsewhere": found.series.zone != case.practice.zone,
        **(_to_remind(found) if may_edit and found.is_open else {}),
    }  # fmt: skip
    return render(request, "boosters/booster.html", context, status=status)


def _to_remind(found: Booster) -> dict[str, Any]:
    """Whether they were reminded of it, and whom one may reach: for a booster that is still to come."""
    reminders = _reminders(booster=found.pk, due_on=found.due_on)
    return {"reminder": next(iter(reminders), None), "reach": reach(found.series.case)}


@prepared(booster=ID, due_on=DAY)
def _reminders(booster: int, due_on: Any) -> QuerySet[Reminder]:
    """One at most: a date has one reminder."""
    return Reminder.objects.filter(booster=booster, due_on=due_on)


@carrying
@require_safe
def booster_forms(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that can be done with a booster, folded away: a part of its page."""
    found = _booster(request, pk, find_to_edit)
    record_look(found.series.case_id, by=request.user)
    context = {"booster": found, "forms": _forms(found)}
    back = (reverse("booster", args=[pk]), found.series.name or _("Boosters"))
    return part(request, "boosters/_forms.html", context, title=_("What to do"), back=back)


def _forms(found: Booster) -> dict[str, HouseForm]:
    """Fresh forms for what can be done with a booster in its state."""
    version = {"version": found.version}
    shown: dict[str, HouseForm] = {"focus": forms.FocusForm(initial={**version, "focus": found.focus})}
    if found.is_open:
        day = {"day": max(found.due_on, timezone.localdate()), "clock": found.clock, **version}
        shown |= {"move": forms.MoveForm(initial=day), "drop": forms.ReasonForm(initial=version)}
        shown["hold"] = forms.HeldForm(initial={**_held(found), **version})
        if found.wall.date() <= timezone.localdate():
            shown["miss"] = forms.ReasonForm(initial=version)
    elif found.state_now == BoosterState.HELD:
        shown["hold"] = forms.HeldForm(initial={**_held(found), **version})
    elif found.state == BoosterState.MISSED:
        if found.followed_up_on is None:
            shown["follow_up"] = forms.FollowUpForm(initial=version)
        if not Booster.objects.filter(again_for=found).exists():
            shown["again"] = forms.AgainForm(initial={"clock": found.clock, **version})
    return shown


def _held(found: Booster) -> dict[str, Any]:
    """What was written already, and the day: of the hour that was held, else today."""
    day = found.session.wall_start.date() if found.has_hour else timezone.localdate()
    texts = {name: getattr(found, name) for name in actions.HELD_TEXTS}
    return {"on": found.held_on or min(day, timezone.localdate()), **texts}


def _write(
    request: HttpRequest, pk: int, name: str, form: HouseForm, act: Callable[..., Booster], said: str
) -> HttpResponse:
    """Does one write of a booster and goes back to its page; refused, the page is shown again with the form open.

    `act` gets the fields of the form by their names (a day is the day `on` which it is), `said` is told afterwards."""
    found = _booster(request, pk, find_to_edit)

    def write() -> str:
        asked = {"on" if field == "day" else field: form.cleaned_data[field] for field in form.fields}
        chosen = {field: value for field, value in asked.items() if field not in ("once", "version")}
        act(found, by=request.user, version=_version(form), **chosen)
        messages.success(request, said)
        return reverse("booster", args=[pk])

    answer, status = attempt(request, form, write)
    return answer or _page(request, _booster(request, pk), status=status, **{name: form})


def _version(form: HouseForm) -> int:
    return form.cleaned_data["version"] or 0


@carrying
@form_page
def booster_book(request: HttpRequest, pk: int) -> HttpResponse:
    """Its hour in the calendar: a session with the booster template."""
    found = _booster(request, pk, find_to_edit)
    case = found.series.case
    people = current(case)
    form = forms.BookForm(request.POST or None, participants=people, initial=_hour(found, people))
    status = 200

    def write() -> str:
        chosen = form.cleaned_data
        session, verdict = actions.book(
            found, by=request.user, version=_version(form), starts_at=times.at(chosen["day"], chosen["clock"]),
            minutes=chosen["minutes"], attendees=chosen["attendees"], outside_ok=chosen["outside_ok"],
            reopen=chosen["reopen"],
        )  # fmt: skip
        for sentence in dict.fromkeys(reason.sentence for reason in verdict.blocked):
            messages.warning(request, _("Left out for now: %(why)s") % {"why": sentence})
        return reverse("session_plan", args=[session.pk])

    if request.method == "POST":
        answer, status = attempt(request, form, write)
        if answer:
            return answer
    context = {
        "booster": found, "series": found.series, "case": case, "label": label(people) or case.code, "form": form,
        "elsewhere": found.series.zone != case.practice.zone, "can_book": found.state_now in UNBOOKED,
    }  # fmt: skip
    return render(request, "boosters/book.html", context, status=status)


def _hour(found: Booster, people: list) -> dict[str, Any]:
    """The day and hour it is due; today where that is over."""
    return {
        "day": max(found.due_on, timezone.localdate()),
        "clock": found.clock.replace(second=0, microsecond=0),
        "minutes": found.series.minutes,
        "attendees": [participant.pk for participant in people],
        "version": found.version,
    }


@carrying
@require_POST
def booster_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """It took place; what held, what slipped, and what was promised."""
    said = _("Kept. What was promised stands in the next brief.")
    return _write(request, pk, "hold", forms.HeldForm(request.POST), actions.hold, said)


@carrying
@require_POST
def booster_miss(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody came: a follow-up waits, and a second date is offered."""
    said = _("Missed. A follow-up waits on Today; you can make a second date now.")
    return _write(request, pk, "miss", forms.ReasonForm(request.POST), actions.miss, said)


@carrying
@require_POST
def booster_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done about a missed booster."""
    said = _("Kept. Nothing waits for this booster any more.")
    return _write(request, pk, "follow_up", forms.FollowUpForm(request.POST), actions.follow_up, said)


@carrying
@require_POST
def booster_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A second date for a missed booster."""
    said = _("The second date is in the series.")
    return _write(request, pk, "again", forms.AgainForm(request.POST), actions.again, said)


@carrying
@require_POST
def booster_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another day."""
    said = _("Moved. The other boosters stay where they are.")
    return _write(request, pk, "move", forms.MoveForm(request.POST), actions.move, said)


@carrying
@require_POST
def booster_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Not needed."""
    said = _("Taken off the series. You can put it back on its page.")
    return _write(request, pk, "drop", forms.ReasonForm(request.POST), actions.drop, said)


@carrying
@require_POST
def booster_put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """It is due again."""
    said = _("It is due again.")
    return _write(request, pk, "put_back", HouseForm(request.POST), actions.put_back, said)


@carrying
@require_POST
def booster_focus(request: HttpRequest, pk: int) -> HttpResponse:
    """What this booster looks at."""
    said = _("Kept.")
    return _write(request, pk, "focus", forms.FocusForm(request.POST), actions.set_focus, said)
