"""What waits of homework: what came back and nobody has looked at, and files that wait for a decision."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from planner.base.prepared import prepared
from planner.desk.piles import OF_A_KIND, Pile, Waiting, pile
from planner.homework import return_actions
from planner.homework.models import Assignment, AssignmentState, ReturnedFile
from planner.practice.models import User


def unreviewed(user: User) -> Pile:
    """What came back and was not reviewed yet, the oldest first. One query."""
    do = _("Look")
    found = (Waiting(row.case, _is_back(row), do, reverse("assignment", args=[row.pk])) for row in _back(user=user))
    return pile(found, reverse("caseload"))


@prepared()
def _back(user: User) -> QuerySet[Assignment]:
    rows = Assignment.objects.editable_by(user).filter(state=AssignmentState.BACK, case__closed_on=None)
    rows = rows.select_related("case", "person").only("title", "case__code", "person__name", "person__print_name")
    return rows.order_by("changed_at", "pk")[: OF_A_KIND + 1]


def _is_back(row: Assignment) -> str:
    """Two partners have the same sheet as a rule: whose it is stands there, by initial alone."""
    if row.person is None:
        return _("Homework is back: %(title)s") % {"title": row.title}
    return _("Homework is back from %(initial)s: %(title)s") % {"initial": row.person.initial, "title": row.title}


def files(user: User) -> Pile:
    """Returned files of a case that wait for a decision. One query."""
    said, do = _("A returned file waits to be taken in"), _("Look")
    rows = _returned(user=user)
    found = (Waiting(row.case, said, do, reverse("returned_file", args=[row.pk])) for row in rows)
    return pile(found, reverse("returned"))


@prepared()
def _returned(user: User) -> QuerySet[ReturnedFile]:
    rows = return_actions.waiting(user).exclude(case=None).select_related("case").only("case__code")
    return rows.order_by("pk")[: OF_A_KIND + 1]


SOURCES = (unreviewed, files)
