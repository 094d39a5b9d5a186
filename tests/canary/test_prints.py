"""Nobody's paper says what is for somebody else: every paper of every kind of case, in every way to print."""

from pathlib import Path

import pytest

from tests.canary import make, prints, words

pytestmark = pytest.mark.django_db

#: Papers that are for no case: the library's.
OF_NO_CASE = {"paper/catalogue.html"}
#: What of one's own is on one's paper, so that the search can find it.
OWN = {
    "Adaptation.content", "AgreementVersion.answers", "Assignment.small_version", "Assignment.task",
    "Assignment.title", "Assignment.why", "Consent.text", "Event.known", "Goal.own_words", "Goal.scale",
    "Milestone.evidence", "Objective.text", "PlanSignature.reason", "PlannedIntervention.name",
}  # fmt: skip
#: What is for the clinician, on the clinician's paper.
CLINICIANS = {
    "Addendum.text", "AgendaItem.prompt", "AgendaItem.title", "Booster.held_well", "Ending.summary",
    "Goal.own_words", "Plan.barriers", "Plan.impression", "PlanReview.found", "ProgressNote.parts",
    "ProgressNote.risk_basis", "Series.focus",
}  # fmt: skip


@pytest.fixture(params=make.KINDS)
def case(request, owner):
    return make.one_of_each(owner, request.param)


@pytest.fixture
def press(case, owner, signed_in, monkeypatch):
    """Everything of the case printed, every text a word."""
    press = prints.Press(monkeypatch)
    words.fill(case)
    prints.print_all(signed_in(owner), case)
    return press


def test_no_print_says_what_its_reader_may_not_read(case, press):
    made = prints.kept(case)
    for one in made:
        assert words.found_in(one.said + one.title, one.may_read) == set(), one.name
        assert words.LIVE not in one.said, one.name
    for one in made:
        if one.is_nameless:
            assert words.found_in(one.said, one.may_read - {words.NAME}) == set(), one.name
    assert any("For you alone" in one.said for one in made)
    assert not [one for one in made if one.may_read == {words.JOINT, words.NAME} and "For you alone" in one.said]
    the_searching_finds(case, made)
    the_files_say_no_more(case, made, press)
    every_paper_was_printed(press)
    nothing_of_a_case_was_left_out(case)


def the_searching_finds(case, made):
    """The same words are found where they belong."""
    for letter in words.letters_of(case).values():
        mine = [one for one in made if words.CLINICIAN not in one.may_read and letter in one.may_read]
        assert {f"{letter} {field}" for field in OWN} - prints.said_by(mine) == set()
    clinicians = [one for one in made if words.CLINICIAN in one.may_read]
    assert {f"{words.CLINICIAN} {field}" for field in CLINICIANS} - prints.said_by(clinicians) == set()


def every_paper_was_printed(press):
    """A new paper asks for its line in `prints.doors`."""
    folder = Path(__file__).resolve().parents[2] / "templates/paper"
    papers = {f"paper/{path.name}" for path in folder.glob("[!_]*.html")} - {"paper/base.html"}
    assert papers - {paper.template for paper in press.papers.values()} == OF_NO_CASE


def nothing_of_a_case_was_left_out(case):
    """A new model asks for its line in `make` or `prints`."""
    assert [model.__name__ for model in words.of_a_case() if not words.rows_of(model, case)] == []


def the_files_say_no_more(case, made, press):
    """A few as the engine sets them: title, keywords, bookmarks and fields are searched as well as the pages."""
    if case.kind != "couple":
        return
    seen, found = set(), set()
    for one in made:
        paper = press.papers.get(one.said)
        if paper and words.CLINICIAN not in one.may_read and (paper.template, one.may_read) not in seen:
            seen.add((paper.template, one.may_read))
            said = prints.whole_text_of(prints.RENDER(paper).pdf)
            assert words.found_in(said, one.may_read) == set(), one.name
            found |= words.found_in(said)
    assert {"A Goal.own_words", "B Goal.own_words", "J AgreementVersion.answers"} <= found
