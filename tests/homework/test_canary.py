"""One person's words in every field of homework: nowhere that another person reads."""

import io

import pypdf
import pytest
from django.core.management import call_command
from django.urls import reverse

from planner.base.models import Job
from planner.homework import papers, response_actions
from planner.homework.models import Assignment, Printout
from planner.sheets import press
from planner.sheets.options import Options
from tests import factories

CANARY = "canaryofmaya"
KINDS = {"couple": ("Maya", "Ruben"), "family": ("Maya", "Ruben", "Leo")}


@pytest.fixture(params=KINDS)
def case(request, owner):
    found = factories.make_case(owner, kind=request.param, names=KINDS[request.param])
    factories.settle_safety(found, owner)
    return found


@pytest.fixture
def told(case, owner):
    """Everything that homework can say of Maya, said; the others have the same sheet, and so have all together."""
    edition = factories.make_intervention("check-in").worksheets.first().current
    people = [place.person for place in case.participants.all()]
    texts = ("title", "task", "why", "when_where", "how_often", "barrier", "small_version", "review_note")
    words = {name: f"{CANARY} {name}" for name in texts}
    mine = factories.make_assignment(case, owner, people[0], edition, **words)
    factories.make_response(mine, owner, reason=CANARY, values={name: CANARY for name in ("pause_word", "hard")})
    response_actions.save_draft(by=owner, assignment=mine, way="screen", values={"hard": CANARY}, version=0)
    factories.make_file(case, owner, name=f"{CANARY}.pdf", reading={"values": {"hard": CANARY}})
    others = [factories.make_assignment(case, owner, person, edition) for person in [*people[1:], None]]
    return mine, others


def text_of(pdf: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    fields = reader.get_fields() or {}
    return " ".join([*(page.extract_text() for page in reader.pages), str(reader.metadata), *map(str, fields.values())])


def test_no_paper_of_another_person_and_no_joint_one_says_it(told):
    mine, others = told
    own, _sheets = papers.paper_of(papers.given(mine), Options())
    assert CANARY in press.page_html(own)  # the test can see it
    for row in others:
        paper, _sheets = papers.paper_of(papers.given(row), Options())
        assert CANARY not in press.page_html(paper) and CANARY not in text_of(press.render(paper).pdf)
        assert CANARY not in press.file_name(paper)


def test_no_screen_handed_to_another_person_shows_it(signed_in, owner, told):
    page = signed_in(owner)
    for row in told[1]:
        page.post(reverse("hand_over", args=[row.pk]))
        seen = [
            page.get(reverse("handed_sheet", args=[row.pk])),
            page.get(f"{reverse('handed_sheet', args=[row.pk])}?done=1"),
        ]
        seen.append(page.get(reverse("take_back")))
        assert [answer.status_code for answer in seen] == [200] * 3
        assert CANARY not in "".join(answer.content.decode() for answer in seen)
        page.post(reverse("take_back"), {"password": factories.PASSWORD})


def test_the_week_s_papers_keep_to_their_person(signed_in, owner, told):
    Assignment.objects.filter(pk=told[0].pk).update(state="open")
    signed_in(owner).post(reverse("week_make"))
    call_command("work", str(Job.objects.get().pk))
    for printout in Printout.objects.select_related("printed"):
        assert (CANARY in text_of(bytes(printout.printed.pdf))) == (printout.person == told[0].person)


def test_what_is_private_is_not_in_the_shared_journal(signed_in, owner, case, told):
    page = signed_in(owner)
    address = reverse("curious", args=[case.pk])
    assert CANARY not in page.get(address).content.decode()
    response = told[0].responses.finished().get()
    response_actions.share(by=owner, response=response, person=told[0].person)
    shown = CANARY in page.get(address).content.decode()
    response_actions.withdraw(by=owner, response=response)
    assert shown and CANARY not in page.get(address).content.decode()


@pytest.mark.parametrize("who", ["stranger", "colleague", "front_desk"])
def test_nobody_outside_the_team_reads_it(request, signed_in, case, told, who):
    page = signed_in(request.getfixturevalue(who))
    mine = told[0]
    doors = [("homework", case.pk), ("assignment", mine.pk), ("answers", case.pk), ("curious", case.pk)]
    doors += [("returned_file", case.returned_files.get().pk), ("response_rate", mine.responses.first().pk)]
    answers = [page.get(reverse(name, args=[pk])) for name, pk in doors]
    answers += [page.get(reverse(name)) for name in ("today", "returned", "week_sheets", "trail")]
    answers.append(page.get(reverse("search"), {"q": CANARY}))
    bodies = [answer.content.decode().replace(f'value="{CANARY}"', "") for answer in answers[:-1]]
    assert CANARY not in "".join(bodies)
    assert answers[-1].content.decode().count(CANARY) <= 2  # what was searched for, said again


def test_the_trail_holds_no_word_of_it(owner, told, signed_in):
    page = signed_in(owner)
    page.get(reverse("assignment", args=[told[0].pk]))
    assert CANARY not in page.get(reverse("trail")).content.decode()
