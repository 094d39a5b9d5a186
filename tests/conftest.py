"""The cast: an owner, a colleague, a supervisor, the front desk, and a stranger from another practice."""

from __future__ import annotations

import os

import pytest

from planner.practice.models import Role
from tests import factories

# Playwright keeps an event loop in the thread; Django's guard against that has nothing to protect in a test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def practice(db):
    return factories.make_practice()


@pytest.fixture
def owner(practice):
    return factories.make_user(practice, Role.OWNER, name="Olive Owner", email="olive@example.org")


@pytest.fixture
def colleague(practice):
    return factories.make_user(practice, Role.CLINICIAN, name="Colin Colleague", email="colin@example.org")


@pytest.fixture
def supervisor(practice):
    return factories.make_user(practice, Role.SUPERVISOR, name="Sunita Supervisor", email="sunita@example.org")


@pytest.fixture
def front_desk(practice):
    return factories.make_user(practice, Role.FRONT_DESK, name="Fred Frontdesk", email="fred@example.org")


@pytest.fixture
def stranger(db):
    elsewhere = factories.make_practice(name="Another practice")
    return factories.make_user(elsewhere, Role.OWNER, name="Stella Stranger", email="stella@example.org")


@pytest.fixture
def couple(owner):
    return factories.make_case(owner)


@pytest.fixture
def signed_in(db):
    """signed_in(user) -> a client of that person."""
    from django.test import Client

    def enter(user):
        fresh = Client()
        fresh.force_login(user)
        return fresh

    return enter
