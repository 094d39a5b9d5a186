"""What is asked when something is given, ticked off, filled in and reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.forms import HouseForm, LineField, TextField
from planner.cases.models import Participant
from planner.homework.models import Outcome

TOGETHER = "together"
STEPS = [("1", _("every day")), ("2", _("every other day")), ("7", _("every week")), ("14", _("every two weeks"))]
DAYS = [
    ("", _("counted from the first day")), ("0", _("on Mondays")), ("1", _("on Tuesdays")), ("2", _("on Wednesdays")),
    ("3", _("on Thursdays")), ("4", _("on Fridays")), ("5", _("on Saturdays")), ("6", _("on Sundays")),
]  # fmt: skip


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, required=False, **kwargs)


class GiveForm(HouseForm):
    """To whom, and what helps it happen. `sheet`: a sheet is given, so no words for a task are asked."""

    who = forms.MultipleChoiceField(label=_("For whom"), widget=forms.CheckboxSelectMultiple)
    title = LineField(label=_("What to call it"), required=False, max_length=200)
    task = TextField(label=_("What to do"), max_length=2000, rows=3)
    why = LineField(label=_("Why this, why now"), required=False, max_length=300)
    when_where = LineField(
        label=_("When and where"), required=False, max_length=300,
        help_text=_("An if-then sentence: If it is Sunday after supper, then we sit down at the table."),
    )  # fmt: skip
    how_often = LineField(label=_("How often"), required=False, max_length=120)
    until = _day(_("Until"))
    barrier = LineField(label=_("What may get in the way"), required=False, max_length=300)
    small_version = LineField(label=_("In a hard week this counts too"), required=False, max_length=300)
    times = forms.IntegerField(
        label=_("How many times"), min_value=1, max_value=52, initial=1, help_text=_("More than 1 is a series."),
    )  # fmt: skip
    every_days = forms.ChoiceField(label=_("How far apart"), choices=STEPS, initial="7")
    weekday = forms.ChoiceField(label=_("Day of the week"), choices=DAYS, required=False)
    starts_on = _day(_("First day"))

    def __init__(self, *args: Any, participants: Sequence[Participant], sheet: bool, joint: bool, **kwargs: Any):
        self.participants = {str(one.pk): one for one in participants}
        super().__init__(*args, **kwargs)
        choices = [(pk, one.person.on_paper) for pk, one in self.participants.items()]
        if len(choices) > 1:
            choices.append((TOGETHER, _("All together, one sheet")))
        self.fields["who"].choices = choices
        if sheet:
            for name in ("task", "title"):
                del self.fields[name]
            self.helper.layout = self._layout()
        self.joint = joint

    def asks(self) -> list[Any]:
        return self._layout().fields

    def _layout(self) -> Any:
        plain = ("who", "task", "title", "why", "when_where")
        pairs = (("how_often", "until"), ("barrier", "small_version"))
        series = ("times", "every_days", "weekday", "starts_on")
        rows = [Field(name) for name in plain if name in self.fields]
        rows += [Div(*[Div(Field(name), css_class="col-sm-6") for name in pair], css_class="row") for pair in pairs]
        rows.append(Div(*[Div(Field(name), css_class="col-6 col-lg-3") for name in series], css_class="row"))
        return Layout(*rows)

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        starts_on = found.get("starts_on") or timezone.localdate()
        if found.get("until") and found["until"] < starts_on:
            self.add_error("until", _("This is before the first day."))
        if abs((starts_on - timezone.localdate()).days) > 366:
            self.add_error("starts_on", _("Choose a day within a year from today."))
        found["starts_on"] = starts_on
        return found

    @property
    def people(self) -> list[Any]:
        """The persons it is for, None standing for all together. Only of a valid form."""
        chosen = self.cleaned_data["who"]
        return [None if one == TOGETHER else self.participants[one].person for one in chosen]

    @property
    def words(self) -> dict[str, Any]:
        """What `actions.assign` takes beside person and sheet."""
        names = ("task", "title", "why", "when_where", "how_often", "until", "barrier", "small_version", "starts_on")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    @property
    def series(self) -> dict[str, Any] | None:
        """The rule of the series; None where it is given once."""
        if self.cleaned_data["times"] < 2:
            return None
        weekday = self.cleaned_data["weekday"]
        return {
            "times": self.cleaned_data["times"],
            "every_days": int(self.cleaned_data["every_days"]),
            "weekday": int(weekday) if weekday else None,
            "first_on": self.cleaned_data["starts_on"],
        }


def _figure(label: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=10, required=False, widget=widget)


class FiguresForm(HouseForm):
    """Amount and quality from 0 to 10, in the eyes of both."""

    amount_client = _figure(_("How much of it (client)"))
    quality_client = _figure(_("How it went (client)"))
    amount_clinician = _figure(_("How much of it (you)"))
    quality_clinician = _figure(_("How it went (you)"))

    def asks(self) -> list[Any]:
        names = ("amount_client", "quality_client", "amount_clinician", "quality_clinician")
        return [Div(*[Div(Field(name), css_class="col-6") for name in names], css_class="row")]

    @property
    def figures(self) -> dict[str, int | None]:
        """What was said, by name. Only of a valid form."""
        names = ("amount_client", "quality_client", "amount_clinician", "quality_clinician")
        return {name: self.cleaned_data[name] for name in names}


class TickForm(FiguresForm):
    """What came back as paper, or was told. None of the answers is a failure."""

    outcome = forms.ChoiceField(label=_("What came back"), choices=Outcome.choices, widget=forms.RadioSelect)
    reason = TextField(
        label=_("What got in the way, or what helped"), required=False, max_length=2000, rows=2,
        help_text=_("In their words."),
    )  # fmt: skip

    def asks(self) -> list[Any]:
        return ["outcome", "reason", *super().asks()]


class ClientFiguresForm(FiguresForm):
    """What the person says themselves, under a sheet on screen."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("amount_clinician", "quality_clinician"):
            del self.fields[name]
        self.fields["amount_client"].label = _("How much of it did you do, 0 to 10?")
        self.fields["quality_client"].label = _("How did it go, 0 to 10?")

    def asks(self) -> list[Any]:
        names = ("amount_client", "quality_client")
        return [Div(*[Div(Field(name), css_class="col-sm-6") for name in names], css_class="row")]

    @property
    def figures(self) -> dict[str, int | None]:
        return {name: self.cleaned_data.get(name) for name in ("amount_client", "quality_client")}


class ReviewForm(HouseForm):
    """A line about the review; it stays with the assignment."""

    note = TextField(label=_("What you found together"), required=False, max_length=2000, rows=2)


class ManyFiles(forms.FileInput):
    """A chooser for several files."""

    allow_multiple_selected = True


class UploadForm(HouseForm):
    """One file that came back or many at once."""

    files = forms.FileField(
        label=_("Returned PDFs"),
        required=False,  # the page says it in its own words
        widget=ManyFiles(attrs={"accept": ".pdf,application/pdf", "multiple": True}),
        help_text=_("One or many, at most 20 MB each. Each finds its person by the return address at its foot."),
    )


class HandForm(HouseForm):
    """To which assignment a file belongs that could not say so itself."""

    assignment = forms.ChoiceField(label=_("It belongs to"))

    def __init__(self, *args: Any, assignments: Sequence[Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.rows = {str(row.pk): row for row in assignments}
        self.fields["assignment"].choices = [("", _("Choose")), *((pk, _named(row)) for pk, row in self.rows.items())]


def _named(row: Any) -> str:
    whom = row.person.on_paper if row.person else _("together")
    return f"{row.case.code} · {whom} · {row.title} · {row.starts_on:%d.%m.%Y}"
