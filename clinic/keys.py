"""The secrets of an installation, made once and kept in the data folder with mode 0600."""

import base64
import contextlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def _kept(path: Path, make) -> str:
    """The text of the key file; made on the first start. Raises ImproperlyConfigured when others may read it."""
    if not path.exists():
        _make_whole(path, make())
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ImproperlyConfigured(f"{path.name} may be read by others. Mend it with: chmod 600 {path}")
    return path.read_text().strip()


def _make_whole(path: Path, text: str) -> None:
    """Writes the file under a name of its own and links it into place whole: of two processes that start at the same
    moment one wins, and neither reads half a key."""
    handle, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)


def secret_key(folder: Path) -> str:
    """Django's key for signatures and sessions."""
    key = os.environ.get("CLINIC_SECRET_KEY") or _kept(folder / "secret.key", lambda: secrets.token_urlsafe(64))
    if len(key) < 50 or key.startswith("django-insecure"):
        raise ImproperlyConfigured("The secret key is too short or an example. Delete secret.key to have one made.")
    return key


def field_keys(folder: Path) -> list[str]:
    """The ring of keys for secrets at rest, newest first: '<id>:<base64 of 32 bytes>' a line."""
    return (os.environ.get("CLINIC_FIELD_KEYS") or _kept(folder / "field.keys", _first_key)).split()


def process_keys(folder: Path) -> list[str]:
    """The ring for process notes alone, in the same form: whoever has the other keys cannot read them."""
    return (os.environ.get("CLINIC_PROCESS_KEYS") or _kept(folder / "process.keys", _first_key)).split()


def _first_key() -> str:
    return f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
