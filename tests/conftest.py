"""The cast: an owner, a colleague, a supervisor, the front desk, and a stranger from another practice."""

from __future__ import annotations

import contextlib
import os
import threading
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from django.utils import timezone, translation

from planner.agreements.models import Agreement, AgreementVersion, PaperCopy, Reentry
from planner.base import prepared
from planner.base.models import Job
from planner.boosters.models import Booster, Ending, Reminder
from planner.cases import consent_actions
from planner.cases.models import TeamMember, TeamRole
from planner.exchange.models import CalendarFeed
from planner.homework.models import Printout
from planner.library import draft_actions, own, parcels
from planner.library.models import Parcel, SessionTemplate
from planner.plans import actions as plan_actions
from planner.plans.models import PlanPrint
from planner.practice.models import CrisisLine, Invitation, Role
from planner.progress.models import Event
from planner.sessions.models import AgendaItem, Handout
from planner.sessions.phrases import keep_phrase
from planner.sheets.models import Printed
from tests import factories
from tests.boosters import make as boosters
from tests.library import make
from tests.plans import make as plan_make

# Playwright keeps an event loop in the thread; Django's guard against that has nothing to protect in a test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

#: What no prepared question may read.
CHANGING = (
    *((timezone, name) for name in ("now", "localtime", "localdate", "get_current_timezone")),
    *((translation, name) for name in ("get_language", "gettext", "pgettext")),
)
#: The fixtures of pytest-django that open the database.
DATABASE = {"db", "transactional_db", "django_db_setup"}


def pytest_addoption(parser):
    parser.addoption(
        "--only-database",
        action="store_true",
        help="only what asks the database something: what another engine could answer differently",
    )


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--only-database"):
        return
    asks = [bool(DATABASE & set(item.fixturenames) or item.get_closest_marker("django_db")) for item in items]
    config.hook.pytest_deselected(items=[item for item, it_asks in zip(items, asks, strict=True) if not it_asks])
    items[:] = [item for item, it_asks in zip(items, asks, strict=True) if it_asks]


@pytest.fixture(autouse=True)
def in_the_practices_zone():
    """A test's "today" is the practice's, as in a request: for five hours of the day Greenwich is a day ahead of it."""
    with timezone.override(factories.ZONE):
        yield


@pytest.fixture(autouse=True, scope="session")
def nothing_changing_is_read_while_a_question_is_made_ready():
    """Its SQL is kept: a clock or a language that was read once would hold for ever. Another thread may read them
    meanwhile: a live server answers several at a time."""
    here = threading.local()

    def stopped(where, name):
        plain = getattr(where, name)

        def read(*args, **kwargs):
            if getattr(here, "makes_ready", False):
                raise AssertionError(f"{name} was read")
            return plain(*args, **kwargs)

        return mock.patch.object(where, name, read)

    def made(ask):
        here.makes_ready = True
        try:
            return plain_made(ask)
        finally:
            here.makes_ready = False

    plain_made = prepared.made
    with contextlib.ExitStack() as stack:
        for where, name in CHANGING:
            stack.enter_context(stopped(where, name))
        stack.enter_context(mock.patch.object(prepared, "made", made))
        yield


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
    series = boosters.make_series(case, owner)
    booster = boosters.due(series, 0)
    missed = boosters.make_series(case, owner, name="Door", days_ago=40).boosters.order_by("number").first()
    Booster.objects.filter(pk=missed.pk).update(state="missed", missed_on=missed.due_on, missed_at=timezone.now())
    reminder = Reminder.objects.create(booster=booster, due_on=booster.due_on)
    ending = Ending.objects.create(case=case, on=timezone.localdate(), summary="Well", by=owner)
    CalendarFeed.objects.create(user=owner, token_hash="0" * 64)
    drawn = {
        "by": owner, "case": case, "person": case.participants.last().person, "kind": "sharing", "what": "What we say",
        "to_person": case.participants.first().person, "purpose": "Planning", "discloser": "We", "ends_when": "we stop",
    }  # fmt: skip
    consent, printed_consent = consent_actions.draw_up(**drawn), consent_actions.draw_up(**drawn)
    printed_consent.printed = kept
    printed_consent.save()
    week_job = Job.objects.create(
        kind="week-sheets", by=owner.pk, state="done", progress=100, result=b"%PDF-1.7 door", ended_at=timezone.now()
    )  # fmt: skip
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
        "response": response.pk, "file": factories.make_file(case, owner).pk, "week_job": week_job.pk,
    }  # fmt: skip
    things |= {
        "own_sheet": own_sheet.pk, "own_intervention": own_sheet.intervention_id, "draft": draft.pk,
        "own_draft": own_draft.pk, "block": draft.content["blocks"][1]["key"],
    }  # fmt: skip
    things |= {
        "booster_series": series.pk,
        "booster": booster.pk,
        "missed": missed.pk,
        "reminder": reminder.pk,
        "ending": ending.pk,
        "fresh": 1,
        "today": timezone.localdate().isoformat(),
    }
    things |= {"consent": consent.pk, "printed_consent": printed_consent.pk, "consent_kind": "release"}
    noted, signed = (factories.make_session(case, owner, days=days, state="held") for days in (-2, -3))
    note, written = factories.make_note(noted, owner), factories.make_note(signed, owner, signed=True)
    phrase = keep_phrase(by=owner, short="calm", use="text", text="Calm throughout.")
    things |= {
        "noted": noted.pk, "note_version": note.version, "signed": signed.pk, "signed_version": written.version,
        "phrase": phrase.pk,
    }  # fmt: skip
    things |= things_of_agreements(case, owner, worksheet, kept)
    things |= _plans_of(case, owner)
    things |= factories.make_progress(case, owner)
    return SimpleNamespace(people=people, things=things, case=case, session=session, item=item)


def _plans_of(case, owner):
    """A plan in force, and the next version that is being written."""
    active = plan_make.make_active(case, owner)
    draft = plan_actions.begin(case=case, by=owner)
    goal = draft.goals.first()
    kept = Printed.objects.create(
        address="plan", title="Plan", language="en", pages=1, sha256="0", pdf=b"%PDF-1.7 plan"
    )
    made = PlanPrint.objects.create(plan=active, kind="record", printed=kept, by=owner)
    return {
        "plan": active.pk, "plan_draft": draft.pk, "plan_goal": goal.pk, "active_goal": active.goals.first().pk,
        "plan_objective": goal.objectives.first().pk, "plan_version": draft.version, "plan_print": made.pk,
    }  # fmt: skip


def things_of_agreements(case, owner, worksheet, printed) -> dict:
    """A document with an adopted version and a copy on paper, another that is a draft, and a way back."""
    person = case.participants.first().person
    fields = {"case": case, "worksheet": worksheet, "kind": "boundary", "by": owner}
    agreement = Agreement.objects.create(person=person, audience="person", **fields)
    version = AgreementVersion.objects.create(
        agreement=agreement, number=1, edition=worksheet.current, answers={"pause_word": "Palm up"}, by=owner,
        adopted_on=timezone.localdate(),
    )  # fmt: skip
    drafted = Agreement.objects.create(audience="case", **fields)
    people = [place.person_id for place in case.participants.all()]
    AgreementVersion.objects.create(agreement=drafted, number=1, edition=worksheet.current, people=people, by=owner)
    copy = PaperCopy.objects.create(of=version, person=person, where="Fridge", printed=printed, by=owner)
    relapse = Event.objects.create(case=case, kind="relapse", on=timezone.localdate(), by=owner)
    way_back = Reentry.objects.create(case=case, event=relapse, by=owner)
    return {
        "agreement": agreement.pk, "drafted": drafted.pk, "copy": copy.pk, "way_back": way_back.pk,
        "agreement_kind": "boundary",
    }  # fmt: skip
