"""Forms filled into a stencil: what each row's own form would have drawn."""

from __future__ import annotations

import datetime

import pytest
from django.template import Context
from django.template.loader import render_to_string

from planner.library.models import InterventionEdition
from planner.plans import page
from planner.plans.forms import people_of
from planner.plans.models import Goal, Objective, PlannedIntervention, Problem
from planner.templatetags.house import once_key
from planner.templatetags.plans import alike, row_form
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
