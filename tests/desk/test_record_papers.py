"""The papers of the record: the note, the auditor's page, the thread, and the page for the couple; PDF/UA is judged."""

from __future__ import annotations

import os
import subprocess

import pytest
from django.test import Client
from django.urls import reverse

from planner.homework.models import Printout
from planner.plans.models import PlannedIntervention, Problem
from planner.sessions import note_actions
from tests import factories
from tests.test_papers import pages_of, squeezed

JUDGE = os.environ.get("CLINIC_PDFUA_JUDGE", "")
SIZES = (12, 18)


@pytest.fixture
def full(couple, owner):
    """A case with a plan, a signed note with an objective and an addendum, homework, the next hour."""
    objective = factories.make_objective(couple, owner)
    objective.goal.problem = Problem.objects.create(plan=objective.goal.plan, position=1, name="Trust that broke")
    objective.goal.save()
    talk = factories.make_intervention("steady-talk")
    PlannedIntervention.objects.create(objective=objective, position=1, edition=talk.current, name=talk.name)
    session = factories.make_session(couple, owner, days=-1, state="held")
    session.items.update(objective=objective, done="done")
    note = factories.make_note(session, owner, told="They talked.\n\nThen they walked.", assessment="Calmer.",
                               place="Room 1", service_code="90847", risk_level="low", risk_basis="Tired.",
                               risk_action="Plan gone through.")  # fmt: skip
    note_actions.set_objective(note, objective, by=owner, version=note.version, step="further", response="Tried it.")
    note_actions.sign_note(note, by=owner, version=note.version)
    note_actions.add_addendum(note, by=owner, text="Ruben called on Friday.")
    factories.make_assignment(couple, owner, None, source=talk.current)
    factories.make_session(couple, owner, days=7)
    return session


def print_all(owner, session, size: int) -> dict[str, bytes]:
    """kind -> the bytes of each paper in this text size."""
    type(owner.practice).objects.update(text_size=size)
    owner.practice.refresh_from_db()
    client, case = Client(), session.case_id
    client.force_login(owner)
    for address, data in (
        (reverse("note_print", args=[session.pk]), {}),
        (reverse("case_audit_print", args=[case]), {}),
        (reverse("case_thread_print", args=[case]), {}),
        (reverse("where", args=[case]), {"paper": "letter", "size": str(size)}),
    ):
        assert client.post(address, data).status_code == 302
    return {row.kind: bytes(row.printed.pdf) for row in Printout.objects.order_by("pk")}


def test_the_note_on_paper_says_everything_that_was_signed(owner, full):
    said = "".join(pages_of(print_all(owner, full, 12)["note"]))
    for words in ("Room 1", "90847", "Maya (Partner), Ruben (Person in recovery)", "Objective 1.1", "Tried it.",
                  "They talked.", "Then they walked.", "Low", "Plan gone through.", "Olive Owner (Clinician)",
                  "Ruben called on Friday."):  # fmt: skip
        assert squeezed(words) in said, words


@pytest.mark.parametrize("size", SIZES)
def test_where_we_are_is_one_page(owner, full, size):
    assert len(pages_of(print_all(owner, full, size)["where"])) == 1


@pytest.mark.verapdf
@pytest.mark.skipif(not JUDGE, reason="CLINIC_PDFUA_JUDGE names no judge")
@pytest.mark.parametrize("size", SIZES)
def test_they_are_pdf_ua(owner, full, size, tmp_path):
    files = []
    for kind, pdf in print_all(owner, full, size).items():
        files.append(tmp_path / f"{kind}-{size}.pdf")
        files[-1].write_bytes(pdf)
    judged = subprocess.run([JUDGE, *files], capture_output=True, text=True)
    assert judged.returncode == 0, "\n".join(line for line in judged.stdout.splitlines() if "PASS" not in line)
