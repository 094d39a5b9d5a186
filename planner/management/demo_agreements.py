"""Living documents of the demo practice: a couple in maintenance with its signed plans for hard days. All fictional."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from planner.agreements import actions
from planner.agreements.kinds import KINDS, places
from planner.agreements.models import Agreement, AgreementVersion
from planner.cases import consent_actions
from planner.cases.models import Case, Person, SignatureWay, SignerRole
from planner.practice.models import User

STEADY = {
    "worked": "After the firm's party I walked home and rang Luc from the bridge.",
    "hard_spots-1-1": "Fridays, when the week was long", "hard_spots-1-2": "Tired, owed something",
    "hard_spots-1-3": "5",
    "early_signs-1": "on",
    "moves-1-1": "I want to stay on alone at the office", "moves-1-2": "I take the next tram and ring Joan",
    "people-1-1": "Joan", "people-1-2": "(555) 010-0177", "people-1-3": "any hour",
    "kind_words": "One hard day does not undo two good years.",
}  # fmt: skip
TOGETHER = {
    "agreed-1-yes": "on", "agreed-1-yes-2": "on", "agreed-2-yes": "on", "agreed-2-yes-2": "on", "agreed-3-yes": "on",
    "agreed-4-yes": "on", "agreed-4-yes-2": "on", "agreed-6-yes": "on", "agreed-6-yes-2": "on",
    "good_signs-1-1": "Walk with me, no questions.", "good_signs-1-2": "Advice.",
    "good_signs-2-1": "Tell me early.", "good_signs-2-2": "A shut door.",
    "together-1-1": "a party comes up", "together-1-2": "we plan our way home before we go",
}  # fmt: skip


def keeping_well(dana: User, case: Case) -> None:
    """Aisha's own plan, signed, with a copy by her bed; the page that both keep on the fridge, where Luc passes over
    one line. Aisha signed before that what concerns use may be shared with Luc."""
    aisha, luc = [place.person for place in case.participants.select_related("person")]
    own = _adopted(dana, case, "my-steady-plan", STEADY)
    _sign(dana, own, [aisha])
    actions.add_copy(by=dana, version=own, where="By the bed")
    _share(dana, case, aisha, luc)
    joint = _adopted(dana, case, "what-we-agreed", TOGETHER)
    _sign(dana, joint, [aisha, luc], clinician=False)
    actions.add_copy(by=dana, version=joint, where="Fridge door")


def _share(dana: User, case: Case, about: Person, reader: Person) -> None:
    consent = consent_actions.draw_up(
        by=dana, case=case, person=about, kind="sharing", to_person=reader, about_use=True,
        what="The plan for hard days, and that it was used.", purpose="To plan together.",
        discloser=case.practice.name, ends_when="Therapy here ends.",
    )  # fmt: skip
    consent_actions.sign(by=dana, consent=consent, role="client", way="paper", name=about.name)


def _adopted(dana: User, case: Case, slug: str, answers: dict[str, str]) -> AgreementVersion:
    """The document of this sheet begun, filled in and adopted."""
    kind = "prevention"
    place = next(one for one in places(case, KINDS[kind]) if one.part.slug == slug)
    agreement = actions.start(by=dana, case=case, kind=kind, place=place)
    draft = Agreement.objects.with_sheet().get(pk=agreement.pk).versions.select_related("edition__worksheet").get()
    actions.save_answers(by=dana, draft=draft, version=draft.version, values={**draft.answers, **answers})
    return actions.adopt(by=dana, draft=draft, version=draft.version)


def _sign(dana: User, version: AgreementVersion, people: list[Person], *, clinician: bool = True) -> None:
    """By these people, on paper, and by the clinician unless that is left for later."""
    given: list[dict[str, Any]] = [
        {"role": SignerRole.CLIENT, "person": person, "name": person.name, "way": SignatureWay.PAPER}
        for person in people
    ]
    if clinician:
        given.append({
            "role": SignerRole.CLINICIAN, "user": dana, "name": dana.name, "way": SignatureWay.TYPED,
            "credentials": dana.credentials,
        })  # fmt: skip
    day = timezone.localdate()
    actions.sign(by=dana, version=version, signatures=[{**one, "signed_on": day} for one in given])
