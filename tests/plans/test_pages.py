"""The pages of a plan: what they ask, what they keep, what they tell whom."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from planner.cases.models import Audience, TeamMember, TeamRole
from planner.plans import actions, digest, review_actions, signing
from planner.plans.models import Goal, Objective, Plan, PlanPrint, PlanReview, Standing
from tests import factories
from tests.pages import opened
from tests.plans import make

DRAWN = json.dumps([[[10, 20], [60, 80], [120, 30]]])


@pytest.fixture
def page(owner, signed_in):
    return signed_in(owner)


@pytest.fixture
def draft(couple, owner):
    return make.make_draft(couple, owner)


def text_of(response):
    return response.content.decode()


def part(plan, key, **sent):
    return {f"{key}-{name}": value for name, value in sent.items()}


def sign_data(plan, **more):
    """The clinician types, the clients wait."""
    return {"seen": digest.of(plan), "clinician-way": "typed", "clinician-typed": "Olive Owner", **more}


# Writing


def test_the_chart_leads_to_the_first_plan(page, couple):
    assert "Write the plan" in opened(page, reverse("case", args=[couple.pk]))
    begun = page.post(reverse("plan_begin", args=[couple.pk]))
    assert begun.url == reverse("plan_edit", args=[Plan.objects.get().pk])
    assert "Go on writing the plan" in opened(page, reverse("case", args=[couple.pk]))


def test_a_part_is_saved_as_typed(page, draft):
    typed = {"discharge": "When we talk.\r\n", "session_minutes": "60", "modality": "mixed", "review_days": "90"}
    data = part(draft, "frame", version=draft.version, **typed)
    answer = page.post(reverse("plan_part", args=[draft.pk, "frame"]), data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert (draft.discharge, draft.session_minutes) == ("When we talk.", 60)
    for name in ("frame", "opening"):  # both forms of the page go on from the new state
        assert f'id="id_{name}-version" value="{draft.version}"' in text_of(answer)


def test_a_slip_in_one_field_keeps_no_other_back(page, draft):
    data = part(draft, "frame", version=draft.version, discharge="When we talk.", session_minutes="many")
    for script in ({}, {"HX-Request": "true"}):
        answer = page.post(reverse("plan_part", args=[draft.pk, "frame"]), data, headers=script)
        assert answer.status_code == 422
        assert "Enter a whole number." in text_of(answer)
        draft.refresh_from_db()
        assert (draft.discharge, draft.session_minutes) == ("When we talk.", 50)
    assert "many" in text_of(page.post(reverse("plan_part", args=[draft.pk, "frame"]), data))


def test_a_target_before_its_baseline_is_refused_beside_the_field(page, draft):
    row = Objective.objects.get()
    data = part(draft, f"objective-{row.pk}", version=1, baseline_on="2026-12-01", due="2026-11-01", measure="PHQ-9")
    answer = page.post(reverse("plan_row", args=[draft.pk, "objective", row.pk]), data, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "The target lies before the day of the baseline." in text_of(answer)
    before, row = row.due, Objective.objects.get()
    assert (row.due, row.measure) == (before, "PHQ-9")


def test_an_objective_without_a_measure_is_warned_of_and_kept(page, draft):
    row = Objective.objects.get()
    address = reverse("plan_row", args=[draft.pk, "objective", row.pk])
    answer = page.post(
        address, part(draft, f"objective-{row.pk}", version=1, measure=""), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "Name a measure, a rating or a count." in text_of(answer)
    assert Objective.objects.get().measure == ""


@pytest.mark.parametrize("script", [{}, {"HX-Request": "true"}])
def test_two_people_see_both_texts(page, draft, owner, script):
    goal = draft.goals.get()
    actions.change_row(plan=draft, row=goal, by=owner, version=1, own_words="The other's words")
    data = part(draft, f"goal-{goal.pk}", version=1, own_words="My words", person="", audience="case")
    address = reverse("plan_row", args=[draft.pk, "goal", goal.pk])
    answer = page.post(address, data, headers=script)
    assert answer.status_code == 409
    assert "The other&#x27;s words" in text_of(answer) and "My words" in text_of(answer)
    assert Goal.objects.get().own_words == "The other's words"
    page.post(address, {**data, f"goal-{goal.pk}-version": 2})
    assert Goal.objects.get().own_words == "My words"


def test_a_double_click_adds_one_goal(page, draft):
    for _click in range(2):
        page.post(reverse("plan_add", args=[draft.pk, "goal"]), {"once": "the-same-key"})
    assert draft.goals.count() == 2


def test_rows_are_added_taken_out_and_brought_back_without_a_script(page, draft):
    intervention = factories.make_intervention("weekly-check-in")
    objective = Objective.objects.get()
    page.post(reverse("plan_add", args=[draft.pk, "problem"]))
    page.post(reverse("plan_add", args=[draft.pk, "objective"]), {"parent": draft.goals.get().pk})
    page.post(reverse("plan_add", args=[draft.pk, "intervention"]), {"parent": objective.pk, "name": "weekly CHECK in"})
    page.post(reverse("plan_add", args=[draft.pk, "intervention"]), {"parent": objective.pk, "name": "Our own thing"})
    assert [row.edition_id for row in objective.interventions.all()] == [None, intervention.current_id, None]
    gone = reverse("plan_row_remove", args=[draft.pk, "objective", objective.pk])
    assert page.post(gone).status_code == 302
    assert "Bring back" in text_of(page.get(reverse("plan_edit", args=[draft.pk])))
    page.post(reverse("plan_row_restore", args=[draft.pk, "objective", objective.pk]))
    assert Objective.objects.get(pk=objective.pk).position == 2
    nothing = page.post(reverse("plan_add", args=[draft.pk, "intervention"]), {"parent": objective.pk, "name": " "})
    assert nothing.status_code == 422


def test_a_row_of_another_plan_does_not_exist(page, draft, owner):
    other = make.make_draft(factories.make_case(owner), owner)
    foreign = other.goals.get()
    assert page.post(reverse("plan_row", args=[draft.pk, "goal", foreign.pk])).status_code == 404
    assert page.post(reverse("plan_add", args=[draft.pk, "objective"]), {"parent": foreign.pk}).status_code == 404
    assert page.post(reverse("plan_row", args=[draft.pk, "nothing", foreign.pk])).status_code == 404


def test_the_bank_shows_its_goals_and_takes_what_is_ticked(page, draft):
    statement = factories.make_statement(factories.make_intervention("first"))
    address = reverse("plan_bank", args=[draft.pk, statement.pk])
    assert "Goal 1." in text_of(page.get(address))
    panel = page.get(address, headers={"HX-Request": "true"})
    assert "<html" not in text_of(panel)
    answer = page.post(address, {"goal": "1", "objective": ["4", "5"]}, headers={"HX-Request": "true"})
    row = Objective.objects.get(goal__clinical="Goal 2.", position=1)
    assert answer["X-Focus"] == f"id_objective-{row.pk}-what"
    assert page.post(address, {"goal": "x"}).status_code == 422


def test_the_bank_on_a_page_of_its_own_sends_as_a_page(page, draft):
    """There is no place on it that an answer could be put into: the button would do nothing."""
    statement = factories.make_statement(factories.make_intervention("first"))
    address = reverse("plan_bank", args=[draft.pk, statement.pk])
    assert "#blocks" not in text_of(page.get(address))
    assert "#blocks" in text_of(page.get(address, headers={"HX-Request": "true"}))
    answer = page.post(address, {"goal": "1", "objective": ["4"]})
    assert (answer.status_code, Objective.objects.filter(goal__clinical="Goal 2.").count()) == (302, 1)


def test_what_the_library_offers_comes_as_a_part(page, draft):
    factories.make_statement(factories.make_intervention("first"), name="Talks that stopped")
    editor, address = reverse("plan_edit", args=[draft.pk]), reverse("plan_offers", args=[draft.pk])
    assert "Talks that stopped" not in text_of(page.get(editor))
    whole = opened(page, editor)
    assert "Talks that stopped" in whole and "Write a goal in your own words" in whole
    alone = text_of(page.get(address))  # sends as a page: there is no place on it that an answer could be put into
    assert "Talks that stopped" in alone and f'href="{editor}"' in alone
    assert "#blocks" not in alone and "#bank" not in alone


def test_the_bank_names_its_blanks_and_how_it_is_measured(page, draft):
    text = "By {by when}, {who} does {what}, as shown by {measured how}."
    objectives = [{"text": f"{n}. {text}", "measured": f"own count {n}"} for n in range(6)]
    statement = factories.make_statement(objectives=objectives)
    shown = text_of(page.get(reverse("plan_bank", args=[draft.pk, statement.pk])))
    assert shown.count('<span class="mark">by when</span>') == 6
    assert [f"Measured how: own count {n}" in shown for n in range(6)] == [True] * 6


def test_own_phrases_are_offered_to_their_author_alone(page, draft, owner, colleague, signed_in):
    actions.change_plan(plan=draft, by=owner, version=draft.version, strengths="Maya keeps a diary of every day")
    make.sign(draft, owner)
    TeamMember.objects.create(case=draft.case, user=colleague, role=TeamRole.CO)
    second = actions.begin(case=factories.make_case(owner, "individual", ("Jo",)), by=owner)
    assert "… keeps a diary of every day" in text_of(page.get(reverse("plan_edit", args=[second.pk])))
    third = actions.begin(case=draft.case, by=owner)
    actions.change_plan(plan=third, by=owner, version=third.version, strengths="")
    shown = text_of(signed_in(colleague).get(reverse("plan_edit", args=[third.pk])))
    assert "keeps a diary" not in shown


def test_the_editor_asks_a_constant_number_of_times(page, owner, django_assert_max_num_queries):
    for goals in (1, 3):
        plan = make.make_draft(factories.make_case(owner), owner, goals=goals, objectives=goals)
        with django_assert_max_num_queries(28):
            page.get(reverse("plan_edit", args=[plan.pk]))


@pytest.mark.parametrize("name", ["plan", "plan_sign", "plan_review"])
def test_reading_asks_a_constant_number_of_times(page, owner, name, django_assert_max_num_queries):
    for goals in (1, 3):
        plan = make.make_active(factories.make_case(owner), owner, goals=goals, objectives=goals)
        with django_assert_max_num_queries(45):
            assert page.get(reverse(name, args=[plan.pk])).status_code == 200


def test_the_list_of_versions_asks_a_constant_number_of_times(page, owner, couple, django_assert_num_queries):
    make.make_active(couple, owner)
    counts = []
    for _more in range(2):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            page.get(reverse("plans", args=[couple.pk]))
        counts.append(len(asked))
        for _n in range(2):
            make.sign(actions.begin(case=couple, by=owner), owner)
    assert counts[0] == counts[1]


# Signing


def test_a_plan_is_signed_on_one_page(page, draft):
    maya, ruben = (place.person for place in draft.case.participants.all())
    shown = text_of(page.get(reverse("plan_sign", args=[draft.pk])))
    assert f'name="client-{maya.pk}-strokes"' in shown and "Sign as Olive Owner" in shown
    data = sign_data(
        draft, **{f"client-{maya.pk}-way": "drawn", f"client-{maya.pk}-strokes": DRAWN,
                  f"client-{ruben.pk}-way": "none", f"client-{ruben.pk}-reason": "Wants to sleep on it."},
    )  # fmt: skip
    answer = page.post(reverse("plan_sign", args=[draft.pk]), data)
    assert answer.url == reverse("plan", args=[draft.pk])
    shown = text_of(page.get(answer.url))
    assert "<title>Signature of Maya</title>" in shown and "Wants to sleep on it." in shown
    assert Plan.objects.get().state == "active"


def test_what_is_missing_is_said_and_what_was_drawn_is_kept(page, draft):
    maya, ruben = (place.person for place in draft.case.participants.all())
    drawn = {f"client-{maya.pk}-way": "drawn", f"client-{maya.pk}-strokes": DRAWN}
    data = sign_data(draft, **drawn, **{f"client-{ruben.pk}-way": "none"})
    answer = page.post(reverse("plan_sign", args=[draft.pk]), data)
    assert answer.status_code == 422
    assert "Write why there is no signature" in text_of(answer)
    assert DRAWN.replace('"', "&quot;") in text_of(answer)
    assert not draft.signatures.exists()


def test_a_text_that_changed_meanwhile_is_shown_again_unsigned(page, draft, owner):
    data = sign_data(draft)
    actions.change_row(plan=draft, row=draft.goals.get(), by=owner, version=1, own_words="Quite another goal")
    answer = page.post(reverse("plan_sign", args=[draft.pk]), data)
    assert answer.status_code == 409
    assert "Quite another goal" in text_of(answer)
    assert "nobody&#x27;s signature was kept" in text_of(answer)
    assert not draft.signatures.exists()


def test_a_broken_text_is_shown_as_broken(page, draft, owner):
    from django.db import connection

    plan = make.sign(draft, owner)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE planner_goal SET own_words = 'Something else'")
    for name, arg in (("plan", plan.pk), ("case", plan.case_id)):
        shown = opened(page, reverse(name, args=[arg]))
        assert "no longer the one that was signed" in shown or "Changed after signing" in shown
    data = {"seen": digest.of(plan), f"client-{plan.case.participants.first().person_id}-way": "none"}
    assert page.post(reverse("plan_sign", args=[plan.pk]), data).status_code in (409, 422)


# For one person's eyes


@pytest.fixture
def private(draft, owner):
    """A plan with something in it for each of several eyes."""
    maya, ruben = (place.person for place in draft.case.participants.all())
    for person in (maya, ruben):
        name = person.name
        make.add_goal(draft, owner, person=person, audience=Audience.PERSON, own_words=f"CANARY-{name}")
        actions.add_problem(
            plan=draft, by=owner, name=f"CANARY-problem-{name}", person=person, audience=Audience.PERSON
        )
    make.add_goal(draft, owner, audience=Audience.CLINICIAN, own_words="CANARY-clinician")
    draft.refresh_from_db()
    actions.change_plan(
        plan=draft, by=owner, version=draft.version, impression="CANARY-impression", impression_of=maya,
        barriers="CANARY-barrier", code="CANARY-code",
    )  # fmt: skip
    draft.refresh_from_db()
    return draft


def canaries(text):
    import re

    return set(re.findall(r"CANARY-[a-zA-Z-]+", text))


def test_on_the_page_that_both_look_at_stands_nothing_of_one(page, private):
    address = reverse("plan_sign", args=[private.pk])
    assert canaries(text_of(page.get(address))) == set()
    for place in private.case.participants.all():
        name = place.person.name
        alone = text_of(page.get(f"{address}?for={place.person_id}"))
        assert canaries(alone) == {f"CANARY-{name}", f"CANARY-problem-{name}"}
        assert alone.count("data-sign ") == 1  # one pad
    assert page.get(f"{address}?for=999999").status_code == 404
    assert page.get(f"{address}?for=x").status_code == 404


def test_who_has_items_of_their_own_signs_on_their_own_page(page, private):
    maya = private.case.participants.first().person
    address = reverse("plan_sign", args=[private.pk])
    data = {
        "seen": digest.of(private),
        "for": maya.pk,
        f"client-{maya.pk}-way": "typed",
        f"client-{maya.pk}-typed": "Maya",
    }
    assert page.post(address, data).status_code == 302
    row = private.signatures.get()
    assert row.sha256 == digest.of(Plan.objects.get(), maya) != Plan.objects.get().sha256


def test_reasons_of_one_are_not_told_to_the_other(page, draft, owner):
    maya, ruben = signing.clients_of(draft.case)
    given = [
        make.signature(maya, way="none", stance="refuses", reason="CANARY-reason"),
        make.signature(signing.staff(owner)),
    ]
    signing.sign(plan=draft, by=owner, seen=digest.of(draft), signatures=given)
    assert "CANARY" not in text_of(page.get(reverse("plan_sign", args=[draft.pk])))
    assert "CANARY" not in text_of(page.get(reverse("plan_sign", args=[draft.pk]) + f"?for={ruben.person.pk}"))
    assert "CANARY-reason" in text_of(page.get(reverse("plan", args=[draft.pk])))


# Supervision


@pytest.fixture
def supervised(draft, supervisor):
    TeamMember.objects.create(case=draft.case, user=supervisor, role=TeamRole.SUPERVISOR)
    return draft


def test_a_returned_version_shows_the_comments_of_all_and_its_own_steps(page, supervised, supervisor):
    plan = supervised
    for comment in ("Say how often.", "And by when."):
        make.sign(plan, plan.author, supervisor=supervisor)
        plan = signing.send_back(plan=plan, by=supervisor, comment=comment)
    shown = text_of(page.get(reverse("plan", args=[plan.pk])))
    assert shown.index("And by when.") < shown.index("Say how often.")  # the newest first
    steps = shown.split('id="supervision"')[1].split("</ol>")[0].count("<li")
    assert ("on version 1" in shown, "on version 2" in shown, steps) == (True, True, plan.supervision_steps.count())


def test_author_and_supervisor_see_it_on_today(page, supervised, supervisor, signed_in):
    shown = text_of(page.get(reverse("plan_sign", args=[supervised.pk])))
    assert "Sunita Supervisor, for approval" in shown
    page.post(reverse("plan_sign", args=[supervised.pk]), sign_data(supervised, supervisor=supervisor.pk))
    theirs = signed_in(supervisor)
    assert "is with Sunita Supervisor for approval" in opened(page, "/")
    assert "Treatment plan of Olive Owner awaits your word" in opened(theirs, "/")
    address = reverse("plan", args=[supervised.pk])
    assert "Sign and approve" in text_of(theirs.get(address))
    decide = reverse("plan_decide", args=[supervised.pk])
    assert theirs.post(decide, {"decision": "return"}).status_code == 422
    assert (
        page.post(decide, {"decision": "approve", "supervisor-way": "typed", "supervisor-typed": "O"}).status_code
        == 422
    )
    assert theirs.post(decide, {"decision": "return", "comment-comment": "Say how often."}).status_code == 302
    assert "returned the treatment plan with comments" in opened(page, "/")
    draft = Plan.objects.draft_of(supervised.case)
    assert "Say how often." in text_of(page.get(reverse("plan", args=[draft.pk])))
    page.post(reverse("plan_sign", args=[draft.pk]), sign_data(draft, supervisor=supervisor.pk))
    decide = reverse("plan_decide", args=[draft.pk])
    signed = {"decision": "approve", "supervisor-way": "typed", "supervisor-typed": "Sunita Supervisor"}
    assert theirs.post(decide, signed).status_code == 302
    assert Plan.objects.active_of(supervised.case) == draft
    for client in (page, theirs):
        assert "awaits your word" not in opened(client, "/")


# What becomes of it


def test_where_a_goal_stands_is_recorded_on_its_page(page, draft, owner):
    plan = make.sign(draft, owner)
    goal = plan.goals.get()
    address = reverse("plan_stand", args=[plan.pk, "goal", goal.pk])
    answer = page.post(address, {"status": "met", "on": timezone.localdate().isoformat(), "progress": "100"})
    assert answer.status_code == 422 and "Write in a few words why" in text_of(answer)
    today = timezone.localdate().isoformat()
    answer = page.post(address, {"status": "met", "on": today, "reason": "Four good weeks", "attainment": "1"})
    assert answer.status_code == 302
    row = Standing.objects.get()
    assert (row.status, row.attainment, row.reason) == ("met", 1, "Four good weeks")
    assert "Four good weeks" in text_of(page.get(reverse("plan", args=[plan.pk])))
    assert "60.0" in text_of(page.get(reverse("plan", args=[plan.pk])))
    objective = Objective.objects.get()
    assert page.get(reverse("plan_stand", args=[plan.pk, "objective", objective.pk])).status_code == 200


def test_a_review_is_recorded_and_todays_row_goes(page, draft, owner):
    plan = make.sign(draft, owner)
    Plan.objects.filter(pk=plan.pk).update(review_on=timezone.localdate() + timedelta(days=9))
    assert "Treatment plan: review by" in opened(page, "/")
    data = {
        "because": "interval",
        "outcome": "unchanged",
        "on": timezone.localdate().isoformat(),
        "found": "Goes well.",
    }
    assert page.post(reverse("plan_review", args=[plan.pk]), data).url == reverse("plan", args=[plan.pk])
    assert PlanReview.objects.get().outcome == "unchanged"
    assert "Treatment plan: review" not in opened(page, "/")
    changed = {**data, "because": "asked", "outcome": "changed"}
    answer = page.post(reverse("plan_review", args=[plan.pk]), changed)
    assert answer.url == reverse("plan_edit", args=[Plan.objects.draft_of(plan.case).pk])


def test_an_ended_plan_is_not_reviewed(page, draft, owner):
    plan = make.sign(draft, owner)
    review_actions.end(plan=plan, by=owner, why="All met")
    assert page.get(reverse("plan_review", args=[plan.pk])).url == reverse("plan", args=[plan.pk])
    data = {"because": "interval", "outcome": "unchanged", "on": timezone.localdate().isoformat()}
    answer = page.post(reverse("plan_review", args=[plan.pk]), data)
    assert answer.status_code == 422 and "This plan has ended." in text_of(answer)
    assert not PlanReview.objects.exists()


def test_today_asks_a_constant_number_of_times_of_plans(page, owner):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for more in (1, 2):
        for _n in range(more):
            plan = make.make_active(factories.make_case(owner), owner)
            Plan.objects.filter(pk=plan.pk).update(review_on=timezone.localdate())
        with CaptureQueriesContext(connection) as asked:
            opened(page, "/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_two_versions_stand_beside_each_other(page, draft, owner):
    first = make.sign(draft, owner)
    second = actions.begin(case=first.case, by=owner)
    actions.change_row(plan=second, row=second.goals.get(), by=owner, version=1, own_words="We laugh again.")
    make.add_goal(second, owner, own_words="A new one")
    shown = text_of(page.get(reverse("plan_compare", args=[second.pk])))
    assert "We talk again." in shown and "We laugh again." in shown
    assert shown.count("Changed</span>") == 1
    assert shown.count("Added</span>") == 2  # the goal and its objective
    different, same = shown.split("<details><summary>")
    assert "Changed</span>" not in same and "Same</span>" not in different
    assert date_format(second.goals.first().objectives.get().due, "j F Y") in same  # a day as people write it
    assert page.get(reverse("plan_compare", args=[second.pk]) + "?with=nothing").status_code == 200


def test_a_print_is_kept_and_prints_the_same(page, draft, owner):
    plan = make.sign(draft, owner)
    maya = plan.case.participants.first().person
    form = {"whom": maya.pk, "size": "18", "paper": "a4"}
    answer = page.post(reverse("plan_print", args=[plan.pk]), form)
    made = PlanPrint.objects.get()
    assert (made.kind, made.person, made.printed.options["size"]) == ("client", maya, 18)
    first, second = page.get(answer.url), page.get(answer.url)
    assert first.content == second.content == bytes(made.printed.pdf)
    assert first["Content-Disposition"] == f'inline; filename="papers-{made.pk}.pdf"'
    assert page.post(reverse("plan_print", args=[plan.pk]), {**form, "whom": "nobody"}).status_code == 422


def test_no_gap_in_the_numbers_tells_of_what_is_not_shown(page, draft, owner):
    maya, ruben = (place.person for place in draft.case.participants.all())
    make.add_goal(draft, owner, person=maya, audience=Audience.PERSON)
    make.add_goal(draft, owner, own_words="Shared and last")
    shown = text_of(page.get(reverse("plan_sign", args=[draft.pk]) + f"?for={ruben.pk}"))
    assert "Goal 2" in shown and "<b>2.1</b>" in shown and "Goal 3" not in shown
    assert "Goal 3" in text_of(page.get(reverse("plan", args=[draft.pk])))


def test_the_five_levels_of_a_goal_are_kept_with_its_weight(page, draft):
    goal = draft.goals.get()
    levels = {f"level_{n}": f"Level {n}" for n in range(5)}
    address = reverse("plan_row", args=[draft.pk, "goal", goal.pk])
    page.post(address, part(draft, f"goal-{goal.pk}", version=1, weight="3", **levels))
    goal = Goal.objects.get()
    assert (goal.scale, goal.weight) == ([f"Level {n}" for n in range(5)], 3)
    assert 'value="Level 4"' in text_of(page.get(reverse("plan_edit", args=[draft.pk])))
    page.post(address, part(draft, f"goal-{goal.pk}", version=2, own_words="Only this"))
    assert (Goal.objects.get().scale, Goal.objects.get().own_words) == (goal.scale, "Only this")
