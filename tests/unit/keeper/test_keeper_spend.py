"""Daily numbers: counted ask by ask, in the order asked, each guest once a person and level."""

from __future__ import annotations

import os

from discretion.keeper.papers import Allowed, DayCount, Denied, Judged, Seen, StaffFacts
from discretion.keeper.record import CLEAR, MASKED, spend
from discretion.keeper.store.standing import Standing
from tests.papers import allowed, facts, guest_facts, staff_facts, standing

ADA, BEN = staff_facts(), staff_facts()
GUESTS = [os.urandom(16) for _ in range(6)]
EMERGENCY = 3  # a purpose's number
LIMITS = {"emergency": 1}


def ask(guest_id: bytes, *, staff: StaffFacts = ADA, clear: int = 1, masked: int = 0, purpose: str = "check_in") -> Allowed:
    known = facts(staff, guest_facts(), guest_id=guest_id, purpose=purpose, limited=EMERGENCY if purpose == "emergency" else 0)
    return allowed(known, clear=clear, masked=masked)


def reasons(judged: list[Judged]) -> list[str]:
    return [paper.reason if isinstance(paper, Denied) else "" for paper in judged]


def spent(*asks: Judged, on: Standing | None = None, per_day: int = 2, masked_per_day: int = 3) -> list[str]:
    return reasons(spend(asks, on or standing(), per_day, masked_per_day, LIMITS)[0])


def test_the_guest_after_the_last_is_denied() -> None:
    assert spent(*map(ask, GUESTS[:4])) == ["", "", "budget", "budget"]


def test_the_same_guest_again_is_free() -> None:
    assert spent(ask(GUESTS[0]), ask(GUESTS[0]), ask(GUESTS[1]), ask(GUESTS[0])) == ["", "", "", ""]


def test_masked_looks_have_their_own_number() -> None:
    masked = [ask(guest, clear=0, masked=1) for guest in GUESTS[:4]]
    assert spent(*masked) == ["", "", "", "budget"]
    assert spent(*masked[:3], ask(GUESTS[4]), ask(GUESTS[5])) == ["", "", "", "", ""]


def test_clear_after_masked_counts_as_clear_and_gives_the_masked_one_back() -> None:
    judged, usage = spend([ask(GUESTS[0], clear=0, masked=1), ask(GUESTS[0])], standing(), 2, 3, LIMITS)
    assert reasons(judged) == ["", ""]
    assert usage.counts == [DayCount(ADA.staff_id, 0, 1, 0)]
    assert usage.seen == [Seen(ADA.staff_id, GUESTS[0], 0, CLEAR)]


def test_masked_after_clear_is_free() -> None:
    judged, usage = spend([ask(GUESTS[0]), ask(GUESTS[0], clear=0, masked=1)], standing(), 2, 3, LIMITS)
    assert reasons(judged) == ["", ""]
    assert usage.counts == [DayCount(ADA.staff_id, 0, 1, 0)]


def test_one_persons_number_is_not_anothers() -> None:
    assert spent(ask(GUESTS[0]), ask(GUESTS[1]), ask(GUESTS[2], staff=BEN), ask(GUESTS[2])) == ["", "", "", "budget"]


def test_earlier_rounds_of_the_day_count() -> None:
    on = standing()
    _, usage = spend([ask(GUESTS[0]), ask(GUESTS[1], clear=0, masked=1)], on, 2, 3, LIMITS)
    on.move(on.frontier, [], usage)
    assert on.counted(ADA.staff_id, 0) == (1, 1)
    assert spent(ask(GUESTS[0]), ask(GUESTS[1]), ask(GUESTS[2]), on=on) == ["", "", "budget"]


def test_what_was_read_from_the_table_counts() -> None:
    on = standing()
    on.seen[ADA.staff_id, 0] = {GUESTS[0]: CLEAR, GUESTS[1]: CLEAR, GUESTS[2]: MASKED}
    assert on.counted(ADA.staff_id, 0) == (2, 1)
    assert spent(ask(GUESTS[0]), ask(GUESTS[2]), ask(GUESTS[3]), on=on) == ["", "budget", "budget"]


def test_a_purpose_with_a_number_of_its_own_stops_earlier_and_counts_in_both() -> None:
    asks = [ask(guest, purpose="emergency") for guest in GUESTS[:2]]
    judged, usage = spend(asks, standing(), 2, 3, LIMITS)
    assert reasons(judged) == ["", "budget_purpose"]
    assert sorted((count.limited, count.clear) for count in usage.counts) == [(0, 1), (EMERGENCY, 1)]


def test_a_guest_known_from_another_purpose_still_counts_for_the_limited_one() -> None:
    assert spent(
        ask(GUESTS[0]), ask(GUESTS[0], purpose="emergency"), ask(GUESTS[1]), ask(GUESTS[1], purpose="emergency"),
    ) == ["", "", "", "budget_purpose"]


def test_an_ask_past_both_numbers_spends_neither() -> None:
    judged, usage = spend(
        [ask(GUESTS[0]), ask(GUESTS[1]), ask(GUESTS[2], purpose="emergency"), ask(GUESTS[0], purpose="emergency")], standing(), 2, 3, LIMITS,
    )
    assert reasons(judged) == ["", "", "budget", ""]
    assert DayCount(ADA.staff_id, EMERGENCY, 1, 0) in usage.counts


def test_what_opens_nothing_costs_nothing() -> None:
    nothing = ask(GUESTS[0], clear=0, masked=0)
    refused = Denied(facts(ADA, guest_facts()), None, 0, "policy")
    change = allowed(facts(None, None))
    judged, usage = spend([nothing, refused, change], standing(), 0, 0, LIMITS)
    assert judged == [nothing, refused, change]
    assert (usage.seen, usage.counts) == ([], [])


def test_the_order_asked_decides_who_is_last() -> None:
    first, second, third = map(ask, GUESTS[:3])
    assert spend([third, first, second], standing(), 2, 3, LIMITS)[0][:2] == [third, first]
