"""Documents on paper: the print dialog, the kept copies, where each is and what a new version has to replace."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.agreements import actions
from planner.agreements.forms import PLACES, CopyForm, PaperForm
from planner.agreements.models import Agreement, AgreementVersion, PaperCopy
from planner.base.access import clinical, find, find_to_edit
from planner.base.once import once, print_key
from planner.cases.answering import attempt, page
from planner.cases.names import label
from planner.practice.trail import record
from planner.sheets import press
from planner.sheets.options import Options

PICTURE_WIDTH = 900  # pixels


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def agreement_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Print a version (`?version=`, else the one that holds), with a picture of page one."""
    version = _version(request, pk)
    form = PaperForm(request.POST or request.GET.copy() or None, remembered=_remembered(version))
    verdict = actions.verdict_of(version)
    problem = ""
    if request.method == "POST" and form.is_valid() and verdict.open:
        try:
            return HttpResponseRedirect(_print(request, version, form))
        except actions.Refused as refused:
            problem = str(refused)
        except (press.TooMuch, press.Broken):
            problem = _("The press could not make this page. Nothing was kept. Try again in a minute.")
    context = {
        "agreement": version.agreement, "case": version.agreement.case, "label": label(version.agreement.case),
        "version": version, "form": form, "verdict": verdict, "problem": problem, "places": PLACES,
        "picture": form.options().as_json(), "here": request.path,
    }  # fmt: skip
    return render(request, "agreements/print.html", context, status=422 if problem or request.method == "POST" else 200)


def _print(request: HttpRequest, version: AgreementVersion, form: PaperForm) -> str:
    options = form.options()
    paper = actions.paper_of(version, options=options, real=True)
    rendering = press.render(paper)
    given = {"version": version, "options": options, "where": form.place(), "paper": paper, "rendering": rendering}

    def keep() -> str:
        copy = actions.print_version(by=request.user, **given)
        return reverse("agreement_paper", args=[copy.pk])

    return once(print_key(request.POST), request.user.pk, keep)


@clinical
@require_safe
def agreement_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Page one as it would print."""
    version = _version(request, pk)
    if not actions.verdict_of(version).open:
        raise Http404
    form = PaperForm(request.GET or None, remembered=_remembered(version))
    rendering = press.render(actions.paper_of(version, options=form.options(), real=False))
    response = HttpResponse(press.picture(rendering.pdf, page=0, width=PICTURE_WIDTH), content_type="image/png")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@clinical
@require_safe
def agreement_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The kept bytes of a copy, under a name that tells nothing."""
    rows = PaperCopy.objects.select_related("printed", "of__agreement")
    copy = find(rows, request.user, pk=pk)
    if copy.printed is None:
        raise Http404
    agreement = copy.of.agreement
    record("opened", by=request.user, what="paper_copy", what_id=copy.pk, case_id=agreement.case_id)
    response = HttpResponse(bytes(copy.printed.pdf), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="page-{copy.pk}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def copy_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a copy that is kept somewhere."""
    version = _version(request, pk)
    form = CopyForm(request.POST or None)
    if form.is_valid():

        def write() -> str:
            actions.add_copy(by=request.user, version=version, where=form.cleaned_data["where"])
            return _address(version.agreement)

        if done := attempt(request, form, write):
            return done
    return page(request, "agreements/copy.html", form, case=version.agreement.case, agreement=version.agreement)


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def copy_where(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a copy is kept."""
    copy = _copy(request, pk)
    form = CopyForm(request.POST or None, initial={"where": copy.where})
    agreement = copy.of.agreement
    if form.is_valid():

        def write() -> str:
            actions.note_copy(by=request.user, copy=copy, where=form.cleaned_data["where"])
            return _address(agreement)

        if done := attempt(request, form, write):
            return done
    return page(request, "agreements/copy.html", form, case=agreement.case, agreement=agreement, copy=copy)


@require_POST
@clinical
def copy_replaced(request: HttpRequest, pk: int) -> HttpResponse:
    """The copy was replaced or thrown away."""
    copy = _copy(request, pk)
    actions.copy_replaced(by=request.user, copy=copy)
    messages.success(request, _("Noted: this copy is gone."))
    return HttpResponseRedirect(_address(copy.of.agreement))


def _copy(request: HttpRequest, pk: int) -> PaperCopy:
    return find_to_edit(PaperCopy.objects.select_related("of__agreement__case"), request.user, pk=pk)


def _address(agreement: Agreement) -> str:
    return reverse("agreement", args=[agreement.pk])


def _version(request: HttpRequest, pk: int) -> AgreementVersion:
    """The version that the address names, else the one that holds, else the draft."""
    found = find_to_edit(Agreement.objects.with_sheet(), request.user, pk=pk)
    versions = list(found.versions.select_related("edition__worksheet__intervention__current"))
    asked = request.POST.get("version") or request.GET.get("version") or ""
    held = next((version for version in versions if not version.is_draft), versions[0])
    chosen = next((version for version in versions if str(version.number) == asked), held)
    chosen.agreement = found
    return chosen


def _remembered(version: AgreementVersion) -> Options:
    """How the next print starts: the practice's way, over it the person's."""
    practice, person = version.agreement.case.practice, version.agreement.person
    house = {**practice.print_options, "paper": practice.paper, "size": practice.text_size}
    own = person.print_options if person else {}
    size = {"size": person.text_size} if person and person.text_size else {}
    return Options.chosen(house, own, **size)
