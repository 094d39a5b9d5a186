"""What waits of the boosters: overdue ones until somebody acts, follow-ups, proposals to go back into treatment,
reminders to give, hours to book."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.prepared import DAY, MOMENT, prepared
from planner.boosters import reentry, reminders
from planner.boosters.dates import in_words
from planner.boosters.models import Booster
from planner.cases.models import Case
from planner.desk.piles import OF_A_KIND, Pile, Waiting, pile
from planner.practice.models import User

#: What a line shows of a booster.
SHOWN = ("number", "due_on", "closes_on", "series__case__code")


def overdue(user: User) -> Pile:
    """Windows that closed without an hour; they stand here until somebody acts."""
    rows = _overdue(user=user, day=timezone.localdate(), moment=timezone.now())
    return _pile(rows, _("Booster %(n)d: window over since %(closes)s"), _("Look"), "overdue", mark=_("Overdue"))


def to_follow_up(user: User) -> Pile:
    """Missed, and nobody has said what was done about it."""
    return _pile(_missed(user=user), _("Booster %(n)d of %(due)s was missed: follow up"), _("Follow up"), "missed")


def to_book(user: User) -> Pile:
    """Windows that are open, without an hour."""
    rows = _unbooked(user=user, day=timezone.localdate())
    return _pile(rows, _("Booster %(n)d: to be held by %(closes)s"), _("Book"), "due", door="booster_book")


@prepared(day=DAY, moment=MOMENT)
def _overdue(user: User, day: date, moment: datetime) -> QuerySet[Booster]:
    return _few(Booster.objects.editable_by(user).overdue(day, moment).order_by("closes_on"))


@prepared()
def _missed(user: User) -> QuerySet[Booster]:
    return _few(Booster.objects.editable_by(user).to_follow_up().order_by("missed_on"))


@prepared(day=DAY)
def _unbooked(user: User, day: date) -> QuerySet[Booster]:
    rows = Booster.objects.editable_by(user).unbooked().filter(opens_on__lte=day, closes_on__gte=day)
    return _few(rows.order_by("closes_on"))


def _few(rows: QuerySet[Booster]) -> QuerySet[Booster]:
    return rows.select_related("series__case").only(*SHOWN)[: OF_A_KIND + 1]


def _pile(few: Iterable[Booster], said: str, do: str, show: str, *, door: str = "booster", mark: str = "") -> Pile:
    return pile((_waiting(one, said, do, door, mark) for one in few), f"{reverse('boosters')}?show={show}")


def _waiting(booster: Booster, said: str, do: str, door: str, mark: str) -> Waiting:
    words = {"n": booster.number, "closes": in_words(booster.closes_on), "due": in_words(booster.due_on)}
    return Waiting(booster.series.case, said % words, do, reverse(door, args=[booster.pk]), mark=mark)


def way_back(user: User) -> Pile:
    """Cases whose rule for going back into treatment is met; asked only of those where something happened."""
    rules = list(reentry.candidates(user)[: OF_A_KIND + 1])
    met = reentry.reasons_by(rules)
    cases = [rule.case for rule in rules if rule.case_id in met]
    found = [
        Waiting(case, " ".join(reason.sentence for reason in met[case.pk]), _("Decide"), _decide(case))
        for case in cases
    ]
    return pile(found, f"{reverse('boosters')}?show=cases")


def _decide(case: Case) -> str:
    return reverse("reentry", args=[case.pk])


def to_remind(user: User) -> Pile:
    """Reminders that hold now."""
    return pile((_reminder(due) for due in reminders.holding(user)), reverse("boosters"))


def _reminder(due: reminders.Due) -> Waiting:
    said = _("Remind %(who)s of %(day)s") % {"who": due.reach.initials, "day": in_words(due.booster.wall.date())}
    if due.reach.not_any_more:
        names = ", ".join(person.initial for person in due.reach.not_any_more)
        said = _("%(said)s; not %(names)s, who is not to be contacted") % {"said": said, "names": names}
    return Waiting(due.booster.series.case, said, _("Look"), reverse("booster", args=[due.booster.pk]))


#: For planner.desk.today: what a window asks for, and what lies ahead of a case.
WINDOWS = (overdue, to_follow_up, to_book)
AHEAD = (way_back, to_remind)
