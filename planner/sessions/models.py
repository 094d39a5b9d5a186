"""Session, agenda item and handout."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.models import Stamped, Versioned
from planner.cases.models import Case, Participant
from planner.homework.models import Printout
from planner.library.models import InterventionEdition, SessionTemplate, WorksheetEdition
from planner.practice.models import Practice, User


class SessionKind(models.TextChoices):
    REGULAR = "regular", _("Regular")
    REPAIR = "repair", _("Repair")
    BOOSTER = "booster", _("Booster")
    INTAKE = "intake", _("Intake")
    REVIEW = "review", _("Review")


class SessionState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """Sessions of the cases the person may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def editable_by(self, user: User):
        return self.filter(case__in=Case.objects.editable_by(user))

    def appointments_of(self, practice: Practice):
        """Every appointment of the practice, for the front desk: callers show time, length and names, nothing else."""
        return self.filter(case__practice=practice).exclude(state=SessionState.CANCELLED)


class Session(Versioned):
    """One hour with a case. `starts_at` is kept in UTC with the wall-clock `zone` it was planned in; `minutes` is its
    length. `version` counts every change of the session or its agenda."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField()
    zone = models.CharField(max_length=64, default="UTC")
    minutes = models.PositiveSmallIntegerField(default=50)
    kind = models.CharField(max_length=10, choices=SessionKind.choices, default=SessionKind.REGULAR)
    state = models.CharField(max_length=10, choices=SessionState.choices, default=SessionState.PLANNED)
    attendees = models.ManyToManyField(Participant, blank=True)
    template = models.ForeignKey(SessionTemplate, null=True, blank=True, on_delete=models.PROTECT)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    step_started_at = models.DateTimeField(
        null=True, blank=True
    )  # since when the current step of a running hour goes on
    printouts = models.ManyToManyField(Printout, blank=True, related_name="+")
    changed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = SessionQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-starts_at"]
        indexes = [models.Index(fields=["case", "-starts_at"]), models.Index(fields=["starts_at"])]

    @property
    def wall_start(self) -> datetime:
        """When it starts, in the wall-clock zone that it was planned in."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_open(self) -> bool:
        """True while its agenda may still change: neither held nor cancelled."""
        return self.state in (SessionState.PLANNED, SessionState.RUNNING)


class ItemKind(models.TextChoices):
    OPENING = "opening", _("Opening")
    LIBRARY = "library", _("From the library")
    FREE = "free", _("Own words")
    CLOSING = "closing", _("Closing")


class Done(models.TextChoices):
    """What became of an item in the hour; not yet is neither good nor bad."""

    OPEN = "open", _("Not yet")
    DONE = "done", _("Done")
    PARTLY = "partly", _("Partly")
    LEFT = "left", _("Left for later")


#: How long a removed item can be taken back.
UNDO = timedelta(seconds=60)


class AgendaItemQuerySet(models.QuerySet):
    def kept(self):
        """Items on the agenda; a removed one can be taken back for a minute and counts for nothing."""
        return self.filter(removed_at=None)

    def just_removed(self):
        """Items removed less than a minute ago."""
        return self.filter(removed_at__gte=timezone.now() - UNDO)

    def unfinished(self):
        """The work of an hour that was left or only partly done; openings and closings belong to every hour."""
        return self.kept().filter(kind__in=[ItemKind.LIBRARY, ItemKind.FREE], done__in=[Done.LEFT, Done.PARTLY])


class AgendaItem(Stamped):
    """One item of the agenda, in order of `position` (from 1). `minutes` are planned, `seconds_used` were spent."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=ItemKind.choices)
    title = models.CharField(max_length=300)
    minutes = models.PositiveSmallIntegerField(default=5)
    prompt = models.TextField(blank=True, max_length=3000)  # what to keep in mind, printed on the clinician's agenda
    edition = models.ForeignKey(InterventionEdition, null=True, blank=True, on_delete=models.PROTECT)
    carried_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)
    done = models.CharField(max_length=8, choices=Done.choices, default=Done.OPEN)
    seconds_used = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True, max_length=4000)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="library") | Q(edition__isnull=False), name="library_has_edition")
        ]

    @property
    def gates(self) -> list[str]:
        """What has to be settled before it may be added or its sheets printed."""
        return self.edition.gates if self.edition else []

    @property
    def minutes_used(self) -> int:
        return round(self.seconds_used / 60)


class Handout(Stamped):
    """A sheet to give out with an item: to each participant it is for, or (`participant`) to one alone."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="handouts")
    edition = models.ForeignKey(WorksheetEdition, on_delete=models.PROTECT)
    participant = models.ForeignKey(Participant, null=True, blank=True, on_delete=models.CASCADE)
    wanted = models.BooleanField(default=True)

    class Meta:
        app_label = "planner"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "edition"], condition=Q(participant=None), name="one_handout_an_item"
            ),
            models.UniqueConstraint(fields=["item", "edition", "participant"], name="one_handout_a_person"),
        ]

    @property
    def gates(self) -> list[str]:
        """What has to be settled before it is given out: the sheet's own gates, else those of its item."""
        own = self.edition.own_gates
        return self.item.gates if own is None else own
