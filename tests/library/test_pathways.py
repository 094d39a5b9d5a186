"""Pathways of a pack: what is refused with file and line, what loading keeps, and the pages."""

from dataclasses import astuple

import pytest
from django.urls import reverse

from planner.library import actions, packs
from planner.library.models import Pack, Pathway
from planner.library.pathways import hours_of
from tests import factories
from tests.library.make import TEMPLATE, entry, pathway, write_pack

pytestmark = pytest.mark.django_db
STEADY = TEMPLATE.format(slug="steady-hour", intervention="alpha")


def load(folder, *texts):
    return actions.load_pack(
        write_pack(folder, entry("alpha", gates="joint-task"), templates=(STEADY,), pathways=texts)
    )


def test_loading_again_changes_nothing_and_what_is_gone_is_retired(tmp_path, owner):
    assert astuple(load(tmp_path, pathway()).pathways) == (1, 0, 0, 0)
    Pack.objects.update(content_hash="")
    assert astuple(load(tmp_path, pathway()).pathways) == (0, 0, 1, 0)
    assert astuple(load(tmp_path, pathway(minutes=60)).pathways) == (0, 1, 0, 0)
    assert astuple(load(tmp_path).pathways) == (0, 0, 0, 1)
    assert list(Pathway.objects.visible_to(owner)) == []


BAD = {
    "an intervention that is not there": ({"intervention": "delta"}, 18, "no intervention 'delta' in this pack"),
    "a template that is not there": ({"template": "delta"}, 11, "no template 'delta' in this pack"),
    "an hour too short": ({"minutes": 40}, 10, "the template 'steady-hour' takes 50 minutes"),
    "a template for others": ({"for_whom": "couple, family"}, 11, "the template 'steady-hour' is for couple alone"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_by_file_and_line(tmp_path, name):
    given, line, said = BAD[name]
    with pytest.raises(packs.BadPack) as caught:
        load(tmp_path, pathway(**given))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("pathways/first-weeks.yaml", line)
    assert said in problem.message
    assert Pathway.objects.count() == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    template: steady-hour\n", "", "expected either a template or items"),
        ("minutes: 20 }", "minutes: 60 }", "the items take 65 minutes, more than the 50 of the session"),
        ("    choices:\n      - { if: it is too much, then: stay here. }\n", "", "expected at least one choice point"),
        ("[partner]", "[dog]", "Input should be"),
    ],
)
def test_a_session_that_does_not_hold_together(tmp_path, old, new, said):
    assert old in pathway()
    with pytest.raises(packs.BadPack, match=said):
        load(tmp_path, pathway().replace(old, new))


def test_a_broken_template_is_told_once(tmp_path):
    write_pack(
        tmp_path, entry("alpha"), templates=(STEADY.replace("minutes: 50", "minutes: no"),), pathways=(pathway(),)
    )
    with pytest.raises(packs.BadPack) as caught:
        packs.read_pack(tmp_path)
    assert [problem.file for problem in caught.value.problems] == ["templates/steady-hour.yaml"]


def test_the_format_is_told_as_a_schema():
    schema = packs.json_schema()
    assert {"statements/*.yaml", "pathways/*.yaml"} <= set(schema)
    assert "if" in schema["pathways/*.yaml"]["$defs"]["Choice"]["properties"]


def test_gates_come_from_the_interventions(tmp_path):
    load(tmp_path, pathway())
    first, second = hours_of(Pathway.objects.get())
    assert (first.gates, first.day, second.gates, second.day) == (["joint-task"], 0, ["joint-task"], 14)
    assert [item.title for item in first.items] == ["Check-in", "Alpha", "Closing"]
    assert [item.title for item in second.items] == ["Alpha", "Own words"]


def test_the_page_shows_each_session(tmp_path, owner, signed_in):
    load(tmp_path, pathway())
    row = Pathway.objects.get()
    shown = " ".join(signed_in(owner).get(reverse("pathway", args=[row.pk])).content.decode().split())
    for part in (
        "Joint task: ask each person alone about safety first", "<dt>If it is too much</dt><dd>then stay here.</dd>",
        "14 days after the one before", "With: Partner", "Template: A steady hour", "See it for a case",
    ):  # fmt: skip
        assert part in shown, part
    assert reverse("pathway_case", args=[row.pk]) in shown


def test_a_supervisor_reads_and_lays_nothing(supervisor, signed_in):
    row = factories.make_pathway()
    page = signed_in(supervisor).get(reverse("pathway", args=[row.pk]))
    assert page.status_code == 200 and "See it for a case" not in page.content.decode()


def test_an_empty_list_says_what_to_do(owner, signed_in):
    assert "manage.py load_pack" in signed_in(owner).get(reverse("pathways")).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(owner, signed_in, rows, django_assert_num_queries):
    for n in range(rows):
        factories.make_pathway(slug=f"pathway-{n}")
    browser = signed_in(owner)
    browser.get(reverse("pathways"))
    with django_assert_num_queries(3):
        browser.get(reverse("pathways"))


@pytest.mark.parametrize("times", [1, 3])
def test_a_page_costs_the_same_for_two_and_for_six_sessions(owner, signed_in, times, django_assert_num_queries):
    row = factories.make_pathway(factories.make_intervention("talk"))
    Pathway.objects.update(content=dict(row.content, sessions=row.content["sessions"][:2] * times))
    browser = signed_in(owner)
    browser.get(reverse("pathway", args=[row.pk]))
    with django_assert_num_queries(4):
        browser.get(reverse("pathway", args=[row.pk]))
