"""What every room's models share: stamps, the version column against lost updates, one-time keys."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils import timezone


class Stale(Exception):
    """Somebody changed the row since it was read. `current` is the row as it stands now; nothing was written."""

    def __init__(self, current: models.Model):
        self.current = current
        super().__init__("changed since it was read")


class Stamped(models.Model):
    """When a row was made and last changed (UTC)."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Versioned(Stamped):
    """A row that several people may edit: `version` is checked in the UPDATE itself, on every database."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def change(self, version: int, **changes: Any) -> Self:
        """Writes `changes` if the row is still at `version`; the row counts one up. Raises Stale otherwise."""
        rows = type(self)._default_manager.filter(pk=self.pk, version=version)
        if not rows.update(version=version + 1, changed_at=timezone.now(), **changes):
            raise Stale(type(self)._default_manager.get(pk=self.pk))
        self.refresh_from_db()
        return self


class Once(models.Model):
    """A form's one-time key: the second click on the same form gets the first one's answer and writes nothing."""

    key = models.CharField(max_length=64, unique=True)
    by = models.BigIntegerField()  # the id of the person; no foreign key, this floor knows no people
    answer = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "planner"
