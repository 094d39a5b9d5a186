"""Consents: what each needs, when it stands, what stops with it, and that nobody signs for somebody else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.cases import actions, clearance, consent_actions, consent_papers, consents
from planner.cases.actions import Refused
from planner.cases.clearance import Doing
from planner.cases.models import (
    Consent,
    ConsentKind,
    ConsentState,
    ContactWay,
    SignatureWay,
    SignerRole,
    Stance,
)
from planner.practice.models import TrailEntry
from planner.sheets.options import Options
from planner.sheets.reading import grade
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
LIST_QUERIES = 12
TOLD = {
    "what": "What we speak about in our sessions.", "purpose": "To plan together.", "discloser": "Harbour practice",
    "ends_when": "therapy ends",
}  # fmt: skip


@pytest.fixture
def maya(couple):
    return couple.participants.all()[0].person


@pytest.fixture
def ruben(couple):
    return couple.participants.all()[1].person


def draw(case, by, person, kind, **given):
    return consent_actions.draw_up(by=by, case=case, person=person, kind=kind, **given)


def signed(consent, by, role=SignerRole.CLIENT, stance=Stance.AGREES, **given):
    way = {"way": SignatureWay.PAPER, "name": consent.person.name, **given}
    consent_actions.sign(by=by, consent=consent, role=role, stance=stance, **way)
    consent.refresh_from_db()
    return consent


def shared(case, by, person, reader, **given):
    return signed(draw(case, by, person, "sharing", to_person=reader, **{"about_use": True, **TOLD, **given}), by)


def sentences(verdict):
    return [reason.sentence for reason in verdict.blocked]


@pytest.mark.parametrize("missing", ["what", "to_person", "discloser", "purpose", "ends_when"])
@pytest.mark.parametrize("part2", ["unknown", "yes"])
def test_sharing_needs_each_element_where_part2_holds_or_is_not_known(couple, owner, ruben, maya, part2, missing):
    couple.part2 = part2
    given = {**TOLD, "to_person": maya}
    given.pop(missing)
    with pytest.raises(Refused) as refused:
        draw(couple, owner, ruben, "sharing", **given)
    assert refused.value.field == {"ends_when": "expires_on"}.get(missing, missing)
    assert not Consent.objects.exists()


def test_sharing_outside_part2_names_only_what_and_whom(couple, owner, ruben, maya):
    couple.part2 = "no"
    consent = draw(couple, owner, ruben, "sharing", to_person=maya, what="What we speak about.")
    assert not consent.part2


@pytest.mark.parametrize("missing", ["what", "recipient", "discloser", "purpose", "ends_when"])
@pytest.mark.parametrize("part2", ["unknown", "yes", "no"])
def test_a_release_needs_each_element_always(couple, owner, ruben, part2, missing):
    couple.part2 = part2
    given = {**TOLD, "recipient": "Dr. Ito"}
    given.pop(missing)
    with pytest.raises(Refused):
        draw(couple, owner, ruben, "release", **given)


def test_the_form_says_every_element(couple, owner, ruben):
    consent = draw(couple, owner, ruben, "release", recipient="Dr. Ito, 4 Quay Street", **TOLD)
    for said in ("Ruben", "Harbour practice", "Dr. Ito, 4 Quay Street", TOLD["what"], TOLD["purpose"], "therapy ends"):
        assert said in consent.text
    assert "I can take this back at any time" in consent.text
    assert "42 CFR part 2 prohibits unauthorized use or disclosure of these records." in consent.text


def test_the_notice_is_the_one_in_force():
    """Older public copies say "prohibits unauthorized disclosure"."""
    assert consent_papers.PART2_NOTICE == ("42 CFR part 2 prohibits unauthorized use or disclosure of these records.")


def test_a_consent_stands_once_it_is_signed(couple, owner, ruben, maya):
    consent = draw(couple, owner, ruben, "sharing", to_person=maya, about_use=True, **TOLD)
    assert (consent.state, consents.standing(couple, ruben, "sharing", to=maya)) == (ConsentState.WAITING, None)
    signed(consent, owner)
    assert consent.state == ConsentState.STANDING
    assert consents.standing(couple, ruben, "sharing", to=maya, about_use=True) == consent
    assert consents.standing(couple, maya, "sharing", to=ruben) is None


def test_a_declined_consent_does_not_stand(couple, owner, ruben, maya):
    consent = draw(couple, owner, ruben, "sharing", to_person=maya, **TOLD)
    signed(consent, owner, stance=Stance.REFUSES, way=SignatureWay.NONE, reason="Not now.")
    assert consent.state == ConsentState.DECLINED
    assert consents.standing(couple, ruben, "sharing") is None
    with pytest.raises(Refused):
        signed(consent, owner)


@pytest.mark.parametrize(("days", "stands"), [(-1, False), (0, True), (1, True)])
def test_the_last_day_is_included(couple, owner, ruben, days, stands):
    consent = signed(draw(couple, owner, ruben, "contact", ways=["call"]), owner, signed_on=TODAY() - timedelta(days=9))
    Consent.objects.filter(pk=consent.pk).update(expires_on=TODAY() + timedelta(days=days))
    consent.refresh_from_db()
    assert (consent.state == ConsentState.STANDING) is stands
    assert (consents.standing(couple, ruben, "contact") is not None) is stands
    assert (consents.standing(couple, ruben, "contact", way="call") is not None) is stands


def test_a_withdrawn_consent_stops_today(couple, owner, ruben, maya):
    consent = shared(couple, owner, ruben, maya)
    assert consents.may_see_use(couple, ruben, maya)
    consent_actions.withdraw(by=owner, consent=consent, how="On the phone.")
    assert not consents.may_see_use(couple, ruben, maya)
    with pytest.raises(Refused):
        consent_actions.withdraw(by=owner, consent=consent)


@pytest.mark.parametrize("days", [1, -400])
def test_a_withdrawal_has_a_day_that_can_be(couple, owner, ruben, maya, days):
    day = TODAY() + timedelta(days=days)
    with pytest.raises(Refused):
        consent_actions.withdraw(by=owner, consent=shared(couple, owner, ruben, maya), on=day)


def test_contact_is_for_the_ways_that_were_named(couple, owner, ruben):
    signed(draw(couple, owner, ruben, "contact", ways=["call", "post"]), owner)
    allowed = {way for way in ContactWay.values if consents.standing(couple, ruben, "contact", way=way)}
    assert allowed == {"call", "post"}


def test_a_minors_consent_stands_by_the_guardians_signature(owner):
    family = factories.make_case(owner, "family", ("Ana", "Leo", "Mia"))
    child = family.participants.get(role="child").person
    consent = signed(draw(family, owner, child, "treatment"), owner)
    assert consent.state == ConsentState.WAITING  # the child's own yes is assent
    assert signed(consent, owner, role=SignerRole.GUARDIAN, name="Ana").state == ConsentState.STANDING


def test_a_release_waits_for_every_adult_by_name(owner):
    family = factories.make_case(owner, "family", ("Ana", "Leo", "Mia"))
    ana, leo = (place.person for place in list(family.participants.all())[:2])
    assert consents.missing_for_release(family, "Dr. Ito") == [ana, leo]
    signed(draw(family, owner, ana, "release", recipient="Dr. Ito", **TOLD), owner)
    assert consents.missing_for_release(family, " dr. ito") == [leo]
    assert consents.missing_for_release(family, "Somebody else") == [ana, leo]
    signed(draw(family, owner, leo, "release", recipient="Dr. Ito", **TOLD), owner)
    assert consents.missing_for_release(family, "Dr. Ito") == []


def test_whoever_left_the_case_still_has_to_sign_for_a_release(couple, owner, maya):
    couple.participants.filter(person=maya).update(left_on=TODAY())
    assert maya in consents.missing_for_release(couple, "Dr. Ito")


# What depends on them


@pytest.fixture
def settled(couple, owner):
    factories.settle_safety(couple, owner)
    return couple


def test_use_content_for_the_partner_needs_the_consent_that_names_them(settled, owner, ruben, maya):
    filled = clearance.look(settled, ["joint-relapse-plan"], doing=Doing.FILLED)
    assert sentences(filled) == ["Ruben has not signed yet that what concerns use may be shared with Maya."]
    shared(settled, owner, ruben, maya, about_use=False)
    assert sentences(clearance.look(settled, ["joint-relapse-plan"], doing=Doing.FILLED)) == sentences(filled)
    shared(settled, owner, maya, ruben)
    assert not clearance.look(settled, ["joint-relapse-plan"], doing=Doing.FILLED).open
    shared(settled, owner, ruben, maya)
    assert clearance.look(settled, ["joint-relapse-plan"], doing=Doing.FILLED).open


def test_a_blank_sheet_tells_nothing_yet_and_only_warns(settled):
    verdict = clearance.look(settled, ["joint-relapse-plan"])
    assert verdict.open
    assert [reason.flag for reason in verdict.warnings] == [clearance.CONSENT]


def test_a_sheet_without_use_needs_no_such_consent(settled):
    assert clearance.look(settled, ["joint-task"], doing=Doing.FILLED).open


def test_a_case_outside_part2_needs_no_such_consent(settled):
    settled.part2 = "no"
    assert clearance.look(settled, ["joint-relapse-plan"], doing=Doing.FILLED).open


def test_whoever_reads_alone_needs_no_consent_of_the_other(settled):
    alone = list(settled.participants.all())[1:]
    assert clearance.look(settled, ["joint-relapse-plan"], readers=alone, doing=Doing.FILLED).open


def test_a_withdrawn_sharing_stops_every_shared_view(settled, owner, ruben, maya):
    consent_actions.withdraw(by=owner, consent=shared(settled, owner, maya, ruben))
    said = ["Maya does not consent, or no longer consents, to sharing with Ruben."]
    assert sentences(clearance.look(settled, ["joint-task"], doing=Doing.FILLED)) == said
    assert clearance.look(settled, ["joint-task"]).open
    shared(settled, owner, maya, ruben)
    assert clearance.look(settled, ["joint-task"], doing=Doing.FILLED).open


def test_a_withdrawn_treatment_stops_giving_to_that_person_alone(settled, owner, maya, ruben):
    assert clearance.look(settled, []).open  # none on file here: the practice may keep it elsewhere
    consent_actions.withdraw(by=owner, consent=signed(draw(settled, owner, maya, "treatment"), owner))
    partner, other = settled.participants.all()
    assert not clearance.look(settled, [], readers=[partner]).open
    assert clearance.look(settled, [], readers=[other]).open


def test_a_consent_cannot_be_overridden_by_a_written_reason(settled, owner):
    with pytest.raises(Refused):
        actions.override_gate(
            by=owner, case=settled, gate="joint-relapse-plan", reason="We spoke of it at length and both agreed to it."
        )
    assert not clearance.look(settled, ["joint-relapse-plan"], doing=Doing.FILLED).open


@pytest.mark.parametrize("names", [("Maya", "Ruben"), ("Maya", "Ruben", "Lee")])
def test_the_look_is_six_queries_at_most(owner, names, django_assert_max_num_queries):
    case = factories.make_case(owner, "family", names)
    factories.settle_safety(case, owner)
    with django_assert_max_num_queries(6):
        clearance.look(case, ["joint-relapse-plan", "joint-task"], doing=Doing.FILLED)


def test_running_out_leaves_renewed_ones_out(couple, owner, ruben, maya):
    soon = TODAY() + timedelta(days=5)
    old = signed(draw(couple, owner, ruben, "contact", ways=["call"], expires_on=soon), owner)
    signed(draw(couple, owner, maya, "contact", ways=["call"], expires_on=soon + timedelta(days=90)), owner)
    assert consents.running_out([couple.pk]) == [old]
    signed(draw(couple, owner, ruben, "contact", ways=["call"]), owner)
    assert consents.running_out([couple.pk]) == []


def test_the_form_is_printed_once_and_stays_the_same(couple, owner, ruben):
    consent = draw(couple, owner, ruben, "treatment")
    consent_actions.print_form(by=owner, consent=consent, case=couple, options=Options(fill="lines"))
    first = bytes(consent.printed.pdf)
    again = Consent.objects.select_related("person", "printed").get(pk=consent.pk)
    consent_actions.print_form(by=owner, consent=again, case=couple, options=Options(size=18))
    assert bytes(again.printed.pdf) == first


def test_the_trail_has_facts_and_no_text(couple, owner, ruben, maya):
    consent = shared(couple, owner, ruben, maya, what="CANARYWHAT")
    consent_actions.withdraw(by=owner, consent=consent, how="CANARYHOW")
    lines = TrailEntry.objects.filter(what="consent")
    assert [line.verb for line in lines.order_by("pk")] == ["drew up", "signed", "withdrew"]
    assert not any("CANARY" in str(line.detail) or "Maya" in str(line.detail) for line in lines)


@pytest.mark.parametrize("kind", ConsentKind.values)
def test_every_form_reads_easily(couple, owner, ruben, maya, kind):
    given = {**TOLD, "to_person": maya} if kind == "sharing" else {**TOLD, "recipient": "Dr. Ito"}
    consent = draw(couple, owner, ruben, kind, ways=["call"], **given)
    consent.text = consent.text.replace(consent_papers.PART2_NOTICE, "")  # the law's own words
    assert grade([part.text for part in consent_papers.parts_of(consent.text)]).worst <= 8


# Pages


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


def at(name, *things):
    return reverse(name, args=[getattr(thing, "pk", thing) for thing in things])


def test_draw_up_sign_and_take_back_on_the_pages(page, couple, ruben, maya):
    form = {"person": ruben.pk, "to_person": maya.pk, "about_use": "on", **TOLD}
    response = page.post(at("consent_new", couple, "sharing"), form)
    consent = Consent.objects.get()
    assert response.headers["Location"] == at("consent", consent)
    assert consent.about_use and consent.part2
    page.post(at("consent_sign", consent), {"client-way": "typed", "client-typed": "Ruben"})
    consent.refresh_from_db()
    assert (consent.state, consent.signatures.get().sha256) == (ConsentState.STANDING, consent.sha256)
    assert "Ruben" in page.get(at("consent", consent)).content.decode()
    page.post(at("consent_withdraw", consent), {"on": TODAY().isoformat(), "how": "Said so."})
    consent.refresh_from_db()
    assert consent.state == ConsentState.WITHDRAWN


def test_what_is_missing_stands_beside_its_field_and_nothing_typed_is_lost(page, couple, ruben, maya):
    response = page.post(at("consent_new", couple, "release"), {"person": ruben.pk, "what": "Typed already"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"recipient", "purpose", "discloser", "expires_on"}
    assert "Typed already" in response.content.decode()
    assert not Consent.objects.exists()


def test_declining_needs_its_reason_and_is_kept(page, couple, owner, ruben):
    consent = draw(couple, owner, ruben, "treatment")
    assert page.post(at("consent_sign", consent), {"client-way": "none"}).status_code == 422
    page.post(at("consent_sign", consent), {"client-way": "none", "client-reason": "Wants to think."})
    consent.refresh_from_db()
    assert consent.state == ConsentState.DECLINED


def test_a_double_click_draws_up_one(page, couple, ruben):
    form = {"person": ruben.pk, "ways": ["call"], "once": "one-time"}
    for _click in range(2):
        page.post(at("consent_new", couple, "contact"), form)
    assert Consent.objects.count() == 1


def test_the_form_opens_under_a_name_that_tells_nothing(page, couple, owner, ruben):
    consent = draw(couple, owner, ruben, "treatment")
    response = page.post(at("consent_print", consent), follow=True)
    assert response.headers["Content-Disposition"] == f'inline; filename="form-{consent.pk}.pdf"'
    assert response.content.startswith(b"%PDF")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_whatever_its_length(page, couple, owner, ruben, rows, django_assert_num_queries):
    for _row in range(rows):
        draw(couple, owner, ruben, "contact", ways=["call"])
    page.get(at("case_consents", couple))
    with django_assert_num_queries(LIST_QUERIES):
        page.get(at("case_consents", couple))


def test_the_chart_says_what_was_agreed(page, couple):
    page.post(
        at("case_edit", couple),
        {"kind": "couple", "phase": "skill-building", "secrets_policy": "limited", "past_use_talk": "check-in",
         "part2": "no", "version": 1},
    )  # fmt: skip
    couple.refresh_from_db()
    assert (couple.secrets_policy, couple.past_use_talk, couple.part2) == ("limited", "check-in", "no")
    shown = page.get(at("case", couple)).content.decode()
    assert "At the scheduled check-in" in shown and "Limited: told alone stays apart" in shown
