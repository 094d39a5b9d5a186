"""Reading a filled PDF that came back: its fields' values and the return address it carries.

A file from outside may be hostile: it is read in a limited child, and only plain values come out. What the fields *say*
is not always what the page *shows*; whoever takes answers in shows both (`planner.sheets.press.picture`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from planner.sheets import press
from planner.sheets.addresses import is_ours

LARGEST = 20_000_000  # bytes


class Unreadable(ValueError):
    """The file cannot be read. The message says why and what to do, for the person who sent it; `reason` is one word:
    no-pdf, locked, damaged or too-large."""

    def __init__(self, reason: str, said: str = ""):
        self.reason = reason
        super().__init__(said or str(_REASONS[reason]()))


@dataclass(frozen=True)
class Returned:
    """What came back. `address` is the document's return address ("" where it carries none of ours); `sheets` maps the
    field prefix of each sheet of a packet to its own. `values` is field name -> text ("on" and "Off" for boxes).
    `active` is True where the file holds scripts, actions or attachments: never serve it as it is. `seen` is what the
    page shows in the place of a field, where it holds a picture of it. `in_text` are addresses of ours that stand in
    the running text: they are what is left in a file that lost its metadata."""

    address: str
    values: dict[str, str]
    sheets: dict[str, str] = field(default_factory=dict)
    active: bool = False
    seen: dict[str, str] = field(default_factory=dict)
    in_text: tuple[str, ...] = ()
    pages: int = 0

    @property
    def every_address(self) -> list[str]:
        """Each address that the file carries, once, those of its sheets first."""
        return list(dict.fromkeys(filter(None, [*self.sheets.values(), self.address, *self.in_text])))

    def values_of(self, prefix: str) -> dict[str, str]:
        """The values of one sheet, by field name without its prefix."""
        return {name.removeprefix(prefix): value for name, value in self.values.items() if name.startswith(prefix)}


def read_values(pdf: bytes) -> Returned:
    """What stands in a filled PDF. Raises Unreadable."""
    if len(pdf) > LARGEST:
        raise Unreadable("too-large")
    try:
        answer, _nothing = press.ask({"do": "values"}, pdf)
    except (press.TooMuch, press.Broken) as error:
        raise Unreadable("damaged") from error
    if reason := answer.get("refused"):
        raise Unreadable(reason)
    addresses = dict(_addresses(answer["keywords"]))
    return Returned(
        address=addresses.pop("", ""), values=answer["values"], sheets=addresses, active=bool(answer["active"]),
        seen=answer["seen"], in_text=tuple(filter(is_ours, answer["addresses"])), pages=answer["pages"],
    )  # fmt: skip


def agree(stored: str, seen: str | None) -> bool:
    """Does the page show what is stored? Spaces and line breaks do not count: they depend on how the text was set. A
    field of which the file holds no picture (None) is drawn from its value by every viewer."""
    if seen is None:
        return True
    return _bare(stored) == _bare(seen)


def _bare(text: str) -> str:
    if text.lstrip("/") == "Off":
        return ""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _addresses(keywords: str) -> list[tuple[str, str]]:
    """(prefix, address) pairs that this installation has signed; "" is the document itself."""
    found = re.findall(r"return ?([a-z0-9-]*):([0-9A-Z-]{29})", keywords)
    return [(prefix, address) for prefix, address in found if is_ours(address)]


_REASONS = {
    "too-large": lambda: (
        _("This file is larger than %d MB. Save the filled sheet again and send that.") % (LARGEST // 10**6)
    ),
    "no-pdf": lambda: _("This file is not a PDF. Save the filled sheet as a PDF and send that."),
    "locked": lambda: _("This PDF is locked with a password. Save it again without the password and send that."),
    "damaged": lambda: _("This PDF cannot be read. Open it, save it again under a new name, and send that."),
}
