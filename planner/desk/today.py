"""What Today shows: the hours of the day and the week, and what waits, each with the one thing to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.agreements import chart as agreements
from planner.base.prepared import DAY, MOMENT, counted, prepared
from planner.boosters.models import Booster
from planner.cases import names
from planner.cases.models import Case, CaseKind, FlagKind, FlagState, Participant, SafetyFlag
from planner.desk import booster_waits, homework_waits, note_waits, plan_waits, progress_waits
from planner.desk.piles import OF_A_KIND, Pile, Waiting, pile
from planner.practice.models import STALE_AFTER, CrisisLine, User
from planner.sessions.models import Session, SessionState

DAYS_AHEAD = 7


def hours(user: User) -> dict[str, list[Session]]:
    """Sessions of today and of the coming week, each with its agenda's minutes (`planned_minutes`)."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    found = _hours(user=user, since=midnight, until=midnight + timedelta(days=DAYS_AHEAD))
    return {
        "today": [session for session in found if session.starts_at < tomorrow],
        "week": [session for session in found if session.starts_at >= tomorrow],
    }


@prepared(since=MOMENT, until=MOMENT)
def _hours(user: User, since: datetime, until: datetime) -> QuerySet[Session]:
    rows = Session.objects.visible_to(user).exclude(state=SessionState.CANCELLED)
    rows = rows.filter(starts_at__gte=since, starts_at__lt=until)
    rows = rows.annotate(planned_minutes=Sum("items__minutes", filter=Q(items__removed_at=None), default=0))
    return rows.select_related("case").only("starts_at", "minutes", "kind", "state", "case__code").order_by("starts_at")


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


def not_closed(user: User) -> Pile:
    """Hours that are over and were neither closed nor cancelled."""
    past = _over(user=user, moment=timezone.now() - timedelta(hours=2))
    said, do = _("Past session not closed yet"), _("Close it")
    found = [Waiting(session.case, said, do, reverse("session_run", args=[session.pk])) for session in past]
    return pile(found, reverse("sessions"))


@prepared(moment=MOMENT)
def _over(user: User, moment: datetime) -> QuerySet[Session]:
    open_ones = [SessionState.PLANNED, SessionState.RUNNING]
    rows = Session.objects.editable_by(user).filter(state__in=open_ones, starts_at__lt=moment)
    return rows.select_related("case").only("case__code").order_by("-starts_at")[: OF_A_KIND + 1]


def safety(user: User) -> Pile:
    """Couples and families in which somebody has not been asked alone about safety."""
    said, do, cases = _("Safety not asked with everyone alone yet"), _("Record"), _not_asked(user=user)
    found = [Waiting(case, said, do, reverse("flag_record", args=[case.pk]), urgent=True) for case in cases]
    return pile(found, reverse("caseload"))


@prepared()
def _not_asked(user: User) -> QuerySet[Case]:
    flags = SafetyFlag.objects.filter(
        case=OuterRef("case"), person=OuterRef("person"), kind=FlagKind.VIOLENCE
    ).order_by("-pk")
    newest = Coalesce(Subquery(flags.values("state")[:1]), Value(FlagState.NOT_YET))
    adults = Participant.objects.filter(case=OuterRef("pk"), left_on=None, person__is_minor=False)
    not_asked = adults.alias(newest=newest).filter(newest=FlagState.NOT_YET)
    return _few(_open_cases(user).exclude(kind=CaseKind.INDIVIDUAL).filter(Exists(not_asked)))


def without_next(user: User) -> Pile:
    """Cases without a next hour and without a booster to come, whose own windows bring it up."""
    said, do, cases = _("No next session planned"), _("Plan"), _without_next(user=user, moment=timezone.now())
    found = [Waiting(case, said, do, reverse("session_new", args=[case.pk])) for case in cases]
    return pile(found, f"{reverse('caseload')}?sort=next")


@prepared(moment=MOMENT)
def _without_next(user: User, moment: datetime) -> QuerySet[Case]:
    coming = Session.objects.filter(
        case=OuterRef("pk"), state__in=[SessionState.PLANNED, SessionState.RUNNING], starts_at__gte=moment
    )
    boosters = Booster.objects.filter(series__case=OuterRef("pk")).open()
    return _few(_open_cases(user).exclude(Exists(coming)).exclude(Exists(boosters)))


def after_a_relapse(user: User) -> Pile:
    """Ways back that are not gone to the end yet."""
    said, do = _("After a relapse: what to do today"), _("Open it")
    rows = _ways_back(user=user)
    found = [Waiting(row.case, said, do, reverse("after_relapse", args=[row.pk]), urgent=True) for row in rows]
    return pile(found, reverse("caseload"))


@prepared()
def _ways_back(user: User) -> QuerySet:
    return agreements.ways_back(user)[: OF_A_KIND + 1]


def documents(user: User) -> Pile:
    """Plans and agreements to look at again: their day has come, or a relapse asks for it."""
    said, do = _("Look at it again: %(name)s"), _("Open it")
    rows = _due(user=user, day=timezone.localdate())
    found = [
        Waiting(row.case, said % {"name": row.worksheet.name}, do, reverse("agreement", args=[row.pk])) for row in rows
    ]
    return pile(found, reverse("caseload"))


@prepared(day=DAY)
def _due(user: User, day: date) -> QuerySet:
    return agreements.due(user, day)[: OF_A_KIND + 1]


def _open_cases(user: User) -> QuerySet:
    return Case.objects.editable_by(user).filter(closed_on=None)


def _few(cases: QuerySet) -> QuerySet:
    """The first, with what a line shows of them."""
    return cases.only("code").order_by("code")[: OF_A_KIND + 1]


@dataclass(frozen=True)
class Group:
    """What is asked together for things that wait. Each source has a constant number of queries."""

    title: str
    sources: tuple[Callable[[User], Pile], ...]

    def waiting(self, user: User) -> list[Pile]:
        """What waits, by kind, with what its cases are called; kinds of which nothing waits are left out."""
        piles = [found for source in self.sources if (found := source(user)).things]
        names.tell(thing.case for pile in piles for thing in pile.things)
        return piles


#: By the name in the address, the most pressing first. Each comes as a part of its own: the hours stand at once.
GROUPS: dict[str, Group] = {
    "first": Group(
        gettext_lazy("Safety, and what is due today"),
        (after_a_relapse, *progress_waits.FIRST, safety, *progress_waits.SOURCES, not_closed),
    ),
    "papers": Group(gettext_lazy("Plans and agreements"), (documents, *plan_waits.SOURCES)),
    "notes": Group(gettext_lazy("Notes and homework"), (*note_waits.SOURCES, *homework_waits.SOURCES)),
    "boosters": Group(gettext_lazy("Boosters"), booster_waits.WINDOWS),
    "ahead": Group(gettext_lazy("Ways back, reminders and next sessions"), (*booster_waits.AHEAD, without_next)),
}


def waiting(user: User) -> list[Pile]:
    """What waits, of all groups."""
    return [pile for group in GROUPS.values() for pile in group.waiting(user)]


def page(user: User) -> dict[str, Any]:
    """What the page of Today shows at once; what waits comes as parts, one for each of GROUPS."""
    if user.is_front_desk:
        return {"appointments": appointments(user)}
    shown = hours(user)
    names.tell(session.case for both in shown.values() for session in both)
    has_cases = any(shown.values()) or Case.objects.visible_to(user).exists()
    stale = sum(_stale(user=user, day=timezone.localdate() - STALE_AFTER))
    return {**shown, "groups": GROUPS, "has_cases": has_cases, "stale_lines": stale}


@prepared(day=DAY)
def _stale(user: User, day: date) -> QuerySet:
    return counted(CrisisLine.objects.editable_by(user).older_than(day))
