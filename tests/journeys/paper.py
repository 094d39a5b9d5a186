"""Judging a printed PDF with programs that are not ours: poppler and qpdf."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path


def _said(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def folded(text: str) -> str:
    """Words in a row, without Markdown's marks: what stands on paper and what stands in the content compare so."""
    return " ".join(re.sub(r"[*_]{1,2}|\u00ad", "", text).split())


def text_of(file: Path) -> str:
    return folded(_said("pdftotext", file, "-"))


def facts_of(file: Path) -> dict[str, str]:
    """What pdfinfo says: {"Title": ..., "Tagged": "yes", "Pages": "5", ...}."""
    lines = [line.partition(":") for line in _said("pdfinfo", file).splitlines()]
    return {name: value.strip() for name, _colon, value in lines}


def fonts_outside(file: Path) -> list[str]:
    """Fonts that the file uses and does not carry."""
    rows = _said("pdffonts", file).splitlines()[2:]
    return [row for row in rows if row.split()[-5] != "yes"]


def faults_of(file: Path) -> str:
    """What qpdf has against the file; nothing for a sound one."""
    checked = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True)
    return "" if checked.returncode == 0 else checked.stdout + checked.stderr
