"""The words of consents: what comes with the product is whole, and a file is read strictly."""

from __future__ import annotations

import pytest

from discretion.hotel.consent import SEPARATE, ConsentKind
from discretion.office.consent_texts import FILE_SIZE_BYTES_MAX, packaged, read_texts

GOOD = """
[[text]]
kind = "sharing"
version = "ours-1"
zh = { title = "向示例公司提供", words = "向示例公司提供姓名。", effect = "撤回后不再提供。" }
en = { title = "Giving to Example Ltd", words = "Give my name to Example Ltd.", effect = "Once withdrawn, no more." }
"""


def test_the_packaged_words_stand_in_both_languages_and_say_what_a_no_means() -> None:
    for each in packaged():
        assert "不影响" in each.zh.words or "同样" in each.zh.words, each.kind
        assert "the same" in each.en.words, each.kind
        assert each.zh.effect.startswith("撤回后") and each.en.effect.startswith("Once withdrawn")


def test_none_is_packaged_where_the_law_wants_the_recipient_named() -> None:
    kinds = {each.kind for each in packaged()}
    assert kinds == {ConsentKind.LOYALTY, ConsentKind.MARKETING, ConsentKind.ANALYTICS, ConsentKind.FACE_CHECK_IN}
    assert not kinds & (SEPARATE - {ConsentKind.FACE_CHECK_IN})


def test_a_good_file_is_read() -> None:
    (text,) = read_texts(GOOD.encode())
    assert (text.kind, text.version, text.en.title) == ("sharing", "ours-1", "Giving to Example Ltd")


@pytest.mark.parametrize(("old", "new"), [
    ("sharing", "selling"), ("ours-1", "Ours 1"), ("zh = {", "fr = {"), ("words = ", "text = "), ("Giving to Example Ltd", " "),
    ("Give my name", "Give\\nmy name"), ("Once withdrawn", "x" * 400), (GOOD, GOOD + GOOD), (GOOD, ""), ("向示例公司提供姓名。", ""),
])
def test_anything_else_is_refused(old: str, new: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_texts(GOOD.replace(old, new, 1).encode())


def test_a_file_too_large_or_of_other_bytes_is_refused() -> None:
    for raw in (b"#" * (FILE_SIZE_BYTES_MAX + 1), b"\xff\xfe", b"[["):
        with pytest.raises(ValueError, match=r"."):
            read_texts(raw)
