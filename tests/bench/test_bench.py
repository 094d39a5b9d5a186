"""The benchmark measures what it says, in a folder of its own. How fast anything is, is no test."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from planner.cases.models import Case, Participant
from planner.management.bench import filling, pages, paper, returning, rows, server
from planner.management.bench.figures import Figure, p95, seconds, table
from planner.management.bench.long_case import CODE
from planner.management.bench.pages import FRAME, HEADING, Taken
from planner.management.bench.rows import ROWS, Row
from planner.management.commands import bench
from planner.sessions.models import AgendaItem, Session
from tests import factories


@pytest.fixture
def filled(db):
    factories.make_intervention(gates=[], sheet={"pages": 1})
    return filling.fill(filling.found_practice(), cases=3)


def test_the_table_says_aim_and_verdict():
    told = table(
        [
            Figure("(a) handout", "the press", 100.0, "ms"),
            Figure("(a) handout", "chromium", 900.0, "ms", "the press", 9.0, "at least 8", True, "60 kB"),
            Figure("(c) pages", "today", 20.0, "ms", "bare", 5.0, "at most 4", False),
        ]
    )
    lines = [line.split() for line in told.splitlines()]
    assert lines == [
        ["against", "times", "aim"],
        ["(a)", "handout"],
        ["the", "press", "100.0", "ms"],
        ["chromium", "900.0", "ms", "the", "press", "9.0", "at", "least", "8", "met", "60", "kB"],
        ["(c)", "pages"],
        ["today", "20.0", "ms", "bare", "5.0", "at", "most", "4", "NOT", "MET"],
    ]


@pytest.mark.parametrize(("values", "expected"), [([7], 7), (range(1, 21), 20), (range(1, 101), 96), ([3, 1, 2], 3)])
def test_the_95th_percentile(values, expected):
    assert p95(values) == expected


def test_every_call_is_measured():
    called = []
    assert len(seconds(lambda: called.append(1), 4)) == len(called) == 4


def test_the_practice_is_filled_to_the_number_and_not_twice(filled):
    cases, sessions = Case.objects.exclude(code=CODE), Session.objects.exclude(case__code=CODE)
    assert (cases.count(), Participant.objects.exclude(case__code=CODE).count()) == (3, 6)
    assert (sessions.count(), AgendaItem.objects.exclude(session__case__code=CODE).count()) == (60, 300)
    assert Session.attendees.through.objects.exclude(session__case__code=CODE).count() == 120
    filling.fill(filled.owner, cases=5)
    assert (cases.count(), sessions.count()) == (5, 100)
    assert cases.visible_to(filled.owner).count() == 5


def test_a_working_day_has_the_same_sessions_however_many_cases(filled):
    def busiest() -> int:
        rows = Session.objects.exclude(case__code=CODE).values_list("starts_at", flat=True)
        days = [at.date() for at in rows]
        return max(days.count(day) for day in set(days))

    assert busiest() == filling.SESSIONS_A_DAY
    filled = filling.fill(filled.owner, cases=6)
    assert busiest() <= 2 * filling.SESSIONS_A_DAY
    assert filled.session.state == "planned"


def test_returned_homework_and_a_week_s_sheets_are_measured(filled, monkeypatch):
    monkeypatch.setattr(returning, "BATCH", 2)
    monkeypatch.setattr(returning, "SHEETS", 3)
    told = {(each.part, each.what): each for each in returning.figures(filled, 1)}
    assert told["(e) a batch of 2 returned files", "one job"].note.startswith("2 of 2 found their case")
    assert told["(e) 3 personalised sheets for one week's clients", "the file for the printer"].value > 1
    assert all(each.value > 0 for each in told.values())


def test_every_main_page_is_opened(filled):
    counts = pages.queries(filled)
    assert list(counts) == [row.name for row in ROWS]
    assert {"today", "caseload", "case", "library", "intervention", "session_plan", "sessions", "search?q=maya"} <= set(
        counts
    )
    assert all(count > 0 for count in counts.values())


def test_a_row_is_named_as_its_function_or_as_it_says(monkeypatch):
    monkeypatch.setattr(rows, "ROWS", [])

    @rows.row()
    def today(filled):
        return "/"

    @rows.row("today?q=1", is_part=True)
    def asked(filled):
        return "/?q=1"

    assert [Row("today", today), Row("today?q=1", asked, True)] == rows.ROWS


def test_pages_and_the_bare_pages_are_measured_in_turn(filled, monkeypatch):
    opened = []
    monkeypatch.setattr(pages, "ROWS", ROWS[:2])
    monkeypatch.setattr(pages, "open_page", lambda _client, row, _address: opened.append(row.name))
    taken = pages.measure(filled, 2)
    bare, page, other = [row.name for row in pages.BARE], ROWS[0].name, ROWS[1].name
    assert opened[-12:] == [*bare, page, *bare, other] * 2
    assert [(len(each.wall), len(each.processor)) for each in taken.values()] == [(4, 4), (4, 4), (2, 2), (2, 2)]


def test_the_bare_page_is_the_frame_of_the_house(filled):
    with override_settings(ROOT_URLCONF="planner.management.bench.doors"):
        client = pages.signed_in(filled)
        heading, frame = (client.get(row.address(filled)).content.decode() for row in pages.BARE)
    assert "Olive Owner" in heading and "<nav" not in heading
    assert "Olive Owner" in frame and '<nav class="rail"' in frame and 'id="house-search"' in frame


def test_a_page_that_does_not_answer_ends_the_benchmark(filled):
    with pytest.raises(RuntimeError, match="The page nowhere .* answered 404"):
        pages.open_page(pages.signed_in(filled), Row("nowhere", lambda _: ""), "/nowhere/")


def test_a_growing_number_of_queries_is_told(filled, monkeypatch):
    heading, frame = Taken([0.0005], [0.001]), Taken([0.001], [0.001])
    told = {HEADING: heading, FRAME: frame, "today": Taken([0.003], [0.002]), "caseload": Taken([0.005], [0.004])}
    monkeypatch.setattr(pages, "measure", lambda *_: told)
    few, many = {"today": 5, "caseload": 7}, {"today": 5, "caseload": 70}
    told = list(pages.figures(filled, few=few, many=many, times=1, part="(c)"))
    assert [(figure.what, figure.met) for figure in told[2:]] == [
        ("today", True),
        ("caseload", False),
        ("pages with a constant number of queries", False),
    ]
    assert told[1].ratio == pytest.approx(2.0)
    assert told[3].ratio == pytest.approx(5.0)
    assert told[3].note == "processor 4.0; 10.0 times a heading; 70 queries, but 7 with fewer cases"


def test_it_runs_in_a_folder_and_a_database_of_its_own(monkeypatch):
    seen = {}
    monkeypatch.setenv("CLINIC_DATABASE_URL", "postgres:////practice/clinic")
    monkeypatch.setenv("CLINIC_HOSTS", "planner.example.org")
    monkeypatch.setattr(bench.subprocess, "run", lambda command, env: seen.update(env=env, command=command) or Ended())
    assert bench.in_a_scratch_folder(full=True, only="paper", file=None) == 7
    ours = {name: value for name, value in seen["env"].items() if name.startswith("CLINIC_")}
    assert set(ours) == {"CLINIC_DATA", "CLINIC_HTTPS", bench.SCRATCH}
    assert ours["CLINIC_DATA"] == ours[bench.SCRATCH] != str(settings.DATA_DIR)
    assert not os.path.exists(ours["CLINIC_DATA"])
    assert seen["command"][2:] == ["bench", "--full", "--only", "paper"]


class Ended:
    """A finished benchmark."""

    returncode = 7


def test_the_figures_for_a_program(tmp_path):
    bench.write_json(tmp_path / "bench.json", [Figure("(a)", "the press", 100.0, "ms")], full=False)
    told = json.loads((tmp_path / "bench.json").read_text())
    assert told["full"] is False and f"{os.cpu_count()} processors" in told["machine"]
    assert told["figures"][0]["value"] == 100.0


def test_the_papers_measured_are_personalised(filled):
    copies = list(paper.sheets(pages=1))
    assert [copy.name for copy in copies] == ["Maya Adler"]
    assert copies[0].address
    assert list(paper.sheets(pages=2)) == []
    with pytest.raises(LookupError):
        paper.handout()


def test_the_rivals_get_the_same_page_style_and_faces(tmp_path, monkeypatch):
    ran = []

    def run(command, env, **_):
        ran.append((command, env))
        out = next(part for part in command if part.endswith(".pdf"))
        Path(out.removeprefix("--print-to-pdf=")).write_bytes(b"%PDF-1.7")

    monkeypatch.setattr(paper.subprocess, "run", run)
    monkeypatch.setattr(paper, "chromium", lambda: "/usr/bin/chromium")
    ways = paper.rivals(tmp_path, "<html><head></head><body>Maya</body></html>")
    assert list(ways) == ["the weasyprint command", "chromium --print-to-pdf"]
    for way in ways.values():
        way()
    page = tmp_path / "page.html"
    assert "Maya" in page.read_text() and '<link rel="stylesheet" href="paper.css">' in page.read_text()
    assert (tmp_path / "paper.css").read_bytes() == paper.STYLE.read_bytes()
    for command, env in ran:
        assert str(page) in command or page.as_uri() in command
        assert set(env) == {"FONTCONFIG_FILE", "HOME", "PATH"}


def test_a_rival_that_makes_no_pdf_ends_the_benchmark(tmp_path):
    with pytest.raises(RuntimeError, match="No PDF came of: true"):
        paper.once(["true"], {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, tmp_path / "1.pdf")


def test_the_press_is_compared_at_the_median():
    taken = {"the press, warm": [0.1, 0.1, 9.0], "slow": [0.9, 1.0, 0.8], "slower": [0.3, 0.3, 0.3]}
    told = list(paper.compared("(a)", taken, {"the press, warm": 61_000, "slow": 1000, "slower": 1000}))
    assert [(figure.what, figure.met) for figure in told][:4] == [
        ("the press, warm", None),
        ("its size", False),
        ("slow", True),
        ("slower", False),
    ]
    assert told[2].ratio == pytest.approx(9.0)


def test_the_server_is_weighed_with_everything_it_started():
    web, whole = server.weigh(os.getpid())
    assert 0 < web <= whole


def test_a_child_that_ends_while_it_is_weighed_is_passed_over(monkeypatch):
    real = server._own

    def weight(process):
        if process.pid != os.getpid():
            raise server.psutil.NoSuchProcess(process.pid)
        return real(process)

    monkeypatch.setattr(server, "_own", weight)
    child = subprocess.Popen(["sleep", "30"])
    try:
        assert server.weigh(os.getpid())[0] > 0
    finally:
        child.kill()
        child.wait()
