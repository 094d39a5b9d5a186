"""Prints every sheet of the content packs into a folder, for proof-reading on paper."""

from __future__ import annotations

import io
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from PIL import Image

from planner.library import packs
from planner.sheets import press
from planner.sheets.options import PAPERS, SIZES, Options
from planner.sheets.papers import Letterhead, SheetCopy, sheet_paper

CONTENT = Path(packs.__file__).parent / "content"
LETTERHEAD = Letterhead(
    practice="Harbour Street Practice",
    contact=("12 Harbour Street", "555 0199"),
    help_lines=(("Any help line of your country", "its number"),),
    emergency="your local emergency number",
)
COLUMNS, WIDTH, GAP = 6, 300, 12  # of the contact sheet, in pixels


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the PDFs go; made when it is not there")
        parser.add_argument("--size", type=int, choices=SIZES, default=12, help="points of the text")
        parser.add_argument("--paper", choices=PAPERS, default="letter")
        parser.add_argument("--discreet", action="store_true", help="no practice, neutral titles, initials")
        parser.add_argument("--lines", action="store_true", help="lines to write on instead of fields")
        parser.add_argument("--greyscale", action="store_true", help="saves ink")

    def handle(self, *args: Any, **asked: Any) -> None:
        options = Options(
            paper=asked["paper"],
            size=asked["size"],
            fill="lines" if asked["lines"] else "fields",
            discreet=asked["discreet"],
            name="initials",
            greyscale=asked["greyscale"],
        )
        folder: Path = asked["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        first_pages, wrong = [], 0
        for name, sheet, _role, copy in every_sheet():
            rendering = press.render(sheet_paper(copy, letterhead=LETTERHEAD, options=options))
            (folder / f"{name}.pdf").write_bytes(rendering.pdf)
            first_pages.append(press.picture(rendering.pdf, width=WIDTH))
            stated = _stated(sheet, rendering.pages, options)
            wrong += bool(stated)
            self.stdout.write(f"{name}.pdf: {rendering.pages} p, {len(rendering.pdf) // 1000} kB{stated}")
        contact_sheet(first_pages).save(folder / "contact-sheet.png")
        self.stdout.write(f"{len(first_pages)} sheets and contact-sheet.png are in {folder}.")
        if wrong:
            self.stdout.write(f"{wrong} sheets take another number of pages than they say.")


def _stated(sheet: packs.Sheet, pages: int, options: Options) -> str:
    """A remark where the sheet says another number of pages; it speaks of 12 point print."""
    return f", but says {sheet.pages} p" if options.size == 12 and pages != sheet.pages else ""


def every_sheet() -> Iterator[tuple[str, packs.Sheet, str | None, SheetCopy]]:
    """(file name, sheet, role, copy) for every wording of every sheet of every pack. Raises CommandError."""
    for folder in sorted(path for path in CONTENT.iterdir() if (path / "pack.yaml").exists()):
        try:
            pack = packs.read_pack(folder)
        except packs.BadPack as error:
            raise CommandError(str(error)) from error
        for file in pack.interventions:
            for sheet in file.sheets:
                for role, blocks in sheet.wordings():
                    name = f"{sheet.slug}-for-{role}" if role else sheet.slug
                    if file.language != pack.about.language:
                        name = f"{name}.{file.language}"
                    yield name, sheet, role, copy_of(sheet, blocks, file.language)


def copy_of(sheet: packs.Sheet, blocks: tuple, language: str, **changes: Any) -> SheetCopy:
    """A blank copy of a pack's sheet."""
    parts = {
        "title": sheet.title,
        "discreet_title": sheet.discreet_title or "",
        "purpose": sheet.purpose,
        "ideas": sheet.ideas,
        "blocks": blocks,
        "language": language,
        "edition": sheet.slug,
    }
    return SheetCopy(**{**parts, **changes})


def contact_sheet(pictures: list[bytes]) -> Image.Image:
    """The pictures side by side, six in a row."""
    images = [Image.open(io.BytesIO(picture)).convert("L") for picture in pictures]
    height = max((image.height for image in images), default=1) + GAP
    rows = -(-len(images) // COLUMNS) or 1
    whole = Image.new("L", (COLUMNS * (WIDTH + GAP), rows * height), 150)
    for place, image in enumerate(images):
        whole.paste(image, (place % COLUMNS * (WIDTH + GAP), place // COLUMNS * height))
    return whole
