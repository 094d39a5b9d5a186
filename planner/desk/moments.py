"""Rows of the time line that other rooms give: hours, looks at the plan, boosters, agreements. One query each."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.agreements.models import AgreementVersion
from planner.base.addresses import address
from planner.base.prepared import ID, prepared
from planner.boosters.models import Booster
from planner.cases.models import Case
from planner.plans.models import PlanReview
from planner.progress.models import EventKind
from planner.progress.timeline import Moment, eyes
from planner.sessions.models import Session, SessionKind, SessionState


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
    words = {kind: said % {"kind": label} for kind, label in SessionKind.choices}
    for pk, starts_at, kind in _held(case=case.pk):
        begins = timezone.localtime(starts_at)
        hour = begins.time().replace(second=0, microsecond=0)
        found.append(Moment(begins.date(), "session", words[kind], hour=hour, href=address("session_run", pk)))
    return found


@prepared(case=ID)
def _held(case: int) -> QuerySet:
    return Session.objects.filter(case=case, state=SessionState.HELD).values_list("pk", "starts_at", "kind")


def _reviews(case: Case) -> list[Moment]:
    """Looks at the treatment plan."""
    rows, said = _looks(case=case.pk), _("Plan review")
    return [
        Moment(row.on, "review", said, text=row.get_outcome_display(), detail=row.get_because_display()) for row in rows
    ]


@prepared(case=ID)
def _looks(case: int) -> QuerySet[PlanReview]:
    return PlanReview.objects.filter(plan__case=case).only("on", "outcome", "because")


def _boosters(case: Case) -> list[Moment]:
    """Boosters that were held or missed."""
    found, held, missed = [], _("Booster %(n)d held"), _("Booster %(n)d not held")
    for pk, number, held_on, missed_on in _settled(case=case.pk):
        href = address("booster", pk)
        if held_on:
            found.append(Moment(held_on, "booster", held % {"n": number}, href=href))
        elif missed_on:
            found.append(Moment(missed_on, "booster", missed % {"n": number}, href=href))
    return found


@prepared(case=ID)
def _settled(case: int) -> QuerySet:
    rows = Booster.objects.filter(series__case=case).exclude(held_on=None, missed_on=None)
    return rows.values_list("pk", "number", "held_on", "missed_on")


def _agreements(case: Case) -> list[Moment]:
    """Agreements that were adopted, version by version."""
    return [
        Moment(
            row.adopted_on, "agreement",
            _("%(kind)s, version %(n)d") % {"kind": row.agreement.get_kind_display(), "n": row.number},
            whose=row.agreement.person.on_paper if row.agreement.person else "",
            eyes=eyes(row.agreement.audience, row.agreement.person),
        )
        for row in _adopted(case=case.pk)
    ]  # fmt: skip


@prepared(case=ID)
def _adopted(case: int) -> QuerySet[AgreementVersion]:
    rows = AgreementVersion.objects.filter(agreement__case=case, adopted_on__isnull=False)
    return rows.select_related("agreement__person").only(
        "number", "adopted_on", "agreement__kind", "agreement__audience", "agreement__person__name",
        "agreement__person__print_name",
    )  # fmt: skip
