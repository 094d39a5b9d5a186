"""The way back into treatment: whether a case's rule is met today, and by what.

Nothing waits for an event that was never written down: what counts is what stands on the time line, in the ratings and
in the series, since the last decision. The clinician decides; this only says what it saw, with its reasons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.base.prepared import ID, prepared, several
from planner.boosters import dates, measures
from planner.boosters.models import Booster, BoosterState, ReentryRule, Series
from planner.cases.models import Case, initial_of, name_on_paper
from planner.practice.models import User
from planner.progress.models import Event, EventKind, Rating

#: How far back Today looks for what could meet a rule. A case's own page looks at everything.
RECENT = timedelta(days=400)
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Reason:
    """One thing that met the rule. `kind` is relapse, trust or missed."""

    kind: str
    sentence: str


class Fall(NamedTuple):
    """One fall of trust beyond the person's usual change: from what to what, when, when it was written down, and
    whose."""

    before: float
    after: float
    on: date
    at: datetime
    print_name: str
    name: str

    @property
    def initial(self) -> str:
        return initial_of(name_on_paper(self.print_name, self.name))


#: What is read of a fallen rating and its person, in the order of Fall.
TOLD = ("fell_from", "score", "on", "at", "person__print_name", "person__name")
#: What is weighed of a rule.
WEIGHED = ("case", "relapse", "trust_falls", "missed", "missed_since", "decided_at")


def candidates(user: User) -> QuerySet:
    """The rules of the person's cases that are met by what was written down since the last decision: a look at a few
    indexes before the rule itself is read. Each comes with its case and is weighed by `reasons_by`."""
    new = Q(case=OuterRef("case"), withdrawn_at=None, at__gt=Coalesce(OuterRef("decided_at"), LONG_AGO))
    new &= Q(on__gte=OuterRef("begun"))
    since = timezone.localdate() - RECENT
    relapse = Event.objects.filter(new, kind=EventKind.RELAPSE, on__gte=since)
    fallen = Rating.objects.filter(new, measure=measures.TRUST, fell_from__isnull=False).order_by()
    fell = fallen.values("case", "person").annotate(n=Count("pk")).filter(n__gte=OuterRef("trust_falls"))
    met = Q(missed__gt=0, missed_since__gte=F("missed"))
    met |= Q(Exists(relapse), relapse=True) | Q(Exists(fell), trust_falls__gt=0)
    rules = _with_begin(ReentryRule.objects.editable_by(user)).filter(met).select_related("case")
    return rules.only(*WEIGHED, "case__code").order_by("case__code")


def _with_begin(rules: QuerySet) -> QuerySet:
    """Rules with `begun`, the day the first series of the case counts from: what happened in treatment is no way back
    into it."""
    first = Series.objects.filter(case=OuterRef("case")).order_by("start_on").values("start_on")[:1]
    return rules.annotate(begun=Subquery(first))


def reasons_of(case: Case) -> list[Reason]:
    """What meets the case's rule today; nothing where it is not met or the case has no series."""
    rules = {rule.case_id: rule for rule in _rules(case=case.pk)}
    if not rules:
        return []
    return _weighed(rules, _relapses(case=case.pk), _falls(case=case.pk)).get(case.pk, [])


@prepared(case=ID)
def _rules(case: int) -> QuerySet[ReentryRule]:
    """One at most: a case has one rule."""
    return _with_begin(ReentryRule.objects.filter(case=case).only(*WEIGHED))


@prepared(case=ID)
def _relapses(case: int) -> QuerySet:
    return _told_relapses(Event.objects.filter(case=case))


@prepared(case=ID)
def _falls(case: int) -> QuerySet:
    return _told_falls(Rating.objects.filter(case=case))


def reasons_for(case_ids: Iterable[int]) -> dict[int, list[Reason]]:
    """Case -> reasons, for those whose rule is met; three queries however many cases there are."""
    return reasons_by(_rules_of(cases=case_ids))


@prepared(cases=several(ID))
def _rules_of(cases: list[int]) -> QuerySet[ReentryRule]:
    return _with_begin(ReentryRule.objects.filter(case__pk__in=cases).only(*WEIGHED))


def reasons_by(rows: Iterable[ReentryRule]) -> dict[int, list[Reason]]:
    """The same for rules that were read with `begun`; two queries more."""
    rules = {rule.case_id: rule for rule in rows}
    if not rules:
        return {}
    begun = [rule for rule in rules.values() if rule.begun]
    relapses = _relapses_of(cases=[rule.case_id for rule in begun if rule.relapse])
    falls = _falls_of(cases=[rule.case_id for rule in begun if rule.trust_falls])
    return _weighed(rules, relapses, falls)


@prepared(cases=several(ID))
def _relapses_of(cases: list[int]) -> QuerySet:
    return _told_relapses(Event.objects.filter(case__pk__in=cases))


@prepared(cases=several(ID))
def _falls_of(cases: list[int]) -> QuerySet:
    return _told_falls(Rating.objects.filter(case__pk__in=cases))


def _told_relapses(events: QuerySet) -> QuerySet:
    rows = events.filter(kind=EventKind.RELAPSE).standing().order_by("on", "pk")
    return rows.values_list("case_id", "on", "at")


def _told_falls(ratings: QuerySet) -> QuerySet:
    rows = ratings.filter(measure=measures.TRUST, fell_from__isnull=False).standing().order_by("on", "pk")
    return rows.values_list("case_id", "person_id", *TOLD)


def _weighed(rules: dict[int, ReentryRule], relapses: Iterable, falls: Iterable) -> dict[int, list[Reason]]:
    found: dict[int, list[Reason]] = defaultdict(list)
    _weigh_relapses(rules, relapses, found)
    _weigh_falls(rules, falls, found)
    _missed(rules, found)
    return dict(found)


def _happened_after(on: date, at: datetime, rule: ReentryRule) -> bool:
    """Since the first series began, and written down after the last decision."""
    return rule.begun is not None and on >= rule.begun and (rule.decided_at is None or at > rule.decided_at)


def _weigh_relapses(rules: dict[int, ReentryRule], rows: Iterable, found: dict[int, list[Reason]]) -> None:
    for case_id, on, at in rows:
        if rules[case_id].relapse and _happened_after(on, at, rules[case_id]):
            said = _("A relapse on %(day)s stands on the time line.") % {"day": dates.in_words(on)}
            found[case_id].append(Reason("relapse", said))


def _weigh_falls(rules: dict[int, ReentryRule], rows: Iterable, found: dict[int, list[Reason]]) -> None:
    fallen: dict[tuple[int, int], list[Fall]] = defaultdict(list)
    for case_id, person_id, *told in rows:
        fall = Fall(*told)
        if rules[case_id].trust_falls and _happened_after(fall.on, fall.at, rules[case_id]):
            fallen[case_id, person_id].append(fall)
    for (case_id, _person), falls in fallen.items():
        if len(falls) >= rules[case_id].trust_falls:
            found[case_id].append(Reason("trust", _fall_sentence(falls)))


def _fall_sentence(falls: list[Fall]) -> str:
    each = [
        _("from %(before)g to %(after)g on %(day)s")
        % {"before": fall.before, "after": fall.after, "day": dates.in_words(fall.on)}
        for fall in falls
    ]
    said = ngettext(
        "Trust of %(who)s fell beyond the usual change: %(falls)s.",
        "Trust of %(who)s fell beyond the usual change %(n)d times: %(falls)s.",
        len(falls),
    )
    return said % {"who": falls[0].initial, "n": len(falls), "falls": "; ".join(each)}


def _missed(rules: dict[int, ReentryRule], found: dict[int, list[Reason]]) -> None:
    for case_id, rule in rules.items():
        count = rule.missed_since
        if rule.missed and count >= rule.missed:
            said = ngettext("%(n)d booster was missed.", "%(n)d boosters were missed.", count) % {"n": count}
            found[case_id].append(Reason("missed", said))


def count_missed(case: Case) -> None:
    """Counts the case's missed boosters since the last decision anew. Called by whatever changes one of the two."""
    for rule in ReentryRule.objects.select_for_update().filter(case=case):
        rows = Booster.objects.filter(series__case=case, state=BoosterState.MISSED)
        if rule.decided_at:
            rows = rows.filter(missed_at__gt=rule.decided_at)
        ReentryRule.objects.filter(pk=rule.pk).update(missed_since=rows.count())
