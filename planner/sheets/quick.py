"""What the engine does anew for every document although it comes out the same: done once, in the press's process.

WeasyPrint is a command first: it asks each box and each line of text again what its style says already. These are
insides of the engine, whose version is pinned: tests/sheets/test_quick.py holds that every paper is the same with them
and without. `planner.sheets.kept_styles` is the greater part of it.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import pydyf
import weasyprint.document
from cssselect2 import ElementWrapper
from fontTools.ttLib import TTFont
from weasyprint.formatting_structure.boxes import Box, PageBox
from weasyprint.html import get_html_metadata
from weasyprint.layout import absolute, block, column, grid, inline, page, percent, table
from weasyprint.layout import float as float_
from weasyprint.pdf import fonts
from weasyprint.text import line_break
from weasyprint.text.ffi import ffi, unicode_to_char_p
from weasyprint.text.fonts import get_font_description

from planner.sheets.kept_styles import kept_styles

_SIDES = ("top", "right", "bottom", "left")
LENGTHS = (
    *(f"margin_{side}" for side in _SIDES), *(f"padding_{side}" for side in _SIDES),
    *(f"border_{side}_width" for side in _SIDES),
    "width", "min_width", "max_width", "height", "min_height", "max_height",
)  # fmt: skip
_LAYOUT = (absolute, block, column, float_, grid, inline, page, table)
MOST_WORDS = 1024  # kept as C has them: languages, families of faces, lines of text
MOST_LETTERS = 4096  # of one face in one document; more are only slower
_CHANGED = {"fvar", "CBDT", "COLR", "EBDT", "SVG ", "sbix"}  # tables of weights and of pictures
_faces: dict[bytes, TTFont] = {}
_packed: dict[bytes, bytes] = {}
_to_bytes = pydyf._to_bytes
_IN_FLOW = frozenset(("static", "relative"))  # the other positions stand outside of the lines and blocks around them


def make_ready() -> None:
    """Once, before the first document. Raises AttributeError where the engine has no such thing to put ours in place
    of."""
    know_lists_of_letters()
    for place, name, ours in (
        (weasyprint.document, "get_all_computed_styles", kept_styles.of_document),
        (weasyprint.document, "get_html_metadata", metadata),
        *((module, "resolve_percentages", used_lengths) for module in _LAYOUT),
        (Box, "is_in_normal_flow", is_in_normal_flow),
        (block, "block_level_page_name", name_of_another_page),
        (inline, "strut", height_of_line),
        (line_break, "get_font_description", description_of_face),
        (line_break, "unicode_to_char_p", lru_cache(MOST_WORDS)(unicode_to_char_p)),
        (pydyf, "_to_bytes", to_bytes),
        (pydyf, "zlib", SimpleNamespace(compressobj=Packer)),
        (fonts, "TTFont", kept_face),
    ):
        getattr(place, name)
        setattr(place, name, ours)


def metadata(html: Any) -> dict[str, Any]:
    """Title, author and the like, looked for in the head alone: nothing else of a page holds any."""
    root = html.etree_element
    head = root.find("head")
    looked_in = ElementWrapper.from_html_root(root if head is None else head)
    return get_html_metadata(SimpleNamespace(etree_element=root, wrapper_element=looked_in, base_url=html.base_url))


def is_in_normal_flow(box: Box) -> bool:
    """In one look what the engine finds out by five."""
    style = box.style
    return style["position"] in _IN_FLOW and style["float"] == "none"


def name_of_another_page(_before: Box, _after: Box) -> None:
    """No part of a document of ours stands on another kind of page than the rest (tests/sheets/test_kept_styles.py):
    the engine need not look for it through everything that a block holds."""


def height_of_line(style: Any) -> tuple[float, float]:
    """Height and baseline of an empty line. They come of the style and of its faces alone."""
    if (kept := vars(style).get("strut")) is None:
        kept = vars(style)["strut"] = line_break.strut(style)
    return kept


def description_of_face(style: Any) -> Any:
    """What a style says of its face, in the words of Pango."""
    if (kept := vars(style).get("description")) is None:
        kept = vars(style)["description"] = get_font_description(style)
    return kept


class Packer:
    """Packs as tightly as the engine does; the face of the fields, which is the same in every document, only once."""

    def __init__(self, level: int):
        self._level = level

    def compress(self, data: bytes) -> bytes:
        if data not in _faces:
            return zlib.compress(data, self._level)
        if data not in _packed:
            _packed[data] = zlib.compress(data, self._level)
        return _packed[data]

    def flush(self) -> bytes:
        return b""


def know_lists_of_letters() -> None:
    """A face is cut down with a C list of its letters. The engine has the type of each length of list parsed from C at
    its first use, which takes 2 ms in every child anew; put together from its parts it takes nothing."""
    letter = ffi.typeof("hb_codepoint_t *")
    for length in range(1, MOST_LETTERS):
        kind = ffi._backend.new_array_type(letter, length)
        ffi._parsed_types.setdefault(f"hb_codepoint_t[{length}]", (kind, False))


def to_bytes(item: Any) -> bytes:
    """What the engine's own does, the many words and numbers of a document first."""
    kind = type(item)
    if kind is bytes:
        return item
    if kind is str:
        return item.encode("ascii")
    if kind is int:
        return b"%d" % item
    if kind is float:
        return b"%d" % item if item.is_integer() else f"{item:f}".rstrip("0").encode("ascii")
    return _to_bytes(item)


def kept_face(file: Any, **which: Any) -> TTFont:
    """A face as it was read before: that of the fields stands whole in every document, and is read for its widths.
    One of many weights or of pictures is not kept: the engine changes it."""
    data = file.getvalue()
    if data in _faces:
        return _faces[data]
    face = TTFont(file, **which)
    if not _CHANGED & set(face.keys()):
        _faces[data] = face
    return face


def used_lengths(box: Box, containing_block: Box | tuple[Any, Any]) -> None:
    """Gives a box its margins, paddings, borders and sizes in pixels. They come of its style and of the size of what is
    around it alone, and are kept with the style; where borders collapse they do not, and the engine works them out."""
    around = containing_block
    width, height = (around.width, around.height) if isinstance(around, Box) else around
    style = box.style
    if style["border_collapse"] == "collapse":
        percent.resolve_percentages(box, around)
        return
    kept = vars(style).setdefault("used_lengths", {})
    where = (width, height, isinstance(box, PageBox))
    if (lengths := kept.get(where)) is None:
        percent.resolve_percentages(box, around)
        lengths = kept[where] = {name: getattr(box, name) for name in LENGTHS}
    vars(box).update(lengths)
