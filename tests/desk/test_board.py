"""The rows of the boosters board: what each says, what may be done from it, and that it is told in the same queries."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from planner.boosters import booster_actions
from planner.boosters.models import Booster
from planner.cases.models import TeamMember
from planner.desk import board as board_of
from tests import factories
from tests.boosters import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(owner, signed_in):
    """shown(...): the board of the owner as text, its white space made one."""
    return lambda show="open": board(signed_in(owner), show)


def board(page, show: str) -> str:
    return " ".join(page.get(f"{reverse('boosters')}?show={show}").content.decode().split())


def book(booster: Booster, owner) -> None:
    starts_at = datetime.combine(booster.due_on, time(16, 5))
    booster_actions.book(booster, by=owner, version=booster.version, starts_at=starts_at, minutes=50)


def marks(booster: Booster, today) -> str:
    return Template("{% load boosters %}{% booster_state booster today %}").render(
        Context({"booster": booster, "today": today})
    )


def test_a_row_says_when_whose_which_and_until_when(shown, owner, couple):
    booster = make.due(make.make_series(couple, owner), 0)
    text = shown("due")
    assert f'<td class="nowrap">{booster.due_on:%a} {booster.due_on.day} {booster.due_on:%b %Y}, 10:00</td>' in text
    assert f'<a class="row-title" href="/cases/{couple.pk}/">M. &amp; R.</a> <span class="mono">{couple.code}<' in text
    assert f'href="/boosters/{booster.pk}/">1 of 6<span class="visually-hidden">, {couple.code}</span></a>' in text
    assert '<span class="mark">Due</span></td><td>Olive Owner</td>' in text
    assert f'Book<span class="visually-hidden"> {couple.code}, 1</span></a>' in text


def test_a_booked_row_has_its_own_hour_and_is_not_booked_again(shown, owner, couple):
    booster = make.due(make.make_series(couple, owner), 1)
    book(booster, owner)
    text = shown("week") + shown("open")
    assert ", 16:05</td>" in text
    assert '<span class="mark mark-accent">Booked</span>' in text
    assert reverse("booster_book", args=[booster.pk]) not in text


def test_who_may_not_carry_cases_books_nothing(signed_in, supervisor, owner, couple):
    TeamMember.objects.create(case=couple, user=supervisor, role="supervisor")
    booster = make.due(make.make_series(couple, owner), 0)
    text = board(signed_in(supervisor), "open")
    assert reverse("booster", args=[booster.pk]) in text
    assert reverse("booster_book", args=[booster.pk]) not in text


def test_words_that_somebody_typed_are_never_markup(shown, owner, couple):
    type(owner).objects.filter(pk=owner.pk).update(name="<i>Olive</i>")
    type(couple).objects.filter(pk=couple.pk).update(code="<b>1")
    make.due(make.make_series(couple, owner), 0)
    text = shown("open") + shown("cases")
    assert "&lt;i&gt;Olive" in text and "&lt;b&gt;1" in text
    assert "<i>Olive" not in text and "<b>1" not in text


def test_a_state_is_marked_where_somebody_must_look(owner, couple):
    booster = make.due(make.make_series(couple, owner), -20)
    today = timezone.localdate()
    overdue = ' <span class="mark mark-attention">Overdue</span>'
    assert marks(booster, today) == f'<span class="mark">Due</span>{overdue}'
    assert marks(booster, booster.closes_on) == '<span class="mark">Due</span>'
    booster_actions.miss(booster, by=owner, version=booster.version)
    assert marks(Booster.objects.get(pk=booster.pk), today) == '<span class="mark mark-attention">Missed</span>'


def test_a_case_is_told_with_its_next_booster_and_the_last_one_held(shown, owner, couple):
    today = timezone.localdate()
    first, second, *rest = make.make_series(couple, owner, days_ago=400).boosters.order_by("number")
    for booster, days in ((first, 31), (second, 12)):
        on = today - timedelta(days=days)
        booster_actions.hold(booster, by=owner, version=1, on=on)
    Booster.objects.filter(pk__in=[one.pk for one in rest]).update(due_on=today - timedelta(days=5))
    assert f'<td class="mono"></td><td class="mono">{said(today - timedelta(days=12))}</td><td></td>' in shown("cases")
    Booster.objects.filter(pk=rest[0].pk).update(due_on=today + timedelta(days=40))
    Booster.objects.filter(pk=rest[1].pk).update(due_on=today)
    assert f'<td class="mono">{said(today)}</td>' in shown("cases")


def said(on) -> str:
    year = "" if on.year == timezone.localdate().year else f" {on.year}"
    return f"{on:%a} {on.day} {on:%b}{year}"


def test_the_way_back_stands_in_the_row_of_its_case(shown, owner, couple):
    series = make.make_series(couple, owner, days_ago=60)
    for booster in series.boosters.order_by("number")[:2]:
        booster_actions.miss(booster, by=owner, version=1)
    text = shown("cases")
    assert "<td><p>2 boosters were missed.</p>" in text
    assert f'Decide<span class="visually-hidden"> {couple.code}</span></a></td></tr>' in text


def test_the_soonest_case_comes_first_after_those_without_a_booster_to_come(shown, owner):
    cases = [factories.make_case(owner) for _ in range(3)]
    days = (9, 2, -30)
    for case, to_go in zip(cases, days, strict=True):
        one = make.due(make.make_series(case, owner), to_go)
        Booster.objects.filter(series=one.series).exclude(pk=one.pk).delete()
    text = shown("cases")
    places = [text.index(case.code) for case in cases]
    assert places[2] < places[1] < places[0]


@pytest.mark.parametrize("way", [book, None])
def test_booked_and_free_rows_are_told_in_the_same_queries(signed_in, owner, couple, way):
    """What a list does not fetch is asked for row by row: it must be nothing that it says."""
    page, address = signed_in(owner), f"{reverse('boosters')}?show=open"
    series = make.make_series(couple, owner)
    counts = []
    for number in (1, 2, 3):
        if way:
            way(series.boosters.select_related("series__case__practice").get(number=number), owner)
        page.get(address)
        with CaptureQueriesContext(connection) as queries:
            page.get(address)
        counts.append(len(queries))
    assert len(set(counts)) == 1


@pytest.mark.parametrize("show", [show for show in board_of.SHOWS if show != "cases"])
def test_a_page_holds_what_is_asked_for_on_its_day(owner, couple, time_machine, show):
    """The question of the first page is made once; day, moment and clinician are those of each time it is asked."""
    series = make.make_series(couple, owner, days_ago=60)
    one, other, *_rest = series.boosters.order_by("number")
    booster_actions.miss(one, by=owner, version=1)
    booster_actions.hold(other, by=owner, version=1, on=timezone.localdate())
    begin, found = timezone.now(), set()
    for days in (0, 9, 40, 120):
        time_machine.move_to(begin + timedelta(days=days))
        for who in (0, owner.pk, 999_999):
            asked = board_of.Asked(show, who)
            rows = list(board_of.boosters(owner, asked))
            assert (board_of.count(owner, asked), board_of.page(owner, asked, 1)) == (len(rows), rows)
            found |= {row.pk for row in rows}
    assert found
