"""Rows that belong together are asked for in several questions: whatever comes between two of them breaks no page."""

from __future__ import annotations

import pytest

from planner.desk import audit_facts, case_parts
from planner.sessions.models import AgendaItem, ItemKind, Session, SessionState
from tests.factories import make_intervention, make_note, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def hours(couple, owner):
    """Two held hours with signed notes, the newer first."""
    edition = make_intervention().current
    sessions = [make_session(couple, owner, days=days) for days in (-1, -8)]
    Session.objects.update(state=SessionState.HELD)
    for session in sessions:
        session.refresh_from_db()
        make_note(session, owner, signed=True)
        AgendaItem.objects.create(
            session=session, kind=ItemKind.LIBRARY, edition=edition, title="A talk", minutes=5, position=9
        )
    return sessions


def only_the_last(ask):
    """As if the newest row had come just after this question."""
    return lambda **asked: list(ask(**asked))[1:]


def test_an_hour_that_came_between_is_left_out(monkeypatch, couple, owner, hours):
    monkeypatch.setattr(case_parts, "_past", only_the_last(case_parts._past))
    shown = case_parts.happens(couple, owner)
    assert [[item.title for item in session.practised] for session in shown["past"]] == [["A talk"]]


def test_a_note_that_came_between_is_left_out(monkeypatch, couple, hours):
    monkeypatch.setattr(audit_facts, "_written", only_the_last(audit_facts._written))
    notes = audit_facts._notes_of(couple, hours[1].starts_at, hours[0].starts_at)
    assert len(notes) == 1
    (note,) = notes.values()
    assert [signature.note_id for signature in note.signatures.all()] == [note.pk]
