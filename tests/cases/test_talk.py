"""Where a case talks about past use: on its sheets, on the plan of an hour, on the treatment plan."""

import pytest
from django.urls import reverse

from planner.cases import talk
from planner.homework import papers as homework_papers
from planner.plans import papers as plan_papers
from planner.plans.actions import begin
from planner.sessions import actions, papers
from planner.sheets import press
from planner.sheets.options import Options
from tests import factories

AT_HOME = "We talk about past use in our sessions, not at home. Bring what comes up."
CHECK_IN = "We talk about past use at our weekly check-in, not in between. Note what comes up."
SET_TIME = "This is our set time to talk about past use, if both of us want to."
SENTENCES = {"session": AT_HOME, "check-in": CHECK_IN, "open": ""}


@pytest.fixture
def sheet(db):
    """A sheet on which past use comes up (by what its entry is gated for) and one on which it does not."""
    return factories.make_intervention("own-plan", gates=["joint-relapse-plan"]).worksheets.first().current


@pytest.fixture
def other(db):
    return factories.make_intervention("listening", gates=[]).worksheets.first().current


@pytest.fixture(autouse=True)
def settled(couple, owner):
    factories.settle_safety(couple, owner)


def given(case, owner, sheet, policy):
    case.past_use_talk = policy
    case.save()
    row = factories.make_assignment(case, owner, case.participants.first().person, sheet)
    paper, _sheets = homework_papers.paper_of(homework_papers.given(row), Options())
    return press.page_html(paper)


@pytest.mark.parametrize(("policy", "said"), SENTENCES.items())
def test_a_sheet_given_as_homework_says_it(couple, owner, sheet, policy, said):
    html = given(couple, owner, sheet, policy)
    assert [one for one in (AT_HOME, CHECK_IN) if one in html] == [said] * bool(said)


@pytest.mark.parametrize(("policy", "said"), SENTENCES.items())
def test_a_sheet_filled_in_on_the_screen_says_it_too(client, couple, owner, sheet, policy, said):
    couple.past_use_talk = policy
    couple.save()
    row = factories.make_assignment(couple, owner, couple.participants.first().person, sheet)
    client.force_login(owner)
    client.post(reverse("hand_over", args=[row.pk]))
    html = client.get(reverse("handed_sheet", args=[row.pk])).content.decode()
    assert [one for one in (AT_HOME, CHECK_IN) if one in html] == [said] * bool(said)


def test_a_sheet_that_asks_of_something_else_does_not(couple, owner, other):
    assert "past use" not in given(couple, owner, other, "session")


def test_somebody_alone_may_think_of_it_as_they_like(owner, sheet):
    case = factories.make_case(owner, "individual", ("Jo",))
    assert "past use" not in given(case, owner, sheet, "session")
    assert talk.rule(case) == ""


def test_the_scheduled_check_in_is_the_set_time(couple, owner):
    entry = factories.make_intervention("weekly", gates=[])
    own = factories.make_worksheet(entry, "check-in-sheet").current
    assert SET_TIME in given(couple, owner, own, "check-in")
    assert AT_HOME in given(couple, owner, own, "session")


@pytest.mark.parametrize(("policy", "said"), SENTENCES.items())
def test_an_hour_says_it_on_screen_and_on_paper(couple, owner, signed_in, sheet, policy, said):
    couple.past_use_talk = policy
    couple.save()
    session = factories.make_session(couple, owner)
    actions.add_library_item(session, sheet.worksheet.intervention, by=owner, version=1)
    rule = f"Past use: {couple.get_past_use_talk_display()}"
    for name in ("session_plan", "session_run"):
        assert rule in signed_in(owner).get(reverse(name, args=[session.pk])).content.decode()

    def html(what, **options):
        attending = actions.attending_of(session)
        copies = papers.copies_of(session, attending)
        return press.page_html(papers.build(what, session, attending, copies, Options(**options)).paper)

    assert rule in html(papers.AGENDA) and "Past use" not in html(papers.AGENDA, discreet=True)
    maya = papers.person_value(session.attendees.get(person__name="Maya"))
    assert [one for one in (AT_HOME, CHECK_IN) if one in html(maya)] == [said] * bool(said)


def test_the_plan_for_the_record_says_it(couple, owner):
    plan = begin(case=couple, by=owner)
    facts = dict(plan_papers._facts(plan))
    assert facts["Talk about past use"] == couple.get_past_use_talk_display()
