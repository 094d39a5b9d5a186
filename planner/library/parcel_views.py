"""Pages of packs that come in, of the authoring guide, and of a practice's own review."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import carrying, clinical, find, find_to_edit
from planner.base.once import once
from planner.library import packs, parcel_actions, parcels, previews, reviews
from planner.library.models import Intervention, Parcel
from planner.library.parcel_forms import ImportForm, OwnReviewForm

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@carrying
def pack_import(request: HttpRequest) -> HttpResponse:
    """Takes a zip to its preview; one that breaks a rule is refused here, whole, with the reasons."""
    form, problems = ImportForm(request.POST or None, request.FILES or None), []
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["pack"]
        try:
            raw = upload.read(parcels.LARGEST_WHOLE + 1)
            return HttpResponseRedirect(once(form.one_time_key, request.user.pk, lambda: _receive(request, raw)))
        except packs.BadPack as bad:
            problems = bad.problems
    waiting = Parcel.objects.visible_to(request.user).order_by("-pk").first()
    context = {"form": form, "problems": problems, "waiting": waiting}
    return render(request, "library/pack_import.html", context, status=422 if request.method == "POST" else 200)


def _receive(request: HttpRequest, raw: bytes) -> str:
    parcel = parcel_actions.receive(by=request.user, raw=raw)
    return reverse("parcel", args=[parcel.pk])


@require_safe
@carrying
def parcel(request: HttpRequest, pk: int) -> HttpResponse:
    """What the zip would bring: new, changed, the same, refused and why."""
    return _preview(request, find(Parcel.objects, request.user, pk=pk))


def _preview(request: HttpRequest, row: Parcel, *, moved: bool = False) -> HttpResponse:
    context = {"parcel": row, "moved": moved}
    try:
        context["preview"] = previews.preview(parcels.read(bytes(row.content)), request.user.practice)
    except packs.BadPack as bad:  # the library's own packs have changed since
        context["problems"] = bad.problems
    return render(request, "library/parcel.html", context, status=409 if moved else 200)


@require_POST
@carrying
def parcel_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the whole parcel in, or nothing."""
    key, shown = request.POST.get("once", "")[:64], request.POST.get("shown", "")[:64]
    try:
        return HttpResponseRedirect(once(key, request.user.pk, lambda: _take(request, pk, shown)))
    except (parcel_actions.Moved, packs.BadPack):
        return _preview(request, find(Parcel.objects, request.user, pk=pk), moved=True)


def _take(request: HttpRequest, pk: int, shown: str) -> str:
    row = find_to_edit(Parcel.objects, request.user, pk=pk)
    counts = parcel_actions.take_in(by=request.user, parcel=row, shown=shown)
    n = counts[previews.NEW] + counts[previews.CHANGED]
    said = ngettext("%(n)d entry is in your library now.", "%(n)d entries are in your library now.", n) % {"n": n}
    messages.success(request, said)
    return reverse("library")


@require_POST
@carrying
def parcel_put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """The zip is not wanted."""
    row = find_to_edit(Parcel.objects, request.user, pk=pk)
    parcel_actions.put_away(by=request.user, parcel=row)
    messages.success(request, _("The pack is put away. Nothing was taken in."))
    return redirect("pack_import")


@require_safe
@clinical
def pack_guide(request: HttpRequest) -> HttpResponse:
    """How to write a pack."""
    limits = {
        "file_kb": packs.LARGEST_FILE // 1000, "files": parcels.MOST_ENTRIES,
        "whole_mb": parcels.LARGEST_WHOLE // 1_000_000,
    }  # fmt: skip
    return render(request, "library/pack_guide.html", limits)


@form_page
@carrying
def own_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes down that somebody of the practice has read the entry as it stands now."""
    row = find(Intervention.objects.select_related("current"), request.user, pk=pk)
    by = request.user
    signed = ", ".join(filter(None, (by.name, by.credentials)))
    form = OwnReviewForm(request.POST or None, initial={"reviewer": signed})
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("reviewer", "on", "note")}

        def write() -> str:
            reviews.write(by=by, edition=row.current, **given)
            messages.success(request, _("The review stands beside the entry now."))
            return reverse("intervention", args=[row.pk])

        return HttpResponseRedirect(once(form.one_time_key, by.pk, write))
    status = 422 if request.method == "POST" else 200
    return render(request, "library/own_review.html", {"row": row, "edition": row.current, "form": form}, status=status)
