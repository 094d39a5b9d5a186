"""What came back of an assignment, as its page and the review show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from planner.homework.models import Assignment, Response
from planner.homework.papers import Given, given
from planner.sheets.onscreen import Shown


@dataclass(frozen=True)
class CameBack:
    """One response: when and how it came, its answers block by block, whether its writer shares it."""

    response: Response
    shown: Shown | None
    shared_at: datetime | None

    @property
    def on(self) -> date | datetime:
        return self.response.finished_at or self.response.created_at

    @property
    def figures(self) -> list[tuple[str, int]]:
        """Amount and quality that were said, with their words."""
        names = {
            "amount_client": _("amount, client"), "quality_client": _("quality, client"),
            "amount_clinician": _("amount, clinician"), "quality_clinician": _("quality, clinician"),
        }  # fmt: skip
        return [(said, figure) for name, said in names.items() if (figure := getattr(self.response, name)) is not None]


def came_back(row: Assignment) -> list[CameBack]:
    """What is finished, the newest first. Constant queries for one assignment's few responses."""
    responses = row.responses.finished().select_related("edition__worksheet", "file", "by").order_by("-pk")
    responses = list(responses.prefetch_related("sharings").defer("file__content"))
    made: dict[int | None, Given] = {}
    found = []
    for response in responses:
        if response.edition_id not in made:
            made[response.edition_id] = given(row, edition=response.edition)
        one = made[response.edition_id]
        standing = [sharing.shared_at for sharing in response.sharings.all() if sharing.withdrawn_at is None]
        found.append(CameBack(response, shown_of(one, response), standing[0] if standing else None))
    return found


def shown_of(one: Given, response: Response) -> Shown | None:
    """The answers as they stand on the sheet; None where nothing was written."""
    if not response.values:
        return None
    return Shown(one.blocks, values=response.values, names=one.names, language=one.language)


def draft(row: Assignment) -> Response | None:
    """What somebody is still writing."""
    return row.responses.filter(finished_at=None).first()
