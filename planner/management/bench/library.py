"""The library: taking its pack in, its pages with thousands of entries, the editor's picture, the catalogue."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from planner.base.models import Job, JobState
from planner.library import actions, catalogue, draft_actions, offered, own, papers
from planner.library.models import Facet, Intervention, InterventionEdition, Mention, Worksheet
from planner.management.bench import pages, server
from planner.management.bench.figures import Figure, median, p95, seconds
from planner.management.bench.filling import Filled
from planner.management.bench.rows import Row
from planner.practice.models import User
from planner.sheets import press

MANAGE = Path(__file__).resolve().parents[3] / "manage.py"
BATCH = 2000
MEGABYTE = 1_000_000
WAIT = 600  # seconds that a catalogue may take
PAUSE = 0.02  # seconds between two looks at its memory
#: What is looked for: a word, a beginning, a typo, a synonym, two words with a facet.
LOOKED_FOR = ("q=mindfulness", "q=bound", "q=mindfullnes", "q=urge", "q=weekly+talk&for_whom=couple")


@dataclass(frozen=True)
class Size:
    """`entries` beside those of the pack, `pages` of the catalogue at least, and how often each thing is done."""

    entries: int
    pages: int
    times: int


def figures(filled: Filled, size: Size, first_load: float) -> Iterator[Figure]:
    """`first_load`: seconds that taking the pack in took, when there was nothing."""
    yield from loads(first_load, size.times)
    yield from keystrokes(filled.owner, size.times)
    yield from whole_catalogue(filled.owner, size.pages)
    fill(filled.owner, size.entries)
    yield from many_entries(filled, size)


def loads(first: float, times: int) -> Iterator[Figure]:
    part = f"(e) taking the pack in: {Intervention.objects.count()} interventions, {Worksheet.objects.count()} sheets"
    yield Figure(part, "from nothing", first * 1000, "ms", note="once")
    again = median(seconds(lambda: actions.load_pack(actions.FIRST_PACK), times))
    yield Figure(part, "again, unchanged", again * 1000, "ms", "from nothing", again / first)


# The editor


def keystrokes(owner: User, times: int) -> Iterator[Figure]:
    """A letter more in a prompt of a two-page sheet: saved, then page one drawn anew and fetched."""
    sheet = own.copy_worksheet(worksheet=two_pages(), by=owner)
    draft = draft_actions.begin(row=sheet, by=owner)
    client = Client(SERVER_NAME="localhost", raise_request_exception=True)
    client.force_login(owner)
    block = next(one for one in draft.content["blocks"] if "label" in one["body"])
    typed = Typing(client, draft.pk, block)
    typed.once()
    saved, drawn = zip(*(typed.once() for _n in range(times)), strict=True)
    part = f"(f) the editor: a keystroke in a sheet of two pages, {len(draft.content['blocks'])} blocks"
    yield Figure(part, "saved", p95(saved) * 1000, "ms", note="p95")
    yield Figure(part, "page one fetched", p95(drawn) * 1000, "ms", note="p95")
    whole = [one + other for one, other in zip(saved, drawn, strict=True)]
    said = f"p95; median {median(whole) * 1000:.0f} ms; the editor waits 700 ms for the next key before that"
    yield Figure(part, "keystroke to picture", p95(whole) * 1000, "ms", aim="under 1 s", met=p95(whole) < 1, note=said)
    own.retire(row=sheet.intervention, by=owner)


def two_pages() -> Worksheet:
    """The first sheet of the pack that says it takes two pages."""
    rows = Worksheet.objects.filter(practice=None, language="en", retired_at=None).select_related("current")
    return next(row for row in rows.order_by("slug") if row.current.content["pages"] == 2)


class Typing:
    """Somebody who types one letter after another into the prompt of a block."""

    def __init__(self, client: Client, draft: int, block: dict[str, Any]):
        self.client, self.draft, self.block, self.label = client, draft, block, block["body"]["label"]

    def once(self) -> tuple[float, float]:
        """Seconds until it was saved, and until the new picture was there."""
        self.label += "x"
        body = {name: value for name, value in self.block["body"].items() if isinstance(value, (str, int))}
        data = {**body, "label": self.label, "rev": self.block["rev"]}
        start = time.perf_counter()
        answer = self.client.post(
            reverse("draft_block", args=[self.draft, self.block["key"]]), data, headers={"HX-Request": "true"}
        )
        saved = time.perf_counter()
        self.block["rev"] += 1
        picture = answer.content.decode().split('id="draft-picture"', 1)[1].split('src="', 1)[1].split('"', 1)[0]
        png = self.client.get(picture.replace("&amp;", "&"))
        if answer.status_code != 200 or png.headers["Content-Type"] != "image/png":
            raise RuntimeError(f"The editor answered {answer.status_code}, its picture {png.status_code}.")
        return saved - start, time.perf_counter() - saved


# The catalogue


def whole_catalogue(owner: User, pages_wanted: int) -> Iterator[Figure]:
    """Made as it is made for a person: by a process of its own, which is weighed while it works."""
    per_entry = (
        press.render(catalogue.paper_of(owner, papers.remembered(owner)), patience=catalogue.PATIENCE).pages
        / Intervention.objects.count()
    )
    missing = pages_wanted / per_entry - Intervention.objects.count()
    for row in islice(copies(), max(0, round(missing * 1.05))):
        own.copy_intervention(intervention=row, by=owner)
    job = Job.objects.create(kind=catalogue.KIND, by=owner.pk, asked={"options": catalogue.remembered(owner)})
    taken, peak = worked(job)
    job.refresh_from_db()
    if job.state != JobState.DONE:
        raise RuntimeError(f"The catalogue ended as {job.state}: {job.said}")
    count = press.count_pages(bytes(job.result))
    part = f"(g) the printed catalogue: {Intervention.objects.visible_to(owner).count()} entries, {count} pages"
    yield Figure(part, "in the background", taken, "s", note=f"{taken / count * 1000:.0f} ms a page, start included")
    yield Figure(part, "its processes at most", peak / MEGABYTE, "MB", note=f"{peak / count / 1000:.0f} kB a page")
    yield Figure(part, "its size", len(job.result) / MEGABYTE, "MB")


def copies() -> Iterator[Intervention]:
    """The entries of the pack, again and again."""
    rows = list(Intervention.objects.filter(practice=None, language="en", retired_at=None).order_by("slug"))
    while rows:
        yield from rows


def worked(job: Job) -> tuple[float, int]:
    """Seconds that the work took, and the most memory its process had with the press that it started, in bytes."""
    env = {**os.environ, "CLINIC_DATA": str(settings.DATA_DIR)}
    start, peak = time.perf_counter(), 0
    process = psutil.Popen([sys.executable, str(MANAGE), "work", str(job.pk)], env=env, stdin=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            peak = max(peak, server.weigh(process.pid)[1])
        except psutil.Error:
            break
        if time.perf_counter() - start > WAIT:
            process.kill()
        time.sleep(PAUSE)
    process.wait()
    return time.perf_counter() - start, peak


# Thousands of entries


@transaction.atomic
def fill(owner: User, entries: int) -> None:
    """Entries of the practice's own, each in the words of one of the pack; written in bulk, past the actions."""
    originals = list(
        Intervention.objects.filter(practice=None, language="en", retired_at=None).select_related("current")
    )
    made = [
        Intervention(
            practice=owner.practice, slug=f"own-{n}", name=f"{row.name}, ours {n}", family=row.family, aim=row.aim,
            minutes=row.minutes, whole_hash=f"own-{n}",
        )
        for n, row in zip(range(entries), _again(originals), strict=False)
    ]  # fmt: skip
    rows = Intervention.objects.bulk_create(made, batch_size=BATCH)
    editions = InterventionEdition.objects.bulk_create(
        [
            InterventionEdition(
                intervention=row, number=1, content={**like.current.content, "name": row.name, "slug": row.slug},
                content_hash=row.slug,
            )
            for row, like in zip(rows, _again(originals), strict=False)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    for row, edition in zip(rows, editions, strict=True):
        row.current = edition
    Intervention.objects.bulk_update(rows, ["current"], batch_size=500)
    _index_like(rows, originals)
    actions.changed(owner.practice)


def _again(rows: list[Any]) -> Iterator[Any]:
    while True:
        yield from rows


def _index_like(rows: list[Intervention], originals: list[Intervention]) -> None:
    """The facets and words of the entry that each was made like."""
    for model, fields in ((Facet, ("kind", "value")), (Mention, ("word_id", "weight"))):
        known: dict[int, list[tuple[Any, ...]]] = {}
        for pk, *values in model.objects.filter(intervention__in=originals).values_list("intervention_id", *fields):
            known.setdefault(pk, []).append(tuple(values))
        model.objects.bulk_create(
            (
                model(intervention=row, **dict(zip(fields, values, strict=True)))
                for row, like in zip(rows, _again(originals), strict=False)
                for values in known.get(like.pk, ())
            ),
            batch_size=BATCH,
        )


def many_entries(filled: Filled, size: Size) -> Iterator[Figure]:
    """The list, searches, the newest own entry and the page of packs against the bare page, in turn in one run; and
    what search keeps of the library, laid out again."""
    newest = Intervention.objects.filter(practice=filled.owner.practice, retired_at=None).order_by("-pk")[0]
    rows = [
        Row("library", lambda _: reverse("library")),
        *(Row(f"library?{query}", lambda _, query=query: f"{reverse('library')}?{query}") for query in LOOKED_FOR),
        Row("intervention", lambda _: reverse("intervention", args=[newest.pk])),
        Row("pack_export", lambda _: reverse("pack_export")),
        Row("session_library", lambda filled: reverse("session_library", args=[filled.session.pk]), is_part=True),
    ]
    taken = pages.measure(filled, size.times, rows)
    heading, frame = (taken.pop(row.name) for row in pages.BARE)
    part = f"(h) the library with {Intervention.objects.visible_to(filled.owner).count():,} entries"
    yield Figure(part, pages.FRAME, p95(frame.wall) * 1000, "ms", note="p95, as all of these")
    for name, page in taken.items():
        ratio = p95(page.wall) / p95(frame.wall)
        said = pages.compared(page, frame, heading)
        yield Figure(
            part, name, p95(page.wall) * 1000, "ms", "bare", ratio, f"at most {pages.MOST}", ratio <= pages.MOST, said
        )
    anew = median(seconds(lambda: laid_out_anew(filled.owner), size.times))
    yield Figure(part, "laid out anew for search", anew * 1000, "ms", note="once in each process after a change")


def laid_out_anew(owner: User) -> None:
    actions.changed(owner.practice)
    offered.offered_to(owner)
