"""The mini-measure of a booster: which few ratings are taken, and from whom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from planner.cases.models import Case, CaseKind, Participant, ParticipantRole

CSI_4, TRUST, CRAVING = "csi-4", "trust", "craving"

#: What a series may ask at each booster, with words for the form.
OFFERED = [
    (CSI_4, _("CSI-4: satisfaction with the relationship (couples)")),
    (TRUST, _("Trust, 0 to 10")),
    (CRAVING, _("Craving, 0 to 10 (the person in recovery)")),
]


def usual(case: Case, participants: list[Participant]) -> list[str]:
    """What fits a case: CSI-4 for a couple, trust for two or more, craving where somebody is in recovery."""
    found = [CSI_4] if case.kind == CaseKind.COUPLE else []
    found += [TRUST] if case.kind != CaseKind.INDIVIDUAL else []
    recovering = any(place.role == ParticipantRole.RECOVERY for place in participants)
    return found + ([CRAVING] if recovering else [])


def asked_of(participant: Participant, measures: list[str]) -> list[str]:
    """The measures this person fills: craving is for the person in recovery, no child is asked about a couple."""
    kept = []
    for slug in measures:
        if slug == CRAVING and participant.role != ParticipantRole.RECOVERY:
            continue
        if slug == CSI_4 and (participant.person.is_minor or participant.role == ParticipantRole.CHILD):
            continue
        kept.append(slug)
    return kept


_NAMES = {CSI_4: "CSI-4", TRUST: _("Trust"), CRAVING: _("Craving")}


def name_of(slug: str) -> str:
    """What a measure is called in a line."""
    return str(_NAMES.get(slug, slug))
