"""Pages of one filled measure: enter it by item or as a score, let the person answer on screen, look at it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner.base.access import clinical, find, find_to_edit
from planner.base.forms import HouseForm
from planner.cases.models import Case, Participant
from planner.practice.middleware import lock_session
from planner.progress import actions, due, lines, measures, page, sheet
from planner.progress.forms import LookForm, RateForm
from planner.progress.instruments import Measure
from planner.progress.models import Rating, RatingWay
from planner.sheets import onscreen

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@clinical
def rate(request: HttpRequest, pk: int, participant_pk: int, slug: str) -> HttpResponse:
    """A filled form is entered: its answers by number, or its score (`?by=score`)."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    place, measure = page.place_of(case, participant_pk), page.measure_of(request, slug)
    by = _way(request, measure)
    form = RateForm(request.POST or None, measure=measure, by=by, initial={"on": timezone.localdate()})
    if form.is_valid():

        def write() -> str:
            values = form.values()
            rating = actions.rate(by=request.user, case=case, person=place.person, measure=slug, **values)
            return _after(rating)

        if done := page.attempt(request, form, write):
            return done
    last = due.last_filled(case, timezone.localdate()).get((place.person_id, slug))
    context = {
        "form": form,
        "place": place,
        "measure": measure,
        "title": lines.title_of(measure),
        "by": by,
        "last": last,
    }
    return page.show(request, "progress/rate.html", case, **context)


def _way(request: HttpRequest, measure: Measure) -> str:
    """By items unless the score is asked for or is all there is."""
    if not measure.by_items and not measure.is_attainment:
        return "score"
    return "score" if request.GET.get("by") == "score" and measure.has_total else "items"


def _after(rating: Rating) -> str:
    """Where one goes from a new rating: to itself where it asks for a look, else to its chart."""
    if rating.risk:
        return reverse("rating", args=[rating.pk])
    place = rating.case.participants.get(person_id=rating.person_id)
    return f"{reverse('measure_chart', args=[rating.case_id, rating.measure])}?person={place.pk}"


@form_page
@clinical
def rate_screen(request: HttpRequest, pk: int, participant_pk: int, slug: str) -> HttpResponse:
    """The person answers on the screen, with nothing else on it. Once sent, the screen is locked: what stands behind it
    is for the clinician."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    place, measure = page.place_of(case, participant_pk), page.measure_of(request, slug)
    language = place.person.language
    text = measure.sheet(language)
    if text is None:
        raise Http404
    form, filled = HouseForm(request.POST or None), None
    blocks = sheet.blocks_of(measure, language)
    if form.is_valid():
        filled = onscreen.read(blocks, request.POST)
        problems = filled.problems or sheet.unanswered(measure, filled.values, language)
        if not problems:
            return _filled(request, form, case, place, measure, filled)
        filled = onscreen.Filled(filled.values, filled.answers, problems)
    filling = onscreen.Filling(
        blocks, values=filled.values if filled else {}, problems=filled.problems if filled else {},
        language=measure.sheet_language(language),
    )  # fmt: skip
    context = {"form": form, "filling": filling, "place": place, "text": text}
    return page.show(request, "progress/rate_screen.html", case, **context)


def _filled(
    request: HttpRequest, form: HouseForm, case: Case, place: Participant, measure: Measure, filled: onscreen.Filled
) -> HttpResponse:
    """Keeps the answers, locks the screen and thanks."""
    language = place.person.language

    def write() -> str:
        rating = actions.rate(
            by=request.user, case=case, person=place.person, measure=measure.slug, way=RatingWay.SCREEN,
            items=sheet.answers_of(measure, filled.values, language), language=measure.sheet_language(language),
        )  # fmt: skip
        return _after(rating)

    done = page.attempt(request, form, write)
    if done is None:  # refused: the day is today and the answers are in range, so the case was closed meanwhile
        return page.show(request, "progress/rate_closed.html", case, form=form)
    lock_session(request)
    return render(request, "progress/rate_thanks.html", {"onward": done["Location"], "place": place})


@form_page
@clinical
def rating(request: HttpRequest, pk: int) -> HttpResponse:
    """One filled measure: answers, score, band, and what asks for a look."""
    found = find(Rating.objects.select_related("case__practice", "person", "by", "looked_by"), request.user, pk=pk)
    case = found.case
    form = LookForm(request.POST or None)
    if request.method == "POST":
        find_to_edit(Case.objects, request.user, pk=case.pk)
    if form.is_valid():

        def write() -> str:
            actions.look_at_risk(by=request.user, rating=found, note=form.cleaned_data["note"])
            return reverse("rating", args=[found.pk])

        if done := page.attempt(request, form, write):
            messages.success(request, _("Recorded. The prompt is gone from the chart and from Today."))
            return done
    measure = measures.find(found.measure, case.practice, found.measure_version)
    asks = Rating.objects.asking_to_look().filter(case=case, pk=found.pk).exists()
    place = case.participants.filter(person=found.person).first()
    context = {
        "form": form, "rating": found, "measure": measure, "title": lines.title_of(measure), "asks": asks,
        "place": place, "answers": sheet.listed(measure, found.items), "may_edit": page.may_edit(request, case),
        "latest": lines.Latest(found.person, measure, found),
    }  # fmt: skip
    return page.show(request, "progress/rating.html", case, **context)
