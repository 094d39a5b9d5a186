"""Whatever comes in and whatever is done with it: nothing that was given is lost between two sessions, and nothing that
was sent in makes the page fail."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.base.models import Stale
from planner.homework import actions, papers, response_actions, return_actions
from planner.homework.models import Assignment, ReturnedFile
from planner.library.models import WorksheetEdition
from planner.sessions.page import Plan
from planner.sheets.options import Options
from tests import factories
from tests.homework.fillers import by_pypdf

QUIET = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def edition(db) -> WorksheetEdition:
    blocks = [{"short": {"id": "word", "label": "Our word"}}]
    return factories.make_intervention("check-in", sheet={"blocks": blocks}).worksheets.first().current


@pytest.fixture
def person(couple):
    return couple.participants.first().person


@pytest.fixture
def filled(couple, owner, person, edition) -> bytes:
    """The sheet as it was printed and filled in."""
    row = factories.make_assignment(couple, owner, person, edition)
    paper, sheets = papers.paper_of(papers.given(row), Options())
    printout = actions.print_copies(
        by=owner, case=couple, kind="handouts", person=person, audience="person", paper=paper, sheets=sheets,
        assignments=[row],
    )  # fmt: skip
    return by_pypdf(bytes(printout.printed.pdf), {"word": "Lighthouse"})


STEPS = {
    "tick": lambda row, by: response_actions.tick(
        by=by, assignment=row, version=row.version, outcome="not_this_time", reason="Ill"
    ),
    "write": lambda row, by: response_actions.save_draft(
        by=by, assignment=row, way="typed", values={"word": "a"}, version=_drafted(row)
    ),
    "finish": lambda row, by: response_actions.finish(
        by=by, assignment=row, way="typed", values={"word": "b"}, version=_drafted(row)
    ),
    "review": lambda row, by: response_actions.review(by=by, assignment=row, version=row.version, note="Looked at."),
    "carry": lambda row, by: response_actions.carry(by=by, assignment=row, version=row.version),
    "reopen": lambda row, by: response_actions.reopen(by=by, assignment=row, version=row.version),
    "stale": lambda row, by: response_actions.review(by=by, assignment=row, version=row.version - 1),
}


def _drafted(row) -> int:
    draft = response_actions.draft_of(row)
    return draft.version if draft else 0


@QUIET
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_what_was_given_is_reviewed_or_asked_for_by_the_next_session(couple, owner, person, edition, steps):
    row = factories.make_assignment(couple, owner, person, edition)
    session = factories.make_session(couple, owner, days=3)
    finished, carried, reviewed = 0, 0, False
    for step in steps:
        fresh = Assignment.objects.get(pk=row.pk)
        try:
            STEPS[step](fresh, owner)
        except (actions.Refused, Stale):
            refused = True
        else:
            refused = False
            finished += step in ("tick", "finish")
            carried += step == "carry"
            reviewed = {"tick": False, "finish": False, "review": True, "reopen": False}.get(step, reviewed)
        assert refused is (step == "stale") or step in ("carry", "reopen")
        now = Assignment.objects.get(pk=row.pk)
        assert (now.state == "reviewed", now.responses.finished().count(), now.carried) == (reviewed, finished, carried)
        waits = {need.assignment.pk for need in Plan(session, owner).needs.homework}
        assert (row.pk in waits) is not reviewed
        assert Assignment.objects.to_review(couple).filter(pk=row.pk).exists() is not reviewed


@QUIET
@given(
    noise=st.binary(max_size=300), place=st.integers(0, 40_000), cut=st.integers(0, 300),
    name=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60),
)  # fmt: skip
def test_a_damaged_file_is_kept_and_said_or_refused_in_a_sentence(
    signed_in, owner, couple, filled, noise, place, cut, name
):
    page, before = signed_in(owner), ReturnedFile.objects.count()
    sent = filled[:place] + noise + filled[place + cut :]
    answer = page.post(reverse("returned"), {"files": [SimpleUploadedFile(name, sent, "application/pdf")]})
    if answer.status_code == 302:
        file = ReturnedFile.objects.get(pk=answer.url.strip("/").split("/")[-1])
        assert bytes(file.content) == sent  # kept as it came
        assert [page.get(one).status_code for one in (answer.url, reverse("returned"))] == [200, 200]
        return
    assert ReturnedFile.objects.count() == before
    if answer.status_code == 422:  # a name that is none: no browser sends a file so
        assert "Choose at least one file." in answer.content.decode()
    else:
        assert answer.status_code == 200 and sent[:5] != b"%PDF-"
        assert "This file is not a PDF." in answer.content.decode()


@QUIET
@given(sent=st.binary(max_size=2000))
def test_bytes_of_any_kind_never_break_the_reading(owner, couple, sent):
    received = return_actions.receive(by=owner, name="a.pdf", raw=b"%PDF-1.7\n" + sent)
    file = return_actions.read_file(ReturnedFile.objects.get(pk=received.file.pk), owner)
    assert file.problem in ("damaged", "no-address", "no-fields", "locked") and bytes(file.content).endswith(sent)
