"""A blank sheet of the library as paper: nobody's name, no return address, the wording of one role."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from planner.library.models import WorksheetEdition
from planner.library.words import ROLE
from planner.practice.models import Practice, User
from planner.practice.paper import paper_head
from planner.sheets import press
from planner.sheets.blocks import Block, blocks_for
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, SheetCopy, sheet_paper

PICTURE_WIDTH = 900  # pixels
KEPT_PICTURES = 64  # in each server process; about 80 kB apiece


def remembered(user: User) -> Options:
    """How this person prints: the practice's paper and size, what the practice and then the person chose last."""
    practice = user.practice
    return Options.chosen(
        {"paper": practice.paper, "size": practice.text_size}, practice.print_options, user.print_options
    )


def roles_of(edition: WorksheetEdition) -> list[tuple[str, str]]:
    """The wordings of a sheet: a role and, in words, everybody who gets the same. None where there is one wording."""
    if edition.sheet.one_for_each == "case":
        return []
    alike: dict[tuple[Block, ...], list[str]] = {}
    for role, blocks in edition.sheet.wordings():
        alike.setdefault(blocks, []).append(role or "")
    if len(alike) < 2:
        return []
    order = list(ROLE)
    groups = sorted(
        (sorted(roles, key=order.index) for roles in alike.values()), key=lambda roles: order.index(roles[0])
    )
    return [(roles[0], ", ".join(str(ROLE[role]) for role in roles)) for roles in groups]


def blank(edition: WorksheetEdition, *, role: str, options: Options, practice: Practice) -> Paper:
    """The sheet as it prints without a person. `role` is one of `roles_of`, or "" for the wording for anybody."""
    return _blank(edition, role, options, _head(practice, edition.worksheet.language))


def first_page(edition: WorksheetEdition, *, role: str, options: Options, practice: Practice) -> tuple[bytes, int]:
    """A PNG of page one, exactly as it prints, and the number of pages. Kept for a while: the same choices cost
    nothing. Raises press.TooMuch."""
    return _first_page(edition.pk, role, options, _head(practice, edition.worksheet.language))


def _head(practice: Practice, language: str) -> tuple[tuple[str, Any], ...]:
    """The letterhead in the language of the sheet, in a form that can be a key."""
    with translation.override(language):
        return tuple(sorted(paper_head(practice).items()))


@lru_cache(maxsize=KEPT_PICTURES)
def _first_page(edition_pk: int, role: str, options: Options, head: tuple[tuple[str, Any], ...]) -> tuple[bytes, int]:
    edition = WorksheetEdition.objects.select_related("worksheet").get(pk=edition_pk)
    rendering = press.render(_blank(edition, role, options, head))
    return press.picture(rendering.pdf, page=0, width=PICTURE_WIDTH), rendering.pages


def _blank(edition: WorksheetEdition, role: str, options: Options, head: tuple[tuple[str, Any], ...]) -> Paper:
    sheet, language = edition.sheet, edition.worksheet.language
    with translation.override(language):
        told = _("%(slug)s, edition %(number)d") % {"slug": edition.worksheet.slug, "number": edition.number}
    copy = SheetCopy(
        title=sheet.title,
        discreet_title=sheet.discreet_title or "",
        blocks=blocks_for(edition.blocks, {role} if role else None),
        language=language,
        purpose=sheet.purpose,
        ideas=sheet.ideas,
        edition=told,
    )
    return sheet_paper(copy, letterhead=Letterhead(**dict(head)), options=options)
