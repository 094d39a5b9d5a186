"""Beside an intervention to choose: when it was used with this case before, and how it went."""

import pytest
from django.urls import reverse

from planner.sessions.before import used_with
from planner.sessions.models import AgendaItem
from tests import factories
from tests.pages import opened

pytestmark = pytest.mark.django_db


def held(case, by, intervention, done, days, **fields):
    session = factories.make_session(case, by, days=days, items=(), state="held")
    AgendaItem.objects.create(
        session=session, position=1, kind="library", title="It", minutes=10, edition=intervention.current, done=done,
        **fields,
    )  # fmt: skip


def test_the_last_time_counts(owner, couple):
    entry = factories.make_intervention()
    held(couple, owner, entry, "done", -20)
    held(couple, owner, entry, "partly", -6, note="Ruben went quiet.", seconds_used=600)
    other = factories.make_intervention()
    held(factories.make_case(owner), owner, other, "done", -3)
    found = used_with(couple, owner)
    assert set(found) == {entry.pk}
    assert (found[entry.pk].done, found[entry.pk].note, found[entry.pk].minutes, found[entry.pk].times) == (
        "Partly", "Ruben went quiet.", 10, 2,
    )  # fmt: skip


def test_what_is_only_planned_was_not_used(owner, couple):
    entry = factories.make_intervention()
    held(couple, owner, entry, "open", -2)
    session = factories.make_session(couple, owner)
    AgendaItem.objects.create(
        session=session, position=9, kind="library", title="It", minutes=5, edition=entry.current, done="done"
    )
    assert used_with(couple, owner) == {}


def test_a_stranger_learns_nothing(owner, couple, stranger):
    held(couple, owner, factories.make_intervention(), "done", -2)
    assert used_with(couple, stranger) == {}


def test_it_stands_in_the_panel(signed_in, owner, couple):
    entry = factories.make_intervention("steady-talk")
    held(couple, owner, entry, "partly", -6, note="<b>quiet</b>")
    session = factories.make_session(couple, owner)
    shown = opened(signed_in(owner), reverse("session_plan", args=[session.pk]))
    assert "Used with this case on" in shown and ": partly" in shown and "&lt;b&gt;quiet&lt;/b&gt;" in shown


@pytest.mark.parametrize("entries", [1, 3])
def test_it_is_one_query(owner, couple, entries, django_assert_num_queries):
    for n in range(entries):
        held(couple, owner, factories.make_intervention(), "done", -2 - n)
    with django_assert_num_queries(1):
        used_with(couple, owner)
