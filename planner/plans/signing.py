"""Signing a version, the supervisor's word, and what holds afterwards.

The first signature freezes the text. The clinician's brings it into force, where no supervisor is asked; else the
supervisor's approval does. A version that is returned gives way to a new draft with the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.prepared import ID, prepared
from planner.base.text import clean
from planner.cases.actions import Refused
from planner.cases.models import Audience, SignatureWay, SignerRole, TeamRole
from planner.cases.signing import Shown, Signer, clients_of, staff
from planner.plans import actions, digest, phrases, sentences
from planner.plans.models import (
    Goal,
    OwnPhrase,
    Plan,
    PlanSignature,
    PlanState,
    Problem,
    Supervision,
    SupervisionStep,
)
from planner.plans.tree import Tree, tree_of
from planner.practice.models import User
from planner.practice.trail import record


class Changed(Refused):
    """The text is no longer the one that was in front of the signer."""


@dataclass(frozen=True)
class NotYet:
    """What stands between a draft and its signatures: a sentence, and where on the page it is mended."""

    says: str
    place: str


def not_yet(tree: Tree) -> list[NotYet]:
    """What has to be written before anybody signs. The SMART check is no part of this: it only speaks."""
    found = [] if tree.goals else [NotYet(_("There is no goal yet."), "blocks-title")]
    for node in tree.goals:
        number, place = {"number": node.row.number}, f"goal-{node.row.pk}"
        if not node.row.words:
            found.append(NotYet(_("Goal %(number)s has no words yet.") % number, place))
        if not node.objectives:
            found.append(NotYet(_("Goal %(number)s has no objective yet.") % number, place))
    for node in tree.objectives():
        number, place = {"number": node.row.number}, f"objective-{node.row.pk}"
        if not node.row.text.strip():
            found.append(NotYet(_("Objective %(number)s has no words yet.") % number, place))
        elif sentences.still_open(node.row):
            found.append(NotYet(_("Objective %(number)s has open blanks.") % number, place))
    return found


def signers_of(plan: Plan, user: User, given_yet: list[PlanSignature] | None = None) -> list[Signer]:
    """Who has not signed yet: everybody who takes part, guardians, and the clinician at the page. `given_yet`: its
    signatures, read already."""
    rows = list(plan.signatures.all()) if given_yet is None else given_yet
    given = {(row.role, row.person_id) for row in rows if row.way != SignatureWay.NONE}
    found = [one for one in clients_of(plan.case) if (one.role, one.person.pk) not in given]
    if not any(row.role == SignerRole.CLINICIAN for row in rows):
        found.append(staff(user))
    return found


def with_own_items(plan: Plan) -> set[int]:
    """Ids of the persons for whose eyes alone something stands in the plan."""
    return {
        pk
        for model in (Goal, Problem)
        for pk in model.objects.filter(plan=plan, audience=Audience.PERSON).kept().values_list("person_id", flat=True)
    }


def supervisors_of(plan: Plan) -> list[User]:
    """Who may be asked: the supervisors on the team of the case today."""
    places = plan.case.team.current().filter(role=TeamRole.SUPERVISOR).select_related("user")
    return [place.user for place in places]


@transaction.atomic
def sign(
    *, plan: Plan, by: User, seen: str, signatures: Iterable[Mapping[str, Any]], supervisor: User | None = None
) -> Plan:
    """Keeps the signatures under the text whose hash is `seen` (the page's). The clinician's own asks `supervisor`
    first, or brings the version into force. Raises Refused, and Changed for another text than the one shown."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    given = list(signatures)
    _check_may_sign(plan, given)
    now = digest.of(plan)
    if seen != now or (plan.sha256 and plan.sha256 != now):
        raise Changed(_("The text has changed since it was shown. Read it again; nobody's signature was kept."))
    if not plan.is_frozen:
        _freeze(plan, by, now)
    for one in given:
        _keep_signature(plan, by, one)
    if plan.state == PlanState.DRAFT and any(one["role"] == SignerRole.CLINICIAN for one in given):
        _after_the_clinician(plan, by, supervisor)
    return plan


def _check_may_sign(plan: Plan, given: list[Mapping[str, Any]]) -> None:
    if plan.state not in (PlanState.DRAFT, PlanState.ACTIVE):
        raise Refused(_("This version is no longer in force; nobody can sign it."))
    if not given:
        raise Refused(_("Nobody has signed yet. Draw, type, or say that it is on paper."))
    if plan.state == PlanState.DRAFT and (open_points := not_yet(tree_of(plan))):
        raise Refused(open_points[0].says)
    before = {(row.role, row.person_id, row.way == SignatureWay.NONE) for row in plan.signatures.all()}
    for one in given:
        person = one["person"]
        if person and not plan.case.participants.filter(person=person).exists():
            raise Refused(_("Only people of this case sign its plan."))
        if (one["role"], person.pk if person else None, False) in before:
            raise Refused(_("%(name)s has signed already.") % {"name": one["name"]})


def _freeze(plan: Plan, by: User, sha256: str) -> None:
    plan.change(plan.version, sha256=sha256, frozen_at=timezone.now(), changed_by=by)
    keep_phrases(plan=plan, by=by)
    _record("frozen", plan, by, sha256=sha256)


def _keep_signature(plan: Plan, by: User, given: Mapping[str, Any]) -> PlanSignature:
    person = given["person"]
    row = PlanSignature.objects.create(
        plan=plan, by=by, sha256=digest.of(plan, person) if person else plan.sha256, **given
    )
    detail = {"role": row.role, "way": row.way, "sha256": row.sha256}
    record("signed", by=by, what="plan_signature", what_id=row.pk, case_id=plan.case_id, detail=detail)
    return row


def _after_the_clinician(plan: Plan, by: User, supervisor: User | None) -> None:
    if supervisor is None and plan.supervision == Supervision.RETURNED:
        raise Refused(_("Your supervisor returned this plan. Send it to them again."), "supervisor")
    if supervisor is None:
        _activate(plan, by)
        return
    if supervisor not in supervisors_of(plan):
        raise Refused(_("Choose a supervisor of this case."), "supervisor")
    if supervisor == by:
        raise Refused(_("Nobody approves their own plan. Choose somebody else."), "supervisor")
    plan.change(plan.version, supervision=Supervision.AWAITING, supervisor=supervisor, changed_by=by)
    _step(plan, by, Supervision.AWAITING)


def _activate(plan: Plan, by: User) -> None:
    """The version is in force; the one before gives way to it."""
    today = timezone.localdate()
    for former in Plan.objects.filter(case=plan.case).active():
        former.change(former.version, state=PlanState.SUPERSEDED, changed_by=by)
        _record("superseded", former, by)
    review_on = today + timedelta(days=plan.review_days)
    plan.change(plan.version, state=PlanState.ACTIVE, active_on=today, review_on=review_on, changed_by=by)
    _record("in force", plan, by, number=plan.number)


# The supervisor's word


@transaction.atomic
def approve(*, plan: Plan, by: User, signature: Mapping[str, Any], comment: str = "") -> Plan:
    """The supervisor signs, and the version is in force. Raises Refused where it is not theirs to decide."""
    plan = _to_decide(plan, by)
    if digest.of(plan) != plan.sha256:
        raise Changed(_("The text is no longer the one that was signed. It cannot be approved."))
    _keep_signature(plan, by, signature)
    plan.change(plan.version, supervision=Supervision.APPROVED)
    _step(plan, by, Supervision.APPROVED, comment)
    _activate(plan, by)
    return plan


@transaction.atomic
def send_back(*, plan: Plan, by: User, comment: str) -> Plan:
    """Returned to the author with comments. The signed version stays as it is; a new draft holds the same text."""
    plan = _to_decide(plan, by)
    comment = clean(comment).strip()
    if not comment:
        raise Refused(_("Write what the author should look at."), "comment")
    plan.change(plan.version, supervision=Supervision.RETURNED, state=PlanState.SUPERSEDED)
    _step(plan, by, Supervision.RETURNED, comment)
    draft = actions.new_version(plan.case, plan.author, plan)
    Plan.objects.filter(pk=draft.pk).update(supervision=Supervision.RETURNED, supervisor=by)
    draft.refresh_from_db()
    return draft


def _to_decide(plan: Plan, by: User) -> Plan:
    found = Plan.objects.select_for_update().filter(pk=plan.pk, pk__in=Plan.objects.decidable_by(by)).first()
    if found is None:
        raise Refused(_("This plan does not wait for your word."))
    return found


def _step(plan: Plan, by: User, step: str, comment: str = "") -> None:
    SupervisionStep.objects.create(plan=plan, step=step, comment=clean(comment).strip(), by=by)
    _record("supervision", plan, by, step=step)


def supervision_of(plan: Plan) -> list[SupervisionStep]:
    """What passed between author and supervisor about this version, and what the supervisor wrote about any version of
    the case, oldest first: a returned text is read with it."""
    return _steps(plan=plan.pk, case=plan.case_id)


@prepared(plan=ID, case=ID)
def _steps(plan: int, case: int) -> QuerySet[SupervisionStep]:
    steps = SupervisionStep.objects.filter(Q(plan=plan) | Q(plan__case=case) & ~Q(comment=""))
    return steps.select_related("by", "plan").only("step", "comment", "at", "by__name", "plan__number")


# What holds afterwards


def shown(plan: Plan, tree: Tree | None = None) -> list[Shown]:
    """The signatures, each with whether its text is still the one that was signed. `tree`: the plan, read already."""
    rows = _signatures(plan=plan.pk)
    for row in rows:
        row.plan = plan
    whole = (tree or tree_of(plan)) if rows else None
    now = {row.person_id: digest.of_tree(whole, row.person) for row in rows}
    return [Shown(row, row.sha256 == now[row.person_id]) for row in rows]


@prepared(plan=ID)
def _signatures(plan: int) -> QuerySet[PlanSignature]:
    return PlanSignature.objects.filter(plan=plan).select_related("person")


def holds(plan: Plan, tree: Tree | None = None) -> bool:
    """True where the text is the one that was frozen, and for a version that nobody signed."""
    return not plan.sha256 or digest.of_tree(tree or tree_of(plan)) == plan.sha256


def broken() -> list[int]:
    """Ids of signed versions whose text, or the part that somebody signed, is not what it was. For the auditor."""
    signed = Plan.objects.exclude(sha256="").order_by("pk")
    return [plan.pk for plan in signed.iterator(200) if not holds(plan) or not all(one.holds for one in shown(plan))]


# The author's own phrases

_KEPT_OF = {
    "plan": ("strengths", "barriers", "supports", "accommodations", "discharge", "session_frequency"),
    "goal": ("clinical",),
    "objective": ("text", "what", "how_often", "measure"),
    "intervention": ("name", "frequency"),
}


def keep_phrases(*, plan: Plan, by: User) -> int:
    """Keeps what the author typed, for the author alone, names and codes taken out. Returns how many."""
    names, tree = phrases.names_of(plan.case), tree_of(plan)
    rows = [("plan", plan), *(("goal", node.row) for node in tree.goals)]
    rows += [("objective", node.row) for node in tree.objectives()]
    rows += [("intervention", one) for node in tree.objectives() for one in node.planned if not one.edition_id]
    kept = 0
    for kind, row in rows:
        if kind == "goal" and row.statement:
            continue  # the bank's own words
        for field in _KEPT_OF[kind]:
            kept += _keep_phrase(by, f"{kind}.{field}", phrases.without(getattr(row, field), names))
    return kept


def _keep_phrase(by: User, kind: str, text: str) -> bool:
    if not phrases.worth_keeping(text) or len(text) > 1000:
        return False
    given = {"by": by, "kind": kind, "digest": phrases.digest(text)}
    row, is_new = OwnPhrase.objects.get_or_create(**given, defaults={"text": text})
    if not is_new:
        OwnPhrase.objects.filter(pk=row.pk).update(used_at=timezone.now(), times=row.times + 1)
    return True


def _record(verb: str, plan: Plan, by: User, **detail: Any) -> None:
    record(verb, by=by, what="plan", what_id=plan.pk, case_id=plan.case_id, detail=detail)
