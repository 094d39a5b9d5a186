"""Agreements, their versions and signatures, and where their paper copies are."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.models import Versioned
from planner.cases.models import Audience, Case, Person, SignatureBase, on_team
from planner.library.models import Worksheet, WorksheetEdition
from planner.practice.models import User
from planner.progress.models import Event
from planner.sheets.models import Printed


class AgreementKind(models.TextChoices):
    """The living documents; which worksheets each is made of is said in planner.agreements.kinds."""

    GROUND_RULES = "ground-rules", _("Safety frame and ground rules")
    CHANNEL = "channel", _("Communication channel agreement")
    BOUNDARY = "boundary", _("Boundary agreement")
    SUPPORT = "support", _("Partner support plan")
    DISCLOSURE = "disclosure", _("Disclosure preparation")
    PREVENTION = "prevention", _("Relapse-prevention plan")
    SAFETY_NET = "safety-net", _("Relapse safety net")
    COPING_CARD = "coping-card", _("Coping and wallet card")
    SAFETY_PLAN = "safety-plan", _("Safety plan")
    ACCOUNTABILITY = "accountability", _("Accountability plan")
    MAINTENANCE = "maintenance", _("Maintenance plan")
    REENTRY = "re-entry", _("Setback re-entry plan")


class VersionSource(models.TextChoices):
    """How the answers of a version came in."""

    SCREEN = "screen", _("Filled in on screen")
    PDF = "pdf", _("Read from the returned PDF")


class AgreementQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User):
        """Agreements in the cases the person may see."""
        return self.filter(on_team(user, "case__"))

    def editable_by(self, user: User):
        return self.filter(on_team(user, "case__", to_edit=True))

    def with_sheet(self):
        """With what a page of one needs: case, worksheet, gates, person."""
        return self.select_related("case__practice", "worksheet__current", "worksheet__intervention__current", "person")

    def standing(self):
        """Those that were not ended."""
        return self.filter(ended_on=None)

    def due(self, on: datetime.date | None = None):
        """Standing ones to look at again: the review day has come, or something happened that asks for it."""
        return self.standing().filter(Q(review_on__lte=on or timezone.localdate()) | ~Q(review_because=""))


class ReviewBecause(models.TextChoices):
    """What asks for a review before its day."""

    NOTHING = "", ""
    RELAPSE = "relapse", _("After a relapse")


class Agreement(Versioned):
    """One living document of a case: a worksheet kept in versions.

    `person` is whose part it is (None: everybody's together), `audience` for whose eyes. `review_on` is the day to look
    at it again; `review_because` says that something happened since which asks for it sooner.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="agreements")
    kind = models.CharField(max_length=20, choices=AgreementKind.choices)
    worksheet = models.ForeignKey(Worksheet, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    review_on = models.DateField(null=True, blank=True)
    review_because = models.CharField(max_length=10, choices=ReviewBecause.choices, blank=True, default="")
    ended_on = models.DateField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = AgreementQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "worksheet", "person"],
                condition=Q(ended_on=None, person__isnull=False),
                name="one_agreement_a_person",
            ),
            models.UniqueConstraint(
                fields=["case", "worksheet"],
                condition=Q(ended_on=None, person__isnull=True),
                name="one_agreement_together",
            ),
        ]


class AgreementVersion(Versioned):
    """One version: the answers on one edition of the worksheet. A draft until it is adopted; then never changed.

    `answers` maps the field names of the sheet to what was filled in. `people` are the ids of the persons of a joint
    version, in the order of their boxes and columns. `reason` says why there is a new version. `sha256` is the hash of
    what was adopted: edition, people and answers.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    edition = models.ForeignKey(WorksheetEdition, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict, blank=True)
    people = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=10, choices=VersionSource.choices, default=VersionSource.SCREEN)
    reason = models.CharField(max_length=500, blank=True)
    adopted_on = models.DateField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "planner"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="one_version_a_number"),
            models.UniqueConstraint(fields=["agreement"], condition=Q(adopted_on=None), name="one_draft_an_agreement"),
        ]

    @property
    def is_draft(self) -> bool:
        """Still being written: nobody has agreed to it, and it is never printed as agreed."""
        return self.adopted_on is None


class AgreementSignature(SignatureBase):
    """A person's signature under an adopted version, or that they decline, with the reason where one was given."""

    agreed = models.ForeignKey(AgreementVersion, on_delete=models.CASCADE, related_name="signatures")

    class Meta:
        app_label = "planner"
        ordering = ["pk"]


class PaperCopyQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User):
        """Copies of the agreements the person may see."""
        return self.filter(on_team(user, "of__agreement__case__"))

    def editable_by(self, user: User):
        return self.filter(on_team(user, "of__agreement__case__", to_edit=True))

    def to_replace(self):
        """Copies that are out there and show a version that is no longer the newest."""
        adopted = AgreementVersion.objects.filter(adopted_on__isnull=False)
        newer = adopted.filter(agreement=OuterRef("of__agreement"), number__gt=OuterRef("of__number"))
        return self.filter(Exists(newer), replaced_on=None)


class PaperCopy(models.Model):
    """A copy of a version on paper: for whom, where it is kept (fridge, wallet, sponsor), whether it was replaced.

    `printed` are its very bytes where it was printed here. A copy that nobody has yet noted a place for has none.
    """

    of = models.ForeignKey(AgreementVersion, on_delete=models.CASCADE, related_name="copies")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    where = models.CharField(max_length=120, blank=True)
    printed = models.ForeignKey(Printed, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField(default=timezone.localdate)
    replaced_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = PaperCopyQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]


class ReentryQuerySet(AgreementQuerySet):
    def open(self):
        """Those where something is left to do."""
        return self.filter(closed_on=None)


class Reentry(Versioned):
    """The way back after a relapse: what was done of what its page lays out, and by whom.

    `event` is the relapse on the time line; what was found about safety stands in its `details`. `done` maps a step's
    name to the day and the person who ticked it. Nothing is sent or shared by any of it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reentries")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    done = models.JSONField(default=dict, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ReentryQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]
