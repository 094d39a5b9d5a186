"""A fictional practice with four cases at different stages, made through the same actions that a click uses.

Every name is invented. The sign-in is made at random, once, and kept beside the demo's own database.
"""

from __future__ import annotations

import datetime
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation

from planner.boosters import actions as boosters
from planner.boosters import booster_actions
from planner.cases import actions as cases
from planner.cases.models import Case
from planner.library.models import Intervention, SessionTemplate
from planner.management import demo_agreements, demo_homework, demo_plans, demo_progress
from planner.practice import actions as practice_actions
from planner.practice.models import Practice, User
from planner.practice.place import zone_of
from planner.progress import actions as progress
from planner.sessions import actions as sessions
from planner.sessions import note_actions as notes
from planner.sessions import papers
from planner.sessions.models import Done, ProgressNote, Session
from planner.sheets import press

EMAIL = "dana@harbour-lane.example"
SIGN_IN = "demo-sign-in.txt"


class Command(BaseCommand):
    help = "Makes the fictional demo practice, once, and prints its sign-in."

    def handle(self, *args, **options) -> None:
        kept = Path(settings.DATA_DIR) / SIGN_IN
        if not Practice.objects.exists():
            if not Intervention.objects.exists():
                raise CommandError("The library is empty. Load the content first: manage.py load_pack")
            password = "-".join(secrets.token_hex(3) for _ in range(4))
            with translation.override("en"), transaction.atomic():
                make(password)
                _keep(kept, f"{EMAIL}\n{password}\n")
        elif not kept.exists():
            raise CommandError("This database holds a practice that is no demo. Nothing was changed.")
        email, password = kept.read_text().split()
        self.stdout.write(f"Demo sign-in: {email}   Password: {password}")


def _keep(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def make(password: str) -> User:
    """The practice, its people and its four cases. The clinician who signs in is returned."""
    dana = practice_actions.found_practice(
        practice={
            "name": "Harbour Lane Practice",
            "contact": "12 Harbour Lane, Portland\n(555) 010-0134",
            "country": "US",
            "zone": "America/Los_Angeles",
        },
        person={"name": "Dana Okafor", "credentials": "LMFT", "email": EMAIL, "password": password},
    )
    with timezone.override(zone_of(dana.practice)):
        _after_a_relapse(dana)
        _telling_it_anew(dana)
        _a_family(dana)
        _keeping_well(dana)
    return dana


def _after_a_relapse(dana: User) -> None:
    """A new couple: one partner was asked about safety alone, the other not yet, so joint tasks are still shut."""
    case = cases.open_case(
        by=dana,
        kind="couple",
        focus="A relapse in September was hidden for three weeks.",
        people=[
            {"name": "Maya Lindqvist", "print_name": "Maya", "role": "partner", "side": "injured"},
            {"name": "Ruben Adeyemi", "print_name": "Ruben", "role": "person-in-recovery", "side": "injuring"},
        ],
    )
    _asked(dana, case, ["Maya"])
    demo_progress.after_a_relapse(dana, case)
    held = _hour(dana, case, days=-6, clock=10, kind="intake")
    _hold(dana, held, {})
    _note(dana, held, told="Both told how September was for them. Maya sleeps little; Ruben goes to his group twice a "
          "week.", seen="They sat apart, and answered each other calmly.",
          assessment="Trust is thin; both want to stay and to find out how.")  # fmt: skip
    coming = _hour(dana, case, days=1, clock=10)
    _add(dana, coming, trigger_map=26)


def _telling_it_anew(dana: User) -> None:
    """A person in mid-therapy on narrative work, with something left over from last time and paper handed out."""
    case = cases.open_case(
        by=dana,
        kind="individual",
        focus="Grew up being told that needs are a burden.",
        phase="consolidation",
        people=[{"name": "Jonas Weber", "print_name": "Jonas", "role": "other"}],
    )
    demo_plans.telling_it_anew(dana, case)

    demo_progress.telling_it_anew(dana, case)
    first = _hour(dana, case, days=-14, clock=11)
    _add(dana, first, externalising=26)
    _hold(dana, first, {"externalising": Done.DONE})
    _note(dana, first, told="Named the critical voice “the Foreman”, and told when it speaks up.",
          assessment="Sees the voice as something beside him for the first time.")  # fmt: skip
    second = _hour(dana, case, days=-7, clock=11)
    _add(dana, second, re_authoring=26)
    _print(dana, second)
    _hold(dana, second, {"re-authoring": Done.PARTLY})
    _draft(dana, second, told="Found two evenings on which the Foreman did not get his way.")
    demo_homework.telling_it_anew(dana, case)
    today = _hour(dana, case, days=0, clock=min(max(timezone.localtime().hour + 1, 9), 18))
    sessions.carry_over(today, by=dana, version=today.version)


def _a_family(dana: User) -> None:
    """Three generations: a grandmother who cares, a mother in recovery, a child of nine."""
    case = cases.open_case(
        by=dana,
        kind="family",
        focus="Evenings are tense since the return from the clinic.",
        phase="skill-building",
        people=[
            {"name": "Teresa Alvarez", "print_name": "Teresa", "role": "caregiver", "text_size": 18},
            {"name": "Ana Alvarez", "print_name": "Ana", "role": "person-in-recovery", "language": "es"},
            {"name": "Leo Alvarez", "print_name": "Leo", "role": "child", "is_minor": True},
        ],
    )
    _asked(dana, case, ["Teresa", "Ana", "Leo"])
    held = _hour(dana, case, days=-5, clock=15)
    _add(dana, held, predictable_routine=26)
    _hold(dana, held, {"predictable-routine": Done.DONE})
    _note(dana, held, told="Leo drew the evening as it is now and as he would like it.",
          assessment="Teresa and Ana agree on bedtime; the hour before it is open.")  # fmt: skip
    coming = _hour(dana, case, days=2, clock=15)
    _use(dana, coming, "family-routine")


def _keeping_well(dana: User) -> None:
    """A couple in maintenance, with a booster planned and the last packet on file."""
    case = cases.open_case(
        by=dana,
        kind="couple",
        focus="Keeps what was rebuilt after a relapse two years ago.",
        phase="maintenance",
        people=[
            {"name": "Aisha Rahman", "print_name": "Aisha", "role": "person-in-recovery", "side": "injuring"},
            {"name": "Luc Fournier", "print_name": "Luc", "role": "partner", "side": "injured"},
        ],
    )
    _asked(dana, case, ["Aisha", "Luc"])

    demo_progress.keeping_well(dana, case)
    demo_plans.keeping_well(dana, case)
    demo_agreements.keeping_well(dana, case)
    held = _hour(dana, case, days=-28, clock=16)
    _add(dana, held, weekly_check_in=10, maintenance_plan=16)
    _print(dana, held)
    _hold(dana, held, {"weekly-check-in": Done.DONE, "maintenance-plan": Done.DONE})
    _note(dana, held, told="The check-in has its Sunday place. One hard week was said early.",
          assessment="What was rebuilt holds; both know their early signs.")  # fmt: skip
    demo_homework.keeping_well(dana, case)
    _look_in_again(dana, case)


def _look_in_again(dana: User, case: Case) -> None:
    """A taper that began seven weeks ago: two boosters held with their mini-measure, the third in the calendar."""
    fields = {
        "preset": "taper", "start_on": timezone.localdate() - datetime.timedelta(days=51), "zone": dana.practice.zone,
        "weekday": None, "clock": datetime.time(16), "minutes": 50, "skipped": [], "before": 3, "after": 7,
        "remind_days": 7, "measures": ["csi-4", "trust", "craving"], "name": "",
        "focus": "The Sunday check-in keeps its place.",
    }  # fmt: skip
    planned = boosters.dates_of(boosters.draft(case=case, by=dana, **fields).rule)
    series = boosters.make_series(by=dana, case=case, shown=boosters.mark(planned), **fields)
    first, second, third = series.boosters.order_by("number")[:3]
    aisha, luc = [place.person for place in case.participants.select_related("person")]
    for booster, trust, craving in ((first, 6, 4), (second, 7, 2)):
        for person, measure, score in ((luc, "trust", trust), (aisha, "trust", 8), (aisha, "craving", craving)):
            progress.rate(by=dana, case=case, person=person, measure=measure, score=score, on=booster.due_on)
    booster_actions.hold(
        first, by=dana, version=1, on=first.due_on, held_well="The check-in, most Sundays.",
        early_signs="Short answers after long days.", promised="Say it within the day when a day was long.",
    )  # fmt: skip
    booster_actions.hold(
        second, by=dana, version=1, on=second.due_on, held_well="A hard day was told the same evening.",
        slipped="Two Sundays fell to visits.", promised="When visitors come, the check-in moves to Monday.",
    )  # fmt: skip
    booster_actions.book(
        third, by=dana, version=1, starts_at=datetime.datetime.combine(third.due_on, third.clock), minutes=50
    )


def _asked(dana: User, case: Case, names: list[str]) -> None:
    """Safety asked with each of these people alone, and clear."""
    for place in case.participants.select_related("person"):
        if place.person.print_name in names:
            cases.record_flag(
                by=dana, case=case, person=place.person, kind="violence", state="clear",
                basis="Asked alone in the first hour; no fear, no force, a no is safe.",
            )  # fmt: skip


def _hour(dana: User, case: Case, *, days: int, clock: int, kind: str = "regular") -> Session:
    wall = timezone.localtime().replace(hour=clock, minute=0, second=0, microsecond=0, tzinfo=None)
    return sessions.plan_session(by=dana, case=case, starts_at=wall + datetime.timedelta(days=days), kind=kind)


def _add(dana: User, session: Session, **minutes: int) -> None:
    """Entries of the library, each with the minutes it gets in this hour (slug, with _ for -)."""
    for slug, planned in minutes.items():
        entry = Intervention.objects.get(slug=slug.replace("_", "-"), language="en")
        sessions.add_library_item(session, entry, by=dana, version=session.version, minutes=planned)


def _use(dana: User, session: Session, slug: str) -> None:
    template = SessionTemplate.objects.get(slug=slug, language="en")
    sessions.use_template(session, template, by=dana, version=session.version)


def _hold(dana: User, session: Session, done: dict[str, str]) -> None:
    """Runs the hour: what is named is ticked as said, everything else as done."""
    sessions.start_session(session, by=dana, version=session.version)
    for item in session.items.kept():
        item.session = session
        slug = item.edition.content["slug"] if item.edition else ""
        sessions.tick_item(item, by=dana, version=session.version, done=done.get(slug, Done.DONE))
    sessions.end_session(session, by=dana, version=session.version)


def _print(dana: User, session: Session) -> None:
    """The whole packet, kept on the case."""
    attending = sessions.attending_of(session)
    copies = papers.copies_of(session, attending)
    people = papers.people_in(papers.PACKET, attending)
    options = papers.default_options(dana.practice, people)
    order = papers.build(papers.PACKET, session, attending, copies, options)
    sessions.print_paper(session, order, press.render(order.paper), by=dana)


def _draft(dana: User, session: Session, **words: str) -> ProgressNote:
    """A note that is begun and not signed yet."""
    note = notes.begin_note(session, by=dana)
    place = {"place": "Harbour Lane, room 1", "service_code": _code(session)}
    return notes.change_note(note, by=dana, version=note.version, **place, **words)


def _code(session: Session) -> str:
    """A code as a payer in the United States would name the service."""
    if session.kind == "intake":
        return "90791"
    return "90834" if session.case.kind == "individual" else "90847"


def _note(dana: User, session: Session, **words: str) -> None:
    """The signed note of an hour; everybody was asked about risk, and nothing was found."""
    note = _draft(dana, session, risk_level="none", **words)
    for row in note.objectives.select_related("objective"):
        notes.set_objective(note, row.objective, by=dana, version=note.version, step="further")
    notes.sign_note(note, by=dana, version=note.version)
