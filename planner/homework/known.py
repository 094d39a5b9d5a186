"""What people wrote on their homework, for the rooms that prefill a new sheet with it: each person's own alone."""

from __future__ import annotations

from django.utils import timezone

from planner.homework.models import Response
from planner.sheets import known


@known.register
def of_homework(case_id: int, person_id: int, slugs: frozenset[str]) -> list[known.Filled]:
    """The newest finished response of a person to each of these sheets."""
    rows = (
        Response.objects.finished()
        .filter(assignment__case_id=case_id, assignment__person_id=person_id, edition__worksheet__slug__in=slugs)
        .select_related("edition__worksheet")
        .order_by("finished_at", "pk")
    )
    newest = {row.edition.worksheet.slug: row for row in rows}
    return [
        known.Filled(slug, dict(row.values), timezone.localtime(row.finished_at).date()) for slug, row in newest.items()
    ]
