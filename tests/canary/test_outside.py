"""What leaves a case: to somebody who is not on it, into an address, a header, a file name, a mail, a feed, a log."""

import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from planner.base.logs import OneLine
from planner.boosters import digest
from planner.exchange import actions as feeds
from planner.exchange.models import CalendarFeed
from planner.practice.models import TrailEntry
from tests.canary import words
from tests.test_bar import forms_of
from tests.test_doors import DOORS, address_of, knock

pytestmark = pytest.mark.django_db

#: Some that the owner of the case reads on its pages.
ON_PAGES = {
    "A AgreementVersion.answers", "C AgendaItem.title", "C Booster.reason", "C Case.focus",
    "C ProgressNote.parts", "C SafetyFlag.basis", "J Goal.own_words", "N Person.name",
}  # fmt: skip


@pytest.fixture
def told(world):
    """The house with one of each thing, every text of the owner's case a word."""
    words.fill(world.case)
    return world


def answers(told, person: str, post: bool = False):
    """Each door as this person finds it."""
    for name, rows in DOORS.items():
        for row in rows:
            if post or not row.post:
                yield name, knock(told, person, name, row)


def body_of(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


@pytest.mark.parametrize("person", ["nobody", "stranger", "colleague", "front_desk"])
def test_no_word_reaches_who_is_not_on_the_case(told, person):
    for name, answer in answers(told, person, post=True):
        found = words.found_in(body_of(answer))
        # The front desk has the names of its appointments, and nothing else.
        assert found <= ({"N Person.print_name", "N Person.name"} if person == "front_desk" else set()), name


@pytest.mark.parametrize("person", ["stranger", "colleague"])
def test_no_search_finds_a_word(told, signed_in, person):
    client = signed_in(told.people[person])
    for name in ("search", "caseload", "library", "sessions", "boosters", "statements"):
        for letter in "ABCJN":
            asked = f"ZQK{letter}"
            said = body_of(client.get(reverse(name), {"q": asked}))
            assert words.found_in(said) == set(), name


def test_no_address_no_header_no_log_line_and_no_trail_holds_a_word(told, caplog):
    """The owner goes through every door. The words stand on the pages, so that the tests above can fail."""
    caplog.set_level(logging.DEBUG)
    found = set()
    for name, answer in answers(told, "owner", post=True):
        headers = " ".join(f"{header}: {value}" for header, value in answer.headers.items())
        assert words.found_in(headers + answer.cookies.output() + answer.request["PATH_INFO"]) == set(), name
        body = body_of(answer)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            assert words.LIVE not in body, name
        found |= words.found_in(body)
    assert ON_PAGES - found == set()
    assert words.found_in(caplog.text) == set()
    assert words.found_in(str(list(TrailEntry.objects.values_list("verb", "what", "detail")))) == set()
    assert (len(caplog.records) > 10, TrailEntry.objects.count() > 50) == (True, True)


def test_no_calendar_file_and_no_feed_holds_a_word(told, signed_in, owner):
    client = signed_in(owner)
    said = [client.get(address_of(told, name, DOORS[name][0])) for name in ("booster_ics", "series_ics")]
    assert [answer.status_code for answer in said] == [200, 200]
    path = feeds.make_feed(by=owner)
    feeds.choose_titles(CalendarFeed.objects.get(user=owner), by=owner, initials=True)
    said.append(Client().get(path))
    assert words.found_in("".join(body_of(answer) for answer in said)) == set()
    assert "BEGIN:VEVENT" in body_of(said[-1])


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_no_mail_holds_a_word(told, signed_in, owner):
    monday = timezone.now().replace(hour=15) - timedelta(days=timezone.localdate().weekday())
    assert digest.mail_all(monday) >= 1
    assert words.found_in(str([(one.subject, one.body, one.from_email) for one in mail.outbox])) == set()


def test_no_fault_of_ours_logs_a_word(told, owner, monkeypatch, caplog):
    """A page breaks with the words of a case in its hands and in what was typed."""
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    typed = f"ZQKA{words.numbers()['Goal', 'own_words']:03}X"

    def breaks(*args, **kwargs):
        raise RuntimeError(f"{typed} {told.case.focus}")

    page = client.get(reverse("case_edit", args=[told.case.pk])).content.decode()
    fields = {name: value for name, (_kind, value) in forms_of(page)[0][1].items()} | {"focus": typed}
    monkeypatch.setattr("planner.cases.actions.change_case", breaks)
    answer = client.post(reverse("case_edit", args=[told.case.pk]), fields)
    assert answer.status_code == 500
    lines = [OneLine().format(record) for record in caplog.records]
    assert any("RuntimeError" in line for line in lines)
    assert words.found_in(" ".join(lines) + body_of(answer)) == set()
