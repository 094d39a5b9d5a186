"""Suggestions: each rule, its reason in words, and what is never suggested."""

import pytest

from planner.cases.models import CaseKind
from planner.library.models import SessionTemplate
from planner.sessions import actions, page, suggest
from planner.sessions.models import Done, ItemKind, SessionState
from tests import factories

FITS = {"for_whom": ["couple"], "phase": ["pattern-recognition"]}


@pytest.fixture
def couple(owner):
    return factories.make_case(owner, phase="pattern-recognition")


def suggested(session, user):
    return {one.title: one for one in page.Plan(session, user).suggestions}


def test_phase_and_unit_fit_and_the_reasons_say_so(couple, owner):
    factories.make_intervention("trigger-map", gates=[], **FITS)
    factories.make_intervention("other-phase", gates=[], for_whom=["couple"], phase=["maintenance"])
    factories.make_intervention("other-unit", gates=[], for_whom=["family"], phase=["pattern-recognition"])
    found = suggested(factories.make_session(couple, owner, minutes=50), owner)
    assert list(found) == ["Trigger map"]
    why = found["Trigger map"].why
    assert why.startswith("phase: pattern recognition; not yet done in this case; for: couple")
    assert "fits the 40 minutes" in why


def test_done_is_not_suggested_again_and_left_comes_first(couple, owner):
    names = ("map-done", "map-left", "map-new")
    made = {name: factories.make_intervention(name, gates=[], **FITS) for name in names}
    last = factories.make_session(couple, owner, days=-7, items=("x", "y"), state=SessionState.HELD)
    for item, name, done in zip(last.items.all(), names, (Done.DONE, Done.LEFT), strict=False):
        item.kind, item.edition, item.done = ItemKind.LIBRARY, made[name].current, done
        item.save()
    found = suggested(factories.make_session(couple, owner), owner)
    assert list(found) == ["Map left", "Map new"]
    assert "left from an earlier session" in found["Map left"].why


def test_what_is_on_the_agenda_is_not_suggested(couple, owner):
    made = factories.make_intervention("trigger-map", gates=[], **FITS)
    session = factories.make_session(couple, owner)
    actions.add_library_item(session, made, by=owner, version=1)
    assert suggested(session, owner) == {}


def test_a_shut_gate_is_shown_last_with_its_reason(couple, owner):
    factories.make_intervention("a-joint-map", gates=["joint-task"], **FITS)
    factories.make_intervention("b-open-map", gates=[], **FITS)
    found = suggested(factories.make_session(couple, owner), owner)
    assert list(found) == ["B open map", "A joint map"]
    assert "alone" in found["A joint map"].shut[0]
    factories.settle_safety(couple, owner)
    assert not suggested(factories.make_session(couple, owner), owner)["A joint map"].shut


def test_a_person_in_recovery_and_both_sides_add_weight(owner):
    couple = factories.make_case(owner, phase="disclosure-and-repair")
    shared = {"for_whom": ["couple"], "phase": ["disclosure-and-repair"], "gates": []}
    factories.make_intervention("a-plain", **shared)
    factories.make_intervention("b-repair", family="disclosure-and-repair", **shared)
    found = suggested(factories.make_session(couple, owner), owner)
    assert list(found) == ["B repair", "A plain"]
    assert "injured and injuring side both attend" in found["B repair"].why


def test_an_individual_gets_what_is_for_that_role(owner):
    case = factories.make_case(owner, CaseKind.INDIVIDUAL, ("Jo",), phase="pattern-recognition")
    case.participants.update(role="person-in-recovery")
    recovery = {"for_whom": ["person-in-recovery"], "phase": ["pattern-recognition"]}
    factories.make_intervention("own-map", gates=[], **recovery)
    assert "for: person in recovery" in suggested(factories.make_session(case, owner), owner)["Own map"].why


def test_maintenance_suggests_the_booster_template(owner):
    case = factories.make_case(owner, phase="maintenance")
    content = {"for_whom": ["couple"], "items": []}
    SessionTemplate.objects.create(
        slug="booster", name="Booster session", aim="See what held.", kind="booster", minutes=50, content=content
    )
    session = factories.make_session(case, owner)
    assert suggested(session, owner)["Booster session"].template
    session.template = SessionTemplate.objects.get()
    assert "Booster session" not in suggested(session, owner)


def test_the_number_of_queries_does_not_grow(couple, owner, django_assert_num_queries):
    counts = []
    for n in (1, 2, 3):
        factories.make_intervention(f"map-{n}", gates=["joint-task"], **FITS)
        session = factories.make_session(couple, owner)
        plan = page.Plan(session, owner)
        _ = plan.verdict, plan.attending, plan.items, plan.needs.past
        with django_assert_num_queries(3):
            counts.append(
                len(
                    suggest.suggest(
                        session,
                        owner,
                        attending=plan.attending,
                        items=plan.items,
                        verdict=plan.verdict,
                        free_minutes=30,
                        past=plan.needs.past,
                    )
                )
            )
    assert counts == [1, 2, 2]
