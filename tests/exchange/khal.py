"""khal, a calendar program of its own, in a home of its own: what it reads out of our calendars."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

CONFIG = """[calendars]
[[ours]]
path = {calendars}
type = calendar
readonly = False
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {home}/khal.db
[default]
default_calendar = ours
"""


def is_here() -> bool:
    return shutil.which("khal") is not None


def read(text: bytes, zone: str, first: str, last: str, folder: Path) -> list[tuple[str, str]]:
    """(local start, title) of everything khal shows from the day `first` to the day `last`, on the clock of `zone`."""
    home, calendars = folder / "home", folder / "calendar"
    for path in (home, calendars):
        path.mkdir(parents=True, exist_ok=True)
    config = home / "khal.conf"
    config.write_text(CONFIG.format(calendars=calendars, home=home, zone=zone))
    file = folder / "feed.ics"
    file.write_bytes(text)
    surroundings = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": zone}
    run(["khal", "-c", str(config), "import", "--batch", str(file)], surroundings)
    shown = run(
        ["khal", "-c", str(config), "list", "--format", "{start}|{title}", "--day-format", "", first, last],
        surroundings,
    )
    return [tuple(line.split("|", 1)) for line in shown.splitlines() if "|" in line]


def run(command: list[str], surroundings: dict[str, str]) -> str:
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
