"""`manage.py test`: every test, on both cores, with what it needs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

from clinic.launch import system
from clinic.launch.environment import ROOT
from clinic.launch.speech import Trouble

#: Settings of a practice must not reach the tests: they would be made with its keys, in its folder.
OF_A_PRACTICE = (
    "CLINIC_DATA", "CLINIC_HOSTS", "CLINIC_HTTPS", "CLINIC_DEBUG", "CLINIC_BEHIND_PROXY",
    "CLINIC_SECRET_KEY", "CLINIC_OLD_SECRET_KEYS", "CLINIC_FIELD_KEYS", "CLINIC_PROCESS_KEYS", "DJANGO_SETTINGS_MODULE",
)  # fmt: skip


def with_processes(args: list[str]) -> list[str]:
    """Two processes unless the person chose a number, or asked for the debugger, which needs one."""
    chosen = any(
        part.startswith(("-n", "--numprocesses", "--dist", "--pdb", "--trace")) or "no:xdist" in part for part in args
    )
    return args if chosen else ["-n", "2", *args]


def run(args: list[str]) -> int:
    """Exit status of pytest; the arguments go through to it."""
    if importlib.util.find_spec("pytest") is None:
        raise Trouble("pytest is not in this environment: pip install --require-hashes -r requirements-dev.lock")
    system.provide_pango()
    system.offer_test_tools()
    env = {name: value for name, value in os.environ.items() if name not in OF_A_PRACTICE}
    return subprocess.run([sys.executable, "-m", "pytest", *with_processes(args)], cwd=ROOT, env=env).returncode  # noqa: S603
