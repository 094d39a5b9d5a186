"""Printed papers as they were kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from planner.base.access import clinical, find
from planner.homework.models import Printout
from planner.practice.trail import record


@clinical
@require_safe
def printout(request: HttpRequest, pk: int) -> HttpResponse:
    """The kept bytes, shown in the browser or saved under a name that tells nothing."""
    kept = find(Printout.objects.select_related("printed"), request.user, pk=pk)
    record("opened", by=request.user, what="printout", what_id=kept.pk, case_id=kept.case_id)
    response = HttpResponse(bytes(kept.printed.pdf), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="papers-{kept.pk}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
