"""Ratings as lines of a chart and as sentences: where each person stands, and what one may see of the other.

A chart of one person is that person's. A chart with several people holds only the lines that each of them allowed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext as _

from planner.base.addresses import address
from planner.base.prepared import ID, WORDS, prepared
from planner.cases import names
from planner.cases.models import Audience, Case, Participant, Person
from planner.progress import charts, measures, scoring
from planner.progress.instruments import Measure
from planner.progress.models import ChartSharing, Event, Rating, RatingWay

NEAR = datetime.timedelta(days=21)  # an event so far from the nearest rating still stands on the chart
INCOMPLETE = "incomplete"
#: What a line about the newest rating says of it.
SHOWN = (
    "measure", "measure_version", "on", "score", "complete", "subscales", "person__name", "person__print_name",
)  # fmt: skip
SHOWN_RATINGS = 40


@dataclass(frozen=True)
class Latest:
    """One person's newest rating of one measure: its band, and what lies between it and the one before."""

    person: Person
    measure: Measure
    rating: Rating
    before: Rating | None = None

    @property
    def band(self) -> str:
        return band_word(self.measure, self.rating.score)

    @property
    def said(self) -> str:
        """ "4 points higher than on 3 Mar 2026: better, more than chance." """
        if self.before is None or self.rating.score is None or self.before.score is None:
            return ""
        return told(self.measure, self.before.score, self.rating.score, self.before.on)

    @property
    def parts(self) -> list[tuple[str, str, bool]]:
        """(name, value, worth a look) of each subscale that has a value."""
        values = self.rating.subscales
        return [
            (gettext(part.name), charts.number(values[part.slug]), scoring.is_flagged(part, values[part.slug]))
            for part in self.measure.subscales
            if part.slug in values
        ]


def title_of(measure: Measure) -> str:
    """The name of a measure in the language of the page."""
    return gettext(measure.title(get_language() or "en"))


def band_word(measure: Measure, score: float | None) -> str:
    """The published word of the band, else from where to where it goes; "" where no bands are published."""
    band = scoring.band_of(measure, score)
    if band is None or measure.is_attainment:
        return ""
    if band.word:
        return gettext(band.word)
    if band.upto is None:
        return _("band from %(start)s") % {"start": charts.number(band.start)}
    return _("band %(start)s to below %(upto)s") % {
        "start": charts.number(band.start), "upto": charts.number(band.upto),
    }  # fmt: skip


def told(measure: Measure, before: float, after: float, since: datetime.date) -> str:
    """What lies between two scores, in a sentence that claims no more than is published."""
    found = scoring.difference(measure, before, after)
    ways = {"better": _("better"), "worse": _("less well"), "same": "", "": ""}
    sizes = {
        "beyond": _("more than chance"), "open": _("perhaps more than chance: sources differ"),
        "within": _("within what may be chance"), "": "",
    }  # fmt: skip
    same = _("The same as on %(day)s.") % {"day": _day(since)}
    said = _moved(found.points, since) if found.points else same
    meaning = ", ".join(filter(None, [ways[found.way], sizes[found.size]]))
    return f"{said[:-1]}: {meaning}." if meaning else said


def _moved(points: float, since: datetime.date) -> str:
    """ "4 points higher than on 3 Mar 2026." """
    count = abs(points)
    words = {"n": charts.number(count), "day": _day(since)}
    plural = int(count) if count == int(count) else 2
    if points > 0:
        said = ngettext("%(n)s point higher than on %(day)s.", "%(n)s points higher than on %(day)s.", plural)
    else:
        said = ngettext("%(n)s point lower than on %(day)s.", "%(n)s points lower than on %(day)s.", plural)
    return said % words


def _day(on: datetime.date) -> str:
    return date_format(on, "j M Y")


def latest(case: Case, *, person: Person | None = None) -> list[Latest]:
    """The newest rating of each measure and person with the one before. One query, one more for each own measure."""
    pairs: dict[tuple[int, str], list[Rating]] = {}
    for row in _newest_two(case=case.pk):
        if person is None or row.person_id == person.pk:
            pairs.setdefault((row.person_id, row.measure), []).append(row)
    found = []
    for newest, *earlier in pairs.values():
        measure = measures.find(newest.measure, case.practice_id, newest.measure_version)
        if measure:
            found.append(Latest(newest.person, measure, newest, earlier[0] if earlier else None))
    return found


@prepared(case=ID)
def _newest_two(case: int) -> QuerySet[Rating]:
    """The newest rating of each measure and person, and the one before."""
    order = [F("on").desc(), F("pk").desc()]
    nth = Window(RowNumber(), partition_by=[F("person_id"), F("measure")], order_by=order)
    rows = Rating.objects.filter(case=case).standing().annotate(nth=nth).filter(nth__lte=2)
    return rows.select_related("person").only(*SHOWN).order_by("person_id", "measure", "nth")


class Row(NamedTuple):
    """What a list says of one rating: its day, its score in words, how it was filled, whether only the team may read
    it, whether it was taken back."""

    href: str
    on: datetime.date
    said: str
    way: str
    is_private: bool
    is_withdrawn: bool


def newest_of(case: Case, measure: Measure, person_id: int) -> list[Row]:
    """The newest ratings of a person's measure, those that were taken back as well. One query."""
    ways, incomplete = dict(RatingWay.choices), _(INCOMPLETE)
    return [
        Row(
            address("rating", pk), on, charts.number(score) if score is not None else "" if complete else incomplete,
            ways.get(way, way), audience == Audience.CLINICIAN, withdrawn_at is not None,
        )
        for pk, on, score, complete, way, audience, withdrawn_at in _newest(
            case=case.pk, measure=measure.slug, person=person_id
        )
    ]  # fmt: skip


@prepared(case=ID, measure=WORDS, person=ID)
def _newest(case: int, measure: str, person: int) -> QuerySet:
    rows = Rating.objects.filter(case=case, measure=measure, person=person).order_by("-on", "-pk")
    return rows.values_list("pk", "on", "score", "complete", "way", "audience", "withdrawn_at")[:SHOWN_RATINGS]


def chart_of(
    case: Case, measure: Measure, person: Person, *, everything: bool = False, called: str | None = None
) -> charts.Chart:
    """One person's line, with what that person may see; `everything` adds what only the clinician may. `called`: the
    name as it may stand, the printed one unless told."""
    called = person.on_paper if called is None else called
    lines = _lines(case, measure, person, called, everything=everything)
    events = _events(case=case.pk) if everything else _events_for(case=case.pk, person=person.pk)
    title = _("%(measure)s, %(name)s") % {"measure": title_of(measure), "name": called}
    return _chart(title, measure, lines, events, says=_says(measure, lines))


def joint_chart(
    case: Case, measure: Measure, people: Sequence[Person], *, called: Mapping[int, str] | None = None
) -> charts.Chart | None:
    """One line for each person who allowed it, on one axis; None where fewer than two did, or the measure has no total.
    Only events for everybody in the case stand on it. `called`: person -> the name as it may stand."""
    allowed = allowing(case, measure.slug)
    people = [person for person in people if allowed.get(person.pk)]
    if len(people) < 2 or not measure.has_total:
        return None
    lines: tuple[charts.Line, ...] = ()
    for person in people:
        name = (called or {}).get(person.pk) or person.on_paper
        lines += _lines(case, measure, person, name)
    return _chart(title_of(measure), measure, lines, _events_for_all(case=case.pk))


@prepared(case=ID)
def _events(case: int) -> QuerySet[Event]:
    return Event.objects.filter(case=case).standing().only("on", "kind")


@prepared(case=ID, person=ID)
def _events_for(case: int, person: Any) -> QuerySet[Event]:
    return Event.objects.filter(case=case).readable_by(person).only("on", "kind")


@prepared(case=ID)
def _events_for_all(case: int) -> QuerySet[Event]:
    return Event.objects.filter(case=case).readable_by(None).only("on", "kind")


def allowing(case: Case, measure: str) -> dict[int, bool]:
    """person -> what they said last about a joint chart of the measure. One query."""
    return dict(_said(case=case.pk, measure=measure))


@prepared(case=ID, measure=WORDS)
def _said(case: int, measure: str) -> QuerySet:
    return ChartSharing.objects.filter(case=case, measure=measure).order_by("pk").values_list("person_id", "allowed")


def _lines(
    case: Case, measure: Measure, person: Person, called: str, *, everything: bool = False
) -> tuple[charts.Line, ...]:
    """One line of the score, or one for each subscale where there is no total, oldest first: of what the person may see
    or (`everything`) of all that stands. One query."""
    asked = {"case": case.pk, "measure": measure.slug, "person": person.pk, "everything": everything}
    if measure.has_total:  # then nothing is drawn of its parts
        note = _(INCOMPLETE)
        points = [charts.Point(on, score, "" if complete else note) for on, score, complete in _scores(**asked)]
        return (charts.Line(called, tuple(points)),)
    rows = _parts(**asked)
    return tuple(
        charts.Line(gettext(part.name), tuple(charts.Point(on, values.get(part.slug)) for on, values in rows))
        for part in measure.subscales
    )


@prepared(case=ID, measure=WORDS, person=ID)
def _scores(**asked: Any) -> QuerySet:
    return _standing(**asked).values_list("on", "score", "complete")


@prepared(case=ID, measure=WORDS, person=ID)
def _parts(**asked: Any) -> QuerySet:
    return _standing(**asked).values_list("on", "subscales")


def _standing(case: int, measure: str, person: Any, everything: bool) -> QuerySet[Rating]:
    rows = Rating.objects.filter(case=case, measure=measure, person=person).standing().order_by("on", "pk")
    return rows if everything else rows.filter(reader=person)


def _chart(
    title: str, measure: Measure, lines: tuple[charts.Line, ...], events: Iterable[Event], *, says: str = ""
) -> charts.Chart:
    least, most = ends(measure)
    days = [line.drawn[n].on for line in lines for n in (0, -1) if line.drawn]  # they stand in order
    first, last = (min(days) - NEAR, max(days) + NEAR) if days else (datetime.date.max, datetime.date.min)
    near = [event for event in events if first <= event.on <= last]
    bands = tuple(
        charts.Band(band.start, band.upto, gettext(band.word) if band.word else "") for band in scoring.bands(measure)
    )
    return charts.Chart(
        title, lines, least, most, bands if not measure.is_attainment else (),
        tuple(charts.Happened(event.on, event.get_kind_display()) for event in near),
        measure.change.most if measure.change and len(lines) == 1 else None, says,
    )  # fmt: skip


def ends(measure: Measure) -> tuple[float | None, float | None]:
    """The ends of the axis: of the score, else of the widest subscale; None where they are not known."""
    if measure.is_attainment:
        return 20, 80
    if not measure.has_total and measure.subscales:
        return min(part.min for part in measure.subscales), max(part.max for part in measure.subscales)
    return measure.scoring.min, measure.scoring.max


def _says(measure: Measure, lines: Sequence[charts.Line]) -> str:
    """What the first and the last score of a line have between them."""
    scored = [point for point in lines[0].points if point.value is not None] if measure.has_total else []
    return told(measure, scored[0].value, scored[-1].value, scored[0].on) if len(scored) > 1 else ""


def people_of(case: Case) -> list[Participant]:
    """Those who take part today, with their persons, in order. What the case is called is known from then on."""
    found = names.current(case)
    case.told_label = names.label(found) or case.code
    return found
