"""Pages of a case's living documents: what there is, beginning one, one document, its versions side by side."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.agreements import actions, reading
from planner.agreements.chart import documents
from planner.agreements.forms import EndForm, ReviewForm, StartForm
from planner.agreements.kinds import KINDS, Kind, Place, places
from planner.agreements.models import Agreement, AgreementVersion, PaperCopy
from planner.base.access import clinical, find, find_to_edit
from planner.cases import signing
from planner.cases.answering import attempt, page
from planner.cases.models import Case
from planner.cases.names import current, label
from planner.library.compare import apart
from planner.practice.trail import record

form_page = require_http_methods(["GET", "HEAD", "POST"])


@clinical
@require_safe
def case_agreements(request: HttpRequest, pk: int) -> HttpResponse:
    """Every document of a case, what to look at first; the copies to replace; what else can be begun."""
    case = find(Case.objects.select_related("practice"), request.user, pk=pk)
    record("viewed", by=request.user, what="agreements", what_id=case.pk, case_id=case.pk)
    context = {
        **documents(case),
        "case": case,
        "label": label(case),
        "kinds": KINDS.values(),
        "ended": case.agreements.exclude(ended_on=None).select_related("worksheet", "person"),
        "may_edit": Case.objects.editable_by(request.user).filter(pk=case.pk).exists(),
    }
    return render(request, "agreements/agreements.html", context)


@form_page
@clinical
def agreement_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Begin one part of a document: whose it is, and what stands against it."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=pk)
    if kind not in KINDS:
        raise Http404
    offered = _places(case, KINDS[kind])
    free = [place for place in offered if place.agreement is None]
    form = StartForm(request.POST or None, places=free, people=_people(case), initial=_first(request, free))
    if form.is_valid():
        place = next(place for place in free if place.key == form.cleaned_data["part"])
        given = {"case": case, "kind": kind, "place": place, "people": form.cleaned_data.get("people") or ()}

        def write() -> str:
            made = actions.start(by=request.user, **given)
            return reverse("agreement_fill", args=[made.pk])

        if done := attempt(request, form, write):
            return done
    shut = actions.look_at_places(case, kind, free)
    context = {"case": case, "kind": KINDS[kind], "kept": [place for place in offered if place.agreement], "free": free}
    return page(request, "agreements/new.html", form, **context, shut=shut, here=request.path)


def _places(case: Case, kind: Kind) -> list[Place]:
    return places(case, kind, standing=case.agreements.standing().select_related("worksheet"))


def _people(case: Case):
    return case.participants.filter(left_on=None).select_related("person")


def _first(request: HttpRequest, free: list[Place]) -> dict[str, str]:
    """The part that is chosen at first: the one the address names, else the first."""
    keys = [place.key for place in free]
    asked = request.GET.get("part", "")
    return {"part": asked if asked in keys else keys[0]} if keys else {}


@clinical
@require_safe
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: the version that holds, who signed, its history, where its copies are."""
    found = find(Agreement.objects.with_sheet(), request.user, pk=pk)
    record("viewed", by=request.user, what="agreement", what_id=found.pk, case_id=found.case_id)
    versions = list(found.versions.select_related("edition", "by"))
    held = next((version for version in versions if not version.is_draft), None)
    shown = held or versions[0]
    for version in versions:
        version.agreement = found
    may_edit = Agreement.objects.editable_by(request.user).filter(pk=found.pk).exists()
    context = {
        "agreement": found, "case": found.case, "label": label(found.case), "versions": versions, "held": held,
        "draft": versions[0] if versions[0].is_draft else None, "shown": shown,
        "answers": reading.answers_of(shown), "terms": reading.terms_of(shown), "may_edit": may_edit,
        "signatures": _signatures(held), "unsigned": _unsigned(held),
        "to_sign": bool(may_edit and held and _signers(request, held)),
        "copies": _copies(request, found), "review": ReviewForm(initial={"review_on": actions.review_day(found)}),
    }  # fmt: skip
    return render(request, "agreements/agreement.html", context)


def _signatures(version: AgreementVersion | None) -> list[signing.Shown]:
    if version is None:
        return []
    now = actions.digest(version)
    return [signing.Shown(row, holds=row.sha256 == now) for row in version.signatures.all()]


def _unsigned(version: AgreementVersion | None) -> list[str]:
    """The names of those who have neither signed nor declined."""
    if version is None:
        return []
    missing = actions.unsigned(version)
    return [place.person.name for place in current(version.agreement.case) if place.person_id in missing]


def _copies(request: HttpRequest, found: Agreement) -> list[PaperCopy]:
    """Its copies on paper, those out there first."""
    rows = PaperCopy.objects.visible_to(request.user).filter(of__agreement=found).select_related("of")
    return sorted(rows, key=lambda copy: (copy.replaced_on is not None, -copy.pk))


@require_POST
@clinical
def agreement_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version to fill in, from the last one."""
    found = find_to_edit(Agreement.objects.with_sheet(), request.user, pk=pk)
    try:
        actions.renew(by=request.user, agreement=found)
    except actions.Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("agreement", args=[found.pk]))
    return HttpResponseRedirect(reverse("agreement_fill", args=[found.pk]))


@require_POST
@clinical
def agreement_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the draft away."""
    found = find_to_edit(Agreement.objects.with_sheet(), request.user, pk=pk)
    draft = found.versions.filter(adopted_on=None).first()
    try:
        if draft:
            actions.drop_draft(by=request.user, draft=draft)
            messages.success(request, _("The draft is put away."))
    except actions.Refused as refused:
        messages.error(request, str(refused))
    still = Agreement.objects.visible_to(request.user).filter(pk=pk).exists()
    address = reverse("agreement", args=[pk]) if still else reverse("case_agreements", args=[found.case_id])
    return HttpResponseRedirect(address)


@require_POST
@clinical
def agreement_review(request: HttpRequest, pk: int) -> HttpResponse:
    """It was looked at and holds as it is."""
    found = find_to_edit(Agreement.objects.with_sheet(), request.user, pk=pk)
    form = ReviewForm(request.POST)
    address = reverse("agreement", args=[found.pk])
    try:
        if form.is_valid():
            actions.looked_at(by=request.user, agreement=found, review_on=form.cleaned_data["review_on"])
            messages.success(request, _("Noted. It holds as it is."))
        else:
            messages.error(request, _("Give the day on which to look at it again."))
    except actions.Refused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(address)


@form_page
@clinical
def agreement_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a document; the page asks first."""
    found = find_to_edit(Agreement.objects.with_sheet(), request.user, pk=pk)
    form = EndForm(request.POST or None, initial={"version": found.version})
    if form.is_valid():

        def write() -> str:
            version, why = form.cleaned_data["version"] or 0, form.cleaned_data["why"]
            actions.end(by=request.user, agreement=found, version=version, why=why)
            return reverse("case_agreements", args=[found.case_id])

        if done := attempt(request, form, write):
            messages.success(request, _("Ended. Its versions stay."))
            return done
    return page(request, "agreements/end.html", form, case=found.case, agreement=found)


@form_page
@clinical
def agreement_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign the version that holds: each person, or that they decline, and the clinician."""
    found = find_to_edit(Agreement.objects.with_sheet(), request.user, pk=pk)
    held = found.versions.filter(adopted_on__isnull=False).select_related("edition").first()
    if held is None or found.ended_on:
        return HttpResponseRedirect(reverse("agreement", args=[found.pk]))
    held.agreement = found
    forms = signing.forms_for(_signers(request, held), request.POST or None)
    if request.method == "POST" and forms and all([form.is_valid() for form in forms]):
        given = [form.signature for form in forms if form.signature]

        def write() -> str:
            actions.sign(by=request.user, version=held, signatures=given)
            return reverse("agreement", args=[found.pk])

        if done := attempt(request, forms[0], write):
            return done
    if not forms:
        return HttpResponseRedirect(reverse("agreement", args=[found.pk]))
    context = {"case": found.case, "agreement": found, "version": held, "answers": reading.answers_of(held)}
    return page(request, "agreements/sign.html", forms[0], **context, forms=forms)


def _signers(request: HttpRequest, version: AgreementVersion) -> list[signing.Signer]:
    """Whoever has not signed yet, in order; then the clinician."""
    missing = set(actions.unsigned(version))
    clients = [one for one in signing.clients_of(version.agreement.case) if one.person and one.person.pk in missing]
    done = version.signatures.filter(user=request.user).exists()
    return clients if done else [*clients, signing.staff(request.user)]


@clinical
@require_safe
def agreement_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions side by side; the last two unless the address names others."""
    found = find(Agreement.objects.with_sheet(), request.user, pk=pk)
    record("viewed", by=request.user, what="agreement", what_id=found.pk, case_id=found.case_id)
    versions = list(found.versions.select_related("edition"))
    for version in versions:
        version.agreement = found
    numbers = {str(version.number): version for version in versions}
    right = numbers.get(request.GET.get("b", ""), versions[0])
    left = numbers.get(request.GET.get("a", ""), versions[min(1, len(versions) - 1)])
    context = {
        "agreement": found, "case": found.case, "label": label(found.case), "versions": versions, "left": left,
        "right": right, **apart(reading.beside(left, right)),
    }  # fmt: skip
    return render(request, "agreements/compare.html", context)
