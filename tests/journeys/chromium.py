"""The system's Chromium, driven by Playwright. A process can run one engine at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: No sandbox: the tests may run as root in a container. /dev/shm is often too small there.
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb")
#: Milliseconds that a page may take until it shows what is expected: a busy machine is slow, not wrong.
PATIENCE = 20_000

expect.set_options(timeout=PATIENCE)


def path() -> str | None:
    """Where Chromium is; None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """A running browser without a window. Where there is none the tests that need it fail: skipped, nobody would miss
    them."""
    if not path():
        pytest.fail("Chromium is not installed (Debian: apt-get install chromium). Without it: -m 'not journey'.")
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=path(), args=list(FLAGS))
        yield browser
        browser.close()
