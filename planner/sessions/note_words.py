"""A note in plain lines: what its page lists, what its paper prints, what one copies into another system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from planner.cases.models import Audience
from planner.sessions import note_formats
from planner.sessions.models import Done, ProgressNote, RiskLevel, SessionKind, Step
from planner.sessions.note_facts import Facts


@dataclass(frozen=True)
class Line:
    """One thing that a note says: `name` tells it apart on the page, `text` is clean and may have several lines."""

    name: str
    label: str
    text: str


def hour(note: ProgressNote, facts: Facts) -> list[Line]:
    """When, how, who, and what the record says was done. Only what there is."""
    lines = [
        Line("when", _("When"), when(note, facts)),
        Line("kind", _("Kind"), str(SessionKind(facts.kind).label) if facts.kind else ""),
        Line("how", _("How"), ", ".join(filter(None, (str(note.get_mode_display()), note.place)))),
        Line("code", _("Service code"), note.service_code),
        Line("who", _("Who was there"), ", ".join(f"{one['name']} ({one['role']})" for one in facts.present)),
        Line("done", _("Done"), "\n".join(map(_item, facts.done))),
        Line("interventions", _("Interventions"), "; ".join(facts.interventions)),
        Line("reviewed", _("Homework reviewed"), "; ".join(map(titled, facts.reviewed))),
        Line("given", _("Homework given"), "; ".join(map(titled, facts.given))),
        Line("next", _("Next session"), _next(facts)),
    ]
    return [line for line in lines if line.text]


def objectives(facts: Facts) -> list[Line]:
    """Each objective that was worked on: its words, where it stands, how it was taken."""
    return [Line(f"objective-{row['id']}", _("Objective %(number)s") % {"number": row["number"]}, _objective(row))
            for row in facts.objectives]  # fmt: skip


def texts(note: ProgressNote) -> list[Line]:
    """The sections of its format that hold something."""
    laid = note_formats.lay(note.format, note.parts)
    return [Line(section.fields[0].part, section.label, section.text) for section in laid if section.text]


def risk(note: ProgressNote) -> list[Line]:
    """The risk line: level, whom it is about, basis, action."""
    if not note.risk_level:
        return []
    about = f" ({note.risk_person.name})" if note.risk_person else ""
    said = [f"{RiskLevel(note.risk_level).label}{about}."]
    said += [_("Rests on: %(text)s") % {"text": note.risk_basis}] if note.risk_basis else []
    said += [_("Done: %(text)s") % {"text": note.risk_action}] if note.risk_action else []
    return [Line("risk", _("Risk"), "\n".join(said))]


def whole(note: ProgressNote, facts: Facts) -> str:
    """The note as one clean text."""
    return as_text([*hour(note, facts), *objectives(facts), *texts(note), *risk(note)])


def as_text(lines: Iterable[Line]) -> str:
    """Lines one under the other, each with its label."""
    return "\n\n".join(f"{line.label}\n{line.text}" for line in lines)


def when(note: ProgressNote, facts: Facts) -> str:
    """ "Thu 26 Nov 2026, 10:00 to 10:50 (50 min)", on the wall of the session."""
    zone = ZoneInfo(facts.zone)
    began, ended = note.began_at.astimezone(zone), note.ended_at.astimezone(zone)
    return _("%(day)s, %(start)s to %(stop)s (%(n)d min)") % {
        "day": formats.date_format(began, "D j M Y"), "start": formats.date_format(began, "H:i"),
        "stop": formats.date_format(ended, "H:i"), "n": round((note.ended_at - note.began_at).total_seconds() / 60),
    }  # fmt: skip


def audience(note: ProgressNote) -> str:
    """ "One person: Maya"."""
    if note.audience != Audience.PERSON:
        return str(note.get_audience_display())
    return _("One person: %(name)s") % {"name": note.person.on_paper if note.person else "?"}


def titled(row: Mapping[str, str]) -> str:
    """ "Weekly check-in (Maya)"."""
    return f"{row['title']} ({row['whom']})" if row["whom"] else row["title"]


def _item(item: Mapping[str, Any]) -> str:
    how = "" if item["done"] == Done.DONE else f", {str(Done(item['done']).label).lower()}"
    return _("%(title)s, %(n)d min") % {"title": item["title"], "n": item["minutes"]} + how


def _objective(row: Mapping[str, Any]) -> str:
    step = f"{Step(row['step']).label}." if row["step"] else ""
    return "\n".join(filter(None, (row["text"], " ".join(filter(None, (step, row["response"]))))))


def _next(facts: Facts) -> str:
    return formats.date_format(datetime.fromisoformat(facts.next_at), "D j M Y, H:i") if facts.next_at else ""
