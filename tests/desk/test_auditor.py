"""The twelve questions of an audit: each rule by itself, then the page over a real record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.cases.models import TeamMember, TeamRole
from planner.desk import audit_facts, auditor, proof_views
from planner.desk.auditor import NoteFacts, PlanFacts, Record, Signer, Verdict
from planner.homework.models import Printout
from planner.sessions import note_actions
from tests import factories
from tests.pages import opened
from tests.test_papers import pages_of, squeezed

DAY = date(2026, 11, 26)
YES, NO, NA = Verdict.YES, Verdict.NO, Verdict.NOT_APPLICABLE
CLIENTS = (Signer("Maya Lindqvist", DAY), Signer("Ruben Adeyemi", DAY))
PLAN = PlanFacts(
    pk=1, number=2, active_on=DAY, review_on=DAY + timedelta(days=90), discharge="Three calm months.", clients=CLIENTS,
    clinician=Signer("Dana Okafor", DAY, "", "LMFT"), supervision="approved",
    supervisor=Signer("Sunita Supervisor", DAY, "", "PhD"),
)  # fmt: skip
NOTE = NoteFacts(session=1, on=DAY, signed_on=DAY, objectives=1, interventions=1, supervision="approved")
WHOLE = Record(
    case=1, today=DAY, supervised=True, plan=PLAN, notes=(NOTE,), risk=("Ruben: suicide risk",), safety_plan=(1, DAY)
)


def verdict(code: str, **changes) -> Verdict:
    return auditor.RULES[code](replace(WHOLE, **changes)).verdict


def with_plan(**changes) -> dict:
    return {"plan": replace(PLAN, **changes)}


def with_note(**changes) -> dict:
    return {"notes": (NOTE, replace(NOTE, session=2, **changes))}


def test_a_whole_record_answers_all_twelve():
    found = auditor.answers(WHOLE)
    assert [answer.code for answer in found] == list(auditor.QUESTIONS)
    assert {answer.verdict for answer in found} == {YES}
    assert auditor.settled(found) == 12
    assert all(answer.proofs and not answer.mend and answer.reason for answer in found)


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("C9", {"plan": None}, NO),
        ("C9", with_plan(clients=(CLIENTS[0], Signer("Ruben Adeyemi"))), NO),
        ("C9", with_plan(clients=(CLIENTS[0], Signer("Ruben Adeyemi", None, "Abroad until May"))), YES),
        ("C9", with_plan(holds=False), NO),
        ("C10", {"plan": None}, NO),
        ("C10", with_plan(clinician=None), NO),
        ("C10", with_plan(clinician=Signer("Dana Okafor", DAY)), NO),
        ("C10", with_plan(holds=False), NO),
        ("C11", {"supervised": False}, NA),
        ("C11", {"supervised": False, "plan": None}, NA),
        ("C11", {"plan": None}, NO),
        ("C11", with_plan(supervision="awaiting", supervisor=None), NO),
        ("C11", with_plan(supervision="returned", supervisor=None), NO),
        ("C11", with_plan(supervision="", supervisor=None), NO),
        ("C13", {"plan": None}, NO),
        ("C13", with_plan(discharge="  "), NO),
        ("C14", {"plan": None}, NO),
        ("C14", with_plan(review_on=DAY), YES),
        ("C14", with_plan(review_on=DAY - timedelta(days=1)), NO),
        ("C14", with_plan(due="After a relapse"), NO),
        ("D1", {"plan": None}, NO),
        ("D1", with_note(serves=False), NO),
        ("D1", with_note(serves=False, before_plan=True), YES),
        ("D1", with_note(serves=False, intake=True), YES),
        ("D1", {"notes": ()}, NA),
        ("D2", with_note(lacks=("place",)), NO),
        ("D2", with_note(signed_on=None), NO),
        ("D2", with_note(holds=False), NO),
        ("D2", {"notes": ()}, NA),
        ("D3", {"plan": None}, NO),
        ("D3", with_note(objectives=0), NO),
        ("D3", with_note(objectives=0, before_plan=True), YES),
        ("D3", with_note(signed_on=None), NO),
        ("D4", with_note(interventions=0), NO),
        ("D4", with_note(interventions=0, intake=True), YES),
        ("D4", {"notes": ()}, NA),
        ("D5", with_note(response=False), NO),
        ("D5", with_note(signed_on=None), NO),
        ("D5", {"plan": None}, YES),
        ("D6", {"supervised": False}, NA),
        ("D6", with_note(supervision=""), NO),
        ("D6", {"notes": ()}, NA),
        ("B6", {"risk": ()}, NA),
        ("B6", {"risk": (), "safety_plan": None}, NA),
        ("B6", {"safety_plan": None}, NO),
    ],
)
def test_a_question(code, changes, expected):
    answer = auditor.RULES[code](replace(WHOLE, **changes))
    assert (answer.verdict, bool(answer.reason)) == (expected, True)
    assert bool(answer.mend) == (expected is NO)


def test_a_draft_is_finished_and_a_case_without_one_is_sent_to_begin():
    assert auditor.c9(replace(WHOLE, plan=None, draft=7)).mend[0].href == reverse("plan_edit", args=[7])
    assert auditor.c9(replace(WHOLE, plan=None)).mend[0].href == reverse("plans", args=[1])


def test_many_gaps_are_counted_and_few_are_named():
    notes = tuple(replace(NOTE, session=n, lacks=("place",)) for n in range(1, 41))
    answer = auditor.d2(replace(WHOLE, notes=notes))
    assert (answer.reason, len(answer.mend)) == ("40 hours lack it.", auditor.FEW)


# The page


def answered(case) -> dict[str, str]:
    return {answer.code: answer.verdict.value for answer in auditor.answers(audit_facts.record_of(case))}


def test_a_new_case_says_what_to_do(signed_in, couple, owner):
    page = opened(signed_in(owner), reverse("case_audit", args=[couple.pk]))
    assert "There is no plan yet." in page and reverse("plans", args=[couple.pk]) in page
    # six do not apply yet: C11, D2, D4, D5, D6, B6
    assert [said in page for said in ("1 of 5", "4 of 6", "1 of 1")] == [True, True, True]


def test_a_part_reads_what_the_whole_record_says(couple, owner):
    factories.make_note(factories.make_session(couple, owner, days=-1, state="held"), owner, signed=True)
    factories.settle_safety(couple, owner, "concern", "suicide")
    whole = {answer.code: answer for answer in auditor.answers(audit_facts.record_of(couple))}
    parts = [answer for part in auditor.PARTS for answer in auditor.answers(audit_facts.record_of(couple, part), part)]
    assert {answer.code: answer for answer in parts} == whole


def test_the_screen_asks_of_so_many_hours_and_leads_to_the_earlier_ones(signed_in, couple, owner, monkeypatch):
    monkeypatch.setattr(proof_views, "HOURS", 2)
    for days in (-1, -2, -3):
        factories.make_session(couple, owner, days=days, state="held")
    address = reverse("case_audit_part", args=[couple.pk, "notes"])
    newest, earlier = (opened(signed_in(owner), f"{address}?page={page}") for page in (1, 2))
    assert "2 hours lack it." in newest and f'href="{address}?page=2"' in newest
    assert "1 hour lacks it." in earlier and f'href="{address}?page=1"' in earlier and "page=3" not in earlier
    assert all("The printed page asks of every hour." in page for page in (newest, earlier))
    assert "2 hours lack it." in opened(signed_in(owner), f"{address}?page=x")


def test_notes_are_read_as_they_were_signed(couple, owner):
    owner.credentials = "LMFT"
    owner.save()
    objective = factories.make_objective(couple, owner)
    session = factories.make_session(couple, owner, days=0, state="held", starts_at=timezone.now())
    session.items.update(objective=objective, done="done")
    note = factories.make_note(session, owner, place="Room 1", service_code="90847", done="Paced listening",
                               assessment="They heard each other.")  # fmt: skip
    assert answered(couple)["D2"] == "no"
    note_actions.set_objective(note, objective, by=owner, version=note.version, step="further")
    note_actions.sign_note(note, by=owner, version=note.version)
    assert {code: said for code, said in answered(couple).items() if code.startswith("D")} == {
        "D1": "yes", "D2": "yes", "D3": "yes", "D4": "yes", "D5": "yes", "D6": "n/a",
    }  # fmt: skip


def test_an_addendum_tells_what_the_note_does_not(couple, owner):
    owner.credentials = "LMFT"
    owner.save()
    note = factories.make_note(factories.make_session(couple, owner, days=-1, state="held"), owner, signed=True)
    assert answered(couple)["D2"] == "no"
    note_actions.add_addendum(note, by=owner, text="Left out.", place="Room 1", service_code="90847")
    assert answered(couple)["D2"] == "yes"


def test_a_held_hour_without_a_note_is_named(couple, owner):
    session = factories.make_session(couple, owner, days=-1, state="held")
    found = {answer.code: answer for answer in auditor.answers(audit_facts.record_of(couple))}
    assert found["D2"].mend[0].href == reverse("note", args=[session.pk])


def test_a_supervisor_on_the_case_asks_for_supervision(couple, owner, supervisor):
    TeamMember.objects.create(case=couple, user=supervisor, role=TeamRole.SUPERVISOR)
    factories.make_note(factories.make_session(couple, owner, days=-1, state="held"), owner, signed=True)
    assert (answered(couple)["C11"], answered(couple)["D6"]) == ("no", "no")


def test_a_raised_risk_asks_for_a_safety_plan(couple, owner):
    factories.make_note(factories.make_session(couple, owner, days=-1, state="held"), owner, signed=True,
                        risk_level="high", risk_basis="Said so.", risk_action="Called.")  # fmt: skip
    assert answered(couple)["B6"] == "no"


def test_a_suicide_flag_that_stands_asks_for_a_safety_plan(couple, owner):
    factories.settle_safety(couple, owner, "concern", "suicide")
    assert answered(couple)["B6"] == "no"
    factories.settle_safety(couple, owner, "clear", "suicide")
    assert answered(couple)["B6"] == "n/a"


def test_it_prints_as_it_stands(signed_in, couple, owner):
    signed_in(owner).post(reverse("case_audit_print", args=[couple.pk]))
    kept = Printout.objects.get()
    text = "".join(pages_of(bytes(kept.printed.pdf)))
    assert (kept.kind, kept.audience) == ("audit", "clinician")
    assert squeezed("C9. Is the plan signed and dated by each client") in text and squeezed("of 12 answered") in text


def test_as_many_queries_for_one_hour_as_for_three(couple, owner, django_assert_num_queries):
    for days in ((-1,), (-2, -3)):
        for day in days:
            factories.make_note(factories.make_session(couple, owner, days=day, state="held"), owner, signed=True)
        with django_assert_num_queries(QUERIES):
            audit_facts.record_of(couple)


QUERIES = 11
