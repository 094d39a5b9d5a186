"""What depends on a consent stops with it, wherever something is planned, given, printed, filled in or shared."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.cases import actions as case_actions
from planner.cases import consent_actions
from planner.cases.models import Audience, Consent
from planner.homework import actions as homework
from planner.homework import over_time, response_actions, week
from planner.homework.models import Printout, Sharing
from planner.library.models import SessionTemplate
from planner.plans import page
from planner.plans import print_actions as plan_prints
from planner.plans.models import PlannedIntervention
from planner.plans.tree import tree_of
from planner.progress import print_actions as progress_prints
from planner.progress.models import ProgressPrint
from planner.sessions import actions as sessions
from planner.sessions import pathways
from planner.sessions.models import Done
from planner.sheets.options import Options
from tests import factories
from tests.cases.test_consents import draw, shared, signed

pytestmark = pytest.mark.django_db

TREATMENT = "Maya no longer consents to treatment"
SHARING = "Maya does not consent, or no longer consents, to sharing with Ruben."


@pytest.fixture
def cast(couple, owner):
    factories.settle_safety(couple, owner)
    maya, ruben = couple.participants.all()
    return SimpleNamespace(case=couple, by=owner, maya=maya, ruben=ruben)


def end(consent, by, how):
    """It comes to its end: taken back in the hour, or its last day is over."""
    if how == "withdrawn":
        consent_actions.withdraw(by=by, consent=consent, how="Said so in the hour.")
    else:
        Consent.objects.filter(pk=consent.pk).update(expires_on=timezone.localdate() - timedelta(days=1))


ENDS = pytest.mark.parametrize("how", ["withdrawn", "expired"])


def no_treatment(cast, how):
    end(signed(draw(cast.case, cast.by, cast.maya.person, "treatment"), cast.by), cast.by, how)


def no_sharing(cast, how):
    end(shared(cast.case, cast.by, cast.maya.person, cast.ruben.person), cast.by, how)


@pytest.fixture
def talk(db):
    return factories.make_intervention("steady-talk")


# The session plan


@ENDS
def test_an_entry_is_not_put_on_the_agenda_of_an_hour_with_that_person(cast, talk, how):
    no_treatment(cast, how)
    session = factories.make_session(cast.case, cast.by)
    with pytest.raises(sessions.GateShut, match=TREATMENT):
        sessions.add_library_item(session, talk, by=cast.by, version=session.version)
    sessions.add_free_item(session, by=cast.by, version=session.version, title="Talk about the consent", minutes=10)
    session.attendees.set([cast.ruben])
    assert sessions.add_library_item(session, talk, by=cast.by, version=session.version).pk


@ENDS
def test_a_template_leaves_the_entry_out_and_says_why(cast, talk, how):
    no_treatment(cast, how)
    items = [{"title": "Hello", "minutes": 5}, {"intervention": talk.slug, "minutes": 20}]
    template = SessionTemplate.objects.create(
        slug="small", name="Small", aim="Aim", kind="regular", minutes=50,
        content={"slug": "small", "for_whom": ["couple"], "items": items},
    )  # fmt: skip
    session = factories.make_session(cast.case, cast.by)
    verdict = sessions.use_template(session, template, by=cast.by, version=session.version)
    assert [reason.sentence[: len(TREATMENT)] for reason in verdict.blocked] == [TREATMENT]
    assert not session.items.kept().filter(edition__isnull=False).exists()


@ENDS
def test_a_pathway_leaves_the_entry_out(cast, talk, how):
    no_treatment(cast, how)
    pathway = factories.make_pathway(talk)
    seen = pathways.preview(case=cast.case, pathway=pathway, starts_at=datetime(2027, 1, 12, 10), zone="UTC")
    assert seen.left_out == 3 and seen.reasons[0].sentence.startswith(TREATMENT)


@ENDS
def test_what_was_left_is_not_carried_over(cast, talk, how):
    past = factories.make_session(cast.case, cast.by, days=-7)
    item = sessions.add_library_item(past, talk, by=cast.by, version=past.version)
    type(past).objects.filter(pk=past.pk).update(state="held")
    past.items.update(done=Done.DONE)
    past.items.filter(pk=item.pk).update(done=Done.LEFT)
    no_treatment(cast, how)
    session = factories.make_session(cast.case, cast.by)
    added, verdict = sessions.carry_over(session, by=cast.by, version=session.version)
    assert added == [] and verdict.blocked[0].sentence.startswith(TREATMENT)


@ENDS
def test_a_handout_is_not_given_to_that_person_while_the_others_is(cast, talk, how):
    session = factories.make_session(cast.case, cast.by)
    item = sessions.add_library_item(session, talk, by=cast.by, version=session.version)
    item.handouts.update(wanted=False)
    no_treatment(cast, how)
    mine, others = (item.handouts.get(participant=place) for place in (cast.maya, cast.ruben))
    with pytest.raises(sessions.GateShut, match=TREATMENT):
        sessions.set_handout(mine, by=cast.by, version=mine.item.session.version, wanted=True)
    sessions.set_handout(others, by=cast.by, version=others.item.session.version, wanted=True)


@ENDS
def test_the_planner_says_it_beside_each_entry(signed_in, cast, talk, how):
    session = factories.make_session(cast.case, cast.by)
    sessions.add_library_item(session, talk, by=cast.by, version=session.version)
    no_treatment(cast, how)
    assert TREATMENT in signed_in(cast.by).get(reverse("session_plan", args=[session.pk])).content.decode()


# The treatment plan


@ENDS
def test_a_planned_entry_is_marked_in_the_plan(cast, talk, how):
    objective = factories.make_objective(cast.case, cast.by)
    plan = objective.goal.plan
    PlannedIntervention.objects.create(objective=objective, edition=talk.current, position=1)
    no_treatment(cast, how)
    tree = tree_of(plan)
    (goal,) = page.cards_of(tree, page.remarks_of(tree))["goals"]
    assert goal.inner[0].inner[0].shut[0].startswith(TREATMENT)


@ENDS
def test_a_clients_copy_of_the_plan_is_not_printed(signed_in, cast, how):
    plan = factories.make_objective(cast.case, cast.by).goal.plan
    no_treatment(cast, how)
    with pytest.raises(case_actions.Stopped, match=TREATMENT):
        plan_prints.print_plan(plan=plan, person=cast.maya.person, by=cast.by, options=Options())
    assert plan_prints.look(plan, None).open and plan_prints.look(plan, cast.ruben.person).open
    sent = {"whom": cast.maya.person.pk, "paper": "a4", "size": "12"}
    response = signed_in(cast.by).post(reverse("plan_print", args=[plan.pk]), sent)
    assert response.status_code == 422 and TREATMENT in response.content.decode()


@ENDS
def test_what_one_told_is_not_on_the_others_copy_of_the_plan(cast, how):
    plan = factories.make_objective(cast.case, cast.by).goal.plan
    no_sharing(cast, how)
    assert [one.sentence for one in plan_prints.look(plan, cast.ruben.person).blocked] == [SHARING]


# Homework


@ENDS
def test_the_page_of_giving_tells_it_and_the_others_sheet_is_given(signed_in, cast, talk, how):
    no_treatment(cast, how)
    browser = signed_in(cast.by)
    address = f"{reverse('give', args=[cast.case.pk])}?sheet={talk.worksheets.first().pk}"
    shown = browser.get(address).content.decode()
    assert TREATMENT in shown and 'type="submit">Give' in shown.replace("\n", "")
    with pytest.raises(homework.GateShut, match=TREATMENT):
        homework.assign(by=cast.by, case=cast.case, person=cast.maya.person, task="Breathe.")


@ENDS
def test_the_sheets_of_the_week_leave_that_person_out(cast, talk, how):
    edition = talk.worksheets.first().current
    for place in (cast.maya, cast.ruben):
        factories.make_assignment(cast.case, cast.by, place.person, edition)
    no_treatment(cast, how)
    shut = {one.assignment.person: one.shut for one in week.due(cast.by)}
    assert shut[cast.maya.person][0].startswith(TREATMENT) and shut[cast.ruben.person] == ()


@ENDS
def test_nothing_is_printed_for_that_person_by_any_way(cast, how):
    no_treatment(cast, how)
    with pytest.raises(homework.GateShut, match=TREATMENT):
        homework.print_copies(
            by=cast.by, case=cast.case, kind="dates", person=cast.maya.person, audience=Audience.PERSON, paper=None,
            rendering=object(),
        )  # fmt: skip
    assert not Printout.objects.exists()


@ENDS
def test_a_page_of_a_journal_is_not_shared_and_no_longer_read_together(cast, talk, how):
    row = factories.make_assignment(cast.case, cast.by, cast.maya.person, talk.worksheets.first().current)
    response = factories.make_response(row, cast.by)
    no_sharing(cast, how)
    with pytest.raises(homework.GateShut, match="no longer consents, to sharing"):
        response_actions.share(by=cast.by, response=response, person=cast.maya.person)
    Sharing.objects.create(response=response, person=cast.maya.person)
    entries, verdict = over_time.shared(cast.case, [cast.maya, cast.ruben])
    assert entries == [] and [one.sentence for one in verdict.blocked] == [SHARING]


@ENDS
def test_what_a_person_in_recovery_wrote_about_use_waits_for_the_consent(cast, how):
    entry = factories.make_intervention("journal", sheet={"slug": "journal-page"})
    row = factories.make_assignment(cast.case, cast.by, cast.ruben.person, entry.worksheets.first().current)
    response = factories.make_response(row, cast.by)
    with pytest.raises(homework.GateShut, match="has not signed yet"):
        response_actions.share(by=cast.by, response=response, person=cast.ruben.person)
    consent = shared(cast.case, cast.by, cast.ruben.person, cast.maya.person)
    response_actions.share(by=cast.by, response=response, person=cast.ruben.person)
    assert len(over_time.shared(cast.case, [cast.maya, cast.ruben])[0]) == 1
    end(consent, cast.by, how)
    assert over_time.shared(cast.case, [cast.maya, cast.ruben])[0] == []


# Progress, the joint page, keeping well


@ENDS
def test_progress_is_not_printed(cast, how):
    no_treatment(cast, how)
    with pytest.raises(case_actions.Stopped, match=TREATMENT):
        progress_prints.print_progress(by=cast.by, case=cast.case, person=cast.maya.person, options=Options())
    assert not ProgressPrint.objects.exists()


@ENDS
def test_what_all_allowed_is_not_printed_once_one_took_it_back(signed_in, cast, how):
    no_sharing(cast, how)
    with pytest.raises(case_actions.Stopped, match="to sharing with Ruben"):
        progress_prints.print_progress(by=cast.by, case=cast.case, person=None, options=Options())
    factories.make_objective(cast.case, cast.by)
    browser = signed_in(cast.by)
    shown = browser.get(reverse("where", args=[cast.case.pk])).content.decode()
    assert SHARING in shown
    response = browser.post(reverse("where", args=[cast.case.pk]), {"paper": "a4", "size": "12"})
    assert response.status_code == 422 and not Printout.objects.exists()


@ENDS
def test_the_plan_for_keeping_well_is_not_printed(signed_in, cast, how):
    no_sharing(cast, how)
    sent = {"what": "dates", "whom": "all", "paper": "a4", "size": "12"}
    response = signed_in(cast.by).post(reverse("keeping", args=[cast.case.pk]), sent)
    assert response.status_code == 422 and SHARING in response.content.decode()
    assert not Printout.objects.exists()
