"""Case, person, participant, team, safety flags, overrides, consents; what every signature on a case's papers holds."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.models import Stamped, Versioned
from planner.base.prepared import day_of
from planner.practice.models import Practice, TextSize, User
from planner.sheets.models import Printed


class Audience(models.TextChoices):
    """For whose eyes an item is: the clinician's, one person's, or everybody's in the case."""

    CLINICIAN = "clinician", _("Clinician only")
    PERSON = "person", _("One person")
    CASE = "case", _("Everyone in the case")


class CaseKind(models.TextChoices):
    INDIVIDUAL = "individual", _("Individual")
    COUPLE = "couple", _("Couple")
    FAMILY = "family", _("Family")


class Phase(models.TextChoices):
    """Where the work stands; the same values as the library's phases."""

    SAFETY = "safety-and-stabilisation", _("Safety and stabilisation")
    PATTERNS = "pattern-recognition", _("Pattern recognition")
    SKILLS = "skill-building", _("Skill building")
    REPAIR = "disclosure-and-repair", _("Disclosure and repair")
    CONSOLIDATION = "consolidation", _("Consolidation")
    MAINTENANCE = "maintenance", _("Maintenance")


class SecretsPolicy(models.TextChoices):
    """What the clinician and the adults of a couple or family agreed about things told alone."""

    UNSAID = "", _("Not agreed yet")
    NONE = "none", _("No secrets: what one tells alone may be brought into the room")
    LIMITED = "limited", _("Limited: told alone stays apart, unless somebody's safety needs it")


class PastUseTalk(models.TextChoices):
    """Where past use and fears of use are talked about (Behavioural Couples Therapy keeps it to sessions)."""

    SESSION = "session", _("In session only")
    CHECK_IN = "check-in", _("At the scheduled check-in")
    OPEN = "open", _("Open")


class Part2(models.TextChoices):
    """Whether the case is under 42 CFR Part 2; unknown counts as yes."""

    UNKNOWN = "unknown", _("Not known yet; treated as yes")
    YES = "yes", _("Yes")
    NO = "no", _("No")


def on_team(user: User, to: str = "", *, to_edit: bool = False) -> Q:
    """Which rows the person reaches as one of the team of their case, today: all of it, or (`to_edit`) unless as a
    supervisor, who reads. The front desk reaches none: it has appointments, not cases.

    `to` leads from the row to its case: "" for a case itself, "session__case__" for what hangs on a session. For one
    `filter` (never `exclude`) of its own: a person has one place on a case, so the join makes no row come twice.
    """
    if not user.is_authenticated or not user.is_active or user.is_front_desk or (to_edit and not user.is_clinical):
        return Q(pk__in=())
    place = Q(**{f"{to}team__until": None}) | Q(**{f"{to}team__until__gte": day_of(user)})
    place &= Q(**{f"{to}practice_id": user.practice_id, f"{to}team__user_id": user.pk})
    return place & Q(**{f"{to}team__role__in": WRITERS}) if to_edit else place


class CaseQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User):
        """Cases on whose team the person is today."""
        return self.filter(on_team(user))

    def editable_by(self, user: User):
        """Cases the person may change: a supervisor reads."""
        return self.filter(on_team(user, to_edit=True))


class Case(Versioned):
    """A unit of care. `code` is the practice-wide case code, the only name that leaves the pages unasked."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    code = models.CharField(max_length=12)
    kind = models.CharField(max_length=10, choices=CaseKind.choices)
    phase = models.CharField(max_length=30, choices=Phase.choices, default=Phase.SAFETY)
    focus = models.CharField(max_length=300, blank=True)  # the injury worked on, clinician's words; never printed
    closed_on = models.DateField(null=True, blank=True)
    secrets_policy = models.CharField(max_length=10, choices=SecretsPolicy.choices, blank=True, default="")
    past_use_talk = models.CharField(max_length=10, choices=PastUseTalk.choices, default=PastUseTalk.SESSION)
    part2 = models.CharField(max_length=10, choices=Part2.choices, default=Part2.UNKNOWN)

    objects = CaseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["practice", "code"], name="one_case_a_code")]

    def __str__(self) -> str:
        return f"Case {self.code}"


class TeamRole(models.TextChoices):
    LEAD = "lead", _("Lead clinician")
    CO = "co", _("Co-therapist")
    SUPERVISOR = "supervisor", _("Supervisor, reads")


#: Places on a team that may change the case.
WRITERS = (TeamRole.LEAD, TeamRole.CO)


class TeamQuerySet(models.QuerySet):
    def current(self, on: datetime.date | None = None):
        """Those whose time on the case has not run out on a day (today unless told)."""
        return self.filter(Q(until=None) | Q(until__gte=on or timezone.localdate()), user__is_active=True)


class TeamMember(Stamped):
    """Who of the practice works on the case, in what role, and until when (the last day included)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="team")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="case_places")
    role = models.CharField(max_length=10, choices=TeamRole.choices)
    until = models.DateField(null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="one_place_on_a_case")]


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """People who take part in a case the person may see."""
        return self.filter(on_team(user, "places__case__")).distinct()


def name_on_paper(chosen: str, name: str) -> str:
    """The name to print: the chosen one, else the first word of the name."""
    return chosen or (name.split() or [""])[0]


def initial_of(printed: str) -> str:
    """The first letter of a printed name with a stop: "M."."""
    return f"{printed[:1].upper()}." if printed else ""


class Person(Versioned):
    """A client. `print_name` is what stands on paper; `name` may be fuller. `text_size` in points, for the paper."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    print_name = models.CharField(max_length=60, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10, default="en")
    text_size = models.PositiveSmallIntegerField(choices=TextSize.choices, null=True, blank=True)
    is_minor = models.BooleanField(default=False)
    print_options = models.JSONField(default=dict, blank=True)  # what was chosen last for this person's paper

    objects = PersonQuerySet.as_manager()

    class Meta:
        app_label = "planner"

    def __str__(self) -> str:
        return f"Client {self.pk}"

    @property
    def on_paper(self) -> str:
        """The name to print: the chosen one, else the first word of the name."""
        return name_on_paper(self.print_name, self.name)

    @property
    def initial(self) -> str:
        """The first letter of the printed name with a stop; what lists show: "M."."""
        return initial_of(self.on_paper)


class ParticipantRole(models.TextChoices):
    """The role whose wording a person's sheets carry; the same tags as the blocks' `for`."""

    RECOVERY = "person-in-recovery", _("Person in recovery")
    PARTNER = "partner", _("Partner")
    CAREGIVER = "caregiver", _("Caregiver")
    CHILD = "child", _("Child")
    OTHER = "other", _("Other")


class InjurySide(models.TextChoices):
    NONE = "", _("Does not apply")
    INJURED = "injured", _("Injured")
    INJURING = "injuring", _("Injuring")


class Participant(Stamped):
    """A person's place in a case: role, and side in the injury worked on where that applies."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="participants")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="places")
    role = models.CharField(max_length=20, choices=ParticipantRole.choices)
    side = models.CharField(max_length=10, choices=InjurySide.choices, blank=True, default="")
    order = models.PositiveSmallIntegerField(default=0)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        app_label = "planner"
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="one_place_in_a_case")]

    @property
    def tags(self) -> frozenset[str]:
        """What the blocks' `for` is matched with. A child who was hurt is a child first: words for whoever was hurt
        are an adult's."""
        return frozenset(filter(None, (self.role, "" if self.role == ParticipantRole.CHILD else self.side)))


class FlagKind(models.TextChoices):
    """What has to be known before joint work. See planner.cases.gates for what each one blocks."""

    VIOLENCE = "violence", _("Partner violence or coercion, asked alone")
    SUICIDE = "suicide", _("Suicide risk")
    WITHDRAWAL = "withdrawal", _("Withdrawal or intoxication risk")
    LEGAL = "legal", _("Open legal matter")
    DISSOCIATION = "dissociation", _("Dissociation, outside the window")
    PSYCHOSIS = "psychosis", _("Psychosis or mania")


class FlagState(models.TextChoices):
    NOT_YET = "not_yet", _("Not yet asked")
    CLEAR = "clear", _("Clear")
    CONCERN = "concern", _("Concern")


class SafetyFlag(models.Model):
    """One finding about one person, with date and basis. Rows are never changed: the newest of a kind counts.

    For the clinician only: never on a client's paper, never in a view a client sees.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="flags")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField(max_length=12, choices=FlagKind.choices)
    state = models.CharField(max_length=8, choices=FlagState.choices)
    basis = models.CharField(max_length=500)
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]


class GateOverride(models.Model):
    """A clinician's written reason to go on although a gate is shut; for one gate in one case, until a flag changes."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="overrides")
    gate = models.CharField(max_length=30)
    reason = models.TextField(max_length=2000)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]


class SignerRole(models.TextChoices):
    CLIENT = "client", _("Client")
    GUARDIAN = "guardian", _("Guardian")
    CLINICIAN = "clinician", _("Clinician")
    SUPERVISOR = "supervisor", _("Supervisor")


class SignatureWay(models.TextChoices):
    """How it was given. `NONE`: the person did not sign, and `reason` says why."""

    DRAWN = "drawn", _("Drawn on screen")
    TYPED = "typed", _("Typed name")
    PAPER = "paper", _("On paper")
    NONE = "none", _("Not signed")


class Stance(models.TextChoices):
    AGREES = "agrees", _("Agrees")
    DISAGREES = "disagrees", _("Disagrees")
    REFUSES = "refuses", _("Declines to sign")


class SignatureBase(models.Model):
    """One person's signature under one frozen text of a case, or the reason for none. Rows are never changed.

    `sha256` is the hash of the text that was in front of the signer. `strokes` is a drawn signature: a list of strokes,
    each a list of [x, y] in whole points on a field of 400 x 120. `signed_on` is the day on the paper, or the day on
    screen. A room that has something to sign makes its own model of this with a foreign key to the frozen version.
    """

    role = models.CharField(max_length=10, choices=SignerRole.choices)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    credentials = models.CharField(max_length=120, blank=True)
    way = models.CharField(max_length=6, choices=SignatureWay.choices)
    stance = models.CharField(max_length=10, choices=Stance.choices, default=Stance.AGREES)
    reason = models.TextField(max_length=2000, blank=True)
    strokes = models.JSONField(default=list, blank=True)
    signed_on = models.DateField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class ConsentKind(models.TextChoices):
    """What a person says yes to. What depends on it is said in planner.cases.consents."""

    TREATMENT = "treatment", _("To treatment")
    SHARING = "sharing", _("To sharing within the case")
    CONTACT = "contact", _("To being contacted")
    RELEASE = "release", _("To a release to somebody outside")


class ConsentState(models.TextChoices):
    WAITING = "waiting", _("Not signed yet")
    STANDING = "standing", _("In force")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Run out")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ContactWay(models.TextChoices):
    """How the practice may reach somebody. Nothing is sent by the planner itself."""

    CALL = "call", _("Phone call")
    VOICE_MAIL = "voice-mail", _("Message on the voice mail")
    TEXT = "text", _("Text message")
    MAIL = "mail", _("E-mail")
    POST = "post", _("Letter")


class ConsentQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User):
        """Consents in the cases the person may see."""
        return self.filter(on_team(user, "case__"))

    def editable_by(self, user: User):
        return self.filter(on_team(user, "case__", to_edit=True))

    def standing(self, on: datetime.date | None = None):
        """Those in force on a day (today unless told): signed, not run out, not withdrawn. Withdrawal counts at once:
        what is withdrawn today does not stand today."""
        day = on or timezone.localdate()
        return self.filter(
            Q(expires_on=None) | Q(expires_on__gte=day),
            Q(withdrawn_on=None) | Q(withdrawn_on__gt=day),
            given_on__lte=day,
        )


class Consent(Stamped):
    """One person's written consent: drawn up, then signed; never changed, only withdrawn.

    `to_person` is the other person of the case whom a consent to sharing names, `recipient` the body or person outside
    whom a release names, or where somebody may be reached. `about_use`: substance-use information is included. `part2`:
    it was drawn up under 42 CFR Part 2 and has each element of 2.31(a). `text` is what stood in front of the signer and
    `sha256` its hash; `printed` the form on paper. It ends on `expires_on` (the last day) or at the event `ends_when`.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=10, choices=ConsentKind.choices)
    to_person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=300, blank=True)
    discloser = models.CharField(max_length=200, blank=True)
    what = models.TextField(max_length=2000, blank=True)
    purpose = models.CharField(max_length=300, blank=True)
    about_use = models.BooleanField(default=False)
    ways = models.JSONField(default=list, blank=True)  # of ContactWay, in a consent to contact
    part2 = models.BooleanField(default=False)
    expires_on = models.DateField(null=True, blank=True)
    ends_when = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    printed = models.ForeignKey(Printed, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField(null=True, blank=True)
    declined_on = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_how = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]

    @property
    def state(self) -> str:
        """Where it stands today."""
        today = timezone.localdate()
        if self.withdrawn_on:
            return ConsentState.WITHDRAWN
        if self.declined_on:
            return ConsentState.DECLINED
        if self.given_on is None:
            return ConsentState.WAITING
        return ConsentState.EXPIRED if self.expires_on and self.expires_on < today else ConsentState.STANDING

    @property
    def state_label(self) -> str:
        return str(ConsentState(self.state).label)


class ConsentSignature(SignatureBase):
    """The signature under a consent: the person's own, or a guardian's for a minor."""

    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="signatures")

    class Meta:
        app_label = "planner"
        ordering = ["pk"]
