"""The pages of the cases room: one page for a new case, nothing typed is lost, who gets in."""

import re

import pytest
from crispy_forms.utils import render_crispy_form
from django.urls import reverse
from django.utils.translation import override

from planner.cases import forms as cases_forms
from planner.cases.models import Case, GateOverride, Participant, Person, SafetyFlag, TeamMember
from planner.practice.models import TrailEntry
from tests import factories

pytestmark = pytest.mark.django_db
REASON = "Both were asked alone this morning by phone; the form is not filed yet."
NEW = {
    "kind": "couple", "phase": "skill-building", "focus": "After the spring", "once": "one-time",
    "person-1-name": "Maya Lopez", "person-1-role": "partner", "person-1-language": "en", "person-1-text_size": "18",
    "person-2-name": "Ruben Diaz", "person-2-role": "person-in-recovery", "person-2-language": "en",
    **{f"person-{n}-language": "en" for n in (3, 4, 5, 6)},
}  # fmt: skip


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


def at(name, case, *more):
    return reverse(name, args=[case.pk, *more])


def test_the_page_of_a_new_case(page):
    for kind, shown in (("individual", 1), ("couple", 2), ("family", 3)):
        response = page.get(reverse("case_new"), {"kind": kind})
        assert (len(response.context["shown"]), len(response.context["folded"])) == (shown, 1)
    assert len(page.get(reverse("case_new"), {"kind": "horde"}).context["shown"]) == 2


@pytest.mark.parametrize("shown_in", ["en", "es"])
def test_a_blank_row_is_what_the_form_draws(shown_in):
    with override(shown_in):
        rows = cases_forms.PeopleRows(language="de").rows
        assert [row.blank for row in rows] == [render_crispy_form(row) for row in rows]


def test_a_new_case(page, owner):
    response = page.post(reverse("case_new"), NEW)
    case = Case.objects.get()
    assert response.headers["Location"] == reverse("case", args=[case.pk])
    assert (case.kind, case.phase, case.focus, case.practice) == (
        "couple", "skill-building", "After the spring", owner.practice,
    )  # fmt: skip
    people = [(place.person.name, place.role, place.person.text_size) for place in case.participants.all()]
    assert people == [("Maya Lopez", "partner", 18), ("Ruben Diaz", "person-in-recovery", None)]


def test_a_double_click_opens_one_case(page):
    first, second = (page.post(reverse("case_new"), NEW) for _click in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"person-2-name": "", "person-2-role": ""}, "at least two people"),
        ({"person-1-role": ""}, "This field is required."),
        ({"person-1-role": "boss"}, "Select a valid choice."),
        ({"person-1-name": "\u202e\x00"}, "This field is required."),
        ({"person-1-name": "x" * 121}, "at most 120 characters"),
        ({"kind": "individual"}, "has one person"),
        ({"focus": "x" * 301}, "at most 300 characters"),
        ({"person-1-text_size": "99"}, "Select a valid choice."),
    ],
)
def test_a_mistake_keeps_what_was_typed(page, change, said):
    response = page.post(reverse("case_new"), {**NEW, **change})
    assert response.status_code == 422
    assert said in text(response)
    assert 'value="Ruben Diaz"' in response.content.decode() or "person-2-name" in change
    assert not Case.objects.exists() and not Person.objects.exists()


def test_a_folded_row_that_is_used_is_shown(page):
    response = page.post(reverse("case_new"), {**NEW, "person-5-name": "Ada"})
    assert len(response.context["shown"]) == 5
    assert "Person 5, Role" in text(response)


def test_hostile_text_stays_text(page):
    page.post(reverse("case_new"), {**NEW, "person-1-name": "<script>alert(1)</script>", "focus": "<img src=x>"})
    case = Case.objects.get()
    for name in ("case_edit", "flag_record", "team", "participant_add"):
        assert b"<script>alert" not in page.get(at(name, case)).content
        assert b"<img src=x" not in page.get(at(name, case)).content


def test_change_a_case(page, couple):
    response = page.post(
        at("case_edit", couple), {"kind": "family", "phase": "maintenance", "focus": "F", "version": 1}
    )
    assert response.status_code == 302
    couple.refresh_from_db()
    assert (couple.kind, couple.phase, couple.focus, couple.version) == ("family", "maintenance", "F", 2)


def test_a_stale_form_keeps_both(page, couple):
    couple.change(1, phase="maintenance")
    sent = {"kind": "couple", "phase": "skill-building", "focus": "Mine", "version": 1}
    response = page.post(at("case_edit", couple), sent)
    assert response.status_code == 422
    assert "Somebody changed this since you opened it." in text(response)
    assert "Where the work stands: Maintenance" in text(response)
    assert 'value="Mine"' in response.content.decode()
    assert Case.objects.get().phase == "maintenance"
    again = {**sent, "version": re.search(r'name="version" value="(\d+)"', response.content.decode())[1]}
    assert page.post(at("case_edit", couple), again).status_code == 302
    assert Case.objects.get().phase == "skill-building"


def test_a_form_without_its_version_writes_nothing(page, couple):
    response = page.post(at("case_edit", couple), {"kind": "couple", "phase": "maintenance", "focus": ""})
    assert response.status_code == 422
    assert Case.objects.get().phase != "maintenance"


def test_close_and_open_again(page, couple):
    assert "Nothing is lost" in text(page.get(at("case_close", couple)))
    page.post(at("case_close", couple), {"version": 1})
    assert Case.objects.get().closed_on
    page.post(at("case_close", couple), {"version": 2})
    assert not Case.objects.get().closed_on


def test_a_person_is_added(page, couple, owner):
    page.post(at("participant_add", couple), {"name": "Ada", "role": "caregiver", "language": "es"})
    added = couple.participants.get(person__name="Ada")
    assert (added.role, added.person.language, added.order) == ("caregiver", "es", 2)
    other = factories.make_case(owner)
    page.post(at("participant_add", other), {"known": added.person.pk, "role": "other", "language": "en"})
    assert other.participants.get(role="other").person == added.person


def test_somebody_from_another_case_is_looked_for_by_name(page, couple, owner, stranger):
    for n in range(cases_forms.MOST_KNOWN):
        factories.make_case(owner, names=(f"Abe{n:02}", f"Yan{n:02}"))
    wanted = factories.make_case(owner, names=("Wanda <b>", "Yan99"))
    factories.make_case(stranger, names=("Wanda the stranger's", "Tom"))
    shown = page.get(at("participant_add", couple)).content.decode()
    assert shown.count('name="known"') == cases_forms.MOST_KNOWN + 1  # and nobody
    assert "Wanda" not in shown and "Maya" not in shown.partition('id="div_id_known"')[2]
    found = page.get(at("participant_add", couple) + "?find=wan").content.decode()
    assert found.count('name="known"') == 2 and f"Wanda &lt;b&gt; ({wanted.code})" in found
    nobody = page.get(at("participant_add", couple) + "?find=zzz").content.decode()
    assert nobody.count('name="known"') == 1 and "No, somebody new" in nobody


def test_who_was_chosen_stays_chosen(page, couple, owner):
    known = factories.make_case(owner, names=("Wanda", "Yan")).participants.first().person
    factories.make_case(owner, names=("Zoe", "Zed"))
    shown = page.post(at("participant_add", couple), {"known": known.pk, "role": "", "language": "en"}).content.decode()
    assert shown.count('name="known"') == 2
    assert re.search(rf'name="known" value="{known.pk}"[^>]* checked', shown)


def test_without_another_case_nobody_is_asked_for_somebody_known(page, couple):
    shown = page.get(at("participant_add", couple)).content.decode()
    assert 'name="known"' not in shown and 'name="find"' not in shown


def test_a_person_is_not_added_twice_over(page, couple, owner, stranger):
    theirs = factories.make_case(stranger).participants.first().person
    for sent in ({"role": "other"}, {"known": theirs.pk, "role": "other"}, {"name": "Ada", "role": ""}):
        assert page.post(at("participant_add", couple), {"language": "en", **sent}).status_code == 422
    assert couple.participants.count() == 2


def test_a_person_is_changed(page, couple):
    place = couple.participants.first()
    sent = {"name": "Maya L.", "print_name": "May", "role": "caregiver", "language": "es", "text_size": "24",
            "is_minor": "on", "version": 1}  # fmt: skip
    assert page.post(at("participant_edit", couple, place.pk), sent).status_code == 302
    person = Person.objects.get(pk=place.person_id)
    assert (person.name, person.on_paper, person.text_size, person.is_minor) == ("Maya L.", "May", 24, True)
    assert Participant.objects.get(pk=place.pk).role == "caregiver"
    assert page.post(at("participant_edit", couple, place.pk), sent).status_code == 422


def test_somebody_of_another_case_is_not_edited_here(page, couple, owner):
    other = factories.make_case(owner).participants.first()
    assert page.get(at("participant_edit", couple, other.pk)).status_code == 404


def test_record_a_finding(page, couple):
    person = couple.participants.first().person
    shown = text(page.get(at("flag_record", couple)))
    assert "Ask about violence and coercion with each person alone" in shown and "Not yet asked" in shown
    sent = {"person": person.pk, "kind": "violence", "state": "clear", "basis": "Asked alone", "on": "2026-01-05"}
    response = page.post(at("flag_record", couple), {**sent, "next": "/sessions/"})
    assert response.headers["Location"] == "/sessions/"
    flag = SafetyFlag.objects.get()
    assert (flag.person, flag.state, flag.on.isoformat()) == (person, "clear", "2026-01-05")
    assert "Asked alone" in text(page.get(at("flag_record", couple)))


@pytest.mark.parametrize(
    "bad", [{"on": "2999-01-01"}, {"on": "someday"}, {"state": "maybe"}, {"basis": ""}, {"person": 0}]
)
def test_a_finding_with_a_mistake(page, couple, bad):
    person = couple.participants.first().person
    sent = {"person": person.pk, "kind": "violence", "state": "clear", "basis": "Asked alone", "on": "2026-01-05"}
    assert page.post(at("flag_record", couple), {**sent, **bad}).status_code == 422
    assert not SafetyFlag.objects.exists()


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(page, couple, address):
    person = couple.participants.first().person
    sent = {"person": person.pk, "kind": "violence", "state": "clear", "basis": "Asked", "on": "2026-01-05"}
    response = page.post(at("flag_record", couple), {**sent, "next": address})
    assert response.headers["Location"] == reverse("case", args=[couple.pk])


def test_override_a_gate(page, couple):
    shown = text(page.get(at("gate_override", couple, "joint-task")))
    assert "Ask Maya alone about safety first. Not yet asked." in shown
    response = page.post(at("gate_override", couple, "joint-task"), {"reason": "too thin"})
    assert (response.status_code, "too thin" in text(response)) == (422, True)
    assert page.post(at("gate_override", couple, "joint-task"), {"reason": REASON}).status_code == 302
    assert GateOverride.objects.get().reason == REASON
    assert "nothing to override" in text(page.get(at("gate_override", couple, "joint-task")))
    assert page.get(at("gate_override", couple, "no-such-gate")).status_code == 404


def test_team(page, couple, owner, colleague, stranger):
    page.post(at("team", couple), {"user": colleague.pk, "role": "co"})
    assert couple.team.get(user=colleague).role == "co"
    assert page.post(at("team", couple), {"user": stranger.pk, "role": "co"}).status_code == 422
    page.post(at("team", couple), {"remove": colleague.pk})
    assert [place.user for place in couple.team.all()] == [owner]
    assert page.post(at("team", couple), {"remove": "9" * 40}).status_code == 404
    response = page.post(at("team", couple), {"remove": owner.pk}, follow=True)
    assert "Name another lead first." in text(response)


def doors(case):
    place = case.participants.first()
    return [
        at("case_edit", case), at("case_close", case), at("participant_add", case), at("flag_record", case),
        at("participant_edit", case, place.pk), at("gate_override", case, "joint-task"), at("team", case),
    ]  # fmt: skip


def test_who_gets_in(signed_in, owner, colleague, supervisor, front_desk, stranger, couple):
    TeamMember.objects.create(case=couple, user=supervisor, role="supervisor")
    for door in doors(couple):
        seen = {
            who: signed_in(who).get(door).status_code for who in (owner, supervisor, colleague, stranger, front_desk)
        }
        assert seen == {owner: 200, supervisor: 403, colleague: 404, stranger: 404, front_desk: 403}, door
    new = {
        who: signed_in(who).get(reverse("case_new")).status_code for who in (owner, colleague, supervisor, front_desk)
    }
    assert new == {owner: 200, colleague: 200, supervisor: 403, front_desk: 403}


def test_a_view_of_a_case_is_recorded(page, couple, owner):
    page.get(at("flag_record", couple))
    last = TrailEntry.objects.last()
    assert (last.verb, last.what, last.what_id, last.case_id, last.by) == (
        "viewed",
        "case",
        couple.pk,
        couple.pk,
        owner,
    )


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("flag_record", 11), ("team", 11), ("gate_override", 12), ("participant_add", 10)]
)
def test_a_page_costs_the_same_for_one_and_for_three(page, owner, name, queries, people, django_assert_num_queries):
    case = factories.make_case(owner, kind="family", names=("Ada", "Ben", "Cy")[:people])
    factories.settle_safety(case, owner, state="not_yet")
    for _n in range(people - 1):
        TeamMember.objects.create(case=case, user=factories.make_user(owner.practice), role="co")
    address = at(name, case, "joint-task") if name == "gate_override" else at(name, case)
    page.get(address)
    with django_assert_num_queries(queries):
        page.get(address)
