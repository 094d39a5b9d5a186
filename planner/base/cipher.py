"""Secrets at rest: AES-256-GCM under a ring of keys, bound to what the secret is.

A sealed text is `<key id>.<base64 of nonce and ciphertext>`. The newest key seals, every key of the ring opens. To
rotate: put a new key in front of the ring, let the secrets be written again, then take the old key out.
"""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE = 12


class UnknownKey(ValueError):
    """The key that sealed the secret is not in the ring: put it back into field.keys (CLINIC_FIELD_KEYS)."""


class BrokenSeal(ValueError):
    """The sealed text was changed, cut, or sealed for something else."""


def seal(text: str, *, about: str) -> str:
    """The text under the newest key. `about` names what it is ("totp"); it opens under the same name alone."""
    key_id, key = next(iter(_ring().items()))
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), about.encode())
    return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, *, about: str) -> str:
    """The text again. Raises UnknownKey or BrokenSeal; never returns something that was not sealed here."""
    key_id, _, body = sealed.partition(".")
    key = _ring().get(key_id)
    if key is None:
        raise UnknownKey(f"No key {key_id[:20]!r} in the ring. Put it back into field.keys.")
    try:
        raw = base64.b64decode(body, altchars=b"-_", validate=True)
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
    except (InvalidTag, ValueError, binascii.Error) as broken:
        raise BrokenSeal("The sealed text was changed, or sealed for something else.") from broken


def _ring() -> dict[str, bytes]:
    """Key id -> 32 bytes, newest first, out of settings.FIELD_KEYS ("<id>:<base64>")."""
    ring: dict[str, bytes] = {}
    for line in settings.FIELD_KEYS:
        key_id, _, encoded = line.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not key_id or "." in key_id or len(key) != 32:
            raise ImproperlyConfigured('A key in field.keys is not "<id>:<base64 of 32 bytes>".')
        ring.setdefault(key_id, key)
    if not ring:
        raise ImproperlyConfigured("field.keys is empty; secrets cannot be kept without a key.")
    return ring
