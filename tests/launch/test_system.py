"""What pip cannot install is installed where that is permitted, and named otherwise."""

from __future__ import annotations

import pytest

from clinic.launch import system, testing
from clinic.launch.speech import Trouble


@pytest.fixture
def apt(monkeypatch):
    """The packages that would be installed."""
    asked = []
    monkeypatch.setattr(system, "may_install", lambda: True)
    monkeypatch.setattr(system, "call", lambda command, **_: asked.append(command) or True)
    return asked


def test_a_missing_pango_is_installed_where_that_is_permitted(monkeypatch, apt):
    monkeypatch.setattr(system, "has_pango", lambda: False)
    system.provide_pango()
    assert apt[-1][-3:] == ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]


def test_a_missing_pango_is_named_for_every_system(monkeypatch):
    monkeypatch.setattr(system, "has_pango", lambda: False)
    monkeypatch.setattr(system, "may_install", lambda: False)
    with pytest.raises(Trouble) as told:
        system.provide_pango()
    said = str(told.value)
    for part in ("apt-get install libpango", "dnf install pango", "brew install pango", "pacman -S"):
        assert part in said


def test_when_apt_fails_the_commands_are_named(monkeypatch):
    monkeypatch.setattr(system, "has_pango", lambda: False)
    monkeypatch.setattr(system, "may_install", lambda: True)
    monkeypatch.setattr(system, "call", lambda command, **_: False)
    with pytest.raises(Trouble, match="dnf install pango"):
        system.provide_pango()


def test_pango_that_is_there_is_left_alone(apt):
    assert system.has_pango()
    system.provide_pango()
    assert apt == []


def test_chromium_and_the_pdf_tools_are_installed_or_named(monkeypatch, apt, capsys):
    monkeypatch.setattr(system.shutil, "which", lambda name: None)
    system.offer_test_tools()
    assert apt[-1][-3:] == ["chromium", "poppler-utils", "qpdf"]
    monkeypatch.setattr(system, "may_install", lambda: False)
    system.offer_test_tools()
    assert "sudo apt-get install chromium poppler-utils qpdf" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], ["-n", "2"]),
        (["-k", "sheet", "tests/sheets"], ["-n", "2", "-k", "sheet", "tests/sheets"]),
        (["-n0"], ["-n0"]),
        (["-n", "4"], ["-n", "4"]),
        (["--numprocesses=1"], ["--numprocesses=1"]),
        (["-p", "no:xdist"], ["-p", "no:xdist"]),
        (["--pdb"], ["--pdb"]),
    ],
)
def test_two_processes_unless_told_otherwise(given, passed):
    assert testing.with_processes(given) == passed


def test_nothing_of_a_practice_reaches_the_tests(monkeypatch):
    seen = {}
    monkeypatch.setattr(system, "offer_test_tools", lambda: None)
    monkeypatch.setattr(testing.subprocess, "run", lambda command, **how: seen.update(how, command=command) or Ended())
    monkeypatch.setenv("CLINIC_DATA", "/practice")
    monkeypatch.setenv("CLINIC_SECRET_KEY", "secret")
    monkeypatch.setenv("CLINIC_DATABASE_URL", "postgres:////tmp/x/clinic")
    assert testing.run(["-k", "x"]) == 5
    assert seen["command"][1:] == ["-m", "pytest", "-n", "2", "-k", "x"]
    kept = {name for name in seen["env"] if name.startswith("CLINIC_")} - {"CLINIC_PDFUA_JUDGE", "CLINIC_PICTURES"}
    assert kept == {"CLINIC_DATABASE_URL"}


class Ended:
    """A finished pytest that found no test."""

    returncode = 5
