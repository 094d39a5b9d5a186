"""What the practice's people may do to it: set up, invite, change, leave. Each write leaves its line in the trail."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.practice.crisis import speaks_of_violence, write_lines
from planner.practice.models import CrisisLine, Invitation, Practice, Role, User
from planner.practice.sessions import end_sessions
from planner.practice.trail import record

SET_UP_HOURS = 24
INVITATION_DAYS = 7
NEW_PASSWORD_HOURS = 24


class Refused(Exception):
    """What was asked for cannot be done; the text is a sentence for the person who asked."""


class LinkGone(Exception):
    """The one-time link was used, withdrawn, or has run out."""


def make_setup_link() -> str:
    """The one-time path of the page that sets up the practice. A link made before is dead. Raises Refused when there
    is a practice already."""
    with transaction.atomic():
        if Practice.objects.exists():
            raise Refused(_("There is a practice here already. Its owner invites colleagues on the People page."))
        Invitation.objects.filter(practice=None, used_at=None).delete()
        token, token_hash = _new_token()
        expires_at = timezone.now() + timedelta(hours=SET_UP_HOURS)
        Invitation.objects.create(role=Role.OWNER, token_hash=token_hash, expires_at=expires_at)
    return reverse("setup", args=[token])


@transaction.atomic
def set_up(*, token: str, practice: dict[str, Any], person: dict[str, Any]) -> User:
    """Creates the practice and its owner by the one-time link. Raises LinkGone for every click but the first."""
    _use(find_link(token, set_up=True))
    if Practice.objects.exists():
        raise LinkGone
    return found_practice(practice=practice, person=person)


@transaction.atomic
def found_practice(*, practice: dict[str, Any], person: dict[str, Any]) -> User:
    """A practice with its help lines and its owner, who is returned. `person`: name, credentials, email, password."""
    founded = Practice.objects.create(**practice)
    write_lines(founded)
    owner = _new_person(founded, Role.OWNER, **person)
    record("set up", by=owner, what="practice", what_id=founded.pk)
    return owner


@transaction.atomic
def add_person(*, by: User, role: str, name: str, email: str, password: str, credentials: str = "") -> User:
    """A colleague, without an invitation: for the demo practice. People are invited."""
    person = _new_person(by.practice, role, name=name, email=email, password=password, credentials=credentials)
    record("added", by=by, what="person", what_id=person.pk, detail={"role": role})
    return person


@transaction.atomic
def invite(*, by: User, name: str, email: str, role: str) -> str:
    """The one-time path for a colleague; it is shown once, only its hash is kept."""
    if User.objects.visible_to(by).filter(email__iexact=email).exists():
        raise Refused(_("Somebody with this address is in the practice already."))
    token, token_hash = _new_token()
    invitation = Invitation.objects.create(
        practice=by.practice,
        email=email.lower(),
        name=name,
        role=role,
        token_hash=token_hash,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
        by=by,
    )
    record("invited", by=by, what="invitation", what_id=invitation.pk, detail={"role": role})
    return reverse("join", args=[token])


@transaction.atomic
def withdraw(*, by: User, invitation: Invitation) -> None:
    """The link is dead from now on."""
    record("withdrew", by=by, what="invitation", what_id=invitation.pk)
    invitation.delete()


@transaction.atomic
def make_password_link(*, person: User, by: User | None = None) -> str:
    """A one-time path on which the person chooses a new password. Whoever makes it never learns the password, and a
    second factor stays. `by` is nobody where the link is made on the machine itself."""
    Invitation.objects.filter(person=person, used_at=None).delete()
    token, token_hash = _new_token()
    Invitation.objects.create(
        practice=person.practice,
        person=person,
        role=person.role,
        token_hash=token_hash,
        expires_at=timezone.now() + timedelta(hours=NEW_PASSWORD_HOURS),
        by=by,
    )
    record("made a password link", by=by, practice=person.practice, what="person", what_id=person.pk)
    return reverse("join", args=[token])


def find_link(token: str, *, set_up: bool = False) -> Invitation:
    """The open invitation behind a token; nothing is used up. Raises LinkGone."""
    links = Invitation.objects.open().filter(practice__isnull=set_up, token_hash=_hash(token))
    found = links.select_related("practice", "person__practice").first()
    if found is None or (found.person and not found.person.is_active):
        raise LinkGone
    return found


@transaction.atomic
def join(*, token: str, name: str, credentials: str, password: str) -> User:
    """A colleague comes in by an invitation. Raises LinkGone, or Refused when the address signs in elsewhere."""
    invitation = find_link(token)
    _use(invitation)
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise Refused(_("This address signs in here already. Ask for an invitation to another address."))
    person = _new_person(
        invitation.practice,
        invitation.role,
        name=name,
        email=invitation.email,
        password=password,
        credentials=credentials,
    )
    record("joined", by=person, what="invitation", what_id=invitation.pk, detail={"role": person.role})
    return person


@transaction.atomic
def choose_password(*, token: str, password: str) -> User:
    """The person behind a password link has a new password; every session of theirs is over. Raises LinkGone."""
    invitation = find_link(token)
    _use(invitation)
    person = invitation.person
    person.set_password(password)
    person.save(update_fields=["password"])
    end_sessions(person.pk)
    record("changed password", by=person, what="person", what_id=person.pk, detail={"by": "link"})
    return person


@transaction.atomic
def change_person(*, by: User, person: User, role: str, is_active: bool) -> User:
    """Another role, or no sign-in any more: then the person's sessions and links are dead at once."""
    Practice.objects.select_for_update().get(pk=person.practice_id)
    person.refresh_from_db()
    stays_owner = role == Role.OWNER and is_active
    owners = User.objects.filter(practice_id=person.practice_id).owners()
    if not stays_owner and not owners.exclude(pk=person.pk).exists():
        raise Refused(_("A practice needs one owner who can sign in. Make somebody else an owner first."))
    before = {"role": person.role, "is_active": person.is_active}
    person.role, person.is_active = role, is_active
    person.save(update_fields=["role", "is_active"])
    if not is_active:
        end_sessions(person.pk)
        Invitation.objects.filter(person=person, used_at=None).delete()
    after = {"role": role, "is_active": is_active}
    record("changed", by=by, what="person", what_id=person.pk, detail={"from": before, "to": after})
    return person


@transaction.atomic
def remove_second_factor(*, person: User, by: User | None = None) -> int:
    """For somebody who lost both phone and recovery codes; how many factors went. Their sessions are over."""
    gone = Authenticator.objects.filter(user=person).delete()[0]
    end_sessions(person.pk)
    record("removed second factor", by=by, practice=person.practice, what="person", what_id=person.pk)
    return gone


@transaction.atomic
def change_practice(*, by: User, version: int, **changes: Any) -> Practice:
    """Writes the settings; another country brings its own help lines. Raises planner.base.models.Stale."""
    practice = Practice.objects.get(pk=by.practice_id)
    moved = changes.get("country", practice.country) != practice.country
    changed = sorted(name for name, value in changes.items() if getattr(practice, name) != value)
    practice.change(version, **changes)
    if moved:
        write_lines(practice)
    record("changed", by=by, what="practice", what_id=practice.pk, detail={"fields": changed})
    return practice


@transaction.atomic
def keep_help_line(*, by: User, line: CrisisLine | None = None, **values: Any) -> CrisisLine:
    """Writes a help line, new or changed; whoever saves it has checked the number today."""
    if line is None:
        last = CrisisLine.objects.visible_to(by).order_by("-order").first()
        order = last.order + 1 if last else 0
        line = CrisisLine(practice=by.practice, country=by.practice.country, order=order)
    for name, value in values.items():
        setattr(line, name, value)
    line.partner_violence = line.partner_violence or speaks_of_violence(line.name)
    line.verified_on = timezone.localdate()
    line.save()
    record("changed", by=by, what="help line", what_id=line.pk)
    return line


@transaction.atomic
def remove_help_line(*, by: User, line: CrisisLine) -> None:
    record("removed", by=by, what="help line", what_id=line.pk)
    line.delete()


@transaction.atomic
def change_profile(*, by: User, **changes: Any) -> User:
    """What a person says about themselves, and how the pages look to them."""
    changed = sorted(name for name, value in changes.items() if getattr(by, name) != value)
    for name, value in changes.items():
        setattr(by, name, value)
    by.save(update_fields=list(changes))
    record("changed", by=by, what="person", what_id=by.pk, detail={"fields": changed})
    return by


@transaction.atomic
def sign_out_everywhere(*, by: User) -> int:
    """Ends every session of the person, this one too; how many there were."""
    ended = end_sessions(by.pk)
    record("signed out everywhere", by=by, what="person", what_id=by.pk, detail={"sessions": ended})
    return ended


def _new_person(practice: Practice, role: str, *, email: str, password: str, **fields: Any) -> User:
    person = User(practice=practice, role=role, email=email.strip().lower(), **fields)
    person.set_password(password)
    person.save()
    return person


def _use(invitation: Invitation) -> None:
    """Marks the link as used. Of two who click at once the UPDATE lets one through; the other gets LinkGone."""
    if not Invitation.objects.open().filter(pk=invitation.pk).update(used_at=timezone.now()):
        raise LinkGone


def _new_token() -> tuple[str, str]:
    """A token of 256 bits, and what is kept of it."""
    token = secrets.token_urlsafe(32)
    return token, _hash(token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
