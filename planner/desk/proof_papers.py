"""The auditor's page and the thread on paper, for the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from planner.cases.models import Case
from planner.desk import auditor
from planner.desk.thread import Thread
from planner.practice.paper import paper_head
from planner.sheets import addresses
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, letterhead_for


@dataclass(frozen=True)
class AuditPaper:
    """The context of paper/audit.html."""

    case: str
    on: date
    answers: tuple[auditor.Answer, ...]
    settled: int


@dataclass(frozen=True)
class ThreadPaper:
    """The context of paper/thread.html; `thread` is None where no plan was begun."""

    case: str
    on: date
    thread: Thread | None


def audit_paper(case: Case, record: auditor.Record) -> Paper:
    """The twelve answers, in the practice's language."""
    with translation.override(case.practice.language):
        found = tuple(auditor.answers(record))
        content = AuditPaper(case.code, timezone.localdate(), found, auditor.settled(found))
        return _paper(case, _("Twelve questions of an audit"), "paper/audit.html", {"audit": content})


def thread_paper(case: Case, thread: Thread | None) -> Paper:
    """The thread as nested lists, in the practice's language."""
    with translation.override(case.practice.language):
        content = ThreadPaper(case.code, timezone.localdate(), thread)
        return _paper(case, _("The thread of the case"), "paper/thread.html", {"page": content})


def _paper(case: Case, title: str, template: str, context: dict) -> Paper:
    practice = case.practice
    options = Options.chosen({**practice.print_options, "paper": practice.paper, "size": practice.text_size},
                             discreet=False)  # fmt: skip
    return Paper(
        title=title,
        language=practice.language,
        options=options,
        letterhead=letterhead_for(Letterhead(**paper_head(practice)), options),
        template=template,
        context=context,
        address=addresses.new_address(),
    )
