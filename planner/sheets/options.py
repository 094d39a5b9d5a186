"""How a sheet is printed: paper, text size, fields or lines, discreet, greyscale. Practice and person remember it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

PAPERS = ("letter", "a4")
SIZES = (12, 14, 18, 24)  # points of the running text
FILLS = ("fields", "lines")  # fields to type in, or lines to write on
NAMES = ("full", "initials", "none")

_ALLOWED: dict[str, tuple[Any, ...]] = {
    "paper": PAPERS,
    "size": SIZES,
    "fill": FILLS,
    "discreet": (False, True),
    "name": NAMES,
    "greyscale": (False, True),
}


@dataclass(frozen=True)
class Options:
    """One way to print. `name` says how much of a name a discreet sheet shows; elsewhere the name stands in full."""

    paper: str = "letter"
    size: int = 12
    fill: str = "fields"
    discreet: bool = False
    name: str = "full"
    greyscale: bool = False

    @property
    def large(self) -> bool:
        """True for the large-print layout: one column, wide margins, no italics, taller lines."""
        return self.size >= 18

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None, **defaults: Any) -> Self:
        """Options out of what was remembered. Whatever is unknown or out of range falls back to `defaults`."""
        return cls.chosen(defaults, data)

    @classmethod
    def chosen(cls, *remembered: Mapping[str, Any] | None, **explicit: Any) -> Self:
        """The options of the practice, over them those of the person, over them what was chosen just now.

        None and values that no option has are passed over, so an old or broken memory never stops a print.
        """
        values: dict[str, Any] = {}
        for layer in (*remembered, explicit):
            values.update(_sound(layer or {}))
        return cls(**values)


def _sound(layer: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for field in fields(Options):
        value = layer.get(field.name)
        if field.name == "size" and isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        allowed = _ALLOWED[field.name]
        if type(value) is type(allowed[0]) and value in allowed:
            found[field.name] = value
    return found
