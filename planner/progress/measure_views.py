"""Pages of the measures themselves: which there are, what is known of each, how a practice brings its own."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import clinical, find_to_edit, owner_only
from planner.library.packs import LARGEST_FILE, BadPack, Problem
from planner.progress import instruments, lines, measures, own_actions, page, scoring
from planner.progress.forms import OwnMeasureForm
from planner.progress.models import OwnMeasure

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@clinical
def measure_list(request: HttpRequest) -> HttpResponse:
    """Every measure that may be filled, with what it is about and whether its text is here."""
    listed = [{"one": one, "title": lines.title_of(one.measure)} for one in measures.all_of(request.user.practice)]
    return render(request, "progress/measures.html", {"listed": listed})


@require_safe
@clinical
def measure(request: HttpRequest, slug: str) -> HttpResponse:
    """What is known of one measure: items by topic, range, bands, change, licence, each with its source."""
    found = page.measure_of(request, slug)
    own = OwnMeasure.objects.visible_to(request.user).filter(slug=slug, retired_at=None).order_by("pk").last()
    context = {
        "measure": found, "title": lines.title_of(found), "own": own, "bands": scoring.bands(found),
        "text": found.sheet(request.user.practice.language),
    }  # fmt: skip
    return render(request, "progress/measure.html", context)


@require_safe
@clinical
def measure_schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a measure's file."""
    return JsonResponse(instruments.json_schema(), json_dumps_params={"indent": 2})


@form_page
@owner_only
def measure_add(request: HttpRequest) -> HttpResponse:
    """A measure the practice has the right to, from its file or its text."""
    form = OwnMeasureForm(request.POST or None, request.FILES or None)
    problems: list[Problem] = []
    if form.is_valid():
        try:
            text = _text(form)

            def write() -> str:
                row = own_actions.add(by=request.user, text=text, right=form.cleaned_data["right"])
                return reverse("measure", args=[row.slug])

            if done := page.attempt(request, form, write):
                messages.success(request, _("Taken in. It can be filled, printed and read back."))
                return done
        except BadPack as error:
            problems = error.problems
    status = 422 if request.method == "POST" else 200
    return render(request, "progress/measure_add.html", {"form": form, "problems": problems}, status=status)


def _text(form: OwnMeasureForm) -> str:
    """The text of the file, else what was pasted. Raises BadPack where there is neither, or no readable text."""
    file = form.cleaned_data.get("file")
    if file is None:
        if not form.cleaned_data["text"].strip():
            raise BadPack([Problem(own_actions.FILE, 1, _("Choose a file, or paste its text."))])
        return form.cleaned_data["text"]
    raw = file.read(LARGEST_FILE + 1)
    try:
        return raw.decode("utf-8") if len(raw) <= LARGEST_FILE else "#" * (LARGEST_FILE + 1)
    except UnicodeDecodeError:
        raise BadPack([Problem(own_actions.FILE, 1, _("cannot be read as UTF-8 text"))]) from None


@require_POST
@owner_only
def measure_retire(request: HttpRequest, slug: str) -> HttpResponse:
    """The practice's own measure is filled no more."""
    rows = OwnMeasure.objects.visible_to(request.user).filter(slug=slug, retired_at=None)
    last = rows.order_by("pk").last()
    if last is None:
        raise Http404
    own_actions.retire(by=request.user, row=find_to_edit(OwnMeasure.objects, request.user, pk=last.pk))
    messages.success(request, _("It is not filled any more. What was filled stays readable."))
    return HttpResponseRedirect(reverse("measures"))
