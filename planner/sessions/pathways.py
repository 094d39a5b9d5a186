"""A pathway laid out for a case: first everything it would create, then, when the clinician says so, exactly that.

The preview and the writing share one plan. Where something changed in between (the pathway, a gate, who takes part),
nothing is written and the clinician looks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from planner.cases import clearance, gates
from planner.cases.models import Case, Participant
from planner.cases.names import current
from planner.library.models import Pathway
from planner.library.packs import content_hash
from planner.library.pathways import Hour, Item, hours_of
from planner.practice.models import User
from planner.practice.trail import record
from planner.sessions import actions, agenda
from planner.sessions.models import AgendaItem, ItemKind, Session
from planner.sessions.times import to_utc

#: Reasons that count where the person they are about takes part in the hour.
_WHO_COMES = (gates.MINOR, clearance.CONSENT)


class Changed(actions.Refused):
    """What was shown is no longer what would be created; nothing was written."""


@dataclass(frozen=True)
class Line:
    """One item as it would stand on the agenda. With `shut` reasons it is left out until they are settled."""

    item: AgendaItem
    shut: tuple[gates.Reason, ...] = ()


@dataclass(frozen=True)
class Plan:
    """One session as it would be created. `starts` is naive, on the practice's wall."""

    number: int
    hour: Hour
    starts: datetime
    attendees: tuple[Participant, ...]
    lines: tuple[Line, ...]

    @property
    def items(self) -> list[AgendaItem]:
        """What would be created."""
        return [line.item for line in self.lines if not line.shut]

    @property
    def left_out(self) -> list[Line]:
        return [line for line in self.lines if line.shut]

    @property
    def budget(self) -> agenda.Budget:
        return agenda.budget(self.items, self.hour.session.minutes)

    @property
    def reasons(self) -> list[gates.Reason]:
        """Why something is left out: each sentence once."""
        every = [reason for line in self.lines for reason in line.shut]
        return list({reason.sentence: reason for reason in every}.values())


@dataclass(frozen=True)
class Preview:
    """Everything that a pathway would create for a case, and nothing of it created."""

    pathway: Pathway
    case: Case
    plans: tuple[Plan, ...]

    @property
    def reasons(self) -> list[gates.Reason]:
        """What stands against some of it: each sentence once."""
        every = [reason for plan in self.plans for reason in plan.reasons]
        return list({reason.sentence: reason for reason in every}.values())

    @property
    def left_out(self) -> int:
        """How many items would be left out."""
        return sum(len(plan.left_out) for plan in self.plans)

    @property
    def state(self) -> str:
        """The hash of all that would be created."""
        plans = [
            [
                plan.starts.isoformat(), plan.hour.session.kind, plan.hour.session.minutes,
                [participant.pk for participant in plan.attendees],
                [[item.kind, item.title, item.minutes, item.prompt, item.edition_id] for item in plan.items],
            ]
            for plan in self.plans
        ]  # fmt: skip
        return content_hash({"case": self.case.pk, "pathway": self.pathway.pk, "plans": plans})


def preview(*, case: Case, pathway: Pathway, starts_at: datetime, zone: str) -> Preview:
    """What the pathway would create, from `starts_at` (naive, on the wall of `zone`) on. Writes nothing.

    Raises NoSuchTime where the clock jumps over the time of day of one of the sessions.
    """
    hours = hours_of(pathway)
    people = current(case)
    verdict = clearance.look(case, {gate for hour in hours for gate in hour.gates}, readers=people)
    plans = []
    for hour in hours:
        starts = starts_at + timedelta(days=hour.day)
        to_utc(starts, zone)
        said = {"pathway": pathway.name, "n": hour.number, "of": len(hours), "title": hour.session.title}
        where = _("%(pathway)s, %(n)d of %(of)d: %(title)s") % said
        plans.append(_plan(hour, where, starts, people, verdict))
    return Preview(pathway, case, tuple(plans))


def _plan(hour: Hour, where: str, starts: datetime, people: Sequence[Participant], verdict: gates.Verdict) -> Plan:
    """One session. The first item says where in the pathway it stands, the last one holds the choice points."""
    attendees = _attending(hour, people)
    here = {participant.person_id for participant in attendees}

    def shut(item: AgendaItem) -> tuple[gates.Reason, ...]:
        """As on an agenda: what is known about anybody counts, a minor and a consent count where the person comes."""
        blocked = actions.stands_against(item, verdict).blocked
        return tuple(one for one in blocked if one.flag not in _WHO_COMES or one.person_id in here)

    items = _items(hour)
    items[0].prompt = "\n".join(filter(None, [where, items[0].prompt]))
    choices = [
        _("If %(sign)s, then %(way)s") % {"sign": choice.if_, "way": choice.then} for choice in hour.session.choices
    ]
    items[-1].prompt = "\n".join(filter(None, [items[-1].prompt, *choices]))
    return Plan(hour.number, hour, starts, attendees, tuple(Line(item, shut(item)) for item in items))


def _attending(hour: Hour, people: Sequence[Participant]) -> tuple[Participant, ...]:
    """Those whom the session is with; everybody where it names nobody, or nobody who takes part."""
    wanted = set(hour.session.with_roles)
    return tuple(one for one in people if one.tags & wanted) or tuple(people)


def _items(hour: Hour) -> list[AgendaItem]:
    """The agenda, not yet saved: a template brings its own opening and closing, other hours get those of their kind."""
    if not hour.template:
        work = [_item(item, ItemKind.LIBRARY if item.edition else ItemKind.FREE) for item in hour.items]
        return actions.framed(hour.session.kind, hour.session.minutes, work)
    openings = actions.opening_count(hour.template.content["items"])
    last = len(hour.items) - 1
    return [_item(item, _kind(item, place < openings, place == last)) for place, item in enumerate(hour.items)]


def _kind(item: Item, opening: bool, last: bool) -> str:
    if item.edition:
        return ItemKind.LIBRARY
    return ItemKind.OPENING if opening else ItemKind.CLOSING if last else ItemKind.FREE


def _item(item: Item, kind: str) -> AgendaItem:
    return AgendaItem(kind=kind, title=item.title, minutes=item.minutes, prompt=item.note, edition=item.edition)


@transaction.atomic
def lay_pathway(*, by: User, case: Case, pathway: Pathway, starts_at: datetime, state: str) -> list[Session]:
    """Creates the sessions of a pathway as the preview with this `state` showed them, gated items left out.

    Raises Changed where it would no longer be the same, Refused for a closed case.
    """
    seen = preview(case=case, pathway=pathway, starts_at=starts_at, zone=by.practice.zone)
    if seen.state != state:
        raise Changed(_("Something has changed since this was shown. Nothing was planned; look at it again."))
    sessions = [_create(plan, case, by) for plan in seen.plans]
    detail: dict[str, Any] = {
        "pathway": pathway.slug, "sessions": [session.pk for session in sessions], "left_out": seen.left_out,
    }  # fmt: skip
    record("laid_pathway", by=by, what="pathway", what_id=pathway.pk, case_id=case.pk, detail=detail)
    return sessions


def _create(plan: Plan, case: Case, by: User) -> Session:
    part, template = plan.hour.session, plan.hour.template
    session = actions.plan_session(
        by=by,
        case=case,
        starts_at=plan.starts,
        minutes=part.minutes,
        kind=part.kind,
        attendees=plan.attendees,
        items=plan.items,
        template=template,
    )
    for item in plan.items:
        if item.edition:
            actions.offer_handouts(item, list(plan.attendees))
    return session
