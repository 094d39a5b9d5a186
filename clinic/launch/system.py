"""What pip cannot install. As root on Debian it is installed; elsewhere the exact command is named."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import sys
from dataclasses import dataclass

from clinic.launch.speech import Trouble, call, say


@dataclass(frozen=True)
class Need:
    """Something of the system, what it is for, and how each system gets it."""

    what: str
    debian: tuple[str, ...]
    fedora: tuple[str, ...]
    macos: str
    windows: str

    def commands(self) -> str:
        """The command for each system, one a line."""
        return "\n".join(
            (
                f"  Debian, Ubuntu: sudo apt-get install {' '.join(self.debian)}",
                f"  Fedora:         sudo dnf install {' '.join(self.fedora)}",
                f"  macOS:          {self.macos}",
                f"  Windows:        {self.windows}",
            )
        )


VENV = Need(
    "Python's module for environments (venv with ensurepip)",
    (f"python3.{sys.version_info.minor}-venv",),
    ("python3-pip",),
    "brew install python",
    "install Python from python.org again, with pip",
)
PANGO = Need(
    "Pango, which sets the type of the printed sheets,",
    ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    ("pango", "harfbuzz"),
    "brew install pango",
    "install MSYS2, then in its shell: pacman -S mingw-w64-ucrt-x86_64-pango",
)
TEST_TOOLS = Need(
    "What the tests look at pages and PDFs with (Chromium, poppler, qpdf)",
    ("chromium", "poppler-utils", "qpdf"),
    ("chromium", "poppler-utils", "qpdf"),
    "brew install --cask chromium; brew install poppler qpdf",
    "run the tests inside WSL, with the command for Debian",
)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def may_install() -> bool:
    """Root on a system with apt; sudo is never called unasked."""
    return os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(need: Need) -> bool:
    """Installs with apt, asking nothing."""
    say(f"Installing {' '.join(need.debian)} ...")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    call(["apt-get", "update", "-qq"], env=quiet)
    return call(["apt-get", "install", "-qq", "-y", "--no-install-recommends", *need.debian], env=quiet)


def provide(need: Need) -> None:
    """Installs it where that is permitted. Raises Trouble with the commands for each system otherwise."""
    if not (may_install() and install(need)):
        raise Trouble(f"{need.what} is missing. Install it and start again:\n{need.commands()}")


def has_pango() -> bool:
    """Asks the linker first (fast); where that finds nothing, the press itself, which knows more places."""
    if all(ctypes.util.find_library(name) for name in ("pango-1.0", "pangoft2-1.0")):
        return True
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def provide_pango() -> None:
    if not has_pango():
        provide(PANGO)


def chromium() -> str | None:
    """The path of a Chromium, if there is one."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def offer_test_tools() -> None:
    """Installs what the tests look with, or says the command and goes on: most tests need none of it."""
    if chromium() and shutil.which("pdftotext") and shutil.which("qpdf"):
        return
    if not (may_install() and install(TEST_TOOLS)):
        say(f"{TEST_TOOLS.what}: not all there. Tests that need them will fail until you give\n{TEST_TOOLS.commands()}")
