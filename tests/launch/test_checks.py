"""The house's own system checks: each one can fail."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.checks import run_checks

from planner import checks


def told(**kwargs) -> set[str]:
    return {message.id for message in run_checks(tags=["planner"], **kwargs)}


@pytest.fixture
def production(settings):
    """What the tests take out of the production settings, put back in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "x"}}
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    return settings


def test_a_sound_installation_is_told_nothing(production):
    assert told(include_deployment_checks=True) == set()


def csp(**changes):
    return {"DIRECTIVES": {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], **changes}}


@pytest.mark.parametrize(
    ("code", "name", "value"),
    [
        ("planner.E010", "MIDDLEWARE", ["django.middleware.common.CommonMiddleware"]),
        ("planner.E011", "CONTENT_SECURITY_POLICY", csp(**{"script-src": ["'self'", "'unsafe-inline'"]})),
        ("planner.E011", "CONTENT_SECURITY_POLICY", csp(**{"img-src": ["*"]})),
        ("planner.E012", "CONTENT_SECURITY_POLICY", csp(**{"default-src": ["'self'"]})),
        ("planner.E013", "PASSWORD_HASHERS", ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]),
        ("planner.E014", "CACHES", {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}),
        ("planner.E015", "SESSION_COOKIE_NAME", "session"),
        ("planner.E016", "FILE_UPLOAD_PERMISSIONS", 0o644),
        ("planner.E017", "EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"),
    ],
)
def test_an_open_door_is_told(production, code, name, value):
    setattr(production, name, value)
    assert told(include_deployment_checks=True) == {code}
    assert told() == set()  # on a developer's machine only `check --deploy` tells


def test_an_engine_with_the_bug_is_refused(monkeypatch):
    monkeypatch.setattr(checks, "SOUND_SQLITE", (99, 0, 0))
    assert told() == {"planner.E002"}


@pytest.mark.parametrize(("name", "mode"), [("secret.key", 0o604), ("field.keys", 0o640), ("clinic.sqlite3", 0o660)])
def test_files_that_others_may_read_are_refused(settings, tmp_path, monkeypatch, name, mode):
    tmp_path.chmod(0o700)
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(checks, "database_file", lambda: tmp_path / "clinic.sqlite3")
    path = tmp_path / name
    path.touch(mode=0o600)
    assert told() == set()
    path.chmod(mode)
    assert told() == {"planner.E001"}


def test_a_folder_that_others_may_enter_is_refused(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o755)
    assert told() == {"planner.E001"}
