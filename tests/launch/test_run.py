"""`manage.py run`: from nothing to a page, for the practice's own data and for the demo."""

from __future__ import annotations

import http.client
import http.cookiejar
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from clinic.launch import ready, run, server
from clinic.launch.speech import Trouble
from tests.launch.conftest import ROOT, plain_environment

PRACTICE = "No practice yet"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A started planner and what it said so far."""

    def __init__(self, folder: Path, *args: str):
        self.port = free_port()
        self.said = folder.parent / "said.txt"
        with self.said.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run", "--no-browser", "--port", str(self.port), *args],
                cwd=ROOT,
                env=plain_environment(CLINIC_DATA=str(folder)),
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        self.base = f"http://localhost:{self.port}"
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.said.read_text())

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Host": f"localhost:{self.port}", **headers})
        return connection.getresponse()

    def end(self, how: int = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=60)


@pytest.fixture
def start(folder):
    started = []

    def begin(*args: str) -> Running:
        started.append(Running(folder, *args))
        return started[-1]

    yield begin
    for each in started:
        if each.process.poll() is None:
            each.end(signal.SIGTERM)


def test_the_practices_own_data_from_nothing_and_again(start, folder):
    planner = start()
    said = planner.said.read_text()
    link = re.search(rf"{planner.base}(/\S+)", said)[1]
    assert PRACTICE in said
    page = planner.get("/")
    assert (page.status, page.headers["Location"]) == (302, "/sign-in/?next=/")
    assert planner.get(link).status == 200
    assert planner.get("/", **{"X-Forwarded-Proto": "https"}).headers["Strict-Transport-Security"] is None
    assert planner.end() == 0
    assert "Stopped." in planner.said.read_text()
    open_to_others = [path for path in [folder, *folder.iterdir()] if path.stat().st_mode & 0o077]
    assert open_to_others == []

    again = start()
    said = again.said.read_text()
    assert "Gathering" not in said and "Bringing" not in said and "Library" not in said  # nothing had to be done
    assert again.get(link).status != 200  # the link of the last start is dead
    assert again.get(re.search(rf"{again.base}(/\S+)", said)[1]).status == 200
    assert again.end(signal.SIGTERM) == 0


def test_the_demo_has_a_practice_of_its_own_and_its_sign_in_works(start, folder):
    planner = start("--demo")
    said = planner.said.read_text()
    email, password = re.search(r"sign-in: (\S+)\s+Password: (\S+)", said).groups()
    assert PRACTICE not in said
    assert (folder / "demo" / "clinic.sqlite3").exists() and not (folder / "clinic.sqlite3").exists()

    person = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = person.open(f"{planner.base}/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    form = {"csrfmiddlewaretoken": token, "login": email, "password": password, "next": "/cases/"}
    signed_in = person.open(f"{planner.base}/sign-in/", urllib.parse.urlencode(form).encode())
    assert signed_in.url == f"{planner.base}/cases/"
    style = re.search(r'href="(/static/[^"]+\.css)"', signed_in.read().decode())[1]
    assert person.open(planner.base + style).headers["Cache-Control"].endswith("immutable")
    assert planner.end() == 0


def test_a_busy_port_is_said_before_anything_is_made(manage, folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = manage("run", "--no-browser", "--port", str(port))
    assert told.returncode == 1
    assert told.stderr.startswith(f"Port {port} is taken") and f"--port {port + 1}" in told.stderr
    assert list(folder.iterdir()) == []


def test_the_second_address_of_this_machine_counts_too():
    if not run._has_ipv6():
        pytest.skip("this machine has no IPv6")
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        other.listen()
        with pytest.raises(Trouble, match="is taken"):
            run.require_free(other.getsockname()[1])


def test_only_addresses_of_this_machine_are_served():
    assert {address.rsplit(":", 1)[0] for address in run.addresses(8000)} <= {"127.0.0.1", "[::1]"}


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "８０００", "8000.5", ""])
def test_a_port_is_a_number_that_exists(port, capsys):
    with pytest.raises(SystemExit) as refused:
        run.parse(["--port", port])
    assert refused.value.code == 2
    assert "a number from 1 to 65535" in capsys.readouterr().err


def test_the_choices():
    plain = run.parse([])
    assert (plain.demo, plain.port, plain.no_browser) == (False, 8000, False)
    chosen = run.parse(["--demo", "--port", "8001", "--no-browser"])
    assert (chosen.demo, chosen.port, chosen.no_browser) == (True, 8001, True)


def test_data_folders_are_made_for_their_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("CLINIC_DATA", str(tmp_path / "records"))
    assert run.data_folder(demo=True) == tmp_path / "records" / "demo"
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "records", tmp_path / "records" / "demo")] == [
        0o700
    ] * 2


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CLINIC_DATA", str(tmp_path / "file" / "var"))
    with pytest.raises(Trouble, match="cannot be made"):
        run.data_folder(demo=False)


def test_a_database_that_is_none_is_said_in_one_sentence(manage, folder):
    (folder / "clinic.sqlite3").write_bytes(b"this is no database, and was never one" * 100)
    (folder / "clinic.sqlite3").chmod(0o600)
    told = manage("run", "--no-browser", "--port", str(free_port()))
    assert told.returncode == 1
    assert "cannot be opened or changed" in told.stderr and "Traceback" not in told.stderr
    assert (folder / "clinic.sqlite3").read_bytes().startswith(b"this is no database")


def test_a_database_that_others_may_read_is_not_served(manage, folder):
    (folder / "clinic.sqlite3").touch()
    (folder / "clinic.sqlite3").chmod(0o644)
    told = manage("run", "--no-browser", "--port", str(free_port()))
    assert told.returncode == 1
    assert told.stderr == (
        f"{folder / 'clinic.sqlite3'} may be read by others. Mend it with: chmod 600 {folder / 'clinic.sqlite3'}\n"
    )


def test_static_files_are_gathered_again_only_when_one_changed(settings, tmp_path, monkeypatch):
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    gathered = []
    monkeypatch.setattr(ready, "say", gathered.append)
    for _ in range(2):
        ready.collect_static_files()
    assert len(gathered) == 1 and (tmp_path / "static" / "a.css").exists()
    (source / "b.css").write_text("b {}")
    ready.collect_static_files()
    assert len(gathered) == 2 and (tmp_path / "static" / "b.css").exists()


def test_no_browser_is_opened_where_no_screen_is_attached(monkeypatch):
    opened = []
    monkeypatch.setattr(server.subprocess, "Popen", lambda command, **_: opened.append(command[-1]))
    monkeypatch.setattr(server.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    server.open_browser("http://localhost:8000/")
    assert opened == []
    monkeypatch.setenv("DISPLAY", ":0")
    server.open_browser("http://localhost:8000/")
    assert opened == ["http://localhost:8000/"]
