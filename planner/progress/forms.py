"""Forms of the progress room: they clean and return values; the view hands these to the actions."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Column, Div, Layout, Row
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planner.base.forms import HouseForm, LineField, TextField
from planner.cases.models import Audience, Case, Person
from planner.progress.instruments import Measure
from planner.progress.models import (
    DueUnit,
    Event,
    EventKind,
    MilestoneKind,
    RatingWay,
    RepairStageKind,
    Seer,
)

GOAL_ROWS = 8


class DayInput(forms.DateInput):
    """A day, asked by the browser's own field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def people_of(case: Case):
    """Those who take part today, in order."""
    return Person.objects.filter(places__case=case, places__left_on=None).order_by("places__order", "pk")


def _person_field(case: Case, label: Any, *, empty: Any = None, **kwargs: Any) -> forms.ModelChoiceField:
    field = forms.ModelChoiceField(people_of(case), label=label, empty_label=empty, **kwargs)
    field.label_from_instance = lambda person: person.name
    return field


class ReaderChoice(forms.ChoiceField):
    """For whose eyes: the clinician, one named person, everybody. The value is "clinician", "case" or a person's id."""

    def __init__(self, case: Case, **kwargs: Any):
        self.people = {str(person.pk): person for person in people_of(case)}
        one = [(pk, _("%(name)s and you") % {"name": person.name}) for pk, person in self.people.items()]
        choices = [(Audience.CLINICIAN.value, _("Only you and your team")), *one]
        if len(self.people) > 1:
            choices.append((Audience.CASE.value, _("Everyone in the case")))
        super().__init__(
            label=_("Who may read this"), choices=choices,
            help_text=_("It stands on no paper and no chart of anybody else."), **kwargs,
        )  # fmt: skip

    def chosen(self, value: str) -> dict[str, Any]:
        """Audience and reader for an action."""
        if value in self.people:
            return {"audience": Audience.PERSON, "reader": self.people[value]}
        return {"audience": value, "reader": None}


class ReadForm(HouseForm):
    """A form whose row has readers."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any):
        self.case = case
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """What the action takes: everything but the form's own fields, readers in two parts."""
        kept = {name: value for name, value in self.cleaned_data.items() if name not in ("once", "version", "readers")}
        return {**kept, **self.fields["readers"].chosen(self.cleaned_data["readers"])}

    def _add_readers(self) -> None:
        self.fields["readers"] = ReaderChoice(self.case, initial=self.initial.get("readers", Audience.CLINICIAN))


class EventForm(ReadForm):
    """Something that happened."""

    kind = forms.ChoiceField(label=_("What happened"), choices=EventKind.choices)
    on = forms.DateField(label=_("Which day"), widget=DayInput())
    hour = forms.TimeField(
        label=_("Hour, if known"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    known = TextField(
        label=_("What is known"), required=False, max_length=2000, rows=3, help_text=_("Facts, in few words.")
    )
    reported_note = LineField(
        label=_("Told by somebody else, or how you know"), required=False, max_length=120,
        help_text=_("For instance: the sponsor, by phone."),
    )  # fmt: skip
    hours_to_repair = forms.IntegerField(
        label=_("Hours from rupture to repair"), required=False, min_value=0, max_value=24 * 365 * 20,
        help_text=_("Left empty, they are counted where both hours are known."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, **kwargs: Any):
        super().__init__(*args, case=case, **kwargs)
        together = _("Those in the case together")
        self.fields["person"] = _person_field(case, _("Whom it is about"), empty=together, required=False)
        self.fields["reported_by"] = _person_field(
            case, _("Who told it"), empty=_("Nobody of the case"), required=False
        )
        ruptures = Event.objects.filter(case=case, kind=EventKind.RUPTURE).standing()
        self.fields["repairs"] = forms.ModelChoiceField(
            ruptures, label=_("The rupture it repairs"), required=False, empty_label=_("None of these")
        )
        self.fields["repairs"].label_from_instance = _rupture_label
        self._add_readers()
        self.helper.layout = Layout(*self.asks())

    def asks(self) -> list[Any]:
        if "readers" not in self.fields:
            return []
        return [
            "kind",
            Row(Column("on", css_class="col-sm-6"), Column("hour", css_class="col-sm-6")),
            Row(Column("person", css_class="col-sm-6"), Column("reported_by", css_class="col-sm-6")),
            "reported_note", "known",
            Row(Column("repairs", css_class="col-sm-6"), Column("hours_to_repair", css_class="col-sm-6")),
            "readers",
        ]  # fmt: skip


def _rupture_label(event: Event) -> str:
    return " ".join(filter(None, (event.on.isoformat(), event.known[:60])))


class StageForm(ReadForm):
    """A stage of repair, seen on a day."""

    stage = forms.ChoiceField(label=_("What you saw"), choices=RepairStageKind.choices, widget=forms.RadioSelect)
    on = forms.DateField(label=_("Which day"), widget=DayInput())
    evidence = TextField(
        label=_("What could be seen or heard"), max_length=1000, rows=3,
        help_text=_("Words or acts, not a verdict. Any stage may follow any other."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, **kwargs: Any):
        super().__init__(*args, case=case, **kwargs)
        injuries = Event.objects.filter(case=case).standing().exclude(kind__in=[EventKind.WIN, EventKind.REPAIR])
        self.fields["about"] = forms.ModelChoiceField(
            injuries, label=_("Which injury"), required=False, empty_label=_("The one in focus of this case")
        )
        self.fields["about"].label_from_instance = lambda event: f"{event.on.isoformat()} {event.get_kind_display()}"
        self._add_readers()
        self.helper.layout = Layout("stage", "on", "evidence", "about", "readers")


class MilestoneForm(ReadForm):
    """A milestone, seen on a day."""

    kind = forms.ChoiceField(label=_("What you saw"), choices=MilestoneKind.choices, widget=forms.RadioSelect)
    on = forms.DateField(label=_("Which day"), widget=DayInput())
    evidence = TextField(label=_("What could be seen or heard"), max_length=1000, rows=3)
    seen_by = forms.ChoiceField(label=_("Who saw it"), choices=Seer.choices)

    def __init__(self, *args: Any, case: Case, **kwargs: Any):
        super().__init__(*args, case=case, **kwargs)
        self.fields["person"] = _person_field(
            case, _("Whose it is"), empty=_("Those in the case together"), required=False
        )
        self._add_readers()
        self.helper.layout = Layout("kind", "person", "on", "evidence", "seen_by", "readers")


class TakeBackForm(HouseForm):
    """Why a row is taken back."""

    reason = LineField(
        label=_("Why"), max_length=300, help_text=_("It stays in the record with your reason and can be put back.")
    )


class LookForm(HouseForm):
    """What a clinician found and did about an answer that asks for a safety check."""

    note = LineField(label=_("What you found and did"), max_length=500)


class RateForm(HouseForm):
    """A filled form of a measure: one number an item, or the score. Fields are `item_1`, `item_2` ...; goals have
    `item_1` and `weight_1`. `by`: "items" or "score"."""

    on = forms.DateField(label=_("Filled on"), widget=DayInput())

    def __init__(self, *args: Any, measure: Measure, by: str, **kwargs: Any):
        self.measure, self.by = measure, by
        super().__init__(*args, **kwargs)
        if by == "items" and measure.is_attainment:
            self._add_goals()
        elif by == "items":
            self._add_items(measure.items)
        else:
            self._add_score()
        if measure.risk_by_hand:
            self.fields["risk_told"] = forms.TypedChoiceField(
                label=gettext(measure.risk_by_hand), choices=[("no", _("No")), ("yes", _("Yes"))],
                widget=forms.RadioSelect, coerce=lambda value: value == "yes",
            )  # fmt: skip
        self.fields["private"] = forms.ChoiceField(
            label=_("Who may read this"), initial=Audience.PERSON,
            choices=[(Audience.PERSON, _("The person and you")), (Audience.CLINICIAN, _("Only you and your team"))],
        )  # fmt: skip
        self.helper.layout = Layout(*self.asks())

    def _add_items(self, items: Any) -> None:
        answers = self.measure.answers
        for item in items:
            self.fields[f"item_{item.n}"] = forms.IntegerField(
                label=f"{item.n}. {gettext(item.topic)}", required=False, min_value=answers.min, max_value=answers.max,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip

    def _add_goals(self) -> None:
        answers = self.measure.answers
        for n in range(1, GOAL_ROWS + 1):
            self.fields[f"item_{n}"] = forms.IntegerField(
                label=_("Goal %(n)d: level, -2 to +2") % {"n": n}, required=False, min_value=answers.min,
                max_value=answers.max,
            )  # fmt: skip
            self.fields[f"weight_{n}"] = forms.IntegerField(
                label=_("Goal %(n)d: weight") % {"n": n}, required=False, min_value=1, max_value=100
            )

    def _add_score(self) -> None:
        scoring = self.measure.scoring
        limits = {"min_value": scoring.min, "max_value": scoring.max} if scoring.max is not None else {"min_value": 0}
        self.fields["score"] = forms.FloatField(label=_("Score"), **limits)
        self._add_items(self.measure.risk_items)

    def asks(self) -> list[Any]:
        if "private" not in self.fields:
            return []
        if self.by == "items" and self.measure.is_attainment:
            rows = [
                Row(Column(f"item_{n}", css_class="col-sm-6"), Column(f"weight_{n}", css_class="col-sm-6"))
                for n in range(1, GOAL_ROWS + 1)
            ]
            return ["on", *rows, "private"]
        numbers = [name for name in self.fields if name == "score" or name.startswith("item_")]
        rest = [name for name in ("risk_told", "private") if name in self.fields]
        return ["on", Div(*numbers, css_class="numbers"), *rest]

    def values(self) -> dict[str, Any]:
        """What `actions.rate` takes."""
        sent = self.cleaned_data
        numbers = {int(name[5:]): value for name, value in sent.items() if name.startswith("item_")}
        weights = {int(name[7:]): value for name, value in sent.items() if name.startswith("weight_") and value}
        kept = {"on": sent["on"], "audience": sent["private"], "risk_told": sent.get("risk_told")}
        if self.by == "items":
            return {**kept, "items": numbers, "weights": weights, "way": RatingWay.ITEMS}
        return {**kept, "score": sent["score"], "risk_answers": numbers, "way": RatingWay.SCORE}


class ReturnForm(HouseForm):
    """A filled rating sheet that came back as a file."""

    file = forms.FileField(label=_("The filled PDF"), max_length=200)


class PaperForm(RateForm):
    """The answers of a returned sheet, with what was written at its end."""

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any):
        super().__init__(*args, measure=measure, by="items", **kwargs)
        self.fields["note"] = TextField(label=_("What was written on it"), required=False, max_length=4000)
        self.helper.layout = Layout(*self.asks(), "note")


class DueForm(HouseForm):
    """When a measure is due for a person."""

    measure = forms.ChoiceField(label=_("Measure"))
    unit = forms.ChoiceField(label=_("When"), choices=DueUnit.choices)
    every = forms.IntegerField(
        label=_("Every how many"), min_value=1, max_value=52, initial=1, required=False,
        help_text=_("Of sessions or weeks."),
    )  # fmt: skip
    since = forms.DateField(label=_("Beginning"), widget=DayInput())

    def __init__(self, *args: Any, case: Case, listed: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = listed
        self.fields["person"] = _person_field(case, _("For whom"))
        self.helper.layout = Layout(
            "person", "measure",
            Row(Column("every", css_class="col-sm-6"), Column("unit", css_class="col-sm-6")), "since",
        )  # fmt: skip

    def clean_every(self) -> int:
        return self.cleaned_data.get("every") or 1


class SharingForm(HouseForm):
    """What a person said about a joint chart."""

    measure = forms.ChoiceField(label=_("Measure"))
    allowed = forms.TypedChoiceField(
        label=_("May their line stand on a chart that the others see?"), widget=forms.RadioSelect,
        choices=[("yes", _("Yes")), ("no", _("No"))], coerce=lambda value: value == "yes",
    )  # fmt: skip
    basis = LineField(
        label=_("How they said so"), max_length=300, help_text=_("For instance: asked alone on Tuesday, said yes.")
    )

    def __init__(self, *args: Any, case: Case, listed: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = listed
        self.fields["person"] = _person_field(case, _("Who said it"))
        self.helper.layout = Layout("person", "measure", "allowed", "basis")


class OwnMeasureForm(HouseForm):
    """A measure the practice brings, as text or as a file, and on what the right to it rests."""

    file = forms.FileField(
        label=_("File"), required=False, help_text=_("A text file of the format below, up to 200 kB.")
    )
    text = TextField(
        label=_("Or its text"), required=False, max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 14, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip
    right = LineField(
        label=_("On what your right to use this text rests"), max_length=500,
        help_text=_("For instance: licence of the publisher, number and date; or the author's letter of 3 May."),
    )  # fmt: skip
