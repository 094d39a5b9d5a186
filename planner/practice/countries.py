"""Countries and time zones, out of the time-zone data that is installed anyway."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """(code, name) of every country in ISO 3166, by name."""
    rows = _table("iso3166.tab", 2)
    return tuple(sorted(((code, name) for code, name in rows), key=lambda row: row[1]))


@cache
def zones() -> tuple[str, ...]:
    """Every zone a place on earth keeps, by name, with UTC first."""
    return ("UTC", *sorted({row[2] for row in _table("zone.tab", 3)}))


def _table(name: str, columns: int) -> list[tuple[str, ...]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [tuple(line[:columns]) for line in lines]
