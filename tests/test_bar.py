"""What breaks systems like this one, tried at every door: hostile text, extra fields, leaks, reads that write, headers.

The doors come from tests/test_doors.py, so a new door is tried without a line here.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import re
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

import planner
from planner.base.forms import LineField, TextField
from planner.cases.models import Case, Participant, Person, TeamMember
from planner.plans.models import PlanPrint
from planner.practice.models import User
from planner.sessions.models import Session
from tests.canary import words
from tests.test_doors import DOORS, PEOPLE, address_of, knock


class _Forms(HTMLParser):
    """Every POST form in the content of a page."""

    def __init__(self):
        super().__init__()
        self.forms: list[tuple[str, dict[str, tuple[str, str]]]] = []
        self._in_main = self._in_form = False
        self._select = ""

    @property
    def found(self) -> dict[str, tuple[str, str]]:
        return self.forms[-1][1]

    def handle_starttag(self, tag, attrs):
        at = dict(attrs)
        if tag == "main":
            self._in_main = True
        elif tag == "form" and self._in_main and (at.get("method") or "").lower() == "post":
            self._in_form = True
            self.forms.append((at.get("action") or "", {}))
        elif self._in_form and (at.get("name") or tag == "option"):
            self._control(tag, at)

    def _control(self, tag, at):
        if tag == "textarea":
            self.found[at["name"]] = ("text", "")
        elif tag == "select":
            self._select = at["name"]
            self.found[self._select] = ("choice", "")
        elif tag == "option" and self._select:
            if "selected" in at or not self.found[self._select][1]:
                self.found[self._select] = ("choice", at.get("value") or "")
        elif tag == "input":
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
        if tag == "form":
            self._in_form = False
        elif tag == "select":
            self._select = ""


def forms_of(page: str) -> list[tuple[str, dict[str, tuple[str, str]]]]:
    """(address, controls) of every POST form in the content of a page."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


@dataclass(frozen=True)
class Sent:
    """One form of the house as its page showed it."""

    address: str
    fields: dict[str, tuple[str, str]]

    def data(self, text: str | None = None, **others: str) -> dict[str, str]:
        """What is sent: as it was shown, every text replaced by `text` where one is given."""
        typed = {name: value if text is None or kind != "text" else text for name, (kind, value) in self.fields.items()}
        return {**typed, **{name: value for name, value in others.items() if name in self.fields}}


def forms_of_the_house(world) -> tuple[Client, list[Sent]]:
    """The owner, and every form with a text or a choice that stands on a page, once for each kind of address."""
    client = Client()
    client.force_login(world.people["owner"])
    found: dict[tuple[str, frozenset[str]], Sent] = {}
    for name, rows in DOORS.items():
        for row in rows:
            if row.post or row.opens[-1] != 200 or name in ("setup", "join"):
                continue
            address = address_of(world, name, row)
            response = client.get(address)
            if not response.headers["Content-Type"].startswith("text/html"):
                continue
            for action, fields in forms_of(response.content.decode()):
                if any(kind in ("text", "choice") for kind, _value in fields.values()):
                    target = (action or address).split("?")[0]
                    kind = (resolve(target).url_name, frozenset(fields))
                    found.setdefault(kind, Sent(action or address, fields))
    return client, list(found.values())


@contextmanager
def undone():
    """Whatever is written inside is taken back, so that each form finds the house as it was."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


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


def test_hostile_text_in_any_form_is_text_or_a_sentence(world):
    client, found = forms_of_the_house(world)
    tried = 0
    for form in found:
        if not any(kind == "text" for kind, _value in form.fields.values()):
            continue
        tried += 1
        for name, payload in HOSTILE.items():
            with undone():
                response = client.post(form.address, form.data(payload), follow=True)
            assert response.status_code in (200, 400, 409, 413, 422), (form.address, name)
            if response.headers["Content-Type"].startswith("text/html"):
                shown = response.content.decode(errors="replace")
                assert "<script>alert(1)" not in shown and "<img src=x" not in shown, (form.address, name)
                assert "\x00" not in shown and "\u202e" not in shown, (form.address, name)
    assert tried >= 60


def counts() -> dict[str, int]:
    """How many rows each table has, but for the trail, the keys of forms and the sign-in sessions."""
    told = {"TrailEntry", "TrailHead", "OpenSession", "Once"}
    models = apps.get_app_config("planner").get_models()
    return {model.__name__: model.objects.count() for model in models if model.__name__ not in told}


def test_a_double_click_on_any_form_counts_once(world):
    client, found = forms_of_the_house(world)
    counted, twice = 0, []
    for form in found:
        with undone():
            before = counts()
            first = client.post(form.address, form.data("Words"))
            once = counts()
            second = client.post(form.address, form.data("Words"))
            twice += [form.address] if counts() != once or second.status_code >= 500 else []
            counted += first.status_code == 302 and once != before
    assert twice == []
    assert counted >= 5


def test_a_print_dialog_that_stays_open_prints_other_choices_anew(world):
    client, address = Client(), reverse("plan_print", args=[world.things["plan"]])
    client.force_login(world.people["owner"])
    for size in ("12", "12", "18"):
        client.post(address, {"once": "key", "whom": "record", "size": size, "paper": "letter"})
    sizes = PlanPrint.objects.exclude(pk=world.things["plan_print"]).values_list("printed__options__size", flat=True)
    assert sorted(sizes) == [12, 18]


def test_a_form_that_grew_old_writes_over_nothing(world):
    """Two windows with the same form: the second that is sent does not take the first one's words away unseen."""
    client, found = forms_of_the_house(world)
    stopped, lost = 0, []
    for form in found:
        if not form.fields.get("version", ("", ""))[1] or ("text", "") not in {
            (kind, "") for kind, _value in form.fields.values()
        }:
            continue
        with undone():
            first = client.post(form.address, form.data("Words of the first", once="first"))
            if first.status_code == 302:
                second = client.post(form.address, form.data("Words of the second", once="second"))
                is_told = second.status_code in (409, 422)
                lost += [] if is_told or "Words of the first" in everything() else [form.address]
                stopped += is_told
    assert lost == []
    assert stopped >= 3


def everything() -> str:
    """Every row of the house as text."""
    return " ".join(repr(list(model.objects.values_list())) for model in apps.get_app_config("planner").get_models())


def test_fields_that_no_form_has_change_nothing(world, colleague, stranger):
    """Owner, practice, ids and stamps sent along with every form are passed over."""
    extra = {
        "practice": stranger.practice_id, "practice_id": stranger.practice_id, "is_active": "", "by": colleague.pk,
        "created_at": "1999-01-01", "case": 987654321, "user": stranger.pk, "code": "HACKED", "hash": "0",
        "password": "hacked-hacked", "is_superuser": "1", "state": "held",
    }  # fmt: skip
    client, found = forms_of_the_house(world)
    for form in found:
        with undone():
            more = {name: value for name, value in extra.items() if name not in form.fields}
            response = client.post(form.address, form.data() | more)
            assert response.status_code < 500, form.address
            world.session.refresh_from_db()
            world.case.refresh_from_db()
            assert (world.case.practice_id, world.case.code != "HACKED") == (world.people["owner"].practice_id, True)
            assert world.session.state == "planned"
            assert not Case.objects.filter(created_at__year=1999).exists()
            assert set(Person.objects.values_list("practice_id", flat=True)) == {
                world.people["owner"].practice_id, stranger.practice_id,
            }  # fmt: skip
    assert all(world.people[name].check_password("hacked-hacked") is False for name in PEOPLE[1:])


def links_out_of(practice) -> list[str]:
    """Rows of a case of this practice that point to a person, participant or colleague of another one."""
    found = []
    for model in words.of_a_case():
        if model in (Case, Person):
            continue
        way = words.way_to_case(model)
        for field in model._meta.concrete_fields:
            to = {Person: "practice", User: "practice", Participant: "case__practice"}.get(field.related_model)
            if to:
                rows = model.objects.filter(**{f"{way}__practice": practice, f"{field.name}__isnull": False})
                found += [f"{model.__name__}.{field.name}" for _n in rows.exclude(**{f"{field.name}__{to}": practice})]
    return found


def test_a_choice_of_another_practice_links_nothing(world, stranger):
    """Every choice of every form replaced by an id of a stranger's thing: nothing of theirs comes into the case."""
    practice = world.people["owner"].practice
    place = Case.objects.visible_to(stranger).get().participants.first()
    client, found = forms_of_the_house(world)
    tried = 0
    for form in found:
        ids = {name: value for name, (kind, value) in form.fields.items() if kind == "choice" and value.isdigit()}
        for foreign in {str(place.pk), str(place.person_id), str(stranger.pk)} if ids else ():
            tried += 1
            with undone():
                response = client.post(form.address, form.data("Words") | dict.fromkeys(ids, foreign))
                assert response.status_code < 500, form.address
                assert links_out_of(practice) == [], form.address
    assert tried >= 20


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


#: An address of another host in a page: nothing is asked of anybody else.
ELSEWHERE = re.compile(rb"""(?:src|href|action|content)=["'](?:https?:)?//(?!www\.w3\.org)""")


@pytest.mark.parametrize("person", ["nobody", "front_desk", "owner"])
def test_every_answer_carries_the_headers_and_names_no_other_host(world, person):
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
            assert not ELSEWHERE.search(response.content), name


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


def texts_of_forms() -> list:
    """Every field of every form of the house that takes a text. Fields of allauth's own forms are its to clean."""
    for module in pkgutil.walk_packages(planner.__path__, "planner."):
        if module.name.rpartition(".")[2].endswith("forms"):
            importlib.import_module(module.name)
    classes, rest = [], [forms.Form]
    while rest:
        made = rest.pop().__subclasses__()
        classes += [one for one in made if one.__module__.startswith("planner.")]
        rest += made
    return [
        pytest.param(field, id=f"{one.__module__}.{one.__name__}.{name}")
        for one in sorted(dict.fromkeys(classes), key=lambda one: (one.__module__, one.__name__))
        if not any(base.__module__.startswith("allauth.") for base in one.__mro__)
        for name, field in one.base_fields.items()
        if type(field) in (forms.CharField, LineField, TextField)
        and not isinstance(field.widget, (forms.HiddenInput, forms.PasswordInput))
    ]


@pytest.mark.parametrize("field", texts_of_forms())
def test_a_text_is_cleaned_and_has_an_end(field):
    assert isinstance(field, (LineField, TextField))  # the ones that clean
    assert field.max_length
    for payload in HOSTILE.values():
        try:
            kept = field.clean(payload)
        except forms.ValidationError:
            continue
        assert len(kept) <= field.max_length
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", kept)


def test_a_form_without_its_mark_is_refused_at_every_door(world):
    """No other site can make a browser write here: every POST asks for the mark of our own page."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["owner"])
    for name, rows in DOORS.items():
        for row in rows:
            assert client.post(address_of(world, name, row), row.data).status_code in (403, 404, 405), name


def test_no_door_knows_other_methods(world):
    client = Client()
    client.force_login(world.people["owner"])
    for name, rows in DOORS.items():
        for method in (client.put, client.patch, client.delete, client.trace):
            assert method(address_of(world, name, rows[0])).status_code in (403, 404, 405), (name, method.__name__)


ODD = {
    "hostile": "a\x00' OR 1=1 --\u202eexe", "huge": "9" * 40, "below": "-1", "day": "2027-99-99",
    "letters": "\u0661\u00b2",
}  # fmt: skip


def asked_of(page: str) -> set[str]:
    """The names that a page's links and search forms put into a query."""
    linked = re.findall(r"""(?:href|action|hx-get|src)="[^"]*\?([^"#]+)""", page)
    names = {pair.split("=")[0] for query in linked for pair in query.replace("&amp;", "&").split("&")}
    for form in re.findall(r"<form(?![^>]*post)[^>]*>.*?</form>", page, re.S):
        names |= set(re.findall(r'name="([^"]+)"', form))
    return {name for name in names if re.fullmatch(r"[a-z_]+", name)}


def test_an_odd_query_is_passed_over_or_told(world):
    """Whatever stands behind the question mark: a page, a sentence or a 404, never a fault of ours."""
    client = Client()
    client.force_login(world.people["owner"])
    tried = 0
    for name, rows in DOORS.items():
        address = address_of(world, name, rows[0]).split("?")[0]
        if rows[0].post or rows[0].opens[-1] != 200:
            continue
        response = client.get(address)
        is_page = response.headers["Content-Type"].startswith("text/html")
        names = asked_of(response.content.decode()) if is_page else set()
        for odd, text in ODD.items() if names else ():
            answer = client.get(address, dict.fromkeys(names, text))
            tried += 1
            assert answer.status_code in (200, 302, 400, 404, 422), (address, odd)
            if answer.headers["Content-Type"].startswith("text/html"):
                assert "\u202e" not in answer.content.decode(), (address, odd)
    assert tried > 100


def test_no_text_becomes_a_template():
    """Layout parts that make a template of their text are given words of ours alone, in `planner.base.forms`."""
    found = []
    for path in Path(apps.get_app_config("planner").path).rglob("*.py"):
        text = path.read_text()
        layout = re.findall(r"from crispy_forms\.layout import \(?([^)\n]*)", text)
        used = {name.strip() for names in layout for name in names.split(",")} & {"Fieldset", "Submit", "Button"}
        found += [(path.name, name) for name in used if path.parts[-2:] != ("base", "forms.py")]
        found += [(path.name, said) for said in re.findall(r"\bHTML\((?!'\{% include|string=)", text)]
        found += [(path.name, "Template") for _n in re.findall(r"django\.template import .*\bTemplate\b", text)]
    assert found == []
