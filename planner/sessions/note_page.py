"""What the page of a progress note shows, read in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from planner.base.prepared import ID, prepared
from planner.cases.models import Audience, CaseKind, Participant, SecretsPolicy
from planner.cases.names import label, with_people
from planner.plans.models import Objective
from planner.practice.models import NoteFormat, User
from planner.sessions import note_actions, note_facts, note_formats, note_forms, note_text, note_words
from planner.sessions.models import (
    Addendum,
    Mode,
    NoteSignature,
    NoteState,
    NoteStep,
    Phrase,
    ProgressNote,
    RiskLevel,
    Session,
    Step,
)  # fmt: skip

#: What one chooses for an objective: where it stands, or that it was not the subject.
LEFT_OUT = "out"


@dataclass(frozen=True)
class ObjectiveRow:
    """An objective of the active plan beside what the note says of it."""

    objective: Objective
    step: str
    response: str
    worked_on: bool


class NotePage:
    """A note as its page needs it. Each part is read once, when it is asked for."""

    def __init__(self, session: Session, note: ProgressNote, user: User):
        self.session, self.note, self.user = session, note, user
        note.session = session

    @cached_property
    def label(self) -> str:
        return label(self.places)

    @cached_property
    def places(self) -> list[Participant]:
        """Everybody of the case, and whoever was there but has left since."""
        with_people(self.session.case)
        return [one for one in self.session.case.participants.all() if one.left_on is None or one.pk in self.present]

    @cached_property
    def present(self) -> set[int]:
        return set(_present_at(note=self.note.pk))

    @cached_property
    def facts(self) -> note_facts.Facts:
        return note_facts.facts_of(self.note)

    @cached_property
    def sections(self) -> list[note_formats.Laid]:
        return note_formats.lay(self.note.format, self.note.parts)

    @cached_property
    def objectives(self) -> list[ObjectiveRow]:
        """Every objective of the active plan, those of this hour first; one of an older plan where it is named."""
        named = {row.objective_id: row for row in self.note.objectives.select_related("objective__goal__person")}
        active = list(Objective.objects.active_of(self.session.case))
        known = {objective.pk for objective in active}
        older = [row.objective for row in named.values() if row.objective_id not in known]
        rows = [_objective_row(objective, named.get(objective.pk)) for objective in [*older, *active]]
        return sorted(rows, key=lambda row: not row.worked_on)

    @property
    def worked_on(self) -> list[ObjectiveRow]:
        return [row for row in self.objectives if row.worked_on]

    @property
    def others(self) -> list[ObjectiveRow]:
        return [row for row in self.objectives if not row.worked_on]

    @cached_property
    def missing(self) -> list[str]:
        return note_actions.missing(self.note)

    @cached_property
    def advice(self) -> list[str]:
        return note_actions.advice(self.note, self.facts)

    @property
    def audiences(self) -> list[tuple[str, Any]]:
        return note_forms.audience_choices(self.places)

    @property
    def audience(self) -> str:
        """The value of the choice."""
        note = self.note
        return f"person-{note.person_id}" if note.audience == Audience.PERSON else note.audience

    @property
    def audience_words(self) -> str:
        return note_words.audience(self.note)

    @cached_property
    def hour(self) -> list[note_words.Line]:
        return note_words.hour(self.note, self.facts)

    @property
    def record_lines(self) -> list[note_words.Line]:
        """What the record says, without what the form beside it asks for."""
        return [line for line in self.hour if line.name not in ("when", "kind", "how", "code", "who")]

    @cached_property
    def objective_lines(self) -> list[note_words.Line]:
        return note_words.objectives(self.facts)

    @cached_property
    def text_lines(self) -> list[note_words.Line]:
        return note_words.texts(self.note)

    @cached_property
    def risk_lines(self) -> list[note_words.Line]:
        return note_words.risk(self.note)

    @property
    def whole(self) -> str:
        return note_words.as_text([*self.hour, *self.objective_lines, *self.text_lines, *self.risk_lines])

    @property
    def is_alone(self) -> bool:
        """An hour alone within couple or family work."""
        return self.session.case.kind != CaseKind.INDIVIDUAL and len(self.present) == 1

    @property
    def secrets_policy(self) -> str:
        """What was agreed about things told alone; "" in individual work."""
        case = self.session.case
        return "" if case.kind == CaseKind.INDIVIDUAL else str(SecretsPolicy(case.secrets_policy).label)

    @property
    def is_late(self) -> bool:
        return self.note.late or (self.note.is_open and note_actions.is_late(self.note))

    @property
    def start(self) -> str:
        """For the field: "10:00" on the wall of the session."""
        return self.note.began_at.astimezone(self._zone).strftime("%H:%M")

    @property
    def stop(self) -> str:
        return self.note.ended_at.astimezone(self._zone).strftime("%H:%M")

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.session.zone)

    @property
    def modes(self) -> list[tuple[str, Any]]:
        return Mode.choices

    @property
    def formats(self) -> list[tuple[str, Any]]:
        return NoteFormat.choices

    @property
    def risk_levels(self) -> list[tuple[str, Any]]:
        return [choice for choice in RiskLevel.choices if choice[0]]

    @property
    def steps(self) -> list[tuple[str, Any]]:
        return [*(choice for choice in Step.choices if choice[0]), (LEFT_OUT, _("Not this time"))]

    @cached_property
    def phrases(self) -> list[Phrase]:
        return _phrases(user=self.user)

    @cached_property
    def history(self) -> list[NoteStep]:
        return _steps_of(note=self.note.pk)

    @property
    def returned_with(self) -> str:
        """The supervisor's last words, while the note is back with its author."""
        if self.note.state != NoteState.RETURNED:
            return ""
        return next((step.comment for step in reversed(self.history) if step.step == NoteState.RETURNED), "")

    @cached_property
    def signatures(self) -> list[Any]:
        """The signatures under the text as it stands; one under a text that was returned is history."""
        return [one for one in _signatures_of(note=self.note.pk) if one.sha256 == self.note.sha256]

    @cached_property
    def addenda(self) -> list[tuple[Addendum, bool]]:
        """Each with whether it still is what was written."""
        found = _addenda_of(note=self.note.pk)
        for one in found:
            one.note = self.note
        return [(one, note_text.addendum_holds(one)) for one in found]

    @cached_property
    def holds(self) -> bool:
        """A signed note is what was signed, and the trail says so too."""
        return note_text.holds_in_the_trail(self.note)

    @property
    def may_decide(self) -> bool:
        return self.note.state == NoteState.AWAITING and self.note.supervisor_id == self.user.pk


@prepared(note=ID)
def _present_at(note: int) -> QuerySet[Any]:
    return ProgressNote.present.through.objects.filter(progressnote=note).values_list("participant_id", flat=True)


@prepared()
def _phrases(user: User) -> QuerySet[Phrase]:
    return Phrase.objects.visible_to(user)


@prepared(note=ID)
def _steps_of(note: int) -> QuerySet[NoteStep]:
    return NoteStep.objects.filter(note=note).select_related("by")


@prepared(note=ID)
def _signatures_of(note: int) -> QuerySet[NoteSignature]:
    return NoteSignature.objects.filter(note=note)


@prepared(note=ID)
def _addenda_of(note: int) -> QuerySet[Addendum]:
    return Addendum.objects.filter(note=note)


def _objective_row(objective: Objective, said: Any) -> ObjectiveRow:
    return ObjectiveRow(objective, said.step if said else "", said.response if said else "", said is not None)


@dataclass(frozen=True)
class Change:
    """What was typed beside what stands there now. A choice is shown as a word, a text may be mended first."""

    name: str
    label: str
    mine: str
    theirs: str
    is_text: bool


def changes_of(note: ProgressNote, typed: dict[str, str]) -> list[Change]:
    """Field by field, for the person who has to choose."""
    words = {
        "place": _("Place"), "service_code": _("Service code"), "risk_basis": _("What it rests on"),
        "risk_action": _("What was done"), **{name: str(text) for name, text in note_formats.PARTS.items()},
    }  # fmt: skip
    found = []
    for name, text in typed.items():
        if name.startswith("objective-"):
            found.append(_objective_change(note, name, text))
        else:
            theirs = note.parts.get(name, "") if name in note_formats.PARTS else getattr(note, name, "")
            found.append(Change(name, words.get(name, _("Your choice")), text, theirs or "", name in words))
    return found


def _objective_change(note: ProgressNote, name: str, text: str) -> Change:
    pk, field = (name.split("-") + ["", ""])[1:3]
    row = note.objectives.filter(objective=int(pk)).first() if pk.isdecimal() and len(pk) < 16 else None
    theirs = getattr(row, field, "") if row and field in ("step", "response") else ""
    return Change(name, _("Response"), text, theirs, field == "response")
