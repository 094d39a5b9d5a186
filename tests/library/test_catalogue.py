"""The catalogue and the work in the background that makes it: progress, cancel, a result that waits, a death seen."""

import io
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from planner.base import jobs
from planner.base.models import Job, JobState
from planner.library import actions, catalogue
from planner.practice.models import TrailEntry
from planner.sheets import press
from planner.sheets.options import Options
from tests.library.make import entry, write_pack
from tests.library.test_search import ENTRIES

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
KINDS = {catalogue.KIND: catalogue.make}
JUDGE = os.environ.get("CLINIC_PDFUA_JUDGE", "")


@pytest.fixture
def library(tmp_path, db):
    actions.load_pack(write_pack(tmp_path, *ENTRIES))


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


def asked(user):
    return catalogue.ask(by=user, options=catalogue.remembered(user))


# The paper


def test_contents_name_the_page_of_every_entry(library, owner):
    rendering = press.render(catalogue.paper_of(owner, Options(paper="a4")))
    assert (rendering.left_out, rendering.warnings) == ((), ())
    pages = [" ".join(one.extract_text().split()) for one in pypdf.PdfReader(io.BytesIO(rendering.pdf)).pages]
    assert "Catalogue of the library" in pages[0] and "4 entries" in pages[0]
    for name, aim in [("Grounding", "Feel the room."), ("Boundary agreement", "Say yes and no.")]:
        place = next(number for number, text in enumerate(pages[2:], 3) if aim in text)
        line = pages[1].split(name, 1)[1].lstrip(". …")
        assert line.startswith(str(place)), (name, place, line[:40])


@pytest.mark.verapdf
@pytest.mark.skipif(not JUDGE, reason="CLINIC_PDFUA_JUDGE names no judge")
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_catalogue_is_pdf_ua(owner, tmp_path, paper):
    """The small one, and that of all that ships, with its pages of contents."""
    actions.load_pack(write_pack(tmp_path, entry("alpha")))
    files = [tmp_path / "small.pdf", tmp_path / "whole.pdf"]
    files[0].write_bytes(press.render(catalogue.paper_of(owner, Options(paper=paper))).pdf)
    actions.load_pack(actions.FIRST_PACK)
    files[1].write_bytes(press.render(catalogue.paper_of(owner, Options(paper=paper))).pdf)
    judged = subprocess.run([JUDGE, *files], capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout


def test_every_entry_is_a_part_with_what_counts(library, owner):
    html = press.page_html(catalogue.paper_of(owner, Options()))
    assert html.count('class="catalogue-part"') == 4
    for words in ("Use when", "Not when", "Joint task: ask each person alone", "Our talk", "No clinician has"):
        assert words in html
    assert "For clinicians. Not a sheet for clients." in html


def test_another_practice_s_entries_are_not_in_it(library, owner, stranger):
    from planner.library.models import Intervention

    Intervention.objects.filter(slug="grounding").update(practice=stranger.practice, pack=None)
    assert "Grounding" not in press.page_html(catalogue.paper_of(owner, Options()))


@pytest.mark.parametrize("entries", [1, 3])
def test_gathering_costs_the_same_for_one_and_for_three(tmp_path, owner, entries, django_assert_num_queries):
    actions.load_pack(write_pack(tmp_path, *ENTRIES[:entries]))
    with django_assert_num_queries(3):
        catalogue.paper_of(owner, Options())


def test_hostile_content_is_text(tmp_path, owner):
    actions.load_pack(write_pack(tmp_path, entry("alpha", name="'<script>x</script>'", do="<img src=x>")))
    html = press.page_html(catalogue.paper_of(owner, Options()))
    assert "<script>" not in html and "<img" not in html and "&lt;script&gt;" in html


# The work


def test_the_whole_way(library, page, owner, monkeypatch):
    assert "None has been made yet." in page.get(reverse("catalogue")).content.decode()
    assert page.post(reverse("catalogue_make")).url == reverse("catalogue")
    assert page.post(reverse("catalogue_make")).status_code == 302
    job = Job.objects.get()  # the second click found the first
    shown = page.get(reverse("catalogue")).content.decode()
    assert "It is about to begin." in shown and 'hx-trigger="every 2s"' in shown and "X-Background" in shown
    steps = []
    real = jobs._tell
    monkeypatch.setattr(jobs, "_tell", lambda pk, progress: (steps.append(progress), real(pk, progress)))
    call_command("work", str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.progress, bytes(job.result[:5])) == ("done", 100, b"%PDF-")
    assert steps[-1] == catalogue.GATHERED
    part = page.get(reverse("catalogue"), headers={"HX-Request": "true", "X-Background": "1"}).content.decode()
    assert part.lstrip().startswith('<section id="job"') and "hx-trigger" not in part and "Open the catalogue" in part
    response = page.get(reverse("catalogue_file", args=[job.pk]))
    assert response.content == bytes(job.result) and response.headers["Content-Type"] == "application/pdf"
    told = list(TrailEntry.objects.filter(what="catalogue").values_list("verb", flat=True))
    assert told == ["asked for", "opened"]


def test_it_can_be_stopped_before_it_begins(library, page, owner):
    job = asked(owner)
    page.post(reverse("catalogue_cancel", args=[job.pk]))
    jobs.work(job.pk, KINDS)
    job.refresh_from_db()
    assert (job.state, job.result) == ("cancelled", None)
    assert "It was stopped." in page.get(reverse("catalogue")).content.decode()


def test_it_can_be_stopped_while_it_goes_on(library, page, owner):
    job = asked(owner)

    def slow(job, tell):
        tell(10)
        page.post(reverse("catalogue_cancel", args=[job.pk]))
        assert "It is being stopped." in page.get(reverse("catalogue")).content.decode()
        tell(20)
        raise AssertionError("the work went on")

    jobs.work(job.pk, {catalogue.KIND: slow})
    job.refresh_from_db()
    assert (job.state, job.progress, job.result) == ("cancelled", 10, None)
    told = [page.get(reverse("catalogue"), headers=how).content.decode() for how in ({"HX-Request": "true"}, {})]
    assert [text.count("Make it anew") for text in told] == [1, 1], "where the page asked for itself, no less"


def test_a_death_is_seen_as_a_failure_and_not_as_running_for_ever(library, page, owner):
    job = asked(owner)
    Job.objects.update(state=JobState.RUNNING, progress=20, sign_at=timezone.now() - timedelta(seconds=61))
    shown = page.get(reverse("catalogue")).content.decode()
    assert "its process was stopped" in shown and 'hx-trigger="every' not in shown and "Make it anew" in shown
    again = asked(owner)
    job.refresh_from_db()
    assert again.pk != job.pk and job.state == "failed"


def test_one_that_never_came_up_has_failed_too(library, owner):
    job = asked(owner)
    Job.objects.update(sign_at=timezone.now() - timedelta(seconds=61))
    job.refresh_from_db()
    assert (job.is_open, job.shown_state) == (False, "failed")


def test_a_fault_is_a_sentence(library, page, owner):
    def broken(job, tell):
        raise ZeroDivisionError("with a secret in it")

    job = asked(owner)
    jobs.work(job.pk, {catalogue.KIND: broken})
    shown = page.get(reverse("catalogue")).content.decode()
    assert "Something went wrong on our side." in shown and "secret" not in shown


def test_too_much_is_told(library, owner, monkeypatch):
    def refuse(*args, **how):
        raise press.TooMuch("This is too much to print in one go.")

    monkeypatch.setattr(press, "render", refuse)
    job = asked(owner)
    jobs.work(job.pk, KINDS)
    job.refresh_from_db()
    assert (job.state, job.said) == ("failed", "This is too much to print in one go.")


def test_an_empty_library_is_told(owner):
    job = asked(owner)
    jobs.work(job.pk, KINDS)
    job.refresh_from_db()
    assert (job.state, job.said) == ("failed", "The library is empty, so there is nothing to print.")


def test_two_processes_do_not_do_one_job(library, owner):
    job, calls = asked(owner), []

    def once(job, tell):
        calls.append(job.pk)
        jobs.work(job.pk, KINDS)  # another one comes for it
        return b"x"

    jobs.work(job.pk, {catalogue.KIND: once})
    assert calls == [job.pk]


def test_old_ones_go(library, owner):
    old = asked(owner)
    Job.objects.update(state=JobState.DONE, made_at=timezone.now() - timedelta(days=8))
    asked(owner)
    assert not Job.objects.filter(pk=old.pk).exists()


def test_a_person_sees_only_their_own(library, owner, colleague, signed_in):
    job = asked(owner)
    jobs.work(job.pk, {catalogue.KIND: lambda job, tell: b"%PDF-x"})
    assert signed_in(colleague).get(reverse("catalogue_file", args=[job.pk])).status_code == 404
    assert "None has been made yet." in signed_in(colleague).get(reverse("catalogue")).content.decode()


LIFE = """
import os, sys, time
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "clinic.sqlite", "NAME": sys.argv[1], "OPTIONS": {
        "transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}}},
    INSTALLED_APPS=[], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", LOGGING_CONFIG=None)
django.setup()
from django.db import connection
from planner.base import jobs
from planner.base.models import Job
jobs.SIGN_EVERY = 0.2
what = sys.argv[2]
if what == "make":
    with connection.schema_editor() as editor:
        editor.create_model(Job)
    Job.objects.create(kind="x", by=1)
elif what == "look":
    job = Job.objects.get()
    print(job.state, job.progress, job.sign_at.timestamp())
elif what == "cancel":
    jobs.cancel(Job.objects.get())
else:
    def long(job, tell):
        tell(30)
        time.sleep(60)
        return b"x"
    jobs.work(1, {"x": long}, alone=True)
"""


def run(*args, wait=True):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = subprocess.Popen([sys.executable, "-c", LIFE, *map(str, args)], stdout=subprocess.PIPE, env=env, cwd=ROOT)
    return started.communicate(timeout=180)[0].decode().split() if wait else started


@pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are not there")
def test_a_real_process_gives_signs_stops_when_asked_and_shows_when_it_was_killed(tmp_path):
    """Two processes over one database file: one is cancelled in the middle of a long step, one is killed."""

    def look():
        return run(place, "look")

    for end in ("cancel", "kill"):
        place = tmp_path / f"{end}.sqlite3"
        run(place, "make")
        at_work = run(place, "work", wait=False)
        try:
            deadline = time.monotonic() + 120
            while look()[:2] != ["running", "30"] and time.monotonic() < deadline:
                time.sleep(0.2)
            first = float(look()[2])
            if end == "cancel":
                run(place, "cancel")
                assert at_work.wait(timeout=60) == 0
                assert look()[0] == "cancelled"
            else:
                assert float(look()[2]) >= first  # it lives
                at_work.kill()
                at_work.wait(timeout=60)
                last = look()
                assert last[0] == "running" and look() == last  # no sign any more: failed after LIFE_SIGN
        finally:
            at_work.kill()
            at_work.stdout.close()
