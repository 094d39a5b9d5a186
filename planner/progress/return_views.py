"""Pages where a rating sheet comes back: as a filled file, or read off the paper by a person."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner.base.access import clinical, find_to_edit
from planner.progress import lines, page, returned
from planner.progress.forms import PaperForm, ReturnForm
from planner.progress.models import PrintKind, ProgressPrint
from planner.sheets import press
from planner.sheets.returned import LARGEST, Unreadable, read_values

form_page = require_http_methods(["GET", "HEAD", "POST"])
PICTURE_WIDTH = 700  # pixels


@form_page
@clinical
def rating_returned(request: HttpRequest) -> HttpResponse:
    """A filled PDF is read; what its fields say stands beside what its page shows, for a person to compare."""
    form = ReturnForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        pdf = form.cleaned_data["file"].read(LARGEST + 1)
        try:
            back = read_values(pdf)
        except Unreadable as error:
            form.add_error("file", str(error))
        else:
            printed = returned.of_address(back.address, request.user)
            if printed is not None:
                here = reverse("rating_answers", args=[printed.pk])
                return _answers(request, printed, back.values, here=here, picture=_picture(pdf))
            form.add_error("file", _("This is no rating sheet of a case of yours. Nothing was kept."))
    status = 422 if request.method == "POST" else 200
    return render(request, "progress/returned.html", {"form": form}, status=status)


def _picture(pdf: bytes) -> str:
    """Page one as it shows, as the address of an inline picture; "" where it cannot be drawn."""
    try:
        return "data:image/png;base64," + base64.b64encode(press.picture(pdf, width=PICTURE_WIDTH)).decode()
    except (press.TooMuch, press.Broken):
        return ""


@form_page
@clinical
def rating_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers of one printed sheet: looked at and kept, or typed in from the paper."""
    rows = ProgressPrint.objects.filter(kind=PrintKind.SHEET).select_related("case__practice", "person")
    printed = find_to_edit(rows, request.user, pk=pk)
    return answers_page(request, printed)


def answers_page(
    request: HttpRequest,
    printed: ProgressPrint,
    values: Mapping[str, str] | None = None,
    *,
    picture: str = "",
    also: Callable[[], object] | None = None,
) -> HttpResponse:
    """The answers of a printed sheet at this page's own address: shown, and kept at a POST. `values` are those of a
    file that holds it, `picture` the address of its first page, `also` is written in the same step (that the file of
    another room is taken in with it)."""
    if request.method != "POST":
        return _answers(request, printed, values or {}, here=request.path, picture=picture)
    found = returned.read(printed, {})
    if found is None:
        raise Http404
    form = PaperForm(request.POST, measure=found.measure)
    if form.is_valid() and (done := page.attempt(request, form, lambda: _keep(request, found, form, also))):
        messages.success(request, _("Kept. A sheet counts once, however often it comes back."))
        return done
    return _page(request, found, form, here=request.path, picture=picture, status=422)


@transaction.atomic
def _keep(
    request: HttpRequest, found: returned.ReturnedRating, form: PaperForm, also: Callable[[], object] | None
) -> str:
    values = form.values()
    kept = returned.ReturnedRating(
        found.sheet, found.measure, values["items"], (), form.cleaned_data["note"], values["on"], found.already
    )
    rating = returned.keep(kept, by=request.user, audience=values["audience"])
    if also:
        also()
    return reverse("rating", args=[rating.pk])


def _answers(
    request: HttpRequest, printed: ProgressPrint, values: Mapping[str, str], *, here: str, picture: str = ""
) -> HttpResponse:
    """The form, filled with what the sheet says."""
    found = returned.read(printed, values)
    if found is None:
        raise Http404
    answers = {f"item_{n}": answer for n, answer in found.answers.items()}
    initial = {**answers, "on": found.on or timezone.localdate(), "note": found.note}
    return _page(request, found, PaperForm(None, measure=found.measure, initial=initial), here=here, picture=picture)


def _page(
    request: HttpRequest,
    found: returned.ReturnedRating,
    form: PaperForm,
    *,
    here: str,
    picture: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form, "found": found, "case": found.sheet.case, "person": found.sheet.person, "picture": picture,
        "here": here, "title": lines.title_of(found.measure), "label": found.sheet.case.code,
        "doubtful": ", ".join(map(str, found.doubtful)),
    }  # fmt: skip
    return render(request, "progress/returned_answers.html", context, status=status)
