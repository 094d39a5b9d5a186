"""The press's own process: a warm, single-threaded parent that forks a limited child for every document.

`planner.sheets.press` starts this module with a socket as its standard input. It imports neither Django nor the models
and gets no settings and no secrets. A child is forked ahead and makes itself ready while nobody waits; for each job it
gets one end of a socket pair, sets its limits, reads one request, answers and ends.
"""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import pypdfium2

from planner.sheets.engine import Press, TooMuch
from planner.sheets.filled import values
from planner.sheets.frames import receive, send

QUIET_SECONDS = 0.4  # without a job, after which a waiting child makes itself ready


def picture(asked: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """One page as a PNG, `width` pixels wide, its form fields drawn."""
    document = pypdfium2.PdfDocument(body)
    document.init_forms()
    page = document[asked["page"]]
    image = page.render(scale=asked["width"] / page.get_width(), may_draw_forms=True).to_pil()
    png = io.BytesIO()
    image.convert("L" if asked.get("grey") else "RGB").quantize(64).save(png, "PNG", optimize=False)
    return {"pages": len(document)}, png.getvalue()


def join(asked: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """The pages of several documents in one file; the documents stand one after the other in `body`. One that ends on
    a front page gets an empty back, as a printer of both sides would put the next person's first page there."""
    whole = pypdfium2.PdfDocument.new()
    start = 0
    for size in asked["sizes"]:
        part = pypdfium2.PdfDocument(body[start : start + size])
        whole.import_pages(part)
        if len(part) % 2:
            whole.new_page(*part.get_page_size(len(part) - 1))
        start += size
    out = io.BytesIO()
    whole.save(out)
    return {}, out.getvalue()


def _limit(asked: dict[str, Any]) -> None:
    """Ends this process at its limits: seconds of computing, seconds in all, megabytes; no file may be written."""
    seconds = int(time.process_time()) + 1 + asked["cpu"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        try:
            resource.setrlimit(kind, (asked["megabytes"] << 20, asked["megabytes"] << 20))
        except ValueError:  # macOS knows no such limit; the limit of time still holds there
            continue
    signal.setitimer(signal.ITIMER_REAL, asked["wall"])


def _serve(press: Press, connection: socket.socket) -> None:
    """One job, in the child."""
    asked, body = receive(connection)
    if asked["do"] == "pdf":
        press.font_config(asked["faces"])  # written before the limit that forbids writing
    _limit(asked)
    try:
        answer, data = {"pdf": press.pdf, "picture": picture, "values": values, "join": join}[asked["do"]](asked, body)
    except TooMuch as error:
        answer, data = {"too_much": str(error)}, b""
    except (MemoryError, RecursionError) as error:
        answer, data = {"too_much": type(error).__name__}, b""
    except Exception as error:  # told to the asker by type and place alone: its text may hold what was typed
        place = traceback.extract_tb(error.__traceback__)[-1]
        answer, data = {"broken": f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"}, b""
    send(connection, answer, data)


def _wait(press: Press, line: socket.socket) -> int | None:
    """The handle of the job; None when the parent has gone. Whoever waits for longer than a moment makes itself ready:
    not sooner, or it would take its time from the document that is being set just now."""
    line.settimeout(QUIET_SECONDS)
    try:
        handles = socket.recv_fds(line, 1, 1)[1]
    except TimeoutError:
        press.get_ready()
        line.settimeout(None)
        handles = socket.recv_fds(line, 1, 1)[1]
    return handles[0] if handles else None


def _fork(press: Press, control: socket.socket) -> socket.socket:
    """The line to a fresh child, which waits for its one job."""
    ours, theirs = socket.socketpair()
    if os.fork():
        theirs.close()
        return ours
    status = 1
    try:
        control.close()
        ours.close()
        gc.disable()  # a child lives for one document: collecting would only cost time
        press.fonts = None  # those of the parent may lean on a thread that no fork takes along
        if handle := _wait(press, theirs):
            with socket.socket(fileno=handle) as connection:
                _serve(press, connection)
        status = 0
    finally:
        os._exit(status)


def main() -> None:
    """Waits for jobs on standard input until the web process is gone."""
    os.environ["SOURCE_DATE_EPOCH"] = "0"  # fontTools would write the time into a face: same paper, same bytes
    logging.getLogger("pypdf").disabled = True
    with tempfile.TemporaryDirectory(prefix="press-") as folder, socket.socket(fileno=os.dup(0)) as control:
        press = Press(folder, sys.argv[1:])
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the system
        child = _fork(press, control)
        control.sendall(b"!")
        while True:
            message, handles, _flags, _peer = socket.recv_fds(control, 1, 1)
            if not message:
                return
            if message == b"s":
                with contextlib.suppress(Exception):  # one that cannot be set teaches nothing
                    press.learn(receive(control)[1])
                child.close()  # it does not know of it, and ends
                child = _fork(press, control)
                continue
            try:
                socket.send_fds(child, [b"j"], handles)
            except OSError:  # it died while it waited
                child = _fork(press, control)
                socket.send_fds(child, [b"j"], handles)
            child.close()
            for handle in handles:
                os.close(handle)
            child = _fork(press, control)


if __name__ == "__main__":
    main()
