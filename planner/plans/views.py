"""A plan as it is read: the text, where it stands, its signatures, versions and reviews."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from planner.base.access import carrying, clinical, find, find_and_may_edit, find_to_edit, put
from planner.base.once import once
from planner.base.prepared import ID, prepared
from planner.cases.models import Case, SignerRole
from planner.cases.names import with_people
from planner.cases.signing import SignatureForm, staff
from planner.library.compare import apart
from planner.plans import compare, review_actions, reviews, signing, standing
from planner.plans.forms import CommentForm, ReviewForm, StandingForm, people_of
from planner.plans.models import Goal, Objective, Plan, PlanReview, PlanState, Supervision
from planner.plans.tree import rows_of, tree_of
from planner.practice.models import User
from planner.practice.trail import record


@require_safe
@clinical
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole plan, for the team of the case."""
    found, may_edit = find_and_may_edit(Plan.objects.select_related("case"), request.user, pk=pk)
    record("viewed", by=request.user, what="plan", what_id=found.pk, case_id=found.case_id)
    return plan_page(request, with_asker(found, request.user), may_edit=may_edit and request.user.is_clinical)


def with_asker(found: Plan, user: User) -> Plan:
    """The plan of a page. Who wrote it is the person who asks, as a rule: read already, like their practice."""
    put(found.case, "practice", user.practice)
    for name in ("author", "changed_by", "supervisor"):
        put(found, name, user)
    return found


def plan_page(
    request: HttpRequest, found: Plan, *, may_edit: bool = False, status: int = 200, **forms: Any
) -> HttpResponse:
    """The page of a plan; a supervisor's forms that were not accepted come back in it."""
    with_people(found.case)
    tree = tree_of(found, rows=rows_of(found, people=people_of(found.case)))
    steps = signing.supervision_of(found)
    histories = standing.histories(tree)
    lines = [row for rows in histories.values() for row in rows]
    signatures = signing.shown(found, tree)
    decides = found.supervision == Supervision.AWAITING and found.supervisor_id == request.user.pk
    looks = reviews.looks_of(plan=found.pk)
    context = {
        "plan": found, "tree": tree, "histories": histories, "t_score": standing.t_score(tree, histories),
        "signatures": signatures, "holds": signing.holds(found, tree), "due": reviews.of(found, lines, looks),
        "waiting": signing.signers_of(found, request.user, [one.row for one in signatures]),
        "may_edit": may_edit, "steps": [step for step in steps if step.plan_id == found.pk],
        "comments": [step for step in reversed(steps) if step.comment],
        "reviews": looks, "decides": decides, **forms,
    }  # fmt: skip
    if decides:
        signer = staff(request.user, SignerRole.SUPERVISOR)
        context.setdefault("pad", SignatureForm(signer=signer, may_wait=False))
        context.setdefault("comment", CommentForm(prefix="comment"))
    return render(request, "plans/plan.html", context, status=status)


@require_safe
@clinical
def plans(request: HttpRequest, case_pk: int) -> HttpResponse:
    """Every version of a case's plan, and every review."""
    case, may_edit = find_and_may_edit(Case.objects.select_related("practice"), request.user, pk=case_pk)
    context = {
        "case": case, "rows": _versions(user=request.user, case=case.pk),
        "reviews": _every_look(user=request.user, case=case.pk), "may_edit": may_edit and request.user.is_clinical,
    }  # fmt: skip
    return render(request, "plans/plans.html", context)


@prepared(case=ID)
def _versions(user: Any, case: int) -> QuerySet[Plan]:
    return Plan.objects.visible_to(user).filter(case=case).select_related("author")


@prepared(case=ID)
def _every_look(user: Any, case: int) -> QuerySet[PlanReview]:
    return PlanReview.objects.visible_to(user).filter(plan__case=case).select_related("by", "plan")


@require_safe
@clinical
def plan_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions beside each other: `?with=` is the other's number; the version before unless told."""
    right = find(Plan.objects.select_related("case", "impression_of"), request.user, pk=pk)
    others = _others(user=request.user, case=right.case_id, but=right.pk)
    asked = request.GET.get("with", "")
    before = [one for one in others if one.number < right.number] or others
    left = next((one for one in others if str(one.number) == asked), before[0] if before else None)
    read = rows_of(left, right) if left else None
    rows = compare.rows(tree_of(left, rows=read), tree_of(right, rows=read)) if left else []
    context = {"plan": right, "left": left, "others": others, **apart(rows)}
    return render(request, "plans/compare.html", context)


@prepared(case=ID, but=ID)
def _others(user: Any, case: int, but: int) -> QuerySet[Plan]:
    rows = Plan.objects.visible_to(user).filter(case=case).exclude(pk=but)
    return rows.select_related("case", "impression_of")


@require_http_methods(["GET", "HEAD", "POST"])
@carrying
def plan_stand(request: HttpRequest, pk: int, kind: str, row_pk: int) -> HttpResponse:
    """Where a goal or an objective stands, and its history."""
    found = with_asker(find_to_edit(Plan.objects.select_related("case"), request.user, pk=pk), request.user)
    row = _line_of(request, found, kind, row_pk)
    history = standing.history_of(found.case, row.line)
    initial = {"status": standing.status_of(history), "on": timezone.localdate()}
    initial |= {name: standing.newest(history, name) for name in ("progress", "attainment", "value")}
    form = StandingForm(request.POST or None, initial=initial)
    if kind == "objective":
        del form.fields["attainment"]
    if form.is_valid() and _try(request, form, lambda: _stand(request, found, row, form)):
        messages.success(request, _("Recorded."))
        return HttpResponseRedirect(reverse("plan", args=[found.pk]))
    context = {"plan": found, "row": row, "kind": kind, "history": history, "form": form}
    return render(request, "plans/stand.html", context, status=422 if request.method == "POST" else 200)


def _line_of(request: HttpRequest, found: Plan, kind: str, pk: int) -> Goal | Objective:
    """A goal or an objective of this very plan."""
    if kind == "objective":
        return find_to_edit(Objective.objects.select_related("goal"), request.user, pk=pk, goal__plan=found)
    return find_to_edit(Goal.objects.select_related("person"), request.user, pk=pk, plan=found)


def _stand(request: HttpRequest, found: Plan, row: Goal | Objective, form: StandingForm) -> str:
    review_actions.set_standing(plan=found, of=row, by=request.user, **form.sound)
    return reverse("plan", args=[found.pk])


@require_http_methods(["GET", "HEAD", "POST"])
@carrying
def plan_review(request: HttpRequest, pk: int) -> HttpResponse:
    """A look at the plan: what was found, what follows."""
    found = with_asker(find_to_edit(Plan.objects.select_related("case"), request.user, pk=pk), request.user)
    due = reviews.of(found)
    because = due.because[0] if due else "interval"
    form = ReviewForm(
        request.POST or None, initial={"because": because, "on": timezone.localdate(), "outcome": "unchanged"}
    )
    if form.is_valid() and (done := _try(request, form, lambda: _review(request, found, form))):
        messages.success(request, _("The review is recorded."))
        return HttpResponseRedirect(done)
    tree = tree_of(found)
    histories = standing.histories(tree)
    context = {
        "plan": found, "form": form, "due": due, "tree": tree, "histories": histories,
        "t_score": standing.t_score(tree, histories),
    }  # fmt: skip
    if found.state != PlanState.ACTIVE and request.method == "GET":
        messages.error(request, _("Only a plan in force is reviewed."))
        return HttpResponseRedirect(reverse("plan", args=[found.pk]))
    return render(request, "plans/review.html", context, status=422 if request.method == "POST" else 200)


def _review(request: HttpRequest, found: Plan, form: ReviewForm) -> str:
    """Records it; a change goes on in the editor."""
    review_actions.review(plan=found, by=request.user, **form.sound)
    draft = (
        Plan.objects.visible_to(request.user).draft_of(found.case)
        if form.cleaned_data["outcome"] == "changed"
        else None
    )
    return reverse("plan_edit", args=[draft.pk]) if draft else reverse("plan", args=[found.pk])


def _try(request: HttpRequest, form: Any, write: Any) -> str:
    """Does a write once; the address to go to, or nothing where it was refused and the form says why."""
    try:
        return once(form.one_time_key, request.user.pk, write)
    except review_actions.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return ""
