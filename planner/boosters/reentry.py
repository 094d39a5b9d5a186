"""The way back into treatment: whether a case's rule is met today, and by what.

Nothing waits for an event that was never written down: what counts is what stands on the time line, in the ratings and
in the series, since the last decision. The clinician decides; this only says what it saw, with its reasons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import NamedTuple

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.boosters import dates, measures
from planner.boosters.models import Booster, BoosterState, ReentryRule, Series
from planner.cases.models import Case, initial_of, name_on_paper
from planner.practice.models import User
from planner.progress.models import Event, EventKind, Rating

#: With fewer changes than this to go by, a fall of SMALLEST points or more counts as beyond the usual change.
ENOUGH = 3
SMALLEST = 2
#: How far back Today looks for what could meet a rule. A case's own page looks at everything.
RECENT = timedelta(days=400)
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Reason:
    """One thing that met the rule. `kind` is relapse, trust or missed."""

    kind: str
    sentence: str


class Trust(NamedTuple):
    """One rating of trust, 0-10: when, when it was written down, and whose. Hundreds are read for one page of Today,
    so they come as plain rows."""

    score: float
    on: date
    at: datetime
    print_name: str
    name: str

    @property
    def initial(self) -> str:
        return initial_of(name_on_paper(self.print_name, self.name))


#: What is read of a rating and its person, in the order of Trust.
TOLD = ("score", "on", "at", "person__print_name", "person__name")


def candidates(user: User) -> QuerySet:
    """The rules of the person's cases that something may have met since the last decision: a look at a few indexes
    before the rule itself is read. Each comes with its case."""
    since = timezone.localdate() - RECENT
    told = {"case": OuterRef("case"), "on__gte": since, "withdrawn_at": None}
    new = Q(at__gt=Coalesce(OuterRef("decided_at"), LONG_AGO))
    relapse = Event.objects.filter(new, **told, kind=EventKind.RELAPSE)
    rated = Rating.objects.filter(new, **told, measure=measures.TRUST)
    met = Q(missed__gt=0, missed_since__gte=F("missed"))
    met |= Q(Exists(relapse), relapse=True) | Q(Exists(rated), trust_falls__gt=0)
    return ReentryRule.objects.editable_by(user).filter(met).select_related("case").order_by("case__code")


def reasons_of(case: Case) -> list[Reason]:
    """What meets the case's rule today; nothing where it is not met or the case has no series."""
    return reasons_for([case.pk]).get(case.pk, [])


def reasons_for(case_ids: Iterable[int]) -> dict[int, list[Reason]]:
    """Case -> reasons, for those whose rule is met; four queries however many cases there are."""
    ids = list(case_ids)
    rules = {rule.case_id: rule for rule in ReentryRule.objects.filter(case__in=ids)} if ids else {}
    if not rules:
        return {}
    begun = _begun(rules)
    found: dict[int, list[Reason]] = defaultdict(list)
    _relapses(rules, begun, found)
    _falls(rules, begun, found)
    _missed(rules, found)
    return dict(found)


def _begun(rules: dict[int, ReentryRule]) -> dict[int, date]:
    """Case -> the day its first series counts from: what happened in treatment is no way back into it."""
    rows = Series.objects.filter(case__in=rules).values_list("case").annotate(first=Min("start_on")).order_by()
    return dict(rows)


def _is_new(at: datetime, rule: ReentryRule) -> bool:
    """Written down after the last decision."""
    return rule.decided_at is None or at > rule.decided_at


def _relapses(rules: dict, begun: dict, found: dict[int, list[Reason]]) -> None:
    wanted = [case_id for case_id, rule in rules.items() if rule.relapse and case_id in begun]
    rows = Event.objects.filter(case__in=wanted, kind=EventKind.RELAPSE).standing().order_by("on", "pk")
    for case_id, on, at in rows.values_list("case_id", "on", "at"):
        if on >= begun[case_id] and _is_new(at, rules[case_id]):
            said = _("A relapse on %(day)s stands on the time line.") % {"day": dates.in_words(on)}
            found[case_id].append(Reason("relapse", said))


def _falls(rules: dict, begun: dict, found: dict[int, list[Reason]]) -> None:
    wanted = [case_id for case_id, rule in rules.items() if rule.trust_falls and case_id in begun]
    lines: dict[tuple[int, int], list[Trust]] = defaultdict(list)
    rows = Rating.objects.filter(case__in=wanted, measure=measures.TRUST, score__isnull=False).standing()
    for case_id, person_id, *told in rows.order_by("on", "pk").values_list("case_id", "person_id", *TOLD):
        lines[case_id, person_id].append(Trust(*told))
    for (case_id, _person), ratings in lines.items():
        fallen = [
            (before, after)
            for before, after in falls(ratings)
            if after.on >= begun[case_id] and _is_new(after.at, rules[case_id])
        ]
        if len(fallen) >= rules[case_id].trust_falls:
            found[case_id].append(Reason("trust", _fall_sentence(fallen)))


def falls(ratings: list[Trust]) -> list[tuple[Trust, Trust]]:
    """Each fall beyond the person's usual change: (the rating before, the fallen one), in order.

    The usual change is the median of the changes so far, whatever their direction. It is no validated cut-off: our 0-10
    ratings have none.
    """
    found, changes = [], []
    for before, after in zip(ratings, ratings[1:], strict=False):
        change = after.score - before.score
        usual = median(changes) if len(changes) >= ENOUGH else SMALLEST - 1
        if change < 0 and -change > max(usual, SMALLEST - 1):
            found.append((before, after))
        changes.append(abs(change))
    return found


def _fall_sentence(fallen: list[tuple[Trust, Trust]]) -> str:
    each = [
        _("from %(before)g to %(after)g on %(day)s")
        % {"before": before.score, "after": after.score, "day": dates.in_words(after.on)}
        for before, after in fallen
    ]
    said = ngettext(
        "Trust of %(who)s fell beyond the usual change: %(falls)s.",
        "Trust of %(who)s fell beyond the usual change %(n)d times: %(falls)s.",
        len(fallen),
    )
    return said % {"who": fallen[0][1].initial, "n": len(fallen), "falls": "; ".join(each)}


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
