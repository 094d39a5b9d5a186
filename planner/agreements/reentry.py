"""After a relapse: recorded with safety first, then one page that lays out what to do today.

Nothing here decides about risk and nothing is sent: each step says what is known and leads to the page where it is
done. Who may be told what follows from the consents on file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.agreements import actions
from planner.agreements.models import Agreement, AgreementKind, Reentry, ReviewBecause
from planner.base.text import clean_line
from planner.cases import consents
from planner.cases.actions import Refused
from planner.cases.models import Case, ConsentKind, ConsentState, ContactWay, Participant
from planner.cases.names import current
from planner.library.models import SessionTemplate
from planner.plans.models import Plan
from planner.practice.models import User
from planner.practice.trail import record
from planner.progress.actions import record_event
from planner.progress.models import EventKind

#: Signs that do not wait (reference: withdrawal after heavy use, loss of tolerance, thoughts of suicide).
RED_FLAGS = {
    "breath": gettext_lazy("Hard to wake, or slow or odd breath"),
    "fit": gettext_lazy("A fit, now or when stopping before"),
    "shakes": gettext_lazy("Bad shakes, sweats, a racing heart"),
    "seeing": gettext_lazy("Sees or hears things, or does not know the day"),
    "daily": gettext_lazy("Heavy use day after day, and stopping now"),
    "pills": gettext_lazy("Pills for sleep or nerves, and stopping now"),
    "opioids": gettext_lazy("Opioids after a pause: the body bears less than before"),
    "ending": gettext_lazy("Thoughts of ending their life"),
    "ill": gettext_lazy("Pregnant, or ill"),
}
CHILDREN = {
    "none": gettext_lazy("No children in their care"),
    "safe": gettext_lazy("With a sober, safe adult"),
    "unknown": gettext_lazy("Not known yet"),
    "concern": gettext_lazy("A concern"),
}
VIOLENCE = {
    "clear": gettext_lazy("Asked alone: none"),
    "unknown": gettext_lazy("Not asked alone yet"),
    "concern": gettext_lazy("A concern"),
}
CHOICES = {"red_flags": list(RED_FLAGS.items()), "children": list(CHILDREN.items()), "violence": list(VIOLENCE.items())}
REPAIR_TEMPLATE = "first-joint-session-after-relapse"
STEPS = ("safety", "net", "told", "session", "documents", "plan", "way-back")


@transaction.atomic
def record_relapse(*, by: User, case: Case, person: Participant, given: Mapping[str, Any]) -> Reentry:
    """A relapse, put on the time line with what was found about safety; the documents it concerns are marked for a
    look. `given` are the fields of RelapseForm. Raises Refused."""
    if given["children"] not in CHILDREN or given["violence"] not in VIOLENCE:
        raise Refused(_("Choose what is known about children and about violence."), "children")
    details = {
        "red_flags": [name for name in given.get("red_flags") or () if name in RED_FLAGS],
        "children": given["children"],
        "violence": given["violence"],
        "known_by": [place.person_id for place in given.get("known_by") or ()],
        "note": clean_line(given.get("note", "")),
    }
    event = record_event(
        by=by, case=case, kind=EventKind.RELAPSE, on=given["on"], person=person.person, audience=given["audience"],
        reader=person.person if given["audience"] == "person" else None, known=given.get("known", ""),
        reported_note=given.get("reported_note", ""), details=details,
    )  # fmt: skip
    way_back = Reentry.objects.create(case=case, event=event, by=by)
    actions.ask_for_review(by=by, case=case, because=ReviewBecause.RELAPSE)
    record("began", by=by, what="reentry", what_id=way_back.pk, case_id=case.pk)
    return way_back


@transaction.atomic
def tick(*, by: User, way_back: Reentry, version: int, step: str, done: bool) -> Reentry:
    """A step ticked, or not any more. Raises Refused for a step there is not, Stale where somebody was quicker."""
    if step not in STEPS:
        raise Refused(_("There is no such step."))
    ticked = {name: value for name, value in way_back.done.items() if name != step}
    if done:
        ticked[step] = {"on": timezone.localdate().isoformat(), "by": by.pk}
    way_back.change(version, done=ticked)
    detail = {"step": step, "done": done}
    record("ticked", by=by, what="reentry", what_id=way_back.pk, case_id=way_back.case_id, detail=detail)
    return way_back


@transaction.atomic
def close(*, by: User, way_back: Reentry, version: int) -> Reentry:
    """The way back is gone: Today does not ask about it any more. Raises Stale."""
    way_back.change(version, closed_on=timezone.localdate())
    record("closed", by=by, what="reentry", what_id=way_back.pk, case_id=way_back.case_id)
    return way_back


# What its page lays out


@dataclass(frozen=True)
class Link:
    """Something to do: its words and where it is done."""

    words: str
    href: str


@dataclass(frozen=True)
class Step:
    """One thing to do today. `says` are sentences, the urgent ones first; `done` is when it was ticked."""

    name: str
    title: str
    says: tuple[str, ...]
    links: tuple[Link, ...] = ()
    urgent: tuple[str, ...] = ()
    done: str = ""


def steps(way_back: Reentry, user: User) -> list[Step]:
    """What to do today, in the order in which it is done."""
    case, people = way_back.case, current(way_back.case)
    kept = list(
        Agreement.objects.filter(case=case, ended_on=None).select_related("worksheet", "person").order_by("kind", "pk")
    )
    found = [
        _safety(way_back, kept),
        _net(case, kept),
        _told(way_back, people),
        _session(case, user),
        _documents(kept),
        _plan(case),
        _way_back(case, kept),
    ]
    ticked = {name: value.get("on", "") for name, value in way_back.done.items()}
    return [Step(one.name, one.title, one.says, one.links, one.urgent, ticked.get(one.name, "")) for one in found]


def _safety(way_back: Reentry, kept: list[Agreement]) -> Step:
    details, case = way_back.event.details, way_back.case
    flags = [str(RED_FLAGS[name]) for name in details.get("red_flags", ()) if name in RED_FLAGS]
    urgent = [_("Get medical help today: %(signs)s.") % {"signs": "; ".join(flags)}] if flags else []
    if details.get("children") in ("unknown", "concern"):
        urgent.append(_("Find out who is with the children. Say what you must report before you ask."))
    if details.get("violence") in ("unknown", "concern"):
        urgent.append(_("Ask each person alone about violence before any joint hour."))
    says = (_("Never advise to stop all at once after heavy use: a doctor says how."),)
    links = [Link(_("Record what was asked about safety"), reverse("flag_record", args=[case.pk]))]
    own = next((row for row in kept if row.kind == AgreementKind.SAFETY_PLAN), None)
    if own:
        links.append(Link(_("Open the safety plan"), reverse("agreement", args=[own.pk])))
    else:
        links.append(_begin(case, AgreementKind.SAFETY_PLAN, _("Build a safety plan")))
    return Step("safety", _("Safety first"), says, tuple(links), tuple(urgent))


def _net(case: Case, kept: list[Agreement]) -> Step:
    rows = [row for row in kept if row.kind == AgreementKind.SAFETY_NET]
    links = [Link(_title(row), reverse("agreement", args=[row.pk])) for row in rows]
    says = _("Go by what was agreed for the first hour, 24 hours, 72 hours and two weeks.")
    if not rows:
        says = _("There is none yet. Keep to rest, food, a doctor and a safe place; build it when it is calm.")
        links.append(_begin(case, AgreementKind.SAFETY_NET, _("Build the safety net")))
    return Step("net", _("The safety net"), (says,), tuple(links))


def _told(way_back: Reentry, people: list[Participant]) -> Step:
    """For everybody else: whether they know already, and whether you may tell them."""
    case, event = way_back.case, way_back.event
    ledger = consents.Ledger.of(case)
    knows = set(event.details.get("known_by", ()))
    says = [_told_line(case, event, one, knows, ledger) for one in people if one.person_id != event.person_id]
    says += _released(ledger, event.person_id)
    says.append(_reached(ledger, people))
    links = (Link(_("Consents"), reverse("case_consents", args=[case.pk])),)
    return Step("told", _("Who may be told what"), tuple(filter(None, says)), links)


def _told_line(case: Case, event: Any, one: Participant, knows: set[int], ledger: consents.Ledger) -> str:
    named = {"name": one.person.on_paper}
    if one.person_id in knows:
        return _("%(name)s knows of it. Add nothing to that without consent.") % named
    consent = ledger.sharing(event.person_id, one.person_id, about_use=True) if event.person_id else None
    if consent:
        return _("%(name)s: may be told, as the consent says: %(what)s") % {**named, "what": consent.what}
    if not consents.under_part2(case):
        return _("%(name)s: is not to be told by you without a word from the person whose it is.") % named
    return _("%(name)s: may not be told by you. No consent about use names them.") % named


def _released(ledger: consents.Ledger, person_id: int | None) -> list[str]:
    """Whom outside the person signed a release for."""
    return [
        _("%(who)s, outside: %(what)s") % {"who": row.recipient, "what": row.what}
        for row in ledger.rows
        if (row.kind, row.person_id, row.state) == (ConsentKind.RELEASE, person_id, ConsentState.STANDING)
    ]


def _reached(ledger: consents.Ledger, people: list[Participant]) -> str:
    """How each may be reached."""
    found = []
    for one in people:
        rows = [row for row in ledger.rows if row.kind == ConsentKind.CONTACT and row.person_id == one.person_id]
        ways = dict.fromkeys(way for row in rows if row.state == ConsentState.STANDING for way in row.ways)
        said = ", ".join(str(ContactWay(way).label) for way in ways) or _("only in the hour")
        found.append(f"{one.person.on_paper}: {said}")
    return _("To be reached: %(who)s.") % {"who": "; ".join(found)}


def _session(case: Case, user: User) -> Step:
    template = SessionTemplate.objects.visible_to(user).filter(slug=REPAIR_TEMPLATE, practice=None).first()
    fits = template is not None and case.kind in template.content["for_whom"]
    query = f"?kind=repair&template={template.pk}" if fits else "?kind=repair"
    links = (Link(_("Plan the session"), reverse("session_new", args=[case.pk]) + query),)
    says = _("Within a week. See each alone first; the joint part comes when both want it and safety allows.")
    return Step("session", _("The next session"), (says,), links)


def _documents(kept: list[Agreement]) -> Step:
    """What was marked for a look."""
    rows = [row for row in kept if row.review_because]
    links = tuple(Link(_title(row), reverse("agreement", args=[row.pk])) for row in rows)
    says = _("Look at what held and what was out of reach; then make a new version.")
    if not rows:
        says = _("Nothing to look at.")
    return Step("documents", _("Plans and agreements to look at again"), (says,), links)


def _plan(case: Case) -> Step:
    """The treatment plan and the boosters."""
    says = _("A relapse is a reason to review the plan: goals, level of care, how often you meet, when boosters are.")
    links = [Link(_("Boosters, or back into treatment"), reverse("reentry", args=[case.pk]))]
    if plan := Plan.objects.active_of(case):
        links.insert(0, Link(_("Review the plan"), reverse("plan_review", args=[plan.pk])))
    else:
        says = _("There is no treatment plan in force. Boosters may come sooner.")
        links.insert(0, Link(_("Write a plan"), reverse("plans", args=[case.pk])))
    return Step("plan", _("Treatment plan and boosters"), (says,), tuple(links))


def _way_back(case: Case, kept: list[Agreement]) -> Step:
    rows = [row for row in kept if row.kind == AgreementKind.REENTRY]
    links = [Link(_title(row), reverse("agreement", args=[row.pk])) for row in rows]
    if not rows:
        links.append(_begin(case, AgreementKind.REENTRY, _("Begin the first steps again")))
    says = _("Each one's own page first; then, when both want it, the first small steps together.")
    return Step("way-back", _("The first steps again"), (says,), tuple(links))


def _begin(case: Case, kind: str, words: str) -> Link:
    return Link(words, reverse("agreement_new", args=[case.pk, kind]))


def _title(row: Agreement) -> str:
    return f"{row.worksheet.name}, {row.person.on_paper}" if row.person else row.worksheet.name
