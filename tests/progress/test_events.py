"""Events, stages and milestones: what is written, what is refused, what is taken back."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from planner.cases.actions import close_case
from planner.practice.models import TrailEntry
from planner.progress import actions
from planner.progress.actions import Refused
from planner.progress.models import Event, EventKind, Milestone, RepairStage
from tests import factories

TODAY = timezone.localdate


def people(case):
    return [place.person for place in case.participants.all()]


def test_an_event_is_the_clinicians_alone_unless_told_otherwise(couple, owner):
    event = actions.record_event(by=owner, case=couple, kind="win", known="They laughed.")
    assert (event.audience, event.reader, event.on) == ("clinician", None, TODAY())
    maya, ruben = people(couple)
    assert not Event.objects.readable_by(maya).exists()
    assert not Event.objects.readable_by(None).exists()


def test_one_persons_event_is_readable_by_that_person_alone(couple, owner):
    maya, ruben = people(couple)
    actions.record_event(by=owner, case=couple, kind="relapse", person=ruben, audience="person", reader=ruben)
    assert Event.objects.readable_by(ruben).count() == 1
    assert not Event.objects.readable_by(maya).exists()
    assert not Event.objects.readable_by(None).exists()


def test_an_event_for_everybody_is_readable_by_each(couple, owner):
    actions.record_event(by=owner, case=couple, kind="win", audience="case")
    assert all(Event.objects.readable_by(reader).count() == 1 for reader in [*people(couple), None])


def test_a_stranger_and_the_front_desk_see_no_event(couple, owner, stranger, front_desk, colleague):
    actions.record_event(by=owner, case=couple, kind="win")
    assert [Event.objects.visible_to(who).count() for who in (owner, stranger, front_desk, colleague)] == [1, 0, 0, 0]


def test_the_trail_says_nothing_of_what_happened(couple, owner):
    actions.record_event(by=owner, case=couple, kind="relapse", known="Two beers on Friday.")
    entry = TrailEntry.objects.latest("pk")
    assert (entry.verb, entry.what, entry.detail) == ("recorded", "event", {})


def test_hours_to_repair_are_counted_from_the_two_hours(couple, owner):
    day = TODAY() - timedelta(days=3)
    rupture = actions.record_event(by=owner, case=couple, kind="rupture", on=day, hour=time(20, 0))
    repair = actions.record_event(
        by=owner, case=couple, kind="repair", on=day + timedelta(days=1), hour=time(8, 20), repairs=rupture
    )
    assert repair.hours_to_repair == 12


def test_hours_that_were_told_stand_before_hours_that_are_counted(couple, owner):
    rupture = actions.record_event(by=owner, case=couple, kind="rupture", on=TODAY() - timedelta(days=1))
    repair = actions.record_event(by=owner, case=couple, kind="repair", repairs=rupture, hours_to_repair=30)
    assert repair.hours_to_repair == 30


def test_hours_are_left_open_where_an_hour_is_not_known(couple, owner):
    rupture = actions.record_event(by=owner, case=couple, kind="rupture", on=TODAY() - timedelta(days=1))
    assert actions.record_event(by=owner, case=couple, kind="repair", repairs=rupture).hours_to_repair is None


REFUSED = [
    ({"kind": "sin"}, "kind"),
    ({"on": TODAY() + timedelta(days=3)}, "on"),  # still to come, even if midnight passes before it is tried
    ({"on": date(1066, 10, 14)}, "on"),
    ({"audience": "everyone"}, "audience"),
    ({"audience": "person"}, "reader"),
]


@pytest.mark.parametrize(("given", "field"), REFUSED)
def test_what_cannot_be_is_refused_with_its_field(couple, owner, given, field):
    with pytest.raises(Refused) as refused:
        actions.record_event(by=owner, case=couple, **{"kind": "win", **given})
    assert refused.value.field == field
    assert not Event.objects.exists()


def test_somebody_of_another_case_is_refused(couple, owner):
    elsewhere = people(factories.make_case(owner, names=("Ana", "Luis")))[0]
    for field in ("person", "reported_by", "reader"):
        with pytest.raises(Refused) as refused:
            actions.record_event(by=owner, case=couple, kind="win", audience="person", **{field: elsewhere})
        assert refused.value.field == field


def test_a_repair_before_its_rupture_is_refused(couple, owner):
    rupture = actions.record_event(by=owner, case=couple, kind="rupture", on=TODAY())
    with pytest.raises(Refused) as refused:
        actions.record_event(by=owner, case=couple, kind="repair", on=TODAY() - timedelta(days=1), repairs=rupture)
    assert refused.value.field == "on"


def test_only_a_standing_rupture_of_the_case_can_be_repaired(couple, owner):
    win = actions.record_event(by=owner, case=couple, kind="win")
    other = actions.record_event(by=owner, case=factories.make_case(owner), kind="rupture")
    gone = actions.withdraw(by=owner, row=actions.record_event(by=owner, case=couple, kind="rupture"), reason="No")
    for rupture in (win, other, gone):
        with pytest.raises(Refused):
            actions.record_event(by=owner, case=couple, kind="repair", repairs=rupture)
    with pytest.raises(Refused):
        actions.record_event(
            by=owner, case=couple, kind=EventKind.WIN,
            repairs=actions.record_event(by=owner, case=couple, kind="rupture"),
        )  # fmt: skip


def test_a_day_after_closing_is_refused_with_what_to_do(couple, owner):
    close_case(by=owner, case=couple, version=couple.version, on=TODAY() - timedelta(days=10))
    with pytest.raises(Refused, match="open the case again"):
        actions.record_event(by=owner, case=couple, kind="win")
    assert actions.record_event(by=owner, case=couple, kind="win", on=TODAY() - timedelta(days=10))


def test_a_withdrawn_event_stays_with_its_reason_and_can_be_put_back(couple, owner):
    event = actions.record_event(by=owner, case=couple, kind="win", audience="case")
    actions.withdraw(by=owner, row=event, reason="Wrong case")
    assert (Event.objects.count(), Event.objects.standing().count()) == (1, 0)
    assert not Event.objects.readable_by(None).exists()
    actions.withdraw(by=owner, row=event, reason="Another reason")
    assert event.withdrawn_reason == "Wrong case"
    actions.put_back(by=owner, row=event)
    assert (Event.objects.standing().count(), event.withdrawn_reason) == (1, "")


def test_a_withdrawal_needs_a_reason(couple, owner):
    event = actions.record_event(by=owner, case=couple, kind="win")
    with pytest.raises(Refused):
        actions.withdraw(by=owner, row=event, reason="  ")


def test_any_stage_may_follow_any_other(couple, owner):
    for stage in ("bond", "named", "remorse", "named"):
        actions.record_stage(by=owner, case=couple, stage=stage, evidence="Seen.")
    assert list(RepairStage.objects.values_list("stage", flat=True)) == ["bond", "named", "remorse", "named"]


def test_a_stage_and_a_milestone_need_evidence(couple, owner):
    with pytest.raises(Refused) as stage:
        actions.record_stage(by=owner, case=couple, stage="named", evidence=" ")
    with pytest.raises(Refused) as milestone:
        actions.record_milestone(by=owner, case=couple, kind="alliance", evidence="")
    assert (stage.value.field, milestone.value.field) == ("evidence", "evidence")
    assert not RepairStage.objects.exists() and not Milestone.objects.exists()


def test_early_and_later_milestones(couple, owner):
    kinds = ["alliance", "triggers", "styles", "generalised", "self-image"]
    rows = [actions.record_milestone(by=owner, case=couple, kind=kind, evidence="Seen.") for kind in kinds]
    assert [row.is_early for row in rows] == [True, True, True, False, False]
