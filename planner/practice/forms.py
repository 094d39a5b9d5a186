"""The forms of the practice's own pages, and allauth's forms in the house layout."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from planner.base.forms import Group, HouseForm, LineField, TextField
from planner.base.renderer import LongSelect
from planner.practice.countries import countries, zones
from planner.practice.models import NoteFormat, PaperSize, Role, TextSize, User

#: zxcvbn looks at no more than this many characters.
LONGEST_PASSWORD = 72


class NewPasswordField(forms.CharField):
    """A password that is being chosen; the form calls `check_password` once it knows the person."""

    def __init__(self, **kwargs: Any):
        super().__init__(
            label=_("Password"),
            strip=False,
            max_length=LONGEST_PASSWORD,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text=_("12 to 72 characters. Four or five words that nobody else would put together are good."),
            **kwargs,
        )


class _ChoosesPassword(HouseForm):
    """A form with a new password, checked against the bundled lists and against what is known of the person."""

    def person(self, cleaned: dict[str, Any]) -> User:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password"):
            try:
                validate_password(cleaned["password"], self.person(cleaned))
            except ValidationError as weak:
                self.add_error("password", weak)
        return cleaned


def _country_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Country"),
        required=False,
        widget=LongSelect,
        choices=lambda: [("", _("Not in the list, or not said")), *countries()],
        help_text=_("It chooses the help lines at the foot of a client's sheet."),
    )


def _zone_field() -> forms.ChoiceField:
    named = [(name, name) for name in zones()]
    return forms.ChoiceField(label=_("Time zone"), widget=LongSelect, choices=named, initial="UTC")


class SetUpForm(_ChoosesPassword):
    """The practice and its first clinician."""

    practice_name = LineField(label=_("Name of the practice"), help_text=_("As it stands on paper."))
    country = _country_field()
    zone = _zone_field()
    paper = forms.ChoiceField(label=_("Paper"), choices=PaperSize.choices, initial=PaperSize.LETTER)
    name = LineField(label=_("Your name"))
    credentials = LineField(
        label=_("Credentials"), required=False, max_length=80, help_text=_('Printed after your name, like "LMFT".')
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text=_("You sign in with it. Nothing is sent to it."),
    )
    password = NewPasswordField()

    def asks(self) -> list[Any]:
        return [
            Group(str(_("The practice")), "practice_name", "country", "zone", "paper"),
            Group(str(_("You")), "name", "credentials", "email", "password"),
        ]

    def person(self, cleaned: dict[str, Any]) -> User:
        return User(name=cleaned.get("name", ""), email=cleaned.get("email", ""))

    def practice_values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"name": given["practice_name"], **{name: given[name] for name in ("country", "zone", "paper")}}

    def person_values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "credentials", "email", "password")}


class JoinForm(_ChoosesPassword):
    """A colleague who was invited."""

    name = LineField(label=_("Your name"))
    credentials = LineField(
        label=_("Credentials"), required=False, max_length=80, help_text=_('Printed after your name, like "LMFT".')
    )
    password = NewPasswordField()

    def __init__(self, *args: Any, email: str, **kwargs: Any):
        self.email = email
        super().__init__(*args, **kwargs)

    def person(self, cleaned: dict[str, Any]) -> User:
        return User(name=cleaned.get("name", ""), email=self.email)


class NewPasswordForm(_ChoosesPassword):
    """Somebody who is here already and chooses a new password by a link."""

    password = NewPasswordField()

    def __init__(self, *args: Any, person: User, **kwargs: Any):
        self._person = person
        super().__init__(*args, **kwargs)

    def person(self, cleaned: dict[str, Any]) -> User:
        return self._person


class InviteForm(HouseForm):
    name = LineField(label=_("Name"))
    email = forms.EmailField(label=_("E-mail address"), max_length=254, help_text=_("They will sign in with it."))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.CLINICIAN)


class PersonForm(HouseForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    is_active = forms.BooleanField(
        label=_("May sign in"),
        required=False,
        help_text=_("Without it their sessions end at once. What they wrote stays."),
    )


PLAN_REVIEW_DAYS = 90  # where the practice says nothing else


class PracticeForm(HouseForm):
    name = LineField(label=_("Name of the practice"), help_text=_("As it stands on paper."))
    contact = TextField(
        label=_("How to reach you"),
        required=False,
        max_length=400,
        help_text=_("Address, phone, mail: one a line. It stands at the foot of each sheet."),
    )
    country = _country_field()
    zone = _zone_field()
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    paper = forms.ChoiceField(label=_("Paper"), choices=PaperSize.choices)
    text_size = forms.TypedChoiceField(label=_("Text on paper"), choices=TextSize.choices, coerce=int)
    second_factor_required = forms.BooleanField(
        label=_("Everybody signs in with a second factor"),
        required=False,
        help_text=_("Whoever has none is asked to set one up at the next page."),
    )
    note_format = forms.ChoiceField(
        label=_("Format of progress notes"),
        choices=NoteFormat.choices,
        help_text=_("Each note can be switched to another without losing a word."),
    )
    note_late_hours = forms.IntegerField(
        label=_("A note is late after (hours)"),
        min_value=1,
        max_value=720,
        help_text=_("Counted from the end of the session. 24 to 72 hours are often asked for."),
    )

    plan_review_days = forms.IntegerField(
        label=_("Days between reviews of a treatment plan"),
        min_value=7,
        max_value=730,
        required=False,
        help_text=_("90 is what most people know; payers ask for 90 to 180. Each plan may have its own."),
    )

    def clean_plan_review_days(self) -> int:
        return self.cleaned_data["plan_review_days"] or PLAN_REVIEW_DAYS

    def asks(self) -> list[Any]:
        return [
            Group(str(_("On paper")), "name", "contact", "paper", "text_size"),
            Group(str(_("Treatment plans")), "plan_review_days"),
            Group(str(_("Progress notes")), "note_format", "note_late_hours"),
            Group(str(_("Where you are")), "country", "zone", "language"),
            Group(str(_("Sign-in")), "second_factor_required"),
        ]


class HelpLineForm(HouseForm):
    name = LineField(label=_("Who answers"))
    reach = LineField(label=_("How to reach them"), help_text=_('As it is printed: "988 (call or text)".'))
    emergency = forms.BooleanField(label=_("This is the emergency number"), required=False)
    partner_violence = forms.BooleanField(
        label=_("It is for partner violence"),
        required=False,
        help_text=_("Kept for you to say to a person alone. Never printed: a sheet at home is read by both."),
    )
    source = LineField(label=_("Where you checked it"), max_length=300)


class ProfileForm(HouseForm):
    name = LineField(label=_("Your name"))
    credentials = LineField(
        label=_("Credentials"), required=False, max_length=80, help_text=_('Printed after your name, like "LMFT".')
    )
    language = forms.ChoiceField(
        label=_("Language of the pages"),
        required=False,
        choices=[("", _("As the practice")), *settings.LANGUAGES],
    )
    theme = forms.ChoiceField(label=_("Light or dark"), choices=User._meta.get_field("theme").choices)


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": "2000-01-01", "max": "2100-12-31"})


class TrailFilter(forms.Form):
    """What to show of the trail; a value that means nothing is left out."""

    person = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)
    verb = forms.ChoiceField(label=_("What happened"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=_date_input())
    until = forms.DateField(label=_("To"), required=False, widget=_date_input())

    def __init__(self, *args: Any, people: list[tuple[int, str]], verbs: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("Everybody")), *people]
        self.fields["verb"].choices = [("", _("Everything")), *verbs]
        for name in ("since", "until"):
            self.fields[name].validators += [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31))]
        self.helper = _bare_helper(self)
        names = ("person", "verb", "since", "until")
        self.helper.layout = Div(*(Div(name, css_class="col-sm-6 col-lg-3") for name in names), css_class="row g-3")


class UnlockForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.helper = _bare_helper(self)


def _bare_helper(form: forms.Form) -> FormHelper:
    helper = FormHelper(form)
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


def _at_most(field: forms.Field, length: int) -> None:
    field.widget.attrs["maxlength"] = length
    field.validators.append(MaxLengthValidator(length))


class _AllauthLook:
    """allauth's form in the house layout: labels instead of placeholders, no second <form>."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.helper = _bare_helper(self)


class SignInForm(_AllauthLook, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        _at_most(self.fields["password"], 4096)
        self.fields["password"].help_text = ""


class ConfirmForm(_AllauthLook, ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class NewOwnPasswordForm(_AllauthLook, ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("password1", "password2"):
            _at_most(self.fields[name], LONGEST_PASSWORD)
        self.fields["password1"].help_text = NewPasswordField().help_text


class _Code:
    """A field for six digits, or for a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _at_most(self.fields["code"], 20)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}


class CodeForm(_Code, _AllauthLook, AuthenticateForm):
    pass


class ConfirmCodeForm(_Code, _AllauthLook, ReauthenticateCodeForm):
    pass


class AuthenticatorAppForm(_Code, _AllauthLook, ActivateTOTPForm):
    pass


class _Passkey:
    """What a browser sends of a passkey is read by a library that trusts its shape; another shape is a clean error."""

    def clean_credential(self) -> Any:
        read = getattr(super(), "clean_credential", lambda: self.cleaned_data["credential"])
        return _well_formed(read)

    def clean(self) -> Any:
        return _well_formed(super().clean)


def _well_formed(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (KeyError, TypeError, ValueError, AttributeError) as misshapen:
        raise ValidationError(_("This passkey did not fit. Try again, or use another way.")) from misshapen


class PasskeySignInForm(_Passkey, LoginWebAuthnForm):
    pass


class PasskeyForm(_Passkey, AuthenticateWebAuthnForm):
    pass


class PasskeyConfirmForm(_Passkey, ReauthenticateWebAuthnForm):
    pass


class PasskeyAddForm(_Passkey, AddWebAuthnForm):
    pass
