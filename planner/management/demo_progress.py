"""Measures and events of the demo cases, so that every chart and tracker has something to show. All fictional."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.utils import timezone

from planner.cases.models import Case, Person
from planner.practice.models import User
from planner.progress import actions, setting_actions

TRUST_OF_LUC = (2, 2, 3, 3, 5, 4, 5, 6, 6, 7, 7, 8)
TRUST_OF_AISHA = (5, 5, 4, 6, 6, 6, 7, 7, 8, 8, 8, 8)
CRAVING_OF_AISHA = (7, 6, 8, 5, 5, 4, 4, 3, 4, 2, 2, 1)
CONTENT_OF_LUC = (31, 36, 44, 52, 57)
DISTRESS_OF_JONAS = (24, 22, 19, 15, 12)


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _named(case: Case, name: str) -> Person:
    return case.participants.get(person__print_name=name).person


def after_a_relapse(dana: User, case: Case) -> None:
    """What was told at the first meeting, and where each of them starts."""
    maya, ruben = _named(case, "Maya"), _named(case, "Ruben")
    actions.record_event(
        by=dana, case=case, kind="relapse", on=_day(-62), person=ruben, reported_by=ruben, known="Three weekends.",
    )  # fmt: skip
    actions.record_event(
        by=dana, case=case, kind="disclosure", on=_day(-41), person=ruben, reported_by=maya, audience="case",
        known="Maya found out, then Ruben told her.",
    )  # fmt: skip
    for person, value in ((maya, 3), (ruben, 6)):
        actions.rate(by=dana, case=case, person=person, measure="trust", on=_day(-6), items={1: value})
        setting_actions.set_due(by=dana, case=case, person=person, measure="trust", unit="sessions", since=_day(-6))


def telling_it_anew(dana: User, case: Case) -> None:
    """Distress that goes down, and a first milestone."""
    jonas = _named(case, "Jonas")
    for n, score in enumerate(DISTRESS_OF_JONAS):
        actions.rate(
            by=dana, case=case, person=jonas, measure="core-10", on=_day(28 * n - 119), score=score, risk_told=False
        )
    actions.record_milestone(
        by=dana, case=case, kind="alliance", on=_day(-91), person=jonas, seen_by="both", audience="person",
        reader=jonas, evidence="Said in the hour that he looks forward to it.",
    )  # fmt: skip
    setting_actions.set_due(
        by=dana, case=case, person=jonas, measure="core-10", unit="weeks", every=4, since=_day(-119)
    )


def keeping_well(dana: User, case: Case) -> None:
    """A year of numbers: both allowed a joint chart of trust; a rupture, its repair, every stage and wins."""
    aisha, luc = _named(case, "Aisha"), _named(case, "Luc")
    for person, measure, values in (
        (luc, "trust", TRUST_OF_LUC), (aisha, "trust", TRUST_OF_AISHA), (aisha, "craving", CRAVING_OF_AISHA),
    ):  # fmt: skip
        for n, value in enumerate(values):
            actions.rate(by=dana, case=case, person=person, measure=measure, on=_day(30 * n - 358), items={1: value})
    for n, score in enumerate(CONTENT_OF_LUC):
        actions.rate(by=dana, case=case, person=luc, measure="csi-16", on=_day(80 * n - 348), score=score)
    for person in (aisha, luc):
        setting_actions.set_sharing(
            by=dana, case=case, person=person, measure="trust", allowed=True, basis="Asked alone, said yes."
        )
        setting_actions.set_due(by=dana, case=case, person=person, measure="trust", unit="booster", since=_day(-28))
    _year(dana, case, aisha)


def _year(dana: User, case: Case, aisha: Person) -> None:
    """What happened in that year."""
    actions.record_event(
        by=dana, case=case, kind="relapse", on=_day(-290), person=aisha, reported_by=aisha, audience="case",
        known="One evening, told the same night.",
    )  # fmt: skip
    rupture = actions.record_event(
        by=dana, case=case, kind="rupture", on=_day(-205), hour=time(21, 0), audience="case",
        known="A message was read and not answered.",
    )  # fmt: skip
    actions.record_event(
        by=dana, case=case, kind="repair", on=_day(-204), hour=time(8, 0), audience="case", repairs=rupture,
        known="Luc said what it had touched; Aisha stayed and listened.",
    )  # fmt: skip
    actions.record_event(
        by=dana, case=case, kind="win", on=_day(-40), audience="case", known="Said early that the week was hard."
    )
    said = {
        "named": "Luc told what that winter was like.", "heard": "Aisha put it into her own words, and he nodded.",
        "remorse": "She cried and did not explain it away.", "need": "He asked to be told first, before he asks.",
        "bond": "They look for each other when they are tired.",
    }  # fmt: skip
    for n, (stage, evidence) in enumerate(said.items()):
        actions.record_stage(by=dana, case=case, stage=stage, on=_day(45 * n - 250), evidence=evidence, audience="case")
    actions.record_milestone(
        by=dana, case=case, kind="generalised", on=_day(-70), audience="case", seen_by="both",
        evidence="Used the pause word at her sister's wedding.",
    )  # fmt: skip
