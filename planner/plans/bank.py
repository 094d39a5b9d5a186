"""What the statement bank and the pathways offer to a plan: goals, objectives with their interventions, blanks filled
from the case as far as they can be known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from planner.cases.models import Case, Person
from planner.cases.names import current
from planner.library.courses import StatementFile, StatementObjective, blanks_of, pieces
from planner.library.models import Intervention, Pathway, Statement
from planner.plans.sentences import FIELDS
from planner.practice.models import User

#: Blanks that are known without asking: from the case's people, the review, the statement's own measures.
KNOWN = {"who", "by when", "measured how", "how often"}
FIRST_OBJECTIVES = 2  # ticked to begin with
MOST_OF_A_PATHWAY = 8  # interventions taken from a pathway
#: The family whose entries never stand on a plan: a plan is read and signed by everybody in the case.
SCREENING = "safety-screening"


@dataclass(frozen=True)
class OfferedObjective:
    """An objective of a statement: its place there, its words, what of the library goes with it."""

    index: int
    text: str
    intervention: Intervention | None
    measured: str
    chosen: bool

    @property
    def words(self) -> list[tuple[str, bool]]:
        """The text cut at its blanks, each shown by its name: (words, False) and (name of a blank, True)."""
        return pieces(self.text)


@dataclass(frozen=True)
class Offer:
    """A problem of the bank, ready to be taken into a plan."""

    row: Statement
    objectives: tuple[OfferedObjective, ...]
    interventions: tuple[Intervention, ...]

    @property
    def file(self) -> StatementFile:
        return self.row.parsed

    @property
    def goals(self) -> list[tuple[int, str, bool]]:
        """(place, words, ticked)"""
        return [(n, goal.clinical, n == 0) for n, goal in enumerate(self.file.goals)]


def offer(row: Statement, user: User) -> Offer:
    """What a statement offers. One query for its interventions."""
    rows = (
        Intervention.objects.visible_to(user)
        .exclude(family=SCREENING)
        .filter(slug__in=row.parsed.interventions, language=row.language, practice=None)
    )
    found = {one.slug: one for one in rows.select_related("current")}
    interventions = [found[slug] for slug in row.parsed.interventions if slug in found]
    file = row.parsed
    texts = [one.text for one in file.objectives]
    first = sorted(range(len(texts)), key=lambda n: (len(set(blanks_of(texts[n])) - KNOWN), n))[:FIRST_OBJECTIVES]
    alike = links(texts, interventions)
    objectives = [
        OfferedObjective(n, one.text, found.get(one.intervention or "", alike[n]), measured(one, file), n in first)
        for n, one in enumerate(file.objectives)
    ]
    return Offer(row, tuple(objectives), tuple(interventions))


def measured(objective: StatementObjective, file: StatementFile) -> str:
    """How it is measured, as the bank says it. Where the bank is silent, the one measure of the problem; never one of
    several by chance: that would put a number on a plan that does not see what was agreed."""
    return objective.measured or (file.measures[0] if len(file.measures) == 1 else "")


def links(texts: Iterable[str], interventions: list[Intervention]) -> list[Intervention | None]:
    """For each objective the intervention whose name and aim share most words with it; ties go by the bank's order."""
    spread = [set(_stems(f"{one.name} {one.name} {one.aim}")) for one in interventions]
    found: list[Intervention | None] = []
    for n, text in enumerate(texts):
        stems = set(_stems(text))
        order = sorted(range(len(interventions)), key=lambda k: (-len(stems & spread[k]), (k - n) % len(interventions)))
        found.append(interventions[order[0]] if order else None)
    return found


def _stems(text: str) -> list[str]:
    """The words of a text that say something, cut to five letters."""
    return [word.lower()[:5] for word in re.findall(r"[^\W\d_]{4,}", re.sub(r"\{[^{}]*\}", " ", text))]


def who_of(case: Case, person: Person | None) -> str:
    """Who does it, in the names that stand on paper: one person, or everybody who takes part."""
    names = [person.on_paper] if person else [place.person.on_paper for place in current(case)]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def each_of(case: Case, person: Person | None) -> str:
    """As the bank's sentences need it, which speak of one: "Maya", or "each of Maya and Ruben"."""
    who = who_of(case, person)
    return who if person or len(current(case)) < 2 else _("each of %(names)s") % {"names": who}


def prefilled(text: str, *, who: str, measure: str, due: date) -> dict[str, Any]:
    """The columns of an objective that can be known: who, by when, measured how; a rhythm where it is asked for."""
    asked = {FIELDS[blank] for blank in blanks_of(text) if blank in FIELDS}
    known = {"who": who, "due": due, "measure": measure}
    if "how_often" in asked:
        known["how_often"] = _("once a week")
    return known


def due_day(review_days: int) -> date:
    """By when, unless somebody says another day: the next review."""
    return timezone.localdate() + timedelta(days=review_days)


def of_pathway(row: Pathway, user: User) -> list[Intervention]:
    """The interventions of a pathway, each once, in the order of its sessions; those of its templates are not in it,
    nor what is asked of each person alone about safety."""
    slugs = row.parsed.slugs("interventions")
    rows = Intervention.objects.visible_to(user).exclude(family=SCREENING)
    rows = rows.filter(slug__in=slugs, language=row.language, practice=None)
    found = {one.slug: one for one in rows.select_related("current")}
    return [found[slug] for slug in slugs if slug in found][:MOST_OF_A_PATHWAY]
