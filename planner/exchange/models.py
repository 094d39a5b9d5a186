"""The calendar feed of one person."""

from __future__ import annotations

from typing import Self

from django.db import models

from planner.base.models import Stamped
from planner.practice.models import User


class CalendarFeedQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A person's own feed, nobody else's."""
        return self.filter(user=user)

    editable_by = visible_to


class CalendarFeed(Stamped):
    """The private address of one person's appointments. Of the address only the hash of its secret part is kept, so
    it is shown once; `initials` says whether titles may carry clients' initials. Taking it back deletes the row."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    initials = models.BooleanField(default=False)
    read_on = models.DateField(null=True, blank=True)  # the last day on which a calendar fetched it

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        app_label = "planner"
