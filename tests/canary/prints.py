"""Everything of a case printed through its own page, in every way to print; what each print holds, and for whom it is.

The press gives HTML alone: what a paper says is the same, and hundreds of them cost seconds.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pypdf
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse

from planner.agreements.models import AgreementVersion
from planner.base.models import Job
from planner.boosters.models import Ending
from planner.cases.models import Case, Participant
from planner.homework.models import Assignment
from planner.plans.models import Plan
from planner.sessions.models import Session
from planner.sheets import press
from planner.sheets.models import Printed
from planner.sheets.papers import Paper
from tests.canary import words

WAYS = [
    {"paper": "letter", "size": "12", "fill": "fields", "name": "full"},
    {"paper": "letter", "size": "12", "fill": "fields", "discreet": "on", "name": "initials"},
    {"paper": "a4", "size": "18", "fill": "lines", "discreet": "on", "name": "none", "greyscale": "on"},
]


RENDER = press.render


class Press:
    """The papers that were printed, by what they say; stands in for the engine."""

    def __init__(self, monkeypatch):
        self.papers: dict[str, Paper] = {}
        monkeypatch.setattr(press, "render", self.render)
        monkeypatch.setattr(press, "picture", lambda pdf, page=0, width=900: pdf)
        monkeypatch.setattr(press, "join", lambda pdfs: b"".join(pdfs))

    def render(self, paper: Paper, *, patience: int = 1) -> press.Rendering:
        html = press.page_html(paper)
        self.papers[html] = paper
        return press.Rendering(html, html.encode(), 1)


def doors(case: Case) -> Iterator[tuple[str, dict]]:
    """The address of every page that prints for a case, with what it offers to choose."""
    places = list(case.participants.all())
    for consent in case.consents.all():
        yield reverse("consent_print", args=[consent.pk]), {}
    for row in Assignment.objects.filter(case=case):
        yield reverse("assignment_print", args=[row.pk]), {"whole": "1" if row.series else ""}
    for version in AgreementVersion.objects.filter(agreement__case=case):
        yield reverse("agreement_print", args=[version.agreement_id]), {"version": str(version.number)}
    yield reverse("where", args=[case.pk]), {}
    yield from _of_each_reader(case, places)
    yield from _of_the_hour(case, places)


def _of_each_reader(case: Case, places: list[Participant]) -> Iterator[tuple[str, dict]]:
    """Papers that ask for whom they are."""
    plan = reverse("plan_print", args=[Plan.objects.get(case=case).pk])
    yield plan, {"whom": "record"}
    yield reverse("progress_print", args=[case.pk]), {}
    for place in places:
        yield plan, {"whom": str(place.person_id)}
        yield reverse("progress_print", args=[case.pk]) + f"?person={place.pk}", {}
        yield reverse("measure_print", args=[case.pk, place.pk, "trust"]), {}
    for whom in [*(str(place.pk) for place in places), *(["all"] if len(places) > 1 else [])]:
        for what in ("dates", "keeping"):
            yield reverse("keeping", args=[case.pk]), {"what": what, "whom": whom}


def _of_the_hour(case: Case, places: list[Participant]) -> Iterator[tuple[str, dict]]:
    joint = ["joint"] if len(places) > 1 else []
    for session in Session.objects.filter(case=case, state="planned"):
        for what in ("packet", "agenda", *joint, *(f"person-{place.pk}" for place in places)):
            yield reverse("session_print", args=[session.pk]), {"what": what}


def for_the_record(case: Case) -> Iterator[str]:
    """The clinician's papers, which print one way."""
    yield reverse("case_audit_print", args=[case.pk])
    yield reverse("case_thread_print", args=[case.pk])
    for session in Session.objects.filter(note__isnull=False, case=case):
        yield reverse("note_print", args=[session.pk])
    for series in case.booster_series.all():
        yield reverse("booster_brief", args=[series.boosters.last().pk])
    yield reverse("ending_print", args=[Ending.objects.get(case=case).pk])


def print_all(client: Client, case: Case) -> None:
    """Presses the button of every page that prints."""
    for address, chosen in doors(case):
        for way in WAYS:
            answer = client.post(address, {**chosen, **way})
            assert answer.status_code in (200, 302), (address, chosen, answer.status_code)
    for address in for_the_record(case):
        assert client.post(address).status_code == 302, address
    client.get(reverse("boosters_paper"))
    client.post(reverse("week_make"))
    call_command("work", str(Job.objects.get(kind="week-sheets").pk))


@dataclass(frozen=True)
class Print:
    """One kept print: what it says, its title, and the letters that its reader may read."""

    name: str
    said: str
    title: str
    may_read: frozenset[str]
    is_nameless: bool


def kept(case: Case) -> list[Print]:
    """Every kept print of the case, with its reader as its record says."""
    letters = words.letters_of(case)
    found = []
    for relation in Printed._meta.get_fields(include_hidden=True):
        for row in (
            words.rows_of(relation.related_model, case) if relation.auto_created and relation.is_relation else ()
        ):
            printed = getattr(row, relation.field.name)
            if printed is not None:
                found.append(_print(row, printed, letters))
    return found


def _print(row: models.Model, printed: Printed, letters: dict[int, str]) -> Print:
    options = printed.options
    nameless = bool(options.get("discreet")) and options.get("name") == "none"
    name = f"{type(row).__name__} {getattr(row, 'kind', '')}"
    return Print(name, bytes(printed.pdf).decode(), printed.title, reader_of(row, letters), nameless)


def reader_of(row: models.Model, letters: dict[int, str]) -> frozenset[str]:
    """The letters that the reader of a record of a print may read."""
    kind = type(row).__name__
    if kind == "PaperCopy":
        row = row.of.agreement
    person = row.person_id
    if kind == "PlanPrint" and row.kind == "record" or getattr(row, "audience", "") == "clinician":
        return frozenset({*letters.values(), words.CLINICIAN, words.JOINT, words.NAME})
    own = {letters[person]} if person else set()
    if len(letters) == 1:  # what is for all is for the one
        own = set(letters.values())
    return frozenset({words.JOINT, words.NAME, *own})


def said_by(prints: list[Print]) -> set[str]:
    """The fields whose words stand in these prints."""
    return {field for one in prints for field in words.found_in(one.said)}


def whole_text_of(pdf: bytes) -> str:
    """Everything that a PDF holds in words: pages, title and keywords, bookmarks, fields with their values."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    parts = [page.extract_text() for page in reader.pages]
    parts += [str(reader.metadata), str(reader.xmp_metadata and reader.xmp_metadata.stream.get_data())]
    parts += [str(reader.outline), str(reader.get_fields() or {}), str(reader.attachments)]
    return " ".join(parts)
