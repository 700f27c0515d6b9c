"""Words for people: gettext catalogues, read once from `locale/` and kept by language and domain.

Rules:
* A message is written in English in the code; Chinese is the first language of the product and complete.
* The `.po` files are the only source: they are compiled in memory, so no stale binary can stand beside them.
* A word that has no translation shows its English, never nothing.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES: Final = ("zh_Hans", "en")
LOCALE_DIRECTORY: Final = Path(__file__).resolve().parents[2] / "locale"


@cache
def translator(language: str, domain: str) -> Translations:
    """Return the words of `domain` (`ui` for pages, `cli` for the command line) in `language`.

    Errors: `FileNotFoundError` when the installation lacks the catalogue, `ValueError` for a language it never had.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no catalogue for {language!r}; there are {', '.join(LANGUAGES)}")
    with (LOCALE_DIRECTORY / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, domain=domain)
    binary = BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return Translations(binary, domain=domain)


def marked(message: str) -> str:
    """Return `message` as it is; the name tells the extractor that it is translated where it is shown."""
    return message


def marked_in(context: str, message: str) -> tuple[str, str]:
    """Return context and message as they are, for short words that a second meaning could claim."""
    return context, message
