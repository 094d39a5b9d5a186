"""The project's template backend writes what Django's own writes, and holds on to nothing."""

from __future__ import annotations

import gc
import weakref

import pytest
from django.template import TemplateDoesNotExist, engines
from django.template.loader import render_to_string


class Thing:
    words = "a & b"


@pytest.fixture
def no_collector():
    """Nothing is taken away that holds on to itself."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("with_request", [False, True])
def test_a_written_page_lets_its_words_go(no_collector, rf, with_request):
    thing = Thing()
    there = weakref.ref(thing)
    template = engines["django"].from_string("{% with same=thing %}{{ same.words }}{% endwith %}")
    written = template.render({"thing": thing}, rf.get("/") if with_request else None)
    assert written == "a &amp; b"
    del thing
    assert there() is None


def test_a_page_that_is_written_within_another_leaves_it_its_words():
    engine = engines["django"]
    inner = engine.from_string("{{ thing }}")
    outer = engine.from_string("{{ thing }} {{ inner }} {{ thing }}")
    assert outer.render({"thing": "out", "inner": inner.render({"thing": "in"})}) == "out in out"


def test_a_template_that_is_missing_is_named():
    with pytest.raises(TemplateDoesNotExist) as missing:
        render_to_string("no/such.html")
    assert [(str(each), each.backend) for each in missing.value.chain] == [("no/such.html", engines["django"])]
    within = engines["django"].from_string("{% include name %}")
    with pytest.raises(TemplateDoesNotExist) as missing:
        within.render({"name": "no/such.html"})
    assert (str(missing.value), missing.value.backend) == ("no/such.html", engines["django"])
