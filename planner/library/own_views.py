"""A practice's own entries: copied, edited, compared, retired and brought back; favourites and tags."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import carrying, clinical, find
from planner.base.text import clean_line
from planner.library import compare, draft_actions, own
from planner.library.models import WRITERS, Intervention, OfLibrary, Worksheet

R = TypeVar("R", bound=OfLibrary)


@require_POST
@carrying
def intervention_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole intervention with its sheets as the practice's own."""
    row = find(Intervention.objects.select_related("current"), request.user, pk=pk)
    copied = own.copy_intervention(intervention=row, by=request.user)
    messages.success(request, _("Copied. This one is your practice's own; the original stays as it is."))
    return _to(copied)


@require_POST
@carrying
def worksheet_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet as the practice's own, ready to edit."""
    rows = Worksheet.objects.select_related("current", "intervention__current")
    copied = own.copy_worksheet(worksheet=find(rows, request.user, pk=pk), by=request.user)
    draft = draft_actions.begin(row=copied, by=request.user)
    messages.success(request, _("Copied. This one is your practice's own; the original stays as it is."))
    return HttpResponseRedirect(reverse("draft", args=[draft.pk]))


@require_POST
@carrying
def worksheet_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """To the draft of an own sheet; the one that is there, or a new one."""
    return _edit(request, Worksheet, pk)


@require_POST
@carrying
def intervention_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """To the draft of an own intervention."""
    return _edit(request, Intervention, pk)


@require_POST
@carrying
def worksheet_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an own sheet out of the library, or brings it back."""
    return _retire(request, Worksheet, pk)


@require_POST
@carrying
def intervention_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an own intervention out of the library, or brings it back."""
    return _retire(request, Intervention, pk)


@require_safe
@clinical
def library_retired(request: HttpRequest) -> HttpResponse:
    """What the practice retired, to be read or brought back."""
    entries = Intervention.objects.ever_visible_to(request.user).filter(practice_id=request.user.practice_id)
    sheets = Worksheet.objects.ever_visible_to(request.user).filter(practice_id=request.user.practice_id)
    context = {
        "entries": entries.exclude(retired_at=None),
        "sheets": sheets.exclude(retired_at=None).select_related("intervention").order_by("name"),
        "may_edit": request.user.role in WRITERS,
    }
    return render(request, "library/retired.html", context)


@require_POST
@clinical
def intervention_favourite(request: HttpRequest, pk: int) -> HttpResponse:
    """Among the person's favourites, or no longer."""
    row = find(Intervention.objects, request.user, pk=pk)
    own.keep_favourite(intervention=row, by=request.user, wanted=request.POST.get("wanted") == "1")
    return _to(row)


@require_POST
@carrying
def intervention_tags(request: HttpRequest, pk: int) -> HttpResponse:
    """The practice's own tags, as typed with commas between them."""
    row = find(Intervention.objects, request.user, pk=pk)
    own.tag(intervention=row, by=request.user, texts=clean_line(request.POST.get("tags", "")).split(","))
    messages.success(request, _("Tags saved for everyone in the practice."))
    return _to(row)


@require_safe
@clinical
def worksheet_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two editions of a sheet beside each other."""
    return _compare(request, find(Worksheet.objects.select_related("intervention"), request.user, pk=pk))


@require_safe
@clinical
def intervention_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two editions of an intervention beside each other."""
    return _compare(request, find(Intervention.objects, request.user, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def worksheet_original(request: HttpRequest, pk: int) -> HttpResponse:
    """What has changed in the original of a copied sheet; taken over part by part (POST)."""
    return _original(request, Worksheet, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def intervention_original(request: HttpRequest, pk: int) -> HttpResponse:
    """What has changed in the original of a copied intervention; taken over part by part (POST)."""
    return _original(request, Intervention, pk)


def own_row(request: HttpRequest, model: type[R], pk: int) -> R:
    """An entry of the person's own practice, retired or not. Raises Http404, or PermissionDenied for a pack's."""
    rows = model.objects.ever_visible_to(request.user).select_related("current", "copied_from")
    try:
        row = rows.filter(pk=pk).first()
    except OverflowError:
        row = None
    if row is None:
        raise Http404
    if row.practice_id is None:
        raise PermissionDenied("to_edit")
    return row


def _edit(request: HttpRequest, model: type[R], pk: int) -> HttpResponse:
    draft = draft_actions.begin(row=own_row(request, model, pk), by=request.user)
    return HttpResponseRedirect(reverse("draft", args=[draft.pk]))


def _retire(request: HttpRequest, model: type[R], pk: int) -> HttpResponse:
    row, back = own_row(request, model, pk), request.POST.get("back") == "1"
    own.retire(row=row, by=request.user, back=back)
    said = _("Back in the library.") if back else _("Retired. What was planned and printed with it stays.")
    messages.success(request, said)
    if isinstance(row, Intervention) and not back:
        return HttpResponseRedirect(reverse("library_retired"))
    return _to(row)


def _to(row: OfLibrary) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("intervention", args=[getattr(row, "intervention_id", row.pk)]))


def _compare(request: HttpRequest, row: Any) -> HttpResponse:
    """The newest edition beside the one before, or the two that the address names by their numbers."""
    editions = list(row.editions.order_by("-number"))
    newest = row.current or editions[0]
    right = _numbered(editions, request.GET.get("b")) or next(one for one in editions if one.pk == newest.pk)
    earlier = [one for one in editions if one.number < right.number]
    left = _numbered(editions, request.GET.get("a")) or (earlier[0] if earlier else right)
    look = compare.sheets if isinstance(row, Worksheet) else compare.interventions
    rows = look(left.content, right.content)
    context = {
        "row": row, "editions": editions, "left": left, "right": right, "rows": rows, **compare.apart(rows),
        "home": getattr(row, "intervention_id", row.pk),
    }  # fmt: skip
    return render(request, "library/compare.html", context)


def _numbered(editions: list[Any], number: str | None) -> Any:
    return next((one for one in editions if str(one.number) == number), None)


def _original(request: HttpRequest, model: type[R], pk: int) -> HttpResponse:
    row = own_row(request, model, pk)
    original = draft_actions.original_of(row)
    may_edit = request.user.role in WRITERS
    if request.method == "POST":
        if not may_edit:
            raise PermissionDenied("to_edit")
        if original is None:
            raise Http404
        draft = draft_actions.take_over(row=row, by=request.user, chosen=request.POST.getlist("take"))
        if draft is None:
            messages.success(request, _("Noted. Your copy stays as it is."))
            return _to(row)
        messages.success(request, _("Taken into the draft. Look it over and publish it."))
        return HttpResponseRedirect(reverse("draft", args=[draft.pk]))
    rows = draft_actions.original_rows(row) if original else []
    context = {
        "row": row, "original": original, "rows": rows, "changed": compare.has_changed(rows), "may_edit": may_edit,
        "home": getattr(row, "intervention_id", row.pk),
    }  # fmt: skip
    return render(request, "library/original.html", context)
