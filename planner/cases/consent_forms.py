"""Forms about consents: what is drawn up, and how one is taken back."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.forms import HouseForm, LineField, TextField
from planner.cases import consents
from planner.cases.forms import DateInput
from planner.cases.models import Case, ConsentKind, ContactWay, Person

_ENDS = ("expires_on", "ends_when")
_FIELDS = {
    ConsentKind.TREATMENT: ("person", "what", *_ENDS),
    ConsentKind.SHARING: ("person", "to_person", "what", "about_use", "purpose", "discloser", *_ENDS),
    ConsentKind.CONTACT: ("person", "ways", "recipient", "what", *_ENDS),
    ConsentKind.RELEASE: ("person", "recipient", "what", "about_use", "purpose", "discloser", *_ENDS),
}
_LABELS = {
    (ConsentKind.TREATMENT, "what"): _("What you spoke about, if it should stand there"),
    (ConsentKind.CONTACT, "recipient"): _("Number or address"),
    (ConsentKind.CONTACT, "what"): _("What a message may say"),
    (ConsentKind.RELEASE, "person"): _("Who signs"),
}


class ConsentForm(HouseForm):
    """A consent of one kind. Which elements it must have is checked here, so that each stands beside its field."""

    person = forms.ModelChoiceField(Person.objects.none(), label=_("Who says yes"), empty_label=None)
    to_person = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who may know it"), required=False, empty_label=_("Choose ...")
    )
    ways = forms.MultipleChoiceField(
        label=_("How"), choices=ContactWay.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    recipient = LineField(
        label=_("Who gets it"), required=False, max_length=300, help_text=_("Name and address of the person or body.")
    )
    what = TextField(
        label=_("What exactly may be told"), required=False, max_length=2000,
        help_text=_("As narrow as it can be: which papers, from when to when."),
    )  # fmt: skip
    about_use = forms.BooleanField(label=_("What concerns drink or drugs is included"), required=False)
    purpose = LineField(label=_("What it is for"), required=False, max_length=300)
    discloser = LineField(label=_("Who may tell it"), required=False, max_length=200)
    expires_on = forms.DateField(label=_("Last day"), required=False, widget=DateInput())
    ends_when = LineField(label=_("Or it ends when"), required=False, max_length=200)

    def __init__(self, *args: Any, case: Case, kind: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.case, self.kind = case, kind
        people = Person.objects.filter(places__case=case).order_by("places__order", "pk")
        for name in ("person", "to_person"):
            self.fields[name].queryset = people
            self.fields[name].label_from_instance = lambda person: person.name
        for name in set(self.fields) - set(_FIELDS[kind]) - {"once", "version"}:
            del self.fields[name]
        for (of, name), label in _LABELS.items():
            if of == kind:
                self.fields[name].label, self.fields[name].help_text = label, ""
        self.helper.layout.fields = self.asks()

    def asks(self) -> list[Any]:
        if not hasattr(self, "kind"):
            return []
        asked = [name for name in _FIELDS[self.kind] if name not in _ENDS]
        return [*asked, Row(Column("expires_on", css_class="col-md-4"), Column("ends_when", css_class="col-md-8"))]

    def given(self) -> dict[str, Any]:
        """The fields of the consent, without the person."""
        return {name: self.cleaned_data[name] for name in _FIELDS[self.kind] if name != "person"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, sentence in consents.lacking(self.case, self.kind, cleaned).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        if self.kind == ConsentKind.CONTACT and not cleaned.get("ways") and "ways" not in self.errors:
            self.add_error("ways", _("Choose at least one way."))
        if cleaned.get("to_person") and cleaned.get("to_person") == cleaned.get("person"):
            self.add_error("to_person", _("Choose another person of this case."))
        return cleaned


class WithdrawForm(HouseForm):
    """The day on which a consent was taken back, and how it was said."""

    on = forms.DateField(label=_("On which day"), widget=DateInput())
    how = LineField(
        label=_("How it was said"), required=False, max_length=300,
        help_text=_("For instance: said it on the phone. No reason is needed."),
    )  # fmt: skip

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day lies ahead. Write the day it was taken back."))
        return day
