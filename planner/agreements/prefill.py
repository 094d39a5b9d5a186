"""What a new document starts from: the person's own triggers, plans and supports, as they wrote them elsewhere.

Only what a person wrote for themselves goes into that person's own part. A joint page starts empty, or from its own
earlier version: what one wrote alone never reaches the other by way of a suggestion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.agreements.models import AgreementVersion
from planner.sheets import known

Values = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """Rows of one sheet's table as rows of another's: `columns` maps the column there to the column here."""

    to: tuple[str, str]
    of: tuple[str, str]
    columns: tuple[tuple[int, int], ...]
    most: int

    def values(self, source: Mapping[str, Any]) -> Values:
        (_slug, here), (_from, there) = self.to, self.of
        found: Values = {}
        for row in range(1, self.most + 1):
            for theirs, ours in self.columns:
                if text := _text(source, f"{there}-{row}-{theirs}"):
                    found[f"{here}-{row}-{ours}"] = text
        return found


@dataclass(frozen=True)
class Cell:
    """Fields of one sheet, joined with a comma, as one field of another: a name with its number on a card."""

    to: tuple[str, str]
    of: tuple[str, tuple[str, ...]]

    def values(self, source: Mapping[str, Any]) -> Values:
        (_slug, here), (_from, names) = self.to, self.of
        said = ", ".join(filter(None, (_text(source, name) for name in names)))
        return {here: said} if said else {}


_TRIGGERS, _RINGS = "my-trigger-map", "my-rings"
_CONTACT = ((1, 1), (3, 2))  # of the network map: who, how to reach


def _contacts(slug: str, block: str, most: int) -> Rows:
    return Rows((slug, block), (_RINGS, "people"), _CONTACT, most)


#: In order: a later rule fills only what an earlier one left empty.
RULES: tuple[Rows | Cell, ...] = (
    Rows(("my-steady-plan", "hard_spots"), (_TRIGGERS, "map"), ((1, 1),), 3),
    Rows(("my-steady-plan", "moves"), (_TRIGGERS, "plans"), ((1, 1), (2, 2)), 2),
    _contacts("my-steady-plan", "people", 2),
    Cell(("my-part", "people"), (_RINGS, ("people-1-1",))),
    Rows(("my-part", "worry"), (_TRIGGERS, "plans"), ((1, 1), (2, 2)), 1),
    _contacts("my-own-net", "people", 3),
    Cell(("first-moves-card", "moves_card-1"), ("my-steady-plan", ("people-1-1", "people-1-2"))),
    Cell(("first-moves-card", "moves_card-2"), ("my-steady-plan", ("people-2-1", "people-2-2"))),
    Cell(("first-moves-card", "moves_card-1"), (_RINGS, ("people-1-1", "people-1-3"))),
    Cell(("first-words-card", "words_card-1"), ("my-own-net", ("people-1-1", "people-1-2"))),
    Cell(("first-words-card", "words_card-1"), (_RINGS, ("people-1-1", "people-1-3"))),
    Rows(("my-early-signs", "ladder"), (_TRIGGERS, "map"), ((1, 1), (4, 2)), 3),
    Rows(("my-early-signs", "moves"), (_TRIGGERS, "plans"), ((1, 1), (2, 2)), 2),
    Cell(("first-sign-card", "signs_card-1"), ("my-early-signs", ("ladder-1-1",))),
    Cell(("first-sign-card", "signs_card-2"), ("my-early-signs", ("ladder-1-2",))),
    Cell(("first-sign-card", "signs_card-3"), (_RINGS, ("people-1-1", "people-1-3"))),
    _contacts("steps-for-a-dark-hour", "ask", 2),
    _contacts("getting-ready-to-tell", "my_people", 2),
    _contacts("getting-ready-to-hear", "my_people", 2),
    Rows(("who-stands-by-me", "company"), (_RINGS, "people"), ((1, 1),), 3),
    Rows(("my-keeping-well-plan", "moves"), ("my-early-signs", "moves"), ((1, 1), (2, 2)), 2),
    Rows(("my-keeping-well-plan", "moves"), ("my-steady-plan", "moves"), ((1, 1), (2, 2)), 2),
    _contacts("my-keeping-well-plan", "people", 3),
    Cell(("start-again-card", "again_card-1"), ("my-steady-plan", ("people-1-1", "people-1-2"))),
    Cell(("start-again-card", "again_card-1"), (_RINGS, ("people-1-1", "people-1-3"))),
    Cell(("after-talk-card", "after_card-1"), ("getting-ready-to-tell", ("my_people-1-1", "my_people-1-2"))),
    Cell(("after-talk-card", "after_card-1"), ("getting-ready-to-hear", ("my_people-1-1", "my_people-1-2"))),
)


def suggested(case_id: int, person_id: int | None, slug: str) -> tuple[Values, list[str]]:
    """(values for a person's new sheet, the slugs of the sheets they come from). Nothing for a joint sheet."""
    rules = [rule for rule in RULES if rule.to[0] == slug]
    if person_id is None or not rules:
        return {}, []
    sources = known.latest(case_id, person_id, {rule.of[0] for rule in rules})
    values: Values = {}
    used: list[str] = []
    for rule in rules:
        source = sources.get(rule.of[0])
        fresh = rule.values(source.values) if source else {}
        if fresh and not _begun(values, rule):
            values |= fresh
            used.append(rule.of[0])
    return values, list(dict.fromkeys(used))


def _begun(values: Values, rule: Rows | Cell) -> bool:
    """Whether an earlier rule has filled the same block already."""
    block = rule.to[1]
    return any(name == block or name.startswith(f"{block}-") for name in values)


def _text(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    return str(value).strip() if value not in (None, "") else ""


@known.register
def of_agreements(case_id: int, person_id: int, slugs: frozenset[str]) -> list[known.Filled]:
    """What a person wrote in their own part of a living document: its newest adopted version."""
    rows = (
        AgreementVersion.objects.filter(
            agreement__case_id=case_id,
            agreement__person_id=person_id,
            agreement__worksheet__slug__in=slugs,
            adopted_on__isnull=False,
        )
        .select_related("agreement__worksheet")
        .order_by("number")
    )
    newest = {row.agreement.worksheet.slug: row for row in rows}
    return [known.Filled(slug, dict(row.answers), row.adopted_on) for slug, row in newest.items()]
