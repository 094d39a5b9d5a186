"""A draft as it would print, and how hard it is to read: what stands beside the editor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from planner.library import drafts, papers
from planner.library.models import Draft
from planner.library.words import ROLE
from planner.practice.models import Practice
from planner.sheets import press, reading
from planner.sheets.blocks import Block, blocks_for
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, SheetCopy, sheet_paper

KEPT_PICTURES = 32  # in each server process; about 80 kB apiece
HARD = 8  # reading grade from which the editor says so


@dataclass(frozen=True)
class Reading:
    """How hard one wording is to read. `worst` is the higher of two school grades."""

    role: str
    worst: float
    minutes: int

    @property
    def is_hard(self) -> bool:
        return self.worst > HARD


def roles_of(draft: Draft) -> list[tuple[str, str]]:
    """Roles with a wording of their own: (tag, in words). None where everybody reads the same."""
    tags = {tag for block in drafts.good_blocks(draft.content) for tag in block.for_tags}
    return [(role, str(words)) for role, words in ROLE.items() if role in tags]


def readings(draft: Draft) -> list[Reading]:
    """The reading grade of each wording. A clinician's sheet has none, nor has a language without a measure."""
    head, blocks = draft.content["head"], drafts.good_blocks(draft.content)
    if head.get("one_for_each") == "clinician":
        return []
    found = []
    for role, words in roles_of(draft) or [("", "")]:
        grade = reading.grade(_texts(head, blocks_for(blocks, {role} if role else None)), draft.worksheet.language)
        if grade:
            found.append(Reading(words, grade.worst, grade.minutes))
    return found


def _texts(head: dict[str, Any], blocks: tuple[Block, ...]) -> list[str]:
    ideas = head.get("ideas") or []
    title = head.get("title")
    told = [head.get("purpose"), *(ideas if isinstance(ideas, list) else [])]
    if isinstance(title, str):
        told = [reading.Label(title), *told]
    return [text for text in told if isinstance(text, str)] + [text for one in blocks for text in one.client_text()]


def first_page(draft: Draft, *, role: str, options: Options, practice: Practice) -> tuple[bytes, int]:
    """A PNG of page one as it would print now, and the number of pages. What is wrong is left out. Raises
    press.TooMuch."""
    head = papers._head(practice, draft.worksheet.language)
    return _first_page(draft.pk, draft.version, role, options, head)


@lru_cache(maxsize=KEPT_PICTURES)
def _first_page(pk: int, version: int, role: str, options: Options, head: tuple[tuple[str, Any], ...]) -> Any:
    draft = Draft.objects.select_related("worksheet").get(pk=pk)
    rendering = press.render(_paper(draft, role, options, head))
    return press.picture(rendering.pdf, page=0, width=papers.PICTURE_WIDTH), rendering.pages


def _paper(draft: Draft, role: str, options: Options, head: tuple[tuple[str, Any], ...]) -> Paper:
    said = draft.content["head"]
    line = {name: said.get(name) if isinstance(said.get(name), str) else "" for name in ("title", "purpose")}
    ideas = said.get("ideas") if isinstance(said.get("ideas"), list) else []
    with translation.override(draft.worksheet.language):
        told = _("draft")
    copy = SheetCopy(
        title=line["title"] or "-",
        discreet_title=said.get("discreet_title") or "",
        blocks=blocks_for(drafts.good_blocks(draft.content), {role} if role else None),
        language=draft.worksheet.language,
        purpose=line["purpose"] or "",
        ideas=tuple(str(idea) for idea in ideas[:3]),
        edition=told,
    )
    return sheet_paper(copy, letterhead=Letterhead(**dict(head)), options=options)
