"""The words of click itself, in the language of the run.

click asks Python's `gettext` for them, which looks for compiled catalogues on disk by the machine's locale. Ours are
read from `.po` files and the language may come from a flag, so click's modules are given our catalogue instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from click import core, decorators, exceptions, formatting, parser, shell_completion, termui, types, utils

from discretion.faces.kit.words import translator

if TYPE_CHECKING:
    from types import ModuleType

_MODULES: tuple[ModuleType, ...] = (
    core, decorators, exceptions, formatting, parser, shell_completion, termui, types, utils,
)


class _ChineseHelp(formatting.HelpFormatter):
    """Help whose headings end in a Chinese colon."""

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        self.write(f"{'':>{self.current_indent}}{heading}：\n")


def speak(language: str) -> None:
    """Let click speak `language` from now on."""
    words = translator(language, "click")
    for module in _MODULES:
        names = vars(module)
        if "_" in names:
            names["_"] = words.gettext
        if "ngettext" in names:
            names["ngettext"] = words.ngettext
    core.Context.formatter_class = _ChineseHelp if language == "zh_Hans" else formatting.HelpFormatter
