"""Statements as PDF: a heading, who gives it and when, and numbered lines on numbered A4 pages.

The Chinese face is named and not embedded (STSong-Light, which PDF viewers bring or replace), so that a statement of
one page weighs a few kilobytes. What may stand on it is what stands on the page it was asked from.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reportlab.pdfgen.canvas import Canvas

_FACES = {"zh_Hans": "STSong-Light", "en": "Helvetica"}
_DOTS = str.maketrans({"·": "|", "…": "..."})  # signs that the Chinese face's encoding lacks
_MARGIN = 20 * mm


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines; of a line, the first text is strong and the others stand below it."""

    heading: str
    lines: tuple[tuple[str, ...], ...]


def statement(language: str, title: str, opening: Iterable[str], sections: Iterable[Section], footer: str) -> bytes:
    """Return the PDF. Shapes: texts are plain; `footer` stands on each page beside its number."""
    face = _face(language)
    styles = {
        "title": _style("title", face, 16, 6), "heading": _style("heading", face, 12, 3),
        "plain": _style("plain", face, 10, 2), "small": _style("small", face, 9, 1),
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
        canvas.setFont(face, 8)
        canvas.drawString(_MARGIN, 10 * mm, footer.translate(_DOTS))
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, str(document.page))

    document = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=title, author="", invariant=1,
    )
    document.build(story, onFirstPage=numbered, onLaterPages=numbered)
    return file.getvalue()


@cache
def _face(language: str) -> str:
    """Return the name of a language's face, known to the writer of PDFs."""
    face = _FACES.get(language, _FACES["en"])
    if face == _FACES["zh_Hans"]:
        pdfmetrics.registerFont(UnicodeCIDFont(face))
    return face


def _style(name: str, face: str, size: float, after_mm: float) -> ParagraphStyle:
    wrap = "CJK" if face == _FACES["zh_Hans"] else ""
    return ParagraphStyle(
        name, fontName=face, fontSize=size, leading=size * 1.5, spaceAfter=after_mm * mm, alignment=TA_LEFT,
        wordWrap=wrap or None,
    )


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text.translate(_DOTS)), style)
