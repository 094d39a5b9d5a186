"""The one access layer: rows come through `visible_to` or `editable_by`; a stranger's row does not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

M = TypeVar("M", bound=Model)


def find(rows: QuerySet[M], user: Any, **lookup: Any) -> M:
    """The row the person may see. Raises Http404 alike for a row of somebody else and for none at all."""
    return _one(rows.visible_to(user), lookup)


def find_to_edit(rows: QuerySet[M], user: Any, **lookup: Any) -> M:
    """The row the person may change. Whoever may only see it is refused (403); for others it does not exist (404)."""
    found, may_edit = find_and_may_edit(rows, user, **lookup)
    if not may_edit:
        raise PermissionDenied("to_edit")
    return found


def find_and_may_edit(rows: QuerySet[M], user: Any, **lookup: Any) -> tuple[M, bool]:
    """The row the person may see, and whether they may change it, as most who ask may: one query for them. Whatever
    may be changed may be seen (tests/test_doors.py holds it). Raises Http404 as `find` does."""
    found = _first(rows.editable_by(user), lookup)
    return (found, True) if found is not None else (_one(rows.visible_to(user), lookup), False)


def put(row: Any, name: str, known: Any) -> None:
    """Puts what was read already (the person who asks, their practice) where a row names it by id."""
    if getattr(row, f"{name}_id") == known.pk:
        setattr(row, name, known)


def _one(rows: QuerySet[M], lookup: dict[str, Any]) -> M:
    found = _first(rows, lookup)
    if found is None:
        raise Http404
    return found


def _first(rows: QuerySet[M], lookup: dict[str, Any]) -> M | None:
    try:
        return rows.filter(**lookup).first()
    except (OverflowError, ValueError):
        return None


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
