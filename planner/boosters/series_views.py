"""Pages of a series: making it from dates that were seen, its boosters, changing the rest, ending it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import carrying, clinical, find, find_to_edit
from planner.boosters import actions, dates, measures
from planner.boosters.answers import attempt
from planner.boosters.forms import EndForm, RestForm, SeriesForm
from planner.boosters.models import Booster, Series
from planner.cases.actions import Refused
from planner.cases.models import Case
from planner.cases.names import current, label
from planner.practice.trail import record
from planner.sessions.models import Session, SessionState

form_page = require_http_methods(["GET", "HEAD", "POST"])


@carrying
@form_page
def series_new(request: HttpRequest, case_pk: int) -> HttpResponse:
    """A new series: the form, then its dates, then one click that makes them."""
    case = find_to_edit(Case.objects, request.user, pk=case_pk)
    here = request.user.practice.zone
    form = SeriesForm(request.POST or None, here=here, closed=bool(case.closed_on), initial=_first(case, here))
    planned, status = None, 200
    if request.method == "POST":
        answer, status = _made(request, case, form)
        if answer:
            return answer
        planned = _dates(form, lambda values: actions.draft(case=case, by=request.user, **values).rule)
    context = {"case": case, "label": label(case), "form": form, **_shown(planned, here)}
    context["others"] = Series.objects.filter(case=case).open().count()
    return render(request, "boosters/series_new.html", context, status=status)


def _made(request: HttpRequest, case: Case, form: SeriesForm) -> tuple[HttpResponse | None, int]:
    """Makes the series where that button was pressed; for the other one it is only looked at."""

    def make() -> str:
        made = actions.make_series(
            by=request.user, case=case, shown=request.POST.get("shown", ""),
            closed_ok=form.cleaned_data.get("closed_ok", False), **form.values,
        )  # fmt: skip
        count = made.boosters.count()
        said = ngettext("%(n)d booster is in the calendar.", "%(n)d boosters are in the calendar.", count)
        messages.success(request, said % {"n": count})
        return reverse("series", args=[made.pk])

    if request.POST.get("do") != "make":
        return None, 200 if form.is_valid() else 422
    return attempt(request, form, make)


def _dates(form: SeriesForm, rule_of: Any) -> list[dates.Planned] | None:
    """The dates that the form would make; None with the reason in the form."""
    if not hasattr(form, "cleaned_data") or any(name in form.errors for name in form.errors if name != "__all__"):
        return None
    try:
        return actions.dates_of(rule_of(form.values))
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return None


def _shown(planned: list[dates.Planned] | None, here: str) -> dict[str, Any]:
    """What the preview shows: the dates, their mark, and whether another clock than the practice's counts."""
    if not planned:
        return {"planned": None}
    return {"planned": planned, "shown": actions.mark(planned), "elsewhere": planned[0].zone != here}


def _first(case: Case, here: str) -> dict[str, Any]:
    """The weekday and hour of the case's last session, the measures that fit it."""
    rows = Session.objects.filter(case=case).exclude(state=SessionState.CANCELLED)
    last = rows.filter(starts_at__lte=timezone.now()).order_by("-starts_at").first()
    wall = last.wall_start if last else None
    return {
        "preset": "taper",
        "start_on": wall.date() if wall else timezone.localdate(),
        "weekday": str(wall.weekday()) if wall else "",
        "clock": actions.first_clock(wall.time().replace(second=0, microsecond=0) if wall else None),
        "zone": here, "minutes": last.minutes if last else 50,
        "before": 3, "after": 7, "remind_days": 7, "every": 3, "unit": "months", "count": 4,
        "measures": measures.usual(case, current(case)),
    }  # fmt: skip


@clinical
@require_safe
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """All boosters of a series, what each one is waiting for, and the evidence of its rhythm."""
    found = find(Series.objects.select_related("case"), request.user, pk=pk)
    record("viewed", by=request.user, what="series", what_id=found.pk, case_id=found.case_id)
    boosters = list(found.boosters.standing().select_related("session", "series", "again_for"))
    may_edit = request.user.is_clinical and Series.objects.editable_by(request.user).filter(pk=pk).exists()
    context = {
        "series": found, "case": found.case, "label": label(found.case), "boosters": boosters,
        "total": sum(1 for booster in boosters if booster.again_for_id is None),
        "may_edit": may_edit, "today": timezone.localdate(), "rest": len(actions.rest_of(found)),
        "elsewhere": found.zone != request.user.practice.zone, "dates_moved": _moved(boosters),
    }  # fmt: skip
    return render(request, "boosters/series.html", context)


def _moved(boosters: list[Booster]) -> list[Booster]:
    return [booster for booster in boosters if booster.notices]


@carrying
@form_page
def series_rest(request: HttpRequest, pk: int) -> HttpResponse:
    """New dates for what is left of a series: first seen, then written."""
    found = find_to_edit(Series.objects.select_related("case"), request.user, pk=pk)
    here = request.user.practice.zone
    closed = bool(found.case.closed_on)
    form = RestForm(request.POST or None, series=found, here=here, closed=closed, initial=_as_it_is(found))
    planned, status = None, 200
    if request.method == "POST":
        answer, status = _changed(request, found, form)
        if answer:
            return answer
        found.refresh_from_db()
        planned = _rest_dates(form, found)
        status = status if planned or status != 200 else 422
    context = {"series": found, "case": found.case, "label": label(found.case), "form": form, **_shown(planned, here)}
    context["rest"] = len(actions.rest_of(found))
    return render(request, "boosters/series_rest.html", context, status=status)


def _as_it_is(found: Series) -> dict[str, Any]:
    kept = {name: getattr(found, name) for name in actions.CHANGEABLE}
    weekday = "" if found.weekday is None else str(found.weekday)
    return {**kept, "weekday": weekday, "skipped": ", ".join(found.skipped), "version": found.version}


def _rest_dates(form: RestForm, found: Series) -> list[dates.Planned] | None:
    if any(name != "__all__" for name in form.errors) or not hasattr(form, "cleaned_data"):
        return None
    try:
        return actions.plan_rest(found, form.values)[1]
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return None


def _changed(request: HttpRequest, found: Series, form: RestForm) -> tuple[HttpResponse | None, int]:
    def change() -> str:
        actions.change_rest(
            found, by=request.user, version=form.cleaned_data["version"] or 0, shown=request.POST.get("shown", ""),
            closed_ok=form.cleaned_data.get("closed_ok", False), **form.values,
        )  # fmt: skip
        messages.success(request, _("The rest of the series has its new dates."))
        return reverse("series", args=[found.pk])

    if request.POST.get("do") != "make":
        return None, 200 if form.is_valid() else 422
    return attempt(request, form, change)


@carrying
@form_page
def series_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The series goes on no further."""
    found = find_to_edit(Series.objects.select_related("case"), request.user, pk=pk)
    form = EndForm(request.POST or None, initial={"version": found.version})
    status = 200

    def end() -> str:
        version = form.cleaned_data["version"] or 0
        actions.end_series(found, by=request.user, version=version, why=form.cleaned_data["why"])
        messages.success(request, _("The series has ended. What was held stays in the record."))
        return reverse("series", args=[found.pk])

    if request.method == "POST":
        answer, status = attempt(request, form, end)
        if answer:
            return answer
    context = {"series": found, "case": found.case, "label": label(found.case), "form": form}
    return render(request, "boosters/series_end.html", context, status=status)


@carrying
@require_POST
def series_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """An ended series goes on."""
    found = find_to_edit(Series.objects.select_related("case"), request.user, pk=pk)
    form = EndForm(request.POST)

    def reopen() -> str:
        actions.reopen_series(found, by=request.user, version=form.cleaned_data["version"] or 0)
        return reverse("series", args=[found.pk])

    answer, status = attempt(request, form, reopen)
    if answer:
        return answer
    context = {"series": found, "case": found.case, "label": label(found.case), "form": form}
    return render(request, "boosters/series_end.html", context, status=status)
