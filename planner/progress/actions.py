"""Writes of the progress room. Each is one transaction with its line in the trail: facts, never names or text."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.text import clean, clean_line
from planner.cases import actions as cases
from planner.cases.actions import Refused
from planner.cases.models import Audience, Case, FlagKind, FlagState, Person
from planner.practice.models import User
from planner.practice.trail import record
from planner.progress import falls, measures, scoring
from planner.progress.instruments import SCORER, Measure
from planner.progress.models import (
    Event,
    EventKind,
    Milestone,
    MilestoneKind,
    ProgressPrint,
    Rating,
    RatingWay,
    RepairStage,
    RepairStageKind,
    Seer,
    Withdrawable,
)

__all__ = ["Refused"]  # rooms above catch what is raised here by this name

EARLIEST_YEAR = 1900
MOST_HOURS = 24 * 365 * 20  # between a rupture and its repair


def check_day(case: Case, on: datetime.date | None, field: str = "on") -> datetime.date:
    """The day something was. Raises Refused for a day ahead, one before anybody alive was born, and one after the case
    was closed."""
    on = on or timezone.localdate()
    if on > timezone.localdate():
        raise Refused(_("This day lies ahead. Write the day it happened."), field)
    if on.year < EARLIEST_YEAR:
        raise Refused(_("Check the year."), field)
    if case.closed_on and on > case.closed_on:
        raise Refused(
            _("The case was closed on %(day)s. Write a day up to then, or open the case again first.")
            % {"day": case.closed_on.isoformat()},
            field,
        )
    return on


def check_person(case: Case, person: Person | None, field: str = "person") -> None:
    """Raises Refused for somebody who never took part in the case."""
    if person is not None and not case.participants.filter(person=person).exists():
        raise Refused(_("Choose a person of this case."), field)


def check_audience(case: Case, audience: str, reader: Person | None) -> Person | None:
    """The reader that goes with the audience. Raises Refused where one person's item names nobody of the case."""
    if audience not in Audience.values:
        raise Refused(_("Choose who may read this."), "audience")
    if audience != Audience.PERSON:
        return None
    if reader is None:
        raise Refused(_("Choose the one person who may read this."), "reader")
    check_person(case, reader, "reader")
    return reader


@transaction.atomic
def record_event(
    *,
    by: User,
    case: Case,
    kind: str,
    on: datetime.date | None = None,
    hour: datetime.time | None = None,
    person: Person | None = None,
    audience: str = Audience.CLINICIAN,
    reader: Person | None = None,
    reported_by: Person | None = None,
    reported_note: str = "",
    known: str = "",
    repairs: Event | None = None,
    hours_to_repair: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> Event:
    """Something that happened, put on the time line. For the clinician's eyes unless told otherwise; `on` is today
    unless given. A repair names its rupture; its hours are counted where both hours of the day are known.

    Raises Refused.
    """
    if kind not in EventKind.values:
        raise Refused(_("Choose what happened."), "kind")
    on = check_day(case, on)
    _check_hour(on, hour)
    check_person(case, person)
    check_person(case, reported_by, "reported_by")
    reader = check_audience(case, audience, reader)
    hours_to_repair = _hours_to_repair(case, kind, on, hour, repairs, hours_to_repair)
    event = Event.objects.create(
        case=case, kind=kind, on=on, hour=hour, person=person, audience=audience, reader=reader,
        reported_by=reported_by, reported_note=clean_line(reported_note), known=clean(known).strip(), repairs=repairs,
        hours_to_repair=hours_to_repair, details=dict(details or {}), by=by,
    )  # fmt: skip
    # What happened stays out of the trail: the owner reads the trail without a place on the case.
    record("recorded", by=by, what="event", what_id=event.pk, case_id=case.pk)
    return event


def _check_hour(on: datetime.date, hour: datetime.time | None) -> None:
    if hour and on == timezone.localdate() and hour > timezone.localtime().time():
        raise Refused(_("This hour lies ahead. Write the hour it happened, or leave it out."), "hour")


def _hours_to_repair(
    case: Case,
    kind: str,
    on: datetime.date,
    hour: datetime.time | None,
    rupture: Event | None,
    told: int | None,
) -> int | None:
    """Whole hours from a rupture to its repair: as told, else counted. Raises Refused where the two do not fit."""
    if rupture is None:
        return None
    if kind != EventKind.REPAIR:
        raise Refused(_("Only a repair names a rupture."), "repairs")
    if rupture.case_id != case.pk or rupture.kind != EventKind.RUPTURE or rupture.withdrawn_at:
        raise Refused(_("Choose a rupture of this case."), "repairs")
    if on < rupture.on:
        raise Refused(_("The repair lies before its rupture. Check the two days."), "on")
    if told is not None:
        if not 0 <= told <= MOST_HOURS:
            raise Refused(_("Check the hours to repair."), "hours_to_repair")
        return told
    if hour is None or rupture.moment is None:
        return None
    seconds = (datetime.datetime.combine(on, hour) - rupture.moment).total_seconds()
    if seconds < 0:
        raise Refused(_("The repair lies before its rupture. Check the two hours."), "hour")
    return round(seconds / 3600)


@transaction.atomic
def record_stage(
    *,
    by: User,
    case: Case,
    stage: str,
    evidence: str,
    on: datetime.date | None = None,
    about: Event | None = None,
    audience: str = Audience.CLINICIAN,
    reader: Person | None = None,
) -> RepairStage:
    """A stage of repair that could be seen on a day. Any stage may follow any other. Raises Refused."""
    if stage not in RepairStageKind.values:
        raise Refused(_("Choose a stage."), "stage")
    if about is not None and (about.case_id != case.pk or about.withdrawn_at):
        raise Refused(_("Choose an event of this case."), "about")
    row = RepairStage.objects.create(
        case=case, about=about, stage=stage, on=check_day(case, on), evidence=_evidence(evidence), audience=audience,
        reader=check_audience(case, audience, reader), by=by,
    )  # fmt: skip
    record("recorded", by=by, what="repair_stage", what_id=row.pk, case_id=case.pk)
    return row


@transaction.atomic
def record_milestone(
    *,
    by: User,
    case: Case,
    kind: str,
    evidence: str,
    on: datetime.date | None = None,
    person: Person | None = None,
    seen_by: str = Seer.CLINICIAN,
    audience: str = Audience.CLINICIAN,
    reader: Person | None = None,
) -> Milestone:
    """A milestone that could be seen on a day. Raises Refused."""
    if kind not in MilestoneKind.values:
        raise Refused(_("Choose a milestone."), "kind")
    if seen_by not in Seer.values:
        raise Refused(_("Choose who saw it."), "seen_by")
    check_person(case, person)
    row = Milestone.objects.create(
        case=case, person=person, kind=kind, on=check_day(case, on), evidence=_evidence(evidence), seen_by=seen_by,
        audience=audience, reader=check_audience(case, audience, reader), by=by,
    )  # fmt: skip
    record("recorded", by=by, what="milestone", what_id=row.pk, case_id=case.pk)
    return row


def _evidence(text: str) -> str:
    text = clean(text).strip()
    if not text:
        raise Refused(_("Write in a few words what could be seen or heard."), "evidence")
    return text


@transaction.atomic
def withdraw(*, by: User, row: Withdrawable, reason: str) -> Withdrawable:
    """Takes a row of the time line or a rating back; it stays in the record with the reason. Twice is once. Raises
    Refused."""
    reason = clean_line(reason)
    if not reason:
        raise Refused(_("Write in a few words why this is taken back."), "reason")
    if row.withdrawn_at is None:
        _mark(row, at=timezone.now(), by=by, reason=reason)
        record("withdrew", by=by, what=_what(row), what_id=row.pk, case_id=row.case_id)
        _mark_falls(row)
    return row


@transaction.atomic
def put_back(*, by: User, row: Withdrawable) -> Withdrawable:
    """Undoes a withdrawal."""
    if row.withdrawn_at is not None:
        _mark(row, at=None, by=None, reason="")
        record("put back", by=by, what=_what(row), what_id=row.pk, case_id=row.case_id)
        _mark_falls(row)
    return row


def _mark(row: Withdrawable, *, at: datetime.datetime | None, by: User | None, reason: str) -> None:
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = at, by, reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])


def _mark_falls(row: Withdrawable) -> None:
    """After the trail's line, at which writers queue: of two at once the second sees what the first wrote."""
    if isinstance(row, Rating) and row.measure == falls.TRUST:
        falls.mark(row.case, row.person)


def _what(row: Withdrawable) -> str:
    """The name of the row's kind in the trail: "repair_stage"."""
    return row._meta.verbose_name.replace(" ", "_")


#: Stands in `Rating.risk` where the risk question of a form was answered apart from its items.
ON_THE_FORM = "form"


@transaction.atomic
def rate(
    *,
    by: User,
    case: Case,
    person: Person,
    measure: str,
    on: datetime.date | None = None,
    items: Mapping[int, int | None] | None = None,
    score: float | None = None,
    weights: Mapping[int, float] | None = None,
    risk_told: bool | None = None,
    risk_answers: Mapping[int, int] | None = None,
    way: str = "",
    audience: str = Audience.PERSON,
    language: str = "",
    from_print: ProgressPrint | None = None,
    note: str = "",
) -> Rating:
    """A measure as one person filled it: by `items` (number -> answer), or by `score` alone. Private to that person
    unless told otherwise. `note` is what the person wrote at the end of the sheet.

    With a score alone, `risk_answers` are the answers to its risk items, and `risk_told` the answer to the risk
    question of a form whose items are not known: without them it would hide what asks for a safety check.

    Raises Refused.
    """
    found = measures.usable(measure, case.practice)
    if found is None:
        raise Refused(_("There is no such measure here."), "measure")
    check_person(case, person)
    on = check_day(case, on)
    if audience not in (Audience.PERSON, Audience.CLINICIAN):
        raise Refused(_("A rating is for the person alone, or for you alone."), "audience")
    scored = _scored(found, items, score, weights or {}, risk_answers or {}, risk_told)
    risk: list[Any] = [*scored.risk, *([ON_THE_FORM] if risk_told else [])]
    rating = Rating.objects.create(
        case=case, person=person, measure=found.slug, measure_version=found.version, scorer=SCORER, on=on,
        language=language or person.language, way=way or (RatingWay.SCORE if items is None else RatingWay.ITEMS),
        items=_kept(items if items is not None else risk_answers), weights=_kept(weights), score=scored.score,
        subscales=scored.subscales, complete=scored.complete, risk=risk, audience=audience,
        reader=person if audience == Audience.PERSON else None, from_print=from_print, note=clean(note).strip()[:4000],
        by=by,
    )  # fmt: skip
    record("measured", by=by, what="rating", what_id=rating.pk, case_id=case.pk)
    _mark_falls(rating)
    if risk:
        _ask_to_look(rating, found, by=by)
    return rating


def _kept(values: Mapping[int, Any] | None) -> dict[str, Any]:
    """Numbers of items as texts, the way the database gives them back."""
    return {str(n): value for n, value in (values or {}).items() if value is not None}


def _scored(
    measure: Measure,
    items: Mapping[int, int | None] | None,
    score: float | None,
    weights: Mapping[int, float],
    risk_answers: Mapping[int, int],
    risk_told: bool | None,
) -> scoring.Scored:
    """Raises Refused for what the measure does not have, with the field it is about."""
    if (items is None) == (score is None):
        raise Refused(_("Enter either the answers or the score."), "score")
    if measure.risk_by_hand and risk_told is None:
        raise Refused(_("Answer the question about risk."), "risk_told")
    try:
        if items is not None:
            return _by_items(measure, items, weights)
        return _by_score(measure, score, risk_answers)
    except scoring.Impossible as wrong:
        raise Refused(_impossible(wrong), "score" if wrong.item is None else f"item_{wrong.item}") from wrong


def _by_items(measure: Measure, items: Mapping[int, int | None], weights: Mapping[int, float]) -> scoring.Scored:
    if not measure.by_items and not measure.is_attainment:
        raise Refused(_("This measure is entered as a score."), "score")
    if all(answer is None for answer in items.values()):
        raise Refused(_("Nothing is answered yet."), None)
    return scoring.score_items(measure, items, weights)


def _by_score(measure: Measure, score: float | None, risk_answers: Mapping[int, int]) -> scoring.Scored:
    unanswered = [item.n for item in measure.risk_items if risk_answers.get(item.n) is None]
    if unanswered:
        raise Refused(_("Enter the answer to question %(n)d too.") % {"n": unanswered[0]}, f"item_{unanswered[0]}")
    if score is None or not math.isfinite(score):
        raise scoring.Impossible(None, measure.scoring.min, measure.scoring.max)
    told = {n: answer for n, answer in risk_answers.items() if n in measure.numbers}
    risk = scoring.score_items(measure, told).risk if told else ()
    return scoring.Scored(scoring.check_score(measure, score), risk=risk)


def _impossible(wrong: scoring.Impossible) -> str:
    """What is wrong with a number, in a sentence that says what is possible."""
    if wrong.least is None or wrong.most is None:
        return _("This measure has no such score.")
    limits = {"least": f"{wrong.least:g}", "most": f"{wrong.most:g}"}
    if wrong.item is None:
        return _("The score goes from %(least)s to %(most)s.") % limits
    return _("Question %(n)d is answered from %(least)s to %(most)s.") % {"n": wrong.item, **limits}


def _ask_to_look(rating: Rating, measure: Measure, *, by: User) -> None:
    """A finding "not yet looked at" about suicide risk, so that gates and chart hold until somebody did. It decides
    nothing, and never stands in front of a concern that a clinician recorded."""
    newest = rating.case.flags.filter(person=rating.person, kind=FlagKind.SUICIDE).first()
    if newest is not None and newest.state == FlagState.CONCERN:
        return
    basis = _("%(measure)s: an answer asks for a look. Written by the program; nobody has looked yet.")
    cases.record_flag(
        by=by, case=rating.case, person=rating.person, kind=FlagKind.SUICIDE, state=FlagState.NOT_YET,
        basis=basis % {"measure": measure.name}, on=rating.on,
    )  # fmt: skip


@transaction.atomic
def look_at_risk(*, by: User, rating: Rating, note: str) -> Rating:
    """A clinician looked at an answer that asked for it, and says what was found and done. Raises Refused."""
    note = clean_line(note)
    if not note:
        raise Refused(_("Write in a few words what you found and did."), "note")
    if rating.looked_at is None:
        rating.looked_at, rating.looked_by, rating.looked_note = timezone.now(), by, note
        rating.save(update_fields=["looked_at", "looked_by", "looked_note"])
        record("looked at", by=by, what="rating", what_id=rating.pk, case_id=rating.case_id)
    return rating
