"""The trail: append-only, chained, and honest about what was done to it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.urls import reverse

from planner.practice import trail
from planner.practice.models import TrailEntry, TrailIsAppendOnly
from tests import factories


@pytest.fixture
def lines(owner):
    return [
        trail.record("viewed", by=owner, what="case", what_id=n, case_id=n, detail={"n": n, "k": ("a", 1)})
        for n in range(5)
    ]


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_chain_holds(lines):
    assert trail.verify() is None
    assert lines[0].previous == trail.FIRST
    assert [line.previous for line in lines[1:]] == [line.hash for line in lines[:-1]]


def test_an_empty_trail_holds(db):
    assert trail.verify() is None


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'loved'",
        "what_id = 99",
        "case_id = NULL",
        "detail = '{}'",
        "by_id = NULL",
        "at = '2020-01-01 00:00:00'",
        "practice_id = NULL",
        "hash = 'ffff'",
        "previous = 'ffff'",
    ],
)
def test_an_edit_by_sql_names_the_row(lines, change):
    sql(f"UPDATE planner_trailentry SET {change} WHERE id = %s", lines[2].pk)  # noqa: S608
    assert trail.verify().id == lines[2].pk


def test_a_row_taken_out_names_the_next(lines):
    sql("DELETE FROM planner_trailentry WHERE id = %s", lines[1].pk)
    assert trail.verify().id == lines[2].pk


def test_the_first_row_taken_out_names_the_next(lines):
    sql("DELETE FROM planner_trailentry WHERE id = %s", lines[0].pk)
    assert trail.verify().id == lines[1].pk


def test_a_cut_end_is_seen(lines):
    sql("DELETE FROM planner_trailentry WHERE id = %s", lines[4].pk)
    assert trail.verify().id == lines[4].pk


def test_everything_cut_is_seen(lines):
    sql("DELETE FROM planner_trailentry")
    assert trail.verify() is not None


def test_a_row_with_a_fitting_hash_put_in_from_outside_is_seen(lines):
    forged = TrailEntry(at=lines[4].at + timedelta(seconds=1), verb="viewed", previous=lines[4].hash)
    forged.hash = trail.digest(forged)
    forged.save()
    assert trail.verify().id == forged.pk


def test_code_cannot_change_or_delete(lines):
    lines[0].verb = "loved"
    for attempt in (
        lines[0].save,
        lines[0].delete,
        TrailEntry.objects.all().delete,
        lambda: TrailEntry.objects.update(verb="x"),
        lambda: TrailEntry.objects.bulk_update(lines, ["verb"]),
        lambda: TrailEntry.objects.bulk_create([TrailEntry()]),
    ):
        with pytest.raises(TrailIsAppendOnly):
            attempt()
    assert trail.verify() is None


def test_a_rolled_back_change_leaves_no_line(owner, lines):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        trail.record("viewed", by=owner)
        1 / 0  # noqa: B018
    assert TrailEntry.objects.count() == 5
    assert trail.verify() is None


def test_the_command_verifies(lines):
    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert "5 lines" in out.getvalue() and lines[4].hash in out.getvalue()
    sql("UPDATE planner_trailentry SET verb = 'x' WHERE id = %s", lines[3].pk)
    with pytest.raises(CommandError, match=f"First bad row: {lines[3].pk}") as stop:
        call_command("audit", "verify")
    assert stop.value.returncode == 1


def test_the_command_lists(lines):
    out = StringIO()
    call_command("audit", "list", "--since", "2020-01-01", stdout=out)
    assert len(out.getvalue().splitlines()) == 5
    out = StringIO()
    call_command("audit", "list", "--since", "2999-01-01", stdout=out)
    assert out.getvalue() == ""


def test_the_owner_reads_the_own_practice_alone(signed_in, owner, stranger, lines):
    trail.record("exported", by=stranger)
    page = signed_in(owner).get(reverse("trail"))
    assert page.status_code == 200
    shown = [row["verb"] for row in page.context["page"].object_list]
    assert shown == [row.verb for row in TrailEntry.objects.filter(practice=owner.practice_id).order_by("-pk")]
    assert "exported" not in shown


@pytest.mark.parametrize("who", ["colleague", "supervisor", "front_desk"])
def test_others_are_refused_and_that_is_in_the_trail(request, signed_in, who):
    person = request.getfixturevalue(who)
    assert signed_in(person).get(reverse("trail")).status_code == 403
    last = TrailEntry.objects.order_by("-pk").first()
    assert (last.verb, last.what, last.by) == ("refused", "trail", person)


def test_filters(signed_in, owner, colleague, lines):
    trail.record("printed", by=colleague)
    client = signed_in(owner)

    def shown(**query):
        return [row["verb"] for row in client.get(reverse("trail"), query).context["page"].object_list]

    assert shown(person=colleague.pk) == ["printed"]
    assert shown(verb="printed") == ["printed"]
    assert len(shown(since="2020-01-01", until="2999-01-01")) == len(shown())
    assert len(shown(until="2020-01-01")) == 0


@pytest.mark.parametrize(
    "query",
    [
        {"person": "x"}, {"person": "9" * 30}, {"verb": "\x00"}, {"since": "9999-12-31"}, {"until": "9999-12-31"},
        {"since": "yesterday"}, {"page": "-3"}, {"page": "9" * 30}, {"person": "1; DROP TABLE"},
    ],
)  # fmt: skip
def test_an_odd_filter_shows_everything(signed_in, owner, lines, query):
    page = signed_in(owner).get(reverse("trail"), query)
    assert page.status_code == 200
    assert len(page.context["page"].object_list) >= 5


@pytest.mark.parametrize("rows", [1, 3])
def test_constant_queries(signed_in, owner, django_assert_num_queries, rows):
    people = [owner, *(factories.make_user(owner.practice) for _ in range(rows))]
    for person in people:
        trail.record("viewed", by=person, what="case", what_id=1, case_id=1)
    client = signed_in(owner)
    client.get(reverse("trail"))
    with django_assert_num_queries(5):
        client.get(reverse("trail"))
