"""Secrets at rest."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from planner.base import cipher

OLD = f"k1:{base64.b64encode(b'a' * 32).decode()}"
NEW = f"k2:{base64.b64encode(b'b' * 32).decode()}"


@pytest.fixture(autouse=True)
def ring(settings):
    settings.FIELD_KEYS = [OLD]


def test_round_trip_and_never_twice_the_same():
    first, second = cipher.seal("Żółw 漢字", about="x"), cipher.seal("Żółw 漢字", about="x")
    assert first != second
    assert cipher.unseal(first, about="x") == cipher.unseal(second, about="x") == "Żółw 漢字"


def test_an_old_key_opens_and_the_newest_seals(settings):
    sealed = cipher.seal("secret", about="x")
    settings.FIELD_KEYS = [NEW, OLD]
    assert cipher.unseal(sealed, about="x") == "secret"
    assert cipher.seal("secret", about="x").startswith("k2.")


def test_a_key_that_left_the_ring_is_named(settings):
    sealed = cipher.seal("secret", about="x")
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(cipher.UnknownKey, match="k1"):
        cipher.unseal(sealed, about="x")


def test_a_changed_text_does_not_open():
    sealed = cipher.seal("secret", about="x")
    other = "B" if sealed[10] == "A" else "A"
    for spoiled in (sealed[:-4], sealed[:10] + other + sealed[11:], "k1.", "k1.%%"):
        with pytest.raises(cipher.BrokenSeal):
            cipher.unseal(spoiled, about="x")


def test_it_opens_under_its_own_name_alone():
    with pytest.raises(cipher.BrokenSeal):
        cipher.unseal(cipher.seal("secret", about="totp"), about="session")


@pytest.mark.parametrize("keys", [[], ["k1"], ["k1:short"], [":" + OLD.partition(":")[2]]])
def test_a_bad_ring_is_refused(settings, keys):
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        cipher.seal("secret", about="x")
