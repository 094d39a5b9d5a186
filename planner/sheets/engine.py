"""WeasyPrint, made ready once and walled in: the stylesheet, the faces, and what a document may hold and load.

Nothing a document says can open a file or a connection: elements and attributes outside an allow-list are taken out,
and the fetcher serves bundled assets by exact name alone. Runs in the press's own process (`planner.sheets.warm`).
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import cssselect2
import weasyprint
from fontTools.ttLib import TTFont
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse, URLFetchingError

from planner.sheets import quick
from planner.sheets.kept_styles import kept_styles

#: Fontconfig's own rule for faces that are pictures (emoji): scaled to the size of the text.
_SCALED_PICTURES = """
<match target="font"><test name="outline" compare="eq"><bool>false</bool></test>
<edit name="pixelsizefixupfactor" mode="assign">
<divide><name target="pattern">pixelsize</name><name target="font">pixelsize</name></divide></edit>
<edit name="matrix" mode="assign"><times><name>matrix</name><matrix><name>pixelsizefixupfactor</name><double>0</double>
<double>0</double><name>pixelsizefixupfactor</name></matrix></times></edit>
<edit name="size" mode="assign"><divide><name>size</name><name>pixelsizefixupfactor</name></divide></edit></match>
"""
_VARIABLES = re.compile(r"^html([.a-z0-9-]*) \{ (--[^}]*) \}$", re.MULTILINE)
#: A sheet in small: a word in each size and weight, and one of most things that stand on sheets.
_SMALL_PAGE = (
    "<html lang='en' dir='ltr' class='letter size-12 fields'><head><title>1</title></head>"
    "<body><article class='sheet' lang='en' dir='ltr'>"
    "<footer class='foot'><p><b>Aa</b> Bb</p><p class='foot-last'><span class='page-x'>page "
    "<span class='n-page'></span> of <span class='n-pages'></span></span>Cc</p></footer>"
    "<header class='head with-who'><h1>Aa</h1><p class='purpose'>Aa.</p><div class='head-who'><p class='who'>"
    "<b>Aa</b> <span class='known'>Aa</span></p></div></header>"
    "<ul class='ideas'><li>Aa</li></ul>"
    "<div class='block lines'><p class='prompt'><label for='a'>1. Aa</label></p><p class='hint'><b>Aa</b> Aa</p>"
    "<textarea class='field rows-2' name='a' id='a' title='a'></textarea></div>"
    "<section class='block table'><table><thead><tr><td></td><th scope='col'>Aa</th></tr></thead><tbody><tr>"
    "<th scope='row'>Aa</th><td><input type='text' class='field' name='b' title='b'/></td></tr></tbody></table>"
    "</section>"
    "<fieldset class='block options one'><legend class='prompt'>Aa <span class='how'>Aa</span></legend>"
    "<ul class='boxes wide-3'><li><input type='checkbox' class='box' name='c' title='c'/> Aa</li></ul></fieldset>"
    "<section class='block steps'><ol><li>Aa</li></ol></section>"
    "<p class='small-prompt'><b>Aa</b></p>"
    "</article></body></html>"
)
_STATIC = Path(__file__).resolve().parent.parent / "static" / "planner"
#: What a document may load, by exact name.
ASSETS = {"asset:paper.css": (_STATIC / "paper.css", "text/css")}

TAGS = frozenset(
    (
        "html",
        "head",
        "title",
        "meta",
        "body",
        "main",
        "article",
        "section",
        "header",
        "footer",
        "div",
        "span",
        "p",
        "br",
    )
    + (
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "strong",
        "em",
        "b",
        "i",
        "small",
        "blockquote",
    )
    + ("a", "table", "caption", "thead", "tbody", "tr", "th", "td", "label", "fieldset", "legend", "input", "textarea")
)
ATTRIBUTES = frozenset(
    ("id", "class", "lang", "dir", "title", "name", "type", "for", "href", "scope", "checked", "charset", "content")
    + ("start",)
)
#: Drawings that the house makes itself (a signature, a chart): shapes and words, nothing that can point elsewhere.
SVG = "{http://www.w3.org/2000/svg}"
SHAPES = frozenset(
    f"{SVG}{name}" for name in ("svg", "title", "desc", "g", "path", "polyline", "line", "rect", "circle", "text")
)
SHAPE_ATTRIBUTES = frozenset(
    ("viewBox", "width", "height", "d", "points", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "fill")
    + ("stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "fill-opacity", "opacity")
    + ("text-anchor", "font-size", "font-weight", "font-family", "transform", "role", "preserveAspectRatio")
    + ("{http://www.w3.org/2000/xmlns/}xmlns",)
)
LINKS = ("http://", "https://", "mailto:", "tel:", "#")
DEEPEST = 40  # elements within elements
PICTURES = frozenset(("img", "picture", "object", "embed", "video", "audio", "iframe", "svg", "canvas"))


class TooMuch(Exception):
    """The document goes beyond a limit; the message is for the person who prints."""


class Bundled(URLFetcher):
    """Serves bundled assets by exact name, refuses everything else and remembers that it did."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=[], allow_redirects=False)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url not in ASSETS:
            self.refused.append("picture")
            raise URLFetchingError("not a bundled asset")
        path, kind = ASSETS[url]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


class _Heard(logging.Handler):
    """Keeps what WeasyPrint complains about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage()[:300])


class Press:
    """What is made ready before a document comes. `folder` is for the press's own files, `faces` the text family's."""

    def __init__(self, folder: str, faces: list[str]):
        self.folder = folder
        self.lean = {face: lean(Path(face), Path(folder)) for face in faces}
        self.heard = _Heard()
        for name in ("weasyprint", "fontTools"):
            logging.getLogger(name).handlers[:] = []
            logging.getLogger(name).propagate = False
        logging.getLogger("weasyprint").addHandler(self.heard)
        quick.make_ready()
        self.sheet = ASSETS["asset:paper.css"][0].read_text()
        self.css = {name: self._css(name) for name in ("size-12", "size-14", "size-18 large", "size-24 large")}
        self.fonts: tuple[str, FontConfiguration] | None = None
        self.get_ready()
        self._settle()

    def learn(self, page: bytes) -> None:
        """Sets a page of ours once: what its styles come to is known to every child from now on."""
        self.pdf({"faces": list(self.lean)}, page)
        self._settle()

    def _settle(self) -> None:
        """What is here now stays: no child looks through it for garbage, nor through what was said of it."""
        self.heard.lines.clear()
        gc.collect()
        gc.freeze()

    def get_ready(self) -> None:
        """Sets one small document, so that modules are loaded and the faces of the text open before the next comes."""
        path = self.font_config(list(self.lean))
        self.fonts = (path, self._opened(path))
        self.pdf({"faces": list(self.lean)}, _SMALL_PAGE.encode())
        self.heard.lines.clear()  # whatever it says is not of the document that comes

    def pdf(self, asked: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """A tagged, fillable PDF of an HTML document. `faces` are the font files it may use."""
        fetcher = Bundled()
        html = read_page(body.decode(), fetcher)
        left_out = tidy(html.etree_element)
        document = html.render(
            font_config=self._fonts(asked["faces"]),
            stylesheets=[self._css_for(html.etree_element.get("class", ""))],
            pdf_variant="pdf/ua-1",
            pdf_forms=True,
        )
        data = document.write_pdf(pdf_variant="pdf/ua-1", pdf_forms=True)
        answer = {"pages": len(document.pages), "left_out": left_out + fetcher.refused, "warnings": self.heard.lines}
        return answer, data

    def _css_for(self, classes: str) -> weasyprint.CSS:
        """The stylesheet for a page with these classes on <html>."""
        name = " ".join(word for word in classes.split() if word in ("large", "greyscale") or word.startswith("size-"))
        if name not in self.css:
            self.css[name] = self._css(name)
        return self.css[name]

    def _css(self, name: str) -> weasyprint.CSS:
        """The stylesheet with its variables filled in for these classes: a value at each place costs the engine less
        than looking it up for each element."""
        values: dict[str, str] = {}
        for where, body in _VARIABLES.findall(self.sheet):
            if set(where.split(".")[1:]) <= set(name.split()):
                values.update(re.findall(r"--([a-z]+): ([^;]+);", body))
        filled = re.sub(r"var\(--([a-z]+)\)", lambda found: values[found[1]], _VARIABLES.sub("", self.sheet))
        return weasyprint.CSS(string=filled, url_fetcher=Bundled())

    def _fonts(self, faces: list[str]) -> FontConfiguration:
        path = self.font_config(faces)
        if self.fonts and self.fonts[0] == path:
            return self.fonts[1]
        return self._opened(path)

    def _opened(self, path: str) -> FontConfiguration:
        """The faces, opened in this process. Styles that were worked out with the same faces elsewhere know of it."""
        os.environ["FONTCONFIG_FILE"] = path
        faces = FontConfiguration()
        if path == self.font_config(list(self.lean)):
            kept_styles.move_to(faces)
        return faces

    def font_config(self, faces: list[str]) -> str:
        """A Fontconfig file that knows these files and no others: the same paper on every machine."""
        faces = [self.lean.get(face, face) for face in faces]
        path = Path(self.folder) / f"{hashlib.sha256(chr(0).join(faces).encode()).hexdigest()[:16]}.conf"
        if not path.exists():
            folders = "".join(f"<dir>{escape(folder)}</dir>" for folder in sorted({str(Path(f).parent) for f in faces}))
            kept = "".join(f"<glob>{escape(_glob(face))}</glob>" for face in faces)
            path.write_text(
                f'<?xml version="1.0"?><fontconfig>{folders}<cachedir>{escape(self.folder)}</cachedir>'
                "<cachedir>/var/cache/fontconfig</cachedir><selectfont><rejectfont><glob>/*</glob></rejectfont>"
                f"<acceptfont>{kept}</acceptfont></selectfont>{_SCALED_PICTURES}</fontconfig>"
            )
        return str(path)


class _WellFormed(weasyprint.HTML):
    """A page that is well-formed XML, read by Python's quick parser: a tenth of the time of a whole handout."""

    def __init__(self, text: str, fetcher: Bundled):
        root = ElementTree.fromstring(text)  # noqa: S314  (expat reads no files and ends entity bombs)
        self.base_url, self.url_fetcher, self.media_type = "asset:", fetcher, "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


def read_page(text: str, fetcher: Bundled) -> weasyprint.HTML:
    """The page as a tree. One that is not well-formed is read by WeasyPrint's own parser, to the same end."""
    try:
        return _WellFormed(text.removeprefix("<!doctype html>"), fetcher)
    except ElementTree.ParseError:
        return weasyprint.HTML(string=text, base_url="asset:", url_fetcher=fetcher)


def lean(face: Path, folder: Path) -> str:
    """A copy of a face without the hints for screens, which paper does not need: a third of the bytes of every file."""
    font = TTFont(face, recalcTimestamp=False, recalcBBoxes=False)
    font["glyf"].removeHinting()
    font["post"].formatType = 3.0  # no names of letters
    for table in {"fpgm", "prep", "cvt ", "gasp", "DSIG"} & set(font.keys()):
        del font[table]
    font.save(folder / face.name)
    return str(folder / face.name)


def _glob(path: str) -> str:
    """The path with `?` for the letters that mean something in a Fontconfig pattern."""
    return "".join("?" if letter in "*?[]" else letter for letter in path)


def tidy(root: Any) -> list[str]:
    """Takes everything outside the allow-list out of the tree; says what was left out. Raises TooMuch when too deep."""
    left_out: list[str] = []
    todo = [(root, 1)]
    while todo:
        element, depth = todo.pop()
        if depth > DEEPEST:
            raise TooMuch("depth")
        is_shape = element.tag in SHAPES
        for name in [name for name, value in element.attrib.items() if not _may_stand(name, value, is_shape)]:
            left_out.append(name if isinstance(name, str) else "attribute")
            del element.attrib[name]
        for child in list(element):
            if not isinstance(child.tag, str):  # a comment
                _take_out(element, child)
            elif child.tag not in TAGS and child.tag not in SHAPES:
                left_out.append("picture" if child.tag.rpartition("}")[2] in PICTURES else child.tag)
                _take_out(element, child)
            else:
                todo.append((child, depth + 1))
    return left_out


def _may_stand(name: str, value: str, is_shape: bool = False) -> bool:
    if is_shape and name in SHAPE_ATTRIBUTES:
        return "url(" not in value.lower() and "\\" not in value
    if name == "href":
        return value.strip().lower().startswith(LINKS)
    return name in ATTRIBUTES or name.startswith("aria-")


def _take_out(parent: Any, child: Any) -> None:
    """Removes the child but keeps the text after it."""
    place = list(parent).index(child)
    if place:
        before = parent[place - 1]
        before.tail = (before.tail or "") + (child.tail or "")
    else:
        parent.text = (parent.text or "") + (child.tail or "")
    parent.remove(child)
