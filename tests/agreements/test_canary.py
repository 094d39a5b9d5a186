"""What is for one person, or for the clinician, never reaches anybody else: a telling word in every part of every kind
of case, looked for on each paper, in each file name, in what is suggested and in what search finds."""

from __future__ import annotations

import pytest
from django.db import models
from django.urls import reverse
from django.utils import timezone

from planner.agreements import actions, prefill, reading
from planner.agreements.models import Agreement, AgreementVersion, PaperCopy, Reentry
from planner.sheets import known, press
from planner.sheets.options import Options
from tests import factories
from tests.agreements import make
from tests.test_papers import pages_of

pytestmark = pytest.mark.django_db
CASES = {"individual": ("Sam",), "couple": ("Maya", "Ruben"), "family": ("Maya", "Ruben", "Lee")}
BLOCKS = [
    {"short": {"id": "word", "label": "One word"}},
    {"lines": {"id": "told", "label": "What is it like?", "lines": 3}},
    {"table": {"id": "grid", "label": "Who helps?", "columns": ["Who", "When"], "rows": 1}},
    {"if_then": {"id": "moves", "label": "First moves", "rows": 1}},
    {"contacts": {"id": "people", "label": "People", "rows": 1}},
    {"checklist": {"id": "ticks", "label": "Signs", "options": ["Short sleep", "Few meals"], "own_line": True}},
    {"lines": {"id": "alone", "label": "For you alone", "lines": 2, "audience": "person"}},
]


def own_word(person) -> str:
    return f"CANARY{person.name.upper()}"


@pytest.fixture(params=CASES)
def case(request, owner):
    """Every person has an own part with their word in every field; an older version, a copy and a page for the
    clinician say it too; a joint page, where there can be one, holds JOINTWORD."""
    made = factories.make_case(owner, request.param, CASES[request.param])
    factories.settle_safety(made, owner)
    for place in made.participants.select_related("person"):
        agreement = make.begun(made, owner, person=place.person, blocks=BLOCKS)
        _fill(agreement, own_word(place.person))
        make.adopt(agreement, owner)
        make.renewed(agreement, owner, word=own_word(place.person) + "2")
        actions.add_copy(by=owner, version=agreement.versions.last(), where=f"{own_word(place.person)}PLACE")
        Agreement.objects.filter(pk=agreement.pk).update(ended_why=f"{own_word(place.person)}WHY")
    if len(CASES[request.param]) > 1:
        joint = make.begun(made, owner, blocks=BLOCKS)
        _fill(joint, "JOINTWORD")
        make.adopt(joint, owner)
    return made


def _fill(agreement, word: str) -> None:
    """The word in every field of the whole sheet, also in those that a joint page does not have."""
    draft = agreement.versions.select_related("edition").get(adopted_on=None)
    specs = [spec for block in draft.edition.blocks for spec in block.fields()]
    draft.answers = {spec.name: "on" if spec.kind == "check" else f"{word}{n}" for n, spec in enumerate(specs)}
    draft.save()


def versions_of(case):
    return AgreementVersion.objects.filter(agreement__case=case).select_related(
        "agreement__case__practice", "agreement__person", "agreement__worksheet", "edition__worksheet"
    )


def strange(case, version) -> list[str]:
    """The words that this version's readers may not see."""
    mine = version.agreement.person
    return [own_word(place.person) for place in case.participants.select_related("person") if place.person != mine]


def test_no_paper_and_no_file_name_holds_another_persons_word(case):
    for version in versions_of(case):
        paper = actions.paper_of(version, options=Options(), real=False)
        rendering = press.render(paper)
        said = "".join(pages_of(rendering.pdf)) + press.file_name(paper) + press.page_html(paper)
        assert [word for word in strange(case, version) if word in said] == []
        expected = own_word(version.agreement.person) if version.agreement.person else "JOINTWORD"
        assert expected in said  # so that the line above can fail


def test_a_joint_page_leaves_out_what_only_its_writer_may_read(case):
    for version in versions_of(case):
        asked = [one.asked for one in reading.answers_of(version)]
        assert ("For you alone" in asked) == (version.agreement.audience == "person")


def test_what_is_suggested_to_one_comes_from_that_one_alone(case):
    slugs = set(Agreement.objects.filter(case=case).values_list("worksheet__slug", flat=True))
    for place in case.participants.select_related("person"):
        found = known.latest(case.pk, place.person_id, slugs)
        said = str([one.values for one in found.values()])
        others = [own_word(other.person) for other in case.participants.select_related("person") if other != place]
        assert own_word(place.person) in said
        assert [word for word in [*others, "JOINTWORD"] if word in said] == []
    assert prefill.suggested(case.pk, None, "what-we-agreed") == ({}, [])


def test_no_address_no_list_and_no_search_tells_it(case, signed_in, owner):
    """The lists show that a page exists, never what it says; only its own page does, to the clinician."""
    Agreement.objects.filter(case=case).update(review_on=timezone.localdate())
    client = signed_in(owner)
    lists = [reverse("today"), reverse("case", args=[case.pk]), reverse("search") + "?q=zebra", reverse("caseload"),
             reverse("timeline", args=[case.pk])]  # fmt: skip
    for address in lists:
        assert "CANARY" not in client.get(address).content.decode(), address
    found = client.get(reverse("search") + "?q=CANARY").content.decode()
    assert not any(own_word(place.person) in found for place in case.participants.select_related("person"))
    own = Agreement.objects.filter(case=case, audience="person").first()
    assert own_word(own.person) in client.get(reverse("agreement", args=[own.pk])).content.decode()


#: Every free text of this room. The tests above fill in each that somebody writes; the others hold ids and days alone.
TEXTS = {
    (Agreement, "ended_why"), (AgreementVersion, "answers"), (AgreementVersion, "reason"), (PaperCopy, "where"),
    (AgreementVersion, "people"), (Reentry, "done"),
}  # fmt: skip


def test_no_text_of_this_room_is_left_out():
    """A new text field asks for its line."""
    found = {
        (model, field.name)
        for model in (Agreement, AgreementVersion, PaperCopy, Reentry)
        for field in model._meta.concrete_fields
        if isinstance(field, (models.TextField, models.JSONField))
        or (isinstance(field, models.CharField) and field.max_length > 100)
    }
    assert found == TEXTS
