"""The catalogues of the pages: complete in Chinese, nothing fuzzy or unused, same placeholders, the glossary's words only."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract_from_dir

SOURCE = Path(__file__).resolve().parents[2] / "src" / "discretion"
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "marked": None, "marked_in": ((1, "c"), 2),
}
GUESTS_RIGHT = "查阅、复制"  # the word is kept for this right of guests: never for what staff do
FORBIDDEN = {
    "zh_Hans": ["登陆", "预定", "帐号", "帐单", "其它", "用户", "客人", "黑名单", "破窗", "打破玻璃", "擦除", "数据主体", "查阅", "隐私官", "您们", "请您务必"],
    "en": ["data subject", "break the glass", "blacklist", "user "],
}
BUTTONS_ALONE = {"确定", "提交", "OK", "Submit"}
LATIN_IN_CHINESE = {
    "CNY", "CHN", "CSV", "GDPR", "JSON", "PDF", "SHA", "UTF", "ZHANG", "WEI", "JavaScript", "desk", "policy", "VIP", "iCalendar", "ics", "SUMMARY", "front",
    "SP", "tlog",
}


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(SOURCE / "locale" / language / "LC_MESSAGES" / "ui.po"))


def used() -> set[tuple[str, str]]:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    options = {"**/templates/**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
    found = set()
    for name, _, message, _, context in extract_from_dir(str(SOURCE / "faces"), methods, options, keywords=KEYWORDS):
        text = message if isinstance(message, str) else message[0]
        if text and not name.startswith("cli/"):
            found.add((context or "", text))
    return found


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\([a-z]+\)[ds]", text))


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_the_catalogue_holds_exactly_what_the_pages_say(language):
    held = {(entry.msgctxt or "", entry.msgid) for entry in catalogue(language)}
    assert held == used()


def test_chinese_is_complete_and_nothing_is_fuzzy():
    for entry in catalogue("zh_Hans"):
        assert all(texts(entry)), entry.msgid
        assert not entry.fuzzy, entry.msgid


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_translations_keep_their_placeholders(language):
    for entry in catalogue(language):
        for text in filter(None, texts(entry)):
            assert placeholders(text) == placeholders(entry.msgid), entry.msgid


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_no_forbidden_word_stands_in_a_catalogue(language):
    for entry in catalogue(language):
        for text in (texts(entry) if language == "zh_Hans" else [entry.msgid]):
            plain = text.replace(GUESTS_RIGHT, "")
            assert not [word for word in FORBIDDEN[language] if word in plain], text
            assert text not in BUTTONS_ALONE


def test_chinese_has_full_width_punctuation_and_no_typed_blanks():
    for entry in catalogue("zh_Hans"):
        for text in texts(entry):
            assert not re.search(r"[㐀-鿿][,:;!?()]|[,;!?()][㐀-鿿]", text), text
            assert not re.search(r"[㐀-鿿] +[㐀-鿿A-Za-z0-9%]|[A-Za-z0-9)] +[㐀-鿿]", text), text
            assert "！" not in text and "!" not in text, text


def test_chinese_holds_no_latin_word_but_the_known_ones():
    for entry in catalogue("zh_Hans"):
        for text in texts(entry):
            words = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"%\([a-z]+\)[ds]", "", text)))
            assert words <= LATIN_IN_CHINESE, (text, words - LATIN_IN_CHINESE)


def test_the_gate_bites():
    assert placeholders("%(n)d rooms") != placeholders("房间")
    assert re.search(r"[㐀-鿿][,:;!?()]|[,;!?()][㐀-鿿]", "好,的")
    assert any(word in "请登陆系统" for word in FORBIDDEN["zh_Hans"])
