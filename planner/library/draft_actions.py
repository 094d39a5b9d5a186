"""Writes of a draft: begun, changed part by part as one types, put away, and what it takes from the original.

Every change is checked at two places: the part's own count (`rev`), which the page sends with what was typed, and the
row's version in the UPDATE itself. Saving as one types leaves no line in the trail: publishing does.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from planner.base.models import Stale
from planner.library import compare, drafts
from planner.library.models import Draft, Intervention, Worksheet
from planner.practice.models import User
from planner.practice.trail import record

T = TypeVar("T")
TRIES = 5  # when somebody else writes the same draft in the same moment


@transaction.atomic
def begin(*, row: Worksheet | Intervention, by: User) -> Draft:
    """The draft of an own entry: the one there is, else a new one that says what the current edition says."""
    is_sheet = isinstance(row, Worksheet)
    place = {"worksheet": row} if is_sheet else {"intervention": row}
    content = drafts.of_sheet(row.current.content) if is_sheet else drafts.of_intervention(row.current.content)
    draft, is_new = Draft.objects.get_or_create(
        **place, defaults={"practice": by.practice, "content": content, "changed_by": by}
    )
    if is_new:
        record("draft begun", by=by, what="worksheet" if is_sheet else "intervention", what_id=row.pk)
    return draft


@transaction.atomic
def put_away(*, draft: Draft, by: User) -> None:
    """Deletes a draft; the current edition stays."""
    what = "worksheet" if draft.worksheet_id else "intervention"
    record("draft put away", by=by, what=what, what_id=draft.worksheet_id or draft.intervention_id)
    draft.delete()


def change_block(*, draft: Draft, by: User, key: str, rev: int, data: Mapping[str, Any]) -> Draft:
    """What was typed into one block. Raises drafts.Changed where a colleague changed it since, drafts.Refused."""

    def do(content: dict[str, Any]) -> None:
        one = drafts.block(content, key)
        if one is None:
            raise drafts.Refused(
                _("A colleague removed this block. Bring it back to go on writing; what you typed stands here.")
            )
        mine = drafts.block_form(one).read(data)
        if one["rev"] != rev and mine != one["body"]:
            raise drafts.Changed(mine, one["body"], one["rev"])
        if mine != one["body"]:
            one.update(body=mine, rev=one["rev"] + 1)

    return _write(draft, by, do)[0]


def change_head(
    *, draft: Draft, by: User, rev: int, data: Mapping[str, Any], rows: str = ""
) -> tuple[Draft, tuple[str, int] | None]:
    """What was typed into the head of a sheet or the parts of an intervention, and then what `rows` asks of its steps
    (see drafts.change_rows, whose answer is returned). Raises as change_block."""

    def do(content: dict[str, Any]) -> tuple[str, int] | None:
        mine = drafts.head_form(content, sheet=bool(draft.worksheet_id)).read(data)
        if content["head_rev"] != rev and mine != content["head"]:
            raise drafts.Changed(mine, content["head"], content["head_rev"])
        if mine != content["head"]:
            content.update(head=mine, head_rev=content["head_rev"] + 1)
        return drafts.change_rows(content, rows) if rows and draft.intervention_id else None

    return _write(draft, by, do)


def add_block(*, draft: Draft, by: User, kind: str, after: str = "") -> tuple[Draft, str]:
    """A new empty block; returns its key. Raises drafts.Refused at the limit."""
    return _write(draft, by, lambda content: drafts.add(content, kind, after))


def move_block(*, draft: Draft, by: User, key: str, to: str) -> tuple[Draft, int]:
    """Returns the place where it stands now."""
    return _write(draft, by, lambda content: drafts.move(content, key, to))


def remove_block(*, draft: Draft, by: User, key: str) -> Draft:
    return _write(draft, by, lambda content: drafts.remove(content, key))[0]


def restore_block(*, draft: Draft, by: User, key: str) -> Draft:
    return _write(draft, by, lambda content: drafts.restore(content, key))[0]


def _write(draft: Draft, by: User, do: Callable[[dict[str, Any]], T]) -> tuple[Draft, T]:
    """Does a change on the newest state and writes it, again where somebody wrote in the same moment."""
    for _attempt in range(TRIES):
        draft = Draft.objects.select_related("worksheet__intervention", "intervention").get(pk=draft.pk)
        content = copy.deepcopy(draft.content)
        result = do(content)
        if content == draft.content:
            return draft, result
        drafts.check_size(content)
        try:
            with transaction.atomic():
                return draft.change(draft.version, content=content, changed_by=by), result
        except Stale:
            continue
    raise Stale(draft)


@transaction.atomic
def take_over(*, row: Worksheet | Intervention, by: User, chosen: Iterable[str]) -> Draft | None:
    """Brings the chosen parts of the changed original into the draft of the copy. None where nothing was chosen: the
    copy then simply counts as having seen the original's newest state."""
    newest = original_of(row).current
    rows = original_rows(row)
    chosen = {key for key in chosen if any(one.key == key and not one.is_same for one in rows)}
    what = "worksheet" if isinstance(row, Worksheet) else "intervention"
    detail = {"parts": len(chosen), "edition": newest.number}
    record("original looked at", by=by, what=what, what_id=row.pk, detail=detail)
    if not chosen:
        row.copied_from = newest
        row.save(update_fields=["copied_from"])
        return None
    draft = begin(row=row, by=by)
    draft, _keys = _write(draft, by, lambda content: compare.take_over(content, rows, chosen))
    Draft.objects.filter(pk=draft.pk).update(follows=newest.pk)
    draft.refresh_from_db()
    return draft


def original_of(row: Worksheet | Intervention) -> Worksheet | Intervention | None:
    """What a copy was copied from; None for what is no copy."""
    if not row.copied_from_id:
        return None
    return row.copied_from.worksheet if isinstance(row, Worksheet) else row.copied_from.intervention


def original_rows(row: Worksheet | Intervention) -> list[compare.Row]:
    """What has changed in the original since it was copied or looked at."""
    look = compare.sheets if isinstance(row, Worksheet) else compare.interventions
    return look(row.copied_from.content, original_of(row).current.content)


def is_original_newer(row: Worksheet | Intervention) -> bool:
    """True where the original has moved on. Fetch `copied_from` with its parent to ask for many."""
    original = original_of(row)
    return bool(original and original.current_id and original.current_id != row.copied_from_id)
