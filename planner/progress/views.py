"""Where a case stands: each person's measures, one of them as a chart, what a joint chart may show, what is due."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import clinical, find_to_edit
from planner.cases.finding import find_case
from planner.cases.models import Case
from planner.progress import chart, lines, measures, page, setting_actions
from planner.progress.forms import DueForm, SharingForm
from planner.progress.models import ChartSharing, DueRule

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@clinical
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Each person's measures, newest first; what is due; what asks for a look."""
    case, may_edit = find_case(request.user, pk)
    found = lines.latest(case)
    places = lines.people_of(case)
    people = [{"place": place, "latest": [one for one in found if one.person == place.person]} for place in places]
    context = {
        "people": people,
        "listed": measures.all_of(case.practice),
        "looks": chart.looks(case=case.pk),
        "due": chart.due_lines(case, timezone.localdate()),
        "may_edit": may_edit,
    }
    return page.show(request, "progress/progress.html", case, **context)


@require_safe
@clinical
def measure_chart(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One measure over time: a person's line (`?person=`), or the lines of those who allowed a joint chart."""
    case, may_edit = find_case(request.user, pk)
    measure = measures.find(slug, case.practice)
    if measure is None:
        raise Http404
    places = lines.people_of(case)
    chosen = next((place for place in places if str(place.pk) == request.GET.get("person", "")), None)
    everything = request.GET.get("all") == "1"
    people = [place.person for place in places]
    if chosen:
        drawn = lines.chart_of(case, measure, chosen.person, everything=everything)
    else:
        drawn = lines.joint_chart(case, measure, people)
    ratings = lines.newest_of(case, measure, chosen.person_id) if chosen else []
    context = {
        "measure": measure, "title": lines.title_of(measure), "places": places, "chosen": chosen, "chart": drawn,
        "everything": everything, "ratings": ratings,
        "allowed": lines.allowing(case, slug), "may_edit": may_edit,
    }  # fmt: skip
    return page.show(request, "progress/measure_chart.html", case, **context)


@form_page
@clinical
def measures_due(request: HttpRequest, pk: int) -> HttpResponse:
    """When each person's measures are due."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=pk)
    listed = measures.all_of(case.practice)
    choices = [(one.measure.slug, lines.title_of(one.measure)) for one in listed]
    initial = {
        "since": timezone.localdate(),
        "person": request.GET.get("person"),
        "measure": request.GET.get("measure"),
    }
    form = DueForm(request.POST or None, case=case, listed=choices, initial=initial)
    if form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("person", "measure", "unit", "every", "since")}

        def write() -> str:
            setting_actions.set_due(by=request.user, case=case, **fields)
            return reverse("measures_due", args=[case.pk])

        if done := page.attempt(request, form, write):
            messages.success(request, _("Saved. It stands on the chart and on Today when it is due."))
            return done
    names = dict(choices)
    rules = DueRule.objects.current().filter(case=case).select_related("person")
    rows = [{"rule": rule, "name": names.get(rule.measure, rule.measure), "why": chart.why(rule)} for rule in rules]
    return page.show(request, "progress/due.html", case, form=form, rows=rows)


@require_POST
@clinical
def due_end(request: HttpRequest, pk: int, rule_pk: int) -> HttpResponse:
    """A rule asks no more."""
    case = find_to_edit(Case.objects, request.user, pk=pk)
    rule = DueRule.objects.filter(case=case, pk=rule_pk).first()
    if rule is None:
        raise Http404
    setting_actions.end_due(by=request.user, rule=rule)
    messages.success(request, _("It is not asked for any more. What was filled stays."))
    return HttpResponseRedirect(reverse("measures_due", args=[case.pk]))


@form_page
@clinical
def charts_shared(request: HttpRequest, pk: int) -> HttpResponse:
    """What each person said about a joint chart."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=pk)
    listed = [one.measure for one in measures.all_of(case.practice) if one.measure.has_total]
    choices = [(measure.slug, lines.title_of(measure)) for measure in listed]
    initial = {"person": request.GET.get("person"), "measure": request.GET.get("measure")}
    form = SharingForm(request.POST or None, case=case, listed=choices, initial=initial)
    if form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("person", "measure", "allowed", "basis")}

        def write() -> str:
            setting_actions.set_sharing(by=request.user, case=case, **fields)
            return reverse("charts_shared", args=[case.pk])

        if done := page.attempt(request, form, write):
            messages.success(request, _("Recorded. A joint chart shows only what each person allowed."))
            return done
    names = dict(choices)
    said = ChartSharing.objects.filter(case=case).select_related("person", "by")
    rows = [{"row": row, "name": names.get(row.measure, row.measure)} for row in said]
    return page.show(request, "progress/sharing.html", case, form=form, rows=rows)
