"""Forms of the boosters room: a series and its rest, an hour for a booster, what became of it, the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.layout import HTML, Div, Field
from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planner.base.forms import Group, HouseForm, LineField, TextField
from planner.boosters import dates
from planner.boosters.measures import OFFERED
from planner.boosters.models import Decision, Series
from planner.cases.models import Participant, Phase
from planner.library.forms import OptionsForm
from planner.practice.countries import zones
from planner.sessions import agenda
from planner.sheets.options import Options

MOST_WEEKS_OUT = 60
_DAY = {"widget": forms.DateInput(attrs={"type": "date"})}
_CLOCK = {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}


def _days(label: str, most: int, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, **kwargs)


def _in_century(day: date | None) -> bool:
    return day is None or 2000 <= day.year <= 2100


class SeriesForm(HouseForm):
    """A series before its dates are shown. `values` are what the actions take."""

    preset = forms.ChoiceField(label=_("Rhythm"), widget=forms.RadioSelect)
    every = forms.IntegerField(label=_("Your own: every"), min_value=1, max_value=52, required=False)
    unit = forms.ChoiceField(
        label=_("Weeks or months"), choices=[("weeks", _("weeks")), ("months", _("months"))], required=False
    )
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=dates.MOST, required=False)
    start_on = forms.DateField(label=_("Counted from"), help_text=_("The last weekly hour, for instance."), **_DAY)
    weekday = forms.ChoiceField(label=_("Weekday"), required=False)
    clock = forms.TimeField(label=_("Time"), **_CLOCK)
    zone = forms.ChoiceField(label=_("On the clock of"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=10, max_value=agenda.LONGEST)
    skipped = TextField(
        label=_("Weeks to leave out"),
        required=False,
        rows=2,
        max_length=1200,
        help_text=_("Any day of each week, as 2026-12-24, with commas or one a line."),
    )
    before = _days(_("Window: days before"), 60)
    after = _days(_("Window: days after"), 90)
    remind_days = _days(_("Remind, days before"), 60, help_text=_("0: no reminder."))
    name = LineField(label=_("Name"), max_length=80, required=False, help_text=_("Needed where a case has two series."))
    measures = forms.MultipleChoiceField(
        label=_("Mini-measure"), widget=forms.CheckboxSelectMultiple, choices=OFFERED, required=False
    )
    focus = TextField(
        label=_("Focus, from the maintenance plan"), required=False, max_length=2000, help_text=_("For you alone.")
    )
    closed_ok = forms.BooleanField(label=_("Yes, dates after the case was closed are meant"), required=False)

    def __init__(self, *args: Any, here: str, closed: bool, **kwargs: Any):
        self.here, self.closed = here, closed
        super().__init__(*args, **kwargs)
        self.fields["preset"].choices = [(slug, one.name) for slug, one in dates.PRESETS.items()]
        self.fields["weekday"].choices = [("", _("Whatever day it falls on")), *WEEKDAYS.items()]
        self.fields["zone"].choices = [(name, name) for name in dict.fromkeys([here, *zones()])]

    def asks(self) -> list[Any]:
        def row(*names: str) -> Div:
            return Div(*(Div(Field(name), css_class="col-6 col-md-3") for name in names), css_class="row")

        notes = HTML('{% include "boosters/_presets.html" %}')
        parts = [
            Group(str(_("How often")), "preset", row("every", "unit", "count"), notes),
            Group(str(_("When")), row("start_on", "weekday", "clock", "minutes"), "zone", "skipped"),
            Group(str(_("Window and reminder")), row("before", "after", "remind_days")),
            Group(str(_("What for")), "measures", "focus", "name"),
        ]
        return [*parts, "closed_ok"] if self.closed else parts

    def clean_weekday(self) -> int | None:
        value = self.cleaned_data["weekday"]
        return int(value) if value else None

    def clean_start_on(self) -> date:
        if not _in_century(self.cleaned_data["start_on"]):
            raise forms.ValidationError(_("Choose a day in this century."))
        return self.cleaned_data["start_on"]

    def clean_skipped(self) -> list[str]:
        words = self.cleaned_data["skipped"].replace(",", " ").replace(";", " ").split()
        if len(words) > MOST_WEEKS_OUT:
            raise forms.ValidationError(_("At most %(n)d weeks can be left out.") % {"n": MOST_WEEKS_OUT})
        try:
            days = [date.fromisoformat(word) for word in words]
        except ValueError:
            raise forms.ValidationError(_("Write each day as year-month-day: 2026-12-24.")) from None
        return sorted({dates.monday(day).isoformat() for day in days if day.year > 1})

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("preset") == dates.OWN:
            for name in ("every", "unit", "count"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed for your own rhythm."))
        return found

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take."""
        kept = {
            name: value for name, value in self.cleaned_data.items() if name not in ("once", "version", "closed_ok")
        }
        kept["clock"] = kept["clock"].replace(second=0, microsecond=0)
        return kept


class RestForm(SeriesForm):
    """What is left of a series, changed at once. Another zone asks what stays: the hour on the clock, or the moment."""

    keeps = forms.ChoiceField(
        label=_("In the new zone, keep"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("wall", _("the hour: the same time on the new place's clock")),
            ("moment", _("the moment: the same time on your clock")),
        ],
    )

    def __init__(self, *args: Any, series: Series, **kwargs: Any):
        self.series = series
        super().__init__(*args, **kwargs)

    def asks(self) -> list[Any]:
        parts = super().asks()
        return [*parts, "keeps"] if self.data and self.data.get("zone") != self.series.zone else parts

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("zone") and found["zone"] != self.series.zone and not found.get("keeps"):
            asked = gettext(
                "The client lives by another clock now: is %(hour)s meant on the clock of %(zone)s, or yours?"
            )
            hour = found["clock"].strftime("%H:%M") if found.get("clock") else ""
            self.add_error("keeps", asked % {"hour": hour, "zone": found["zone"]})
        return found

    @property
    def values(self) -> dict[str, Any]:
        kept = super().values
        if kept.pop("keeps", "") == "moment" and kept["zone"] != self.series.zone:
            first = datetime.combine(kept["start_on"], kept["clock"])
            there = dates.moment(first, self.series.zone).astimezone(ZoneInfo(kept["zone"]))
            kept["clock"] = there.time().replace(second=0, microsecond=0)
        return kept


class AskingForm(HouseForm):
    """A form with boxes that are shown only once their question has come up."""

    questions: tuple[str, ...] = ()

    def asks(self) -> list[Any]:
        return [name for name in super().asks() if name not in self.questions]

    def ask(self, name: str) -> None:
        """Shows a box."""
        self.helper.layout.append(Field(name))


class BookForm(AskingForm):
    """The hour of a booster, on the clock of its series."""

    day = forms.DateField(label=_("Day"), **_DAY)
    clock = forms.TimeField(label=_("Time"), **_CLOCK)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=10, max_value=agenda.LONGEST)
    attendees = forms.MultipleChoiceField(label=_("Who attends"), widget=forms.CheckboxSelectMultiple)
    outside_ok = forms.BooleanField(label=_("Yes, outside of the window"), required=False)
    reopen = forms.BooleanField(label=_("Yes, open the case again"), required=False)
    questions = ("outside_ok", "reopen")

    def __init__(self, *args: Any, participants: Sequence[Participant], **kwargs: Any):
        self.participants = {str(one.pk): one for one in participants}
        super().__init__(*args, **kwargs)
        self.fields["attendees"].choices = [(pk, one.person.on_paper) for pk, one in self.participants.items()]

    def clean_day(self) -> date:
        if not _in_century(self.cleaned_data["day"]):
            raise forms.ValidationError(_("Choose a day in this century."))
        return self.cleaned_data["day"]

    def clean_attendees(self) -> list[Participant]:
        return [self.participants[pk] for pk in self.cleaned_data["attendees"]]


class MoveForm(AskingForm):
    """Another day, or a second date."""

    day = forms.DateField(label=_("Day"), **_DAY)
    clock = forms.TimeField(label=_("Time"), **_CLOCK)
    reason = LineField(label=_("Why"), required=False, max_length=300, help_text=_("For you alone."))
    closed_ok = forms.BooleanField(label=_("Yes, a date after the case was closed is meant"), required=False)
    questions = ("closed_ok",)


class AgainForm(MoveForm):
    reason = None


class HeldForm(HouseForm):
    """How a booster went, for the clinician alone."""

    on = forms.DateField(label=_("Held on"), **_DAY)
    held_well = TextField(label=_("What has held"), required=False, max_length=2000, rows=2)
    slipped = TextField(label=_("What slipped"), required=False, max_length=2000, rows=2)
    early_signs = TextField(label=_("Early signs and near misses"), required=False, max_length=2000, rows=2)
    promised = TextField(
        label=_("One thing until the next booster"), required=False, max_length=2000, rows=2,
        help_text=_("What was promised, and by whom. It stands in the next brief."),
    )  # fmt: skip


class ReasonForm(HouseForm):
    """Why a booster was missed, or is not needed."""

    reason = LineField(label=_("Why"), required=False, max_length=300, help_text=_("For you alone."))


class FollowUpForm(HouseForm):
    how = LineField(label=_("What was done"), max_length=300, help_text=_("A call, a letter, a new date."))


class FocusForm(HouseForm):
    focus = LineField(label=_("Focus of this booster"), required=False, max_length=300)


class EndForm(HouseForm):
    why = LineField(label=_("Why"), required=False, max_length=300, help_text=_("For you alone."))


class RuleForm(HouseForm):
    """When a case is proposed to go back into treatment."""

    relapse = forms.BooleanField(label=_("After a relapse"), required=False)
    trust_falls = _days(_("After so many falls in trust beyond the usual change"), 20, help_text=_("0: not by this."))
    missed = _days(_("After so many missed boosters"), 20, help_text=_("0: not by this."))
    also = LineField(label=_("What else the clients said would bring them back sooner"), required=False, max_length=300)


class DecisionForm(HouseForm):
    """Back into treatment or not, and what becomes of the boosters."""

    decision = forms.ChoiceField(label=_("Your decision"), choices=Decision.choices, widget=forms.RadioSelect)
    phase = forms.ChoiceField(label=_("The work goes on with"), choices=Phase.choices, required=False)
    rest = forms.ChoiceField(
        label=_("The boosters still to come"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("later", _("move them on by as many weeks as written below")),
            ("end", _("end the series; a new one can be made later")),
            ("keep", _("leave them where they are")),
        ],
    )
    weeks = forms.IntegerField(label=_("Weeks"), min_value=1, max_value=52, required=False)
    note = TextField(label=_("Your reasons"), required=False, max_length=2000, help_text=_("For you alone."))

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("decision") == Decision.TREATMENT:
            for name in ("phase", "rest"):
                if not found.get(name):
                    self.add_error(name, _("Needed to go back into treatment."))
            if found.get("rest") == "later" and not found.get("weeks") and "weeks" not in self.errors:
                self.add_error("weeks", _("Write by how many weeks."))
        return found


class MiniMeasureForm(HouseForm):
    """The mini-measure of a booster, person by person. A field left empty is not entered."""

    on = forms.DateField(label=_("Filled on"), **_DAY)

    def __init__(
        self, *args: Any, asked: Sequence[tuple[Participant, Sequence[tuple[str, str, float, float]]]], **kwargs
    ):
        self.asked = asked
        super().__init__(*args, **kwargs)

    def asks(self) -> list[Any]:
        parts: list[Any] = ["on"]
        for participant, rows in self.asked:
            names = [self._add(participant, *row) for row in rows]
            if names:
                parts.append(Group(participant.person.on_paper, *names))
        return parts

    def _add(self, participant: Participant, slug: str, name: str, least: float, most: float) -> str:
        """A field for one measure of one person. Its range is checked by the measure itself, with its own sentence."""
        key = f"m-{participant.pk}-{slug}"
        limits = f"{least:g} – {most:g}" if most else ""
        self.fields[key] = forms.FloatField(label=name, required=False, help_text=limits)
        return key

    @property
    def entered(self) -> list[tuple[Participant, str, float, str]]:
        """(participant, measure, score, field) of what was typed."""
        return [
            (participant, slug, self.cleaned_data[key], key)
            for participant, rows in self.asked
            for slug, *_rest in rows
            if self.cleaned_data.get(key := f"m-{participant.pk}-{slug}") is not None
        ]


class KeepingPrintForm(OptionsForm):
    """Which paper, for whom, and how it prints."""

    what = forms.ChoiceField(label=_("What"))
    whom = forms.ChoiceField(label=_("For whom"))
    diary = forms.BooleanField(
        label=_("A blank diary page in the whole plan"), required=False,
        help_text=_("On the paper of one person. Ask alone first where it can lie safely."),
    )  # fmt: skip
    field_order = ["what", "whom", "diary"]
    WHAT = [("dates", _("Appointment card: the next dates")), ("keeping", _("Keeping what helps: the whole plan"))]

    def __init__(self, *args: Any, participants: Sequence[Participant], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.participants = {str(one.pk): one for one in participants}
        self.fields["what"].choices = self.WHAT
        people = [(pk, one.person.on_paper) for pk, one in self.participants.items()]
        self.fields["whom"].choices = [*people, ("all", _("All together"))] if len(people) > 1 else people
        del self.fields["fill"]

    @property
    def options(self) -> Options:
        """How it prints. Only of a valid form."""
        chosen = {name: value for name, value in self.cleaned_data.items() if name not in ("what", "whom", "diary")}
        return Options.chosen({**chosen, "fill": "lines"})

    @property
    def reader(self) -> Participant | None:
        """The one person it is for; None for a joint paper."""
        return self.participants.get(self.cleaned_data["whom"])


class EndingForm(HouseForm):
    """Ending a treatment."""

    summary = TextField(
        label=_("Summary"),
        max_length=6000,
        rows=6,
        help_text=_("What was reached, what helps, who does what from here."),
    )
    met = forms.BooleanField(label=_("What the plan set out to reach was reached"), required=False)
    close = forms.BooleanField(
        label=_("Close the case"), required=False, help_text=_("Its boosters stay in the calendar and on your board.")
    )
