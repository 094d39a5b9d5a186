"""Independent ways to fill in a PDF form: pypdf, PDFium (typing through its form-fill interface), pikepdf (qpdf)."""

from __future__ import annotations

import ctypes
import io

import pikepdf
import pypdf
import pypdfium2
from pypdfium2 import raw


def by_pypdf(pdf: bytes, values: dict[str, str]) -> bytes:
    """As a script fills it: values and appearances of its own."""
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(pdf)))
    boxes = {name for name, field in (writer.get_fields() or {}).items() if field.get("/FT") == "/Btn"}
    typed = {name: "/on" if name in boxes else text for name, text in values.items()}
    for page in writer.pages:
        writer.update_page_form_field_values(page, typed, auto_regenerate=True)
    return _saved(writer.write)


def by_pikepdf(pdf: bytes, values: dict[str, str]) -> bytes:
    """As a viewer that writes values alone and lets every reader draw them."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        for field in file.Root.AcroForm.Fields:
            if (name := str(field.T)) in values:
                box = field.FT == "/Btn"
                field.V = pikepdf.Name("/on") if box else pikepdf.String(values[name])
                if box:
                    field.AS = pikepdf.Name("/on")
        return _saved(file.save)


def by_pdfium(pdf: bytes, values: dict[str, str]) -> bytes:
    """As a hand does in a browser's viewer: a click into each field, then typing; a click on each box."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    for number, page in enumerate(pages):
        sheet = document[number]
        raw.FORM_OnAfterLoadPage(sheet, document.formenv)
        for annotation in page.get("/Annots", []):
            field = annotation.get_object()
            if (name := str(field.get("/T"))) in values:
                _click(document, sheet, [float(side) for side in field["/Rect"]])
                if field.get("/FT") != "/Btn":
                    _type(document, sheet, values[name])
                raw.FORM_ForceToKillFocus(document.formenv)
    return _saved(document.save)


def _click(document, page, box) -> None:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    raw.FORM_OnMouseMove(document.formenv, page, 0, x, y)
    raw.FORM_OnLButtonDown(document.formenv, page, 0, x, y)
    raw.FORM_OnLButtonUp(document.formenv, page, 0, x, y)


def _type(document, page, text: str) -> None:
    encoded = (text + "\0").encode("utf-16-le")
    letters = (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded)
    raw.FORM_ReplaceSelection(document.formenv, page, letters)


def _saved(save) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def changed(pdf: bytes, change) -> bytes:
    """The file after `change(pikepdf file)`."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        change(file)
        return _saved(file.save)


FILLERS = {"pypdf": by_pypdf, "PDFium": by_pdfium, "pikepdf": by_pikepdf}
