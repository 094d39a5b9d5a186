"""Writing, signing and locking a progress note."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from planner.base.models import Stale
from planner.cases.models import TeamMember, TeamRole
from planner.homework import actions as homework
from planner.plans.frozen import RowIsKept
from planner.practice.models import TrailEntry
from planner.sessions import actions, note_actions, note_facts, note_text, note_words
from planner.sessions.actions import Refused
from planner.sessions.models import NoteIsSigned, NoteObjective, NoteSignature, NoteState, ProgressNote
from tests import factories


@pytest.fixture
def held(couple, owner):
    """An hour that was run: an intervention done, one left, a sheet for each, the next hour planned."""
    done, left = factories.make_intervention("steady-talk"), factories.make_intervention("repair-letter")
    session = factories.make_session(couple, owner, days=0)
    for entry in (done, left):
        actions.add_library_item(session, entry, by=owner, version=session.version)
    factories.make_session(couple, owner, days=7)
    actions.start_session(session, by=owner, version=session.version)
    for item in session.items.kept():
        item.session = session
        how = "left" if item.edition and item.edition.intervention == left else "done"
        actions.tick_item(item, by=owner, version=session.version, done=how)
    return actions.end_session(session, by=owner, version=session.version)


@pytest.fixture
def note(held, owner):
    return note_actions.begin_note(held, by=owner)


def sign(note, by, **changes):
    changes = {"told": "A calm week.", "risk_level": "none", **changes}
    note_actions.change_note(note, by=by, version=note.version, **changes)
    return note_actions.sign_note(note, by=by, version=note.version)


# Begun from the hour


def test_a_note_is_filled_from_the_hour(note, held):
    facts = note_facts.read(note)
    assert [(one["name"], one["role"]) for one in facts.present] == [
        ("Maya", "Partner"), ("Ruben", "Person in recovery"),
    ]  # fmt: skip
    assert facts.interventions == ["Steady talk"]
    assert facts.left == ["Repair letter"]
    assert {row["whom"] for row in facts.given} == {"Maya", "Ruben"}
    assert facts.next_at != ""
    assert (note.format, note.audience, note.mode, note.risk_level) == ("dap", "case", "in-person", "")
    assert "Homework: Our talk (Maya); Our talk (Ruben)." in note.parts["plan"]
    assert "To take up again: Repair letter." in note.parts["plan"]
    assert "Next session:" in note.parts["plan"]


def test_the_practice_chooses_the_format(held, owner):
    owner.practice.note_format = "birp"
    owner.practice.save()
    assert note_actions.begin_note(held, by=owner).format == "birp"


def test_beginning_twice_is_one_note(note, held, owner):
    assert note_actions.begin_note(held, by=owner).pk == note.pk
    assert ProgressNote.objects.count() == 1


@pytest.mark.parametrize("state", ["planned", "running", "cancelled"])
def test_a_note_comes_after_the_hour(couple, owner, state):
    session = factories.make_session(couple, owner, state=state)
    with pytest.raises(Refused):
        note_actions.begin_note(session, by=owner)


def test_an_hour_alone_in_couple_work_is_that_persons(couple, owner):
    session = factories.make_session(couple, owner, days=-1, state="held")
    ruben = couple.participants.last()
    session.attendees.set([ruben])
    note = note_actions.begin_note(session, by=owner)
    assert (note.audience, note.person) == ("person", ruben.person)


def test_homework_of_the_other_partner_stands_in_no_note_of_an_hour_alone(couple, owner):
    maya, ruben = couple.participants.all()
    session = factories.make_session(couple, owner, days=0, state="held", starts_at=timezone.now())
    session.attendees.set([ruben])
    for place, task in ((maya, "CANARY of Maya"), (ruben, "Walk each day")):
        homework.assign(by=owner, case=couple, person=place.person, task=task)
    note = note_actions.begin_note(session, by=owner)
    facts = note_facts.read(note)
    assert [row["title"] for row in facts.given] == ["Walk each day"]
    assert "CANARY" not in note.parts["plan"]


def test_place_and_code_come_from_the_last_note_like_it(couple, owner):
    first = factories.make_session(couple, owner, days=-8, state="held")
    factories.make_note(first, owner, place="Room 2", service_code="90847")
    second = factories.make_session(couple, owner, days=-1, state="held")
    note = note_actions.begin_note(second, by=owner)
    assert (note.place, note.service_code) == ("Room 2", "90847")


# Written


def test_a_text_is_kept_and_an_empty_one_taken_out(note, owner):
    note_actions.change_note(note, by=owner, version=note.version, told="One", seen="Two")
    note_actions.change_note(note, by=owner, version=note.version, seen="")
    assert {name: note.parts.get(name) for name in ("told", "seen")} == {"told": "One", "seen": None}


def test_two_people_writing_lose_nothing(note, owner, colleague):
    TeamMember.objects.create(case=note.session.case, user=colleague, role=TeamRole.CO)
    theirs = ProgressNote.objects.get(pk=note.pk)
    shown = note.version
    note_actions.change_note(theirs, by=colleague, version=shown, told="Theirs")
    with pytest.raises(Stale) as stale:
        note_actions.change_note(note, by=owner, version=shown, told="Mine")
    assert stale.value.current.parts["told"] == "Theirs"


def test_an_answer_that_got_lost_may_be_sent_again(note, owner):
    shown = note.version
    note_actions.change_note(note, by=owner, version=shown, told="Mine")
    note_actions.change_note(note, by=owner, version=shown, told="Mine")
    assert note.version == shown + 1


@pytest.mark.parametrize("field", ["author", "state", "sha256", "signed_at", "session", "facts", "parts", "late"])
def test_what_the_page_may_not_write(note, owner, field):
    with pytest.raises(ValueError, match=field):
        note_actions.change_note(note, by=owner, version=note.version, **{field: "x"})


def test_an_hour_that_ends_before_it_begins_is_refused(note, owner):
    with pytest.raises(Refused):
        note_actions.change_note(note, by=owner, version=note.version, ended_at=note.began_at - timedelta(minutes=1))


# Signed


def test_what_is_missing_is_said_and_nothing_is_signed(note, owner):
    note.present.clear()
    assert note_actions.missing(note) == [
        "Say who was there.",
        "Write what happened: at least one text beside the plan.",
        "Say the risk: asked and nothing found, or the level.",
    ]
    with pytest.raises(Refused):
        note_actions.sign_note(note, by=owner, version=note.version)
    assert (ProgressNote.objects.get().state, NoteSignature.objects.count()) == ("draft", 0)


@pytest.mark.parametrize("level", ["low", "moderate", "high", "imminent"])
def test_a_risk_needs_its_basis_and_what_was_done(note, owner, level):
    note_actions.change_note(note, by=owner, version=note.version, told="x", risk_level=level, risk_basis="Said so.")
    assert note_actions.missing(note) == ["Say what the risk level rests on, and what was done."]
    note_actions.change_note(note, by=owner, version=note.version, risk_action="Safety plan gone through.")
    assert note_actions.missing(note) == []
    assert note.risk_is_raised == (level != "low")


def test_signing_freezes_text_facts_and_name(note, owner):
    owner.credentials = "LMFT"
    owner.save()
    signed = sign(note, owner)
    signature = signed.signatures.get()
    assert (signature.name, signature.credentials, signature.role, signature.sha256) == (
        "Olive Owner", "LMFT", "clinician", signed.sha256,
    )  # fmt: skip
    assert (signed.state, len(signed.sha256), signed.late) == ("signed", 64, False)
    assert note_text.holds(ProgressNote.objects.get(pk=signed.pk))
    assert note_text.holds_in_the_trail(ProgressNote.objects.get(pk=signed.pk))
    item = signed.session.items.first()
    item.title = "Renamed later"
    item.save()
    assert "Renamed later" not in note_words.whole(signed, note_facts.facts_of(signed))


def test_a_second_click_signs_once(note, owner):
    sign(note, owner)
    note_actions.sign_note(note, by=owner, version=1)
    assert NoteSignature.objects.count() == 1


def test_a_note_after_three_days_is_late(held, owner):
    with time_machine.travel(timezone.now() + timedelta(hours=73)):
        note = note_actions.begin_note(held, by=owner)
        assert note_actions.is_late(note)
        assert sign(note, owner).late


def test_the_practice_says_when_a_note_is_late(held, owner):
    owner.practice.note_late_hours = 24
    owner.practice.save()
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        note = note_actions.begin_note(held, by=owner)
        assert note_actions.is_late(ProgressNote.objects.get(pk=note.pk))


def test_a_signed_note_is_changed_through_no_door(note, owner):
    signed = sign(note, owner)
    row = ProgressNote.objects.get(pk=signed.pk)
    with pytest.raises(Refused):
        note_actions.change_note(row, by=owner, version=row.version, told="Other")
    with pytest.raises(Refused):
        note_actions.set_present(row, by=owner, version=row.version,
                                 participant=row.present.first(), here=False)  # fmt: skip
    row.risk_level = "high"
    for write in (
        row.save,
        row.delete,
        lambda: ProgressNote.objects.filter(pk=row.pk).update(parts={}),
        lambda: ProgressNote.objects.all().delete(),
        lambda: ProgressNote.objects.bulk_update([row], ["risk_level"]),
        lambda: row.change(row.version, parts={}),
    ):
        with pytest.raises(NoteIsSigned):
            write()
    with pytest.raises(RowIsKept):
        NoteSignature.objects.update(name="Somebody")
    assert note_text.holds(ProgressNote.objects.get(pk=signed.pk))


@pytest.mark.parametrize("column, value", [("parts", '{"told": "Other"}'), ("risk_level", "high"), ("author_id", None)])
def test_a_change_past_the_planner_shows(note, owner, colleague, column, value):
    signed = sign(note, owner)
    with connection.cursor() as cursor:
        value = colleague.pk if value is None else value
        cursor.execute(f"UPDATE planner_progressnote SET {column} = %s WHERE id = %s", [value, signed.pk])  # noqa: S608
    assert not note_text.holds(ProgressNote.objects.get(pk=signed.pk))


def test_text_and_hash_written_anew_still_differ_from_the_trail(note, owner):
    signed = sign(note, owner)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE planner_progressnote SET place = 'Elsewhere' WHERE id = %s", [signed.pk])
        forged = note_text.digest(ProgressNote.objects.get(pk=signed.pk))
        cursor.execute("UPDATE planner_progressnote SET sha256 = %s WHERE id = %s", [forged, signed.pk])
    row = ProgressNote.objects.get(pk=signed.pk)
    assert (note_text.holds(row), note_text.holds_in_the_trail(row)) == (True, False)


# Added to


def test_an_addendum_stands_under_the_note_with_its_date(note, owner):
    signed = sign(note, owner)
    addendum = note_actions.add_addendum(signed, by=owner, text="Ruben called: he had meant Tuesday.")
    assert note_text.addendum_holds(addendum)
    assert ProgressNote.objects.get(pk=signed.pk).sha256 == signed.sha256
    addendum.text = "Other"
    with pytest.raises(RowIsKept):
        addendum.save()
    with pytest.raises(RowIsKept):
        addendum.delete()
    assert not note_text.addendum_holds(addendum)


def test_a_draft_takes_no_addendum(note, owner):
    with pytest.raises(Refused):
        note_actions.add_addendum(note, by=owner, text="Later")


# The supervisor


@pytest.fixture
def supervised(note, supervisor):
    TeamMember.objects.create(case=note.session.case, user=supervisor, role=TeamRole.SUPERVISOR)
    return note


def test_a_note_waits_for_the_supervisor_and_is_approved(supervised, owner, supervisor):
    signed = sign(supervised, owner)
    assert (signed.state, signed.supervisor) == (NoteState.AWAITING, supervisor)
    approved = note_actions.approve_note(signed, by=supervisor, version=signed.version)
    assert [(one.role, one.sha256) for one in approved.signatures.all()] == [
        ("clinician", signed.sha256), ("supervisor", signed.sha256),
    ]  # fmt: skip
    assert note_text.holds(ProgressNote.objects.get(pk=signed.pk))
    note_actions.approve_note(approved, by=supervisor, version=1)
    assert [step.step for step in approved.steps.all()] == ["awaiting", "approved"]


def test_a_returned_note_is_written_again(supervised, owner, supervisor):
    signed = sign(supervised, owner)
    first = signed.sha256
    back = note_actions.return_note(signed, by=supervisor, version=signed.version, comment="Name the response.")
    assert back.is_open
    note_actions.change_note(back, by=owner, version=back.version, assessment="They heard each other.")
    again = note_actions.sign_note(back, by=owner, version=back.version)
    assert (again.state, again.sha256 != first) == ("awaiting", True)
    assert [one.sha256 for one in again.signatures.all()] == [first, again.sha256]
    assert [(step.step, step.comment) for step in again.steps.all()] == [
        ("awaiting", ""), ("returned", "Name the response."), ("awaiting", ""),
    ]  # fmt: skip


def test_nobody_else_decides(supervised, owner, colleague):
    signed = sign(supervised, owner)
    for person in (owner, colleague):
        with pytest.raises(Refused):
            note_actions.approve_note(signed, by=person, version=signed.version)
        with pytest.raises(Refused):
            note_actions.return_note(signed, by=person, version=signed.version, comment="No")


# Objectives


def test_objectives_come_from_the_agenda_and_need_a_word(couple, owner):
    objective = factories.make_objective(couple, owner)
    session = factories.make_session(couple, owner, days=-1, state="held")
    session.items.filter(position=1).update(objective=objective, done="done")
    note = note_actions.begin_note(session, by=owner)
    assert [row.objective for row in note.objectives.all()] == [objective]
    assert "Say where objective 1.1 stands." in note_actions.missing(note)
    note_actions.set_objective(note, objective, by=owner, version=note.version, step="further")
    note_actions.set_objective(note, objective, by=owner, version=note.version, response="Tried it twice.")
    signed = sign(note, owner)
    row = signed.facts["objectives"][0]
    assert (row["number"], row["step"], row["response"]) == ("1.1", "further", "Tried it twice.")
    for write in (
        lambda: NoteObjective.objects.update(response="Other"),
        lambda: NoteObjective.objects.all().delete(),
        NoteObjective.objects.get().save,
        NoteObjective.objects.get().delete,
    ):
        with pytest.raises(NoteIsSigned):
            write()


def test_an_objective_that_was_no_subject_is_left_out(couple, owner):
    objective = factories.make_objective(couple, owner)
    note = factories.make_note(factories.make_session(couple, owner, days=-1, state="held"), owner)
    note_actions.set_objective(note, objective, by=owner, version=note.version, step="same")
    note_actions.leave_objective(note, objective, by=owner, version=note.version)
    assert (note.objectives.count(), note_actions.missing(note)) == (0, [])


def test_the_trail_tells_no_text(note, owner):
    sign(note, owner, told="CANARY", risk_basis="CANARY")
    details = str(list(TrailEntry.objects.values_list("detail", flat=True)))
    assert "CANARY" not in details and "Maya" not in details
