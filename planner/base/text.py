"""What may be typed: text made clean of what only harms, and simple Markdown made into safe HTML."""

from __future__ import annotations

import re
import unicodedata

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Marks that reorder what follows them: a name or file name with one of these reads as something it is not.
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "autolink", "html_inline", "html_block"])
_TAGS = {"p", "strong", "em", "ul", "ol", "li", "br", "blockquote", "h3", "h4", "a"}


def clean(text: str) -> str:
    """The text in Unicode form NFC with line feeds, without control characters and direction overrides."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROLS.sub("", text).translate(_BIDI)


def clean_line(text: str) -> str:
    """`clean`, on one line, outer and doubled blanks taken out."""
    return " ".join(clean(text).split())


def markdown(text: str) -> SafeString:
    """Simple Markdown as HTML: raw HTML is off, pictures are off, links go to http, https, mailto and tel only."""
    html = _markdown.render(clean(text))
    safe = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"})
    return mark_safe(safe.strip())
