"""Statements as PDF: a heading, who gives it and when, and numbered lines on numbered A4 pages.

Rules:
* The face is embedded, the signs used and no others: a name reads the same in every viewer and in twenty years.
* A sign that the face lacks is written as its code, such as [U+2CB4E]. It never becomes another sign, and is never left
  out.
* Making one takes a processor for up to a second: callers that serve others meanwhile do it in a thread.
* What may stand on a statement is what stands on the page it was asked from.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reportlab.pdfgen.canvas import Canvas

_FACE = "WenQuanYi Micro Hei"
_FILE = Path(__file__).resolve().parent / "face" / "wqy-microhei.ttc"
_TWINS = str.maketrans("ȘșȚț", "ŞşŢţ")  # as Romanian was written before the face's time
_MARGIN = 20 * mm


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines; of a line, the first text is strong and the others stand below it."""

    heading: str
    lines: tuple[tuple[str, ...], ...]


def statement(language: str, title: str, opening: Iterable[str], sections: Iterable[Section], footer: str) -> bytes:
    """Return the PDF. Shapes: texts are plain; `footer` stands on each page beside its number."""
    _signs()
    wrap = "CJK" if language == "zh_Hans" else None
    styles = {
        "title": _style("title", 16, 6, wrap), "heading": _style("heading", 12, 3, wrap),
        "plain": _style("plain", 10, 2, wrap), "small": _style("small", 9, 1, wrap),
    }
    story = [_paragraph(title, styles["title"]), *(_paragraph(text, styles["plain"]) for text in opening)]
    for section in sections:
        story += [Spacer(1, 4 * mm), _paragraph(section.heading, styles["heading"])]
        for first, *rest in section.lines:
            story.append(_paragraph(first, styles["plain"]))
            story += [_paragraph(text, styles["small"]) for text in rest if text]
            story.append(Spacer(1, 2 * mm))
    file = io.BytesIO()

    def numbered(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont(_FACE, 8)
        canvas.drawString(_MARGIN, 10 * mm, _written(footer))
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, str(document.page))

    document = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=title, author="", invariant=1,
    )
    document.build(story, onFirstPage=numbered, onLaterPages=numbered)
    return file.getvalue()


@cache
def _signs() -> frozenset[int]:
    """Return the code points that the face has, and make it known to the writer of PDFs. About half a second, once."""
    face = TTFont(_FACE, str(_FILE))
    pdfmetrics.registerFont(face)
    return frozenset(face.face.charToGlyph)


def _written(text: str) -> str:
    signs = _signs()
    return "".join(sign if ord(sign) in signs else f"[U+{ord(sign):04X}]" for sign in text.translate(_TWINS))


def _style(name: str, size: float, after_mm: float, wrap: str | None) -> ParagraphStyle:
    return ParagraphStyle(
        name, fontName=_FACE, fontSize=size, leading=size * 1.5, spaceAfter=after_mm * mm, alignment=TA_LEFT,
        wordWrap=wrap,
    )


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_written(text)), style)
