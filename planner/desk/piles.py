"""Things that wait on Today, in piles of one kind: what each is, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from planner.cases.models import Case

#: How many of one kind are shown; what waits elsewhere is not pushed off the page by it.
OF_A_KIND = 8


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: whose, what it is in a sentence, and the button that deals with it. `urgent` is for safety;
    `mark` is another word before the sentence."""

    case: Case
    sentence: str
    do: str
    href: str
    urgent: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Pile:
    """Things of one kind that wait: the first of them, and the page that shows the rest where there are more."""

    things: list[Waiting]
    rest: str = ""


def pile(things: Iterable[Waiting], rest: str) -> Pile:
    """A pile of what was found; give it one more than OF_A_KIND where there are that many."""
    found = list(things)
    return Pile(found[:OF_A_KIND], rest if len(found) > OF_A_KIND else "")
