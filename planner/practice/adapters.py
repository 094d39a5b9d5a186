"""Where allauth asks the house: who may sign in, how guessing is slowed, how secrets are kept, what the trail says.

Guessing is counted in two places. A browser that has signed this person in before carries a signed cookie and is
counted for itself, so that no stranger's guesses keep the person out; every other browser shares one count for the
account and one for its network address. All counts run out by themselves.
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.signals import password_changed
from allauth.core.internal import ratelimit
from allauth.mfa import signals as mfa_signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from planner.base import cipher
from planner.base.text import clean_line
from planner.practice import trail
from planner.practice.models import STRONG_FACTORS, Invitation, OpenSession, TrailEntry, User
from planner.practice.sessions import DEVICE, SEEN, STARTED, device_words, end_sessions

DEVICE_COOKIE = "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
_DEVICE_SALT = "planner.practice.device"
_DEVICE_DAYS = 400


class Backend(AuthenticationBackend):
    """Reads the person with the practice and with the answer to "is there a second factor?" in one query."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.with_second_factor().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by e-mail address and password; nobody signs up by themselves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This address and password do not belong together. Please try again."),
        "too_many_login_attempts": _(
            "Too many tries. Please wait a few minutes; a passkey or a browser you have used before still works."
        ),
        "incorrect_password": _("This is not your password. Please try again."),
        "incorrect_code": _("This code is not right, or was used before. Please wait for the next one."),
        "rate_limited": _("Too many tries. Please wait a few minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Errors are shown; allauth's own news are not, the pages say what happened."""
        if message is not None:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail leaves the house; the trail has it."""

    def is_safe_url(self, url: str | None) -> bool:
        return is_own_address(url)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        email = credentials.get("email", "").strip().lower()
        device = known_device(request, email)
        action, key = ("login_failed_known", f"{email}:{device}") if device else ("login_failed", email)
        self._login_failed_rl_usage = ratelimit.consume(request, app="allauth.account", action=action, key=key)
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person, or None; a deactivated person's password is as wrong as any other."""
        self.pre_authenticate(request, **credentials)
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if user:
            self._rollback_login_failed_rl_usage()
        else:
            self.authentication_failed(request, **credentials)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = clean_line(credentials.get("email", ""))
        known = User.objects.filter(email__iexact=email).first()
        trail.record(
            "sign-in failed",
            practice=known.practice if known else None,
            detail={"account": trail.account_mark(email)},
        )

    def reauthenticate(self, user: User, password: str) -> bool:
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def login(self, request: HttpRequest, user: User) -> None:
        before = user.last_login
        with transaction.atomic():
            super().login(request, user)
            _sweep()
            trail.record("signed in", by=user, detail={"with": _methods(request)})
        self._tell_failed_tries(request, user, before)

    def _tell_failed_tries(self, request: HttpRequest, user: User, since: Any) -> None:
        tries = TrailEntry.objects.filter(verb="sign-in failed", detail__account=trail.account_mark(user.email))
        count = tries.filter(at__gt=since).count() if since else 0
        if count:
            told = ngettext(
                "Since you last signed in, there was %(n)d failed try with your address.",
                "Since you last signed in, there were %(n)d failed tries with your address.",
                count,
            )
            messages.info(request, told % {"n": count})

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        remember_device(request, response, user)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")


class MFAAdapter(DefaultMFAAdapter):
    """Second factor: secrets under the key ring, and no last factor taken away where the practice asks for one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "Your practice asks for a second factor, and this is your only one. Add another before you take it away."
        ),
    }

    def encrypt(self, text: str) -> str:
        return cipher.seal(text, about="second factor")

    def decrypt(self, encrypted_text: str) -> str:
        return cipher.unseal(encrypted_text, about="second factor")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not authenticator.user.practice.second_factor_required:
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=STRONG_FACTORS)
        return others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: User, type: str) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(n)d") % {"n": count + 1}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.name}

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER


def has_second_factor(user: User) -> bool:
    """An authenticator app or a passkey; recovery codes alone are none."""
    if not hasattr(user, "has_second_factor"):
        user.has_second_factor = Authenticator.objects.filter(user=user, type__in=STRONG_FACTORS).exists()
    return user.has_second_factor


def is_own_address(url: str | None) -> bool:
    """May a person be sent there? A path on this host, nothing else."""
    return bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def known_device(request: HttpRequest, email: str) -> str:
    """The name of this browser if it has signed this address in before; "" otherwise."""
    device = _device(request)
    return device["name"] if trail.account_mark(email) in device["people"] else ""


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Gives the browser its signed cookie; it opens nothing, it is only counted for itself."""
    device = _device(request)
    people = [trail.account_mark(user.email), *device["people"]]
    device["people"] = list(dict.fromkeys(people))[:8]
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps(device, salt=_DEVICE_SALT),
        max_age=_DEVICE_DAYS * 24 * 60 * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _device(request: HttpRequest) -> dict[str, Any]:
    try:
        return signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=_DEVICE_SALT, max_age=_DEVICE_DAYS * 86400)
    except signing.BadSignature:
        return {"name": secrets.token_urlsafe(16), "people": []}


def _methods(request: HttpRequest) -> list[str]:
    """How the person proved who they are: "password", "totp", "webauthn", "recovery_codes"."""
    records = request.session.get("account_authentication_methods") or []
    return sorted({str(record.get("type") or record.get("method")) for record in records})


def _sweep() -> None:
    """Sessions and links that are over are not kept; a sign-in is often enough to look."""
    now = timezone.now()
    OpenSession.objects.filter(expire_date__lt=now).delete()
    Invitation.objects.filter(Q(used_at__isnull=False) | Q(expires_at__lt=now)).delete()


@receiver(user_logged_in)
def start_session(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The clock of the session: absolute limit from here, idle limit from the last sign of a human."""
    now = int(timezone.now().timestamp())
    request.session[STARTED] = request.session[SEEN] = now
    request.session[DEVICE] = device_words(request.META.get("HTTP_USER_AGENT", ""))


@receiver(password_changed)
def end_other_sessions(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new password signs out every other browser."""
    end_sessions(user.pk, except_key=request.session.session_key)
    trail.record("changed password", by=user, what="person", what_id=user.pk)
    messages.success(request, gettext("Your password is changed. Other browsers have to sign in again."))


@receiver(post_save, sender=Authenticator)
def factor_added(sender: type, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    """Inside the transaction that adds it; allauth's own signal comes after the commit."""
    if created:
        verb = "added second factor" if instance.type in STRONG_FACTORS else "made recovery codes"
        trail.record(verb, by=instance.user, what=instance.type)


@receiver(mfa_signals.authenticator_removed)
def factor_removed(sender: type, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    trail.record("removed second factor", by=user, what=authenticator.type)


@receiver(mfa_signals.authentication_failed)
def factor_failed(sender: type, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    detail = {"account": trail.account_mark(user.email), "step": authenticator.type}
    trail.record("sign-in failed", practice=user.practice, detail=detail)
