"""What the pages of a session show, read in a constant number of queries whatever the length of the agenda."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from planner.cases import gates, talk
from planner.cases.models import Participant
from planner.cases.names import label
from planner.library import recent, search
from planner.library.models import Intervention, SessionTemplate, Worksheet, WorksheetEdition
from planner.library.words import FOR_WHOM
from planner.practice.models import User
from planner.sessions import actions, agenda, needs, suggest
from planner.sessions.before import Before, used_with
from planner.sessions.models import WORK, AgendaItem, Handout, Session

SHOWN = 15  # rows of the library beside an agenda; the search narrows them


@dataclass(frozen=True)
class SheetRow:
    """One sheet of an item with a check box for each person it fits."""

    title: str
    handouts: tuple[tuple[Handout, str], ...]

    @property
    def worksheet_id(self) -> int:
        return self.handouts[0][0].edition.worksheet_id


@dataclass(frozen=True)
class ItemRow:
    """One item of the agenda as the page shows it. `shut` are sentences: what has to be settled since it was added."""

    item: AgendaItem
    number: int
    sheets: tuple[SheetRow, ...]
    shut: tuple[gates.Reason, ...]


@dataclass(frozen=True)
class LibraryRow:
    """One intervention to add: whether it is on the agenda, what stands against it, and which of its sheets are open
    all the same."""

    intervention: Intervention
    for_whom: str
    on_agenda: bool
    shut: tuple[gates.Reason, ...]
    warnings: tuple[str, ...]
    before: Before | None = None
    sheets: tuple[WorksheetEdition, ...] = ()


class Plan:
    """A session's plan as its page needs it. Each part is read once, when it is asked for."""

    def __init__(self, session: Session, user: User):
        self.session = session
        self.user = user

    @cached_property
    def attending(self) -> list[Participant]:
        return actions.attending_of(self.session)

    @cached_property
    def label(self) -> str:
        return label(self.attending)

    @cached_property
    def items(self) -> list[AgendaItem]:
        handouts = Handout.objects.select_related("edition__worksheet", "participant__person").order_by(
            "edition__worksheet__order", "edition__worksheet_id", "participant__order", "pk"
        )
        rows = self.session.items.kept().select_related(
            "edition__intervention", "sheet__worksheet__intervention__current", "objective__goal"
        )
        return list(rows.prefetch_related(Prefetch("handouts", handouts)))

    @cached_property
    def verdict(self) -> gates.Verdict:
        return actions.look(self.session, suggest.ALL_GATES, self.attending)

    @cached_property
    def budget(self) -> agenda.Budget:
        return agenda.budget(self.items, self.session.minutes)

    @cached_property
    def rows(self) -> list[ItemRow]:
        return [
            ItemRow(item, number, _sheets(item), tuple(_each(actions.stands_against(item, self.verdict).blocked)))
            for number, item in enumerate(self.items, 1)
        ]

    @cached_property
    def warnings(self) -> list[str]:
        """What the gates of the items on the agenda warn of."""
        wanted = {gate for item in self.items for gate in item.gates}
        if not any(item.of_library for item in self.items):
            return []
        return [reason.sentence for reason in _each(self.verdict.of(wanted).warnings)]

    @property
    def talk(self) -> str:
        """Where this case talks about past use."""
        return talk.rule(self.session.case)

    @cached_property
    def before(self) -> dict[int, Before]:
        """What was used with this case before, by intervention."""
        return used_with(self.session.case, self.user)

    @cached_property
    def recent(self) -> list[Intervention]:
        """What the person planned or printed last, with anybody."""
        return recent.used(self.user)

    @cached_property
    def removed(self) -> list[AgendaItem]:
        return list(self.session.items.just_removed())

    @cached_property
    def left(self) -> list[AgendaItem]:
        return actions.left_over(self.session) if self.session.is_open else []

    @cached_property
    def suggestions(self) -> list[suggest.Suggestion]:
        found = suggest.suggest(
            self.session,
            self.user,
            attending=self.attending,
            items=self.items,
            verdict=self.verdict,
            free_minutes=max(0, -self.budget.over),
        )
        sheets = self.open_sheets(one.intervention.pk for one in found if one.shut and one.intervention)
        return [replace(one, sheets=sheets.get(one.intervention.pk, ())) if one.shut else one for one in found]

    @cached_property
    def needs(self) -> needs.Needs:
        """What the treatment plan asks of this hour."""
        here = [place.person_id for place in self.attending]
        return needs.Needs(self.session, here, self.items, self.verdict)

    @cached_property
    def asked_for(self) -> list[needs.Need]:
        """The needs, each with the sheets that are open while its gate is shut."""
        found = self.needs.all
        sheets = self.open_sheets(one.intervention_id for one in found if one.shut)
        return [replace(one, sheets=sheets.get(one.intervention_id, ())) if one.shut else one for one in found]

    def open_sheets(self, interventions: Iterable[int]) -> dict[int, tuple[WorksheetEdition, ...]]:
        """Intervention id -> its sheets with gates of their own that are open for somebody who attends: what can be
        handed out although the intervention has to wait. One query, none for nothing."""
        wanted = set(interventions)
        if not wanted:
            return {}
        rows = Worksheet.objects.visible_to(self.user).filter(intervention__in=wanted).exclude(current=None)
        found: dict[int, tuple[WorksheetEdition, ...]] = {}
        for row in rows.select_related("current"):
            if self._is_open(row.current):
                found[row.intervention_id] = (*found.get(row.intervention_id, ()), row.current)
        return found

    def _is_open(self, edition: WorksheetEdition) -> bool:
        own = edition.own_gates
        return own is not None and self.verdict.of(own).open and bool(actions.readers_of(edition, self.attending))

    @cached_property
    def objectives(self) -> list[Any]:
        """What an item may serve: the objectives of the active plan."""
        return self.needs.objectives

    @cached_property
    def templates(self) -> list[SessionTemplate]:
        return templates_for(self.user, self.session.case.kind)

    @cached_property
    def homework(self) -> list[tuple[str, str]]:
        """(sheet, for whom in words) of every sheet that is wanted."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            for sheet in row.sheets:
                names = [name for handout, name in sheet.handouts if handout.wanted]
                if names:
                    found.setdefault(sheet.title, []).extend(names)
        return [(title, ", ".join(dict.fromkeys(names))) for title, names in found.items()]

    def library(self, text: str, filters: search.Filters) -> list[LibraryRow]:
        """The interventions that the search and its filters find."""
        found = search.find(text, self.user, filters)[:SHOWN]
        planned = {item.edition.intervention_id for item in self.items if item.edition}
        rows = [self._library_row(intervention, planned) for intervention in found]
        sheets = self.open_sheets(row.intervention.pk for row in rows if row.shut)
        return [replace(row, sheets=sheets.get(row.intervention.pk, ())) for row in rows]

    def _library_row(self, intervention: Intervention, planned: set[int]) -> LibraryRow:
        content = intervention.current.content
        verdict = self.verdict.of(intervention.current.gates)
        return LibraryRow(
            intervention,
            ", ".join(str(FOR_WHOM[value]) for value in content["for_whom"]),
            intervention.pk in planned,
            tuple(_each(verdict.blocked)),
            tuple(reason.sentence for reason in _each(verdict.warnings)),
            self.before.get(intervention.pk),
        )


def templates_for(user: User, kind: str) -> list[SessionTemplate]:
    """Session templates that fit a case of this kind."""
    return [one for one in SessionTemplate.objects.visible_to(user) if kind in one.content["for_whom"]]


def _each(reasons: Iterable[gates.Reason]) -> list[gates.Reason]:
    """Each sentence once: several gates may rest on one finding."""
    return list({reason.sentence: reason for reason in reasons}.values())


def _sheets(item: AgendaItem) -> tuple[SheetRow, ...]:
    """The handouts of an item, sheet by sheet."""
    grouped: dict[int, list[tuple[Handout, str]]] = {}
    titles: dict[int, str] = {}
    for handout in item.handouts.all():
        name = handout.participant.person.on_paper if handout.participant else _("one copy for everyone")
        grouped.setdefault(handout.edition_id, []).append((handout, name))
        titles[handout.edition_id] = handout.edition.content["title"]
    return tuple(SheetRow(titles[pk], tuple(rows)) for pk, rows in grouped.items())


def main_items(items: Iterable[AgendaItem]) -> list[AgendaItem]:
    """The work of the hour, without openings and closings."""
    return [item for item in items if item.kind in WORK]


def changes_of(item: AgendaItem, typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was typed beside what stands there now, field by field, for the person who has to choose."""
    names = {"title": _("Title"), "minutes": _("Minutes"), "prompt": _("To keep in mind"), "note": _("Note")}
    return [
        {"name": name, "label": names[name], "mine": value, "theirs": getattr(item, name)}
        for name, value in typed.items()
        if name in names
    ]
