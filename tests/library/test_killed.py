"""A process that is killed while it takes in a pack, or saves an edit: whole or not at all, and nothing that was
acknowledged is lost. Real processes over a database file of their own, ended by SIGKILL at any moment."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time

import pytest

from tests.launch.conftest import ROOT, plain_environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are not there")

LIFE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from planner.library import draft_actions, parcel_actions, parcels, previews
from planner.library.models import (
    Arrival, Draft, Facet, Intervention, InterventionEdition, Mention, Parcel, Worksheet, WorksheetEdition)
from planner.practice.models import TrailEntry, User
from tests import factories
from tests.library import make

ENTRIES = 25

def pack(n):
    texts = {"pack.yaml": make.PACK}
    for at in range(ENTRIES):
        slug = f"entry-{at}"
        texts[f"interventions/{slug}.yaml"] = make.entry(slug, do=f"Round {n} of this.", title=f"Sheet {n}")
    return parcels.zipped(texts)

def take(n, by):
    parcel = parcel_actions.receive(by=by, raw=pack(n))
    shown = previews.preview(parcels.read(bytes(parcel.content)), by.practice).mark
    print("begins", flush=True)
    parcel_actions.take_in(by=by, parcel=parcel, shown=shown)

what, first = sys.argv[1], int(sys.argv[2])
if what == "make":
    call_command("migrate", verbosity=0)
    by = factories.make_user(factories.make_practice(), "owner")
    take(0, by)
by = User.objects.get()
if what == "import":
    for n in range(first + 1, first + 1000):
        take(n, by)
        print(n, flush=True)
elif what == "edit":
    draft_actions.begin(row=Worksheet.objects.get(slug="entry-0-sheet"), by=by)
    for n in range(first + 1, first + 100_000):
        draft = Draft.objects.get()
        key, rev = draft.content["blocks"][0]["key"], draft.content["blocks"][0]["rev"]
        said = {"id": "hard", "lines": "3", "label": f"Round {n}?"}
        draft_actions.change_block(draft=draft, by=by, key=key, rev=rev, data=said)
        print(n, flush=True)
elif what == "look":
    steps = [row.current.content["steps"][1]["do"] for row in Intervention.objects.select_related("current")]
    titles = [row.current.content["title"] for row in Worksheet.objects.select_related("current")]
    draft = Draft.objects.first()
    block = draft.content["blocks"][0] if draft else {"body": {}, "rev": 0}
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        sound = cursor.fetchone()[0]
        cursor.execute("PRAGMA foreign_key_check")
        loose = len(cursor.fetchall())
    print(json.dumps({
        "entries": len(steps), "steps": sorted(set(steps)), "titles": sorted(set(titles)),
        "names": sorted({row.name for row in Worksheet.objects.all()}),
        "editions": [InterventionEdition.objects.count(), WorksheetEdition.objects.count()],
        "hashes": len(set(Arrival.objects.values_list("whole_hash", flat=True))),
        "found": Mention.objects.values("intervention").distinct().count(),
        "filtered": Facet.objects.values("intervention").distinct().count(),
        "imports": TrailEntry.objects.filter(verb="imported").count(), "waiting": Parcel.objects.count(),
        "label": block["body"].get("label"), "rev": block["rev"], "sound": sound, "loose": loose,
    }))
"""


@pytest.fixture
def life(tmp_path):
    """life("look") -> a started process with the production settings and a data folder of its own."""
    started, folder = [], tmp_path / "var"
    folder.mkdir(mode=0o700)

    def begin(what: str, first: int = 0) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", LIFE, what, str(first)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env=plain_environment(CLINIC_DATA=str(folder), DJANGO_SETTINGS_MODULE="clinic.settings"),
        )  # fmt: skip
        started.append(process)
        return process

    assert begin("make").wait(timeout=180) == 0
    yield begin
    for process in started:
        if process.poll() is None:
            os.kill(process.pid, 9)
        process.stdout.close()
        process.wait()


def look(life) -> dict:
    out, _ = life("look").communicate(timeout=120)
    return json.loads(out)


def killed(process, chance: random.Random) -> int:
    """Lets it finish a few, kills it a moment after it began the next, and returns the last that it acknowledged."""
    said = [process.stdout.readline().strip() for _ in range(1 + 2 * chance.randrange(1, 3))]
    assert said[-1] == "begins", said
    time.sleep(chance.uniform(0, 0.3))
    process.kill()
    said += process.stdout.read().split("\n")[:-1]  # said before the kill; an unfinished line is none
    process.wait()
    return max(int(word) for word in said if word.isdecimal())


def test_a_pack_that_a_kill_cut_off_is_in_whole_or_not_at_all(life):
    chance, acknowledged = random.Random(9), 0  # noqa: S311  (the moment of a kill is no secret)
    for _ in range(3):
        acknowledged = killed(life("import", acknowledged), chance)
        now = look(life)
        (step,), (title,) = now["steps"], now["titles"]
        round_now = int(step.split()[1])
        assert round_now in (acknowledged, acknowledged + 1)
        assert (title, now["names"], now["entries"]) == (f"Sheet {round_now}", [title], 25)
        assert now["editions"] == [25 * (round_now + 1)] * 2
        assert (now["found"], now["filtered"], now["imports"]) == (25, 25, round_now + 1)
        assert (now["sound"], now["loose"]) == ("ok", 0)
        assert now["waiting"] == (0 if round_now > acknowledged else 1)
        acknowledged = round_now  # it may be in and not yet said


def test_an_edit_that_a_kill_cut_off_loses_nothing_acknowledged(life):
    chance, acknowledged = random.Random(4), 0  # noqa: S311
    for _ in range(3):
        process = life("edit", acknowledged)
        for _line in range(chance.randrange(3, 60)):
            acknowledged = int(process.stdout.readline())
        process.kill()
        rest = process.stdout.read().split("\n")[:-1]
        acknowledged = int(rest[-1]) if rest else acknowledged
        process.wait()
        now = look(life)
        round_now = int(now["label"].split()[1].rstrip("?"))
        assert round_now in (acknowledged, acknowledged + 1)
        assert now["rev"] == round_now + 1, "no change was lost or made twice"
        assert (now["sound"], now["loose"]) == ("ok", 0)
        acknowledged = round_now
