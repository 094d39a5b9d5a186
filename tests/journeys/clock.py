"""Time that passes without anybody at the desk."""

from __future__ import annotations

from planner.practice.models import OpenSession, User


def fall_asleep(who: User) -> None:
    """As if nobody had been there for an hour: every sign-in of this person is locked at its next request."""
    store = OpenSession.get_session_store_class()()
    for row in OpenSession.objects.filter(user=who):
        row.session_data = store.encode({**(content := row.get_decoded()), "seen": content["seen"] - 3600})
        row.save()
