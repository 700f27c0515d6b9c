"""Joined and parted again, everything is as it was: boxes, keys, tokens, stays, and what each record shows of itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import ALL, Stage, groups
from tests.merging import joined, part

_TABLES = (
    "vault.record", "vault.token", "keys.guest_key", "hotel.guest", "hotel.occupant", "hotel.stay", "hotel.reservation", "vault.snapshot",
)


def everything(stage: Stage) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: stage.superuser.execute(f"select t.*::text from {table} t order by 1").fetchall() for table in _TABLES
    }


def sides(stage: Stage, place: str, guest: str) -> list[tuple[Any, ...]]:
    return stage.office.execute("select record_id::text, groups from hotel.record_sides(%s, %s)", (place, guest)).fetchall()


@pytest.mark.parametrize("chosen", [0, groups("contact"), groups("identity", "document", "notes"), ALL])
def test_joining_and_parting_is_the_identity(stage: Stage, chosen: int) -> None:
    first, second, third = stage.guest(), stage.guest(), stage.guest()
    before = everything(stage)
    links = [joined(stage, first, second, chosen), joined(stage, first, third, ALL - chosen)]
    assert everything(stage) == before, "nothing sealed, counted or booked is rewritten by joining"
    place = first.property_id.hex()
    shown = {guest.guest_id: sides(stage, place, guest.guest_id.hex()) for guest in (first, second, third)}
    assert shown[first.guest_id] == shown[second.guest_id] == shown[third.guest_id], "one person, whichever record is named"
    assert sum(bits for _, bits in shown[first.guest_id]) == ALL, "each part lies in exactly one record"
    for link in links:
        part(stage.ben, link)
    assert everything(stage) == before
    for guest in (first, second, third):
        assert [(record.replace("-", ""), bits) for record, bits in sides(stage, place, guest.guest_id.hex())] == [(guest.guest_id.hex(), ALL)]
