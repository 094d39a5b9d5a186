"""The faces that paper is set in, and which letters each of them has.

Atkinson Hyperlegible carries the text; other faces are added only where a text needs them, as each costs time and
bytes. Two further families ship as packages; Hebrew, Chinese, Japanese, Korean and emoji come from the system's Noto
faces.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fontpkg_atkinson_hyperlegible
import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
from fontTools.ttLib import TTFont

_SYSTEM_ROOTS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
    Path("/Library/Fonts"),
    Path("~/Library/Fonts"),
)


@dataclass(frozen=True)
class Family:
    """A family of faces. `pattern` finds its files; `package` is the system package that brings it, "" for our own."""

    name: str
    serves: str
    pattern: str
    module: object = None
    package: str = ""

    @property
    def files(self) -> tuple[Path, ...]:
        """Its files on this machine; none where it is not installed."""
        return _files(self.module.__file__ if self.module else "", self.pattern)

    @property
    def letters(self) -> frozenset[int]:
        """The code points that every one of its files has."""
        return _letters_of_all(self.files)


TEXT = Family("Atkinson Hyperlegible", "Latin", "AtkinsonHyperlegible-*.ttf", fontpkg_atkinson_hyperlegible)
SHIPPED = (
    TEXT,
    Family("Noto Sans", "Vietnamese, Greek, Cyrillic, Devanagari", "NotoSans*.ttf", fontpkg_noto_sans),
    Family("Noto Sans Arabic", "Arabic", "NotoSansArabic*.ttf", fontpkg_noto_sans_arabic),
)
OF_THE_SYSTEM = (
    Family("Noto Sans Hebrew", "Hebrew", "NotoSansHebrew[-[]*.ttf", package="fonts-noto-core"),
    Family("Noto Sans CJK", "Chinese, Japanese, Korean", "NotoSansCJK*-*.ttc", package="fonts-noto-cjk"),
    Family("Noto Color Emoji", "emoji", "NotoColorEmoji*.ttf", package="fonts-noto-color-emoji"),
)


def not_installed() -> list[Family]:
    """The system's families that this machine lacks, each with the Debian package that brings it."""
    return [family for family in OF_THE_SYSTEM if not family.files]


def missing_letters(texts: Iterable[str]) -> list[str]:
    """The letters of `texts` that no face on this machine has, each once, in the order in which they stand."""
    wanted = list(_wanted(dict.fromkeys("".join(texts))))
    for family in (*SHIPPED, *OF_THE_SYSTEM):
        if not wanted:
            break
        letters = family.letters
        wanted = [point for point in wanted if point not in letters]
    return [chr(point) for point in wanted]


def files_for(text: str) -> tuple[Path, ...]:
    """The font files that setting this text takes: the text family, and others only for letters that it lacks."""
    files, wanted = list(TEXT.files), {point for point in set(map(ord, text)) if point not in TEXT.letters}
    wanted = set(_wanted("".join(map(chr, wanted))))
    for family in (*SHIPPED[1:], *OF_THE_SYSTEM):
        if not wanted:
            break
        if found := wanted & family.letters:
            wanted -= found
            files += family.files
    return tuple(files)


def _wanted(text: Iterable[str]) -> Iterable[int]:
    """The code points that must be drawn: not blanks, controls, joiners or variation selectors."""
    for letter in text:
        if unicodedata.category(letter) not in ("Cc", "Cf", "Zs", "Zl", "Zp") and not "\ufe00" <= letter <= "\ufe0f":
            yield ord(letter)


@cache
def _files(module_file: str, pattern: str) -> tuple[Path, ...]:
    roots = (Path(module_file).parent / "files",) if module_file else tuple(root.expanduser() for root in _SYSTEM_ROOTS)
    return tuple(sorted(path for root in roots if root.is_dir() for path in root.rglob(pattern)))


@cache
def _letters_of_all(paths: tuple[Path, ...]) -> frozenset[int]:
    return frozenset.intersection(*map(_letters, paths)) if paths else frozenset()


@cache
def _letters(path: Path) -> frozenset[int]:
    with TTFont(path, fontNumber=0, lazy=True) as face:
        return frozenset(face.getBestCmap())
