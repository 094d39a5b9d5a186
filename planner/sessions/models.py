"""Session, agenda item and handout; the progress note with its addenda; the process note apart; own phrases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.models import Stamped, Versioned
from planner.cases.models import Audience, Case, Participant, Person, SignatureBase, on_team
from planner.homework.models import Assignment, Printout
from planner.library.models import InterventionEdition, SessionTemplate, WorksheetEdition
from planner.plans.frozen import Kept, KeptQuerySet
from planner.plans.models import Objective
from planner.practice.models import NoteFormat, Practice, User


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


class Mode(models.TextChoices):
    """How the hour was held."""

    IN_PERSON = "in-person", _("In person")
    VIDEO = "video", _("Telehealth, video")
    PHONE = "phone", _("Telehealth, phone")


class SessionQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User):
        """Sessions of the cases the person may see."""
        return self.filter(on_team(user, "case__"))

    def editable_by(self, user: User):
        return self.filter(on_team(user, "case__", to_edit=True))

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
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.IN_PERSON)
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
        indexes = [
            models.Index(fields=["case", "-starts_at"]),
            models.Index(fields=["case", "state"]),
            models.Index(fields=["starts_at"]),
            models.Index(fields=["state", "starts_at"]),
        ]

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
    WORKSHEET = "worksheet", _("A sheet alone")
    FREE = "free", _("Own words")
    CLOSING = "closing", _("Closing")


#: The work of an hour; openings and closings belong to every hour.
WORK = (ItemKind.LIBRARY, ItemKind.WORKSHEET, ItemKind.FREE)


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

    def kept_or_removed_since(self, moment: datetime):
        return self.filter(Q(removed_at=None) | Q(removed_at__gte=moment))

    def for_agenda(self):
        """What an agenda shows of its items, for many at once: of a library entry its id (`entry`) and its gates
        (`gates_told`) and none of its text, of an objective its line and where it stands in its plan."""
        return self.defer("created_at", "changed_at").annotate(
            entry=F("edition__intervention_id"), gates_told=F("edition__content__gates"), line=F("objective__line"),
            goal_place=F("objective__goal__position"), place=F("objective__position"),
        )  # fmt: skip

    def unfinished(self):
        """The work of an hour that was left or only partly done."""
        return self.kept().filter(kind__in=WORK, done__in=[Done.LEFT, Done.PARTLY])


class AgendaItem(Stamped):
    """One item of the agenda, in order of `position` (from 1). `minutes` are planned, `seconds_used` were spent.

    `edition` is the intervention that is done; `sheet` one sheet of an entry that is given out without it.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=ItemKind.choices)
    title = models.CharField(max_length=300)
    minutes = models.PositiveSmallIntegerField(default=5)
    prompt = models.TextField(blank=True, max_length=3000)  # what to keep in mind, printed on the clinician's agenda
    edition = models.ForeignKey(InterventionEdition, null=True, blank=True, on_delete=models.PROTECT)
    sheet = models.ForeignKey(WorksheetEdition, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    objective = models.ForeignKey(
        Objective, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # what of the plan it serves
    assignment = models.ForeignKey(
        Assignment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the homework that is looked at
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
            models.CheckConstraint(condition=~Q(kind="library") | Q(edition__isnull=False), name="library_has_edition"),
            models.CheckConstraint(
                condition=Q(kind="worksheet", sheet__isnull=False, edition__isnull=True)
                | (~Q(kind="worksheet") & Q(sheet__isnull=True)),
                name="sheet_stands_alone",
            ),
        ]

    @property
    def gates(self) -> list[str]:
        """What has to be settled before it may be added or its sheets printed."""
        if self.edition_id and "gates_told" in self.__dict__:
            return self.gates_told or []
        source = self.edition or self.sheet
        return source.gates if source else []

    @property
    def of_library(self) -> bool:
        """True for what comes from the library: gates and consents count for it."""
        return bool(self.edition_id or self.sheet_id)

    @property
    def minutes_used(self) -> int:
        return round(self.seconds_used / 60)


class HandoutQuerySet(models.QuerySet):
    def for_agenda(self):
        """What an agenda shows of its handouts, sheet by sheet: the sheet's title (`sheet_title`) without its text, and
        the names of whoever gets it (`print_name`, `full_name`; None for all together)."""
        rows = self.only("item", "edition", "participant", "wanted").annotate(
            sheet=F("edition__worksheet_id"), sheet_title=KeyTextTransform("title", "edition__content"),
            print_name=F("participant__person__print_name"), full_name=F("participant__person__name"),
        )  # fmt: skip
        return rows.order_by("edition__worksheet__order", "edition__worksheet_id", "participant__order", "pk")


class Handout(Stamped):
    """A sheet to give out with an item: to each participant it is for, or (`participant`) to one alone."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="handouts")
    edition = models.ForeignKey(WorksheetEdition, on_delete=models.PROTECT)
    participant = models.ForeignKey(Participant, null=True, blank=True, on_delete=models.CASCADE)
    wanted = models.BooleanField(default=True)

    objects = HandoutQuerySet.as_manager()

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


class NoteIsSigned(TypeError):
    """Somebody tried to change or take away what was signed. Later words are a dated addendum."""


class NoteState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")
    AWAITING = "awaiting", _("Signed, awaiting the supervisor")
    RETURNED = "returned", _("Returned by the supervisor")
    APPROVED = "approved", _("Signed and approved")


#: States in which the text is frozen: only what a supervisor decides about it may still be written.
LOCKED = (NoteState.SIGNED, NoteState.AWAITING, NoteState.APPROVED)
#: What may be written on a locked row.
_NOT_TEXT = frozenset({"state", "supervisor", "supervisor_id", "version", "changed_at", "changed_by", "changed_by_id"})


class RiskLevel(models.TextChoices):
    """The words that people use. Nothing here decides about risk: the clinician says it, with the basis."""

    UNSAID = "", _("Not said yet")
    NONE = "none", _("None: asked, and nothing found")
    LOW = "low", _("Low")
    MODERATE = "moderate", _("Moderate")
    HIGH = "high", _("High")
    IMMINENT = "imminent", _("Imminent")


#: From here on the safety pages are asked for.
RAISED = (RiskLevel.MODERATE, RiskLevel.HIGH, RiskLevel.IMMINENT)


class NoteQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User):
        """Notes of the cases the person may see; a supervisor reads them, the front desk none."""
        return self.filter(on_team(user, "session__case__"))

    def editable_by(self, user: User):
        return self.filter(on_team(user, "session__case__", to_edit=True))

    def decidable_by(self, user: User):
        """Notes that wait for this person's word as the supervisor: the one thing a supervisor writes."""
        return self.visible_to(user).filter(state=NoteState.AWAITING, supervisor=user)

    def locked(self):
        """Signed notes."""
        return self.filter(state__in=LOCKED)

    def open(self):
        """Notes still to be signed, for the first time or again."""
        return self.filter(state__in=[NoteState.DRAFT, NoteState.RETURNED])

    def update(self, **changes: Any) -> int:
        """Writes; of a signed note only what a supervisor decides about it."""
        if not set(changes) <= _NOT_TEXT and self.locked().exists():
            raise NoteIsSigned("A signed note is never changed. Write an addendum.")
        return super().update(**changes)

    def delete(self) -> tuple[int, dict[str, int]]:
        if self.locked().exists():
            raise NoteIsSigned("A signed note is never taken away.")
        return super().delete()

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        if self.filter(pk__in=[one.pk for one in objs]).locked().exists():
            raise NoteIsSigned("A signed note is never changed. Write an addendum.")
        return super().bulk_update(objs, fields, batch_size)


class ProgressNote(Versioned):
    """The note of one hour. `parts` are its texts by name (planner.sessions.note_formats), `facts` what the record
    itself says of the hour, frozen at signing. `sha256` is the hash of the signed text (planner.sessions.note_text).

    `person` is whose eyes it is for where `audience` says one person; `risk_person` whom the risk line is about.
    """

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="note")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=10, choices=NoteFormat.choices, default=NoteFormat.DAP)
    state = models.CharField(max_length=10, choices=NoteState.choices, default=NoteState.DRAFT)
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.CASE)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.IN_PERSON)
    place = models.CharField(max_length=120, blank=True)
    service_code = models.CharField(max_length=40, blank=True)  # as the payer names the service; typed, never guessed
    present = models.ManyToManyField(Participant, blank=True, related_name="+")
    parts = models.JSONField(default=dict, blank=True)
    risk_level = models.CharField(max_length=10, choices=RiskLevel.choices, blank=True, default="")
    risk_basis = models.TextField(max_length=2000, blank=True)
    risk_action = models.TextField(max_length=2000, blank=True)
    risk_person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    late = models.BooleanField(default=False)  # signed later than the practice asks for
    sha256 = models.CharField(max_length=64, blank=True)
    supervisor = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = NoteQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-began_at", "-pk"]
        indexes = [models.Index(fields=["state", "-began_at"])]

    @property
    def is_open(self) -> bool:
        """True while it may be written: not signed yet, or returned by the supervisor."""
        return self.state not in LOCKED

    @property
    def risk_is_raised(self) -> bool:
        return self.risk_level in RAISED

    def save(self, *args: Any, **kwargs: Any) -> None:
        only = kwargs.get("update_fields")
        text = only is None or not set(only) <= _NOT_TEXT
        if not self._state.adding and text and type(self).objects.filter(pk=self.pk).locked().exists():
            raise NoteIsSigned("A signed note is never changed. Write an addendum.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if type(self).objects.filter(pk=self.pk).locked().exists():
            raise NoteIsSigned("A signed note is never taken away.")
        return super().delete(*args, **kwargs)


class Step(models.TextChoices):
    """Where an objective stands after the hour, in the clinician's eyes; harder is no failure."""

    UNSAID = "", _("Not said")
    FURTHER = "further", _("Further")
    SAME = "same", _("As before")
    HARDER = "harder", _("Harder just now")


class NoteObjectiveQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """What stands in the notes of the cases the person may see."""
        return self.filter(note__in=ProgressNote.objects.visible_to(user))

    def _must_be_open(self) -> None:
        if self.filter(note__state__in=LOCKED).exists():
            raise NoteIsSigned("A signed note is never changed. Write an addendum.")

    def update(self, **changes: Any) -> int:
        self._must_be_open()
        return super().update(**changes)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._must_be_open()
        return super().delete()


class NoteObjective(models.Model):
    """An objective of the plan that was worked on in the hour: how it was taken, and where it stands."""

    note = models.ForeignKey(ProgressNote, on_delete=models.CASCADE, related_name="objectives")
    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=10, choices=Step.choices, blank=True, default="")
    response = models.TextField(max_length=2000, blank=True)

    objects = NoteObjectiveQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["note", "objective"], name="one_row_an_objective")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if ProgressNote.objects.filter(pk=self.note_id).locked().exists():
            raise NoteIsSigned("A signed note is never changed. Write an addendum.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        type(self).objects.filter(pk=self.pk)._must_be_open()
        return super().delete(*args, **kwargs)


class UnderNoteQuerySet(KeptQuerySet):
    def visible_to(self, user: User):
        """What stands under the notes of the cases the person may see."""
        return self.filter(note__in=ProgressNote.objects.visible_to(user))


class NoteSignature(Kept, SignatureBase):
    """Who signed a note, or approved it as the supervisor, under which text."""

    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="signatures")

    objects = UnderNoteQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["pk"]


class NoteStep(Kept):
    """What passed between author and supervisor about a note: asked, returned with a comment, approved."""

    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=NoteState.choices)
    comment = models.TextField(max_length=4000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = UnderNoteQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["pk"]


class Addendum(Kept):
    """A dated word added to a signed note; the note stays as it is. `place` and `service_code` tell what the note did
    not. `sha256` covers all of it and the note's hash."""

    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="addenda")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    credentials = models.CharField(max_length=120, blank=True)
    text = models.TextField(max_length=8000)
    place = models.CharField(max_length=120, blank=True)
    service_code = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(default=timezone.now)
    sha256 = models.CharField(max_length=64)

    objects = UnderNoteQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["at", "pk"]


class ProcessNoteQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """A person's own, in cases that they may see. Nobody else's: neither a supervisor nor the owner."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(on_team(user, "session__case__"), author=user)

    def editable_by(self, user: User):
        return self.filter(on_team(user, "session__case__", to_edit=True), author_id=user.pk)


class ProcessNote(Versioned):
    """What a clinician writes for themselves about the conversation: apart from the record by definition (45 CFR
    164.501; substance-use counselling notes alike, 42 CFR 2.11).

    `sealed` is ciphertext under a key ring of its own (planner.sessions.process_store); no list, search, print or
    export reads this table.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed = models.TextField()

    objects = ProcessNoteQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        constraints = [models.UniqueConstraint(fields=["session", "author"], name="one_process_note_an_author")]


class PhraseUse(models.TextChoices):
    """Where a phrase is offered."""

    RESPONSE = "response", _("Response and progress")
    RISK = "risk", _("Risk line")
    TEXT = "text", _("Anywhere in a note")


class PhraseQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """A person's own phrases, nobody else's."""
        return self.filter(by_id=user.pk) if user.is_authenticated else self.none()

    editable_by = visible_to


class Phrase(Versioned):
    """Words that a clinician uses often, theirs alone and without any client's name. `short` typed after a full stop
    (".eng") puts the whole in."""

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    use = models.CharField(max_length=10, choices=PhraseUse.choices, default=PhraseUse.TEXT)
    short = models.CharField(max_length=20)
    text = models.TextField(max_length=1000)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["short"]
        constraints = [models.UniqueConstraint(fields=["by", "short"], name="one_phrase_a_short")]
