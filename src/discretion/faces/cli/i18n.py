"""`discretion i18n check`: whether every message has its Chinese, with the same placeholders and no forbidden words.

For people who change the program; `make check` runs it. The catalogues are `locale/<language>/LC_MESSAGES/<domain>.po`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from discretion.faces.cli.exits import Exit
from discretion.faces.kit.words import LOCALE_DIRECTORY, marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from babel.messages.catalog import Message

    from discretion.faces.cli.terminal import Terminal

_PACKAGE: Final = Path(__file__).resolve().parents[2]
_KEYWORDS: Final = {
    "_": None, "gettext": None, "words": None, "marked": None, "ngettext": (1, 2), "count": (1, 2),
    "pgettext": ((1, "c"), 2), "marked_in": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)|\{(\w*)")
_CHINESE: Final = "[\u3400-\u9fff]"
_ASCII_BESIDE_CHINESE: Final = re.compile(f"{_CHINESE}[,:;!?()]|[,;!?()]{_CHINESE}")
# Source: the glossary's table of forbidden words. The second value is what to write instead.
_FORBIDDEN: Final = {
    "zh_Hans": {
        "登陆": "登录", "预定": "预订", "帐号": "账号", "帐单": "账单", "其它": "其他", "用户": "宾客", "客人": "宾客",
        "黑名单": "限制接待名单", "破窗": "紧急查看", "打破玻璃": "紧急查看", "擦除": "删除", "数据主体": "您",
        "查阅": "查看", "隐私官": "隐私负责人", "您们": "各位", "请您务必": "",
    },
    "en": {"data subject": "guest", "break the glass": "emergency viewing", "blacklist": "restricted guest list"},
}
_WRITTEN_EXCEPTION: Final = "forbidden-word:"


@click.group(help=marked("The languages of the program itself."))
def i18n() -> None:
    """Group what concerns the catalogues."""


@i18n.command(help=marked("Check that every message is translated. Exit 3 when one is not."))
@click.pass_obj
def check(terminal: Terminal, /) -> Exit:
    """Print what is missing or wrong."""
    used = _used()
    found = [
        {"catalogue": f"{language}/{domain}", "problem": problem, "message": message}
        for domain, ids in sorted(used.items())
        for language in ("zh_Hans", "en")
        for problem, message in _problems(language, domain, ids)
    ]
    total = sum(map(len, used.values()))
    text = "\n".join(f"{each['catalogue']}  {each['problem']}  {each['message']!r}" for each in found)
    terminal.show(found, text or terminal.words("%(number)s messages, all translated.", number=total))
    return Exit.PROBLEM if found else Exit.OK


def _used() -> dict[str, set[str]]:
    """Return the message ids of the source by domain: the command line's, and the pages'."""
    used: dict[str, set[str]] = defaultdict(set)
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    options = {"**/templates/**.html": {
        "extensions": "jinja2.ext.i18n,jinja2.ext.do", "trimmed": "true", "silent": "false", "newstyle_gettext": "true",
    }}
    for name, _, message, _, _ in extract_from_dir(str(_PACKAGE / "faces"), methods, options, keywords=_KEYWORDS):
        msgid = message if isinstance(message, str) else message[0]
        if msgid:
            used["cli" if name.startswith("cli/") else "ui"].add(msgid)
    return used


def _problems(language: str, domain: str, used: set[str]) -> Iterator[tuple[str, str]]:
    path = LOCALE_DIRECTORY / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        yield "missing catalogue", str(path.name)
        return
    with path.open("rb") as file:
        catalogue = {_id(message): message for message in read_po(file, locale=language) if message.id}
    if language == "zh_Hans":
        for msgid in sorted(used - catalogue.keys()):
            yield "not translated", msgid
    for msgid in sorted(catalogue.keys() - used):
        yield "not used", msgid
    for msgid, message in catalogue.items():
        yield from ((problem, msgid) for problem in _faults(language, message))


def _faults(language: str, message: Message) -> Iterator[str]:
    ids, texts = _forms(message.id), _forms(message.string)
    if message.fuzzy:
        yield "fuzzy"
    if language == "zh_Hans" and not all(texts):
        yield "not translated"
    wanted = {name for text in ids for name in _placeholders(text)}
    for text in filter(None, texts):
        if not _placeholders(text) <= wanted or (len(ids) == 1 and _placeholders(text) != wanted):
            yield "placeholders differ"
        if any(_WRITTEN_EXCEPTION in comment for comment in message.user_comments):
            continue
        for word, instead in _FORBIDDEN[language].items():
            if word in text:
                yield f"forbidden word {word} (write {instead})"
        if _ASCII_BESIDE_CHINESE.search(text):
            yield "ASCII punctuation beside a Chinese character"


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return every plural form of a message; most have one."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def _id(message: Message) -> str:
    return _forms(message.id)[0]


def _placeholders(text: str) -> set[str]:
    return {found[1] or found[2] for found in _PLACEHOLDER.finditer(text)}
