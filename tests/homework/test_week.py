"""The sheets of the coming week as one job: progress, cancel, each kept with its case, one file for the printer."""

import io

import pypdf
import pytest
from django.core.management import call_command
from django.urls import reverse

from planner.base import jobs
from planner.base.models import Job
from planner.cases import consent_actions
from planner.homework import week
from planner.homework.models import PrintedSheet, Printout
from planner.practice.models import Practice
from planner.sheets import press
from tests import factories
from tests.cases.test_consents import draw, signed


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


@pytest.fixture
def sheet(db):
    return factories.make_intervention("check-in").worksheets.first().current


@pytest.fixture
def clients(owner, sheet):
    """Three couples, each partner with a sheet; one partner reads large print."""
    cases = [factories.make_case(owner, names=(f"Ann{n}", f"Bob{n}")) for n in range(3)]
    for case in cases:
        for place in case.participants.all():
            factories.make_assignment(case, owner, place.person, sheet, days=3)
    large = cases[0].participants.first().person
    large.text_size = 18
    large.save()
    return cases


def text_of(pdf):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_the_whole_way(page, owner, clients, monkeypatch):
    house = Practice.objects.get(pk=owner.practice_id).print_options
    assert "Print 6 sheets" in page.get(reverse("week_sheets")).content.decode()
    page.post(reverse("week_make"))
    page.post(reverse("week_make"))
    job = Job.objects.get()  # the second click found the first
    shown = page.get(reverse("week_sheets")).content.decode()
    assert "It is about to begin." in shown and 'hx-trigger="every 2s"' in shown and "Stop it" in shown
    told, real = [], jobs._tell
    monkeypatch.setattr(jobs, "_tell", lambda pk, progress: (told.append(progress), real(pk, progress)))
    call_command("work", str(job.pk))
    job.refresh_from_db()
    assert (job.state, told) == ("done", [0, 15, 30, 45, 60, 75, 90, 95])
    answer = page.get(reverse("week_file", args=[job.pk]))
    joined = text_of(answer.content)
    assert all(f"Your sheet, {name}{n}" in joined for name in ("Ann", "Bob") for n in range(3))
    assert PrintedSheet.objects.filter(assignment__isnull=False).count() == 6
    for printout in Printout.objects.all():  # each one's own paper names nobody else
        own = text_of(bytes(printout.printed.pdf))
        assert [n for n in ("Ann0", "Ann1", "Ann2", "Bob0", "Bob1", "Bob2") if n in own] == [printout.person.name]
    assert Printout.objects.get(person__name="Ann0").printed.options["size"] == 18
    assert Practice.objects.get(pk=owner.practice_id).print_options == house
    assert "Print" not in page.get(reverse("week_sheets")).content.decode().split('class="top-action"')[1][:40]


def test_two_people_never_share_a_sheet_of_paper(page, owner, clients):
    """Printed on both sides, a page and its back are of one person: odd pages are fronts, even ones their backs."""
    page.post(reverse("week_make"))
    job = Job.objects.get()
    call_command("work", str(job.pk))
    pages = pypdf.PdfReader(io.BytesIO(page.get(reverse("week_file", args=[job.pk])).content)).pages
    texts = [one.extract_text() for one in pages]
    people = [f"{name}{n}" for n in range(3) for name in ("Ann", "Bob")]
    named = [[person for person in people if f"sheet, {person}" in text] for text in texts]
    assert [who for both in zip(named[::2], named[1::2], strict=True) for who in both[0]] == people
    own = [printout.printed.pages for printout in Printout.objects.order_by("pk")]
    assert len(texts) == sum(n + n % 2 for n in own) > sum(own)
    assert [front.mediabox == back.mediabox for front, back in zip(pages[::2], pages[1::2], strict=True)] == [True] * 6


def test_stopped_in_the_middle_nothing_was_printed(page, owner, clients, monkeypatch):
    page.post(reverse("week_make"))
    job = Job.objects.get()
    real = week._set

    def stopped_at_the_third(row):
        if real.calls == 2:
            page.post(reverse("week_cancel", args=[job.pk]))
        real.calls += 1
        return real(row)

    real.calls = 0
    monkeypatch.setattr(week, "_set", stopped_at_the_third)
    call_command("work", str(job.pk))
    job.refresh_from_db()
    assert (job.state, real.calls) == ("cancelled", 3) and not Printout.objects.exists()
    assert "Nothing was printed." in page.get(reverse("week_sheets")).content.decode()


def test_a_shut_gate_keeps_its_sheet_back_and_says_so(page, owner, clients):
    shut = factories.make_intervention("together", gates=("joint-task",)).worksheets.first().current
    row = factories.make_assignment(clients[0], owner, clients[0].participants.first().person, shut)
    shown = page.get(reverse("week_sheets")).content.decode()
    assert "Print 6 sheets" in shown and "Ask Ann0 alone about safety first" in shown
    page.post(reverse("week_make"))
    call_command("work", str(Job.objects.get().pk))
    assert not row.printed_sheets.exists() and PrintedSheet.objects.count() == 6


def test_who_withdrew_consent_gets_no_sheet_and_the_page_says_so(page, owner, clients):
    person = clients[0].participants.first().person
    consent = signed(draw(clients[0], owner, person, "treatment"), owner)
    page.post(reverse("week_make"))
    consent_actions.withdraw(by=owner, consent=consent, how="Said so in the hour.")
    shown = page.get(reverse("week_sheets")).content.decode()
    assert "Left out" in shown and "Ann0 no longer consents to treatment. Ask first" in shown
    call_command("work", str(Job.objects.get().pk))  # withdrawn between the click and the work
    job = Job.objects.get()
    assert job.state == "done" and "Ann0" not in text_of(bytes(job.result))
    assert PrintedSheet.objects.count() == 5 and not PrintedSheet.objects.filter(person=person).exists()


def test_only_an_odd_document_gets_a_blank_page_of_its_own_size():
    def pdf(pages, width):
        writer, out = pypdf.PdfWriter(), io.BytesIO()
        for _page in range(pages):
            writer.add_blank_page(width, 400)
        writer.write(out)
        return out.getvalue()

    joined = pypdf.PdfReader(io.BytesIO(press.join([pdf(1, 300), pdf(2, 310), pdf(3, 320)])))
    assert [float(one.mediabox.width) for one in joined.pages] == [300, 300, 310, 310, 320, 320, 320, 320]


def test_only_one_s_own_cases_and_only_this_week(page, signed_in, colleague, owner, clients, sheet):
    assert "No sheet of this week" in signed_in(colleague).get(reverse("week_sheets")).content.decode()
    case = clients[0]
    factories.make_assignment(case, owner, case.participants.first().person, sheet, days=7)
    assert len(week.due(owner)) == 6
    case.team.all().delete()
    page.post(reverse("week_make"))
    call_command("work", str(Job.objects.get().pk))
    assert PrintedSheet.objects.count() == 4  # the case was handed on between the click and the work


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_database_the_same_number_of_times(page, owner, sheet, rows, django_assert_num_queries):
    shut = factories.make_intervention("together", gates=("joint-task",)).worksheets.first().current
    for _row in range(rows):
        case = factories.make_case(owner)
        for edition in (sheet, shut):
            factories.make_assignment(case, owner, case.participants.first().person, edition)
    page.get(reverse("week_sheets"))
    with django_assert_num_queries(PAGE_QUERIES):
        page.get(reverse("week_sheets"))


PAGE_QUERIES = 9


def test_work_that_waits_for_somebody_who_is_gone_makes_nothing(owner):
    """A job acts with the rights that its person has when it runs."""
    case = factories.make_case(owner)
    factories.settle_safety(case, owner)
    factories.make_assignment(case, owner, case.participants.first().person)
    job = week.ask(by=owner)
    type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    call_command("work", str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.result, Printout.objects.count()) == ("failed", None, 0)
    type(owner).objects.filter(pk=owner.pk).update(is_active=True)
    again = week.ask(by=owner)
    call_command("work", str(again.pk))
    again.refresh_from_db()
    assert (again.state, Printout.objects.count()) == ("done", 1)
