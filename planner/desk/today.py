"""What Today shows: the hours of the day and the week, and what waits, each with the one thing to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.cases.models import Case, FlagKind, FlagState, SafetyFlag
from planner.practice.models import CrisisLine, User
from planner.sessions.models import Session, SessionState

DAYS_AHEAD = 7
MOST_WAITING = 30


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: whose, what it is in a sentence, and the button that deals with it."""

    case: Case
    sentence: str
    do: str
    href: str
    urgent: bool = False


def hours(user: User) -> dict[str, list[Session]]:
    """Sessions of today and of the coming week, each with its agenda's minutes (`planned_minutes`)."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    found = list(
        _with_agenda(Session.objects.visible_to(user))
        .exclude(state=SessionState.CANCELLED)
        .filter(starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=DAYS_AHEAD))
        .order_by("starts_at")
    )
    return {
        "today": [session for session in found if session.starts_at < tomorrow],
        "week": [session for session in found if session.starts_at >= tomorrow],
    }


def _with_agenda(sessions: QuerySet) -> QuerySet:
    minutes = Sum("items__minutes", filter=Q(items__removed_at=None), default=0)
    return (
        sessions.annotate(planned_minutes=minutes).select_related("case").prefetch_related("case__participants__person")
    )


def appointments(user: User) -> list[Session]:
    """The front desk's day and week: times, lengths and names, nothing else."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return list(
        Session.objects.appointments_of(user.practice)
        .filter(starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=DAYS_AHEAD))
        .select_related("case")
        .prefetch_related("case__participants__person")
        .order_by("starts_at")
    )


def waiting(user: User) -> list[Waiting]:
    """What waits, the most pressing first: hours not closed, safety not asked, cases without a next hour."""
    cases = Case.objects.editable_by(user).filter(closed_on=None).prefetch_related("participants__person")
    found = [*_not_closed(user), *_safety(cases), *_without_next(cases)]
    return found[:MOST_WAITING]


def _not_closed(user: User) -> list[Waiting]:
    over = timezone.now() - timedelta(hours=2)
    past = (
        Session.objects.editable_by(user)
        .filter(state__in=[SessionState.PLANNED, SessionState.RUNNING], starts_at__lt=over)
        .select_related("case")
        .prefetch_related("case__participants__person")
        .order_by("-starts_at")[:MOST_WAITING]
    )
    said, do = _("Past session not closed yet"), _("Close it")
    return [Waiting(session.case, said, do, reverse("session_run", args=[session.pk])) for session in past]


def _safety(cases: QuerySet) -> list[Waiting]:
    """Couples and families in which somebody has not been asked alone about safety."""
    asked: dict[tuple[int, int], str] = {}
    rows = SafetyFlag.objects.filter(case__in=cases, kind=FlagKind.VIOLENCE).order_by("pk")
    for case_id, person_id, state in rows.values_list("case_id", "person_id", "state"):
        asked[case_id, person_id] = state
    found = []
    for case in cases.exclude(kind="individual").order_by("code")[:MOST_WAITING]:
        adults = [place.person for place in case.participants.all() if not place.left_on and not place.person.is_minor]
        if any(asked.get((case.pk, person.pk), FlagState.NOT_YET) == FlagState.NOT_YET for person in adults):
            href = reverse("flag_record", args=[case.pk])
            found.append(Waiting(case, _("Safety not asked with everyone alone yet"), _("Record"), href, urgent=True))
    return found


def _without_next(cases: QuerySet) -> list[Waiting]:
    coming = Session.objects.filter(
        case=OuterRef("pk"), state__in=[SessionState.PLANNED, SessionState.RUNNING], starts_at__gte=timezone.now()
    )
    return [
        Waiting(case, _("No next session planned"), _("Plan"), reverse("session_new", args=[case.pk]))
        for case in cases.exclude(Exists(coming)).order_by("code")[:MOST_WAITING]
    ]


def page(user: User) -> dict[str, Any]:
    """Everything the page of Today shows."""
    if user.is_front_desk:
        return {"appointments": appointments(user)}
    has_cases = Case.objects.visible_to(user).exists()
    stale = CrisisLine.objects.editable_by(user).stale().count()
    return {**hours(user), "waiting": waiting(user), "has_cases": has_cases, "stale_lines": stale}
