"""What the production settings refuse to start with: one sentence, no traceback, exit status 1."""

from __future__ import annotations

import pytest

from planner.base.logs import OneLine  # noqa: F401  (the log format that the settings name)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"CLINIC_HOSTS": "*"}, "CLINIC_HOSTS must name"),
        ({"CLINIC_DEBUG": "1", "CLINIC_HOSTS": "planner.example.org"}, "CLINIC_DEBUG is for this machine alone"),
        ({"CLINIC_HTTPS": "0", "CLINIC_HOSTS": "planner.example.org"}, "Plain HTTP"),
        ({"CLINIC_SECRET_KEY": "django-insecure-" + "x" * 60}, "secret key"),
        ({"CLINIC_SECRET_KEY": "short"}, "secret key"),
    ],
)
def test_unsafe_settings_are_refused_in_one_sentence(manage, changes, says):
    refused = manage("check", **changes)
    assert refused.returncode == 1
    assert says in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""


@pytest.mark.parametrize("name", ["secret.key", "field.keys", "process.keys"])
def test_keys_that_others_may_read_are_refused(manage, folder, name):
    assert manage("check").returncode == 0
    (folder / name).chmod(0o644)
    refused = manage("check")
    assert refused.returncode == 1
    assert f"chmod 600 {folder / name}" in refused.stderr
    told = manage("doctor")
    assert told.returncode == 1
    assert told.stdout.startswith("fault ") and f"chmod 600 {folder / name}" in told.stdout


def test_a_database_that_others_may_read_is_refused(manage, folder):
    database = folder / "clinic.sqlite3"
    database.touch()
    database.chmod(0o644)
    refused = manage("check")
    assert refused.returncode == 1
    assert f"chmod 600 {database}" in refused.stderr


def test_what_the_settings_make_is_for_the_owner_alone(manage, folder):
    assert manage("check").returncode == 0
    assert {path.name: f"{path.stat().st_mode & 0o777:o}" for path in folder.iterdir()} == {
        "secret.key": "600",
        "field.keys": "600",
        "process.keys": "600",
    }


def test_production_settings_have_nothing_to_say_to_check_deploy(manage):
    told = manage("check", "--deploy", "--fail-level", "DEBUG", CLINIC_HOSTS="planner.example.org")
    assert (told.returncode, told.stdout.strip(), told.stderr) == (
        0,
        "System check identified no issues (0 silenced).",
        "",
    )
