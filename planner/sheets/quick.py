"""What the engine does anew for every document although it comes out the same: done once, in the press's process.

WeasyPrint is a command first: for each document it works out from nothing what its style rules come to. A press prints
the same kinds of paper all day. These are insides of the engine, whose version is pinned: tests/sheets/test_quick.py
holds that every paper is the same with them and without, and that each is still of use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pydyf
import tinycss2
import weasyprint.document
from fontTools.ttLib import TTFont
from weasyprint.css import ComputedStyle, InitialStyle, Style, StyleFor, declaration_precedence, preprocess_declarations
from weasyprint.css.counters import CounterStyle
from weasyprint.css.tokens import get_length
from weasyprint.formatting_structure.boxes import Box, PageBox
from weasyprint.layout import absolute, block, column, grid, inline, page, percent, table
from weasyprint.layout import float as float_
from weasyprint.pdf import fonts
from weasyprint.text.ffi import ffi

_SIDES = ("top", "right", "bottom", "left")
LENGTHS = (
    *(f"margin_{side}" for side in _SIDES), *(f"padding_{side}" for side in _SIDES),
    *(f"border_{side}_width" for side in _SIDES),
    "width", "min_width", "max_width", "height", "min_height", "max_height",
)  # fmt: skip
_LAYOUT = (absolute, block, column, float_, grid, inline, page, table)
MOST_LETTERS = 4096  # of one face in one document; more are only slower
_CHANGED = {"fvar", "CBDT", "COLR", "EBDT", "SVG ", "sbix"}  # tables of weights and of pictures
_faces: dict[bytes, TTFont] = {}
_to_bytes = pydyf._to_bytes
_DRAWING = "{http://www.w3.org/2000/svg}svg"
_NOTHING: dict[str, Any] = {}
_LAST = float("inf")  # where a rule without a layer stands among layers


def make_ready() -> None:
    """Once, before the first document."""
    know_lists_of_letters()
    weasyprint.document.get_all_computed_styles = kept_styles.of_document
    for module in _LAYOUT:
        module.resolve_percentages = used_lengths
    pydyf._to_bytes = to_bytes
    fonts.TTFont = kept_face


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


class KeptStyles:
    """Worked-out styles by what leads to them: the style of the parent, the rules that match, and what an element says
    of itself. They know the faces they were worked out with, so other faces begin anew."""

    def __init__(self) -> None:
        self.faces: Any = None
        self.styles: dict[Any, ComputedStyle] = {}
        self.pages: dict[Any, dict[str | None, Any]] = {}  # what rules say of kinds of pages
        self.sheets: dict[int, Any] = {}  # held, as their rules are told apart by their place in memory
        self.first: InitialStyle | None = None

    def move_to(self, faces: Any) -> None:
        """The same faces, opened by another process: what was worked out with them holds."""
        for style in _with_anonymous(self.first, *self.styles.values()):
            style.font_config = faces
        if self.faces is not None:
            faces.strut_layouts.update(self.faces.strut_layouts)  # the height of a line of each style
        self.faces = faces

    def of_document(
        self, html: Any, user_stylesheets: Iterable[Any] = (), presentational_hints: bool = False,
        font_config: Any = None, counter_style: CounterStyle | None = None, color_profiles: Any = None,
        page_rules: Any = None, layers: Any = None, target_collector: Any = None, forms: bool = False,
    ) -> StyleFor:  # fmt: skip
        """What the engine's own `get_all_computed_styles` gives. A page of ours brings no stylesheet, style attribute
        or hint of its own (`planner.sheets.engine.TAGS`, `ATTRIBUTES`): none is looked for."""
        for style in html._ua_counter_style():
            counter_style.update(style)
        if font_config is not self.faces:
            self.faces, self.styles, self.pages, self.first = font_config, {}, {}, InitialStyle(font_config)
        sheets = [(sheet, "user agent", None) for sheet in html._ua_stylesheets(forms)]
        sheets += [(sheet, "user", None) for sheet in user_stylesheets]
        self.sheets |= {id(sheet): sheet for sheet, *_of_it in sheets}
        return _DocumentStyles(self, html, sheets, target_collector)


class _DocumentStyles(StyleFor):
    """The styles of the elements of one document."""

    def __init__(self, kept: KeptStyles, html: Any, sheets: list[tuple[Any, str, Any]], targets: Any):
        self._kept, self._sheets, self.font_config = kept, sheets, kept.faces
        self.initial_page_sizes = {"box": None, "area": None}
        self._base_url = html.base_url
        self._root = html.etree_element
        self._cascaded_styles: dict[Any, Any] = {}  # of pages alone
        self._computed_styles: dict[Any, ComputedStyle] = {}
        self._to_work_out: dict[Any, tuple[ComputedStyle, list[Any]]] = {}
        pointed_at = {href[1:] for each in self._root.iter("a") if (href := each.get("href", "")).startswith("#")}
        for wrapper in html.wrapper_element.iter_subtree():
            self._take(wrapper, pointed_at, targets)

    def _take(self, wrapper: Any, pointed_at: set[str], targets: Any) -> None:
        """The styles of an element and of what stands before and after it."""
        element = wrapper.etree_element
        parent = self._computed_styles[wrapper.parent.etree_element, None] if wrapper.parent else None
        matching: dict[str | None, list[Any]] = {None: []}
        for sheet, origin, _specificity in self._sheets:
            for specificity, _order, pseudo, rule in sheet.matcher.match(wrapper):
                matching.setdefault(pseudo, []).append((origin, specificity, rule))
        said = tuple(_said(element, pointed_at))
        style = self._computed_styles[element, None] = self._worked_out(parent, None, said, matching.pop(None))
        if style["anchor"]:
            targets.collect_anchor(style["anchor"])
        for pseudo, rules in matching.items():
            self._to_work_out[element, pseudo] = style, rules

    def __call__(self, element: Any, pseudo_type: str | None = None) -> ComputedStyle | None:
        """The style of an element, or of what stands before, after or beside it. Rules of the engine give each element
        six of these, for marks and notes that hardly one has: they are worked out when one is asked for."""
        if waiting := self._to_work_out.pop((element, pseudo_type), None):
            style, rules = waiting
            self._computed_styles[element, pseudo_type] = self._worked_out(style, pseudo_type, (), rules)
        return super().__call__(element, pseudo_type)

    def add_page_declarations(self, page_type: Any) -> None:
        """What the rules for pages say of a page and of the boxes in its margin. No rule of ours counts pages: the
        first of a name is told from the others, and left from right."""
        kept = self._kept.pages
        kind = (*map(id, self._sheets_alone()), page_type.side, page_type.blank, page_type.index == 0, page_type.name)
        if kind not in kept:
            super().add_page_declarations(page_type)
            of_page = [(which, said) for which, said in self._cascaded_styles.items() if which[0] == page_type]
            kept[kind] = {pseudo: said for (_page, pseudo), said in of_page}
        self._cascaded_styles |= {(page_type, pseudo): said for pseudo, said in kept[kind].items()}

    def set_computed_styles(
        self, element: Any, parent: Any, root: Any = None, pseudo_type: str | None = None, **_always_the_same: Any
    ) -> None:
        """The style of a page, or of a box in its margin: of elements this is not asked."""
        above = self._computed_styles[parent, None]
        said = self._cascaded_styles.get((element, pseudo_type), _NOTHING)
        key = (id(above), pseudo_type, id(said))
        if key not in self._kept.styles:
            self._kept.styles[key] = self._new(above, pseudo_type, said)
        self._computed_styles[element, pseudo_type] = self._kept.styles[key]

    def _sheets_alone(self) -> list[Any]:
        return [sheet for sheet, *_of_it in self._sheets]

    def _worked_out(
        self, parent: ComputedStyle | None, pseudo: str | None, said: tuple[str, ...], rules: list[Any]
    ) -> ComputedStyle:
        """The style, kept or new. Rules and parents are told apart by their place in memory: they stay as long."""
        key = (id(parent), pseudo, said, *[id(rule) for _origin, _specificity, rule in rules])
        if key not in self._kept.styles:
            self._kept.styles[key] = self._new(parent, pseudo, self._cascaded(said, rules))
        return self._kept.styles[key]

    def _cascaded(self, said: tuple[str, ...], rules: list[Any]) -> dict[str, Any]:
        """Name -> the value that wins, and its weight."""
        cascaded: dict[str, Any] = {}
        for declaration in said:
            parsed = [tinycss2.parse_one_declaration(declaration)]
            for name, value, important in preprocess_declarations(self._base_url, parsed):
                cascaded[name] = value, (declaration_precedence("author", important), _LAST, (0, 0, 0))
        for origin, specificity, (declarations, layer) in rules:
            assert layer is None, "the stylesheets of the press have no layers"
            for name, value, important in declarations:
                weight = (declaration_precedence(origin, important), _LAST, specificity)
                if name not in cascaded or cascaded[name][1] <= weight:
                    cascaded[name] = value, weight
        return cascaded

    def _new(self, parent: ComputedStyle | None, pseudo: str | None, cascaded: dict[str, Any]) -> ComputedStyle:
        first = self._kept.first if parent is None else self._computed_styles[self._root, None]
        return ComputedStyle(
            parent, cascaded, pseudo, first, self._base_url, self.font_config, self.initial_page_sizes
        )  # fmt: skip


def _said(element: Any, pointed_at: set[str]) -> Iterator[str]:
    """What an element says of its own style, as the engine reads it: its language, its name where a link of this
    document points at it, the size of a drawing."""
    if lang := element.get("lang"):
        yield f'-weasy-lang:"{lang}"'
    if (name := element.get("id")) in pointed_at:
        yield f'-weasy-anchor:"{name}"'
    if element.tag == _DRAWING:
        for size in ("width", "height"):
            length = element.get(size)
            if length and get_length(tinycss2.parse_one_component_value(length), percentage=True):
                yield f"{size}:{length}"


def _with_anonymous(*styles: Style | None) -> Iterator[Style]:
    """The styles, and those that the engine derived from them for boxes without an element."""
    for style in styles:
        if style is None:  # one of which nothing was asked yet is empty, and counts
            continue
        yield style
        yield from _with_anonymous(vars(style).get("anonymous_style"))


kept_styles = KeptStyles()
