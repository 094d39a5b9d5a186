"""Printing: the brief, the appointment card, the plan for keeping well, the ending summary; ending a treatment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner.base.access import carrying, find_to_edit
from planner.base.once import once, print_key
from planner.boosters import brief, ending, papers
from planner.boosters.answers import attempt
from planner.boosters.forms import EndingForm, KeepingPrintForm
from planner.boosters.models import Booster, Ending, ReentryRule, Series
from planner.cases import clearance, gates
from planner.cases.models import Audience, Case, Participant
from planner.cases.names import current, label
from planner.homework.actions import print_copies
from planner.homework.models import PrintoutKind
from planner.homework.papers import options_for
from planner.practice.models import Practice
from planner.sheets import press
from planner.sheets.options import Options
from planner.sheets.papers import Paper

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _house_options(practice: Practice) -> Options:
    """The practice's own way to print, for the clinician's papers."""
    return Options.chosen({**practice.print_options, "paper": practice.paper, "size": practice.text_size})


def _kept(
    request: HttpRequest, case: Case, kind: str, paper: Paper, reader: Participant | None = None, audience: str = ""
) -> HttpResponse:
    """Prints once, however often the button was pressed, and shows the kept document."""
    rendering = press.render(paper)

    def keep() -> str:
        printout = print_copies(
            by=request.user, case=case, kind=kind, person=reader.person if reader else None,
            audience=audience or (Audience.PERSON if reader else Audience.CASE), paper=paper, rendering=rendering,
            remember_for=[reader.person] if reader else [],
        )  # fmt: skip
        return reverse("printout", args=[printout.pk])

    return HttpResponseRedirect(once(print_key(request.POST), request.user.pk, keep))


def _could_not(request: HttpRequest, back: str) -> HttpResponse:
    messages.warning(request, _("The press could not make this document. Nothing was printed. Try again in a minute."))
    return HttpResponseRedirect(back)


@carrying
@require_POST
def booster_brief(request: HttpRequest, pk: int) -> HttpResponse:
    """The brief on paper, for the clinician's eyes."""
    rows = Booster.objects.standing().select_related("series__case__practice", "session")
    found = find_to_edit(rows, request.user, pk=pk)
    practice = request.user.practice
    paper = papers.brief_paper(brief.of(found, request.user), practice, _house_options(practice))
    try:
        return _kept(request, found.series.case, PrintoutKind.BRIEF, paper, audience=Audience.CLINICIAN)
    except (press.TooMuch, press.Broken):
        return _could_not(request, reverse("booster", args=[pk]))


@carrying
@form_page
def keeping(request: HttpRequest, case_pk: int) -> HttpResponse:
    """The papers that a client keeps: the next dates, and the whole plan for keeping well."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=case_pk)
    people = current(case)
    first = next((one for one in people if str(one.pk) == request.GET.get("whom")), people[0] if people else None)
    form = KeepingPrintForm(request.POST or None, participants=people, initial=_first(case, first))
    shut = _stops(case, form) if request.method == "POST" and form.is_valid() else []
    if request.method == "POST" and form.is_valid() and not shut:
        try:
            return _print_keeping(request, case, form)
        except (press.TooMuch, press.Broken):
            return _could_not(request, reverse("keeping", args=[case_pk]))
    context = {"case": case, "label": label(people) or case.code, "form": form, **_in_it(case, people)}
    context |= {"shut": shut, "here": request.path}
    return render(request, "boosters/keeping.html", context, status=422 if request.method == "POST" else 200)


def _stops(case: Case, form: KeepingPrintForm) -> list[gates.Reason]:
    """The consents that do not stand for the reader who was chosen."""
    return clearance.look_at_paper(case, form.reader.person if form.reader else None).blocked


def _first(case: Case, reader: Participant | None) -> dict[str, Any]:
    """What the form starts with: the reader's own way to print."""
    options = options_for(case, reader.person if reader else None).as_json()
    return {**options, "what": "dates", "whom": str(reader.pk) if reader else "", "diary": True}


def _print_keeping(request: HttpRequest, case: Case, form: KeepingPrintForm) -> HttpResponse:
    if form.cleaned_data["what"] == "dates":
        paper = papers.dates_paper(case, form.reader, form.options)
        return _kept(request, case, PrintoutKind.DATES, paper, form.reader)
    rule = ReentryRule.objects.filter(case=case).first()
    paper = papers.keeping_paper(
        case, form.reader, form.options, sooner=rule.also if rule else "", with_diary=form.cleaned_data["diary"]
    )
    return _kept(request, case, PrintoutKind.KEEPING, paper, form.reader)


def _in_it(case: Case, people: list[Participant]) -> dict[str, Any]:
    """What each paper would hold, so that what is missing is seen before it is printed."""
    dates, _zone = papers.dates_of(case)
    readers = [(one.person.on_paper, one) for one in people]
    together = [(_("All together"), None)] if len(people) > 1 else []
    return {
        "dates": dates,
        "contents": [
            (
                name,
                reader,
                papers.goals_for(case, reader and reader.person),
                [copy.title for copy in papers.pages_for(case, reader)],
                papers.held_back(case, reader and reader.person),
            )
            for name, reader in readers + together
        ],
        "has_series": Series.objects.filter(case=case).open().exists(),
    }


@carrying
@form_page
def treatment_end(request: HttpRequest, case_pk: int) -> HttpResponse:
    """Ending well: what is looked at, the summary, and what goes on afterwards."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=case_pk)
    form = EndingForm(request.POST or None, initial={"version": case.version, "met": True})
    status = 200

    def end() -> str:
        chosen = form.cleaned_data
        ending.end_treatment(
            by=request.user, case=case, version=chosen["version"] or 0, summary=chosen["summary"], met=chosen["met"],
            close=chosen["close"],
        )  # fmt: skip
        messages.success(request, _("The treatment has ended. The boosters go on."))
        return reverse("case", args=[case.pk])

    if request.method == "POST":
        answer, status = attempt(request, form, end)
        if answer:
            return answer
    context = {
        "case": case, "label": label(case), "form": form, "look": ending.look(case),
        "has_series": ending.has_series(case), "endings": Ending.objects.filter(case=case).select_related("by"),
    }  # fmt: skip
    return render(request, "boosters/ending.html", context, status=status)


@carrying
@require_POST
def ending_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The ending summary on paper, for the record."""
    found = find_to_edit(Ending.objects.select_related("case__practice"), request.user, pk=pk)
    practice = request.user.practice
    paper = papers.ending_paper(found, label(found.case), practice, _house_options(practice))
    try:
        return _kept(request, found.case, PrintoutKind.ENDING, paper, audience=Audience.CLINICIAN)
    except (press.TooMuch, press.Broken):
        return _could_not(request, reverse("treatment_end", args=[found.case_id]))
