"""Pages of the boosters room and its board: what one sees, what a form answers, how many queries it takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from planner.boosters import booster_actions
from planner.boosters.models import Booster, Ending, Reminder, Series
from planner.cases import actions as cases
from planner.progress.models import Rating
from planner.sessions.models import Session
from tests import factories
from tests.boosters import make
from tests.pages import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


def counted() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)


def shown_in(response) -> str:
    return response.context["shown"]


# Making a series


def test_the_dates_are_seen_before_they_are_made(page, couple):
    address = reverse("series_new", args=[couple.pk])
    seen = page.post(address, make.typed(do="show"))
    assert seen.status_code == 200
    assert "6 boosters would be made" in seen.content.decode()
    assert not Series.objects.exists()
    made = page.post(address, make.typed(do="make", shown=shown_in(seen)))
    series = Series.objects.get()
    assert made.headers["Location"] == reverse("series", args=[series.pk])
    assert series.boosters.count() == 6


def test_a_click_on_make_before_the_dates_were_seen_makes_nothing(page, couple):
    answer = page.post(reverse("series_new", args=[couple.pk]), make.typed(do="make"))
    assert answer.status_code == 409
    assert not Series.objects.exists()


def test_a_double_click_makes_one_series(page, couple):
    address = reverse("series_new", args=[couple.pk])
    sent = make.typed(do="make", once="k" * 30, shown=shown_in(page.post(address, make.typed(do="show"))))
    first, second = page.post(address, sent), page.post(address, sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert Series.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"preset": "own", "every": "", "unit": "weeks", "count": "3"}, "Needed for your own rhythm"),
        ({"preset": "own", "every": "1", "unit": "weeks", "count": "60"}, "reaches into that of booster"),
        ({"after": "40"}, "reaches into that of booster 2"),
        ({"start_on": "1999-01-01"}, "Choose a day in this century"),
        ({"start_on": "31.12.2026"}, "Enter a valid date"),
        ({"skipped": "Christmas"}, "2026-12-24"),
        ({"skipped": "2026-12-24 " * 61}, "At most 60 weeks"),
        ({"zone": "Europe/Atlantis"}, "valid choice"),
        ({"weekday": "9"}, "valid choice"),
        ({"minutes": "0"}, "greater than or equal to 10"),
    ],
)
def test_what_makes_no_series_is_said_beside_its_field(page, couple, typed, said):
    answer = page.post(reverse("series_new", args=[couple.pk]), make.typed(do="show", **typed))
    assert answer.status_code in (200, 422)
    assert said in answer.content.decode()
    assert answer.context["planned"] is None


def test_dates_on_another_clock_show_both(page, couple):
    seen = page.post(reverse("series_new", args=[couple.pk]), make.typed(do="show", zone="Europe/Lisbon"))
    text = seen.content.decode()
    assert "On your clock" in text
    assert "05:00" in text


def test_a_closed_case_asks_whether_the_dates_are_meant(page, owner, couple):
    cases.close_case(by=owner, case=couple, version=couple.version)
    address = reverse("series_new", args=[couple.pk])
    seen = page.post(address, make.typed(do="show"))
    refused = page.post(address, make.typed(do="make", shown=shown_in(seen)))
    assert refused.status_code == 422
    assert "Are dates after that meant?" in refused.content.decode()
    assert page.post(address, make.typed(do="make", shown=shown_in(seen), closed_ok="on")).status_code == 302


# The rest


def test_another_zone_asks_what_stays(page, owner, couple):
    series = make.make_series(couple, owner, days_ago=7)
    address = reverse("series_rest", args=[series.pk])
    sent = make.typed(do="show", version="1", start_on=str(series.start_on), zone="Europe/Lisbon")
    asked = page.post(address, sent)
    assert asked.status_code == 422
    assert "is 10:00 meant on the clock of Europe/Lisbon, or yours?" in asked.content.decode()
    hour = page.post(address, {**sent, "keeps": "wall"})
    moment = page.post(address, {**sent, "keeps": "moment"})
    assert {one.wall.hour for one in hour.context["planned"]} == {10}
    assert {one.wall.hour for one in moment.context["planned"]} <= {14, 15}


def test_the_rest_gets_its_dates_at_once(page, owner, couple):
    series = make.make_series(couple, owner, days_ago=7)
    address = reverse("series_rest", args=[series.pk])
    sent = make.typed(version="1", start_on=str(series.start_on), clock="16:30", weekday="1")
    seen = page.post(address, {**sent, "do": "show"})
    assert page.post(address, {**sent, "do": "make", "shown": shown_in(seen)}).status_code == 302
    assert set(series.boosters.values_list("clock", flat=True)) == {seen.context["planned"][0].wall.time()}


def test_ending_and_opening_again(page, owner, couple):
    series = make.make_series(couple, owner)
    page.post(reverse("series_end", args=[series.pk]), {"version": "1", "why": "They moved"})
    series.refresh_from_db()
    assert series.ended_on
    page.post(reverse("series_reopen", args=[series.pk]), {"version": str(series.version)})
    series.refresh_from_db()
    assert series.ended_on is None


# One booster


def test_booking_leads_to_the_plan_of_its_session(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), 2)
    people = [str(place.pk) for place in couple.participants.all()]
    sent = {"day": str(booster.due_on), "clock": "11:00", "minutes": "50", "attendees": people, "version": "1"}
    answer = page.post(reverse("booster_book", args=[booster.pk]), sent)
    session = Session.objects.get(case=couple)
    assert answer.headers["Location"] == reverse("session_plan", args=[session.pk])


def test_outside_of_the_window_the_box_appears_with_its_question(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), 2)
    people = [str(place.pk) for place in couple.participants.all()]
    far = str(booster.due_on + timedelta(days=9))
    sent = {"day": far, "clock": "11:00", "minutes": "50", "attendees": people, "version": "1"}
    fresh = page.get(reverse("booster_book", args=[booster.pk])).content.decode()
    assert 'name="outside_ok"' not in fresh
    asked = page.post(reverse("booster_book", args=[booster.pk]), sent)
    assert asked.status_code == 422
    assert 'name="outside_ok"' in asked.content.decode()
    assert page.post(reverse("booster_book", args=[booster.pk]), {**sent, "outside_ok": "on"}).status_code == 302


def test_a_stale_form_keeps_the_text_and_writes_nothing(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), 0)
    sent = {"version": "9", "on": str(timezone.localdate()), "promised": "A walk on Sundays"}
    answer = page.post(reverse("booster_hold", args=[booster.pk]), sent)
    assert answer.status_code == 409
    assert "A walk on Sundays" in answer.content.decode()
    assert Booster.objects.get(pk=booster.pk).state == "due"


def test_what_can_be_done_comes_folded_as_a_part_of_the_page(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), 0)
    address, hold = reverse("booster", args=[booster.pk]), reverse("booster_hold", args=[booster.pk])
    assert hold not in page.get(address).content.decode()
    whole = opened(page, address)
    assert whole.count("<details") - whole.count("<details open") >= 5
    doors = [reverse(f"booster_{name}", args=[booster.pk]) for name in ("hold", "miss", "move", "focus", "drop")]
    assert all(f'action="{door}"' in whole for door in doors)
    alone = page.get(reverse("booster_forms", args=[booster.pk])).content.decode()
    assert "<html" in alone and f'href="{address}"' in alone and hold in alone
    refused = page.post(hold, {"version": "9", "on": str(timezone.localdate())}).content.decode()
    assert refused.count("<details") == 5 and "to-come" not in refused  # open where it was refused, the others as ever


def test_missed_offers_a_follow_up_and_a_second_date(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), -9)
    page.post(reverse("booster_miss", args=[booster.pk]), {"version": "1", "reason": "Ill"})
    text = page.get(reverse("booster", args=[booster.pk])).content.decode()
    assert reverse("booster_follow_up", args=[booster.pk]) in text
    assert reverse("booster_again", args=[booster.pk]) in text
    today = opened(page, reverse("today"))
    assert "was missed: follow up" in today


def test_overdue_stands_on_today_until_somebody_acts(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), -8)
    assert "window over since" in opened(page, reverse("today"))
    booster_actions.drop(booster, by=owner, version=booster.version)
    assert "window over since" not in opened(page, reverse("today"))


def test_the_mini_measure_is_entered_whole_or_not_at_all(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), 0)
    one, other = couple.participants.all()
    address = reverse("booster_measure", args=[booster.pk])
    today = str(timezone.localdate())
    wrong = page.post(address, {"on": today, f"m-{one.pk}-trust": "7", f"m-{other.pk}-trust": "11"})
    assert wrong.status_code == 422
    assert "from 0 to 10" in wrong.content.decode()
    assert not Rating.objects.exists()
    page.post(address, {"on": today, f"m-{one.pk}-trust": "7", f"m-{other.pk}-craving": "2"})
    kept = Rating.objects.order_by("pk").values_list("person", "measure", "score", "audience")
    assert list(kept) == [(one.person_id, "trust", 7.0, "person"), (other.person_id, "craving", 2.0, "person")]


def test_craving_is_asked_of_the_person_in_recovery_alone(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), 0)
    partner, recovering = couple.participants.all()
    text = page.get(reverse("booster_measure", args=[booster.pk])).content.decode()
    assert f"m-{recovering.pk}-craving" in text
    assert f"m-{partner.pk}-craving" not in text


def test_nothing_entered_is_said(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), 0)
    answer = page.post(reverse("booster_measure", args=[booster.pk]), {"on": str(timezone.localdate())})
    assert answer.status_code == 422


def test_the_brief_holds_what_was_promised(page, owner, couple):
    series = make.make_series(couple, owner, days_ago=20)
    first = make.first_of(series)
    booster_actions.hold(
        first, by=owner, version=1, on=timezone.localdate(), promised="A walk on Sundays", held_well="Weekly talk"
    )
    text = page.get(reverse("booster", args=[series.boosters.get(number=2).pk])).content.decode()
    assert "A walk on Sundays" in text
    assert "Weekly talk" in text
    assert "Keep the weekly talk." in text


def test_a_series_page_takes_the_same_queries_however_long_it_is(page, owner, couple):
    cache.clear()
    short = make.make_series(couple, owner, preset="yearly")
    long = make.make_series(couple, owner, preset="couple-year", name="Long")
    counts = []
    for series in (short, long):
        with counted() as count:
            page.get(reverse("series", args=[series.pk]))
        counts.append(len(count))
    assert counts[0] == counts[1]


# The board


def test_the_board_shows_overdue_and_of_whom(page, owner, couple):
    make.due(make.make_series(couple, owner), -8)
    text = page.get(f"{reverse('boosters')}?show=overdue&who={owner.pk}").content.decode()
    assert couple.code in text
    assert "Overdue" in text
    assert couple.code not in page.get(f"{reverse('boosters')}?show=overdue&who=999999").content.decode()


def test_the_board_of_a_stranger_has_nothing_of_ours(signed_in, stranger, owner, couple):
    make.due(make.make_series(couple, owner), 0)
    answer = signed_in(stranger).get(f"{reverse('boosters')}?show=open").content.decode()
    assert couple.code not in answer
    assert "0 of 0" in signed_in(stranger).get(reverse("boosters_figures")).content.decode()


def test_an_empty_board_names_the_next_booster_or_says_how_to_begin(page, signed_in, stranger, owner, couple):
    overdue = f"{reverse('boosters')}?show=overdue"
    assert "A booster series is made on the page of a case." in page.get(overdue).content.decode()
    series = make.make_series(couple, owner)
    text = page.get(overdue).content.decode()
    assert "Nothing here. The next booster is due on" in text
    assert reverse("booster", args=[series.boosters.order_by("due_on").first().pk]) in text
    assert "The next booster" not in page.get(f"{overdue}&who=999999").content.decode()
    assert "The next booster" not in signed_in(stranger).get(overdue).content.decode()


@pytest.mark.parametrize("show", ["due", "open", "cases", "missed", "settled", "overdue"])
def test_the_board_takes_the_same_queries_for_one_row_and_three(page, owner, show):
    counts = []
    for wanted in (1, 3):
        while Series.objects.count() < wanted:
            case = factories.make_case(owner)
            booster = make.due(make.make_series(case, owner), -9 if show == "overdue" else 0)
            if show in ("missed", "settled"):
                booster_actions.miss(booster, by=owner, version=booster.version)
        page.get(reverse("boosters"))
        with counted() as count:
            page.get(f"{reverse('boosters')}?show={show}")
        counts.append(len(count))
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_the_figures_are_honest(page, owner, couple):
    series = make.make_series(couple, owner, days_ago=100)
    one, two, three = series.boosters.order_by("number")[:3]
    booster_actions.hold(one, by=owner, version=1, on=timezone.localdate())
    booster_actions.miss(two, by=owner, version=1)
    text = " ".join(page.get(reverse("boosters_figures")).content.decode().split())
    assert "1 of 4 that were due so far; 1 missed, 2 neither held nor missed yet." in text
    assert "1 of 1 series have a missed booster" in text


def test_the_table_is_safe_for_spreadsheets_and_names_nobody(page, owner, couple):
    series = make.make_series(couple, owner, name="=1+1")
    make.due(series, 0)
    table = page.get(f"{reverse('boosters_table')}?show=open").content.decode("utf-8-sig")
    assert '"\'=1+1"' in table
    assert "Maya" not in table
    assert "Ruben" not in table


def test_the_list_prints(page, owner, couple):
    make.due(make.make_series(couple, owner), 0)
    answer = page.get(reverse("boosters_paper"))
    assert answer.content.startswith(b"%PDF")


# Ending well


def test_ending_a_treatment_keeps_the_series(page, owner, couple):
    series = make.make_series(couple, owner)
    address = reverse("treatment_end", args=[couple.pk])
    refused = page.post(address, {"version": "1", "summary": "  "})
    assert refused.status_code == 422
    page.post(address, {"version": "1", "summary": "Trust is back.", "met": "on", "close": "on"})
    couple.refresh_from_db()
    assert (couple.phase, bool(couple.closed_on)) == ("maintenance", True)
    assert Ending.objects.get().facts["boosters_to_come"] == 6
    assert series.boosters.open().count() == 6
    assert couple.code in page.get(f"{reverse('boosters')}?show=open").content.decode()


def test_what_they_keep_prints_for_each_reader(page, owner, couple):
    make.make_series(couple, owner)
    one = couple.participants.first()
    for what in ("dates", "keeping"):
        for whom in (str(one.pk), "all"):
            answer = page.post(
                reverse("keeping", args=[couple.pk]),
                {"what": what, "whom": whom, "paper": "a4", "size": "12", "name": "full"},
            )
            assert answer.status_code == 302, answer.context["form"].errors
            assert page.get(answer.headers["Location"]).content.startswith(b"%PDF")


# Reminders and digest


def test_a_reminder_is_given_once(page, owner, couple):
    booster = make.due(make.make_series(couple, owner), 3)
    reminder = Reminder.objects.create(booster=booster, due_on=booster.due_on)
    assert "Remind M. &amp; R." in opened(page, reverse("today"))
    page.post(reverse("reminder_given", args=[reminder.pk]))
    assert "Remind M. &amp; R." not in opened(page, reverse("today"))


def test_the_digest_leads_to_what_it_counts(page, owner, couple):
    make.due(make.make_series(couple, owner), -8)
    text = page.get(reverse("digest")).content.decode()
    assert "Boosters overdue" in text
    assert f"{reverse('boosters')}?show=overdue" in text
