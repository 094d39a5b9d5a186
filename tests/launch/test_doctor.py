"""`manage.py doctor`: every line can be a fault, and a fault ends with exit status 1."""

from __future__ import annotations

import os
import time
from collections import namedtuple
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from planner.library import actions as library
from planner.library.models import Pack
from planner.management import soundness
from planner.practice.models import TrailEntry
from planner.practice.trail import record

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")


def states(findings) -> dict[str, str]:
    return {finding.what: finding.state for finding in findings}


@pytest.fixture
def home(settings, tmp_path):
    """A sound data folder."""
    tmp_path.chmod(0o700)
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_before_the_first_start_it_says_that_there_is_no_database(manage):
    told = manage("doctor")
    assert told.returncode == 0, told.stdout
    assert told.stdout.splitlines()[-1] == "note  database: none yet; the first `python3 manage.py run` makes it"


def test_a_sound_installation(manage):
    assert manage("migrate", "-v", "0").returncode == 0
    assert manage("load_pack").returncode == 0
    told = manage("doctor")
    assert told.returncode == 0, told.stdout
    lines = told.stdout.splitlines()
    assert "ok    journal: wal" in lines
    assert "ok    synchronous: full" in lines
    assert "ok    foreign keys: enforced" in lines
    assert "ok    database file: whole" in lines
    assert "ok    migrations: none pending" in lines
    assert "ok    trail: 0 lines, the chain holds" in lines
    assert any(line.startswith("ok    content packs: attachment-repair") for line in lines)
    assert lines[-1].startswith("note  last backup: none yet")
    assert not any(line.startswith("fault") for line in lines)


def test_each_fault_has_one_line_and_the_exit_status_is_1(manage, folder):
    database = folder / "clinic.sqlite3"
    database.touch(mode=0o644)
    told = manage("doctor")
    faults = [line for line in told.stdout.splitlines() if line.startswith("fault")]
    assert told.returncode == 1
    assert [line.split(":")[0] for line in faults] == [
        "fault file modes",
        "fault migrations",
        "fault content packs",
        "fault trail",
        "fault signed plans",
        "fault process notes",
    ]
    assert f"chmod 600 {database}" in faults[0]
    assert "manage.py migrate" in faults[1]


def test_a_damaged_database_is_a_fault(manage, folder):
    (folder / "clinic.sqlite3").write_bytes(b"this is no database" * 1000)
    (folder / "clinic.sqlite3").chmod(0o600)
    told = manage("doctor")
    assert told.returncode == 1
    assert "fault database" in told.stdout
    assert "Traceback" not in told.stderr


def test_the_command_tells_the_findings_and_ends_with_their_worst(monkeypatch):
    from planner.management.commands import doctor

    monkeypatch.setattr(doctor, "look", lambda: iter([soundness.ok("a", "b"), soundness.note("c", "d")]))
    out = StringIO()
    call_command("doctor", stdout=out)
    assert out.getvalue() == "ok    a: b\nnote  c: d\n"
    monkeypatch.setattr(doctor, "look", lambda: iter([soundness.fault("a", "b"), soundness.ok("c", "d")]))
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=StringIO())
    assert ended.value.code == 1


@pytest.mark.parametrize(("free", "state"), [(3_000_000_000, "ok"), (1_000_000_000, "note"), (400_000_000, "fault")])
def test_free_disk(home, monkeypatch, free, state):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(soundness.shutil, "disk_usage", lambda _: usage(0, 0, free))
    assert states(soundness.free_disk()) == {"disk": state}


def test_a_clock_that_went_back_is_a_fault(home):
    key = home / "secret.key"
    key.touch(mode=0o600)
    assert states(soundness.clock()) == {"clock": "ok"}
    tomorrow = time.time() + 86400
    os.utime(key, (tomorrow, tomorrow))
    assert states(soundness.clock()) == {"clock": "fault"}


@sqlite_only
@pytest.mark.parametrize(("system", "state"), [("nfs4", "fault"), ("cifs", "fault"), ("ext4", None), ("", None)])
def test_a_network_drive_is_a_fault(home, monkeypatch, system, state):
    monkeypatch.setattr(soundness, "file_system", lambda _: system)
    assert states(soundness.data_folder()).get("file system") == state


def test_the_file_system_is_that_of_the_innermost_mount(monkeypatch, tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/a / ext4 rw 0 0\nserver:/x /srv/my\\040data nfs4 rw 0 0\n/dev/b /srv/my\\040data/in xfs rw 0 0\n"
    )
    monkeypatch.setattr(soundness, "MOUNTS", mounts)
    assert soundness.file_system(Path("/srv/my data/var")) == "nfs4"
    assert soundness.file_system(Path("/srv/my data/in/var")) == "xfs"
    assert soundness.file_system(Path("/srv/var")) == "ext4"
    monkeypatch.setattr(soundness, "MOUNTS", tmp_path / "none")
    assert soundness.file_system(Path("/srv/var")) == ""


def test_missing_system_faces_are_a_note_with_the_command(monkeypatch):
    from planner.sheets import fonts

    monkeypatch.setattr(fonts, "not_installed", lambda: list(fonts.OF_THE_SYSTEM[:2]))
    told = [finding for finding in soundness.fonts() if finding.state == "note"]
    assert [finding.sentence for finding in told] == [
        "no face for Hebrew, Chinese, Japanese, Korean; "
        "sudo apt-get install fonts-noto-core fonts-noto-cjk (Debian) adds it"
    ]


def test_a_missing_face_of_ours_is_a_fault(monkeypatch):
    from planner.sheets import fonts

    gone = fonts.Family("Gone Sans", "nothing", "GoneSans*.ttf", package="")
    monkeypatch.setattr(fonts, "SHIPPED", (*fonts.SHIPPED, gone))
    assert next(soundness.fonts()).state == "fault"


def test_a_press_that_does_not_start_is_a_fault(monkeypatch):
    from planner.sheets import press

    def broken():
        raise press.Broken("the press did not start")

    monkeypatch.setattr(press, "warm_up", broken)
    assert states(soundness.press()) == {"press": "fault"}


@sqlite_only
@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"journal_mode": "delete"}, "journal"),
        ({"synchronous": 1}, "synchronous"),
        ({"foreign_keys": 0}, "foreign keys"),
        ({"quick_check": "row 3 missing from index"}, "database file"),
    ],
)
def test_unsound_settings_of_sqlite_are_faults(db, monkeypatch, changed, what):
    sound = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "quick_check": "ok"}
    monkeypatch.setattr(soundness, "pragma", {**sound}.get)
    assert set(states(soundness.sqlite()).values()) == {"ok"}
    monkeypatch.setattr(soundness, "pragma", {**sound, **changed}.get)
    told = states(soundness.sqlite())
    assert told.pop(what) == "fault"
    assert set(told.values()) == {"ok"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")
def test_a_postgresql_that_forgets_is_a_fault(db):
    """The throw-away cluster of the tests does not sync: the doctor must say so."""
    told = states(soundness.postgresql())
    assert {name for name, state in told.items() if state == "fault"} == {
        "fsync",
        "synchronous_commit",
        "full_page_writes",
    }


def test_pending_migrations_are_a_fault(db, monkeypatch):
    monkeypatch.setattr(soundness, "pending", lambda: [])
    assert states(soundness.migrations()) == {"migrations": "ok"}
    monkeypatch.setattr(soundness, "pending", lambda: ["0002_more"])
    assert states(soundness.migrations()) == {"migrations": "fault"}


def test_content_packs_loaded_changed_and_missing(db, tmp_path, monkeypatch):
    folder = tmp_path / "greetings"
    folder.mkdir()
    (folder / "pack.yaml").write_text("slug: greetings\n")
    monkeypatch.setattr(library, "CONTENT", tmp_path)
    assert states(soundness.content_packs()) == {"content packs": "fault"}
    pack = Pack.objects.create(slug="greetings", version="1.0", content_hash=library.folder_hash(folder))
    assert states(soundness.content_packs()) == {"content packs": "ok"}
    Pack.objects.filter(pk=pack.pk).update(content_hash="older")
    assert states(soundness.content_packs()) == {"content packs": "note"}


def test_a_broken_trail_is_a_fault(owner):
    for _ in range(3):
        record("viewed", by=owner, what="case", what_id=1)
    assert states(soundness.trail()) == {"trail": "ok"}
    second = TrailEntry.objects.order_by("pk")[1]
    QuerySet(TrailEntry).filter(pk=second.pk).update(verb="changed")  # past the model, as with a tool of the database
    told = next(soundness.trail())
    assert (told.state, told.sentence) == ("fault", f"does not hold at line {second.pk}: This line was changed.")


def test_a_trail_from_the_future_is_a_fault_of_the_clock(owner, monkeypatch):
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("planner.practice.trail.timezone.now", lambda: tomorrow)
    record("viewed", by=owner, what="case", what_id=1)
    assert states(soundness.trail())["clock"] == "fault"


def test_what_cannot_be_asked_is_a_fault(db):
    def disk():
        raise OSError("Input/output error")
        yield

    assert [str(finding) for finding in soundness.asked(disk)] == [
        "fault disk: could not be found out (OSError: Input/output error)"
    ]


def test_the_last_backup_is_a_note():
    assert states(soundness.last_backup()) == {"last backup": "note"}


def test_debug_is_a_note(settings):
    settings.DEBUG = True
    assert states(soundness.switches())["settings"] == "note"
