"""A practice of many years in a scratch database: written in bulk, past the actions, because it is only to be read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from planner.boosters.models import Booster, BoosterState, ReentryRule, Series
from planner.cases.models import Case, Participant, ParticipantRole, Person, SafetyFlag, TeamMember, TeamRole
from planner.library.models import InterventionEdition
from planner.management.bench import long_case
from planner.plans.models import Goal, Objective, Plan, PlannedIntervention, PlanState
from planner.practice.models import Practice, Role, User
from planner.progress.models import Event, Rating
from planner.sessions.models import AgendaItem, ItemKind, Session, SessionState

SESSIONS_A_CASE = 20
SESSIONS_A_DAY = 6
BOOSTERS_A_CASE = 50
LONGEST_LINE = 700  # ratings on the one long chart
PLAN_VERSIONS = 12  # of the case that is opened
DAYS_AHEAD = 5
BATCH = 2000
FIRST_NAMES = ("Maya", "Ruben", "Ana", "Luís", "Noor", "Jonas", "Ewa", "Tomás", "Ines", "Karim", "Lena", "Olu")
LAST_NAMES = ("Adler", "Brandt", "Castillo", "Dubois", "Eriksen", "Farah", "Greco", "Horvat", "Ito", "Jensen", "Kaya")
AGENDA = ("Check-in", "Bridge from the last hour", "Homework review", "Practice", "Summary and next homework")


@dataclass
class Filled:
    """What was made: whose practice, and one case with a planned session to open."""

    owner: User
    case: Case
    session: Session


@dataclass
class Made:
    """What one filling has made so far: the new cases, the people of each by the case's id, the sessions."""

    owner: User
    cases: list[Case]
    places: dict[int, list[Participant]] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)


def found_practice() -> User:
    """A practice with its owner. The password is unusable: the benchmark signs in past it."""
    practice = Practice.objects.create(name="Long Harbour Practice", country="US", zone="UTC")
    owner = User(practice=practice, role=Role.OWNER, name="Olive Owner", email="olive@example.org")
    owner.set_unusable_password()
    owner.save()
    return owner


@transaction.atomic
def fill(owner: User, *, cases: int) -> Filled:
    """Brings the practice to this many couples, each with twenty sessions of five items, six sessions a working day."""
    have = Case.objects.filter(practice=owner.practice).exclude(code=long_case.CODE).count()
    made = Made(owner, _cases(owner, have, cases))
    for step in STEPS:
        step(made)
    session = Session.objects.filter(state=SessionState.PLANNED, case__closed_on=None).order_by("starts_at").first()
    return Filled(owner, session.case, session)


def _cases(owner: User, have: int, number: int) -> list[Case]:
    made = Case.objects.bulk_create(
        [
            Case(practice=owner.practice, code=f"B{n:05d}", kind="couple", closed_on=_closed(n, number))
            for n in range(have, number)
        ],
        batch_size=BATCH,
    )
    TeamMember.objects.bulk_create(
        [TeamMember(case=case, user=owner, role=TeamRole.LEAD) for case in made], batch_size=BATCH
    )
    return made


def _closed(n: int, cases: int) -> datetime.date | None:
    """Four in five cases of a long life are closed."""
    return None if n % 5 == 0 else timezone.localdate() - datetime.timedelta(days=30 + n)


def _people(made: Made) -> None:
    """Two people in each case: an injured partner, and a person in recovery."""
    practice, cases = made.owner.practice, made.cases
    people = Person.objects.bulk_create(
        [
            Person(practice=practice, name=f"{first} {last}", print_name=first)
            for n in range(len(cases) * 2)
            for first, last in [(FIRST_NAMES[n % len(FIRST_NAMES)], LAST_NAMES[n // 3 % len(LAST_NAMES)])]
        ],
        batch_size=BATCH,
    )
    roles = ((ParticipantRole.PARTNER, "injured"), (ParticipantRole.RECOVERY, "injuring"))
    places = Participant.objects.bulk_create(
        [
            Participant(case=case, person=people[2 * n + order], role=role, side=side, order=order)
            for n, case in enumerate(cases)
            for order, (role, side) in enumerate(roles)
        ],
        batch_size=BATCH,
    )
    made.places = {case.pk: places[2 * n : 2 * n + 2] for n, case in enumerate(cases)}


def _flags(made: Made) -> None:
    SafetyFlag.objects.bulk_create(
        [
            SafetyFlag(
                case_id=case, person_id=place.person_id, kind="violence", state="clear",
                basis="asked alone", on=timezone.localdate(), by=made.owner,
            )
            for case, both in made.places.items()
            for place in both
        ],
        batch_size=BATCH,
    )  # fmt: skip


def _sessions(made: Made) -> None:
    """Back in time from a few days ahead, so that any number of cases has the same working day."""
    cases, by = made.cases, made.owner
    first = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + datetime.timedelta(days=DAYS_AHEAD)
    now = timezone.now()
    rows = []
    for n in range(len(cases) * SESSIONS_A_CASE):
        starts_at = first - datetime.timedelta(days=n // SESSIONS_A_DAY) + datetime.timedelta(hours=n % SESSIONS_A_DAY)
        state = SessionState.PLANNED if starts_at > now else SessionState.HELD
        rows.append(Session(case=cases[n % len(cases)], starts_at=starts_at, zone="UTC", state=state, changed_by=by))
    made.sessions = Session.objects.bulk_create(rows, batch_size=BATCH)
    attendance = Session.attendees.through
    attendance.objects.bulk_create(
        [
            attendance(session=session, participant=place)
            for session in made.sessions
            for place in made.places[session.case_id]
        ],
        batch_size=BATCH,
    )


def _agendas(made: Made) -> None:
    """Five items each; the middle ones from the library where there is one."""
    editions = list(InterventionEdition.objects.filter(intervention__current_id__isnull=False).order_by("pk")[:12])
    items = []
    for n, session in enumerate(made.sessions):
        for position, title in enumerate(AGENDA, 1):
            edition = editions[n % len(editions)] if editions and position == 4 else None
            kind = ItemKind.LIBRARY if edition else ItemKind.FREE
            items.append(
                AgendaItem(session=session, position=position, kind=kind, title=title, minutes=10, edition=edition)
            )
    AgendaItem.objects.bulk_create(items, batch_size=BATCH)


def _boosters(made: Made) -> None:
    """A series in every case, fifty boosters each: most of them over (held, one in ten missed and followed up), one in
    some hundred overdue, the rest still to come."""
    today = timezone.localdate()
    series = Series.objects.bulk_create(
        [
            Series(
                case=case, preset="own", every=2, unit="weeks", count=BOOSTERS_A_CASE, zone="UTC",
                start_on=today - datetime.timedelta(weeks=96, days=n % 14), clock=datetime.time(9 + n % 8),
                by=made.owner,
            )
            for n, case in enumerate(made.cases)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    ReentryRule.objects.bulk_create(
        [ReentryRule(case=case, changed_by=made.owner) for case in made.cases], batch_size=BATCH
    )
    rows = [_booster(one, number, today) for one in series for number in range(1, BOOSTERS_A_CASE + 1)]
    Booster.objects.bulk_create(rows, batch_size=BATCH)


def _booster(series: Series, number: int, today: datetime.date) -> Booster:
    due = series.start_on + datetime.timedelta(weeks=2 * number)
    over = due + datetime.timedelta(days=7) < today
    mark = series.pk * 31 + number
    state = BoosterState.DUE
    if over and mark % 200:
        state = BoosterState.HELD if mark % 10 else BoosterState.MISSED
    missed = due if state == BoosterState.MISSED else None
    return Booster(
        series=series, number=number, due_on=due, clock=series.clock, opens_on=due - datetime.timedelta(days=3),
        closes_on=due + datetime.timedelta(days=7), state=state, missed_on=missed, followed_up_on=missed,
        missed_at=timezone.now() if missed else None, held_on=due if state == BoosterState.HELD else None,
    )  # fmt: skip


def _progress(made: Made) -> None:
    """Trust of each person, six times, two events a case; and in the first case a line of 700 daily ratings."""
    today, rows = timezone.localdate(), []
    for case in made.cases:
        for place in made.places[case.pk]:
            rows += [_rating(made, place, "trust", today - datetime.timedelta(days=30 * n), n) for n in range(6)]
    for place in made.places[made.cases[0].pk][:1] if made.cases else ():
        days = (today - datetime.timedelta(days=n) for n in range(LONGEST_LINE))
        rows += [_rating(made, place, "craving", day, n) for n, day in enumerate(days)]
    Rating.objects.bulk_create(rows, batch_size=BATCH)
    Event.objects.bulk_create(
        [
            Event(case=case, kind=kind, on=today - datetime.timedelta(days=40), audience="case", by=made.owner)
            for case in made.cases
            for kind in ("win", "relapse")
        ],
        batch_size=BATCH,
    )


def _rating(made: Made, place: Participant, measure: str, on: datetime.date, n: int) -> Rating:
    return Rating(
        case_id=place.case_id, person_id=place.person_id, reader_id=place.person_id, audience="person",
        measure=measure, measure_version="1", on=on, way="screen", items={"1": n % 11}, score=n % 11, by=made.owner,
    )  # fmt: skip


def _plans(made: Made) -> None:
    """A plan in force for each open case; the case of the next hour has twelve versions of it."""
    cases = [case for case in made.cases if case.closed_on is None]
    planned = (one for one in made.sessions if one.state == SessionState.PLANNED and one.case in cases)
    coming = next((one.case for one in sorted(planned, key=lambda one: one.starts_at)), None)
    for case in cases:
        for number in range(1, PLAN_VERSIONS + 1 if case == coming else 2):
            made.plans.append(_plan(case, number, made.owner, last=number == PLAN_VERSIONS or case != coming))
    Plan.objects.bulk_create(made.plans, batch_size=BATCH)
    goals = [
        Goal(plan=plan, position=n, own_words="We talk again.", clinical="Talks are safe.")
        for plan in made.plans
        for n in range(1, 4 if plan.case == coming else 2)
    ]
    Goal.objects.bulk_create(goals, batch_size=BATCH)
    objectives = [
        Objective(goal=goal, position=n, text="Both sit down for a talk.", measure="a tick", baseline="0", target="2")
        for goal in goals
        for n in range(1, 4 if goal.plan.case == coming else 2)
    ]
    Objective.objects.bulk_create(objectives, batch_size=BATCH)
    middle = [PlannedIntervention(objective=one, position=1, name="A talk on paper", minutes=15) for one in objectives]
    PlannedIntervention.objects.bulk_create(middle, batch_size=BATCH)


def _plan(case: Case, number: int, owner: User, *, last: bool) -> Plan:
    """A version; the last one is in force, its review some weeks away for most cases."""
    state = PlanState.ACTIVE if last else PlanState.SUPERSEDED
    review_on = timezone.localdate() + datetime.timedelta(days=case.pk % 90)
    return Plan(
        case=case, number=number, state=state, author=owner, changed_by=owner, presenting="We do not talk any more.",
        session_frequency="Once a week", modality="couple", discharge="Two calm months", active_on=timezone.localdate(),
        review_on=review_on, frozen_at=timezone.now(),
    )  # fmt: skip


#: What a practice is filled with, in this order. A room adds its own step; it sees what those before it made.
STEPS: tuple[Callable[[Made], None], ...] = (
    _people,
    _flags,
    _sessions,
    _agendas,
    _boosters,
    _progress,
    _plans,
    lambda made: long_case.grow(made.owner),
)
