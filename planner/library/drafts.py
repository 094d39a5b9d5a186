"""What a draft holds, without the database: the head and the blocks of a sheet, or the parts of an intervention.

A draft may be wrong in places; it keeps what was typed, and says by part what is wrong. Every block has a `key` that
never changes while it is moved, and a `rev` that counts up with each change: two people who change different blocks do
not meet, two who change the same block see both texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from planner.library import packs
from planner.library.formparts import MOST_ROWS, ROWS, Form, Part, problems_of
from planner.sheets.blocks import KINDS, MOST_BLOCKS, BadBlock, Block, parse_block, parse_blocks

LARGEST = 1_000_000  # letters of a whole draft
MOST_REMOVED = 10  # blocks that can be brought back
SHEET_HEAD = ("title", "discreet_title", "purpose", "ideas", "kind", "one_for_each", "for", "gates")
INTERVENTION_PARTS = (
    "name", "aim", "family", "for_whom", "phase", "setting", "use_when", "not_when", "cautions", "steps",
    "when_it_goes_wrong", "variants", "homework", "progress_shows", "evidence", "tags",
)  # fmt: skip
#: Parts of a block that stand apart in its form.
FURTHER = ("for", "id", "audience")
KIND_NAMES = {
    "text": gettext_lazy("Text"), "steps": gettext_lazy("Numbered steps"), "callout": gettext_lazy("Tip or caution"),
    "word_bank": gettext_lazy("Bank of words"), "short": gettext_lazy("One line to write"),
    "lines": gettext_lazy("Several lines to write"), "date": gettext_lazy("Date"), "number": gettext_lazy("Number"),
    "scale": gettext_lazy("Scale"), "choice": gettext_lazy("Pick one"), "checklist": gettext_lazy("Pick any"),
    "table": gettext_lazy("Table"), "week_grid": gettext_lazy("Week"), "if_then": gettext_lazy("If ... then I will"),
    "contacts": gettext_lazy("People to reach"), "terms": gettext_lazy("Terms to agree on"),
    "card": gettext_lazy("Wallet card"), "signature": gettext_lazy("Signatures"), "space": gettext_lazy("Room to draw"),
}  # fmt: skip


class Refused(ValueError):
    """A change that goes beyond a limit or cannot be; the message is a sentence. The draft is as it was."""


class Changed(Exception):
    """A colleague changed the same part meanwhile. `mine` is what was typed, `theirs` what stands there now."""

    def __init__(self, mine: Mapping[str, Any], theirs: Mapping[str, Any], rev: int):
        self.mine, self.theirs, self.rev = mine, theirs, rev
        super().__init__("changed meanwhile")


def of_sheet(content: Mapping[str, Any]) -> dict[str, Any]:
    """A draft that says what the edition says."""
    head = {name: value for name, value in content.items() if name != "blocks"}
    blocks = [
        {"key": f"b{n}", "rev": 1, "kind": kind, "body": dict(body)}
        for n, raw in enumerate(content["blocks"], 1)
        for kind, body in [_plain(raw)]
    ]
    return {"head": head, "head_rev": 1, "blocks": blocks, "next": len(blocks) + 1, "removed": []}


def _plain(raw: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """A block's kind and body, a short form written out."""
    block = parse_block(raw)
    return block.kind, block.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def of_intervention(content: Mapping[str, Any]) -> dict[str, Any]:
    return {"head": dict(content), "head_rev": 1}


def sheet_of(draft: Mapping[str, Any]) -> dict[str, Any]:
    """The draft as the content of a sheet, right or wrong."""
    return {**draft["head"], "blocks": [{one["kind"]: one["body"]} for one in draft["blocks"]]}


def block(draft: Mapping[str, Any], key: str) -> dict[str, Any] | None:
    """The block with this key."""
    return next((one for one in draft["blocks"] if one["key"] == key), None)


def place(draft: Mapping[str, Any], key: str) -> int:
    """Its position from 1; 0 where there is none."""
    return next((n for n, one in enumerate(draft["blocks"], 1) if one["key"] == key), 0)


def check_size(draft: Mapping[str, Any]) -> None:
    """Raises Refused for a draft that is too long."""
    if len(json.dumps(draft, ensure_ascii=False)) > LARGEST:
        raise Refused(
            _("That is too much text for one sheet: a draft holds a million letters at most. The draft is kept as it "
              "was before this change.")
        )  # fmt: skip


def add(draft: dict[str, Any], kind: str, after: str = "") -> str:
    """A new block of a kind, after the block with that key or at the end. Returns its key. Raises Refused."""
    if kind not in KINDS:
        raise Refused(_("Choose a kind of block from the list."))
    if len(draft["blocks"]) >= MOST_BLOCKS:
        raise Refused(
            _("A sheet holds at most %(n)d blocks. Nothing was added, and the draft is kept.") % {"n": MOST_BLOCKS}
        )
    key = f"b{draft['next']}"
    draft["next"] += 1
    body = {"id": f"{kind}_{key}"} if "id" in KINDS[kind].model_fields else {}
    draft["blocks"].insert(
        place(draft, after) or len(draft["blocks"]), {"key": key, "rev": 1, "kind": kind, "body": body}
    )
    return key


def move(draft: dict[str, Any], key: str, to: str) -> int:
    """Moves a block up or down by one, or to a place. Returns where it stands now."""
    now = place(draft, key)
    if not now:
        raise Refused(_("This block is no longer on the sheet: a colleague removed it."))
    wanted = {"up": now - 1, "down": now + 1}.get(to, int(to) if to.isdecimal() and len(to) < 6 else now)
    wanted = min(max(1, wanted), len(draft["blocks"]))
    draft["blocks"].insert(wanted - 1, draft["blocks"].pop(now - 1))
    return wanted


def remove(draft: dict[str, Any], key: str) -> None:
    """Takes a block away; it can be brought back."""
    now = place(draft, key)
    if now:
        gone = {"at": now, "block": draft["blocks"].pop(now - 1)}
        draft["removed"] = [*draft["removed"], gone][-MOST_REMOVED:]


def restore(draft: dict[str, Any], key: str) -> None:
    """Brings a removed block back to where it stood."""
    for gone in draft["removed"]:
        if gone["block"]["key"] == key:
            draft["removed"].remove(gone)
            draft["blocks"].insert(gone["at"] - 1, gone["block"])
            return
    raise Refused(_("This block cannot be brought back any more."))


def change_rows(draft: dict[str, Any], asked: str) -> tuple[str, int]:
    """Adds, moves, removes or brings back a step, or another group of an intervention's parts. `asked` is such as
    "steps.add.2" (after the second; 0: at the start), "steps.up.2", "steps.down.2", "steps.remove.2" or "steps.back.0"
    (of those that were removed). Returns the list's name and where the group stands now, 0 for none. Raises Refused."""
    name, _dot, rest = asked.partition(".")
    act, _dot, number = rest.partition(".")
    at = int(number) if number.isdecimal() and len(number) < 4 else -1
    rows = list(draft["head"].get(name) or ())
    if name not in ROWS or at < 0 or (act in ("up", "down", "remove") and not 0 < at <= len(rows)):
        raise Refused(_("This part is no longer there. Nothing was changed."))
    gone = list(draft.get("gone", ()))
    at = _rows_changed(rows, gone, name, act, at)
    draft["head"] = {**draft["head"], name: rows}
    draft["gone"] = gone[-MOST_REMOVED:]
    draft["head_rev"] += 1
    return name, at


def _rows_changed(rows: list[Any], gone: list[dict[str, Any]], name: str, act: str, at: int) -> int:
    """Does it in the lists. Returns where the group stands now."""
    if act in ("add", "back") and len(rows) >= MOST_ROWS:
        raise Refused(_("There are %(n)d of them, and there is no room for more.") % {"n": MOST_ROWS})
    if act == "add":
        rows.insert(min(at, len(rows)), {})
        return min(at, len(rows) - 1) + 1
    if act == "remove":
        gone.append({"list": name, "at": at, "body": rows.pop(at - 1)})
        return 0
    if act == "back" and at < len(gone) and gone[at]["list"] == name:
        one = gone.pop(at)
        rows.insert(one["at"] - 1, one["body"])
        return min(one["at"], len(rows))
    if act not in ("up", "down"):
        raise Refused(_("This part cannot be brought back any more."))
    place = min(max(1, at - 1 if act == "up" else at + 1), len(rows))
    rows.insert(place - 1, rows.pop(at - 1))
    return place


def gone_rows(draft: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(what brings it back, what it is called, its first words) of the groups removed last, the newest first."""
    found = []
    for n, one in enumerate(draft.get("gone", ())):
        body = one["body"] if isinstance(one["body"], Mapping) else {}
        says = str(body.get("title") or body.get("sign") or "")[:60]
        found.append((f"{one['list']}.back.{n}", str(ROWS[one["list"]]), says))
    return found[::-1][:3]


def block_form(one: Mapping[str, Any]) -> Form:
    """The form of one block, with what is wrong in it."""
    model = KINDS[one["kind"]]
    return Form(model, one["body"], problems=_problems(model, one["body"]))


def head_form(draft: Mapping[str, Any], *, sheet: bool) -> Form:
    """The form of a sheet's head, or of an intervention's parts."""
    if sheet:
        found = _problems(packs.Sheet, {**draft["head"], "blocks": [{"text": "x"}]})
        return Form(packs.Sheet, draft["head"], only=SHEET_HEAD, problems=found)
    return Form(packs.InterventionFile, draft["head"], only=INTERVENTION_PARTS, problems=intervention_problems(draft))


def intervention_problems(draft: Mapping[str, Any]) -> dict[str, str]:
    try:
        packs.InterventionFile.model_validate({**with_minutes(draft["head"]), "sheets": [_ANY_SHEET]})
    except ValidationError as error:
        return problems_of(error)
    return {}


_ANY_SHEET: dict[str, Any] = {"slug": "none", "title": "None", "purpose": "None", "blocks": [{"text": "None"}]}


def with_minutes(content: Mapping[str, Any]) -> dict[str, Any]:
    """An intervention takes as long as its steps together."""
    minutes = [step.get("minutes") for step in content.get("steps", ()) if isinstance(step, Mapping)]
    whole = [one for one in minutes if isinstance(one, int)]
    return {**content, "minutes": sum(whole) if whole and len(whole) == len(minutes) else content.get("minutes")}


def _problems(model: Any, body: Mapping[str, Any]) -> dict[str, str]:
    try:
        model.model_validate(dict(body))
    except ValidationError as error:
        return problems_of(error)
    return {}


@dataclass(frozen=True)
class BlockView:
    """A block as the editor shows it: its place, what it is called, its parts, and what is wrong with it as a whole."""

    key: str
    rev: int
    number: int
    kind: str
    name: str
    says: str
    parts: tuple[Part, ...]
    problem: str = ""

    @property
    def plain(self) -> list[Part]:
        """What a block says and how it is drawn."""
        return [part for part in self.parts if part.name not in FURTHER]

    @property
    def further(self) -> list[Part]:
        """What is seldom changed: whom it is for, and the name of its field."""
        return [part for part in self.parts if part.name in FURTHER]

    @property
    def is_wrong(self) -> bool:
        return bool(self.problem or any(part.problem for part in self.parts))


def block_views(draft: Mapping[str, Any], key: str = "") -> list[BlockView]:
    """Every block of the draft (or the one with this key) with its parts and problems."""
    clash = clashing(draft)
    return [
        _view(one, number, clash.get(one["key"], ""))
        for number, one in enumerate(draft["blocks"], 1)
        if not key or one["key"] == key
    ]


def _view(one: Mapping[str, Any], number: int, clash: str) -> BlockView:
    form = block_form(one)
    return BlockView(
        one["key"], one["rev"], number, one["kind"], str(KIND_NAMES[one["kind"]]), says(one), form.parts(),
        form.problems.get("", "") or clash,
    )  # fmt: skip


def says(one: Mapping[str, Any]) -> str:
    """The first words of a block, to tell it from the others of its kind."""
    body = one["body"]
    for name in ("label", "title", "text"):
        if isinstance(body.get(name), str) and body[name].strip():
            return body[name].strip()[:60]
    items = body.get("items") or body.get("lines")
    return str(items[0])[:60] if isinstance(items, list) and items else ""


def clashing(draft: Mapping[str, Any]) -> dict[str, str]:
    """Key of a block -> why it cannot stand beside the others, though it is right in itself."""
    found, raw, keys = {}, [], []
    for one in draft["blocks"]:
        if not _problems(KINDS[one["kind"]], one["body"]):
            raw.append({one["kind"]: one["body"]})
            keys.append(one["key"])
    while raw:
        try:
            parse_blocks(raw)
            break
        except BadBlock as error:
            at = error.path[0] if error.path else 0
            found[keys[at]] = _("Another block has the same name of its field. Give this one a name of its own.")
            del raw[at], keys[at]
    return found


def good_blocks(draft: Mapping[str, Any]) -> tuple[Block, ...]:
    """The blocks that can be printed as they are."""
    wrong = clashing(draft)
    return tuple(
        parse_block({one["kind"]: one["body"]})
        for one in draft["blocks"]
        if one["key"] not in wrong and not _problems(KINDS[one["kind"]], one["body"])
    )


def sheet_problems(draft: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What keeps the draft from being published: (id of its place on the page, a sentence that names it)."""
    head = head_form(draft, sheet=True)
    found = [("head", f"{part.label}: {part.problem}") for part in head.parts() if part.problem]
    if "" in head.problems:
        found.append(("head", head.problems[""]))
    for view in block_views(draft):
        told = [f"{part.label}: {part.problem}" for part in view.parts if part.problem]
        if view.problem:
            told.append(view.problem)
        for words in told:
            said = _("Block %(n)d, %(kind)s. %(words)s") % {"n": view.number, "kind": view.name, "words": words}
            found.append((f"block-{view.key}", said))
    if not draft["blocks"]:
        found.append(("blocks", _("A sheet needs at least one block.")))
    return found
