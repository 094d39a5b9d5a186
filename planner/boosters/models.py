"""Series, boosters, the rule for going back into treatment and what was decided by it, reminders and digests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Case as Choose
from django.db.models import F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.base.models import Stamped, Versioned
from planner.boosters import dates
from planner.cases.models import Case, on_team
from planner.practice.models import User
from planner.sessions.models import Session, SessionState


class OfCaseQuerySet(models.QuerySet):
    """Rows that belong to a case by their field `case`."""

    may_be_prepared = True

    def visible_to(self, user: User) -> Self:
        """Those of the cases the person may see."""
        return self.filter(on_team(user, "case__"))

    def editable_by(self, user: User) -> Self:
        return self.filter(on_team(user, "case__", to_edit=True))


class SeriesQuerySet(OfCaseQuerySet):
    def open(self) -> Self:
        """Series that still go on."""
        return self.filter(ended_on=None)


class Series(Versioned):
    """A series of boosters of one case and the rhythm it was made from.

    The wall clock of `zone` is what counts: `clock` stays the same on both sides of a clock change. `weekday` is 0 for
    Monday, empty for "whatever weekday it falls on"; `skipped` are the Mondays (ISO) of weeks left out; `before` and
    `after` are the days of the window; `every`, `unit` and `count` say one's own rhythm. A case with more than one
    open series names each.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="booster_series")
    name = models.CharField(max_length=80, blank=True)
    preset = models.CharField(max_length=20)
    every = models.PositiveSmallIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=6, blank=True)
    count = models.PositiveSmallIntegerField()
    start_on = models.DateField()
    zone = models.CharField(max_length=64)
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    clock = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=50)
    skipped = models.JSONField(default=list, blank=True)
    before = models.PositiveSmallIntegerField(default=3)
    after = models.PositiveSmallIntegerField(default=7)
    remind_days = models.PositiveSmallIntegerField(default=7)  # before the date; 0 for no reminder
    measures = models.JSONField(default=list, blank=True)  # slugs of the mini-measure
    focus = models.TextField(max_length=2000, blank=True)  # from the maintenance plan; clinician's words
    ended_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = SeriesQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-start_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "name"], condition=Q(ended_on=None), name="open_series_of_a_case_are_named"
            )
        ]

    @property
    def steps(self) -> tuple[dates.Step, ...]:
        """How far each booster lies from the start."""
        if self.preset == dates.OWN:
            return dates.every(self.every or 1, self.unit, self.count)
        return dates.PRESETS[self.preset].steps

    @property
    def rule(self) -> dates.Rule:
        """What its dates are made from."""
        return dates.Rule(
            start=self.start_on,
            steps=self.steps,
            zone=self.zone,
            clock=self.clock,
            weekday=self.weekday,
            skipped=frozenset(date.fromisoformat(day) for day in self.skipped),
            before=self.before,
            after=self.after,
        )

    @property
    def rhythm(self) -> dates.Preset:
        """The preset with its evidence note."""
        return dates.PRESETS[self.preset]


class BoosterState(models.TextChoices):
    """What became of a booster. `MOVED`: still to come, on another day than the rhythm gave it."""

    DUE = "due", _("Due")
    BOOKED = "booked", _("Booked")
    HELD = "held", _("Held")
    MISSED = "missed", _("Missed")
    MOVED = "moved", _("Moved")
    NOT_NEEDED = "not_needed", _("Not needed")


OPEN = (BoosterState.DUE, BoosterState.BOOKED, BoosterState.MOVED)
#: Open and without an hour in the calendar.
UNBOOKED = (BoosterState.DUE, BoosterState.MOVED)
NOT_HELD = (SessionState.PLANNED, SessionState.RUNNING, SessionState.CANCELLED)


class BoosterQuerySet(models.QuerySet):
    may_be_prepared = True

    def visible_to(self, user: User) -> Self:
        """Boosters of the cases the person may see."""
        return self.filter(on_team(user, "series__case__"))

    def editable_by(self, user: User) -> Self:
        return self.filter(on_team(user, "series__case__", to_edit=True))

    def standing(self) -> Self:
        """Each with `stands`: its state, corrected by what became of its session. An hour that was held in the
        sessions room counts as held at once, and one that was cancelled there leaves the booster to be booked again:
        nothing waits for somebody to say so here as well."""
        unbooked = Choose(When(moved_from=None, then=Value(BoosterState.DUE)), default=Value(BoosterState.MOVED))
        booked = Q(state=BoosterState.BOOKED)
        return self.annotate(
            stands=Choose(
                When(booked & Q(session__state=SessionState.HELD), then=Value(BoosterState.HELD)),
                When(booked & Q(session__state=SessionState.CANCELLED), then=unbooked),
                default=F("state"),
                output_field=models.CharField(),
            )
        )

    def open(self) -> Self:
        """Still to come, or overdue: neither held, missed nor dropped, of a series that goes on."""
        return self._unbooked_or(Q(session__state__in=NOT_HELD))

    def unbooked(self) -> Self:
        """Open and without an hour in the calendar; a session that was cancelled is none."""
        return self._unbooked_or(Q(session__state=SessionState.CANCELLED))

    def overdue(self, today: date, now: datetime | None = None) -> Self:
        """Open with a window that has closed, and no hour to come in the calendar."""
        begun = Q(session__starts_at__lt=now or timezone.now(), session__state__in=NOT_HELD)
        return self._unbooked_or(begun | Q(session__state=SessionState.CANCELLED)).filter(closes_on__lt=today)

    def _unbooked_or(self, of_booked: Q) -> Self:
        """Of series that go on: boosters without an hour, and those booked ones of which this holds. The states are
        said by themselves first: so a database finds them by an index, which it cannot through a table beside it."""
        return self.filter(Q(state__in=UNBOOKED) | of_booked, state__in=OPEN, series__ended_on=None)

    def to_follow_up(self) -> Self:
        """Missed, and nobody has said yet what was done about it."""
        return self.filter(state=BoosterState.MISSED, followed_up_on=None, series__ended_on=None)


class Booster(Versioned):
    """One booster: number n of its series, the day it is due, the window around it, and what became of it.

    `again_for` is the booster that was missed and for which this one is the second date; it has the same number.
    `moved_from` is the day that the rhythm gave, where it was moved. What is written about it is for the clinician.
    """

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="boosters")
    number = models.PositiveSmallIntegerField()
    again_for = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="second_date"
    )
    due_on = models.DateField()
    clock = models.TimeField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    state = models.CharField(max_length=10, choices=BoosterState.choices, default=BoosterState.DUE)
    moved_from = models.DateField(null=True, blank=True)
    notices = models.JSONField(default=list, blank=True)  # sentences: why it is not where the rhythm put it
    session = models.OneToOneField(Session, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    focus = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was moved, missed or not needed
    held_on = models.DateField(null=True, blank=True)
    held_well = models.TextField(max_length=2000, blank=True)
    slipped = models.TextField(max_length=2000, blank=True)
    early_signs = models.TextField(max_length=2000, blank=True)
    promised = models.TextField(max_length=2000, blank=True)  # one thing until the next booster
    missed_on = models.DateField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)  # when it was said
    followed_up_on = models.DateField(null=True, blank=True)
    followed_up_how = models.CharField(max_length=300, blank=True)
    changed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = BoosterQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["due_on", "number", "pk"]
        indexes = [
            models.Index(fields=["state", "closes_on", "opens_on"]),
            models.Index(fields=["state", "due_on"]),
            models.Index(fields=["series", "number"]),
            models.Index(fields=["series", "state", "due_on"]),
            models.Index(fields=["state", "missed_on"], condition=Q(followed_up_on=None), name="boosters_to_follow_up"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "number"], condition=Q(again_for=None), name="one_booster_a_number"
            )
        ]

    @property
    def has_hour(self) -> bool:
        """A session in the calendar: booked, and not cancelled in the sessions room since."""
        booked = self.state == BoosterState.BOOKED and self.session is not None
        return booked and self.session.state != SessionState.CANCELLED

    @property
    def wall(self) -> datetime:
        """When it is, on the clock of its series (naive): the booked hour, else the day and hour it is due."""
        if self.has_hour:
            return self.session.starts_at.astimezone(ZoneInfo(self.series.zone)).replace(tzinfo=None)
        return datetime.combine(self.due_on, self.clock)

    @property
    def moment(self) -> datetime:
        """The same in UTC."""
        if self.has_hour:
            return self.session.starts_at
        return dates.moment(datetime.combine(self.due_on, self.clock), self.series.zone)

    @property
    def state_now(self) -> str:
        """The state, corrected by what became of its session (see `standing`)."""
        if self.state != BoosterState.BOOKED or self.session is None:
            return self.state
        if self.session.state == SessionState.HELD:
            return BoosterState.HELD
        if self.session.state == SessionState.CANCELLED:
            return BoosterState.MOVED if self.moved_from else BoosterState.DUE
        return self.state

    @property
    def state_label(self) -> str:
        return str(BoosterState(self.state_now).label)

    @property
    def is_open(self) -> bool:
        return self.state_now in OPEN

    def window_holds(self, today: date) -> bool:
        """Is today within its window?"""
        return self.opens_on <= today <= self.closes_on


class ReentryRule(Versioned):
    """When a case is proposed to go back into treatment: after a relapse, after so many falls in trust beyond the
    usual change, after so many missed boosters (0: not by this)."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="+")
    relapse = models.BooleanField(default=True)
    trust_falls = models.PositiveSmallIntegerField(default=2)
    missed = models.PositiveSmallIntegerField(default=2)
    also = models.CharField(max_length=300, blank=True)  # what else the clients said would bring them back sooner
    missed_since = models.PositiveSmallIntegerField(default=0)  # missed boosters since `decided_at`, counted at each
    decided_at = models.DateTimeField(null=True, blank=True)  # the newest decision
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        app_label = "planner"


class Decision(models.TextChoices):
    TREATMENT = "treatment", _("Back into treatment")
    STAY = "stay", _("Stay with the boosters")


class ReentryDecision(models.Model):
    """What the clinician decided when the rule was met, with the reasons that were shown. Rows are never changed;
    what was seen before the newest one is not proposed again."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    reasons = models.JSONField(default=list)
    note = models.TextField(max_length=2000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]


class ReminderQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(on_team(user, "booster__series__case__"))

    def editable_by(self, user: User) -> Self:
        return self.filter(on_team(user, "booster__series__case__", to_edit=True))


class Reminder(Stamped):
    """A client is to be reminded of one date of a booster: one row for each date, however often the work runs.

    Whether it still holds is asked again each time it is shown.
    """

    booster = models.ForeignKey(Booster, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReminderQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        indexes = [models.Index(fields=["done_at", "due_on"])]
        constraints = [models.UniqueConstraint(fields=["booster", "due_on"], name="one_reminder_a_date")]


class DigestMail(models.Model):
    """The weekly digest was mailed to this person for the week that begins on `week` (a Monday)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    week = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "planner"
        constraints = [models.UniqueConstraint(fields=["user", "week"], name="one_digest_a_week")]


class Ending(models.Model):
    """How a treatment ended: what was looked at, the summary in the clinician's words, and whether the case was closed.
    The series lives on. Rows are never changed; a treatment that ends again has one more."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    criteria = models.TextField(max_length=2000, blank=True)  # the plan's discharge criteria as they stood that day
    met = models.BooleanField(default=True)
    summary = models.TextField(max_length=6000)
    facts = models.JSONField(default=dict, blank=True)  # what was counted that day
    closed = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        app_label = "planner"
        ordering = ["-pk"]
