"""What the press prints: a sheet as one reader gets it, a packet of sheets with its cover, any paper of another room.

Each is a frozen dataclass; its fields are the template's context. A discreet print is made so here, once: no
letterhead, the neutral title, no edition (its slug may tell), and of the name only what the options allow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from planner.sheets.blocks import Block, FieldSpec, with_names
from planner.sheets.options import Options


@dataclass(frozen=True)
class Letterhead:
    """Who prints and where help is: shown at the foot of every page. `help_lines` are (name, how to reach)."""

    practice: str = ""
    contact: tuple[str, ...] = ()
    help_lines: tuple[tuple[str, str], ...] = ()
    emergency: str = ""


@dataclass(frozen=True)
class SheetCopy:
    """One sheet as one reader gets it; `blocks` are already chosen for that reader.

    `name` is the name to print, "" for nobody in particular; `role_line` a line such as "Your sheet, Maya". `address`
    is the sheet's return address ("" for a blank from the library). `prefix` keeps its field names apart within a
    packet. `prefilled` maps field names (without prefix) to what is known already: it is printed as text.
    `joint_names` are the people of a joint sheet, who stand where it says "First person", "Second person". `settled`:
    what is filled in was agreed, so a term that somebody did not say yes to is marked. `signed` maps who signs to the
    drawing that stands on the line.
    """

    title: str
    blocks: tuple[Block, ...]
    language: str = "en"
    discreet_title: str = ""
    purpose: str = ""
    ideas: tuple[str, ...] = ()
    name: str = ""
    role_line: str = ""
    date: str = ""
    address: str = ""
    prefix: str = ""
    edition: str = ""
    joint_names: tuple[str, ...] = ()
    settled: bool = False
    signed: Mapping[str, Any] = field(default_factory=dict)
    prefilled: Mapping[str, Any] = field(default_factory=dict)
    bring_back: str = ""

    @property
    def name_field(self) -> FieldSpec:
        """Where the name is written when it is not known; no block's field can have this name."""
        return FieldSpec("_name", _("Name"))

    @property
    def date_field(self) -> FieldSpec:
        """Where the date is written when it is not known."""
        return FieldSpec("_date", _("Date"), "date")


@dataclass(frozen=True)
class Cover:
    """The first page of a packet: what it is, for whom, which sheets are in it, what a tick beside one of them means,
    and when to bring them back."""

    title: str
    for_whom: str = ""
    contents: tuple[str, ...] = ()
    hint: str = ""
    bring_back: str = ""

    def boxes(self) -> list[tuple[str, FieldSpec]]:
        """Each sheet's title with a box to tick."""
        return [(title, FieldSpec(f"_sheet-{n}", title, "check")) for n, title in enumerate(self.contents, 1)]


@dataclass(frozen=True)
class Paper:
    """Anything the press prints. `context` is what the template gets beside `paper`, `options` and `letterhead`.

    `address` is the return address of the whole document, kept in the file's metadata.
    """

    title: str
    language: str
    options: Options
    letterhead: Letterhead
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    discreet_title: str = ""
    address: str = ""

    @property
    def shown_title(self) -> str:
        """The title that page, bookmark and file may show."""
        return (self.discreet_title or self.title) if self.options.discreet else self.title

    @property
    def keywords(self) -> list[str]:
        """The return addresses for the file's metadata: the document's, and in a packet each sheet's by its prefix."""
        own = [f"return:{self.address}"] if self.address else []
        copies = self.context.get("copies", ())
        return own + [f"return {copy.prefix}:{copy.address}" for copy in copies if copy.prefix and copy.address]


def sheet_paper(copy: SheetCopy, *, letterhead: Letterhead, options: Options) -> Paper:
    """A paper of one sheet."""
    return Paper(
        title=copy.title,
        discreet_title=copy.discreet_title,
        language=copy.language,
        options=options,
        letterhead=letterhead,
        template="paper/sheets.html",
        context={"copies": (copy_for(copy, options),)},
        address=copy.address,
    )


def packet_paper(
    copies: Sequence[SheetCopy],
    *,
    cover: Cover | None,
    letterhead: Letterhead,
    options: Options,
    title: str,
    language: str,
    address: str = "",
) -> Paper:
    """Several sheets in one document, rendered once, with a cover where one is given.

    Raises ValueError when two copies share a field prefix: what is typed into one would appear in the other.
    """
    prefixes = [copy.prefix for copy in copies]
    if len(set(prefixes)) != len(prefixes):
        raise ValueError("Every sheet of a packet needs a field prefix of its own.")
    with translation.override(language):
        neutral = _("Your sheets")
    return Paper(
        title=title,
        discreet_title=neutral,
        language=language,
        options=options,
        letterhead=letterhead,
        template="paper/sheets.html",
        context={
            "copies": tuple(copy_for(copy, options) for copy in copies),
            "cover": cover and _cover_for(cover, copies, options, neutral),
        },
        address=address,
    )


def letterhead_for(letterhead: Letterhead, options: Options) -> Letterhead:
    """The letterhead that this print may show. A discreet one names no practice and no service, only where help is."""
    if not options.discreet:
        return letterhead
    lines = tuple(("", reach) for _name, reach in letterhead.help_lines)
    return Letterhead(help_lines=lines, emergency=letterhead.emergency)


def copy_for(copy: SheetCopy, options: Options) -> SheetCopy:
    """The copy as this print may show it, with people's names on a joint sheet where they may stand."""
    if options.discreet:
        name = shown_name(copy.name, options)
        copy = replace(
            copy,
            title=copy.discreet_title or copy.title,
            name=name,
            role_line=_without_name(copy.role_line, copy.name, name),
            joint_names=tuple(shown for full in copy.joint_names if (shown := shown_name(full, options))),
            edition="",
        )
    with translation.override(copy.language):
        return replace(copy, blocks=with_names(copy.blocks, copy.joint_names))


def shown_name(name: str, options: Options) -> str:
    """How much of a name this print shows: "Maya Lopez", "M. L." or nothing."""
    if not options.discreet or options.name == "full":
        return name
    if options.name == "none":
        return ""
    return " ".join(f"{part[0].upper()}." for part in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", name))


def _without_name(text: str, name: str, shown: str) -> str:
    """`text` with the name replaced by what may be shown of it; nothing at all where no name may be shown."""
    if not name or name not in text:
        return text
    return text.replace(name, shown) if shown else ""


def _cover_for(cover: Cover, copies: Sequence[SheetCopy], options: Options, neutral: str) -> Cover:
    if not options.discreet:
        return cover
    names = {copy.name for copy in copies if copy.name}
    for_whom = shown_name(cover.for_whom, options) if cover.for_whom in names else ""
    contents = tuple(copy_for(copy, options).title for copy in copies)
    return replace(cover, title=neutral, for_whom=for_whom, contents=contents)
