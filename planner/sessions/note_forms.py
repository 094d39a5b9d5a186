"""Forms of the notes: a field of a note as it is saved, the whole note without a script, an addendum, own phrases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.base.forms import HouseForm, LineField, TextField, without_controls
from planner.cases.models import Audience, Participant
from planner.practice.models import NoteFormat
from planner.sessions import note_formats
from planner.sessions.models import Mode, PhraseUse, ProgressNote, RiskLevel

LONGEST = 8000  # letters in one text of a note


class NoteForm(forms.Form):
    """What a note's page sends: one field as one types, or all of them. Only what was sent is checked and written."""

    format = forms.ChoiceField(choices=NoteFormat.choices)
    audience = forms.ChoiceField()
    start = forms.TimeField()
    stop = forms.TimeField()
    mode = forms.ChoiceField(choices=Mode.choices)
    place = LineField(max_length=120, required=False)
    service_code = LineField(max_length=40, required=False)
    risk_level = forms.ChoiceField(choices=RiskLevel.choices, required=False)
    risk_basis = TextField(max_length=2000, required=False)
    risk_action = TextField(max_length=2000, required=False)
    risk_person = forms.ChoiceField(required=False)

    def __init__(self, data: Mapping[str, Any], *, note: ProgressNote, places: Sequence[Participant]):
        self.note = note
        self.people = {str(place.person_id): place.person for place in places}
        super().__init__(without_controls(data))
        for name in note_formats.PARTS:
            self.fields[name] = TextField(max_length=LONGEST, required=False)
        self.fields["audience"].choices = audience_choices(places)
        self.fields["risk_person"].choices = [("", ""), *((pk, pk) for pk in self.people)]
        for name in [name for name in self.fields if name not in data]:
            del self.fields[name]

    def changes(self) -> dict[str, Any]:
        """What is to be written, as planner.sessions.note_actions.change_note takes it. Only of a valid form."""
        found = dict(self.cleaned_data)
        if "audience" in found:
            audience, _dash, person = found["audience"].partition("-")
            found |= {"audience": audience, "person": self.people.get(person)}
        if "risk_person" in found:
            found["risk_person"] = self.people.get(found["risk_person"])
        return found | self._times(found.pop("start", None), found.pop("stop", None))

    def _times(self, start: Any, stop: Any) -> dict[str, datetime]:
        """Begin and end as moments on the session's wall. Another begin alone keeps the length; an end before the begin
        is after midnight."""
        if start is None and stop is None:
            return {}
        zone = ZoneInfo(self.note.session.zone)
        began, ended = self.note.began_at.astimezone(zone), self.note.ended_at.astimezone(zone)
        if start is not None:
            length = ended - began
            began = began.replace(hour=start.hour, minute=start.minute)
            ended = began + length
        if stop is not None:
            ended = began.replace(hour=stop.hour, minute=stop.minute)
            ended += timedelta(days=1) if ended < began else timedelta(0)
        return {"began_at": began, "ended_at": ended}


def audience_choices(places: Sequence[Participant]) -> list[tuple[str, Any]]:
    """For whose eyes a note may be: everyone's in the case, one person's, the clinician's."""
    one = [(f"person-{place.person_id}", place.person.on_paper) for place in places] if len(places) > 1 else []
    return [(Audience.CASE, Audience.CASE.label), *one, (Audience.CLINICIAN, Audience.CLINICIAN.label)]


class AddendumForm(HouseForm):
    """A dated word under a signed note."""

    text = TextField(label=_("Addendum"), max_length=LONGEST, rows=4)
    place = LineField(label=_("Place"), required=False, help_text=_("The note does not tell it."))
    service_code = LineField(
        label=_("Service code"), required=False, max_length=40, help_text=_("The note does not tell it.")
    )

    def __init__(self, *args: Any, note: ProgressNote, **kwargs: Any):
        self.told = {name for name in ("place", "service_code") if getattr(note, name)}
        super().__init__(*args, **kwargs)
        for name in self.told:
            del self.fields[name]

    def asks(self) -> list[Any]:
        return ["text", *(name for name in ("place", "service_code") if name not in self.told)]


class ReturnForm(HouseForm):
    """What the supervisor says with a note that goes back."""

    comment = TextField(label=_("What should be different"), max_length=4000, rows=3)


class ProcessNoteForm(forms.Form):
    """The text of a process note; empty, it takes the note away."""

    text = TextField(max_length=20000, required=False)


class PhraseForm(HouseForm):
    """Own words to use again."""

    short = forms.RegexField(
        label=_("Short form"),
        regex=r"^[a-z0-9]{1,20}$",
        help_text=_("Letters and digits. Typed after a full stop and followed by a blank, it puts the phrase in: .eng"),
        error_messages={"invalid": _("Small letters and digits only, at most 20.")},
    )
    use = forms.ChoiceField(label=_("Where it is offered"), choices=PhraseUse.choices)
    text = TextField(label=_("Phrase"), max_length=1000, help_text=_("Without names: it is used with other clients."))
