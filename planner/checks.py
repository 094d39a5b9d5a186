"""System checks of the house: what `manage.py check` refuses everywhere, and `check --deploy` in production."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.checks import Error, Tags, register
from django.db import connection
from django.utils.module_loading import import_string

#: The first SQLite without the WAL-reset bug, which can damage a file that several connections write.
SOUND_SQLITE = (3, 51, 3)
MINE = "planner"


@register(MINE, Tags.security)
def files_are_private(app_configs, **kwargs) -> list[Error]:
    """Nobody but the owner of the server's account may read the data folder, its keys or the database."""
    return [
        Error(
            f"{path} may be read by others. Mend it with: chmod {mode_for(path)} {path}",
            id="planner.E001",
        )
        for path in private_paths()
        if is_open_to_others(path)
    ]


def private_paths() -> list[Path]:
    """The data folder and what lies in it that tells something: keys and database."""
    folder = Path(settings.DATA_DIR)
    paths = [folder, *sorted(folder.glob("*.key*"))]
    if connection.vendor == "sqlite" and (name := database_file()):
        paths += [name, *(name.with_name(name.name + tail) for tail in ("-wal", "-shm"))]
    return [path for path in paths if path.exists()]


def database_file() -> Path | None:
    """The SQLite file; None for a database in memory or on a server."""
    name = str(connection.settings_dict["NAME"])
    return None if connection.vendor != "sqlite" or ":memory:" in name or "mode=memory" in name else Path(name)


def mode_for(path: Path) -> str:
    """The mode the path should have."""
    return "700" if path.is_dir() else "600"


def is_open_to_others(path: Path) -> bool:
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


@register(MINE, Tags.database)
def sqlite_is_sound(app_configs, **kwargs) -> list[Error]:
    """Several processes write at once, so the engine must be one that survives it."""
    if connection.vendor != "sqlite" or connection.Database.sqlite_version_info >= SOUND_SQLITE:
        return []
    return [
        Error(
            f"SQLite {connection.Database.sqlite_version} can damage a database that several connections write. "
            f"Use the engine clinic.sqlite, or SQLite {'.'.join(map(str, SOUND_SQLITE))} or newer.",
            id="planner.E002",
        )
    ]


@register(MINE, Tags.security, deploy=True)
def production_is_closed(app_configs, **kwargs) -> list[Error]:
    """Settings that only a production installation must have, one error each."""
    return [Error(message, id=f"planner.E{number:03}") for number, message in _open_doors()]


def _asks_for_a_sign_in(middleware: object) -> bool:
    return isinstance(middleware, type) and issubclass(middleware, LoginRequiredMiddleware)


def _open_doors() -> Iterator[tuple[int, str]]:
    if not any(_asks_for_a_sign_in(import_string(name)) for name in settings.MIDDLEWARE):
        yield 10, "LoginRequiredMiddleware is missing: pages would be open to strangers."
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    if any("unsafe" in str(source) or "*" in str(source) for sources in directives.values() for source in sources):
        yield 11, "The Content-Security-Policy lets foreign or inline code in."
    if list(directives.get("default-src", ())) != ["'none'"]:
        yield 12, "The Content-Security-Policy must begin with default-src 'none'."
    if not settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher"):
        yield 13, "The first password hasher must be Argon2id."
    if "LocMem" in settings.CACHES["default"]["BACKEND"] or "Dummy" in settings.CACHES["default"]["BACKEND"]:
        yield 14, "The cache must be shared by every process: each would count wrong passwords alone."
    if not (settings.SESSION_COOKIE_NAME.startswith("__Host-") and settings.CSRF_COOKIE_NAME.startswith("__Host-")):
        yield 15, "Cookies must carry the __Host- prefix: unset CLINIC_HTTPS=0."
    if settings.FILE_UPLOAD_PERMISSIONS != 0o600:
        yield 16, "Files must be written with mode 0600 (FILE_UPLOAD_PERMISSIONS)."
    if settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "filebased.EmailBackend")):
        yield 17, "Mail must not be written to a console or a file."
