"""What staff type into requests and cases: short plain words, and no number by which anybody could be found.

Rules:
* Words stand in clear and in the ledger's captured changes, so numbers of documents, phones and cards, and addresses of
  e-mail, are refused: they stand sealed in the record.
* The rule is simple on purpose, and errs on the careful side: a long run of digits is a number of somebody.

Not caught: a name, a number written in words. The page asks for neither.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from discretion.office.plain_text import is_plain

WORDS_CHARACTERS_MAX: Final = 500

_DATE: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}[-/.年](?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12]\d|3[01])日?(?!\d)")
_RUN: Final = re.compile(r"\d{7,}")
_SPACED: Final = re.compile(r"\d(?:[ ().\-+]{0,2}\d){8,}")
_LETTERED: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,3}[ \-]?\d{6,}")
_MAIL: Final = re.compile(r"\S@\S+\.\S")


def holds_a_number(text: str) -> bool:
    """Whether something in `text` looks like a number of a document, phone or card, or like an e-mail address.

    Seven digits in a row, nine with blanks or hyphens between them, or six after one to three letters. Dates are none;
    rooms and sums are too short, and a comma between them parts them.
    """
    bare = _DATE.sub("|", unicodedata.normalize("NFKC", text))
    return any(pattern.search(bare) for pattern in (_RUN, _SPACED, _LETTERED, _MAIL))


def fault_of(text: str, *, at_least: int = 1, at_most: int = WORDS_CHARACTERS_MAX) -> str:
    """Return the code of what is wrong with `text`: `words`, `words_number`, "" when nothing is."""
    if not is_plain(" ".join(text.split()), at_most, at_least=at_least):
        return "words"
    return "words_number" if holds_a_number(text) else ""


def one_line(text: str) -> str:
    """Return `text` with every run of blanks and line breaks as one blank: so it is kept."""
    return " ".join(text.split())
