"""Return addresses: the opaque, signed name that a printed sheet carries, so that what comes back finds its way.

An address is 24 letters and digits in groups of four (no I, L, O or U, which are easily misread): 80 bits of chance and
a 40-bit signature under the installation's key. It says nothing about whom the sheet is for.
"""

from __future__ import annotations

import re
import secrets

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHANCE, _TAG = 16, 8  # letters of five bits each
_SALT = "planner.sheets.address"
#: What an address looks like in running text, for instance on a scanned page.
PATTERN = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}\b")


def new_address() -> str:
    """A fresh address, never given out before (80 bits of chance)."""
    chance = "".join(secrets.choice(_LETTERS) for _ in range(_CHANCE))
    return _grouped(chance + _tag(chance, settings.SECRET_KEY))


def is_ours(address: str) -> bool:
    """True when this installation signed the address, with its present key or an earlier one."""
    plain = tidy(address).replace("-", "")
    if len(plain) != _CHANCE + _TAG:
        return False
    chance, tag = plain[:_CHANCE], plain[_CHANCE:]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any([constant_time_compare(tag, _tag(chance, key)) for key in keys])  # every key, in equal time


def tidy(text: str) -> str:
    """An address as it was typed or read by a scanner, in its one right form; other text comes back without blanks."""
    plain = re.sub(r"[\s-]+", "", text).upper().translate(str.maketrans("OIL", "011"))
    return _grouped(plain)


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def _tag(chance: str, key: str) -> str:
    digest = salted_hmac(_SALT, chance, secret=key, algorithm="sha256").digest()
    number = int.from_bytes(digest[:5], "big")
    return "".join(_LETTERS[(number >> shift) & 31] for shift in range(35, -1, -5))
