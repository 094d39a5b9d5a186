"""The library: interventions and worksheets with frozen editions, session templates, and the words they are found by.

The library of packs is the same for every practice. (A practice's own copies are rows with `practice` set.)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from planner.base.models import Stamped, Versioned
from planner.library import packs
from planner.practice.models import Practice, Role, User
from planner.sheets.blocks import Block


class Pack(Stamped):
    """A content pack as it was last loaded."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=300)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    author = models.CharField(max_length=300)
    licence = models.CharField(max_length=300)
    about = models.TextField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        app_label = "planner"


class OfLibraryQuerySet(models.QuerySet):
    """Rows of packs and of the person's own practice."""

    may_be_prepared = True

    def visible_to(self, user: User):
        """What the library offers this person: packs are for everyone who is signed in, a practice's own rows for its
        people. The front desk sees no clinical text, so it has no library."""
        return self.ever_visible_to(user).filter(retired_at=None)

    def ever_visible_to(self, user: User):
        """The same with what was retired: old plans and papers still lead to it."""
        if not user.is_authenticated or user.is_front_desk:
            return self.none()
        return self.filter(Q(practice=None) | Q(practice_id=user.practice_id))

    def named_by(self, entry: OfLibrary, slugs: Iterable[str]) -> dict[str, Any]:
        """Slug -> the row that an entry means by it: in its language before another, and its practice's own before
        that of a pack. One query."""
        mine = Q(practice=None) | Q(practice_id=entry.practice_id)
        rows = self.filter(mine, slug__in=set(slugs), retired_at=None)
        nearest = sorted(rows, key=lambda row: (row.language == entry.language, row.practice_id is not None))
        return {row.slug: row for row in nearest}


class OfLibrary(Stamped):
    """What an intervention, a worksheet and a template share."""

    pack = models.ForeignKey(Pack, null=True, blank=True, on_delete=models.PROTECT)
    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.PROTECT)
    slug = models.SlugField(max_length=60)
    language = models.CharField(max_length=10, default="en")
    name = models.CharField(max_length=300)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = OfLibraryQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """Frozen content with its hash; `number` counts from 1. Never changed once written."""

    number = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Intervention(OfLibrary):
    """An intervention; what a page shows comes from `current`, the newest edition. Columns here only serve filters.

    A translation points to its `original` and says by `follows` which state of it was translated.
    """

    family = models.CharField(max_length=40, db_index=True)
    aim = models.TextField()
    minutes = models.PositiveSmallIntegerField()
    current = models.ForeignKey("InterventionEdition", null=True, on_delete=models.PROTECT, related_name="+")
    original = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="translations")
    follows = models.CharField(max_length=64, blank=True)
    whole_hash = models.CharField(max_length=64)  # of the intervention with its sheets; what translations follow
    copied_from = models.ForeignKey(
        "InterventionEdition", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the edition of the original that a practice's own copy was made from, or last looked at

    class Meta:
        app_label = "planner"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"], condition=Q(practice=None), name="one_intervention_a_slug"
            ),
            models.UniqueConstraint(
                fields=["practice", "slug", "language"],
                condition=Q(practice__isnull=False),
                name="one_own_intervention_a_slug",
            ),
        ]

    @property
    def is_behind(self) -> bool:
        """True for a translation whose original has moved on."""
        return bool(self.original_id and self.follows != self.original.whole_hash)


class InterventionEditionQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """Every edition the person may read, of retired interventions too."""
        return self.filter(intervention__in=Intervention.objects.ever_visible_to(user))


class InterventionEdition(Edition):
    """An edition of an intervention; `parsed` gives its parts by name."""

    intervention = models.ForeignKey(Intervention, on_delete=models.PROTECT, related_name="editions")

    objects = InterventionEditionQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        constraints = [
            models.UniqueConstraint(fields=["intervention", "number"], name="one_intervention_edition_a_number"),
            models.UniqueConstraint(fields=["intervention", "content_hash"], name="one_intervention_edition_a_hash"),
        ]

    @cached_property
    def parsed(self) -> packs.InterventionFile:
        """The content as the pack format's own type (its sheets are worksheets of their own: here an empty list)."""
        return packs.InterventionFile.model_construct(
            **{**packs.InterventionFile.model_validate({**self.content, "sheets": [_NO_SHEET]}).__dict__, "sheets": ()}
        )

    @property
    def gates(self) -> list[str]:
        return self.content.get("gates", [])


_NO_SHEET: dict[str, Any] = {"slug": "none", "title": "None", "purpose": "None", "blocks": [{"text": "None"}]}


class Facet(models.Model):
    """One value an intervention can be filtered by: kind is phase, for_whom or setting."""

    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE, related_name="facets")
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=40)

    class Meta:
        app_label = "planner"
        indexes = [models.Index(fields=["kind", "value"])]
        constraints = [models.UniqueConstraint(fields=["intervention", "kind", "value"], name="one_facet_a_value")]


class Word(models.Model):
    """A word of the library, folded; the vocabulary that forgives a typo."""

    text = models.CharField(max_length=60, unique=True)

    class Meta:
        app_label = "planner"


class Mention(models.Model):
    """Where a word stands: in which intervention, and how much it weighs there (a title more than a step)."""

    word = models.ForeignKey(Word, on_delete=models.CASCADE, db_index=False)  # the indexes below begin with it
    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE)
    weight = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "planner"
        indexes = [models.Index(fields=["word", "weight", "intervention"], name="mentions_by_weight")]
        constraints = [models.UniqueConstraint(fields=["word", "intervention"], name="one_mention_a_word")]


class LibraryStateQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """The states of the packs and of the person's practice."""
        return self.filter(Q(practice=None) | Q(practice_id=user.practice_id)).order_by("pk")


class LibraryState(models.Model):
    """Which state the library of the packs (no practice) or of a practice is in: another with each change, so that
    what was read of it can be kept until then."""

    practice = models.ForeignKey(Practice, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.UUIDField(default=uuid4)

    objects = LibraryStateQuerySet.as_manager()

    class Meta:
        app_label = "planner"


class Worksheet(OfLibrary):
    """A printable sheet of an intervention; its content is `current`."""

    intervention = models.ForeignKey(Intervention, on_delete=models.PROTECT, related_name="worksheets")
    order = models.PositiveSmallIntegerField(default=0)
    current = models.ForeignKey("WorksheetEdition", null=True, on_delete=models.PROTECT, related_name="+")
    copied_from = models.ForeignKey(
        "WorksheetEdition", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # as with an intervention

    class Meta:
        app_label = "planner"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"], condition=Q(practice=None), name="one_worksheet_a_slug"
            ),
            models.UniqueConstraint(
                fields=["practice", "slug", "language"],
                condition=Q(practice__isnull=False),
                name="one_own_worksheet_a_slug",
            ),
        ]


class WorksheetEdition(Edition):
    """An edition of a worksheet; `sheet` gives its parts, `blocks` its blocks. `grades` is role -> reading grade."""

    worksheet = models.ForeignKey(Worksheet, on_delete=models.PROTECT, related_name="editions")
    grades = models.JSONField(default=dict)  # role or "" -> {kincaid, smog, words, minutes}, measured when it was made

    class Meta:
        app_label = "planner"
        constraints = [
            models.UniqueConstraint(fields=["worksheet", "number"], name="one_worksheet_edition_a_number"),
            models.UniqueConstraint(fields=["worksheet", "content_hash"], name="one_worksheet_edition_a_hash"),
        ]

    @cached_property
    def sheet(self) -> packs.Sheet:
        return packs.Sheet.model_validate(self.content)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return self.sheet.parsed()

    @property
    def for_clinician(self) -> bool:
        return self.content.get("one_for_each") == "clinician"

    @property
    def own_gates(self) -> list[str] | None:
        """What stands in the sheet itself; None where those of its entry count. A clinician's sheet has none: it is
        what the clinician looks at before a gate is opened."""
        return [] if self.for_clinician else self.content.get("gates")

    @property
    def gates(self) -> list[str]:
        """What has to be settled before a person gets this sheet: its own gates, else those that its entry has now.
        Fetch `worksheet__intervention__current` to ask for many."""
        own = self.own_gates
        return self.worksheet.intervention.current.gates if own is None else own


class SessionTemplate(OfLibrary):
    """A ready agenda for one session; `content` is a packs.TemplateFile."""

    aim = models.TextField()
    kind = models.CharField(max_length=10)
    minutes = models.PositiveSmallIntegerField()
    content = models.JSONField()

    class Meta:
        app_label = "planner"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"], condition=Q(practice=None), name="one_template_a_slug"
            ),
            models.UniqueConstraint(
                fields=["practice", "slug", "language"],
                condition=Q(practice__isnull=False),
                name="one_own_template_a_slug",
            ),
        ]


class Statement(OfLibrary):
    """A problem of the field with goals and objectives for treatment plans; `content` is a packs.StatementFile."""

    content = models.JSONField()

    class Meta:
        app_label = "planner"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"], condition=Q(practice=None), name="one_statement_a_slug"
            ),
            models.UniqueConstraint(
                fields=["practice", "slug", "language"],
                condition=Q(practice__isnull=False),
                name="one_own_statement_a_slug",
            ),
        ]

    @cached_property
    def parsed(self) -> packs.StatementFile:
        return packs.StatementFile.model_validate(self.content)


class Pathway(OfLibrary):
    """Several sessions in order for one aim; `content` is a packs.PathwayFile. Sessions laid from it keep their own
    items, so a pathway needs no editions."""

    content = models.JSONField()

    class Meta:
        app_label = "planner"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "language"], condition=Q(practice=None), name="one_pathway_a_slug"),
            models.UniqueConstraint(
                fields=["practice", "slug", "language"],
                condition=Q(practice__isnull=False),
                name="one_own_pathway_a_slug",
            ),
        ]

    @cached_property
    def parsed(self) -> packs.PathwayFile:
        return packs.PathwayFile.model_validate(self.content)


class ParcelQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """A person's own parcels that are still waiting, for those who carry cases."""
        if not user.is_authenticated or not user.is_clinical:
            return self.none()
        return self.filter(by=user, practice_id=user.practice_id, expires_at__gt=timezone.now())

    editable_by = visible_to


class Parcel(models.Model):
    """A pack that somebody sent in, kept between its preview and the decision; `content` is the zip, checked."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects = ParcelQuerySet.as_manager()

    class Meta:
        app_label = "planner"


class Arrival(models.Model):
    """Where an entry of a practice came from: the pack, its author and state. `whole_hash` is what the entry was when
    it came, so that one that was changed here since is never written over. One of the first four is set."""

    intervention = models.OneToOneField(Intervention, null=True, on_delete=models.CASCADE, related_name="arrival")
    template = models.OneToOneField(SessionTemplate, null=True, on_delete=models.CASCADE, related_name="arrival")
    statement = models.OneToOneField(Statement, null=True, on_delete=models.CASCADE, related_name="arrival")
    pathway = models.OneToOneField(Pathway, null=True, on_delete=models.CASCADE, related_name="arrival")
    pack = models.SlugField(max_length=60)
    pack_name = models.CharField(max_length=300)
    version = models.CharField(max_length=20)
    author = models.CharField(max_length=300)
    licence = models.CharField(max_length=300)
    whole_hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "planner"
        constraints = [
            models.CheckConstraint(
                condition=Q(intervention__isnull=False, template=None, statement=None, pathway=None)
                | Q(intervention=None, template__isnull=False, statement=None, pathway=None)
                | Q(intervention=None, template=None, statement__isnull=False, pathway=None)
                | Q(intervention=None, template=None, statement=None, pathway__isnull=False),
                name="one_entry_an_arrival",
            )
        ]

    def is_of(self, about: packs.PackFile) -> bool:
        """Whether a pack is the one it came with, in whatever version: its slug and who made it."""
        return (self.pack, self.author) == (about.slug, about.author)


class OwnReviewQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """The reviews of the person's practice."""
        if not user.is_authenticated or user.is_front_desk:
            return self.none()
        return self.filter(practice_id=user.practice_id)


class OwnReview(models.Model):
    """A practice's own review of one edition of an intervention: who read it, when, and what they say. Never changed;
    a later one stands beside it."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(InterventionEdition, on_delete=models.PROTECT, related_name="own_reviews")
    reviewer = models.CharField(max_length=200)  # with credentials, as they sign
    on = models.DateField()
    note = models.TextField(blank=True, max_length=2000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")  # who wrote it down
    at = models.DateTimeField(default=timezone.now)

    objects = OwnReviewQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-on", "-pk"]


class UseQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """What the person used, nobody else."""
        return self.filter(by_id=user.pk) if user.is_authenticated and not user.is_front_desk else self.none()


class Use(models.Model):
    """When a person last planned or printed an intervention: one row for each, so that it is found again."""

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = UseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        constraints = [models.UniqueConstraint(fields=["by", "intervention"], name="one_use_a_person")]


#: Who may change what is the practice's own.
WRITERS = (Role.OWNER, Role.CLINICIAN)


class DraftQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """The drafts of the practice, for those who may change its library."""
        if not user.is_authenticated or user.role not in WRITERS:
            return self.none()
        return self.filter(practice_id=user.practice_id)

    editable_by = visible_to


class Draft(Versioned):
    """The next edition of a practice's own worksheet or intervention while it is being written; one for each, shared by
    the practice. `content` is what planner.library.drafts works on. `follows` is the edition of the original whose
    changes were looked at: the copy follows it once the draft is published."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+")
    worksheet = models.OneToOneField(Worksheet, null=True, on_delete=models.CASCADE, related_name="draft")
    intervention = models.OneToOneField(Intervention, null=True, on_delete=models.CASCADE, related_name="draft")
    content = models.JSONField()
    follows = models.PositiveBigIntegerField(null=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = DraftQuerySet.as_manager()

    class Meta:
        app_label = "planner"


class Favourite(models.Model):
    """An intervention that a person keeps at hand."""

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE, related_name="+")

    class Meta:
        app_label = "planner"
        constraints = [models.UniqueConstraint(fields=["by", "intervention"], name="one_favourite_a_person")]


class OwnTag(models.Model):
    """A word by which a practice keeps an intervention; shared by its people, seen by nobody else."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+")
    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=40)

    class Meta:
        app_label = "planner"
        ordering = ["text"]
        constraints = [models.UniqueConstraint(fields=["practice", "intervention", "text"], name="one_own_tag_a_text")]
