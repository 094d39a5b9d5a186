"""The words: "ZQKA017X" is the text of field 17 in something of person A. The letter says who may read it.

A, B, D ... one person of the case and the clinician; J everybody in the case; N a name, which everybody in the case
knows; C the clinician alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from planner.cases.models import Case, Person

HOSTILE = '"><img src=x onerror=alert(1)>{{7}}'
#: What no page and no paper may hold: the markup as markup.
LIVE = "<img src=x"
CLINICIAN, JOINT, NAME = "C", "J", "N"
PEOPLE = "ABDEF"
#: Long enough never to stand in a random token.
WORD = re.compile(r"ZQK([A-Z])(\d{3})X", re.I)


def of_a_case() -> list[type[models.Model]]:
    """Every model that hangs on a case or a person, however far down."""
    found: set[type[models.Model]] = {Case, Person}
    rest = set(apps.get_app_config("planner").get_models()) - found
    while more := {model for model in rest if parents(model) & found}:
        found, rest = found | more, rest - more
    return sorted(found, key=lambda model: model.__name__)


def parents(model: type[models.Model]) -> set[type[models.Model]]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation} - {model}


def texts(model: type[models.Model]) -> Iterator[str]:
    """The names of its fields that hold text: typed letters, or plain values with letters in them."""
    for field in model._meta.concrete_fields:
        if isinstance(field, (models.CharField, models.TextField, models.JSONField)) and not field.choices:
            yield field.name


#: Texts that nobody types: hashes, addresses, slugs, numbers by name, drawings.
OF_THE_MACHINE = {
    "AgreementSignature": {"strokes", "sha256"},
    "AgreementVersion": {"people", "sha256"},
    "Addendum": {"sha256"},
    "ChartSharing": {"measure"},
    "Consent": {"ways", "sha256"},
    "ConsentSignature": {"strokes", "sha256"},
    "DueRule": {"measure"},
    "Ending": {"facts"},  # counts by name
    "GateOverride": {"gate"},
    "Goal": {"statement"},
    "NoteSignature": {"strokes", "sha256"},
    "Person": {"language", "print_options"},
    "Plan": {"sha256"},
    "PlanSignature": {"strokes", "sha256"},
    "PrintedSheet": {"address", "prefix"},
    "Problem": {"statement"},
    "ProcessNote": {"sealed"},  # ciphertext; `make` has SEALED put in by its own action
    "ProgressNote": {"sha256"},
    "ProgressPrint": {"measure", "measure_version", "address"},
    "Rating": {"measure", "measure_version", "language", "items", "weights", "subscales", "risk"},
    "Reentry": {"done"},
    "ReturnedFile": {"sha256"},
    "Series": {"zone", "preset", "unit", "skipped", "measures"},
    "Session": {"zone"},
}  # fmt: skip

#: Model -> the way to the row that says whose it is ("": itself), or the one letter of all its texts.
WHOSE: dict[str, str] = {
    "Addendum": CLINICIAN, "Adaptation": "", "AgendaItem": CLINICIAN, "Agreement": "",
    "AgreementSignature": "", "AgreementVersion": "agreement", "Assignment": "", "Booster": CLINICIAN,
    "Case": CLINICIAN, "ChartSharing": CLINICIAN, "Consent": "", "ConsentSignature": "consent", "Ending": CLINICIAN,
    "Event": "", "GateOverride": CLINICIAN, "Goal": "", "Milestone": "", "NoteObjective": CLINICIAN,
    "NoteSignature": CLINICIAN, "NoteStep": CLINICIAN, "Objective": "goal", "PaperCopy": "of.agreement",
    "Person": NAME, "Plan": JOINT, "PlanReview": CLINICIAN, "PlanSignature": "",
    "PlannedIntervention": "objective.goal", "Problem": "", "ProgressNote": CLINICIAN, "Rating": "",
    "ReentryDecision": CLINICIAN, "ReentryRule": JOINT, "RepairStage": "", "Response": "assignment",
    "ReturnedFile": "responses.assignment", "SafetyFlag": CLINICIAN, "Series": CLINICIAN, "Standing": CLINICIAN,
    "SupervisionStep": CLINICIAN,
}  # fmt: skip

#: Single fields that only the clinician reads, in things of others.
FOR_THE_CLINICIAN = {
    "Agreement": {"ended_why"}, "Assignment": {"review_note"}, "Event": {"withdrawn_reason", "details"},
    "Milestone": {"withdrawn_reason"}, "RepairStage": {"withdrawn_reason"},
    "Plan": {"code", "impression", "barriers", "review_rule", "ended_why"},
    "Rating": {"looked_note", "withdrawn_reason"},
}  # fmt: skip
#: The names of those who signed, which everybody who gets the paper reads; the code, which stands in for names.
NAMES = {"Case": {"code"}, "PlanSignature": {"name", "credentials"}, "AgreementSignature": {"name", "credentials"}}


@cache
def numbers() -> dict[tuple[str, str], int]:
    """(model, field) -> the number in its words."""
    every = ((model.__name__, field) for model in of_a_case() for field in texts(model))
    return {field: n for n, field in enumerate(every, 1)}


def said(found: str) -> str:
    """Which field a word is of: "ZQKA017X" -> "A Agreement.ended_why"."""
    letter, number = WORD.fullmatch(found).groups()
    where = next((name for name, n in numbers().items() if n == int(number)), ("ProcessNote", "sealed"))
    return f"{letter} {'.'.join(where)}"


def letters_of(case: Case) -> dict[int, str]:
    """person id -> letter."""
    return {place.person_id: PEOPLE[n] for n, place in enumerate(case.participants.order_by("order", "pk"))}


def whose(row: models.Model, letters: dict[int, str]) -> str:
    """The letter of a row."""
    way = WHOSE[type(row).__name__]
    if way in (CLINICIAN, JOINT, NAME):
        return way
    for step in filter(None, way.split(".")):
        found = getattr(row, step)
        found = found.first() if hasattr(found, "first") else found
        if found is None:  # a file that was not taken in yet is the clinician's
            return CLINICIAN
        row = found
    audience = getattr(row, "audience", "person")
    reader = getattr(row, "reader_id", None) or getattr(row, "person_id", None)
    if audience == "clinician":
        return CLINICIAN
    return letters[reader] if reader and audience == "person" else JOINT


def rows_of(model: type[models.Model], case: Case) -> list[models.Model]:
    """The rows of a model that hang on this case."""
    rows = models.QuerySet(model)
    if model is Case:
        return list(rows.filter(pk=case.pk))
    if model is Person:
        return list(rows.filter(places__case=case).distinct())
    return list(rows.filter(**{f"{way_to_case(model)}": case}).distinct())


@cache
def way_to_case(model: type[models.Model]) -> str:
    """ "goal__plan__case": how a model hangs on its case, the shortest way."""
    ways = [("", model)]
    for way, at in ways:
        for field in at._meta.concrete_fields:
            if field.is_relation and field.related_model is Case:
                return f"{way}{field.name}"
        ways += [
            (f"{way}{field.name}__", field.related_model)
            for field in at._meta.concrete_fields
            if field.is_relation and field.related_model in of_a_case() and field.related_model is not at
            and field.related_model is not Person
        ]  # fmt: skip
    raise LookupError(model)


#: JSON and other texts with a shape of their own: (model, field) -> what to keep, with the word in it.
Shape = Callable[[models.Model, str], Any]


def _fields(row: Any, word: str) -> dict[str, str]:
    """The word in every field of the sheet."""
    blocks = row.edition.blocks if row.edition else ()
    specs = [spec for block in blocks for spec in block.fields()]
    return {spec.name: "on" if spec.kind == "check" else word for spec in specs} or {"noticed": word}


def _adapted(row: Any, word: str) -> dict[str, Any]:
    return {
        "title": word, "purpose": word, "prefilled": {"word": word},
        "blocks": {"1": {"body": {"id": "told", "label": word, "lines": 3}}},
    }  # fmt: skip


SHAPES: dict[tuple[str, str], Shape] = {
    ("Adaptation", "content"): _adapted,
    ("AgreementVersion", "answers"): _fields,
    ("Booster", "notices"): lambda row, word: [word],
    ("Consent", "text"): lambda row, word: f"{word}\n{word}",
    ("Event", "details"): lambda row, word: {**row.details, "note": word},
    ("Goal", "scale"): lambda row, word: [word] * 5,
    ("ProgressNote", "facts"): lambda row, word: {"case": word, "given": [{"title": word, "whom": word}]},
    ("ProgressNote", "parts"): lambda row, word: dict.fromkeys(("told", "response", "plan"), word),
    ("ReentryDecision", "reasons"): lambda row, word: [word],
    ("Response", "values"): _fields,
    ("ReturnedFile", "reading"): lambda row, word: {**row.reading, "values": {"hard": word}, "seen": {"hard": word}},
    ("ReturnedFile", "name"): lambda row, word: f"{word}.pdf",
}


def word_for(row: models.Model, field: str, letters: dict[int, str]) -> str:
    name = type(row).__name__
    letter = whose(row, letters)
    if field in FOR_THE_CLINICIAN.get(name, ()):
        letter = CLINICIAN
    elif field in NAMES.get(name, ()):
        letter = NAME
    return f"ZQK{letter}{numbers()[name, field]:03}X"


def fill(case: Case) -> dict[str, set[str]]:
    """Puts its word into every text of everything of the case, past every guard. Model -> the letters it got."""
    letters = letters_of(case)
    got: dict[str, set[str]] = {}
    for model in of_a_case():
        skipped = OF_THE_MACHINE.get(model.__name__, set())
        free = [field for field in texts(model) if field not in skipped]
        for row in rows_of(model, case):
            changes = {}
            for field in free:
                word = word_for(row, field, letters)
                shape = SHAPES.get((model.__name__, field))
                changes[field] = shape(row, word) if shape else _fits(model, field, word, row)
                got.setdefault(model.__name__, set()).add(word[3])
            if changes:
                models.QuerySet(model).filter(pk=row.pk).update(**changes)
    return got


def _fits(model: type[models.Model], field: str, word: str, row: models.Model) -> str:
    """The word with the row's number, so that what has to differ differs, and markup that has to stay a text."""
    most = model._meta.get_field(field).max_length
    return f"{word}{row.pk}{HOSTILE}"[:most]


def found_in(text: str, allowed: Iterable[str] = ()) -> set[str]:
    """The fields whose words stand in a text although its reader has only the letters `allowed`."""
    allowed = set(allowed)
    return {said(m[0].upper()) for m in WORD.finditer(text) if m[1].upper() not in allowed}
