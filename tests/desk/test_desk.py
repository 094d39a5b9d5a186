"""Today, the caseload, the case chart and search."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.cases.models import Case, SafetyFlag, TeamMember, TeamRole
from planner.desk import homework_waits, today
from planner.library import packs
from planner.library.actions import load_pack
from planner.library.models import Intervention
from planner.practice.models import TrailEntry
from planner.sessions.models import Session
from tests import factories
from tests.pages import opened

PACK = Path(packs.__file__).parent / "content" / "attachment-repair"


def page(signed_in, user, name, *args, query=""):
    return opened(signed_in(user), reverse(name, args=args) + query)


def cases_of(owner, n):
    """n couples, each with a session to come and one that was held."""
    found = []
    for number in range(n):
        case = factories.make_case(owner, names=(f"Ada{number}", f"Bo{number}"))
        factories.make_session(case, owner, days=2)
        factories.make_session(case, owner, days=-7, state="held")
        factories.make_session(case, owner, days=-3)
        found.append(case)
    return found


# Nothing there yet


@pytest.mark.parametrize(
    ("name", "says"),
    [("today", "Open your first case"), ("caseload", "No cases yet"), ("search", "Type a name")],
)
def test_an_empty_page_says_what_to_do_first(signed_in, owner, name, says):
    assert says in page(signed_in, owner, name)


# Queries are constant in number


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("today", 5), ("waits/first", 8), ("waits/papers", 7), ("waits/notes", 8),
        ("waits/boosters", 6), ("waits/ahead", 10), ("caseload", 9), ("search", 20),
    ],
)  # fmt: skip
def test_as_many_queries_for_one_row_as_for_three(signed_in, owner, django_assert_max_num_queries, name, most):
    query = "?q=ada" if name == "search" else ""
    name, _, group = name.partition("/")
    address = reverse(name, args=[group] if group else []) + query
    counts = []
    for rows in (1, 2):  # one row, then three
        cases_of(owner, rows)
        client = signed_in(owner)
        client.get(address)
        with django_assert_max_num_queries(most) as counted:
            client.get(address)
        counts.append(len(counted))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("part", "most"), [("", 12), ("aims", 6), ("happens", 12), ("out", 10), ("kept", 8)])
def test_as_many_queries_for_a_short_chart_as_for_a_long_one(
    signed_in, owner, django_assert_max_num_queries, part, most
):
    case = factories.make_case(owner)
    address = reverse("case_part", args=[case.pk, part]) if part else reverse("case", args=[case.pk])
    client = signed_in(owner)
    counts = []
    for _ in range(2):
        factories.make_session(case, owner, days=-7, state="held")
        factories.make_session(case, owner, days=3)
        client.get(address)
        with django_assert_max_num_queries(most) as counted:
            client.get(address)
        counts.append(len(counted))
    assert counts[0] == counts[1]


# Today


def test_today_shows_the_hours_of_the_day_and_of_the_week(signed_in, owner, couple):
    now = timezone.now()
    factories.make_session(couple, owner, starts_at=now + timedelta(minutes=1))
    factories.make_session(couple, owner, starts_at=now + timedelta(days=3), items=("Check-in", "Talk", "End"))
    factories.make_session(couple, owner, starts_at=now + timedelta(days=30))
    factories.make_session(couple, owner, starts_at=now + timedelta(days=2), state="cancelled")
    shown = page(signed_in, owner, "today")
    assert shown.count("agenda 10 of 50 min") == 1
    assert shown.count("agenda 15 of 50 min") == 1


def test_what_waits_names_the_thing_and_the_button(signed_in, owner, couple):
    factories.make_session(couple, owner, days=-2)
    shown = page(signed_in, owner, "today")
    for sentence in (
        "Past session not closed yet",
        "Safety not asked with everyone alone yet",
        "No next session planned",
    ):
        assert sentence in shown
    assert reverse("flag_record", args=[couple.pk]) in shown


def test_a_long_pile_leads_to_the_rest_and_hides_no_other_kind(signed_in, owner):
    for n in range(today.OF_A_KIND + 1):
        factories.make_case(owner, names=(f"Ada{n}", f"Bo{n}"))
    late = factories.make_session(Case.objects.first(), owner, days=-2)
    shown = page(signed_in, owner, "today")
    assert shown.count("Safety not asked with everyone alone yet") == today.OF_A_KIND + 1  # and the line to the rest
    assert "More of these: Safety not asked with everyone alone yet" in shown
    assert shown.count("Past session not closed yet") == 1 and reverse("session_run", args=[late.pk]) in shown


@pytest.mark.parametrize(
    ("states", "waits"),
    [
        ([], True),
        (["not_yet"], True),
        (["clear"], False),
        (["concern"], False),
        (["clear", "not_yet"], True),
        (["not_yet", "clear"], False),
    ],
)
def test_the_newest_finding_of_each_person_says_whether_safety_was_asked(owner, couple, states, waits):
    first, second = couple.participants.all()
    flags = {"case": couple, "kind": "violence", "basis": "alone", "on": timezone.localdate(), "by": owner}
    SafetyFlag.objects.create(person=first.person, state="clear", **flags)
    for state in states:
        SafetyFlag.objects.create(person=second.person, state=state, **flags)
    assert bool(today.safety(owner).things) is waits


def test_homework_that_is_back_says_from_whom_by_initial(owner, couple):
    ada, bo = (place.person for place in couple.participants.order_by("order"))
    for person in (ada, bo, None):
        factories.make_response(factories.make_assignment(couple, owner, person), owner)
    assert [thing.sentence for thing in homework_waits.unreviewed(owner).things] == [
        f"Homework is back from {ada.initial}: Slow breaths",
        f"Homework is back from {bo.initial}: Slow breaths",
        "Homework is back: Slow breaths",
    ]


def test_nothing_waits_once_it_is_done(signed_in, owner, couple):
    factories.settle_safety(couple, owner)
    factories.make_session(couple, owner, days=2)
    assert today.waiting(owner) == []
    assert "Nothing waits" in page(signed_in, owner, "today")
    for group in today.GROUPS:
        assert "Nothing waits" in page(signed_in, owner, "waits", group)  # opened by itself, it says so too


def test_a_child_is_not_asked_about_partner_violence_on_today(signed_in, owner):
    family = factories.make_case(owner, kind="family", names=("Teresa", "Ana", "Leo"))
    for place in family.participants.exclude(role="child"):
        family.flags.create(
            person=place.person, kind="violence", state="clear", basis="alone", on=timezone.localdate(), by=owner
        )
    assert "Safety not asked" not in page(signed_in, owner, "today")


def test_the_front_desk_sees_names_and_times_and_nothing_clinical(signed_in, owner, front_desk):
    case = factories.make_case(owner, focus="CANARY-FOCUS")
    factories.make_session(case, owner, days=1, items=("CANARY-ITEM",), kind="repair")
    shown = page(signed_in, front_desk, "today")
    assert "Maya" in shown and "Ruben" in shown
    for clinical in ("CANARY", "epair", "Library", "Safety", case.code):
        assert clinical not in shown


# The caseload


def rows(shown):
    return len(re.findall(r'href="/cases/\d+/">', shown))


def test_the_caseload_sorts_filters_and_pages(signed_in, owner):
    for n in range(27):
        factories.make_case(owner, kind="individual", names=(f"Person{n}",))
    couple = factories.make_case(owner, phase="maintenance")
    assert rows(page(signed_in, owner, "caseload")) == 25
    assert rows(page(signed_in, owner, "caseload", query="?page=2")) == 3
    for query in ("?kind=couple", "?phase=maintenance", f"?q={couple.code.lower()}", "?q=may", "?q=maya ruben"):
        shown = page(signed_in, owner, "caseload", query=query)
        assert rows(shown) == 1 and couple.code in shown
    assert "No case fits" in page(signed_in, owner, "caseload", query="?q=nobody")


def test_the_caseload_sorts_by_the_next_session(signed_in, owner):
    late, soon = factories.make_case(owner), factories.make_case(owner)
    factories.make_session(late, owner, days=9)
    factories.make_session(soon, owner, days=1)
    shown = page(signed_in, owner, "caseload", query="?sort=next")
    assert shown.index(soon.code) < shown.index(late.code)


@pytest.mark.parametrize(
    "query", ["?sort=password", "?page=999999", "?page=x", "?kind=<script>", "?q=%00", "?phase='--"]
)
def test_an_odd_address_filters_nothing_and_breaks_nothing(signed_in, owner, couple, query):
    assert couple.code in page(signed_in, owner, "caseload", query=query)


def test_closed_cases_stand_apart(signed_in, owner):
    closed = factories.make_case(owner, closed_on=timezone.localdate())
    assert closed.code not in page(signed_in, owner, "caseload")
    assert closed.code in page(signed_in, owner, "caseload", query="?closed=1")


# The chart


def test_the_chart_shows_people_sessions_and_paper(signed_in, owner, couple):
    factories.make_session(couple, owner, days=4)
    factories.make_session(couple, owner, days=-4, state="held")
    shown = page(signed_in, owner, "case", couple.pk)
    for word in ("M. &amp; R.", "Maya", "Ruben", "Planned", "Past", "Nothing printed yet", "Not yet asked"):
        assert word in shown


def test_a_look_at_a_chart_stands_in_the_trail(signed_in, owner, couple):
    page(signed_in, owner, "case", couple.pk)
    last = TrailEntry.objects.filter(verb="viewed").last()
    assert (last.by_id, last.case_id) == (owner.pk, couple.pk)


def test_a_part_of_a_chart_that_is_opened_by_itself_stands_in_the_trail_too(signed_in, owner, couple):
    looks = TrailEntry.objects.filter(verb="viewed", by=owner, case_id=couple.pk)
    part = reverse("case_part", args=[couple.pk, "out"])
    signed_in(owner).get(part, headers={"HX-Request": "true"})
    assert looks.count() == 1
    page(signed_in, owner, "case", couple.pk)  # the look at the page stands for its parts
    assert looks.count() == 2


def test_a_part_is_a_page_of_its_own_without_scripts(signed_in, owner, couple):
    for name, title in (("aims", "The treatment plan"), ("out", "Homework and documents")):
        shown = page(signed_in, owner, "case_part", couple.pk, name)
        assert f"<h1>{title}</h1>" in shown and reverse("case", args=[couple.pk]) in shown
    for address in (f"/cases/{couple.pk}/part/none/", "/waits/none/"):
        assert signed_in(owner).get(address).status_code == 404


def test_a_supervisor_reads_the_chart_without_buttons_to_change_it(signed_in, owner, supervisor, couple):
    TeamMember.objects.create(case=couple, user=supervisor, role=TeamRole.SUPERVISOR)
    shown = page(signed_in, supervisor, "case", couple.pk)
    assert "M. &amp; R." in shown
    for door in ("session_new", "case_edit"):
        assert reverse(door, args=[couple.pk]) not in shown


def test_a_supervisors_time_runs_out(signed_in, owner, supervisor, couple):
    past = timezone.localdate() - timedelta(days=2)  # yesterday in UTC may still be today where the practice is
    TeamMember.objects.create(case=couple, user=supervisor, role=TeamRole.SUPERVISOR, until=past)
    assert signed_in(supervisor).get(reverse("case", args=[couple.pk])).status_code == 404


# Search


def test_search_finds_cases_and_the_library(signed_in, owner, couple):
    load_pack(PACK)
    shown = page(signed_in, owner, "search", query="?q=ruben")
    assert reverse("case", args=[couple.pk]) in shown
    mindful = Intervention.objects.get(slug="mindfulness-practice")
    assert reverse("intervention", args=[mindful.pk]) in page(signed_in, owner, "search", query="?q=mindfull")


def test_search_finds_no_case_of_somebody_else(signed_in, owner, colleague, stranger, couple):
    for person in (colleague, stranger):
        shown = page(signed_in, person, "search", query="?q=maya")
        assert "Nothing found" in shown and couple.code not in shown


def test_names_are_shown_as_text(signed_in, owner):
    case = factories.make_case(owner, names=("<script>alert(1)</script>", "Bo"), focus="<img src=x onerror=alert(1)>")
    shown = page(signed_in, owner, "case", case.pk)
    assert "<script>alert(1)" not in shown and "<img src=x" not in shown


def test_nothing_but_the_trail_changes_when_pages_are_read(signed_in, owner, couple):
    factories.make_session(couple, owner)
    before = list(Session.objects.values()), list(couple.participants.values())
    for name, args in (("today", []), ("caseload", []), ("case", [couple.pk]), ("search", [])):
        signed_in(owner).get(reverse(name, args=args))
    assert (list(Session.objects.values()), list(couple.participants.values())) == before
