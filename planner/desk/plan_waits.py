"""What waits of the plans: what awaits a supervisor's word, what came back from one, and reviews that are due."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from planner.base.prepared import DAY, prepared
from planner.cases.models import SafetyFlag
from planner.desk.piles import OF_A_KIND, Pile, Waiting, pile
from planner.plans import reviews
from planner.plans.models import Plan, Standing, Supervision
from planner.practice.models import User
from planner.progress.models import Event

#: What is weighed and shown of a plan in force; its texts stay where they are.
SHOWN = (*reviews.WEIGHED, "case__code")
LOOKED_AT = 100  # plans that are weighed for one page: far more than it shows


def to_decide(user: User) -> Pile:
    """Plans that wait for this person's word as the supervisor."""
    said, do = _("Treatment plan of %(name)s awaits your word"), _("Read")
    found = [Waiting(row.case, said % {"name": row.author.name}, do, _address(row)) for row in _decidable(user=user)]
    return pile(found, reverse("caseload"))


@prepared()
def _decidable(user: User) -> QuerySet[Plan]:
    rows = Plan.objects.decidable_by(user).select_related("case", "author").only("case__code", "author__name")
    return rows.order_by("frozen_at")[: OF_A_KIND + 1]


def with_supervisor(user: User) -> Pile:
    """The author's plans that are with the supervisor, or came back."""
    return pile([_of_author(row) for row in _supervised(user=user)], reverse("caseload"))


@prepared()
def _supervised(user: User) -> QuerySet[Plan]:
    rows = Plan.objects.editable_by(user).drafts().filter(author=user.pk, case__closed_on=None)
    rows = rows.filter(supervision__in=[Supervision.AWAITING, Supervision.RETURNED])
    rows = rows.select_related("case", "supervisor").only("supervision", "case__code", "supervisor__name")
    return rows.order_by("pk")[: OF_A_KIND + 1]


def _of_author(row: Plan) -> Waiting:
    name = {"name": row.supervisor.name}
    if row.supervision == Supervision.RETURNED:
        return Waiting(
            row.case, _("%(name)s returned the treatment plan with comments") % name, _("Open it"), _address(row)
        )
    return Waiting(row.case, _("The treatment plan is with %(name)s for approval") % name, _("Open it"), _address(row))


def to_review(user: User) -> Pile:
    """Plans in force whose day comes within two weeks, or about which something happened."""
    plans = _candidates(user=user, near=timezone.localdate() + timedelta(days=reviews.WARN_DAYS))
    found = [_review(one) for one in reviews.due(plans)[: OF_A_KIND + 1]]
    return pile(found, reverse("caseload"))


@prepared(near=DAY)
def _candidates(user: User, near: date) -> QuerySet[Plan]:
    """Those that may be due: their day is near, or something was recorded since they were signed."""
    case, since = OuterRef("case"), OuterRef("frozen_at")
    happened = [
        Exists(model.objects.filter(case=case, at__gt=since)) for model in (Event, SafetyFlag, Standing)
    ]  # fmt: skip
    drafts = Exists(Plan.objects.filter(case=case).drafts())
    plans = Plan.objects.editable_by(user).active().filter(case__closed_on=None)
    plans = plans.filter(Q(review_on__lte=near) | happened[0] | happened[1] | happened[2] | drafts)
    return plans.select_related("case").only(*SHOWN).order_by("review_on")[:LOOKED_AT]


def _review(due: reviews.Due) -> Waiting:
    if due.because[0] != "interval":
        said = _("Treatment plan to look at: %(why)s") % {"why": due.why[0]}
        return Waiting(due.plan.case, said, _("Review"), reverse("plan_review", args=[due.plan.pk]), mark=_("Happened"))
    day = date_format(due.plan.review_on, "j M")
    said = _("Treatment plan: review by %(day)s") if due.days >= 0 else _("Treatment plan: review was due on %(day)s")
    return Waiting(due.plan.case, said % {"day": day}, _("Review"), reverse("plan_review", args=[due.plan.pk]))


def _address(row: Plan) -> str:
    return reverse("plan", args=[row.pk])


#: In this order on Today.
SOURCES = (to_decide, with_supervisor, to_review)
