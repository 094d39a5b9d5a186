"""What every room's models share: stamps, the version column against lost updates, one-time keys, long jobs."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any, Self

from django.db import models
from django.utils import timezone


class Stale(Exception):
    """Somebody changed the row since it was read. `current` is the row as it stands now; nothing was written."""

    def __init__(self, current: models.Model):
        self.current = current
        super().__init__("changed since it was read")


class Worded(models.Model):
    """Says the words of its choices."""

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field) -> str:
        """What Django's own says. That one turns all choices over at every call, which is felt in long lists."""
        value = getattr(self, field.attname)
        return str(_words(field).get(value, "" if value is None else value))


class Stamped(Worded):
    """When a row was made and last changed (UTC)."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


@cache
def _words(field: models.Field) -> dict[Any, Any]:
    """What each choice of a field is called, in the language that is on when it is asked for."""
    return dict(field.flatchoices)


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


class JobState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: A job that has given no sign of life for this long is dead: its process was killed, or never came up.
LIFE_SIGN = timedelta(seconds=60)


class JobQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """A person's own jobs, nobody else's."""
        return self.filter(by=user.pk) if user.is_authenticated else self.none()

    editable_by = visible_to


class Job(models.Model):
    """Long work for one person, done by a process of its own; its result waits here.

    `by` is the id of the person (this floor knows no people), `asked` what the work needs to know, `progress` 0 to 100,
    `sign_at` the last sign of life, `said` a sentence for the person where it failed.
    """

    kind = models.CharField(max_length=40)
    by = models.BigIntegerField()
    asked = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    sign_at = models.DateTimeField(default=timezone.now)
    cancel_asked = models.BooleanField(default=False)
    said = models.CharField(max_length=300, blank=True)
    result = models.BinaryField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        indexes = [models.Index(fields=["by", "kind", "-made_at"])]

    @property
    def is_open(self) -> bool:
        """Waiting or running, and alive."""
        return self.state in (JobState.WAITING, JobState.RUNNING) and not self.is_dead

    @property
    def is_dead(self) -> bool:
        """Not ended, but without a sign of life: to be shown as failed."""
        return self.state in (JobState.WAITING, JobState.RUNNING) and timezone.now() - self.sign_at > LIFE_SIGN

    @property
    def shown_state(self) -> str:
        """The state as a person should read it: a dead job has failed."""
        return JobState.FAILED if self.is_dead else self.state
