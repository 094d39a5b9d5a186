"""What the record itself says of an hour: who came, what was done, what was given. Nobody types it.

While a note is a draft the facts are read anew each time; signing freezes them as plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from planner.cases.models import Audience
from planner.homework.models import Assignment
from planner.sessions.models import WORK, AgendaItem, Done, Handout, ProgressNote, Session, SessionState

#: What is given or reviewed this long before or after a joint hour belongs to it; an hour alone has its whole day.
AROUND = timedelta(minutes=15)
WORKED = (Done.DONE, Done.PARTLY)


@dataclass(frozen=True)
class Facts:
    """Plain values, so that they can be frozen: people as (id, name, role), items as mappings.

    `agenda` holds title, minutes, done and, for work from the library, `name` and `edition`; `given` and `reviewed`
    hold the title and for whom; `objectives` number, words, step and response of each that was worked on. `next_at` is
    the next planned hour, "" where there is none.
    """

    case: str = ""
    kind: str = ""
    zone: str = "UTC"
    present: tuple[Mapping[str, Any], ...] = ()
    agenda: tuple[Mapping[str, Any], ...] = ()
    given: tuple[Mapping[str, str], ...] = ()
    reviewed: tuple[Mapping[str, str], ...] = ()
    objectives: tuple[Mapping[str, Any], ...] = ()
    next_at: str = ""

    @property
    def done(self) -> list[Mapping[str, Any]]:
        """What was done of the agenda, wholly or in part."""
        return [item for item in self.agenda if item["done"] in WORKED]

    @property
    def interventions(self) -> list[str]:
        """Names of the interventions that were used, as the library has them."""
        return list(dict.fromkeys(item["name"] for item in self.done if item.get("name")))

    @property
    def left(self) -> list[str]:
        """Work that was left or only partly done."""
        return [item["title"] for item in self.agenda if item["work"] and item["done"] in (Done.LEFT, Done.PARTLY)]

    def as_json(self) -> dict[str, Any]:
        """For the column that keeps them."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Facts:
        """Out of that column again."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
                      if name in names})  # fmt: skip


def facts_of(note: ProgressNote) -> Facts:
    """The frozen facts of a signed note; for a draft what the record says now."""
    return read(note) if note.is_open else Facts.of(note.facts)


def read(note: ProgressNote) -> Facts:
    """Read from the hour, its agenda and its homework. Eight queries at most."""
    session = note.session
    places = list(note.present.select_related("person"))
    present = tuple(
        {"id": place.person_id, "name": place.person.name, "role": place.get_role_display()} for place in places
    )
    people = {place.person_id for place in places}
    return Facts(
        case=session.case.code,
        kind=session.kind,
        zone=session.zone,
        present=present,
        agenda=tuple(_agenda(session)),
        given=tuple(_given(note, people)),
        reviewed=tuple(_reviewed(note, people)),
        objectives=tuple(_objectives(note)),
        next_at=_next(session),
    )


def _agenda(session: Session) -> Iterable[dict[str, Any]]:
    for item in session.items.kept().select_related("edition__intervention"):
        row = {
            "title": item.title,
            "minutes": item.minutes_used or item.minutes,
            "done": item.done,
            "work": _work(item),
        }
        if item.edition:
            row |= {"name": item.edition.intervention.name, "edition": item.edition.number}
        yield row


def _work(item: AgendaItem) -> bool:
    """True for the work of the hour, False for what opens and closes every hour."""
    return item.kind in WORK


def _objectives(note: ProgressNote) -> Iterable[dict[str, Any]]:
    rows = note.objectives.select_related("objective__goal").order_by(
        "objective__goal__position", "objective__position", "pk"
    )
    for row in rows:
        yield {
            "id": row.objective_id, "number": row.objective.number, "text": row.objective.sentence, "step": row.step,
            "response": row.response,
        }  # fmt: skip


def _given(note: ProgressNote, people: set[int]) -> list[dict[str, str]]:
    """Sheets to give out with what was done, and what was agreed on screen during the hour."""
    handouts = (
        Handout.objects.filter(item__session=note.session, item__removed_at=None, item__done__in=WORKED, wanted=True)
        .filter(Q(participant=None) | Q(participant__person__in=people))
        .select_related("edition__worksheet", "participant__person")
        .order_by("item__position", "pk")
    )
    found = [(row.edition.content["title"], row.participant.person.on_paper if row.participant else "")
             for row in handouts]  # fmt: skip
    agreed = Assignment.objects.filter(
        case=note.session.case_id, created_at__range=(note.began_at - AROUND, note.ended_at + AROUND)
    )
    found += [_titled(row) for row in _for_these(agreed, people).filter(number=1).order_by("pk")]
    return [{"title": title, "whom": whom} for title, whom in dict.fromkeys(found)]


def _reviewed(note: ProgressNote, people: set[int]) -> list[dict[str, str]]:
    """What was looked at together. In an hour alone the day counts; in a joint one only what was reviewed in it, so
    that one partner's sheet of the same day does not stand in both partners' note."""
    day = timezone.localtime(note.began_at).date()
    rows = Assignment.objects.filter(case=note.session.case_id, reviewed_on=day)
    if note.audience != Audience.PERSON and len(people) > 1:
        rows = rows.filter(changed_at__range=(note.began_at - AROUND, note.ended_at + AROUND))
    return [{"title": title, "whom": whom} for title, whom in map(_titled, _for_these(rows, people).order_by("pk"))]


def _for_these(rows: Any, people: set[int]) -> Any:
    """Assignments for those who were there, alone or together."""
    return rows.filter(Q(person=None) | Q(person__in=people)).select_related("person")


def _titled(row: Assignment) -> tuple[str, str]:
    return row.title, row.person.on_paper if row.person else ""


def _next(session: Session) -> str:
    following = (
        Session.objects.filter(case_id=session.case_id, state=SessionState.PLANNED, starts_at__gt=session.starts_at)
        .order_by("starts_at")
        .first()
    )
    return following.wall_start.isoformat(timespec="minutes") if following else ""
