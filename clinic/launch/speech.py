"""What is said to the person at the keyboard, and the one way another program is called."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


class Trouble(Exception):
    """Something the person at the keyboard can mend; the text is the sentence that says how."""


def say(text: str, *, error: bool = False) -> None:
    """A line on the console, written at once (also into a pipe)."""
    stream = sys.stderr if error else sys.stdout
    stream.write(f"{text}\n")
    stream.flush()


def call(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> bool:
    """Runs a program of ours (never a shell, never text from outside) and tells whether it went well."""
    try:
        return subprocess.run([str(part) for part in command], env={**os.environ, **(env or {})}).returncode == 0  # noqa: S603
    except OSError as error:
        say(f"{command[0]}: {error.strerror}", error=True)
        return False
