"""Charts as SVG, drawn here without a library: the same on screen and on paper, readable in grey and without sight.

Everything is drawn in the colour of the text around it. Lines differ by stroke and by the shape of their points, bands
by a light wash and a word. Only the elements and attributes that the press lets through are used, no style attribute.
Each chart has its title, its description and a table with every number. Lengths are in units of a field 720 wide.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from operator import itemgetter
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from planner.progress import shapes
from planner.progress.shapes import SMALL, WIDTH

HEIGHT = 330
LEGEND = 38  # what a chart of one line is less high
LEFT, RIGHT, TOP, BOTTOM = 52, 700, 40, 262
MOST_MARKED = 60  # beyond so many points a line carries no shapes: they would hide it
MOST_ROWS = 60  # days in the table on screen; the rest one asks for, and paper has them all
MOST_EVENTS = 26  # each with a letter
LARGEST = 1e6
DASHES = ("", "8 5", "2 4", "12 4 2 4", "5 3", "1 3")
BAND_WORDS = 112  # room for the words of bands
LETTER = 15.0  # from one event's letter to the next


class Point(NamedTuple):
    """A value on a day; `value` None is a rating without a score, named in the table alone. `note` stands there too.
    A long line has hundreds of them."""

    on: datetime.date
    value: float | None
    note: str = ""


_ON = itemgetter(0)  # the day of a point


@dataclass(frozen=True)
class Line:
    """One line, by its name."""

    name: str
    points: tuple[Point, ...]

    @cached_property
    def drawn(self) -> tuple[Point, ...]:
        return tuple(sorted((point for point in self.points if _sound(point.value) is not None), key=_ON))


@dataclass(frozen=True)
class Band:
    """From `start` up to `upto` (None: to the top), with a word where there is one."""

    start: float
    upto: float | None
    word: str = ""


@dataclass(frozen=True)
class Happened:
    """An event over the line: a letter in the chart, its words in the list below."""

    on: datetime.date
    word: str


@dataclass(frozen=True)
class Chart:
    """Values over time. `least` and `most` are the ends of the measure where they are known. `beyond`: how many points
    from the first value are more than chance (drawn as two fine lines). `says`: what the line does, in a sentence."""

    title: str
    lines: tuple[Line, ...]
    least: float | None = None
    most: float | None = None
    bands: tuple[Band, ...] = ()
    happened: tuple[Happened, ...] = ()
    beyond: float | None = None
    says: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing to draw yet."""
        return not any(line.drawn for line in self.lines)

    @cached_property
    def letters(self) -> tuple[tuple[str, Happened], ...]:
        """The newest events with their letters, oldest first."""
        newest = sorted(self.happened, key=lambda event: event.on)[-MOST_EVENTS:]
        return tuple((chr(65 + n), event) for n, event in enumerate(newest))

    @cached_property
    def svg(self) -> SafeString:
        """The drawing; nothing where there is no point."""
        return mark_safe("") if self.is_empty else _Drawing(self).svg()

    @cached_property
    def table(self) -> SafeString:
        """Every number of the chart as a table, the newest last."""
        return _table(self)

    @cached_property
    def newest_table(self) -> SafeString:
        """The same, of the newest days alone; empty where the whole table is no longer."""
        return _table(self, MOST_ROWS) if self.days > MOST_ROWS else mark_safe("")

    @cached_property
    def days(self) -> int:
        """On how many days something was filled."""
        return len({point.on for line in self.lines for point in line.points})

    @property
    def key(self) -> str:
        """What the dotted lines are, where there are any."""
        if self.beyond is None or self.is_empty:
            return ""
        return _("Dotted: %(n)s points from the first value. Beyond that is more than chance.") % {
            "n": number(self.beyond)
        }

    @property
    def description(self) -> str:
        """What somebody who does not see it needs to know."""
        if self.is_empty:
            return _("No value yet.")
        told = [_told(line) for line in self.lines if line.drawn]
        events = [f"{letter}: {_day(event.on)}, {event.word}" for letter, event in self.letters]
        return " ".join(filter(None, [*told, self.says, self.key, "; ".join(events) + "." if events else ""]))


def homework(title: str, amount: Iterable[Point], quality: Iterable[Point]) -> Chart:
    """How much of the homework was done and how well it went, each 0 to 10."""
    lines = (Line(_("How much"), tuple(amount)), Line(_("How well"), tuple(quality)))
    return Chart(title, lines, least=0, most=10)


def _told(line: Line) -> str:
    """ "Maya: 5 values, from 4 on 1 Jun 2026 to 7 on 3 Aug 2026." """
    first, last = line.drawn[0], line.drawn[-1]
    count = ngettext("%(n)d value", "%(n)d values", len(line.drawn)) % {"n": len(line.drawn)}
    said = _("%(name)s: %(count)s, from %(first)s on %(start)s to %(last)s on %(end)s.")
    return said % {
        "name": line.name, "count": count, "first": number(first.value), "start": _day(first.on),
        "last": number(last.value), "end": _day(last.on),
    }  # fmt: skip


def number(value: float | None) -> str:
    """A value as it is written: whole where it is whole, else one place."""
    if value is None:
        return "–"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"


def _day(on: datetime.date) -> str:
    """ "3 Aug 2026", in the language of the page; a long chart has many of them."""
    return f"{on.day} {_month(on.month, get_language())} {on.year}"


@lru_cache(maxsize=256)
def _month(month: int, language: str | None) -> str:
    """The short name of a month in the active language, by which it is kept."""
    return date_format(datetime.date(2000, month, 1), "M")


def _table(chart: Chart, most: int = 0) -> SafeString:
    """One row a day on which something was filled, one column a line; of the newest days alone where `most` says so."""
    oldest = sorted({point.on for line in chart.lines for point in line.points})[-most] if most else datetime.date.min
    rows: dict[datetime.date, list[list[str]]] = {}
    for column, line in enumerate(chart.lines):
        for point in (point for point in line.points if point.on >= oldest):
            cells = rows.setdefault(point.on, [[] for _line in chart.lines])
            cells[column].append(f"{number(point.value)} ({point.note})" if point.note else number(point.value))
    head = format_html_join("", '<th scope="col">{}</th>', ((line.name,) for line in chart.lines))
    body = (
        f'<tr><th scope="row">{escape(_day(on))}</th>'
        + "".join(f"<td>{escape(', '.join(cell)) or '–'}</td>" for cell in rows[on])
        + "</tr>"
        for on in sorted(rows)
    )
    return format_html(
        '<table class="chart-table"><caption>{}</caption><thead><tr><th scope="col">{}</th>{}</tr></thead>'
        "<tbody>{}</tbody></table>",
        chart.title, _("Day"), head, mark_safe("".join(body)),
    )  # fmt: skip


class _Drawing:
    """One chart over time, from its numbers to its shapes."""

    def __init__(self, chart: Chart):
        self.chart = chart
        points = [point for line in chart.lines for point in line.drawn]
        values = [point.value for point in points]
        days = [point.on for point in points] + [event.on for _letter, event in chart.letters]
        self.first, self.last = min(days), max(days)
        words = any(band.word for band in chart.bands)
        self.right = RIGHT - BAND_WORDS if words else RIGHT  # the words of bands stand beside them, off the line
        self.least, self.most, self.step = _axis(values, chart.least, chart.most)

    def x(self, on: datetime.date) -> float:
        return self.places([(on, self.least)])[0][0]

    def y(self, value: float) -> float:
        return self.places([(self.first, value)])[0][1]

    def places(self, values: Iterable[tuple[datetime.date, float]]) -> list[tuple[float, float]]:
        """Where values on days stand. A long line has hundreds: what is the same for all is worked out once."""
        first, least, height = self.first, self.least, self.most - self.least
        span, width = (self.last - first).days, self.right - LEFT - 28
        return [
            (
                LEFT + 14 + ((on - first).days / span if span else 0.5) * width,
                BOTTOM - (value - least) / height * (BOTTOM - TOP),
            )
            for on, value in values
        ]

    def svg(self) -> SafeString:
        parts = [*self._bands(), *self._axes(), *self._beyond(), *self._events()]
        for n, line in enumerate(self.chart.lines):
            if line.drawn:
                parts += self._line(n, line)
        legend = self._legend()
        height = HEIGHT if legend else HEIGHT - LEGEND
        return shapes.svg(height, self.chart.title, self.chart.description, [*parts, *legend])

    def _bands(self) -> list[str]:
        """A wash for every second band, and where each starts."""
        parts = []
        for n, band in enumerate(self.chart.bands):
            low = max(band.start, self.least)
            high = self.most if band.upto is None else min(band.upto, self.most)
            if low >= high:
                continue
            top, height = self.y(high), self.y(low) - self.y(high)
            if n % 2:
                parts.append(
                    f'<rect x="{LEFT}" y="{top:.1f}" width="{self.right - LEFT}" height="{height:.1f}" '
                    'fill="currentColor" fill-opacity="0.07"/>'
                )
            if band.word and height >= SMALL:
                parts.append(shapes.text(self.right + 6, top + height / 2 + 5, Truncator(band.word).chars(15)))
        return parts

    def _axes(self) -> list[str]:
        parts = [shapes.rule(LEFT, TOP, LEFT, BOTTOM), shapes.rule(LEFT, BOTTOM, self.right, BOTTOM)]
        for tick in _ticks(self.least, self.most, self.step):
            y = self.y(tick)
            parts += [shapes.rule(LEFT - 5, y, LEFT, y), shapes.text(LEFT - 9, y + 5, number(tick), anchor="end")]
        for on in _days(self.first, self.last):
            x = self.x(on)
            parts += [
                shapes.rule(x, BOTTOM, x, BOTTOM + 5),
                shapes.text(x, BOTTOM + 21, self._date(on), anchor="middle"),
            ]
        return parts

    def _date(self, on: datetime.date) -> str:
        return date_format(on, "j M" if self.first.year == self.last.year else "M Y")

    def _beyond(self) -> list[str]:
        """Where the distance from the first value is more than chance."""
        beyond, lines = self.chart.beyond, [line for line in self.chart.lines if line.drawn]
        if beyond is None or len(lines) != 1:
            return []
        first = lines[0].drawn[0].value
        return [
            shapes.rule(LEFT, self.y(level), self.right, self.y(level), dash="1 4", width="1.4")
            for level in (first - beyond, first + beyond)
            if self.least <= level <= self.most
        ]

    def _events(self) -> list[str]:
        """A fine line for each day on which something happened, its letters above, beside each other where days are
        close."""
        letters = self.chart.letters
        days = sorted({event.on for _letter, event in letters})
        parts = [shapes.rule(self.x(on), TOP - 6, self.x(on), BOTTOM, dash="3 4") for on in days]
        places = _apart([self.x(event.on) for _letter, event in letters])
        words = zip(places, letters, strict=True)
        return parts + [shapes.text(x, TOP - 12, letter, anchor="middle", bold=True) for x, (letter, _event) in words]

    def _line(self, n: int, line: Line) -> list[str]:
        places = self.places((on, value) for on, value, _note in line.drawn)
        dash = f' stroke-dasharray="{DASHES[n % len(DASHES)]}"' if DASHES[n % len(DASHES)] else ""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts = [f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="2.2"{dash}/>']
        shown = places if len(places) <= MOST_MARKED else [places[0], places[-1]]
        return parts + [shapes.shape(n, x, y) for x, y in shown]

    def _legend(self) -> list[str]:
        """Each line's stroke and shape beside its name, where there is more than one; else nothing."""
        lines = [(n, line) for n, line in enumerate(self.chart.lines) if line.drawn]
        if len(lines) < 2:
            return []
        parts, width = [], (self.right - LEFT) / len(lines)
        for place, (n, line) in enumerate(lines):
            x, y = LEFT + place * width, BOTTOM + 50
            parts.append(shapes.rule(x, y, x + 40, y, dash=DASHES[n % len(DASHES)], width="2.2"))
            parts.append(shapes.shape(n, x + 20, y))
            parts.append(shapes.text(x + 48, y + 5, Truncator(line.name).chars(max(6, int(width / 8) - 6))))
        return parts


@dataclass(frozen=True)
class Goal:
    """How far one goal came: where it stood at first, where it stands now, on the day of the newest look."""

    name: str
    first: float | None
    now: float | None
    on: datetime.date | None = None


@dataclass(frozen=True)
class Goals:
    """Goals beside each other on one scale: -2 to +2 around what was hoped for, or 0 to 100. An open ring is where a
    goal stood first, a full dot where it stands now."""

    title: str
    goals: tuple[Goal, ...]
    least: float = -2
    most: float = 2
    aim: float | None = 0

    @property
    def is_empty(self) -> bool:
        """No goal was looked at yet."""
        return not any(_sound(goal.now) is not None for goal in self.goals)

    @property
    def description(self) -> str:
        told = [
            _("%(name)s: from %(first)s to %(now)s.") % {
                "name": goal.name, "first": number(_sound(goal.first)), "now": number(_sound(goal.now))
            }
            for goal in self.goals
        ]  # fmt: skip
        return " ".join(told)

    @cached_property
    def svg(self) -> SafeString:
        """The drawing; nothing where no goal was looked at."""
        if self.is_empty:
            return mark_safe("")
        left, pitch, top = 270, 36, 24
        bottom = top + pitch * len(self.goals)
        parts = [shapes.rule(left, bottom, RIGHT, bottom)]
        for tick in _ticks(self.least, self.most, 1 if self.most - self.least <= 10 else 20):
            x = self._x(tick, left)
            dash = "" if tick == self.aim else "2 4"
            parts += [
                shapes.rule(x, top - 8, x, bottom, dash=dash),
                shapes.text(x, bottom + 20, number(tick), anchor="middle"),
            ]
        for n, goal in enumerate(self.goals):
            y = top + pitch * n + pitch / 2
            parts += [shapes.text(0, y + 5, Truncator(goal.name).chars(34)), *self._goal(goal, left, y)]
        return shapes.svg(bottom + 32, self.title, self.description, parts)

    def _goal(self, goal: Goal, left: float, y: float) -> list[str]:
        first, now, parts = _sound(goal.first), _sound(goal.now), []
        if first is not None and now is not None:
            parts.append(shapes.rule(self._x(first, left), y, self._x(now, left), y, width="2.2"))
        if first is not None:
            parts.append(shapes.ring(self._x(first, left), y))
        if now is not None:
            parts.append(f'<circle cx="{self._x(now, left):.1f}" cy="{y:.1f}" r="6" fill="currentColor"/>')
        return parts

    def _x(self, value: float, left: float) -> float:
        share = (min(max(value, self.least), self.most) - self.least) / (self.most - self.least)
        return left + 16 + share * (RIGHT - left - 32)

    @cached_property
    def table(self) -> SafeString:
        """Every goal with both numbers."""
        rows = (
            (goal.name, number(_sound(goal.first)), number(_sound(goal.now)), _day(goal.on) if goal.on else "–")
            for goal in self.goals
        )
        return format_html(
            '<table class="chart-table"><caption>{}</caption><thead><tr><th scope="col">{}</th><th scope="col">{}</th>'
            '<th scope="col">{}</th><th scope="col">{}</th></tr></thead><tbody>{}</tbody></table>',
            self.title, _("Goal"), _("At first"), _("Now"), _("Looked at"),
            format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>', rows),
        )  # fmt: skip


def _sound(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) and abs(value) <= LARGEST else None


def _apart(places: Sequence[float]) -> list[float]:
    """Places of letters in the same order, each at least a letter apart, none beyond the right edge."""
    found: list[float] = []
    for x in places:
        found.append(max(x, found[-1] + LETTER) if found else x)
    edge = WIDTH - 8.0
    for n in reversed(range(len(found))):
        found[n] = min(found[n], edge)
        edge = found[n] - LETTER
    return found


def _axis(values: Sequence[float], least: float | None, most: float | None) -> tuple[float, float, float]:
    """The ends of the axis and its step: the range of the measure, widened where a value lies outside; without one,
    from 0 to a round number above."""
    low = min([0.0 if least is None else least, *values])
    high = max([low + 1 if most is None else most, *values])
    high = high if high - low >= 0.001 else low + 1
    step = _step(high - low)
    if most is None or high > most:
        high = math.ceil(high / step) * step
    if low < (0.0 if least is None else least):
        low = math.floor(low / step) * step
    return low, high, step


def _step(span: float) -> float:
    """A round distance between marks, so that there are at most seven."""
    power = 10 ** math.floor(math.log10(span / 6)) if span > 0 else 1.0
    return next(round(power * factor, 10) for factor in (1, 2, 2.5, 5, 10, 20) if span / (power * factor) <= 6)


def _ticks(least: float, most: float, step: float) -> list[float]:
    count = int((most - least) / step + 1e-9)
    return [round(least + n * step, 6) for n in range(count + 1)]


def _days(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """At most six days to write under the axis, evenly apart."""
    span = (last - first).days
    count = min(5, span)
    return (
        sorted({first + datetime.timedelta(days=round(span * n / count)) for n in range(count + 1)})
        if span
        else [first]
    )
