"""The digest on screen, and saying that a reminder was given."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from planner.base.access import carrying, find_to_edit
from planner.boosters import dates, digest, reminders
from planner.boosters.models import Reminder


@carrying
@require_safe
def digest_page(request: HttpRequest) -> HttpResponse:
    """What the week holds and what was left open, each number with its page."""
    today = timezone.localdate()
    found = digest.lines(request.user, today)
    context = {"lines": found, "week": dates.monday(today), "by_mail": digest.is_mail_set_up()}
    return render(request, "boosters/digest.html", {**context, "quiet": not any(line.count for line in found)})


@carrying
@require_POST
def reminder_given(request: HttpRequest, pk: int) -> HttpResponse:
    """The clients were reminded; it does not come up again."""
    found = find_to_edit(Reminder.objects.select_related("booster__series"), request.user, pk=pk)
    reminders.give(found, by=request.user)
    messages.success(request, _("Kept: they were reminded."))
    return HttpResponseRedirect(reverse("booster", args=[found.booster_id]))
