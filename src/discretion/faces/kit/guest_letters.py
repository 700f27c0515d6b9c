"""Letters to guests in words: short, naming neither hotel nor matter, for whoever else may read the phone."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from discretion.faces.kit.words import marked as _
from discretion.faces.kit.words import translator

_WAITS: Final = MappingProxyType({
    "answer": _("There is an answer to what you asked."),
    "exception": _("There is a new line that you may want to see."),
    "request": _("There is news of what you asked for."),
    "review": _("A review has a result."),
})  # fmt: skip
_ONCE: Final = _("It works once, for ten minutes. If you did not ask for it, do nothing: nobody comes in without it.")
_OTHER: Final = _("Something new waits on your pages.")


def letter_to_guest(what: str, language: str, code: str, origin: str) -> tuple[str, str]:
    """Return subject and text of a letter; `code` holds the digits where it is the code to come in."""
    words = translator(language, "ui")
    if code:
        subject = words.gettext("Your code: %(code)s") % {"code": f"{code[:4]} {code[4:]}"}
        text = words.gettext(_ONCE)
        return subject, f"{subject}\n\n{text}\n"
    said = words.gettext(_WAITS.get(what, _OTHER))
    return words.gettext(_OTHER), f"{said}\n\n{origin}/my\n"
