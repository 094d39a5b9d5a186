"""Every text of everything that hangs on a case has its place: as a word with a reader, or as the machine's own."""

from pathlib import Path

import yaml
from django.apps import apps
from django.db import models

from tests.canary import words

#: Where a text about a client is kept beside the models that hang on a case.
BESIDE = {
    ("OwnPhrase", "text"): "an author's own words, names taken out, offered to that author alone",
    ("Printed", "address"): "the return address: random letters",
    ("Printed", "title"): "searched on each print",
    ("TrailEntry", "detail"): "searched on the page of the trail",
}


def test_every_model_with_a_text_says_whose_it_is():
    """A new model asks for its line in WHOSE, a new text that nobody types for one in OF_THE_MACHINE."""
    typed = {
        model.__name__: set(words.texts(model)) - words.OF_THE_MACHINE.get(model.__name__, set())
        for model in words.of_a_case()
    }
    assert {name for name, fields in typed.items() if fields} == set(words.WHOSE)


def test_the_tables_name_fields_that_there_are():
    there = {model.__name__: set(words.texts(model)) for model in words.of_a_case()}
    for table in (words.OF_THE_MACHINE, words.FOR_THE_CLINICIAN, words.NAMES):
        assert {(name, field) for name, fields in table.items() for field in fields - there[name]} == set()
    assert {(name, field) for name, field in words.SHAPES if field not in there[name]} == set()


def test_plain_values_with_words_in_them_have_a_shape():
    for model in words.of_a_case():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.JSONField):
                machine = field.name in words.OF_THE_MACHINE.get(model.__name__, ())
                assert machine or (model.__name__, field.name) in words.SHAPES, (model, field.name)


def test_what_is_kept_about_a_client_hangs_on_a_case():
    """By the classes of planner/retention.yaml: no text about a client is kept anywhere else."""
    kept = yaml.safe_load((Path(apps.get_app_config("planner").path) / "retention.yaml").read_text())["models"]
    searched = set(words.of_a_case())
    elsewhere = {
        (model.__name__, field)
        for model in apps.get_app_config("planner").get_models()
        for field in words.texts(model)
        if model not in searched and kept[model.__name__]["fields"][field] in ("clinical", "identity")
    }
    assert elsewhere == set(BESIDE)


def test_a_word_says_where_it_stood():
    number = words.numbers()["Goal", "own_words"]
    assert words.found_in(f"<p>ZQKA{number:03}X7</p> zqkj{number:03}x", "J") == {"A Goal.own_words"}
    assert words.found_in("nothing") == set()
