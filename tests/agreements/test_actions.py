"""Living documents: begun from the library, adopted, renewed, signed, replaced; each term free for each person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from planner.agreements import actions, reading
from planner.agreements.kinds import KINDS, places
from planner.agreements.models import Agreement, AgreementVersion, PaperCopy
from planner.base.models import Stale
from planner.cases import consent_actions
from planner.cases.actions import Stopped
from planner.cases.models import Person
from planner.practice.models import TrailEntry
from tests import factories
from tests.agreements import make
from tests.agreements.conftest import begun, consented, filled

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
YES, OTHER_YES = "agreed-{}-yes", "agreed-{}-yes-2"


@pytest.fixture
def together(settled, owner, maya, ruben):
    """What the two want to try, begun: they may, since Ruben said that Maya may know."""
    consented(settled, owner, ruben, maya)
    return begun(settled, owner, "prevention", "what-we-agreed")


def test_every_kind_has_its_parts_in_the_library(library, owner):
    for kind in ("individual", "couple", "family"):
        case = factories.make_case(owner, kind, ("Maya", "Ruben", "Lee")[: 3 if kind == "family" else 2])
        for name, wanted in KINDS.items():
            found = places(case, wanted)
            assert {place.part.slug for place in found} <= {part.slug for part in wanted.parts}
            if kind != "individual":
                assert found, name


def test_a_joint_page_is_one_and_a_private_part_is_each_ones(settled, owner, maya, ruben):
    found = places(settled, KINDS["prevention"])
    assert [(place.part.slug, place.audience, place.participant) for place in found] == [
        ("my-steady-plan", "person", ruben),
        ("my-part", "person", maya),
        ("what-we-agreed", "case", None),
        ("first-moves-card", "person", ruben),
    ]


def test_in_an_individual_case_there_is_nothing_together(library, owner):
    alone = factories.make_case(owner, "individual", ("Sam",))
    for kind in KINDS.values():
        assert all(place.audience != "case" for place in places(alone, kind))


def test_a_joint_page_about_use_waits_for_the_consent(settled, owner, maya, ruben):
    with pytest.raises(Stopped) as stopped:
        begun(settled, owner, "prevention", "what-we-agreed")
    assert "Ruben has not signed yet that what concerns use may be shared with Maya." in str(stopped.value)
    assert not Agreement.objects.exists()
    consented(settled, owner, ruben, maya)
    assert begun(settled, owner, "prevention", "what-we-agreed")


def test_ones_own_part_needs_no_consent_of_the_other(settled, owner, maya, ruben):
    assert begun(settled, owner, "prevention", "my-steady-plan", ruben)
    assert begun(settled, owner, "prevention", "my-part", maya)


def test_safety_not_asked_shuts_the_joint_page(library, couple, owner):
    with pytest.raises(Stopped):
        begun(couple, owner, "boundary", "our-limits")


def test_there_is_one_of_each(settled, owner, ruben):
    begun(settled, owner, "prevention", "my-steady-plan", ruben)
    with pytest.raises(actions.Refused):
        begun(settled, owner, "prevention", "my-steady-plan", ruben)
    assert Agreement.objects.count() == 1


def test_adopting_freezes_a_version_with_its_hash_and_its_review_day(settled, owner, ruben):
    version = filled(begun(settled, owner, "prevention", "my-steady-plan", ruben), owner, worked="I left at nine.")
    assert (version.number, version.adopted_on, version.sha256) == (1, TODAY(), actions.digest(version))
    version.agreement.refresh_from_db()
    assert version.agreement.review_on == TODAY() + timedelta(days=90)
    with pytest.raises(actions.Refused):
        actions.save_answers(by=owner, draft=version, version=version.version, values={"worked": "Other"})


def test_an_empty_page_is_not_adopted(settled, owner, ruben):
    agreement = begun(settled, owner, "prevention", "my-steady-plan", ruben)
    draft = agreement.versions.get()
    with pytest.raises(actions.Refused):
        actions.adopt(by=owner, draft=draft, version=draft.version)


def test_a_second_version_says_why_and_keeps_the_first(settled, owner, ruben):
    first = filled(begun(settled, owner, "prevention", "my-steady-plan", ruben), owner, worked="I left at nine.")
    second = actions.renew(by=owner, agreement=first.agreement)
    assert second.answers == first.answers
    with pytest.raises(actions.Refused) as refused:
        actions.adopt(by=owner, draft=second, version=second.version)
    assert refused.value.field == "reason"
    actions.adopt(by=owner, draft=second, version=second.version, reason="A new trigger.")
    assert [(one.number, one.reason) for one in first.agreement.versions.order_by("number")] == [
        (1, ""), (2, "A new trigger."),
    ]  # fmt: skip
    assert actions.renew(by=owner, agreement=first.agreement).number == 3
    assert actions.renew(by=owner, agreement=first.agreement).number == 3  # the draft that is there


def test_somebody_else_saved_meanwhile(settled, owner, ruben):
    draft = begun(settled, owner, "prevention", "my-steady-plan", ruben).versions.get()
    other = AgreementVersion.objects.get(pk=draft.pk)
    actions.save_answers(by=owner, draft=draft, version=1, values={"worked": "Mine"})
    with pytest.raises(Stale):
        actions.save_answers(by=owner, draft=other, version=1, values={"worked": "Theirs"})


def test_a_term_that_one_person_declines_is_not_in_force(together, owner):
    version = filled(
        together, owner, **{YES.format(1): "on", OTHER_YES.format(1): "on", YES.format(2): "on"},
    )  # fmt: skip
    terms = reading.terms_of(version)
    assert [(term.said, term.in_force) for term in terms[:3]] == [
        ((("Maya", True), ("Ruben", True)), True),
        ((("Maya", True), ("Ruben", False)), False),
        ((("Maya", False), ("Ruben", False)), False),
    ]


def test_a_joint_page_holds_nothing_that_only_its_writer_may_read(together):
    sheet = reading.sheet_of(together.versions.get())
    assert all(getattr(block, "audience", "case") == "case" for block in sheet.blocks)


def test_nobodys_yes_is_carried_to_other_people(together, owner, maya, ruben):
    version = filled(together, owner, **{YES.format(1): "on", OTHER_YES.format(1): "on"})
    again = actions.renew(by=owner, agreement=version.agreement, people=[ruben, maya])
    assert not any("-yes" in name for name in again.answers)


def test_nobodys_yes_is_carried_to_other_words(clear, owner):
    agreement = make.adopted(clear, owner, pause_word="Palm up", **{YES.format(1): "on", OTHER_YES.format(1): "on"})
    sheet, was = agreement.worksheet, agreement.worksheet.current
    sheet.current = was.worksheet.editions.create(
        number=2, content={**was.content, "purpose": "Now."}, content_hash="2"
    )
    sheet.save()
    assert actions.renew(by=owner, agreement=agreement).answers == {"pause_word": "Palm up"}


def test_a_term_of_ones_own_is_in_force_without_the_other(clear, owner):
    own = {"terms": {"id": "mine", "label": "Our own lines", "own_rows": 1, "each_own": True}}
    agreement = make.adopted(clear, owner, blocks=[own], **{"mine-1-term": "Maya goes to bed at ten."})
    version = agreement.versions.get()
    assert [(term.text, term.said, term.in_force) for term in reading.terms_of(version)] == [
        ("Maya goes to bed at ten.", (), True)
    ]
    assert [(one.asked, one.said) for one in reading.answers_of(version)] == [
        ("Our own lines", "Maya goes to bed at ten")
    ]


def test_signatures_and_refusals(together, owner, maya, ruben):
    version = filled(together, owner, **{YES.format(1): "on"})
    signed = {"way": "typed", "signed_on": TODAY()}
    actions.sign(
        by=owner, version=version,
        signatures=[
            {"role": "client", "person": maya.person, "name": "Maya", "stance": "agrees", **signed},
            {"role": "client", "person": ruben.person, "name": "Ruben", "stance": "refuses", "way": "none",
             "reason": "Not yet.", "signed_on": TODAY()},
        ],
    )  # fmt: skip
    assert actions.unsigned(version) == []
    assert set(version.signatures.values_list("sha256", flat=True)) == {version.sha256}
    with pytest.raises(actions.Refused):
        actions.sign(
            by=owner, version=version, signatures=[{"role": "client", "person": maya.person, "name": "Maya", **signed}]
        )


def test_nobody_else_signs(together, owner):
    version = filled(together, owner, **{YES.format(1): "on"})
    someone = Person.objects.create(practice=owner.practice, name="Someone")
    with pytest.raises(actions.Refused):
        given = {"role": "client", "person": someone, "name": "Someone", "way": "typed", "signed_on": TODAY()}
        actions.sign(by=owner, version=version, signatures=[given])


def test_a_text_that_is_not_the_adopted_one_cannot_be_signed(together, owner, maya):
    version = filled(together, owner, **{YES.format(1): "on"})
    AgreementVersion.objects.filter(pk=version.pk).update(answers={"changed": "behind its back"})
    version.refresh_from_db()
    with pytest.raises(actions.Refused):
        given = {"role": "client", "person": maya.person, "name": "Maya", "way": "typed", "signed_on": TODAY()}
        actions.sign(by=owner, version=version, signatures=[given])


def test_a_consent_taken_back_stops_filling_printing_and_renewing(settled, owner, maya, ruben):
    consent = consented(settled, owner, ruben, maya)
    version = filled(begun(settled, owner, "prevention", "what-we-agreed"), owner, **{YES.format(1): "on"})
    assert actions.verdict_of(version).open
    consent_actions.withdraw(by=owner, consent=consent)
    assert not actions.verdict_of(version).open
    with pytest.raises(Stopped):
        actions.renew(by=owner, agreement=version.agreement)


def test_the_two_versions_beside_each_other(settled, owner, ruben):
    first = filled(begun(settled, owner, "prevention", "my-steady-plan", ruben), owner, worked="A", kind_words="Same")
    second = actions.renew(by=owner, agreement=first.agreement)
    second.agreement = first.agreement
    actions.save_answers(
        by=owner, draft=second, version=1, values={"worked": "B", "kind_words": "Same", "kept_dates": "New"}
    )
    rows = {row.label: (row.state, row.left, row.right) for row in reading.beside(first, second)}
    assert sorted(state for state, _left, _right in rows.values()) == ["added", "changed", "same"]
    assert ("changed", (("", "A"),), (("", "B"),)) in rows.values()


def test_a_new_version_lists_the_copies_to_replace(settled, owner, ruben):
    first = filled(begun(settled, owner, "prevention", "my-steady-plan", ruben), owner, worked="A")
    copy = actions.add_copy(by=owner, version=first, where="Fridge door")
    assert list(PaperCopy.objects.to_replace()) == []
    actions.renew(by=owner, agreement=first.agreement)
    assert list(PaperCopy.objects.to_replace()) == []  # a draft replaces nothing
    filled(first.agreement, owner, worked="B")
    assert list(PaperCopy.objects.to_replace()) == [copy]
    actions.copy_replaced(by=owner, copy=copy)
    assert list(PaperCopy.objects.to_replace()) == []


def test_the_review_day_comes_and_is_put_off_by_looking(settled, owner, ruben):
    version = filled(begun(settled, owner, "prevention", "my-steady-plan", ruben), owner, worked="A")
    assert list(Agreement.objects.due()) == []
    assert list(Agreement.objects.due(TODAY() + timedelta(days=90))) == [version.agreement]
    actions.looked_at(by=owner, agreement=version.agreement, review_on=TODAY() + timedelta(days=200))
    assert list(Agreement.objects.due(TODAY() + timedelta(days=90))) == []
    for day in (TODAY(), TODAY() + timedelta(days=900)):
        with pytest.raises(actions.Refused):
            actions.looked_at(by=owner, agreement=version.agreement, review_on=day)


def test_ending_asks_for_nothing_any_more(settled, owner, ruben):
    version = filled(begun(settled, owner, "prevention", "my-steady-plan", ruben), owner, worked="A")
    agreement = Agreement.objects.get(pk=version.agreement_id)
    actions.end(by=owner, agreement=agreement, version=agreement.version, why="Moved on.")
    assert list(Agreement.objects.due(TODAY() + timedelta(days=900))) == []
    assert begun(settled, owner, "prevention", "my-steady-plan", ruben)


def test_a_draft_put_away_leaves_what_was_adopted(settled, owner, ruben):
    version = filled(begun(settled, owner, "prevention", "my-steady-plan", ruben), owner, worked="A")
    actions.drop_draft(by=owner, draft=actions.renew(by=owner, agreement=version.agreement))
    assert list(version.agreement.versions.all()) == [version]
    with pytest.raises(actions.Refused):
        actions.drop_draft(by=owner, draft=version)


def test_the_trail_has_facts_and_no_text(together, owner):
    filled(together, owner, together="CANARYTEXT", **{"together-1-1": "CANARYTEXT"})
    said = [str(line.detail) for line in TrailEntry.objects.filter(what="agreement")]
    assert said and not any("CANARY" in one or "Maya" in one for one in said)
