"""The page of a note: saved as one types, clashes, signing, adding, the supervisor's word, own phrases."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.urls import reverse

from planner.cases.models import TeamMember, TeamRole
from planner.sessions import note_actions, note_facts
from planner.sessions.models import Phrase, ProgressNote
from planner.sessions.phrases import keep_phrase, without_names
from tests import factories

QUERIES = 24


@pytest.fixture
def session(couple, owner):
    return factories.make_session(couple, owner, days=-1, state="held")


@pytest.fixture
def note(session, owner):
    return note_actions.begin_note(session, by=owner)


@pytest.fixture
def client(signed_in, owner):
    return signed_in(owner)


def save(client, note, **fields):
    data = {"version": note.version, **fields}
    return client.post(reverse("note_save", args=[note.session_id]), data, headers={"X-Background": "1"})


def shown(client, note) -> str:
    return client.get(reverse("note", args=[note.session_id])).content.decode()


def test_ending_the_hour_begins_the_note(client, couple, owner):
    session = factories.make_session(couple, owner, state="running")
    client.post(reverse("session_end", args=[session.pk]), {"version": session.version})
    assert ProgressNote.objects.get().session == session
    page = client.get(reverse("session_run", args=[session.pk])).content.decode()
    assert "Write the note" in page


def test_a_text_is_saved_as_one_types(client, note):
    answer = save(client, note, told="  A calm week.\r\n\x00 Two walks. \u202e")
    note.refresh_from_db()
    assert note.parts["told"] == "A calm week.\n Two walks."
    assert (answer.json()["version"], answer.json()["missing"]) == (
        note.version, ["Say the risk: asked and nothing found, or the level."],
    )  # fmt: skip


@pytest.mark.parametrize(
    "field, value",
    [("told", "x" * 8001), ("risk_level", "wild"), ("audience", "person-987654"), ("start", "25:00"), ("format", "x"),
     ("mode", "hologram"), ("service_code", "9" * 41)],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_nothing_written(client, note, field, value):
    answer = save(client, note, **{field: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert ProgressNote.objects.get().version == note.version


@pytest.mark.parametrize("field", ["author", "state", "signed_at", "sha256", "session", "late", "facts", "id"])
def test_fields_that_no_page_has_change_nothing(client, note, field):
    before = ProgressNote.objects.values().get()
    save(client, note, **{field: "1"})
    assert ProgressNote.objects.values().get() == before


def test_another_begin_keeps_the_length(client, note):
    length = note.ended_at - note.began_at
    answer = save(client, note, start="08:05")
    note.refresh_from_db()
    assert (note.ended_at - note.began_at, answer.json()["stop"]) == (length, "08:55")
    assert save(client, note, stop="08:45").json()["stop"] == "08:45"


def test_who_was_there(client, note, couple):
    maya = couple.participants.first()
    save(client, note, **{f"present-{maya.pk}": ""})
    assert [place.pk for place in note.present.all()] == [couple.participants.last().pk]
    note.refresh_from_db()
    save(client, note, **{f"present-{maya.pk}": "1"})
    assert note.present.count() == 2


def test_without_a_script_the_whole_page_is_saved(client, note, couple):
    maya = couple.participants.first()
    data = {"version": note.version, "present": "all", f"present-{maya.pk}": "1", "told": "One", "plan": "Two",
            "risk_level": "none", "start": "10:00", "stop": "10:50"}  # fmt: skip
    answer = client.post(reverse("note_save", args=[note.session_id]), data)
    assert (answer.status_code, answer.url) == (302, reverse("note", args=[note.session_id]))
    note.refresh_from_db()
    assert (note.parts, note.risk_level) == ({"told": "One", "plan": "Two"}, "none")
    assert [place.pk for place in note.present.all()] == [maya.pk]


def test_a_clash_shows_both_texts_and_overwrites_nothing(signed_in, client, note, colleague):
    TeamMember.objects.create(case=note.session.case, user=colleague, role=TeamRole.CO)
    save(signed_in(colleague), note, told="Theirs")
    answer = save(client, note, told="Mine & only mine")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Colin Colleague changed this note" in page and "Theirs" in page and "Mine &amp; only mine" in page
    assert ProgressNote.objects.get().parts["told"] == "Theirs"


def test_switching_the_format_moves_texts_and_loses_none(client, note):
    save(client, note, told="What they said", plan="Go on")
    for format in ("soap", "birp", "girp", "narrative", "dap"):
        note.refresh_from_db()
        client.post(reverse("note_save", args=[note.session_id]), {"version": note.version, "format": format})
        page = shown(client, note)
        assert "What they said" in page and "Go on" in page


def test_a_raised_risk_leads_to_the_safety_pages(client, note):
    hidden = re.search(r'id="note-raised"( hidden)?', shown(client, note)).group(1)
    assert hidden
    assert save(client, note, risk_level="high").json()["raised"] is True
    page = shown(client, note)
    assert not re.search(r'id="note-raised"( hidden)?', page).group(1)
    assert reverse("flag_record", args=[note.session.case_id]) + "?kind=suicide" in page


@pytest.mark.parametrize("policy, says", [("", "Not agreed yet"), ("none", "No secrets"), ("limited", "Limited")])
def test_the_secrets_policy_is_shown_where_the_note_is_written(client, note, couple, policy, says):
    couple.secrets_policy = policy
    couple.save()
    assert f"Agreed about things told alone:</b> {says}" in shown(client, note)


def test_an_hour_alone_says_for_whom_it_is(client, note, couple):
    note.present.set([couple.participants.last()])
    assert "An hour alone" in shown(client, note)
    person = couple.participants.last().person
    save(client, note, audience=f"person-{person.pk}")
    note.refresh_from_db()
    assert (note.audience, note.person) == ("person", person)


def test_objectives_are_answered_in_place(client, note, couple, owner):
    objective = factories.make_objective(couple, owner)
    assert "Ruben tells an urge within a day." in shown(client, note)
    save(client, note, **{f"objective-{objective.pk}-step": "further"})
    note.refresh_from_db()
    save(client, note, **{f"objective-{objective.pk}-response": "Told twice."})
    row = note.objectives.get()
    assert (row.step, row.response) == ("further", "Told twice.")
    note.refresh_from_db()
    save(client, note, **{f"objective-{objective.pk}-step": "out"})
    assert note.objectives.count() == 0


def test_an_objective_of_another_case_does_not_exist(client, note, stranger):
    foreign = factories.make_objective(factories.make_case(stranger), stranger)
    assert save(client, note, **{f"objective-{foreign.pk}-step": "further"}).status_code == 404


def test_signing_what_is_unfinished_says_what_is_missing(client, note):
    answer = client.post(reverse("note_sign", args=[note.session_id]), {"version": note.version})
    assert answer.status_code == 422
    assert "Write what happened" in answer.content.decode()
    assert ProgressNote.objects.get().is_open


def test_what_an_auditor_would_miss_is_said_and_forbids_nothing(client, note, couple, owner):
    factories.make_objective(couple, owner)
    said = save(client, note, told="x", risk_level="none").json()
    assert said["missing"] == []
    assert said["advice"] == [
        "The place.", "The service code.", "An objective of the plan that was worked on.",
        "An intervention that was used.", "The response and the progress.",
    ]  # fmt: skip
    note.refresh_from_db()
    save(client, note, place="Room 1", service_code="90847", done="Paced talk", assessment="Calmer.")
    row = ProgressNote.objects.get()
    assert note_actions.advice(row, note_facts.read(row)) == ["An objective of the plan that was worked on."]


def test_an_addendum_asks_for_what_the_note_does_not_tell(client, couple, session, owner):
    note = factories.make_note(session, owner, signed=True, place="Room 1")
    page = shown(client, note)
    assert 'name="service_code"' in page and 'name="place"' not in page
    client.post(reverse("note_addendum", args=[session.pk]), {"text": "Left out.", "service_code": "90847"})
    assert note.addenda.get().service_code == "90847"


def test_signing_an_older_state_is_refused(client, note):
    save(client, note, told="x", risk_level="none")
    answer = client.post(reverse("note_sign", args=[note.session_id]), {"version": note.version})
    assert answer.status_code == 409
    assert ProgressNote.objects.get().is_open


def test_a_signed_note_is_read_and_added_to(client, note):
    save(client, note, told="x", risk_level="none")
    note.refresh_from_db()
    client.post(reverse("note_sign", args=[note.session_id]), {"version": note.version})
    page = shown(client, note)
    assert "word for word what was signed" in page and '<textarea class="form-control" id="text-told"' not in page
    assert save(client, note, told="Other").status_code == 422
    client.post(reverse("note_addendum", args=[note.session_id]), {"text": "He called on Friday."})
    assert "He called on Friday." in shown(client, note)
    assert ProgressNote.objects.get().parts == {"told": "x"}


def test_a_broken_note_says_so(client, note):
    signed = factories.make_note(note.session, note.author, signed=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE planner_progressnote SET risk_level = 'low' WHERE id = %s", [signed.pk])
    assert "This is not the text that was signed." in shown(client, signed)


def test_the_supervisor_approves_or_gives_back(signed_in, client, couple, session, owner, supervisor):
    TeamMember.objects.create(case=couple, user=supervisor, role=TeamRole.SUPERVISOR)
    note = factories.make_note(session, owner, signed=True)
    theirs = signed_in(supervisor)
    assert "It waits for you" in shown(theirs, note) and "It waits for you" not in shown(client, note)
    back = reverse("note_return", args=[session.pk])
    assert theirs.post(back, {"version": note.version, "comment": ""}).status_code == 422
    theirs.post(back, {"version": note.version, "comment": "Name the response."})
    page = shown(client, note)
    assert "Sunita Supervisor asks for a change:" in page and "Name the response." in page
    note.refresh_from_db()
    client.post(reverse("note_sign", args=[session.pk]), {"version": note.version})
    note.refresh_from_db()
    theirs.post(reverse("note_approve", args=[session.pk]), {"version": note.version})
    assert ProgressNote.objects.get().state == "approved"


def test_every_field_copies_as_clean_text(client, couple, session, owner):
    note = factories.make_note(session, owner, signed=True, told="<b>Bold</b> & calm")
    page = shown(client, note)
    for name in ("when", "how", "who", "told", "risk"):
        assert f'data-copy="line-{name}"' in page and f'id="line-{name}"' in page
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; calm" in page
    assert 'data-copy="note-whole"' in page


def test_as_many_queries_for_one_objective_as_for_three(client, note, couple, owner, django_assert_num_queries):
    factories.make_objective(couple, owner)
    shown(client, note)
    with django_assert_num_queries(QUERIES):
        shown(client, note)
    for text in ("Second", "Third"):
        factories.make_objective(couple, owner, text)
    with django_assert_num_queries(QUERIES):
        shown(client, note)


# Own phrases


def test_a_phrase_is_its_authors_alone(signed_in, client, note, owner, colleague):
    TeamMember.objects.create(case=note.session.case, user=colleague, role=TeamRole.CO)
    keep_phrase(by=owner, short="eng", use="text", text="Engaged well; eye contact steady.")
    assert "Engaged well" in shown(client, note)
    theirs = signed_in(colleague)
    assert "Engaged well" not in shown(theirs, note)
    assert "Engaged well" not in theirs.get(reverse("phrases")).content.decode()
    assert theirs.get(reverse("phrase_edit", args=[Phrase.objects.get().pk])).status_code == 404


def test_names_and_codes_are_taken_out(client, couple):
    data = {"short": "calm", "use": "text", "text": f"Maya and Ruben ({couple.code}) stayed calm; Mayan art helped."}
    answer = client.post(reverse("phrase_new"), data, follow=True)
    assert Phrase.objects.get().text == "___ and ___ (___) stayed calm; Mayan art helped."
    assert "Names were taken out" in answer.content.decode()


def test_marked_words_come_along_without_names_and_are_not_kept_yet(client, couple):
    page = client.post(reverse("phrase_new"), {"marked": "Ruben breathed with her."}).content.decode()
    assert "___ breathed with her." in page and "Ruben" not in page
    assert Phrase.objects.count() == 0


def test_a_short_form_is_taken_once(client):
    for status in (302, 422):
        assert client.post(reverse("phrase_new"), {"short": "a", "use": "text", "text": "b"}).status_code == status


@pytest.mark.parametrize("short", ["", "A b", "ä", "x" * 21, ".eng"])
def test_a_short_form_is_small_letters_and_digits(client, short):
    assert client.post(reverse("phrase_new"), {"short": short, "use": "text", "text": "b"}).status_code == 422


def test_no_name_is_left_whole():
    assert without_names("Ana, Ann & Anastasia", {"Ana Lee", "Ann"}) == "___, ___ & Anastasia"
    assert without_names("Nothing", set()) == "Nothing"


def test_the_page_hands_its_phrases_on_without_a_script(client, note, owner):
    keep_phrase(by=owner, short="q", use="text", text='He said "no" <b>')
    assert 'data-phrase="He said &quot;no&quot; &lt;b&gt;"' in shown(client, note)
