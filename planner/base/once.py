"""A form that is sent twice has one result."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import QueryDict

from planner.base.models import Once


def new_key() -> str:
    """A key for one form, at least 128 bits."""
    return secrets.token_urlsafe(24)


def print_key(sent: QueryDict) -> str:
    """The key of a print dialog, which stays open beside its paper: the same choices sent twice print once, other
    choices print anew. Empty for a form without a key."""
    key = sent.get("once", "")[:40]
    chosen = sorted((name, texts) for name, texts in sent.lists() if name not in ("once", "csrfmiddlewaretoken"))
    return f"{key}.{hashlib.sha256(repr(chosen).encode()).hexdigest()[:20]}" if key else ""


def once(key: str, by_id: int, do: Callable[[], str]) -> str:
    """The address that `do` returns. A second call with the same key waits for the first and returns its address.

    An empty key (a form without one) always does. The write of `do` and the key are one transaction.
    """
    if not key:
        return do()
    try:
        with transaction.atomic():
            row = Once.objects.create(key=key[:64], by=by_id)
            row.answer = do()
            row.save(update_fields=["answer"])
            return row.answer
    except IntegrityError:
        earlier = Once.objects.filter(key=key[:64], by=by_id).first()
        if earlier is None:
            raise
        return earlier.answer
