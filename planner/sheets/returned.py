"""Reading a filled PDF that came back: its fields' values and the return address it carries.

A file from outside may be hostile: it is read in a limited child, and only plain values come out. What the fields *say*
is not always what the page *shows*; whoever takes answers in shows both (`planner.sheets.press.picture`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from planner.sheets import press
from planner.sheets.addresses import is_ours

LARGEST = 20_000_000  # bytes


class Unreadable(ValueError):
    """The file cannot be read. The message says why and what to do, for the person who sent it."""


@dataclass(frozen=True)
class Returned:
    """What came back. `address` is the document's return address ("" where it carries none of ours); `sheets` maps the
    field prefix of each sheet of a packet to its own. `values` is field name -> text ("on" and "Off" for boxes).
    `active` is True where the file holds scripts, actions or attachments: never serve it as it is."""

    address: str
    values: dict[str, str]
    sheets: dict[str, str] = field(default_factory=dict)
    active: bool = False

    def values_of(self, prefix: str) -> dict[str, str]:
        """The values of one sheet, by field name without its prefix."""
        return {name.removeprefix(prefix): value for name, value in self.values.items() if name.startswith(prefix)}


def read_values(pdf: bytes) -> Returned:
    """What stands in a filled PDF. Raises Unreadable."""
    if len(pdf) > LARGEST:
        raise Unreadable(
            _("This file is larger than %d MB. Save the filled sheet again and send that.") % (LARGEST // 10**6)
        )
    try:
        answer, _nothing = press.ask({"do": "values"}, pdf)
    except (press.TooMuch, press.Broken) as error:
        raise Unreadable(_REASONS["damaged"]()) from error
    if reason := answer.get("refused"):
        raise Unreadable(_REASONS[reason]())
    addresses = dict(_addresses(answer["keywords"]))
    return Returned(
        address=addresses.pop("", ""), values=answer["values"], sheets=addresses, active=bool(answer["active"])
    )


def _addresses(keywords: str) -> list[tuple[str, str]]:
    """(prefix, address) pairs that this installation has signed; "" is the document itself."""
    found = re.findall(r"return ?([a-z0-9-]*):([0-9A-Z-]{29})", keywords)
    return [(prefix, address) for prefix, address in found if is_ours(address)]


_REASONS = {
    "no-pdf": lambda: _("This file is not a PDF. Save the filled sheet as a PDF and send that."),
    "locked": lambda: _("This PDF is locked with a password. Save it again without the password and send that."),
    "damaged": lambda: _("This PDF cannot be read. Open it, save it again under a new name, and send that."),
}
