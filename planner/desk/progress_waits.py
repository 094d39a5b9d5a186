"""What waits of measures: answers that ask for a look at safety until somebody recorded one, and what is due today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.prepared import MOMENT, prepared
from planner.cases.models import Case
from planner.desk.piles import OF_A_KIND, Pile, Waiting, pile
from planner.practice.models import User
from planner.progress import due
from planner.progress.models import DueRule, Rating
from planner.sessions.models import Session, SessionKind, SessionState


def looks(user: User) -> Pile:
    """Answers that ask for a look at suicide risk. One query."""
    said, do = _("An answer asks you to look at safety"), _("Look now")
    rows = _asking(user=user)
    found = (Waiting(row.case, said, do, reverse("rating", args=[row.pk]), urgent=True) for row in rows)
    return pile(found, reverse("caseload"))


@prepared()
def _asking(user: User) -> QuerySet[Rating]:
    rows = Rating.objects.editable_by(user).asking_to_look().select_related("case").only("case__code")
    return rows.order_by("on", "pk")[: OF_A_KIND + 1]


def measures_due(user: User) -> Pile:
    """Cases with an hour today in which a measure is due. Four queries, none of the last three where no rule asks."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    kinds = dict(_hours(user=user, since=midnight, until=midnight + timedelta(days=1)))
    rules = list(DueRule.objects.current().filter(case__in=kinds).select_related("case").order_by("case__code"))
    if not rules:
        return pile([], "")
    held = _held(rule.case_id for rule in rules)
    lasts = due.last_filled_in({rule.case_id for rule in rules}, timezone.localdate())
    counts: dict[Case, int] = {}
    for rule in rules:
        hour = _kind_of(kinds[rule.case_id])
        last = lasts.get((rule.case_id, rule.person_id, rule.measure))
        if due.is_due(rule, last, timezone.localdate(), held=held.get(rule.case_id, ()), **hour):
            counts[rule.case] = counts.get(rule.case, 0) + 1
    said, do = _("Measures due today: %(n)d"), _("Fill")
    found = [Waiting(case, said % {"n": n}, do, reverse("progress", args=[case.pk])) for case, n in counts.items()]
    return pile(found, reverse("caseload"))


@prepared(since=MOMENT, until=MOMENT)
def _hours(user: User, since: datetime, until: datetime) -> QuerySet[Session]:
    """(Case, kind) of the hours in between."""
    rows = Session.objects.editable_by(user).filter(starts_at__gte=since, starts_at__lt=until)
    return rows.exclude(state=SessionState.CANCELLED).values_list("case_id", "kind")


def _held(case_ids: Iterable[int]) -> dict[int, list[date]]:
    """Case -> the days of its sessions held so far."""
    found: dict[int, list[date]] = {}
    rows = Session.objects.filter(case__in=set(case_ids), state=SessionState.HELD)
    for case_id, starts_at in rows.values_list("case_id", "starts_at"):
        found.setdefault(case_id, []).append(timezone.localtime(starts_at).date())
    return found


def hour_of(case: Case, coming: Iterable[Session]) -> dict[str, Any]:
    """What is known of the next hour of a case, for the rules by which measures are due. One query."""
    return {"held": _held([case.pk]).get(case.pk, []), **_kind_of(next((row.kind for row in coming), ""))}


def _kind_of(kind: str) -> dict[str, bool]:
    """What an hour is, as the rules ask it."""
    return {"review": kind == SessionKind.REVIEW, "booster": kind == SessionKind.BOOSTER}


#: For planner.desk.today: safety before everything, measures before the hour.
FIRST = (looks,)
SOURCES = (measures_due,)
