"""What the journeys share: one browser, a practice with everything in it, and windows that watch what a page does.

The practice is made once, with the content that ships and the demo's own actions, and copied into the database before
each test: loading and making take seconds, copying rows does not.
"""

from __future__ import annotations

import datetime
import re
import threading
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.core.cache import cache
from django.core.handlers.base import BaseHandler
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from planner.agreements import actions as agreement_actions
from planner.agreements import reentry
from planner.agreements.models import PaperCopy
from planner.boosters import booster_actions
from planner.boosters.models import Booster, Series
from planner.cases import actions as cases
from planner.cases import consent_actions
from planner.cases.models import Case, TeamMember, TeamRole
from planner.homework import actions as homework_actions
from planner.homework import papers as homework_papers
from planner.homework import return_actions
from planner.homework.models import Assignment, Printout
from planner.library import actions as library
from planner.library import draft_actions, own, parcel_actions, parcels
from planner.library.models import Draft, Intervention, Parcel, Pathway, Statement
from planner.management.commands import demo
from planner.plans import actions as plan_actions
from planner.plans.models import Plan
from planner.practice import actions as practice
from planner.practice.models import CrisisLine, Role, User
from planner.progress.models import Event, Rating
from planner.sessions import actions as sessions
from planner.sessions.models import ProgressNote, Session
from planner.sessions.phrases import keep_phrase
from planner.sheets.options import Options
from tests import factories
from tests.homework.fillers import by_pypdf
from tests.journeys import chromium
from tests.journeys.look import DESK
from tests.library import make

COLLEAGUES = ("colin", "sunita", "fred", "carla", "petra", "nora")


@pytest.fixture(scope="package")
def browser():
    with chromium.launched() as found:
        yield found


class Turns:
    """The test database in memory is one connection for all threads of the live server: two requests at once would
    share one transaction. So they take turns here. A real installation has a connection for each thread."""

    def __init__(self):
        self.turn, self.lock, self.pending = threading.RLock(), threading.Lock(), 0

    def count(self, step: int) -> None:
        with self.lock:
            self.pending += step

    def all_answered(self) -> None:
        """Returns when no request is on its way; emptying the tables under one would fail."""
        until = time.monotonic() + 10
        while self.pending and time.monotonic() < until:
            time.sleep(0.02)


@pytest.fixture(autouse=True)
def turns(monkeypatch):
    taken, answer = Turns(), BaseHandler.get_response

    def get_response(self, request):
        taken.count(1)
        try:
            with taken.turn:
                return answer(self, request)
        finally:
            taken.count(-1)

    monkeypatch.setattr(BaseHandler, "get_response", get_response)
    return taken


# The practice with everything in it


@pytest.fixture(scope="session")
def kept_copy():
    """Where the rows of the finished practice, and the token of its set-up link, stay between tests of one day."""
    return SimpleNamespace(rows={}, set_up="", day=None)


@pytest.fixture
def house(transactional_db, live_server, kept_copy):
    """The demo practice, made once. `house.dana` signs in; `house.client(user)` is signed in without the page."""
    cache.clear()
    today = timezone.localdate()
    if kept_copy.day == today:
        put_back(kept_copy.rows)
    else:  # the first test, or the first after midnight: what was today's is yesterday's
        kept_copy.set_up = make_everything()
        kept_copy.rows, kept_copy.day = take_copy(), today
    return SimpleNamespace(
        url=live_server.url,
        dana=User.objects.get(email=demo.EMAIL),
        couple=case_of("Maya"),
        **{name: User.objects.get(email=f"{name}@example.org") for name in COLLEAGUES},
    )


def case_of(name: str) -> Case:
    """The case of the person printed as `name`."""
    return Case.objects.get(participants__person__print_name=name)


def make_everything() -> str:
    """The demo practice with one person of each role, what the pages need to show something, and an empty practice.
    The token of a set-up link that nobody has used is returned."""
    set_up = _token(practice.make_setup_link())
    with translation.override("en"):
        library.load_pack(library.FIRST_PACK)
        dana = demo.make(factories.PASSWORD)
        with timezone.override(dana.practice.zone):
            _people(dana)
            _odds_and_ends(dana)
        practice.found_practice(
            practice={"name": "Empty practice", "contact": "", "country": "US", "zone": "America/New_York"},
            person={"name": "Nora New", "credentials": "", "email": "nora@example.org", "password": factories.PASSWORD},
        )
    return set_up


def _people(dana: User) -> None:
    for role, name in [
        (Role.CLINICIAN, "Colin Colleague"),
        (Role.SUPERVISOR, "Sunita Supervisor"),
        (Role.FRONT_DESK, "Fred Frontdesk"),
        (Role.CLINICIAN, "Carla Careful"),
        (Role.CLINICIAN, "Petra Passkey"),
    ]:
        email = f"{name.split()[0].lower()}@example.org"
        factories.make_user(dana.practice, role, name=name, email=email)
    carla = User.objects.get(email="carla@example.org")
    TOTP.activate(carla, generate_totp_secret())
    RecoveryCodes.activate(carla)
    passkey = {"name": "Laptop", "credential": {"clientExtensionResults": {}}}
    petra = User.objects.get(email="petra@example.org")
    Authenticator.objects.create(user=petra, type=Authenticator.Type.WEBAUTHN, data=passkey)
    sunita = User.objects.get(email="sunita@example.org")
    for case in Case.objects.all():
        TeamMember.objects.create(case=case, user=sunita, role=TeamRole.SUPERVISOR)


def _odds_and_ends(dana: User) -> None:
    """A closed case, a case without an hour, an hour that runs, one that was cancelled, an invitation, a pack that was
    sent in and waits."""
    closed = _person(dana, "Noor Haddad")
    cases.close_case(by=dana, case=closed, version=closed.version)
    _person(dana, "Sam Okoro")
    running = sessions.plan_session(
        by=dana, case=_person(dana, "Ida Berg"), starts_at=timezone.localtime().replace(tzinfo=None)
    )
    sessions.start_session(running, by=dana, version=running.version)
    cancelled = sessions.plan_session(by=dana, case=running.case, starts_at=timezone.localtime().replace(tzinfo=None))
    sessions.cancel_session(cancelled, by=dana, version=cancelled.version)
    parcel_actions.receive(by=dana, raw=parcels.zipped(make.PARCEL))
    copied = Intervention.objects.get(slug="reliability-log", language="en", practice=None).worksheets.first()
    own_sheet = own.copy_worksheet(worksheet=copied, by=dana)
    draft_actions.begin(row=own_sheet, by=dana)
    draft_actions.begin(row=own_sheet.intervention, by=dana)
    practice.invite(by=dana, name="Ines Invited", email="ines@example.org", role=Role.CLINICIAN)


def _person(dana: User, name: str) -> Case:
    people = [{"name": name, "print_name": name.split()[0], "role": "other"}]
    return cases.open_case(by=dana, kind="individual", focus="Sleep.", people=people)


def tables() -> list[str]:
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


def take_copy() -> dict[str, tuple[list[str], list[tuple]]]:
    """Every row of every table: table -> (columns, rows)."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows = [tuple(map(_bindable, row)) for row in cursor.fetchall()]
            found[table] = ([column[0] for column in cursor.description], rows)
    return found


def _bindable(value):
    """SQLite takes no time of day back as it gave it."""
    return value.isoformat() if isinstance(value, datetime.time) else value


def put_back(copy: dict[str, tuple[list[str], list[tuple]]]) -> None:
    """Fills the emptied tables again, row by row as they were."""
    name = connection.ops.quote_name
    filled = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in copy]
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        for table, (columns, rows) in copy.items():
            names, places = ", ".join(map(name, columns)), ", ".join(["%s"] * len(columns))
            cursor.execute(f"DELETE FROM {name(table)}")  # noqa: S608
            if rows:
                cursor.executemany(f"INSERT INTO {name(table)} ({names}) VALUES ({places})", rows)  # noqa: S608
        for line in connection.ops.sequence_reset_sql(no_style(), filled):
            cursor.execute(line)


@pytest.fixture
def things(house, kept_copy):
    """One of each thing that an address names."""
    couple, teller = house.couple, case_of("Jonas")
    trigger_map = Intervention.objects.get(slug="trigger-map", language="en", practice=None)
    own_map = Intervention.objects.get(slug="reliability-log", language="en", practice=house.dana.practice)
    return {
        "case": couple.pk,
        "closed_case": case_of("Noor").pk,
        "case_without_hour": case_of("Sam").pk,
        "family": case_of("Leo").pk,
        "participant": couple.participants.first().pk,
        "gate": "joint-task",
        "intervention": trigger_map.pk,
        "edition": trigger_map.current_id,
        "sheet": trigger_map.worksheets.first().pk,
        "own_intervention": own_map.pk,
        "own_sheet": own_map.worksheets.first().pk,
        "draft": Draft.objects.get(worksheet__intervention=own_map).pk,
        "own_draft": Draft.objects.get(intervention=own_map).pk,
        "pathway": Pathway.objects.get(slug="first-eight-weeks").pk,
        "parcel": Parcel.objects.get(by=house.dana).pk,
        "statement": Statement.objects.get(slug="injury-after-relapse").pk,
        "teller": teller.pk,
        "printout": Printout.objects.filter(case=teller).first().pk,
        "planned": couple.sessions.get(state="planned").pk,
        "held": teller.sessions.filter(state="held").first().pk,
        "running": Session.objects.get(state="running").pk,
        "cancelled": Session.objects.get(state="cancelled").pk,
        "colleague": house.colin.pk,
        "passkey": Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk,
        "line": CrisisLine.objects.filter(practice=house.dana.practice).first().pk,
        "join_token": _token(practice.invite(by=house.dana, name="Jo", email="jo@example.org", role=Role.CLINICIAN)),
        "password_token": _token(practice.make_password_link(person=house.colin, by=house.dana)),
        "setup_token": kept_copy.set_up,
        **plans_of(case_of("Aisha"), house.dana),
        **consents_of(couple, house.dana),
        **notes_of(case_of("Aisha"), house.dana),
        **progress_of(couple),
        **homework_of(teller, house.dana),
        **boosters_of(case_of("Aisha"), house.dana),
        **agreements_of(case_of("Aisha"), house.dana),
    }


def plans_of(case, by) -> dict[str, object]:
    """A plan in force, and its next version, which is being written."""
    plan = Plan.objects.active_of(case)
    draft = plan_actions.begin(case=case, by=by)
    return {"plan": plan.pk, "plan_draft": draft.pk, "goal": "goal", "plan_goal": plan.goals.first().pk}


def progress_of(case) -> dict[str, object]:
    """A rating, a printed rating sheet and an event of the case."""
    person = case.participants.first().person
    by = case.team.first().user
    sheet = factories.make_progress_print(case, person, by, "sheet")
    file = factories.make_file(case, by, pages=0, reading={"read": True, "addresses": [sheet.address]})
    return {
        "rating": Rating.objects.filter(case=case).first().pk, "rating_print": sheet.pk, "rating_file": file.pk,
        "event": Event.objects.filter(case=case).first().pk, "event_word": "event",
    }  # fmt: skip


def homework_of(case, by) -> dict[str, object]:
    """Something that is back, a page of a diary that is out, a file that could not be read and one that was."""
    back = Assignment.objects.get(case=case, state="back")
    out = Assignment.objects.filter(case=case, state="open", edition__isnull=False).order_by("starts_on").first()
    file = factories.make_file(case, by, pages=0, problem="damaged", reading={"read": True})
    paper, sheets = homework_papers.paper_of(homework_papers.given(out), Options())
    printout = homework_actions.print_copies(
        by=by, case=case, kind="handouts", person=out.person, audience="person", paper=paper, sheets=sheets,
        assignments=[out],
    )  # fmt: skip
    filled = by_pypdf(bytes(printout.printed.pdf), {"good": "On Tuesday, with Mira.", "needed": "Quiet."})
    came = return_actions.read_file(return_actions.receive(by=by, name="filled.pdf", raw=filled).file, by)
    return {
        "assignment": back.pk, "open_assignment": out.pk, "response": back.responses.get().pk, "file": file.pk,
        "read_file": came.pk,
    }  # fmt: skip


def boosters_of(case, by) -> dict[str, object]:
    """The series of the couple in maintenance: a booster that was held, a booked one, one that is due and one that was
    missed."""
    series = Series.objects.get(case=case)
    held, _second, booked, due, missed = series.boosters.order_by("number")[:5]
    long_ago = timezone.localdate() - datetime.timedelta(days=20)
    Booster.objects.filter(pk=missed.pk).update(due_on=long_ago)
    missed.refresh_from_db()
    booster_actions.miss(missed, by=by, version=missed.version, reason="Ill")
    return {
        "kept_case": case.pk, "booster_series": series.pk, "held_booster": held.pk, "booked_booster": booked.pk,
        "due_booster": due.pk, "missed_booster": missed.pk,
    }  # fmt: skip


def agreements_of(case, by) -> dict[str, object]:
    """A signed document with a copy, a second one that is a draft on top of it, and the way back after a relapse."""
    own, joint = case.agreements.filter(kind="prevention").order_by("pk")
    agreement_actions.renew(by=by, agreement=own)
    place = case.participants.select_related("person").first()
    given = {"on": timezone.localdate(), "audience": "clinician", "children": "unknown", "violence": "clear"}
    way_back = reentry.record_relapse(by=by, case=case, person=place, given=given)
    return {
        "agreement": joint.pk, "drafted": own.pk, "copy": PaperCopy.objects.get(of__agreement=own).pk,
        "agreement_kind": "boundary", "way_back": way_back.pk,
    }  # fmt: skip


def notes_of(case, by) -> dict[str, object]:
    """A note that waits for the supervisor, a signed one, an own phrase."""
    held = case.sessions.filter(state="held").first()
    awaiting = ProgressNote.objects.filter(session=held).first() or factories.make_note(held, by, signed=True)
    phrase = keep_phrase(by=by, short="calm", use="text", text="Calm throughout.")
    return {"awaiting": awaiting.session_id, "signed": awaiting.session_id, "phrase": phrase.pk}


def consents_of(case, by) -> dict[str, object]:
    """One consent that stands, one that waits for its signature."""
    person = case.participants.last().person
    given = {"by": by, "case": case, "person": person}
    standing = consent_actions.draw_up(kind="contact", ways=["call"], **given)
    consent_actions.sign(by=by, consent=standing, role="client", way="typed", name=person.name)
    waiting = consent_actions.draw_up(kind="treatment", **given)
    return {"consent": standing.pk, "waiting_consent": waiting.pk, "consent_kind": "release"}


def _token(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


# Windows


def signed_in(who: User) -> str:
    """The session of somebody who has just given their password once more, so that every page of theirs opens."""
    client = Client()
    client.force_login(who)
    client.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD})
    return client.cookies["session"].value


class Window:
    """A page and everything it did that it should not have: errors, refused content, questions to other hosts."""

    def __init__(self, browser, url: str, who: User | None, size: dict, theme: str):
        self.url, self.faults, self.allowed = url, [], []
        self.context = browser.new_context(
            base_url=url, viewport=size, color_scheme=theme, reduced_motion="reduce", locale="en-US",
            timezone_id="America/Los_Angeles",
        )  # fmt: skip
        self.context.set_default_timeout(chromium.PATIENCE)
        if who:
            self.context.add_cookies([{"name": "session", "value": signed_in(who), "url": url}])
        self.page = self.watch(self.context.new_page())

    def watch(self, page):
        page.on("pageerror", lambda error: self.blame(f"script: {error}"))
        page.on("console", self._said)
        page.on("request", self._asked)
        return page

    def _said(self, line) -> None:
        if line.type == "error":
            self.blame(f"console: {line.text} ({line.location.get('url')})")

    def _asked(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and f"{parts.scheme}://{parts.netloc}" != self.url:
            self.blame(f"asked another host: {request.url}")

    def blame(self, fault: str) -> None:
        self.faults.append(f"{self.page.url if hasattr(self, 'page') else ''} {fault}")

    def allow(self, pattern: str) -> None:
        """What matches is expected in this journey (the line is cut, an error page is opened)."""
        self.allowed.append(pattern)

    def wrong(self) -> list[str]:
        return [fault for fault in self.faults if not any(re.search(pattern, fault) for pattern in self.allowed)]


@pytest.fixture
def window(browser, house, turns):
    """window(who, size=DESK, theme="light") -> Window. At the end no window may have anything against its page."""
    opened: list[Window] = []

    def enter(who: User | None, size: dict = DESK, theme: str = "light") -> Window:
        opened.append(Window(browser, house.url, who, size, theme))
        return opened[-1]

    yield enter
    for one in opened:
        one.context.close()
    turns.all_answered()
    assert [fault for one in opened for fault in one.wrong()] == []
