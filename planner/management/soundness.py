"""Is this installation sound? One finding a question, for `manage.py doctor`.

A `fault` may lose or show data, or keeps the planner from working: it must be mended. A `note` is worth knowing.
Whatever cannot be asked because something before it is broken is a fault too, never silence.
"""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from planner import checks

MEGABYTE = 1_000_000
#: Below this, writes may fail at any moment; below the second it is time to clear up.
FULL, NEARLY_FULL = 500 * MEGABYTE, 2_000 * MEGABYTE
#: File systems on which SQLite's locks cannot be trusted.
OVER_A_NETWORK = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "ncp", "davfs", "glusterfs", "ceph")
MOUNTS = Path("/proc/mounts")
CLOCK_TOLERANCE = timedelta(minutes=5)
SYNCHRONOUS = {0: "off", 1: "normal", 2: "full", 3: "extra"}


class Finding(NamedTuple):
    """One line of the doctor's report; `state` is ok, note or fault."""

    state: str
    what: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.state:<6}{self.what}: {self.sentence}"


def ok(what: str, sentence: str) -> Finding:
    return Finding("ok", what, sentence)


def note(what: str, sentence: str) -> Finding:
    return Finding("note", what, sentence)


def fault(what: str, sentence: str) -> Finding:
    return Finding("fault", what, sentence)


def look() -> Iterator[Finding]:
    """Every finding, in the order in which a person would mend them."""
    for question in OF_THE_MACHINE:
        yield from asked(question)
    file = checks.database_file()
    if file and not file.exists():
        yield note("database", "none yet; the first `python3 manage.py run` makes it")
        return
    trouble = unreachable()
    if trouble:
        yield fault("database", trouble)
        return
    for question in OF_THE_DATABASE:
        yield from asked(question)


def asked(question: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The question's findings; a fault when it cannot be answered."""
    what = question.__name__.replace("_", " ")
    try:
        yield from question()
    except (OSError, DatabaseError, ImportError) as error:
        yield fault(what, f"could not be found out ({type(error).__name__}: {error})")


def unreachable() -> str:
    """Why the database does not answer; empty when it does."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return f"{connection.settings_dict['NAME']} does not answer: {str(error).strip()}"
    return ""


# The machine


def data_folder() -> Iterator[Finding]:
    open_paths = [path for path in checks.private_paths() if checks.is_open_to_others(path)]
    for path in open_paths:
        mode = stat.S_IMODE(path.stat().st_mode)
        yield fault("file modes", f"{path} may be read by others ({mode:o}); chmod {checks.mode_for(path)} {path}")
    if not open_paths:
        yield ok("file modes", f"{settings.DATA_DIR} is for its owner alone")
    system = file_system(Path(settings.DATA_DIR))
    if system.startswith(OVER_A_NETWORK) and connection.vendor == "sqlite":
        yield fault(
            "file system", f"{settings.DATA_DIR} is on a network drive ({system}), where a database gets damaged"
        )


def file_system(folder: Path) -> str:
    """The kind of file system the folder is on; empty where the system does not tell."""
    if not MOUNTS.exists():
        return ""
    rows = [line.split()[1:3] for line in MOUNTS.read_text().splitlines()]
    holding = [(place, kind) for place, kind in rows if folder.is_relative_to(place.replace("\\040", " "))]
    return max(holding, key=lambda row: len(row[0]), default=("", ""))[1]


def free_disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    said = f"{free / 1e9:.1f} GB free in {settings.DATA_DIR}"
    if free < FULL:
        yield fault("disk", f"{said}; make room now, or writing will stop")
    elif free < NEARLY_FULL:
        yield note("disk", f"{said}; time to make room")
    else:
        yield ok("disk", said)


def clock() -> Iterator[Finding]:
    """Against what this installation knows: nothing it wrote can be younger than now."""
    written = [path.stat().st_mtime for path in checks.private_paths()]
    newest = datetime.fromtimestamp(max(written, default=0), UTC)
    now = datetime.now(UTC)
    if newest > now + CLOCK_TOLERANCE:
        yield fault("clock", f"it is {now:%Y-%m-%d %H:%M} UTC here, but files were written at {newest:%Y-%m-%d %H:%M}")
    else:
        yield ok("clock", f"{now:%Y-%m-%d %H:%M} UTC, {time.strftime('%Z')} on this machine")


def press() -> Iterator[Finding]:
    """Whether sheets can be set at all: starts the press's own process, as the first print would."""
    from planner.sheets.press import Broken, warm_up

    try:
        warm_up()
    except Broken:
        yield fault("press", "does not start; Pango may be missing: python3 manage.py run tells how to add it")
    else:
        yield ok("press", "starts")


def fonts() -> Iterator[Finding]:
    from planner.sheets import fonts as faces

    gone = [family.name for family in faces.SHIPPED if not family.files]
    if gone:
        yield fault("fonts", f"{', '.join(gone)} gone from the environment; delete .venv and start again")
    else:
        yield ok("fonts", f"{', '.join(family.name for family in faces.SHIPPED)} are there")
    missing = faces.not_installed()
    if missing:
        serves, packages = ", ".join(each.serves for each in missing), " ".join(each.package for each in missing)
        yield note("fonts", f"no face for {serves}; sudo apt-get install {packages} (Debian) adds it")
    else:
        yield ok("fonts", f"the system has {', '.join(each.serves for each in faces.OF_THE_SYSTEM)}")


def switches() -> Iterator[Finding]:
    if settings.DEBUG:
        yield note("settings", "CLINIC_DEBUG is on: error pages show what they should not; unset it")
    for error in checks.sqlite_is_sound(None):
        yield fault("engine", error.msg)


# The database


def engine() -> Iterator[Finding]:
    if connection.vendor == "sqlite":
        yield from sqlite()
    elif connection.vendor == "postgresql":
        yield from postgresql()
    else:
        yield fault(
            "engine", f"{connection.display_name} is not one the planner is tested on; use SQLite or PostgreSQL"
        )


def pragma(name: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


def sqlite() -> Iterator[Finding]:
    version = connection.Database.sqlite_version
    if connection.Database.sqlite_version_info >= checks.SOUND_SQLITE:
        yield ok("engine", f"SQLite {version}")
    journal, level, keys = pragma("journal_mode"), SYNCHRONOUS[pragma("synchronous")], pragma("foreign_keys")
    yield (ok if journal == "wal" else fault)(
        "journal", f"{journal}" + ("" if journal == "wal" else "; it must be wal")
    )
    sound = level in ("full", "extra")
    yield (ok if sound else fault)("synchronous", level if sound else f"{level}; a power cut would lose saved work")
    yield (ok if keys else fault)("foreign keys", "enforced" if keys else "not enforced")
    answer = pragma("quick_check")
    yield (ok if answer == "ok" else fault)("database file", "whole" if answer == "ok" else f"damaged ({answer})")


def postgresql() -> Iterator[Finding]:
    yield ok("engine", f"PostgreSQL {connection.pg_version // 10000}")
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        with connection.cursor() as cursor:
            cursor.execute(f"SHOW {name}")
            value = cursor.fetchone()[0]
        off = value == "off"
        yield (fault if off else ok)(
            name, f"{value}" + ("; a power cut would lose or damage saved work" if off else "")
        )


def migrations() -> Iterator[Finding]:
    count = len(pending())
    if count:
        yield fault("migrations", f"{count} pending; python3 manage.py migrate")
    else:
        yield ok("migrations", "none pending")


def pending() -> list:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def content_packs() -> Iterator[Finding]:
    from planner.library.actions import CONTENT, folder_hash
    from planner.library.models import Intervention, Pack

    for folder in sorted(path.parent for path in CONTENT.glob("*/pack.yaml")):
        pack = Pack.objects.filter(slug=folder.name).first()
        if pack is None:
            yield fault("content packs", f"{folder.name} is not loaded; python3 manage.py load_pack")
        elif pack.content_hash != folder_hash(folder):
            yield note("content packs", f"{pack.slug} has changed since it was loaded; the next start takes it in")
        else:
            count = Intervention.objects.filter(pack=pack, retired_at=None, original=None).count()
            yield ok("content packs", f"{pack.slug} {pack.version}, {count} interventions")


def trail() -> Iterator[Finding]:
    from planner.practice.models import TrailEntry
    from planner.practice.trail import verify

    bad = verify()
    count = TrailEntry.objects.count()
    if bad:
        yield fault("trail", f"does not hold at line {bad.id}: {bad.why}")
    else:
        yield ok("trail", f"{count} lines, the chain holds")
    newest = TrailEntry.objects.order_by("-pk").values_list("at", flat=True).first()
    if newest and newest > datetime.now(UTC) + CLOCK_TOLERANCE:
        yield fault(
            "clock", f"the trail's newest line is from {newest:%Y-%m-%d %H:%M} UTC, later than this machine's time"
        )


def signed_plans() -> Iterator[Finding]:
    """Whether each treatment plan that somebody signed is still the text that was signed."""
    from planner.plans.models import Plan
    from planner.plans.signing import broken

    count, wrong = Plan.objects.exclude(sha256="").count(), broken()
    if wrong:
        yield fault("signed plans", f"no longer the text that was signed: {', '.join(map(str, wrong[:20]))}")
    else:
        yield ok("signed plans", f"{count}, each as it was signed")


def process_notes() -> Iterator[Finding]:
    """Whether the ring that process notes are under is whole, and apart from every other key."""
    from planner.base import cipher
    from planner.sessions import process_store

    try:
        ring = cipher.key_ids(settings.PROCESS_KEYS)
    except ImproperlyConfigured as wrong:
        yield fault("process notes", f"{process_store.FILE}: {wrong}")
        return
    secrets = [{line.partition(":")[2] for line in keys} for keys in (settings.PROCESS_KEYS, settings.FIELD_KEYS)]
    used = process_store.keys_in_use()
    lost, older = sorted(set(used) - set(ring)), sum(count for name, count in used.items() if name != ring[0])
    if secrets[0] & secrets[1]:
        yield fault("process notes", f"a key of {process_store.FILE} is also in field.keys; they must be apart")
    if lost:
        count = sum(used[name] for name in lost)
        yield fault("process notes", f"{count} cannot be opened: put {', '.join(lost)} back into {process_store.FILE}")
    elif older:
        yield note("process notes", f"{older} under an older key; python3 manage.py process_keys rotate")
    else:
        yield ok("process notes", f"{sum(used.values())} under a key of their own")


def last_backup() -> Iterator[Finding]:
    yield note("last backup", f"none yet; stop the planner and copy the whole folder {settings.DATA_DIR}")


OF_THE_MACHINE = (data_folder, switches, free_disk, clock, press, fonts)
OF_THE_DATABASE = (engine, migrations, content_packs, trail, signed_plans, process_notes, last_backup)
