"""Memory of the running server: the real one, started as a person starts it, printing real sheets."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from django.conf import settings
from django.urls import reverse

from planner.library.models import Worksheet
from planner.management.bench.figures import Figure
from planner.management.bench.filling import Filled
from planner.management.bench.pages import signed_in

MANAGE = Path(__file__).resolve().parents[3] / "manage.py"
MEGABYTE = 1_000_000
START = 120  # seconds it may take to answer


def figures(filled: Filled, renders: int) -> Iterator[Figure]:
    """Starts the server on the scratch database, prints `renders` sheets, and weighs it before, between and after."""
    cookie = f"{settings.SESSION_COOKIE_NAME}={signed_in(filled).cookies[settings.SESSION_COOKIE_NAME].value}"
    sheets = list(Worksheet.objects.filter(retired_at=None, current__isnull=False).order_by("pk")[:20])
    doors = [reverse("worksheet_pdf", args=[sheet.pk]) for sheet in sheets]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603  (our own door)
        [sys.executable, str(MANAGE), "run", "--no-browser", "--port", str(port)],
        env={**os.environ, "CLINIC_DATA": str(settings.DATA_DIR), "CLINIC_HTTPS": "0"},
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    try:
        wait_for(process, port)
        part = f"(d) memory of the server around {renders} renders"
        for n in range(10):  # both processes and their presses are warm after this
            fetch(port, doors[n % len(doors)], cookie)
        before = weigh(process.pid)
        start = time.perf_counter()
        for n in range(renders):
            fetch(port, doors[n % len(doors)], cookie)
        taken = time.perf_counter() - start
        after = weigh(process.pid)
        yield Figure(part, "the web processes, warm", before[0] / MEGABYTE, "MB")
        yield Figure(
            part, f"the web processes after {renders} more", after[0] / MEGABYTE, "MB", "warm", after[0] / before[0]
        )
        yield Figure(part, "with the presses, warm", before[1] / MEGABYTE, "MB")
        yield Figure(
            part, f"with the presses after {renders} more", after[1] / MEGABYTE, "MB", "warm", after[1] / before[1]
        )
        yield Figure(
            part, "a sheet, from the click to the last byte", taken / renders * 1000, "ms", note="one after another"
        )
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=40)


def wait_for(process: subprocess.Popen, port: int) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The server did not start.")


def fetch(port: int, address: str, cookie: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
    connection.request("GET", address, headers={"Host": f"localhost:{port}", "Cookie": cookie})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200 or not body.startswith(b"%PDF-"):
        raise RuntimeError(f"{address} answered {response.status}.")
    return body


def weigh(pid: int) -> tuple[int, int]:
    """Bytes of the web processes, and of everything the server started. Memory that processes share counts once."""
    root = psutil.Process(pid)
    family = [root, *root.children(recursive=True)]
    web = whole = 0
    for each in family:
        try:
            weight, is_press = _own(each), "planner.sheets.warm" in each.cmdline()
        except (psutil.NoSuchProcess, psutil.ZombieProcess):  # the child of a render that has just ended
            continue
        whole += weight
        web += 0 if is_press else weight
    return web, whole


def _own(process: psutil.Process) -> int:
    """The process's share of memory where the system tells it (Linux), else all that it has in memory."""
    try:
        full = process.memory_full_info()
    except psutil.AccessDenied:
        return process.memory_info().rss
    return getattr(full, "pss", full.rss)
