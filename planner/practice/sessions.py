"""Where sessions live: a table that knows the person of each, with the content encrypted.

Django's own store keeps no person, so that ending somebody's sessions means reading all of them; and allauth keeps
the secret of an authenticator app in the session while it is being set up.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from planner.base import cipher
from planner.practice.models import OpenSession

#: Seconds since 1970 in the session: when the person signed in, and the last sign of a human.
STARTED, SEEN = "started", "seen"
DEVICE = "device"
_ABOUT = "session"


class SessionStore(DatabaseStore):
    """Sessions in `OpenSession`."""

    @classmethod
    def get_model_class(cls) -> type[OpenSession]:
        return OpenSession

    def encode(self, session_dict: dict[str, Any]) -> str:
        return cipher.seal(json.dumps(session_dict, separators=(",", ":")), about=_ABOUT)

    def decode(self, session_data: str) -> dict[str, Any]:
        """An unreadable session (its key has left the ring) is an empty one: the person signs in again."""
        try:
            return json.loads(cipher.unseal(session_data, about=_ABOUT))
        except (cipher.UnknownKey, cipher.BrokenSeal):
            return {}

    def create_model_instance(self, data: dict[str, Any]) -> OpenSession:
        now = timezone.now()
        started = moment(data.get(STARTED)) or now
        return OpenSession(
            session_key=self._get_or_create_session_key(),
            session_data=self.encode(data),
            # The end is counted from the sign-in, however often the session is written.
            expire_date=started + timedelta(seconds=settings.SESSION_COOKIE_AGE),
            user_id=data.get(SESSION_KEY),
            started_at=started,
            seen_at=moment(data.get(SEEN)) or now,
            device=str(data.get(DEVICE, ""))[:60],
        )


def moment(seconds: Any) -> datetime | None:
    """A time out of the session."""
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None


def end_sessions(user_id: int, *, except_key: str | None = None) -> int:
    """Ends the person's sessions at once; how many there were."""
    return OpenSession.objects.filter(user_id=user_id).exclude(session_key=except_key).delete()[0]


_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"))
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


def device_words(user_agent: str) -> str:
    """ "Firefox on Linux": enough to know one's own machine, no fingerprint."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "Browser")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "Linux" if "Linux" in user_agent else "")
    return f"{browser} on {system}" if system else browser
