"""What the paper says about the practice, as plain values: the rooms that print know no practice."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from planner.practice.models import Practice


def paper_head(practice: Practice) -> dict[str, Any]:
    """Name, contact lines, help lines as (name, reach), and the emergency number in words, in the active language."""
    lines = list(practice.crisis_lines.printed())
    emergency = [line.reach for line in lines if line.emergency]
    return {
        "practice": practice.name,
        "contact": tuple(filter(None, (line.strip() for line in practice.contact.splitlines()))),
        "help_lines": tuple((line.name, line.reach) for line in lines if not line.emergency),
        "emergency": ", ".join(emergency) or _("your local emergency number"),
    }
