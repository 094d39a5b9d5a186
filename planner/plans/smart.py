"""The SMART check: what an objective still lacks, why that matters, and how to say it. It warns and never forbids.

Rules over plain values: no clinical judgement, no counting of words against anybody. The same rules speak while one
types and on the page that is signed.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

#: Words that sound like a result and cannot be seen or counted.
VAGUE = (
    "better",
    "improve",
    "improved",
    "improves",
    "more",
    "less",
    "feel",
    "feels",
    "work on",
    "explore",
    "understand",
)
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BLANK = re.compile(r"\{[^{}]*\}")
MOST_ANDS = 2  # from here on an objective asks for several things
LONGEST = 40  # words


@dataclass(frozen=True)
class Remark:
    """One thing to look at: the letter of SMART, the field it is about, what is missing, and why it is asked."""

    letter: str
    field: str
    says: str
    why: str


@dataclass(frozen=True)
class Facts:
    """What the check reads of an objective. `text` as a sentence, its filled blanks included."""

    text: str = ""
    who: str = ""
    how_often: str = ""
    measure: str = ""
    baseline: str = ""
    target: str = ""
    due: datetime.date | None = None
    baseline_on: datetime.date | None = None


def facts_of(objective: Any) -> Facts:
    """The facts of a row or of a form's values with the same names."""
    names = ("who", "how_often", "measure", "baseline", "target", "due", "baseline_on")
    return Facts(text=objective.sentence, **{name: getattr(objective, name) for name in names})


def check(facts: Facts, today: datetime.date) -> list[Remark]:
    """What is still open, in the order of the word SMART. Nothing where the objective can be followed as it stands."""
    found = [*_specific(facts), *_measurable(facts), *_reachable(facts), *_timed(facts, today)]
    return [one for one in found if one is not None]


def _specific(facts: Facts) -> list[Remark | None]:
    text = _BLANK.sub("", facts.text)
    words = [word.lower() for word in _WORDS.findall(text)]
    if not words:
        return [Remark("S", "text", _("Write what is done."), _("An objective is something a person does."))]
    return [_by_somebody(facts), _one_behaviour(_deed(facts, text)), _seen(facts, text)]


def _deed(facts: Facts, text: str) -> str:
    """The text without who does it and how it shows: two names, or two places where it shows, are still one
    behaviour."""
    for part in filter(None, (facts.who, facts.measure)):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", " ", text)
    return text


def _by_somebody(facts: Facts) -> Remark | None:
    return None if facts.who else Remark("S", "who", _("Who does it?"), _("A name makes it somebody's own."))


def _one_behaviour(deed: str) -> Remark | None:
    if not _is_several(deed):
        return None
    says = _("This may be more than one behaviour. Make two objectives of it.")
    return Remark("S", "text", says, _("With one thing to do, everybody can say whether it happened."))


def _seen(facts: Facts, text: str) -> Remark | None:
    vague = _vague(facts, text)
    if not vague:
        return None
    says = _("Hard to see from outside: “%(word)s”. What would others see or hear?") % {"word": vague}
    return Remark("S", "text", says, _("What can be seen can be noticed, also on a bad day."))


def _is_several(text: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(text)]
    sentences = [part for part in re.split(r"[.!?;]\s+", text.strip()) if _WORDS.search(part)]
    return len(sentences) > 1 or words.count("and") > MOST_ANDS or "and then" in text.lower() or len(words) > LONGEST


def _vague(facts: Facts, text: str) -> str:
    """The first word that cannot be seen, where neither a measure nor a number stands beside it."""
    if facts.measure or any(letter.isdigit() for letter in text + facts.target):
        return ""
    lowered = f" {' '.join(word.lower() for word in _WORDS.findall(text))} "
    return next((word for word in VAGUE if f" {word} " in lowered), "")


def _measurable(facts: Facts) -> list[Remark | None]:
    return [
        Remark("M", "measure", _("How will you know? Name a measure, a rating or a count."),
               _("Without a measure, progress is a matter of opinion.")) if not facts.measure else None,
        Remark("M", "baseline", _("Where does it stand now?"),
               _("A start makes a small step visible.")) if not facts.baseline else None,
        Remark("M", "target", _("What is enough?"),
               _("A target says when this is done and the next thing may begin.")) if not facts.target else None,
    ]  # fmt: skip


def _reachable(facts: Facts) -> list[Remark | None]:
    same = facts.target and facts.target.casefold() == facts.baseline.casefold()
    says = _("Start and target are the same.")
    return [
        Remark("A", "target", says, _("If it is to be kept as it is, say for how long.")) if same else None,
        Remark("R", "how_often", _("How often?"), _("A rhythm fits a week; an intention rarely does."))
        if not facts.how_often and not any(letter.isdigit() for letter in facts.target) else None,
    ]  # fmt: skip


def _timed(facts: Facts, today: datetime.date) -> list[Remark | None]:
    if facts.due is None:
        return [Remark("T", "due", _("By when?"), _("A day brings it back to mind before the review."))]
    if facts.baseline_on and facts.due < facts.baseline_on:
        return [Remark("T", "due", _("The target lies before the start."), _("One of the two days is a slip."))]
    if facts.due < today:
        return [Remark("T", "due", _("This day is past."), _("Set a new day, or record what became of it."))]
    return []
