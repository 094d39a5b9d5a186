"""A handout and a packet: the press, warm, against the same HTML through Chromium and the weasyprint command."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

from planner.library.models import WorksheetEdition
from planner.management.bench.figures import Figure, median, seconds
from planner.plans.papers import ClientPlan, GoalLine, ObjectiveLine, PlannedLine, RecordPlan
from planner.sheets import addresses, fonts, press
from planner.sheets.options import Options
from planner.sheets.papers import Cover, Letterhead, Paper, SheetCopy, packet_paper, sheet_paper

LETTERHEAD = Letterhead(
    practice="Long Harbour Practice",
    contact=("12 Harbour Street", "555 0199"),
    help_lines=(("Any help line of your country", "its number"),),
    emergency="your local emergency number",
)
LARGEST_HANDOUT = 60_000  # bytes, for Latin text
FASTER = 8  # times
STYLE = Path(press.__file__).resolve().parents[1] / "static" / "planner" / "paper.css"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
#: As a person would start it from a script; the last ones keep it from asking the network.
CHROMIUM_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-pdf-header-footer",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def figures(times: int) -> Iterator[Figure]:
    """`times` rounds, each with one render of the press and one of each slow way, so that all see the same machine."""
    paper = handout()
    first = press.render(paper)  # warms the press and gives the HTML
    part = f"(a) a personalised, fillable, tagged handout of {first.pages} pages"
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        ways = {"the press, warm": lambda: press.render(paper), **rivals(Path(name), first.html)}
        taken: dict[str, list[float]] = {what: [] for what in ways}
        for _ in range(times):
            for what, way in ways.items():
                taken[what] += seconds(way, 1)
        sizes = {what: (Path(name) / f"{n}.pdf") for n, what in enumerate(ways)}
        size = {what: path.stat().st_size for what, path in sizes.items() if path.exists()}
    yield from compared(part, taken, {**size, "the press, warm": len(first.pdf)})
    yield from packet_figures(times)
    yield from plan_figures(times)


def plan_figures(times: int) -> Iterator[Figure]:
    """A treatment plan with three goals and nine objectives, for the record and for a client."""
    for name, paper in (("for the record", plan_paper(RecordPlan)), ("for a client", plan_paper(ClientPlan))):
        first = press.render(paper)
        taken = median(seconds(partial(press.render, paper), times))
        part = f"(b) a treatment plan {name}, {first.pages} pages"
        yield Figure(part, "the press, warm", taken * 1000, "ms", note=f"{taken / first.pages * 1000:.0f} ms a page")
        yield Figure(part, "its size", len(first.pdf) / 1000, "kB")


def plan_paper(kind: type[RecordPlan] | type[ClientPlan]) -> Paper:
    """The plan of a case with twelve versions."""
    talk = (PlannedLine("A talk on paper", "Once a week", 15, "Ada"),)
    objective = ObjectiveLine(
        "1.1", "By 31 January, both sit down for a talk of ten minutes.", "a tick on the calendar", "0 a week",
        "2 a week", "31 January 2027", "In progress, 40 / 100", talk,
    )  # fmt: skip
    goals = tuple(
        GoalLine(str(n), "We talk again.", "Talks are safe.", objectives=(objective,) * 3) for n in range(1, 4)
    )
    if kind is ClientPlan:
        plan = ClientPlan(
            "Maya", "We do not talk.", "Humour", "", "", goals, "Once a week", 50, "Calm", "1 March", False
        )
        template = "paper/plan_client.html"
    else:
        facts = (("Case", "B00001"), ("People", "Maya Adler, Ruben Brandt"), ("Version", "12, Active"))
        versions = tuple((str(n), "Superseded", "Ada", "1 March 2026") for n in range(1, 13))
        plan = RecordPlan(facts, (("Strengths", "Humour"),), (), goals, (), versions, (), "0" * 64, True)
        template = "paper/plan_record.html"
    return Paper("Plan", "en", Options(), LETTERHEAD, template, {"plan": plan})


def compared(part: str, taken: dict[str, list[float]], size: dict[str, int]) -> Iterator[Figure]:
    """The press first; then each other way and how many times longer it took, at the median."""
    ours, *others = taken
    yield Figure(part, ours, median(taken[ours]) * 1000, "ms")
    yield Figure(part, "its size", size[ours] / 1000, "kB", aim="at most 60", met=size[ours] <= LARGEST_HANDOUT)
    for what in others:
        ratio = median(taken[what]) / median(taken[ours])
        said = f"its size {size[what] / 1000:.0f} kB"
        aim = f"at least {FASTER} times slower"
        yield Figure(part, what, median(taken[what]) * 1000, "ms", "the press", ratio, aim, ratio >= FASTER, said)
    if not chromium():
        yield Figure(part, "chromium --print-to-pdf", 0, "ms", note="Chromium is not there, so not measured")


def packet_figures(times: int) -> Iterator[Figure]:
    packet = packet_of_ten()
    whole = press.render(packet)
    taken = median(seconds(lambda: press.render(packet), times))
    part = f"(b) a packet of ten sheets with its cover, {whole.pages} pages"
    yield Figure(part, "the press, warm", taken * 1000, "ms", note=f"{taken / whole.pages * 1000:.0f} ms a page")
    yield Figure(part, "its size", len(whole.pdf) / 1000, "kB")


def sheets(pages: int) -> Iterator[SheetCopy]:
    """Copies of the library's sheets that say they take this many pages, by slug, in each one's first wording."""
    editions = WorksheetEdition.objects.filter(worksheet__current_id__isnull=False, worksheet__language="en")
    for edition in editions.select_related("worksheet").order_by("worksheet__slug"):
        if edition.sheet.pages == pages and not edition.for_clinician:
            yield copy_of(edition)


def copy_of(edition: WorksheetEdition, **changes) -> SheetCopy:
    """The sheet as Maya gets it: her name, a date, a return address."""
    sheet, (_role, blocks) = edition.sheet, edition.sheet.wordings()[0]
    parts = {
        "title": sheet.title, "discreet_title": sheet.discreet_title or "", "purpose": sheet.purpose,
        "ideas": sheet.ideas, "blocks": blocks, "name": "Maya Adler", "role_line": "Your sheet, Maya",
        "date": "Thu 26 Nov 2026", "address": addresses.new_address(), "edition": f"{sheet.slug}, edition 1",
        "bring_back": "Thu 3 Dec",
    }  # fmt: skip
    return SheetCopy(**{**parts, **changes})


def handout() -> Paper:
    """The first sheet that really takes two pages."""
    for copy in sheets(pages=2):
        paper = sheet_paper(copy, letterhead=LETTERHEAD, options=Options())
        if press.render(paper).pages == 2:
            return paper
    raise LookupError("The library has no sheet of two pages.")


def packet_of_ten() -> Paper:
    """Ten sheets of one page with a cover."""
    copies = [replace(copy, prefix=f"s{n}-") for n, copy in zip(range(1, 11), sheets(pages=1), strict=False)]
    cover = Cover(
        "For Maya", for_whom="Maya Adler", contents=tuple(copy.title for copy in copies), bring_back="Thu 3 Dec"
    )
    return packet_paper(
        copies, cover=cover, letterhead=LETTERHEAD, options=Options(), title="For Maya", language="en",
        address=addresses.new_address(),
    )  # fmt: skip


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def rivals(folder: Path, html: str) -> dict[str, Callable[[], None]]:
    """The other ways: the same HTML with the same stylesheet and faces, each time in a new process, as a script would.
    The n-th way (from 1) writes <n>.pdf."""
    shutil.copy(STYLE, folder / "paper.css")
    page = folder / "page.html"
    page.write_text(html.replace("</head>", '<link rel="stylesheet" href="paper.css"></head>', 1))
    env = {"FONTCONFIG_FILE": str(font_config(folder)), "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    commands = {"the weasyprint command": weasyprint_command(page, folder / "1.pdf")}
    if browser := chromium():
        commands["chromium --print-to-pdf"] = chromium_command(browser, page, folder / "2.pdf")
    outs = (folder / f"{n}.pdf" for n in range(1, 3))
    return {
        what: partial(once, command, env, out) for (what, command), out in zip(commands.items(), outs, strict=False)
    }


def weasyprint_command(page: Path, out: Path) -> list[str]:
    options = ("-q", "--pdf-variant", "pdf/ua-1", "--pdf-forms")
    return [sys.executable, "-m", "weasyprint", *options, str(page), str(out)]


def chromium_command(browser: str, page: Path, out: Path) -> list[str]:
    profile = f"--user-data-dir={page.parent / 'profile'}"
    return [browser, *CHROMIUM_FLAGS, profile, f"--print-to-pdf={out}", page.as_uri()]


def once(command: list[str], env: dict[str, str], out: Path) -> None:
    """Runs it with an empty profile. Raises RuntimeError when it makes no PDF."""
    out.unlink(missing_ok=True)
    shutil.rmtree(Path(env["HOME"]) / "profile", ignore_errors=True)
    subprocess.run(command, env=env, capture_output=True, timeout=120)  # noqa: S603  (our own list, no shell)
    if not out.exists() or not out.read_bytes().startswith(b"%PDF-"):
        raise RuntimeError(f"No PDF came of: {' '.join(command)}")


def font_config(folder: Path) -> Path:
    """The faces of the press and of the system, so that everybody sets the same type."""
    homes = sorted({str(path.parent) for family in fonts.SHIPPED for path in family.files} | {"/usr/share/fonts"})
    path = folder / "fonts.conf"
    folders = "".join(f"<dir>{escape(home)}</dir>" for home in homes)
    path.write_text(
        f'<?xml version="1.0"?><fontconfig>{folders}<cachedir>{escape(str(folder))}</cachedir>'
        "<cachedir>/var/cache/fontconfig</cachedir></fontconfig>"
    )
    return path
