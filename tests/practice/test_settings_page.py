"""The practice's settings, its help lines, and what its paper says."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from planner.practice import actions, crisis
from planner.practice.models import CrisisLine, Practice, TrailEntry
from planner.practice.paper import paper_head
from tests import factories


def form(practice, **changes):
    return {
        "name": practice.name, "contact": "12 Quay St\n555 0100", "country": "US", "zone": "America/New_York",
        "language": "en", "paper": "a4", "text_size": "14", "note_format": "dap",
        "note_late_hours": "72", "version": practice.version, **changes,
    }  # fmt: skip


def test_saving(signed_in, owner):
    client = signed_in(owner)
    assert client.post(reverse("practice_settings"), form(owner.practice)).status_code == 302
    practice = Practice.objects.get(pk=owner.practice_id)
    assert (practice.paper, practice.text_size, practice.contact) == ("a4", 14, "12 Quay St\n555 0100")
    last = TrailEntry.objects.order_by("-pk").first()
    assert (last.verb, last.detail) == ("changed", {"fields": ["contact", "paper", "text_size"]})


def test_a_stale_form_overwrites_nothing_and_keeps_the_text(signed_in, owner):
    client = signed_in(owner)
    old = form(owner.practice, contact="typed in the older tab")
    client.post(reverse("practice_settings"), form(owner.practice, name="Newer name"))
    page = client.post(reverse("practice_settings"), old)
    assert page.status_code == 200
    assert b"typed in the older tab" in page.content and b"Somebody else has changed" in page.content
    assert Practice.objects.get(pk=owner.practice_id).name == "Newer name"


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "99999999999"])
def test_a_form_without_its_version_overwrites_nothing(signed_in, owner, version):
    page = signed_in(owner).post(reverse("practice_settings"), form(owner.practice, name="X", version=version))
    assert page.status_code == 200
    assert Practice.objects.get(pk=owner.practice_id).name == "Harbour practice"


@pytest.mark.parametrize(
    "field, value", [("zone", "Mars/Base"), ("country", "ZZ"), ("paper", "a5"), ("text_size", "13")]
)
def test_values_from_nowhere_are_errors_beside_the_field(signed_in, owner, field, value):
    page = signed_in(owner).post(reverse("practice_settings"), form(owner.practice, **{field: value}))
    assert field in page.context["form"].errors


def test_another_country_brings_its_lines(signed_in, owner):
    crisis.write_lines(owner.practice)
    signed_in(owner).post(reverse("practice_settings"), form(owner.practice, country="AU"))
    lines = CrisisLine.objects.filter(practice=owner.practice)
    assert [(line.country, line.reach) for line in lines] == [("AU", "13 11 14"), ("AU", "000")]


def test_the_same_country_leaves_the_lines_alone(signed_in, owner):
    line = actions.keep_help_line(by=owner, name="Own line", reach="555", emergency=False, source="their page")
    signed_in(owner).post(reverse("practice_settings"), form(owner.practice))
    assert CrisisLine.objects.filter(pk=line.pk).exists()


@pytest.mark.parametrize(
    "country, help_lines, emergency",
    [
        ("US", (("988 Suicide & Crisis Lifeline", "988 (call or text)"),), "911"),
        ("CA", (("9-8-8 Suicide Crisis Helpline", "988 (call or text)"),), "911"),
        ("GB", (("Samaritans", "116 123"),), "999 or 112"),
        ("IE", (("Samaritans", "116 123"),), "112 or 999"),
        ("AU", (("Lifeline", "13 11 14"),), "000"),
        ("DE", (), "your local emergency number"),
        ("", (), "your local emergency number"),
    ],
)
def test_the_head_of_the_paper(db, country, help_lines, emergency):
    practice = factories.make_practice(contact=" 12 Quay St \n\n555 0100")
    practice.country = country
    practice.save()
    crisis.write_lines(practice)
    assert paper_head(practice) == {
        "practice": "Harbour practice",
        "contact": ("12 Quay St", "555 0100"),
        "help_lines": help_lines,
        "emergency": emergency,
    }


def test_every_shipped_line_has_a_source():
    assert all(line.source for lines in crisis.LINES.values() for line in lines)
    assert date(2026, 11, 21) == crisis.VERIFIED_ON


def test_a_line_grows_stale_and_is_fresh_after_a_check(signed_in, owner):
    crisis.write_lines(owner.practice)
    line = CrisisLine.objects.first()
    with time_machine.travel(crisis.VERIFIED_ON + timedelta(days=182)):
        assert line.stale
        client = signed_in(owner)
        assert b"check again" in client.get(reverse("practice_settings")).content
        data = {"name": line.name, "reach": line.reach, "source": "called them"}
        client.post(reverse("help_line_change", args=[line.pk]), data)
        line.refresh_from_db()
        assert not line.stale and line.source == "called them"


def test_lines_of_another_practice_do_not_exist(signed_in, owner, stranger):
    line = actions.keep_help_line(by=stranger, name="Theirs", reach="1", emergency=False, source="s")
    client = signed_in(owner)
    assert client.get(reverse("help_line_change", args=[line.pk])).status_code == 404
    assert client.post(reverse("help_line_remove", args=[line.pk])).status_code == 404
    assert CrisisLine.objects.filter(pk=line.pk).exists()


def test_adding_and_taking_out(signed_in, owner):
    client = signed_in(owner)
    data = {"name": "Night line", "reach": "555", "source": "their page"}
    assert client.post(reverse("help_line_add"), data).status_code == 302
    line = CrisisLine.objects.get()
    assert line.practice == owner.practice
    assert client.post(reverse("help_line_remove", args=[line.pk])).status_code == 302
    assert CrisisLine.objects.count() == 0
