"""What the pages of this room share: a write that is done once, and the page around a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from planner.base.forms import HouseForm
from planner.base.once import once
from planner.cases import names
from planner.cases.models import Case, Participant
from planner.practice.trail import record
from planner.progress import measures
from planner.progress.actions import Refused
from planner.progress.instruments import Measure


def attempt(request: HttpRequest, form: HouseForm, write: Callable[[], str]) -> HttpResponse | None:
    """Does the write once and goes on to the address it gives; None where it was refused, the sentence in the form."""
    try:
        return HttpResponseRedirect(once(form.one_time_key, request.user.pk, write))
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return None


def show(request: HttpRequest, template: str, case: Case, **context: Any) -> HttpResponse:
    """A page of a case; 422 says that something was not accepted. A view of a case is recorded."""
    if request.method == "GET":
        record("viewed", by=request.user, what="case", what_id=case.pk, case_id=case.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"case": case, "label": names.label(case), **context}, status=status)


def may_edit(request: HttpRequest, case: Case) -> bool:
    """Whether the person may write in this case."""
    return Case.objects.editable_by(request.user).filter(pk=case.pk).exists()


def place_of(case: Case, participant_pk: int) -> Participant:
    """Somebody's place in the case. Raises Http404."""
    found = case.participants.select_related("person").filter(pk=participant_pk).first()
    if found is None:
        raise Http404
    return found


def measure_of(request: HttpRequest, slug: str) -> Measure:
    """A measure that may be filled today in the person's practice. Raises Http404."""
    found = measures.usable(slug, request.user.practice)
    if found is None:
        raise Http404
    return found


def back(request: HttpRequest) -> str:
    """The page of this house that the person came from, when the address names one."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    hosts, secure = {request.get_host()}, request.is_secure()
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=hosts, require_https=secure) else ""
