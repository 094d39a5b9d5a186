"""What was printed, kept so that it reprints byte for byte."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Printed(models.Model):
    """One finished PDF. The bytes are kept, so a reprint is the same for ever, whatever the press becomes.

    `address` is the return address of the whole document; each sheet in it has its own, which its printer keeps.
    """

    address = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=10)
    options = models.JSONField(default=dict)
    pages = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "planner"

    def __str__(self) -> str:
        return self.address
