"""How the pages of cases answer: the write done once, the sentence in the form where it was refused, 422 for a page
that was not accepted. For the rooms whose pages belong to a case."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from planner.base.forms import HouseForm
from planner.base.models import Stale
from planner.base.once import once
from planner.cases import names
from planner.cases.actions import Refused
from planner.practice.trail import record


def back(request: HttpRequest) -> str:
    """The page of this house that the person came from, when the address names one."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    hosts, secure = {request.get_host()}, request.is_secure()
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=hosts, require_https=secure) else ""


def attempt(request: HttpRequest, form: HouseForm, write: Callable[[], str]) -> HttpResponse | None:
    """Does the write once and goes on; None where it was refused, with the sentence in the form and the text kept."""
    try:
        return HttpResponseRedirect(once(form.one_time_key, request.user.pk, write))
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    except Stale as stale:
        form.data = form.data.copy()
        form.data["version"] = str(stale.current.version)
        form.add_error(None, _stale_sentence(form, stale))
    return None


def _stale_sentence(form: HouseForm, stale: Stale) -> str:
    """What somebody else saved meanwhile, so that the person can choose."""
    now = []
    for name, field in form.fields.items():
        if name not in ("version", "once") and hasattr(stale.current, name):
            value = getattr(stale.current, name)
            if value != form.cleaned_data.get(name):
                shown = dict(getattr(field, "choices", [])).get(value, value) or _("nothing")
                now.append(f"{field.label}: {shown}")
    told = " ".join((_("Saved meanwhile:"), "; ".join(now) + ".")) if now else ""
    first = _("Somebody changed this since you opened it. Yours is still here; save again to keep yours.")
    return f"{first} {told}".strip()


def page(request: HttpRequest, template: str, form: HouseForm, **context) -> HttpResponse:
    """The page with its form; 422 says that something was not accepted. A view of a case is recorded."""
    case = context.get("case")
    if case is not None and request.method == "GET":
        record("viewed", by=request.user, what="case", what_id=case.pk, case_id=case.pk)
    status = 422 if request.method == "POST" else 200
    label = names.label(case) if case is not None else ""
    return render(request, template, {"form": form, "label": label, **context}, status=status)
