"""Forms of the agreements room: what is begun, adopted, reviewed, printed, replaced."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.agreements.kinds import Place
from planner.base.forms import HouseForm, LineField, TextField
from planner.cases.forms import DateInput
from planner.cases.models import Audience, Participant
from planner.library.forms import OptionsForm
from planner.sheets.options import Options

PLACES = [
    _("Fridge door"),
    _("Wallet"),
    _("With the sponsor"),
    _("By the bed"),
    _("In the car"),
]  # offered, any other may be typed


class StartForm(HouseForm):
    """Which part of a document, and who takes part in a joint one."""

    part = forms.ChoiceField(label=_("Which part"), widget=forms.RadioSelect)
    people = forms.ModelMultipleChoiceField(
        Participant.objects.none(), label=_("Who takes part in a page kept together"), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("Left empty: everybody of age."),
    )  # fmt: skip

    def __init__(self, *args: Any, places: list[Place], people: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["part"].choices = [(place.key, label_of(place)) for place in places]
        self.fields["people"].queryset = people
        self.fields["people"].label_from_instance = lambda place: place.person.name
        if not any(place.audience == Audience.CASE for place in places):
            del self.fields["people"]
            self.helper.layout.fields = self.asks()


def label_of(place: Place) -> str:
    """ "My steady plan, for Ruben"."""
    if place.participant:
        return _("%(title)s, for %(name)s") % {"title": place.worksheet.name, "name": place.participant.person.on_paper}
    if place.audience == Audience.CLINICIAN:
        return _("%(title)s, for you alone") % {"title": place.worksheet.name}
    return _("%(title)s, together") % {"title": place.worksheet.name}


class AdoptForm(HouseForm):
    """Why there is a new version, and when to look at it again."""

    reason = LineField(label=_("Why there is a new version"), required=False, max_length=500)
    review_on = forms.DateField(label=_("Look at it again on"), widget=DateInput())

    def __init__(self, *args: Any, first: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if first:
            del self.fields["reason"]
            self.helper.layout.fields = self.asks()


class ReviewForm(HouseForm):
    """It holds as it is; the next day to look at it."""

    review_on = forms.DateField(label=_("Look at it again on"), widget=DateInput())


class EndForm(HouseForm):
    """Why a document ends."""

    why = LineField(label=_("Why it ends"), required=False, max_length=300)


class CopyForm(HouseForm):
    """Where a paper copy is kept."""

    where = LineField(label=_("Where it is kept"), required=False, max_length=120)


class PaperForm(OptionsForm):
    """How a version is printed, and where the paper will be kept."""

    where = LineField(
        label=_("Where it will be kept"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control", "list": "places-of-paper", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, remembered: Options, **kwargs: Any):
        super().__init__(*args, initial=remembered.as_json(), **kwargs)
        self.remembered = remembered
        self.fields["where"].widget.attrs["class"] = "form-control"

    def options(self) -> Options:
        """What was chosen over what was remembered; a box counts only where the form was sent."""
        if not self.is_bound:
            return self.remembered
        explicit = {name: self.data.get(name) for name in ("paper", "size", "fill", "name")}
        boxes = {name: self.data.get(name) == "on" for name in ("discreet", "greyscale")}
        return Options.chosen(self.remembered.as_json(), **explicit, **boxes)

    def place(self) -> str:
        """Where it will be kept, cleaned."""
        return LineField(max_length=120, required=False).to_python(self.data.get("where", ""))[:120]


class ReturnedForm(HouseForm):
    """The PDF that came back."""

    file = forms.FileField(label=_("The PDF that came back"), max_length=200)


class RelapseForm(HouseForm):
    """What is known of a relapse, and safety first. Nothing here is printed or shown to a client."""

    person = forms.ModelChoiceField(Participant.objects.none(), label=_("Whose it is"), empty_label=None)
    on = forms.DateField(label=_("On which day"), widget=DateInput())
    known = TextField(
        label=_("What is known"),
        max_length=2000,
        required=False,
        rows=3,
        help_text=_("In a few words. Facts, no blame."),
    )
    known_by = forms.ModelMultipleChoiceField(
        Participant.objects.none(), label=_("Who in the case knows of it"), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("As far as you know. Nobody is told by the planner."),
    )  # fmt: skip
    reported_note = LineField(label=_("Who told you"), required=False, max_length=120)
    audience = forms.ChoiceField(label=_("For whose eyes this entry is"), choices=Audience.choices)
    red_flags = forms.MultipleChoiceField(
        label=_("Signs that need a doctor now"), required=False, widget=forms.CheckboxSelectMultiple
    )
    children = forms.ChoiceField(label=_("Children"), widget=forms.RadioSelect)
    violence = forms.ChoiceField(label=_("Violence or fear"), widget=forms.RadioSelect)
    note = LineField(label=_("What was done about it"), required=False, max_length=300)

    def __init__(self, *args: Any, people: Any, choices: dict[str, list[tuple[str, Any]]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("person", "known_by"):
            self.fields[name].queryset = people
            self.fields[name].label_from_instance = lambda place: place.person.name
        for name, options in choices.items():
            self.fields[name].choices = options
