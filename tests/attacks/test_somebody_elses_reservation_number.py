"""Mallory knows a reservation number, or an address, and not both; and measures what the answer tells."""

from __future__ import annotations

import time
from statistics import median

from discretion.wire import guests, lookup
from tests.cast import Stage
from tests.portals import bring_code, letters, send_code


def test_the_number_without_the_contact_sends_nothing_anywhere(stage: Stage) -> None:
    dora = stage.guest("arriving")
    letters(stage)
    sent = send_code(stage, dora, contact="mallory@example.org")
    assert sent.demo_code == "" and letters(stage) == []
    assert isinstance(bring_code(stage, dora, sent, "12345678"), lookup.Failed)


def test_the_contact_without_the_number_sends_nothing(stage: Stage) -> None:
    dora = stage.guest("arriving")
    letters(stage)
    send_code(stage, dora, number="R-0")
    assert letters(stage) == []


def test_another_guests_contact_does_not_fit(stage: Stage) -> None:
    dora, other = stage.guest("arriving"), stage.guest("arriving")
    letters(stage)
    send_code(stage, dora, contact=other.email)
    assert letters(stage) == []


def test_an_alias_of_a_booking_platform_is_no_way_in(stage: Stage) -> None:
    dora = stage.guest("arriving", contact=b'{"emails":[{"address":"x1@guest.platform.example","kind":"alias"}]}')
    letters(stage)
    send_code(stage, dora, contact="x1@guest.platform.example")
    assert letters(stage) == []


def test_neither_words_nor_time_tell_whether_a_reservation_exists(stage: Stage) -> None:
    dora = stage.guest("arriving")

    def took(contact: str, number: str = "") -> float:
        began = time.perf_counter()
        sent = send_code(stage, dora, contact=contact, number=number)
        assert sent == guests.CodeSent(code_id=sent.code_id)
        return time.perf_counter() - began

    known = median(took(dora.email) for _ in range(4))
    unknown = median(took("nobody@example.org", "R-NONE") for _ in range(4))
    assert known >= 0.25 and unknown >= 0.25
    assert abs(known - unknown) < 0.05
    letters(stage)
