"""What a pack from outside would do to a practice's library: new, changed, the same, refused, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from planner.library import packs, parcels
from planner.library.models import (
    Arrival,
    Draft,
    Intervention,
    OfLibrary,
    Pack,
    Pathway,
    SessionTemplate,
    Statement,
    Worksheet,
)
from planner.practice.models import Practice

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"
#: Kinds that have no editions: their words are copied into what is made from them.
PLAIN: dict[str, type[OfLibrary]] = {"templates": SessionTemplate, "statements": Statement, "pathways": Pathway}
_LINK = re.compile(r"https?://([^\s/)\"'<>]{1,200})", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One entry of a parcel and what taking it in would do: `kind` is its folder, `state` new, changed, same or
    refused."""

    kind: str
    file: Any
    state: str
    why: str = ""

    @property
    def sheets(self) -> int:
        return len(getattr(self.file, "sheets", ()))


@dataclass(frozen=True)
class Preview:
    """What a parcel brings: its own word about itself, each entry, and the hosts its texts link to."""

    about: packs.PackFile
    lines: tuple[Line, ...]
    links: tuple[str, ...]

    @property
    def to_take(self) -> list[Line]:
        return [line for line in self.lines if line.state in (NEW, CHANGED)]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(line.state for line in self.lines)
        return {state: found[state] for state in (NEW, CHANGED, SAME, REFUSED)}

    @property
    def mark(self) -> str:
        """Stands for exactly this answer, so that what is confirmed is what was shown."""
        lines = [[line.kind, line.file.slug, line.file.language, line.state] for line in self.lines]
        return packs.content_hash({"lines": lines})[:32]


def preview(pack: packs.Pack, practice: Practice) -> Preview:
    """What taking the pack in would do to the practice's own library now. The number of queries does not grow with it.
    Raises packs.BadPack for a pack that gives itself out as one of the library's own."""
    if Pack.objects.filter(slug=pack.about.slug).exists():
        said = _("slug: the library has a pack of this name, and a pack from outside never takes its place")
        raise packs.BadPack([packs.Problem("pack.yaml", 1, said)])
    library = _Library(pack, practice)
    lines = [library.judge(file) for file in pack.interventions]
    for kind, model in PLAIN.items():
        lines += _judge_plain(kind, model, pack, practice)
    texts = "\n".join(parcels.as_yaml(line.file) for line in lines)
    links = tuple(sorted({host.lower() for host in _LINK.findall(texts)}))
    return Preview(pack.about, tuple(lines), links)


def _judge_plain(kind: str, model: type[OfLibrary], pack: packs.Pack, practice: Practice) -> list[Line]:
    """Templates, statements or pathways. One query."""
    files = getattr(pack, kind)
    if not files:
        return []
    rows = model.objects.filter(Q(practice=practice) | Q(practice=None), slug__in=[file.slug for file in files])
    rows = list(rows.select_related("arrival"))
    own = {(row.slug, row.language): row for row in rows if row.practice_id}
    built_in = {(row.slug, row.language): row for row in rows if not row.practice_id and not row.retired_at}
    return [_plain_line(kind, file, pack.about, own, built_in) for file in files]


def _plain_line(
    kind: str, file: Any, about: packs.PackFile, own: Mapping[Any, Any], built_in: Mapping[Any, Any]
) -> Line:
    key, content = (file.slug, file.language), file.model_dump(mode="json", by_alias=True)
    mine, there = own.get(key), built_in.get(key)
    if mine and mine.retired_at:
        return Line(kind, file, REFUSED, _retired())
    if mine and mine.content == content:
        return Line(kind, file, SAME, _("your practice has exactly this"))
    if mine:
        why = _kept(getattr(mine, "arrival", None), about, packs.content_hash(mine.content))
        renewed = _("its newer words from now on; what was planned or written with it stays as it was")
        return Line(kind, file, REFUSED if why else CHANGED, why or renewed)
    if there and there.content == content:
        return Line(kind, file, SAME, _("the library has exactly this"))
    said = _("the library has one of this name; that one stays, this one stands beside it") if there else ""
    return Line(kind, file, NEW, said)


def _retired() -> str:
    return _("your practice has retired its entry of this name")


def _kept(arrival: Arrival | None, about: packs.PackFile, here: str) -> str:
    """Why an entry that the practice has stays as it is; "" for one that this pack brought and nobody has changed.
    `here` is the hash of what it says now."""
    if arrival is None:
        return _("your practice has an entry of its own by this name; it stays as it is")
    if not arrival.is_of(about):
        said = _("your practice has an entry of this name from “%(pack)s” by %(author)s; it stays as it is")
        return said % {"pack": arrival.pack_name, "author": arrival.author}
    if here != arrival.whole_hash:
        return _("your practice has changed this entry since it came; it stays as it is")
    return ""


class _Library:
    """What is there already under the names of a pack's interventions and their sheets."""

    def __init__(self, pack: packs.Pack, practice: Practice):
        self.about = pack.about
        slugs = [file.slug for file in pack.interventions]
        sheets = [sheet.slug for file in pack.interventions for sheet in file.sheets]
        rows = Intervention.objects.filter(Q(practice=practice) | Q(practice=None), slug__in=slugs)
        rows = list(parcels.with_content(rows))
        self.own = {(row.slug, row.language): row for row in rows if row.practice_id}
        self.built_in = {(row.slug, row.language): row for row in rows if not row.practice_id and not row.retired_at}
        arrivals = Arrival.objects.filter(intervention__in=[row.pk for row in self.own.values()])
        self.arrivals = {arrival.intervention_id: arrival for arrival in arrivals}
        keys = [row.pk for row in self.own.values()]
        drafts = Draft.objects.filter(Q(intervention__in=keys) | Q(worksheet__intervention__in=keys))
        self.being_written = {
            pk for pair in drafts.values_list("intervention_id", "worksheet__intervention_id") for pk in pair
        }
        owners = Worksheet.objects.filter(practice=practice, slug__in=sheets).select_related("intervention")
        self.sheet_owners = {(sheet.slug, sheet.language): sheet.intervention for sheet in owners}

    def judge(self, file: packs.InterventionFile) -> Line:
        own, built_in = self.own.get((file.slug, file.language)), self.built_in.get((file.slug, file.language))
        state = packs.whole_hash(file)
        for sheet in file.sheets:
            holder = self.sheet_owners.get((sheet.slug, file.language))
            if holder and holder != own:
                words = {"sheet": sheet.slug, "entry": holder.name}
                return Line(
                    "interventions", file, REFUSED, _("its sheet %(sheet)s belongs to your entry “%(entry)s”") % words
                )
        if own:
            return self._judge_own(file, own, state)
        if built_in and packs.content_hash(parcels.content_of(built_in)) == state:
            return Line("interventions", file, SAME, _("the library has exactly this"))
        said = _("the library has an entry of this name; that one stays, this one stands beside it") if built_in else ""
        return Line("interventions", file, NEW, said)

    def _judge_own(self, file: packs.InterventionFile, own: Intervention, state: str) -> Line:
        here = packs.content_hash(parcels.content_of(own))
        if own.retired_at:
            return Line("interventions", file, REFUSED, _retired())
        if here == state:
            return Line("interventions", file, SAME, _("your practice has exactly this"))
        why = _kept(self.arrivals.get(own.pk), self.about, here)
        if not why and own.pk in self.being_written:
            why = _("somebody in your practice is writing at this entry; it stays as it is")
        renewed = _("a new edition; what was given out stays as it was")
        return Line("interventions", file, REFUSED if why else CHANGED, why or renewed)
