"""What the tests of this room share."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def fresh_counts():
    """The counts of guesses live in the cache; no test inherits another's."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def sign_in():
    """sign_in(email, password) -> (client, response) through the real page."""

    def enter(email, password=PASSWORD, client=None, **extra):
        client = client or Client()
        response = client.post(reverse("account_login"), {"login": email, "password": password}, **extra)
        return client, response

    return enter


@pytest.fixture
def words():
    """words(response) -> the text of a page without tags, blanks folded."""
    return lambda response: " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
