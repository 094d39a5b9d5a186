"""The library as it is shipped, a couple whose safety is settled, and the person in recovery's consent to share."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from planner.agreements import actions
from planner.agreements.kinds import KINDS, places
from planner.cases import consent_actions
from tests import factories


@pytest.fixture
def library(db):
    call_command("load_pack", verbosity=0)


@pytest.fixture
def settled(library, couple, owner):
    """Nothing stands against it: both were asked alone."""
    factories.settle_safety(couple, owner)
    return couple


@pytest.fixture
def clear(couple, owner):
    """The same without the library that ships."""
    factories.settle_safety(couple, owner)
    return couple


@pytest.fixture
def client(signed_in, owner):
    return signed_in(owner)


@pytest.fixture
def maya(couple):
    return couple.participants.all()[0]


@pytest.fixture
def ruben(couple):
    return couple.participants.all()[1]


def consented(case, by, about, reader):
    """`about` consents that what concerns use is shared with `reader`, both participants."""
    consent = consent_actions.draw_up(
        by=by, case=case, person=about.person, kind="sharing", to_person=reader.person, about_use=True,
        what="The plan for hard days.", purpose="To plan together.", discloser="Harbour", ends_when="therapy ends",
    )  # fmt: skip
    consent_actions.sign(by=by, consent=consent, role="client", way="paper", name=about.person.name)
    return consent


def begun(case, by, kind, slug, participant=None, people=()):
    """A document of the library begun for a person, or together."""
    found = places(case, KINDS[kind], standing=case.agreements.standing().select_related("worksheet"))
    wanted = participant.pk if participant else None
    place = next(
        one for one in found if one.part.slug == slug and (one.participant.pk if one.participant else None) == wanted
    )
    return actions.start(by=by, case=case, kind=kind, place=place, people=people)


def filled(agreement, by, **answers):
    """Its draft with these answers, adopted."""
    draft = agreement.versions.get(adopted_on=None)
    draft.agreement = agreement
    actions.save_answers(by=by, draft=draft, version=draft.version, values={**draft.answers, **answers})
    reason = "" if draft.number == 1 else "Looked at it again."
    return actions.adopt(by=by, draft=draft, version=draft.version, reason=reason)
