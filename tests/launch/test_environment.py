"""The private environment: made once, kept while its lock file is the same, mended when it is not."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from clinic.launch import environment, system
from clinic.launch.environment import LOCK, ROOT, Environment
from clinic.launch.speech import Trouble
from tests.launch.conftest import plain_environment


def wheel(folder: Path, version: str) -> Path:
    """A package of one module, as pip takes it."""
    path = folder / f"greeting-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("greeting.py", f"version = {version!r}\n")
        info = f"greeting-{version}.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def lock(folder: Path, version: str) -> None:
    """A lock file of that package, its hash included."""
    path = wheel(folder, version)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / LOCK).write_text(f"greeting @ {path.as_uri()} --hash=sha256:{digest}\n")


@pytest.fixture
def calls(monkeypatch):
    """What would be called instead of being called: a list of commands; they go well."""
    made = []

    def pretend(command, **_):
        made.append([str(part) for part in command])
        if "venv" in made[-1]:
            python = Environment(Path(made[-1][-1]).parent).python
            shutil.rmtree(python.parents[1], ignore_errors=True)
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)
        return True

    monkeypatch.setattr(environment, "call", pretend)
    return made


def kinds(calls: list[list[str]]) -> list[str]:
    return ["venv" if "venv" in call else "pip" for call in calls]


def test_it_is_made_installed_and_refreshed_for_real(tmp_path, capfd):
    here = Environment(tmp_path)
    lock(tmp_path, "1.0")
    assert not here.is_current(LOCK)
    here.refresh(LOCK)
    assert here.is_current(LOCK)
    asked = [here.python, "-c", "import greeting; print(greeting.version)"]
    assert subprocess.run(asked, capture_output=True, text=True).stdout == "1.0\n"

    lock(tmp_path, "2.0")
    assert not here.is_current(LOCK)
    here.refresh(LOCK)
    assert subprocess.run(asked, capture_output=True, text=True).stdout == "2.0\n"

    (tmp_path / LOCK).write_text((tmp_path / LOCK).read_text().replace("sha256:", "sha256:00")[:-3] + "\n")
    with pytest.raises(Trouble, match="could not be installed"):
        here.refresh(LOCK)
    assert not here.is_current(LOCK)
    assert "hash" in capfd.readouterr().err.lower()


def test_later_starts_install_nothing(tmp_path, calls):
    here = Environment(tmp_path)
    (tmp_path / LOCK).write_text("one")
    here.refresh(LOCK)
    assert kinds(calls) == ["venv", "pip"]
    assert "--require-hashes" in calls[1]
    here.refresh(LOCK)
    assert len(calls) == 2


def test_a_changed_lock_file_keeps_the_environment_and_installs_again(tmp_path, calls):
    here = Environment(tmp_path)
    (tmp_path / LOCK).write_text("one")
    here.refresh(LOCK)
    (tmp_path / LOCK).write_text("two")
    here.refresh(LOCK)
    assert kinds(calls) == ["venv", "pip", "pip"]


def test_each_lock_file_has_a_stamp_of_its_own(tmp_path, calls):
    here = Environment(tmp_path)
    for name in (LOCK, environment.DEV_LOCK):
        (tmp_path / name).write_text(name)
    here.refresh(LOCK)
    assert not here.is_current(environment.DEV_LOCK)
    here.refresh(environment.DEV_LOCK)
    assert here.is_current(LOCK)
    assert kinds(calls) == ["venv", "pip", "pip"]


def test_an_interpreter_that_went_away_or_was_replaced_means_a_new_environment(tmp_path, calls):
    here = Environment(tmp_path)
    (tmp_path / LOCK).write_text("one")
    here.refresh(LOCK)
    here.python.unlink()
    assert not here.is_current(LOCK)
    here.refresh(LOCK)
    here.python.unlink()
    here.python.symlink_to("/bin/sh")
    assert not here.is_current(LOCK)
    here.refresh(LOCK)
    assert kinds(calls) == ["venv", "pip"] * 3


def test_an_install_that_was_broken_off_is_done_again(tmp_path, calls, monkeypatch):
    here = Environment(tmp_path)
    (tmp_path / LOCK).write_text("one")
    pretend = environment.call

    def broken_off(command, **_):
        if "pip" in command:
            raise KeyboardInterrupt
        return pretend(command)

    monkeypatch.setattr(environment, "call", broken_off)
    with pytest.raises(KeyboardInterrupt):
        here.refresh(LOCK)
    assert not here.is_current(LOCK)
    monkeypatch.setattr(environment, "call", pretend)
    here.refresh(LOCK)
    assert here.is_current(LOCK)


def test_without_ensurepip_the_package_is_named_or_installed(tmp_path, calls, monkeypatch):
    (tmp_path / LOCK).write_text("one")
    real = environment.importlib.util.find_spec
    monkeypatch.setattr(
        environment.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name)
    )
    monkeypatch.setattr(system, "may_install", lambda: False)
    with pytest.raises(Trouble) as told:
        Environment(tmp_path).refresh(LOCK)
    assert f"sudo apt-get install python3.{sys.version_info.minor}-venv" in str(told.value)
    assert calls == []

    installed = []
    monkeypatch.setattr(system, "may_install", lambda: True)
    monkeypatch.setattr(system, "call", lambda command, **_: installed.append(command) or True)
    Environment(tmp_path).refresh(LOCK)
    assert [command[:2] for command in installed] == [["apt-get", "update"], ["apt-get", "install"]]
    assert kinds(calls) == ["venv", "pip"]


def copied(folder: Path) -> Path:
    """The part of the checkout that starts it."""
    tree = folder / "tree"
    tree.mkdir()
    shutil.copy(ROOT / "manage.py", tree)
    shutil.copytree(ROOT / "clinic", tree / "clinic", ignore=shutil.ignore_patterns("__pycache__"))
    return tree


def test_inside_another_environment_with_django_it_steps_aside(tmp_path):
    """This test's own interpreter is such an environment for a copy of the checkout."""
    tree = copied(tmp_path)
    (tree / "bare.py").write_text("INSTALLED_APPS = []\n")
    env = plain_environment(DJANGO_SETTINGS_MODULE="bare")
    told = subprocess.run([sys.executable, "manage.py", "version"], cwd=tree, env=env, capture_output=True, text=True)
    assert (told.returncode, told.stdout[:2]) == (0, "5."), told.stderr
    assert not (tree / ".venv").exists()


def test_it_enters_its_own_environment_by_starting_again(tmp_path):
    """From an interpreter without Django; the stamp says that everything is installed."""
    base = Path(sys.base_prefix) / "bin" / "python3"
    if not base.exists() or subprocess.run([base, "-c", "import django"], capture_output=True).returncode == 0:
        pytest.skip("there is no interpreter without Django")
    tree = copied(tmp_path)
    here = Environment(tree)
    here.python.parent.mkdir(parents=True)
    here.python.write_text('#!/bin/sh\necho "inside: $*"\n')
    here.python.chmod(0o755)
    (tree / LOCK).write_text("one")
    here._stamp(LOCK).write_text(here._wanted(LOCK))
    env = plain_environment()
    env.pop("VIRTUAL_ENV", None)
    told = subprocess.run([base, "manage.py", "doctor", "-v", "2"], cwd=tree, env=env, capture_output=True, text=True)
    assert (told.returncode, told.stdout) == (0, "inside: manage.py doctor -v 2\n"), told.stderr


@pytest.mark.parametrize("args", [[], ["-h"], ["--help"]])
def test_without_a_command_it_says_the_commands_and_installs_nothing(tmp_path, args):
    tree = copied(tmp_path)
    told = subprocess.run(
        [sys.executable, "manage.py", *args], cwd=tree, env=plain_environment(), capture_output=True, text=True
    )
    assert told.returncode == 0
    assert "run --demo" in told.stdout
    assert not (tree / ".venv").exists()


def test_the_door_says_which_python_it_needs(tmp_path):
    """Read by an interpreter that thinks it is old, manage.py refuses before it imports anything of ours."""
    source = (ROOT / "manage.py").read_text()
    program = f"import sys; sys.version_info = (3, 9, 0, 'final', 0); exec({source!r}, {{'__name__': '__main__'}})"
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert told.returncode == 1
    assert told.stderr.startswith("This needs Python 3.11 or newer")


def test_lock_files_name_no_host_and_no_path_and_carry_hashes():
    for name in (LOCK, environment.DEV_LOCK):
        text = (ROOT / name).read_text()
        assert "://" not in text and "file:" not in text and os.sep + "home" not in text
        pinned = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert pinned and all("==" in line and line.endswith("\\") for line in pinned)


def test_what_runs_is_also_what_is_tested():
    """Every version of the run lock is the version of the test lock."""
    run, dev = ({line.split(" ")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line.split(" ")[0]}
                for name in (LOCK, environment.DEV_LOCK))  # fmt: skip
    assert run <= dev
