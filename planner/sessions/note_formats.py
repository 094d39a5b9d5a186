"""The formats of a progress note, as a pure arrangement of named texts.

A note's texts are kept by what they say (told, seen, done ...), never by the heading under which they were typed. A
format only says in which order, under which heading each of them stands. So switching the format moves texts and
changes none: there and back again is the same note. Every format has a place for every text (held by a test).

The formats are the ones in use (SOAP, DAP, BIRP, GIRP); practices keep one and let a note differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from planner.practice.models import NoteFormat

#: name of a text -> what it says, shown where it stands under a heading that is not its own
PARTS: dict[str, Any] = {
    "told": _("What was said"),
    "seen": _("What was seen"),
    "goal": _("Goal"),
    "done": _("Intervention"),
    "response": _("Response"),
    "assessment": _("Assessment"),
    "plan": _("Plan"),
    "story": _("Narrative"),
}


@dataclass(frozen=True)
class Section:
    """One heading of a format. The first of its `parts` is the one that is asked for; the others stand there only where
    they hold a text that was written in another format."""

    label: Any
    parts: tuple[str, ...]


FORMATS: dict[str, tuple[Section, ...]] = {
    NoteFormat.DAP: (
        Section(_("Data"), ("told", "seen", "goal", "done", "response", "story")),
        Section(_("Assessment"), ("assessment",)),
        Section(_("Plan"), ("plan",)),
    ),
    NoteFormat.SOAP: (
        Section(_("Subjective"), ("told", "goal", "story")),
        Section(_("Objective"), ("seen", "done", "response")),
        Section(_("Assessment"), ("assessment",)),
        Section(_("Plan"), ("plan",)),
    ),
    NoteFormat.BIRP: (
        Section(_("Behaviour"), ("told", "seen", "goal", "story")),
        Section(_("Intervention"), ("done",)),
        Section(_("Response"), ("response", "assessment")),
        Section(_("Plan"), ("plan",)),
    ),
    NoteFormat.GIRP: (
        Section(_("Goal"), ("goal", "told", "seen", "story")),
        Section(_("Intervention"), ("done",)),
        Section(_("Response"), ("response", "assessment")),
        Section(_("Plan"), ("plan",)),
    ),
    NoteFormat.NARRATIVE: (
        Section(_("Narrative"), ("story", "told", "seen", "goal", "done", "response", "assessment", "plan")),
    ),
}


@dataclass(frozen=True)
class Field:
    """One text as it stands in a format; `guest` says what it is where the heading does not."""

    part: str
    text: str
    guest: str = ""


@dataclass(frozen=True)
class Laid:
    """A heading with its texts: always the one that is asked for, then those that were written elsewhere."""

    label: str
    fields: tuple[Field, ...]

    @property
    def text(self) -> str:
        """The whole section as one clean text to paste."""
        lines = [f"{field.guest}: {field.text}" if field.guest else field.text for field in self.fields if field.text]
        return "\n\n".join(lines)


def lay(format: str, parts: Mapping[str, str]) -> list[Laid]:
    """The texts in the order of the format. Each text stands exactly once; an empty one only where it is asked for."""
    return [Laid(str(section.label), tuple(_fields(section, parts))) for section in FORMATS[format]]


def _fields(section: Section, parts: Mapping[str, str]) -> list[Field]:
    lead, *guests = section.parts
    found = [Field(lead, parts.get(lead, ""))]
    return found + [Field(name, parts[name], str(PARTS[name])) for name in guests if parts.get(name)]


def leads(format: str) -> tuple[str, ...]:
    """The texts that a format asks for."""
    return tuple(section.parts[0] for section in FORMATS[format])
