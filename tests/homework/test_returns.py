"""What comes back as a PDF: filled by three independent programs, by hostile hands, twice, for somebody else."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.base.models import Job
from planner.homework import actions, papers, return_actions, returns
from planner.homework.models import Assignment, Printout, Response, ReturnedFile
from planner.library.models import WorksheetEdition
from planner.progress import instruments, print_actions
from planner.progress.models import Rating
from planner.sheets import press, returned
from planner.sheets.options import Options
from tests import factories
from tests.homework.fillers import FILLERS, by_pikepdf, by_pypdf, changed

BLOCKS = [
    {"short": {"id": "word", "label": "Our word"}},
    {"lines": {"id": "hard", "label": "When was it hard?", "lines": 4}},
    {"scale": {"id": "close", "label": "How close?", "low": "far", "high": "near"}},
    {"checklist": {"id": "helps", "label": "What helped?", "options": ["A walk", "Music"], "own_line": True}},
]
TYPED = {"word": "Zoë Łódź", "hard": "Señor Núñez\nçà et là\nНе сейчас 北京 שלום", "close-7": "on", "helps-2": "on"}
ANSWERS = {"word": "Zoë Łódź", "hard": TYPED["hard"], "close": 7, "helps": ["Music"]}


@pytest.fixture
def edition(db):
    return factories.make_intervention("check-in", sheet={"blocks": BLOCKS}).worksheets.first().current


@pytest.fixture
def maya(couple):
    return couple.participants.first().person


@pytest.fixture
def row(couple, owner, maya, edition):
    return factories.make_assignment(couple, owner, maya, edition)


@pytest.fixture
def page(signed_in, owner, couple):
    return signed_in(owner)


def printed(row, owner, **options) -> bytes:
    paper, sheets = papers.paper_of(papers.given(row), Options(**options))
    printout = actions.print_copies(
        by=owner, case=row.case, kind="handouts", person=row.person, audience=row.audience, paper=paper,
        sheets=sheets, assignments=[row],
    )  # fmt: skip
    return bytes(printout.printed.pdf)


def upload(page, *files, **more):
    sent = [SimpleUploadedFile(f"filled-{n}.pdf", file, "application/pdf") for n, file in enumerate(files)]
    return page.post(reverse("returned"), {"files": sent, **more})


def take(page, file):
    return page.post(reverse("returned_take", args=[file.pk]), {"version": file.version})


# A sheet of a measure


def test_a_rating_sheet_that_comes_in_with_the_homework(page, owner, couple, maya, signed_in, stranger):
    sheet = print_actions.print_sheet(
        by=owner, case=couple, person=maya, measure=instruments.get("trust"), options=Options()
    )
    filled = by_pypdf(bytes(sheet.printed.pdf), {"i1-6": "on", "note": "A calm week."})
    response = upload(page, filled)
    file = ReturnedFile.objects.get()
    assert (response.url, file.problem, file.case) == (reverse("returned_file", args=[file.pk]), "", couple)
    shown = page.get(response.url).content.decode()
    here = reverse("returned_rating", args=[file.pk])
    assert here in shown and "no return address" not in shown and "File it by hand" not in shown
    answers = page.get(here).content.decode()
    assert (
        'value="6"' in answers
        and "A calm week." in answers
        and reverse("returned_picture", args=[file.pk, 1]) in answers
    )
    data = {"on": "2026-01-05", "private": "person", "item_1": "6", "note": "A calm week."}
    for _ in range(2):
        assert page.post(here, data).status_code == 302
    rating = Rating.objects.get()
    file.refresh_from_db()
    assert (rating.score, rating.person, rating.from_print, file.state) == (6, maya, sheet, "taken")
    other = signed_in(stranger)
    upload(other, filled)
    strange = ReturnedFile.objects.exclude(pk=file.pk).get()
    assert (strange.problem, strange.case) == ("no-address", None)
    assert other.get(reverse("returned_rating", args=[strange.pk])).status_code == 404


def test_a_rating_sheet_waits_while_its_answers_cannot_be_kept(page, owner, couple, maya):
    sheet = print_actions.print_sheet(
        by=owner, case=couple, person=maya, measure=instruments.get("trust"), options=Options()
    )
    upload(page, by_pypdf(bytes(sheet.printed.pdf), {"i1-6": "on"}))
    file = ReturnedFile.objects.get()
    here = reverse("returned_rating", args=[file.pk])
    answer = page.post(here, {"on": "2026-01-05", "private": "person", "item_1": "77", "note": "Typed."})
    assert answer.status_code == 422 and "Typed." in answer.content.decode() and here in answer.content.decode()
    file.refresh_from_db()
    assert file.state == "waiting" and not Rating.objects.exists()


# Three fillers


@pytest.mark.parametrize("filler", FILLERS)
def test_accents_other_scripts_and_line_breaks_come_back_as_they_were_typed(page, owner, row, filler):
    response = upload(page, FILLERS[filler](printed(row, owner), TYPED))
    file = ReturnedFile.objects.get()
    assert response.url == reverse("returned_file", args=[file.pk])
    assert (file.problem, file.case, file.active) == ("", row.case, False)
    assert take(page, file).url == reverse("assignment", args=[row.pk])
    kept = Response.objects.get()
    assert kept.answers == ANSWERS and (kept.way, kept.assignment, kept.file) == ("pdf", row, file)
    row.refresh_from_db()
    assert row.state == "back"


@pytest.mark.parametrize("filler", ["pypdf", "PDFium"])
def test_plain_letters_agree_with_the_page(page, owner, row, filler):
    upload(page, FILLERS[filler](printed(row, owner), {"word": "Lighthouse", "hard": "one\ntwo", "close-3": "on"}))
    (part,) = returns.parts(ReturnedFile.objects.get(), owner)
    seen = {one.label: one.seen for one in part.rows if not one.is_blank}
    assert part.differing == [] and part.is_clear
    assert "Lighthouse" in seen["Our word"] and seen["How close? 3"] == "on"


def test_a_value_that_the_page_does_not_show_is_told(page, owner, row):
    pdf = by_pypdf(printed(row, owner), {"word": "NO cravings", "close-2": "on"})

    def lie(file):
        for field in file.Root.AcroForm.Fields:
            if str(field.T) == "word":
                field.V = pikepdf.String("daily cravings")
            if str(field.T) == "close-9":
                field.V = pikepdf.Name("/on")

    upload(page, changed(pdf, lie))
    file = ReturnedFile.objects.get()
    (part,) = returns.parts(file, owner)
    assert {(one.label, one.stored, one.seen.strip()) for one in part.differing} == {
        ("Our word", "daily cravings", "NO cravings"), ("How close? 9", "on", "Off"),
    }  # fmt: skip
    assert not part.is_clear
    shown = page.get(reverse("returned_file", args=[file.pk])).content.decode()
    assert "daily cravings" in shown and "NO cravings" in shown and "In 2 fields the page shows something else" in shown
    page.post(reverse("returned_take_clear"))
    file.refresh_from_db()
    assert file.state == "waiting" and not Response.objects.exists()


# Whose it is


def test_each_of_a_packet_finds_its_own_person(page, owner, couple, edition, maya):
    ruben = couple.participants.last().person
    rows = [factories.make_assignment(couple, owner, person, edition) for person in (maya, ruben)]
    paper, sheets, assignments = papers.series_paper(map(papers.given, rows), Options())
    printout = actions.print_copies(
        by=owner, case=couple, kind="packet", person=None, audience="case", paper=paper, sheets=sheets,
        assignments=assignments,
    )  # fmt: skip
    upload(page, by_pikepdf(bytes(printout.printed.pdf), {"s1-word": "mayas-secret", "s2-word": "rubens-secret"}))
    take(page, ReturnedFile.objects.get())
    assert {one.assignment.person: one.values for one in Response.objects.all()} == {
        maya: {"word": "mayas-secret"}, ruben: {"word": "rubens-secret"},
    }  # fmt: skip
    shown = page.get(reverse("assignment", args=[rows[0].pk])).content.decode()
    assert "mayas-secret" in shown and "rubens-secret" not in shown


def test_an_older_edition_is_read_by_its_own(page, owner, row, edition):
    pdf = printed(row, owner)
    newer = WorksheetEdition.objects.create(
        worksheet=edition.worksheet, number=2, content_hash="2", grades={},
        content={**edition.content, "blocks": [{"short": {"id": "word", "label": "Another word"}}]},
    )  # fmt: skip
    edition.worksheet.current = newer
    edition.worksheet.save()
    upload(page, by_pikepdf(pdf, TYPED))
    (part,) = returns.parts(ReturnedFile.objects.get(), owner)
    assert part.is_older and not part.unknown and not part.missing
    take(page, ReturnedFile.objects.get())
    assert Response.objects.get().edition == edition and Response.objects.get().answers == ANSWERS


def test_unknown_and_missing_fields_are_shown(page, owner, row):
    def mend(file):
        fields = file.Root.AcroForm.Fields
        for field in fields:
            if str(field.T) == "word":
                field.T = pikepdf.String("something-else")

    upload(page, changed(by_pikepdf(printed(row, owner), {"word": "smuggled", "hard": "kept"}), mend))
    file = ReturnedFile.objects.get()
    (part,) = returns.parts(file, owner)
    assert part.unknown == (("something-else", "smuggled"),) and part.missing == ("Our word",)
    shown = page.get(reverse("returned_file", args=[file.pk])).content.decode()
    assert "something-else: smuggled" in shown and "is missing in the file" in shown
    take(page, file)
    assert Response.objects.get().values == {"hard": "kept"}


def test_another_client_another_practice_and_nobody_s_get_the_same_answer(
    signed_in, page, owner, stranger, row, colleague
):
    pdf = by_pikepdf(printed(row, owner), TYPED)
    blank = press.render(papers.paper_of(papers.given(row), Options(), real=False)[0]).pdf
    pages = []
    for who, file in ((stranger, pdf), (colleague, pdf), (owner, blank)):
        client = signed_in(who)
        upload(client, file)
        row_of = ReturnedFile.objects.filter(by=who).get()
        assert (row_of.case, row_of.problem) == (None, "no-address")
        shown = client.get(reverse("returned_file", args=[row_of.pk])).content.decode()
        assert who == owner or ("Maya" not in shown and row.case.code not in shown)
        pages.append("carries no return address that leads to homework of one of your cases" in shown)
        assert client.post(reverse("returned_take", args=[row_of.pk]), {"version": row_of.version}).status_code == 422
    assert pages == [True] * 3 and not Response.objects.exists()


def test_a_sheet_printed_in_a_packet_counts_as_given_once_it_comes_back(page, owner, couple, maya, edition):
    row = factories.make_assignment(couple, owner, maya, edition)
    pdf = printed(row, owner)
    Printout.objects.get().sheets.update(assignment=None)
    row.delete()
    upload(page, by_pikepdf(pdf, {"word": "tea"}))
    take(page, ReturnedFile.objects.get())
    given_then = Assignment.objects.get()
    assert (given_then.person, given_then.edition, given_then.state) == (maya, edition, "back")


def test_a_file_that_lost_its_metadata_is_found_by_the_address_on_the_page(page, owner, row):
    def forget(file):
        del file.docinfo
        if "/Metadata" in file.Root:
            del file.Root.Metadata

    upload(page, changed(by_pikepdf(printed(row, owner), TYPED), forget))
    file = ReturnedFile.objects.get()
    assert (file.case, file.problem) == (row.case, "")
    take(page, file)
    assert Response.objects.get().answers == ANSWERS


# Again, damaged, hostile


def test_the_same_file_twice_is_one(page, owner, row):
    pdf = by_pikepdf(printed(row, owner), TYPED)
    upload(page, pdf)
    file = ReturnedFile.objects.get()
    take(page, file)
    assert upload(page, pdf).url == reverse("returned_file", args=[file.pk])
    shown = upload(page, pdf, b"%PDF-1.7 other").content.decode()
    assert "This file is here already" in shown
    assert take(page, file).status_code in (409, 422)
    assert Response.objects.count() == 1 and ReturnedFile.objects.count() == 2


def flat(pdf: bytes) -> bytes:
    def no_form(file):
        del file.Root.AcroForm
        for sheet in file.pages:
            if "/Annots" in sheet:
                del sheet.Annots

    return changed(pdf, no_form)


def locked(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        out = io.BytesIO()
        file.save(out, encryption=pikepdf.Encryption(owner="o", user="secret"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("harm", "problem", "said"),
    [
        (locked, "locked", "locked with a password"),
        (lambda pdf: pdf[: len(pdf) // 3], "damaged", "cannot be read; the file is kept"),
        (flat, "no-fields", "saved flat or scanned"),
    ],
)
def test_what_cannot_be_read_is_kept_and_can_be_filed_by_hand(page, owner, row, harm, problem, said):
    sent = harm(by_pikepdf(printed(row, owner), TYPED))
    upload(page, sent)
    file = ReturnedFile.objects.get()
    assert (file.problem, bytes(file.content)) == (problem, sent)
    shown = page.get(reverse("returned_file", args=[file.pk])).content.decode()
    assert said in shown and "File it by hand" in shown
    done = page.post(reverse("returned_hand", args=[file.pk]), {"assignment": row.pk, "version": file.version})
    assert done.url == reverse("assignment", args=[row.pk])
    file.refresh_from_db()
    assert (file.state, file.case) == ("filed", row.case) and Response.objects.get().assignment == row


@pytest.mark.parametrize("sent", [b"", b"<html>%PDF-1.7", b"\x89PNG\r\n", b"GIF89a", b"MZ\x90", b"<svg/>"])
def test_what_is_no_pdf_is_not_kept(page, couple, sent):
    response = upload(page, sent, b"%PDF-1.7 two")
    assert "not a PDF" in response.content.decode() or "empty" in response.content.decode()
    assert ReturnedFile.objects.count() == 1


def test_nothing_chosen_is_said_and_nothing_is_kept(page, couple):
    response = page.post(reverse("returned"), {})
    assert response.status_code == 422 and "Choose at least one file." in response.content.decode()
    assert not ReturnedFile.objects.exists()


def test_too_large_is_said(page, couple, monkeypatch):
    monkeypatch.setattr(returned, "LARGEST", 1000)
    assert "larger than" in upload(page, b"%PDF-" + b"x" * 1000, b"%PDF-1.7").content.decode()
    assert ReturnedFile.objects.count() == 1


def test_a_full_quota_is_said(page, couple, monkeypatch):
    monkeypatch.setattr(return_actions, "QUOTA", 10)
    assert "is full" in upload(page, b"%PDF-1.7 some bytes", b"%PDF-1").content.decode()


HOSTILE = {
    "script at opening": lambda root: root.__setattr__(
        "OpenAction", pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=pikepdf.String("app.alert(1)"))
    ),
    "script by name": lambda root: root.__setattr__(
        "Names", pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([])))
    ),
    "attachment": lambda root: root.__setattr__(
        "Names", pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array([])))
    ),
    "launch": lambda root: root.AcroForm.Fields[0].__setattr__(
        "A", pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F=pikepdf.String("calc.exe"))
    ),
    "submit": lambda root: root.AcroForm.Fields[0].__setattr__(
        "A", pikepdf.Dictionary(S=pikepdf.Name("/SubmitForm"), F=pikepdf.String("http://127.0.0.1/x"))
    ),
    "script in a field": lambda root: root.AcroForm.Fields[0].__setattr__(
        "AA", pikepdf.Dictionary(K=pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=pikepdf.String("x")))
    ),
    "second form": lambda root: root.AcroForm.__setattr__("XFA", pikepdf.String("<xdp/>")),
}


@pytest.mark.parametrize("harm", HOSTILE)
def test_active_content_is_read_marked_and_never_served_to_be_opened(page, owner, row, harm):
    upload(page, changed(by_pikepdf(printed(row, owner), TYPED), lambda file: HOSTILE[harm](file.Root)))
    file = ReturnedFile.objects.get()
    assert file.active and file.reading["values"]["word"] == TYPED["word"]
    assert "contained active content" in page.get(reverse("returned_file", args=[file.pk])).content.decode()
    original = page.get(reverse("returned_original", args=[file.pk]))
    assert original.headers["Content-Disposition"] == f'attachment; filename="returned-{file.pk}.pdf"'
    assert original.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in original.headers["Content-Security-Policy"]
    assert original.headers["X-Content-Type-Options"] == "nosniff"
    assert original.content == bytes(file.content)
    picture = page.get(reverse("returned_picture", args=[file.pk, 1]))
    assert picture.headers["Content-Type"] == "image/png"
    assert page.get(reverse("returned_picture", args=[file.pk, 99])).status_code == 404


def test_nothing_is_lost_when_the_child_dies(page, owner, row, monkeypatch):
    def dies(job, body, **how):
        raise press.TooMuch("the child was ended")

    pdf = by_pikepdf(printed(row, owner), TYPED)
    with monkeypatch.context() as broken:
        broken.setattr(press, "ask", dies)
        upload(page, pdf)
    file = ReturnedFile.objects.get()
    assert (bytes(file.content), file.problem) == (pdf, "damaged")
    return_actions.read_file(file, owner)
    file.refresh_from_db()
    assert (file.problem, file.case) == ("", row.case)


def test_a_name_that_lies_is_cleaned(page, couple):
    sent = SimpleUploadedFile("a‮fdp.exe\n.pdf", b"%PDF-1.7 x", "application/pdf")
    page.post(reverse("returned"), {"files": [sent]})
    assert "‮" not in ReturnedFile.objects.get().name


def test_many_are_read_in_the_background_and_the_clear_ones_taken_in_at_once(page, owner, couple, maya, edition):
    files = []
    for n in range(6):
        row = factories.make_assignment(couple, owner, maya, edition)
        files.append(by_pypdf(printed(row, owner), {"word": f"word {n}"}))
    files.append(b"%PDF-1.7 broken")
    answer = upload(page, *files)
    shown = answer.content.decode()
    assert (
        answer.status_code == 200
        and "7 files are being read." in shown
        and ReturnedFile.objects.filter(reading={}).count() == 7
    )
    call_command("work", str(Job.objects.get().pk))
    assert Job.objects.get().state == "done" and not ReturnedFile.objects.filter(reading={}).exists()
    page.post(reverse("returned_take_clear"))
    assert sorted(one.values["word"] for one in Response.objects.all()) == [f"word {n}" for n in range(6)]
    assert list(ReturnedFile.objects.filter(state="waiting").values_list("problem", flat=True)) == ["damaged"]


def test_put_away_and_brought_back(page, couple, owner):
    upload(page, b"%PDF-1.7 broken")
    file = ReturnedFile.objects.get()
    address = reverse("returned_put_away", args=[file.pk])
    page.post(address, {"version": file.version})
    file.refresh_from_db()
    assert file.state == "put_away"
    page.post(address, {"version": file.version, "to": "back"})
    file.refresh_from_db()
    assert file.state == "waiting"
    assert page.post(address, {"version": 1}).status_code == 409


# Whatever comes


@pytest.fixture(scope="module")
def small():
    from tests.sheets.make import make_paper

    return press.render(make_paper([{"short": {"id": "word", "label": "W?"}}, *BLOCKS[1:3]])).pdf


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(word=texts, hard=st.lists(texts, max_size=3).map("\n".join))
def test_whatever_is_typed_comes_back(small, word, hard):
    back = returned.read_values(by_pikepdf(small, {"word": word, "hard": hard}))
    assert (back.values["word"], back.values["hard"].replace("\r\n", "\n").replace("\r", "\n")) == (word, hard)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(noise=st.binary(max_size=400), place=st.integers(0, 40_000), cut=st.integers(0, 400))
def test_damage_is_read_or_told_and_never_breaks(small, noise, place, cut):
    filled = by_pypdf(small, {"word": "w", "close-7": "on"})
    reading = returns.read(filled[:place] + noise + filled[place + cut :])
    assert reading.problem in ("", "no-pdf", "damaged", "locked", "no-address", "no-fields")
    assert set(reading.kept) <= {"read", "values", "seen", "addresses"}
