"""Two kinds of pack file beyond the single hour: statements for treatment plans, and pathways of several sessions.

A statement names a problem of the field with goals, objectives, interventions and measures; a plan is built from it. A
pathway lists sessions in order, with the days between them and the points at which the clinician chooses. Its gates
stand nowhere in the file: they are those of the interventions that it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from planner.library import packparts
from planner.library.packparts import (
    Language,
    Line,
    Minutes,
    Part,
    Prose,
    Review,
    Role,
    SessionKind,
    Slug,
    Source,
    Unit,
)

#: What an objective may leave open. Each is written into the text as {name} and filled in for the person.
BLANKS = ("who", "what", "how often", "by when", "measured how", "how many", "start", "target")
#: What makes an objective measurable: every one names these, and says what is done or how often.
MUST = ("who", "by when", "measured how")
_BLANK = re.compile(r"\{([^{}]*)\}")

#: Measures by name. Ratings from 0 to 10 are the practice's own and no validated measure.
Measure = Literal[
    "PHQ-9", "GAD-7", "CORE-10", "CSI-16", "CSI-4", "BAM-R", "AUDIT-C", "PACS", "PCL-5", "Goal Attainment Scaling",
    "0-10 trust, rated in private", "0-10 felt safety, rated in private", "0-10 closeness, rated in private",
    "0-10 distress", "0-10 craving", "0-10 homework done", "0-10 confidence",
]  # fmt: skip


def blanks_of(text: str) -> list[str]:
    """The names of the blanks in a text, in order."""
    return _BLANK.findall(text)


def pieces(text: str) -> list[tuple[str, bool]]:
    """The text cut at its blanks: (words, False) and (name of a blank, True)."""
    return [(part, place % 2 == 1) for place, part in enumerate(_BLANK.split(text)) if part]


def plain(text: str) -> str:
    """The text with its blanks in square brackets, as it is pasted into a record."""
    return _BLANK.sub(r"[\1]", text)


def _blanks_are_known(text: str) -> str:
    unknown = sorted(set(blanks_of(text)) - set(BLANKS))
    if unknown:
        raise ValueError(f"no blank is called {unknown[0]!r}; there are {', '.join(BLANKS)}")
    if "{" in _BLANK.sub("", text) or "}" in _BLANK.sub("", text):
        raise ValueError("a brace stands alone; a blank is written {who}")
    return text


def _measurable(text: str) -> str:
    named = set(blanks_of(_blanks_are_known(text)))
    missing = [name for name in MUST if name not in named]
    if missing:
        raise ValueError(f"an objective names {{{missing[0]}}}")
    if not named & {"what", "how often", "how many", "target"}:
        raise ValueError("an objective says {what}, {how often}, {how many} or {target}")
    return text


Objective = Annotated[Line, AfterValidator(_measurable)]


class Goal(Part):
    """A goal in clinical words, and what to ask for so that the client's own words stand beside them."""

    clinical: Line
    own_words: Line


class StatementObjective(Part):
    """One objective of a problem. `intervention`: what is done for it. `measured`: what goes into {measured how} until
    somebody writes other words, because a count of acts is not seen by a questionnaire about mood. Only the sentence
    has to be there; it may stand alone as a plain text."""

    text: Objective
    intervention: Slug | None = None
    measured: Line | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, data: Any) -> Any:
        return {"text": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """Either form, so that the published schema refuses nothing that is read."""
        return {"anyOf": [{"type": "string"}, handler(core)]}


class StatementFile(Part):
    """A problem of the field for treatment plans: how it shows, what to aim at, how one would know."""

    slug: Slug
    language: Language = "en"
    name: Line
    about: Prose
    for_whom: tuple[Unit, ...] = Field(min_length=1)
    descriptions: tuple[Line, ...] = Field(min_length=4)
    goals: tuple[Goal, ...] = Field(min_length=3)
    objectives: tuple[StatementObjective, ...] = Field(min_length=6)
    interventions: tuple[Slug, ...] = Field(min_length=3)
    measures: tuple[Measure, ...] = Field(min_length=1)
    cautions: tuple[Prose, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)
    review: Review

    @model_validator(mode="after")
    def _done_with_what_it_lists(self) -> StatementFile:
        strange = [one.intervention for one in self.objectives if one.intervention not in (None, *self.interventions)]
        if strange:
            raise ValueError(f"an objective is done with {strange[0]!r}, which is not among the interventions")
        return self

    def names(self) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
        """(folder, slug, path in the file) of every other entry it leads to."""
        for n, slug in enumerate(self.interventions):
            yield "interventions", slug, ("interventions", n)


class Choice(Part):
    """A point at which the clinician decides: what shows, and then which way."""

    if_: Line = Field(alias="if")
    then: Line


class PathwaySession(Part):
    """One session. Its work comes from a session template, or from items between the hour's own opening and closing.

    `after` are days since the session before. `with`: the only roles who come; nobody named: everybody.
    """

    title: Line
    kind: SessionKind = "regular"
    minutes: Minutes = 50
    after: Annotated[int, Field(ge=0, le=366)] = 7
    with_roles: tuple[Role, ...] = Field(default=(), alias="with")
    template: Slug | None = None
    items: tuple[packparts.TemplateItem, ...] = Field(default=(), max_length=8)
    choices: tuple[Choice, ...] = Field(default=(), max_length=4)

    @model_validator(mode="after")
    def _one_of_both(self) -> PathwaySession:
        if bool(self.template) == bool(self.items):
            raise ValueError("expected either a template or items")
        total = sum(item.minutes for item in self.items)
        if total > self.minutes:
            raise ValueError(f"the items take {total} minutes, more than the {self.minutes} of the session")
        return self


class PathwayFile(Part):
    """A course of several sessions for one aim."""

    slug: Slug
    language: Language = "en"
    name: Line
    aim: Line
    about: Prose
    for_whom: tuple[Unit, ...] = Field(min_length=1)
    use_when: Prose
    not_when: Prose
    sessions: tuple[PathwaySession, ...] = Field(min_length=2, max_length=24)
    sources: tuple[Source, ...] = Field(min_length=1)
    review: Review

    @model_validator(mode="after")
    def _has_a_choice(self) -> PathwayFile:
        if not any(session.choices for session in self.sessions):
            raise ValueError("expected at least one choice point")
        return self

    def names(self) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
        """(folder, slug, path in the file) of every other entry it leads to."""
        for n, session in enumerate(self.sessions):
            if session.template:
                yield "templates", session.template, ("sessions", n, "template")
            for m, item in enumerate(session.items):
                if item.intervention:
                    yield "interventions", item.intervention, ("sessions", n, "items", m, "intervention")

    def slugs(self, folder: str) -> list[str]:
        """The slugs of one kind of entry that it leads to, each once."""
        return list(dict.fromkeys(slug for kind, slug, _path in self.names() if kind == folder))

    @property
    def days(self) -> list[int]:
        """For each session, how many days after the first."""
        found, total = [], 0
        for n, session in enumerate(self.sessions):
            total += session.after if n else 0
            found.append(total)
        return found
