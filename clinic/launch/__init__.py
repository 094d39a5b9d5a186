"""How the product starts: it makes its own environment, steps into it, and hands over.

Only the standard library is imported until the environment is there.

    speech       what is said to the person at the keyboard, and the one way to call another program
    environment  the private environment in .venv, refreshed when a lock file changes
    system       what pip cannot install: Pango for the press, Chromium and the PDF tools for the tests
    run          `manage.py run`: the practice's own data, or the demo
    ready        what a start checks and brings up to date: file modes, database, style sheets, content packs
    server       gunicorn (waitress on Windows) on this machine's own address
    testing      `manage.py test`: pytest with what it needs
"""

from __future__ import annotations

import importlib.util
import os
import sys

from clinic.launch import environment, run, testing
from clinic.launch.speech import Trouble, say

NEEDS_TEST_TOOLS = {"test", "bench"}

USAGE = """\
python3 manage.py run --demo    a fictional practice to look around in
python3 manage.py run           your own practice
python3 manage.py test          every test
python3 manage.py doctor        is this installation sound?
python3 manage.py help          every other command"""


def main(argv: list[str]) -> int:
    """Exit status of the command in `argv`. Troubles a person can act on are one sentence, never a traceback."""
    command = argv[1] if len(argv) > 1 else ""
    if command in ("", "-h", "--help"):
        say(USAGE)
        return 0
    try:
        return _carry_out(command, argv)
    except Trouble as trouble:
        say(str(trouble), error=True)
        return 1
    except KeyboardInterrupt:
        say("\nStopped.", error=True)
        return 130


def _carry_out(command: str, argv: list[str]) -> int:
    choices = run.parse(argv[2:]) if command == "run" else None
    if choices:
        run.require_free(choices.port)
    lock = environment.DEV_LOCK if command in NEEDS_TEST_TOOLS else environment.LOCK
    handed_over = environment.enter(argv, lock)
    if handed_over is not None:
        return handed_over
    if command == "test":
        return testing.run(argv[2:])
    os.umask(0o077)  # any command may be the one that makes the database
    if choices:
        return run.run(choices)
    return _django(command, argv)


def _django(command: str, argv: list[str]) -> int:
    """Any other management command. Settings that refuse to start say so in one line."""
    if importlib.util.find_spec("django") is None:
        raise Trouble("Django is not installed in this environment. Leave it, and the next start makes its own.")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        mark = "fault  settings: " if command == "doctor" else ""
        say(f"{mark}{error}", error=command != "doctor")
        return 1
    return 0


if sys.flags.optimize:
    raise SystemExit("Start Python without -O: checks would be left out.")
