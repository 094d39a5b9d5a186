"""What the paper says about the practice, as plain values: the rooms that print know no practice."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from planner.base.prepared import ID, prepared
from planner.practice.models import CrisisLine, Practice


def paper_head(practice: Practice) -> dict[str, Any]:
    """Name, contact lines, help lines as (name, reach), and the emergency number in words, in the active language."""
    lines = _printed(practice=practice.pk)
    emergency = [line.reach for line in lines if line.emergency]
    return {
        "practice": practice.name,
        "contact": tuple(filter(None, (line.strip() for line in practice.contact.splitlines()))),
        "help_lines": tuple((line.name, line.reach) for line in lines if not line.emergency),
        "emergency": ", ".join(emergency) or _("your local emergency number"),
    }


@prepared(practice=ID)
def _printed(practice: int) -> QuerySet[CrisisLine]:
    return CrisisLine.objects.filter(practice=practice).printed()
