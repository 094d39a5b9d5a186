"""One measured figure, and the table of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `ratio` against the thing named in `against`; `aim` is what the product promises itself."""

    part: str
    what: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def seconds(do: Callable[[], object], times: int) -> list[float]:
    """How long each of `times` calls took."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        do()
        taken.append(time.perf_counter() - start)
    return taken


def p95(values: Iterable[float]) -> float:
    """The value that 95 in 100 stay under."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


median = statistics.median


def table(figures: Iterable[Figure]) -> str:
    """The figures, one a line, in columns."""
    rows = [("", "", "", "against", "times", "aim", "")]
    part = None
    for each in figures:
        if each.part != part:
            part = each.part
            rows.append((part, *[""] * 6))
        ratio = "" if each.ratio is None else f"{each.ratio:.1f}"
        verdict = {None: "", True: "met", False: "NOT MET"}[each.met]
        rows.append(
            (
                f"  {each.what}",
                f"{each.value:.1f}",
                each.unit,
                each.against,
                ratio,
                f"{each.aim} {verdict}".strip(),
                each.note,
            )
        )
    narrow = [row for row in rows if any(row[1:])]
    widths = [max(len(row[column]) for row in narrow) for column in range(7)]
    right = {1, 4}
    lines = [
        "  ".join(cell.rjust(widths[n]) if n in right else cell.ljust(widths[n]) for n, cell in enumerate(row)).rstrip()
        for row in rows
    ]
    return "\n".join(lines)
