"""Packs out and in: a practice's entries as a zip of readable files, and a zip from elsewhere read without trust.

A parcel is one zip with `pack.yaml` and a folder for each kind of entry, the files of planner.library.packs. What goes
into one is gathered by planner.library.exports; what one would bring is judged by planner.library.previews. Nothing is
ever unpacked to disk. What a zip holds is judged by its directory before a byte of it is inflated; a zip that breaks a
rule is refused whole, with the file, the line and what was expected.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from planner.library import packs
from planner.library.models import Intervention, Worksheet

MOST_ENTRIES = 500
LARGEST_WHOLE = 20_000_000  # bytes, unpacked; the zip itself may not be larger either
LARGEST_RATIO = 100  # unpacked to packed
LARGEST_DIRECTORY = 250_000  # bytes: room for the names of 500 files
FOLDERS = tuple(packs.KINDS)
_NAME = re.compile(rf"(?:pack|(?:{'|'.join(FOLDERS)})/[A-Za-z0-9][A-Za-z0-9._-]{{0,90}})\.yaml")
_END, _END64 = b"PK\x05\x06", b"PK\x06\x07"
_FIXED = (1980, 1, 1, 0, 0, 0)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, struct.error)


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
        said = _("nothing of this name belongs here; expected pack.yaml or %(folders)s")
        return said % {"folders": ", ".join(f"{folder}/*.yaml" for folder in FOLDERS)}
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
