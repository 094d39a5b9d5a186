"""Packs out and in: a practice's entries as a zip of readable files, and a zip from elsewhere read without trust.

A parcel is one zip with `pack.yaml`, `interventions/*.yaml` and `templates/*.yaml`, the files of planner.library.packs.
Nothing is ever unpacked to disk. What a zip holds is judged by its directory before a byte of it is inflated; a zip
that breaks a rule is refused whole, with the file, the line and what was expected.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _
from pydantic import ValidationError

from planner.library import packs
from planner.library.models import Arrival, Draft, Intervention, Pack, SessionTemplate, Worksheet
from planner.practice.models import Practice, User

MOST_ENTRIES = 500
LARGEST_WHOLE = 20_000_000  # bytes, unpacked; the zip itself may not be larger either
LARGEST_RATIO = 100  # unpacked to packed
LARGEST_DIRECTORY = 250_000  # bytes: room for the names of 500 files
FOLDERS = {"interventions", "templates"}
_NAME = re.compile(r"(?:pack|(?:interventions|templates)/[A-Za-z0-9][A-Za-z0-9._-]{0,90})\.yaml")
_END, _END64 = b"PK\x05\x06", b"PK\x06\x07"
_FIXED = (1980, 1, 1, 0, 0, 0)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, struct.error)
_LINK = re.compile(r"https?://([^\s/)\"'<>]{1,200})", re.IGNORECASE)


# Out


class _Dumper(yaml.SafeDumper):
    """Plain YAML without anchors; texts of several lines stand as a block."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def as_yaml(part: packs.Part) -> str:
    """A part of a pack as a readable file; what is only a default is left out."""
    data = part.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def content_of(row: Intervention) -> dict[str, Any]:
    """An intervention with its sheets as one piece of content; `worksheets` and both `current` should be prefetched."""
    sheets = [sheet.current.content for sheet in row.worksheets.all() if sheet.current and not sheet.retired_at]
    return {**row.current.content, "sheets": sheets}


def with_content(rows: Any) -> Any:
    """The rows with what `content_of` reads, in three queries."""
    sheets = Worksheet.objects.select_related("current").order_by("order", "pk")
    return rows.select_related("current").prefetch_related(Prefetch("worksheets", sheets))


def file_of(row: Intervention) -> packs.InterventionFile:
    """The intervention as the file that would make it."""
    return packs.InterventionFile.model_validate({**content_of(row), "follows": row.follows or None})


def export(user: User, chosen: Iterable[int], about: Mapping[str, str]) -> bytes:
    """The chosen interventions as a zip: own ones, or those of a pack as a starting point; own session templates whose
    interventions are all among them go with them. The same content gives the same bytes. `about` has name, author,
    licence, version and what it is about. Raises packs.BadPack where it could not be taken in again."""
    rows = list(with_content(Intervention.objects.visible_to(user).filter(pk__in=list(chosen))).order_by("slug"))
    files = _files_of(rows)
    slugs = {file.slug for file in files}
    languages = Counter(file.language for file in files)
    templates = [
        packs.TemplateFile.model_validate(row.content)
        for row in SessionTemplate.objects.visible_to(user).filter(practice_id=user.practice_id).order_by("slug")
        if {item["intervention"] for item in row.content["items"] if item.get("intervention")} <= slugs
    ]
    pack = packs.PackFile(**about, language=max(sorted(languages), key=languages.get) if files else "en")
    texts = {"pack.yaml": as_yaml(pack)}
    texts |= {f"interventions/{packs.file_name(file)}": as_yaml(file) for file in files}
    texts |= {f"templates/{packs.file_name(file)}": as_yaml(file) for file in templates}
    if len(texts) < 1 + len(files) + len(templates):
        said = _("two of the chosen entries have the same short name; give one of them another")
        raise packs.BadPack([packs.Problem("pack.yaml", 1, said)])
    packs.read_texts(texts)  # what leaves here can be taken in elsewhere
    return zipped(texts)


def _files_of(rows: Iterable[Intervention]) -> list[packs.InterventionFile]:
    """Raises packs.BadPack naming every entry that is not whole, such as one whose last sheet was retired."""
    files, problems = [], []
    for row in rows:
        try:
            files.append(file_of(row))
        except ValidationError as error:
            said = f"{row.name}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
            problems.append(packs.Problem(f"interventions/{row.slug}.yaml", 1, said))
    if problems:
        raise packs.BadPack(problems)
    return files


def zipped(texts: Mapping[str, str]) -> bytes:
    """Files in a zip; the same files, the same bytes: no dates, a fixed order, stored as they are."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as parcel:
        for name in ["pack.yaml", *sorted(set(texts) - {"pack.yaml"})]:
            entry = zipfile.ZipInfo(name, _FIXED)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            parcel.writestr(entry, texts[name])
    return held.getvalue()


# In


def read(raw: bytes) -> packs.Pack:
    """The pack in a zip. Raises packs.BadPack with every problem; nothing is written anywhere."""
    problems = list(_outer_problems(raw))
    if problems:
        raise packs.BadPack(problems)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parcel:
            problems = list(_entry_problems(parcel.infolist()))
            if problems:
                raise packs.BadPack(problems)
            texts = _texts(parcel)
    except _DAMAGED as error:
        raise packs.BadPack([_whole(_("the zip is damaged, or of a kind that is not read here"))]) from error
    return packs.read_texts(texts)


def _whole(said: str) -> packs.Problem:
    return packs.Problem(_("the zip"), 1, said)


def _outer_problems(raw: bytes) -> Iterator[packs.Problem]:
    """What the end of the zip says before its directory is read: a directory of 100,000 names is not even looked at."""
    if len(raw) > LARGEST_WHOLE:
        yield _whole(_("it is larger than %(most)d MB") % {"most": LARGEST_WHOLE // 1_000_000})
        return
    end = len(raw) - 22 if raw[-22:-18] == _END and raw[-2:] == b"\0\0" else raw.rfind(_END, max(0, len(raw) - 65_557))
    if end < 0 or len(raw) < end + 22:
        yield _whole(_("this is not a zip; expected a zip with pack.yaml in it"))
        return
    if _END64 in raw[max(0, end - 20) : end]:
        yield _whole(_("it is made for very large files; expected an ordinary zip"))
        return
    count, size = struct.unpack("<HL", raw[end + 10 : end + 16])
    if count > MOST_ENTRIES or size > LARGEST_DIRECTORY:
        yield _whole(_("it holds more than %(most)d files") % {"most": MOST_ENTRIES})


def _entry_problems(entries: list[zipfile.ZipInfo]) -> Iterator[packs.Problem]:
    if len(entries) > MOST_ENTRIES:
        yield _whole(_("it holds more than %(most)d files") % {"most": MOST_ENTRIES})
        return
    whole, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if whole > LARGEST_WHOLE:
        yield _whole(_("it would unpack to more than %(most)d MB") % {"most": LARGEST_WHOLE // 1_000_000})
    if whole > LARGEST_RATIO * max(packed, 1):
        yield _whole(_("it would unpack to more than %(most)d times its size") % {"most": LARGEST_RATIO})
    seen: dict[str, str] = {}
    for entry in entries:
        name = entry.orig_filename
        if said := _what_is_wrong(entry, name) or _seen_before(seen, name):
            yield packs.Problem(_shown(name), 1, said)
    if "pack.yaml" not in {entry.filename for entry in entries}:
        yield packs.Problem("pack.yaml", 1, _("there is no such file; expected it at the top of the zip"))


def _shown(name: str) -> str:
    """A name from outside as it may stand on a page."""
    return re.sub(r"[^ -~]", "?", name)[:120] or "?"


def _what_is_wrong(entry: zipfile.ZipInfo, name: str) -> str:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\\" in name:
        return _("a path that leads out of the zip; expected a name such as interventions/one.yaml")
    if ".." in name.split("/"):
        return _("a path with .. in it; expected a name such as interventions/one.yaml")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return _("a link or a device; expected a plain file")
    if entry.flag_bits & 0x1:
        return _("locked with a password; expected a plain file")
    if name.rstrip("/") in FOLDERS and name.endswith("/") and not entry.file_size:
        return ""
    if not _NAME.fullmatch(name):
        return _("nothing of this name belongs here; expected pack.yaml, interventions/*.yaml or templates/*.yaml")
    if entry.file_size > packs.LARGEST_FILE:
        return _("the file is larger than %(most)d kB") % {"most": packs.LARGEST_FILE // 1000}
    if entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1):
        return _("it would unpack to more than %(most)d times its size") % {"most": LARGEST_RATIO}
    return ""


def _seen_before(seen: dict[str, str], name: str) -> str:
    other = seen.setdefault(name.lower(), name)
    if seen.get("#" + name):
        return _("the name stands twice")
    seen["#" + name] = name
    return "" if other == name else _("differs from %(other)s only in capital letters") % {"other": _shown(other)}


def _texts(parcel: zipfile.ZipFile) -> dict[str, str]:
    """The text of every file, in a fixed order; no more is inflated than the directory promised."""
    texts, problems = {}, []
    for entry in sorted(parcel.infolist(), key=lambda entry: entry.filename):
        if entry.is_dir():
            continue
        with parcel.open(entry) as file:
            raw = file.read(packs.LARGEST_FILE + 1)
        try:
            texts[entry.filename] = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            problems.append(packs.Problem(entry.filename, line, _("cannot be read as UTF-8 text")))
    if problems:
        raise packs.BadPack(problems)
    return texts


# What it would do

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass(frozen=True)
class Line:
    """One entry of a parcel and what taking it in would do: `state` is new, changed, same or refused."""

    file: Any
    state: str
    why: str = ""

    @property
    def is_template(self) -> bool:
        return isinstance(self.file, packs.TemplateFile)

    @property
    def sheets(self) -> int:
        return 0 if self.is_template else len(self.file.sheets)


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
        lines = [[line.file.slug, line.file.language, line.is_template, line.state] for line in self.lines]
        return packs.content_hash({"lines": lines})[:32]


def preview(pack: packs.Pack, practice: Practice) -> Preview:
    """What taking the pack in would do to the practice's own library now. The number of queries does not grow with it.
    Raises packs.BadPack for a pack that gives itself out as one of the library's own."""
    if Pack.objects.filter(slug=pack.about.slug).exists():
        said = _("slug: the library has a pack of this name, and a pack from outside never takes its place")
        raise packs.BadPack([packs.Problem("pack.yaml", 1, said)])
    library = _Library(pack, practice)
    lines = [library.judge(file) for file in pack.interventions]
    lines += [library.judge_template(file) for file in pack.templates]
    texts = "\n".join(as_yaml(line.file) for line in lines)
    links = tuple(sorted({host.lower() for host in _LINK.findall(texts)}))
    return Preview(pack.about, tuple(lines), links)


class _Library:
    """What is there already under the names that a pack uses."""

    def __init__(self, pack: packs.Pack, practice: Practice):
        self.about = pack.about
        slugs = [file.slug for file in pack.interventions]
        sheets = [sheet.slug for file in pack.interventions for sheet in file.sheets]
        rows = Intervention.objects.filter(Q(practice=practice) | Q(practice=None), slug__in=slugs)
        rows = list(with_content(rows))
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
        templates = SessionTemplate.objects.filter(practice=practice, slug__in=[file.slug for file in pack.templates])
        self.templates = {(row.slug, row.language): row for row in templates}
        self.named = {item.intervention for file in pack.templates for item in file.items}

    def judge(self, file: packs.InterventionFile) -> Line:
        own, built_in = self.own.get((file.slug, file.language)), self.built_in.get((file.slug, file.language))
        state = packs.whole_hash(file)
        for sheet in file.sheets:
            holder = self.sheet_owners.get((sheet.slug, file.language))
            if holder and holder != own:
                words = {"sheet": sheet.slug, "entry": holder.name}
                return Line(file, REFUSED, _("its sheet %(sheet)s belongs to your entry “%(entry)s”") % words)
        if own:
            return self._judge_own(file, own, state)
        if built_in and packs.content_hash(content_of(built_in)) == state and file.slug not in self.named:
            return Line(file, SAME, _("the library has exactly this"))
        said = _("the library has an entry of this name; that one stays, this one stands beside it") if built_in else ""
        return Line(file, NEW, said)

    def _judge_own(self, file: packs.InterventionFile, own: Intervention, state: str) -> Line:
        here = packs.content_hash(content_of(own))
        arrival = self.arrivals.get(own.pk)
        if own.retired_at:
            return Line(file, REFUSED, _("your practice has retired its entry of this name"))
        if here == state:
            return Line(file, SAME, _("your practice has exactly this"))
        if arrival is None or (arrival.pack, arrival.author) != (self.about.slug, self.about.author):
            return Line(file, REFUSED, _("your practice has an entry of its own by this name; it stays as it is"))
        if here != arrival.whole_hash:
            return Line(file, REFUSED, _("your practice has changed this entry since it came; it stays as it is"))
        if own.pk in self.being_written:
            return Line(file, REFUSED, _("somebody in your practice is writing at this entry; it stays as it is"))
        return Line(file, CHANGED, _("a new edition; what was given out stays as it was"))

    def judge_template(self, file: packs.TemplateFile) -> Line:
        own = self.templates.get((file.slug, file.language))
        if own is None:
            return Line(file, NEW)
        if own.content == file.model_dump(mode="json", by_alias=True) and not own.retired_at:
            return Line(file, SAME, _("your practice has exactly this"))
        return Line(file, REFUSED, _("your practice has a session template of its own by this name; it stays"))
