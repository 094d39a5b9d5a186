"""A case with one of each thing for every person in it, for all together and for the clinician."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from planner.agreements import actions as agreement_actions
from planner.agreements.models import AgreementSignature, Reentry
from planner.boosters import booster_actions
from planner.boosters.models import Ending, ReentryDecision, Reminder
from planner.cases import consent_actions
from planner.cases.models import Audience, Case, GateOverride, Person
from planner.homework.models import Adaptation, Sharing
from planner.plans import actions as plan_actions
from planner.plans import review_actions
from planner.plans.models import SupervisionStep
from planner.practice.models import User
from planner.progress import actions as progress
from planner.progress import setting_actions
from planner.sessions import note_actions, process_actions
from planner.sessions.models import AgendaItem, Handout, NoteObjective, NoteState, NoteStep
from tests import factories
from tests.agreements import make as agreements
from tests.boosters import make as boosters
from tests.plans import make as plans

KINDS = {"individual": ("Sam",), "couple": ("Maya", "Ruben"), "family": ("Maya", "Ruben", "Lee")}
#: What a clinician writes for themselves alone: sealed where it is kept, and on one page.
SEALED = "ZQKC000X sealed"
BLOCKS = [
    {"short": {"id": "word", "label": "One word"}},
    {"lines": {"id": "told", "label": "What is it like?", "lines": 3}},
    {"table": {"id": "grid", "label": "Who helps?", "columns": ["Who", "When"], "rows": 1}},
    {"if_then": {"id": "moves", "label": "First moves", "rows": 1}},
    {"contacts": {"id": "people", "label": "People", "rows": 1}},
    {"checklist": {"id": "ticks", "label": "Signs", "options": ["Short sleep", "Few meals"], "own_line": True}},
    {"card": {"id": "card", "title": "First moves", "lines": ["Breathe."], "blanks": ["I call"]}},
    {"lines": {"id": "alone", "label": "For you alone", "lines": 2, "audience": "person"}},
]


def one_of_each(by: User, kind: str) -> Case:
    """The case, with nothing standing against giving and printing."""
    case = factories.make_case(by, kind, KINDS[kind])
    factories.settle_safety(case, by)
    people = [place.person for place in case.participants.select_related("person")]
    GateOverride.objects.create(case=case, gate="joint-task", reason="Why", by=by)
    for person in people:
        _consents(case, by, person, people)
    _plan(case, by, people)
    _homework(case, by, people)
    _agreements(case, by, people)
    _progress(case, by, people)
    _sessions(case, by, people)
    _boosters(case, by)
    return case


def _readers(people: list[Person]) -> list[dict]:
    """For the clinician's eyes, for everybody's, and for each one's."""
    return [
        {"audience": Audience.CLINICIAN},
        {"audience": Audience.CASE},
        *({"audience": Audience.PERSON, "reader": one} for one in people),
    ]


def _consents(case: Case, by: User, person: Person, people: list[Person]) -> None:
    given = {"what": "What", "purpose": "Why", "discloser": "We", "ends_when": "we stop"}
    kinds = [("treatment", {}), ("contact", {"ways": ["call"]}), ("release", {"recipient": "Somebody"})]
    others = [one for one in people if one != person]
    for kind, more in [*kinds, *(("sharing", {"to_person": one, "about_use": True}) for one in others)]:
        consent = consent_actions.draw_up(by=by, case=case, person=person, kind=kind, **{**given, **more})
        role = "guardian" if person.is_minor else "client"
        consent_actions.sign(by=by, consent=consent, role=role, way="paper", name=person.name)


def _plan(case: Case, by: User, people: list[Person]) -> None:
    plan = plan_actions.begin(case=case, by=by)
    for reader in _readers(people):
        given = {"audience": reader["audience"], "person": reader.get("reader")}
        plan_actions.add_problem(plan=plan, by=by, name="A problem", **given)
        plans.add_goal(plan, by, **given)
    plan_actions.change_plan(plan=plan, by=by, version=type(plan).objects.get(pk=plan.pk).version, presenting="We")
    plan = plans.sign(plan, by)
    for goal in plan.goals.all():
        review_actions.set_standing(
            plan=plan, of=goal, by=by, status="in_progress", progress=50, attainment=0, reason="So"
        )
    review_actions.review(plan=plan, by=by, because="asked", outcome="unchanged", found="Well")
    SupervisionStep.objects.create(plan=plan, step="approved", comment="Well", by=by)


def _homework(case: Case, by: User, people: list[Person]) -> None:
    edition = factories.make_intervention(sheet={"blocks": BLOCKS}).worksheets.get().current
    for person in people:
        factories.give_series(case, by, person)
        Adaptation.objects.create(case=case, person=person, worksheet=edition.worksheet, edition=edition, changed_by=by)
    for person in [*people, None]:
        given = factories.make_assignment(case, by, person, edition)
        file = factories.make_file(case, by)
        response = factories.make_response(given, by, file=file)
        Sharing.objects.create(response=response, person=person or people[0], withdrawn_at=timezone.now())
        factories.make_assignment(case, by, person, edition)
        factories.make_assignment(case, by, person)


def _agreements(case: Case, by: User, people: list[Person]) -> None:
    for person in [*people, *([None] if len(people) > 1 else [])]:
        agreement = agreements.begun(case, by, person=person, blocks=BLOCKS, kind="prevention", word="Calm")
        agreements.adopt(agreement, by)
        version = agreement.versions.get()
        AgreementSignature.objects.create(
            agreed=version, sha256=version.sha256, by=by, role="client", person=person or people[0], name="Who",
            way="none", stance="refuses", reason="So", signed_on=timezone.localdate(),
        )  # fmt: skip
        agreement_actions.add_copy(by=by, version=version, where="Fridge")
        agreements.renewed(agreement, by, word="later")


def _progress(case: Case, by: User, people: list[Person]) -> None:
    ago = timezone.localdate() - timedelta(days=20)
    for reader in _readers(people):
        about = reader.get("reader")
        for kind in ("win", "rupture"):
            progress.record_event(by=by, case=case, kind=kind, person=about, known="It", on=ago, **reader)
        progress.record_stage(by=by, case=case, stage="named", evidence="Seen", **reader)
        progress.record_milestone(by=by, case=case, kind="alliance", evidence="Seen", person=about, **reader)
    for person in people:
        progress.rate(by=by, case=case, person=person, measure="trust", items={1: 4}, note="So", on=ago)
        progress.rate(by=by, case=case, person=person, measure="trust", items={1: 6}, note="So")
        setting_actions.set_due(by=by, case=case, person=person, measure="trust", unit="sessions")
        setting_actions.set_sharing(by=by, case=case, person=person, measure="trust", allowed=True, basis="Said so")
    relapse = progress.record_event(by=by, case=case, kind="relapse", known="It", person=people[-1],
                                    details={"children": "none", "violence": "none", "note": "So"})  # fmt: skip
    Reentry.objects.create(case=case, event=relapse, by=by)


def _sessions(case: Case, by: User, people: list[Person]) -> None:
    worksheet = factories.make_intervention(sheet={"blocks": BLOCKS}).worksheets.get()
    adapted = Adaptation.objects.filter(case=case).first().worksheet
    session = factories.make_session(case, by)
    item = AgendaItem.objects.create(
        session=session, position=9, kind="library", title="Entry", minutes=10,
        edition=worksheet.intervention.current,
    )  # fmt: skip
    for place in case.participants.all():
        for sheet in (worksheet, adapted):
            Handout.objects.create(item=item, edition=sheet.current, participant=place)
    Handout.objects.create(item=item, edition=worksheet.current)
    held = factories.make_session(case, by, days=-2, state="held")
    note = factories.make_note(held, by)
    objective = case.plans.get().goals.first().objectives.first()
    NoteObjective.objects.filter(note=note).delete()
    NoteObjective.objects.create(note=note, objective=objective, step="further", response="Well")
    note = note_actions.sign_note(note, by=by, version=note.version)
    note_actions.add_addendum(note, by=by, text="Later")
    NoteStep.objects.create(note=note, step=NoteState.RETURNED, comment="More", by=by)
    process_actions.write_process_note(held, by=by, version=0, text=SEALED)


def _boosters(case: Case, by: User) -> None:
    series = boosters.make_series(case, by, days_ago=40)
    first, second, third = series.boosters.order_by("number")[:3]
    day = timezone.localdate() - timedelta(days=5)
    booster_actions.hold(first, by=by, version=first.version, on=day, held_well="Well")
    booster_actions.miss(second, by=by, version=second.version, reason="Ill")
    Reminder.objects.create(booster=third, due_on=third.due_on)
    ReentryDecision.objects.create(case=case, decision="stay", reasons=["So"], note="Well", by=by)
    Ending.objects.create(case=case, on=timezone.localdate(), summary="Well", by=by)
