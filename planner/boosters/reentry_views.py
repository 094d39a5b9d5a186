"""The way back into treatment of one case: its rule, what met it, and the clinician's decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from planner.base.access import carrying, clinical, find, find_to_edit
from planner.base.forms import HouseForm
from planner.boosters import actions, reentry, reentry_actions
from planner.boosters.answers import attempt
from planner.boosters.forms import DecisionForm, RuleForm
from planner.boosters.models import Decision, ReentryDecision, ReentryRule, Series
from planner.cases.models import Case, Phase
from planner.cases.names import label
from planner.plans.models import Plan
from planner.practice.trail import record

_RULE = ("relapse", "trust_falls", "missed", "also")


@clinical
@require_safe
def reentry_page(request: HttpRequest, case_pk: int) -> HttpResponse:
    """The rule, what meets it today, and what was decided before."""
    case = find(Case.objects, request.user, pk=case_pk)
    record("viewed", by=request.user, what="reentry", what_id=case.pk, case_id=case.pk)
    return _page(request, case)


def _page(request: HttpRequest, case: Case, *, status: int = 200, **sent: HouseForm) -> HttpResponse:
    reasons = reentry.reasons_of(case)
    may_edit = request.user.is_clinical and Case.objects.editable_by(request.user).filter(pk=case.pk).exists()
    rule = ReentryRule.objects.filter(case=case).first()
    context = {
        "case": case, "label": label(case), "rule": rule, "reasons": reasons, "may_edit": may_edit,
        "rule_form": sent.get("rule") or RuleForm(initial=_as_it_is(rule)),
        "decision_form": sent.get("decision") or DecisionForm(initial=_usual()),
        "decisions": ReentryDecision.objects.filter(case=case).select_related("by"),
        "has_series": Series.objects.filter(case=case).exists(), "next": reentry_actions.next_booster(case),
        "asks_rule": "rule" in sent,
    }  # fmt: skip
    return render(request, "boosters/reentry.html", context, status=status)


def _as_it_is(rule: ReentryRule | None) -> dict[str, Any]:
    rule = rule or ReentryRule()
    return {**{name: getattr(rule, name) for name in _RULE}, "version": rule.version}


def _usual() -> dict[str, Any]:
    return {"phase": Phase.REPAIR, "rest": reentry_actions.LATER, "weeks": 12}


@carrying
@require_POST
def reentry_rule(request: HttpRequest, case_pk: int) -> HttpResponse:
    """Another rule."""
    case = find_to_edit(Case.objects, request.user, pk=case_pk)
    form = RuleForm(request.POST)

    def change() -> str:
        fields = {name: form.cleaned_data[name] for name in _RULE}
        reentry_actions.set_rule(by=request.user, case=case, version=form.cleaned_data["version"] or 0, **fields)
        messages.success(request, _("The rule is kept."))
        return reverse("reentry", args=[case.pk])

    answer, status = attempt(request, form, change)
    return answer or _page(request, case, status=status, rule=form)


@carrying
@require_POST
def reentry_decide(request: HttpRequest, case_pk: int) -> HttpResponse:
    """Back into treatment, or not now; the plan's review is next where the plan is to be looked at."""
    case = find_to_edit(Case.objects, request.user, pk=case_pk)
    form = DecisionForm(request.POST)

    def decide() -> str:
        chosen = form.cleaned_data
        shown = [reason.sentence for reason in reentry.reasons_of(case)]
        if not shown:
            raise actions.Refused(_("Nothing meets the rule today, so there is nothing to decide."))
        reentry_actions.decide(
            by=request.user, case=case, decision=chosen["decision"], note=chosen["note"], phase=chosen["phase"],
            rest=chosen["rest"], weeks=chosen["weeks"] or 0,
        )  # fmt: skip
        return _next_step(request, case, chosen["decision"])

    answer, status = attempt(request, form, decide)
    return answer or _page(request, case, status=status, decision=form)


def _next_step(request: HttpRequest, case: Case, decision: str) -> str:
    """After a return into treatment to the review of the plan in force; else back to the chart."""
    if decision != Decision.TREATMENT:
        messages.success(request, _("Kept. It is asked again only when something new happens."))
        return reverse("case", args=[case.pk])
    plan = Plan.objects.active_of(case)
    if plan is None:
        messages.success(request, _("Back in treatment. No plan is in force: write one next."))
        return reverse("case", args=[case.pk])
    messages.success(request, _("Back in treatment. Look at the plan now."))
    return reverse("plan_review", args=[plan.pk])
