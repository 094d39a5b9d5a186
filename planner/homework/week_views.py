"""The page of the week's sheets: what would be printed, how far it is, stop it, fetch it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from planner.base import jobs
from planner.base.access import carrying, find, find_to_edit
from planner.base.models import Job, JobState
from planner.homework import week
from planner.practice.trail import record


@carrying
@require_safe
def week_sheets(request: HttpRequest) -> HttpResponse:
    """What waits to be printed this week; to the page's own questions only how far the job is."""
    job = jobs.newest(kind=week.KIND, by=request.user)
    if request.htmx:
        response = render(request, "homework/_week_job.html", {"job": job})
    else:
        due = week.due(request.user)
        context = {"job": job, "due": due, "ready": sum(not one.shut for one in due)}
        response = render(request, "homework/week.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@carrying
@require_POST
def week_make(request: HttpRequest) -> HttpResponse:
    """Begins the job; a second click finds the first."""
    week.ask(by=request.user)
    return redirect("week_sheets")


@carrying
@require_POST
def week_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stops it; then nothing was printed."""
    job = find_to_edit(Job.objects.filter(kind=week.KIND).defer("result"), request.user, pk=pk)
    if jobs.cancel(job):
        record("cancelled", by=request.user, what=week.KIND, what_id=job.pk)
    else:
        messages.info(request, _("It had ended already."))
    return redirect("week_sheets")


@carrying
@require_safe
def week_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The joined file for the printer."""
    job = find(Job.objects.filter(kind=week.KIND, state=JobState.DONE), request.user, pk=pk)
    if job.result is None:
        raise Http404
    record("opened", by=request.user, what=week.KIND, what_id=job.pk)
    response = HttpResponse(bytes(job.result), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="papers-{job.pk}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
