"""What the pages of a session show, read in a constant number of queries whatever the length of the agenda."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import F, Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from planner.base.prepared import ID, MOMENT, prepared
from planner.cases import gates, talk
from planner.cases.models import Participant, name_on_paper
from planner.cases.names import label
from planner.library import recent, search
from planner.library.models import Intervention, SessionTemplate, Worksheet, WorksheetEdition
from planner.library.words import FOR_WHOM
from planner.practice.models import User
from planner.sessions import actions, agenda, needs, suggest
from planner.sessions.before import Before, used_with
from planner.sessions.models import UNDO, WORK, AgendaItem, Handout, Session

SHOWN = 15  # rows of the library beside an agenda; the search narrows them


def _for_a_list() -> QuerySet[Intervention]:
    """What that list shows of an intervention: none of its text."""
    rows = Intervention.objects.only("name", "minutes")
    return rows.annotate(for_whom=F("current__content__for_whom"), gates=F("current__content__gates"))


@dataclass(frozen=True)
class SheetRow:
    """One sheet of an item with a check box for each person it fits."""

    title: str
    handouts: tuple[tuple[Handout, str], ...]

    @property
    def worksheet_id(self) -> int:
        return self.handouts[0][0].sheet


@dataclass(frozen=True)
class ItemRow:
    """One item of the agenda as the page shows it. `shut` are sentences: what has to be settled since it was added."""

    item: AgendaItem
    number: int
    sheets: tuple[SheetRow, ...]
    shut: tuple[gates.Reason, ...]

    @property
    def serves(self) -> str:
        """The number of the objective that it serves: "1.2"."""
        return f"{self.item.goal_place}.{self.item.place}"


@dataclass(frozen=True)
class LibraryRow:
    """One intervention to add: what stands against it, and which of its sheets are open all the same."""

    intervention: Intervention
    for_whom: str
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
    def _items(self) -> list[AgendaItem]:
        """What is on the agenda, and what was removed a moment ago. One query, and one where sheets stand without their
        intervention."""
        rows = _items_of(session=self.session.pk, since=timezone.now() - UNDO)
        for row in rows:
            row.session = self.session
        alone = WorksheetEdition.objects.select_related("worksheet__intervention__current")
        prefetch_related_objects([row for row in rows if row.sheet_id], Prefetch("sheet", alone))
        return rows

    @cached_property
    def items(self) -> list[AgendaItem]:
        return [item for item in self._items if item.removed_at is None]

    @cached_property
    def verdict(self) -> gates.Verdict:
        return actions.look(self.session, suggest.ALL_GATES, self.attending)

    @cached_property
    def _verdict_on_items(self) -> gates.Verdict:
        """On what stands behind the gates of the agenda's own items, as `verdict` would say it of them."""
        wanted = {gate for item in self.items if item.of_library for gate in item.gates}
        return actions.look(self.session, wanted, self.attending)

    @cached_property
    def budget(self) -> agenda.Budget:
        return agenda.budget(self.items, self.session.minutes)

    @cached_property
    def rows(self) -> list[ItemRow]:
        """The items with their sheets. One query: only what is in the library has sheets."""
        handouts: dict[int, list[Handout]] = defaultdict(list)
        if any(item.of_library for item in self.items):
            for handout in _handouts_of(session=self.session.pk):
                handouts[handout.item_id].append(handout)
        return [
            ItemRow(item, number, _sheets(handouts[item.pk]), tuple(_each(self._stops(item))))
            for number, item in enumerate(self.items, 1)
        ]

    def _stops(self, item: AgendaItem) -> list[gates.Reason]:
        """What was not settled when it was added, or is no longer; only something of the library asks for a look."""
        return actions.stands_against(item, self._verdict_on_items).blocked if item.of_library else []

    @cached_property
    def warnings(self) -> list[str]:
        """What the gates of the items on the agenda warn of."""
        if not any(item.of_library for item in self.items):
            return []
        return [reason.sentence for reason in _each(self._verdict_on_items.warnings)]

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

    @property
    def removed(self) -> list[AgendaItem]:
        """What can be taken back for a minute."""
        return [item for item in self._items if item.removed_at is not None]

    @cached_property
    def left(self) -> list[AgendaItem]:
        """What the last session left and this agenda has not taken up."""
        if not self.session.is_open:
            return []
        taken = {item.carried_from_id for item in self.items}
        rows = _left_for(session=self.session.pk, case=self.session.case_id, starts_at=self.session.starts_at)
        return [item for item in rows if item.pk not in taken]

    @cached_property
    def suggestions(self) -> list[suggest.Suggestion]:
        found = suggest.suggest(
            self.session,
            self.user,
            attending=self.attending,
            items=self.items,
            verdict=self.verdict,
            free_minutes=max(0, -self.budget.over),
            past=self.needs.past,
        )
        sheets = self.open_sheets(one.intervention.pk for one in found if one.shut and one.intervention)
        return [replace(one, sheets=sheets.get(one.intervention.pk, ())) if one.shut else one for one in found]

    @cached_property
    def needs(self) -> needs.Needs:
        """What the treatment plan asks of this hour."""
        here = [place.person_id for place in self.attending]
        return needs.Needs(self.session, here, self.items, lambda: self.verdict)

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
    def objectives(self) -> list[tuple[int, str]]:
        """What an item may serve, as its list offers it: the objectives of the active plan."""
        said = _("for %(number)s: %(words)s")
        told = ((one.pk, one.number, Truncator(one.sentence).chars(60)) for one in self.needs.objectives)
        return [(pk, said % {"number": number, "words": words}) for pk, number, words in told]

    @cached_property
    def templates(self) -> list[SessionTemplate]:
        return templates_for(self.user, self.session.case.kind)

    @property
    def template_choices(self) -> list[tuple[int, str]]:
        return [(one.pk, f"{one.name} ({one.minutes} min)") for one in self.templates]

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
        found = search.find(text, self.user, filters).of(_for_a_list)[:SHOWN]
        rows = [self._library_row(intervention) for intervention in found]
        sheets = self.open_sheets(row.intervention.pk for row in rows if row.shut)
        return [replace(row, sheets=sheets.get(row.intervention.pk, ())) for row in rows]

    def _library_row(self, intervention: Intervention) -> LibraryRow:
        verdict = self.verdict.of(intervention.gates)
        return LibraryRow(
            intervention,
            ", ".join(str(FOR_WHOM[value]) for value in intervention.for_whom),
            tuple(_each(verdict.blocked)),
            tuple(reason.sentence for reason in _each(verdict.warnings)),
            self.before.get(intervention.pk),
        )


def templates_for(user: User, kind: str) -> list[SessionTemplate]:
    """Session templates that fit a case of this kind, without their items."""
    return [one for one in _templates(user=user) if kind in one.for_whom]


@prepared()
def _templates(user: User) -> QuerySet[SessionTemplate]:
    rows = SessionTemplate.objects.visible_to(user).only("name", "minutes", "kind")
    return rows.annotate(for_whom=F("content__for_whom"))


@prepared(session=ID, since=MOMENT)
def _items_of(session: int, since: datetime) -> QuerySet[AgendaItem]:
    return AgendaItem.objects.filter(session=session).kept_or_removed_since(since).for_agenda()


@prepared(session=ID)
def _handouts_of(session: int) -> QuerySet[Handout]:
    return Handout.objects.filter(item__session=session, item__removed_at=None).for_agenda()


@prepared(session=ID, case=ID, starts_at=MOMENT)
def _left_for(session: int, case: int, starts_at: datetime) -> QuerySet[AgendaItem]:
    return actions.left_before(session, case, starts_at).only("title", "minutes", "done", "note")


def _each(reasons: Iterable[gates.Reason]) -> list[gates.Reason]:
    """Each sentence once: several gates may rest on one finding."""
    return list({reason.sentence: reason for reason in reasons}.values())


def _sheets(handouts: Iterable[Handout]) -> tuple[SheetRow, ...]:
    """The handouts of an item, sheet by sheet."""
    grouped: dict[int, list[tuple[Handout, str]]] = {}
    titles: dict[int, str] = {}
    for handout in handouts:
        mine = handout.participant_id is not None
        name = name_on_paper(handout.print_name, handout.full_name) if mine else _("one copy for everyone")
        grouped.setdefault(handout.edition_id, []).append((handout, name))
        titles[handout.edition_id] = handout.sheet_title
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
