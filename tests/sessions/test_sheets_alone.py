"""A sheet with gates of its own: open while its intervention waits, shut while its intervention is open. What is open
can be handed out, put into the hour and given as homework; what is shut goes through nowhere."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from planner.cases import actions as case_actions
from planner.cases import gates
from planner.cases.models import CaseKind, FlagKind
from planner.homework import actions as homework
from planner.library.models import SessionTemplate, Worksheet
from planner.practice.models import TrailEntry
from planner.sessions import actions, note_facts, page, papers, past, pathways
from planner.sessions.models import AgendaItem, Done, ItemKind, Session, SessionState
from planner.sheets import press
from planner.sheets.options import Options
from tests import factories
from tests.pages import opened

pytestmark = pytest.mark.django_db
NOT_YET = "Ask Maya alone about safety first. Not yet asked."
FITS = {"for_whom": ["couple", "individual"]}


def entry(slug, own, sheet_gates=None):
    """An intervention behind the gates `own` with one sheet; its `sheet_gates`, None: those of its entry."""
    more = {} if sheet_gates is None else {"gates": list(sheet_gates)}
    return factories.make_intervention(slug, gates=list(own), sheet={"title": "When to get help", **more}, **FITS)


def sheet_of(made):
    return Worksheet.objects.select_related("current", "intervention__current").get(intervention=made)


def add_alone(session, made, by):
    return actions.add_sheet_item(session, sheet_of(made), by=by, version=session.version)


@pytest.fixture
def waits(db):
    """A gated entry whose sheet is open: when to get medical help."""
    return entry("joint-talk", ["joint-task"], [])


@pytest.fixture
def session(couple, owner):
    return factories.make_session(couple, owner)


def planner(owner, session):
    return page.Plan(session, owner)


def shown(client, session, **asked):
    address = f"{reverse('session_plan', args=[session.pk])}?{urlencode(asked)}"
    return " ".join(opened(client, address).split())


# What is open while its entry waits


def test_the_open_sheet_of_a_shut_entry_stands_on_the_agenda_alone(session, owner, waits):
    with pytest.raises(actions.GateShut):
        actions.add_library_item(session, waits, by=owner, version=1)
    item = add_alone(session, waits, owner)
    assert (item.kind, item.title, item.minutes, item.edition, item.gates) == (
        ItemKind.WORKSHEET, "When to get help", 5, None, [],
    )  # fmt: skip
    given = [(row.participant.person.name, row.wanted) for row in item.handouts.order_by("pk")]
    assert given == [("Maya", True), ("Ruben", True)]
    assert TrailEntry.objects.latest("pk").detail == {"item": item.pk, "sheet": "joint-talk-sheet", "edition": 1}


def test_the_sheet_is_printed_and_no_word_of_the_screening_with_it(session, owner, waits):
    add_alone(session, waits, owner)
    attending = actions.attending_of(session)
    order = papers.build(papers.PACKET, session, attending, papers.copies_of(session, attending), Options())
    assert order.gates == frozenset() and actions.look_at_print(session, order, attending).open
    html = press.page_html(order.paper)
    assert "When to get help" in html
    wild = [NOT_YET, "Not yet asked", "safety first", "violence", *map(str, gates.LABELS.values())]
    assert [word for word in wild if word in html] == []


def test_the_agenda_paper_names_the_sheet_without_the_steps_of_its_entry(session, owner, waits):
    add_alone(session, waits, owner)
    attending = actions.attending_of(session)
    html = press.page_html(papers.build(papers.AGENDA, session, attending, [], Options()).paper)
    assert "When to get help" in html and "Frame it" not in html


def test_the_same_sheet_is_not_put_there_twice(session, owner, couple, waits):
    first = add_alone(session, waits, owner)
    assert add_alone(session, waits, owner) == first
    factories.settle_safety(couple, owner)
    other = factories.make_session(couple, owner, days=2)
    whole = actions.add_library_item(other, waits, by=owner, version=1)
    assert add_alone(other, waits, owner) == whole


def test_a_sheet_alone_does_not_count_as_the_work_itself(session, owner, couple, waits):
    add_alone(session, waits, owner)
    plan = planner(owner, session)
    assert {item.entry for item in plan.items} == {None}
    Session.objects.filter(pk=session.pk).update(state=SessionState.HELD, starts_at=timezone.now() - timedelta(days=1))
    session.items.update(done=Done.DONE)
    assert past.of(factories.make_session(couple, owner)).done == frozenset()


def test_what_nobody_here_reads_or_is_gone_or_is_the_clinicians_is_refused(session, owner, waits):
    sheet = sheet_of(waits)
    for change, said in (
        ({"for": ["child"]}, "none of those who attend"),
        ({"one_for_each": "clinician"}, "for you, not for clients"),
    ):
        sheet.current.content = {**factories.sheet_content("joint-talk-sheet"), "gates": [], **change}
        with pytest.raises(actions.Refused, match=said):
            actions.add_sheet_item(session, sheet, by=owner, version=1)
    sheet.retired_at = timezone.now()
    with pytest.raises(actions.Refused, match="no longer in the library"):
        actions.add_sheet_item(session, sheet, by=owner, version=1)
    assert not session.items.filter(kind=ItemKind.WORKSHEET).exists()


def test_the_library_beside_the_agenda_shows_the_entry_shut_and_its_open_sheet(session, owner, waits, signed_in):
    entry("other-talk", ["joint-task"])
    entry("private-talk", ["joint-task"], ["joint-task"])
    rows = {row.intervention.slug: row for row in planner(owner, session).library("", page.search.Filters())}
    assert {slug: [one.worksheet_id for one in row.sheets] for slug, row in rows.items()} == {
        "joint-talk": [sheet_of(waits).pk], "other-talk": [], "private-talk": [],
    }  # fmt: skip
    assert all(NOT_YET in [reason.sentence for reason in row.shut] for row in rows.values())
    text = shown(signed_in(owner), session)
    assert text.count(f'id="library-sheet-{sheet_of(waits).pk}"') == 1
    assert text.count("Add “When to get help” alone") >= 1
    assert f"{reverse('give', args=[session.case_id])}?sheet={sheet_of(waits).pk}" in text


def test_the_suggestions_show_it_too(session, owner, couple, waits):
    couple.phase = "skill-building"
    couple.save()
    found = {one.title: one for one in planner(owner, Session.objects.get(pk=session.pk)).suggestions}
    assert found["Joint talk"].shut[0] == NOT_YET
    assert [sheet.worksheet_id for sheet in found["Joint talk"].sheets] == [sheet_of(waits).pk]


def test_what_the_plan_asks_for_shows_it_too(session, owner, couple, waits, signed_in):
    objective = factories.make_objective(couple, owner)
    objective.interventions.create(edition=waits.current, position=1, minutes=10)
    [need] = [one for one in planner(owner, session).asked_for if one.planned]
    assert (need.shut[0], [one.worksheet_id for one in need.sheets]) == (NOT_YET, [sheet_of(waits).pk])
    assert f'id="{need.key}-sheet-{sheet_of(waits).pk}"' in shown(signed_in(owner), session)


def test_the_button_adds_it_and_the_refusal_of_the_entry_offers_it(session, owner, waits, signed_in):
    client, address = signed_in(owner), reverse("item_add", args=[session.pk])
    no = client.post(address, {"version": 1, "intervention": waits.pk}, headers={"HX-Request": "true"})
    assert no.status_code == 422
    assert f'id="instead-sheet-{sheet_of(waits).pk}"' in no.content.decode() and NOT_YET in no.content.decode()
    yes = client.post(address, {"version": 1, "worksheet": sheet_of(waits).pk}, headers={"HX-Request": "true"})
    text = " ".join(yes.content.decode().split())
    assert yes.status_code == 200 and "Added: the sheet “When to get help” alone." in text
    assert "A sheet alone" in text and "It belongs to Joint talk" in text
    again = client.post(address, {"version": 2, "worksheet": sheet_of(waits).pk}, headers={"HX-Request": "true"})
    assert "When to get help is on the agenda already." in again.content.decode()


def test_a_sheet_of_another_practice_is_none(session, owner, stranger, waits, signed_in):
    Worksheet.objects.update(practice=stranger.practice)
    data = {"version": 1, "worksheet": sheet_of(waits).pk}
    assert signed_in(owner).post(reverse("item_add", args=[session.pk]), data).status_code == 404


def test_it_is_taken_off_and_back_carried_over_and_told_in_the_note(session, owner, couple, waits):
    item = add_alone(session, waits, owner)
    actions.remove_item(item, by=owner, version=session.version)
    actions.restore_item(item, by=owner, version=session.version)
    Session.objects.filter(pk=session.pk).update(state=SessionState.HELD, starts_at=timezone.now() - timedelta(days=1))
    session.items.filter(pk=item.pk).update(done=Done.LEFT)
    session.refresh_from_db()
    note = factories.make_note(session, owner)
    told = {row["title"]: row["work"] for row in note_facts.facts_of(note).agenda}
    assert told["When to get help"] is True
    fresh = factories.make_session(couple, owner)
    [taken], verdict = actions.carry_over(fresh, by=owner, version=1)
    assert (taken.kind, taken.sheet, taken.handouts.count(), verdict.open) == ("worksheet", item.sheet, 2, True)


def test_a_template_keeps_the_sheet_that_was_put_there(session, owner, waits):
    add_alone(session, waits, owner)
    items = [
        {"title": "Hello", "minutes": 5},
        {"intervention": "joint-talk", "minutes": 9},
        {"title": "Bye", "minutes": 5},
    ]
    template = SessionTemplate.objects.create(
        slug="hour", name="Hour", aim="Aim", kind="regular", minutes=50,
        content={"for_whom": ["couple"], "items": items},
    )  # fmt: skip
    assert not actions.use_template(session, template, by=owner, version=session.version).open
    assert [item.title for item in session.items.kept()] == [
        "Hello", "Check-in", "Closing", "When to get help", "Bye",
    ]  # fmt: skip


def test_as_many_queries_for_one_shut_entry_as_for_three(session, owner, django_assert_num_queries):
    for n in (1, 2, 3):
        entry(f"talk-{n}", ["joint-task"], [])
        plan = planner(owner, session)
        _ = plan.verdict, plan.items, plan.before, plan.attending
        with django_assert_num_queries(LIBRARY_QUERIES):
            assert sum(len(row.sheets) for row in plan.library("", page.search.Filters())) == n


LIBRARY_QUERIES = 5


# What is shut goes through nowhere: every gate, for a couple and for one person


def case_of(owner, kind):
    names = ("Maya", "Ruben") if kind == CaseKind.COUPLE else ("Maya",)
    case = factories.make_case(owner, kind, names)
    factories.settle_safety(case, owner)
    return case


def shut(case, owner, gate):
    """Records what shuts this gate in such a case; False where nothing shuts it there, only warns."""
    joint = gates.is_joint(case)
    stops = (gates.Effect.BLOCKS, gates.Effect.JOINT) if joint else (gates.Effect.BLOCKS,)
    flag = next((flag for flag, effect in gates.MATRIX[gate].items() if effect in stops), None)
    if flag == gates.MINOR:
        person = case.participants.first().person
        person.is_minor = True
        person.save()
    elif flag:
        factories.settle_safety(case, owner, state="concern", kind=FlagKind(flag))
    return flag is not None


def warn(case, owner, gate):
    for flag in gates.MATRIX[gate]:
        if flag != gates.MINOR and gates.MATRIX[gate][flag] is gates.Effect.WARNS:
            factories.settle_safety(case, owner, state="concern", kind=FlagKind(flag))


EVERY_GATE = pytest.mark.parametrize("gate", sorted(gates.MATRIX))
EVERY_KIND = pytest.mark.parametrize("kind", [CaseKind.COUPLE, CaseKind.INDIVIDUAL])


@EVERY_KIND
@EVERY_GATE
@pytest.mark.parametrize("where", ["own", "entry"])
def test_a_shut_gate_lets_the_sheet_through_nowhere(owner, kind, gate, where):
    """The gate stands in the sheet itself, or in its entry and counts for the sheet."""
    case = case_of(owner, kind)
    made = entry("talk", [], [gate]) if where == "own" else entry("talk", [gate])
    edition, person = sheet_of(made).current, case.participants.first().person
    past = factories.make_session(case, owner, days=-7)
    left = add_alone(past, made, owner)
    kept = factories.make_session(case, owner, days=1)
    handed = add_alone(kept, made, owner)
    gone = factories.make_session(case, owner, days=2)
    removed = add_alone(gone, made, owner)
    actions.remove_item(removed, by=owner, version=gone.version)
    Session.objects.filter(pk=past.pk).update(state=SessionState.HELD)
    past.items.filter(pk=left.pk).update(done=Done.LEFT)
    session = factories.make_session(case, owner, days=3)
    if not shut(case, owner, gate):
        warn(case, owner, gate)
        assert add_alone(session, made, owner).pk, "nothing shuts this gate in such a case: it warns and lets in"
        assert planner(owner, session).warnings != []
        return
    with pytest.raises(actions.GateShut):
        add_alone(session, made, owner)
    added, verdict = actions.carry_over(session, by=owner, version=session.version)
    assert added == [] and not verdict.open
    with pytest.raises(actions.GateShut):
        actions.restore_item(removed, by=owner, version=gone.version)
    handout = handed.handouts.first()
    for wanted in (False, True):
        if wanted:
            with pytest.raises(actions.GateShut):
                actions.set_handout(handout, by=owner, version=kept.version, wanted=True)
            type(handout).objects.filter(pk=handout.pk).update(wanted=True)
        else:
            actions.set_handout(handout, by=owner, version=kept.version, wanted=False)
    attending = actions.attending_of(kept)
    rendering = press.Rendering("", b"%PDF", 1)
    for what in (papers.PACKET, papers.person_value(attending[0])):
        order = papers.build(what, kept, attending, papers.copies_of(kept, attending), Options())
        with pytest.raises(actions.GateShut):
            actions.print_paper(kept, order, rendering, by=owner)
    with pytest.raises(homework.GateShut):
        homework.assign(by=owner, case=case, person=person, edition=edition)
    plan = planner(owner, session)
    assert [list(row.sheets) for row in plan.library("", page.search.Filters())] == [[]]
    assert [list(one.sheets) for one in plan.suggestions] == [[] for one in plan.suggestions]
    assert [row.shut != () for row in planner(owner, kept).rows if row.item.pk == handed.pk] == [True]
    assert AgendaItem.objects.kept().filter(session=session, kind=ItemKind.WORKSHEET).count() == 0


@EVERY_KIND
@EVERY_GATE
def test_an_open_entry_with_a_gated_sheet_goes_in_and_the_sheet_waits(owner, kind, gate):
    """The work is open, so it is done; its sheet is there to tick, and is neither wanted nor printed."""
    case = case_of(owner, kind)
    made = entry("talk", [], [gate])
    factories.make_worksheet(made, "open-sheet")
    stops = shut(case, owner, gate)
    session = factories.make_session(case, owner)
    item = actions.add_library_item(session, made, by=owner, version=1)
    wanted = {
        row.edition.content["slug"]: row.wanted for row in item.handouts.filter(participant=session.attendees.first())
    }
    assert wanted == {"talk-sheet": not stops, "open-sheet": stops}
    attending = actions.attending_of(session)
    order = papers.build(papers.PACKET, session, attending, papers.copies_of(session, attending), Options())
    assert actions.look_at_print(session, order, attending).open


@EVERY_KIND
@EVERY_GATE
def test_a_pathway_brings_no_gated_entry_and_no_gated_sheet(owner, kind, gate):
    case = case_of(owner, kind)
    gated, open_one = entry("gated", [gate], []), entry("open", [], [gate])
    pathway = factories.make_pathway(gated, open_one, for_whom=[kind])
    stops = shut(case, owner, gate)
    first = datetime(2027, 1, 12, 10)
    seen = pathways.preview(case=case, pathway=pathway, starts_at=first, zone=owner.practice.zone)
    assert seen.left_out == (3 if stops else 0)
    laid = pathways.lay_pathway(by=owner, case=case, pathway=pathway, starts_at=first, state=seen.state)
    for one in laid:
        titles = [item.title for item in one.items.kept() if item.of_library]
        assert titles == (["Open"] if stops else ["Gated", "Open"])
        wanted = one.items.get(title="Open").handouts.values_list("wanted", flat=True)
        assert set(wanted) == {not stops}


@pytest.mark.parametrize("kind", [CaseKind.COUPLE, CaseKind.INDIVIDUAL])
def test_a_written_reason_opens_the_sheet_and_is_in_the_trail(owner, kind):
    case = case_of(owner, kind)
    made = entry("talk", [], ["mindfulness"])
    shut(case, owner, "mindfulness")
    session = factories.make_session(case, owner)
    with pytest.raises(actions.GateShut):
        add_alone(session, made, owner)
    reason = "Seen by the doctor today, who finds it safe."
    override = case_actions.override_gate(by=owner, case=case, gate="mindfulness", reason=reason)
    assert add_alone(session, made, owner).handouts.filter(wanted=True).count() == case.participants.count()
    trail = TrailEntry.objects.get(verb="overrode")
    assert (trail.what_id, trail.case_id, trail.detail) == (override.pk, case.pk, {"gate": "mindfulness"})
    person = case.participants.first().person
    assert homework.assign(by=owner, case=case, person=person, edition=sheet_of(made).current).pk
    factories.settle_safety(case, owner, state="concern", kind=FlagKind.WITHDRAWAL)
    with pytest.raises(homework.GateShut):
        homework.assign(by=owner, case=case, person=person, edition=sheet_of(made).current)


def test_a_sheet_that_became_gated_since_is_not_carried_over(session, owner, couple, waits):
    item = add_alone(session, waits, owner)
    Session.objects.filter(pk=session.pk).update(state=SessionState.HELD, starts_at=timezone.now() - timedelta(days=1))
    session.items.filter(pk=item.pk).update(done=Done.LEFT)
    sheet = sheet_of(waits)
    content = {**sheet.current.content, "gates": ["joint-task"]}
    sheet.current = sheet.editions.create(number=2, content=content, content_hash="two")
    sheet.save()
    added, verdict = actions.carry_over(factories.make_session(couple, owner), by=owner, version=1)
    assert added == [] and NOT_YET in [reason.sentence for reason in verdict.blocked]


def test_a_gate_of_the_translation_that_is_printed_counts(session, owner, couple, waits):
    """The other language's sheet, which is what the person gets, is stricter than the one that was ticked."""
    add_alone(session, waits, owner)
    person = couple.participants.first().person
    person.language = "es"
    person.save()
    spanish = factories.make_worksheet(waits, "in-spanish", gates=["joint-task"])
    Worksheet.objects.filter(pk=spanish.pk).update(slug="joint-talk-sheet", language="es")
    attending = actions.attending_of(session)
    order = papers.build(papers.PACKET, session, attending, papers.copies_of(session, attending), Options())
    assert order.gates == {"joint-task"}
    with pytest.raises(actions.GateShut):
        actions.print_paper(session, order, press.Rendering("", b"%PDF", 1), by=owner)
