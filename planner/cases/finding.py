"""Finding the case of a page, as most pages of a case begin."""

from __future__ import annotations

from planner.base.access import find_and_may_edit
from planner.cases.models import Case
from planner.practice.models import User


def find_case(user: User, pk: int) -> tuple[Case, bool]:
    """The case the person may see, and whether they may change it. Whoever sees a case is of its practice, which is
    known with the person and is not asked for again. Raises Http404 as `find` does."""
    found, may_edit = find_and_may_edit(Case.objects.all(), user, pk=pk)
    if found.practice_id == user.practice_id:
        found.practice = user.practice
    return found, may_edit
