"""Process notes: their author's alone. Doors x persons x pages, papers and exports are searched for a canary."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from planner.base import cipher
from planner.cases.models import TeamMember, TeamRole
from planner.homework.models import Printout
from planner.management import soundness
from planner.practice.models import TrailEntry
from planner.sessions import process_actions, process_store
from planner.sessions.models import ProcessNote
from tests import factories, test_doors
from tests.pages import opened
from tests.test_papers import pages_of, squeezed

CANARY = "CANARY-what-it-stirred"


def ring(*names: str) -> list[str]:
    return [f"{name}:{base64.b64encode(name.encode() * 16).decode()}" for name in names]


@pytest.fixture
def keys(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.PROCESS_KEYS = ring("k1")
    return settings


@pytest.fixture
def session(couple, owner):
    return factories.make_session(couple, owner, days=-1, state="held")


def write(session, by, text=CANARY, version=0):
    return process_actions.write_process_note(session, by=by, version=version, text=text)


# Who reads it


def test_its_author_reads_it(signed_in, session, owner):
    write(session, owner)
    assert CANARY in signed_in(owner).get(reverse("process_note", args=[session.pk])).content.decode()


def test_each_writes_their_own_and_sees_no_other(signed_in, session, couple, owner, colleague):
    TeamMember.objects.create(case=couple, user=colleague, role=TeamRole.CO)
    write(session, owner)
    write(session, colleague, "Theirs")
    page = signed_in(colleague).get(reverse("process_note", args=[session.pk])).content.decode()
    assert "Theirs" in page and CANARY not in page
    assert ProcessNote.objects.visible_to(colleague).count() == 1


def test_the_owner_of_the_practice_reads_no_colleagues(signed_in, owner, colleague):
    case = factories.make_case(colleague)
    TeamMember.objects.create(case=case, user=owner, role=TeamRole.CO)
    session = factories.make_session(case, colleague, days=-1, state="held")
    write(session, colleague)
    client = signed_in(owner)
    for address in (reverse("process_note", args=[session.pk]), reverse("trail")):
        assert CANARY not in client.get(address).content.decode()
    assert CANARY not in opened(client, reverse("case", args=[case.pk]))


def everything(response) -> str:
    """Every letter of an answer: pages, and what is inside a zip or a PDF."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parcel:
            body = b"".join(parcel.read(name) for name in parcel.namelist())
    return body.decode("utf-8", "replace")


def test_no_door_gives_it_to_anybody_but_its_author(world):
    """Every door of the house, by every person, with the things of a case whose owner wrote a process note."""
    owner = world.people["owner"]
    for name in ("session", "noted", "signed"):
        session = world.case.sessions.get(pk=world.things[name])
        write(session, owner)
    found = []
    for person, user in world.people.items():
        client = Client()
        if user:
            client.force_login(user)
        for name, rows in test_doors.DOORS.items():
            for row in rows:
                if row.post or (name, person) == ("process_note", "owner"):
                    continue
                answer = client.get(test_doors.address_of(world, name, row))
                if CANARY in everything(answer):
                    found.append((name, person))
    assert found == []


def test_it_is_on_no_paper(signed_in, session, owner):
    write(session, owner)
    factories.make_note(session, owner, signed=True)
    client = signed_in(owner)
    client.post(reverse("note_print", args=[session.pk]))
    pages = "".join(pages_of(bytes(Printout.objects.get().printed.pdf)))
    assert squeezed("A calm week") in pages and squeezed(CANARY) not in pages


def test_search_and_lists_do_not_know_it(signed_in, session, owner):
    write(session, owner)
    client = signed_in(owner)
    for address in (reverse("search") + f"?q={CANARY}", reverse("sessions") + "?when=past", reverse("today")):
        page = opened(client, address).replace(f'value="{CANARY}"', "").replace(f"“{CANARY}”", "")
        assert CANARY not in page


def test_the_trail_says_that_and_not_what(session, owner):
    note = write(session, owner)
    write(session, owner, "Other " + CANARY, note.version)
    write(session, owner, "", 2)
    rows = TrailEntry.objects.filter(what="process note")
    assert [(row.verb, row.detail) for row in rows] == [("changed", {}), ("changed", {}), ("removed", {})]


# How it is kept


def test_the_table_holds_ciphertext_alone(session, owner):
    write(session, owner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM planner_processnote")
        sealed = cursor.fetchone()[0]
    assert CANARY not in sealed
    assert CANARY.encode() not in base64.urlsafe_b64decode(sealed.partition(".")[2])


def test_the_other_ring_does_not_open_it(session, owner, settings):
    sealed = write(session, owner).sealed
    about = f"process note {session.pk} {owner.pk}"
    with pytest.raises((cipher.BrokenSeal, cipher.UnknownKey)):
        cipher.unseal(sealed, about=about, ring=settings.FIELD_KEYS)


@pytest.mark.parametrize("what", ["session", "author"])
def test_a_row_that_is_moved_does_not_open(session, couple, owner, colleague, what):
    note = write(session, owner)
    note.session_id = factories.make_session(couple, owner).pk if what == "session" else note.session_id
    note.author_id = colleague.pk if what == "author" else note.author_id
    with pytest.raises(cipher.BrokenSeal):
        process_store.unseal(note)


def test_no_other_table_holds_a_word_of_it(session, owner, signed_in):
    client = signed_in(owner)
    client.post(reverse("process_note", args=[session.pk]), {"version": 0, "text": CANARY})
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            assert CANARY not in str(cursor.fetchall()), table


# Written


def test_it_is_saved_as_one_types_and_taken_away_when_emptied(signed_in, session, owner):
    client = signed_in(owner)
    address = reverse("process_note", args=[session.pk])
    script = {"X-Background": "1"}
    first = client.post(address, {"version": 0, "text": "One"}, headers=script).json()["version"]
    second = client.post(address, {"version": first, "text": "Two"}, headers=script).json()["version"]
    clash = client.post(address, {"version": first, "text": "Three"}, headers=script)
    assert clash.status_code == 409
    assert "Two" in clash.content.decode() and "Three" in clash.content.decode()
    assert client.post(address, {"version": second, "text": ""}, headers=script).json()["version"] == 0
    assert ProcessNote.objects.count() == 0


def test_the_page_says_what_belongs_elsewhere(signed_in, session, owner):
    page = signed_in(owner).get(reverse("process_note", args=[session.pk])).content.decode()
    for words in ("when the hour began and ended", "results of tests", "a summary of diagnosis", "progress to date"):
        assert words in page
    assert reverse("note", args=[session.pk]) in page


# The keys


def test_a_new_key_seals_and_the_old_one_still_opens(keys, session, owner):
    note = write(session, owner)
    call_command("process_keys", "rotate", stdout=io.StringIO())
    note.refresh_from_db()
    assert cipher.key_id_of(note.sealed) == "k2"
    assert process_store.unseal(note) == CANARY
    assert (keys.DATA_DIR / "process.keys").read_text().split() == keys.PROCESS_KEYS
    assert (keys.DATA_DIR / "process.keys").stat().st_mode & 0o777 == 0o600
    call_command("process_keys", "drop", stdout=io.StringIO())
    assert cipher.key_ids(keys.PROCESS_KEYS) == ["k2"]
    assert process_store.unseal(note) == CANARY


def test_a_key_that_is_used_is_not_dropped(keys, session, owner):
    write(session, owner)
    process_store.add_key()
    assert process_store.drop_old_keys() == []


def test_without_its_key_the_page_says_so_and_changes_nothing(signed_in, keys, session, owner):
    sealed = write(session, owner).sealed
    keys.PROCESS_KEYS = ring("k9")
    client, address = signed_in(owner), reverse("process_note", args=[session.pk])
    assert "It cannot be opened" in client.get(address).content.decode()
    assert client.post(address, {"version": 1, "text": "Over it"}).status_code == 503
    assert ProcessNote.objects.get().sealed == sealed


def said() -> list[tuple[str, str]]:
    return [(finding.state, finding.sentence.partition(";")[0]) for finding in soundness.process_notes()]


def test_the_doctor_knows_the_ring(keys, session, owner):
    assert said() == [("ok", "0 under a key of their own")]
    write(session, owner)
    keys.PROCESS_KEYS = ring("k2", "k1")
    assert said() == [("note", "1 under an older key")]
    keys.PROCESS_KEYS = ring("k3")
    assert said()[0][0] == "fault" and "put k1 back" in said()[0][1]
    keys.FIELD_KEYS = keys.PROCESS_KEYS = ring("k1")
    assert said() == [("fault", "a key of process.keys is also in field.keys"), ("ok", "1 under a key of their own")]
    keys.PROCESS_KEYS = []
    assert said()[0][0] == "fault"
