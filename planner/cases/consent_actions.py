"""Writes about consents: drawn up, signed or declined, printed to be signed, withdrawn. Never changed otherwise."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from planner.base.text import clean, clean_line
from planner.cases import consent_papers, consents
from planner.cases.actions import Refused
from planner.cases.models import (
    Case,
    Consent,
    ConsentKind,
    ConsentSignature,
    ConsentState,
    ContactWay,
    Person,
    SignatureWay,
    SignerRole,
    Stance,
)
from planner.practice.models import User
from planner.practice.trail import record
from planner.sheets import addresses, keep, press
from planner.sheets.options import Options

LONGEST_YEARS = 10  # a consent that is to hold longer is a slip of the year


@transaction.atomic
def draw_up(*, by: User, case: Case, person: Person, kind: str, **given: Any) -> Consent:
    """A consent ready to be signed: its words are fixed now. `given` are fields of Consent. Raises Refused."""
    given = {name: _cleaned(name, value) for name, value in given.items()}
    _check(case, person, kind, given)
    consent = Consent(case=case, person=person, kind=kind, by=by, part2=consent_papers.is_part2(kind, case), **given)
    with translation.override(person.language):
        consent.text = consent_papers.text_of(consent_papers.words(consent, case))
    consent.sha256 = hashlib.sha256(consent.text.encode()).hexdigest()
    consent.save()
    record("drew up", by=by, what="consent", what_id=consent.pk, case_id=case.pk, detail={"kind": kind})
    return consent


def _cleaned(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # An empty line parts the points of the text that is kept.
    return "\n".join(filter(None, map(str.strip, clean(value).split("\n")))) if name == "what" else clean_line(value)


def _check(case: Case, person: Person, kind: str, given: dict[str, Any]) -> None:
    """Raises Refused, naming the first field that does not do."""
    if kind not in ConsentKind.values:
        raise Refused(_("Choose what the consent is about."), "kind")
    people = set(case.participants.values_list("person_id", flat=True))
    if person.pk not in people:
        raise Refused(_("Choose a person of this case."), "person")
    reader = given.get("to_person")
    if reader is not None and (reader.pk not in people or reader.pk == person.pk):
        raise Refused(_("Choose another person of this case."), "to_person")
    if kind == ConsentKind.CONTACT and not set(given.get("ways") or ()) & set(ContactWay.values):
        raise Refused(_("Choose at least one way."), "ways")
    for field, sentence in consents.lacking(case, kind, given).items():
        raise Refused(sentence, field)
    check_last_day(given.get("expires_on"))


def check_last_day(day: datetime.date | None) -> None:
    """Raises Refused for a last day that has passed already, or lies further off than anybody means."""
    today = timezone.localdate()
    if day and day < today:
        raise Refused(_("This day has passed. Give a day that lies ahead."), "expires_on")
    if day and day.year > today.year + LONGEST_YEARS:
        raise Refused(_("Check the year."), "expires_on")


@transaction.atomic
def sign(*, by: User, consent: Consent, role: str, **given: Any) -> ConsentSignature:
    """A signature under a consent, or that the person declines. `given` are fields of SignatureBase, as
    planner.cases.signing gives them.

    It stands from the day of the signature; a minor's consent stands by a guardian's signature, the minor's own counts
    as assent. Raises Refused where it is settled already.
    """
    consent = Consent.objects.select_for_update().select_related("person").get(pk=consent.pk)
    if consent.state != ConsentState.WAITING:
        raise Refused(_("This consent is settled already. Draw up a new one."))
    if role not in (SignerRole.CLIENT, SignerRole.GUARDIAN):
        raise Refused(_("The person signs, or a guardian."), "role")
    given = {**given, "person": consent.person, "signed_on": given.get("signed_on") or timezone.localdate()}
    if given["signed_on"] > timezone.localdate():
        raise Refused(_("This day lies ahead. Write the day it was signed."), "signed_on")
    signature = ConsentSignature.objects.create(consent=consent, role=role, sha256=consent.sha256, by=by, **given)
    _settle(consent, signature)
    detail = {"kind": consent.kind, "stance": signature.stance, "way": signature.way}
    record("signed", by=by, what="consent", what_id=consent.pk, case_id=consent.case_id, detail=detail)
    return signature


def _settle(consent: Consent, signature: ConsentSignature) -> None:
    """The consent is given, or declined, by whoever may: a minor's own yes alone does not put it in force."""
    agreed = signature.stance == Stance.AGREES and signature.way != SignatureWay.NONE
    if not agreed:
        consent.declined_on = signature.signed_on
    elif signature.role == SignerRole.GUARDIAN or not consent.person.is_minor:
        consent.given_on = signature.signed_on
    consent.save(update_fields=["given_on", "declined_on", "changed_at"])


@transaction.atomic
def withdraw(*, by: User, consent: Consent, on: datetime.date | None = None, how: str = "") -> Consent:
    """The consent ends on a day (today unless told): what depends on it stops; what was done before stays done. One
    that waits for its signature is taken back the same way. Raises Refused."""
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    on = on or timezone.localdate()
    if consent.state in (ConsentState.WITHDRAWN, ConsentState.DECLINED):
        raise Refused(_("This consent does not stand any more."))
    if on > timezone.localdate():
        raise Refused(_("This day lies ahead. Write the day it was taken back."), "on")
    if consent.given_on and on < consent.given_on:
        raise Refused(_("It was signed later than that."), "on")
    consent.withdrawn_on, consent.withdrawn_how = on, clean_line(how)
    consent.save(update_fields=["withdrawn_on", "withdrawn_how", "changed_at"])
    detail = {"kind": consent.kind, "on": on.isoformat()}
    record("withdrew", by=by, what="consent", what_id=consent.pk, case_id=consent.case_id, detail=detail)
    return consent


def print_form(*, by: User, consent: Consent, case: Case, options: Options) -> Consent:
    """The form to sign with a pen, kept with its bytes. A second print gives the same. Raises what the press raises."""
    if consent.printed_id:
        return consent
    paper = consent_papers.form(consent, case, options)
    rendering = press.render(paper)
    with transaction.atomic():
        consent.printed = keep.keep(rendering, paper, address=addresses.new_address())
        consent.save(update_fields=["printed", "changed_at"])
        detail = {"kind": consent.kind, "pages": rendering.pages}
        record("printed", by=by, what="consent", what_id=consent.pk, case_id=case.pk, detail=detail)
    return consent
