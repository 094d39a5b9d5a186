"""The page of the catalogue: begin it, see how far it is, stop it, fetch it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from planner.base import jobs
from planner.base.access import clinical, find, find_to_edit
from planner.base.models import Job, JobState
from planner.library import catalogue
from planner.practice.trail import record


@require_safe
@clinical
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """How far the newest one is; to the page's own questions only that part."""
    job = jobs.newest(kind=catalogue.KIND, by=request.user)
    template = "library/_job.html" if request.htmx else "library/catalogue.html"
    response = render(request, template, {"job": job})
    patch_vary_headers(response, ("HX-Request",))
    return response


@require_POST
@clinical
def catalogue_make(request: HttpRequest) -> HttpResponse:
    """Begins one; a second click finds the first."""
    catalogue.ask(by=request.user, options=catalogue.remembered(request.user))
    return redirect("catalogue")


@require_POST
@clinical
def catalogue_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stops one that is being made."""
    job = find_to_edit(Job.objects.filter(kind=catalogue.KIND).defer("result"), request.user, pk=pk)
    if not catalogue.cancel(by=request.user, job=job):
        messages.info(request, _("It had ended already."))
    return redirect("catalogue")


@require_safe
@clinical
def catalogue_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The finished PDF."""
    job = find(Job.objects.filter(kind=catalogue.KIND, state=JobState.DONE), request.user, pk=pk)
    if job.result is None:
        raise Http404
    record("opened", by=request.user, what=catalogue.KIND, what_id=job.pk)
    response = HttpResponse(bytes(job.result), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="catalogue.pdf"'
    return response
