"""Statements as PDF: every name reads as it is written, in any viewer."""

from __future__ import annotations

import re
import zlib

import pytest

from discretion.faces.kit.pdf import Section, _written, statement


@pytest.mark.parametrize("name", ["迪丽热巴·买买提", "Łukasz Wójcik", "Nguyễn", "O’Brien", "Straße", "김민수", "Ağaoğlu", "Иванов", "Παπαδόπουλος", "たかし"])
def test_a_name_of_any_country_stands_there_as_it_is_written(name: str) -> None:
    assert _written(name) == name


@pytest.mark.parametrize(("name", "written"), [("𬭎", "[U+2CB4E]"), ("吴𠮷", "吴[U+20BB7]"), ("محمد", "[U+0645][U+062D][U+0645][U+062F]"), ("Țiriac", "Ţiriac")])
def test_a_sign_that_the_face_lacks_is_written_as_its_code_and_becomes_no_other(name: str, written: str) -> None:
    assert _written(name) == written


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_the_face_is_in_the_file_with_what_each_sign_means(language: str) -> None:
    raw = statement(language, "谁看过", ["迪丽热巴·买买提, Łukasz"], [Section("11-27", (("12:00", "登记"),))], "海港酒店")
    assert raw.startswith(b"%PDF-1.") and raw.count(b"/FontFile2") == 1
    assert b"STSong" not in raw
    streams = [zlib.decompress(found) for found in re.findall(rb"\[ /FlateDecode \] /Length \d+\n>>\nstream\r?\n(.*?)endstream", raw, re.DOTALL)]
    meanings = b"".join(stream for stream in streams if b"beginbfchar" in stream or b"beginbfrange" in stream).upper()
    for sign in "迪·Ł海":
        assert f"{ord(sign):04X}".encode() in meanings, sign
