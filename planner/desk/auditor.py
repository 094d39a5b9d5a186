"""The twelve questions that an auditor asks of a case, answered by the record itself: pure rules over plain facts.

The questions and their numbers are those of a state audit tool for outpatient care: of the plan C9, C10, C11, C13 and
C14; of the notes D1 to D6; of safety B6. Each is answered yes, no or not applicable, with the reason, the places that
prove it, and where to mend what is missing. Nothing here asks the database: planner.desk.audit_facts reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.base.addresses import address
from planner.boosters.dates import in_words

FEW = 5  # proofs or gaps that are shown of one question; the rest is a number


class Verdict(Enum):
    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "n/a"


@dataclass(frozen=True)
class Signer:
    """Who has to sign a plan, and what came of it: a day, or the reason for none, or neither."""

    name: str
    signed_on: date | None = None
    reason: str = ""
    credentials: str = ""

    @property
    def is_settled(self) -> bool:
        return self.signed_on is not None or bool(self.reason)


@dataclass(frozen=True)
class PlanFacts:
    """The plan in force. `holds`: its text is what was signed. `supervision`: "", awaiting, returned or approved.
    `due`: why a review is overdue, "" where none is."""

    pk: int
    number: int
    active_on: date | None
    review_on: date | None
    discharge: str
    clients: tuple[Signer, ...]
    clinician: Signer | None
    supervision: str
    supervisor: Signer | None
    holds: bool = True
    due: str = ""


@dataclass(frozen=True)
class NoteFacts:
    """A held hour and its note. `signed_on` is None where there is no signed note. `serves`: it names an objective or
    an intervention of the plan. `before_plan`: held before the plan was in force. `lacks`: facts that the note does
    not tell (D2)."""

    session: int
    on: date
    signed_on: date | None = None
    intake: bool = False
    before_plan: bool = False
    lacks: tuple[str, ...] = ()
    serves: bool = True
    objectives: int = 0
    interventions: int = 0
    response: bool = True
    supervision: str = ""
    holds: bool = True


@dataclass(frozen=True)
class Record:
    """What the record says of one case. `supervised`: a supervisor is on the case. `risk` are the findings of a risk
    that stands today, in words; `safety_plan` is the id and day of the safety plan that is in force."""

    case: int
    today: date
    supervised: bool = False
    plan: PlanFacts | None = None
    draft: int | None = None
    notes: tuple[NoteFacts, ...] = ()
    risk: tuple[str, ...] = ()
    safety_plan: tuple[int, date] | None = None

    @property
    def signed(self) -> list[NoteFacts]:
        return [note for note in self.notes if note.signed_on]

    @property
    def treatment(self) -> list[NoteFacts]:
        """Signed notes of hours that the plan already stood over."""
        return [note for note in self.signed if not note.intake and not note.before_plan]


@dataclass(frozen=True)
class Link:
    label: str
    href: str


@dataclass(frozen=True)
class Answer:
    """The answer to one question. `proofs` where it is shown, `mend` where to put it right."""

    code: str
    question: str
    verdict: Verdict
    reason: str
    proofs: tuple[Link, ...] = ()
    mend: tuple[Link, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Answered well: yes, or it does not apply."""
        return self.verdict is not Verdict.NO


QUESTIONS: dict[str, Any] = {
    "C9": gettext_lazy("Is the plan signed and dated by each client, or the reason for none given?"),
    "C10": gettext_lazy("Is the plan signed by the clinician, with credentials and date?"),
    "C11": gettext_lazy("Is the plan co-signed by the supervisor where the author works under one?"),
    "C13": gettext_lazy("Does the plan say when treatment will be finished (discharge criteria)?"),
    "C14": gettext_lazy("Was the plan looked at and brought up to date in time?"),
    "D1": gettext_lazy("Do the services that were given match the plan?"),
    "D2": gettext_lazy("Does each note tell date, place, time, length, who was there, service code, signature with "
                       "credentials, and the day it was signed?"),
    "D3": gettext_lazy("Does each note name the goals and objectives that were worked on?"),
    "D4": gettext_lazy("Does each note name the interventions that were used?"),
    "D5": gettext_lazy("Does each note tell the response and the progress?"),
    "D6": gettext_lazy("Is supervision shown in the notes where it is required?"),
    "B6": gettext_lazy("Is there a safety plan where somebody is at risk?"),
}  # fmt: skip


#: The questions as they are read and answered together: by the name in the address, what it is called, which they are.
PARTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "plan": (gettext_lazy("The plan"), ("C9", "C10", "C11", "C13", "C14")),
    "notes": (gettext_lazy("The notes"), ("D1", "D2", "D3", "D4", "D5", "D6")),
    "safety": (gettext_lazy("Safety"), ("B6",)),
}


def answers(record: Record, part: str = "") -> list[Answer]:
    """All twelve, in the order of the questions, or those of one part."""
    return [RULES[code](record) for code in (PARTS[part][1] if part else QUESTIONS)]


def settled(found: Iterable[Answer]) -> int:
    """How many are answered well."""
    return sum(answer.is_settled for answer in found)


# The plan


def c9(record: Record) -> Answer:
    if not (plan := record.plan):
        return _no_plan("C9", record)
    if not plan.holds:
        return _broken("C9", plan)
    open_ones = [one.name for one in plan.clients if not one.is_settled]
    if open_ones:
        return _no("C9", _("Not signed yet: %(names)s.") % {"names": ", ".join(open_ones)}, plan=plan, at="plan_sign")
    said = [_("%(name)s: %(what)s") % {"name": one.name, "what": _day(one.signed_on) or one.reason}
            for one in plan.clients]  # fmt: skip
    return _yes("C9", "; ".join(said), _plan_link(plan))


def c10(record: Record) -> Answer:
    if not (plan := record.plan):
        return _no_plan("C10", record)
    if not plan.holds:
        return _broken("C10", plan)
    one = plan.clinician
    if one is None or one.signed_on is None:
        return _no("C10", _("The clinician has not signed."), plan=plan, at="plan_sign")
    if not one.credentials:
        reason = _("%(name)s signed without credentials. They come from your own page, at the next signature.")
        return Answer("C10", str(QUESTIONS["C10"]), Verdict.NO, reason % {"name": one.name}, (_plan_link(plan),),
                      (Link(_("Write your credentials"), reverse("profile")),))  # fmt: skip
    return _yes("C10", f"{one.name}, {one.credentials}: {_day(one.signed_on)}", _plan_link(plan))


def c11(record: Record) -> Answer:
    if not record.supervised:
        return _does_not_apply("C11", _("Nobody works under a supervisor on this case."))
    if not (plan := record.plan):
        return _no_plan("C11", record)
    if plan.supervision == "approved" and plan.supervisor:
        return _yes("C11", f"{plan.supervisor.name}: {_day(plan.supervisor.signed_on)}", _plan_link(plan))
    said = {"awaiting": _("It waits for the supervisor."), "returned": _("The supervisor gave it back.")}
    return _no("C11", said.get(plan.supervision, _("The supervisor was not asked.")), plan=plan, at="plan")


def c13(record: Record) -> Answer:
    if not (plan := record.plan):
        return _no_plan("C13", record)
    if not plan.discharge.strip():
        return _no(
            "C13", _("The plan says nothing about the end of treatment. A new version can."), plan=plan, at="plan"
        )
    return _yes("C13", _short(plan.discharge), _plan_link(plan))


def c14(record: Record) -> Answer:
    if not (plan := record.plan):
        return _no_plan("C14", record)
    if plan.review_on and plan.review_on < record.today:
        return _no(
            "C14", _("Its review was due on %(day)s.") % {"day": _day(plan.review_on)}, plan=plan, at="plan_review"
        )
    if plan.due:
        return _no("C14", _("A review is due: %(why)s.") % {"why": plan.due}, plan=plan, at="plan_review")
    said = _("In force since %(since)s, next review %(day)s.")
    return _yes("C14", said % {"since": _day(plan.active_on), "day": _day(plan.review_on) or "?"}, _plan_link(plan))


# The notes


def d1(record: Record) -> Answer:
    if not record.plan:
        return _no_plan("D1", record)
    return _of_notes("D1", record, record.treatment, lambda note: note.serves,
                     gettext_lazy("names nothing of the plan"))  # fmt: skip


def d2(record: Record) -> Answer:
    unsigned = [note for note in record.notes if not note.signed_on]
    if unsigned:
        return _gaps("D2", unsigned, lambda note: _("no signed note"))
    broken = [note for note in record.signed if not note.holds]
    if broken:
        return _gaps("D2", broken, lambda note: _("not the text that was signed"))
    lacking = [note for note in record.signed if note.lacks]
    if lacking:
        return _gaps("D2", lacking, lambda note: ", ".join(note.lacks))
    return _notes_say("D2", record.signed)


def d3(record: Record) -> Answer:
    if not record.plan:
        return _no_plan("D3", record)
    return _of_notes("D3", record, record.treatment, lambda note: note.objectives > 0,
                     gettext_lazy("names no objective"))  # fmt: skip


def d4(record: Record) -> Answer:
    notes = [note for note in record.signed if not note.intake]
    return _of_notes("D4", record, notes, lambda note: note.interventions > 0,
                     gettext_lazy("names no intervention"))  # fmt: skip


def d5(record: Record) -> Answer:
    notes = [note for note in record.signed if not note.intake]
    return _of_notes("D5", record, notes, lambda note: note.response, gettext_lazy("tells no response"))


def d6(record: Record) -> Answer:
    if not record.supervised:
        return _does_not_apply("D6", _("Nobody works under a supervisor on this case."))
    return _of_notes("D6", record, record.signed, lambda note: note.supervision == "approved",
                     gettext_lazy("not approved by the supervisor"))  # fmt: skip


# Safety


def b6(record: Record) -> Answer:
    if not record.risk:
        return _does_not_apply("B6", _("No risk is on record that asks for one."))
    if record.safety_plan is None:
        reason = _("On record: %(risk)s. There is no safety plan in force.") % {"risk": "; ".join(record.risk)}
        mend = Link(_("Make a safety plan"), reverse("agreement_new", args=[record.case, "safety-plan"]))
        return Answer("B6", str(QUESTIONS["B6"]), Verdict.NO, reason, (), (mend,))
    pk, since = record.safety_plan
    said = _("On record: %(risk)s. Safety plan in force since %(day)s.")
    link = Link(_("Safety plan"), reverse("agreement", args=[pk]))
    return _yes("B6", said % {"risk": "; ".join(record.risk), "day": _day(since)}, link)


RULES: dict[str, Callable[[Record], Answer]] = {
    "C9": c9, "C10": c10, "C11": c11, "C13": c13, "C14": c14,
    "D1": d1, "D2": d2, "D3": d3, "D4": d4, "D5": d5, "D6": d6, "B6": b6,
}  # fmt: skip


# What the rules share


def _yes(code: str, reason: str, *proofs: Link) -> Answer:
    return Answer(code, str(QUESTIONS[code]), Verdict.YES, reason, proofs)


def _no(code: str, reason: str, *, plan: PlanFacts, at: str) -> Answer:
    mend = Link(_("Open the plan"), reverse(at, args=[plan.pk]))
    return Answer(code, str(QUESTIONS[code]), Verdict.NO, reason, (), (mend,))


def _does_not_apply(code: str, reason: str) -> Answer:
    return Answer(code, str(QUESTIONS[code]), Verdict.NOT_APPLICABLE, reason)


def _no_plan(code: str, record: Record) -> Answer:
    """Without a plan in force: to the draft where there is one, else to where a plan begins."""
    if record.draft:
        mend = Link(_("Finish the draft"), reverse("plan_edit", args=[record.draft]))
        reason = _("The plan is a draft; nobody has signed it.")
    else:
        mend, reason = Link(_("Write the plan"), reverse("plans", args=[record.case])), _("There is no plan yet.")
    return Answer(code, str(QUESTIONS[code]), Verdict.NO, reason, (), (mend,))


def _broken(code: str, plan: PlanFacts) -> Answer:
    return _no(code, _("The text of the plan is not the one that was signed: the record was changed past the planner."),
               plan=plan, at="plan")  # fmt: skip


def _of_notes(
    code: str, record: Record, notes: list[NoteFacts], good: Callable[[NoteFacts], bool], what: Any
) -> Answer:
    """Yes where every note is good; the others are named, each with its page."""
    unsigned = [note for note in record.notes if not note.signed_on]
    bad = [note for note in notes if not good(note)]
    if bad:
        return _gaps(code, bad, lambda note: str(what))
    if unsigned:
        return _gaps(code, unsigned, lambda note: _("no signed note"))
    return _notes_say(code, notes)


def _notes_say(code: str, notes: list[NoteFacts]) -> Answer:
    if not notes:
        return _does_not_apply(code, _("No hour was held that it could be asked of."))
    reason = ngettext("%(n)d note says so.", "All %(n)d notes say so.", len(notes)) % {"n": len(notes)}
    return _yes(code, reason, *(_note_link(note, _day(note.on)) for note in notes[:FEW]))


def _gaps(code: str, notes: list[NoteFacts], what: Callable[[NoteFacts], str]) -> Answer:
    reason = ngettext("%(n)d hour lacks it.", "%(n)d hours lack it.", len(notes)) % {"n": len(notes)}
    links = tuple(_note_link(note, f"{_day(note.on)}: {what(note)}") for note in notes[:FEW])
    return Answer(code, str(QUESTIONS[code]), Verdict.NO, reason, (), links)


def _note_link(note: NoteFacts, label: str) -> Link:
    return Link(label, address("note", note.session))


def _plan_link(plan: PlanFacts) -> Link:
    return Link(_("Plan, version %(n)d") % {"n": plan.number}, reverse("plan", args=[plan.pk]))


def _day(on: date | None) -> str:
    return in_words(on) if on else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:160].rstrip()} …"
