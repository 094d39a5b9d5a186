"""The calendar feed: its page, its address, and calendar files of one booster and of a series."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from planner.base.access import carrying, clinical, find
from planner.boosters.models import Booster, Series
from planner.exchange import actions, calendar
from planner.exchange.models import CalendarFeed
from planner.practice.doors import hiding_its_address
from planner.practice.place import zone_of
from planner.practice.trail import record


@carrying
@require_safe
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """Whether the person has a feed, and what can be done with it. The address itself is never shown again."""
    feed = CalendarFeed.objects.visible_to(request.user).first()
    return render(request, "exchange/calendar_feed.html", {"feed": feed})


@carrying
@require_POST
@hiding_its_address
def calendar_feed_make(request: HttpRequest) -> HttpResponse:
    """A new address, shown this once."""
    path = actions.make_feed(by=request.user)
    feed = CalendarFeed.objects.visible_to(request.user).first()
    address = request.build_absolute_uri(path)
    return render(request, "exchange/calendar_feed.html", {"feed": feed, "address": address})


@carrying
@require_POST
def calendar_feed_titles(request: HttpRequest) -> HttpResponse:
    """Neutral titles, or with initials."""
    feed = find(CalendarFeed.objects, request.user)
    actions.choose_titles(feed, by=request.user, initials=request.POST.get("initials") == "1")
    messages.success(request, _("Kept. Your calendar shows it when it next asks."))
    return HttpResponseRedirect(reverse("calendar_feed"))


@carrying
@require_POST
def calendar_feed_end(request: HttpRequest) -> HttpResponse:
    """The address is dead."""
    feed = CalendarFeed.objects.visible_to(request.user).first()
    if feed:
        actions.take_back(feed, by=request.user)
    messages.success(
        request, _("The address no longer works. Calendars keep what they have read until you take it out there.")
    )
    return HttpResponseRedirect(reverse("calendar_feed"))


@login_not_required
@require_safe
@hiding_its_address
def calendar_read(request: HttpRequest, token: str) -> HttpResponse:
    """The appointments, for a calendar program that has the address: no sign-in, and nothing else of the house. An
    address that never was, was taken back, or whose person has left is answered alike."""
    try:
        feed = actions.feed_behind(token, request.META.get("REMOTE_ADDR", ""))
    except actions.TooOften:
        return HttpResponse(status=429, headers={"Retry-After": "3600"})
    if feed is None:
        raise Http404
    user = feed.user
    with timezone.override(zone_of(user.practice)), translation.override(user.language or user.practice.language):
        return _calendar(calendar.feed_of(user, initials=feed.initials))


def _calendar(text: bytes, *, name: str = "") -> HttpResponse:
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@clinical
@require_safe
def booster_ics(request: HttpRequest, pk: int) -> HttpResponse:
    """One booster for a calendar, under a neutral title: it may be handed to the client."""
    rows = Booster.objects.select_related("series", "session")
    found = find(rows, request.user, pk=pk)
    record("exported", by=request.user, what="booster", what_id=found.pk, case_id=found.series.case_id)
    return _calendar(calendar.written([calendar.of_booster(found)]), name="appointment.ics")


@clinical
@require_safe
def series_ics(request: HttpRequest, pk: int) -> HttpResponse:
    """What is still to come of a series."""
    found = find(Series.objects, request.user, pk=pk)
    record("exported", by=request.user, what="series", what_id=found.pk, case_id=found.case_id)
    return _calendar(calendar.written(calendar.of_series(found)), name="appointments.ics")
