"""Giving by hand: choose, say to whom and why, done; the list; the print."""

import pytest
from django.urls import reverse

from planner.cases.models import Case
from planner.homework.models import Assignment, AssignmentSeries, PrintedSheet, Printout
from planner.sheets import press, returned
from tests import factories


@pytest.fixture
def page(signed_in, owner, couple):
    return signed_in(owner)


@pytest.fixture
def sheet(db):
    return factories.make_intervention("check-in").worksheets.first()


@pytest.fixture
def places(couple):
    return list(couple.participants.all())


def sent(places, **changes):
    return {
        "who": [str(one.pk) for one in places], "why": "You both asked for it.", "when_where": "If Sunday, then tea.",
        "times": "1", "every_days": "7", **changes,
    }  # fmt: skip


def test_three_clicks_give_a_sheet_to_each_partner(page, couple, sheet, places):
    Case.objects.filter(pk=couple.pk).update(phase="skill-building")  # where the sheet fits
    chooser = page.get(reverse("give", args=[couple.pk]))
    link = f"{reverse('give', args=[couple.pk])}?sheet={sheet.pk}"
    assert link in chooser.content.decode()
    form = page.get(link).context["form"]
    assert form.initial["who"] == [str(one.pk) for one in places] and form.initial["why"]
    ready = {"who": form.initial["who"], "why": form.initial["why"], "times": "1", "every_days": "7"}
    response = page.post(link, ready)
    assert response.url == reverse("homework", args=[couple.pk])
    assert [row.person.name for row in Assignment.objects.order_by("pk")] == ["Maya", "Ruben"]


def test_own_words_and_a_series(page, couple, places):
    address = f"{reverse('give', args=[couple.pk])}?own=1"
    response = page.post(address, sent(places[:1], task="Write three lines.\nNo more.", times="6", weekday="0"))
    assert response.status_code == 302
    rows = list(Assignment.objects.order_by("number"))
    assert [row.title for row in rows] == ["Write three lines."] * 6
    assert {row.starts_on.weekday() for row in rows} == {0} and AssignmentSeries.objects.count() == 1


def test_what_is_missing_is_said_and_nothing_is_lost(page, couple):
    address = f"{reverse('give', args=[couple.pk])}?own=1"
    response = page.post(address, {"why": "Because\x00 ‮it helps", "times": "99", "every_days": "7"})
    assert response.status_code == 422 and not Assignment.objects.exists()
    shown = response.content.decode()
    assert "Because it helps" in shown
    assert set(response.context["form"].errors) == {"who", "task", "times"}


def test_a_double_click_gives_once(page, couple, places):
    address = f"{reverse('give', args=[couple.pk])}?own=1"
    for _click in range(2):
        page.post(address, sent(places, task="Breathe", once="the-same-key-of-a-form"))
    assert Assignment.objects.count() == 2


def test_a_shut_gate_is_said_with_the_way_out(page, couple, places):
    shut = factories.make_intervention("together", gates=("joint-task",)).worksheets.first()
    address = f"{reverse('give', args=[couple.pk])}?sheet={shut.pk}"
    response = page.post(address, sent(places))
    assert response.status_code == 422 and not Assignment.objects.exists()
    shown = response.content.decode()
    assert "Ask Maya alone about safety first" in shown and reverse("flag_record", args=[couple.pk]) in shown


def test_a_gate_shut_since_then_holds_for_printing_and_filling(page, couple, owner, places):
    shut = factories.make_intervention("together", gates=("joint-task",)).worksheets.first()
    row = factories.make_assignment(couple, owner, places[0].person, shut.current)
    assert page.post(reverse("assignment_print", args=[row.pk])).status_code == 422
    assert page.get(reverse("assignment_picture", args=[row.pk])).status_code == 404
    filled = page.post(reverse("assignment_fill", args=[row.pk]), {"pause_word": "tea", "version": "0"})
    assert filled.status_code == 422 and not row.responses.exists()
    page.post(reverse("hand_over", args=[row.pk]))
    assert page.get(reverse("today")).status_code == 200  # nothing was handed over
    assert not Printout.objects.exists()


def test_a_sheet_is_printed_kept_and_knows_its_way_back(page, couple, owner, places, sheet):
    row = factories.make_assignment(couple, owner, places[0].person, sheet.current, why="For Sunday evenings.")
    response = page.post(reverse("assignment_print", args=[row.pk]), {"fill": "fields", "size": "12"})
    printout = Printout.objects.get()
    assert response.url == reverse("printout", args=[printout.pk])
    kept = PrintedSheet.objects.get()
    assert (kept.assignment, kept.person, printout.audience) == (row, places[0].person, "person")
    pdf = bytes(printout.printed.pdf)
    assert returned.read_values(pdf).address == kept.address


def test_a_practice_has_a_sheet_that_comes_back_too(page, couple, owner, places):
    row = factories.make_assignment(couple, owner, places[0].person, small_version="One breath *slowly*")
    page.post(reverse("assignment_print", args=[row.pk]), {"fill": "fields"})
    kept = PrintedSheet.objects.get()
    assert kept.edition is None
    read = returned.read_values(bytes(kept.printout.printed.pdf))
    assert read.address == kept.address and {"times", "amount-7", "quality-0", "noticed"} <= set(read.values)


def test_a_series_prints_in_one_go_each_page_with_its_address(page, couple, owner, places, sheet):
    rows = factories.give_series(couple, owner, places[0].person, sheet.current)
    page.post(reverse("assignment_print", args=[rows[0].pk]), {"whole": "1"})
    kept = list(PrintedSheet.objects.order_by("pk"))
    assert [one.assignment for one in kept] == rows
    read = returned.read_values(bytes(kept[0].printout.printed.pdf))
    assert read.sheets == {one.prefix: one.address for one in kept}


def test_the_paper_of_one_says_nothing_of_the_other(page, couple, owner, places, sheet):
    row = factories.make_assignment(couple, owner, places[0].person, sheet.current, why="For Sunday evenings.")
    page.post(reverse("assignment_print", args=[row.pk]))
    from planner.homework import papers

    paper, _sheets = papers.paper_of(papers.given(row), papers.options_for(couple, row.person))
    html = press.page_html(paper)
    assert "Maya" in html and "Ruben" not in html and "pull at you" not in html


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_database_the_same_number_of_times(
    page, couple, owner, places, sheet, rows, django_assert_num_queries
):
    for _row in range(rows):
        factories.make_assignment(couple, owner, places[0].person, sheet.current)
        factories.make_response(factories.make_assignment(couple, owner, places[1].person), owner)
        factories.make_assignment(couple, owner, None, state="reviewed", reviewed_on="2026-11-01", reviewed_by=owner)
        factories.give_series(couple, owner, places[0].person)
    page.get(reverse("homework", args=[couple.pk]))
    with django_assert_num_queries(LIST_QUERIES):
        page.get(reverse("homework", args=[couple.pk]))


LIST_QUERIES = 9
