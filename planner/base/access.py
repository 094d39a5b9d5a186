"""The one access layer: rows come through `visible_to` or `editable_by`; a stranger's row does not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from planner.base.prepared import ID, prepared

M = TypeVar("M", bound=Model)
LARGEST_ID = 2**63 - 1  # what a database can hold; no row has a larger one


def find(rows: QuerySet[M], user: Any, **lookup: Any) -> M:
    """The row the person may see. Raises Http404 alike for a row of somebody else and for none at all."""
    return _one(rows, user, lookup)


def find_to_edit(rows: QuerySet[M], user: Any, **lookup: Any) -> M:
    """The row the person may change. Whoever may only see it is refused (403); for others it does not exist (404)."""
    found, may_edit = find_and_may_edit(rows, user, **lookup)
    if not may_edit:
        raise PermissionDenied("to_edit")
    return found


def find_and_may_edit(rows: QuerySet[M], user: Any, **lookup: Any) -> tuple[M, bool]:
    """The row the person may see, and whether they may change it, as most who ask may: one query for them. Whatever
    may be changed may be seen (tests/test_doors.py holds it). Raises Http404 as `find` does."""
    found = _first(rows, user, lookup, to_edit=True)
    return (found, True) if found is not None else (_one(rows, user, lookup), False)


def put(row: Any, name: str, known: Any) -> None:
    """Puts what was read already (the person who asks, their practice) where a row names it by id."""
    if getattr(row, f"{name}_id") == known.pk:
        setattr(row, name, known)


def _one(rows: QuerySet[M], user: Any, lookup: dict[str, Any]) -> M:
    found = _first(rows, user, lookup)
    if found is None:
        raise Http404
    return found


def _first(rows: QuerySet[M], user: Any, lookup: dict[str, Any], *, to_edit: bool = False) -> M | None:
    rows = rows.all()  # also of a manager
    if list(lookup) == ["pk"] and isinstance(lookup["pk"], int) and (plain := Plain.of(rows)):
        by_id = lookup["pk"] <= LARGEST_ID and _by_id(user=user, plain=plain, to_edit=to_edit, pk=lookup["pk"])
        return by_id[0] if by_id else None
    try:
        return _reached(rows, user, to_edit).filter(**lookup).first()
    except (OverflowError, ValueError):
        return None


def _reached(rows: QuerySet[M], user: Any, to_edit: bool) -> QuerySet[M]:
    return rows.editable_by(user) if to_edit else rows.visible_to(user)


@dataclass(frozen=True)
class Plain:
    """All rows of a model, with joined rows or without: what nearly every page begins with. Of itself a queryset says
    `may_be_prepared` where its reach hangs on who asks, their role and practice and the day, and on nothing else."""

    model: type[Model]
    joined: tuple[str, ...]

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> Plain | None:
        """None where the rows are narrowed, annotated or fetched in another way."""
        query = rows.query
        if not getattr(rows, "may_be_prepared", False) or rows._prefetch_related_lookups or query.where.children:
            return None
        if query.annotations or query.distinct or query.is_sliced or query.deferred_loading[0] or query.values_select:
            return None
        if query.select_for_update or query.select_related is True:
            return None
        return cls(rows.model, tuple(_paths(query.select_related or {})))

    def rows(self) -> QuerySet[Any]:
        rows = self.model._default_manager.all()
        return rows.select_related(*self.joined) if self.joined else rows


def _paths(joined: dict[str, Any], before: str = "") -> Iterator[str]:
    """The names that `select_related` was given, of the tree it keeps."""
    for name, further in joined.items():
        yield f"{before}{name}"
        yield from _paths(further, f"{before}{name}__")


@prepared(pk=ID)
def _by_id(user: Any, plain: Plain, to_edit: bool, pk: Any) -> QuerySet[Any]:
    return _reached(plain.rows(), user, to_edit).filter(pk=pk).order_by()[:1]


def only(*roles: str) -> Callable:
    """A view for these roles alone; others are refused (403), and the refusal stands in the trail."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if getattr(request.user, "role", None) not in roles:
                raise PermissionDenied("role")
            return view(request, *args, **kwargs)

        checked.roles = roles  # type: ignore[attr-defined]  # read by the doors test
        return checked

    return decorate


#: Everybody who works with clients: not the front desk.
clinical = only("owner", "clinician", "supervisor")
#: Those who carry cases of their own.
carrying = only("owner", "clinician")
owner_only = only("owner")
