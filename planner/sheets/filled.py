"""Looking into a filled PDF, in the press's limited child: what its fields say, what the page shows, what it would do.

Imports neither Django nor the models; whatever these libraries do with a hostile file ends with the child. Two readers
look at the same file: pypdf reads the values, PDFium draws the page and says which letters stand in each field's place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdf
import pypdfium2
from pypdf import generic

LONGEST_VALUE = 20_000  # letters of one field
MOST_FIELDS = 5000
MOST_PAGES = 200
MOST_LETTERS = 200_000  # of text that is searched for an address
DEEPEST = 20  # parents of a field
_ADDRESS = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}\b")
_DOES = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/RichMediaExecute")


def values(_asked: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Everything that is asked of a returned file, or `refused` with a reason where it cannot be read.

    `values`: field -> value. `seen`: field -> the letters that stand in its place on the page ("on" or "Off" for a
    box); missing where the file holds no picture of the field. `addresses`: what looks like one in the running text.
    """
    if body[:5] != b"%PDF-":
        return {"refused": "no-pdf"}, b""
    try:
        reader = pypdf.PdfReader(io.BytesIO(body), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"refused": "locked"}, b""
        keywords = str((reader.metadata or {}).get("/Keywords") or "")
        pages = len(reader.pages)
        fields = dict(list((reader.get_fields() or {}).items())[:MOST_FIELDS])
        found = {str(name)[:200]: _plain(field.get("/V"))[:LONGEST_VALUE] for name, field in fields.items()}
        active = _active(reader)
    except Exception:  # pypdf raises anything at hostile files; whatever it is, the file cannot be read
        return {"refused": "damaged"}, b""
    seen, addresses = _seen(reader, body)
    answer = {"keywords": keywords[:4000], "values": found, "active": active, "pages": pages, "seen": seen}
    return {**answer, "addresses": addresses}, b""


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
    """True where the file asks the viewer to do something by itself: scripts, actions, attachments, a second form."""
    root = reader.trailer["/Root"].get_object()
    names, form = _part(root, "/Names"), _part(root, "/AcroForm")
    if any(key in root for key in ("/OpenAction", "/AA")) or "/XFA" in form:
        return True
    if any(key in names for key in ("/JavaScript", "/EmbeddedFiles")):
        return True
    return any(_does_something(page.get_object()) for page in reader.pages[:MOST_PAGES])


def _part(of: Any, name: str) -> dict[str, Any]:
    """A dictionary within another; an empty one where there is none or something else stands there."""
    found = of.get(name)
    found = found.get_object() if hasattr(found, "get_object") else found
    return found if isinstance(found, dict) else {}


def _does_something(page: Any) -> bool:
    if "/AA" in page:
        return True
    for annotation in _annotations(page):
        kind = _part(annotation, "/A").get("/S")
        if "/AA" in annotation or kind in _DOES or annotation.get("/Subtype") in ("/FileAttachment", "/RichMedia"):
            return True
    return False


def _annotations(page: Any) -> Iterator[Any]:
    """The annotations of a page that are what they should be."""
    rows = page.get("/Annots", [])
    for row in list(rows.get_object() if hasattr(rows, "get_object") else rows)[:MOST_FIELDS]:
        found = row.get_object()
        if isinstance(found, dict):
            yield found


def _seen(reader: pypdf.PdfReader, body: bytes) -> tuple[dict[str, str], list[str]]:
    """What the pages show in the place of each field, and the addresses in their text. What cannot be looked at is
    left out: it is shown as not known, never as alike."""
    seen: dict[str, str] = {}
    addresses: dict[str, None] = {}
    try:
        document = pypdfium2.PdfDocument(body)
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            pypdfium2.raw.FPDFPage_Flatten(page, pypdfium2.raw.FLAT_NORMALDISPLAY)
            text = document[number].get_textpage()
            addresses.update(dict.fromkeys(_ADDRESS.findall(text.get_text_range()[:MOST_LETTERS])))
            for name, annotation in _widgets(reader.pages[number]):
                if (shown := _shown(annotation, text)) is not None:
                    seen[name] = seen.get(name, "") or shown
    except Exception:  # PDFium and pypdf may disagree about a broken page: what was seen so far counts
        return seen, list(addresses)[:50]
    return seen, list(addresses)[:50]


def _widgets(page: Any) -> Iterator[tuple[str, Any]]:
    """The form fields drawn on a page, by their whole names."""
    for annotation in _annotations(page.get_object()):
        if annotation.get("/Subtype") == "/Widget":
            yield _name(annotation)[:200], annotation


def _name(annotation: Any) -> str:
    parts, at = [], annotation
    for _step in range(DEEPEST):
        if "/T" in at:
            parts.append(str(at["/T"]))
        if "/Parent" not in at:
            break
        at = at["/Parent"].get_object()
    return ".".join(reversed(parts))


def _shown(annotation: Any, text: Any) -> str | None:
    """The letters in the field's place; the state of a box; None where the file holds no picture of it."""
    kind = annotation.get("/FT") or _part(annotation, "/Parent").get("/FT")
    if kind == "/Btn":
        return _plain(annotation.get("/AS")) or "Off"
    if "/AP" not in annotation:
        return None
    left, bottom, right, top = sorted_box([float(side) for side in annotation["/Rect"]])
    return text.get_text_bounded(left, bottom, right, top)[:LONGEST_VALUE]


def sorted_box(sides: list[float]) -> tuple[float, float, float, float]:
    """Left, bottom, right, top, in whatever order a file gives them."""
    left, right = sorted((sides[0], sides[2]))
    bottom, top = sorted((sides[1], sides[3]))
    return left, bottom, right, top
