"""A version as it is read: the blocks its readers get, the terms that are in force, two versions side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from planner.agreements.models import Agreement, AgreementVersion
from planner.cases.models import Audience, Participant, Person
from planner.library.compare import Row, state_of
from planner.sheets.blocks import Block, Prompt, Signature, Terms, blocks_for, is_ticked, with_names


@dataclass(frozen=True)
class Sheet:
    """The blocks of a version and the people of a joint one: what is filled in, shown and printed."""

    blocks: tuple[Block, ...]
    names: tuple[str, ...]
    language: str


def readers(agreement: Agreement, together: Iterable[Participant]) -> list[Participant]:
    """Those who read a document: the people of a joint one, the person of an own part; nobody a clinician's notes."""
    if agreement.audience == Audience.CASE:
        return list(together)
    if agreement.person_id is None:
        return []
    return list(agreement.case.participants.select_related("person").filter(person_id=agreement.person_id))


def sheet_of(version: AgreementVersion, *, on_paper: bool = False) -> Sheet:
    """The sheet of a version. A joint one holds nothing that only its writer may read. On paper it has its lines to
    sign on; on screen signatures are kept apart."""
    agreement = version.agreement
    people = list(Person.objects.filter(pk__in=version.people))
    order = {pk: place for place, pk in enumerate(version.people)}
    names = tuple(person.on_paper for person in sorted(people, key=lambda person: order[person.pk]))
    return Sheet(_blocks(version, on_paper), names if len(names) > 1 else (), agreement.worksheet.language)


def _blocks(version: AgreementVersion, on_paper: bool) -> tuple[Block, ...]:
    agreement = version.agreement
    places = agreement.case.participants.all()
    if agreement.audience == Audience.PERSON:
        places = places.filter(person_id=agreement.person_id)
    elif version.people:
        places = places.filter(person_id__in=version.people)
    tags = frozenset().union(*(place.tags for place in places)) if agreement.audience != Audience.CLINICIAN else None
    blocks = tuple(
        block for block in blocks_for(version.edition.blocks, tags) if on_paper or not isinstance(block, Signature)
    )
    if agreement.audience != Audience.CASE:
        return blocks
    return tuple(block for block in blocks if not (isinstance(block, Prompt) and block.audience == "person"))


@dataclass(frozen=True)
class TermSaid:
    """One term and what each person says to it: in force only where everybody says yes. Nobody is asked about a term
    that is its writer's own."""

    text: str
    exception: str
    said: tuple[tuple[str, bool], ...]

    @property
    def in_force(self) -> bool:
        return all(yes for _name, yes in self.said)


def terms_of(version: AgreementVersion, sheet: Sheet | None = None) -> list[TermSaid]:
    """Every term of a version that has words, in order, with each person's yes or no."""
    sheet = sheet or sheet_of(version)
    found = []
    with translation.override(sheet.language):
        for block in sheet.blocks:
            if isinstance(block, Terms):
                found += [_said(version, item, sheet.names) for item in block.items(sheet.names or ("",))]
    return [term for term in found if term.text]


def _said(version: AgreementVersion, item: Any, names: tuple[str, ...]) -> TermSaid:
    answers = version.answers
    text = item.text or str(answers.get(item.own.name, "")) if item.own else item.text
    exception = item.exception or (str(answers.get(item.unless.name, "")) if item.unless else "")
    asked = zip(names or ("",), item.agree, strict=bool(item.agree))
    said = tuple((name, is_ticked(answers.get(spec.name))) for name, spec in asked)
    return TermSaid(text, exception, said)


@dataclass(frozen=True)
class Said:
    """One answer: what was asked and what was said, in words."""

    asked: str
    said: str


def answers_of(version: AgreementVersion, sheet: Sheet | None = None) -> list[Said]:
    """Everything that was answered, block by block, in words that can be read and compared."""
    sheet = sheet or sheet_of(version)
    with translation.override(sheet.language):
        found = []
        for block in with_names(sheet.blocks, sheet.names):
            if isinstance(block, Terms):
                found += [
                    _term_line(block, _said(version, item, sheet.names)) for item in block.items(sheet.names or ("",))
                ]
            elif block.fields():
                found += _lines(block, version.answers)
    return [one for one in found if one.said]


def _term_line(block: Terms, term: TermSaid) -> Said:
    if not term.text:
        return Said(block.label, "")
    each = ", ".join(f"{name}: {_('yes') if yes else _('no')}" if name else (_("yes") if yes else _("no"))
                     for name, yes in term.said)  # fmt: skip
    unless = _("Except when: %(exception)s") % {"exception": term.exception} if term.exception else ""
    if not term.said:
        return Said(block.label, ". ".join(filter(None, (term.text.rstrip("."), unless))))
    return Said(term.text, ". ".join(filter(None, (each, unless))))


def _lines(block: Block, answers: dict[str, Any]) -> list[Said]:
    """One line for each field of a block that was filled in; ticks of one block together."""
    label = getattr(block, "label", "")
    specs = block.fields()
    ticks = [spec for spec in specs if spec.kind == "check"]
    if ticks:
        chosen = [_short(spec.label, label) for spec in ticks if is_ticked(answers.get(spec.name))]
        own = [str(answers[spec.name]) for spec in specs if spec.kind != "check" and answers.get(spec.name)]
        return [Said(label, ", ".join(chosen + own))]
    return [Said(_full(spec.label, label), str(answers.get(spec.name) or "")) for spec in specs]


def _short(spoken: str, label: str) -> str:
    return spoken.removeprefix(label).strip() or spoken


def _full(spoken: str, label: str) -> str:
    return label if spoken == label else spoken


def beside(left: AgreementVersion, right: AgreementVersion) -> list[Row]:
    """Two versions, answer by answer, in the order of the newer one; what only the older one had comes last."""
    before = {one.asked: one.said for one in answers_of(left)}
    after = {one.asked: one.said for one in answers_of(right)}
    found = []
    for n, asked in enumerate(dict.fromkeys([*after, *before])):
        one, other = before.get(asked), after.get(asked)
        sides = [(("", said),) if said else () for said in (one, other)]
        found.append(Row(f"answer.{n}", asked, state_of(one, other), *sides))
    return found


def differing(version: AgreementVersion, values: dict[str, Any]) -> list[Row]:
    """Where what somebody else saved differs from what was typed."""
    typed = AgreementVersion(
        agreement=version.agreement, edition=version.edition, people=version.people, answers=values
    )
    return [row for row in beside(version, typed) if not row.is_same]
