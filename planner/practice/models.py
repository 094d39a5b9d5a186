"""Practice, people, invitations, crisis lines and the trail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NoReturn, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.models import Stamped, Versioned


class PaperSize(models.TextChoices):
    LETTER = "letter", _("Letter")
    A4 = "a4", _("A4")


class TextSize(models.IntegerChoices):
    """Points of the running text on paper; 18 and more is the large-print layout."""

    STANDARD = 12, _("12 pt, standard")
    CLEAR = 14, _("14 pt, clear")
    LARGE = 18, _("18 pt, large print")
    EXTRA = 24, _("24 pt, extra large")


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")  # a clinician who also looks after the practice: its people, settings and trail
    CLINICIAN = "clinician", _("Clinician")
    SUPERVISOR = "supervisor", _("Supervisor")  # reads named cases
    FRONT_DESK = "front_desk", _("Front desk")  # names and appointments, no clinical text


class NoteFormat(models.TextChoices):
    """The order in which a progress note is told. A practice has one by default; a note may choose another."""

    DAP = "dap", _("DAP: data, assessment, plan")
    SOAP = "soap", _("SOAP: subjective, objective, assessment, plan")
    BIRP = "birp", _("BIRP: behaviour, intervention, response, plan")
    GIRP = "girp", _("GIRP: goal, intervention, response, plan")
    NARRATIVE = "narrative", _("Narrative")


class Practice(Versioned):
    """One practice: whom the paper speaks for, and how it prints unless a person needs it otherwise."""

    name = models.CharField(max_length=120)
    contact = models.TextField(blank=True, max_length=400)  # lines under the name on paper: address, phone, mail
    country = models.CharField(max_length=2, blank=True)  # ISO 3166; blank prints "your local emergency number"
    zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=10, default="en")
    paper = models.CharField(max_length=6, choices=PaperSize.choices, default=PaperSize.LETTER)
    text_size = models.PositiveSmallIntegerField(choices=TextSize.choices, default=TextSize.STANDARD)
    second_factor_required = models.BooleanField(default=False)
    print_options = models.JSONField(default=dict, blank=True)  # fillable, discreet, greyscale: what was chosen last
    note_format = models.CharField(max_length=10, choices=NoteFormat.choices, default=NoteFormat.DAP)
    plan_review_days = models.PositiveSmallIntegerField(default=90)  # from one look at a treatment plan to the next
    note_late_hours = models.PositiveSmallIntegerField(default=72)  # a note signed later than this is marked as late

    class Meta:
        app_label = "planner"

    def __str__(self) -> str:
        return f"Practice {self.pk}"


#: allauth's names for what counts as a second factor.
STRONG_FACTORS = ("totp", "webauthn")


class PeopleQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The people of the same practice."""
        return self.filter(practice_id=user.practice_id)

    def editable_by(self, user: User) -> Self:
        """The owner looks after all people of the practice."""
        return self.visible_to(user) if user.is_owner else self.none()

    def with_second_factor(self) -> Self:
        """Each with `has_second_factor`: an authenticator app or a passkey; recovery codes alone are none."""
        holders = User.objects.filter(pk=models.OuterRef("pk"), authenticator__type__in=STRONG_FACTORS)
        return self.annotate(has_second_factor=models.Exists(holders))

    def owners(self) -> Self:
        """Those who can look after the practice today."""
        return self.filter(role=Role.OWNER, is_active=True)


class UserManager(BaseUserManager.from_queryset(PeopleQuerySet)):
    """People with their practice: every page needs both, so they come in one query."""

    def get_queryset(self) -> PeopleQuerySet:
        return super().get_queryset().select_related("practice")

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person who signs in; belongs to one practice. There is no superuser and no admin site."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    credentials = models.CharField(max_length=80, blank=True)  # printed after the name: "LMFT"
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="people")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.CLINICIAN)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True)  # of the pages; the practice's where blank
    theme = models.CharField(
        max_length=5, default="auto", choices=[("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]
    )
    print_options = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        app_label = "planner"

    def __str__(self) -> str:
        return f"Person {self.pk}"  # never the name: it would end up in logs

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER

    @property
    def is_clinical(self) -> bool:
        """May carry cases of their own."""
        return self.role in (Role.OWNER, Role.CLINICIAN)

    @property
    def is_front_desk(self) -> bool:
        return self.role == Role.FRONT_DESK


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The owner sees the invitations of the practice."""
        return self.filter(practice_id=user.practice_id) if user.is_owner else self.none()

    editable_by = visible_to

    def open(self) -> Self:
        """Not used and not expired."""
        return self.filter(used_at=None, expires_at__gt=timezone.now())


class Invitation(Stamped):
    """A one-time link: for the first clinician (no practice yet) or for a colleague. Only its hash is kept."""

    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.CASCADE)
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.CLINICIAN)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    # Somebody who is here already and gets a link to choose a new password.
    person = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        app_label = "planner"


class CrisisLineQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The help lines of the practice."""
        return self.filter(practice_id=user.practice_id)

    def editable_by(self, user: User) -> Self:
        """The owner keeps them right."""
        return self.visible_to(user) if user.is_owner else self.none()

    def stale(self) -> Self:
        """Those that nobody has checked for half a year."""
        return self.older_than(timezone.localdate() - STALE_AFTER)

    def older_than(self, day: date) -> Self:
        return self.filter(verified_on__lt=day)

    def printed(self) -> Self:
        """Those that may stand on a sheet. A number for partner violence never does: whoever reads it at home reads it
        over the other's shoulder."""
        return self.filter(partner_violence=False)


#: A number that nobody has checked for this long is to be called again.
STALE_AFTER = timedelta(days=180)


class CrisisLine(Stamped):
    """A help line of the practice's country, printed at the foot of a client's sheet; stale after 180 days. One for
    partner violence is kept for the clinician to say to a person alone, and is never printed."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="crisis_lines")
    country = models.CharField(max_length=2)
    name = models.CharField(max_length=120)
    reach = models.CharField(max_length=120)
    emergency = models.BooleanField(default=False)
    partner_violence = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=300)
    verified_on = models.DateField()

    objects = CrisisLineQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["order", "pk"]

    @property
    def stale(self) -> bool:
        """Nobody has checked the number for half a year."""
        return timezone.localdate() - self.verified_on > STALE_AFTER


class TrailIsAppendOnly(TypeError):
    """Somebody tried to change or delete a line of the trail in code."""


class TrailQuerySet(models.QuerySet):
    """Reads and appends; what would change or take away a line raises TrailIsAppendOnly."""

    def visible_to(self, user: User) -> Self:
        """The owner reads the trail of the practice."""
        return self.filter(practice_id=user.practice_id) if user.is_owner else self.none()

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TrailIsAppendOnly("The trail is append-only.")

    update = delete = bulk_update = bulk_create = _refuse


class TrailEntry(models.Model):
    """One line of the trail: append-only, each line carries the hash of the one before.

    `what` and `what_id` name the thing ("session", 12), `case_id` the case it is about; `detail` holds facts without
    content: never a name, never a text that was typed.
    """

    at = models.DateTimeField(default=timezone.now)
    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.PROTECT)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    verb = models.CharField(max_length=40)
    what = models.CharField(max_length=40, blank=True)
    what_id = models.BigIntegerField(null=True, blank=True)
    case_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    detail = models.JSONField(default=dict, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = TrailQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["pk"]
        indexes = [models.Index(fields=["practice", "-at"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TrailIsAppendOnly("The trail is append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TrailIsAppendOnly("The trail is append-only.")


class TrailHead(models.Model):
    """The one row that writers of the trail queue at: how many lines there are, and the hash of the newest."""

    lines = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        app_label = "planner"


class OpenSessionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A person's own sessions, no one else's."""
        return self.filter(user=user, expire_date__gt=timezone.now())

    editable_by = visible_to


class OpenSession(AbstractBaseSession):
    """A browser that is signed in, or on the way there. Its content is encrypted; the columns let sessions be listed
    and ended by person."""

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="open_sessions")
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)  # the last sign of a human, to half a minute
    device = models.CharField(max_length=60, blank=True)  # "Firefox on Linux"

    objects = BaseSessionManager.from_queryset(OpenSessionQuerySet)()

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        app_label = "planner"

    @classmethod
    def get_session_store_class(cls) -> type:
        from planner.practice.sessions import SessionStore

        return SessionStore
