"""Plain functions that make one thing each, with as few words as a test needs."""

from __future__ import annotations

import itertools
from datetime import timedelta

from django.utils import timezone

from planner.cases.models import Case, CaseKind, FlagKind, Participant, ParticipantRole, Person, SafetyFlag, TeamMember
from planner.homework.models import Assignment, AssignmentSeries, Response, ReturnedFile
from planner.library import actions as library_actions
from planner.library.models import (
    Facet,
    Intervention,
    InterventionEdition,
    Pathway,
    Statement,
    Worksheet,
    WorksheetEdition,
)
from planner.plans.models import Goal, Objective, Plan
from planner.practice.models import Practice, Role, User
from planner.progress import actions as progress_actions
from planner.progress import own_actions, setting_actions
from planner.progress.models import ProgressPrint
from planner.sessions import note_actions
from planner.sessions.models import AgendaItem, ItemKind, ProgressNote, Session
from planner.sheets.models import Printed

_count = itertools.count(1)
PASSWORD = "correct-horse-battery-staple-42"
ZONE = "America/New_York"


def make_practice(name: str = "Harbour practice", **fields) -> Practice:
    return Practice.objects.create(name=name, country="US", zone=ZONE, **fields)


def make_user(practice: Practice, role: str = Role.CLINICIAN, **fields) -> User:
    n = next(_count)
    user = User(practice=practice, role=role, **{"name": f"Person {n}", "email": f"person{n}@example.org", **fields})
    user.set_password(PASSWORD)
    user.save()
    return user


def make_case(by: User, kind: str = "couple", names: tuple[str, ...] = ("Maya", "Ruben"), **fields) -> Case:
    """A case with its people; a couple is an injured partner and a person in recovery, in that order."""
    n = next(_count)
    case = Case.objects.create(practice=by.practice, kind=kind, **{"code": f"T{n:04d}", **fields})
    TeamMember.objects.create(case=case, user=by, role="lead")
    roles = {
        CaseKind.INDIVIDUAL: [(ParticipantRole.OTHER, "")],
        CaseKind.COUPLE: [(ParticipantRole.PARTNER, "injured"), (ParticipantRole.RECOVERY, "injuring")],
        CaseKind.FAMILY: [(ParticipantRole.CAREGIVER, ""), (ParticipantRole.RECOVERY, ""), (ParticipantRole.CHILD, "")],
    }[kind]
    for order, (name, (role, side)) in enumerate(zip(names, roles, strict=False)):
        person = Person.objects.create(
            practice=by.practice, name=name, print_name=name, is_minor=role == ParticipantRole.CHILD
        )
        Participant.objects.create(case=case, person=person, role=role, side=side, order=order)
    return case


def settle_safety(case: Case, by: User, state: str = "clear", kind: str = FlagKind.VIOLENCE) -> None:
    """A finding of `kind` for everybody in the case."""
    for place in case.participants.all():
        SafetyFlag.objects.create(
            case=case, person=place.person, kind=kind, state=state, basis="asked alone", on=timezone.localdate(), by=by
        )


SHEET_BLOCKS = [
    {"steps": {"items": ["Sit down.", "One talks. One listens."]}},
    {"short": {"id": "pause_word", "label": "Our pause word"}},
    {"lines": {"id": "hard", "label": "When was it hard to feel safe?", "lines": 3, "for": ["partner"]}},
    {"lines": {"id": "hard", "label": "When did something pull at you?", "lines": 3, "for": ["person-in-recovery"]}},
    {"scale": {"id": "close", "label": "How close did you feel?", "low": "far", "high": "near", "audience": "person"}},
]


def sheet_content(slug: str, **fields) -> dict:
    """A small sheet with wordings for two roles."""
    return {
        "slug": slug, "title": "Our talk", "discreet_title": "Weekly sheet", "kind": "worksheet", "pages": 1,
        "one_for_each": "participant", "purpose": "A calm talk helps small hurts stay small.", "blocks": SHEET_BLOCKS,
        **fields,
    }  # fmt: skip


def intervention_content(slug: str, **fields) -> dict:
    """An intervention at the least depth that the format accepts."""
    return {
        "slug": slug, "language": "en", "name": slug.replace("-", " ").capitalize(), "family": "dialogue",
        "aim": "A short and steady talk.", "for_whom": ["couple"], "phase": ["skill-building"], "minutes": 15,
        "setting": ["in-person"], "use_when": "Both can stay in the room.", "not_when": "Safety is not settled.",
        "gates": [], "cautions": ["Go slowly."],
        "steps": [
            {"title": "Frame it", "minutes": 5, "do": "Say what it is.", "words": ["Let us look at the week."]},
            {"title": "Try it", "minutes": 10, "do": "Guide one round.", "words": ["And you?"]},
        ],
        "when_it_goes_wrong": [{"sign": "Silence", "then": "Breathe together."}],
        "variants": {"couple": "As it stands."}, "homework": {"full": "Three times.", "small": "Once."},
        "progress_shows": "Fewer old topics.", "evidence": {"strength": "convention", "statement": "No trial found."},
        "sources": [{"fact": "A fact", "source": "A paper"}], "review": {"written": "2026-11-22"},
        "sheets": [f"{slug}-sheet"],
        **fields,
    }  # fmt: skip


def make_intervention(slug: str = "", gates: tuple[str, ...] = (), sheet: dict | None = None, **fields) -> Intervention:
    """An intervention of a pack with one edition and one worksheet edition."""
    slug = slug or f"intervention-{next(_count)}"
    content = intervention_content(slug, gates=list(gates), **fields)
    intervention = Intervention.objects.create(
        slug=slug, name=content["name"], family=content["family"], aim=content["aim"], minutes=content["minutes"],
        whole_hash=f"{slug}-1",
    )  # fmt: skip
    intervention.current = InterventionEdition.objects.create(
        intervention=intervention, number=1, content=content, content_hash=f"{slug}-1"
    )
    intervention.save()
    for kind in ("phase", "for_whom", "setting"):
        for value in content[kind]:
            Facet.objects.create(intervention=intervention, kind=kind, value=value)
    make_worksheet(intervention, **(sheet or {}))
    library_actions.changed(None)
    return intervention


def make_worksheet(intervention: Intervention, slug: str = "", **fields) -> Worksheet:
    slug = slug or f"{intervention.slug}-sheet"
    content = sheet_content(slug, **fields)
    worksheet = Worksheet.objects.create(intervention=intervention, slug=slug, name=content["title"])
    worksheet.current = WorksheetEdition.objects.create(
        worksheet=worksheet, number=1, content=content, content_hash=f"{slug}-1", grades={}
    )
    worksheet.save()
    return worksheet


def make_session(
    case: Case, by: User, days: int = 1, items: tuple[str, ...] = ("Check-in", "Closing"), **fields
) -> Session:
    """A planned session `days` from now with free items of five minutes each and everybody attending."""
    session = Session.objects.create(
        case=case,
        zone=case.practice.zone,
        changed_by=by,
        **{"starts_at": timezone.now() + timedelta(days=days), **fields},
    )
    session.attendees.set(case.participants.all())
    for position, title in enumerate(items, 1):
        AgendaItem.objects.create(session=session, position=position, kind=ItemKind.FREE, title=title, minutes=5)
    return session


def make_objective(
    case: Case, by: User, text: str = "Ruben tells an urge within a day.", number: int = 1, **goal
) -> Objective:
    """One more objective of the case's active plan, which is made where there is none."""
    plan, _made = Plan.objects.get_or_create(
        case=case,
        state="active",
        defaults={"number": number, "author": by, "changed_by": by, "active_on": timezone.localdate()},
    )
    first = plan.goals.first() or Goal.objects.create(
        plan=plan, position=1, **{"own_words": "Feel safe again.", **goal}
    )
    return Objective.objects.create(
        goal=first, position=first.objectives.count() + 1, text=text, measure="diary", baseline="0", target="3"
    )


def make_note(session: Session, by: User, *, signed: bool = False, **changes) -> ProgressNote:
    """The note of a session that was held, with a text and the risk said; signed where asked."""
    note = note_actions.begin_note(session, by=by)
    changes = {"told": "A calm week, they said.", "risk_level": "none", **changes}
    note_actions.change_note(note, by=by, version=note.version, **changes)
    return note_actions.sign_note(note, by=by, version=note.version) if signed else note


def give_series(case: Case, by: User, person: Person, edition: WorksheetEdition | None = None) -> list[Assignment]:
    """Something given twice, a week apart, the first a week ago: a sheet, or a practice in free words."""
    row = AssignmentSeries.objects.create(
        case=case, first_on=timezone.localdate() - timedelta(days=7), every_days=7, times=2, by=by
    )
    return [make_assignment(case, by, person, edition, series=row, number=n, days=7 * n - 14) for n in (1, 2)]


def make_assignment(
    case: Case, by: User, person: Person | None, edition: WorksheetEdition | None = None, days: int = 0, **fields
) -> Assignment:
    """Something given `days` from today: a sheet, or a practice in free words."""
    task = "" if edition else "Ten slow breaths."
    title = edition.content["title"] if edition else "Slow breaths"
    day = timezone.localdate() + timedelta(days=days)
    words = {"title": title, "task": task, "starts_on": day, **fields}
    return Assignment.objects.create(case=case, by=by, person=person, edition=edition, **words)


def make_response(assignment: Assignment, by: User, **fields) -> Response:
    """What came back of it, finished, waiting for its review."""
    words = {"way": "typed", "values": {"pause_word": "Lighthouse"}, "finished_at": timezone.now(), **fields}
    row = Response.objects.create(assignment=assignment, edition=assignment.edition, by=by, **words)
    Assignment.objects.filter(pk=assignment.pk).exclude(state="reviewed").update(state="back")
    return row


def make_file(case: Case, by: User, **fields) -> ReturnedFile:
    """A file that came back and waits; its bytes are no real PDF."""
    words = {"name": "filled.pdf", "sha256": f"{next(_count):064d}", "content": b"%PDF-1.7 x", "size": 10, **fields}
    return ReturnedFile.objects.create(practice=by.practice, case=case, by=by, **{"pages": 1, **words})


def make_statement(*interventions: Intervention, slug: str = "fear-of-loss", **fields) -> Statement:
    """A problem with its goals and objectives; the interventions it names, or ones that are not there."""
    slugs = [one.slug for one in interventions] + ["not-there", "nor-this", "nor-that"]
    content = {
        "slug": slug, "name": "Fear of being left", "about": "Closeness comes with the fear of losing it.",
        "for_whom": ["individual", "couple"], "descriptions": ["Asks often.", "Sleeps badly.", "Waits.", "Checks."],
        "goals": [{"clinical": f"Goal {n}.", "own_words": "What would be different?"} for n in (1, 2, 3)],
        "objectives": [
            f"By {{by when}}, {{who}} does {{what}} {n} times, as shown by {{measured how}}." for n in range(6)
        ],
        "interventions": slugs[:3], "measures": ["CORE-10"], "sources": [{"fact": "A fact", "source": "A paper"}],
        "review": {"written": "2026-11-22"}, **fields,
    }  # fmt: skip
    return Statement.objects.create(slug=slug, name=content["name"], content=content)


def make_pathway(*interventions: Intervention, slug: str = "first-weeks", **fields) -> Pathway:
    """A pathway of three weekly sessions for a couple; each intervention stands in every one, for ten minutes."""
    items = [{"intervention": one.slug, "minutes": 10, "note": "Slowly."} for one in interventions]
    items.append({"title": "Own words", "minutes": 5})
    content = {
        "slug": slug, "name": "First weeks", "aim": "Steady ground.", "about": "Small steps.", "for_whom": ["couple"],
        "use_when": "It is safe.", "not_when": "It is not.",
        "sessions": [
            {"title": "Safety", "items": items, "choices": [{"if": "it is too much", "then": "stay here."}]},
            {"title": "Alone", "items": items, "with": ["partner"]},
            {"title": "Together", "kind": "repair", "minutes": 60, "after": 14, "items": items},
        ],
        "sources": [{"fact": "A fact", "source": "A paper"}], "review": {"written": "2026-11-22"}, **fields,
    }  # fmt: skip
    return Pathway.objects.create(slug=slug, name=content["name"], content=content)


OWN_MEASURE = """\
slug: our-scale
version: "1"
name: Our scale
about: How the week was.
direction: lower
answers: { min: 0, max: 3 }
items:
  - { n: 1, topic: sleep }
  - { n: 2, topic: rest, reversed: true }
  - { n: 3, topic: hope, risk: { from: 2 } }
scoring: { method: sum, min: 0, max: 9 }
licence: { text: Licensed to us., source: A letter, mark: primary }
texts:
  en:
    title: Our scale
    discreet_title: My answers
    purpose: We look at the week.
    items:
      - { n: 1, ask: "Did you sleep?", answers: [never, some days, most days, always] }
      - { n: 2, ask: "Did you rest?", answers: [never, some days, most days, always] }
      - { n: 3, ask: "Was it too much?", answers: [never, some days, most days, always] }
"""


def make_progress(case: Case, by: User) -> dict:
    """One of each thing of the progress room, for addresses."""
    person = case.participants.first().person
    event = progress_actions.record_event(by=by, case=case, kind="win", known="They laughed.")
    rating = progress_actions.rate(by=by, case=case, person=person, measure="trust", items={1: 4})
    rule = setting_actions.set_due(by=by, case=case, person=person, measure="trust", unit="sessions")
    own = own_actions.add(by=by, text=OWN_MEASURE, right="Letter of the publisher")
    printed, sheet = (make_progress_print(case, person, by, kind) for kind in ("progress", "sheet"))
    return {
        "measure": "trust", "own_measure": own.slug, "rating": rating.pk, "event": event.pk, "row_kind": "event",
        "due_rule": rule.pk, "progress_print": printed.pk, "rating_print": sheet.pk,
    }  # fmt: skip


def make_progress_print(case: Case, person: Person, by: User, kind: str) -> ProgressPrint:
    kept = Printed.objects.create(
        address=f"{kind}-address", title="Door", language="en", pages=1, sha256="0", pdf=b"%PDF-1.7 progress"
    )
    return ProgressPrint.objects.create(
        case=case, person=person, audience="person", kind=kind, address=kept.address, printed=kept, by=by,
        measure="trust" if kind == "sheet" else "", measure_version="1" if kind == "sheet" else "",
    )  # fmt: skip
