"""What breaks systems like this one, tried at every door: hostile text, extra fields, leaks, reads that write, headers.

The doors come from tests/test_doors.py, so a new door is tried without a line here.
"""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from planner.cases.models import Case, Person, TeamMember
from planner.sessions.models import Session
from tests.test_doors import DOORS, PEOPLE, address_of, knock


class Fields(HTMLParser):
    """The controls of the first POST form in the content of a page: name -> (kind, value)."""

    def __init__(self, page: str):
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}
        self.action = ""
        self._in_main = self._in_form = self._done = False
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        at = dict(attrs)
        if tag == "main":
            self._in_main = True
        elif tag == "form" and self._in_main and (at.get("method") or "").lower() == "post" and not self._done:
            self._in_form, self.action = True, at.get("action") or ""
        elif self._in_form and tag == "textarea" and at.get("name"):
            self.found[at["name"]] = ("text", "")
        elif self._in_form and tag == "select" and at.get("name"):
            self._select = at["name"]
            self.found[self._select] = ("choice", "")
        elif self._in_form and tag == "option" and self._select and (at.get("value") or "") and "selected" in at:
            self.found[self._select] = ("choice", at["value"])
        elif self._in_form and tag == "option" and self._select and not self.found[self._select][1]:
            self.found[self._select] = ("choice", at.get("value") or "")
        elif self._in_form and tag == "input" and at.get("name"):
            self._input(at)

    def _input(self, at):
        kind = at.get("type", "text")
        value = at.get("value") or ""
        if kind in ("checkbox", "radio"):
            if "checked" in at or (kind == "radio" and at["name"] not in self.found):
                self.found[at["name"]] = ("choice", value)
        elif kind in ("text", "search"):
            self.found[at["name"]] = ("text", value)
        else:
            self.found[at["name"]] = (kind, value)

    def handle_endtag(self, tag):
        if tag == "form" and self._in_form:
            self._in_form, self._done = False, True
        elif tag == "select":
            self._select = ""


def forms_of_the_house(world):
    """(address, fields) of every page with a form that the owner can open."""
    client = Client()
    client.force_login(world.people["owner"])
    for name, rows in DOORS.items():
        for row in rows:
            if row.post or row.opens[-1] != 200 or name in ("setup", "join"):
                continue
            address = address_of(world, name, row)
            response = client.get(address)
            if not response.headers["Content-Type"].startswith("text/html"):
                continue
            fields = Fields(response.content.decode())
            if any(kind == "text" for kind, _value in fields.found.values()):
                yield client, fields.action or address, fields.found


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "template": "{{ settings.SECRET_KEY }}{% include 'base.html' %}{0.__class__}%(x)s",
    "nul": "a\x00b",
    "bidi": "a\u202eexe.fdp\u2066b",
    "odd": "Zoë Нгуен 阮 محمد 🙂 e\u0301",
    "long": "x" * 70_000,
    "blank": " \u00a0\u200b ",
    "control": "a\x1b[31mb\r\nSet-Cookie: x=1",
    "formula": "=1+1",
}


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_any_field_is_text_or_a_sentence(world, payload):
    tried = 0
    for client, address, fields in forms_of_the_house(world):
        data = {name: payload if kind == "text" else value for name, (kind, value) in fields.items()}
        response = client.post(address, data, follow=True)
        tried += 1
        assert response.status_code in (200, 400, 409, 413, 422), address
        shown = response.content.decode(errors="replace") if not response.streaming else ""
        if response.headers["Content-Type"].startswith("text/html"):
            assert "<script>alert(1)" not in shown and "<img src=x" not in shown, address
            assert "\x00" not in shown and "\u202e" not in shown, address
    assert tried >= 8


def test_fields_that_no_form_has_change_nothing(world, colleague, stranger):
    """Owner, practice, ids and stamps sent along with every form are passed over."""
    extra = {
        "practice": stranger.practice_id, "practice_id": stranger.practice_id, "is_active": "", "by": colleague.pk,
        "created_at": "1999-01-01", "case": 987654321, "user": stranger.pk, "code": "HACKED", "hash": "0",
        "password": "hacked-hacked", "is_superuser": "1", "state": "held",
    }  # fmt: skip
    for client, address, fields in forms_of_the_house(world):
        response = client.post(address, {name: value for name, (_kind, value) in fields.items()} | extra)
        assert response.status_code < 500, address
    world.session.refresh_from_db()
    world.case.refresh_from_db()
    assert (world.case.practice_id, world.case.code != "HACKED") == (world.people["owner"].practice_id, True)
    assert world.session.state == "planned"
    assert not Case.objects.filter(created_at__year=1999).exists()
    assert set(Person.objects.values_list("practice_id", flat=True)) == {
        world.people["owner"].practice_id, stranger.practice_id,
    }  # fmt: skip
    assert all(world.people[name].check_password("hacked-hacked") is False for name in PEOPLE[1:])


def rows_of_the_house() -> dict[str, str]:
    """A hash of every table, but for those that reading may write: the trail and the sign-in sessions."""
    told = {"TrailEntry", "TrailHead", "OpenSession"}
    return {
        model.__name__: hashlib.sha256(repr(sorted(map(repr, model.objects.values_list()))).encode()).hexdigest()
        for model in apps.get_app_config("planner").get_models()
        if model.__name__ not in told
    }


def test_reading_changes_nothing(world):
    client = Client()
    client.force_login(world.people["owner"])
    before = rows_of_the_house()
    for name, rows in DOORS.items():
        for row in rows:
            address = address_of(world, name, row)
            for method in (client.get, client.head, client.options):
                method(address)
    assert rows_of_the_house() == before


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
POLICY = ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
          "object-src 'none'", "form-action 'self'"]  # fmt: skip


@pytest.mark.parametrize("person", ["nobody", "front_desk", "owner"])
def test_every_answer_carries_the_headers(world, person):
    for name, rows in DOORS.items():
        for row in rows:
            response = knock(world, person, name, row)
            told = {header: response.headers.get(header) for header in HEADERS}
            assert told == HEADERS, name
            said = [part.strip() for part in response.headers["Content-Security-Policy"].split(";")]
            assert [part for part in POLICY if part not in said] == [], name
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert "no-store" in response.headers["Cache-Control"], name
            assert response.headers["Referrer-Policy"] in ("same-origin", "strict-origin")
            assert response.headers["Permissions-Policy"]


def test_no_page_names_another_host(world):
    """No address of another host in any page: nothing is asked of anybody else."""
    other = re.compile(r"""(?:src|href|action|content)=["'](?:https?:)?//(?!www\.w3\.org)""")
    for name, rows in DOORS.items():
        for row in rows:
            content = knock(world, "owner", name, row).content.decode(errors="replace")
            assert not other.search(content), name


def test_a_stale_session_form_keeps_what_was_typed(world, colleague):
    TeamMember.objects.create(case=world.case, user=colleague, role="co")
    address = reverse("item_change", args=[world.session.pk, world.item.pk])
    both = {}
    for user, title in ((world.people["owner"], "Mine, typed first"), (colleague, "Theirs, typed later")):
        client = Client()
        client.force_login(user)
        both[title] = client.post(address, {"version": world.things["version"], "title": title})
    assert [response.status_code for response in both.values()] == [302, 409]
    shown = both["Theirs, typed later"].content.decode()
    assert "Mine, typed first" in shown and "Theirs, typed later" in shown
    assert Session.objects.get(pk=world.session.pk).items.filter(title="Mine, typed first").exists()


def test_a_thing_of_another_practice_in_a_form_is_refused(world, stranger):
    """Ids in the body are looked up for the person who sends them, like ids in the address."""
    client = Client()
    client.force_login(stranger)
    own = Case.objects.visible_to(stranger).get()
    theirs = SimpleNamespace(session=world.session.pk, participant=world.things["participant"])
    made = client.post(
        reverse("session_new", args=[own.pk]),
        {"day": "2027-01-11", "clock": "10:00", "kind": "regular", "minutes": "50", "attendees": [theirs.participant]},
    )
    assert made.status_code in (200, 422)
    assert not Session.objects.filter(case=own).exists()
