"""Filling in a document together on screen, taking in a PDF that came back, adopting what was written."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner.agreements import actions, reading
from planner.agreements.forms import AdoptForm, ReturnedForm
from planner.agreements.models import Agreement, AgreementVersion
from planner.base.access import clinical, find_to_edit
from planner.base.models import Stale
from planner.base.once import once
from planner.cases import talk
from planner.cases.names import label
from planner.practice.trail import record
from planner.sheets import onscreen, returned

LARGEST = 20_000_000  # bytes of a file that comes back


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def agreement_fill(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as a form: saved as one types, adopted by the button."""
    draft = _draft(request, pk)
    sheet = reading.sheet_of(draft)
    if request.method != "POST":
        record("viewed", by=request.user, what="agreement", what_id=draft.agreement_id, case_id=draft.agreement.case_id)
        return _page(request, draft, sheet, draft.answers)
    filled = onscreen.read(sheet.blocks, request.POST, names=sheet.names)
    by_script = request.headers.get("X-Background") == "1"
    try:
        if not by_script and "adopt" in request.POST:
            return _adopt(request, draft, sheet, filled)
        saved = actions.save_answers(by=request.user, draft=draft, version=_version(request), values=filled.values)
    except Stale as stale:
        return _stale(request, draft, sheet, filled, stale, by_script)
    except actions.Refused as refused:
        if by_script:
            return onscreen.not_saved(str(refused), status=422)
        return _page(request, draft, sheet, filled.values, filled.problems, said=str(refused), status=422)
    if by_script:
        return onscreen.saved(request, filled, version=saved.version)
    if filled.problems:
        return _page(request, saved, sheet, filled.values, filled.problems, status=422)
    messages.success(request, _("Saved. It is still a draft."))
    return HttpResponseRedirect(reverse("agreement", args=[draft.agreement_id]))


def _adopt(
    request: HttpRequest, draft: AgreementVersion, sheet: reading.Sheet, filled: onscreen.Filled
) -> HttpResponse:
    """Keeps what was typed, then adopts it. What was typed is kept even where adopting is refused."""
    form = AdoptForm(request.POST, first=draft.number == 1, prefix="adopt")
    saved = actions.save_answers(by=request.user, draft=draft, version=_version(request), values=filled.values)
    if filled.problems or not form.is_valid():
        return _page(request, saved, sheet, filled.values, filled.problems, form=form, status=422)
    given = {"reason": form.cleaned_data.get("reason", ""), "review_on": form.cleaned_data["review_on"]}

    def write() -> str:
        actions.adopt(by=request.user, draft=saved, version=saved.version, **given)
        return reverse("agreement", args=[saved.agreement_id])

    try:
        address = once(form.one_time_key, request.user.pk, write)
    except actions.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _page(request, saved, sheet, filled.values, form=form, status=422)
    messages.success(request, _("Adopted. Next: signatures, and the copies on paper."))
    return HttpResponseRedirect(address)


def _stale(request, draft, sheet, filled, stale: Stale, by_script: bool) -> HttpResponse:
    """Somebody saved meanwhile: both texts are shown, nothing is overwritten."""
    said = _("Somebody else saved this meanwhile. Yours is still here; save again to keep yours.")
    if by_script:
        return onscreen.not_saved(said, status=409)
    current = stale.current
    current.agreement = draft.agreement
    theirs = reading.differing(current, filled.values)
    return _page(request, current, sheet, filled.values, said=said, theirs=theirs, status=409)


def _page(
    request, draft: AgreementVersion, sheet: reading.Sheet, values, problems=None, *, form=None, said="", theirs=(),
    status=200,
) -> HttpResponse:  # fmt: skip
    agreement = draft.agreement
    filling = onscreen.Filling(
        sheet.blocks, values=values, problems=problems, names=sheet.names, language=sheet.language
    )
    first, day = draft.number == 1, actions.review_day(agreement)
    context = {
        "agreement": agreement, "case": agreement.case, "label": label(agreement.case), "draft": draft,
        "filling": filling, "said": said, "theirs": theirs, "upload": ReturnedForm(),
        "adopting": form or AdoptForm(first=first, prefix="adopt", initial={"review_on": day}),
        "talk": talk.lines(agreement.case, draft.edition), "verdict": actions.verdict_of(draft),
    }  # fmt: skip
    return render(request, "agreements/fill.html", context, status=status)


@require_POST
@clinical
def agreement_returned(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers of a PDF that came back, into the draft; the page then shows them to be looked at."""
    draft = _draft(request, pk)
    form = ReturnedForm(request.POST, request.FILES)
    address = reverse("agreement_fill", args=[draft.agreement_id])
    try:
        if not form.is_valid() or form.cleaned_data["file"].size > LARGEST:
            raise actions.Refused(_("Choose the PDF that came back; it may be 20 MB at most."))
        read = returned.read_values(form.cleaned_data["file"].read())
        version = form.cleaned_data["version"] or draft.version
        actions.take_returned(by=request.user, draft=draft, version=version, returned=read)
    except (actions.Refused, returned.Unreadable) as refused:
        messages.error(request, str(refused))
    except Stale:
        messages.error(request, _("Somebody else saved this meanwhile. Look at it, then send the file again."))
    else:
        messages.success(request, _("Taken in. Look at each answer before you adopt it."))
    return HttpResponseRedirect(address)


def _draft(request: HttpRequest, pk: int) -> AgreementVersion:
    """The draft of a document that the person may change."""
    found = find_to_edit(Agreement.objects.with_sheet(), request.user, pk=pk)
    draft = found.versions.filter(adopted_on=None).select_related("edition__worksheet").first()
    if draft is None or found.ended_on:
        raise Http404
    draft.agreement = found
    return draft


def _version(request: HttpRequest) -> int:
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0
