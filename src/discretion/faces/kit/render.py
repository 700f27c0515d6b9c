"""Pages: one Jinja environment for each language, strict and escaping, over the templates of the faces given.

Rules:
* An undefined name ends the page with an error; a page never shows half of what it should.
* Class names and tokens of the look stand in the kit's macros only.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from discretion.faces.kit.copy_words import field_word
from discretion.faces.kit.language import HTML_LANG
from discretion.faces.kit.menu import menu
from discretion.faces.kit.nouns import NOUNS, document_kinds, group_words, noun, nouns
from discretion.faces.kit.refusals import refusal_title
from discretion.faces.kit.said import sentence
from discretion.faces.kit.statics import ASSETS
from discretion.faces.kit.tabs import tabs
from discretion.faces.kit.words import LANGUAGES, translator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class Pages:
    """The templates of a process, ready in every language."""

    def __init__(self, directories: Sequence[Path], names: Mapping[str, Any]) -> None:
        """Prepare; a template is compiled at its first use. `names` are what a face's templates know besides."""
        self._environments = {language: _environment(language, directories, names) for language in LANGUAGES}

    def render(self, language: str, template: str, context: Mapping[str, Any]) -> str:
        """Return the page. Errors: Jinja's, when a template names what the context does not hold."""
        return self._environments[language].get_template(template).render(context)


def _environment(language: str, directories: Sequence[Path], names: Mapping[str, Any]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(directories),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    words = translator(language, "ui")
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        lang=language,
        html_lang=HTML_LANG[language],
        asset={name: asset.address for name, asset in ASSETS.items()},
        noun=partial(noun, words),
        nouns=partial(nouns, words),
        group_words=partial(group_words, words),
        document_types=document_kinds(language),
        kinships=nouns(words, "kinship", NOUNS["kinship"]),
        menu=partial(menu, words),
        guest_tabs=partial(tabs, words),
        copy_field=partial(field_word, words),
        col=_column,
        said=partial(sentence, words),
        refusal_title=partial(refusal_title, words),
        **names,
    )
    return environment


def _column(text: str, *, num: bool = False, hide: bool = False) -> dict[str, Any]:
    """Return one column of a table: its heading, whether it holds numbers, whether only screen readers get it."""
    return {"text": text, "num": num, "hide": hide}
