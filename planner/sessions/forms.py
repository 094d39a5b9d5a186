"""Forms of the sessions room: when and with whom, an item of the agenda, how to print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crispy_forms.layout import Div, Field
from django import forms
from django.utils.translation import gettext_lazy as _

from planner.base.forms import HouseForm, LineField, TextField
from planner.cases.models import Case, Participant
from planner.library.forms import OptionsForm
from planner.library.models import Pathway, SessionTemplate
from planner.plans.models import Objective
from planner.sessions import agenda, times
from planner.sessions.models import Done, SessionKind
from planner.sheets.options import Options


def _minutes(most: int, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=_("Minutes"), min_value=1, max_value=most, **kwargs)


class SessionForm(HouseForm):
    """When, how long, what kind, who attends. `starts_at` of the cleaned values is naive, on the practice's wall."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    clock = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=10, max_value=agenda.LONGEST)
    kind = forms.ChoiceField(label=_("Kind"), choices=SessionKind.choices)
    attendees = forms.MultipleChoiceField(label=_("Who attends"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, zone: str, participants: Sequence[Participant], **kwargs: Any):
        self.zone = zone
        self.participants = {str(participant.pk): participant for participant in participants}
        super().__init__(*args, **kwargs)
        self.fields["attendees"].choices = [
            (pk, participant.person.on_paper) for pk, participant in self.participants.items()
        ]

    def asks(self) -> list[Any]:
        row = [Div(Field(name), css_class="col-6 col-md-3") for name in ("day", "clock", "minutes", "kind")]
        return [Div(*row, css_class="row"), "attendees"]

    def clean_attendees(self) -> list[Participant]:
        return [self.participants[pk] for pk in self.cleaned_data["attendees"]]

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("day") and found.get("clock"):
            found["starts_at"] = times.at(found["day"], found["clock"])
            try:
                times.to_utc(found["starts_at"], self.zone)
            except times.NoSuchTime as error:
                self.add_error("clock", str(error))
            except OverflowError:
                self.add_error("day", _("Choose a day in this century."))
        if found.get("day") and not 2000 <= found["day"].year <= 2100:
            self.add_error("day", _("Choose a day in this century."))
        return found

    @staticmethod
    def on_the_wall(starts: datetime) -> dict[str, Any]:
        """Initial values for a wall time."""
        return {"day": starts.date(), "clock": starts.time().replace(second=0, microsecond=0)}


class NewSessionForm(SessionForm):
    """A new session, with a template and what was left last time where the clinician wants them."""

    template = forms.ChoiceField(label=_("Template"), required=False)
    carry = forms.BooleanField(label=_("Take up what was left last time"), required=False)

    def __init__(self, *args: Any, templates: Sequence[SessionTemplate], left: Sequence[Any], **kwargs: Any):
        self.templates = {str(template.pk): template for template in templates}
        self.left = left
        super().__init__(*args, **kwargs)
        self.fields["minutes"].required = False
        self.fields["minutes"].help_text = _("Empty: as the template, else 50.")
        named = [(pk, f"{one.name} ({one.minutes} min)") for pk, one in self.templates.items()]
        self.fields["template"].choices = [("", _("None: check-in to next homework, the rest is yours")), *named]
        if left:
            titles = ", ".join(item.title for item in left)
            self.fields["carry"].help_text = titles
        else:
            del self.fields["carry"]

    def asks(self) -> list[Any]:
        return ["template", *(["carry"] if self.left else []), *super().asks()]

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        template = self.templates.get(found.get("template") or "")
        found["chosen_template"] = template
        if template and "kind" not in self.changed_data:
            found["kind"] = template.kind
        if "minutes" in found:
            found["minutes"] = found["minutes"] or (template.minutes if template else agenda.HOUR)
        return found


class PathwayForm(HouseForm):
    """Which pathway, and when its first session is. It is asked with GET: it writes nothing."""

    pathway = forms.ChoiceField(label=_("Pathway"))
    day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    clock = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, zone: str, pathways: Sequence[Pathway], **kwargs: Any):
        self.zone = zone
        self.pathways = {str(pathway.pk): pathway for pathway in pathways}
        super().__init__(*args, **kwargs)
        for name in ("once", "version"):
            del self.fields[name]
        self.fields["pathway"].choices = [(pk, pathway.name) for pk, pathway in self.pathways.items()]

    def asks(self) -> list[Any]:
        row = [Div(Field(name), css_class="col-6 col-md-3") for name in ("day", "clock")]
        return ["pathway", Div(*row, css_class="row")]

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        found["chosen"] = self.pathways.get(found.get("pathway") or "")
        if found.get("day") and not 2000 <= found["day"].year <= 2100:
            self.add_error("day", _("Choose a day in this century."))
        elif found.get("day") and found.get("clock"):
            found["starts_at"] = times.at(found["day"], found["clock"])
            try:
                times.to_utc(found["starts_at"], self.zone)
            except times.NoSuchTime as error:
                self.add_error("clock", str(error))
        return found

    on_the_wall = staticmethod(SessionForm.on_the_wall)


class ItemForm(forms.Form):
    """An item changed in place. Only what was sent is checked and written."""

    title = LineField(max_length=300)
    minutes = _minutes(agenda.LONGEST_ITEM)
    prompt = TextField(max_length=3000, required=False)
    note = TextField(max_length=4000, required=False)
    objective = forms.ModelChoiceField(queryset=Objective.objects.none(), required=False)

    def __init__(self, data: Any, *, case: Case):
        super().__init__(data)
        self.fields["objective"].queryset = Objective.objects.active_of(case)
        for name in [name for name in self.fields if name not in data]:
            del self.fields[name]


class FreeItemForm(forms.Form):
    """An item in the clinician's own words."""

    title = LineField(max_length=300)
    minutes = _minutes(agenda.LONGEST_ITEM)
    prompt = TextField(max_length=3000, required=False)


class TickForm(forms.Form):
    """What became of an item."""

    done = forms.ChoiceField(choices=Done.choices)


class PrintForm(OptionsForm):
    """What to print and how. The values chosen last are the ones it opens with."""

    what = forms.ChoiceField(label=_("What"), widget=forms.RadioSelect)
    field_order = ["what"]

    def __init__(self, *args: Any, choices: Sequence[Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [(choice.value, choice.label) for choice in choices]

    def options(self) -> Options:
        """The options that were chosen. Only of a valid form."""
        return Options.chosen({name: value for name, value in self.cleaned_data.items() if name != "what"})
