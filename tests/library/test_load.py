"""Loading a pack: what becomes new editions, what is retired, that nothing is half-written."""

import os
from dataclasses import astuple
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from planner.library import actions, packs
from planner.library.models import (
    Facet,
    Intervention,
    InterventionEdition,
    Mention,
    Pack,
    SessionTemplate,
    Word,
    Worksheet,
    WorksheetEdition,
)
from tests.library.make import TEMPLATE, entry, write_pack

pytestmark = pytest.mark.django_db
STEADY = TEMPLATE.format(slug="steady-hour", intervention="alpha")


def counts(loaded):
    """(new, changed, unchanged, retired) of interventions, worksheets and templates."""
    return [astuple(part) for part in (loaded.interventions, loaded.worksheets, loaded.templates)]


@pytest.fixture
def pack(tmp_path):
    return write_pack(tmp_path, entry("alpha", tags="DV"), entry("beta"), templates=(STEADY,))


def load(folder, *entries, templates=(STEADY,)):
    return actions.load_pack(write_pack(folder, *entries, templates=templates))


def test_first_load(pack):
    assert counts(actions.load_pack(pack)) == [(2, 0, 0, 0), (2, 0, 0, 0), (1, 0, 0, 0)]
    alpha = Intervention.objects.get(slug="alpha")
    assert (alpha.name, alpha.current.number, alpha.pack.licence) == ("Alpha", 1, "CC BY 4.0")
    assert alpha.current.parsed.steps[1].do == "Guide one round."
    sheet = alpha.worksheets.get()
    assert (sheet.name, sheet.current.number, len(sheet.current.blocks)) == ("Our talk", 1, 2)
    assert SessionTemplate.objects.get().content["items"][1]["intervention"] == "alpha"
    assert set(Facet.objects.filter(intervention=alpha).values_list("kind", "value")) == {
        ("phase", "skill-building"),
        ("for_whom", "couple"),
        ("setting", "in-person"),
    }


def test_loading_again_changes_nothing(pack):
    actions.load_pack(pack)
    before = [list(model.objects.order_by("pk").values()) for model in (Intervention, Worksheet, SessionTemplate, Word)]
    assert counts(actions.load_pack(pack)) == [(0, 0, 2, 0), (0, 0, 2, 0), (0, 0, 1, 0)]
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (Intervention, Worksheet, SessionTemplate, Word)
    ]


def test_rereading_the_same_content_changes_nothing(pack):
    actions.load_pack(pack)
    Pack.objects.update(content_hash="")
    assert counts(actions.load_pack(pack)) == [(0, 0, 2, 0), (0, 0, 2, 0), (0, 0, 1, 0)]
    assert (InterventionEdition.objects.count(), WorksheetEdition.objects.count()) == (2, 2)


def test_a_changed_step_makes_a_new_edition_of_the_intervention_alone(pack):
    actions.load_pack(pack)
    old = InterventionEdition.objects.get(intervention__slug="alpha")
    loaded = load(pack, entry("alpha", do="Guide two rounds."), entry("beta"))
    assert counts(loaded) == [(0, 1, 1, 0), (0, 0, 2, 0), (0, 0, 1, 0)]
    alpha = Intervention.objects.get(slug="alpha")
    assert (alpha.current.number, alpha.current.content["steps"][1]["do"]) == (2, "Guide two rounds.")
    old.refresh_from_db()
    assert (old.number, old.content["steps"][1]["do"]) == (1, "Guide one round.")


def test_a_changed_sheet_makes_a_new_edition_of_the_sheet_alone(pack):
    actions.load_pack(pack)
    loaded = load(pack, entry("alpha", tags="DV", title="Our weekly talk"), entry("beta"))
    assert counts(loaded) == [(0, 0, 2, 0), (0, 1, 1, 0), (0, 0, 1, 0)]
    sheet = Worksheet.objects.get(slug="alpha-sheet")
    assert (sheet.name, sheet.current.number) == ("Our weekly talk", 2)
    assert list(sheet.editions.order_by("number").values_list("content__title", flat=True)) == [
        "Our talk",
        "Our weekly talk",
    ]
    assert Intervention.objects.get(slug="alpha").current.number == 1


def test_content_that_returns_is_the_edition_it_was(pack):
    actions.load_pack(pack)
    load(pack, entry("alpha", do="Guide two rounds."), entry("beta"))
    load(pack, entry("alpha", tags="DV"), entry("beta"))
    alpha = Intervention.objects.get(slug="alpha")
    assert (alpha.current.number, alpha.editions.count()) == (1, 2)


def test_what_is_gone_is_retired_and_may_return(pack, owner):
    actions.load_pack(pack)
    loaded = load(pack, entry("alpha", tags="DV"), templates=())
    assert counts(loaded) == [(0, 0, 1, 1), (0, 0, 1, 1), (0, 0, 0, 1)]
    assert [row.slug for row in Intervention.objects.visible_to(owner)] == ["alpha"]
    assert Intervention.objects.get(slug="beta").editions.count() == 1
    assert counts(load(pack, entry("alpha", tags="DV"), entry("beta"))) == [(0, 1, 1, 0), (0, 1, 1, 0), (0, 1, 0, 0)]
    assert Intervention.objects.visible_to(owner).count() == 2


def test_a_translation_follows_its_original(pack):
    actions.load_pack(pack)
    state = Intervention.objects.get(slug="alpha").whole_hash
    spanish = entry(
        "alpha", language="es", more=f"follows: {state}\n", name="Alfa", sheet="alpha-sheet", title="Charla"
    )
    load(pack, entry("alpha", tags="DV"), entry("beta"), spanish)
    translated = Intervention.objects.select_related("original").get(language="es")
    assert (translated.original.language, translated.is_behind) == ("en", False)
    assert translated.worksheets.get().language == "es"
    load(pack, entry("alpha", tags="DV", title="Another title"), entry("beta"), spanish)
    assert Intervention.objects.select_related("original").get(language="es").is_behind


def test_words_weigh_by_where_they_stand(pack):
    load(pack, entry("alpha", aim="A listening talk.", tags="urge", title="Our promise", do="Guide the pause."))
    weights = dict(Mention.objects.filter(intervention__slug="alpha").values_list("word__text", "weight"))
    named = {word: weights.get(word) for word in ("alpha", "urge", "listening", "promise", "pause", "the")}
    assert named == {"alpha": 20, "urge": 12, "listening": 8, "promise": 6, "pause": 2, "the": None}


def test_words_nobody_uses_go(pack):
    load(pack, entry("alpha", tags="quokka"))
    assert Word.objects.filter(text="quokka").exists()
    load(pack, entry("alpha"))
    assert not Word.objects.filter(text="quokka").exists()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (entry("alpha").replace("aim:", "aims:"), "interventions/alpha.yaml, line 5: aims: unknown key"),
        (entry("alpha").replace("minutes: 15", "minutes: 16"), "the steps take 15 minutes, but minutes says 16"),
        (entry("alpha").replace("sources:\n  - { fact: A fact, source: A paper }\n", ""), "sources: Field required"),
        (entry("alpha").replace("- lines:", "- lined:", 1), "alpha.yaml, line 32: sheet 'alpha-sheet'"),
        (entry("alpha").replace("gates: []", "gates: [anything]"), "interventions/alpha.yaml, line 12: gates.0"),
        (entry("alpha", sheet="beta-sheet"), "the sheet 'beta-sheet' is used in"),
        (entry("alpha").replace("slug: alpha\n", "slug: beta\n", 1), "the slug 'beta' is used in"),
        (entry("gamma"), "no intervention 'alpha' in this pack"),
        (entry("alpha", language="es", gates="joint-task"), "no intervention 'alpha' in this pack"),
    ],
)
def test_a_broken_pack_is_refused_whole(tmp_path, broken, said):
    write_pack(tmp_path, entry("beta"), templates=(STEADY,))
    name = "alpha.es.yaml" if "language: es" in broken else "gamma.yaml" if "slug: gamma" in broken else "alpha.yaml"
    (tmp_path / "interventions" / name).write_text(broken, encoding="utf-8")
    with pytest.raises(packs.BadPack) as caught:
        actions.load_pack(tmp_path)
    assert said in str(caught.value)
    assert not Pack.objects.exists() and not Intervention.objects.exists()


def test_a_translation_keeps_the_gates(tmp_path):
    spanish = entry("alpha", language="es", name="Alfa")
    write_pack(tmp_path, entry("alpha", gates="joint-task"), spanish)
    with pytest.raises(packs.BadPack, match="alpha.es.yaml, line 12: a translation has the gates of its original"):
        actions.load_pack(tmp_path)


def test_every_problem_is_named_at_once(tmp_path):
    write_pack(tmp_path, entry("alpha", family="nothing"), entry("beta", phase="never"))
    (tmp_path / "pack.yaml").unlink()
    with pytest.raises(packs.BadPack) as caught:
        actions.load_pack(tmp_path)
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        ("interventions/alpha.yaml", 4),
        ("interventions/beta.yaml", 7),
        ("pack.yaml", 1),
    ]


def test_two_packs_do_not_write_one_entry(pack, tmp_path_factory):
    actions.load_pack(pack)
    other = write_pack(tmp_path_factory.mktemp("other"), entry("alpha"))
    (other / "pack.yaml").write_text((other / "pack.yaml").read_text().replace("small-pack", "other-pack"))
    with pytest.raises(packs.BadPack, match="belongs to another pack"):
        actions.load_pack(other)
    assert list(Pack.objects.values_list("slug", flat=True)) == ["small-pack"]


def test_a_link_out_of_the_pack_is_refused(pack, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.yaml"
    secret.write_text("password: hunter2\n")
    os.symlink(secret, pack / "interventions" / "secret.yaml")
    with pytest.raises(packs.BadPack) as caught:
        actions.load_pack(pack)
    assert str(caught.value) == "interventions/secret.yaml, line 1: the file is a link that leads out of the pack"


def test_the_command(pack, tmp_path_factory):
    out = StringIO()
    call_command("load_pack", str(pack), stdout=out)
    assert "interventions  2 new, 0 changed, 0 unchanged, 0 retired" in out.getvalue()
    out, err = StringIO(), StringIO()
    (pack / "interventions" / "alpha.yaml").write_text("slug: [\n")
    with pytest.raises(CommandError) as caught:
        call_command("load_pack", str(pack), stdout=out, stderr=err)
    assert caught.value.returncode == 1
    assert "interventions/alpha.yaml, line 2: not readable as YAML" in err.getvalue()


def test_the_command_checks_without_writing(pack):
    out = StringIO()
    call_command("load_pack", str(pack), "--check", stdout=out)
    assert "2 interventions, 1 templates, 0 statements, 0 pathways: sound." in out.getvalue()
    assert not Pack.objects.exists()
