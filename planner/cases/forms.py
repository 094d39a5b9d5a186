"""Forms of the cases room: they clean and return values; the view hands these to the actions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from crispy_forms.layout import Field, Layout, Row
from crispy_forms.utils import render_crispy_form
from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from planner.base.forms import HouseForm, LineField, TextField
from planner.base.prepared import ID, prepared
from planner.base.renderer import LongSelect
from planner.base.text import clean_line
from planner.cases.models import (
    Case,
    CaseKind,
    FlagKind,
    FlagState,
    InjurySide,
    Part2,
    Participant,
    ParticipantRole,
    PastUseTalk,
    Person,
    Phase,
    SecretsPolicy,
    TeamRole,
    on_team,
)
from planner.cases.names import current
from planner.practice.models import TextSize, User

MOST_ROWS = 6  # rows of people that a new case may have; more can be added on the chart
FOLDED = 1  # empty rows kept ready under "More people"


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, **attrs: Any):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


def languages() -> list[tuple[str, str]]:
    """Languages a person may read: those of the pages first, then others the paper has letters for."""
    others = [
        ("ar", _("Arabic")), ("zh", _("Chinese")), ("nl", _("Dutch")), ("fr", _("French")), ("de", _("German")),
        ("el", _("Greek")), ("he", _("Hebrew")), ("hi", _("Hindi")), ("it", _("Italian")), ("ja", _("Japanese")),
        ("ko", _("Korean")), ("pl", _("Polish")), ("pt", _("Portuguese")), ("ru", _("Russian")), ("uk", _("Ukrainian")),
        ("vi", _("Vietnamese")),
    ]  # fmt: skip
    return [*settings.LANGUAGES, *others]


def _text_size(value: str) -> int | None:
    return int(value) if value else None


def _cell(name: str, width: int) -> Field:
    """A field that takes some of the twelve columns of its row."""
    return Field(name, wrapper_class=f"col-md-{width}")


class CaseForm(HouseForm):
    """The case itself."""

    kind = forms.ChoiceField(label=_("Who comes"), choices=CaseKind.choices, widget=forms.RadioSelect)
    phase = forms.ChoiceField(label=_("Where the work stands"), choices=Phase.choices, initial=Phase.SAFETY)
    focus = LineField(
        label=_("The injury you work on"), required=False, max_length=300,
        help_text=_("In your own words, for you and your team. It is never printed."),
    )  # fmt: skip


class CasePoliciesForm(CaseForm):
    """The case with what was agreed about it: things told alone, talk about past use, 42 CFR Part 2."""

    secrets_policy = forms.ChoiceField(
        label=_("What one tells alone"), choices=SecretsPolicy.choices, required=False,
        help_text=_("Agree this with everybody at the start."),
    )  # fmt: skip
    past_use_talk = forms.ChoiceField(
        label=_("Talk about past use"), choices=PastUseTalk.choices, required=False,
        help_text=_("Sheets and plans follow this: what they ask about past use, and where it is talked about."),
    )  # fmt: skip
    part2 = forms.ChoiceField(
        label=_("Under 42 CFR Part 2"), choices=Part2.choices, required=False,
        help_text=_("Federally assisted substance-use care in the United States."),
    )  # fmt: skip

    def clean_past_use_talk(self) -> str:
        return self.cleaned_data["past_use_talk"] or self.initial["past_use_talk"]

    def clean_part2(self) -> str:
        return self.cleaned_data["part2"] or self.initial["part2"]


class PersonForm(HouseForm):
    """One person and the place in the case. `prefix` tells rows of a new case apart."""

    name = LineField(label=_("Name"), max_length=120)
    print_name = LineField(
        label=_("Name to print"), required=False, max_length=60,
        help_text=_("What stands on the paper. Left empty, the first word of the name."),
    )  # fmt: skip
    pronouns = LineField(label=_("Pronouns"), required=False, max_length=40)
    role = forms.ChoiceField(
        label=_("Role"), choices=[("", _("Choose ...")), *ParticipantRole.choices],
        help_text=_("Whose wording the sheets carry."),
    )  # fmt: skip
    side = forms.ChoiceField(label=_("Side in the injury"), choices=InjurySide.choices, required=False)
    language = forms.ChoiceField(
        label=_("Language of the paper"), choices=languages, widget=LongSelect, initial="en"
    )  # fmt: skip
    text_size = forms.TypedChoiceField(
        label=_("Text size on paper"), required=False, coerce=_text_size, empty_value=None,
        choices=[("", _("As the practice prints")), *TextSize.choices],
    )  # fmt: skip
    is_minor = forms.BooleanField(label=_("Under age"), required=False)

    def asks(self) -> list[Any]:
        return [
            Row(_cell("name", 5), _cell("print_name", 4), _cell("pronouns", 3)),
            Row(_cell("role", 4), _cell("side", 4), Field("is_minor", wrapper_class="col-md-4 align-self-center")),
            Row(_cell("language", 4), _cell("text_size", 4)),
        ]  # fmt: skip


class PersonRow(PersonForm):
    """A row of a new case: nobody when nothing is written in it. The key and the version belong to the whole page."""

    once = None
    version = None

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, empty_permitted=True, use_required_attribute=False, **kwargs)
        self.helper.form_show_errors = True
        self.helper.form_error_title = ""

    @property
    def is_used(self) -> bool:
        return self.is_bound and self.has_changed()

    @property
    def blank(self) -> SafeString:
        """The row while nothing was sent yet. Such rows differ by their number alone."""
        return SafeString(_blank_row(self.initial["language"], get_language()).replace(ANY_ROW, self.prefix))


ANY_ROW = "person-any"


@lru_cache(maxsize=64)
def _blank_row(language: str, _page: str | None) -> str:
    """A row with nothing in it, drawn once for each language of the practice and of the page."""
    return render_crispy_form(PersonRow(prefix=ANY_ROW, initial={"language": language}))


class PeopleRows:
    """The rows of people on the page of a new case; always MOST_ROWS are read."""

    def __init__(self, data: Any = None, language: str = "en"):
        initial = {"language": language}
        self.rows = [PersonRow(data, prefix=f"person-{n}", initial=initial) for n in range(1, MOST_ROWS + 1)]

    def is_valid(self) -> bool:
        return all([row.is_valid() for row in self.rows])

    @property
    def people(self) -> list[dict[str, Any]]:
        return [row.cleaned_data for row in self.rows if row.is_used]

    def split(self, shown: int) -> tuple[list[PersonRow], list[PersonRow]]:
        """Rows to show at once and some to fold away: whatever is written in is shown."""
        used = max([n for n, row in enumerate(self.rows, 1) if row.is_used or row.errors], default=0)
        end = max(shown, used)
        return self.rows[:end], self.rows[end : end + FOLDED]


MOST_KNOWN = 12  # people offered at a time; the search narrows them


class AddPersonForm(PersonForm):
    """One more person: somebody new, or somebody from another case of the clinician, looked for by name (`find`)."""

    known = forms.ModelChoiceField(
        Person.objects.none(), label=_("Somebody you know already"), required=False, widget=forms.RadioSelect,
        help_text=_("Then leave the name empty; only role and side are asked."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, user: User, find: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        words, chosen = clean_line(find)[:100], self.data.get("known", "")
        if words or self.is_bound:
            rows = _narrowed(_places(user, case), words, chosen)
            self.fields["known"].queryset = Person.objects.visible_to(user).exclude(places__case=case)
        else:
            rows = _first_known(user=user, case=case.pk)
        found = _told(rows)
        self.fields["known"].choices = [("", _("No, somebody new")), *found]
        self.fields["name"].required = False
        self.may_find = bool(found or find or self.is_bound)
        if not self.may_find:
            del self.fields["known"]
            self.helper.layout = Layout(*super().asks())

    def asks(self) -> list[Any]:
        return ["known", *super().asks()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("known") and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write a name, or choose somebody you know."))
        if cleaned.get("known") and cleaned.get("name"):
            self.add_error("name", _("Either write a new name or choose somebody you know, not both."))
        return cleaned


def _places(user: Any, case: Any) -> QuerySet[Participant]:
    """Of people in other cases of the clinician, who are not in this one."""
    return Participant.objects.filter(on_team(user, "case__")).exclude(person__places__case=case)


@prepared(case=ID)
def _first_known(user: Any, case: int) -> QuerySet:
    return _in_order(_places(user, case))


def _narrowed(places: QuerySet[Participant], words: str, chosen: str) -> QuerySet:
    """Those whose name holds every word. Once somebody is chosen, that person alone."""
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        places, words = places.filter(person=chosen), ""
    for word in words.split():
        places = places.filter(Q(person__name__icontains=word) | Q(person__print_name__icontains=word))
    return _in_order(places)


def _in_order(places: QuerySet[Participant]) -> QuerySet:
    rows = places.order_by("person__name", "person_id", "case__code")
    return rows.values_list("person_id", "person__name", "case__code")[: 2 * MOST_KNOWN]


def _told(rows: Iterable[tuple[int, str, str]]) -> list[tuple[int, str]]:
    """The first people, with the codes of their cases, as a name alone may be two people's."""
    found: dict[int, list[str]] = {}
    for pk, name, code in rows:
        found.setdefault(pk, [name]).append(code)
    return [(pk, f"{name} ({', '.join(codes)})") for pk, (name, *codes) in list(found.items())[:MOST_KNOWN]]


class ParticipantForm(PersonForm):
    """A person who takes part, with the day of leaving."""

    left_on = forms.DateField(
        label=_("Left the case on"), required=False, widget=DateInput(),
        help_text=_("Nothing is lost; the papers and plans stay."),
    )  # fmt: skip

    def asks(self) -> list[Any]:
        return [*super().asks(), "left_on"]

    def clean_left_on(self):
        return _not_later(self.cleaned_data["left_on"])


class FlagForm(HouseForm):
    """One finding about one person."""

    person = forms.ModelChoiceField(Person.objects.none(), label=_("Whom it is about"), empty_label=None)
    kind = forms.ChoiceField(label=_("What was looked at"), choices=FlagKind.choices)
    state = forms.ChoiceField(label=_("What was found"), choices=FlagState.choices, widget=forms.RadioSelect)
    basis = LineField(
        label=_("What it rests on"), max_length=500,
        help_text=_("For instance: asked alone by phone on Tuesday, four questions, none with yes."),
    )  # fmt: skip
    on = forms.DateField(label=_("On which day"), widget=DateInput())

    def __init__(self, *args: Any, case: Case, **kwargs: Any):
        super().__init__(*args, **kwargs)
        people = [place.person for place in sorted(current(case), key=lambda place: (place.order, place.person_id))]
        if self.is_bound:
            self.fields["person"].queryset = Person.objects.filter(places__case=case, places__left_on=None)
        self.fields["person"].choices = [(person.pk, person.name) for person in people]

    def clean_on(self):
        return _not_later(self.cleaned_data["on"])


class OverrideForm(HouseForm):
    """The written reason to go on."""

    reason = TextField(
        label=_("Your reason"), max_length=2000, rows=5,
        help_text=_("At least 20 letters: what you know, why you go on, and what keeps everybody safe."),
    )  # fmt: skip


class TeamForm(HouseForm):
    """A colleague's place on the case."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Colleague"), empty_label=_("Choose ..."))
    role = forms.ChoiceField(label=_("Place"), choices=TeamRole.choices)
    until = forms.DateField(
        label=_("Until, if it ends"), required=False, widget=DateInput(), help_text=_("The last day, included.")
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(practice_id=case.practice_id, is_active=True).exclude(role="front_desk")
        self.fields["user"].queryset = people.order_by("name")
        self.fields["user"].label_from_instance = lambda user: user.name


def _not_later(day):
    """The day, refused where it lies ahead or before anybody alive was born."""
    if day and day > timezone.localdate():
        raise forms.ValidationError(_("This day lies ahead. Write the day it happened."))
    if day and day.year < 1900:
        raise forms.ValidationError(_("Check the year."))
    return day
