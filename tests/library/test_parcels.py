"""Packs out and in: what leaves comes back the same, what comes in is not trusted, and nothing is written over."""

import io
import re
import stat
import struct
import tracemalloc
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from planner.library import (
    actions,
    draft_actions,
    export_views,
    exports,
    packs,
    parcel_actions,
    parcels,
    pathways,
    previews,
    search,
)
from planner.library import own as own_entries
from planner.library.models import (
    Arrival,
    Intervention,
    InterventionEdition,
    Parcel,
    Pathway,
    SessionTemplate,
    Statement,
    Worksheet,
)
from planner.plans import actions as plan_actions
from planner.plans.models import Goal, Objective, Plan, Problem
from planner.practice.models import TrailEntry
from planner.sessions import actions as session_actions
from planner.sessions import pathways as laid
from planner.sessions.models import AgendaItem
from tests import factories
from tests.library.make import PACK, TEMPLATE, entry, pathway, statement, write_pack

pytestmark = pytest.mark.django_db

ABOUT = {"slug": "ours", "name": "Ours", "author": "Harbour", "licence": "CC BY 4.0", "version": "1.0", "about": "Own."}
STEADY = TEMPLATE.format(slug="steady-hour", intervention="alpha")


def texts(*entries, pack=PACK, templates=(), statements=(), pathways=()):
    found = {"pack.yaml": pack}
    for text in entries:
        slug = text.split("slug: ", 1)[1].split("\n", 1)[0]
        language = text.split("language: ", 1)[1].split("\n", 1)[0]
        found[f"interventions/{slug}.yaml" if language == "en" else f"interventions/{slug}.{language}.yaml"] = text
    for kind, plain in (("templates", templates), ("statements", statements), ("pathways", pathways)):
        for text in plain:
            found[f"{kind}/{text.split('slug: ', 1)[1].split(chr(10), 1)[0]}.yaml"] = text
    return found


def parcel_of(*entries, **how):
    return parcels.zipped(texts(*entries, **how))


def take(by, raw):
    parcel = parcel_actions.receive(by=by, raw=raw)
    shown = previews.preview(parcels.read(raw), by.practice)
    return parcel_actions.take_in(by=by, parcel=parcel, shown=shown.mark)


def states(raw, practice):
    return {line.file.slug: line.state for line in previews.preview(parcels.read(raw), practice).lines}


def own(user, slug, language="en"):
    return Intervention.objects.get(practice=user.practice, slug=slug, language=language)


def export(by, chosen=(), **others):
    ids = {"interventions": chosen, **others}
    chosen = exports.Chosen(**{kind: frozenset(found) for kind, found in ids.items()})
    return parcel_actions.export(by=by, chosen=chosen, about=ABOUT)


def hashes(user):
    rows = parcels.with_content(Intervention.objects.filter(practice=user.practice)).order_by("slug", "language")
    return [
        (row.slug, row.language, row.whole_hash, row.current.content_hash,
         [sheet.current.content_hash for sheet in row.worksheets.all()])
        for row in rows
    ]  # fmt: skip


def refused(raw):
    with pytest.raises(packs.BadPack) as caught:
        parcels.read(raw)
    return str(caught.value)


# Round trip


def test_what_leaves_one_practice_comes_to_another_the_same(owner, stranger):
    spanish = entry("alpha", language="es", name="Alfa", sheet="alpha-sheet", title="Charla")
    hard = entry("gamma", name="'No: “10:00” # 1'", do="First line.\\n\\nSecond: a *word*, 0.5, ~, null, yes.")
    take(owner, parcel_of(entry("alpha"), hard, spanish, templates=(STEADY,)))
    chosen = list(Intervention.objects.filter(practice=owner.practice).values_list("pk", flat=True))
    raw = export(owner, chosen)
    assert take(stranger, raw) == {"new": 4, "changed": 0, "same": 0, "refused": 0}
    assert hashes(owner) == hashes(stranger) != []
    assert own(stranger, "alpha", "es").original == own(stranger, "alpha")
    ours, theirs = (SessionTemplate.objects.get(practice=who.practice) for who in (owner, stranger))
    assert ours.content == theirs.content
    grades = [list(Worksheet.objects.filter(practice=who.practice).order_by("slug", "language")
                   .values_list("current__grades", flat=True)) for who in (owner, stranger)]  # fmt: skip
    assert grades[0] == grades[1]
    assert [row.slug for row in search.find("second", stranger)] == ["gamma"]


def test_the_whole_first_pack_goes_out_and_in_again(owner, stranger):
    actions.load_pack(actions.FIRST_PACK)
    rows = Intervention.objects.filter(practice=None)
    raw = export(owner, rows.values_list("pk", flat=True))
    back = parcels.read(raw)
    there = {(row.slug, row.language): row.whole_hash for row in rows}
    assert {(file.slug, file.language): packs.whole_hash(file) for file in back.interventions} == there
    assert set(states(raw, stranger.practice).values()) == {"same"}


def test_the_same_content_gives_the_same_bytes(owner):
    take(owner, parcel_of(entry("alpha"), entry("beta")))
    chosen = [own(owner, "beta").pk, own(owner, "alpha").pk]
    first = export(owner, chosen)
    assert first == export(owner, reversed(chosen))
    with zipfile.ZipFile(io.BytesIO(first)) as parcel:
        assert parcel.namelist() == ["pack.yaml", "interventions/alpha.yaml", "interventions/beta.yaml"]
        text = parcel.read("interventions/alpha.yaml").decode()
    assert text.startswith("slug: alpha\nname: Alpha\nfamily: dialogue\n") and "null" not in text


def test_nobody_exports_what_another_practice_has(owner, stranger):
    take(owner, parcel_of(entry("alpha")))
    raw = export(stranger, [own(owner, "alpha").pk])
    assert parcels.read(raw).interventions == []


COURSES = {
    "templates": (STEADY,),
    "statements": (statement(interventions="alpha, beta, gamma"),),
    "pathways": (pathway(),),
}


def test_statements_and_pathways_leave_with_what_they_name_and_come_in_the_same(owner, stranger):
    take(owner, parcel_of(entry("alpha"), entry("beta"), entry("gamma"), entry("delta"), **COURSES))
    mine = {model: model.objects.get(practice=owner.practice) for model in (Statement, Pathway)}
    raw = export(owner, statements=[mine[Statement].pk])
    assert zipfile.ZipFile(io.BytesIO(raw)).namelist() == [
        "pack.yaml", "interventions/alpha.yaml", "interventions/beta.yaml", "interventions/gamma.yaml",
        "statements/fear-of-loss.yaml", "templates/steady-hour.yaml",
    ]  # fmt: skip
    raw = export(owner, statements=[mine[Statement].pk], pathways=[mine[Pathway].pk])
    assert take(stranger, raw) == {"new": 6, "changed": 0, "same": 0, "refused": 0}
    for model, row in mine.items():
        assert model.objects.get(practice=stranger.practice).content == row.content
    hours = pathways.hours_of(Pathway.objects.get(practice=stranger.practice))
    assert [item.edition and item.edition.intervention.practice for hour in hours for item in hour.items] == [
        None, stranger.practice, None, stranger.practice, None,
    ]  # fmt: skip
    assert take(stranger, raw) == {"new": 0, "changed": 0, "same": 6, "refused": 0}


def test_a_pathway_of_the_library_goes_out_whole_and_is_the_same_elsewhere(owner, stranger):
    actions.load_pack(actions.FIRST_PACK)
    chosen = {
        "statements": Statement.objects.values_list("pk", flat=True),
        "pathways": Pathway.objects.values_list("pk", flat=True),
    }
    raw = export(owner, **chosen)
    pack = parcels.read(raw)
    assert (len(pack.statements), len(pack.pathways)) == (14, 9) and len(pack.interventions) > 40
    assert {template.slug for template in pack.templates} >= {"booster", "boundaries-and-needs"}
    assert set(states(raw, stranger.practice).values()) == {"same"}


def test_an_own_pathway_uses_the_library_s_entry_where_the_practice_has_none(owner, tmp_path):
    """What is the same as in the library is not copied into the practice; the pathway leads to the library's."""
    actions.load_pack(write_pack(tmp_path, entry("alpha"), templates=(STEADY,)))
    raw = parcel_of(
        entry("alpha"), templates=(STEADY,), pathways=(pathway(),), pack=PACK.replace("small-pack", "other")
    )
    assert take(owner, raw) == {"new": 1, "changed": 0, "same": 2, "refused": 0}
    first, second = pathways.hours_of(Pathway.objects.get(practice=owner.practice))
    built_in = Intervention.objects.get(practice=None)
    assert first.template == SessionTemplate.objects.get(practice=None)
    assert second.items[0].edition == built_in.current
    copy = own_entries.copy_intervention(intervention=built_in, by=owner)
    _first, second = pathways.hours_of(Pathway.objects.get(practice=owner.practice))
    assert second.items[0].edition == copy.current


# A newer version of what has no editions: statements, pathways, templates

THREE = [entry("alpha"), entry("beta"), entry("gamma")]
PLAIN = pytest.mark.parametrize(
    ("kind", "model"), [("statements", Statement), ("pathways", Pathway), ("templates", SessionTemplate)]
)


def newer(kind, version="1.1", **about):
    """The same pack in a newer version, with other words in one of its kinds; `about` are lines of pack.yaml."""
    text = COURSES[kind][0]
    words = {
        "Distance is felt": "Now it is felt",
        "Steady ground.": "Other ground.",
        "A steady hour for": "An hour for",
    }
    for old, new in words.items():
        text = text.replace(old, new)
    assert text != COURSES[kind][0]
    pack = PACK.replace('version: "1.0"', f'version: "{version}"')
    for name, value in about.items():
        pack = re.sub(rf"{name}: .*", f"{name}: {value}", pack, count=1)
    return parcel_of(*THREE, pack=pack, **{**COURSES, kind: (text,)})


def line_of(raw, practice, kind):
    return next(line for line in previews.preview(parcels.read(raw), practice).lines if line.kind == kind)


@PLAIN
def test_the_same_pack_again_changes_nothing(owner, kind, model):
    take(owner, parcel_of(*THREE, **COURSES))
    before = model.objects.values().get()
    line = line_of(parcel_of(*THREE, **COURSES), owner.practice, kind)
    assert (line.state, line.why) == ("same", "your practice has exactly this")
    assert take(owner, parcel_of(*THREE, **COURSES)) == {"new": 0, "changed": 0, "same": 6, "refused": 0}
    assert model.objects.values().get() == before and Arrival.objects.count() == 6


@PLAIN
def test_a_newer_version_renews_what_it_brought_and_leaves_the_rest(owner, kind, model):
    take(owner, parcel_of(*THREE, **COURSES))
    others = {one: one.objects.values().get() for one in (Statement, Pathway, SessionTemplate) if one is not model}
    row = model.objects.get()
    line = line_of(newer(kind), owner.practice, kind)
    assert (line.state, line.why) == (
        "changed", "its newer words from now on; what was planned or written with it stays as it was",
    )  # fmt: skip
    assert take(owner, newer(kind)) == {"new": 0, "changed": 1, "same": 5, "refused": 0}
    fresh = model.objects.get()
    assert fresh.pk == row.pk and fresh.content == line.file.model_dump(mode="json", by_alias=True) != row.content
    assert (fresh.arrival.version, fresh.arrival.whole_hash) == ("1.1", packs.content_hash(fresh.content))
    assert {one: one.objects.values().get() for one in others} == others
    assert take(owner, newer(kind)) == {"new": 0, "changed": 0, "same": 6, "refused": 0}
    if model is SessionTemplate:
        assert (row.aim, fresh.aim) == ("A steady hour for two.", "An hour for two.")


@PLAIN
def test_what_the_practice_changed_by_hand_stays(owner, kind, model):
    take(owner, parcel_of(*THREE, **COURSES))
    row = model.objects.get()
    row.content["name"] = "Ours now"
    row.save()
    line = line_of(newer(kind), owner.practice, kind)
    assert (line.state, line.why) == (
        "refused", "your practice has changed this entry since it came; it stays as it is",
    )  # fmt: skip
    assert take(owner, newer(kind))["refused"] == 1
    assert model.objects.get().content["name"] == "Ours now"


@PLAIN
def test_what_the_practice_wrote_itself_stays(owner, kind, model):
    """An entry of the same name that no pack brought."""
    take(owner, parcel_of(*THREE, **COURSES))
    Arrival.objects.all().delete()
    line = line_of(newer(kind), owner.practice, kind)
    assert (line.state, line.why) == (
        "refused", "your practice has an entry of its own by this name; it stays as it is",
    )  # fmt: skip
    before = model.objects.values().get()
    take(owner, newer(kind))
    assert model.objects.values().get() == before


@PLAIN
@pytest.mark.parametrize("other", [{"slug": "other-pack"}, {"author": "Somebody else"}])
def test_another_pack_never_takes_a_name_over(owner, kind, model, other):
    take(owner, parcel_of(*THREE, **COURSES))
    line = line_of(newer(kind, **other), owner.practice, kind)
    assert (line.state, line.why) == (
        "refused", "your practice has an entry of this name from “A small pack” by The authors; it stays as it is",
    )  # fmt: skip
    before = model.objects.values().get()
    assert take(owner, newer(kind, **other))["changed"] == 0
    assert model.objects.values().get() == before


@PLAIN
def test_what_was_retired_is_not_brought_back(owner, kind, model):
    take(owner, parcel_of(*THREE, **COURSES))
    model.objects.update(retired_at=timezone.now())
    line = line_of(newer(kind), owner.practice, kind)
    assert (line.state, line.why) == ("refused", "your practice has retired its entry of this name")


@PLAIN
def test_a_newer_version_never_reaches_another_practice_or_the_library(owner, stranger, kind, model):
    take(stranger, parcel_of(*THREE, **COURSES))
    take(owner, parcel_of(*THREE, **COURSES))
    before = model.objects.values().get(practice=stranger.practice)
    take(owner, newer(kind))
    assert model.objects.values().get(practice=stranger.practice) == before


def test_what_a_plan_and_an_agenda_took_stays_as_it_was(owner, couple):
    take(owner, parcel_of(*THREE, **COURSES))
    template, statement_row, course = (one.objects.get() for one in (SessionTemplate, Statement, Pathway))
    session = factories.make_session(couple, owner)
    session_actions.use_template(session, template, by=owner, version=1)
    first = datetime(2027, 1, 12, 10)
    seen = laid.preview(case=couple, pathway=course, starts_at=first, zone=owner.practice.zone)
    laid.lay_pathway(by=owner, case=couple, pathway=course, starts_at=first, state=seen.state)
    plan = factories.make_objective(couple, owner).goal.plan
    Plan.objects.filter(pk=plan.pk).update(state="draft")
    plan.refresh_from_db()
    plan_actions.take_statement(plan=plan, by=owner, statement=statement_row, goals=[0], objectives={0: "1"})
    kept = lambda: [  # noqa: E731
        list(AgendaItem.objects.order_by("pk").values()), list(Problem.objects.values()), list(Goal.objects.values()),
        list(Objective.objects.values()),
    ]  # fmt: skip
    before = kept()
    assert [problem["description"] for problem in before[1]] == ["Distance is felt as the start of being left."]
    for kind, version in (("statements", "1.1"), ("pathways", "1.2"), ("templates", "1.3")):
        take(owner, newer(kind, version))
    assert kept() == before


def test_one_bad_file_and_nothing_of_a_newer_version_comes(owner):
    take(owner, parcel_of(*THREE, **COURSES))
    bad = texts(*THREE, **{**COURSES, "statements": (COURSES["statements"][0].replace("Distance", "Now"),)})
    bad["pathways/first-weeks.yaml"] = bad["pathways/first-weeks.yaml"].replace("after: 14", "after: soon")
    with pytest.raises(packs.BadPack, match="pathways/first-weeks.yaml"):
        parcel_actions.receive(by=owner, raw=parcels.zipped(bad))
    assert Statement.objects.get().content["about"] == "Distance is felt as the start of being left."
    assert not Parcel.objects.exists()


def test_a_fault_in_the_middle_renews_nothing(owner, monkeypatch):
    """The statement is written already as the pathway fails; the templates before it too."""
    take(owner, parcel_of(*THREE, **COURSES))
    every = {kind: newer(kind) for kind in COURSES}
    changed = {kind: parcels.read(raw).__dict__[kind][0] for kind, raw in every.items()}
    pack = parcels.read(every["statements"])
    pack.templates, pack.pathways = [changed["templates"]], [changed["pathways"]]
    monkeypatch.setattr(parcels, "read", lambda raw: pack)
    parcel = parcel_actions.receive(by=owner, raw=every["statements"])
    shown = previews.preview(pack, owner.practice)
    assert shown.counts == {"new": 0, "changed": 3, "same": 3, "refused": 0}
    before = [list(model.objects.values()) for model in (SessionTemplate, Statement, Pathway, Arrival)]
    real = parcel_actions._note_arrival

    def fail(row, *rest):
        if isinstance(row, Pathway):
            raise KeyboardInterrupt
        real(row, *rest)

    monkeypatch.setattr(parcel_actions, "_note_arrival", fail)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        parcel_actions.take_in(by=owner, parcel=parcel, shown=shown.mark)
    assert [list(model.objects.values()) for model in (SessionTemplate, Statement, Pathway, Arrival)] == before
    assert Parcel.objects.get().pk == parcel.pk


def test_the_preview_and_the_pages_say_where_it_comes_from(signed_in, owner):
    page = signed_in(owner)
    take(owner, parcel_of(*THREE, **COURSES))
    shown = " ".join(page.get(send(page, newer("pathways")).url).content.decode().split())
    assert "0 new, 1 changed, 5 the same, 0 refused." in shown
    assert "its newer words from now on; what was planned or written with it stays as it was" in shown
    for name, model in (("statement", Statement), ("pathway", Pathway)):
        shown = " ".join(page.get(reverse(name, args=[model.objects.get().pk])).content.decode().split())
        assert "From The authors" in shown and "from A small pack 1.0, CC BY 4.0." in shown


def test_an_arrival_is_of_one_entry(owner):
    take(owner, parcel_of(*THREE, **COURSES))
    both = {"statement": None, "pathway": None}
    for change in (both, {"intervention": Intervention.objects.first()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Arrival.objects.filter(statement__isnull=False).update(**change)


def test_a_pathway_that_leads_nowhere_is_refused_whole():
    said = refused(parcel_of(entry("alpha"), templates=(STEADY,), pathways=(pathway(intervention="nothing"),)))
    assert "pathways/first-weeks.yaml" in said and "no intervention 'nothing' in this pack" in said


def test_nobody_gives_out_another_practice_s_statement_or_pathway(owner, stranger):
    take(owner, parcel_of(entry("alpha"), entry("beta"), entry("gamma"), **COURSES))
    raw = export(stranger, statements=[Statement.objects.get().pk], pathways=[Pathway.objects.get().pk])
    pack = parcels.read(raw)
    assert (pack.statements, pack.pathways, pack.interventions) == ([], [], [])


# What taking in does


def test_a_newer_pack_makes_new_editions_and_keeps_the_old(owner):
    take(owner, parcel_of(entry("alpha"), entry("beta")))
    newer = parcel_of(entry("alpha", do="Guide two rounds."), entry("beta"), entry("gamma"))
    assert states(newer, owner.practice) == {"alpha": "changed", "beta": "same", "gamma": "new"}
    assert take(owner, newer) == {"new": 1, "changed": 1, "same": 1, "refused": 0}
    alpha = own(owner, "alpha")
    assert (alpha.current.number, alpha.editions.count()) == (2, 2)
    assert alpha.editions.get(number=1).content["steps"][1]["do"] == "Guide one round."


def test_what_was_changed_here_is_never_written_over(owner):
    take(owner, parcel_of(entry("alpha")))
    alpha = own(owner, "alpha")
    changed = {**alpha.current.content, "aim": "Ours now."}
    alpha.current = InterventionEdition.objects.create(
        intervention=alpha, number=2, content=changed, content_hash=packs.content_hash(changed)
    )
    alpha.save()
    newer = parcel_of(entry("alpha", do="Guide two rounds."), entry("beta"))
    line = previews.preview(parcels.read(newer), owner.practice).lines[0]
    assert (line.state, line.why) == (
        "refused", "your practice has changed this entry since it came; it stays as it is",
    )  # fmt: skip
    take(owner, newer)
    assert own(owner, "alpha").current.content["aim"] == "Ours now."


def test_an_entry_that_somebody_writes_at_is_left_alone(owner):
    take(owner, parcel_of(entry("alpha")))
    draft_actions.begin(row=own(owner, "alpha").worksheets.get(), by=owner)
    newer = parcel_of(entry("alpha", do="Guide two rounds."))
    line = previews.preview(parcels.read(newer), owner.practice).lines[0]
    assert (line.state, line.why[:8]) == ("refused", "somebody")


def test_what_is_not_whole_does_not_leave(owner):
    take(owner, parcel_of(entry("alpha")))
    Worksheet.objects.update(retired_at=timezone.now())
    with pytest.raises(packs.BadPack, match="interventions/alpha.yaml, line 1: Alpha: "):
        export(owner, [own(owner, "alpha").pk])


def test_a_copy_that_was_changed_here_goes_to_another_practice_the_same(owner, stranger, tmp_path):
    """Copied from the built-in library, given a new edition, given out, taken in elsewhere."""
    actions.load_pack(write_pack(tmp_path, entry("alpha")))
    copy = own_entries.copy_intervention(intervention=Intervention.objects.get(practice=None), by=owner)
    draft = draft_actions.begin(row=copy.worksheets.get(), by=owner)
    draft.content["head"]["title"] = "Our own talk"
    draft.save()
    own_entries.publish(draft=draft, by=owner)
    raw = export(owner, [copy.pk])
    assert take(stranger, raw)["new"] == 1
    assert hashes(owner) == hashes(stranger)
    assert own(stranger, "alpha").worksheets.get().name == "Our own talk"


@pytest.mark.parametrize("other", ["author: Somebody else", "slug: another-pack"])
def test_a_pack_of_somebody_else_does_not_take_an_entry_over(owner, other):
    take(owner, parcel_of(entry("alpha")))
    pack = re.sub(rf"{other.split(':')[0]}: .*", other, PACK, count=1)
    raw = parcel_of(entry("alpha", do="Hijacked."), pack=pack)
    assert states(raw, owner.practice) == {"alpha": "refused"}


def test_the_built_in_library_is_never_touched(owner, tmp_path):
    actions.load_pack(write_pack(tmp_path, entry("alpha"), templates=(STEADY,)))
    built_in = Intervention.objects.get(practice=None)
    before = (built_in.current_id, built_in.whole_hash, built_in.name)
    with pytest.raises(packs.BadPack, match="pack.yaml, line 1: slug: the library has a pack of this name"):
        parcel_actions.receive(by=owner, raw=parcel_of(entry("alpha", do="Hijacked.")))
    pack = PACK.replace("small-pack", "their-pack")
    raw = parcel_of(entry("alpha", do="Hijacked."), pack=pack)
    preview = previews.preview(parcels.read(raw), owner.practice)
    assert "stands beside it" in preview.lines[0].why
    take(owner, raw)
    built_in.refresh_from_db()
    assert (built_in.current_id, built_in.whole_hash, built_in.name) == before
    assert own(owner, "alpha").pk != built_in.pk


def test_a_sheet_of_another_entry_is_not_taken_over(owner):
    take(owner, parcel_of(entry("alpha")))
    raw = parcel_of(entry("beta", sheet="alpha-sheet"))
    assert states(raw, owner.practice) == {"beta": "refused"}


def test_all_or_nothing(owner, monkeypatch):
    """A fault in the middle leaves the library as it was, and the parcel for another try."""
    raw = parcel_of(entry("alpha"), entry("beta"), entry("gamma"))
    parcel = parcel_actions.receive(by=owner, raw=raw)
    mark = previews.preview(parcels.read(raw), owner.practice).mark
    calls = []

    def fail(*args, **how):
        calls.append(args)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return real(*args, **how)

    real = actions._take
    monkeypatch.setattr(actions, "_take", fail)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        parcel_actions.take_in(by=owner, parcel=parcel, shown=mark)
    assert not Intervention.objects.exists() and not Worksheet.objects.exists()
    assert Parcel.objects.get().pk
    assert not TrailEntry.objects.filter(verb="imported").exists()


def test_looking_costs_the_same_for_one_and_for_three(owner):
    costs = []
    for raw in (parcel_of(entry("alpha")), parcel_of(entry("alpha"), entry("beta"), entry("gamma"))):
        pack = parcels.read(raw)
        take(owner, raw)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            previews.preview(pack, owner.practice)
        costs.append(len(queries))
    assert costs[0] == costs[1]


# Hostile zips


def zip_of(entries, method=zipfile.ZIP_DEFLATED):
    """A zip as an attacker writes it: (name, bytes or ZipInfo)."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as parcel:
        for name, raw in entries:
            parcel.writestr(name, raw)
    return held.getvalue()


GOOD = [(name, text.encode()) for name, text in texts(entry("alpha")).items()]


def link(name):
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([("../evil.yaml", b"x: 1")], "../evil.yaml, line 1: a path with .. in it"),
        ([("interventions/../../evil.yaml", b"x")], "a path with .. in it"),
        ([("/etc/evil.yaml", b"x")], "/etc/evil.yaml, line 1: a path that leads out of the zip"),
        ([("C:/evil.yaml", b"x")], "a path that leads out of the zip"),
        ([("interventions\\evil.yaml", b"x")], "a path that leads out of the zip"),
        ([(link("interventions/evil.yaml"), b"/etc/passwd")], "a link or a device"),
        ([("interventions/Alpha.yaml", b"x")], "differs from interventions/alpha.yaml only in capital letters"),
        ([("readme.html", b"<script>")], "readme.html, line 1: nothing of this name belongs here"),
        ([("interventions/inner.zip", b"PK")], "nothing of this name belongs here"),
        ([("interventions/deep/alpha.yaml", b"x")], "nothing of this name belongs here"),
        ([("interventions/e\u202ex.yaml", b"x")], "interventions/e?x.yaml, line 1: nothing of this name"),
        ([("interventions/big.yaml", b"a" * 300_000)], "interventions/big.yaml, line 1: the file is larger than"),
        ([(f"interventions/z{n}.yaml", b"\0" * 199_000) for n in range(20)], "more than 100 times its size"),
        ([(f"interventions/n{n}.yaml", b"x") for n in range(501)], "it holds more than 500 files"),
        ([("interventions/bad.yaml", b"a\n\xff")], "interventions/bad.yaml, line 2: cannot be read as UTF-8 text"),
        ([("interventions/b.yaml", b"a: &x [1]\nb: *x")], "b.yaml, line 1: not readable as YAML: anchors"),
        ([("interventions/b.yaml", b"a: !!python/object:os.system x")], "tags are not allowed"),
        ([("interventions/b.yaml", b"a: 1\na: 2")], "interventions/b.yaml, line 2: not readable as YAML: the key 'a'"),
    ],
)  # fmt: skip
def test_a_hostile_zip_is_refused_whole(more, said):
    assert said in refused(zip_of([*GOOD, *more]))


def test_a_name_that_stands_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        raw = zip_of([*GOOD, GOOD[1]])
    assert "the name stands twice" in refused(raw)


@pytest.mark.parametrize("raw", [b"", b"PK", b"not a zip" * 100, b"\0" * 100, b"PK\x05\x06" + b"\0" * 17])
def test_what_is_no_zip_is_told(raw):
    assert "this is not a zip" in refused(raw)


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_damaged_zip_is_a_sentence(cut):
    raw = bytearray(zip_of(GOOD))
    raw[len(raw) * cut // 41] ^= 0xFF
    try:
        parcels.read(bytes(raw))
    except packs.BadPack as bad:
        assert bad.problems


def test_a_zip_without_a_pack_file():
    assert "pack.yaml, line 1: there is no such file" in refused(zip_of(GOOD[1:]))


def test_a_directory_of_100_000_names_is_not_even_read():
    name = b"interventions/a.yaml"
    row = b"PK\x01\x02" + b"\0" * 24 + struct.pack("<H", len(name)) + b"\0" * 16 + name
    directory = row * 100_000
    for count in (0xFFFF, 3):  # the second tells a lie about how many there are
        end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, count, count, len(directory), 0, 0)
        raw = directory + end
        tracemalloc.start()
        said = refused(raw)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "it holds more than 500 files" in said and peak < 1_000_000


def test_200_megabytes_of_zeros_cost_nothing():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as parcel, parcel.open("pack.yaml", "w") as file:
        for _n in range(30):
            file.write(b"\0" * 1_000_000)
    tracemalloc.start()
    assert "more than 20 MB" in refused(held.getvalue())
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_lie_about_the_size_inflates_no_further():
    raw = bytearray(zip_of([("pack.yaml", b"\0" * 1_000_000)]))
    place = raw.index(b"PK\x01\x02") + 24
    raw[place : place + 4] = struct.pack("<L", 1000)
    assert refused(bytes(raw))


def test_every_problem_is_named_with_file_and_line():
    raw = parcel_of(entry("alpha", family="nothing"), entry("beta", phase="never"))
    with pytest.raises(packs.BadPack) as caught:
        parcels.read(raw)
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        ("interventions/alpha.yaml", 4), ("interventions/beta.yaml", 7),
    ]  # fmt: skip


# The pages


def send(client, raw, **data):
    upload = SimpleUploadedFile("pack.zip", raw, "application/zip")
    return client.post(reverse("pack_import"), {"pack": upload, **data})


def test_the_way_in(signed_in, owner, colleague):
    page = signed_in(owner)
    there = send(page, parcel_of(entry("alpha", do="See [this](https://evil.example/x).")), once="one")
    assert there.status_code == 302
    shown = page.get(there.url).content.decode()
    assert "From The authors, not reviewed" in shown and "1 new, 0 changed, 0 the same, 0 refused." in shown
    assert "evil.example" in shown
    assert not Intervention.objects.exists()
    mark = re.search(r'name="shown" value="(\w+)"', shown).group(1)
    key = re.search(r'name="once" value="([\w-]+)"', shown).group(1)
    address = reverse("parcel_take", args=[Parcel.objects.get().pk])
    done = [page.post(address, {"shown": mark, "once": key}) for _n in range(2)]
    assert [response.status_code for response in done] == [302, 302]
    alpha = own(owner, "alpha")
    entry_page = page.get(reverse("intervention", args=[alpha.pk])).content.decode()
    assert "From The authors" in entry_page
    assert signed_in(colleague).get(reverse("intervention", args=[alpha.pk])).status_code == 200
    assert TrailEntry.objects.filter(verb="imported").count() == 1


def test_a_double_click_keeps_one_parcel(signed_in, owner):
    page = signed_in(owner)
    raw = parcel_of(entry("alpha"))
    assert send(page, raw, once="same").url == send(page, raw, once="same").url
    assert Parcel.objects.count() == 1


def test_a_refused_zip_says_why_and_keeps_nothing(signed_in, owner):
    response = send(signed_in(owner), zip_of([*GOOD, ("../evil.yaml", b"x")]))
    shown = response.content.decode()
    assert response.status_code == 422 and "../evil.yaml" in shown and "a path with .. in it" in shown
    assert not Parcel.objects.exists()


def test_a_library_that_moved_on_is_shown_again(signed_in, owner, colleague):
    page = signed_in(owner)
    raw = parcel_of(entry("alpha"))
    there = send(page, raw)
    mark = re.search(r'name="shown" value="(\w+)"', page.get(there.url).content.decode()).group(1)
    take(colleague, raw)
    response = page.post(reverse("parcel_take", args=[Parcel.objects.get(by=owner).pk]), {"shown": mark})
    assert response.status_code == 409 and "The library has changed since you looked" in response.content.decode()


def test_a_parcel_runs_out(signed_in, owner):
    page = signed_in(owner)
    there = send(page, parcel_of(entry("alpha")))
    Parcel.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert page.get(there.url).status_code == 404


def test_the_way_out(signed_in, owner):
    take(owner, parcel_of(entry("alpha"), entry("beta")))
    page = signed_in(owner)
    shown = page.get(reverse("pack_export")).content.decode()
    assert shown.count('id="c-') == len(re.findall(r'id="c-chosen-\d+" checked', shown)) == 2
    values = {"name": "Our pack", "author": "Harbour", "licence": "CC BY 4.0", "version": "1.0", "about": "Ours."}
    nothing = page.post(reverse("pack_export"), values)
    assert nothing.status_code == 422 and "Tick at least one" in nothing.content.decode()
    response = page.post(reverse("pack_export"), {**values, "chosen": [own(owner, "alpha").pk]})
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == 'attachment; filename="our-pack.zip"'
    assert [file.slug for file in parcels.read(response.content).interventions] == ["alpha"]
    assert TrailEntry.objects.last().verb == "exported"


@pytest.fixture
def many(owner):
    """More entries than a page shows, three of them the practice's own."""
    rows = [factories.make_intervention(f"shelf-{n:02}", name=f"Shelf {n:02}") for n in range(40)]
    Intervention.objects.filter(pk__in=[row.pk for row in rows[:3]]).update(practice=owner.practice)
    tens = {1: "tens"}
    actions._index_words({row.pk: {f"{n:02}": 20, tens.get(n // 10, "others"): 2} for n, row in enumerate(rows)})
    return rows


def ticked(response):
    return {int(pk) for pk in re.findall(r'name="chosen" value="(\d+)" id="[^"]+" checked', response.content.decode())}


def shown(response):
    return [tick.row.name for tick in response.context["ticks"]]


def test_what_is_ticked_stays_ticked_while_one_looks_further(signed_in, owner, many):
    page, address = signed_in(owner), reverse("pack_export")
    first = page.get(address)
    assert shown(first) == ["Shelf 00", "Shelf 01", "Shelf 02"] and ticked(first) == {row.pk for row in many[:3]}
    asked = {"kind": "interventions", "q": "", "name": "A name, half ty", "chosen": [many[0].pk, many[1].pk]}
    every = page.post(address, {**asked, "look": "find"})
    assert every.status_code == 200 and len(shown(every)) == 30 and 'value="A name, half ty"' in every.content.decode()
    second = page.post(address, {**asked, "look": "page-2"})
    assert len(shown(second)) == 10 and ticked(second) == {many[0].pk, many[1].pk}
    found = page.post(address, {**asked, "chosen": [*asked["chosen"], many[35].pk], "q": "36", "look": "find"})
    assert shown(found) == ["Shelf 36"] and ticked(found) == {many[0].pk, many[1].pk, many[35].pk}
    assert "3 entries chosen" in found.content.decode()


def test_all_that_were_found_are_ticked_and_unticked(signed_in, owner, many):
    page, address = signed_in(owner), reverse("pack_export")
    response = page.post(address, {"kind": "interventions", "q": "tens", "look": "all"})
    assert response.context["count"] == 10
    assert ticked(page.post(address, {"kind": "interventions", "chosen": [many[5].pk], "look": "none"})) == set()


def test_no_more_is_ticked_than_a_pack_holds(signed_in, owner, many, monkeypatch):
    monkeypatch.setattr(export_views, "MOST", 5)
    page, address = signed_in(owner), reverse("pack_export")
    response = page.post(address, {"kind": "interventions", "chosen": [many[39].pk], "look": "all"})
    assert response.context["count"] == 5 and many[39].pk in ticked(response)
    Intervention.objects.update(practice=owner.practice)
    assert page.get(address).context["count"] == 0


def test_the_list_comes_alone_to_a_script(signed_in, owner, many):
    response = signed_in(owner).post(reverse("pack_export"), {"look": "find"}, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert text.startswith('<div id="export-choose"') and "<h1" not in text


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "9" * 30, "1 OR 1"])
def test_a_page_or_an_entry_that_is_none_is_passed_over(signed_in, owner, many, wrong):
    data = {"look": f"page-{wrong}", "chosen": [wrong], "kind": wrong}
    response = signed_in(owner).post(reverse("pack_export"), data)
    assert response.status_code == 200 and response.context["count"] == 0 and len(shown(response)) == 30


def test_choosing_costs_the_same_for_one_and_for_three(signed_in, owner, django_assert_num_queries):
    page = signed_in(owner)
    for n in range(3):
        factories.make_intervention(f"shelf-{n}")
        if n != 1:
            with django_assert_num_queries(7):
                page.post(reverse("pack_export"), {"look": "find", "kind": "interventions"})


def test_a_pathway_is_ticked_and_given_out(signed_in, owner):
    take(owner, parcel_of(entry("alpha"), entry("beta"), entry("gamma"), **COURSES))
    page, address = signed_in(owner), reverse("pack_export")
    row = Pathway.objects.get()
    response = page.post(address, {"kind": "pathways", "own": "1", "look": "find"})
    assert shown(response) == [row.name]
    values = {"name": "Our pack", "author": "Harbour", "licence": "CC BY 4.0", "version": "1.0", "about": "Ours."}
    given = page.post(address, {**values, "pathways": [row.pk]})
    assert [file.slug for file in parcels.read(given.content).pathways] == ["first-weeks"]


def test_the_guide_is_true(signed_in, owner):
    """The example that it shows is a pack that comes in."""
    shown = signed_in(owner).get(reverse("pack_guide")).content.decode()
    assert reverse("pack_schema") in shown
    import html

    examples = [html.unescape(text) for text in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", shown, re.S)]
    pack = parcels.read(parcels.zipped({"pack.yaml": examples[0], "interventions/steady-talk.yaml": examples[1]}))
    assert [file.slug for file in pack.interventions] == ["steady-talk"]


def test_no_file_is_written(tmp_path, monkeypatch):
    """Reading works where nothing can be opened for writing."""
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode="r", *a, **k: real(self, "r", *a, **k))
    parcels.read(zip_of(GOOD))
    assert list(tmp_path.iterdir()) == []
