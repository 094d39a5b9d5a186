"""Pages where something is given: choosing it, saying when and how, the list of a case, one assignment, its paper."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import carrying, clinical, find, find_to_edit
from planner.base.models import Stale
from planner.base.once import once, print_key
from planner.base.text import clean_line
from planner.cases import clearance, gates
from planner.cases.models import Case, Participant
from planner.cases.names import current, label
from planner.homework import actions, giving, papers, reviewing
from planner.homework.forms import TOGETHER, GiveForm, ReviewForm, TickForm
from planner.homework.models import Assignment, AssignmentSeries, AssignmentState, PrintoutKind
from planner.library.forms import PrintForm
from planner.library.models import Intervention, Worksheet
from planner.practice.trail import record
from planner.sheets import press

logger = logging.getLogger(__name__)
form_page = require_http_methods(["GET", "HEAD", "POST"])
A_PAGE = 25
PICTURE_WIDTH = 700  # pixels


@carrying
@form_page
def give(request: HttpRequest, case_pk: int) -> HttpResponse:
    """Chooses a sheet, an entry's practice or own words, then says to whom, why, when and for how long."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=case_pk)
    sheet, entry = _chosen(request)
    if not sheet and not entry and request.GET.get("own") != "1":
        text = clean_line(request.GET.get("q", ""))[:100]
        context = {"case": case, "offers": giving.offers(case, request.user, text), "text": text}
        return render(request, "homework/give.html", context)
    edition = sheet.current if sheet else None
    source = giving.entry_of(sheet, entry)
    participants = current(case)
    start = giving.start(source, edition)
    form = GiveForm(
        request.POST or None, participants=participants, sheet=edition is not None, joint=bool(sheet),
        initial={**start, "who": giving.default_readers(participants, edition, TOGETHER)},
    )  # fmt: skip
    wanted = edition.gates if edition else source.gates if source else []
    verdict = _before_choosing(case, wanted, participants)
    if form.is_valid() and verdict.open:
        try:
            return HttpResponseRedirect(
                once(form.one_time_key, request.user.pk, lambda: _give(request, case, form, edition, source))
            )
        except actions.Refused as refused:
            form.add_error(None, str(refused))
    context = {
        "case": case, "form": form, "edition": edition, "source": source, "verdict": verdict,
        "back": request.get_full_path(),
    }  # fmt: skip
    return render(request, "homework/give_what.html", context, status=422 if request.method == "POST" else 200)


def _before_choosing(case: Case, wanted: Iterable[str], participants: Sequence[Participant]) -> gates.Verdict:
    """What stands against it before it is said who gets it. Where one person does not consent any more that is told,
    and stops once that person is chosen; it stops at once where nobody is left."""
    verdict = actions.clearance_for(case, wanted, None)
    consent = [reason for reason in verdict.blocked if reason.flag == clearance.CONSENT]
    if {reason.person_id for reason in consent} >= {place.person_id for place in participants}:
        return verdict
    safety = [reason for reason in verdict.blocked if reason.flag != clearance.CONSENT]
    return gates.Verdict(safety, [*consent, *verdict.warnings])


def _chosen(request: HttpRequest) -> tuple[Worksheet | None, Intervention | None]:
    """The sheet or the entry that the address names. Raises Http404 for one that the person may not see."""
    sheet = entry = None
    if request.GET.get("sheet"):
        rows = Worksheet.objects.select_related("current", "intervention__current")
        sheet = find(rows, request.user, pk=request.GET["sheet"])
        if sheet.current is None:
            raise Http404
        sheet.current.worksheet = sheet
    elif request.GET.get("intervention"):
        entry = find(Intervention.objects.select_related("current"), request.user, pk=request.GET["intervention"])
    return sheet, entry


def _give(request: HttpRequest, case: Case, form: GiveForm, edition: Any, source: Any) -> str:
    """Gives it to each person that was ticked; the address of the list, or of the one assignment."""
    rows = []
    for person in form.people:
        mine = papers.in_their_language(edition.worksheet, person.language) if edition and person else edition
        what = {"by": request.user, "case": case, "person": person, "edition": mine, "source": source}
        rule = form.series
        rows += actions.assign_series(**what, **form.words, **rule) if rule else [actions.assign(**what, **form.words)]
    said = ngettext("Given: %(title)s.", "Given, %(n)d in all: %(title)s.", len(rows))
    messages.success(request, said % {"title": rows[0].title, "n": len(rows)})
    return reverse("assignment", args=[rows[0].pk]) if len(rows) == 1 else reverse("homework", args=[case.pk])


@clinical
@require_safe
def homework(request: HttpRequest, case_pk: int) -> HttpResponse:
    """Everything that was given in a case: what waits for its review, what is out there, what comes, what was."""
    case = find(Case.objects.select_related("practice"), request.user, pk=case_pk)
    rows = Assignment.objects.filter(case=case).select_related("person", "series")
    begun = rows.to_review(case)
    shown = Paginator(rows.filter(state=AssignmentState.REVIEWED).order_by("-reviewed_on", "-pk"), A_PAGE)
    context = {
        "case": case,
        "may_edit": Case.objects.editable_by(request.user).filter(pk=case.pk).exists(),
        "waiting": [row for row in begun if row.state == AssignmentState.BACK],
        "out": [row for row in begun if row.state == AssignmentState.OPEN],
        "coming": rows.coming().order_by("starts_on", "pk")[:A_PAGE],
        "page": shown.get_page(request.GET.get("page")),
    }
    return render(request, "homework/homework.html", context)


@clinical
@require_safe
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """One assignment: what was agreed, what came back, and what to do with it next."""
    row = find(of_everything(), request.user, pk=pk)
    record("viewed", by=request.user, what="assignment", what_id=row.pk, case_id=row.case_id)
    return assignment_page(request, row)


def of_everything() -> Any:
    """Assignments with what their page shows."""
    return Assignment.objects.select_related(
        "case__practice", "person", "edition__worksheet__intervention__current", "source", "series", "reviewed_by", "by"
    )


def assignment_page(request: HttpRequest, row: Assignment, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page, with forms that were sent and are to be looked at again."""
    may_edit = Assignment.objects.editable_by(request.user).filter(pk=row.pk).exists()
    context = {
        "row": row, "case": row.case, "label": label(row.case), "may_edit": may_edit,
        "verdict": actions.clearance_for(row.case, row.gates, row.person), "back": reverse("assignment", args=[row.pk]),
        "came_back": reviewing.came_back(row), "draft": reviewing.draft(row),
        "printed": row.printed_sheets.select_related("printout").order_by("-pk")[:5],
        "tick": TickForm(initial={"version": row.version, "outcome": "brought"}),
        "review": ReviewForm(initial={"version": row.version, "note": row.review_note}),
        **forms,
    }  # fmt: skip
    return render(request, "homework/assignment.html", context, status=status)


@carrying
@require_POST
def series_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Pauses a series, goes on with it, or ends it."""
    row = find_to_edit(AssignmentSeries.objects, request.user, pk=pk)
    steps = {"pause": actions.pause_series, "resume": actions.resume_series, "end": actions.end_series}
    said = {
        "pause": _("The series is paused; what was to come waits."),
        "resume": _("The series goes on; what was to come moved by the pause."),
        "end": _("The series has ended. What was given stays to be reviewed."),
    }
    to = request.POST.get("to", "")
    if to not in steps:
        return HttpResponse(status=400)
    try:
        steps[to](by=request.user, series=row, version=version_of(request))
        messages.success(request, said[to])
    except (Stale, actions.Refused) as refused:
        messages.warning(request, str(refused) if isinstance(refused, actions.Refused) else changed_meanwhile())
    return HttpResponseRedirect(reverse("homework", args=[row.case_id]))


def version_of(request: HttpRequest) -> int:
    """The version that the page showed; 0, which no row has, where it is missing or wild."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 9 else 0


def changed_meanwhile() -> str:
    """What is said where a colleague was quicker."""
    return _("Somebody changed this meanwhile. Your step was not done; here is how it stands now.")


# Paper


@carrying
@form_page
def assignment_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The print dialog of one assignment; posted, the paper is made, kept and opened."""
    row = find_to_edit(of_everything(), request.user, pk=pk)
    form = _print_form(request, row)
    verdict = actions.clearance_for(row.case, row.gates, row.person)
    problem = ""
    if request.method == "POST" and verdict.open:
        try:
            return HttpResponseRedirect(_print(request, row, form))
        except (press.TooMuch, press.Broken) as error:
            problem = press_says(error)
    context = {
        "row": row, "case": row.case, "form": form, "verdict": verdict, "problem": problem,
        "back": reverse("assignment_print", args=[row.pk]), "to_come": _to_come(row),
    }  # fmt: skip
    template = "homework/_print_picture.html" if request.htmx else "homework/assignment_print.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)


@carrying
@require_safe
def assignment_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Page one as it prints. Nothing is recorded: nothing was printed."""
    row = find_to_edit(of_everything(), request.user, pk=pk)
    if not actions.clearance_for(row.case, row.gates, row.person).open:
        raise Http404
    paper, _sheets = papers.paper_of(papers.given(row), _print_form(request, row).options, real=False)
    try:
        png = press.picture(press.render(paper).pdf, width=PICTURE_WIDTH)
    except (press.TooMuch, press.Broken) as error:
        return HttpResponse(press_says(error), status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, no-store"})


def _print_form(request: HttpRequest, row: Assignment) -> PrintForm:
    data = request.POST if request.method == "POST" else request.GET
    return PrintForm(data or None, remembered=papers.options_for(row.case, row.person), named=True)


def _to_come(row: Assignment) -> int:
    """How many of its series follow: their sheets can be printed along."""
    return row.series.assignments.filter(number__gt=row.number).count() if row.series else 0


def _print(request: HttpRequest, row: Assignment, form: PrintForm) -> str:
    """The address of the kept print. The same form sent twice prints once."""
    if request.POST.get("whole") == "1" and row.series:
        rows = of_everything().filter(series=row.series, number__gte=row.number).order_by("number")
        paper, sheets, assignments = papers.series_paper(map(papers.given, rows), form.options)
    else:
        paper, sheets = papers.paper_of(papers.given(row), form.options)
        assignments = [row]
    rendering = press.render(paper)

    def keep() -> str:
        printout = actions.print_copies(
            by=request.user, case=row.case, kind=PrintoutKind.HANDOUTS, person=row.person, audience=row.audience,
            paper=paper, sheets=sheets, rendering=rendering, remember_for=[row.person] if row.person else [],
            assignments=assignments,
        )  # fmt: skip
        return reverse("printout", args=[printout.pk])

    return once(print_key(request.POST), request.user.pk, keep)


def press_says(error: Exception) -> str:
    """A sentence for the person who prints; what broke inside is in the log."""
    if isinstance(error, press.TooMuch):
        return str(error)
    logger.error("the press broke: %s", error)
    return _("The press could not make this document. Nothing was printed or recorded. Try again in a minute.")
