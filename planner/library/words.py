"""The library's values in words for the screen, and words folded for search."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

FAMILY = {
    "predictability": _("Predictability"),
    "disclosure-and-repair": _("Disclosure and repair"),
    "needs-and-boundaries": _("Needs and boundaries"),
    "dialogue": _("Dialogue"),
    "regulation": _("Regulation"),
    "trust-building": _("Trust building"),
    "patterns-and-triggers": _("Patterns and triggers"),
    "meaning-and-story": _("Meaning and story"),
    "check-ins-and-records": _("Check-ins and records"),
    "relapse": _("Relapse"),
    "safety-screening": _("Safety screening"),
    "course-of-therapy": _("Course of therapy"),
    "network-and-care": _("Network and care"),
}
PHASE = {
    "safety-and-stabilisation": _("Safety and stabilisation"),
    "pattern-recognition": _("Pattern recognition"),
    "skill-building": _("Skill building"),
    "disclosure-and-repair": _("Disclosure and repair"),
    "consolidation": _("Consolidation"),
    "maintenance": _("Maintenance"),
}
FOR_WHOM = {
    "individual": _("Individual"),
    "couple": _("Couple"),
    "family": _("Family"),
    "person-in-recovery": _("Person in recovery"),
    "partner": _("Partner"),
    "caregiver": _("Caregiver"),
}
SETTING = {"in-person": _("In person"), "telehealth": _("Telehealth")}
SHELF = {"favourite": _("My favourites"), "own": _("Our own")}
ROLE = {
    "person-in-recovery": _("Person in recovery"),
    "partner": _("Partner"),
    "caregiver": _("Caregiver"),
    "child": _("Child"),
    "injured": _("Injured"),
    "injuring": _("Injuring"),
    "other": _("Other"),
}
STRENGTH = {
    "trial": _("Trials"),
    "practice-literature": _("Practice literature"),
    "convention": _("Convention"),
    "clinical-consensus": _("Clinical consensus"),
}
GATE = {
    "joint-task": _("Joint task: ask each person alone about safety first"),
    "disclosure": _("Disclosure: safety and legal matters settled first"),
    "facilitated-disclosure": _("Facilitated disclosure: every safety question settled first"),
    "shared-record": _("Shared record: safety and legal matters settled first"),
    "joint-relapse-plan": _("Joint relapse plan: ask each person alone about safety first"),
    "own-relapse-plan": _("A person's own relapse plan: look at withdrawal risk"),
    "exposure-or-guilt": _("Work on guilt or exposure: look at suicide risk"),
    "graded-exposure": _("Graded exposure: look at withdrawal and suicide risk"),
    "mindfulness": _("Mindfulness: not in withdrawal, psychosis or mania"),
    "story-work": _("Story work: look at dissociation and psychosis"),
    "adult-content": _("For adults: not where a minor takes part"),
    "information-sharing": _("Sharing information: consent first"),
}
SHEET_KIND = {
    "worksheet": _("Worksheet"),
    "card": _("Card"),
    "log": _("Log"),
    "plan": _("Plan"),
    "guide": _("Clinician's guide"),
}

#: Kind -> its values in words, lazily; `said` has them ready in one language.
VALUES = {
    "family": FAMILY, "phase": PHASE, "for_whom": FOR_WHOM, "setting": SETTING, "shelf": SHELF, "strength": STRENGTH,
    "gate": GATE,
}  # fmt: skip
LONGEST_WORD = 60
_WORD = re.compile(r"[^\W_]+")
_COMMON = """
a an and are as at be by for from has have if in is it its of on or that the their they this to was with you your
con de del el en es la las lo los o para por que se su sus un una y
"""
#: Words that stand everywhere and find nothing.
COMMON = frozenset(_COMMON.split())


def said() -> dict[str, dict[str, str]]:
    """Kind -> its values in the language of the page. Lists say them by the hundred."""
    return _said_in(get_language())


@cache
def _said_in(_language: str | None) -> dict[str, dict[str, str]]:
    return {kind: {value: str(words) for value, words in values.items()} for kind, values in VALUES.items()}


def fold(text: str) -> str:
    """Lower case without accents, so that "Café" and "cafe" are one word."""
    if text.isascii():  # as nearly every word is: there is nothing to take apart
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """The words of a text, folded; common words left out, overlong ones cut."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text)) if word not in COMMON]
