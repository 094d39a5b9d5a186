"""The diary of the plan for keeping well: the library's blank page, for one reader, to copy as often as they like.

It is private and nobody collects it, so it has no return address, and the joint paper has none.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from planner.cases import clearance
from planner.cases.models import Case, Participant
from planner.library.models import Worksheet, WorksheetEdition
from planner.sheets.blocks import blocks_for
from planner.sheets.papers import SheetCopy

SHEET = "diary-page"


def page_for(case: Case, reader: Participant) -> SheetCopy | None:
    """A blank page in the reader's wording. None where the library has none for them or a gate is shut."""
    edition = _edition(case, reader)
    if edition is None or not clearance.look(case, edition.gates, readers=[reader]).open:
        return None
    content, language = edition.content, edition.worksheet.language
    with translation.override(language):
        return SheetCopy(
            title=content["title"],
            discreet_title=content.get("discreet_title") or _("My page"),
            purpose=content["purpose"],
            ideas=tuple(content.get("ideas") or ()),
            blocks=blocks_for(edition.blocks, reader.tags),
            language=language,
            name=reader.person.on_paper,
            prefix="diary-",
            edition=_("%(slug)s, edition %(number)d") % {"slug": edition.worksheet.slug, "number": edition.number},
        )


def _edition(case: Case, reader: Participant) -> WorksheetEdition | None:
    """The page in the reader's language where there is one, the practice's own before the pack's."""
    mine = Q(practice=None) | Q(practice=case.practice_id)
    rows = Worksheet.objects.filter(mine, slug=SHEET, retired_at=None).exclude(current=None)
    rows = list(rows.select_related("current__worksheet__intervention__current"))
    fit = [row for row in rows if not (roles := row.current.sheet.for_roles) or reader.tags & set(roles)]
    nearest = max(
        fit,
        key=lambda row: (row.language == reader.person.language, row.practice_id is not None, -row.pk),
        default=None,
    )
    return nearest and nearest.current
