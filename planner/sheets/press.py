"""The press: a Paper becomes HTML (by Django's templates, here) and PDF (by WeasyPrint, in a limited child elsewhere).

`planner.sheets.warm` is the other process. A document that is too much is ended at its limit with a plain message; the
rest of the site goes on. Same paper, same bytes.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from planner.base.text import clean
from planner.sheets import fonts
from planner.sheets.fonts import missing_letters
from planner.sheets.frames import receive, send
from planner.sheets.options import Options
from planner.sheets.papers import Paper, letterhead_for
from planner.sheets.specimen import specimen

__all__ = [
    "Broken",
    "Rendering",
    "TooMuch",
    "file_name",
    "join",
    "missing_letters",
    "page_html",
    "picture",
    "render",
    "warm_up",
]

CPU_SECONDS = 30
WALL_SECONDS = 60
MEGABYTES = 2000  # of address space, most of it shared with the warm parent
MOST_KINDS = 12  # of paper that the press keeps in mind, some 4 MB each
LARGEST_HTML = 3_000_000  # letters; several hundred pages

_ROOT = Path(__file__).resolve().parent.parent.parent
_KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "DYLD_FALLBACK_LIBRARY_PATH", "LD_LIBRARY_PATH")
_turns = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))


class TooMuch(Exception):
    """The document goes beyond what the press does. The message is a sentence for the person who prints."""


class Broken(Exception):
    """The press could not set the document: a fault of ours, told by type and place."""


@dataclass(frozen=True)
class Rendering:
    """A finished document. `left_out` names what was taken out of it (a picture, an attribute); `warnings` are the
    complaints of the engine: both are empty for every paper of this house."""

    html: str
    pdf: bytes
    pages: int
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def render(paper: Paper, *, patience: int = 1) -> Rendering:
    """The paper as HTML and PDF. Raises TooMuch at its limits. `patience`: how many times the usual computing and time
    it may take; for work in the background alone."""
    html = page_html(paper)
    if len(html) > LARGEST_HTML:
        raise TooMuch(_too_much())
    faces = [str(path) for path in fonts.files_for(html)]
    answer, pdf = ask({"do": "pdf", "faces": faces}, html.encode(), patience=patience)
    if faces == list(map(str, fonts.TEXT.files)):
        _press.learn(Kind(paper.language, paper.options))
    return Rendering(html, pdf, answer["pages"], tuple(answer["left_out"]), tuple(answer["warnings"]))


def page_html(paper: Paper) -> str:
    """The paper's HTML in its language: what goes to the engine, and what tests read."""
    letterhead = letterhead_for(paper.letterhead, paper.options)
    words = {"paper": paper, "options": paper.options, "letterhead": letterhead, "medium": "paper"}
    with translation.override(paper.language):
        html = render_to_string(paper.template, {**words, **paper.context})
    return clean(re.sub(r"\s*\n\s*", "\n", html))


def picture(pdf: bytes, page: int = 0, width: int = 900) -> bytes:
    """A page (from 0) of a PDF as a PNG, `width` pixels wide."""
    return ask({"do": "picture", "page": page, "width": width}, pdf)[1]


def join(pdfs: Sequence[bytes]) -> bytes:
    """Finished documents one after the other, for the printer alone: tags and fields of the parts do not survive. Each
    begins on a sheet of paper of its own, also where both sides are printed."""
    return ask({"do": "join", "sizes": [len(pdf) for pdf in pdfs]}, b"".join(pdfs), patience=2)[1]


def count_pages(pdf: bytes) -> int:
    """How many pages a finished PDF has."""
    return ask({"do": "picture", "page": 0, "width": 20}, pdf)[0]["pages"]


def file_name(paper: Paper) -> str:
    """The name of the file to save: plain ASCII, neutral when the print is discreet."""
    if paper.options.discreet:
        return "sheet.pdf"
    plain = unicodedata.normalize("NFKD", paper.title).encode("ascii", "ignore").decode().lower()
    return f"{re.sub('[^a-z0-9]+', '-', plain).strip('-')[:60].strip('-') or 'sheet'}.pdf"


def warm_up() -> None:
    """Starts the press's process now, so that the first print need not wait for it (about a second)."""
    _press.start()


def ask(job: dict[str, Any], body: bytes, *, patience: int = 1) -> tuple[dict[str, Any], bytes]:
    """Has a job done in a limited child.

    Raises TooMuch when the child was ended at its limits, Broken at a fault of ours.
    """
    cpu, wall = CPU_SECONDS * patience, WALL_SECONDS * patience
    limits = {"cpu": cpu, "wall": wall, "megabytes": MEGABYTES}
    with _turns, _press.child() as connection:
        connection.settimeout(wall + 5)
        try:
            send(connection, {**job, **limits}, body)
            answer, data = receive(connection)
        except (EOFError, OSError) as error:
            raise TooMuch(_too_much()) from error
    if "too_much" in answer:
        raise TooMuch(_too_much())
    if "broken" in answer:
        raise Broken(answer["broken"])
    return answer, data


def _too_much() -> str:
    return _(
        "This is too much to print in one go. Nothing was lost. Print fewer sheets at a time, or shorten the text."
    )


@dataclass(frozen=True)
class Kind:
    """What makes one paper look like another: the press knows it from the first of its kind on."""

    language: str
    options: Options

    def specimen(self) -> bytes:
        return page_html(specimen(self.language, self.options)).encode()


class _Press:
    """The other process of this web process: started once, started again after a fork of ours or when it died."""

    def __init__(self) -> None:
        self._known: set[Kind] = set()
        self._lock = threading.Lock()
        self._owner = 0
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def child(self) -> socket.socket:
        """A connection to a fresh child."""
        with self._lock:
            self._start()
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    socket.send_fds(self._control, [b"j"], [theirs.fileno()])
                except OSError:  # the parent has died; a new one takes the job
                    self._stop()
                    self._start()
                    socket.send_fds(self._control, [b"j"], [theirs.fileno()])
            return ours

    def start(self) -> None:
        with self._lock:
            self._start()

    def learn(self, kind: Kind) -> None:
        """Shows the process a specimen of this kind of paper, once; the first of its kind need not wait for it."""
        if kind in self._known or len(self._known) >= MOST_KINDS:
            return
        page = kind.specimen()
        with self._lock:
            if self._owner != os.getpid() or kind in self._known:
                return
            self._known.add(kind)
            with contextlib.suppress(OSError):  # it has died; the one after it learns anew
                self._control.sendall(b"s")
                send(self._control, {}, page)

    def _start(self) -> None:
        if self._owner == os.getpid() and self._process and self._process.poll() is None:
            return
        self._stop()
        ours, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  (our own module, by the interpreter that runs us)
                [sys.executable, "-m", "planner.sheets.warm", *map(str, fonts.TEXT.files)],
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                env={**environment, "PYTHONPATH": str(_ROOT)},
                cwd=_ROOT,
                start_new_session=True,  # an interrupt typed at the server's terminal is for the server
            )
        self._control, self._owner = ours, os.getpid()
        self._known = set()
        ours.settimeout(60)
        if ours.recv(1) != b"!":
            self._stop()
            raise Broken("the press did not start")
        ours.settimeout(None)

    def _stop(self) -> None:
        """Lets go of the process. One that a fork inherited is left to the process that started it."""
        if self._control:
            self._control.close()
        if self._process and self._owner == os.getpid():
            try:
                self._process.wait(timeout=5)  # it ends by itself once we have let go of the line
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._control = self._process = None

    def stop(self) -> None:
        """At the end of this process."""
        if self._owner == os.getpid():
            self._stop()


_press = _Press()
atexit.register(_press.stop)
