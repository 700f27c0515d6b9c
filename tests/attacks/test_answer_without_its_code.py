"""Somebody reads a guest's answer with a number they know and a code that they guess, that was replaced, or that is another request's."""

from __future__ import annotations

import hashlib

import pytest

from discretion.office import rights_codes, rights_work
from discretion.office.outcome import OnDuty
from discretion.office.rights_codes import answer_of, make
from tests.journeys.office.conftest import hotel, new_id, office  # noqa: F401 - fixtures
from tests.rights import Desk, code, desk_of, ok  # noqa: F401 - a fixture


async def made(desk: Desk, number: str) -> str:
    """Return the code that the guest has made for a request."""
    text = await make(desk.hotel.office, desk.hotel.property_id, number, guest_id=desk.guest_id)
    assert isinstance(text, str)
    return text


async def test_only_the_newest_code_of_just_this_request_reads_its_answer(desk: Desk) -> None:
    number, other = await desk.ask("explain"), await desk.ask("restrict")
    first, second, theirs = await made(desk, number), await made(desk, number), await made(desk, other)
    house, place = desk.hotel.office, desk.hotel.property_id
    for wrong in (first, theirs, "", "0000-0000-0000-0000", second[:-1], second + "0", second[:-1] + "?"):
        assert await answer_of(house, place, number, wrong) is None, wrong
    assert await answer_of(house, place, other, second) is None
    assert await answer_of(house, new_id(), number, second) is None, "the number of another hotel"
    assert await answer_of(house, place, "R-0000-00", second) is None, "a number that is none"
    found = await answer_of(house, place, number.replace("-", " "), second.lower().replace("0", "o"))
    assert found is not None and found.request.number == number, "as it is read over the phone"


async def test_a_request_without_a_code_is_read_by_no_code(desk: Desk) -> None:
    number = await desk.ask("explain")
    for guess in ("", "0" * 16, bytes(32).hex()):
        assert await answer_of(desk.hotel.office, desk.hotel.property_id, number, guess) is None


async def test_nobody_has_a_code_made_for_a_request_of_somebody_else(desk: Desk) -> None:
    number = await desk.ask("explain")
    house, place = desk.hotel.office, desk.hotel.property_id
    for nobody in (new_id(), None):
        assert code(await make(house, place, number, guest_id=nobody)) == "not_found"
    assert code(await make(house, place, number, who=OnDuty(place, desk.clerk.staff_id, "marketing"))) == "not_yours"
    assert code(await make(house, new_id(), number, who=desk.officer)) in {"not_found", "not_yours"}
    assert await desk.hotel.rows("select 1 from hotel.rights_code where property_id = %s::uuid") == []


async def test_the_code_itself_is_kept_nowhere(desk: Desk) -> None:
    bare = (await made(desk, await desk.ask("explain"))).replace("-", "")
    ((kept,),) = await desk.hotel.rows("select code_hash from hotel.rights_code where property_id = %s::uuid")
    assert bare.encode() not in bytes(kept) and bytes(kept) != hashlib.sha256(bare.encode()).digest(), "bound to what it is for"


async def test_a_code_ends_a_year_after_the_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await desk.taken_up("explain")
    text = await made(desk, number)
    await desk.suggested(number)
    ok(await rights_work.carry_out(desk.hotel.office, desk.officer, number, new_id()))
    await desk.answered(number)
    found = await answer_of(desk.hotel.office, desk.hotel.property_id, number, text)
    assert found is not None and "as told at the desk" in found.letters[0].text_en
    monkeypatch.setattr(rights_codes, "DAYS_AFTER_ANSWER", 0)
    assert await answer_of(desk.hotel.office, desk.hotel.property_id, number, text) is None
