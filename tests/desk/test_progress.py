"""The time line and the charts that lay several rooms on one page."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.agreements.models import Agreement, AgreementVersion
from planner.plans.models import Goal, Plan, PlanReview, Standing
from planner.progress import actions
from tests import factories


def get(client, name, *args, query=""):
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def client(signed_in, owner):
    return signed_in(owner)


@pytest.fixture
def plan(couple, owner):
    return Plan.objects.get(pk=factories.make_objective(couple, owner).goal.plan_id)


def stood(goal, by, *values, name="attainment"):
    for n, value in enumerate(values, 1):
        Standing.objects.create(
            case=goal.plan.case, line=goal.line, goal=goal, status="in_progress", on=date(2026, n, 1), by=by,
            **{name: value},
        )  # fmt: skip


def test_goals_show_where_they_began_and_stand(client, couple, owner, plan):
    goal = Goal.objects.get(plan=plan)
    stood(goal, owner, -2, -1, 1)
    html = get(client, "case_growth", couple.pk)
    assert "from -2 to 1." in html and 'class="chart-svg"' in html
    stood(goal, owner, 10, 60, name="progress")
    assert "from 10 to 60." in get(client, "case_growth", couple.pk)


def test_a_goal_of_one_person_stays_off_the_chart_of_the_other(client, couple, owner):
    maya, ruben = [place.person for place in couple.participants.select_related("person")]
    stood(factories.make_objective(couple, owner, person=maya, audience="person").goal, owner, -2, 0)
    places = {place.person_id: place.pk for place in couple.participants.all()}
    said = "from -2 to 0."
    assert said in get(client, "case_growth", couple.pk, query=f"?person={places[maya.pk]}")
    assert said not in get(client, "case_growth", couple.pk, query=f"?person={places[ruben.pk]}")
    assert said not in get(client, "case_growth", couple.pk)


def test_homework_shows_amount_and_quality_of_its_person_alone(client, couple, owner):
    place, other = couple.participants.select_related("person")
    given = factories.make_assignment(couple, owner, person=place.person)
    factories.make_response(given, owner, amount_client=6, quality_clinician=8, finished_at=timezone.now())
    html = get(client, "case_growth", couple.pk, query=f"?person={place.pk}")
    assert "How much: 1 value" in html and "How well: 1 value" in html
    for query in (f"?person={other.pk}", ""):
        assert "How much: 1 value" not in get(client, "case_growth", couple.pk, query=query)


def test_every_room_gives_its_rows_to_the_time_line(client, couple, owner, plan):
    actions.record_event(by=owner, case=couple, kind="win", on=date(2026, 1, 2))
    factories.make_session(couple, owner, days=-3, state="held")
    PlanReview.objects.create(plan=plan, on=date(2026, 1, 3), because="relapse", outcome="unchanged", by=owner)
    edition = factories.make_intervention().worksheets.first().current
    agreement = Agreement.objects.create(
        case=couple, kind="boundary", worksheet=edition.worksheet, audience="case", by=owner
    )
    AgreementVersion.objects.create(
        agreement=agreement, number=1, edition=edition, adopted_on=date(2026, 1, 4), by=owner, sha256="0"
    )
    html = get(client, "timeline", couple.pk).split('name="withdrawn"')[1]
    places = [html.index(words) for words in ("Session: Regular", ", version 1", "Plan review</", ">Win</")]
    assert places == sorted(places)
    assert ">Win<" not in get(client, "timeline", couple.pk, query="?kind=agreement").split('name="withdrawn"')[1]
