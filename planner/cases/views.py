"""Pages of the cases room: a new case, its people, what is known about safety, who may see it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner.base.access import carrying, clinical, find_to_edit
from planner.base.forms import HouseForm
from planner.cases import actions, chart, gates
from planner.cases.answering import attempt, back, page
from planner.cases.forms import (
    AddPersonForm,
    CaseForm,
    CasePoliciesForm,
    FlagForm,
    OverrideForm,
    ParticipantForm,
    PeopleRows,
    TeamForm,
)
from planner.cases.models import Case, CaseKind, FlagKind, FlagState, Participant
from planner.practice.models import User

form_page = require_http_methods(["GET", "HEAD", "POST"])
SHOWN_ROWS = {CaseKind.INDIVIDUAL: 1, CaseKind.COUPLE: 2, CaseKind.FAMILY: 3}


@form_page
@carrying
def case_new(request: HttpRequest) -> HttpResponse:
    """A new case with its people on one page. `?kind=` says how many rows are open at first."""
    data = request.POST if request.method == "POST" else None
    kind = (data or request.GET).get("kind") or CaseKind.COUPLE
    kind = kind if kind in CaseKind.values else CaseKind.COUPLE
    form = CaseForm(data, initial={"kind": kind})
    rows = PeopleRows(data, language=request.user.practice.language)
    if data is not None and all([form.is_valid(), rows.is_valid()]):
        fields = {name: form.cleaned_data[name] for name in ("kind", "phase", "focus")}
        done = attempt(request, form, lambda: _chart(actions.open_case(by=request.user, people=rows.people, **fields)))
        if done:
            messages.success(request, _("The case is open. Next, ask each person alone about safety."))
            return done
    shown, folded = rows.split(SHOWN_ROWS[CaseKind(kind)])
    return page(request, "cases/case_new.html", form, shown=shown, folded=folded, row_errors=_row_errors(rows))


@form_page
@clinical
def case_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Kind, phase, focus and policies of a case."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    names = ("kind", "phase", "focus", "secrets_policy", "past_use_talk", "part2")
    initial = {"version": case.version, **{name: getattr(case, name) for name in names}}
    form = CasePoliciesForm(request.POST or None, initial=initial)
    if form.is_valid():
        fields = {name: form.cleaned_data[name] for name in names}
        version = form.cleaned_data["version"] or 0
        done = attempt(
            request, form, lambda: _chart(actions.change_case(by=request.user, case=case, version=version, **fields))
        )
        if done:
            messages.success(request, _("Saved."))
            return done
    return page(request, "cases/case_edit.html", form, case=case)


@form_page
@clinical
def case_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a case, or open a closed one again; the page asks first."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    form = HouseForm(request.POST or None, initial={"version": case.version})
    if form.is_valid():
        write = actions.reopen_case if case.closed_on else actions.close_case
        version = form.cleaned_data["version"] or 0
        done = attempt(request, form, lambda: _chart(write(by=request.user, case=case, version=version)))
        if done:
            case.refresh_from_db()
            messages.success(request, _("The case is closed.") if case.closed_on else _("The case is open again."))
            return done
    return page(request, "cases/case_close.html", form, case=case)


@form_page
@clinical
def participant_add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more person in a case. `?find=` looks for somebody from another case."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    initial, words = {"language": request.user.practice.language}, request.GET.get("find", "")
    form = AddPersonForm(request.POST or None, case=case, user=request.user, find=words, initial=initial)
    if form.is_valid():
        given = {**form.cleaned_data}
        given["person"] = given.pop("known", None)

        def add() -> str:
            actions.add_participant(by=request.user, case=case, **given)
            return _chart(case)

        if done := attempt(request, form, add):
            messages.success(request, _("Added. Ask this person alone about safety before any joint task."))
            return done
    return page(request, "cases/participant.html", form, case=case)


@form_page
@clinical
def participant_edit(request: HttpRequest, pk: int, participant_pk: int) -> HttpResponse:
    """A person of the case: names, language, text size, role and side."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    participant = case.participants.select_related("person").filter(pk=participant_pk).first()
    if participant is None:
        raise Http404
    form = ParticipantForm(request.POST or None, initial=_initial(participant))
    if form.is_valid():
        fields = {name: form.cleaned_data[name] for name in (*actions.PERSON_FIELDS, *actions.PLACE_FIELDS)}
        version = form.cleaned_data["version"] or 0

        def change() -> str:
            actions.change_person(by=request.user, participant=participant, version=version, **fields)
            return _chart(case)

        if done := attempt(request, form, change):
            messages.success(request, _("Saved."))
            return done
    return page(request, "cases/participant.html", form, case=case, participant=participant)


@form_page
@clinical
def flag_record(request: HttpRequest, pk: int) -> HttpResponse:
    """A finding about one person of the case, with the history of all findings beside it."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    context = chart.people_and_safety(case)
    places = {str(place.person_id) for place in context["participants"]}
    chosen = request.GET.get("person", "")
    initial = {
        "person": chosen if chosen in places else _first_to_ask(context["safety"]),
        "kind": _known(request.GET.get("kind"), FlagKind) or FlagKind.VIOLENCE,
        "on": timezone.localdate(),
    }
    form = FlagForm(request.POST or None, case=case, initial=initial)
    if form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("person", "kind", "state", "basis", "on")}

        def write() -> str:
            actions.record_flag(by=request.user, case=case, **fields)
            return back(request) or _chart(case)

        if done := attempt(request, form, write):
            messages.success(request, _("Recorded. It stands on the chart, never on paper."))
            return done
    return page(request, "cases/flag_record.html", form, next=back(request), **{**context, "case": case})


def _first_to_ask(safety: list[chart.PersonSafety]) -> int | None:
    """Who has something that was not asked yet, else the first of the case."""
    for one in safety:
        if any(finding.state == FlagState.NOT_YET for finding in one.findings):
            return one.participant.person_id
    return safety[0].participant.person_id if safety else None


@form_page
@clinical
def gate_override(request: HttpRequest, pk: int, gate: str) -> HttpResponse:
    """Go on although a gate is shut, with a written reason."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    if gate not in gates.MATRIX:
        raise Http404
    verdict = gates.look(case, [gate])
    form = OverrideForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]

        def write() -> str:
            actions.override_gate(by=request.user, case=case, gate=gate, reason=reason)
            return back(request) or _chart(case)

        if done := attempt(request, form, write):
            messages.success(request, _("Your reason is recorded. The gate is open until something new is recorded."))
            return done
    context = {"case": case, "gate": gate, "gate_label": gates.LABELS[gate], "verdict": verdict}
    return page(request, "cases/gate_override.html", form, next=back(request), **context)


@form_page
@clinical
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """Who may see the case: add or change a place, take one away (`remove` names the colleague)."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    removing = request.method == "POST" and "remove" in request.POST
    form = TeamForm(None if removing else request.POST or None, case=case)
    if removing:
        return _remove(request, case)
    if form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("user", "role", "until")}

        def write() -> str:
            actions.set_team(by=request.user, case=case, **fields)
            return reverse("team", args=[case.pk])

        if done := attempt(request, form, write):
            messages.success(request, _("Saved."))
            return done
    return page(request, "cases/team.html", form, case=case, places=chart.team_of(case))


def _remove(request: HttpRequest, case: Case) -> HttpResponse:
    """Takes a colleague's place away; whoever gave up the own place has no page of this case any more."""
    chosen = request.POST.get("remove", "")
    user = User.objects.filter(pk=int(chosen), case_places__case=case).first() if _is_id(chosen) else None
    if user is None:
        raise Http404
    try:
        actions.remove_from_team(by=request.user, case=case, user=user)
    except actions.Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("team", args=[case.pk]))
    messages.success(request, _("The place was taken away."))
    own = user.pk == request.user.pk
    return HttpResponseRedirect(reverse("caseload") if own else reverse("team", args=[case.pk]))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _known(value: str | None, choices: type[FlagKind] | type[FlagState]) -> str | None:
    return value if value in choices.values else None


def _initial(participant: Participant) -> dict:
    person = participant.person
    fields = {name: getattr(person, name) for name in actions.PERSON_FIELDS}
    places = {name: getattr(participant, name) for name in actions.PLACE_FIELDS}
    return {**fields, **places, "version": person.version}


def _chart(case: Case) -> str:
    return reverse("case", args=[case.pk])


def _row_errors(rows: PeopleRows) -> bool:
    return any(row.errors for row in rows.rows)
