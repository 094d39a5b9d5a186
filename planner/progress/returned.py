"""A rating sheet that came back: which print it is, and what was ticked.

A file may come in here or with the homework: both ask `of_address` whose an address is, show `read`, and hand it to
`keep`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from planner.cases.models import Audience
from planner.practice.models import User
from planner.progress import actions, measures, sheet
from planner.progress.instruments import Measure
from planner.progress.models import PrintKind, ProgressPrint, Rating, RatingWay


@dataclass(frozen=True)
class ReturnedRating:
    """What a sheet says. `answers`: item -> number, None where none is ticked; `doubtful`: items with several ticks;
    `note`: what was written at the end; `already`: the rating it became, when it came back before."""

    sheet: ProgressPrint
    measure: Measure
    answers: dict[int, int | None]
    doubtful: tuple[int, ...]
    note: str
    on: datetime.date | None
    already: Rating | None = None


def of_address(address: str, user: User) -> ProgressPrint | None:
    """The rating sheet that carries the address, if the person may change its case: reading it in is a write."""
    rows = ProgressPrint.objects.editable_by(user).filter(kind=PrintKind.SHEET, address=address)
    return rows.select_related("case__practice", "person").first()


def read(printed: ProgressPrint, values: Mapping[str, str]) -> ReturnedRating | None:
    """What was filled in, out of the values of its fields (`planner.sheets.returned`). None where the measure is not
    known any more."""
    measure = measures.find(printed.measure, printed.case.practice, printed.measure_version)
    if measure is None:
        return None
    language = printed.person.language
    return ReturnedRating(
        sheet=printed, measure=measure, answers=sheet.answers_of(measure, values, language),
        doubtful=tuple(sheet.doubtful(measure, values, language)), note=str(values.get("note", "")).strip(),
        on=_day(values), already=Rating.objects.filter(from_print=printed).standing().first(),
    )  # fmt: skip


def _day(values: Mapping[str, str]) -> datetime.date | None:
    """The day written at the top, where it is one."""
    try:
        return datetime.date.fromisoformat(str(values.get("_date", "")).strip())
    except ValueError:
        return None


def keep(
    found: ReturnedRating,
    *,
    by: User,
    on: datetime.date | None = None,
    answers: Mapping[int, int | None] | None = None,
    audience: str = Audience.PERSON,
) -> Rating:
    """The rating in the record, once: a sheet that came back before gives the rating it became. `answers` are those
    that a person sorted out. Raises planner.progress.actions.Refused."""
    if found.already is not None:
        return found.already
    return actions.rate(
        by=by, case=found.sheet.case, person=found.sheet.person, measure=found.measure.slug, on=on or found.on,
        items=found.answers if answers is None else answers, way=RatingWay.PAPER, from_print=found.sheet,
        note=found.note, audience=audience,
    )  # fmt: skip
