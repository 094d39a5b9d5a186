"""The shapes that charts are drawn with: plain SVG in the colour of the text around it, no style attribute.

Coordinates are in units of a field WIDTH wide. Words are escaped here; everything else is numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDTH = 720
SMALL = 14  # size of the letters


def svg(height: float, title: str, description: str, parts: Iterable[str]) -> SafeString:
    """The whole drawing. `parts` are made of numbers and escaped words alone."""
    return format_html(
        '<svg class="chart-svg" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img"><title>{}</title>'
        "<desc>{}</desc>{}</svg>",
        WIDTH, f"{height:.0f}", title, description, mark_safe("".join(parts)),
    )  # fmt: skip


def rule(x1: float, y1: float, x2: float, y2: float, *, dash: str = "", width: str = "1") -> str:
    """A straight line; `dash` as SVG writes it ("8 5"), nothing for a solid one."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="currentColor" stroke-width="{width}"{dashes}/>'


def text(x: float, y: float, words: str, *, anchor: str = "start", bold: bool = False) -> str:
    """Words at a place, in the face of the house."""
    weight = ' font-weight="700"' if bold else ""
    face = f'font-family="Atkinson Hyperlegible" font-size="{SMALL}"{weight}'
    return format_html(
        '<text x="{}" y="{}" {} text-anchor="{}" fill="currentColor">{}</text>',
        f"{x:.1f}", f"{y:.1f}", mark_safe(face), anchor, words,
    )  # fmt: skip


def ring(x: float, y: float) -> str:
    """An open ring."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="none" stroke="currentColor" stroke-width="2"/>'


def shape(n: int, x: float, y: float) -> str:
    """The point of the n-th line: full dot, open square, full triangle, open ring, full square, open triangle."""
    kind = n % 6
    if kind == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="currentColor"/>'
    if kind == 3:
        return ring(x, y)
    full = kind in (2, 4)
    fill = 'fill="currentColor"' if full else 'fill="none" stroke="currentColor" stroke-width="2"'
    if kind in (1, 4):
        return f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" {fill}/>'
    return f'<path d="M{x:.1f},{y - 5.5:.1f} L{x + 5.5:.1f},{y + 4.5:.1f} L{x - 5.5:.1f},{y + 4.5:.1f} Z" {fill}/>'
