"""The press's own process: a warm, single-threaded parent that forks a limited child for every document.

`planner.sheets.press` starts this module with a socket as its standard input. It imports neither Django nor the models
and gets no settings and no secrets. For each job the parent receives one end of a socket pair and forks;
the child sets its limits, reads one request, answers and ends. Nothing a document says can open a file or a connection:
elements and attributes outside an allow-list are taken out, and the fetcher serves bundled assets by exact name alone.
"""

from __future__ import annotations

import gc
import hashlib
import io
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pypdf
import pypdfium2
import weasyprint
from fontTools.ttLib import TTFont
from pypdf import generic
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse, URLFetchingError

from planner.sheets.frames import receive, send

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
LINKS = ("http://", "https://", "mailto:", "tel:", "#")
DEEPEST = 40  # elements within elements
LONGEST_VALUE = 20_000  # letters of one field
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
    """What is made ready once, before any fork: the stylesheet, parsed, and a first document set."""

    def __init__(self, folder: str, faces: list[str]):
        self.folder = folder
        self.lean = {face: lean(Path(face), Path(folder)) for face in faces}
        self.heard = _Heard()
        for name in ("weasyprint", "fontTools"):
            logging.getLogger(name).handlers[:] = []
            logging.getLogger(name).propagate = False
        logging.getLogger("weasyprint").addHandler(self.heard)
        logging.getLogger("pypdf").disabled = True
        self.css = weasyprint.CSS(url="asset:paper.css", url_fetcher=Bundled())

    def warm_up(self) -> None:
        """Sets one small document, so that every module is loaded and the faces are known before the first fork."""
        page = (
            "<html lang=en class='letter size-12'><head><title>1</title></head><body><h1>1</h1><p><b>2</b> <em>3</em>"
            "<input name=a title=a><textarea name=b title=b></textarea><table><tr><th>4</th></tr></table>"
        )
        self.pdf({"faces": list(self.lean)}, page.encode())
        gc.collect()
        gc.freeze()

    def pdf(self, asked: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """A tagged, fillable PDF of an HTML document. `faces` are the font files it may use."""
        os.environ["FONTCONFIG_FILE"] = self._font_config(asked["faces"])
        fetcher = Bundled()
        html = weasyprint.HTML(string=body.decode(), base_url="asset:", url_fetcher=fetcher)
        left_out = tidy(html.etree_element)
        document = html.render(
            font_config=FontConfiguration(), stylesheets=[self.css], pdf_variant="pdf/ua-1", pdf_forms=True
        )
        data = document.write_pdf(pdf_variant="pdf/ua-1", pdf_forms=True)
        answer = {"pages": len(document.pages), "left_out": left_out + fetcher.refused, "warnings": self.heard.lines}
        return answer, data

    def _font_config(self, faces: list[str]) -> str:
        """A Fontconfig file that knows these files and no others: the same paper on every machine."""
        faces = [self.lean.get(face, face) for face in faces]
        path = Path(self.folder) / f"{hashlib.sha256(chr(0).join(faces).encode()).hexdigest()[:16]}.conf"
        if not path.exists():
            folders = "".join(f"<dir>{escape(folder)}</dir>" for folder in sorted({str(Path(f).parent) for f in faces}))
            kept = "".join(f"<glob>{escape(_glob(face))}</glob>" for face in faces)
            path.write_text(
                f'<?xml version="1.0"?><fontconfig>{folders}<cachedir>{escape(self.folder)}</cachedir>'
                "<cachedir>/var/cache/fontconfig</cachedir><selectfont><rejectfont><glob>/*</glob></rejectfont>"
                f"<acceptfont>{kept}</acceptfont></selectfont></fontconfig>"
            )
        return str(path)


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
        for name in [name for name, value in element.attrib.items() if not _may_stand(name, value)]:
            left_out.append(name if isinstance(name, str) else "attribute")
            del element.attrib[name]
        for child in list(element):
            if not isinstance(child.tag, str):  # a comment
                _take_out(element, child)
            elif child.tag not in TAGS:
                left_out.append("picture" if child.tag.rpartition("}")[2] in PICTURES else child.tag)
                _take_out(element, child)
            else:
                todo.append((child, depth + 1))
    return left_out


def _may_stand(name: str, value: str) -> bool:
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


def picture(asked: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """One page as a PNG, `width` pixels wide, its form fields drawn."""
    document = pypdfium2.PdfDocument(body)
    document.init_forms()
    page = document[asked["page"]]
    image = page.render(scale=asked["width"] / page.get_width(), may_draw_forms=True).to_pil()
    png = io.BytesIO()
    image.convert("L" if asked.get("grey") else "RGB").quantize(64).save(png, "PNG", optimize=False)
    return {}, png.getvalue()


def values(_asked: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Every field's value by name, and the keywords of a filled PDF; `refused` with a reason where it cannot."""
    if body[:5] != b"%PDF-":
        return {"refused": "no-pdf"}, b""
    try:
        reader = pypdf.PdfReader(io.BytesIO(body), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"refused": "locked"}, b""
        keywords = str((reader.metadata or {}).get("/Keywords") or "")
        fields = reader.get_fields() or {}
        found = {str(name)[:200]: _plain(field.get("/V"))[:LONGEST_VALUE] for name, field in fields.items()}
        return {"keywords": keywords[:4000], "values": found, "active": _active(reader)}, b""
    except Exception:  # pypdf raises anything at hostile files; whatever it is, the file cannot be read
        return {"refused": "damaged"}, b""


def _plain(value: Any) -> str:
    """A field's value as text: names without their slash, nothing for no value, lists joined by line feeds."""
    if isinstance(value, generic.IndirectObject):
        value = value.get_object()
    if value is None or isinstance(value, generic.NullObject):
        return ""
    if isinstance(value, generic.ArrayObject):
        return "\n".join(_plain(item) for item in value)
    if isinstance(value, generic.ByteStringObject):
        value = bytes(value).decode("latin-1")
    return str(value).removeprefix("/") if isinstance(value, generic.NameObject) else str(value)


def _active(reader: pypdf.PdfReader) -> bool:
    """True where the file asks the viewer to do something by itself: scripts, actions, attachments."""
    root = reader.trailer["/Root"]
    names = root.get("/Names", {})
    names = names.get_object() if isinstance(names, generic.IndirectObject) else names
    return any(key in root for key in ("/OpenAction", "/AA")) or any(
        key in names for key in ("/JavaScript", "/EmbeddedFiles")
    )


def _limit(asked: dict[str, Any]) -> None:
    """Ends this process at its limits: seconds of computing, seconds in all, megabytes; no file may be written."""
    seconds = asked["cpu"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        try:
            resource.setrlimit(kind, (asked["megabytes"] << 20, asked["megabytes"] << 20))
        except ValueError:  # macOS knows no such limit; the limit of time still holds there
            continue
    signal.setitimer(signal.ITIMER_REAL, asked["wall"])


def _serve(press: Press, connection: socket.socket) -> None:
    """One job, in the child."""
    gc.disable()  # a child lives for one document: collecting would only cost time
    asked, body = receive(connection)
    if asked["do"] == "pdf":
        press._font_config(asked["faces"])  # written before the limit that forbids writing
    _limit(asked)
    try:
        answer, data = {"pdf": press.pdf, "picture": picture, "values": values}[asked["do"]](asked, body)
    except TooMuch as error:
        answer, data = {"too_much": str(error)}, b""
    except (MemoryError, RecursionError) as error:
        answer, data = {"too_much": type(error).__name__}, b""
    except Exception as error:  # told to the asker by type and place alone: its text may hold what was typed
        place = traceback.extract_tb(error.__traceback__)[-1]
        answer, data = {"broken": f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"}, b""
    send(connection, answer, data)


def main() -> None:
    """Waits for jobs on standard input until the web process is gone."""
    with tempfile.TemporaryDirectory(prefix="press-") as folder, socket.socket(fileno=os.dup(0)) as control:
        press = Press(folder, sys.argv[1:])
        press.warm_up()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the system
        control.sendall(b"!")
        while True:
            message, handles, _flags, _peer = socket.recv_fds(control, 1, 1)
            if not message:
                return
            if os.fork() == 0:
                status = 1
                try:
                    control.close()
                    with socket.socket(fileno=handles[0]) as connection:
                        _serve(press, connection)
                    status = 0
                finally:
                    os._exit(status)
            for handle in handles:
                os.close(handle)


if __name__ == "__main__":
    main()
