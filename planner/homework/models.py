"""Printouts: the record of what was printed for whom, and the sheets each one holds; sheets adapted for one person."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.models import Versioned
from planner.cases.models import Audience, Case, Person, on_team
from planner.library.models import Worksheet, WorksheetEdition
from planner.practice.models import User
from planner.sheets.models import Printed


class PrintoutKind(models.TextChoices):
    AGENDA = "agenda", _("Clinician's agenda")
    HANDOUTS = "handouts", _("Handouts for one person")
    PACKET = "packet", _("Whole packet")


class PrintoutQuerySet(models.QuerySet):
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


class PrintedSheet(models.Model):
    """One sheet within a printout: which edition, for whom, and the return address that brings it back."""

    printout = models.ForeignKey(Printout, on_delete=models.CASCADE, related_name="sheets")
    edition = models.ForeignKey(WorksheetEdition, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT)
    address = models.CharField(max_length=40, unique=True)
    prefix = models.CharField(max_length=12)  # of its fields within the document

    class Meta:
        app_label = "planner"
        ordering = ["pk"]


class AdaptationQuerySet(models.QuerySet):
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
