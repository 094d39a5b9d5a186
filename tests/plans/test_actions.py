"""Writing and signing a plan through its actions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from planner.base.models import Stale
from planner.cases import actions as case_actions
from planner.cases.models import Audience, Case, TeamMember, TeamRole
from planner.cases.signing import clients_of, staff
from planner.plans import actions, bank, digest, review_actions, signing
from planner.plans.frozen import PlanIsSigned, RowIsKept
from planner.plans.models import Goal, Objective, OwnPhrase, Plan, PlannedIntervention, PlanSignature, Problem
from planner.practice.models import TrailEntry
from tests import factories
from tests.plans import make

TODAY = timezone.localdate


@pytest.fixture
def draft(couple, owner):
    return make.make_draft(couple, owner, goals=2, objectives=2)


def test_a_plan_begins_as_a_draft_and_is_begun_once(couple, owner):
    plan = actions.begin(case=couple, by=owner)
    assert (plan.number, plan.state, plan.modality, plan.review_days) == (1, "draft", "couple", 90)
    assert actions.begin(case=couple, by=owner) == plan
    assert Plan.objects.active_of(couple) is None


def test_a_closed_case_gets_no_plan(couple, owner):
    case_actions.close_case(by=owner, case=couple, version=couple.version)
    with pytest.raises(actions.Refused):
        actions.begin(case=Case.objects.get(pk=couple.pk), by=owner)


def test_numbers_follow_the_order_and_close_the_gap(draft, owner):
    rows = Objective.objects.filter(goal__plan=draft).order_by("goal__position", "position")
    assert [row.number for row in rows] == ["1.1", "1.2", "2.1", "2.2"]
    first = draft.goals.get(position=1)
    actions.remove(plan=draft, row=first, by=owner)
    assert [goal.number for goal in Goal.objects.filter(plan=draft).kept()] == ["1"]
    actions.restore(plan=draft, row=Goal.objects.get(pk=first.pk), by=owner)
    assert Goal.objects.get(pk=first.pk).position == 2


def test_blanks_are_filled_into_the_sentence(draft, owner):
    goal = draft.goals.first()
    row = actions.add_objective(
        plan=draft, goal=goal, by=owner, text="By {by when}, {who} goes from {start} to {target}, {what}.",
        who="Maya", due=None, baseline="1",
    )  # fmt: skip
    assert row.sentence == "By ____, Maya goes from 1 to ____, ____."


def test_who_and_by_when_are_known(draft, owner):
    row = actions.add_objective(plan=draft, goal=draft.goals.first(), by=owner)
    assert (row.who, row.due) == ("Maya and Ruben", TODAY() + timedelta(days=90))


def test_a_statement_brings_goals_objectives_and_interventions(couple, owner):
    intervention = factories.make_intervention("first")
    statement = factories.make_statement(intervention)
    plan = actions.begin(case=couple, by=owner)
    made = actions.take_statement(plan=plan, by=owner, statement=statement, goals=[0, 1], objectives=[0, 2, 3])
    assert [row.number for row in made] == ["1.1", "2.1", "2.2"]
    assert {row.measure for row in made} == {"CORE-10"}
    assert [row.edition_id for row in PlannedIntervention.objects.active_of(couple)] == []
    assert PlannedIntervention.objects.filter(edition=intervention.current).count() == 3
    assert Problem.objects.get().name == "Fear of being left"
    actions.take_statement(plan=plan, by=owner, statement=statement, goals=[2], objectives=[])
    assert Problem.objects.count() == 1
    with pytest.raises(actions.Refused):
        actions.take_statement(plan=plan, by=owner, statement=statement, goals=[9], objectives=[0])


def test_the_banks_own_word_on_how_it_is_measured_and_what_is_done(couple, owner):
    """Never a measure by its place in the list: an act that is counted is not seen by a questionnaire about mood."""
    talk, rest = factories.make_intervention("talk"), factories.make_intervention("rest")
    text = "By {by when}, {who} does {what}, as shown by {measured how}."
    mine = {"text": text, "intervention": "rest", "measured": "own count of evenings"}
    objectives = [mine, *({"text": f"Once more: {n}. {text}"} for n in range(5))]
    statement = factories.make_statement(talk, rest, objectives=objectives, measures=["CSI-4", "CORE-10"])
    plan = actions.begin(case=couple, by=owner)
    told, silent = actions.take_statement(plan=plan, by=owner, statement=statement, goals=[0], objectives=[0, 1])
    assert (told.measure, silent.measure) == ("own count of evenings", "")
    assert [planned.name for planned in told.interventions.all()] == ["Rest"]


def test_what_is_asked_alone_about_safety_never_comes_into_a_plan(couple, owner):
    asked = factories.make_intervention("asked-alone", family="safety-screening")
    talk = factories.make_intervention("talk")
    plan = actions.begin(case=couple, by=owner)
    row = actions.take_pathway(plan=plan, by=owner, pathway=factories.make_pathway(asked, talk))
    assert [planned.name for planned in row.interventions.all()] == ["Talk"]
    offered = bank.offer(factories.make_statement(asked, talk), owner)
    assert [one.name for one in offered.interventions] == ["Talk"]


def test_a_pathway_brings_its_interventions(couple, owner):
    one, two = factories.make_intervention("one"), factories.make_intervention("two")
    plan = actions.begin(case=couple, by=owner)
    row = actions.take_pathway(plan=plan, by=owner, pathway=factories.make_pathway(one, two))
    assert [planned.name for planned in row.interventions.all()] == ["One", "Two"]
    assert row.goal.clinical == "Steady ground."


def test_what_somebody_changed_meanwhile_is_not_overwritten(draft, owner, colleague):
    goal = draft.goals.first()
    actions.change_row(plan=draft, row=Goal.objects.get(pk=goal.pk), by=owner, version=1, clinical="Mine")
    with pytest.raises(Stale) as stale:
        actions.change_row(plan=draft, row=goal, by=colleague, version=1, clinical="Theirs")
    assert actions.still({"clinical": "Theirs"}, stale.value) == {"clinical": ("Mine", "Theirs")}
    same = actions.change_row(plan=draft, row=Goal.objects.get(pk=goal.pk), by=colleague, version=1, clinical="Mine")
    assert same.clinical == "Mine"


def test_a_goal_for_one_persons_eyes_names_the_person(draft, owner, stranger):
    with pytest.raises(actions.Refused):
        actions.add_goal(plan=draft, by=owner, audience=Audience.PERSON)
    outsider = factories.make_case(stranger).participants.first().person
    with pytest.raises(actions.Refused):
        actions.add_goal(plan=draft, by=owner, person=outsider)


def test_a_plan_holds_so_much_and_no_more(draft, owner):
    for _n in range(actions.MOST["goal"] - 2):
        actions.add_goal(plan=draft, by=owner)
    with pytest.raises(actions.Refused):
        actions.add_goal(plan=draft, by=owner)


# Signing


def test_the_clinicians_signature_brings_the_plan_into_force(draft, owner):
    plan = make.sign(draft, owner)
    assert (plan.state, plan.active_on, plan.review_on) == ("active", TODAY(), TODAY() + timedelta(days=90))
    assert plan.sha256 == digest.of(plan)
    assert [(row.role, row.name) for row in plan.signatures.all()] == [
        ("client", "Maya"), ("client", "Ruben"), ("clinician", "Olive Owner")
    ]  # fmt: skip
    assert Plan.objects.active_of(plan.case) == plan
    assert [row.number for row in Objective.objects.active_of(plan.case)] == ["1.1", "1.2", "2.1", "2.2"]


def test_a_client_may_sign_later(draft, owner):
    plan = make.sign(draft, owner, clients=False)
    assert plan.state == "active"
    maya = clients_of(plan.case)[0]
    signing.sign(plan=plan, by=owner, seen=plan.sha256, signatures=[make.signature(maya)])
    assert {one.row.name: one.holds for one in signing.shown(plan)} == {"Olive Owner": True, "Maya": True}
    with pytest.raises(signing.Refused):
        signing.sign(plan=plan, by=owner, seen=plan.sha256, signatures=[make.signature(maya)])


def test_who_declined_may_sign_later(draft, owner):
    maya = clients_of(draft.case)[0]
    declined = make.signature(maya, way="none", stance="refuses", reason="Needs time")
    signing.sign(plan=draft, by=owner, seen=digest.of(draft), signatures=[declined])
    plan = Plan.objects.get(pk=draft.pk)
    assert plan.is_frozen and plan.state == "draft"
    signing.sign(plan=plan, by=owner, seen=plan.sha256, signatures=[make.signature(maya)])
    assert plan.signatures.count() == 2


def test_a_signature_on_a_changed_text_is_refused_whole(draft, owner):
    seen = digest.of(draft)
    actions.change_row(plan=draft, row=draft.goals.first(), by=owner, version=1, clinical="Another goal")
    with pytest.raises(signing.Changed):
        signing.sign(plan=draft, by=owner, seen=seen, signatures=[make.signature(staff(owner))])
    assert not PlanSignature.objects.exists()
    assert not Plan.objects.get(pk=draft.pk).is_frozen


def test_an_unfinished_plan_is_not_signed(couple, owner):
    plan = actions.begin(case=couple, by=owner)
    with pytest.raises(signing.Refused, match="no goal"):
        make.sign(plan, owner)
    goal = make.add_goal(plan, owner, objectives=0)
    with pytest.raises(signing.Refused, match="no objective"):
        make.sign(plan, owner)
    row = actions.add_objective(plan=plan, goal=goal, by=owner, text="{who} does {what}.")
    with pytest.raises(signing.Refused, match="open blanks"):
        make.sign(plan, owner)
    # No measure, no target: the SMART check says so, and nothing stands in the way.
    actions.change_row(plan=plan, row=row, by=owner, version=1, what="a walk")
    assert make.sign(plan, owner).state == "active"


def test_a_new_version_takes_over_the_text_and_supersedes_when_signed(draft, owner):
    first = make.sign(draft, owner)
    second = actions.begin(case=first.case, by=owner)
    assert (second.number, second.state, second.sha256) == (2, "draft", "")
    assert [goal.line for goal in second.goals.all()] == [goal.line for goal in first.goals.all()]
    assert second.presenting == first.presenting
    actions.change_row(plan=second, row=second.goals.first(), by=owner, version=1, clinical="A new goal")
    second = make.sign(second, owner)
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "active")
    assert signing.holds(first) and signing.holds(second)


def test_there_is_never_a_second_plan_in_force(draft, owner):
    first = make.sign(draft, owner)
    second = actions.begin(case=first.case, by=owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=second.pk).update(state="active")


WRITES = [
    lambda plan, by: actions.change_plan(plan=plan, by=by, version=plan.version, presenting="x"),
    lambda plan, by: actions.add_goal(plan=plan, by=by),
    lambda plan, by: actions.add_problem(plan=plan, by=by, name="x"),
    lambda plan, by: actions.add_objective(plan=plan, goal=plan.goals.first(), by=by),
    lambda plan, by: actions.remove(plan=plan, row=plan.goals.first(), by=by),
    lambda plan, by: actions.restore(plan=plan, row=plan.goals.first(), by=by),
    lambda plan, by: actions.change_row(plan=plan, row=plan.goals.first(), by=by, version=1, clinical="x"),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_signed_plan_refuses_every_action(draft, owner, write):
    plan = make.sign(draft, owner)
    with pytest.raises(actions.Refused):
        write(plan, owner)
    assert signing.holds(plan)


def shell_doors(plan):
    goal, objective = plan.goals.first(), Objective.objects.filter(goal__plan=plan).first()
    planned = PlannedIntervention.objects.filter(objective=objective).first()
    plan.presenting = goal.clinical = objective.text = planned.name = "Changed in a shell"
    return [
        plan.save, goal.save, objective.save, planned.save, goal.delete, objective.delete, planned.delete, plan.delete,
        lambda: Plan.objects.filter(pk=plan.pk).update(presenting="x"),
        lambda: Goal.objects.filter(plan=plan).update(clinical="x"),
        lambda: Objective.objects.update(text="x"),
        lambda: PlannedIntervention.objects.update(name="x"),
        lambda: Goal.objects.filter(plan=plan).delete(),
        lambda: Goal.objects.bulk_update([goal], ["clinical"]),
        lambda: Goal.objects.create(plan=plan, position=9),
        lambda: Goal.objects.bulk_create([Goal(plan=plan, position=9)]),
        lambda: Objective.objects.create(goal=goal, position=9),
        lambda: PlannedIntervention.objects.create(objective=objective, position=9, name="x"),
        lambda: Problem.objects.create(plan=plan, position=9, name="x"),
        lambda: goal.change(goal.version, clinical="x"),
        lambda: plan.change(plan.version, sha256=""),
    ]  # fmt: skip


def test_a_signed_plan_is_not_changed_from_a_shell(draft, owner):
    plan = make.sign(draft, owner)
    for door in shell_doors(plan):
        with pytest.raises(PlanIsSigned):
            door()
    assert signing.holds(Plan.objects.get(pk=plan.pk))


def test_what_the_database_alone_changes_shows_by_the_hash(draft, owner):
    plan = make.sign(draft, owner)
    assert signing.broken() == []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE planner_objective SET target = 'nothing' WHERE id = %s", [draft.goals.first().objectives.first().pk]
        )
    assert not signing.holds(plan)
    assert [one.holds for one in signing.shown(plan)] == [False, False, False]
    assert signing.broken() == [plan.pk]


def test_signatures_and_history_are_never_changed(draft, owner):
    plan = make.sign(draft, owner)
    row = plan.signatures.first()
    for door in (row.save, row.delete, lambda: PlanSignature.objects.update(name="x"), plan.signatures.all().delete):
        with pytest.raises(RowIsKept):
            door()


# For one person's eyes


def test_each_signs_what_they_may_read(draft, owner):
    maya, ruben = (place.person for place in draft.case.participants.all())
    before = digest.of(draft, ruben)
    make.add_goal(draft, owner, person=maya, audience=Audience.PERSON, own_words="Only mine")
    assert digest.of(draft, ruben) == before
    plan = make.sign(draft, owner)
    assert {row.sha256 for row in plan.signatures.all()} == {
        digest.of(plan, maya), digest.of(plan, ruben), digest.of(plan)
    }  # fmt: skip


# Supervision


@pytest.fixture
def awaiting(draft, owner, supervisor):
    TeamMember.objects.create(case=draft.case, user=supervisor, role=TeamRole.SUPERVISOR)
    return make.sign(draft, owner, supervisor=supervisor)


def test_a_plan_waits_for_its_supervisor(awaiting, supervisor, owner):
    assert (awaiting.state, awaiting.supervision) == ("draft", "awaiting")
    assert list(Plan.objects.decidable_by(supervisor)) == [awaiting]
    assert not Plan.objects.decidable_by(owner).exists()
    signing.approve(plan=awaiting, by=supervisor, signature=make.signature(staff(supervisor, "supervisor")))
    plan = Plan.objects.get(pk=awaiting.pk)
    assert (plan.state, plan.supervision) == ("active", "approved")
    assert [row.role for row in plan.signatures.all()][-1] == "supervisor"
    assert [row.step for row in plan.supervision_steps.all()] == ["awaiting", "approved"]


def test_a_returned_plan_goes_round_again(awaiting, supervisor, owner):
    with pytest.raises(signing.Refused):
        signing.send_back(plan=awaiting, by=supervisor, comment="  ")
    draft = signing.send_back(plan=awaiting, by=supervisor, comment="Say how often.")
    assert (draft.number, draft.state, draft.supervision, draft.author) == (2, "draft", "returned", owner)
    assert Plan.objects.get(pk=awaiting.pk).state == "superseded"
    assert [step.comment for step in signing.supervision_of(draft)] == ["Say how often."]
    with pytest.raises(signing.Refused, match="Send it to them again"):
        make.sign(draft, owner)
    assert not draft.signatures.exists()
    again = make.sign(draft, owner, supervisor=supervisor)
    assert again.supervision == "awaiting"
    signing.approve(plan=again, by=supervisor, signature=make.signature(staff(supervisor, "supervisor")))
    assert Plan.objects.active_of(again.case).number == 2


def test_nobody_decides_who_was_not_asked(awaiting, owner, colleague):
    for somebody in (owner, colleague):
        with pytest.raises(signing.Refused):
            signing.send_back(plan=awaiting, by=somebody, comment="No")
        with pytest.raises(signing.Refused):
            signing.approve(plan=awaiting, by=somebody, signature=make.signature(staff(somebody, "supervisor")))


def test_only_a_supervisor_of_the_case_is_asked(draft, owner, supervisor):
    with pytest.raises(signing.Refused):
        make.sign(draft, owner, supervisor=supervisor)
    assert not PlanSignature.objects.exists()


# Own phrases


def test_what_was_typed_is_kept_for_its_author_without_names(draft, owner, colleague):
    goal = draft.goals.first()
    actions.change_row(plan=draft, row=goal, by=owner, version=1, clinical="MAYA's nights grow calm; Ruben rests.")
    actions.change_plan(plan=draft, by=owner, version=draft.version, discharge=f"Case {draft.case.code} sleeps.")
    make.sign(draft, owner)
    kept = set(OwnPhrase.objects.visible_to(owner).values_list("kind", "text"))
    assert ("goal.clinical", "…'s nights grow calm; … rests.") in kept
    assert ("plan.discharge", "Case … sleeps.") in kept
    assert not any(name in text.lower() for _kind, text in kept for name in ("maya", "ruben", draft.case.code.lower()))
    assert not OwnPhrase.objects.visible_to(colleague).exists()


# What becomes of it


def test_where_a_goal_stands_is_written_down_with_its_reason(draft, owner):
    plan = make.sign(draft, owner)
    goal = plan.goals.first()
    review_actions.set_standing(plan=plan, of=goal, by=owner, status="in_progress", progress=40)
    with pytest.raises(review_actions.Refused):
        review_actions.set_standing(plan=plan, of=goal, by=owner, status="met")
    review_actions.set_standing(plan=plan, of=goal, by=owner, status="met", reason="Four weeks of talks")
    for wrong in ({"progress": 101}, {"attainment": 3}, {"on": TODAY() + timedelta(days=1)}, {"status": "failed"}):
        with pytest.raises(review_actions.Refused):
            review_actions.set_standing(plan=plan, of=goal, by=owner, **{"status": "open", **wrong})


def test_the_history_goes_on_in_a_new_version(draft, owner):
    from planner.plans.standing import histories
    from planner.plans.tree import tree_of

    first = make.sign(draft, owner)
    review_actions.set_standing(plan=first, of=first.goals.first(), by=owner, status="in_progress")
    second = make.sign(actions.begin(case=first.case, by=owner), owner)
    review_actions.set_standing(plan=second, of=second.goals.first(), by=owner, status="met", reason="Done")
    line = second.goals.first().line
    assert [row.status for row in histories(tree_of(second))[line]] == ["met", "in_progress"]


def test_a_review_without_change_is_recorded_too(draft, owner):
    plan = make.sign(draft, owner)
    row = review_actions.review(plan=plan, by=owner, because="interval", outcome="unchanged")
    assert row.next_on == TODAY() + timedelta(days=90)
    assert Plan.objects.get(pk=plan.pk).review_on == row.next_on


def test_a_review_may_change_or_end_the_plan(draft, owner):
    plan = make.sign(draft, owner)
    review_actions.review(plan=plan, by=owner, because="relapse", outcome="changed", found="More support")
    assert Plan.objects.draft_of(plan.case).number == 2
    plan = Plan.objects.get(pk=plan.pk)
    with pytest.raises(review_actions.Refused):
        review_actions.review(plan=plan, by=owner, because="asked", outcome="ended")
    review_actions.review(plan=plan, by=owner, because="asked", outcome="ended", found="All goals met")
    plan = Plan.objects.get(pk=plan.pk)
    assert (plan.state, plan.ended_why) == ("ended", "All goals met")
    with pytest.raises(review_actions.Refused, match="has ended"):
        review_actions.review(plan=plan, by=owner, because="interval", outcome="unchanged")


def test_a_draft_is_neither_reviewed_nor_rated(draft, owner):
    with pytest.raises(review_actions.Refused):
        review_actions.review(plan=draft, by=owner, because="interval", outcome="unchanged")
    with pytest.raises(review_actions.Refused):
        review_actions.set_standing(plan=draft, of=draft.goals.first(), by=owner, status="open")


def test_the_trail_tells_what_was_done_and_nothing_that_was_typed(draft, owner):
    make.sign(draft, owner)
    lines = TrailEntry.objects.filter(what__in=["plan", "plan_signature"])
    assert {"begun", "added", "changed", "frozen", "signed", "in force"} <= set(lines.values_list("verb", flat=True))
    told = str(list(lines.values_list("detail", flat=True)))
    assert not any(word in told for word in ("Maya", "talk", "calendar"))


def test_the_auditor_and_the_doctor_name_a_changed_plan(draft, owner, capsys):
    from django.core.management import CommandError, call_command

    from planner.management import soundness

    plan = make.sign(draft, owner)
    call_command("audit", "verify")
    assert [found.state for found in soundness.signed_plans()] == ["ok"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE planner_plan SET discharge = 'never' WHERE id = %s", [plan.pk])
    with pytest.raises(CommandError, match=f"signed plans were changed since: {plan.pk}"):
        call_command("audit", "verify")
    assert [found.state for found in soundness.signed_plans()] == ["fault"]


def test_the_practice_says_how_often_a_plan_is_looked_at(couple, owner):
    owner.practice.plan_review_days = 120
    owner.practice.save()
    assert actions.begin(case=Case.objects.get(pk=couple.pk), by=owner).review_days == 120
