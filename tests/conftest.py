"""The cast: an owner, a colleague, a supervisor, the front desk, and a stranger from another practice."""

from __future__ import annotations

import os
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from planner.base.models import Job
from planner.cases import consent_actions
from planner.cases.models import TeamMember, TeamRole
from planner.homework.models import Printout
from planner.library import draft_actions, own, parcels
from planner.library.models import Parcel, SessionTemplate
from planner.practice.models import CrisisLine, Invitation, Role
from planner.sessions.models import AgendaItem, Handout
from planner.sheets.models import Printed
from tests import factories
from tests.library import make

# Playwright keeps an event loop in the thread; Django's guard against that has nothing to protect in a test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def practice(db):
    return factories.make_practice()


@pytest.fixture
def owner(practice):
    return factories.make_user(practice, Role.OWNER, name="Olive Owner", email="olive@example.org")


@pytest.fixture
def colleague(practice):
    return factories.make_user(practice, Role.CLINICIAN, name="Colin Colleague", email="colin@example.org")


@pytest.fixture
def supervisor(practice):
    return factories.make_user(practice, Role.SUPERVISOR, name="Sunita Supervisor", email="sunita@example.org")


@pytest.fixture
def front_desk(practice):
    return factories.make_user(practice, Role.FRONT_DESK, name="Fred Frontdesk", email="fred@example.org")


@pytest.fixture
def stranger(db):
    elsewhere = factories.make_practice(name="Another practice")
    return factories.make_user(elsewhere, Role.OWNER, name="Stella Stranger", email="stella@example.org")


@pytest.fixture
def couple(owner):
    return factories.make_case(owner)


@pytest.fixture
def signed_in(db):
    """signed_in(user) -> a client of that person."""
    from django.test import Client

    def enter(user):
        fresh = Client()
        fresh.force_login(user)
        return fresh

    return enter


@pytest.fixture
def world(owner, colleague, supervisor, front_desk, stranger):
    """One of each thing, the owner's; the supervisor reads the case; the stranger has a case of their own."""
    case = factories.make_case(owner)
    TeamMember.objects.create(case=case, user=supervisor, role=TeamRole.SUPERVISOR)
    factories.settle_safety(case, owner)
    factories.make_case(stranger, names=("Sia", "Tom"))
    intervention = factories.make_intervention("door-entry")
    session = factories.make_session(case, owner)
    item = session.items.first()
    template = SessionTemplate.objects.create(
        slug="door-template", name="Door", aim="Aim", kind="regular", minutes=50,
        content={"slug": "door-template", "for_whom": ["couple"], "items": [{"title": "Talk", "minutes": 10}]},
    )  # fmt: skip
    entry = AgendaItem.objects.create(
        session=session, position=3, kind="library", title="Entry", minutes=10, edition=intervention.current
    )
    worksheet = intervention.worksheets.first()
    handout = Handout.objects.create(item=entry, edition=worksheet.current, participant=case.participants.first())
    kept = Printed.objects.create(
        address="door", title="Door", language="en", pages=1, sha256="0", pdf=b"%PDF-1.7 door"
    )
    printout = Printout.objects.create(case=case, audience="case", kind="packet", printed=kept, by=owner)
    given = factories.give_series(case, owner, case.participants.first().person, worksheet.current)
    response = factories.make_response(given[0], owner)
    line = CrisisLine.objects.create(
        practice=owner.practice, country="US", name="Line", reach="1", source="a page", verified_on=timezone.localdate()
    )
    invitation = Invitation.objects.create(
        practice=owner.practice, email="new@example.org", name="New", token_hash="0" * 64, by=owner,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    parcel = Parcel.objects.create(
        practice=owner.practice, by=owner, content=parcels.zipped(make.PARCEL), sha256="0",
        expires_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    own_sheet = own.copy_worksheet(worksheet=worksheet, by=owner)
    draft = draft_actions.begin(row=own_sheet, by=owner)
    own_draft = draft_actions.begin(row=own_sheet.intervention, by=owner)
    job = Job.objects.create(
        kind="catalogue", by=owner.pk, state="done", progress=100, result=b"%PDF-1.7 door", ended_at=timezone.now()
    )  # fmt: skip
    drawn = {
        "by": owner, "case": case, "person": case.participants.last().person, "kind": "sharing", "what": "What we say",
        "to_person": case.participants.first().person, "purpose": "Planning", "discloser": "We", "ends_when": "we stop",
    }  # fmt: skip
    consent, printed_consent = consent_actions.draw_up(**drawn), consent_actions.draw_up(**drawn)
    printed_consent.printed = kept
    printed_consent.save()
    people = {
        "nobody": None, "stranger": stranger, "colleague": colleague, "front_desk": front_desk,
        "supervisor": supervisor, "owner": owner,
    }  # fmt: skip
    things = {
        "case": case.pk, "participant": case.participants.first().pk, "gate": "joint-task",
        "intervention": intervention.pk, "edition": intervention.current_id,
        "sheet": intervention.worksheets.first().pk, "session": session.pk, "item": item.pk, "template": template.pk,
        "colleague_id": colleague.pk, "version": session.version, "handout": handout.pk, "printout": printout.pk,
        "pathway": factories.make_pathway(intervention).pk, "statement": factories.make_statement(intervention).pk,
        "invitation": invitation.pk, "line": line.pk, "token": "no-such-token",
        "parcel": parcel.pk, "job": job.pk, "assignment": given[1].pk, "series": given[0].series_id,
        "response": response.pk, "file": factories.make_file(case, owner).pk,
    }  # fmt: skip
    things |= {
        "own_sheet": own_sheet.pk, "own_intervention": own_sheet.intervention_id, "draft": draft.pk,
        "own_draft": own_draft.pk, "block": draft.content["blocks"][1]["key"],
    }  # fmt: skip
    things |= {"consent": consent.pk, "printed_consent": printed_consent.pk, "consent_kind": "release"}
    return SimpleNamespace(people=people, things=things, case=case, session=session, item=item)
