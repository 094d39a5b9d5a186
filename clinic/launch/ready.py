"""What a start checks and brings up to date, in about a second where nothing has changed.

Needs Django: imported only inside the environment.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from clinic.launch.speech import Trouble, say


def make_ready(*, demo: bool, base: str) -> str:
    """Everything between the environment and the server. Returns the page to open: the start page, or the one-time
    set-up page of a practice that does not exist yet. Raises Trouble."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Trouble(str(error)) from error
    refuse_what_is_unsafe()
    bring_database_up_to_date()
    collect_static_files()
    load_packs()
    renew_statistics()
    return demo_practice(base) if demo else own_practice(base)


def refuse_what_is_unsafe() -> None:
    """The house's own checks (planner/checks.py): an unsound database engine, files that others may read."""
    from django.core.checks import ERROR, run_checks

    errors = [check.msg for check in run_checks(tags=["planner"]) if check.level >= ERROR]
    if errors:
        raise Trouble("\n".join(errors))


def bring_database_up_to_date() -> None:
    """Migrates and makes the table of the shared cache; neither is tried when the database is as it should be."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            say("Bringing the database up to date ...")
            call_command("migrate", verbosity=0, interactive=False)
        if settings.CACHES["default"].get("LOCATION") not in connection.introspection.table_names():
            call_command("createcachetable", verbosity=0)
    except DatabaseError as error:
        raise Trouble(
            f"The database {connection.settings_dict['NAME']} cannot be opened or changed: {error}."
        ) from error


def collect_static_files() -> None:
    """Style sheets, scripts, icons and faces for the server, gathered again only when one of them changed."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.DATA_DIR) / "static.stamp"
    now = _static_fingerprint()
    if Path(settings.STATIC_ROOT).is_dir() and stamp.exists() and stamp.read_text() == now:
        return
    say("Gathering style sheets and faces ...")
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(now)


def _static_fingerprint() -> str:
    """Changes when a static file is added, taken away or written again."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{storage.location}\0{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def load_packs() -> None:
    """The content packs that ship with the product. Loading is idempotent: what has not changed is left alone."""
    from planner.library.actions import CONTENT, load_pack
    from planner.library.packs import BadPack

    for folder in sorted(path.parent for path in CONTENT.glob("*/pack.yaml")):
        try:
            counts = load_pack(folder).total
        except BadPack as error:
            raise Trouble(f"The library could not be loaded:\n{error}") from error
        if counts.new or counts.changed or counts.retired:
            say(f"Library {folder.name}: {counts.new} new, {counts.changed} changed, {counts.retired} retired")


def renew_statistics() -> None:
    """A practice grows: at each start the database looks again at how long its tables are."""
    from planner.management.statistics import renew_statistics

    renew_statistics()


def demo_practice(base: str) -> str:
    """The fictional practice, made at the first start; says how to sign in."""
    from django.core.management import call_command

    call_command("demo")
    return f"{base}/"


def own_practice(base: str) -> str:
    """The start page; with no practice yet, the one-time link that makes it. No account exists before that."""
    from planner.practice.actions import make_setup_link
    from planner.practice.models import Practice

    if Practice.objects.exists():
        return f"{base}/"
    link = f"{base}{make_setup_link()}"
    say(f"\nNo practice yet. This link makes it, once; whoever opens it first is its owner:\n\n    {link}")
    return link
