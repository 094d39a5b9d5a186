"""Writing a session: what each action does, and that a stale version, a shut gate or a second click writes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from planner.base.models import Stale
from planner.cases.models import CaseKind, Person
from planner.library.models import SessionTemplate
from planner.practice.models import TrailEntry
from planner.sessions import actions
from planner.sessions.models import AgendaItem, Done, Handout, ItemKind, SessionKind, SessionState
from tests import factories


def titles(session):
    return [item.title for item in session.items.kept()]


@pytest.fixture
def session(couple, owner):
    return factories.make_session(couple, owner)


@pytest.fixture
def talk(db):
    return factories.make_intervention("steady-talk", gates=[])


@pytest.fixture
def gated(db):
    return factories.make_intervention("joint-talk", gates=["joint-task"])


# Planning


def test_plan_session_keeps_utc_and_opens_and_closes_the_agenda(couple, owner):
    session = actions.plan_session(by=owner, case=couple, starts_at=datetime(2026, 12, 1, 10))
    assert session.starts_at == datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert (session.zone, session.minutes) == ("America/New_York", 50)
    assert session.attendees.count() == 2
    kinds = list(session.items.values_list("kind", flat=True))
    assert kinds == [ItemKind.OPENING] * 3 + [ItemKind.CLOSING] * 2
    entry = TrailEntry.objects.get(verb="planned")
    assert (entry.what_id, entry.case_id) == (session.pk, couple.pk)


def test_a_closed_case_takes_no_session(couple, owner):
    couple.closed_on = timezone.localdate()
    couple.save()
    with pytest.raises(actions.Refused, match="closed"):
        actions.plan_session(by=owner, case=couple, starts_at=datetime(2026, 12, 1, 10))


# The agenda


def test_a_library_item_stands_before_the_closing_with_its_sheets(couple, owner, talk):
    session = actions.plan_session(by=owner, case=couple, starts_at=datetime(2026, 12, 1, 10))
    factories.make_worksheet(talk, "second-sheet", title="A second sheet")
    factories.make_worksheet(talk, "guide", one_for_each="clinician")
    factories.make_worksheet(talk, "joint-list", one_for_each="case")
    factories.make_worksheet(talk, "only-partner", **{"for": ["partner"]})
    item = actions.add_library_item(session, talk, by=owner, version=session.version)
    assert item.position == 4
    assert list(session.items.kept().values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]
    given = [
        (handout.edition.worksheet.slug, handout.participant and handout.participant.person.name, handout.wanted)
        for handout in item.handouts.order_by("edition__worksheet__slug", "participant__order")
    ]
    assert given == [
        ("joint-list", None, True),
        ("only-partner", "Maya", False),
        ("second-sheet", "Maya", False),
        ("second-sheet", "Ruben", False),
        ("steady-talk-sheet", "Maya", True),
        ("steady-talk-sheet", "Ruben", True),
    ]


def test_what_is_on_the_agenda_already_is_not_added_again(session, owner, talk):
    first = actions.add_library_item(session, talk, by=owner, version=1)
    assert actions.add_library_item(session, talk, by=owner, version=1) == first
    assert session.items.filter(kind=ItemKind.LIBRARY).count() == 1


def test_a_shut_gate_refuses_with_reasons_and_writes_nothing(session, owner, gated):
    with pytest.raises(actions.GateShut) as caught:
        actions.add_library_item(session, gated, by=owner, version=1)
    assert "alone" in str(caught.value)
    assert caught.value.verdict.blocked[0].gate == "joint-task"
    session.refresh_from_db()
    assert (session.version, session.items.count()) == (1, 2)


def test_a_settled_gate_lets_it_in(session, owner, couple, gated):
    factories.settle_safety(couple, owner)
    assert actions.add_library_item(session, gated, by=owner, version=1).pk


def test_a_concern_counts_also_when_that_person_stays_away(session, owner, couple, gated):
    factories.settle_safety(couple, owner, state="clear")
    maya, ruben = couple.participants.all()
    couple.flags.filter(person=maya.person).update(state="concern")
    session.attendees.set([ruben])
    with pytest.raises(actions.GateShut):
        actions.add_library_item(session, gated, by=owner, version=1)


def test_a_minor_counts_only_where_the_minor_attends(owner):
    family = factories.make_case(owner, CaseKind.FAMILY, ("Ana", "Luis", "Kim"))
    adult = factories.make_intervention("adult-talk", gates=["adult-content"])
    session = factories.make_session(family, owner)
    with pytest.raises(actions.GateShut):
        actions.add_library_item(session, adult, by=owner, version=1)
    session.attendees.set(list(family.participants.all())[:2])
    assert actions.add_library_item(session, adult, by=owner, version=1).pk


@pytest.mark.parametrize(
    ("which", "to", "expected"),
    [(0, "down", "BACD"), (3, "up", "ABDC"), (0, "up", "ABCD"), (0, 4, "BCDA"), (3, "1", "DABC"), (1, "99", "ACDB")],
)
def test_moving(couple, owner, which, to, expected):
    session = factories.make_session(couple, owner, items=("A", "B", "C", "D"))
    item = session.items.all()[which]
    place, count = actions.move_item(item, by=owner, version=1, to=to)
    assert titles(session) == list(expected)
    assert (place, count) == (expected.index(item.title) + 1, 4)
    assert list(session.items.values_list("position", flat=True)) == [1, 2, 3, 4]


@pytest.mark.parametrize("to", ["sideways", "-1", "", "²", "9" * 9])
def test_moving_nowhere_is_refused(session, owner, to):
    with pytest.raises(actions.Refused):
        actions.move_item(session.items.first(), by=owner, version=1, to=to)


def test_remove_and_take_back_within_the_minute(couple, owner):
    session = factories.make_session(couple, owner, items=("A", "B", "C"))
    item = session.items.get(title="B")
    actions.remove_item(item, by=owner, version=1)
    assert titles(session) == ["A", "C"]
    actions.restore_item(item, by=owner, version=session.version)
    assert titles(session) == ["A", "B", "C"]


def test_after_the_minute_it_is_gone_for_good(session, owner):
    item = session.items.first()
    actions.remove_item(item, by=owner, version=1)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)), pytest.raises(actions.Refused, match="minute"):
        actions.restore_item(item, by=owner, version=session.version)


def test_change_item_counts_the_version(session, owner):
    item = session.items.first()
    actions.change_item(item, by=owner, version=1, title="Arrive", minutes=7)
    item.refresh_from_db()
    assert (item.title, item.minutes) == ("Arrive", 7)
    session.refresh_from_db()
    assert session.version == 2


def test_the_same_change_sent_again_after_a_lost_answer_is_taken_as_done(session, owner):
    actions.change_item(session.items.first(), by=owner, version=1, title="Arrive")
    again = actions.change_item(session.items.first(), by=owner, version=1, title="Arrive")
    assert again.session.version == 2


def test_the_same_text_of_a_colleague_is_no_lost_answer(session, owner, colleague):
    actions.change_item(session.items.first(), by=colleague, version=1, title="Arrive")
    with pytest.raises(Stale):
        actions.change_item(session.items.first(), by=owner, version=1, title="Arrive")


def writes(session, by, version, talk):
    """Every write of the agenda, as a call."""
    first, second = session.items.all()[:2]
    handout = Handout.objects.create(item=first, edition=talk.worksheets.get().current)
    wall = datetime(2026, 12, 1, 10)
    everybody = list(session.attendees.all())
    return {
        "add": lambda: actions.add_library_item(session, talk, by=by, version=version),
        "free": lambda: actions.add_free_item(session, by=by, version=version, title="Own", minutes=5),
        "move": lambda: actions.move_item(second, by=by, version=version, to="up"),
        "change": lambda: actions.change_item(first, by=by, version=version, title="Other"),
        "remove": lambda: actions.remove_item(first, by=by, version=version),
        "handout": lambda: actions.set_handout(handout, by=by, version=version, wanted=False),
        "start": lambda: actions.start_session(session, by=by, version=version),
        "cancel": lambda: actions.cancel_session(session, by=by, version=version),
        "when": lambda: actions.change_session(
            session, by=by, version=version, starts_at=wall, minutes=60, kind="regular", attendees=everybody
        ),
    }


@pytest.mark.parametrize("name", ["add", "free", "move", "change", "remove", "handout", "start", "cancel", "when"])
def test_a_stale_write_raises_and_writes_nothing(session, owner, colleague, talk, name):
    call = writes(session, owner, 1, talk)[name]
    actions.change_item(session.items.last(), by=colleague, version=1, note="newer")
    lines = TrailEntry.objects.count()
    before = list(AgendaItem.objects.values())
    with pytest.raises(Stale) as caught:
        call()
    assert caught.value.current.changed_by == colleague
    assert list(AgendaItem.objects.values()) == before
    assert TrailEntry.objects.count() == lines


def test_the_trail_names_no_text(session, owner):
    actions.add_free_item(session, by=owner, version=1, title="Talk about Ruben", minutes=5)
    assert "Ruben" not in str(list(TrailEntry.objects.values_list("detail", flat=True)))


# Templates and carrying over


@pytest.fixture
def template(db, talk):
    content = {
        "for_whom": ["couple"],
        "items": [
            {"title": "Welcome", "minutes": 5, "note": "Slowly."},
            {"title": "Homework review", "minutes": 8},
            {"intervention": "steady-talk", "minutes": 12},
            {"title": "The hurt is heard", "minutes": 10},
            {"title": "Summary", "minutes": 6},
        ],
    }
    return SessionTemplate.objects.create(
        slug="hour", name="An hour", aim="An aim", kind="repair", minutes=50, content=content
    )


def test_a_template_brings_its_own_frame_and_keeps_what_was_added(couple, owner, template):
    session = actions.plan_session(by=owner, case=couple, starts_at=datetime(2026, 12, 1, 10))
    actions.add_free_item(session, by=owner, version=session.version, title="My own", minutes=3)
    verdict = actions.use_template(session, template, by=owner, version=session.version)
    assert verdict.open
    assert titles(session) == ["Welcome", "Homework review", "Steady talk", "The hurt is heard", "My own", "Summary"]
    kinds = [item.kind for item in session.items.kept()]
    assert kinds == ["opening", "opening", "library", "free", "free", "closing"]
    assert Handout.objects.filter(item__title="Steady talk", wanted=True).count() == 2


def test_a_template_leaves_out_what_a_gate_shuts_and_says_so(session, owner, template, talk):
    talk.current.content["gates"] = ["joint-task"]
    talk.current.save()
    verdict = actions.use_template(session, template, by=owner, version=1)
    assert not verdict.open
    assert "Steady talk" not in titles(session)


def test_carry_over_takes_what_was_left_and_takes_it_once(couple, owner):
    last = factories.make_session(couple, owner, days=-7, items=("Left", "Half", "Done"), state=SessionState.HELD)
    for title, done in (("Left", Done.LEFT), ("Half", Done.PARTLY), ("Done", Done.DONE)):
        last.items.filter(title=title).update(done=done, minutes=12, seconds_used=480)
    session = factories.make_session(couple, owner)
    assert [item.title for item in actions.left_over(session)] == ["Left", "Half"]
    added, _verdict = actions.carry_over(session, by=owner, version=1)
    assert [(item.title, item.minutes) for item in added] == [("Left", 12), ("Half", 5)]
    assert actions.left_over(session) == []
    assert actions.carry_over(session, by=owner, version=1)[0] == []


def test_openings_and_closings_are_not_carried_over(couple, owner):
    last = factories.make_session(couple, owner, days=-7, items=("Check-in",), state=SessionState.HELD)
    last.items.update(kind=ItemKind.OPENING, done=Done.LEFT)
    assert actions.left_over(factories.make_session(couple, owner)) == []


# The hour


def test_the_hour_runs_ticks_and_ends(couple, owner):
    session = factories.make_session(couple, owner, items=("A", "B", "C"))
    a, b, c = session.items.all()
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        actions.start_session(session, by=owner, version=1)
    with time_machine.travel(start + timedelta(minutes=6), tick=False):
        actions.tick_item(a, by=owner, version=session.version, done=Done.DONE, note="Calm.")
    session.refresh_from_db()
    with time_machine.travel(start + timedelta(minutes=10), tick=False):
        actions.tick_item(session.items.get(pk=b.pk), by=owner, version=session.version, done=Done.PARTLY)
    session.refresh_from_db()
    actions.end_session(session, by=owner, version=session.version)
    rows = list(session.items.values_list("done", "seconds_used", "note"))
    assert rows == [("done", 360, "Calm."), ("partly", 240, ""), ("left", 0, "")]
    assert session.state == SessionState.HELD


def test_a_second_click_on_start_tick_and_end_changes_nothing(session, owner):
    actions.start_session(session, by=owner, version=1)
    started = session.started_at
    actions.start_session(session, by=owner, version=1)
    assert session.started_at == started
    item = session.items.first()
    actions.tick_item(item, by=owner, version=2, done=Done.DONE)
    actions.tick_item(item, by=owner, version=2, done=Done.DONE)
    session.refresh_from_db()
    assert session.version == 3
    actions.end_session(session, by=owner, version=3)
    actions.end_session(session, by=owner, version=3)
    assert TrailEntry.objects.filter(verb="ended").count() == 1


def test_a_held_session_keeps_its_agenda_but_its_notes_may_grow(session, owner):
    actions.start_session(session, by=owner, version=1)
    actions.end_session(session, by=owner, version=session.version)
    with pytest.raises(actions.Refused):
        actions.add_free_item(session, by=owner, version=session.version, title="Late", minutes=5)
    item = session.items.first()
    actions.change_item(item, by=owner, version=session.version, note="Later thought.")
    assert AgendaItem.objects.get(pk=item.pk).note == "Later thought."


def test_a_booster_opens_as_a_booster(couple, owner):
    session = actions.plan_session(by=owner, case=couple, starts_at=datetime(2026, 12, 1, 10), kind=SessionKind.BOOSTER)
    assert "held" in session.items.first().title
    assert Person.objects.count() == 2
