"""Pages about consents: what stands in a case, drawing one up, its form on paper, signing, taking it back."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import clinical, find, find_to_edit
from planner.cases import consent_actions, consent_papers, consents, signing
from planner.cases.answering import attempt, page
from planner.cases.consent_forms import ConsentForm, WithdrawForm
from planner.cases.models import Case, Consent, ConsentKind, ConsentState, SignerRole
from planner.cases.names import current, label
from planner.practice.trail import record
from planner.sheets import press
from planner.sheets.options import Options

form_page = require_http_methods(["GET", "HEAD", "POST"])


@clinical
@require_safe
def case_consents(request: HttpRequest, pk: int) -> HttpResponse:
    """Every consent of a case, those in force first, and what is still missing."""
    case = find(Case.objects, request.user, pk=pk)
    record("viewed", by=request.user, what="consents", what_id=case.pk, case_id=case.pk)
    rows = list(case.consents.select_related("person", "to_person"))
    standing = [row for row in rows if row.state in (ConsentState.STANDING, ConsentState.WAITING)]
    people = current(case)
    using = consents.in_recovery(people) if consents.under_part2(case) else []
    context = {
        "case": case,
        "label": label(case),
        "standing": standing,
        "past": [row for row in rows if row not in standing],
        "kinds": ConsentKind.choices,
        "unshared": consents.unshared(using, people, consents.Ledger(case, tuple(rows))),
        "may_edit": _may_edit(request, case),
    }
    return render(request, "cases/consents.html", context)


@form_page
@clinical
def consent_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Draw up a consent of one kind; signing comes next."""
    case = find_to_edit(Case.objects.select_related("practice"), request.user, pk=pk)
    if kind not in ConsentKind.values:
        raise Http404
    people = {str(place.person_id) for place in current(case)}
    initial = {"discloser": case.practice.name}
    initial |= {name: request.GET[name] for name in ("person", "to_person") if request.GET.get(name) in people}
    form = ConsentForm(request.POST or None, case=case, kind=kind, initial=initial)
    if form.is_valid():

        def write() -> str:
            person = form.cleaned_data["person"]
            drawn = consent_actions.draw_up(by=request.user, case=case, person=person, kind=kind, **form.given())
            return _address(drawn)

        if done := attempt(request, form, write):
            return done
    context = {"case": case, "kind": kind, "kind_label": ConsentKind(kind).label}
    return page(request, "cases/consent_new.html", form, **context, part2=consent_papers.is_part2(kind, case))


@clinical
@require_safe
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """One consent: its words, who signed, and what can be done with it."""
    found = find(_rows(), request.user, pk=pk)
    record("viewed", by=request.user, what="consent", what_id=found.pk, case_id=found.case_id)
    context = {
        "consent": found,
        "case": found.case,
        "label": label(found.case),
        "parts": consent_papers.parts_of(found.text),
        "signatures": _shown(found),
        "who_signs": consent_papers.who_signs(found.person),
        "may_edit": _may_edit(request, found.case),
    }
    return render(request, "cases/consent.html", context)


@form_page
@clinical
def consent_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The words of a consent, and the signature under them; for a minor also a guardian's."""
    found = find_to_edit(_rows(), request.user, pk=pk)
    if found.state != ConsentState.WAITING:
        return HttpResponseRedirect(_address(found))
    forms = signing.forms_for(_signers(found), request.POST or None, may_wait=found.person.is_minor)
    if request.method == "POST" and all([form.is_valid() for form in forms]):
        given = [form.signature for form in forms if form.signature]

        def write() -> str:
            for signature in given:
                consent_actions.sign(by=request.user, consent=found, **signature)
            return _address(found)

        if done := attempt(request, forms[0], write):
            return done
    parts = consent_papers.parts_of(found.text)
    return page(request, "cases/consent_sign.html", forms[0], case=found.case, consent=found, parts=parts, forms=forms)


def _signers(consent: Consent) -> list[signing.Signer]:
    """The guardian of a minor first: that signature puts the consent in force."""
    person = consent.person
    own = signing.Signer(SignerRole.CLIENT, "client", person.name, person=person)
    return [signing.Signer(SignerRole.GUARDIAN, "guardian", "", person=person), own] if person.is_minor else [own]


@form_page
@clinical
def consent_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a consent back; the page says what stops with it."""
    found = find_to_edit(_rows(), request.user, pk=pk)
    form = WithdrawForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():

        def write() -> str:
            fields = {name: form.cleaned_data[name] for name in ("on", "how")}
            consent_actions.withdraw(by=request.user, consent=found, **fields)
            return reverse("case_consents", args=[found.case_id])

        if done := attempt(request, form, write):
            messages.success(request, _("Taken back. What depends on it has stopped."))
            return done
    stops = consents.what_stops(found.kind)
    return page(request, "cases/consent_withdraw.html", form, case=found.case, consent=found, stops=stops)


@require_POST
@clinical
def consent_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the form to sign with a pen, once; then show it."""
    found = find_to_edit(_rows(), request.user, pk=pk)
    practice, person = found.case.practice, found.person
    house = {**practice.print_options, "paper": practice.paper, "size": practice.text_size}
    size = {"size": person.text_size} if person.text_size else {}
    options = Options.chosen(house, person.print_options, fill="lines", **size)
    try:
        consent_actions.print_form(by=request.user, consent=found, case=found.case, options=options)
    except (press.TooMuch, press.Broken):
        messages.error(request, _("The press could not make this form. Try again in a minute."))
        return HttpResponseRedirect(_address(found))
    return HttpResponseRedirect(reverse("consent_paper", args=[found.pk]))


@clinical
@require_safe
def consent_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The kept form, under a name that tells nothing."""
    found = find(_rows().select_related("printed"), request.user, pk=pk)
    if found.printed is None:
        raise Http404
    record("opened", by=request.user, what="consent", what_id=found.pk, case_id=found.case_id)
    response = HttpResponse(bytes(found.printed.pdf), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="form-{found.pk}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _shown(consent: Consent) -> list[signing.Shown]:
    """The signatures, each with whether the words are still those that were signed."""
    now = hashlib.sha256(consent.text.encode()).hexdigest()
    return [signing.Shown(row, holds=row.sha256 == now) for row in consent.signatures.all()]


def _rows():
    return Consent.objects.select_related("case__practice", "person", "to_person")


def _may_edit(request: HttpRequest, case: Case) -> bool:
    return Case.objects.editable_by(request.user).filter(pk=case.pk).exists()


def _address(row: Consent) -> str:
    return reverse("consent", args=[row.pk])
