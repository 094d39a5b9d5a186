"""What the editor's page shows: each part with its form, what the SMART check says, what the library knows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from planner.base.prepared import ID, prepared
from planner.cases import clearance, gates
from planner.cases.models import Person
from planner.cases.names import with_people
from planner.library.models import Intervention, Pathway, Statement
from planner.plans import sentences, smart
from planner.plans.forms import (
    FrameForm,
    GoalForm,
    ObjectiveForm,
    OpeningForm,
    PartForm,
    PlannedForm,
    ProblemForm,
    people_of,
)
from planner.plans.models import Goal, Objective, OwnPhrase, Plan, PlannedIntervention, Problem
from planner.plans.signing import NotYet, not_yet
from planner.plans.tree import GoalNode, ObjectiveNode, Rows, Tree, rows_of, tree_of
from planner.practice.models import User

#: Word in the address -> model, and the look-up from a row to its plan.
KINDS: dict[str, tuple[type, str]] = {
    "problem": (Problem, "plan"), "goal": (Goal, "plan"), "objective": (Objective, "goal__plan"),
    "intervention": (PlannedIntervention, "objective__goal__plan"),
}  # fmt: skip
PARTS: dict[str, type[PartForm]] = {"opening": OpeningForm, "frame": FrameForm}
MOST_PHRASES = 200
OFFERED_PHRASES = 12  # of one field
REMOVED_SHOWN = 3  # of one kind
Remarks = dict[int, tuple[smart.Remark, ...]]


@dataclass(frozen=True)
class Card:
    """One row, or a part of the plan; `form` where one was sent for it and not accepted; `remarks` of the SMART check,
    `shut` gates that are shut for it now, `inner` cards below it."""

    kind: str
    row: Any
    form: PartForm | None = None
    remarks: tuple[smart.Remark, ...] = ()
    shut: tuple[str, ...] = ()
    inner: tuple[Card, ...] = field(default_factory=tuple)

    @property
    def key(self) -> str:
        """The name of the row on the page: "objective-7"; of a part, "opening"."""
        return self.kind if self.kind in PARTS else f"{self.kind}-{self.row.pk}"


def part_form(plan: Plan, part: str, people: list[Person], data: Any = None) -> PartForm:
    """The opening or the frame of a plan, as it stands or as it was sent."""
    return form_like((part,), people, data, prefix=part, initial=values_of(plan))


def form_of(card: Card, people: list[Person]) -> PartForm:
    """The form of a part or a row, as it stands."""
    if card.kind in PARTS:
        return part_form(card.row, card.kind, people)
    return row_form(card.kind, card.row, people)


def row_form(kind: str, row: Any, people: list[Person], data: Any = None) -> PartForm:
    """The form of a row, as it stands or as it was sent."""
    return form_like(alike(kind, row), people, data, prefix=f"{kind}-{row.pk}", initial=values_of(row))


def form_like(like: tuple[Any, ...], people: Sequence[Person] = (), data: Any = None, **common: Any) -> PartForm:
    """The form of parts and rows of which `alike` says this."""
    kind, *asked = like
    if kind == "objective":
        return ObjectiveForm(data, asked=asked, **common)
    if kind == "intervention":
        return PlannedForm(data, of_library=asked[0], **common)
    if kind == "frame":
        return FrameForm(data, **common)
    return {"opening": OpeningForm, "problem": ProblemForm, "goal": GoalForm}[kind](data, people=people, **common)


def values_of(row: Any) -> dict[str, Any]:
    """What the form of a part or a row starts from."""
    levels = {f"level_{n}": words for n, words in enumerate(getattr(row, "scale", ()))}
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields} | levels


def alike(kind: str, row: Any) -> tuple[Any, ...]:
    """Parts and rows with the same answer have the same fields in the same order."""
    if kind == "objective":
        return kind, *sentences.fields_of(row.text)
    return (kind, bool(row.edition_id)) if kind == "intervention" else (kind,)


def remarks_on(objective: Objective) -> tuple[smart.Remark, ...]:
    """What the SMART check says of a row."""
    return tuple(smart.check(smart.facts_of(objective), timezone.localdate()))


def remarks_of(tree: Tree) -> Remarks:
    """What the SMART check says of each objective, by its id."""
    return {node.row.pk: remarks_on(node.row) for node in tree.objectives()}


def cards_of(tree: Tree, said: Remarks, bound: Mapping[str, PartForm] | None = None) -> dict[str, list[Card]]:
    """Every row of a plan. `bound` are forms that were sent and not accepted, by key."""

    def form(kind: str, row: Any) -> PartForm | None:
        return (bound or {}).get(f"{kind}-{row.pk}")

    of_library = [one for node in tree.objectives() for one in node.planned if one.edition_id]
    wanted = {gate for row in of_library for gate in row.gates}
    verdict = clearance.look(tree.plan.case, wanted) if of_library else gates.Verdict()

    def planned(row: PlannedIntervention) -> Card:
        shut = verdict.of(row.gates).blocked if row.edition_id else []
        return Card("intervention", row, form("intervention", row), shut=tuple(one.sentence for one in shut))

    def objective(node: ObjectiveNode) -> Card:
        inner = tuple(planned(row) for row in node.planned)
        return Card("objective", node.row, form("objective", node.row), said[node.row.pk], inner=inner)

    def goal(node: GoalNode) -> Card:
        return Card("goal", node.row, form("goal", node.row), inner=tuple(objective(one) for one in node.objectives))

    return {
        "problems": [Card("problem", row, form("problem", row)) for row in tree.problems],
        "goals": [goal(node) for node in tree.goals],
    }


def of_phrases(kind: str) -> str:
    """What an author's phrases are kept under: those of both parts under the plan."""
    return "plan" if kind in PARTS else kind


def phrases_of(user: User) -> dict[str, list[str]]:
    """What the author wrote before, by field: theirs alone. One query."""
    found: dict[str, list[str]] = {}
    for kind, text in _phrases(by=user.pk):
        mine = found.setdefault(kind, [])
        if len(mine) < OFFERED_PHRASES:
            mine.append(text)
    return found


@prepared(by=ID)
def _phrases(by: int) -> QuerySet[OwnPhrase]:
    rows = OwnPhrase.objects.filter(by=by).order_by("-used_at", "-pk")
    return rows.values_list("kind", "text")[:MOST_PHRASES]


def whole(plan: Plan, user: User, bound: Mapping[str, PartForm] | None = None) -> dict[str, Any]:
    """The context of the editor's page, in a constant number of queries."""
    with_people(plan.case)
    people, sent = people_of(plan.case), bound or {}
    rows = rows_of(plan, people=people)
    tree = tree_of(plan, rows=rows)
    said = remarks_of(tree)
    return {
        **blocks(tree, rows, people, said, sent), **side(plan, tree, said),
        **{part: Card(part, plan, sent.get(part)) for part in PARTS},
        "phrases": phrases_of(user),
    }  # fmt: skip


def offers(plan: Plan, user: User) -> dict[str, Any]:
    """What the library offers to a plan: the bank's problems and the pathways for this kind of case, and the names of
    its interventions."""
    language = user.language or plan.case.practice.language
    kind = plan.case.kind
    statements = Statement.objects.visible_to(user).only("name", "language").annotate(whom=F("content__for_whom"))
    pathways = Pathway.objects.visible_to(user).only("name").annotate(whom=F("content__for_whom"))
    return {
        "plan": plan, "statements": _fitting(statements, kind, language),
        "pathways": [row for row in pathways if kind in row.whom],
        "library_names": list(
            Intervention.objects.visible_to(user).order_by("name").values_list("name", flat=True).distinct()
        ),
    }  # fmt: skip


def _fitting(rows: Any, kind: str, language: str) -> list[Statement]:
    """The problems of the bank for this kind of case, in the page's language where there are any."""
    fitting = [row for row in rows if kind in row.whom]
    return [row for row in fitting if row.language == language] or fitting


def blocks(
    tree: Tree, rows: Rows, people: list[Person], said: Remarks, bound: Mapping[str, PartForm] | None = None
) -> dict[str, Any]:
    """Problems and goals, and what was taken away."""
    cards = cards_of(tree, said, bound)
    return {"plan": tree.plan, "people": people, **cards, "stencils": {}, "removed": removed(rows)}


def removed(rows: Rows) -> list[tuple[str, Any, str]]:
    """What was taken out of a draft last and may be brought back: (kind, row, its words)."""
    of_kinds = zip(KINDS, (rows.problems, rows.goals, rows.objectives, rows.planned), strict=True)
    found = []
    for kind, of_kind in of_kinds:
        gone = sorted((row for row in of_kind if row.removed_at), key=lambda row: row.removed_at, reverse=True)
        found += [(kind, row, _said(row)) for row in gone[:REMOVED_SHOWN]]
    return found


def _said(row: Any) -> str:
    words = getattr(row, "name", "") or getattr(row, "words", "") or getattr(row, "sentence", "")
    return words[:80]


def side(plan: Plan, tree: Tree, said: Remarks) -> dict[str, Any]:
    """What stands beside and follows every change: saved when, by whom, and what is still open."""
    remarked = [(node.row, len(said[node.row.pk])) for node in tree.objectives() if said[node.row.pk]]
    return {
        "plan": plan, "at": plan.changed_at, "missing": not_yet(tree), "goals_count": len(tree.goals),
        "to_look_at": [NotYet(_to_look_at(row, n), f"objective-{row.pk}") for row, n in remarked],
    }  # fmt: skip


def _to_look_at(row: Objective, n: int) -> str:
    words = ngettext("Objective %(number)s: %(n)s thing to look at", "Objective %(number)s: %(n)s things to look at", n)
    return words % {"number": row.number, "n": n}
