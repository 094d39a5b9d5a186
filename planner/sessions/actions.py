"""Writing a session: planning it, filling its agenda, running it. Every write carries the version its page showed.

A write on a newer version raises `planner.base.models.Stale`; what the rules forbid raises `Refused` with a sentence,
and a shut gate `GateShut` with its reasons. Either way nothing was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.prepared import ID, prepared
from planner.cases import clearance, gates
from planner.cases.models import Case, Participant
from planner.cases.names import current, with_people
from planner.homework.actions import print_copies
from planner.homework.models import Assignment, Printout, PrintoutKind
from planner.library import recent
from planner.library.models import Intervention, InterventionEdition, SessionTemplate, Worksheet, WorksheetEdition
from planner.plans.models import Objective, PlannedIntervention
from planner.practice.models import User
from planner.practice.trail import record
from planner.sessions import agenda, papers
from planner.sessions.models import (
    WORK,
    AgendaItem,
    AgendaItemQuerySet,
    Done,
    Handout,
    ItemKind,
    Session,
    SessionKind,
    SessionQuerySet,
    SessionState,
)
from planner.sessions.times import to_utc
from planner.sheets import press

MOST_ITEMS = 40
SHEET_MINUTES = 5  # to hand a sheet over and say what it is for


class Refused(Exception):
    """What a rule forbids; the message is a sentence that says what to do instead. Nothing was written."""


class GateShut(Refused):
    """A gate stands against it. `verdict.blocked` are the reasons; `intervention` is what it keeps out."""

    def __init__(self, verdict: gates.Verdict, intervention: Intervention | None = None):
        self.verdict, self.intervention = verdict, intervention
        super().__init__(" ".join(dict.fromkeys(reason.sentence for reason in verdict.blocked)))


# Planning


@transaction.atomic
def plan_session(
    *,
    by: User,
    case: Case,
    starts_at: datetime,
    minutes: int = agenda.HOUR,
    kind: str = SessionKind.REGULAR,
    attendees: Iterable[Participant] | None = None,
    items: Iterable[AgendaItem] | None = None,
    template: SessionTemplate | None = None,
    zone: str = "",
) -> Session:
    """A new session with its opening and closing items, or with `items` (not yet saved) in their place. `starts_at` is
    the time on the wall of `zone` (the practice's unless given), naive.

    Raises Refused for a closed case, NoSuchTime for an hour that the clock jumps over.
    """
    if case.closed_on:
        raise Refused(_("This case is closed. Open it again to plan a session."))
    zone = zone or by.practice.zone
    session = Session.objects.create(
        case=case,
        starts_at=to_utc(starts_at, zone),
        zone=zone,
        minutes=minutes,
        kind=kind,
        template=template,
        changed_by=by,
    )
    session.attendees.set(current(case) if attendees is None else attendees)
    laid = framed(kind, minutes, []) if items is None else list(items)
    for position, item in enumerate(laid, 1):
        item.session, item.position = session, position
    AgendaItem.objects.bulk_create(laid)
    _record("planned", session, by, kind=kind, minutes=minutes)
    return session


def framed(kind: str, minutes: int, work: Iterable[AgendaItem]) -> list[AgendaItem]:
    """New items, not yet saved: the opening of such a session, the work, and its closing."""
    openings, closings = (
        [AgendaItem(kind=line.kind, title=line.title, minutes=line.minutes) for line in lines]
        for lines in agenda.frame(kind, minutes)
    )
    return [*openings, *work, *closings]


@transaction.atomic
def change_session(
    session: Session,
    *,
    by: User,
    version: int,
    starts_at: datetime,
    minutes: int,
    kind: str,
    attendees: Iterable[Participant],
) -> Session:
    """Another time (naive, on the wall of the session's zone), length, kind or company."""
    _must_be_open(session)
    moment = to_utc(starts_at, session.zone)
    session.change(version, starts_at=moment, minutes=minutes, kind=kind, changed_by=by)
    session.attendees.set(attendees)
    _record("changed", session, by, fields=["starts_at", "minutes", "kind", "attendees"])
    return session


@transaction.atomic
def cancel_session(session: Session, *, by: User, version: int) -> Session:
    """Takes a planned session off the calendar; its plan is kept."""
    if session.state != SessionState.PLANNED:
        raise Refused(_("Only a planned session can be cancelled."))
    session.change(version, state=SessionState.CANCELLED, changed_by=by)
    _record("cancelled", session, by)
    return session


@transaction.atomic
def use_template(session: Session, template: SessionTemplate, *, by: User, version: int) -> gates.Verdict:
    """Fills the agenda from a library template. What was added by hand stays, before the template's closing item.

    The template brings its own opening and closing, so the ones that the session was planned with are taken off.
    An item that something stands against is left out: the verdict returned says what.
    """
    _begin(session, by, version, template=template)
    kept = list(session.items.kept())
    own = [item for item in kept if item.kind in WORK or item.note or item.done != Done.OPEN]
    AgendaItem.objects.filter(pk__in=[item.pk for item in kept if item not in own]).update(removed_at=timezone.now())
    lines = template.content["items"]
    editions = _editions_of(template, lines)
    verdict = look(session, {gate for edition in editions.values() for gate in edition.gates})
    openings = opening_count(lines)
    fresh, left_out = [], []
    for place, line in enumerate(lines):
        edition = editions.get(line.get("intervention"))
        if edition and not verdict.of(edition.gates).open:
            left_out.append(edition)
            continue
        fresh.append(_from_template(session, line, edition, opening=place < openings, last=place == len(lines) - 1))
    _lay(session, fresh, own)
    _record("used_template", session, by, template=template.slug, items=len(fresh))
    return _said_of(left_out, verdict)


def _said_of(left_out: Iterable[InterventionEdition | AgendaItem], verdict: gates.Verdict) -> gates.Verdict:
    """What stands against those that were left out; nothing where none was."""
    shut = [set(one.gates) for one in left_out]
    return verdict.of(set().union(*shut)) if shut else gates.Verdict()


def _editions_of(template: SessionTemplate, lines: Sequence[dict]) -> dict[str, InterventionEdition]:
    """Slug -> current edition of the interventions that a template names."""
    slugs = [line["intervention"] for line in lines if line.get("intervention")]
    rows = Intervention.objects.filter(language=template.language).select_related("current__intervention")
    return {slug: row.current for slug, row in rows.named_by(template, slugs).items() if row.current}


def opening_count(lines: Sequence[dict]) -> int:
    """How many lines open the hour: those before the first intervention, two at most (check-in, then bridge)."""
    count = 0
    while count < min(2, len(lines) - 1) and not lines[count].get("intervention"):
        count += 1
    return count


def _from_template(
    session: Session, line: dict, edition: InterventionEdition | None, *, opening: bool, last: bool
) -> AgendaItem:
    if edition:
        kind = ItemKind.LIBRARY
    elif opening:
        kind = ItemKind.OPENING
    else:
        kind = ItemKind.CLOSING if last else ItemKind.FREE
    return AgendaItem(
        session=session,
        kind=kind,
        edition=edition,
        title=line.get("title") or (edition.intervention.name if edition else line.get("intervention", "")),
        minutes=line["minutes"],
        prompt=(line.get("note") or "").strip(),
    )


def _lay(session: Session, fresh: list[AgendaItem], own: list[AgendaItem]) -> None:
    """Writes new items and puts the clinician's own before the new closing."""
    closing = [item for item in fresh if item.kind == ItemKind.CLOSING]
    order = [item for item in fresh if item.kind != ItemKind.CLOSING] + own + closing
    for position, item in enumerate(order, 1):
        item.position = position
    attending = attending_of(session)
    for item in fresh:
        item.save()
        if item.edition:
            offer_handouts(item, attending)
    AgendaItem.objects.bulk_update(own, ["position"])


# The agenda


@transaction.atomic
def add_library_item(
    session: Session,
    intervention: Intervention,
    *,
    by: User,
    version: int,
    minutes: int | None = None,
    objective: Objective | None = None,
) -> AgendaItem:
    """Puts an intervention on the agenda, before the closing items, and its client sheets beside it as handouts.

    The first sheet that fits a person is wanted, the others are there to tick. What is on the agenda already is not
    added again: the item that stands there is returned. Raises GateShut.
    """
    already = session.items.kept().filter(edition__intervention=intervention).first()
    if already:
        return already
    edition = intervention.current
    if edition is None or intervention.retired_at:
        raise Refused(_("This intervention is no longer in the library."))
    _pass_gates(session, edition.gates, intervention)
    _begin(session, by, version)
    item = _insert(
        session,
        AgendaItem(
            kind=ItemKind.LIBRARY,
            title=intervention.name,
            minutes=minutes or edition.content["minutes"],
            objective=objective or _planned_for(session, intervention),
        ),
        edition=edition,
    )
    offer_handouts(item, attending_of(session))
    recent.note(by=by, interventions=[intervention.pk])
    _record("added", session, by, item=item.pk, intervention=intervention.slug, edition=edition.number)
    return item


@transaction.atomic
def add_sheet_item(session: Session, worksheet: Worksheet, *, by: User, version: int) -> AgendaItem:
    """Puts one sheet on the agenda without the intervention that it belongs to, behind the sheet's own gates: what is
    safe to give although the work itself has to wait. Where the agenda holds the sheet already, the item that has it is
    returned. Raises GateShut.
    """
    held = Q(sheet__worksheet=worksheet) | Q(handouts__edition__worksheet=worksheet)
    already = session.items.kept().filter(held).first()
    if already:
        return already
    edition = worksheet.current
    if edition is None or worksheet.retired_at or worksheet.intervention.retired_at:
        raise Refused(_("This sheet is no longer in the library."))
    if edition.for_clinician:
        raise Refused(_("This sheet is for you, not for clients."))
    attending = attending_of(session)
    if not readers_of(edition, attending):
        raise Refused(_("This sheet is for none of those who attend."))
    _pass_gates(session, edition.gates)
    _begin(session, by, version)
    title = edition.content["title"]
    item = AgendaItem(kind=ItemKind.WORKSHEET, title=title, minutes=SHEET_MINUTES, sheet=edition)
    _insert(session, item)
    offer_handouts(item, attending)
    recent.note(by=by, interventions=[worksheet.intervention_id])
    _record("added", session, by, item=item.pk, sheet=worksheet.slug, edition=edition.number)
    return item


def _planned_for(session: Session, intervention: Intervention) -> Objective | None:
    """The objective that the plan has this intervention for, where it is one and no more."""
    planned = PlannedIntervention.objects.active_of(session.case).filter(edition__intervention=intervention)
    objectives = {row.objective_id: row.objective for row in planned}
    return next(iter(objectives.values())) if len(objectives) == 1 else None


@transaction.atomic
def add_free_item(
    session: Session,
    *,
    by: User,
    version: int,
    title: str,
    minutes: int,
    prompt: str = "",
    objective: Objective | None = None,
    assignment: Assignment | None = None,
) -> AgendaItem:
    """Puts an item in the clinician's own words before the closing items; `assignment` is homework to look at."""
    _begin(session, by, version)
    item = AgendaItem(
        kind=ItemKind.FREE, title=title[:300], minutes=minutes, prompt=prompt, objective=objective,
        assignment=assignment,
    )  # fmt: skip
    _insert(session, item)
    _record("added", session, by, item=item.pk)
    return item


def left_over(session: Session) -> list[AgendaItem]:
    """What the last held session of the case left or did in part and this agenda has not taken up yet."""
    taken = set(session.items.kept().values_list("carried_from_id", flat=True))
    rows = left_by_last(session).select_related(
        "edition__intervention", "sheet__worksheet__current", "objective", "assignment"
    )
    return [item for item in rows if item.pk not in taken]


def left_by_last(session: Session) -> AgendaItemQuerySet:
    """What the last held session before this one left or did in part."""
    return left_before(session.pk, session.case_id, session.starts_at)


def left_before(session: int, case: int, starts_at: datetime) -> AgendaItemQuerySet:
    """The same by the session's id, its case's and its moment."""
    last = _held(case).filter(starts_at__lt=starts_at).exclude(pk=session).values("pk")[:1]
    return AgendaItem.objects.unfinished().filter(session=Subquery(last))


def last_held(case: Case, *, before: Session | None = None) -> Session | None:
    """The newest session of the case that was held, `before` one of them where given."""
    held = _held(case.pk)
    return (held if before is None else held.filter(starts_at__lt=before.starts_at).exclude(pk=before.pk)).first()


def _held(case: int) -> SessionQuerySet:
    """The sessions of the case that were held, the newest first."""
    return Session.objects.filter(case=case, state=SessionState.HELD).order_by("-starts_at")


@transaction.atomic
def carry_over(
    session: Session, *, by: User, version: int, items: Iterable[int] | None = None
) -> tuple[list[AgendaItem], gates.Verdict]:
    """Takes up what the last session left: all of it, or the items with these ids. Returns what was added and what
    stood against the rest."""
    wanted = [_taken_up(item) for item in left_over(session) if items is None or item.pk in set(items)]
    if not wanted:
        return [], gates.Verdict()
    _begin(session, by, version)
    verdict = look(session, {gate for item in wanted for gate in item.gates})
    attending = attending_of(session)
    added, left_out = [], []
    for item in wanted:
        if not stands_against(item, verdict).open:
            left_out.append(item)
            continue
        added.append(_insert(session, item, edition=item.edition))
        if item.of_library:
            offer_handouts(item, attending)
    _record("carried_over", session, by, items=len(added))
    return added, _said_of(left_out, verdict)


def _taken_up(old: AgendaItem) -> AgendaItem:
    """An item that was left, anew and not yet saved; of a sheet alone the edition that would be given out now."""
    return AgendaItem(
        kind=old.kind, title=old.title, minutes=_still_needed(old), prompt=old.prompt, edition=old.edition,
        sheet=old.sheet and old.sheet.worksheet.current, carried_from=old, objective=old.objective,
        assignment=old.assignment,
    )  # fmt: skip


def _still_needed(old: AgendaItem) -> int:
    """All its minutes for an item that was left; what remains for one half done, five at least."""
    return old.minutes if old.done == Done.LEFT else max(min(5, old.minutes), old.minutes - old.minutes_used)


@transaction.atomic
def move_item(item: AgendaItem, *, by: User, version: int, to: str | int) -> tuple[int, int]:
    """Moves an item "up", "down" or to a position (from 1). Returns where it now stands, and of how many."""
    session = item.session
    order = list(session.items.kept())
    here = next((place for place, other in enumerate(order) if other.pk == item.pk), None)
    if here is None:
        raise Refused(_("This item is no longer on the agenda."))
    there = max(0, min(len(order) - 1, _target(here, to)))
    if there != here:
        _begin(session, by, version)
        order.insert(there, order.pop(here))
        _renumber(order)
        _record("moved", session, by, item=item.pk, to=there + 1)
    return there + 1, len(order)


def _target(here: int, to: str | int) -> int:
    """The place (from 0, not yet held within the list) that `to` means for an item at `here`."""
    if to in ("up", "down"):
        return here - 1 if to == "up" else here + 1
    if str(to).isdecimal() and len(str(to)) < 5:
        return int(to) - 1
    raise Refused(_("An item moves up, down, or to a position."))


#: What a clinician may change of an item in place.
CHANGEABLE = ("title", "minutes", "prompt", "note", "objective")


@transaction.atomic
def change_item(item: AgendaItem, *, by: User, version: int, **changes: Any) -> AgendaItem:
    """Writes title, minutes, prompt, note or the objective it serves. The same values sent again after an answer that
    got lost write nothing."""
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"not to be changed here: {sorted(unknown)}")
    session = item.session
    if all(getattr(item, name) == value for name, value in changes.items()) and _just_mine(session, by, version):
        return item
    _begin(session, by, version, even_held=set(changes) <= {"note"})
    for name, value in changes.items():
        setattr(item, name, value)
    item.save(update_fields=[*changes, "changed_at"])
    _record("changed", session, by, item=item.pk, fields=sorted(changes))
    return item


def _just_mine(session: Session, by: User, version: int) -> bool:
    """True when the row is at `version`, or one further by this same person: an answer that did not arrive."""
    row = Session.objects.filter(pk=session.pk).values_list("version", "changed_by_id").get()
    session.version = row[0]
    return row[0] == version or row == (version + 1, by.pk)


@transaction.atomic
def remove_item(item: AgendaItem, *, by: User, version: int) -> None:
    """Takes an item off the agenda; for a minute it can be taken back."""
    if item.removed_at:
        return
    session = item.session
    _begin(session, by, version)
    item.removed_at = timezone.now()
    item.save(update_fields=["removed_at", "changed_at"])
    _renumber(list(session.items.kept()))
    _record("removed", session, by, item=item.pk)


@transaction.atomic
def restore_item(item: AgendaItem, *, by: User, version: int) -> None:
    """Puts a removed item back where it stood."""
    if not item.removed_at:
        return
    session = item.session
    if not session.items.just_removed().filter(pk=item.pk).exists():
        raise Refused(_("The minute for taking this back is over. Add the item again."))
    if item.of_library:
        _pass_gates(session, item.gates)
    _begin(session, by, version)
    order = list(session.items.kept())
    item.removed_at = None
    item.save(update_fields=["removed_at", "changed_at"])
    order.insert(min(item.position - 1, len(order)), item)
    _renumber(order)
    _record("restored", session, by, item=item.pk)


@transaction.atomic
def set_handout(handout: Handout, *, by: User, version: int, wanted: bool) -> None:
    """Whether a sheet is to be given out. Raises GateShut when it is wanted and something stands against it."""
    session = handout.item.session
    if handout.wanted == wanted and _just_mine(session, by, version):
        return
    if wanted:
        _may_be_given(handout)
    _begin(session, by, version)
    handout.wanted = wanted
    handout.save(update_fields=["wanted", "changed_at"])
    _record("changed", session, by, handout=handout.pk, wanted=wanted)


# The hour


@transaction.atomic
def start_session(session: Session, *, by: User, version: int) -> Session:
    """The hour begins now. A session that runs already goes on as it is."""
    if session.state == SessionState.RUNNING:
        return session
    _must_be_open(session)
    now = timezone.now()
    session.change(version, state=SessionState.RUNNING, started_at=now, step_started_at=now, changed_by=by)
    _record("started", session, by)
    return session


@transaction.atomic
def tick_item(item: AgendaItem, *, by: User, version: int, done: str, note: str | None = None) -> AgendaItem:
    """What became of an item. While the hour runs, the time since the last tick counts for it. The same tick again, as
    a second click sends it, changes nothing."""
    session = item.session
    if item.done == done and (note is None or note == item.note):
        return item
    if session.state == SessionState.PLANNED:
        raise Refused(_("Start the session first."))
    now, since = timezone.now(), session.step_started_at
    running = session.state == SessionState.RUNNING and since is not None and done != Done.OPEN
    _begin(session, by, version, even_held=True, **({"step_started_at": now} if running else {}))
    if running:
        item.seconds_used += max(0, round((now - since).total_seconds()))
    item.done = done
    if note is not None:
        item.note = note
    item.save(update_fields=["done", "seconds_used", "note", "changed_at"])
    _record("ticked", session, by, item=item.pk, done=done)
    return item


@transaction.atomic
def end_session(session: Session, *, by: User, version: int) -> Session:
    """The hour is over: what was not ticked is left for later. A session that was held already stays as it is."""
    if session.state == SessionState.HELD:
        return session
    if session.state != SessionState.RUNNING:
        raise Refused(_("Start the session first."))
    session.change(version, state=SessionState.HELD, ended_at=timezone.now(), step_started_at=None, changed_by=by)
    session.items.kept().filter(done=Done.OPEN).update(done=Done.LEFT)
    _record("ended", session, by)
    return session


# Paper


@transaction.atomic
def print_paper(session: Session, order: papers.Order, rendering: press.Rendering, *, by: User) -> Printout:
    """Keeps a paper of this session and records it. Raises GateShut when a gate was shut or a consent taken back
    meanwhile."""
    verdict = look_at_print(session, order, attending_of(session))
    if not verdict.open:
        raise GateShut(verdict)
    printout = print_copies(
        by=by,
        case=session.case,
        kind=order.kind,
        person=order.person,
        audience=order.audience,
        paper=order.paper,
        sheets=order.sheets,
        rendering=rendering,
        remember_for=order.people,
    )
    session.printouts.add(printout)
    return printout


# What the actions share


def attending_of(session: Session) -> list[Participant]:
    """Who attends, with their persons; everybody in the case where nobody was named. Everybody is kept with the case:
    whoever asks who attends asks what is known about them all next."""
    places = _places(session=session.pk, case=session.case_id)
    with_people(session.case, places)
    return [place for place in places if place.is_named] or current(session.case)


@prepared(session=ID, case=ID)
def _places(session: int, case: int) -> QuerySet[Participant]:
    """Everybody of the case, with their person and whether they were named as attending (`is_named`)."""
    named = Session.attendees.through.objects.filter(session=session, participant=OuterRef("pk"))
    return Participant.objects.filter(case=case).select_related("person").annotate(is_named=Exists(named))


def look(session: Session, wanted: Iterable[str], attending: list[Participant] | None = None) -> gates.Verdict:
    """The verdict on something from the library: on its gates and on what those who attend consent to. What is known
    about anybody in the case counts, also about one who stays away today: a sheet for one partner reaches the other.
    Only a minor counts where the minor attends."""
    return clearance.look(session.case, wanted, readers=attending or attending_of(session))


def stands_against(item: AgendaItem, verdict: gates.Verdict) -> gates.Verdict:
    """What a verdict on many gates says of one item. Against an item in the clinician's own words nothing stands: that
    is where a consent is talked about."""
    return verdict.of(item.gates) if item.of_library else gates.Verdict()


def look_at_print(session: Session, order: papers.Order, attending: list[Participant]) -> gates.Verdict:
    """What stands against printing a document: the gates of its sheets, and what its readers consent to."""
    readers = [participant for participant in attending if participant.person in order.people]
    if order.kind == PrintoutKind.AGENDA:
        return gates.Verdict()
    return clearance.look(session.case, order.gates, readers=readers, present=attending)


def _pass_gates(session: Session, wanted: Iterable[str], intervention: Intervention | None = None) -> None:
    verdict = look(session, wanted)
    if not verdict.open:
        raise GateShut(verdict, intervention)


def _may_be_given(handout: Handout) -> None:
    """Only the consents of those who get the sheet count: the other partner's work goes on."""
    attending = attending_of(handout.item.session)
    readers = [handout.participant] if handout.participant else attending
    verdict = clearance.look(handout.item.session.case, handout.gates, readers=readers, present=attending)
    if not verdict.open:
        raise GateShut(verdict)


def _must_be_open(session: Session) -> None:
    if not session.is_open:
        raise Refused(_("This session is over or cancelled; its agenda stays as it was."))


def _begin(session: Session, by: User, version: int, *, even_held: bool = False, **changes: Any) -> None:
    """Takes the session for this write: counts its version up, or raises Stale. First, so that writers queue here."""
    if not even_held:
        _must_be_open(session)
    session.change(version, changed_by=by, **changes)


def _insert(session: Session, item: AgendaItem, *, edition: InterventionEdition | None = None) -> AgendaItem:
    """Writes a new item before the closing items."""
    order = list(session.items.kept())
    if len(order) >= MOST_ITEMS:
        raise Refused(_("An agenda holds at most %(n)d items. Remove one first.") % {"n": MOST_ITEMS})
    place = len(order)
    while place and order[place - 1].kind == ItemKind.CLOSING:
        place -= 1
    item.session, item.edition, item.position = session, edition, place + 1
    item.save()
    _renumber([*order[:place], item, *order[place:]])
    return item


def _renumber(order: Sequence[AgendaItem]) -> None:
    """Positions from 1 in this order; only rows that moved are written."""
    moved = []
    for position, item in enumerate(order, 1):
        if item.position != position:
            item.position = position
            moved.append(item)
    AgendaItem.objects.bulk_update(moved, ["position"])


def offer_handouts(item: AgendaItem, attending: list[Participant]) -> None:
    """A handout for each person and client sheet that fit; one for everybody where the sheet is a joint one. The first
    that each reader may get now is wanted: what a gate of its own shuts is there to tick later."""
    rows, served = [], set()
    for edition in _sheets_of(item):
        shut = bool(edition.own_gates) and not look(item.session, edition.own_gates, attending).open
        for participant in readers_of(edition, attending):
            reader = participant.pk if participant else None
            wanted = not shut and reader not in served
            rows.append(Handout(item=item, edition=edition, participant=participant, wanted=wanted))
            served |= {reader} if wanted else set()
    Handout.objects.bulk_create(rows)


def _sheets_of(item: AgendaItem) -> list[WorksheetEdition]:
    """What an item has to give out: its one sheet, or those of its intervention as they are now."""
    if item.sheet:
        return [item.sheet]
    sheets = Worksheet.objects.filter(intervention_id=item.edition.intervention_id, retired_at=None)
    return [sheet.current for sheet in sheets.exclude(current=None).select_related("current")]


def readers_of(edition: WorksheetEdition, attending: list[Participant]) -> list[Participant | None]:
    """Who gets a copy: each person it fits, `[None]` for one joint copy, nobody for a clinician's sheet."""
    if edition.for_clinician:
        return []
    roles = set(edition.content.get("for") or ())
    fitting = [participant for participant in attending if not roles or participant.tags & roles]
    if edition.content.get("one_for_each") == "case":
        return [None] if fitting else []
    return list(fitting)


def _record(verb: str, session: Session, by: User, **detail: Any) -> None:
    record(verb, by=by, what="session", what_id=session.pk, case_id=session.case_id, detail=detail)
