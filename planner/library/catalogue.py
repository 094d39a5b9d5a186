"""The printable catalogue: everything the library offers a person, one entry a part, with a table of contents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from planner.base import jobs
from planner.base.models import Job
from planner.library import papers, parcels
from planner.library.models import Intervention
from planner.library.words import FAMILY, FOR_WHOM, GATE, PHASE, SETTING, SHEET_KIND, STRENGTH
from planner.practice.models import User
from planner.practice.paper import paper_head
from planner.practice.place import zone_of
from planner.practice.trail import record
from planner.sheets import press
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper

KIND = "catalogue"
PATIENCE = 20  # times as much computing and time as a sheet may take: several hundred pages
GATHERED = 20  # percent of the way when every entry has been read


@dataclass(frozen=True)
class Part:
    """One entry as it is printed. `anchor` is where the table of contents leads."""

    anchor: str
    name: str
    language: str
    aim: str
    facts: tuple[str, ...]
    use_when: str
    not_when: str
    gates: tuple[str, ...]
    cautions: tuple[str, ...]
    evidence: str
    statement: str
    steps: tuple[tuple[str, int, str], ...]
    homework: tuple[str, str]
    sheets: tuple[tuple[str, str], ...]
    review: str


@transaction.atomic
def ask(*, by: User, options: dict[str, Any]) -> Job:
    """Begins a catalogue for the person, unless one is being made."""
    job, is_new = jobs.ask(kind=KIND, by_id=by.pk, asked={"options": options})
    if is_new:
        record("asked for", by=by, what=KIND, what_id=job.pk)
    return job


@transaction.atomic
def cancel(*, by: User, job: Job) -> bool:
    """Stops it. False where it had ended before."""
    stopped = jobs.cancel(job)
    if stopped:
        record("cancelled", by=by, what=KIND, what_id=job.pk)
    return stopped


def make(job: Job, tell: jobs.Tell) -> bytes:
    """The work: the PDF of the whole library as the person who asked may see it."""
    user = User.objects.get(pk=job.by)
    with timezone.override(zone_of(user.practice)), translation.override(user.language or user.practice.language):
        paper = paper_of(user, Options.from_json(job.asked.get("options") or {}), tell)
        tell(GATHERED)
        try:
            return press.render(paper, patience=PATIENCE).pdf
        except press.TooMuch as error:
            raise jobs.Unable(str(error)) from error


def paper_of(user: User, options: Options, tell: jobs.Tell = lambda progress: None) -> Paper:
    """The catalogue as a paper: families in the order of the library, entries by name."""
    rows = list(parcels.with_content(Intervention.objects.visible_to(user)).order_by("name", "pk"))
    families = []
    done = 0
    for value, label in FAMILY.items():
        parts = []
        for row in rows:
            if row.family == value and row.current:
                parts.append(_part(row))
                done += 1
                if done % 10 == 0:
                    tell(GATHERED * done // len(rows))
        if parts:
            families.append((f"family-{value}", str(label), parts))
    if not families:
        raise jobs.Unable(_("The library is empty, so there is nothing to print."))
    return Paper(
        title=_("Catalogue of the library"),
        language=translation.get_language() or "en",
        options=options,
        letterhead=Letterhead(**paper_head(user.practice)),
        template="paper/catalogue.html",
        context={"families": families, "count": done, "on": timezone.localdate()},
    )


def _part(row: Intervention) -> Part:
    content = row.current.content
    review = content["review"]
    reviewed = review.get("reviewed_by") and review.get("reviewed_on")
    return Part(
        anchor=f"part-{row.pk}",
        name=row.name,
        language=row.language,
        aim=row.aim,
        facts=tuple(_facts(content)),
        use_when=content["use_when"],
        not_when=content["not_when"],
        gates=tuple(str(GATE[gate]) for gate in content["gates"]),
        cautions=tuple(content["cautions"]),
        evidence=str(STRENGTH[content["evidence"]["strength"]]),
        statement=content["evidence"]["statement"],
        steps=tuple((step["title"], step["minutes"], step["do"]) for step in content["steps"]),
        homework=(content["homework"]["full"], content["homework"]["small"]),
        sheets=tuple(_sheets(row)),
        review=_("Reviewed by %(who)s on %(on)s.") % {"who": review["reviewed_by"], "on": review["reviewed_on"]}
        if reviewed
        else _("Written %(on)s. No clinician has reviewed it yet.") % {"on": review["written"]},
    )


def _facts(content: dict[str, Any]) -> Iterator[str]:
    yield ", ".join(str(FOR_WHOM[value]) for value in content["for_whom"])
    yield ", ".join(str(PHASE[value]) for value in content["phase"])
    yield _("%(n)d min") % {"n": content["minutes"]}
    yield ", ".join(str(SETTING[value]) for value in content["setting"])


def _sheets(row: Intervention) -> Iterator[tuple[str, str]]:
    for sheet in row.worksheets.all():
        if sheet.current and not sheet.retired_at:
            worst = [max(grade["kincaid"], grade["smog"]) for grade in sheet.current.grades.values()]
            kind = str(SHEET_KIND[sheet.current.content["kind"]])
            yield sheet.name, f"{kind}, {_('reading grade')} {max(worst)}" if worst else kind


def remembered(user: User) -> dict[str, Any]:
    """Paper and text size as the person printed last, or as the practice prints; nothing else of it counts here."""
    chosen = papers.remembered(user).as_json()
    return {"paper": chosen["paper"], "size": min(chosen["size"], 14)}
