"""Rows of the time line that other rooms give: hours, looks at the plan, boosters, agreements. One query each."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from planner.agreements.models import AgreementVersion
from planner.base.addresses import address
from planner.boosters.models import Booster
from planner.cases.models import Case
from planner.plans.models import PlanReview
from planner.progress.models import EventKind
from planner.progress.timeline import Moment, eyes
from planner.sessions.models import Session, SessionState


def kinds() -> dict[str, str]:
    """Kinds of rows, in the order of the filter."""
    others = {
        "session": _("Session"), "milestone": _("Milestone"), "stage": _("Repair stage"), "review": _("Plan review"),
        "booster": _("Booster"), "agreement": _("Agreement"),
    }  # fmt: skip
    return {**dict(EventKind.choices), **others}


def of_other_rooms(case: Case) -> list[Moment]:
    """Everything that stands on the time line by itself."""
    return [*_sessions(case), *_reviews(case), *_boosters(case), *_agreements(case)]


def _sessions(case: Case) -> list[Moment]:
    """Hours that were held."""
    found, said = [], _("Session: %(kind)s")
    for row in Session.objects.filter(case=case, state=SessionState.HELD).only("starts_at", "kind"):
        begins = timezone.localtime(row.starts_at)
        word = said % {"kind": row.get_kind_display()}
        hour = begins.time().replace(second=0, microsecond=0)
        found.append(Moment(begins.date(), "session", word, hour=hour, href=address("session_run", row.pk)))
    return found


def _reviews(case: Case) -> list[Moment]:
    """Looks at the treatment plan."""
    rows, said = PlanReview.objects.filter(plan__case=case).only("on", "outcome", "because"), _("Plan review")
    return [
        Moment(row.on, "review", said, text=row.get_outcome_display(), detail=row.get_because_display()) for row in rows
    ]


def _boosters(case: Case) -> list[Moment]:
    """Boosters that were held or missed."""
    rows = Booster.objects.filter(series__case=case).exclude(held_on=None, missed_on=None)
    found, held, missed = [], _("Booster %(n)d held"), _("Booster %(n)d not held")
    for row in rows.only("number", "held_on", "missed_on"):
        href = address("booster", row.pk)
        if row.held_on:
            found.append(Moment(row.held_on, "booster", held % {"n": row.number}, href=href))
        elif row.missed_on:
            found.append(Moment(row.missed_on, "booster", missed % {"n": row.number}, href=href))
    return found


def _agreements(case: Case) -> list[Moment]:
    """Agreements that were adopted, version by version."""
    rows = AgreementVersion.objects.filter(agreement__case=case, adopted_on__isnull=False)
    rows = rows.select_related("agreement__person").only(
        "number", "adopted_on", "agreement__kind", "agreement__audience", "agreement__person__name",
        "agreement__person__print_name",
    )  # fmt: skip
    return [
        Moment(
            row.adopted_on, "agreement",
            _("%(kind)s, version %(n)d") % {"kind": row.agreement.get_kind_display(), "n": row.number},
            whose=row.agreement.person.on_paper if row.agreement.person else "",
            eyes=eyes(row.agreement.audience, row.agreement.person),
        )
        for row in rows
    ]  # fmt: skip
