"""`manage.py bench`: how fast it is, in a scratch folder that goes away afterwards. Never touches a practice's data."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from planner.library.actions import FIRST_PACK, load_pack
from planner.management.bench import filling, library, pages, paper, returning, server
from planner.management.bench.figures import Figure, seconds, table
from planner.management.statistics import renew_statistics
from planner.practice.models import User

SCRATCH = "CLINIC_BENCH_SCRATCH"
MANAGE = Path(__file__).resolve().parents[3] / "manage.py"
PARTS = ("paper", "pages", "server", "homework", "library")


class Size(NamedTuple):
    """How much is measured."""

    cases: int
    renders: int  # of a handout
    requests: int  # of each page
    server_renders: int
    library: library.Size


#: Of 40 openings the 95th percentile is not yet the slowest, as it is of 20.
SHORT = Size(100, 6, 40, 50, library.Size(entries=1000, pages=40, times=10))
FULL = Size(1000, 12, 60, 200, library.Size(entries=10_000, pages=200, times=60))


class Command(BaseCommand):
    help = "Measures prints, pages and memory and writes a table. Asserts nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="1,000 cases and 20,000 sessions; takes some minutes")
        parser.add_argument("--only", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the same figures for a program")

    def handle(self, *args: Any, full: bool, only: str | None, json: Path | None, **options: Any) -> None:
        if os.environ.get(SCRATCH) != str(settings.DATA_DIR):
            sys.exit(in_a_scratch_folder(full=full, only=only, file=json))
        figures = list(self._measure(FULL if full else SHORT, (only,) if only else PARTS))
        self.stdout.write(f"{machine()}\n\n{table(figures)}")
        if json:
            write_json(json, figures, full)

    def _measure(self, size: Size, parts: tuple[str, ...]) -> Iterator[Figure]:
        self._say("Filling a scratch database ...")
        owner, first_load = prepared()
        few = pages.queries(filling.fill(owner, cases=size.cases // 10)) if "pages" in parts else {}
        filled = filling.fill(owner, cases=size.cases)
        renew_statistics()  # as each start of the server does
        if "paper" in parts:
            self._say("Printing ...")
            yield from paper.figures(size.renders)
        if "pages" in parts:
            self._say("Opening pages ...")
            part = f"(c) main pages with {size.cases:,} cases and {size.cases * filling.SESSIONS_A_CASE:,} sessions"
            many = pages.queries(filled)
            yield from pages.figures(filled, few=few, many=many, times=size.requests, part=part)
        if "server" in parts:
            self._say("Serving ...")
            yield from server.figures(filled, size.server_renders)
        if "homework" in parts:
            self._say("Taking in and printing homework ...")
            yield from returning.figures(filled, size.renders)
        if "library" in parts:  # the last: it fills the library that the others look at
            self._say("Reading the library ...")
            yield from library.figures(filled, size.library, first_load)

    def _say(self, text: str) -> None:
        self.stderr.write(text)


def in_a_scratch_folder(*, full: bool, only: str | None, file: Path | None) -> int:
    """Starts this command again with a data folder and a database of its own. Its exit status."""
    with tempfile.TemporaryDirectory(prefix="clinic-bench-") as name:
        folder = str(Path(name).resolve())
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CLINIC_")}
        env = {**kept, "CLINIC_DATA": folder, SCRATCH: folder, "CLINIC_HTTPS": "0"}
        command = [sys.executable, str(MANAGE), "bench", *(["--full"] if full else [])]
        command += [*(["--only", only] if only else []), *(["--json", str(file.resolve())] if file else [])]
        return subprocess.run(command, env=env).returncode  # noqa: S603  (ourselves)


def prepared() -> tuple[User, float]:
    """A database with the library and an empty practice: its owner, and the seconds that the library took."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    (first_load,) = seconds(lambda: load_pack(FIRST_PACK), 1)
    return filling.found_practice(), first_load


def machine() -> str:
    """What the figures were measured on; a machine with other work to do is said to be one."""
    load, processors = os.getloadavg()[1] if hasattr(os, "getloadavg") else 0.0, os.cpu_count() or 1
    busy = f"; BUSY with other work (load {load:.1f}), so read ratios, not times" if load > processors + 1 else ""
    return f"{platform.platform()}, {processors} processors, Python {platform.python_version()}{busy}"


def write_json(path: Path, figures: list[Figure], full: bool) -> None:
    """The figures with what they were measured on."""
    told = {"full": full, "machine": machine(), "figures": [figure.as_json() for figure in figures]}
    path.write_text(json.dumps(told, indent=2) + "\n")
