"""Programs of the product run as a person runs them: in a process of their own, with a data folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def plain_environment(**changes: str) -> dict[str, str]:
    """The environment of a person's console: nothing of this test run in it."""
    ours = ("CLINIC_", "DJANGO_", "PYTEST_", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **changes}


@pytest.fixture
def folder(tmp_path):
    """A data folder."""
    made = tmp_path / "var"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def manage(folder):
    """manage("doctor", CLINIC_HTTPS="0") -> the finished process, its output as text."""

    def call(*args: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env=plain_environment(CLINIC_DATA=str(folder), **changes),
            capture_output=True,
            text=True,
            timeout=120,
        )

    return call


#: What every script finds: Django's connection, and a small table.
PRELUDE = """
import datetime, decimal, sys
from django.db import IntegrityError, connection, transaction
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS tally (id integer primary key, n int NOT NULL, half int NOT NULL)")
    cursor.execute("INSERT OR IGNORE INTO tally VALUES (0, 0, 0)")
"""


@pytest.fixture
def script(folder):
    """script(text, *args) -> a started process that runs PRELUDE and the text with the production settings."""
    started = []

    def start(text: str, *args: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", "\n".join((PRELUDE, text)), *map(str, args)],
            cwd=ROOT,
            env=plain_environment(CLINIC_DATA=str(folder), DJANGO_SETTINGS_MODULE="clinic.settings"),
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.wait()
