"""A notice's details hold what they should not: neither the page nor the mail says it, whatever kind it is."""

from __future__ import annotations

import pytest

from discretion.faces.kit.notices import KINDS, address_of, letter

SECRETS = ("Quill", "+8613800138000", "X0000001Z", "<script>", "note-Quill")
NAMES = ("count", "duty", "number", "pairs", "purpose", "quick", "rule", "situation", "why", "name", "words")


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize("kind", [*KINDS, "something_new"])
def test_no_text_that_somebody_typed_is_in_a_notice(kind: str, language: str) -> None:
    for secret in SECRETS:
        title, sentence = letter(kind, dict.fromkeys(NAMES, secret), language)
        assert secret not in title + sentence
        assert "%(" not in title + sentence
        assert secret not in address_of(kind, dict.fromkeys(NAMES, secret))


def test_a_line_break_in_a_detail_makes_no_header() -> None:
    for kind in KINDS:
        title, _ = letter(kind, dict.fromkeys(NAMES, "x\r\nBcc: all@hotel.example"), "en")
        assert "\n" not in title and "Bcc" not in title


def test_codes_counts_and_numbers_are_said() -> None:
    assert "life or safety" in letter("emergency_begun", {"situation": "life", "duty": "security"}, "en")[1]
    assert "3" in letter("own_look_ups", {"count": 3}, "en")[1]
    assert letter("request_expired", {"rule": "CO-3", "why": "nobody_decided"}, "en")[1] == "The request for approval: CO-3. Nobody decided in time."
    assert letter("something_new", {}, "zh_Hans")[0] == "有一条通知"
