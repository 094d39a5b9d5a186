"""Charts: sound drawings with title, description and table, whatever the values; nothing by colour alone."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.progress import charts
from planner.progress.charts import Band, Chart, Goal, Goals, Happened, Line, Point

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2026, 3, 1)
TAGS = {"svg", "title", "desc", "polyline", "line", "rect", "circle", "path", "text"}


def line(*values, name="Maya", every=7):
    return Line(name, tuple(Point(DAY + timedelta(days=every * n), value) for n, value in enumerate(values)))


def drawn(chart):
    return ElementTree.fromstring(chart.svg)  # noqa: S314  (our own drawing)


def texts(chart):
    return [element.text for element in drawn(chart).iter(f"{SVG}text")]


def test_a_chart_has_title_description_and_a_table_with_every_number():
    chart = Chart("Trust", (line(3, 4.5, 7),), least=0, most=10)
    root = drawn(chart)
    assert [child.tag for child in list(root)[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert (root[0].text, root.get("role")) == ("Trust", "img")
    assert root[1].text == "Maya: 3 values, from 3 on 1 Mar 2026 to 7 on 15 Mar 2026."
    assert re.findall("<td>(.*?)</td>", chart.table) == ["3", "4.5", "7"]
    assert re.findall('<th scope="row">(.*?)</th>', chart.table) == ["1 Mar 2026", "8 Mar 2026", "15 Mar 2026"]


def test_two_lines_differ_by_stroke_and_shape_and_are_named():
    chart = Chart("Trust", (line(3, 4, name="Maya"), line(5, 6, name="Ruben")), least=0, most=10)
    strokes = [one.get("stroke-dasharray") for one in drawn(chart).iter(f"{SVG}polyline")]
    assert strokes == [None, "8 5"]
    assert len(list(drawn(chart).iter(f"{SVG}circle"))) == 3  # two points and the key, of the first line alone
    assert {"Maya", "Ruben"} <= set(texts(chart))


def test_nothing_is_told_by_colour():
    chart = Chart("Trust", (line(3, 4), line(5, 6)), bands=(Band(0, 5), Band(5, None, "much")))
    colours = {element.get(name) for element in drawn(chart).iter() for name in ("fill", "stroke")} - {None}
    assert colours == {"currentColor", "none"}


def test_bands_events_and_the_usual_change_are_drawn():
    events = (Happened(DAY + timedelta(days=3), "Relapse"), Happened(DAY + timedelta(days=3), "Repair"))
    bands = (Band(0, 5), Band(5, 10), Band(10, None, "case"))
    chart = Chart("PHQ-9", (line(14, 12, 7),), 0, 27, bands=bands, happened=events, beyond=6)
    assert {"A", "B", "case"} <= set(texts(chart))
    assert len(list(drawn(chart).iter(f"{SVG}rect"))) == 1
    assert len([one for one in drawn(chart).iter(f"{SVG}line") if one.get("stroke-dasharray") == "1 4"]) == 2
    assert "A: 4 Mar 2026, Relapse; B: 4 Mar 2026, Repair." in chart.description


def test_a_rating_without_a_score_stands_in_the_table_alone():
    chart = Chart("PHQ-9", (Line("Maya", (Point(DAY, 4), Point(DAY + timedelta(days=7), None, "incomplete"))),))
    assert "1 value" in chart.description
    assert "– (incomplete)" in chart.table


def test_an_empty_chart_draws_nothing_and_says_so():
    chart = Chart("Trust", (line(),))
    assert (chart.is_empty, chart.svg, chart.description) == (True, "", "No value yet.")
    assert Goals("Goals", (Goal("Walk", None, None),)).svg == ""


def test_words_of_people_are_escaped():
    nasty = "<script>alert(1)</script> & Co"
    chart = Chart(nasty, (line(1, 2, name=nasty), line(2, 3, name="B")), happened=(Happened(DAY, nasty),))
    assert "<script" not in chart.svg + chart.table
    assert drawn(chart)[0].text == nasty


def test_goals_on_the_five_levels_show_first_and_now():
    chart = Goals("Goals", (Goal("Say no", -2, 0, DAY), Goal("Walk", None, 1), Goal("Rest", -1, None)))
    root = drawn(chart)
    rings = [one for one in root.iter(f"{SVG}circle") if one.get("fill") == "none"]
    assert (len(rings), len(list(root.iter(f"{SVG}circle")))) == (2, 4)
    assert re.findall("<td>(.*?)</td>", chart.table) == ["-2", "0", "1 Mar 2026", "–", "1", "–", "-1", "–", "–"]


def test_goals_from_0_to_100():
    chart = Goals("Goals", (Goal("Say no", 10, 60),), least=0, most=100, aim=None)
    assert {"0", "20", "100"} <= set(texts(chart))


def test_homework_has_amount_and_quality_on_one_scale():
    chart = charts.homework("Homework", [Point(DAY, 6)], [Point(DAY, 8)])
    assert (chart.least, chart.most, [one.name for one in chart.lines]) == (0, 10, ["How much", "How well"])


def test_700_points_are_drawn_in_a_moment():
    chart = Chart("Craving", (line(*[n % 11 for n in range(700)], every=1),), 0, 10)
    start = time.perf_counter()
    size = len(chart.svg) + len(chart.table)
    assert time.perf_counter() - start < 0.5
    assert size < 100_000
    assert len(list(drawn(chart).iter(f"{SVG}circle"))) == 2  # first and last: shapes would hide the line


DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))
VALUES = st.none() | st.floats() | st.integers(-30, 130)
LINES = st.lists(st.lists(st.tuples(DAYS, VALUES), max_size=8), min_size=1, max_size=7)
ENDS = st.none() | st.integers(-10, 130)
WORDS = st.text(st.characters(blacklist_categories=["Cc", "Cs"]), max_size=40)


@settings(max_examples=150, deadline=None)
@given(LINES, ENDS, ENDS, st.lists(st.tuples(DAYS, WORDS), max_size=30), WORDS, st.none() | st.floats(0.1, 50))
def test_any_values_give_a_sound_drawing_within_its_field(values, least, most, events, title, beyond):
    if least is not None and most is not None and least >= most:
        least, most = None, None
    lines = tuple(Line(f"Line {n}", tuple(Point(on, value) for on, value in points)) for n, points in enumerate(values))
    happened = tuple(Happened(on, word) for on, word in events)
    chart = Chart(title, lines, least, most, (Band(0, 5), Band(5, None, "x")), happened, beyond)
    assert "<table" in chart.table
    if chart.is_empty:
        return
    check(drawn(chart), charts.HEIGHT)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(WORDS, VALUES, VALUES), max_size=12))
def test_any_goals_give_a_sound_drawing(goals):
    chart = Goals("Goals", tuple(Goal(name, first, now) for name, first, now in goals))
    assert "<table" in chart.table
    if not chart.is_empty:
        check(drawn(chart), float(drawn(chart).get("viewBox").split()[3]))


def check(root, height):
    """Only what the press lets through, and nothing beyond the edges."""
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in TAGS
        assert not {"style", "onload", "href"} & set(element.attrib)
        for name in ("x", "x1", "x2", "cx"):
            assert -1 <= float(element.get(name, 0)) <= charts.WIDTH
        for name in ("y", "y1", "y2", "cy"):
            assert -1 <= float(element.get(name, 0)) <= height + 1
        for place in element.get("points", "").split():
            x, y = map(float, place.split(","))
            assert charts.LEFT <= x <= charts.RIGHT and charts.TOP - 1 <= y <= charts.BOTTOM + 1


@pytest.mark.parametrize(("low", "high"), [(0, 10), (0, 27), (0, 80), (-2, 2), (0, 1), (0, 0.001), (-1e6, 1e6)])
def test_the_axis_has_few_round_marks(low, high):
    step = charts._step(high - low)
    assert 2 <= len(charts._ticks(low, high, step)) <= 8
