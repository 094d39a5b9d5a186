"""Pages that print: a rating sheet for one person, where somebody stands, and what was printed before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from planner.base.access import clinical, find, find_to_edit
from planner.base.once import once, print_key
from planner.cases.actions import Refused
from planner.cases.models import Case, Participant, Person
from planner.library.forms import PrintForm
from planner.practice.trail import record
from planner.progress import lines, page, papers, print_actions
from planner.progress.models import ProgressPrint
from planner.sheets import press
from planner.sheets.options import Options
from planner.sheets.papers import Paper

form_page = require_http_methods(["GET", "HEAD", "POST"])
PICTURE_WIDTH = 900  # pixels


@form_page
@clinical
def measure_print(request: HttpRequest, pk: int, participant_pk: int, slug: str) -> HttpResponse:
    """The rating sheet of one person, printed with the address that brings it back."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=pk)
    place, measure = page.place_of(case, participant_pk), page.measure_of(request, slug)
    if measure.sheet(place.person.language) is None:
        raise Http404
    form = _form(request, case, place.person)
    fields = {"by": request.user, "case": case, "person": place.person, "measure": measure}
    if done := _printed(request, form, lambda options: print_actions.print_sheet(options=options, **fields)):
        return done
    context = {"form": form, "place": place, "measure": measure, "title": lines.title_of(measure)}
    return page.show(request, "progress/print_sheet.html", case, **context)


@form_page
@clinical
def progress_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one person stands on paper (`?person=`), or what they all allowed."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=pk)
    places = lines.people_of(case)
    chosen = _chosen(request, places)
    person = chosen.person if chosen else None
    form = _form(request, case, person)
    fields = {"by": request.user, "case": case, "person": person}
    if done := _printed(request, form, lambda options: print_actions.print_progress(options=options, **fields)):
        return done
    content = papers.progress_paper(case, person, options=form.options).context["progress"]
    rows = ProgressPrint.objects.filter(case=case).select_related("person", "printed", "by").defer("printed__pdf")[:12]
    context = {"form": form, "places": places, "chosen": chosen, "content": content, "prints": rows}
    return page.show(request, "progress/print_progress.html", case, **context)


def _chosen(request: HttpRequest, places: list[Participant]) -> Participant | None:
    """For whom: as the address says; the only person where there is one."""
    if len(places) == 1:
        return places[0]
    return next((place for place in places if str(place.pk) == request.GET.get("person", "")), None)


def _form(request: HttpRequest, case: Case, person: Person | None) -> PrintForm:
    return PrintForm(request.POST or None, remembered=papers.remembered(case.practice, person), named=True)


def _printed(request: HttpRequest, form: PrintForm, do: Callable[[Options], ProgressPrint]) -> HttpResponse | None:
    """The PDF, kept and shown; None where nothing was asked or the press refused, with its sentence in the form."""
    if not form.is_valid():
        return None
    try:
        made = once(print_key(request.POST), request.user.pk, lambda: str(do(form.options).pk))
    except (press.TooMuch, Refused) as error:
        form.add_error(None, str(error))
        return None
    row = ProgressPrint.objects.visible_to(request.user).select_related("printed").get(pk=made)
    return _file(bytes(row.printed.pdf), f"papers-{row.pk}.pdf")


@require_safe
@clinical
def progress_printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The kept bytes, under a name that tells nothing."""
    kept = find(ProgressPrint.objects.select_related("printed"), request.user, pk=pk)
    record("opened", by=request.user, what="progress_print", what_id=kept.pk, case_id=kept.case_id)
    return _file(bytes(kept.printed.pdf), f"papers-{kept.pk}.pdf")


@require_safe
@clinical
def measure_blank(request: HttpRequest, slug: str) -> HttpResponse:
    """The sheet of a measure, blank: nobody's name, no return address. `?size=`, `?paper=`, `?fill=` as printed."""
    measure = page.measure_of(request, slug)
    practice = request.user.practice
    if measure.sheet(practice.language) is None:
        raise Http404
    paper = _blank(request, measure)
    record("printed", by=request.user, what="measure", detail={"kind": "blank"})
    return _file(press.render(paper).pdf, press.file_name(paper))


def _blank(request: HttpRequest, measure: Any) -> Paper:
    practice = request.user.practice
    options = Options.chosen(papers.remembered(practice, None).as_json(), request.GET.dict())
    language = request.GET.get("language") or practice.language
    return papers.rating_sheet(measure, practice=practice, options=options, language=language)


@require_safe
@clinical
def measure_picture(request: HttpRequest, slug: str) -> HttpResponse:
    """Page one of the blank sheet as a picture."""
    measure = page.measure_of(request, slug)
    if measure.sheet(request.user.practice.language) is None:
        raise Http404
    png = press.picture(press.render(_blank(request, measure)).pdf, page=0, width=PICTURE_WIDTH)
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, no-store"})


def _file(pdf: bytes, name: str) -> HttpResponse:
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
