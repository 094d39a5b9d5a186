"""The plan on paper: for one client in plain words and only what is for their eyes, or whole for the record."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from planner.cases.gates import is_joint
from planner.cases.models import Person, Stance
from planner.cases.signing import Shown, shown_for
from planner.plans import digest, sentences, signing, standing
from planner.plans.models import Plan, PlanState, Status
from planner.plans.tree import GoalNode, ObjectiveNode, Tree, tree_of
from planner.practice.paper import paper_head
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper


@dataclass(frozen=True)
class PlannedLine:
    """What is done for an objective."""

    name: str
    frequency: str = ""
    minutes: int | None = None
    responsible: str = ""


@dataclass(frozen=True)
class ObjectiveLine:
    """An objective in words, and where it stands."""

    number: str
    sentence: str
    measure: str = ""
    baseline: str = ""
    target: str = ""
    due: str = ""
    stands: str = ""
    planned: tuple[PlannedLine, ...] = ()


@dataclass(frozen=True)
class GoalLine:
    """A goal in its voices."""

    number: str
    own_words: str
    clinical: str
    whose: str = ""
    eyes: str = ""
    stands: str = ""
    objectives: tuple[ObjectiveLine, ...] = ()


@dataclass(frozen=True)
class ClientPlan:
    """What one client takes home. `name` as it stands on paper; nothing of the record, nothing of the other's alone."""

    name: str
    presenting: str
    strengths: str
    supports: str
    accommodations: str
    goals: tuple[GoalLine, ...]
    how_often: str
    minutes: int
    ending: str
    next_look: str
    draft: bool
    signatures: tuple[Shown, ...] = ()
    to_sign: tuple[str, ...] = ()  # who may sign on this very paper
    mark: str = ""  # the version, and the first letters of the hash of this text: ties the paper to it


@dataclass(frozen=True)
class RecordPlan:
    """The whole plan: every field, the versions, the reviews, the signatures with their hashes."""

    facts: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str, str], ...]  # name, whose, how it shows
    goals: tuple[GoalLine, ...]
    signatures: tuple[Shown, ...]
    versions: tuple[tuple[str, ...], ...]
    reviews: tuple[tuple[str, ...], ...]
    sha256: str
    holds: bool


def client_paper(plan: Plan, person: Person, options: Options) -> Paper:
    """The plan for one client, in the language of their paper."""
    with translation.override(person.language):
        context = {"plan": client_plan(plan, person)}
        letterhead = Letterhead(**paper_head(plan.case.practice))
        title = _("Our plan")
    return Paper(
        title=title, discreet_title=title, language=person.language, options=options, letterhead=letterhead,
        template="paper/plan_client.html", context=context,
    )  # fmt: skip


def client_plan(plan: Plan, person: Person) -> ClientPlan:
    """What may stand on this client's paper."""
    tree = tree_of(plan, person)
    return ClientPlan(
        name=person.on_paper, presenting=plan.presenting, strengths=plan.strengths, supports=plan.supports,
        accommodations=plan.accommodations, goals=_goals(tree, plain=True),
        how_often=plan.session_frequency, minutes=plan.session_minutes, ending=plan.discharge,
        next_look=_day(plan.review_on), draft=plan.state == PlanState.DRAFT,
        signatures=tuple(_theirs(plan, person)), to_sign=_to_sign(plan, person),
        mark=_("Plan %(n)d, text %(mark)s") % {"n": plan.number, "mark": digest.of_tree(tree, person)[:8]},
    )  # fmt: skip


def _to_sign(plan: Plan, person: Person) -> tuple[str, ...]:
    """Who may sign on this person's paper: they, a guardian, the clinician; none once a version has given way."""
    if plan.state not in (PlanState.DRAFT, PlanState.ACTIVE):
        return ()
    waiting = [one for one in signing.signers_of(plan, plan.author) if one.person in (person, None)]
    return tuple(one.name or _("Guardian of %(name)s") % {"name": person.on_paper} for one in waiting)


def _theirs(plan: Plan, person: Person) -> list[Shown]:
    """Signatures without the other's reasons, and without those who did not sign: that is theirs to tell."""
    shown = [one for one in signing.shown(plan) if one.is_given or one.row.person_id == person.pk]
    shown = [one for one in shown if one.row.stance == Stance.AGREES or one.row.person_id in (None, person.pk)]
    return shown_for(shown, person)


def record_paper(plan: Plan, options: Options) -> Paper:
    """The plan for the record, in the practice's language."""
    language = plan.case.practice.language
    with translation.override(language):
        context = {"plan": record_plan(plan)}
        letterhead = Letterhead(practice=plan.case.practice.name)
        title = _("Treatment plan %(code)s, version %(n)d") % {"code": plan.case.code, "n": plan.number}
    return Paper(
        title=title, language=language, options=options, letterhead=letterhead, template="paper/plan_record.html",
        context=context,
    )  # fmt: skip


def record_plan(plan: Plan) -> RecordPlan:
    """Everything that the record holds of a version."""
    tree = tree_of(plan)
    return RecordPlan(
        facts=_facts(plan), texts=_texts(plan),
        problems=tuple((one.name, _whose(one), one.description) for one in tree.problems),
        goals=_goals(tree, plain=False), signatures=tuple(signing.shown(plan, tree)), versions=_versions(plan),
        reviews=_reviews(plan), sha256=plan.sha256, holds=signing.holds(plan, tree),
    )  # fmt: skip


def _facts(plan: Plan) -> tuple[tuple[str, str], ...]:
    people = ", ".join(place.person.name for place in plan.case.participants.select_related("person"))
    code = " ".join(part for part in (plan.get_coding_display() if plan.coding else "", plan.code) if part)
    meet = (plan.session_frequency, f"{plan.session_minutes} min", plan.get_modality_display())
    found = [
        (_("Case"), plan.case.code), (_("People"), people),
        (_("Version"), f"{plan.number}, {plan.get_state_display()}"),
        (_("Written by"), f"{plan.author.name}, {plan.author.credentials}".strip(", ")),
        (_("In force from"), _day(plan.active_on)), (_("Ended"), _day(plan.ended_on)),
        (_("Next review"), _day(plan.review_on)),
        (_("Days between reviews"), f"{plan.review_days} {plan.review_rule}".strip()),
        (_("Sessions"), ", ".join(filter(None, meet))),
        (_("Talk about past use"), plan.case.get_past_use_talk_display() if is_joint(plan.case) else ""),
        (_("Code"), code), (_("Supervision"), plan.get_supervision_display() if plan.supervision else ""),
    ]  # fmt: skip
    return tuple((name, words) for name, words in found if words)


def _texts(plan: Plan) -> tuple[tuple[str, str], ...]:
    whose = f" ({plan.impression_of.on_paper})" if plan.impression_of_id else ""
    found = [
        (_("Presenting problem, in the client's words"), plan.presenting),
        (_("Clinical impression") + whose, plan.impression),
        (_("Strengths"), plan.strengths), (_("Barriers"), plan.barriers), (_("Supports"), plan.supports),
        (_("Accommodations"), plan.accommodations), (_("Discharge criteria"), plan.discharge),
        (_("How it ended"), plan.ended_why),
    ]  # fmt: skip
    return tuple((name, words) for name, words in found if words)


def _goals(tree: Tree, *, plain: bool) -> tuple[GoalLine, ...]:
    known = standing.histories(tree)
    return tuple(_goal(node, known, plain=plain) for node in tree.goals)


def _goal(node: GoalNode, known: dict, *, plain: bool) -> GoalLine:
    row = node.row
    return GoalLine(
        number=node.number, own_words=row.own_words, clinical=row.clinical, whose=_whose(row),
        stands=_stands(known, row.line),
        eyes="" if plain or row.audience == "case" else row.get_audience_display(),
        objectives=tuple(_objective(one, known, plain=plain) for one in node.objectives),
    )  # fmt: skip


def _objective(node: ObjectiveNode, known: dict, *, plain: bool) -> ObjectiveLine:
    """In plain words nothing is said twice: what the sentence holds already is left out beside it."""
    row = node.row
    said = set(sentences.fields_of(row.text)) if plain else set()
    beside = {name: "" if name in said else getattr(row, name) for name in ("measure", "baseline", "target")}
    return ObjectiveLine(
        number=node.number, sentence=row.sentence, due="" if "due" in said else _day(row.due),
        stands=_stands(known, row.line), **beside,
        planned=tuple(PlannedLine(one.name, one.frequency, one.minutes, one.responsible) for one in node.planned),
    )  # fmt: skip


def _stands(known: dict, line) -> str:
    history = known.get(line, [])
    if not history:
        return ""
    progress = standing.newest(history, "progress")
    return (
        f"{Status(history[0].status).label}, {progress} / 100"
        if progress is not None
        else str(Status(history[0].status).label)
    )


def _whose(row) -> str:
    return row.person.on_paper if row.person_id else ""


def _versions(plan: Plan) -> tuple[tuple[str, ...], ...]:
    rows = Plan.objects.filter(case=plan.case).select_related("author")
    return tuple((str(row.number), row.get_state_display(), row.author.name, _day(row.active_on)) for row in rows)


def _reviews(plan: Plan) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (_day(row.on), row.get_because_display(), row.get_outcome_display(), row.found, row.by.name)
        for row in plan.reviews.select_related("by")
    )


def _day(day) -> str:
    return date_format(day, "j F Y") if day else ""
