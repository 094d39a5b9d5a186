"""Which pages are measured: one function a row, named as the page's address is; it gives the address.

A room adds its own under its heading, and what the page is about to `filling`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from planner.boosters.models import Booster
from planner.cases.models import Case, Participant
from planner.exchange.actions import make_feed
from planner.library.models import Intervention, Worksheet
from planner.management.bench import long_case
from planner.management.bench.filling import Filled
from planner.plans.actions import begin
from planner.plans.models import Plan
from planner.progress.models import Rating
from planner.sessions.models import Session


@dataclass(frozen=True)
class Row:
    """One page. `address` is a function of what was filled in; `is_part` says that htmx fetches it into a page."""

    name: str
    address: Callable[[Filled], str]
    is_part: bool = False


#: Every row, in the order in which the table shows them.
ROWS: list[Row] = []


def row(name: str = "", *, is_part: bool = False) -> Callable[[Callable[[Filled], str]], Callable[[Filled], str]]:
    """Enters the function as a row, under its own name where no other is given."""

    def enter(address: Callable[[Filled], str]) -> Callable[[Filled], str]:
        ROWS.append(Row(name or address.__name__, address, is_part))
        return address

    return enter


# The desk


@row()
def today(filled: Filled) -> str:
    return reverse("today")


@row("today: first", is_part=True)
def waits_first(filled: Filled) -> str:
    return reverse("waits", args=["first"])


@row("today: papers", is_part=True)
def waits_papers(filled: Filled) -> str:
    return reverse("waits", args=["papers"])


@row("today: notes", is_part=True)
def waits_notes(filled: Filled) -> str:
    return reverse("waits", args=["notes"])


@row("today: boosters", is_part=True)
def waits_boosters(filled: Filled) -> str:
    return reverse("waits", args=["boosters"])


@row("today: ahead", is_part=True)
def waits_ahead(filled: Filled) -> str:
    return reverse("waits", args=["ahead"])


@row()
def caseload(filled: Filled) -> str:
    return reverse("caseload")


@row("caseload?sort=next")
def caseload_sorted(filled: Filled) -> str:
    return f"{reverse('caseload')}?sort=next"


@row()
def case(filled: Filled) -> str:
    return reverse("case", args=[filled.case.pk])


@row("case: plan", is_part=True)
def case_aims(filled: Filled) -> str:
    return reverse("case_part", args=[filled.case.pk, "aims"])


@row("case: sessions", is_part=True)
def case_happens(filled: Filled) -> str:
    return reverse("case_part", args=[filled.case.pk, "happens"])


@row("case: homework", is_part=True)
def case_out(filled: Filled) -> str:
    return reverse("case_part", args=[filled.case.pk, "out"])


@row("case: boosters", is_part=True)
def case_kept(filled: Filled) -> str:
    return reverse("case_part", args=[filled.case.pk, "kept"])


@row("search?q=maya")
def search(filled: Filled) -> str:
    return f"{reverse('search')}?q=maya"


# Cases


@row()
def case_new(filled: Filled) -> str:
    return reverse("case_new")


@row()
def case_edit(filled: Filled) -> str:
    return reverse("case_edit", args=[filled.case.pk])


@row()
def flag_record(filled: Filled) -> str:
    return reverse("flag_record", args=[filled.case.pk])


@row()
def participant_add(filled: Filled) -> str:
    return reverse("participant_add", args=[filled.case.pk])


@row()
def team(filled: Filled) -> str:
    return reverse("team", args=[filled.case.pk])


# Library


@row()
def library(filled: Filled) -> str:
    return reverse("library")


@row("library?q=mindful")
def library_search(filled: Filled) -> str:
    return f"{reverse('library')}?q=mindful"


@row()
def intervention(filled: Filled) -> str:
    return reverse("intervention", args=[Intervention.objects.filter(retired_at=None).order_by("pk")[0].pk])


@row()
def worksheet_print(filled: Filled) -> str:
    shown = Worksheet.objects.filter(retired_at=None, current__isnull=False).order_by("pk")[0]
    return reverse("worksheet_print", args=[shown.pk])


# Plans


@row()
def plan(filled: Filled) -> str:
    return reverse("plan", args=[Plan.objects.active_of(filled.case).pk])


@row()
def plans(filled: Filled) -> str:
    return reverse("plans", args=[filled.case.pk])


@row()
def plan_compare(filled: Filled) -> str:
    return reverse("plan_compare", args=[Plan.objects.active_of(filled.case).pk])


@row()
def plan_edit(filled: Filled) -> str:
    """The next version of the same plan."""
    return reverse("plan_edit", args=[begin(case=filled.case, by=filled.owner).pk])


@row("plan_edit: the library", is_part=True)
def plan_offers(filled: Filled) -> str:
    return reverse("plan_offers", args=[begin(case=filled.case, by=filled.owner).pk])


# Sessions


@row()
def sessions(filled: Filled) -> str:
    return reverse("sessions")


@row()
def session_new(filled: Filled) -> str:
    return reverse("session_new", args=[filled.case.pk])


@row()
def session_plan(filled: Filled) -> str:
    return reverse("session_plan", args=[filled.session.pk])


@row(is_part=True)
def session_library(filled: Filled) -> str:
    return reverse("session_library", args=[filled.session.pk])


@row(is_part=True)
def session_suggested(filled: Filled) -> str:
    return reverse("session_suggested", args=[filled.session.pk])


@row()
def session_edit(filled: Filled) -> str:
    return reverse("session_edit", args=[filled.session.pk])


@row()
def session_run(filled: Filled) -> str:
    return reverse("session_run", args=[filled.session.pk])


@row()
def session_print(filled: Filled) -> str:
    return reverse("session_print", args=[filled.session.pk])


# Progress


@row()
def progress(filled: Filled) -> str:
    return reverse("progress", args=[filled.case.pk])


@row()
def timeline(filled: Filled) -> str:
    return reverse("timeline", args=[filled.case.pk])


@row("chart of 700 points")
def measure_chart(filled: Filled) -> str:
    long = Rating.objects.filter(measure="craving").order_by("pk")[0]
    place = Participant.objects.get(case=long.case_id, person=long.person_id)
    return f"{reverse('measure_chart', args=[long.case_id, 'craving'])}?person={place.pk}"


# Boosters and the calendar


@row()
def boosters(filled: Filled) -> str:
    return reverse("boosters")


@row("boosters?show=overdue")
def boosters_overdue(filled: Filled) -> str:
    return f"{reverse('boosters')}?show=overdue"


@row("boosters?show=cases")
def boosters_cases(filled: Filled) -> str:
    return f"{reverse('boosters')}?show=cases"


@row()
def booster(filled: Filled) -> str:
    return reverse("booster", args=[Booster.objects.filter(series__case=filled.case, state="due").first().pk])


@row("booster: what to do", is_part=True)
def booster_forms(filled: Filled) -> str:
    return reverse("booster_forms", args=[Booster.objects.filter(series__case=filled.case, state="due").first().pk])


@row()
def digest(filled: Filled) -> str:
    return reverse("digest")


@row("calendar feed")
def calendar_read(filled: Filled) -> str:
    return make_feed(by=filled.owner)


# Practice


@row()
def people(filled: Filled) -> str:
    return reverse("people")


@row()
def practice_settings(filled: Filled) -> str:
    return reverse("practice_settings")


@row()
def profile(filled: Filled) -> str:
    return reverse("profile")


@row()
def trail(filled: Filled) -> str:
    return reverse("trail")


# A case of many years: 700 hours with notes, 12 versions of the plan, 300 sheets


def _long(name: str, *part: str) -> str:
    return reverse(name, args=[Case.objects.get(code=long_case.CODE).pk, *part])


@row("case, 700 hours")
def long_chart(filled: Filled) -> str:
    return _long("case")


@row("case, 700 hours: plan", is_part=True)
def long_aims(filled: Filled) -> str:
    return _long("case_part", "aims")


@row("case, 700 hours: sessions", is_part=True)
def long_happens(filled: Filled) -> str:
    return _long("case_part", "happens")


@row("case, 700 hours: homework", is_part=True)
def long_out(filled: Filled) -> str:
    return _long("case_part", "out")


@row("case, 700 hours: boosters", is_part=True)
def long_kept(filled: Filled) -> str:
    return _long("case_part", "kept")


@row("thread, 700 hours")
def long_thread(filled: Filled) -> str:
    return _long("case_thread")


@row("thread, 700 hours: the picture", is_part=True)
def long_thread_part(filled: Filled) -> str:
    return _long("case_thread_part")


@row("auditor's page, 700 hours")
def long_audit(filled: Filled) -> str:
    return _long("case_audit")


@row("auditor's page, 700 hours: plan", is_part=True)
def long_audit_plan(filled: Filled) -> str:
    return _long("case_audit_part", "plan")


@row("auditor's page, 700 hours: notes", is_part=True)
def long_audit_notes(filled: Filled) -> str:
    return _long("case_audit_part", "notes")


@row("auditor's page, 700 hours: safety", is_part=True)
def long_audit_safety(filled: Filled) -> str:
    return _long("case_audit_part", "safety")


@row("where we are, 700 hours")
def long_where(filled: Filled) -> str:
    return _long("where")


@row("note, signed")
def signed_note(filled: Filled) -> str:
    last = Session.objects.filter(case__code=long_case.CODE, note__state="signed").order_by("-starts_at").first()
    return reverse("note", args=[last.pk])
