"""The weekly digest of one person: what is due, overdue and left open, as numbers that hold at this moment.

On screen each number leads to its page. By mail, where a practice has set a server, it carries the numbers alone: no
name, no code, no address of a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from planner.agreements.models import Agreement
from planner.base.prepared import DAY, MOMENT, counted, prepared
from planner.boosters import dates
from planner.boosters.models import Booster, DigestMail
from planner.homework.models import Assignment
from planner.plans.models import WARN_DAYS, Plan
from planner.practice.models import Role, User
from planner.practice.place import zone_of
from planner.practice.trail import record
from planner.sessions.models import ProgressNote, Session, SessionState

#: Not before this hour of a Monday on the practice's clock.
HOUR = time(7)


@dataclass(frozen=True)
class Line:
    """One number with its words and the page behind it."""

    words: str
    count: int
    href: str
    urgent: bool = False


def lines(user: User, today: date | None = None) -> list[Line]:
    """Everything the digest says; one query a line."""
    here = timezone.localdate()
    today = today or here
    soon = today + timedelta(days=WARN_DAYS)
    overdue = sum(_overdue(user=user, day=today, moment=timezone.now()))
    missed = sum(_to_follow_up(user=user))
    due = sum(_due(user=user, day=today, sunday=dates.monday(today) + timedelta(days=6)))
    return [
        Line(_("Boosters overdue"), overdue, f"{reverse('boosters')}?show=overdue", urgent=True),
        Line(_("Missed boosters to follow up"), missed, f"{reverse('boosters')}?show=missed", urgent=True),
        Line(_("Boosters due this week, not booked yet"), due, f"{reverse('boosters')}?show=week"),
        Line(_("Plans to review"), sum(_plans(user=user, soon=soon)), reverse("caseload")),
        Line(_("Agreements to look at again"), sum(_agreements(user=user, day=today)), reverse("caseload")),
        Line(_("Homework not reviewed"), sum(_homework(user=user, day=here)), reverse("caseload")),
        Line(_("Notes not signed"), sum(_unsigned(user=user)), f"{reverse('sessions')}?when=past"),
    ]


@prepared(day=DAY, moment=MOMENT)
def _overdue(user: User, day: date, moment: datetime) -> QuerySet:
    return counted(Booster.objects.editable_by(user).overdue(day, moment))


@prepared()
def _to_follow_up(user: User) -> QuerySet:
    return counted(Booster.objects.editable_by(user).to_follow_up())


@prepared(day=DAY, sunday=DAY)
def _due(user: User, day: date, sunday: date) -> QuerySet:
    """Unbooked with a window that is open at some time from today to Sunday."""
    rows = Booster.objects.editable_by(user).unbooked()
    return counted(rows.filter(opens_on__lte=sunday, closes_on__gte=day))


@prepared(soon=DAY)
def _plans(user: User, soon: date) -> QuerySet:
    return counted(Plan.objects.editable_by(user).to_review_by(soon))


@prepared(day=DAY)
def _agreements(user: User, day: date) -> QuerySet:
    return counted(Agreement.objects.editable_by(user).due(day))


@prepared(day=DAY)
def _homework(user: User, day: date) -> QuerySet:
    return counted(Assignment.objects.editable_by(user).to_review(on=day))


@prepared()
def _unsigned(user: User) -> QuerySet:
    """Hours that were held and whose note is missing or still open."""
    held = Session.objects.editable_by(user).filter(state=SessionState.HELD)
    return counted(held.filter(Q(note=None) | Q(note__in=ProgressNote.objects.open())))


def is_mail_set_up() -> bool:
    """Has the practice's installation a mail server?"""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


def mail_all(now: datetime | None = None) -> int:
    """Mails this week's digest to everybody who carries cases, once each, from Monday seven o'clock of the practice
    on. Returns how many. Safe to run twice and at once: whoever takes the row of the week sends it."""
    if not is_mail_set_up():
        return 0
    now = now or timezone.now()
    people = User.objects.filter(is_active=True, role__in=[Role.OWNER, Role.CLINICIAN]).select_related("practice")
    return sum(_mail(user, now) for user in people)


def _mail(user: User, now: datetime) -> bool:
    zone = zone_of(user.practice)
    here = now.astimezone(zone)
    week = dates.monday(here.date())
    if here < datetime.combine(week, HOUR, zone) or DigestMail.objects.filter(user=user, week=week).exists():
        return False
    with timezone.override(zone), translation.override(user.language or user.practice.language):
        found = lines(user, here.date())
        with transaction.atomic():
            _row, fresh = DigestMail.objects.get_or_create(user=user, week=week)
            if not fresh:
                return False
            record("mailed", by=user, what="digest", what_id=user.pk)
            if any(line.count for line in found):
                send_mail(subject_of(week), text_of(found), None, [user.email])
    return True


def subject_of(week: date) -> str:
    """Neutral: a subject may be read on a locked phone."""
    return _("Your week from %(day)s") % {"day": dates.in_words(week)}


def text_of(found: list[Line]) -> str:
    """Numbers and words, nothing about a client."""
    said = [f"{line.count:>4}  {line.words}" for line in found if line.count]
    return "\n".join([_("What waits in your planner:"), "", *said, "", _("Open the planner to see more.")])
