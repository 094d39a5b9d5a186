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
from planner.boosters import dates
from planner.boosters.models import Booster, DigestMail
from planner.homework.models import Assignment
from planner.plans.models import Plan
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
    today = today or timezone.localdate()
    return [
        Line(_("Boosters overdue"), _overdue(user, today), f"{reverse('boosters')}?show=overdue", urgent=True),
        Line(_("Missed boosters to follow up"), _to_follow_up(user), f"{reverse('boosters')}?show=missed", urgent=True),
        Line(_("Boosters due this week, not booked yet"), _due(user, today), f"{reverse('boosters')}?show=week"),
        Line(_("Plans to review"), _of_cases(Plan.objects.to_review(today), user), reverse("caseload")),
        Line(_("Agreements to look at again"), _of_cases(Agreement.objects.due(today), user), reverse("caseload")),
        Line(_("Homework not reviewed"), _of_cases(Assignment.objects.to_review(), user), reverse("caseload")),
        Line(_("Notes not signed"), _unsigned(user), f"{reverse('sessions')}?when=past"),
    ]


def _overdue(user: User, today: date) -> int:
    return Booster.objects.editable_by(user).overdue(today).count()


def _to_follow_up(user: User) -> int:
    return Booster.objects.editable_by(user).to_follow_up().count()


def _due(user: User, today: date) -> int:
    """Unbooked with a window that is open at some time from today to Sunday."""
    sunday = dates.monday(today) + timedelta(days=6)
    rows = Booster.objects.editable_by(user).unbooked()
    return rows.filter(opens_on__lte=sunday, closes_on__gte=today).count()


def _of_cases(rows: QuerySet, user: User) -> int:
    return rows.filter(pk__in=rows.model.objects.editable_by(user).values("pk")).count()


def _unsigned(user: User) -> int:
    """Hours that were held and whose note is missing or still open."""
    held = Session.objects.editable_by(user).filter(state=SessionState.HELD)
    return held.filter(Q(note=None) | Q(note__in=ProgressNote.objects.open())).count()


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
