"""The rounds run by two real processes at the same moment: what has to happen once happens once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from sqlcipher3 import dbapi2 as engine

from tests import factories
from tests.boosters import make

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
COUPLES = 12
PLACES = (
    "Pacific/Honolulu", "America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "Europe/Paris",
    "Europe/Istanbul", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland",
)  # fmt: skip
#: Ready, wait for the word, then the command as the system's timer runs it.
ROUNDS = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
django.setup()
from django.core.management import call_command
from django.db import connection
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
call_command("rounds")
"""
REMINDERS = "SELECT booster_id, due_on, done_at FROM planner_reminder"
MAILS = "SELECT user_id, week FROM planner_digestmail"
TOLD = "SELECT count(*) FROM planner_trailentry WHERE verb = 'mailed'"


def daytime_zone() -> str:
    """The place of these where it is nearest to noon now: there the rounds do everything that they do."""
    now = timezone.now()
    return min(PLACES, key=lambda place: abs(now.astimezone(ZoneInfo(place)).hour - 12))


@pytest.fixture
def waiting(owner, colleague):
    """Twelve couples, each with a booster in five days; both people have a digest to come."""
    zone = daytime_zone()
    type(owner.practice).objects.update(zone=zone)
    for _ in range(COUPLES):
        make.due(make.make_series(factories.make_case(owner), owner, zone=zone), 5)
    make.due(make.make_series(factories.make_case(owner), owner, zone=zone), -30)  # something for the digest to say


@pytest.fixture
def shared(waiting, tmp_path):
    """(surroundings, ask): a database that other processes can open, and a way to ask it. Under PostgreSQL that of the
    test; SQLite's test database lives in memory, so the processes get a copy in a file."""
    surroundings = {**os.environ, "CLINIC_DATA": str(tmp_path), "CLINIC_MAIL_URL": f"filemail:////{tmp_path}/mail"}
    for key in Path(settings.DATA_DIR).glob("*.key*"):
        shutil.copy(key, tmp_path)
    if connection.vendor == "postgresql":
        server, _name = settings.DATABASE_URL.rsplit("/", 1)
        surroundings["CLINIC_DATABASE_URL"] = f"{server}/{connection.settings_dict['NAME']}"
        return surroundings, _ask_django
    file = tmp_path / "clinic.sqlite3"
    connection.ensure_connection()
    with closing(engine.connect(file)) as copy:
        connection.connection.backup(copy)
    return surroundings, lambda question: _ask_file(file, question)


def _ask_file(file: Path, question: str) -> list[tuple]:
    with closing(engine.connect(file)) as opened:
        return opened.execute(question).fetchall()


def _ask_django(question: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def at_once(surroundings: dict[str, str]) -> list[tuple[int, str]]:
    """Two processes that begin the rounds together: (exit status, what was said) of each."""
    command = [sys.executable, "-c", ROUNDS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    both = [subprocess.Popen(command, cwd=ROOT, env=surroundings, **pipes) for _ in range(2)]
    for one in both:
        first = one.stdout.readline()
        assert first == "ready\n", first + one.stdout.read()
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=120)[0] for one in both]
    return [(one.returncode, words.strip()) for one, words in zip(both, said, strict=True)]


def test_two_processes_make_each_reminder_and_mail_each_digest_once(shared, tmp_path):
    surroundings, ask = shared
    done = at_once(surroundings)
    assert [status for status, _words in done] == [0, 0], done
    counts = [[int(word.rstrip(".")) for word in words.split() if word.rstrip(".").isdigit()] for _s, words in done]
    assert [sum(column) for column in zip(*counts, strict=True)] == [COUPLES, 2], done
    reminders = ask(REMINDERS)
    assert len(reminders) == len({row[:2] for row in reminders}) == COUPLES
    assert {row[2] for row in reminders} == {None}
    assert len(ask(MAILS)) == 2
    assert ask(TOLD) == [(2,)]
    sent = [file.read_text() for file in (tmp_path / "mail").iterdir()]
    assert sum(text.count("Subject:") for text in sent) == 1, "only one of the two has something that waits"


def test_a_third_and_fourth_round_do_nothing_more(shared):
    surroundings, ask = shared
    at_once(surroundings)
    before = (ask(REMINDERS), ask(MAILS), ask(TOLD))
    again = at_once(surroundings)
    assert [words for _status, words in again] == ["Reminders: 0. Digests: 0."] * 2
    assert (ask(REMINDERS), ask(MAILS), ask(TOLD)) == before
