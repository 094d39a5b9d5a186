"""What style rules come to, kept in the press's process from one document to the next.

WeasyPrint is a command first: for each document it works out from nothing which rules match each element and what they
come to. A press prints the same kinds of paper all day. Insides of the engine, as in `planner.sheets.quick`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import tinycss2
from weasyprint.css import ComputedStyle, InitialStyle, Style, StyleFor, declaration_precedence, preprocess_declarations
from weasyprint.css.counters import CounterStyle
from weasyprint.css.tokens import get_length

#: What a rule may look at in an element and in those above it, besides its tag and which attributes it has; beside it;
#: and in it (tests/sheets/test_kept_styles.py holds that no rule looks further).
LOOKED_AT = ("class", "lang", "dir", "type", "scope", "width", "height")
LAST = frozenset(("p", "line", "half"))  # tags and classes
AFTER = frozenset(("line",))
HELD = frozenset(("field", "line"))  # by a cell of a table
_DRAWING = "{http://www.w3.org/2000/svg}svg"
_NOTHING: dict[str, Any] = {}
_NO_LAYER = float("inf")  # where a rule without a layer stands among layers


@dataclass(slots=True, eq=False)
class Alike:
    """Elements that no rule tells apart: their style, and by name the styles of what stands before, after and beside
    them, as rules until one is asked for."""

    style: ComputedStyle
    beside: dict[str, list[Any] | ComputedStyle]


class KeptStyles:
    """Worked-out styles by what leads to them: the style of the parent, the rules that match, and what an element says
    of itself. They know the faces they were worked out with, so other faces begin anew."""

    def __init__(self) -> None:
        self.faces: Any = None
        self._begin(None)
        self.sheets: dict[int, Any] = {}  # held, as their rules are told apart by their place in memory

    def _begin(self, faces: Any) -> None:
        self.faces = faces
        self.first = InitialStyle(faces)
        self.styles: dict[Any, ComputedStyle] = {}
        self.lines: dict[Any, object] = {}
        self.alike: dict[Any, Alike] = {}
        self.pages: dict[Any, dict[str | None, Any]] = {}  # what rules say of kinds of pages

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
            self._begin(font_config)
        sheets = [(sheet, "user agent") for sheet in html._ua_stylesheets(forms)]
        sheets += [(sheet, "user") for sheet in user_stylesheets]
        self.sheets |= {id(sheet): sheet for sheet, _origin in sheets}
        return _DocumentStyles(self, html, sheets, target_collector)


class _DocumentStyles(StyleFor):
    """The styles of the elements of one document."""

    def __init__(self, kept: KeptStyles, html: Any, sheets: list[tuple[Any, str]], targets: Any):
        self._kept, self.font_config = kept, kept.faces
        self._sheets = [(*sheet, None) for sheet in sheets]  # as the engine reads them for its pages
        self.initial_page_sizes = {"box": None, "area": None}
        self._html = html
        self._root = html.etree_element
        self._targets = targets
        self._alike: dict[Any, Alike] = {}
        self._cascaded_styles: dict[Any, Any] = {}  # of pages alone
        self._computed_styles: dict[
            Any, ComputedStyle
        ] = {}  # of pages, and of elements that are the first of their like
        self._pointed_at = {
            href[1:] for each in self._root.iter("a") if (href := each.get("href", "")).startswith("#")
        }  # fmt: skip
        self._take(self._root, tuple(id(sheet) for sheet, _origin in sheets), None, "", True)

    def _take(self, element: Any, line: Any, style: ComputedStyle | None, before: str, is_last: bool) -> None:
        """Finds what an element and those in it are alike to. Rules look at the tags, names and attributes of the
        elements above it; at what is beside and in it alone for itself."""
        name = element.get("id") if element.get("id") in self._pointed_at else None
        line = self._kept.lines.setdefault((line, name, *_seen(element)), object())
        key = (line, id(style), *_place(element, before, is_last))
        if (alike := self._kept.alike.get(key)) is None:
            alike = self._kept.alike[key] = self._new_alike(element, name)
        self._alike[element] = alike
        if name:
            self._targets.collect_anchor(name)
        before, still = "", len(element)
        for child in element:
            still -= 1
            self._take(child, line, alike.style, before, not still)
            before = child.get("class", "")

    def _new_alike(self, element: Any, name: str | None) -> Alike:
        """For the first of its like: its style worked out from the rules that match."""
        wrapper = self._wrappers[element]
        above = self._alike[wrapper.parent.etree_element].style if wrapper.parent else None
        matching: dict[str | None, list[Any]] = {None: []}
        for sheet, origin, _specificity in self._sheets:
            for specificity, _order, pseudo, rule in sheet.matcher.match(wrapper):
                matching.setdefault(pseudo, []).append((origin, specificity, rule))
        style = self._worked_out(above, None, tuple(_said(element, name)), matching.pop(None))
        return Alike(self._fit(element, None, style), matching)

    @cached_property
    def _wrappers(self) -> dict[Any, Any]:
        """The elements as the matchers of rules want them."""
        return {wrapper.etree_element: wrapper for wrapper in self._html.wrapper_element.iter_subtree()}

    def __call__(self, element: Any, pseudo_type: str | None = None) -> ComputedStyle | None:
        """The style of an element or of a page, or of what stands before, after or beside an element. Rules of the
        engine give each element six of these, for marks and notes that hardly one has: they are worked out when one is
        asked for."""
        if (alike := self._alike.get(element)) is None:
            return super().__call__(element, pseudo_type)
        if pseudo_type is None:
            return alike.style
        style = alike.beside.get(pseudo_type)
        if isinstance(style, list):
            style = self._worked_out(alike.style, pseudo_type, (), style)
            style = alike.beside[pseudo_type] = self._fit(element, pseudo_type, style)
        return style

    def add_page_declarations(self, page_type: Any) -> None:
        """What the rules for pages say of a page and of the boxes in its margin. No rule of ours counts pages: the
        first of a name is told from the others, and left from right."""
        kept = self._kept.pages
        sheets = [id(sheet) for sheet, *_of_it in self._sheets]
        kind = (*sheets, page_type.side, page_type.blank, page_type.index == 0, page_type.name)
        if kind not in kept:
            super().add_page_declarations(page_type)
            of_page = [(which, said) for which, said in self._cascaded_styles.items() if which[0] == page_type]
            kept[kind] = {pseudo: said for (_page, pseudo), said in of_page}
        self._cascaded_styles |= {(page_type, pseudo): said for pseudo, said in kept[kind].items()}

    def set_computed_styles(
        self, element: Any, parent: Any, root: Any = None, pseudo_type: str | None = None, **_always_the_same: Any
    ) -> None:
        """The style of a page, or of a box in its margin: of elements this is not asked."""
        above = self._alike[parent].style if parent is root else self._computed_styles[parent, None]
        said = self._cascaded_styles.get((element, pseudo_type), _NOTHING)
        key = (id(above), pseudo_type, id(said))
        if key not in self._kept.styles:
            self._kept.styles[key] = self._new(above, pseudo_type, said)
        self._computed_styles[element, pseudo_type] = self._kept.styles[key]

    def _fit(self, element: Any, pseudo: str | None, style: ComputedStyle) -> ComputedStyle:
        """The style as the engine hands it out: it takes margins from parts of tables."""
        self._computed_styles[element, pseudo] = style
        return super().__call__(element, pseudo)

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
            for name, value, important in preprocess_declarations(self._html.base_url, parsed):
                cascaded[name] = value, (declaration_precedence("author", important), _NO_LAYER, (0, 0, 0))
        for origin, specificity, (declarations, layer) in rules:
            assert layer is None, "the stylesheets of the press have no layers"
            for name, value, important in declarations:
                weight = (declaration_precedence(origin, important), _NO_LAYER, specificity)
                if name not in cascaded or cascaded[name][1] <= weight:
                    cascaded[name] = value, weight
        return cascaded

    def _new(self, parent: ComputedStyle | None, pseudo: str | None, cascaded: dict[str, Any]) -> ComputedStyle:
        first = self._kept.first if parent is None else self._alike[self._root].style
        style = ComputedStyle(
            parent, cascaded, pseudo, first, self._html.base_url, self.font_config, self.initial_page_sizes
        )  # fmt: skip
        style["anchor"]  # an empty one would count as none
        return style


def _seen(element: Any) -> tuple[Any, ...]:
    """What rules look at in an element and in those above it."""
    return element.tag, tuple(element.attrib), *map(element.get, LOOKED_AT)


def _place(element: Any, before: str, is_last: bool) -> tuple[bool, ...]:
    """What rules look at beside and in an element: whether it is the last, comes after one of some classes, is empty,
    and for a cell of a table whether it holds one of some classes."""
    return (
        is_last and not LAST.isdisjoint((element.tag, *_classes(element))),
        not AFTER.isdisjoint(before.split()),
        not (element.text or len(element)),
        element.tag == "td" and any(not HELD.isdisjoint(_classes(inner)) for inner in islice(element.iter(), 1, None)),
    )


def _classes(element: Any) -> list[str]:
    return element.get("class", "").split()


def _said(element: Any, name: str | None) -> Iterator[str]:
    """What an element says of its own style, as the engine reads it: its language, its name where a link of this
    document points at it, the size of a drawing."""
    if lang := element.get("lang"):
        yield f'-weasy-lang:"{lang}"'
    if name:
        yield f'-weasy-anchor:"{name}"'
    if element.tag == _DRAWING:
        for size in ("width", "height"):
            length = element.get(size)
            if length and get_length(tinycss2.parse_one_component_value(length), percentage=True):
                yield f"{size}:{length}"


def _with_anonymous(*styles: Style) -> Iterator[Style]:
    """The styles, and those that the engine derived from them for boxes without an element."""
    for style in styles:
        yield style
        if (anonymous := vars(style).get("anonymous_style")) is not None:  # one of which nothing was asked is empty
            yield from _with_anonymous(anonymous)


kept_styles = KeptStyles()
