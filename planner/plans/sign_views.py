"""Reading a plan together and signing it; the supervisor's word.

On the page that both partners look at stands only what both may read. Whoever has items of their own reads and signs
on a page of their own (`?for=`).
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner.base.access import carrying, clinical, find_and_may_edit, find_to_edit
from planner.base.once import once
from planner.cases.models import Person, SignerRole
from planner.cases.signing import SignatureForm, Signer, forms_for, shown_for, staff
from planner.plans import digest, signing
from planner.plans.forms import CommentForm
from planner.plans.models import Plan, Supervision
from planner.plans.tree import tree_of
from planner.plans.views import plan_page, with_asker
from planner.practice.trail import record


@require_http_methods(["GET", "HEAD", "POST"])
@carrying
def plan_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The text as it is read together, and a field for everybody who has not signed."""
    plan = with_asker(find_to_edit(Plan.objects.select_related("case"), request.user, pk=pk), request.user)
    person = _reader(request, plan)
    data = request.POST if request.method == "POST" else None
    forms = forms_for(_signers(plan, request, person), data)
    if data is None:
        record("viewed", by=request.user, what="plan", what_id=plan.pk, case_id=plan.case_id)
        return _page(request, plan, person, forms)
    if not all([form.is_valid() for form in forms]):
        return _page(request, plan, person, forms, status=422)
    try:
        once(data.get("once", "")[:64], request.user.pk, lambda: _keep(request, plan, forms))
    except signing.Changed as changed:
        return _page(request, plan, person, forms, status=409, refused=str(changed))
    except signing.Refused as refused:
        return _page(request, plan, person, forms, status=422, refused=str(refused))
    return _done(request, plan, person)


@require_POST
@clinical
def plan_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The supervisor approves with their signature, or returns the plan with comments."""
    plan, may_edit = find_and_may_edit(Plan.objects.select_related("case"), request.user, pk=pk)
    plan = with_asker(plan, request.user)
    pad = SignatureForm(request.POST, signer=staff(request.user, SignerRole.SUPERVISOR), may_wait=False)
    comment = CommentForm(request.POST, prefix="comment")
    approves = request.POST.get("decision") == "approve"
    if not comment.is_valid() or (approves and not pad.is_valid()):
        return plan_page(request, plan, may_edit=may_edit, status=422, pad=pad, comment=comment)
    words = comment.cleaned_data["comment"]
    try:
        if approves:
            signing.approve(plan=plan, by=request.user, signature=pad.signature, comment=words)
        else:
            signing.send_back(plan=plan, by=request.user, comment=words)
    except signing.Refused as refused:
        comment.add_error("comment", str(refused))
        return plan_page(request, plan, may_edit=may_edit, status=422, pad=pad, comment=comment)
    messages.success(request, _("Approved; the plan is in force.") if approves else _("Returned to the author."))
    return HttpResponseRedirect(reverse("plan", args=[plan.pk]))


def _reader(request: HttpRequest, plan: Plan) -> Person | None:
    """The one person who reads, where the address names one of the case."""
    asked = request.POST.get("for") or request.GET.get("for") or ""
    if not asked:
        return None
    for signer in _everybody(plan):
        if str(signer.person.pk) == asked:
            return signer.person
    raise Http404


def _everybody(plan: Plan) -> list[Signer]:
    return [one for one in signing.clients_of(plan.case) if one.role == SignerRole.CLIENT]


def _signers(plan: Plan, request: HttpRequest, person: Person | None) -> list[Signer]:
    """Who signs on this page: one person alone, or everybody who has nothing of their own in it."""
    waiting = signing.signers_of(plan, request.user)
    if person is not None:
        return [one for one in waiting if one.person == person]
    own = signing.with_own_items(plan)
    return [one for one in waiting if one.person is None or one.person.pk not in own]


def _keep(request: HttpRequest, plan: Plan, forms: list[SignatureForm]) -> str:
    given = [form.signature for form in forms if form.signature]
    chosen = request.POST.get("supervisor", "")
    supervisor = next((one for one in signing.supervisors_of(plan) if str(one.pk) == chosen), None)
    seen = request.POST.get("seen", "")[:64]
    signing.sign(plan=plan, by=request.user, seen=seen, signatures=given, supervisor=supervisor)
    return reverse("plan", args=[plan.pk])


def _done(request: HttpRequest, plan: Plan, person: Person | None) -> HttpResponse:
    plan.refresh_from_db()
    said = {
        Supervision.AWAITING: _("Signed. The plan waits for the supervisor."),
        Supervision.APPROVED: _("Signed."),
    }.get(plan.supervision, _("Signed. The plan is in force.") if plan.active_on else _("The signature is kept."))
    messages.success(request, said)
    address = reverse("plan_sign" if person and not plan.active_on else "plan", args=[plan.pk])
    return HttpResponseRedirect(address)


def _page(
    request: HttpRequest, plan: Plan, person: Person | None, forms: list[SignatureForm], *, status: int = 200,
    refused: str = "",
) -> HttpResponse:  # fmt: skip
    tree, own = tree_of(plan), signing.with_own_items(plan)
    apart = [one.person for one in signing.signers_of(plan, request.user) if one.person and one.person.pk in own]
    context: dict[str, Any] = {
        "plan": plan, "reader": person, "forms": forms, "refused": refused,
        "tree": tree.part(person), "missing": signing.not_yet(tree), "seen": digest.of_tree(tree),
        "apart": list(dict.fromkeys(apart)) if person is None else [],
        "signatures": shown_for(signing.shown(plan, tree), person), "supervisors": signing.supervisors_of(plan),
        "asks_supervisor": any(form.signer.role == SignerRole.CLINICIAN for form in forms),
        "needs_all": not plan.is_frozen,
    }  # fmt: skip
    return render(request, "plans/sign.html", context, status=status)
