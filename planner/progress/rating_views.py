"""Pages of one filled measure: enter it by item or as a score, let the person answer on screen, look at it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner.base.access import clinical, find, find_to_edit
from planner.base.forms import HouseForm
from planner.cases.models import Case, Participant
from planner.practice import handover
from planner.practice.trail import record
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


@require_POST
@clinical
def rate_hand_over(request: HttpRequest, pk: int, participant_pk: int, slug: str) -> HttpResponse:
    """Hands the screen to the person: from here on only this sheet opens, until the password takes it back."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    place, measure = page.place_of(case, participant_pk), page.measure_of(request, slug)
    if measure.sheet(place.person.language) is None:
        raise Http404
    here = reverse("rate_screen", args=[case.pk, place.pk, slug])
    handover.begin(request, here=here, back=reverse("progress", args=[case.pk]))
    record("handed over", by=request.user, what="participant", what_id=place.pk, case_id=case.pk)
    return HttpResponseRedirect(here)


@form_page
@clinical
def rate_screen(request: HttpRequest, pk: int, participant_pk: int, slug: str) -> HttpResponse:
    """The sheet in the person's hands, with nothing else on the screen. It opens only while it is handed over."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    place, measure = page.place_of(case, participant_pk), page.measure_of(request, slug)
    text = measure.sheet(place.person.language)
    if text is None or not handover.is_handed(request):
        raise Http404
    if request.method != "POST" and request.GET.get("done") == "1":
        return render(request, "progress/rate_thanks.html", {})
    form, filled = HouseForm(request.POST if request.method == "POST" else None), None
    if form.is_valid():
        filled = _filled(request, measure, place)
        if not filled.problems and (done := _kept(request, form, place, measure, filled)):
            return done
    filling = onscreen.Filling(
        sheet.blocks_of(measure, place.person.language), values=filled.values if filled else {},
        problems=filled.problems if filled else {}, language=measure.sheet_language(place.person.language),
    )  # fmt: skip
    context = {"form": form, "filling": filling, "place": place, "text": text}
    return render(request, "progress/rate_screen.html", context, status=422 if request.method == "POST" else 200)


def _filled(request: HttpRequest, measure: Measure, place: Participant) -> onscreen.Filled:
    """What was sent, with a sentence for each item that has no answer yet."""
    language = place.person.language
    filled = onscreen.read(sheet.blocks_of(measure, language), request.POST)
    problems = filled.problems or sheet.unanswered(measure, filled.values, language)
    return onscreen.Filled(filled.values, filled.answers, problems)


def _kept(
    request: HttpRequest, form: HouseForm, place: Participant, measure: Measure, filled: onscreen.Filled
) -> HttpResponse | None:
    """Keeps the answers and thanks; None where it was refused."""
    language = place.person.language

    def write() -> str:
        actions.rate(
            by=request.user, case=place.case, person=place.person, measure=measure.slug, way=RatingWay.SCREEN,
            items=sheet.answers_of(measure, filled.values, language), language=measure.sheet_language(language),
            note=filled.values.get("note", ""),
        )  # fmt: skip
        return f"{request.path}?done=1"

    return page.attempt(request, form, write)


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
