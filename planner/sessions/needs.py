"""What the treatment plan asks of the next hour, by plain rules, each with its reason: homework that waits for its
review, interventions that were planned and not done yet, objectives without work lately.

An objective and its earlier versions are one line: work on version 3 counts for version 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.base.prepared import DAY, ID, prepared
from planner.cases import gates
from planner.homework.models import Assignment, AssignmentState
from planner.library.models import WorksheetEdition
from planner.plans.models import Objective, PlannedIntervention
from planner.sessions import past
from planner.sessions.models import AgendaItem, NoteObjective, Session

MOST = 4  # of each kind: a list to choose from between two clients
REVIEW_MINUTES = 5
TALK_MINUTES = 10


@dataclass(frozen=True)
class Need:
    """One thing to put on the agenda. `key` is what its button sends; `shut` are sentences of a shut gate."""

    key: str
    title: str
    reason: str
    minutes: int
    number: str = ""  # of the objective it serves
    objective: Objective | None = None
    planned: PlannedIntervention | None = None
    assignment: Assignment | None = None
    shut: tuple[str, ...] = ()
    sheets: tuple[WorksheetEdition, ...] = ()  # of a shut one: those that are open all the same

    @property
    def intervention_id(self) -> int:
        """What was planned, 0 for a talk or homework."""
        return self.planned.edition.intervention_id if self.planned else 0


class Needs:
    """The needs of a session, read once in six queries, whatever the length of the plan and of the past. `verdict` is
    asked only where something planned is to be offered."""

    def __init__(
        self, session: Session, people: Iterable[int], items: list[AgendaItem], verdict: Callable[[], gates.Verdict]
    ):
        self.session, self.people, self.items, self.verdict = session, set(people), items, verdict

    @cached_property
    def all(self) -> list[Need]:
        """Homework first, then what was planned and never done, then what has waited."""
        return [*self.homework[:MOST], *self.undone[:MOST], *self.waiting[:MOST]]

    def find(self, key: str) -> Need | None:
        """The need that a button named; None when it is met meanwhile."""
        return next((need for need in self.all if need.key == key), None)

    @cached_property
    def objectives(self) -> list[Objective]:
        return _objectives(case=self.session.case_id)

    @cached_property
    def planned(self) -> list[PlannedIntervention]:
        """What the plan has of the library, each with the gates (`gates_told`) alone of all that its entry says."""
        return _planned(case=self.session.case_id)

    @cached_property
    def homework(self) -> list[Need]:
        """What waits for its review with those who come, unless it stands on the agenda. Two partners have the same
        sheet as a rule: each one's is looked at."""
        taken = {item.assignment_id for item in self.items}
        rows = _to_review(case=self.session.case_id, day=timezone.localdate())
        here = [row for row in rows if row.person_id is None or row.person_id in self.people]
        return [_review(row) for row in here if row.pk not in taken]

    @cached_property
    def undone(self) -> list[Need]:
        """Interventions of the plan that no held hour has had since the case began, nor this agenda."""
        on_agenda = {item.entry for item in self.items}
        seen = self.past.worked | on_agenda
        return [self._undone(row) for row in self.planned if row.edition.intervention_id not in seen]

    def _undone(self, row: PlannedIntervention) -> Need:
        number, blocked = row.objective.number, self.verdict().of(row.gates_told or ()).blocked
        return Need(
            f"planned-{row.pk}", row.edition.intervention.name, _("planned for %(n)s, not done yet") % {"n": number},
            row.minutes or row.edition.intervention.minutes, number, row.objective, row,
            shut=tuple(dict.fromkeys(reason.sentence for reason in blocked)),
        )  # fmt: skip

    @cached_property
    def waiting(self) -> list[Need]:
        """Objectives that none of the last held hours served, nor an item here, nor something offered above."""
        served = {item.line for item in self.items}
        served |= {need.objective.line for need in self.undone}
        return [self._waits(one) for one in self.objectives if one.line not in served | self._worked_lately]

    def _waits(self, objective: Objective) -> Need:
        count = len(self.past.lately)
        since = _("no work on %(number)s yet")
        if count:
            one, many = "no work on %(number)s in the last session", "no work on %(number)s in the last %(n)d sessions"
            since = ngettext(one, many, count)
        reason = since % {"number": objective.number, "n": count}
        return Need(f"objective-{objective.pk}", objective.sentence, reason, TALK_MINUTES, objective.number, objective)

    @cached_property
    def past(self) -> past.Past:
        """What the case had before."""
        return past.of(self.session)

    @cached_property
    def _worked_lately(self) -> frozenset[Any]:
        """Lines of the objectives that the last held hours served, by their agenda or by their note."""
        if not self.past.lately:
            return frozenset()
        return self.past.served.union(_served_by_notes(case=self.session.case_id, but=self.session.pk))


@prepared(case=ID)
def _objectives(case: int) -> QuerySet[Objective]:
    return Objective.objects.active_of(case).in_words()


@prepared(case=ID)
def _planned(case: int) -> QuerySet[PlannedIntervention]:
    rows = PlannedIntervention.objects.active_of(case).filter(edition__isnull=False)
    shown = ("minutes", "objective__line", "objective__position", "objective__goal__position",
             "edition__intervention__name", "edition__intervention__minutes")  # fmt: skip
    return rows.annotate(gates_told=F("edition__content__gates")).only(*shown)


@prepared(case=ID, day=DAY)
def _to_review(case: int, day: date) -> QuerySet[Assignment]:
    shown = ("title", "starts_on", "state", "person__print_name", "person__name")
    return Assignment.objects.to_review(case, on=day).select_related("person").only(*shown)


@prepared(case=ID, but=ID)
def _served_by_notes(case: int, but: int) -> QuerySet[NoteObjective]:
    notes = NoteObjective.objects.filter(note__session__in=past.lately(case, but)).order_by()
    return notes.values_list("objective__line", flat=True)


def _review(row: Assignment) -> Need:
    title = _("Homework: %(title)s") % {"title": row.title}
    if row.person:
        title = f"{title} ({row.person.on_paper})"
    given = _("given on %(day)s") % {"day": formats.date_format(row.starts_on, "D j M")}
    reason = _("came back, waits for review") if row.state == AssignmentState.BACK else given
    return Need(f"homework-{row.pk}", title, reason, REVIEW_MINUTES, assignment=row)
