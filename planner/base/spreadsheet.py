"""Tables for spreadsheets: a cell that a program would take for a formula is text, and its text can be had back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

#: What begins a formula, or is dropped before one begins: also the full-width forms, tab and line ends.
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")


def safe(value: object) -> str:
    """The text of a cell. Where a spreadsheet could read it as a formula, an apostrophe stands before it."""
    text = "" if value is None else str(value).replace("\x00", "")
    return f"'{text}" if _FORMULA.match(text) else text


def plain(cell: str) -> str:
    """The text that `safe` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> bytes:
    """The table as CSV in UTF-8 with its mark (so that spreadsheets read the letters right), every cell quoted."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow([safe(cell) for cell in head])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode("utf-8")
