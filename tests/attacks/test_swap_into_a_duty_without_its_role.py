"""Mallory wants a shift in a duty that is not Mallory's: offered, taken, decided on, or taken after the role has ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg

from discretion.office.outcome import ActRefusal
from discretion.office.roster import NewShift, add_shift
from discretion.office.staff import NewStaff, StaffRole, add_staff, disable_staff, give_role
from discretion.office.swaps import NewSwap, accept_swap, decide_swap, offer_swap, open_swaps
from tests.journeys.office.conftest import Hotel, hotel, new_id, office  # noqa: F401 - fixtures


def code(answer: object) -> str:
    return answer.code if isinstance(answer, ActRefusal) else ""


async def test_nobody_takes_a_shift_in_a_duty_they_hold_no_role_for(hotel: Hotel) -> None:  # noqa: F811
    place = (hotel.office, hotel.property_id)
    mallory = new_id()
    await add_staff(*place, NewStaff(mallory, "666", "Mallory", "en", ("housekeeping",)))
    starts = datetime.now(UTC) + timedelta(days=2)
    shift = NewShift(new_id(), hotel.ben, "duty_manager", starts, starts + timedelta(hours=8))
    await add_shift(*place, shift)
    assert code(await offer_swap(*place, NewSwap(new_id(), shift.shift_id, hotel.ben, mallory))) == "role_missing"
    assert code(await offer_swap(*place, NewSwap(new_id(), shift.shift_id, mallory))) == "not_found", "it is not Mallory's to offer"
    swap = NewSwap(new_id(), shift.shift_id, hotel.ben)
    await offer_swap(*place, swap)
    assert code(await accept_swap(*place, swap.swap_id, mallory)) == "role_missing"
    today = datetime.now(UTC).date()
    await give_role(*place, mallory, StaffRole("duty_manager", today - timedelta(3), today))
    assert code(await accept_swap(*place, swap.swap_id, mallory)) == "role_missing", "the role must be held on the shift's own day"
    await give_role(*place, mallory, StaffRole("duty_manager", today - timedelta(2), None))
    await disable_staff(*place, mallory)
    assert code(await accept_swap(*place, swap.swap_id, mallory)) == "role_missing", "whoever left takes nothing"
    assert [each.state for each in await open_swaps(*place)] == ["offered"]


async def test_a_role_that_ended_between_taking_and_deciding_counts_no_more(hotel: Hotel) -> None:  # noqa: F811
    place = (hotel.office, hotel.property_id)
    mallory, eve = new_id(), new_id()
    await add_staff(*place, NewStaff(mallory, "666", "Mallory", "en", ("front_desk",)))
    await add_staff(*place, NewStaff(eve, "667", "Eve", "en", ("duty_manager",)))
    starts = datetime.now(UTC) + timedelta(days=2)
    shift = NewShift(new_id(), hotel.ada, "front_desk", starts, starts + timedelta(hours=8))
    await add_shift(*place, shift)
    swap = NewSwap(new_id(), shift.shift_id, hotel.ada)
    await offer_swap(*place, swap)

    async def end_roles_of(staff_id: bytes) -> None:
        async with await psycopg.AsyncConnection.connect(hotel.database.superuser, autocommit=True) as connection:
            await connection.execute(
                "update hotel.staff_role set from_on = from_on - 30, until_on = from_on - 1 where property_id = %s::uuid and staff_id = %s::uuid",
                (hotel.property_id.hex(), staff_id.hex()),
            )

    await end_roles_of(hotel.ada)
    assert code(await accept_swap(*place, swap.swap_id, mallory)) == ""
    await end_roles_of(mallory)
    assert code(await decide_swap(*place, swap.swap_id, mallory, is_allowed=True)) == "own_shift"
    assert code(await decide_swap(*place, swap.swap_id, eve, is_allowed=True)) == "role_missing"
    rows = await hotel.rows("select count(*) from hotel.shift where property_id = %s::uuid and staff_id = '" + mallory.hex() + "'")
    assert rows == [(0,)]
