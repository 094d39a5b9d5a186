"""Questions that pages ask again and again with other values: the SQL of each is made once.

To build a queryset and to turn it into SQL takes Django three to four times as long as the database takes to answer
what a page asks. `prepared` keeps the SQL. What is asked stays an ordinary queryset in an ordinary function; its rows
come back as ever (joined rows, annotations, values, prefetches), in a list:

    @prepared(case=ID)
    def places_of(case):
        return Participant.objects.filter(case=case).select_related("person")

    places_of(case=4)

What is named in the brackets is a value that may be another each time; it is never None, and a list only where it is
said to be `several` (and is written `case__pk__in=cases` inside). Every other argument belongs to the question itself,
and its SQL is kept for each. Nothing else may change from one call to the next: no clock, language, time zone or
setting is read inside; a day comes in as a value. Who asks comes in as `user`: inside stands an `Asker`, which knows
their role and has places for the rest.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Expression,
    Field,
    IntegerField,
    QuerySet,
    Value,
)
from django.db.transaction import TransactionManagementError
from django.utils import timezone

ID = BigIntegerField()
DAY = DateField()
MOMENT = DateTimeField()
NUMBER = IntegerField()
WORDS = CharField()


class Place(Expression):
    """Where a value goes: among the parameters of the finished SQL it stands for the value of its name."""

    def __init__(self, name: str, kind: Field):
        super().__init__(output_field=kind)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


@dataclass(frozen=True)
class several:
    """Some values of a kind, as one page of a list has them. Places that are left over repeat the last; of no value
    nothing is asked; more than there are places for are asked of in the ordinary way."""

    kind: Field
    most: int = 25

    def places(self, name: str) -> list[Place]:
        return [Place(f"{name} {n}", self.kind) for n in range(self.most)]

    def laid(self, name: str, values: list[Any]) -> dict[str, Any]:
        return {f"{name} {n}": values[min(n, len(values) - 1)] for n in range(self.most)}


class Asker:
    """Who asks, while a question is made ready: what they may do is known, who they are and the day are places. It has
    what `visible_to` and `editable_by` ask of a person, and nothing that is another person's."""

    pk = Place("asker", ID)
    practice_id = Place("asker_practice", ID)
    today = Place("asker_today", DAY)

    def __init__(self, user: Any):
        self.is_authenticated, self.is_active, self.role = standing_of(user)
        self.is_owner, self.is_clinical, self.is_front_desk = (
            getattr(user, name, False) for name in ("is_owner", "is_clinical", "is_front_desk")
        )


def standing_of(user: Any) -> tuple[bool, bool, str]:
    """What a person may do hangs on these alone: whether they are signed in and active, and their role."""
    return user.is_authenticated, user.is_active, getattr(user, "role", "")


def day_of(user: Any) -> datetime.date | Place:
    """The day on which a person asks, also where the person is an `Asker`."""
    return user.today if isinstance(user, Asker) else timezone.localdate()


def put_rows(row: Any, name: str, rows: list[Any]) -> None:
    """Puts rows that were asked for together where a row has them by a reverse name, as a prefetch does: `all()` gives
    them from then on, and nothing else can be asked of them."""
    vars(row).setdefault("_prefetched_objects_cache", {})[name] = rows


class _Ready:
    """A question with its SQL, for one database."""

    def __init__(self, question: QuerySet):
        self.question, self.locks = question, question.query.select_for_update
        self.compiler = question.query.get_compiler(using=question.db)
        try:
            self.sql, self.parameters = self.compiler.as_sql()
            columns = [column for column, *_rest in self.compiler.select]
            turned = self.compiler.get_converters(columns)
            self.turned = {place: column for place, (_converters, column) in turned.items()}
        except EmptyResultSet:  # nobody may see such a row, or none can be
            self.sql = ""

    def rows(self, values: dict[str, Any]) -> list[Any]:
        if not self.sql:
            return []
        connection = connections[self.question.db]
        if self.locks and connection.features.has_select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("Rows can be locked inside a transaction alone.")  # as Django does
        parameters = tuple(
            each.output_field.get_db_prep_value(values[each.name], connection) if isinstance(each, Place) else each
            for each in self.parameters
        )
        compiler = copy.copy(self.compiler)
        compiler.connection = connection  # this thread's own
        compiler.as_sql = lambda *_args, **_kwargs: (self.sql, parameters)
        compiler.get_converters = lambda _columns: {
            place: (connection.ops.get_db_converters(column) + column.get_db_converters(connection), column)
            for place, column in self.turned.items()
        }  # of the few columns alone that a database gives in another form than Python has them
        again = self.question.all()
        again.query.get_compiler = lambda *_args, **_kwargs: compiler
        return list(again)


def made(ask: Callable[[], QuerySet]) -> _Ready:
    """The question, made ready. Tests stop the clock here: a question that reads it is none to be kept."""
    return _Ready(ask())


def counted(rows: QuerySet) -> QuerySet:
    """How many rows there are, as the one value of one row: a question that can be prepared, which `count()` is not.
    `sum` of the answer is the number, also where nobody may see any and no row comes."""
    one = rows.order_by().annotate(one=Value(1)).values("one")
    return one.annotate(many=Count("pk")).values_list("many", flat=True)


def prepared(**kinds: Field | several) -> Callable[[Callable[..., QuerySet]], Callable[..., list[Any]]]:
    """For a function that gives a queryset: called, it gives the rows. All arguments go by name; `user` is the person
    who asks."""

    lists = {name: kind for name, kind in kinds.items() if isinstance(kind, several)}

    def decorate(ask: Callable[..., QuerySet]) -> Callable[..., list[Any]]:
        kept: dict[Hashable, _Ready] = {}

        @wraps(ask)
        def asked(*, user: Any = None, **given: Any) -> list[Any]:
            values = {name: given.pop(name) for name in kinds}
            values |= {name: list(dict.fromkeys(values[name])) for name in lists}
            if not all(values[name] for name in lists):
                return []
            if any(len(values[name]) > kind.most for name, kind in lists.items()):
                return list(ask(**({} if user is None else {"user": user}), **given, **values))
            for name, kind in lists.items():
                values |= kind.laid(name, values.pop(name))
            key: tuple[Hashable, ...] = tuple(given.items())
            if user is not None:
                values |= {"asker": user.pk, "asker_practice": getattr(user, "practice_id", None)}
                values["asker_today"] = timezone.localdate()
                key += standing_of(user)
            if (ready := kept.get(key)) is None:
                places = {
                    name: kind.places(name) if name in lists else Place(name, kind) for name, kind in kinds.items()
                }
                asker = {} if user is None else {"user": Asker(user)}
                ready = kept[key] = made(partial(ask, **asker, **given, **places))
            return ready.rows(values)

        return asked

    return decorate
