"""The public page as files: one folder a property, in both languages, that any web server can hand out.

Rules:
* No script, nothing from elsewhere, one style sheet; each page prints on one A4.
* It is made from a publication alone: statements, whose small numbers are hidden already, and a checked checkpoint.
* The first language of the installation has the plain name (`2026-Q3.html`), the other one its code in it.

Left to others: what is published (`insight`), when files are made (the worker), serving them (`transparency`).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from discretion.faces import kit
from discretion.faces.kit.formats import Formats
from discretion.faces.kit.language import HTML_LANG
from discretion.faces.kit.render import Pages
from discretion.faces.kit.statics import ASSETS
from discretion.faces.kit.words import LANGUAGES
from discretion.insight.suppression import HIDDEN, Total

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from discretion.insight.statement import Statement
    from discretion.insight.suppression import Shown
    from discretion.insight.transparency import Publication

STYLE: Final = "transparency.css"
CHECKPOINT: Final = "checkpoint.txt"
_HERE: Final = Path(__file__).resolve().parent
_CODES: Final = {"zh_Hans": "zh", "en": "en"}
BAR_WIDTH: Final = 200
STALE_DAYS: Final = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One purpose: its number as published, and how long its bar is; a hidden one has none."""

    purpose: str
    count: Shown
    width: int


def renderer(first_language: str) -> Callable[[Publication], Mapping[str, bytes]]:
    """Return what makes the files of a publication."""
    return partial(files_of, Pages([kit.TEMPLATES, _HERE / "templates"], {}), first_language)


def files_of(pages: Pages, first_language: str, publication: Publication) -> dict[str, bytes]:
    """Return every file of the folder by name."""
    files = {STYLE: ASSETS[STYLE].plain}
    if publication.anchor is not None:
        files[CHECKPOINT] = publication.anchor.note.encode()
    statements = [each.statement for each in publication.statements]
    for language in LANGUAGES:
        page = partial(_page, pages, first_language, publication, language)
        files[_name("index", language, first_language)] = page(statements[-1] if statements else None, "index")
        for statement in statements:
            files[_name(statement.quarter, language, first_language)] = page(statement, statement.quarter)
    for statement in statements:
        files[f"{statement.quarter}.json"] = msgspec.json.format(msgspec.json.encode(statement), indent=2) + b"\n"
        files[f"{statement.quarter}.csv"] = sheet(statement)
    return files


def page_name(page: str, language: str, first_language: str) -> str:
    """Return the name of a page's file in a language."""
    return _name(page, language, first_language)


def sheet(statement: Statement) -> bytes:
    """Return the statement as CSV: figure, purpose, value; a bound begins with `>`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("quarter", "figure", "purpose", "value"))
    for name, value in msgspec.to_builtins(statement).items():
        if name in {"version", "quarter", "small"}:
            continue
        if name == "look_ups":
            writer.writerow((statement.quarter, name, "", _of_total(statement.look_ups)))
        elif isinstance(value, dict):
            writer.writerows((statement.quarter, name, purpose, count) for purpose, count in value.items())
        else:
            writer.writerow((statement.quarter, name, "", "" if value is None else value))
    return text.getvalue().encode("utf-8-sig")


def _of_total(total: Total) -> str:
    return str(total.exactly) if total.exactly is not None else f">{total.more_than}"


def _name(page: str, language: str, first_language: str) -> str:
    return f"{page}.html" if language == first_language else f"{page}.{_CODES[language]}.html"


def _page(
    pages: Pages, first_language: str, publication: Publication, language: str, statement: Statement | None, name: str,
) -> bytes:
    hotel, anchor = publication.hotel, publication.anchor
    other = next(each for each in LANGUAGES if each != language)
    seen_at = anchor.seen_at if anchor is not None else None
    text = pages.render(language, "transparency.html", {
        "f": Formats(language, hotel.time_zone), "statement": statement, "anchor": anchor, "state": publication.state,
        "quarter": _quarter(statement.quarter) if statement is not None else None,
        "bars": _bars(statement) if statement is not None else [],
        "bar_width": BAR_WIDTH, "house_name": hotel.name_zh if language == "zh_Hans" else hotel.name_en,
        "contact": publication.contact, "made_at": publication.made_at, "small": HIDDEN,
        "days_unseen": (publication.made_at - seen_at).days if seen_at is not None else 0, "stale_days": STALE_DAYS,
        "older": [
            (_quarter(each.statement.quarter), _name(each.statement.quarter, language, first_language))
            for each in reversed(publication.statements)
            if statement is None or each.statement.quarter != statement.quarter
        ],
        "other_page": _name(name, other, first_language), "other_lang": HTML_LANG[other], "style": STYLE,
        "checkpoint_file": CHECKPOINT,
    })  # fmt: skip
    return text.encode()


def _quarter(name: str) -> tuple[str, str]:
    """Return year and number of a quarter, as words take them."""
    year, _, number = name.partition("-Q")
    return year, number


def _bars(statement: Statement) -> list[Bar]:
    """Return the purposes with bars as long as the numbers that are shown; nothing is drawn of a hidden one."""
    shown = {purpose: count for purpose, count in statement.look_ups_by_purpose.items() if isinstance(count, int)}
    most = max(shown.values(), default=0) or 1
    return [
        Bar(purpose, count, -(-BAR_WIDTH * count // most) if isinstance(count, int) else 0)
        for purpose, count in statement.look_ups_by_purpose.items()
    ]
