"""What the field expects of an hour: how it opens and closes, and how its minutes add up. Minutes are whole minutes.

The lengths are those of an hour of 50 minutes; a longer or shorter one scales them. What stands between opening and
closing is the clinician's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.sessions.models import AgendaItem, ItemKind, SessionKind

HOUR = 50  # minutes: the length of a session unless somebody chooses another, and what the table below is made for
LONGEST = 240
LONGEST_ITEM = 180

_CHECK_IN = (gettext_lazy("Check-in"), 5, 10)
_BRIDGE = (gettext_lazy("Bridge from the last session"), 2, 5)
_HOMEWORK = (gettext_lazy("Homework review"), 7, 10)
_SUMMARY = (gettext_lazy("Summary and feedback"), 5, 10)
_NEXT = (gettext_lazy("Next homework and date"), 5, 8)

#: kind -> (openings, closings); each (title, minutes in an hour of 50, at most).
FRAMES: dict[str, tuple[list[tuple], list[tuple]]] = {
    SessionKind.REGULAR: ([_CHECK_IN, _BRIDGE, _HOMEWORK], [_SUMMARY, _NEXT]),
    SessionKind.REPAIR: (
        [(gettext_lazy("Check-in: is today a good day for this?"), 5, 10), _BRIDGE, _HOMEWORK],
        [(gettext_lazy("Summary, feedback and coming down"), 6, 12), _NEXT],
    ),
    SessionKind.BOOSTER: (
        [
            (gettext_lazy("Check-in: what has held since last time"), 8, 12),
            (gettext_lazy("Early signs and near misses"), 8, 12),
            (gettext_lazy("Homework and maintenance plan in hand"), 6, 10),
        ],
        [_SUMMARY, (gettext_lazy("One thing until the next booster, and its date"), 5, 8)],
    ),
    SessionKind.INTAKE: (
        [
            (gettext_lazy("Welcome, how this works, consent"), 8, 15),
            (gettext_lazy("What brings you, in your own words"), 15, 25),
        ],
        [(gettext_lazy("Summary and questions"), 6, 10), (gettext_lazy("What happens next, and the next date"), 4, 8)],
    ),
    SessionKind.REVIEW: (
        [_CHECK_IN, (gettext_lazy("What we set out to do, and where it stands"), 12, 20), _HOMEWORK],
        [(gettext_lazy("What stays, what changes"), 6, 12), _NEXT],
    ),
}


@dataclass(frozen=True)
class Line:
    """One opening or closing item as it enters a new agenda."""

    kind: str
    title: str
    minutes: int


def frame(kind: str, minutes: int) -> tuple[list[Line], list[Line]]:
    """The openings and closings of a session of this kind and length."""
    openings, closings = FRAMES[kind]
    return (
        [Line(ItemKind.OPENING, str(title), scaled(base, most, minutes)) for title, base, most in openings],
        [Line(ItemKind.CLOSING, str(title), scaled(base, most, minutes)) for title, base, most in closings],
    )


def scaled(base: int, most: int, minutes: int) -> int:
    """`base` minutes of an hour of 50, in a session of `minutes`; at least one, at most `most`."""
    return max(1, min(most, round(base * minutes / HOUR)))


@dataclass(frozen=True)
class Budget:
    """The minutes planned against the minutes there are."""

    planned: int
    minutes: int

    @property
    def over(self) -> int:
        """Minutes too many; negative while some are free."""
        return self.planned - self.minutes

    @property
    def words(self) -> str:
        """ "46 of 50 min"."""
        return _("%(planned)d of %(minutes)d min") % {"planned": self.planned, "minutes": self.minutes}

    @property
    def says(self) -> str:
        """ "over by 6 min", "4 min free", "adds up"."""
        if self.over > 0:
            return ngettext("over by %(n)d min", "over by %(n)d min", self.over) % {"n": self.over}
        if self.over < 0:
            return ngettext("%(n)d min free", "%(n)d min free", -self.over) % {"n": -self.over}
        return _("adds up")


def budget(items: Iterable[AgendaItem], minutes: int) -> Budget:
    """The budget of a session of `minutes` with these items."""
    return Budget(sum(item.minutes for item in items), minutes)
