"""What this room prints: a rating sheet, blank or for one person, and where somebody stands on paper.

A progress paper holds what its reader may see and nothing else; it carries no finding about safety.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from planner.cases.models import Case, Participant, Person
from planner.practice.models import Practice
from planner.practice.paper import paper_head
from planner.progress import charts, lines, measures, sheet
from planner.progress.instruments import Measure
from planner.progress.models import Event, EventKind, Milestone, Rating
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, SheetCopy, sheet_paper, shown_name

MOST_CHARTS = 6
MOST_GOOD = 12  # wins and milestones


def rating_sheet(
    measure: Measure, *, practice: Practice, options: Options, language: str, person: Person | None = None,
    address: str = "",
) -> Paper:  # fmt: skip
    """The sheet of a measure as it prints. Raises ValueError where it has no text."""
    text = measure.sheet(language)
    if text is None:
        raise ValueError("this measure has no text to print")
    language = measure.sheet_language(language)
    with translation.override(language):
        told = _("%(slug)s, version %(version)s") % {"slug": measure.slug, "version": measure.version}
        plain = "" if measure.validated else _("Not a validated measure.")
        role_line = _("Your sheet, %(name)s") % {"name": person.on_paper} if person else ""
        ideas = tuple(filter(None, [_("Tick one number. There is no right or wrong one."), plain]))
        head = Letterhead(**paper_head(practice))
    copy = SheetCopy(
        title=text.title, discreet_title=text.discreet_title, blocks=sheet.blocks_of(measure, language),
        language=language, purpose=text.purpose, ideas=ideas if not measure.validated else (),
        name=person.on_paper if person else "", role_line=role_line, address=address, edition=told,
    )  # fmt: skip
    return sheet_paper(copy, letterhead=head, options=options)


@dataclass(frozen=True)
class MeasurePart:
    """One measure on a progress paper: its chart, what the last number says, and what the chart cannot show."""

    name: str
    about: str
    chart: charts.Chart
    said: str
    note: str = ""


@dataclass(frozen=True)
class GoodPart:
    """A win or a milestone with its day."""

    on: str
    what: str
    text: str


@dataclass(frozen=True)
class Progress:
    """The context of paper/progress.html."""

    who: str
    until: str
    measures: tuple[MeasurePart, ...]
    good: tuple[GoodPart, ...]


def progress_paper(case: Case, person: Person | None, *, options: Options, on: datetime.date | None = None) -> Paper:
    """Where one person stands, or what a couple or family allowed on a joint chart (`person` None)."""
    language = person.language if person else case.practice.language
    places = lines.people_of(case)
    with translation.override(language):
        who = person.on_paper if person else ", ".join(place.person.on_paper for place in places)
        if person:
            parts = _own_parts(case, person, shown_name(person.on_paper, options) or _("You"))
        else:
            parts = _joint_parts(case, places, _called(places, options))
        content = Progress(who, date_format(on or timezone.localdate(), "j F Y"), parts, _good(case, person))
        return Paper(
            title=_("Where things stand"), discreet_title=_("My sheet"), language=language, options=options,
            letterhead=Letterhead(**paper_head(case.practice)), template="paper/progress.html",
            context={"progress": content},
        )  # fmt: skip


def _called(places: Sequence[Participant], options: Options) -> dict[int, str]:
    """person -> the name as this print may show it; a word in its place where no name may stand."""
    return {
        place.person_id: shown_name(place.person.on_paper, options) or _("Person %(n)d") % {"n": n}
        for n, place in enumerate(places, 1)
    }


def _own_parts(case: Case, person: Person, called: str) -> tuple[MeasurePart, ...]:
    """The person's own measures, those that they may see themselves, in the order of the list."""
    slugs = set(Rating.objects.filter(case=case, person=person).readable_by(person).values_list("measure", flat=True))
    parts = []
    for measure in _known(case, slugs):
        drawn = lines.chart_of(case, measure, person, called=called)
        if not drawn.is_empty:
            parts.append(_part(measure, drawn))
    return tuple(parts[:MOST_CHARTS])


def _joint_parts(case: Case, places: Sequence[Participant], called: dict[int, str]) -> tuple[MeasurePart, ...]:
    """Measures that at least two of them allowed."""
    slugs = set(Rating.objects.filter(case=case).standing().values_list("measure", flat=True))
    people = [place.person for place in places]
    drawn = [(measure, lines.joint_chart(case, measure, people, called=called)) for measure in _known(case, slugs)]
    return tuple(_part(measure, chart) for measure, chart in drawn if chart and not chart.is_empty)[:MOST_CHARTS]


def _known(case: Case, slugs: set[str]) -> list[Measure]:
    found = [measures.find(slug, case.practice) for slug in sorted(slugs)]
    return [measure for measure in found if measure]


def _part(measure: Measure, chart: charts.Chart) -> MeasurePart:
    way = {
        "higher": _("A higher number is better."), "lower": _("A lower number is better."), "none": "",
    }[measure.direction]  # fmt: skip
    note = "" if measure.validated else _("These are your own numbers, not a validated measure.")
    return MeasurePart(lines.title_of(measure), way, chart, chart.says, note)


def _good(case: Case, person: Person | None) -> tuple[GoodPart, ...]:
    """Wins and milestones that the reader may see, the newest first."""
    wins = Event.objects.filter(case=case, kind=EventKind.WIN).readable_by(person)
    seen = Milestone.objects.filter(case=case).readable_by(person)
    rows = [(row.on, row.get_kind_display(), row.known) for row in wins]
    rows += [(row.on, row.get_kind_display(), row.evidence) for row in seen]
    rows.sort(reverse=True)
    return tuple(GoodPart(date_format(on, "j M Y"), what, text) for on, what, text in rows[:MOST_GOOD])


def remembered(practice: Practice, person: Person | None) -> Options:
    """How this person's paper printed last, over how the practice prints."""
    layers = [{"paper": practice.paper, "size": practice.text_size}, practice.print_options]
    if person is not None:
        layers += [person.print_options, {"size": person.text_size} if person.text_size else {}]
    return Options.chosen(*layers)
