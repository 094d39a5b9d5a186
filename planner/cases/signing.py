"""Signing: who signs, the form for one signature, and a drawn signature as a picture for screen and paper.

Every room with something to sign uses these: a `Signer` for each person asked, a `SignatureForm` for each signer, and
`form.signature` for the columns of its own model of `SignatureBase`. `cases/_signature_pad.html` draws the form,
`cases/_signature.html` what was signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.base.forms import HouseForm, LineField, TextField
from planner.base.text import clean_line
from planner.cases.forms import DateInput
from planner.cases.models import Case, Person, SignatureWay, SignerRole, Stance
from planner.cases.names import current
from planner.practice.models import User

WIDTH, HEIGHT = 400, 120  # the field that is drawn on, in points
MOST_STROKES = 80
MOST_POINTS = 4000
SHORTEST = 30  # points of line in all; a tap is no signature
LATER = ""  # this person signs another time


@dataclass(frozen=True)
class Signer:
    """Somebody who is asked to sign. `key` names the fields of this signer on a page with several."""

    role: str
    key: str
    name: str
    person: Person | None = None
    user: User | None = None
    credentials: str = ""

    @property
    def is_client(self) -> bool:
        """A client or a client's guardian: may disagree, decline, or sign later."""
        return self.role in (SignerRole.CLIENT, SignerRole.GUARDIAN)

    @property
    def role_label(self) -> str:
        return str(SignerRole(self.role).label)


def clients_of(case: Case) -> list[Signer]:
    """Everybody who takes part, in order; for somebody under age also a guardian, whose name is asked."""
    found = []
    for place in current(case):
        person = place.person
        found.append(Signer(SignerRole.CLIENT, f"client-{person.pk}", person.name, person=person))
        if person.is_minor:
            found.append(Signer(SignerRole.GUARDIAN, f"guardian-{person.pk}", "", person=person))
    return found


def staff(user: User, role: str = SignerRole.CLINICIAN) -> Signer:
    """A clinician or a supervisor, with the credentials of their profile."""
    return Signer(role, role, user.name, user=user, credentials=user.credentials)


class StrokesField(forms.CharField):
    """A drawn signature as JSON: a list of strokes, each a list of [x, y] in whole points within the field."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=60_000, required=False, **kwargs)

    def to_python(self, value: Any) -> list[list[list[int]]]:
        text = super().to_python(value)
        if not text:
            return []
        try:
            return checked_strokes(json.loads(text))
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("The drawing did not arrive whole. Please draw it again.")) from None

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value or [])


def checked_strokes(strokes: Any) -> list[list[list[int]]]:
    """The strokes, as they are kept. Raises ValueError for anything else, for too much, and for a mere tap."""
    if not isinstance(strokes, list) or len(strokes) > MOST_STROKES:
        raise ValueError("strokes")
    if not all(isinstance(stroke, list) and all(_is_point(point) for point in stroke) for stroke in strokes):
        raise ValueError("points")
    if sum(len(stroke) for stroke in strokes) > MOST_POINTS:
        raise ValueError("too many points")
    if strokes and sum(map(_length, strokes)) < SHORTEST:
        raise ValueError("too short")
    return strokes


def _is_point(point: Any) -> bool:
    if not isinstance(point, list) or len(point) != 2 or not all(type(number) is int for number in point):
        return False
    return 0 <= point[0] <= WIDTH and 0 <= point[1] <= HEIGHT


def _length(stroke: list[list[int]]) -> float:
    steps = zip(stroke, stroke[1:], strict=False)
    return sum(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5 for (ax, ay), (bx, by) in steps)


class SignatureForm(HouseForm):
    """One signer's signature: drawn, typed, on paper with its day, or the reason for none.

    `signature` is what to keep, or None where the person signs another time (`may_wait`).
    """

    way = forms.ChoiceField(label=gettext_lazy("How"), required=False, widget=forms.RadioSelect)
    strokes = StrokesField()
    typed = LineField(label=gettext_lazy("Name, typed by the person who signs"), required=False, max_length=120)
    guardian = LineField(label=gettext_lazy("Name of the guardian"), required=False, max_length=120)
    credentials = LineField(label=gettext_lazy("Credentials"), required=False, max_length=120)
    signed_on = forms.DateField(label=gettext_lazy("Day on the paper"), required=False, widget=DateInput())
    stance = forms.ChoiceField(
        label=gettext_lazy("And says"), required=False,
        choices=[(Stance.AGREES, gettext_lazy("I agree")), (Stance.DISAGREES, gettext_lazy("I do not agree"))],
    )  # fmt: skip
    reason = TextField(label=gettext_lazy("Reason, in the person's words"), required=False, max_length=2000, rows=2)

    def __init__(self, data: Any = None, *, signer: Signer, may_wait: bool = True, **kwargs: Any):
        self.signer = signer
        own = {"typed": "" if signer.is_client else signer.name, "credentials": signer.credentials}
        first = LATER if may_wait else SignatureWay.DRAWN
        own["way"] = first if signer.is_client else SignatureWay.TYPED
        own["signed_on"] = timezone.localdate()
        super().__init__(data, prefix=signer.key, initial={**own, **(kwargs.pop("initial", None) or {})}, **kwargs)
        self.fields["way"].choices = ways(signer, may_wait)
        if signer.role != SignerRole.GUARDIAN:
            del self.fields["guardian"]
        if signer.is_client:
            del self.fields["credentials"]
        else:
            del self.fields["stance"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """Each way of signing asks for what it needs; the sentence stands beside the field."""
        cleaned = super().clean()
        way = cleaned.get("way", LATER)
        check = {
            SignatureWay.DRAWN: self._drawn, SignatureWay.TYPED: self._typed, SignatureWay.PAPER: self._on_paper,
            SignatureWay.NONE: self._not_signed,
        }.get(way)  # fmt: skip
        if check:
            check(cleaned)
            if self.signer.role == SignerRole.GUARDIAN and not cleaned.get("guardian"):
                self.add_error("guardian", _("Write who signs for the person."))
        return cleaned

    def _drawn(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("strokes") and "strokes" not in self.errors:
            self.add_error("way", _("Nothing was drawn yet. Draw in the field, or type the name."))
        for said in self.errors.get("strokes", []):
            self.add_error("way", said)
        self._stance(cleaned)

    def _typed(self, cleaned: dict[str, Any]) -> None:
        if not any(letter.isalnum() for letter in cleaned.get("typed", "")):
            self.add_error("typed", _("Let the person type their name."))
        self._stance(cleaned)

    def _on_paper(self, cleaned: dict[str, Any]) -> None:
        day = cleaned.get("signed_on")
        if day is None and "signed_on" not in self.errors:
            self.add_error("signed_on", _("Write the day that stands on the paper."))
        elif day and not date(1900, 1, 1) <= day <= timezone.localdate():
            self.add_error("signed_on", _("Write the day it was signed; it cannot lie ahead."))
        self._stance(cleaned)

    def _stance(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("stance") == Stance.DISAGREES and not cleaned.get("reason"):
            self.add_error("reason", _("Write what the person does not agree with, in their words."))

    def _not_signed(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("reason"):
            self.add_error("reason", _("Write why there is no signature, without judging it."))

    @property
    def signature(self) -> dict[str, Any] | None:
        """The columns of SignatureBase that the form knows; None where the person signs another time."""
        cleaned = self.cleaned_data
        way = cleaned["way"]
        if way == LATER:
            return None
        return {
            "role": self.signer.role, "person": self.signer.person, "user": self.signer.user,
            "name": self._name(cleaned), "credentials": cleaned.get("credentials", ""), "way": way,
            "stance": Stance.REFUSES if way == SignatureWay.NONE else cleaned.get("stance") or Stance.AGREES,
            "reason": cleaned.get("reason", ""),
            "strokes": cleaned["strokes"] if way == SignatureWay.DRAWN else [],
            "signed_on": cleaned["signed_on"] if way == SignatureWay.PAPER else timezone.localdate(),
        }  # fmt: skip

    def _name(self, cleaned: dict[str, Any]) -> str:
        typed = cleaned.get("typed", "") if cleaned["way"] == SignatureWay.TYPED else ""
        return typed or cleaned.get("guardian") or clean_line(self.signer.name)


def ways(signer: Signer, may_wait: bool) -> list[tuple[str, Any]]:
    """How this signer may sign. The staff's own signature is not left out with a reason: it waits."""
    found = [(LATER, _("Another time"))] if may_wait and signer.is_client else []
    found += [
        (SignatureWay.DRAWN, _("Draw it here")), (SignatureWay.TYPED, _("Type the name")),
        (SignatureWay.PAPER, _("It is on paper")),
    ]  # fmt: skip
    if signer.is_client:
        found.append((SignatureWay.NONE, _("Does not sign")))
    return found


def forms_for(signers: Iterable[Signer], data: Any = None, **kwargs: Any) -> list[SignatureForm]:
    """A form for each signer, in order."""
    return [SignatureForm(data, signer=signer, **kwargs) for signer in signers]


def picture(strokes: list[list[list[int]]], title: str) -> SafeString:
    """A drawn signature as SVG with its title, for screen and paper alike. Only whole numbers get into the drawing."""
    lines = format_html_join(
        "", '<polyline points="{}"/>', ((" ".join(f"{int(x)},{int(y)}" for x, y in stroke),) for stroke in strokes)
    )
    return format_html(
        '<svg class="signature-picture" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" '
        'height="{1}" role="img"><title>{2}</title><g fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round">{3}</g></svg>',
        WIDTH, HEIGHT, title, lines,
    )  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A kept signature as a page or a paper shows it. `holds`: the text is still the one that was signed;
    `keeps_reason`: why somebody did not sign, or does not agree, is not for whoever looks."""

    row: Any
    holds: bool = True
    keeps_reason: bool = False

    @property
    def picture(self) -> SafeString | str:
        """The drawing, or nothing where it was given another way."""
        if self.row.way != SignatureWay.DRAWN:
            return ""
        return picture(self.row.strokes, _("Signature of %(name)s") % {"name": self.row.name})

    @property
    def is_given(self) -> bool:
        return self.row.way != SignatureWay.NONE


def shown_for(signatures: Iterable[Shown], person: Person | None) -> list[Shown]:
    """Signatures for a page that a client looks at: each person's reasons are for their own eyes."""
    return [
        one if not one.row.reason or one.row.person_id is None or (person and one.row.person_id == person.pk)
        else Shown(one.row, one.holds, keeps_reason=True)
        for one in signatures
    ]  # fmt: skip
