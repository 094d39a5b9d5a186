"""Events on the time line of a case, filled measures, milestones and repair stages; when a measure is due; what each
person allowed on a joint chart; what was printed of it; measures a practice added.

Rows are never changed and never deleted by hand: a mistake is withdrawn with its reason and can be put back. Health
facts about one person stay that person's (`Audience`) until they allow more.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.models import Stamped, Worded
from planner.cases.models import Audience, Case, FlagKind, FlagState, Person, SafetyFlag, on_team
from planner.practice.models import Practice, User
from planner.sheets.models import Printed


class OfCaseQuerySet(models.QuerySet):
    """Rows of a case."""

    may_be_prepared = True

    def visible_to(self, user: User):
        """Rows of the cases the person may see."""
        return self.filter(on_team(user, "case__"))

    def editable_by(self, user: User):
        """Rows of the cases the person may change."""
        return self.filter(on_team(user, "case__", to_edit=True))

    def standing(self):
        """Rows that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def readable_by(self, person: Person | None):
        """Standing rows that may stand on this client's paper; None: on a paper for everybody in the case."""
        mine = Q(audience=Audience.CASE)
        if person is not None:
            mine |= Q(audience=Audience.PERSON, reader=person)
        return self.standing().filter(mine)


class Withdrawable(Worded):
    """A row that can be taken back with a reason, and put back."""

    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class Read(models.Model):
    """For whose eyes a row is. `reader` is the one person where `audience` is one person."""

    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.CLINICIAN)
    reader = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


def _reader_fits(name: str) -> models.CheckConstraint:
    """One person's row names the person, any other names nobody."""
    one = Q(audience=Audience.PERSON, reader__isnull=False)
    return models.CheckConstraint(condition=one | (~Q(audience=Audience.PERSON) & Q(reader=None)), name=name)


class EventKind(models.TextChoices):
    """What happened. The words are plain: none of them blames."""

    RELAPSE = "relapse", _("Relapse")
    DISCLOSURE = "disclosure", _("Disclosure")
    RUPTURE = "rupture", _("Rupture")
    REPAIR = "repair", _("Repair")
    WIN = "win", _("Win")
    OTHER = "other", _("Something else")


class Event(Withdrawable, Read):
    """Something that happened between or in the hours.

    `person` is whom it is about (None: those in the case together), `reported_by` who told it (None: see
    `reported_note`, or the clinician saw it). `known` is what is known, in few words. A repair names its rupture in
    `repairs`; `hours_to_repair` are whole hours from one to the other. `details` belongs to the room that records it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    hour = models.TimeField(null=True, blank=True)  # local time of the practice, where it is known
    reported_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reported_note = models.CharField(max_length=120, blank=True)
    known = models.TextField(max_length=2000, blank=True)
    repairs = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="repaired_by")
    hours_to_repair = models.PositiveIntegerField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-on", "-hour", "-pk"]
        indexes = [models.Index(fields=["case", "-on"])]
        constraints = [_reader_fits("event_reader_fits")]

    @property
    def moment(self) -> datetime | None:
        """Day and hour together, as written; None where the hour is not known."""
        return datetime.combine(self.on, self.hour) if self.hour else None


class PrintKind(models.TextChoices):
    SHEET = "sheet", _("Rating sheet")
    PROGRESS = "progress", _("Progress")


class ProgressPrint(models.Model):
    """What was printed of this room for a case: a rating sheet (with its return address) or a progress paper."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    kind = models.CharField(max_length=10, choices=PrintKind.choices)
    measure = models.CharField(max_length=60, blank=True)
    measure_version = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=40, unique=True)
    printed = models.OneToOneField(Printed, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]


class RatingWay(models.TextChoices):
    """How the answers came in."""

    SCREEN = "screen", _("On screen in the hour")
    PAPER = "paper", _("From paper")
    ITEMS = "items", _("Entered item by item")
    SCORE = "score", _("Entered as a score")


class RatingQuerySet(OfCaseQuerySet):
    def asking_to_look(self):
        """Standing ratings with an answer that asks for a safety check, as long as nobody looked at it and nobody
        recorded a finding about suicide risk since."""
        looked = SafetyFlag.objects.filter(
            case=OuterRef("case"), person=OuterRef("person"), kind=FlagKind.SUICIDE, at__gte=OuterRef("at")
        ).exclude(state=FlagState.NOT_YET)
        return self.standing().filter(looked_at=None).exclude(risk=[]).exclude(Exists(looked))


class Rating(Withdrawable, Read):
    """One measure as one person filled it. Private to that person and the clinician unless allowed on a joint chart.

    `measure` and `measure_version` name the definition, `scorer` the version of the scoring. `items` maps item number
    to answer; `score` is None where the measure has no total or an answer is missing (`complete` is False then).
    `fell_from` is kept by planner.progress.falls.
    `risk` lists the items whose answer asks for a safety check; `looked_at` is when a clinician did.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=60)
    measure_version = models.CharField(max_length=20)
    scorer = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=10, default="en")
    on = models.DateField()
    way = models.CharField(max_length=8, choices=RatingWay.choices)
    items = models.JSONField(default=dict, blank=True)
    weights = models.JSONField(default=dict, blank=True)  # of goals, where the measure weighs them
    score = models.FloatField(null=True, blank=True)
    subscales = models.JSONField(default=dict, blank=True)
    complete = models.BooleanField(default=True)
    fell_from = models.FloatField(null=True, blank=True)  # the score before, where trust fell beyond the usual change
    risk = models.JSONField(default=list, blank=True)
    note = models.TextField(max_length=4000, blank=True)  # the person's own words at the end of the sheet
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    looked_note = models.CharField(max_length=500, blank=True)
    from_print = models.ForeignKey(ProgressPrint, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = RatingQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["on", "pk"]
        indexes = [models.Index(fields=["case", "measure", "person", "on"])]
        constraints = [_reader_fits("rating_reader_fits")]


class RepairStageKind(models.TextChoices):
    """What one can see in the repair of an attachment injury, in the order in which it often comes."""

    NAMED = "named", _("Injury named")
    HEARD = "heard", _("Impact heard")
    REMORSE = "remorse", _("Remorse")
    NEED = "need", _("Need voiced")
    BOND = "bond", _("New bond")


class RepairStage(Withdrawable, Read):
    """A stage of repair as it was seen on a day, with its evidence. Every row stands for itself: going back is normal,
    nothing is lost by it, and no row says that somebody fell short. `about` is the event that did the injury, where it
    stands on the time line; None is the injury in focus of the case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    about = models.ForeignKey(Event, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10, choices=RepairStageKind.choices)
    on = models.DateField()
    evidence = models.TextField(max_length=1000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["on", "pk"]
        indexes = [models.Index(fields=["case", "on"])]


class MilestoneKind(models.TextChoices):
    """Early: alliance, core triggers, rehearsed styles. Later: generalised, self-image."""

    ALLIANCE = "alliance", _("A working alliance")
    TRIGGERS = "triggers", _("Core triggers known")
    STYLES = "styles", _("New ways rehearsed")
    GENERALISED = "generalised", _("New ways used outside")
    SELF_IMAGE = "self-image", _("A kinder picture of oneself")


EARLY = (MilestoneKind.ALLIANCE, MilestoneKind.TRIGGERS, MilestoneKind.STYLES)


class Seer(models.TextChoices):
    """Who saw a milestone."""

    CLINICIAN = "clinician", _("The clinician")
    CLIENT = "client", _("The client")
    BOTH = "both", _("Both")


class Milestone(Withdrawable, Read):
    """A milestone seen on a day, with its evidence and who saw it. Never a gate, nothing one can miss."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=MilestoneKind.choices)
    on = models.DateField()
    evidence = models.TextField(max_length=1000)
    seen_by = models.CharField(max_length=10, choices=Seer.choices, default=Seer.CLINICIAN)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["on", "pk"]
        indexes = [models.Index(fields=["case", "on"])]

    @property
    def is_early(self) -> bool:
        """Belongs to the first part of the work."""
        return self.kind in EARLY


class DueUnit(models.TextChoices):
    SESSIONS = "sessions", _("sessions")
    WEEKS = "weeks", _("weeks")
    REVIEW = "review", _("at every plan review")
    BOOSTER = "booster", _("at every booster")


class DueRuleQuerySet(OfCaseQuerySet):
    def current(self):
        """Rules that were not ended."""
        return self.filter(ended_at=None)


class DueRule(Stamped):
    """When a person's measure is due: every `every` sessions or weeks since it was last filled, or at every plan review
    or booster. `since` is the day from which sessions and weeks count before the first rating."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=60)
    unit = models.CharField(max_length=8, choices=DueUnit.choices)
    every = models.PositiveSmallIntegerField(default=1)
    since = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = DueRuleQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "person", "measure", "unit"], condition=Q(ended_at=None), name="one_rule_a_unit"
            ),
            models.CheckConstraint(condition=Q(every__gte=1, every__lte=52), name="every_1_to_52"),
        ]


class ChartSharing(models.Model):
    """What one person said about their line of one measure on a chart that the others of the case see. The newest row
    counts; without one the answer is no."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=60)
    allowed = models.BooleanField()
    basis = models.CharField(max_length=300)  # how the person said so
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["case", "measure"])]


class OwnMeasureQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """Measures of the person's practice."""
        if not user.is_authenticated or user.is_front_desk:
            return self.none()
        return self.filter(practice_id=user.practice_id)

    def editable_by(self, user: User):
        """The owner answers for the right to a text, so the owner adds and retires."""
        return self.visible_to(user) if user.is_authenticated and user.is_owner else self.none()


class OwnMeasure(models.Model):
    """A measure the practice added, with the text it has the right to. `content` is the file as it was read.

    A version stays as it is for ever; a newer one is a new row. None of them ever stands in place of one of ours."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    slug = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    right = models.CharField(max_length=500)  # on what the right to use the text rests, as the owner said
    retired_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OwnMeasureQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["slug", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "slug", "version"], name="one_measure_a_version"),
        ]
