"""Controls and fields drawn by ourselves: what Django's own templates and crispy's own field would have drawn."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import crispy_bootstrap5
import pytest
from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.template import Context, engines
from django.utils import translation
from django.utils.translation import gettext_lazy

from planner.base.forms import HouseForm, LineField, TextField
from planner.base.renderer import HouseRenderer, LongSelect
from planner.practice.countries import countries, zones

HOSTILE = "\"><script>alert('x')</script>&amp;"
CHOICES = [("", gettext_lazy("Yes")), ("a", HOSTILE), ("Group", [("b", "B"), (3, "C")])]
FLAT = [("", gettext_lazy("Yes")), (HOSTILE, HOSTILE), (2, "B")]
WIDGETS = [
    forms.TextInput(attrs={"maxlength": 1200, "autofocus": True, "spellcheck": False, "data-x": HOSTILE}),
    forms.EmailInput(), forms.PasswordInput(render_value=True), forms.NumberInput(attrs={"min": 0}), forms.URLInput(),
    forms.HiddenInput(), forms.DateInput(), forms.TimeInput(), forms.CheckboxInput(), forms.Textarea(attrs={"rows": 3}),
    forms.Select(choices=CHOICES), forms.SelectMultiple(choices=CHOICES), forms.RadioSelect(choices=FLAT),
    forms.CheckboxSelectMultiple(choices=FLAT), forms.ClearableFileInput(), forms.FileInput(), forms.ColorInput(),
    forms.SearchInput(), forms.TelInput(),
]  # fmt: skip
VALUES = [None, "", "a", HOSTILE, 3, 1234567, True, False, ["a", "3"], "  two\nlines "]


NAMES = {"textinput", "textarea", "select", "checkboxinput", "dateinput", "d-block"}


class Parts(HTMLParser):
    """The page as what means something: tags with their attributes, and texts without the blanks around them."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, sorted((name, self.plain(name, value)) for name, value in attrs)))

    def handle_endtag(self, tag):
        self.found.append(("/", tag))

    def handle_data(self, data):
        if data.strip():
            self.found.append(data if self.lasttag == "textarea" else " ".join(data.split()))

    @staticmethod
    def plain(name, value):
        """Without the classes that only one of the two has: the widget's Python name, and that errors are shown."""
        return sorted(set(value.split()) - NAMES) if name == "class" else value or ""


def parts(html: str) -> list:
    return Parts(html).found


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_control_is_drawn_as_django_draws_it(widget, value):
    attrs = {"id": "id_x", "required": True, "aria-describedby": "x"}
    own = widget.render("na<me", value, attrs, HouseRenderer())
    assert parts(own) == parts(widget.render("na<me", value, attrs, DjangoTemplates()))
    assert "<script" not in own


@pytest.mark.parametrize("value", [None, "", "US", "UTC", "Europe/Berlin", "nowhere", HOSTILE])
@pytest.mark.parametrize(
    "choices",
    [[("", gettext_lazy("Yes")), *countries()], [(name, name) for name in zones()]],
    ids=["countries", "zones"],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_long_choice_is_drawn_as_a_short_one(choices, value, language):
    with translation.override(language):
        for _again in range(2):
            drawn = [
                widget(choices=choices).render("z", value, {"id": "id_z"}, HouseRenderer())
                for widget in (LongSelect, forms.Select)
            ]
            assert parts(drawn[0]) == parts(drawn[1])


class Everything(HouseForm):
    """A field of each kind that the house has."""

    line = LineField(label="Line <b>", help_text="Help <i>it</i>.")
    text = TextField(label="Text", required=False)
    kind = forms.ChoiceField(label="Kind", choices=FLAT, widget=forms.RadioSelect, help_text="Choose.")
    some = forms.MultipleChoiceField(label="Some", choices=FLAT, widget=forms.CheckboxSelectMultiple, required=False)
    one = forms.ChoiceField(label="One", choices=FLAT)
    yes = forms.BooleanField(label="Yes", required=False, help_text="Tick.")
    must = forms.BooleanField(label="Must")
    bare = forms.CharField(label="", required=False)
    day = forms.DateField(label="Day", required=False, widget=forms.DateInput(attrs={"class": "narrow"}))


def crispys_own(form: forms.Form, name: str) -> str:
    """The field by the template that crispy's package brings."""
    folder = Path(crispy_bootstrap5.__file__).parent / "templates"
    engine = engines["django"].engine
    own = type(engine)(dirs=[folder], libraries=engine.libraries, builtins=engine.builtins)
    context = {"field": form[name], "form_show_labels": True, "form_show_errors": True, "error_text_inline": True}
    return own.get_template("bootstrap5/field.html").render(Context(context))


@pytest.mark.parametrize("name", ["line", "text", "one", "yes", "must", "bare", "day", "once"])
@pytest.mark.parametrize("data", [None, {"line": "", "one": "zz", "yes": "on", "day": "no"}, {"line": HOSTILE}])
def test_a_field_is_laid_out_as_crispys_own(name, data):
    form = Everything(data, initial={"once": "key"})
    own = engines["django"].get_template("bootstrap5/field.html").render({"field": form[name]})
    assert parts(own) == parts(crispys_own(Everything(data, initial={"once": "key"}), name))


@pytest.mark.parametrize("name", ["kind", "some"])
@pytest.mark.parametrize("data", [None, {"kind": "zz", "some": ["zz"]}, {"kind": "2", "some": ["2", ""]}])
def test_a_group_has_every_control_of_crispys_own(name, data):
    """Only the place of the errors differs: after the last choice, not within it."""
    own = engines["django"].get_template("bootstrap5/field.html").render({"field": Everything(data)[name]})
    theirs = crispys_own(Everything(data), name)
    for tag in ("input", "label", "fieldset", "legend"):
        assert [part for part in parts(own) if part[0] == tag] == [part for part in parts(theirs) if part[0] == tag]
    wrong = Everything(data).is_bound and Everything(data)[name].errors
    assert (f'id="id_{name}_error" class="invalid-feedback d-block"' in own) is bool(wrong)
    assert all(re.search(rf"<strong>{re.escape(str(error))}", own) for error in wrong or ())


def test_the_project_draws_with_it():
    assert settings.FORM_RENDERER.endswith(HouseRenderer.__name__)
