import re

import pytest

from planner.sheets import addresses


def test_an_address_is_opaque_and_fits_its_column():
    address = addresses.new_address()
    assert addresses.PATTERN.fullmatch(address)
    assert len(address) == 29
    assert address != addresses.new_address()


def test_ours_is_known_and_others_are_not():
    address = addresses.new_address()
    assert addresses.is_ours(address)
    other = "0" if address[0] != "0" else "1"
    assert not addresses.is_ours(other + address[1:])


@pytest.mark.parametrize("wrong", ["", "K7QM", "x" * 29, "' OR 1=1 --", "\x00" * 24, "０" * 24])
def test_what_is_no_address_is_not_ours(wrong):
    assert not addresses.is_ours(wrong)


def test_typed_by_hand_it_is_still_ours():
    address = addresses.new_address()
    typed = address.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert addresses.is_ours(typed)
    assert addresses.tidy(typed) == address


def test_a_changed_key_still_knows_the_old_addresses(settings):
    address = addresses.new_address()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    assert addresses.is_ours(address)
    settings.SECRET_KEY_FALLBACKS = []
    assert not addresses.is_ours(address)


def test_it_is_found_on_a_page():
    address = addresses.new_address()
    assert addresses.PATTERN.findall(f"check-in, edition 2 · {address} page 1 of 2") == [address]
    assert re.search("[ILOU]", address) is None
