"""Keeping what was printed: the bytes themselves, so that a reprint is the same for ever."""

from __future__ import annotations

import hashlib

from planner.sheets.models import Printed
from planner.sheets.papers import Paper
from planner.sheets.press import Rendering


def keep(rendering: Rendering, paper: Paper, *, address: str) -> Printed:
    """The row that holds this document. `address` is the return address of the whole document."""
    return Printed.objects.create(
        address=address,
        title=paper.shown_title[:200],
        language=paper.language,
        options=paper.options.as_json(),
        pages=rendering.pages,
        sha256=hashlib.sha256(rendering.pdf).hexdigest(),
        pdf=rendering.pdf,
    )
