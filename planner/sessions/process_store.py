"""How process notes are kept: sealed under a key ring of their own, each bound to its session and its author.

The ring is settings.PROCESS_KEYS (process.keys in the data folder). A row that is moved to another session or given
another author does not open. Nothing but this module turns such a row into text, and only the author's page asks.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import transaction

from planner.base import cipher
from planner.sessions.models import ProcessNote

FILE = "process.keys"


def seal(text: str, *, session_id: int, author_id: int) -> str:
    """The text as it may be stored."""
    return cipher.seal(text, about=_about(session_id, author_id), ring=settings.PROCESS_KEYS)


def unseal(note: ProcessNote) -> str:
    """The text again. Raises cipher.UnknownKey or cipher.BrokenSeal."""
    return cipher.unseal(note.sealed, about=_about(note.session_id, note.author_id), ring=settings.PROCESS_KEYS)


def _about(session_id: int, author_id: int) -> str:
    return f"process note {session_id} {author_id}"


def keys_in_use() -> dict[str, int]:
    """Key id -> how many notes it seals."""
    counts: dict[str, int] = {}
    for sealed in ProcessNote.objects.values_list("sealed", flat=True).iterator(2000):
        key_id = cipher.key_id_of(sealed)
        counts[key_id] = counts.get(key_id, 0) + 1
    return counts


def add_key() -> str:
    """Puts a new key in front of the ring, on disk first. Returns its id."""
    line = cipher.new_key(settings.PROCESS_KEYS)
    _write([line, *settings.PROCESS_KEYS])
    return line.partition(":")[0]


@transaction.atomic
def renew() -> int:
    """Seals every note that is under an older key with the newest. Returns how many were written."""
    newest, written = cipher.key_ids(settings.PROCESS_KEYS)[0], 0
    for note in ProcessNote.objects.select_for_update().exclude(sealed__startswith=f"{newest}."):
        sealed = seal(unseal(note), session_id=note.session_id, author_id=note.author_id)
        ProcessNote.objects.filter(pk=note.pk, sealed=note.sealed).update(sealed=sealed)
        written += 1
    return written


def drop_old_keys() -> list[str]:
    """Takes out of the ring what seals no note any more; the newest stays. Returns the ids that went."""
    used = keys_in_use()
    newest, *older = settings.PROCESS_KEYS
    kept = [line for line in older if line.partition(":")[0] in used]
    gone = [line.partition(":")[0] for line in older if line not in kept]
    _write([newest, *kept])
    return gone


def _write(ring: list[str]) -> None:
    """The ring on disk, whole or not at all, for its owner alone; then in this process."""
    path = Path(settings.DATA_DIR) / FILE
    handle, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    with os.fdopen(handle, "w") as file:
        file.write("\n".join(ring) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    settings.PROCESS_KEYS = ring
