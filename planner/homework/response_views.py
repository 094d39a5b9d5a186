"""Pages where answers come in: ticked off, typed in from paper, filled in by the client on a screen handed over; the
review, and what a writer shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner.base.access import carrying, find_to_edit
from planner.base.models import Stale
from planner.base.once import once
from planner.cases import talk
from planner.homework import actions, papers, response_actions, reviewing
from planner.homework.actions import Refused
from planner.homework.forms import ClientFiguresForm, FiguresForm, ReviewForm, TickForm
from planner.homework.give_views import assignment_page, changed_meanwhile, of_everything, version_of
from planner.homework.models import Assignment, Response, Way
from planner.practice import handover
from planner.practice.doors import is_background
from planner.practice.trail import record
from planner.sheets import onscreen

form_page = require_http_methods(["GET", "HEAD", "POST"])


@carrying
@require_POST
def assignment_tick(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticks off what came back as paper or was told."""
    row = find_to_edit(of_everything(), request.user, pk=pk)
    form = TickForm(request.POST)
    if not form.is_valid():
        return assignment_page(request, row, tick=form, status=422)

    def tick() -> str:
        words = {name: form.cleaned_data[name] for name in ("outcome", "reason")}
        response_actions.tick(
            by=request.user, assignment=row, version=form.cleaned_data["version"] or 0, **words, **form.figures
        )
        return reverse("assignment", args=[row.pk])

    try:
        to = once(form.one_time_key, request.user.pk, tick)
    except Stale:
        form.add_error(None, changed_meanwhile())
        form.data["version"] = Assignment.objects.visible_to(request.user).get(pk=row.pk).version
        return assignment_page(request, row, tick=form, status=409)
    messages.success(request, _("Noted. It waits for its review."))
    return HttpResponseRedirect(to)


@carrying
@require_POST
def assignment_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Reviewed, carried to the next session, or taken up again."""
    row = find_to_edit(of_everything(), request.user, pk=pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return assignment_page(request, row, review=form, status=422)
    version = form.cleaned_data["version"] or 0
    steps: dict[str, tuple[Callable[[], Any], str]] = {
        "reviewed": (
            lambda: response_actions.review(
                by=request.user, assignment=row, version=version, note=form.cleaned_data["note"]
            ),
            _("Reviewed."),
        ),
        "carry": (
            lambda: response_actions.carry(by=request.user, assignment=row, version=version),
            _("It waits for the next session."),
        ),
        "again": (
            lambda: response_actions.reopen(by=request.user, assignment=row, version=version),
            _("It waits again."),
        ),
    }
    if request.POST.get("to") not in steps:
        return HttpResponse(status=400)
    do, said = steps[request.POST["to"]]
    try:
        do()
    except Stale:
        form.add_error(None, changed_meanwhile())
        fresh = find_to_edit(of_everything(), request.user, pk=pk)
        form.data["version"] = fresh.version
        return assignment_page(request, fresh, review=form, status=409)
    except Refused as refused:
        return assignment_page(request, row, review=form, problem=str(refused), status=422)
    messages.success(request, said)
    after = request.POST.get("next") == "list"
    return HttpResponseRedirect(reverse("homework", args=[row.case_id]) if after else _home(row))


def _home(row: Assignment) -> str:
    return reverse("assignment", args=[row.pk])


@carrying
@form_page
def response_rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Amount and quality of one response, in the eyes of both."""
    rows = Response.objects.select_related("assignment__case__practice", "assignment__person")
    row = find_to_edit(rows, request.user, pk=pk)
    names = ("amount_client", "quality_client", "amount_clinician", "quality_clinician", "version")
    form = FiguresForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    status = 200
    if form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            response_actions.rate(by=request.user, response=row, version=version, **form.figures)
            return HttpResponseRedirect(_home(row.assignment))
        except Stale as stale:
            form.add_error(None, changed_meanwhile())
            form.data["version"] = stale.current.version
            status = 409
    status = 422 if form.errors and status == 200 else status
    context = {"form": form, "row": row.assignment, "case": row.assignment.case}
    return render(request, "homework/response_rate.html", context, status=status)


@carrying
@require_POST
def sharing_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """At the writer's word: what they shared is private again."""
    row = find_to_edit(Response.objects.select_related("assignment"), request.user, pk=pk)
    response_actions.withdraw(by=request.user, response=row)
    messages.success(request, _("It is private again. Copies that were read or printed cannot be called back."))
    return HttpResponseRedirect(_home(row.assignment))


# Filling in


class Sheet:
    """The page on which an assignment's sheet is filled in: its blocks, the draft so far, and the saving."""

    def __init__(self, request: HttpRequest, row: Assignment, way: str):
        self.request, self.row, self.way = request, row, way
        self.given = papers.given(row)
        self.draft = reviewing.draft(row)
        self.verdict = actions.clearance_for(row.case, row.gates, row.person)

    @property
    def is_practice(self) -> bool:
        """A practice asks for amount and quality on its own sheet."""
        return self.row.edition_id is None

    @property
    def past_use(self) -> str:
        """Where this case talks about past use, as the same sheet says it on paper."""
        return "" if self.is_practice else talk.said_on(self.row.case, self.row.edition)

    def form(self) -> ClientFiguresForm:
        initial = {"version": self.draft.version if self.draft else 0}
        if self.draft:
            initial |= {name: getattr(self.draft, name) for name in ("amount_client", "quality_client")}
        return ClientFiguresForm(self.request.POST or None, initial=initial)

    def filling(self, filled: onscreen.Filled | None = None, *, show: bool = True) -> onscreen.Filling:
        values = filled.values if filled else self.draft.values if self.draft else {}
        return onscreen.Filling(
            self.given.blocks, values=values, problems=filled.problems if filled and show else {},
            names=self.given.names, language=self.given.language,
        )  # fmt: skip

    def read(self) -> onscreen.Filled:
        return onscreen.read(self.given.blocks, self.request.POST, names=self.given.names)

    def keep(self, filled: onscreen.Filled, form: ClientFiguresForm, *, done: bool) -> Response:
        """Raises Stale, Refused."""
        keep = response_actions.finish if done else response_actions.save_draft
        figures = {} if self.is_practice else form.figures
        return keep(
            by=self.request.user, assignment=self.row, way=self.way, values=filled.values,
            version=version_of(self.request), **figures,
        )  # fmt: skip


def _save_in_background(sheet: Sheet) -> HttpResponse:
    """The page's own saving as one types: whatever stands there is kept, also with problems in it."""
    filled, form = sheet.read(), sheet.form()
    if not form.is_valid():
        said = next(iter(form.errors.values()))[0]
        return onscreen.not_saved(said, status=422)
    try:
        kept = sheet.keep(filled, form, done=False)
    except Stale:
        return onscreen.not_saved(_("Somebody else wrote on this sheet. Your text is kept on this page."), status=409)
    except Refused as refused:
        return onscreen.not_saved(str(refused), status=422)
    return onscreen.saved(sheet.request, filled, version=kept.version)


@carrying
@form_page
def assignment_fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Types in what came back on paper."""
    row = find_to_edit(of_everything(), request.user, pk=pk)
    return _fill(Sheet(request, row, Way.TYPED), "homework/fill.html", _home(row))


def _fill(sheet: Sheet, template: str, then: str) -> HttpResponse:
    request = sheet.request
    if request.method == "POST" and is_background(request):
        return _save_in_background(sheet)
    form, filled, said, status = sheet.form(), None, "", 200
    if request.method == "POST":
        filled, status = sheet.read(), 422
        if form.is_valid() and not filled.problems and not filled.is_blank:
            try:
                return HttpResponseRedirect(
                    once(form.one_time_key, request.user.pk, lambda: _done(sheet, filled, form, then))
                )
            except Stale as stale:
                status = 409
                said = _(
                    "Somebody else wrote on this sheet. Your text stands below; keeping it puts it in their place."
                )
                form.data["version"] = stale.current.version
            except Refused as refused:
                said = str(refused)
        elif filled.is_blank:
            said = _("Nothing is filled in yet.")
    context = {
        "row": sheet.row, "case": sheet.row.case, "form": form, "filling": sheet.filling(filled), "said": said,
        "verdict": sheet.verdict, "practice": sheet.is_practice, "back": _home(sheet.row), "given": sheet.given,
        "past_use": sheet.past_use,
    }  # fmt: skip
    return render(request, template, context, status=status)


def _done(sheet: Sheet, filled: onscreen.Filled, form: ClientFiguresForm, then: str) -> str:
    sheet.keep(filled, form, done=True)
    return then


# The screen in the client's hands


@carrying
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hands the screen to the client: from here on only this sheet opens, until the password takes it back."""
    row = find_to_edit(of_everything(), request.user, pk=pk)
    if not actions.clearance_for(row.case, row.gates, row.person).open:
        return HttpResponseRedirect(_home(row))
    here, shared = reverse("handed_sheet", args=[row.pk]), reverse("handed_share", args=[row.pk])
    handover.begin(request, here=here, also=[shared], back=_home(row))
    record("handed over", by=request.user, what="assignment", what_id=row.pk, case_id=row.case_id)
    return HttpResponseRedirect(here)


@carrying
@form_page
def handed_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet in the client's hands. It opens only while it is handed over."""
    row = find_to_edit(of_everything(), request.user, pk=pk)
    if not handover.is_handed(request):
        raise Http404
    if request.method != "POST" and request.GET.get("done") == "1":
        return render(request, "homework/handed_done.html", _done_context(row))
    there = f"{reverse('handed_sheet', args=[row.pk])}?done=1"
    return _fill(Sheet(request, row, Way.SCREEN), "homework/handed_sheet.html", there)


def _done_context(row: Assignment) -> dict[str, Any]:
    response = row.responses.finished().filter(way=Way.SCREEN).order_by("-pk").first()
    standing = response.sharings.filter(withdrawn_at=None).first() if response else None
    others = [one.person.on_paper for one in row.case.participants.select_related("person") if one.left_on is None]
    mine = row.person.on_paper if row.person else ""
    may_share = bool(response and row.person and len(others) > 1)
    verdict = response_actions.look_at_sharing(row)
    return {
        "row": row, "response": response, "standing": standing, "may_share": may_share and verdict.open,
        "others": ", ".join(name for name in others if name != mine),
    }  # fmt: skip


@carrying
@require_POST
def handed_share(request: HttpRequest, pk: int) -> HttpResponse:
    """The writer shares what they wrote, or takes it back. Only on the screen that was handed over to them."""
    row = find_to_edit(of_everything(), request.user, pk=pk)
    if not handover.is_handed(request) or not row.person:
        raise Http404
    response = row.responses.finished().filter(way=Way.SCREEN).order_by("-pk").first()
    if response is None:
        raise Http404
    if request.POST.get("to") == "share":
        try:
            response_actions.share(by=request.user, response=response, person=row.person)
        except Refused:
            messages.warning(request, _("This cannot be shared just now. Talk about it with your therapist."))
    else:
        response_actions.withdraw(by=request.user, response=response)
    return HttpResponseRedirect(f"{reverse('handed_sheet', args=[row.pk])}?done=1")
