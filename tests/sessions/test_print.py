"""Printing from the plan: what each choice holds, for whose eyes, how it is recorded, and that it reprints the same."""

import hashlib
import re

import pytest
from django.urls import reverse

from planner.cases.models import CaseKind, FlagState, Person
from planner.homework.models import PrintedSheet, Printout
from planner.practice.models import Practice, TrailEntry
from planner.sessions import actions, papers
from planner.sessions.models import Handout
from planner.sheets import addresses, press
from planner.sheets.options import Options
from tests import factories

PRIVATE = [
    {"lines": {"id": "hard", "label": "Only for the partner's eyes.", "lines": 3, "for": ["partner"]}},
    {"lines": {"id": "hard", "label": "Only for the one in recovery.", "lines": 3, "for": ["person-in-recovery"]}},
]  # fmt: skip


@pytest.fixture
def talk(db):
    return factories.make_intervention("steady-talk", gates=[], sheet={"blocks": PRIVATE})


@pytest.fixture
def session(couple, owner, talk):
    session = factories.make_session(couple, owner)
    actions.add_library_item(session, talk, by=owner, version=1)
    return session


@pytest.fixture
def page(owner, signed_in):
    return signed_in(owner)


def order_of(session, what, **options):
    attending = actions.attending_of(session)
    copies = papers.copies_of(session, attending)
    return papers.build(what, session, attending, copies, Options(**options))


def html_of(session, what, **options):
    return press.page_html(order_of(session, what, **options).paper)


def value_of(session, name):
    return papers.person_value(session.attendees.get(person__name=name))


def dialog(session):
    return reverse("session_print", args=[session.pk])


def chosen(page, session, **changes):
    """What the dialog would send as it opens, with some choices changed."""
    context = page.get(dialog(session), {"what": changes["what"]} if "what" in changes else {}).context
    form = context["form"]
    data = {name: form[name].value() for name in form.fields}
    once = changes.pop("once", "o" * 32)
    return {**{k: v for k, v in data.items() if v not in (False, None)}, "was": data["what"], "once": once, **changes}


# What the papers hold


def test_each_person_gets_their_own_wording_and_name_and_nothing_of_the_other(session):
    maya, ruben = html_of(session, value_of(session, "Maya")), html_of(session, value_of(session, "Ruben"))
    assert "Only for the partner" in maya and "one in recovery" not in maya
    assert "one in recovery" in ruben and "Only for the partner" not in ruben
    assert "Your sheet, Maya." in maya and "Ruben" not in maya
    assert "Your sheet, Ruben" in ruben and "Maya" not in ruben


def test_the_whole_packet_has_a_cover_for_the_clinician_and_everybodys_sheets_in_order(session):
    html = html_of(session, papers.PACKET)
    cover = html[: html.index("</article>")]
    assert "stays with the clinician" in cover and "when it has been handed out" in cover
    assert "bring this" not in cover and "You need not do all" not in cover  # said to clients, on their own covers
    assert "Maya: Our talk" in html and "Ruben: Our talk" in html
    assert html.index("Your sheet, Maya") < html.index("Your sheet, Ruben")
    order = order_of(session, papers.PACKET)
    assert [(reader.name, prefix) for _edition, reader, _address, prefix in order.sheets] == [
        ("Maya", "s1-"), ("Ruben", "s2-"),
    ]  # fmt: skip
    assert len({address for *_rest, address, _prefix in order.sheets}) == 2
    assert all(addresses.is_ours(address) for *_rest, address, _prefix in order.sheets)


def test_a_joint_sheet_prints_once_with_both_names_and_without_what_is_private(session, owner, talk):
    blocks = [
        {"short": {"id": "topic", "label": "What we both may see"}},
        {"short": {"id": "secret", "label": "What only I may see", "audience": "person"}},
    ]
    factories.make_worksheet(talk, "joint", one_for_each="case", title="Joint list", blocks=blocks)
    actions.remove_item(session.items.get(edition__intervention=talk), by=owner, version=session.version)
    actions.add_library_item(session, talk, by=owner, version=session.version)
    html = html_of(session, papers.JOINT)
    assert "Maya, Ruben" in html and "What we both may see" in html and "What only I may see" not in html
    assert "Joint list" not in html_of(session, value_of(session, "Maya"))
    assert html_of(session, papers.PACKET).count("What we both may see") >= 1
    assert "Together: Joint list" in html_of(session, papers.PACKET)


def test_one_person_alone_gets_own_and_joint_sheets_in_one_packet(owner, talk):
    case = factories.make_case(owner, CaseKind.INDIVIDUAL, ("Jo",))
    factories.make_worksheet(talk, "joint", one_for_each="case", title="Joint list")
    session = factories.make_session(case, owner)
    actions.add_library_item(session, talk, by=owner, version=1)
    order = order_of(session, papers.PACKET)
    html = press.page_html(order.paper)
    assert order.person.name == "Jo"
    assert "Your sheets" in html and "For Jo" in html and "stays with" not in html


def test_the_agenda_has_the_words_and_is_for_the_clinician_alone(session, owner):
    actions.add_free_item(session, by=owner, version=session.version, title="Own words", minutes=5, prompt="Go slowly.")
    order = order_of(session, papers.AGENDA)
    html = press.page_html(order.paper)
    for expected in ("Own words", "Go slowly.", "Frame it", "Let us look at the week.", "Our talk", "20 of 50 min"):
        if expected != "20 of 50 min":
            assert expected in html
    assert (order.audience, order.sheets) == ("clinician", ())


def test_flags_and_screening_stand_on_no_paper(session, couple, owner):
    factories.settle_safety(couple, owner, state=FlagState.CONCERN)
    couple.focus = "The hidden focus"
    couple.save()
    for what in (papers.PACKET, papers.AGENDA, value_of(session, "Maya")):
        html = html_of(session, what).lower()
        for word in ("violence", "coercion", "asked alone", "concern", "screen", "hidden focus", "injured", "injuring"):
            assert word not in html, (what, word)


def test_bring_back_names_the_next_date_or_the_next_session(session, owner):
    assert "bring this to our next session" in html_of(session, value_of(session, "Maya"))
    factories.make_session(session.case, owner, days=8)
    assert re.search(r"bring this to our session on \w{3} \d", html_of(session, value_of(session, "Maya")))


def test_a_person_gets_the_translation_that_is_there_and_is_told_when_it_is_old(session, talk):
    spanish = factories.make_intervention("spanish", gates=[])
    spanish.original, spanish.follows, spanish.language = talk, "older", "es"
    spanish.save()
    sheet = spanish.worksheets.get()
    sheet.slug, sheet.language = "steady-talk-sheet", "es"
    sheet.save()
    sheet.current.content = {**sheet.current.content, "title": "Nuestra charla"}
    sheet.current.save()
    Person.objects.filter(name="Maya").update(language="es")
    assert "Nuestra charla" in html_of(session, value_of(session, "Maya"))
    assert "Nuestra charla" not in html_of(session, value_of(session, "Ruben"))
    assert "older than" in order_of(session, value_of(session, "Maya")).notices[0]
    assert order_of(session, value_of(session, "Maya")).paper.language == "es"


def test_sheets_that_are_not_wanted_are_left_out(session, owner):
    for handout in Handout.objects.filter(participant__person__name="Ruben"):
        handout.item.session = session
        actions.set_handout(handout, by=owner, version=session.version, wanted=False)
    attending = actions.attending_of(session)
    labels = [c.label for c in papers.choices(session, attending, papers.copies_of(session, attending))]
    assert labels == ["Whole packet", "Handouts for Maya", "My agenda"]


def test_several_people_get_the_largest_text_and_the_most_careful_way():
    practice = Practice(text_size=12, paper="a4")
    people = [Person(text_size=18), Person(print_options={"discreet": True, "name": "none"})]
    options = papers.default_options(practice, people)
    assert (options.size, options.discreet, options.name, options.paper) == (18, True, "none", "a4")


# The dialog and the record


def test_the_dialog_opens_with_the_persons_text_size_and_a_picture(page, session):
    Person.objects.filter(name="Maya").update(text_size=18)
    answer = page.get(dialog(session), {"what": value_of(session, "Maya")}, HTTP_HX_REQUEST="true")
    shown = answer.content.decode()
    assert "<html" not in shown
    assert re.search(r'value="18"[^>]*selected', shown)
    picture = re.search(r'src="([^"]+picture.png[^"]+)"', shown).group(1).replace("&amp;", "&")
    image = page.get(picture)
    assert (image.status_code, image["Content-Type"]) == (200, "image/png")
    assert image.content[:4] == b"\x89PNG"
    assert Printout.objects.count() == 0


def test_printing_keeps_the_bytes_and_the_record_and_reprints_the_same(page, session, owner):
    answer = page.post(dialog(session), chosen(page, session, what=papers.PACKET))
    printout = Printout.objects.get()
    assert answer.url == reverse("printout", args=[printout.pk])
    assert (printout.kind, printout.audience, printout.by) == ("packet", "clinician", owner)
    assert [(s.person.name, s.edition.number, s.prefix) for s in printout.sheets.all()] == [
        ("Maya", 1, "s1-"), ("Ruben", 1, "s2-"),
    ]  # fmt: skip
    assert list(session.printouts.all()) == [printout]
    entry = TrailEntry.objects.get(verb="printed")
    assert entry.detail["sheets"] == 2 and "Maya" not in str(entry.detail)
    first, second = page.get(answer.url), page.get(answer.url)
    assert first.content == second.content and first.content.startswith(b"%PDF")
    assert hashlib.sha256(first.content).hexdigest() == printout.printed.sha256


def test_the_same_choices_sent_twice_print_once_and_others_print_anew(page, session):
    data = chosen(page, session, what=papers.PACKET)
    assert page.post(dialog(session), data).url == page.post(dialog(session), data).url
    assert (Printout.objects.count(), PrintedSheet.objects.count()) == (1, 2)
    page.post(dialog(session), {**data, "paper": "a4"})
    assert Printout.objects.count() == 2


def test_choices_are_remembered_for_the_person(page, session):
    what = value_of(session, "Maya")
    page.post(dialog(session), {**chosen(page, session, what=what), "discreet": "on", "name": "initials"})
    assert Person.objects.get(name="Maya").print_options["discreet"] is True
    form = page.get(dialog(session), {"what": what}).context["form"]
    assert (form["discreet"].value(), form["name"].value()) == (True, "initials")
    assert Person.objects.get(name="Ruben").print_options == {}


def test_a_shut_gate_stops_printing_until_somebody_gives_a_reason(page, session, talk, couple):
    talk.current.content["gates"] = ["joint-task"]
    talk.current.save()
    data = chosen(page, session, what=papers.PACKET)
    answer = page.post(dialog(session), data)
    assert answer.status_code == 422
    assert reverse("gate_override", args=[couple.pk, "joint-task"]) in answer.content.decode()
    assert Printout.objects.count() == 0
    agenda = page.post(dialog(session), chosen(page, session, what=papers.AGENDA))
    assert agenda.status_code == 302
    factories.settle_safety(couple, page_user(page))
    assert page.post(dialog(session), data).status_code == 302


def test_a_sheet_that_is_safe_alone_prints_while_the_gate_of_its_entry_is_shut(page, session, talk, couple):
    open_sheet = talk.worksheets.get().current
    item, maya = session.items.get(edition__intervention=talk), session.attendees.get(person__name="Maya")
    gated = factories.make_worksheet(talk, slug="gated-sheet").current
    other = Handout.objects.create(item=item, edition=gated, participant=maya, wanted=False)
    talk.current.content["gates"] = ["joint-task"]
    talk.current.save()
    open_sheet.content["gates"] = []
    open_sheet.save()
    what = papers.person_value(maya)
    assert order_of(session, what).gates == frozenset()
    assert page.post(dialog(session), chosen(page, session, what=what)).status_code == 302
    with pytest.raises(actions.GateShut):
        actions.set_handout(other, by=page_user(page), version=session.version, wanted=True)
    mine = Handout.objects.get(edition=open_sheet, participant__person__name="Ruben")
    actions.set_handout(mine, by=page_user(page), version=session.version, wanted=False)
    actions.set_handout(mine, by=page_user(page), version=mine.item.session.version, wanted=True)


def page_user(page):
    from planner.practice.models import User

    return User.objects.get(pk=page.session["_auth_user_id"])


def test_missing_letters_are_told_before_printing(page, session):
    Person.objects.filter(name="Maya").update(print_name="Maya \U00013000")
    data = chosen(page, session, what=papers.PACKET)
    answer = page.post(dialog(session), data)
    assert answer.status_code == 422
    assert "\U00013000" in answer.content.decode()
    assert page.post(dialog(session), {**data, "anyway": "1"}).status_code == 302


@pytest.mark.parametrize("changes", [{"size": "99"}, {"paper": "x"}, {"what": "person-999"}, {"what": ""}])
def test_wild_choices_print_nothing(page, session, changes):
    answer = page.post(dialog(session), {**chosen(page, session), **changes})
    assert answer.status_code in (302, 422)
    assert answer.status_code == 422 or "what" in changes
    if answer.status_code == 422:
        assert Printout.objects.count() == 0


def test_a_plan_without_sheets_offers_the_agenda(page, couple, owner):
    session = factories.make_session(couple, owner)
    shown = page.get(dialog(session)).content.decode()
    assert "My agenda" in shown and "Whole packet" not in shown


@pytest.mark.parametrize("error", [press.TooMuch("This document is too much."), press.Broken("ValueError at x:1")])
def test_a_press_that_gives_up_says_so_and_records_nothing(page, session, monkeypatch, error):
    data = chosen(page, session, what=papers.PACKET)

    def give_up(_paper):
        raise error

    monkeypatch.setattr(press, "render", give_up)
    answer = page.post(dialog(session), data)
    assert answer.status_code == 422
    assert ("too much" in answer.content.decode()) == isinstance(error, press.TooMuch)
    assert "ValueError" not in answer.content.decode()
    assert Printout.objects.count() == 0
    picture = page.get(reverse("session_print_picture", args=[session.pk]), data)
    assert picture.status_code == 422
