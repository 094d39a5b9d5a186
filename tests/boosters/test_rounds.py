"""Reminders, the digest and the rounds: once a date, in the daytime, still true, whatever the clock does."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from planner.boosters import booster_actions, digest, reminders, rounds
from planner.boosters.contact import reach
from planner.boosters.models import Booster, DigestMail, Reminder
from planner.cases.models import Consent
from planner.sessions.models import SessionState
from tests.boosters import make

pytestmark = pytest.mark.django_db
WITH_MAIL = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")


@pytest.fixture
def booster(owner, couple):
    """Due in five days, with a reminder seven days before: its day has come."""
    return make.due(make.make_series(couple, owner), 5)


def at(hour: int, days: int = 0, zone: str = "America/New_York") -> datetime:
    here = timezone.now().astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return datetime.combine(here, time(hour), ZoneInfo(zone))


def consent(case, person, by, **fields):
    return Consent.objects.create(
        case=case, person=person, kind="contact", text="x", sha256="0" * 64, by=by,
        given_on=timezone.localdate() - timedelta(days=30), **fields,
    )  # fmt: skip


# One reminder a date


def test_one_reminder_however_often_the_rounds_run(booster):
    assert [reminders.make(at(10)), reminders.make(at(10)), reminders.make(at(11))] == [1, 0, 0]
    assert Reminder.objects.count() == 1


@pytest.mark.parametrize(("hour", "made"), [(0, 0), (3, 0), (8, 0), (9, 1), (17, 1), (18, 0), (23, 0)])
def test_never_at_night_on_the_clock_of_the_series(booster, hour, made):
    assert reminders.make(at(hour)) == made


def test_the_hour_is_that_of_the_series_and_not_of_the_server(owner, couple):
    make.due(make.make_series(couple, owner, zone="Asia/Tokyo"), 5)
    night_there = at(3, zone="Asia/Tokyo", days=1)
    assert reminders.make(night_there) == 0
    assert reminders.make(night_there.replace(hour=9)) == 1


def test_nothing_waits_for_an_event_that_was_never_saved(owner, couple):
    """No session, no rating, no earlier booster was saved for this case: the reminder comes all the same."""
    make.due(make.make_series(couple, owner), 2)
    assert reminders.make(at(10)) == 1


@pytest.mark.parametrize("jump", [timedelta(hours=1), -timedelta(hours=1), timedelta(days=1), -timedelta(days=1)])
def test_a_clock_that_jumps_doubles_nothing_and_loses_nothing(booster, jump):
    moments = [at(10), at(10) + jump, at(11), at(11, days=1)]
    assert sum(reminders.make(moment) for moment in moments) == 1


def test_a_round_that_was_not_run_is_made_up_for(booster):
    assert reminders.make(at(12, days=3)) == 1


def test_a_moved_date_has_a_reminder_of_its_own(owner, booster):
    reminders.make(at(10))
    booster_actions.move(
        booster, by=owner, version=booster.version, on=timezone.localdate() + timedelta(days=6), clock=time(9)
    )
    assert reminders.holding(owner, at(10)) == []
    reminders.make(at(10))
    assert [due.reminder.due_on for due in reminders.holding(owner, at(10))] == [booster.due_on]


def test_a_series_without_reminders_has_none(owner, couple):
    make.due(make.make_series(couple, owner, remind_days=0), 5)
    assert reminders.make(at(10)) == 0


# Still true when it is shown


@pytest.mark.parametrize("act", ["drop", "hold", "end", "past"])
def test_a_reminder_is_asked_again_whether_it_holds(owner, booster, act):
    reminders.make(at(10))
    assert len(reminders.holding(owner, at(10))) == 1
    if act == "drop":
        booster_actions.drop(booster, by=owner, version=booster.version)
    elif act == "hold":
        booster_actions.hold(booster, by=owner, version=booster.version, on=timezone.localdate())
    elif act == "end":
        type(booster.series).objects.filter(pk=booster.series_id).update(ended_on=timezone.localdate())
    moment = at(10, days=6) if act == "past" else at(10)
    assert reminders.holding(owner, moment) == []


def test_a_session_held_in_its_own_room_ends_the_reminder(owner, booster):
    reminders.make(at(10))
    booster = make.first_of(booster.series)
    session, _verdict = booster_actions.book(
        booster, by=owner, version=booster.version, starts_at=datetime.combine(booster.due_on, time(10)), minutes=50
    )
    type(session).objects.filter(pk=session.pk).update(state=SessionState.HELD)
    assert reminders.holding(owner, at(10)) == []


def test_nobody_is_reminded_after_taking_back_the_consent_to_contact(owner, couple, booster):
    reminders.make(at(10))
    one, other = [place.person for place in couple.participants.all()]
    consent(couple, one, owner, withdrawn_on=timezone.localdate())
    (due,) = reminders.holding(owner, at(10))
    assert (due.reach.may, due.reach.not_any_more) == ((other,), (one,))
    assert reach(due.booster.series.case) == due.reach
    consent(couple, other, owner, withdrawn_on=timezone.localdate())
    assert reminders.holding(owner, at(10)) == []


def test_a_new_consent_opens_contact_again(owner, couple, booster):
    reminders.make(at(10))
    for place in couple.participants.all():
        consent(couple, place.person, owner, withdrawn_on=timezone.localdate())
    assert reminders.holding(owner, at(10)) == []
    consent(couple, couple.participants.first().person, owner)
    assert len(reminders.holding(owner, at(10))) == 1


# The digest


def lines(user) -> dict[str, int]:
    return {line.words: line.count for line in digest.lines(user)}


def test_the_digest_counts_what_is_open_now(owner, couple, booster):
    assert lines(owner)["Boosters overdue"] == 0
    Booster.objects.filter(pk=booster.pk).update(closes_on=timezone.localdate() - timedelta(days=1))
    assert lines(owner)["Boosters overdue"] == 1
    booster.refresh_from_db()
    booster_actions.drop(booster, by=owner, version=booster.version)
    assert lines(owner)["Boosters overdue"] == 0


@override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend")
def test_without_a_mail_server_no_mail_is_sent(owner, booster):
    assert digest.mail_all() == 0
    assert not DigestMail.objects.exists()


@WITH_MAIL
def test_the_digest_is_mailed_once_a_week_without_a_word_about_a_client(owner, couple, booster):
    Booster.objects.filter(pk=booster.pk).update(closes_on=timezone.localdate() - timedelta(days=10))
    monday = at(8, days=-timezone.localdate().weekday())
    assert digest.mail_all(monday) == 1
    assert digest.mail_all(monday) == 0
    assert digest.mail_all(monday + timedelta(days=3)) == 0
    (message,) = mail.outbox
    assert message.to == [owner.email]
    for word in ("Maya", "Ruben", "M.", couple.code, "http"):
        assert word not in message.subject + message.body
    assert "1  Boosters overdue" in message.body
    assert digest.mail_all(monday + timedelta(days=7)) == 1


@WITH_MAIL
def test_the_digest_waits_for_the_morning(owner, booster):
    monday = at(8, days=-timezone.localdate().weekday())
    assert digest.mail_all(monday.replace(hour=5)) == 0
    assert digest.mail_all(monday.replace(hour=7)) == 1


# The rounds


def test_the_command_says_what_it_did(booster, capsys):
    call_command("rounds")
    assert "Reminders:" in capsys.readouterr().out


def test_a_part_that_breaks_does_not_stop_the_other(booster, monkeypatch):
    monkeypatch.setattr(digest, "mail_all", lambda now: 1 / 0)
    assert rounds.go(at(10)) == rounds.Done(reminders=1, digests=0)


def test_the_running_server_goes_its_rounds_until_it_ends(monkeypatch):
    over, gone = threading.Event(), []
    monkeypatch.setattr(rounds, "go", lambda: gone.append(1) or (len(gone) == 3 and over.set()))
    monkeypatch.setattr(rounds, "close_old_connections", lambda: None)
    rounds.keep_going(over, every=0.001)
    assert len(gone) == 3
