"""Statements of a pack: what is refused with file and line, what loading keeps, and the pages."""

from dataclasses import astuple

import pytest
from django.urls import reverse

from planner.library import actions, courses, packs
from planner.library.models import Pack, Statement
from tests import factories
from tests.library.make import entry, statement, write_pack

pytestmark = pytest.mark.django_db
ENTRIES = (entry("alpha"), entry("beta"), entry("gamma"))


def load(folder, *texts):
    return actions.load_pack(write_pack(folder, *ENTRIES, statements=texts))


def test_loading_again_changes_nothing_and_what_is_gone_is_retired(tmp_path, owner):
    assert astuple(load(tmp_path, statement()).statements) == (1, 0, 0, 0)
    assert astuple(load(tmp_path, statement()).statements) == (0, 0, 1, 0)
    Pack.objects.update(content_hash="")
    assert astuple(load(tmp_path, statement()).statements) == (0, 0, 1, 0)
    assert astuple(load(tmp_path, statement(measures="GAD-7")).statements) == (0, 1, 0, 0)
    assert Statement.objects.get().parsed.measures == ("GAD-7",)
    assert astuple(load(tmp_path).statements) == (0, 0, 0, 1)
    assert list(Statement.objects.visible_to(owner)) == []
    assert astuple(load(tmp_path, statement()).statements) == (0, 1, 0, 0)


BAD = {
    "an intervention that is not there": ({"interventions": "alpha, beta, delta"}, 17, "no intervention 'delta'"),
    "a measure nobody knows": ({"measures": "Horoscope"}, 18, "Input should be"),
    "an unknown blank": (
        {"objective": "{who} {by when} {measured how} {whatever}"},
        16,
        "no blank is called 'whatever'",
    ),
    "an objective without a date": ({"objective": "{who} {what} {measured how}"}, 16, "an objective names {by when}"),
    "an objective that says nothing": ({"objective": "{who} {by when} {measured how}"}, 16, "an objective says {what}"),
    "a lone brace": ({"objective": "{who} {what} {by when} {measured how} }"}, 16, "a brace stands alone"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_by_file_and_line(tmp_path, name):
    given, line, said = BAD[name]
    with pytest.raises(packs.BadPack) as caught:
        load(tmp_path, statement(**given))
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == ("statements/fear-of-loss.yaml", line)
    assert said in problem.message
    assert Statement.objects.count() == 0


def test_an_objective_says_what_is_done_and_how_it_is_measured(tmp_path):
    sound = '"By {by when}, {who} does {what}, as shown by {measured how}."'
    text = statement().replace(f"  - {sound}", f"  - text: {sound}\n    intervention: beta\n    measured: own count")
    load(tmp_path, text)
    plain, told = Statement.objects.get().parsed.objectives[-2:]
    assert (plain.intervention, plain.measured) == (None, None)
    assert (told.intervention, told.measured) == ("beta", "own count")
    with pytest.raises(packs.BadPack, match="done with 'epsilon', which is not among the interventions"):
        load(tmp_path, text.replace("intervention: beta", "intervention: epsilon"))


def test_the_schema_knows_both_forms_of_an_objective():
    shape = courses.StatementFile.model_json_schema()["$defs"]["StatementObjective"]
    assert [part["type"] for part in shape["anyOf"]] == ["string", "object"]


def test_a_file_under_another_name(tmp_path):
    write_pack(tmp_path, *ENTRIES, statements=(statement(),))
    (tmp_path / "statements" / "fear-of-loss.yaml").rename(tmp_path / "statements" / "other.yaml")
    with pytest.raises(packs.BadPack, match="is named fear-of-loss.yaml"):
        packs.read_pack(tmp_path)


def test_blanks():
    text = "By {by when}, {who} does it."
    assert courses.plain(text) == "By [by when], [who] does it."
    assert courses.pieces(text) == [
        ("By ", False), ("by when", True), (", ", False), ("who", True), (" does it.", False),
    ]  # fmt: skip


def test_the_list_finds_by_words(owner, signed_in):
    factories.make_statement()
    factories.make_statement(slug="anger", name="Anger", about="Anger comes first.")
    shown = signed_in(owner).get(reverse("statements"), {"q": "anger FIRST"}).content.decode()
    assert "Anger comes first." in shown and "Fear of being left" not in shown
    assert "Nothing has all of these words." in signed_in(owner).get("/library/statements/?q=zzz").content.decode()


def test_an_empty_bank_says_what_to_do(owner, signed_in):
    assert "manage.py load_pack" in signed_in(owner).get(reverse("statements")).content.decode()


def test_a_statement_leads_to_what_helps_and_copies_as_clean_text(owner, signed_in):
    row = factories.make_statement(factories.make_intervention("talk", name="Talk"))
    browser = signed_in(owner)
    shown = browser.get(reverse("statement", args=[row.pk])).content.decode()
    assert "Talk" in shown and "not-there" not in shown
    assert 'data-plain="By [by when], [who] does [what] 0 times, as shown by [measured how]."' in shown
    text = browser.get(reverse("statement_text", args=[row.pk]))
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    said = text.content.decode()
    assert said.startswith("Fear of being left\n\nCloseness comes with the fear of losing it.\n")
    assert "1. Goal 1.\n   In the client's own words: What would be different?\n" in said
    assert "{" not in said and "<" not in said


def test_a_statement_of_another_practice_does_not_exist(owner, stranger, signed_in):
    row = factories.make_statement()
    Statement.objects.update(practice=stranger.practice)
    assert signed_in(owner).get(reverse("statement", args=[row.pk])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(owner, signed_in, rows, django_assert_num_queries):
    for n in range(rows):
        factories.make_statement(slug=f"statement-{n}")
    browser = signed_in(owner)
    browser.get(reverse("statements"))
    with django_assert_num_queries(3):
        browser.get(reverse("statements"))
