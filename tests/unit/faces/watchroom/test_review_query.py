"""Queries of the review: the watchroom's language, with the keys that a look-up under review has."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from discretion.faces.kit.words import translator
from discretion.faces.watchroom.query import QueryError, parse
from discretion.faces.watchroom.review_words import PRESETS, filter_of, preset, verdict_choices
from discretion.office.reviews import EXPLAIN, VERDICTS, Filter

ADA = bytes(range(16))
ZONE = "Asia/Shanghai"


def fits(text: str) -> Filter:
    return filter_of(parse(text), ZONE, {"S-1": ADA})


def test_no_query_asks_for_nothing():
    assert fits("") == Filter()


def test_every_key_of_a_review_reaches_the_queue():
    guest = "0f" * 16
    found = fits(f"actor:S-1,front_desk -actor:security purpose:complaint,audit -purpose:dsr field:identity,contact -field:notes signal:in_full guest:{guest}")
    assert found == Filter(
        staff=[ADA], duties=["front_desk"], not_duties=["security"], purposes=["complaint", "audit"], not_purposes=["dsr"],
        groups=3, not_groups=128, signals=["in_full"], guests=[bytes.fromhex(guest)],
    )


def test_days_are_the_hotels():
    found = fits("created:2026-11-23,>=2026-12-01")
    assert found.from_at == [datetime(2026, 11, 22, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)]
    assert found.until_at[0] == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert found.until_at[1].year > 2200


@pytest.mark.parametrize(("text", "code"), [
    ("action:find", "key"), ("decision:denied", "key"), ("signal:damaged", "value"), ("purpose:dsr purpose:audit", "twice"),
    ("-created:2026-11-23", "twice"), ("actor:S-9", "staff"),
])
def test_what_a_review_does_not_have_is_refused(text, code):
    with pytest.raises(QueryError) as found:
        fits(text)
    assert found.value.code == code


def test_every_final_verdict_has_a_sentence_for_the_guest_in_both_languages():
    assert set(PRESETS) == set(VERDICTS) - {EXPLAIN}
    for verdict in PRESETS:
        chinese, english = preset("zh_Hans", verdict), preset("en", verdict)
        assert chinese != english
        assert len(chinese) <= 500 and len(english) <= 500
    for language in ("zh_Hans", "en"):
        assert [code for code, _ in verdict_choices(translator(language, "ui"))] == list(VERDICTS)
