"""What is printed here: for whose eyes, on how many pages, and as the engine and the judge see it."""

from __future__ import annotations

import io
import os
import subprocess

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from planner.agreements.models import Agreement, AgreementVersion
from planner.boosters import booster_actions, brief, diary, papers
from planner.boosters.models import Ending
from planner.cases.models import Audience, Consent, Person
from planner.homework.models import Printout
from planner.library.models import Worksheet, WorksheetEdition
from planner.plans.models import Goal, Plan
from planner.progress import actions as progress
from planner.sheets import press
from planner.sheets.options import Options
from tests import factories
from tests.boosters import make

pytestmark = pytest.mark.django_db
JUDGE = os.environ.get("CLINIC_PDFUA_JUDGE", "")
LINES = Options(fill="lines")


@pytest.fixture
def kept(owner, couple):
    """A couple with a series, a plan with goals for different eyes, agreements of each and of both."""
    factories.settle_safety(couple, owner)
    factories.settle_safety(couple, owner, kind="legal")
    series = make.make_series(couple, owner, days_ago=20)
    one, other = [place.person for place in couple.participants.all()]
    plan = Plan.objects.create(case=couple, number=1, author=owner, changed_by=owner, discharge="Three calm months")
    scale = ["No talk", "Once a month", "Each fortnight", "Each week", "Any day"]
    for words, audience, person in (
        ("A talk each week", Audience.CASE, None), ("Maya sleeps", Audience.PERSON, one),
        ("Ruben says it", Audience.PERSON, other), ("Watch the anger", Audience.CLINICIAN, None),
    ):  # fmt: skip
        Goal.objects.create(plan=plan, position=1, own_words=words, audience=audience, person=person, scale=scale)
    Plan.objects.filter(pk=plan.pk).update(state="active", active_on=timezone.localdate())
    sheet = factories.make_intervention("keeping", sheet={"blocks": [{"lines": {"id": "sign", "label": "A sign"}}]})
    worksheet = sheet.worksheets.first()
    for kind, audience, person, said in (
        ("maintenance", Audience.PERSON, one, "SIGN OF MAYA"), ("coping-card", Audience.PERSON, other, "SIGN OF RUBEN"),
    ):  # fmt: skip
        _agreement(couple, owner, worksheet, kind, audience, person, said)
    _agreement(couple, owner, factories.make_worksheet(sheet, "ours"), "support", Audience.CASE, None, "OUR SIGN")
    return series


def _agreement(case, by, worksheet, kind, audience, person, said):
    row = Agreement.objects.create(case=case, kind=kind, worksheet=worksheet, person=person, audience=audience, by=by)
    people = [place.person_id for place in case.participants.all()] if person is None else []
    name = "sign" if worksheet.slug != "ours" else "pause_word"
    AgreementVersion.objects.create(
        agreement=row, number=1, edition=worksheet.current, answers={name: said}, people=people,
        adopted_on=timezone.localdate(), by=by,
    )  # fmt: skip


def printed(paper) -> str:
    """The text of the paper; nothing to complain about, and the judge's word where there is one."""
    rendering = press.render(paper)
    assert (rendering.warnings, rendering.left_out) == ((), ())
    return text_of(rendering.pdf)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(pdf))).pages).split())


def text_of_pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(bytes(pdf))).pages]


def readers(case):
    return {place.person.on_paper: place for place in case.participants.select_related("person")}


def test_each_readers_paper_holds_their_own_and_what_is_for_both(couple, kept):
    maya = printed(papers.keeping_paper(couple, readers(couple)["Maya"], LINES))
    ruben = printed(papers.keeping_paper(couple, readers(couple)["Ruben"], LINES))
    both = printed(papers.keeping_paper(couple, None, LINES))
    assert [text in maya for text in ("Maya sleeps", "SIGN OF MAYA", "A talk each week", "OUR SIGN")] == [True] * 4
    assert [text in ruben for text in ("Ruben says it", "SIGN OF RUBEN", "A talk each week", "OUR SIGN")] == [True] * 4
    for text in ("Ruben says it", "SIGN OF RUBEN", "Watch the anger"):
        assert text not in maya
    for text in ("Maya sleeps", "SIGN OF MAYA", "Watch the anger"):
        assert text not in ruben
    for text in ("Maya sleeps", "Ruben says it", "SIGN OF MAYA", "SIGN OF RUBEN", "Watch the anger"):
        assert text not in both
    assert "A talk each week" in both and "OUR SIGN" in both


def test_the_levels_of_a_goal_are_on_it_and_the_dates_too(couple, kept):
    text = printed(papers.keeping_paper(couple, readers(couple)["Maya"], LINES))
    assert "Each fortnight" in text
    for booster in kept.boosters.filter(state="due", due_on__gte=timezone.localdate()):
        assert f"{booster.due_on.day} {booster.due_on:%B} {booster.due_on.year}, 10:00" in text


def test_what_would_bring_them_back_sooner_is_in_their_words_and_not_on_a_quiet_page(couple, kept):
    said = "Two rows in a week that we cannot mend"
    quiet = Options(fill="lines", discreet=True)
    for reader in (*readers(couple).values(), None):
        text = printed(papers.keeping_paper(couple, reader, LINES, sooner=said))
        assert "What brings us back sooner" in text and said in text
        assert said not in printed(papers.keeping_paper(couple, reader, quiet, sooner=said))
    assert "What brings us back sooner" not in printed(papers.keeping_paper(couple, None, LINES))


def test_nothing_of_the_clinicians_own_is_on_a_clients_paper(owner, couple, kept):
    first = make.first_of(kept)
    booster_actions.hold(
        first, by=owner, version=first.version, on=timezone.localdate(), slipped="CANARY ONE", promised="CANARY TWO"
    )
    for reader in (*readers(couple).values(), None):
        for build in (papers.keeping_paper, papers.dates_paper):
            text = printed(build(couple, reader, LINES))
            for word in ("CANARY", "Keep the weekly talk.", "ooster", couple.code, "relapse", "craving"):
                assert word not in text


def test_a_discreet_card_names_nobody_and_no_practice(couple, kept):
    discreet = Options(fill="lines", discreet=True, name="none")
    text = printed(papers.dates_paper(couple, readers(couple)["Maya"], discreet))
    for word in ("Maya", "Harbour practice", "Your next dates"):
        assert word not in text


def test_a_shut_gate_keeps_a_joint_page_off_the_paper(owner, couple, kept):
    gated = factories.make_intervention("gated", gates=("joint-task",))
    sheet = factories.make_worksheet(gated, "gated-ours")
    _agreement(couple, owner, sheet, "accountability", Audience.CASE, None, "GATED")
    assert papers.held_back(couple, None) == []
    factories.settle_safety(couple, owner, state="concern")
    assert "GATED" not in printed(papers.keeping_paper(couple, None, LINES))
    assert papers.held_back(couple, None) == [sheet.current.content["title"]]


@pytest.fixture
def library(db):
    call_command("load_pack", verbosity=0)


def diary_of(case, name, **options) -> str:
    """The text of a person's paper after its first page, where the diary lies."""
    pdf = press.render(papers.keeping_paper(case, readers(case)[name], Options(fill="lines", **options))).pdf
    return " ".join(text_of_pages(pdf)[1:])


def test_each_person_gets_a_blank_diary_page_and_the_joint_paper_has_none(library, owner, couple):
    title, ask = "A few lines of my day", "Was there a sore moment?"
    for name in ("Maya", "Ruben"):
        pages = text_of_pages(press.render(papers.keeping_paper(couple, readers(couple)[name], LINES)).pdf)
        assert title in pages[0] and "What is in these pages" in pages[0]
        assert title in pages[-1] and ask in pages[-1] and name in pages[-1]
    assert title not in printed(papers.keeping_paper(couple, None, LINES))
    without = papers.keeping_paper(couple, readers(couple)["Maya"], LINES, with_diary=False)
    assert title not in printed(without)


def test_the_diary_is_in_the_language_and_size_of_its_reader(library, couple):
    Person.objects.filter(pk=readers(couple)["Ruben"].person_id).update(language="es")
    assert "Was there a sore moment?" in diary_of(couple, "Maya", size=24)
    sheet = Worksheet.objects.get(slug="diary-page", language="en")
    edition = WorksheetEdition.objects.get(pk=sheet.current_id)
    spanish = {**edition.content, "title": "Unas líneas de mi día"}
    sheet.pk, sheet.language, sheet.current = None, "es", None
    sheet.save()
    edition.pk, edition.worksheet, edition.content = None, sheet, spanish
    edition.save()
    Worksheet.objects.filter(pk=sheet.pk).update(current=edition)
    assert "Unas líneas de mi día" in diary_of(couple, "Ruben")
    assert "A few lines of my day" in diary_of(couple, "Maya")


def test_on_a_device_the_diary_has_fields_of_its_own_that_say_what_they_ask(library, couple, kept):
    paper = papers.keeping_paper(couple, readers(couple)["Maya"], Options(fill="fields"))
    fields = PdfReader(io.BytesIO(press.render(paper).pdf)).get_fields()
    mine = {name: field for name, field in fields.items() if name.startswith("diary-")}
    assert {"diary-good", "diary-my_share", "diary-sore", "diary-needed", "diary-next_time"} <= set(mine)
    assert all(field.get("/TU") for field in mine.values())


def test_a_child_and_a_shut_gate_get_no_diary(library, owner, couple):
    place = readers(couple)["Maya"]
    place.role, place.side = "child", ""
    assert diary.page_for(couple, place) is None
    place.role = "partner"
    assert diary.page_for(couple, place).title == "A few lines of my day"
    today = timezone.localdate()
    Consent.objects.create(
        case=couple, person=place.person, kind="treatment", text="x", sha256="0" * 64, by=owner, given_on=today,
        withdrawn_on=today,
    )  # fmt: skip
    assert diary.page_for(couple, place) is None


def test_the_page_says_what_is_in_it_and_prints_it_in_the_readers_way(library, owner, couple, signed_in):
    page, address = signed_in(owner), reverse("keeping", args=[couple.pk])
    ruben = readers(couple)["Ruben"]
    Person.objects.filter(pk=ruben.person_id).update(text_size=18)
    shown = page.get(address)
    assert shown.content.decode().count("A few lines of my day") == 2
    assert shown.context["form"].initial["size"] == owner.practice.text_size
    assert page.get(address, {"whom": ruben.pk}).context["form"].initial["size"] == 18
    sent = {"paper": "a4", "size": "12", "name": "full", "what": "keeping", "whom": str(ruben.pk)}
    for extra, there in (({"diary": "on", "once": "a"}, True), ({"once": "b"}, False)):
        page.post(address, {**sent, **extra})
        pdf = Printout.objects.filter(case=couple).latest("pk").printed.pdf
        assert ("A few lines of my day" in text_of(pdf)) is there


def test_the_brief_is_one_page_however_much_there_is(owner, couple, kept):
    first, second = kept.boosters.order_by("number")[:2]
    texts = dict.fromkeys(("held_well", "slipped", "early_signs", "promised"), "A line that says something. " * 60)
    booster_actions.hold(first, by=owner, version=1, on=timezone.localdate(), **texts)
    for place in couple.participants.all():
        for measure, score in (("csi-4", 12), ("trust", 6), ("craving", 2)):
            progress.rate(by=owner, case=couple, person=place.person, measure=measure, score=score)
    rendering = press.render(papers.brief_paper(brief.of(second, owner), owner.practice, Options()))
    assert (rendering.pages, rendering.warnings) == (1, ())


def test_each_print_is_kept_with_its_audience(owner, couple, kept, signed_in):
    page = signed_in(owner)
    maya = readers(couple)["Maya"]
    sent = {"paper": "a4", "size": "12", "name": "full"}
    page.post(reverse("booster_brief", args=[make.first_of(kept).pk]))
    page.post(reverse("keeping", args=[couple.pk]), {**sent, "what": "dates", "whom": str(maya.pk)})
    page.post(reverse("keeping", args=[couple.pk]), {**sent, "what": "keeping", "whom": "all"})
    ending = Ending.objects.create(case=couple, on=timezone.localdate(), summary="All is well.", by=owner)
    page.post(reverse("ending_print", args=[ending.pk]))
    rows = Printout.objects.filter(case=couple).order_by("pk").values_list("kind", "audience", "person")
    assert list(rows) == [
        ("brief", "clinician", None), ("dates", "person", maya.person_id), ("keeping", "case", None),
        ("ending", "clinician", None),
    ]  # fmt: skip


@pytest.mark.skipif(not JUDGE, reason="CLINIC_PDFUA_JUDGE names no judge")
def test_the_judge_finds_nothing(library, owner, couple, kept, tmp_path):
    ending = Ending.objects.create(case=couple, on=timezone.localdate(), summary="All is well.", by=owner)
    place = couple.participants.first()
    for score in (3, 6, 8):
        progress.rate(by=owner, case=couple, person=place.person, measure="trust", score=score)
    made = {
        "brief": papers.brief_paper(brief.of(make.first_of(kept), owner), owner.practice, Options()),
        "dates": papers.dates_paper(couple, place, LINES),
        "large": papers.keeping_paper(couple, place, Options(fill="lines", size=18)),
        "keeping": papers.keeping_paper(couple, None, LINES),
        "diary": papers.keeping_paper(couple, place, Options(fill="fields")),
        "ending": papers.ending_paper(ending, "M. & R.", owner.practice, Options()),
    }
    files = []
    for name, paper in made.items():
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(press.render(paper).pdf)
    judged = subprocess.run([JUDGE, *files], capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout[-3000:]
