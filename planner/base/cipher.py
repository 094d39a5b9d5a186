"""Secrets at rest: AES-256-GCM under a ring of keys, bound to what the secret is.

A sealed text is `<key id>.<base64 of nonce and ciphertext>`. The newest key seals, every key of the ring opens. To
rotate: put a new key in front of the ring, let the secrets be written again, then take the old key out.

The ring is field.keys (settings.FIELD_KEYS) unless another is handed in: what must not open with the same keys has a
ring of its own.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE = 12


class UnknownKey(ValueError):
    """The key that sealed the secret is not in the ring: put it back into the ring's file."""


class BrokenSeal(ValueError):
    """The sealed text was changed, cut, or sealed for something else."""


def seal(text: str, *, about: str, ring: Iterable[str] | None = None) -> str:
    """The text under the newest key. `about` names what it is ("totp"); it opens under the same name alone."""
    key_id, key = next(iter(_keys(ring).items()))
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), about.encode())
    return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, *, about: str, ring: Iterable[str] | None = None) -> str:
    """The text again. Raises UnknownKey or BrokenSeal; never returns something that was not sealed here."""
    key_id, _, body = sealed.partition(".")
    key = _keys(ring).get(key_id)
    if key is None:
        raise UnknownKey(f"No key {key_id[:20]!r} in the ring. Put it back into the ring's file.")
    try:
        raw = base64.b64decode(body, altchars=b"-_", validate=True)
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
    except (InvalidTag, ValueError, binascii.Error) as broken:
        raise BrokenSeal("The sealed text was changed, or sealed for something else.") from broken


def key_id_of(sealed: str) -> str:
    """Which key of the ring sealed this."""
    return sealed.partition(".")[0]


def key_ids(ring: Iterable[str] | None = None) -> list[str]:
    """The ids of a ring's keys, newest first."""
    return list(_keys(ring))


def new_key(ring: Iterable[str]) -> str:
    """A line for a new key, under an id that the ring does not have yet."""
    taken = set(key_ids(ring))
    number = next(n for n in range(len(taken) + 1, len(taken) * 2 + 2) if f"k{n}" not in taken)
    return f"k{number}:{base64.b64encode(os.urandom(32)).decode()}"


def _keys(ring: Iterable[str] | None) -> dict[str, bytes]:
    """Key id -> 32 bytes, newest first, out of lines "<id>:<base64>"."""
    found: dict[str, bytes] = {}
    for line in settings.FIELD_KEYS if ring is None else ring:
        key_id, _, encoded = line.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not key_id or "." in key_id or len(key) != 32:
            raise ImproperlyConfigured('A key of the ring is not "<id>:<base64 of 32 bytes>".')
        found.setdefault(key_id, key)
    if not found:
        raise ImproperlyConfigured("The key ring is empty; secrets cannot be kept without a key.")
    return found
