"""What is signed stays: rows of a frozen plan are neither changed nor taken away, and history is only added to."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class PlanIsSigned(TypeError):
    """Somebody tried to change, add to or take away from what was signed. A change is a new version."""


class RowIsKept(TypeError):
    """Somebody tried to change or take away a line of history."""


class PlanTextQuerySet(models.QuerySet):
    """Rows of a plan's text. What would write to a frozen plan raises PlanIsSigned.

    `to_plan` is the look-up from the row to its plan: "plan__", "goal__plan__", or "" for the plan itself.
    """

    to_plan = "plan__"

    def frozen(self) -> models.QuerySet:
        """Rows of plans that somebody signed."""
        return self.exclude(**{f"{self.to_plan}sha256": ""})

    def _must_be_open(self) -> None:
        if self.frozen().exists():
            raise PlanIsSigned("A signed plan is never changed. Begin a new version.")

    def update(self, **changes: Any) -> int:
        self._must_be_open()
        return super().update(**changes)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._must_be_open()
        return super().delete()

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        self.filter(pk__in=[one.pk for one in objs])._must_be_open()
        return super().bulk_update(objs, fields, batch_size)

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        for one in (objs := list(objs)):
            one.must_be_open()
        return super().bulk_create(objs, *args, **kwargs)


class PlanText(models.Model):
    """A row of a plan's text; saved and deleted only while its plan is open."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.must_be_open()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.must_be_open()
        return super().delete(*args, **kwargs)

    def plan_sha256(self) -> str:
        """The hash of the plan it belongs to, as the database has it now; empty while the plan is open."""
        raise NotImplementedError

    def must_be_open(self) -> None:
        """Raises PlanIsSigned where the plan it belongs to was signed."""
        if self.plan_sha256():
            raise PlanIsSigned("A signed plan is never changed. Begin a new version.")


class KeptQuerySet(models.QuerySet):
    """Rows that are added and read, never changed or taken away."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RowIsKept("What was written down here is never changed.")

    update = delete = bulk_update = _refuse


class Kept(models.Model):
    """A line of history: added once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise RowIsKept("What was written down here is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RowIsKept("What was written down here is never taken away.")
