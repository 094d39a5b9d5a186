"""Own phrases: a person's words to use again, without any client's name or code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from planner.cases.models import Case, Person
from planner.practice.models import User
from planner.practice.trail import record
from planner.sessions.actions import Refused
from planner.sessions.models import Phrase

GAP = "___"  # stands where a name stood; seen at once, filled in at the next use
SHORTEST_NAME = 2
MOST = 200


def without_names(text: str, names: Iterable[str]) -> str:
    """The text with every one of these words taken out, as a whole word with its capital letter."""
    words = sorted({word for name in names for word in name.split() if len(word) >= SHORTEST_NAME}, key=len)
    if not words:
        return text
    pattern = "|".join(map(re.escape, reversed(words)))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", GAP, text)


def names_known_to(user: User) -> set[str]:
    """Names and case codes of everybody whom this person's cases are about. Two queries."""
    people = Person.objects.visible_to(user).values_list("name", "print_name")
    codes = Case.objects.visible_to(user).values_list("code", flat=True)
    return {name for both in people for name in both} | set(codes)


@transaction.atomic
def keep_phrase(*, by: User, short: str, use: str, text: str, phrase: Phrase | None = None, version: int = 0) -> Phrase:
    """A phrase, new or changed, names taken out. Raises Refused where the short form is taken."""
    words: dict[str, Any] = {"short": short, "use": use, "text": without_names(text, names_known_to(by))}
    if phrase is None and Phrase.objects.visible_to(by).count() >= MOST:
        raise Refused(_("You have %(n)d phrases. Take one away first.") % {"n": MOST})
    try:
        with transaction.atomic():
            kept = phrase.change(version, **words) if phrase else Phrase.objects.create(by=by, **words)
    except IntegrityError as taken:
        raise Refused(_("You have a phrase with this short form already.")) from taken
    record("changed" if phrase else "added", by=by, what="phrase", what_id=kept.pk)
    return kept


@transaction.atomic
def remove_phrase(phrase: Phrase, *, by: User) -> None:
    """Takes a phrase away; notes that used it keep their text."""
    pk = phrase.pk
    phrase.delete()
    record("removed", by=by, what="phrase", what_id=pk)
