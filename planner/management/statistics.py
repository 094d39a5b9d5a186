"""What the database knows of its own tables, by which it chooses an index."""

from __future__ import annotations

from django.db import connection


def renew_statistics() -> None:
    """Lets SQLite count what has grown since it last counted (some milliseconds, mostly nothing): it does so only when
    asked. PostgreSQL counts by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize=0x10002")  # all tables, each for a moment at most
