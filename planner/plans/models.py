"""The treatment plan in versions: problems, goals in two voices, objectives and planned interventions; what became of
them, the reviews, the signatures, the supervisor's answers; and each author's own phrases.

A version is written as a draft. The first signature freezes its text under a hash; what comes later is a new version.
`line` ties a goal or an objective to the same one in earlier and later versions, so that its history goes on.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.access import Plain
from planner.base.models import Stamped, Versioned
from planner.base.prepared import ID, WORDS, prepared
from planner.cases.models import Audience, Case, Person, SignatureBase, on_team
from planner.library.models import InterventionEdition
from planner.plans import sentences
from planner.plans.frozen import Kept, KeptQuerySet, PlanIsSigned, PlanText, PlanTextQuerySet
from planner.practice.models import User
from planner.sheets.models import Printed

REVIEW_DAYS = 90  # the default people know; payers ask for 90 to 180
WARN_DAYS = 14  # a review is said that many days ahead


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    SUPERSEDED = "superseded", _("Superseded")
    ENDED = "ended", _("Ended")


class Supervision(models.TextChoices):
    """Where a plan stands with the supervisor."""

    NONE = "", _("No supervisor asked")
    AWAITING = "awaiting", _("Awaiting the supervisor")
    RETURNED = "returned", _("Returned with comments")
    APPROVED = "approved", _("Approved")


class Coding(models.TextChoices):
    """The system a code is written in, where there is one. Codes are typed, never looked up or guessed."""

    NONE = "", _("No code")
    ICD_11 = "icd-11", _("ICD-11")
    DSM_5_TR = "dsm-5-tr", _("DSM-5-TR")


class Modality(models.TextChoices):
    INDIVIDUAL = "individual", _("Individual sessions")
    COUPLE = "couple", _("Couple sessions")
    FAMILY = "family", _("Family sessions")
    MIXED = "mixed", _("Joint and individual sessions")
    GROUP = "group", _("With a group beside it")


class PlanQuerySet(PlanTextQuerySet):
    may_be_prepared = True
    to_plan = ""

    def visible_to(self, user: User):
        """Plans of the cases the person may see; a supervisor reads them."""
        return self.filter(on_team(user, "case__"))

    def editable_by(self, user: User):
        return self.filter(on_team(user, "case__", to_edit=True))

    def decidable_by(self, user: User):
        """Plans that wait for this person's word as the supervisor: the one thing a supervisor writes."""
        return self.visible_to(user).filter(supervision=Supervision.AWAITING, supervisor=user.pk)

    def drafts(self):
        return self.filter(state=PlanState.DRAFT)

    def active(self):
        return self.filter(state=PlanState.ACTIVE)

    def active_of(self, case: Case) -> Plan | None:
        """The plan that a case works by today."""
        return self.in_state(case, PlanState.ACTIVE)

    def draft_of(self, case: Case) -> Plan | None:
        """The version of a case that is being written, or waits for its approval."""
        return self.in_state(case, PlanState.DRAFT)

    def in_state(self, case: Case, state: str) -> Plan | None:
        """The one version of a case that is in force, or the one that is written. Of all plans, as most ask, the
        question is made once."""
        if Plain.of(self) == Plain(Plan, ()):
            return next(iter(_in_state(case=case.pk, state=state)), None)
        return self.filter(case=case, state=state).first()

    def to_review_by(self, day: date):
        """Active plans whose review is due on this day or before it."""
        return self.active().filter(review_on__lte=day)

    def update(self, **changes: Any) -> int:
        """Writes; of a signed plan only where it stands, never its text."""
        if set(changes) <= STANDING:
            return models.QuerySet.update(self, **changes)
        return super().update(**changes)


#: What may be written on a signed plan: where it stands. Its text may not.
STANDING = frozenset({
    "state", "version", "changed_at", "changed_by", "changed_by_id", "active_on", "review_on", "ended_on", "ended_why",
    "supervision", "supervisor", "supervisor_id",
})  # fmt: skip


class Plan(PlanText, Versioned):
    """One version of a case's treatment plan; `number` counts from 1.

    `presenting` is the client's own words, one voice for each person who gave theirs. The impression is one person's
    (`impression_of`) and, like barriers, stays in the record. `session_minutes` is the length of an hour, `review_days`
    the days from one review to the next, `review_on` the next one's day. `sha256` is the hash of the frozen text.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    presenting = models.TextField(max_length=4000, blank=True)
    coding = models.CharField(max_length=10, choices=Coding.choices, blank=True, default="")
    code = models.CharField(max_length=40, blank=True)
    impression = models.TextField(max_length=2000, blank=True)
    impression_of = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    strengths = models.TextField(max_length=2000, blank=True)
    barriers = models.TextField(max_length=2000, blank=True)
    supports = models.TextField(max_length=2000, blank=True)
    accommodations = models.TextField(max_length=2000, blank=True)
    session_frequency = models.CharField(max_length=120, blank=True)
    session_minutes = models.PositiveSmallIntegerField(default=50)
    modality = models.CharField(max_length=12, choices=Modality.choices, default=Modality.INDIVIDUAL)
    discharge = models.TextField(max_length=2000, blank=True)
    review_days = models.PositiveSmallIntegerField(default=REVIEW_DAYS)
    review_rule = models.CharField(max_length=120, blank=True)  # whose rule it is: a payer's, the practice's
    sha256 = models.CharField(max_length=64, blank=True, default="")
    frozen_at = models.DateTimeField(null=True, blank=True)
    active_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended_why = models.CharField(max_length=500, blank=True)
    supervision = models.CharField(max_length=10, choices=Supervision.choices, blank=True, default="")
    supervisor = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PlanQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-number"]
        indexes = [models.Index(fields=["state", "review_on"])]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="one_plan_a_number"),
            models.UniqueConstraint(fields=["case"], condition=Q(state="active"), name="one_active_plan_a_case"),
            models.UniqueConstraint(fields=["case"], condition=Q(state="draft"), name="one_draft_plan_a_case"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        only = kwargs.get("update_fields")
        if only is not None and set(only) <= STANDING:
            return models.Model.save(self, *args, **kwargs)
        return super().save(*args, **kwargs)

    @property
    def is_frozen(self) -> bool:
        """Somebody signed it: its text is as it was then."""
        return bool(self.sha256)

    @property
    def may_be_written(self) -> bool:
        return self.state == PlanState.DRAFT and not self.is_frozen

    def plan_sha256(self) -> str:
        row = type(self).objects.filter(pk=self.pk).values_list("sha256", flat=True).first() if self.pk else ""
        return row or ""

    def must_be_open(self) -> None:
        if self.pk and self.plan_sha256():
            raise PlanIsSigned("A signed plan is never changed. Begin a new version.")


@prepared(case=ID, state=WORDS)
def _in_state(case: int, state: str) -> models.QuerySet[Plan]:
    return Plan.objects.filter(case=case, state=state)[:1]


class OfPlanQuerySet(PlanTextQuerySet):
    """Problems and goals."""

    may_be_prepared = True

    def visible_to(self, user: User):
        return self.filter(plan__in=Plan.objects.visible_to(user))

    def editable_by(self, user: User):
        return self.filter(plan__in=Plan.objects.editable_by(user))

    def kept(self):
        """Rows that were not taken away while the plan was written."""
        return self.filter(removed_at=None)

    def for_eyes(self, person: Person):
        """What this person may read: everybody's, and what is for this person alone."""
        return self.filter(Q(audience=Audience.CASE) | Q(audience=Audience.PERSON, person=person))


def _person_fits(name: str) -> models.CheckConstraint:
    """What is for one person's eyes says whose."""
    return models.CheckConstraint(condition=~Q(audience="person") | Q(person__isnull=False), name=name)


class OfPlan(PlanText, Versioned):
    """What a problem and a goal share: place, whose it is (`person` None: everybody's), for whose eyes."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="%(class)ss")
    line = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.CASE)
    statement = models.CharField(max_length=60, blank=True)  # slug of the library statement it came from
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        abstract = True

    def plan_sha256(self) -> str:
        return Plan.objects.filter(pk=self.plan_id).values_list("sha256", flat=True).first() or ""


class Problem(OfPlan):
    """What the plan is about, as it shows."""

    name = models.CharField(max_length=300)
    description = models.TextField(max_length=2000, blank=True)

    class Meta:
        app_label = "planner"
        ordering = ["position", "pk"]
        constraints = [
            _person_fits("problem_person_fits"),
            models.UniqueConstraint(fields=["plan", "line"], name="one_problem_a_line"),
        ]


class Goal(OfPlan):
    """Something broad to reach, in two voices: the client's words and the clinical goal.

    `ask` is the question that invites the client's words. `scale` holds the five levels of Goal Attainment Scaling in
    words, from -2 to +2, or nothing; `weight` counts in its T score.
    """

    problem = models.ForeignKey(Problem, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    own_words = models.TextField(max_length=1000, blank=True)
    clinical = models.TextField(max_length=1000, blank=True)
    ask = models.CharField(max_length=300, blank=True)
    scale = models.JSONField(default=list, blank=True)
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        app_label = "planner"
        ordering = ["position", "pk"]
        constraints = [
            _person_fits("goal_person_fits"),
            models.UniqueConstraint(fields=["plan", "line"], name="one_goal_a_line"),
        ]

    @property
    def number(self) -> str:
        return str(self.position)

    @property
    def words(self) -> str:
        """One voice where one is enough: the client's words, else the clinical goal."""
        return self.own_words or self.clinical


class ObjectiveQuerySet(PlanTextQuerySet):
    may_be_prepared = True
    to_plan = "goal__plan__"

    def visible_to(self, user: User):
        return self.filter(goal__plan__in=Plan.objects.visible_to(user))

    def editable_by(self, user: User):
        return self.filter(goal__plan__in=Plan.objects.editable_by(user))

    def kept(self):
        """Objectives that stand in their plan, goals taken away left out."""
        return self.filter(removed_at=None, goal__removed_at=None)

    def active_of(self, case: Case):
        """The objectives a case works on today, in order, each with its goal."""
        active = self.kept().filter(goal__plan__case=case, goal__plan__state=PlanState.ACTIVE)
        return active.select_related("goal__person").order_by("goal__position", "position")

    def in_words(self):
        """Number and sentence of each, and its line: what lists say of an objective."""
        rows = self.select_related(None).select_related("goal")
        return rows.only("line", "position", "text", *sentences.FIELDS.values(), "goal__position")

    def for_eyes(self, person: Person):
        """What this person may read, as their goals may be read."""
        mine = Q(goal__audience=Audience.PERSON, goal__person=person)
        return self.filter(Q(goal__audience=Audience.CASE) | mine)


class Objective(PlanText, Versioned):
    """Who does what, how often, by when, measured how.

    `text` may hold blanks of the statement bank, "{who}": the columns fill them (`sentence`). `baseline` is where it
    stood on `baseline_on`, `target` what is reached by `due`; `current` where it stands as the plan is written, later
    values are in its history.
    """

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="objectives")
    line = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=1000, blank=True)
    who = models.CharField(max_length=120, blank=True)
    what = models.CharField(max_length=300, blank=True)
    how_often = models.CharField(max_length=120, blank=True)
    how_many = models.CharField(max_length=60, blank=True)
    measure = models.CharField(max_length=200, blank=True)
    baseline = models.CharField(max_length=120, blank=True)
    baseline_on = models.DateField(null=True, blank=True)
    target = models.CharField(max_length=120, blank=True)
    due = models.DateField(null=True, blank=True)
    current = models.CharField(max_length=120, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["goal", "line"], name="one_objective_a_line")]

    @property
    def number(self) -> str:
        """ "1.2": the second objective of the first goal."""
        return f"{self.goal.position}.{self.position}"

    @property
    def sentence(self) -> str:
        """The objective as a sentence, its blanks filled in; what is still open shows as a line."""
        return sentences.filled(self.text, sentences.fills(self))

    def plan_sha256(self) -> str:
        return Plan.objects.filter(goals=self.goal_id).values_list("sha256", flat=True).first() or ""


class PlannedQuerySet(PlanTextQuerySet):
    to_plan = "objective__goal__plan__"

    def with_gates(self):
        """Each with its edition, of all that this says the gates alone (`gates_told`)."""
        rows = self.select_related("edition").annotate(gates_told=F("edition__content__gates"))
        return rows.defer("edition__content")

    def visible_to(self, user: User):
        return self.filter(objective__goal__plan__in=Plan.objects.visible_to(user))

    def editable_by(self, user: User):
        return self.filter(objective__goal__plan__in=Plan.objects.editable_by(user))

    def kept(self):
        gone = Q(removed_at=None, objective__removed_at=None, objective__goal__removed_at=None)
        return self.filter(gone)

    def active_of(self, case: Case):
        """What a case has planned today, in the order of the objectives."""
        plan = {"objective__goal__plan__case": case, "objective__goal__plan__state": PlanState.ACTIVE}
        rows = self.kept().filter(**plan).select_related("objective__goal", "edition__intervention")
        return rows.order_by("objective__goal__position", "objective__position", "position")


class PlannedIntervention(PlanText, Versioned):
    """What is done for an objective: an edition of the library or own words (`name`), how often, how long (minutes),
    and who is responsible."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="interventions")
    position = models.PositiveSmallIntegerField()
    edition = models.ForeignKey(InterventionEdition, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=300)
    frequency = models.CharField(max_length=120, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    responsible = models.CharField(max_length=120, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = PlannedQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["position", "pk"]

    @property
    def gates(self) -> list[str]:
        """What has to be settled before it is done; nothing for own words."""
        if "gates_told" in self.__dict__:
            return self.gates_told or []
        return self.edition.gates if self.edition else []

    def plan_sha256(self) -> str:
        plans = Plan.objects.filter(goals__objectives=self.objective_id)
        return plans.values_list("sha256", flat=True).first() or ""


class Status(models.TextChoices):
    """What became of a goal or an objective."""

    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    MET = "met", _("Met")
    REVISED = "revised", _("Revised")
    DROPPED = "dropped", _("Dropped")


#: Words that close a goal or objective.
SETTLED = (Status.MET, Status.REVISED, Status.DROPPED)


class StandingQuerySet(KeptQuerySet):
    def visible_to(self, user: User):
        return self.filter(on_team(user, "case__"))

    def newest_first(self):
        return self.order_by("-on", "-pk")


class Standing(Kept):
    """Where a goal or an objective stood on a day, and why: one line of its history, through all versions (`line`).

    `progress` is 0 to 100, `attainment` -2 to +2 on the goal's scale, `value` what was measured.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    line = models.UUIDField(db_index=True)
    goal = models.ForeignKey(Goal, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    objective = models.ForeignKey(Objective, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=Status.choices)
    on = models.DateField()
    reason = models.CharField(max_length=1000, blank=True)
    progress = models.PositiveSmallIntegerField(null=True, blank=True)
    attainment = models.SmallIntegerField(null=True, blank=True)
    value = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = StandingQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["case", "-on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(goal__isnull=False, objective__isnull=True) | Q(goal__isnull=True, objective__isnull=False),
                name="standing_of_one",
            ),
            models.CheckConstraint(condition=Q(progress=None) | Q(progress__lte=100), name="progress_to_100"),
            models.CheckConstraint(
                condition=Q(attainment=None) | Q(attainment__gte=-2, attainment__lte=2), name="attainment_of_five"
            ),
        ]


class ReviewBecause(models.TextChoices):
    """Why a plan is looked at."""

    INTERVAL = "interval", _("Its day has come")
    RELAPSE = "relapse", _("After a relapse")
    DIAGNOSIS = "diagnosis", _("New diagnosis or impression")
    GOAL_MET = "goal_met", _("A goal is met")
    NO_PROGRESS = "no_progress", _("No progress")
    RISK = "risk", _("Risk is raised")
    ASKED = "asked", _("Somebody asked for it")


class ReviewOutcome(models.TextChoices):
    UNCHANGED = "unchanged", _("The plan goes on as it is")
    CHANGED = "changed", _("A new version is written")
    ENDED = "ended", _("The plan ends")


class PlanReviewQuerySet(KeptQuerySet):
    def visible_to(self, user: User):
        return self.filter(plan__in=Plan.objects.visible_to(user))


class PlanReview(Kept):
    """A look at the plan: when, why, what was found, what follows. A review without change is one too."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="reviews")
    on = models.DateField()
    because = models.CharField(max_length=12, choices=ReviewBecause.choices)
    outcome = models.CharField(max_length=10, choices=ReviewOutcome.choices)
    found = models.TextField(max_length=4000, blank=True)
    next_on = models.DateField(null=True, blank=True)
    t_score = models.FloatField(null=True, blank=True)  # of the goals' attainment on that day
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PlanReviewQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-on", "-pk"]


class PlanSignatureQuerySet(KeptQuerySet):
    def visible_to(self, user: User):
        return self.filter(plan__in=Plan.objects.visible_to(user))


class PlanSignature(Kept, SignatureBase):
    """A signature under a version, or that somebody declined. `sha256` is of the part that this signer read: a client
    signs what is for their eyes, clinician and supervisor sign the whole."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="signatures")

    objects = PlanSignatureQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["pk"]


class SupervisionStep(Kept):
    """What passed between author and supervisor about a version: asked, returned with a comment, approved."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="supervision_steps")
    step = models.CharField(max_length=10, choices=Supervision.choices)
    comment = models.TextField(max_length=4000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PlanReviewQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["pk"]


class OwnPhraseQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        """A person's own phrases, nobody else's: not the owner's to read either."""
        return self.filter(by=user) if user.is_authenticated else self.none()

    editable_by = visible_to

    def recent(self, user: User, kind: str):
        """What this person wrote most lately in this field."""
        return self.visible_to(user).filter(kind=kind).order_by(F("used_at").desc(), "-pk")


class OwnPhrase(Stamped):
    """Something an author typed into a plan, offered again to that author alone. Names and codes of the case's people
    were taken out before it was kept. `kind` is the field it was typed into, "goal.clinical"."""

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=1000)
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(default=timezone.now)
    times = models.PositiveIntegerField(default=1)

    objects = OwnPhraseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        constraints = [models.UniqueConstraint(fields=["by", "kind", "digest"], name="one_phrase_an_author")]


class PlanPrintKind(models.TextChoices):
    CLIENT = "client", _("For a client")
    RECORD = "record", _("For the record")


class PlanPrintQuerySet(models.QuerySet):
    def visible_to(self, user: User):
        return self.filter(plan__in=Plan.objects.visible_to(user))


class PlanPrint(models.Model):
    """A plan as it was printed, kept byte for byte: for one client (`person`) or for the record."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="prints")
    kind = models.CharField(max_length=6, choices=PlanPrintKind.choices)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    printed = models.OneToOneField(Printed, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PlanPrintQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]
