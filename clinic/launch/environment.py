"""The private environment in `.venv`: made once, refreshed when a lock file changes, entered by re-executing.

A stamp for each lock file says which content is installed and for which interpreter. It is written last, so a
start that was broken off is simply done again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from clinic.launch import system
from clinic.launch.speech import Trouble, call, say

ROOT = Path(__file__).resolve().parents[2]
LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"


class Environment:
    """The environment of one checkout."""

    def __init__(self, root: Path = ROOT):
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def _wanted(self, lock: str) -> str:
        digest = hashlib.sha256((self.root / lock).read_bytes()).hexdigest()
        return f"{digest} {os.path.realpath(self.python)}\n"

    def _stamp(self, lock: str) -> Path:
        return self.folder / f"{lock}.stamp"

    def is_current(self, lock: str) -> bool:
        """True when exactly this lock file is installed, by the interpreter that is there now."""
        try:
            return self.python.exists() and self._stamp(lock).read_text() == self._wanted(lock)
        except FileNotFoundError:
            return False

    def _is_usable(self) -> bool:
        """False for none, for one whose interpreter has gone, and for one made with an interpreter since replaced."""
        made_with = [stamp.read_text().split(" ", 1)[1].strip() for stamp in self.folder.glob("*.stamp")]
        return self.python.exists() and all(path == os.path.realpath(self.python) for path in made_with)

    def refresh(self, lock: str) -> None:
        """Installs the lock file; makes the environment first where there is none. Raises Trouble."""
        with self._alone():
            if self.is_current(lock):  # another start has done it while this one waited
                return
            if not self._is_usable():
                self._make()
            self._stamp(lock).unlink(missing_ok=True)
            self._install(lock)
            self._stamp(lock).write_text(self._wanted(lock))

    def _make(self) -> None:
        if importlib.util.find_spec("ensurepip") is None:
            system.provide(system.VENV)
        say("Making a private environment in .venv ...")
        if not call([sys.executable, "-m", "venv", "--clear", self.folder]):
            raise Trouble(f"The environment {self.folder} could not be made; the lines above say why.")

    def _install(self, lock: str) -> None:
        say(f"Installing the dependencies of {lock}; this happens once and takes about a minute ...")
        pip = [self.python, "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check"]
        if not call([*pip, "--require-hashes", "-r", self.root / lock]):
            raise Trouble(
                "The dependencies could not be installed; the lines above say why. Nothing was started. "
                "Check the connection to the package index and give the same command again."
            )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two starts at the same moment install one after the other. The lock is held on the folder itself, so no
        file is left behind; where the system has no such lock (Windows) nothing is held."""
        try:
            import fcntl
        except ImportError:
            yield
            return
        folder = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def is_entered(self) -> bool:
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def enter(self, argv: list[str]) -> int:
        """Starts again inside. Returns only where a process cannot be replaced: the exit status of the one inside."""
        command = [str(self.python), *argv]
        if os.name == "nt":
            return subprocess.run(command).returncode  # noqa: S603
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606


def in_another_environment(here: Environment) -> bool:
    """True inside an active environment that has Django and is not ours: its owner looks after it."""
    active = os.environ.get("VIRTUAL_ENV") or sys.prefix != sys.base_prefix
    return bool(active) and not here.is_entered() and importlib.util.find_spec("django") is not None


def enter(argv: list[str], lock: str) -> int | None:
    """Gets into the environment with this lock file installed. None: we are inside, go on; a number: it is done."""
    here = Environment()
    if in_another_environment(here):
        return None
    if not here.is_current(lock):
        here.refresh(lock)
    return None if here.is_entered() else here.enter(argv)
