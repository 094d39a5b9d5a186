"""Forms of the plans room. Each part of a plan is a form of its own that saves as one types; they clean values."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.base.forms import HouseForm, LineField, TextField
from planner.cases.forms import DateInput
from planner.cases.models import Audience, Case, Person
from planner.cases.names import current
from planner.plans.models import Coding, Modality, ReviewBecause, ReviewOutcome, Status
from planner.practice.models import PaperSize, TextSize
from planner.sheets.options import Options

FIRST_YEAR, LAST_YEAR = 1900, 2100


class PartForm(HouseForm):
    """A part of the plan on the editor's page. `sound` is what may be saved: a slip in one field keeps none back."""

    #: Fields that stand behind a fold.
    further: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            if not isinstance(field.widget, forms.HiddenInput):
                field.widget.attrs.setdefault("class", kind)

    @property
    def sound(self) -> dict[str, Any]:
        """The cleaned values that were sent, without key and version: what a page did not show is left as it is."""
        sent = {name for name in self.fields if self.add_prefix(name) in self.data}
        return {name: self.cleaned_data[name] for name in sent - {"once", "version"} if name in self.cleaned_data}

    @property
    def shown(self) -> list[forms.BoundField]:
        """What one sees at once."""
        return [self[name] for name in self.asks() if name not in self.further]

    @property
    def folded(self) -> list[forms.BoundField]:
        return [self[name] for name in self.further if name in self.fields]


def people_of(case: Case) -> list[Person]:
    """Those who take part, in order. One query serves every form of a page."""
    return [place.person for place in current(case)]


def _ask_of(form: PartForm, name: str, people: list[Person], nobody: Any) -> None:
    """Lets a field choose among these, by the name that stands on paper; what was sent is looked up among them."""
    field = form.fields[name]
    if form.is_bound:
        field.queryset = Person.objects.filter(pk__in=[person.pk for person in people])
    field.choices = [("", nobody), *((person.pk, person.on_paper) for person in people)]


def _text(label: Any, rows: int = 2, most: int = 2000, **kwargs: Any) -> TextField:
    return TextField(label=label, required=False, max_length=most, rows=rows, **kwargs)


def _line(label: Any, most: int = 120, **kwargs: Any) -> LineField:
    return LineField(label=label, required=False, max_length=most, **kwargs)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DateInput())


class OpeningForm(PartForm):
    """Why they come, in their words; what helps and what stands in the way; the impression, for the record."""

    further = ("supports", "accommodations", "coding", "code", "impression", "impression_of")

    presenting = _text(gettext_lazy("Why they come, in their own words"), rows=3, most=4000)
    strengths = _text(gettext_lazy("Strengths"))
    barriers = _text(gettext_lazy("What stands in the way"), help_text=gettext_lazy("Stays in the record."))
    supports = _text(gettext_lazy("Who and what supports them"))
    accommodations = _text(gettext_lazy("What is adapted for them"))
    coding = forms.ChoiceField(label=gettext_lazy("Code system"), choices=Coding.choices, required=False)
    code = _line(gettext_lazy("Code"), 40)
    impression = _text(gettext_lazy("Clinical impression"), help_text=gettext_lazy("Optional. Stays in the record."))
    impression_of = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Whose"), required=False)

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any):
        super().__init__(*args, **kwargs)
        _ask_of(self, "impression_of", people, _("Nobody's yet"))


class FrameForm(PartForm):
    """How often and how long, how one will know that it is over, and when the plan is looked at again."""

    session_frequency = _line(gettext_lazy("How often you meet"))
    session_minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=10, max_value=480)
    modality = forms.ChoiceField(label=gettext_lazy("How"), choices=Modality.choices)
    discharge = _text(gettext_lazy("How you will all know that it is time to end"))
    review_days = forms.IntegerField(
        label=gettext_lazy("Days between reviews"), min_value=7, max_value=730,
        help_text=gettext_lazy("90 unless a payer or your practice asks otherwise."),
    )  # fmt: skip
    review_rule = _line(gettext_lazy("Whose rule this is"))


class ForEyes(PartForm):
    """A part that belongs to one person or to all, for one person's eyes or for all."""

    person = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Whose"), required=False)
    audience = forms.ChoiceField(label=gettext_lazy("For whose eyes"), choices=Audience.choices, required=False)

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any):
        super().__init__(*args, **kwargs)
        _ask_of(self, "person", people, _("Everyone's"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["audience"] = cleaned.get("audience") or Audience.CASE
        if cleaned["audience"] == Audience.PERSON and not cleaned.get("person"):
            self.add_error("person", _("Say whose eyes it is for."))
            cleaned.pop("audience", None)
        return cleaned


class ProblemForm(ForEyes):
    """A problem, as it shows."""

    field_order = ["name", "description", "person", "audience"]
    further = ("description", "person", "audience")

    name = _line(gettext_lazy("Problem"), 300)
    description = _text(gettext_lazy("How it shows"))

    def clean_name(self) -> str:
        return _words(self.cleaned_data["name"])


class GoalForm(ForEyes):
    """A goal in two voices, and its five levels where one scales it."""

    field_order = ["own_words", "clinical", "person", "audience"]
    further = ("person", "audience", "weight", "level_0", "level_1", "level_2", "level_3", "level_4")

    own_words = _text(gettext_lazy("In their words"), most=1000)
    clinical = _text(gettext_lazy("Clinical goal"), most=1000)
    weight = forms.IntegerField(label=gettext_lazy("Weight"), min_value=1, max_value=3, required=False)
    level_0 = _line(gettext_lazy("-2: much less than hoped"), 200)
    level_1 = _line(gettext_lazy("-1: somewhat less"), 200)
    level_2 = _line(gettext_lazy("0: as hoped"), 200)
    level_3 = _line(gettext_lazy("+1: somewhat more"), 200)
    level_4 = _line(gettext_lazy("+2: much more than hoped"), 200)

    @property
    def sound(self) -> dict[str, Any]:
        values = super().sound
        levels = [values.pop(f"level_{n}") for n in range(5) if f"level_{n}" in values]
        if len(levels) == 5:
            values["scale"] = levels if any(levels) else []
        if "weight" in values:
            values["weight"] = values["weight"] or 1
        return values


class ObjectiveForm(PartForm):
    """Who does what, how often, by when, measured how; from where to where."""

    further = ("what", "how_many", "baseline_on", "current")

    text = _text(gettext_lazy("Objective"), most=1000)
    who = _line(gettext_lazy("Who"))
    what = _line(gettext_lazy("What"), 300)
    how_often = _line(gettext_lazy("How often"))
    how_many = _line(gettext_lazy("How many"), 60)
    measure = _line(gettext_lazy("Measured how"), 200)
    baseline = _line(gettext_lazy("Now (baseline)"))
    target = _line(gettext_lazy("Target"))
    due = _day(gettext_lazy("By when"))
    baseline_on = _day(gettext_lazy("Baseline was on"))
    current = _line(gettext_lazy("Current value"))

    def __init__(self, *args: Any, asked: list[str] | tuple[str, ...] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.further = tuple(name for name in self.further if name not in asked)

    @property
    def shown(self) -> list[forms.BoundField]:
        """The blanks of its text in their order, then what an objective always has."""
        rest = [name for name in self.asks() if name not in self.further and name not in self.asked and name != "text"]
        return [self["text"], *(self[name] for name in [*self.asked, *rest])]

    def clean_due(self) -> datetime.date | None:
        return _year(self.cleaned_data["due"])

    def clean_baseline_on(self) -> datetime.date | None:
        return _year(self.cleaned_data["baseline_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        due, start = cleaned.get("due"), cleaned.get("baseline_on")
        if due and start and due < start:
            self.add_error("due", _("The target lies before the day of the baseline. Mend one of the two days."))
        return cleaned


class PlannedForm(PartForm):
    """What is done for an objective."""

    name = _line(gettext_lazy("What is done"), 300)
    frequency = _line(gettext_lazy("How often"))
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=1, max_value=480, required=False)
    responsible = _line(gettext_lazy("Who is responsible"))

    def __init__(self, *args: Any, of_library: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if of_library:
            del self.fields["name"]  # the library's own name
            self.helper.layout.fields = self.asks()

    def clean_name(self) -> str:
        return _words(self.cleaned_data["name"])


class StandingForm(PartForm):
    """Where a goal or an objective stands now."""

    status = forms.ChoiceField(label=gettext_lazy("Where it stands"), choices=Status.choices)
    progress = forms.IntegerField(label=gettext_lazy("Progress, 0 to 100"), min_value=0, max_value=100, required=False)
    attainment = forms.TypedChoiceField(
        label=gettext_lazy("On its scale"), required=False, coerce=int, empty_value=None,
        choices=[
            ("", gettext_lazy("Not rated")), ("-2", gettext_lazy("-2: much less than hoped")),
            ("-1", gettext_lazy("-1: somewhat less")), ("0", gettext_lazy("0: as hoped")),
            ("1", gettext_lazy("+1: somewhat more")), ("2", gettext_lazy("+2: much more than hoped")),
        ],
    )  # fmt: skip
    value = _line(gettext_lazy("Measured now"))
    on = _day(gettext_lazy("On which day"))
    reason = _text(gettext_lazy("Why, in a few words"), most=1000)


class ReviewForm(PartForm):
    """A look at the plan."""

    because = forms.ChoiceField(label=gettext_lazy("Why you look at it"), choices=ReviewBecause.choices)
    on = _day(gettext_lazy("On which day"))
    found = _text(gettext_lazy("What you found: progress, and where there is none"), rows=4, most=4000)
    outcome = forms.ChoiceField(
        label=gettext_lazy("What follows"), choices=ReviewOutcome.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )  # fmt: skip
    next_on = _day(gettext_lazy("Next review, if not after the usual days"))


class CommentForm(PartForm):
    """The supervisor's words to the author."""

    comment = _text(gettext_lazy("Comments for the author"), rows=4, most=4000)


def _words(text: str) -> str:
    """A name with something in it: an empty one would leave a row that says nothing."""
    if not any(letter.isalnum() for letter in text):
        raise forms.ValidationError(_("Write what it is."))
    return text


def _year(day: datetime.date | None) -> datetime.date | None:
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise forms.ValidationError(_("Check the year."))
    return day


class PrintForm(PartForm):
    """For whom a plan is printed, and how."""

    whom = forms.ChoiceField(label=gettext_lazy("For whom"))
    size = forms.TypedChoiceField(label=gettext_lazy("Text size"), choices=TextSize.choices, coerce=int)
    paper = forms.ChoiceField(label=gettext_lazy("Paper"), choices=PaperSize.choices)
    discreet = forms.BooleanField(
        label=gettext_lazy("Discreet"), required=False,
        help_text=gettext_lazy("No practice name, no names, and only the goals and steps."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any):
        super().__init__(*args, **kwargs)
        mine = [(str(person.pk), _("%(name)s, in plain words") % {"name": person.on_paper}) for person in people]
        self.fields["whom"].choices = [*mine, ("record", _("The record, with every field"))]

    @property
    def options(self) -> Options:
        """How it prints."""
        chosen = {name: self.cleaned_data[name] for name in ("size", "paper", "discreet")}
        return Options.chosen(chosen, fill="lines", name="initials")
