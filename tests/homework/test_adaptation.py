"""A worksheet adapted for one person: the master stays, the person's print follows."""

import re

import pytest
from django.urls import reverse

from planner.homework import adapting
from planner.homework.models import Adaptation
from planner.library.models import Worksheet
from planner.practice.models import TrailEntry
from planner.sessions import papers
from planner.sessions.models import AgendaItem, Handout
from planner.sheets import press
from planner.sheets.options import Options
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(db):
    return factories.make_intervention("steady-talk").worksheets.get()


@pytest.fixture
def maya(couple):
    return couple.participants.select_related("person").get(person__name="Maya")


@pytest.fixture
def ruben(couple):
    return couple.participants.select_related("person").get(person__name="Ruben")


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


def address(case, participant, sheet, name="adaptation"):
    return reverse(name, args=[case.pk, participant.pk, sheet.pk])


#: Maya's sheet as the page sends it unchanged: steps, one line, her wording of "hard", the scale.
SENT = {
    "version": "0", "title": "Our talk", "purpose": "A calm talk helps small hurts stay small.",
    "on.0": "on", "on.1": "on", "on.2": "on", "on.4": "on",
    "b0.items": "Sit down.\nOne talks. One listens.", "b1.label": "Our pause word",
    "b2.label": "When was it hard to feel safe?", "b2.lines": "3",
    "b4.label": "How close did you feel?", "b4.low": "far", "b4.high": "near", "b4.from": "0", "b4.to": "10",
}  # fmt: skip


def adapt(page, case, participant, sheet, **changes):
    data = {name: value for name, value in {**SENT, **changes}.items() if value is not None}
    return page.post(address(case, participant, sheet), data)


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_page_shows_the_blocks_of_this_person(page, couple, maya, sheet):
    response = page.get(address(couple, maya, sheet))
    assert [block.place for block in response.context["blocks"]] == [0, 1, 2, 4]
    shown = response.content.decode()
    ids = re.findall(r' id="([^"]+)"', shown)
    assert [one for one in ids if ids.count(one) > 1] == []
    main = shown[shown.index("<main") : shown.index("</main>")]
    controls = [tag for tag in re.findall(r"<(?:input|textarea|select)\b[^>]*>", main) if 'type="hidden"' not in tag]
    assert {re.search(r' id="([^"]+)"', tag)[1] for tag in controls} <= set(re.findall(r'for="([^"]+)"', main))


def test_sent_unchanged_nothing_differs(page, couple, maya, sheet):
    assert adapt(page, couple, maya, sheet).status_code == 302
    assert Adaptation.objects.get().content == {"blocks": {}, "prefilled": {}}


def test_wording_blanks_and_blocks_are_the_person_s_alone(page, couple, maya, ruben, sheet, owner):
    response = adapt(
        page, couple, maya, sheet, **{"b1.label": "Our word", "fill.pause_word": "Lighthouse", "on.4": None}
    )
    assert response.status_code == 302
    row = Adaptation.objects.get()
    blocks = adapting.blocks(row.edition, maya.tags, row)
    assert [block.kind for block in blocks] == ["steps", "short", "lines"]
    assert blocks[1].label == "Our word" and adapting.prefilled(row) == {"pause_word": "Lighthouse"}
    assert Worksheet.objects.get(pk=sheet.pk).current.blocks[1].label == "Our pause word"
    assert (TrailEntry.objects.last().verb, TrailEntry.objects.last().case_id) == ("adapted", couple.pk)
    assert not Adaptation.objects.filter(person=ruben.person).exists()


def test_the_person_s_handout_prints_so_and_nobody_else_s(page, couple, maya, ruben, sheet, owner):
    session = factories.make_session(couple, owner)
    item = AgendaItem.objects.create(
        session=session, position=3, kind="library", title="Talk", minutes=10, edition=sheet.intervention.current
    )
    for participant in (maya, ruben):
        Handout.objects.create(item=item, edition=sheet.current, participant=participant)
    adapt(page, couple, maya, sheet, title="Maya's talk", **{"b1.label": "Our word", "fill.pause_word": "Lighthouse"})
    attending = list(couple.participants.select_related("person"))
    copies = papers.copies_of(session, attending)
    pages = {}
    for participant in attending:
        order = papers.build(papers.person_value(participant), session, attending, copies, Options())
        pages[participant.person.name] = press.page_html(order.paper)
    assert "Our word" in pages["Maya"] and "Lighthouse" in pages["Maya"] and "Maya&#x27;s talk" in pages["Maya"]
    assert "Our pause word" in pages["Ruben"] and "Lighthouse" not in pages["Ruben"]


def test_a_new_edition_of_the_master_leaves_the_adaptation(page, couple, maya, sheet):
    adapt(page, couple, maya, sheet, **{"b1.label": "Our word"})
    content = factories.sheet_content(sheet.slug, blocks=[{"text": {"text": "All new."}}])
    sheet.current = sheet.editions.create(number=2, content=content, content_hash="new")
    sheet.save()
    shown = text(page.get(address(couple, maya, sheet)))
    assert "The library has a newer edition" in shown
    row = Adaptation.objects.get()
    assert adapting.blocks(row.edition, maya.tags, row)[1].label == "Our word"


def test_wrong_wording_is_named_and_kept(page, couple, maya, sheet):
    response = adapt(page, couple, maya, sheet, **{"b1.label": "", "b2.lines": "many"})
    assert response.status_code == 422 and not Adaptation.objects.exists()
    shown = response.content.decode()
    assert re.search(r'id="b1-label-wrong"[^>]*>This is needed\.', shown) and 'value="many"' in shown


def test_a_colleague_s_newer_adaptation_is_shown_beside_mine(page, couple, maya, sheet):
    adapt(page, couple, maya, sheet, **{"b1.label": "Theirs"})
    response = adapt(page, couple, maya, sheet, **{"b1.label": "Mine", "version": "0"})
    assert response.status_code == 409
    assert "Theirs" in text(response) and 'value="Mine"' in response.content.decode()
    assert Adaptation.objects.get().content["blocks"]["1"]["body"]["label"] == "Theirs"
    assert adapt(page, couple, maya, sheet, **{"b1.label": "Mine", "version": "1"}).status_code == 302
    assert Adaptation.objects.get().content["blocks"]["1"]["body"]["label"] == "Mine"


def test_too_much_text_is_refused(page, couple, maya, sheet):
    response = adapt(page, couple, maya, sheet, **{"b0.items": "word\n" * 300_000})
    assert response.status_code == 422 and not Adaptation.objects.exists()


def test_put_away_it_prints_as_in_the_library(page, couple, maya, sheet):
    adapt(page, couple, maya, sheet, **{"b1.label": "Our word"})
    page.post(address(couple, maya, sheet, "adaptation_remove"))
    assert not Adaptation.objects.exists()


def test_the_supervisor_reads(page, couple, maya, sheet, supervisor, signed_in):
    from planner.cases.models import TeamMember, TeamRole

    TeamMember.objects.create(case=couple, user=supervisor, role=TeamRole.SUPERVISOR)
    reader = signed_in(supervisor)
    assert reader.get(address(couple, maya, sheet)).status_code == 200
    assert reader.post(address(couple, maya, sheet), SENT).status_code == 403


def test_a_person_of_another_case_is_none(page, couple, sheet, owner):
    other = factories.make_case(owner, names=("Ada", "Ben")).participants.first()
    assert page.get(address(couple, other, sheet)).status_code == 404
