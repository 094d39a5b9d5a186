"""The mini-measure of a booster: a few ratings, each person's own, entered in one form."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from planner.base.access import carrying, find_to_edit
from planner.boosters import measures
from planner.boosters.answers import attempt
from planner.boosters.forms import MiniMeasureForm
from planner.boosters.models import Booster
from planner.cases.actions import Refused
from planner.cases.models import Participant
from planner.cases.names import current, label
from planner.progress import actions as progress
from planner.progress import measures as known
from planner.progress.due import due_for
from planner.progress.instruments import Measure


@carrying
@require_http_methods(["GET", "HEAD", "POST"])
def booster_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Scores of each person, kept apart. All that was typed is entered, or nothing of it."""
    rows = Booster.objects.select_related("series__case__practice", "session")
    found = find_to_edit(rows, request.user, pk=pk)
    case = found.series.case
    form = MiniMeasureForm(request.POST or None, asked=_asked(found), initial={"on": timezone.localdate()})
    status = 200

    def write() -> str:
        count = _enter(request, form, found)
        said = ngettext("%(n)d rating is kept.", "%(n)d ratings are kept.", count) % {"n": count}
        messages.success(request, said)
        return reverse("booster", args=[pk])

    if request.method == "POST":
        answer, status = attempt(request, form, write)
        if answer:
            return answer
    context = {"booster": found, "series": found.series, "case": case, "label": label(case), "form": form}
    context["also_due"] = _also_due(found)
    return render(request, "boosters/measure.html", context, status=status)


def _asked(booster: Booster) -> list:
    """Each participant with (slug, name, least, most) of the measures that person fills."""
    case = booster.series.case
    kinds = {slug: known.usable(slug, case.practice) for slug in booster.series.measures}
    found = []
    for participant in current(case):
        slugs = [slug for slug in measures.asked_of(participant, booster.series.measures) if kinds.get(slug)]
        rows = [
            (slug, measures.name_of(slug), kinds[slug].scoring.min or 0, kinds[slug].scoring.max or 0) for slug in slugs
        ]
        found.append((participant, rows))
    return found


def _also_due(booster: Booster) -> list[tuple[Participant, Measure]]:
    """What else is to be filled at a booster, each on its own page: a form of several questions, or one that asks
    about risk."""
    case = booster.series.case
    places = {participant.person_id: participant for participant in current(case)}
    rows = due_for(case, timezone.localdate(), booster=True)
    found = [(places.get(row.person.pk), known.usable(row.measure, case.practice)) for row in rows]
    here = booster.series.measures
    return [(place, measure) for place, measure in found if place and measure and measure.slug not in here]


@transaction.atomic
def _enter(request: HttpRequest, form: MiniMeasureForm, booster: Booster) -> int:
    """Enters what was typed. Raises Refused with the field of the number that cannot be."""
    if not form.entered:
        raise Refused(_("Nothing is entered yet."))
    for participant, slug, score, key in form.entered:
        try:
            progress.rate(
                by=request.user, case=booster.series.case, person=participant.person, measure=slug, score=score,
                on=form.cleaned_data["on"],
            )  # fmt: skip
        except Refused as refused:
            raise Refused(str(refused), "on" if refused.field == "on" else key) from refused
    return len(form.entered)
