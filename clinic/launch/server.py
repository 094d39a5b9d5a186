"""The server: gunicorn, on this machine's own addresses alone; waitress where gunicorn cannot run (Windows).

Two processes with four threads each. Most of a page's time is spent waiting: for a print that a child process renders,
for the one writer SQLite admits (up to 20 s), for a slow browser. A waiting thread costs next to nothing and holds up
nobody, where a process without threads could answer only one person at a time. Two processes, because a practice's
machine has at least two cores and because the site goes on when one of them dies.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading

WORKERS = 2
THREADS = 4
#: Seconds a request in flight gets to finish when the server is told to end.
FINISH = 20


def serve(bind: list[str], *, open_at: str | None = None) -> None:
    """Serves until it is told to end (Ctrl-C, SIGTERM). `open_at` is shown in a browser once the door is open."""
    if os.name == "nt":
        _waitress(bind, open_at)
    else:
        _gunicorn(bind, open_at)


def _gunicorn(bind: list[str], open_at: str | None) -> None:
    from django.db import connections
    from gunicorn.app.base import BaseApplication

    def born(_worker) -> None:
        threading.Thread(target=_warm_the_press, daemon=True).start()
        _begin_rounds()

    def opened(_arbiter) -> None:
        _read_everything()
        connections.close_all()  # a connection carried across a fork can damage a SQLite file
        if open_at:
            open_browser(open_at)

    settings = {
        "bind": bind,
        "workers": WORKERS,
        "worker_class": "gthread",
        "threads": THREADS,
        "graceful_timeout": FINISH,
        "preload_app": True,  # read once, shared by both processes
        "umask": 0o077,
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,  # a second way in that nobody needs
        "forwarded_allow_ips": "",  # no proxy stands before it: X-Forwarded-* from a client counts for nothing
        "when_ready": opened,
        "post_worker_init": born,
    }

    class Server(BaseApplication):
        def load_config(self) -> None:
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self):
            from clinic.wsgi import application

            return application

    try:
        Server().run()
    except SystemExit as end:
        if end.code:
            raise


def _read_everything() -> None:
    """Loads every page's code before the processes part: it is held in memory once, and is here to stay."""
    from django.urls import get_resolver

    from planner.base.garbage import settle

    _ = get_resolver().url_patterns
    settle()


def _begin_rounds() -> None:
    """The periodic work goes on beside the pages, so that nobody has to set up a timer for `manage.py rounds`."""
    from planner.boosters import rounds

    threading.Thread(target=rounds.keep_going, args=(threading.Event(),), daemon=True).start()


def _warm_the_press() -> None:
    """The first print should not wait for the press to start. One that cannot start says so when it is needed."""
    from planner.sheets import press

    with contextlib.suppress(press.Broken):
        press.warm_up()


def _waitress(bind: list[str], open_at: str | None) -> None:
    import waitress

    from clinic.wsgi import application

    _begin_rounds()
    if open_at:
        open_browser(open_at)
    waitress.serve(application, listen=" ".join(bind), threads=WORKERS * THREADS, clear_untrusted_proxy_headers=True)


def open_browser(address: str) -> None:
    """Shows the address in the person's browser, without waiting. Nothing happens where no screen is attached: a text
    browser would take the console."""
    if os.name == "nt" or sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.Popen([sys.executable, "-m", "webbrowser", "-t", address], **quiet)  # noqa: S603
