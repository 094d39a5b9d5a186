"""Two states of a worksheet or an intervention beside each other: what is the same, changed, added, removed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext_lazy

from planner.library.drafts import INTERVENTION_PARTS, KIND_NAMES, SHEET_HEAD, of_sheet
from planner.library.formparts import LABELS, VALUES, shown

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
STATES = {
    SAME: gettext_lazy("Same"), CHANGED: gettext_lazy("Changed"), ADDED: gettext_lazy("Added"),
    REMOVED: gettext_lazy("Removed"),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One part in both states. `raw_left` and `raw_right` are the content itself: of a block a mapping with `kind` and
    `body`, of anything else its value."""

    key: str  # stable within one comparison: "head.title", "block.3"
    label: str
    state: str
    left: tuple[tuple[str, str], ...] = ()  # (name of a part, its text)
    right: tuple[tuple[str, str], ...] = ()
    raw_left: Any = None
    raw_right: Any = None

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])

    @property
    def is_same(self) -> bool:
        return self.state == SAME


def apart(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """What is different and what is the same, by the names that partials/compared.html knows them by."""
    found: dict[str, list[Row]] = {"changed": [], "same": []}
    for one in rows:
        found["same" if one.is_same else "changed"].append(one)
    return found


def sheets(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[Row]:
    """Two contents of a worksheet: the head part by part, then block by block."""
    rows = _values(left, right, SHEET_HEAD)
    pairs = _aligned(of_sheet(left)["blocks"], of_sheet(right)["blocks"])
    return rows + [_block_row(n, one, other) for n, (one, other) in enumerate(pairs)]


def interventions(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[Row]:
    """Two contents of an intervention, part by part."""
    return _values(left, right, INTERVENTION_PARTS)


def has_changed(rows: Iterable[Row]) -> bool:
    return any(not row.is_same for row in rows)


def _values(left: Mapping[str, Any], right: Mapping[str, Any], names: Sequence[str]) -> list[Row]:
    rows = []
    for name in names:
        one, other = left.get(name) or None, right.get(name) or None
        if one is None and other is None:
            continue
        state, label = state_of(one, other), str(LABELS.get(name, name))
        rows.append(Row(f"head.{name}", label, state, _words(one), _words(other), one, other))
    return rows


def state_of(one: Any, other: Any) -> str:
    """How the right side differs from the left; None stands for nothing there."""
    if one is None:
        return ADDED
    if other is None:
        return REMOVED
    return SAME if _plain(one) == _plain(other) else CHANGED


def _plain(value: Any) -> str:
    return json.dumps(_bare(value), sort_keys=True, ensure_ascii=False)


def _bare(value: Any) -> Any:
    """The value without parts that say nothing: whether they stand there empty or not at all is the same."""
    if isinstance(value, Mapping):
        return {name: _bare(part) for name, part in value.items() if part not in (None, "", [])}
    return [_bare(part) for part in value] if isinstance(value, list) else value


def _words(value: Any) -> tuple[tuple[str, str], ...]:
    """A value as (name, text) lines for reading."""
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return tuple((str(LABELS.get(name, name)), _text(name, part)) for name, part in value.items() if part)
    if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        return tuple(
            (str(n), " · ".join(_text(name, part) for name, part in one.items() if part not in (None, "", [])))
            if isinstance(one, Mapping)
            else (str(n), str(one))
            for n, one in enumerate(value, 1)
        )
    return (("", _text("", value)),)


def _text(name: str, value: Any) -> str:
    if isinstance(value, list):
        kind = {"groups": "groups", "terms": "terms", "words": "said"}.get(name, "list")
        if kind == "list":
            return "\n".join(str(VALUES.get(one, one)) if isinstance(one, str) else str(one) for one in value)
        return shown(kind, value)
    return str(VALUES.get(value, value)) if isinstance(value, str) else str(value)


def _block_row(n: int, one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> Row:
    kind = (one or other)["kind"]
    left = {"kind": one["kind"], "body": one["body"]} if one else None
    right = {"kind": other["kind"], "body": other["body"]} if other else None
    return Row(
        f"block.{n}", str(KIND_NAMES[kind]), state_of(left, right), _words(one["body"]) if one else (),
        _words(other["body"]) if other else (), left, right,
    )  # fmt: skip


def _aligned(
    left: Sequence[Mapping[str, Any]], right: Sequence[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Blocks that belong together, in reading order. The same text first; then the same field, then the same kind."""
    marks = [[_plain([one["kind"], one["body"]]) for one in side] for side in (left, right)]
    pairs: list[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]] = []
    for what, a, b, c, d in SequenceMatcher(None, *marks, autojunk=False).get_opcodes():
        if what == "equal":
            pairs += zip(left[a:b], right[c:d], strict=True)
        else:
            pairs += _paired(list(left[a:b]), list(right[c:d]))
    return _met_again(pairs)


def _met_again(pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """A block that was moved and changed is one block where it stands now, not one gone and one come."""
    gone = [one for one, other in pairs if other is None]
    found = []
    for one, other in pairs:
        if one is None:
            one = next((early for early in gone if _same_field(early, other)), None)
            gone = [early for early in gone if early is not one]
        found.append((one, other))
    return [(one, other) for one, other in found if other is not None or any(early is one for early in gone)]


def _paired(gone: list[Mapping[str, Any]], come: list[Mapping[str, Any]]) -> list[tuple[Any, Any]]:
    partner: dict[int, int] = {}
    for alike in (_same_field, _same_kind):
        for n, one in enumerate(gone):
            if n not in partner:
                free = (m for m, other in enumerate(come) if m not in partner.values() and alike(one, other))
                found = next(free, None)
                if found is not None:
                    partner[n] = found
    pairs = [(one, come[partner[n]] if n in partner else None) for n, one in enumerate(gone)]
    return pairs + [(None, other) for m, other in enumerate(come) if m not in partner.values()]


def _same_field(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    ids = one["body"].get("id"), other["body"].get("id")
    return one["kind"] == other["kind"] and ids[0] is not None and ids[0] == ids[1] and _for(one) == _for(other)


def _same_kind(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one["kind"] == other["kind"] and (one["body"].get("id") is None or other["body"].get("id") is None)


def _for(one: Mapping[str, Any]) -> Any:
    return one["body"].get("for")


def take_over(draft: dict[str, Any], rows: Sequence[Row], chosen: Iterable[str]) -> list[str]:
    """Brings the chosen rows' right side into a draft. Returns the keys of the rows that were taken.

    A changed block replaces the one it was copied to, or stands at the end where that is gone; an added one follows
    the block it follows in the original.
    """
    wanted, taken = set(chosen), []
    for n, row in enumerate(rows):
        if row.key not in wanted or row.is_same:
            continue
        taken.append(row.key)
        if row.key.startswith("head."):
            _take_value(draft, row)
        else:
            _take_block(draft, row, rows[n - 1] if n else None)
    if any(key.startswith("head.") for key in taken):
        draft["head_rev"] += 1
    return taken


def _take_value(draft: dict[str, Any], row: Row) -> None:
    name = row.key.partition(".")[2]
    if row.raw_right is None:
        draft["head"].pop(name, None)
    else:
        draft["head"][name] = row.raw_right


def _take_block(draft: dict[str, Any], row: Row, before: Row | None) -> None:
    mine = _like(draft, row.raw_left)
    if row.state == REMOVED:
        if mine:
            draft["blocks"].remove(mine)
            draft["removed"].append({"at": len(draft["blocks"]) + 1, "block": mine})
        return
    if row.state == CHANGED and mine:
        mine.update(body=row.raw_right["body"], kind=row.raw_right["kind"], rev=mine["rev"] + 1)
        return
    ahead = before and (_like(draft, before.raw_right) or _like(draft, before.raw_left))
    at = draft["blocks"].index(ahead) + 1 if ahead else (0 if before is None else len(draft["blocks"]))
    new = {"key": f"b{draft['next']}", "rev": 1, **row.raw_right}
    draft["next"] += 1
    draft["blocks"].insert(at, new)


def _like(draft: Mapping[str, Any], raw: Any) -> dict[str, Any] | None:
    """The draft's block that is this one: word for word, else by its field."""
    if not isinstance(raw, Mapping) or "kind" not in raw:
        return None
    same = (one for one in draft["blocks"] if one["kind"] == raw["kind"] and one["body"] == raw["body"])
    return next(same, None) or next((one for one in draft["blocks"] if _same_field(raw, one)), None)
