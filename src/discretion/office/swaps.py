"""Shifts that change hands: somebody offers one, a colleague takes it, where needed a duty manager says yes.

Rules:
* Nobody takes a shift in a duty they hold no role for on its day, neither when it is taken nor when it is decided.
* It happens at once when both hold the role. When the one who gives it away holds it no more, a duty manager decides.
* A shift that has begun does not change hands, and nobody decides on a swap they are part of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Any

from discretion.office.outcome import ActRefusal, Done, RefusedError
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office, Statements

_SQL = queries("swaps.sql")


@dataclass(frozen=True, slots=True)
class Swap:
    """An offer that is open or waits. `for_id` None: for whoever holds the role; `to_id` None: nobody took it yet."""

    swap_id: bytes
    shift_id: bytes
    duty: str
    starts_at: datetime
    ends_at: datetime
    from_id: bytes
    from_name: str
    for_id: bytes | None
    for_name: str
    to_id: bytes | None
    to_name: str
    state: str


@dataclass(frozen=True, slots=True)
class NewSwap:
    """A shift that `from_id` offers, to one person or to whoever holds the role."""

    swap_id: bytes
    shift_id: bytes
    from_id: bytes
    for_id: bytes | None = None


async def open_swaps(office: Office, property_id: bytes) -> tuple[Swap, ...]:
    """Return every offer that is open or waits, by the beginning of the shift."""
    async with office.reading() as now:
        return await now.rows(Swap, _SQL["open"], {"property_id": property_id})


async def swaps_for(office: Office, property_id: bytes, staff_id: bytes) -> tuple[Swap, ...]:
    """Return the offers this person made, and those this person may take."""
    async with office.reading() as now:
        return await now.rows(Swap, _SQL["concerning"], {"property_id": property_id, "staff_id": staff_id})


async def offer_swap(office: Office, property_id: bytes, new: NewSwap) -> Done | ActRefusal:
    """Offer a shift. The same id twice is one offer.

    Refusals: `not_found` for a shift that is not one's own or has begun; `role_missing` for somebody who could not take
    it; `offered_before`.
    """

    async def do(now: Statements) -> bool:
        params = {
            "property_id": property_id, "swap_id": new.swap_id, "shift_id": new.shift_id, "from_id": new.from_id,
            "for_id": new.for_id,
        }
        if not await now.dicts(_SQL["own_shift"], params):
            raise RefusedError("not_found")
        if new.for_id is not None:
            if new.for_id == new.from_id:
                raise RefusedError("own_shift")
            await _must_hold(now, property_id, new.shift_id, new.for_id)
        if await now.run(_SQL["offer"], params):
            await _tell(now, property_id, new.swap_id, "swap_offered", new.for_id)
            return False
        if not await now.dicts(_SQL["same_offer"], params):
            raise RefusedError("offered_before")
        return True

    return await _done(office, new.swap_id, do)


async def accept_swap(office: Office, property_id: bytes, swap_id: bytes, staff_id: bytes) -> Done | ActRefusal:
    """Take a shift that is offered.

    Refusals: `not_found` for an offer that is over or is made to somebody else, `own_shift`, `role_missing`, `overlap`
    with another shift of one's own.
    """

    async def do(now: Statements) -> bool:
        swap = await _swap(now, property_id, swap_id, "offered")
        if swap["for_id"] not in {None, staff_id}:
            raise RefusedError("not_found")
        if swap["from_id"] == staff_id:
            raise RefusedError("own_shift")
        await _must_hold(now, property_id, swap["shift_id"], staff_id)
        is_at_once = await _holds(now, property_id, swap["shift_id"], swap["from_id"])
        params = {"property_id": property_id, "swap_id": swap_id, "staff_id": staff_id}
        await now.run(_SQL["accept"], {**params, "state": "done" if is_at_once else "waiting"})
        if is_at_once:
            await _move(now, property_id, swap["shift_id"], swap["from_id"], staff_id)
        await _tell(now, property_id, swap_id, "swap_done" if is_at_once else "swap_waits", swap["from_id"])
        return False

    return await _done(office, swap_id, do)


async def decide_swap(
    office: Office, property_id: bytes, swap_id: bytes, by_id: bytes, *, is_allowed: bool,
) -> Done | ActRefusal:
    """Decide on a swap that waits.

    Refusals: `not_found`, `own_shift` for whoever is part of it, `role_missing`, `overlap`.
    """

    async def do(now: Statements) -> bool:
        swap = await _swap(now, property_id, swap_id, "waiting")
        if by_id in {swap["from_id"], swap["to_id"]}:
            raise RefusedError("own_shift")
        if is_allowed:
            await _must_hold(now, property_id, swap["shift_id"], swap["to_id"])
        params = {"property_id": property_id, "swap_id": swap_id, "by_id": by_id}
        await now.run(_SQL["decide"], {**params, "state": "done" if is_allowed else "refused"})
        if is_allowed:
            await _move(now, property_id, swap["shift_id"], swap["from_id"], swap["to_id"])
        for concerned in (swap["from_id"], swap["to_id"]):
            await _tell(now, property_id, swap_id, "swap_done" if is_allowed else "swap_refused", concerned)
        return False

    return await _done(office, swap_id, do)


async def withdraw_swap(office: Office, property_id: bytes, swap_id: bytes, staff_id: bytes) -> Done | ActRefusal:
    """Take one's own offer back. Refusals: `not_found` when it is over."""
    async with office.changing() as now:
        params = {"property_id": property_id, "swap_id": swap_id, "staff_id": staff_id}
        if not await now.run(_SQL["withdraw"], params):
            return ActRefusal("not_found")
    return Done(swap_id, is_repeat=False)


async def _done(office: Office, swap_id: bytes, do: Any) -> Done | ActRefusal:  # noqa: ANN401 - a step of this module
    try:
        async with office.changing() as now:
            return Done(swap_id, is_repeat=await do(now))
    except RefusedError as refused:
        return refused.refusal


async def _swap(now: Statements, property_id: bytes, swap_id: bytes, state: str) -> Mapping[str, Any]:
    """Return a swap in this state whose shift has not begun, held until the transaction ends."""
    rows = await now.dicts(_SQL["held"], {"property_id": property_id, "swap_id": swap_id, "state": state})
    if not rows:
        raise RefusedError("not_found")
    return rows[0]


async def _holds(now: Statements, property_id: bytes, shift_id: bytes, staff_id: bytes) -> bool:
    params = {"property_id": property_id, "shift_id": shift_id, "staff_id": staff_id}
    return bool(await now.dicts(_SQL["holds_role"], params))


async def _must_hold(now: Statements, property_id: bytes, shift_id: bytes, staff_id: bytes) -> None:
    if not await _holds(now, property_id, shift_id, staff_id):
        raise RefusedError("role_missing")


async def _move(now: Statements, property_id: bytes, shift_id: bytes, from_id: bytes, to_id: bytes) -> None:
    params = {"property_id": property_id, "shift_id": shift_id, "from_id": from_id, "to_id": to_id}
    if await now.dicts(_SQL["overlap"], params):
        raise RefusedError("overlap")
    if not await now.run(_SQL["move"], params):
        raise RefusedError("not_found")


async def _tell(now: Statements, property_id: bytes, swap_id: bytes, kind: str, staff_id: bytes | None) -> None:
    if staff_id is not None:
        await now.run(_SQL["tell"], {
            "property_id": property_id, "swap_id": swap_id, "kind": kind, "staff_id": staff_id,
        })
    if kind == "swap_waits":
        await now.run(_SQL["tell_manager"], {"property_id": property_id, "swap_id": swap_id, "kind": kind})
