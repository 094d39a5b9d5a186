"""Printouts, sheets adapted for one person, what people were given to do, and what came back of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.models import Versioned
from planner.cases.models import Audience, Case, Person, on_team
from planner.library.models import InterventionEdition, Worksheet, WorksheetEdition
from planner.practice.models import Practice, User
from planner.sheets.blocks import read_answers
from planner.sheets.models import Printed


class PrintoutKind(models.TextChoices):
    AGENDA = "agenda", _("Clinician's agenda")
    HANDOUTS = "handouts", _("Handouts for one person")
    PACKET = "packet", _("Whole packet")
    BRIEF = "brief", _("Brief before a booster")
    DATES = "dates", _("Appointment card")
    KEEPING = "keeping", _("Keeping what helps")
    ENDING = "ending", _("Ending summary")
    NOTE = "note", _("Progress note")
    WHERE = "where", _("Where we are")
    THREAD = "thread", _("The thread of the case")
    AUDIT = "audit", _("Auditor's page")


class PrintoutQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User):
        """Printouts of the cases the person may see."""
        return self.filter(on_team(user, "case__"))


class Printout(models.Model):
    """One document printed for a case: for the clinician (by its `audience`), one person, or everyone in the case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="printouts")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    kind = models.CharField(max_length=10, choices=PrintoutKind.choices)
    printed = models.OneToOneField(Printed, on_delete=models.PROTECT)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    objects = PrintoutQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]


class OfCase(models.QuerySet):
    """Rows of a case: whoever may see the case sees them, whoever may change it changes them."""

    may_be_prepared = True

    def visible_to(self, user: User):
        return self.filter(on_team(user, "case__"))

    def editable_by(self, user: User):
        return self.filter(on_team(user, "case__", to_edit=True))


class SeriesState(models.TextChoices):
    ACTIVE = "active", _("Going on")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


class AssignmentSeries(Versioned):
    """The same thing to do several times: every `every_days` days from `first_on`, or on one weekday of each week (0 is
    Monday). Its assignments are laid down when it begins, each with its own day; a pause moves those to come."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignment_series")
    first_on = models.DateField()
    every_days = models.PositiveSmallIntegerField(default=7)
    weekday = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(6)])
    times = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=SeriesState.choices, default=SeriesState.ACTIVE)
    paused_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OfCase.as_manager()

    class Meta:
        app_label = "planner"


class AssignmentState(models.TextChoices):
    """Open until something is known of it, then waiting for its review, then reviewed: never anything else."""

    OPEN = "open", _("Given")
    BACK = "back", _("Waits for review")
    REVIEWED = "reviewed", _("Reviewed")


class AssignmentQuerySet(OfCase):
    def begun(self, on: date | None = None):
        """Those whose day has come; a series lays its later ones down ahead, and while it is paused they wait."""
        waits = Q(series__state=SeriesState.PAUSED, starts_on__gt=F("series__paused_on"))
        return self.filter(starts_on__lte=on or timezone.localdate()).exclude(waits)

    def coming(self):
        """Those of a series whose day has not come."""
        return self.filter(state=AssignmentState.OPEN).exclude(pk__in=self.begun().values("pk"))

    def to_review(self, case: Case | int | None = None, on: date | None = None):
        """Whatever was given and not reviewed yet, what came back first: the next session's homework review."""
        rows = self.begun(on).exclude(state=AssignmentState.REVIEWED)
        rows = rows if case is None else rows.filter(case=case)
        return rows.order_by("state", "starts_on", "pk")


class Assignment(Versioned):
    """Something to do between two sessions: a sheet (`edition`) or a practice in free words (`task`), for one person or
    (`person` empty) for everybody in the case together.

    `title` is what it is called on screen and paper. `when_where` is an if-then sentence, `until` the last day,
    `barrier` what may come in between, `small_version` what still counts in a hard week. `gates` are those of where it
    comes from. `carried` counts the sessions it was carried over.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(WorksheetEdition, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(InterventionEdition, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    task = models.TextField(max_length=2000, blank=True)
    why = models.CharField(max_length=300, blank=True)
    when_where = models.CharField(max_length=300, blank=True)
    how_often = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)
    barrier = models.CharField(max_length=300, blank=True)
    small_version = models.CharField(max_length=300, blank=True)
    series = models.ForeignKey(
        AssignmentSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )
    number = models.PositiveSmallIntegerField(default=1)  # within its series
    state = models.CharField(max_length=8, choices=AssignmentState.choices, default=AssignmentState.OPEN)
    carried = models.PositiveSmallIntegerField(default=0)
    carried_on = models.DateField(null=True, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    review_note = models.TextField(max_length=2000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-starts_on", "-pk"]
        indexes = [models.Index(fields=["case", "state", "starts_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="reviewed", reviewed_on__isnull=False)
                | (~Q(state="reviewed") & Q(reviewed_on__isnull=True)),
                name="reviewed_has_its_day",
            ),
            models.CheckConstraint(condition=Q(edition__isnull=False) | ~Q(task=""), name="a_sheet_or_a_task"),
        ]

    @property
    def audience(self) -> str:
        """One person's, or everybody's in the case."""
        return Audience.PERSON if self.person_id else Audience.CASE

    @property
    def gates(self) -> list[str]:
        """What has to be settled before it may be given, printed or filled in."""
        if self.edition:
            return self.edition.gates
        return self.source.gates if self.source else []

    @property
    def has_begun(self) -> bool:
        return self.starts_on <= timezone.localdate()


class PrintedSheet(models.Model):
    """One sheet within a printout: which edition (none: a practice in free words), for whom, and the return address
    that brings it back. `assignment` is what it was given for, where it was."""

    printout = models.ForeignKey(Printout, on_delete=models.CASCADE, related_name="sheets")
    edition = models.ForeignKey(WorksheetEdition, null=True, blank=True, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT)
    address = models.CharField(max_length=40, unique=True)
    prefix = models.CharField(max_length=12)  # of its fields within the document
    assignment = models.ForeignKey(
        Assignment, null=True, blank=True, on_delete=models.SET_NULL, related_name="printed_sheets"
    )

    class Meta:
        app_label = "planner"
        ordering = ["pk"]


class AdaptationQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User):
        """Adaptations in the cases the person may see."""
        return self.filter(on_team(user, "case__"))

    def editable_by(self, user: User):
        return self.filter(on_team(user, "case__", to_edit=True))


class Adaptation(Versioned):
    """A worksheet as one person of a case gets it: own wording, blocks left out, blanks filled in advance. The master
    stays as it is. `content` is what planner.homework.adapting works on and counts on `edition`, which never changes.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="adaptations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    worksheet = models.ForeignKey(Worksheet, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(WorksheetEdition, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(default=dict)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = AdaptationQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        constraints = [models.UniqueConstraint(fields=["case", "person", "worksheet"], name="one_adaptation_a_person")]


class FileState(models.TextChoices):
    """What became of a file that came in."""

    WAITING = "waiting", _("To be looked at")
    TAKEN = "taken", _("Taken in")
    FILED = "filed", _("Filed by hand")
    PUT_AWAY = "put_away", _("Put away")


class FileProblem(models.TextChoices):
    """Why a file could not simply be taken in; the empty one is none."""

    NONE = "", _("None")
    NO_PDF = "no-pdf", _("Not a PDF")
    LOCKED = "locked", _("Locked with a password")
    DAMAGED = "damaged", _("Cannot be read")
    TOO_LARGE = "too-large", _("Too large")
    NO_ADDRESS = "no-address", _("No return address of ours")
    NO_FIELDS = "no-fields", _("Nothing to read: printed flat or scanned")


class ReturnedFileQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """Files of the cases the person may see; those that belong to no case yet, for who sent them in."""
        if not user.is_authenticated or user.is_front_desk:
            return self.none()
        of_case = Q(case__in=Case.objects.visible_to(user))
        return self.filter(of_case | Q(case=None, by=user.pk), practice_id=user.practice_id)

    def editable_by(self, user: User):
        if not user.is_authenticated or not user.is_clinical:
            return self.none()
        of_case = Q(case__in=Case.objects.editable_by(user))
        return self.filter(of_case | Q(case=None, by=user.pk), practice_id=user.practice_id)


class ReturnedFile(Versioned):
    """A file that came back, kept as it came. `content` is served as an attachment alone. `active` is True where it
    holds scripts, actions or attachments; `reading` is what planner.homework.returns found in it."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="returned_files")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    pages = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=10, choices=FileProblem.choices, blank=True, default="")
    active = models.BooleanField(default=False)
    reading = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=FileState.choices, default=FileState.WAITING)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ReturnedFileQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["by", "sha256"], name="one_copy_of_a_file")]


class Outcome(models.TextChoices):
    """What somebody says of it; none of these is a failure."""

    BROUGHT = "brought", _("Brought it")
    NO_SHEET = "no_sheet", _("Did it, no sheet")
    NOT_THIS_TIME = "not_this_time", _("Not this time")


class Way(models.TextChoices):
    """How the answers came."""

    TICKED = "ticked", _("Ticked off")
    TYPED = "typed", _("Typed in from paper")
    SCREEN = "screen", _("Filled in on screen")
    PDF = "pdf", _("Read from a PDF")


class ResponseQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User):
        """Responses in the cases the person may see."""
        return self.filter(on_team(user, "assignment__case__"))

    def editable_by(self, user: User):
        return self.filter(on_team(user, "assignment__case__", to_edit=True))

    def finished(self):
        """Without what somebody is still writing."""
        return self.filter(finished_at__isnull=False)


class Response(Versioned):
    """What came back of an assignment. `values` are the fields as they were written, name -> text, of `edition`, by
    which they are read for ever. Amount and quality from 0 to 10, in the eyes of the client and of the clinician.
    Without `finished_at` it is still being written."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="responses")
    edition = models.ForeignKey(WorksheetEdition, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(ReturnedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="responses")
    way = models.CharField(max_length=8, choices=Way.choices)
    outcome = models.CharField(max_length=14, choices=Outcome.choices, default=Outcome.BROUGHT)
    reason = models.TextField(max_length=2000, blank=True)
    values = models.JSONField(default=dict)
    amount_client = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(10)])
    quality_client = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(10)])
    amount_clinician = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(10)])
    quality_clinician = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(10)])
    finished_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ResponseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["file", "assignment"], name="one_response_a_file"),
            models.CheckConstraint(
                condition=Q(amount_client__lte=10) | Q(amount_client=None), name="amount_client_to_ten"
            ),
            models.CheckConstraint(
                condition=Q(quality_client__lte=10) | Q(quality_client=None), name="quality_client_to_ten"
            ),
            models.CheckConstraint(
                condition=Q(amount_clinician__lte=10) | Q(amount_clinician=None), name="amount_clinician_to_ten"
            ),
            models.CheckConstraint(
                condition=Q(quality_clinician__lte=10) | Q(quality_clinician=None), name="quality_clinician_to_ten"
            ),
        ]

    @property
    def answers(self) -> dict[str, Any]:
        """Block id -> answer, read by the edition it was written on."""
        return read_answers(self.edition.blocks, self.values) if self.edition else {}


class Sharing(models.Model):
    """A writer's own act: this response may be read by the others in the case. Private without a row; withdrawn with
    `withdrawn_at`. It is made on the page that was handed over to the writer, never by anybody for them."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="sharings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")  # the writer
    shared_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "planner"
        constraints = [
            models.UniqueConstraint(
                fields=["response"], condition=Q(withdrawn_at=None), name="one_standing_sharing_a_response"
            )
        ]
