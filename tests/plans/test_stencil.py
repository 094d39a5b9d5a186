"""Forms filled into a stencil: what each row's own form would have drawn."""

from __future__ import annotations

import datetime

import pytest
from django.template import Context
from django.template.loader import render_to_string

from planner.library.models import InterventionEdition
from planner.plans import page, smart
from planner.plans.forms import people_of
from planner.plans.models import Goal, Objective, Plan, PlannedIntervention, Problem, Standing
from planner.templatetags.house import once_key
from planner.templatetags.plans import alike, row_form, smart_says, stands, told_of
from tests import factories
from tests.plans import make

HOSTILE = "\"><script>alert('x')</script> &amp; 100 % %s %(who)s {{ who }}"
ASKING = "By {by when}, {who} does {what} {how many} times, as shown by {measured how}."
ROW_FORM = page.row_form
PHRASES = {"goal.clinical": [HOSTILE], "objective.who": [HOSTILE, "Both"], "intervention.frequency": ["daily %"]}


@pytest.fixture
def shared(couple, owner):
    """What every form of a page is drawn with."""
    make.make_draft(couple, owner)
    return {"csrf_token": "token", "phrases": PHRASES, "people": people_of(couple), "stencils": {}}


def rows(people):
    """One row in many states, none of them kept, one of each kind."""
    maya, ruben = people
    day, goal = datetime.date(2026, 12, 1), Goal.objects.get()
    return {
        "problem": [Problem(name=HOSTILE, description=HOSTILE), Problem(name="Fear", person=ruben, audience="person")],
        "goal": [
            goal, Goal(own_words=HOSTILE, clinical="\nTwo\nlines", person=maya, weight=2, scale=list("abcde")),
            Goal(person=ruben, audience="person", scale=[HOSTILE, "", "", "", ""]),
        ],
        "objective": [
            Objective(text=ASKING, who=HOSTILE, due=day), Objective(text=ASKING, how_many="3", baseline_on=day),
            Objective(text="", current=HOSTILE), Objective(text="{start}", baseline="0"), Objective(text="{target}"),
        ],
        "intervention": [
            PlannedIntervention(name=HOSTILE, minutes=20), PlannedIntervention(name="Own", frequency=HOSTILE),
            PlannedIntervention(edition=InterventionEdition.objects.first(), responsible="0"),
        ],
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["problem", "goal", "objective", "intervention"])
def test_a_row_shows_as_its_own_form_does(shared, kind):
    factories.make_intervention("first")
    for number, row in enumerate(rows(shared["people"])[kind], 100):
        row.pk, row.version = number, number
        card, address = page.Card(kind, row), f"/plans/1/{kind}/{number}/?a&b"
        form = page.row_form(kind, row, shared["people"])
        own = {**shared, "form": form, "key": card.key, "address": address, "more": "More & more", "kind": kind}
        expected = render_to_string("plans/_part_form.html", own)
        assert row_form(Context(shared), card, address, "More & more") == expected
    assert len(shared["stencils"]) < len(rows(shared["people"])[kind])  # one stencil served several


@pytest.mark.parametrize("part", list(page.PARTS))
def test_a_part_shows_as_its_own_form_does(shared, part):
    plan = Plan(
        pk=7, version=3, presenting=HOSTILE, strengths="\nTwo", impression_of=shared["people"][1], review_days=30
    )
    shared["phrases"] = {"plan.strengths": [HOSTILE], "plan.session_frequency": ["Weekly"]}
    form = page.part_form(plan, part, shared["people"])
    own = {**shared, "form": form, "key": part, "address": "/?a&b", "more": "More & more", "kind": "plan"}
    expected = render_to_string("plans/_part_form.html", own)
    assert row_form(Context(shared), page.Card(part, plan), "/?a&b", "More & more") == expected


def test_what_is_kept_from_page_to_page_is_nobodys(shared):
    card = page.Card("goal", Goal.objects.get())
    mine = row_form(Context(shared), card, "/plans/1/")
    theirs = {"csrf_token": "other", "phrases": {"goal.clinical": ["Theirs"]}, "people": [], "stencils": {}}
    shown = row_form(Context(theirs), card, "/plans/2/")
    private = ("Maya", "Ruben", "alert(", 'value="token"', "/plans/1/")
    assert [word in mine for word in private] == [True] * 5
    assert [word in shown for word in private] == [False] * 5
    assert "Theirs" in shown


def test_what_is_drawn_in_python_is_escaped(shared):
    row = Objective(pk=1, goal=Goal.objects.get(), position=1, text=HOSTILE, who=HOSTILE, baseline=HOSTILE)
    now = Standing(status="met", on=datetime.date(2026, 11, 2), value=HOSTILE, reason=HOSTILE)
    remarks = [smart.Remark("S", "who", HOSTILE, HOSTILE)]
    context = Context({"plan": Plan(pk=1)})
    drawn = [told_of(row), smart_says(row, "objective-1", remarks), stands(context, {row.line: [now]}, row, True)]
    assert [one.count("&lt;script&gt;") for one in drawn] == [2, 3, 2]
    assert [one.count("<script") for one in drawn] == [0, 0, 0]


def test_a_page_draws_the_form_of_rows_that_are_alike_once(owner, signed_in, monkeypatch):
    plan, drawn = make.make_draft(factories.make_case(owner), owner, goals=3, objectives=3), []
    monkeypatch.setattr(page, "row_form", lambda *args: drawn.append(args[0]) or ROW_FORM(*args))
    signed_in(owner).get(f"/plans/{plan.pk}/edit/")
    assert sorted(drawn) == ["goal", "intervention", "objective"]


def test_a_piece_holds_the_words_of_each_row_and_a_key_of_its_own(shared):
    context = Context(shared)
    for word in ("goal 1", HOSTILE):
        given = {"address": "/plans/1/?a&b", "what": word}
        assert alike(context, "plans/_row_tools.html", **given) == render_to_string("plans/_row_tools.html", given)
    keys = [str(once_key()) for _form in range(2)]
    given = {"address": "/", "parent": 7, "number": "1.2"}
    forms = [alike(context, "plans/_add_intervention.html", **given, once=key) for key in keys]
    assert [form.count(key) for form in forms for key in keys] == [1, 0, 0, 1]
    assert all('value="token"' in form for form in forms)
