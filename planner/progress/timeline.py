"""The time line of a case: what happened, in one order. This room gives its own rows; a page that lays rooms side by
side hands in those of the others (`Moment`) and lays them all with `laid`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.base.prepared import ID, prepared
from planner.cases.models import Audience, Case, Person
from planner.progress.models import Event, EventKind, Milestone, RepairStage


class Moment(NamedTuple):
    """One row of the time line. `kind` is a word for filters, `word` what it is called on the page; `whose` and `eyes`
    say whom it is about and who may read it. `take_back` are (what, id) where the row can be withdrawn."""

    on: datetime.date
    kind: str
    word: str
    text: str = ""
    whose: str = ""
    eyes: str = ""
    hour: datetime.time | None = None
    href: str = ""
    detail: str = ""
    take_back: tuple[str, int] | None = None
    withdrawn: str = ""


def _named(person: str) -> tuple[str, str]:
    """What a person's name on a row is made of."""
    return f"{person}__name", f"{person}__print_name"


#: What is read of every kind of row.
OF_ALL = ("on", "audience", "withdrawn_at", "withdrawn_reason", *_named("reader"))


def of_case(case: Case, *, withdrawn: bool = False, limit: int | None = None) -> list[Moment]:
    """Events, milestones and repair stages, the newest first. Three queries. `withdrawn` shows what was taken back."""
    asked = {"case": case.pk, "withdrawn": withdrawn, "limit": limit}
    found = [
        *(_of_event(row) for row in _events(**asked)),
        *(_of_milestone(row) for row in _milestones(**asked)),
        *(_of_stage(row) for row in _stages(**asked)),
    ]
    return laid(found)[:limit]


@prepared(case=ID)
def _events(case: int, **which: Any) -> QuerySet[Event]:
    rows = Event.objects.filter(case=case).select_related("person", "reader", "reported_by", "repairs")
    told = ("hour", "kind", "known", "reported_note", "hours_to_repair", "repairs__on")
    return _rows(rows.only(*OF_ALL, *told, *_named("person"), *_named("reported_by")), **which)


@prepared(case=ID)
def _milestones(case: int, **which: Any) -> QuerySet[Milestone]:
    rows = Milestone.objects.filter(case=case).select_related("person", "reader")
    return _rows(rows.only(*OF_ALL, "kind", "evidence", "seen_by", *_named("person")), **which)


@prepared(case=ID)
def _stages(case: int, **which: Any) -> QuerySet[RepairStage]:
    rows = RepairStage.objects.filter(case=case).select_related("reader")
    return _rows(rows.only(*OF_ALL, "stage", "evidence"), **which)


def laid(*rows: Iterable[Moment]) -> list[Moment]:
    """All rows in one order, the newest first; what has no hour comes before the hours of its day."""
    every = [moment for part in rows for moment in part]
    return sorted(every, key=lambda moment: (moment.on, moment.hour or datetime.time.max), reverse=True)


def _rows(rows: QuerySet, *, withdrawn: bool, limit: int | None) -> QuerySet:
    return (rows if withdrawn else rows.standing()).order_by("-on", "-pk")[:limit]


def eyes(audience: str, reader: Person | None) -> str:
    """Who may read a row, in words."""
    if audience == Audience.CASE:
        return _("everyone in the case")
    if audience == Audience.PERSON and reader is not None:
        return _("%(name)s and you") % {"name": reader.on_paper}
    return _("only you and your team")


def _of_event(row: Event) -> Moment:
    return Moment(
        on=row.on, hour=row.hour, kind=row.kind, word=row.get_kind_display(), text=row.known,
        whose=row.person.on_paper if row.person else "", eyes=eyes(row.audience, row.reader), detail=_detail(row),
        take_back=("event", row.pk), withdrawn=_withdrawn(row),
    )  # fmt: skip


def _detail(row: Event) -> str:
    """Who told it, which rupture it repairs and in how many hours."""
    parts = []
    if row.reported_by or row.reported_note:
        teller = row.reported_by.on_paper if row.reported_by else ""
        parts.append(_("told by %(who)s") % {"who": ", ".join(filter(None, [teller, row.reported_note]))})
    if row.kind == EventKind.REPAIR and row.repairs:
        parts.append(_("repairs the rupture of %(day)s") % {"day": date_format(row.repairs.on, "j M Y")})
    if row.hours_to_repair is not None:
        hours = ngettext("%(n)d hour to repair", "%(n)d hours to repair", row.hours_to_repair)
        parts.append(hours % {"n": row.hours_to_repair})
    return "; ".join(parts)


def _of_milestone(row: Milestone) -> Moment:
    return Moment(
        on=row.on, kind="milestone", word=_("Milestone: %(what)s") % {"what": row.get_kind_display()},
        text=row.evidence, whose=row.person.on_paper if row.person else "", eyes=eyes(row.audience, row.reader),
        detail=_("seen by %(who)s") % {"who": row.get_seen_by_display().lower()}, take_back=("milestone", row.pk),
        withdrawn=_withdrawn(row),
    )  # fmt: skip


def _of_stage(row: RepairStage) -> Moment:
    return Moment(
        on=row.on, kind="stage", word=_("Repair: %(what)s") % {"what": row.get_stage_display()}, text=row.evidence,
        eyes=eyes(row.audience, row.reader), take_back=("stage", row.pk), withdrawn=_withdrawn(row),
    )  # fmt: skip


def _withdrawn(row: Event | Milestone | RepairStage) -> str:
    return row.withdrawn_reason if row.withdrawn_at else ""
