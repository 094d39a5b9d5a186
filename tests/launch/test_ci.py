"""The scripts beside the product: readable by bash, honest about their exit status, and clean afterwards."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.launch.conftest import ROOT, plain_environment

CLUSTER = ROOT / ".ci" / "with-postgres"
has_postgres = bool(list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("pg_config"))


@pytest.mark.parametrize("name", ["run", "with-postgres"])
def test_the_scripts_are_bash_and_stop_at_the_first_fault(name):
    script = ROOT / ".ci" / name
    assert script.stat().st_mode & 0o100
    assert "set -euo pipefail" in script.read_text()
    assert subprocess.run(["bash", "-n", script]).returncode == 0


def test_ci_runs_everything_that_must_hold():
    text = (ROOT / ".ci" / "run").read_text()
    for part in (
        "manage.py test", "ruff check", "ruff format --check", "lint-imports", "makemigrations --check",
        "check --deploy", "with-postgres", "manage.py bench",
    ):  # fmt: skip
        assert part in text


@pytest.mark.skipif(not has_postgres, reason="PostgreSQL is not there")
def test_a_throw_away_cluster_serves_the_command_and_goes(tmp_path):
    program = (
        "import environ, os, psycopg\n"
        "place = environ.Env.db_url_config(os.environ['CLINIC_DATABASE_URL'])\n"
        "with psycopg.connect(host=place['HOST'], dbname=place['NAME']) as db:\n"
        "    print(place['HOST'], db.execute('SHOW listen_addresses').fetchone())\n"
        "raise SystemExit(3)"
    )
    python = sys.executable
    told = subprocess.run(
        [CLUSTER, python, "-c", program], cwd=tmp_path, env=plain_environment(), capture_output=True, text=True
    )
    assert told.returncode == 3, told.stderr
    folder, addresses = told.stdout.split(maxsplit=1)
    assert addresses.strip() == "('',)"  # no address, only the socket in its folder
    assert not Path(folder).exists()


@pytest.mark.skipif(not has_postgres, reason="PostgreSQL is not there")
def test_a_cluster_that_is_told_to_end_goes_too():
    process = subprocess.Popen(
        [CLUSTER, "sh", "-c", "echo $CLINIC_DATABASE_URL; exec sleep 3"],
        env=plain_environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    folder = Path(re.search(r"postgres:///(.*)/clinic", process.stdout.readline())[1])
    assert folder.exists()
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    end = time.monotonic() + 30
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert not folder.exists()


def test_without_a_command_it_says_how_it_is_used():
    told = subprocess.run([CLUSTER], capture_output=True, text=True)
    assert told.returncode == 2
    assert "Usage: .ci/with-postgres COMMAND" in told.stderr
