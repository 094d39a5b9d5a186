"""Writes of the cases room: what they make, what they refuse, what the trail says and what it must not say."""

import datetime
import json

import pytest

from planner.base.models import Stale
from planner.cases import actions, names
from planner.cases.models import Case, Participant, Person, SafetyFlag, TeamMember
from planner.practice.models import TrailEntry
from tests import factories

pytestmark = pytest.mark.django_db
MAYA = {"name": "Maya Lopez", "print_name": "Maya", "role": "partner", "side": "injured"}
RUBEN = {"name": "Ruben Diaz", "role": "person-in-recovery", "side": "injuring", "text_size": 18}


def open_couple(by, **fields):
    return actions.open_case(by=by, kind="couple", people=[MAYA, RUBEN], focus="After the spring", **fields)


def trail():
    return [(row.verb, row.what, row.case_id) for row in TrailEntry.objects.order_by("pk")]


def test_open_case(owner):
    case = open_couple(owner)
    assert [(place.person.name, place.role, place.side) for place in case.participants.all()] == [
        ("Maya Lopez", "partner", "injured"),
        ("Ruben Diaz", "person-in-recovery", "injuring"),
    ]
    assert [(place.user, place.role) for place in case.team.all()] == [(owner, "lead")]
    assert names.label(case) == "M. & R."
    assert trail() == [("opened", "case", case.pk)]


def test_a_code_reads_well():
    for length in (4, 6):
        code = actions.new_code(length)
        assert len(code) == length
        assert all(letter in actions.LETTERS for letter in code[::2])
        assert all(digit in actions.DIGITS for digit in code[1::2])


def test_a_clash_of_codes_is_tried_again(owner, monkeypatch):
    codes = iter(["K4T7", "K4T7", "M3R9"])
    monkeypatch.setattr(actions, "new_code", lambda length=4: next(codes))
    assert [open_couple(owner).code, open_couple(owner).code] == ["K4T7", "M3R9"]


def test_a_given_code_must_be_free(owner):
    open_couple(owner, code="K4T7")
    with pytest.raises(actions.Refused, match="in use already"):
        open_couple(owner, code="K4T7")


def test_two_practices_may_use_one_code(owner, stranger):
    open_couple(owner, code="K4T7")
    assert open_couple(stranger, code="K4T7").practice == stranger.practice


@pytest.mark.parametrize(
    ("kind", "people"),
    [("couple", [MAYA]), ("individual", []), ("individual", [MAYA, RUBEN]), ("family", [MAYA]), ("horde", [MAYA])],
)
def test_the_number_of_people_fits_the_kind(owner, kind, people):
    with pytest.raises(actions.Refused):
        actions.open_case(by=owner, kind=kind, people=people)
    assert not Case.objects.exists() and not Person.objects.exists()


@pytest.mark.parametrize("bad", [{"name": "\u202e\u202e"}, {"name": "..."}, {"role": "boss"}])
def test_nothing_is_half_written(owner, bad):
    with pytest.raises(actions.Refused):
        actions.open_case(by=owner, kind="couple", people=[MAYA, {**RUBEN, **bad}])
    assert not Case.objects.exists() and not Person.objects.exists() and not TrailEntry.objects.exists()


def test_text_is_cleaned(owner):
    case = actions.open_case(
        by=owner, kind="individual", people=[{"name": " Zoe\u0308 \u202e\x00 K. ", "role": "other"}], focus="a\nb"
    )
    assert case.participants.get().person.name == "Zoë K."
    assert case.focus == "a b"


def test_change_case_and_a_stale_form(owner):
    case = open_couple(owner)
    actions.change_case(by=owner, case=case, version=1, phase="skill-building")
    assert Case.objects.get().phase == "skill-building"
    assert TrailEntry.objects.last().detail == {"fields": ["phase"]}
    with pytest.raises(Stale):
        actions.change_case(by=owner, case=case, version=1, phase="maintenance")
    assert Case.objects.get().phase == "skill-building"


def test_the_kind_changes_only_where_the_people_fit(owner):
    case = open_couple(owner)
    with pytest.raises(actions.Refused):
        actions.change_case(by=owner, case=case, version=1, kind="individual")
    actions.change_case(by=owner, case=case, version=1, kind="family")
    assert Case.objects.get().kind == "family"


def test_close_and_open_again(owner):
    case = open_couple(owner)
    actions.close_case(by=owner, case=case, version=1)
    assert Case.objects.get().closed_on is not None
    actions.reopen_case(by=owner, case=case, version=2)
    assert Case.objects.get().closed_on is None
    assert [verb for verb, _what, _case in trail()] == ["opened", "closed", "reopened"]


def test_add_participant(owner):
    case = open_couple(owner)
    place = actions.add_participant(by=owner, case=case, name="Ada", role="caregiver")
    assert (place.order, place.person.practice) == (2, owner.practice)
    single = actions.open_case(by=owner, kind="individual", people=[{"role": "other", "person": place.person}])
    assert single.participants.get().person == place.person
    with pytest.raises(actions.Refused, match="takes part already"):
        actions.add_participant(by=owner, case=case, person=place.person, role="other")
    with pytest.raises(actions.Refused, match="one person"):
        actions.add_participant(by=owner, case=single, name="Bo", role="other")


def test_change_person(owner):
    place = open_couple(owner).participants.first()
    actions.change_person(
        by=owner, participant=place, version=1, name="Maya L.", text_size=24, role="caregiver", side=""
    )
    place = Participant.objects.get(pk=place.pk)
    assert (place.person.name, place.person.text_size, place.role, place.side) == ("Maya L.", 24, "caregiver", "")
    with pytest.raises(Stale):
        actions.change_person(by=owner, participant=place, version=1, name="M.", role="other")
    assert Participant.objects.get(pk=place.pk).role == "caregiver"


def test_the_last_person_does_not_leave(owner):
    first, second = open_couple(owner).participants.all()
    actions.change_person(by=owner, participant=first, version=1, left_on=datetime.date(2026, 1, 1))
    with pytest.raises(actions.Refused, match="last person"):
        actions.change_person(by=owner, participant=second, version=1, left_on=datetime.date(2026, 1, 1))


def test_record_flag(owner):
    case = open_couple(owner)
    person = case.participants.first().person
    for state in ("concern", "clear"):
        actions.record_flag(by=owner, case=case, person=person, kind="violence", state=state, basis=" asked\nalone ")
    assert [(flag.state, flag.basis) for flag in SafetyFlag.objects.order_by("pk")] == [
        ("concern", "asked alone"),
        ("clear", "asked alone"),
    ]


@pytest.mark.parametrize(
    "bad", [{"kind": "weather"}, {"state": "maybe"}, {"basis": " \u202e "}, {"person": "somebody else"}]
)
def test_record_flag_refuses(owner, couple, bad):
    if "person" in bad:
        bad = {"person": factories.make_case(owner).participants.first().person}
    given = {"person": couple.participants.first().person, "kind": "violence", "state": "clear", "basis": "alone"}
    with pytest.raises(actions.Refused):
        actions.record_flag(by=owner, case=couple, **{**given, **bad})
    assert not SafetyFlag.objects.exists()


@pytest.mark.parametrize("reason", ["", "because I say so", "a b c d e f g h i j k l m n o p", "\u202e" * 30])
def test_an_override_needs_a_reason(owner, couple, reason):
    with pytest.raises(actions.Refused, match="at least 20 letters"):
        actions.override_gate(by=owner, case=couple, gate="joint-task", reason=reason)


def test_an_open_gate_is_not_overridden(owner, couple):
    with pytest.raises(actions.Refused, match="is open"):
        actions.override_gate(by=owner, case=couple, gate="mindfulness", reason="A reason that is long enough.")


def test_the_trail_knows_no_names_text_or_findings(owner):
    case = open_couple(owner)
    person = case.participants.first().person
    actions.record_flag(by=owner, case=case, person=person, kind="violence", state="concern", basis="bruise seen")
    actions.override_gate(by=owner, case=case, gate="joint-task", reason="The lawyer and both partners agreed to it.")
    actions.change_person(by=owner, participant=case.participants.first(), version=1, name="Maya Secret")
    told = json.dumps([row.detail for row in TrailEntry.objects.all()])
    for secret in ("Maya", "Ruben", "Secret", "concern", "bruise", "lawyer", "spring"):
        assert secret not in told
    assert [verb for verb, _what, _case in trail()] == ["opened", "flagged", "overrode", "changed"]


def test_team(owner, colleague, supervisor):
    case = open_couple(owner)
    assert not Case.objects.visible_to(colleague).exists()
    actions.set_team(by=owner, case=case, user=colleague, role="co")
    actions.set_team(by=owner, case=case, user=supervisor, role="supervisor", until=datetime.date(2999, 1, 1))
    assert Case.objects.editable_by(colleague).exists()
    assert Case.objects.visible_to(supervisor).exists() and not Case.objects.editable_by(supervisor).exists()
    actions.remove_from_team(by=owner, case=case, user=colleague)
    assert not Case.objects.visible_to(colleague).exists()


def test_team_refuses(owner, colleague, supervisor, front_desk, stranger):
    case = open_couple(owner)
    yesterday = datetime.date.today() - datetime.timedelta(days=2)
    for user, role, until in [
        (stranger, "co", None),
        (front_desk, "co", None),
        (supervisor, "co", None),
        (colleague, "boss", None),
        (colleague, "co", yesterday),
    ]:
        with pytest.raises(actions.Refused):
            actions.set_team(by=owner, case=case, user=user, role=role, until=until)
    assert TeamMember.objects.count() == 1


def test_a_case_keeps_a_lead(owner, colleague):
    case = open_couple(owner)
    with pytest.raises(actions.Refused, match="lead"):
        actions.remove_from_team(by=owner, case=case, user=owner)
    with pytest.raises(actions.Refused, match="lead"):
        actions.set_team(by=owner, case=case, user=owner, role="co")
    actions.set_team(by=owner, case=case, user=colleague, role="lead")
    actions.remove_from_team(by=owner, case=case, user=owner)
    assert [place.user for place in case.team.all()] == [colleague]


def test_labels(owner):
    family = factories.make_case(owner, kind="family", names=("Ada", "Ben", "Cy"))
    assert names.label(family) == "A., B. & C."
    assert names.label(family.participants.select_related("person")[:1]) == "A."
    empty = factories.make_case(owner, names=(), code="K4T7")
    assert names.label(empty) == "K4T7"


@pytest.mark.parametrize(
    ("role", "side", "tags"),
    [("partner", "injured", {"partner", "injured"}), ("partner", "", {"partner"}), ("child", "injured", {"child"})],
)
def test_a_child_who_was_hurt_gets_no_words_for_adults(role, side, tags):
    assert Participant(role=role, side=side).tags == tags
