"""Small living documents, without the library that ships: a page kept together, and one person's own."""

from __future__ import annotations

from planner.agreements import actions
from planner.agreements.models import Agreement, AgreementVersion
from tests import factories

BLOCKS = [
    {"short": {"id": "pause_word", "label": "Our pause word"}},
    {"lines": {"id": "helps", "label": "What helps on a hard day?", "lines": 3}},
    {"number": {"id": "minutes", "label": "How long is a break?", "unit": "minutes", "least": 5, "most": 90}},
    {"terms": {"id": "agreed", "label": "Tick what you want.", "terms": [{"text": "We take a break."},
                                                                          {"text": "We come back."}]}},
]  # fmt: skip
CARD = [{"card": {"id": "moves", "title": "First moves for my recovery", "discreet_title": "My card",
                  "lines": ["Breathe out."], "blanks": ["I call"]}}]  # fmt: skip


def begun(case, by, person=None, blocks=BLOCKS, kind="boundary", people=None, **answers) -> Agreement:
    """A document with a draft: together, or `person`'s own part."""
    sheet = {"blocks": blocks, "one_for_each": "participant" if person else "case", "title": "Our limits"}
    worksheet = factories.make_intervention(sheet=sheet).worksheets.get()
    agreement = Agreement.objects.create(
        case=case, kind=kind, worksheet=worksheet, person=person, audience="person" if person else "case", by=by
    )
    ids = [] if person else people or [place.person_id for place in case.participants.all()]
    AgreementVersion.objects.create(
        agreement=agreement, number=1, edition=worksheet.current, people=ids, answers=answers, by=by
    )
    return agreement


def adopted(case, by, person=None, again=None, **answers) -> Agreement:
    """The same, in force; `again` are answers of a second version."""
    options = {name: answers.pop(name) for name in ("blocks", "kind") if name in answers}
    agreement = begun(case, by, person, **options, **(answers or {"pause_word": "Palm up"}))
    adopt(agreement, by)
    if again:
        renewed(agreement, by, **again)
    return agreement


def renewed(agreement, by, **answers) -> None:
    """One version more, in force."""
    draft = actions.renew(by=by, agreement=agreement)
    draft.answers = {**draft.answers, **answers}
    draft.save()
    adopt(agreement, by, "A quieter word.")


def adopt(agreement, by, reason="") -> None:
    """Its draft in force."""
    draft = agreement.versions.get(adopted_on=None)
    actions.adopt(by=by, draft=draft, version=draft.version, reason=reason)
