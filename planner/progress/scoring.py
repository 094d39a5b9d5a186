"""From answers to a score, from a score to its band, from two scores to what the difference means.

Pure: no database, no page. A missing answer leaves the score out: nothing is filled in for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.progress import goal_attainment
from planner.progress.instruments import Flag, Measure, Subscale

MOST_GOALS = 20


class Impossible(ValueError):
    """A value the measure does not have. `item` is the number of the item, None for the score itself."""

    def __init__(self, item: int | None, least: float | None, most: float | None):
        self.item, self.least, self.most = item, least, most
        super().__init__(f"item {item}: {least} to {most}")


@dataclass(frozen=True)
class Scored:
    """What answers come to. `score` is None where there is no total or an answer is missing; `missing` are the numbers
    of the items without an answer; `risk` those whose answer asks for a safety check."""

    score: float | None
    subscales: dict[str, float] = field(default_factory=dict)
    missing: tuple[int, ...] = ()
    risk: tuple[int, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.missing


def score_items(
    measure: Measure, answers: Mapping[int, int | None], weights: Mapping[int, float] | None = None
) -> Scored:
    """The score of answers by item number. Raises Impossible for an answer out of range or to no item."""
    given = {n: answer for n, answer in answers.items() if answer is not None}
    if measure.is_attainment:
        return _attainment(measure, given, weights or {})
    for n, answer in given.items():
        _check(measure, n, answer)
    points = {item.n: _points(measure, item.reversed, given[item.n]) for item in measure.items if item.n in given}
    missing = tuple(n for n in measure.numbers if n not in given)
    subscales = {
        part.slug: sum(points[n] for n in part.items) for part in measure.subscales if set(part.items) <= set(points)
    }
    risk = tuple(item.n for item in measure.risk_items if item.n in given and given[item.n] >= item.risk.from_)
    return Scored(None if missing else _total(measure, points), subscales, missing, risk)


def _check(measure: Measure, n: int, answer: int) -> None:
    least, most = measure.answers.min, measure.answers.max
    if n not in measure.numbers or answer not in range(least, most + 1):
        raise Impossible(n, least, most)


def _points(measure: Measure, is_reversed: bool, answer: int) -> int:
    return measure.answers.min + measure.answers.max - answer if is_reversed else answer


def _total(measure: Measure, points: Mapping[int, int]) -> float | None:
    method = measure.scoring.method
    if method == "none" or not points:
        return None
    total = float(sum(points.values()))
    return total / len(points) if method == "mean" else total


def _attainment(measure: Measure, levels: Mapping[int, int], weights: Mapping[int, float]) -> Scored:
    """Goals by number; those without a level are left out of the sum and named as missing where a weight names them."""
    for n, level in levels.items():
        if level not in goal_attainment.LEVELS or not 1 <= n <= MOST_GOALS:
            raise Impossible(n, goal_attainment.LEVELS[0], goal_attainment.LEVELS[-1])
    missing = tuple(sorted(n for n in weights if n not in levels))
    if not levels or missing:
        return Scored(None, missing=missing or (1,))
    order = sorted(levels)
    rho = goal_attainment.RHO if measure.scoring.rho is None else measure.scoring.rho
    try:
        value = goal_attainment.t_score([levels[n] for n in order], [weights.get(n, 1.0) for n in order], rho)
    except ValueError as error:
        raise Impossible(None, 0, goal_attainment.HEAVIEST) from error
    return Scored(round(value, 1))


def check_score(measure: Measure, score: float) -> float:
    """A score as it was told. Raises Impossible outside the range; a measure whose range is not known takes any
    number from 0 to 1000."""
    least, most = measure.scoring.min, measure.scoring.max
    if measure.is_attainment:
        least, most = 0.0, 100.0
    low, high = 0.0 if least is None else least, 1000.0 if most is None else most
    if not measure.has_total or not low <= score <= high:
        raise Impossible(None, least, most)
    return float(score)


@dataclass(frozen=True)
class Band:
    """From `start` up to below `upto` (None: to the top), with its word where the source has one."""

    start: float
    upto: float | None
    word: str = ""


def bands(measure: Measure) -> tuple[Band, ...]:
    """The published bands of a measure, lowest first."""
    if measure.bands is None:
        return ()
    starts = measure.bands.starts
    words = measure.bands.words or ("",) * len(starts)
    ends = (*starts[1:], None)
    return tuple(Band(start, end, word) for start, end, word in zip(starts, ends, words, strict=True))


def band_of(measure: Measure, score: float | None) -> Band | None:
    """The band a score lies in; None where none is published or the score is missing."""
    if score is None:
        return None
    return next((band for band in reversed(bands(measure)) if score >= band.start), None)


Way = Literal["better", "worse", "same", ""]
Size = Literal["beyond", "open", "within", ""]


@dataclass(frozen=True)
class Difference:
    """From one score to a later one. `way` says what the direction of the measure makes of it ("" where it has none);
    `size` holds it against the published change: beyond it, in the open range between two sources, within it, or ""
    where none is published."""

    points: float
    way: Way
    size: Size


def difference(measure: Measure, before: float, after: float) -> Difference:
    """What lies between two scores of one person."""
    points = round(after - before, 4)
    return Difference(points, _way(measure, points), _size(measure, abs(points)))


def _way(measure: Measure, points: float) -> Way:
    if measure.direction == "none":
        return ""
    if points == 0:
        return "same"
    return "better" if (points > 0) == (measure.direction == "higher") else "worse"


def _size(measure: Measure, points: float) -> Size:
    if measure.change is None:
        return ""
    if points >= measure.change.most:
        return "beyond"
    return "open" if points >= measure.change.least else "within"


def is_flagged(part: Subscale, value: float) -> bool:
    """The value of a subscale is worth a look, by the published cut."""
    flag: Flag | None = part.flag
    return flag is not None and (value <= flag.at if flag.below else value >= flag.at)
