"""Help lines by country, for the foot of a client's sheet: only numbers that were checked against a source.

Anywhere else the sheet says "your local emergency number" until the practice writes its own lines.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from planner.practice.models import CrisisLine, Practice

VERIFIED_ON = date(2026, 11, 21)


class Line(NamedTuple):
    """A line as it is printed: who answers, and how to reach them."""

    name: str
    reach: str
    source: str
    emergency: bool = False


_UNITED_STATES = "988 Suicide & Crisis Lifeline (encyclopedia article): in service since July 2022"
_CANADA = "988 lines of North America (encyclopedia article): in service in Canada since 30 November 2023"
_SAMARITANS = "theprivatepsychiatrygroup.com: Samaritans, day and night, UK and Ireland"
_LIFELINE = "2ser.com: Lifeline Australia"

LINES: dict[str, tuple[Line, ...]] = {
    "US": (
        Line("988 Suicide & Crisis Lifeline", "988 (call or text)", _UNITED_STATES),
        Line("Emergency", "911", "National emergency number", emergency=True),
    ),
    "CA": (
        Line("9-8-8 Suicide Crisis Helpline", "988 (call or text)", _CANADA),
        Line("Emergency", "911", "National emergency number", emergency=True),
    ),
    "GB": (
        Line("Samaritans", "116 123", _SAMARITANS),
        Line("Emergency", "999 or 112", "National emergency numbers", emergency=True),
    ),
    "IE": (
        Line("Samaritans", "116 123", _SAMARITANS),
        Line("Emergency", "112 or 999", "National emergency numbers", emergency=True),
    ),
    "AU": (
        Line("Lifeline", "13 11 14", _LIFELINE),
        Line("Emergency", "000", "National emergency number", emergency=True),
    ),
}


_VIOLENCE = re.compile(r"violen|abus|battered|refuge|women.?s aid|domestic|maltrat|assault", re.IGNORECASE)


def speaks_of_violence(name: str) -> bool:
    """The name itself says that the line is for partner violence, ticked or not."""
    return bool(_VIOLENCE.search(name))


def write_lines(practice: Practice) -> int:
    """Puts the lines of the practice's country in place of what was there; how many there are now."""
    practice.crisis_lines.all().delete()
    rows = [
        CrisisLine(
            practice=practice,
            country=practice.country,
            name=line.name,
            reach=line.reach,
            emergency=line.emergency,
            order=order,
            source=line.source,
            verified_on=VERIFIED_ON,
        )
        for order, line in enumerate(LINES.get(practice.country, ()))
    ]
    CrisisLine.objects.bulk_create(rows)
    return len(rows)
