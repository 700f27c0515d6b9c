"""Reviews of a stage: the worker's reading on it, reviews made by hand, and notices as they stand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from discretion.hotel import number
from discretion.office.database import Office
from discretion.watch.reviewing import Reviewing
from tests.cast import Player, Stage, new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from datetime import timedelta


def never(_per_mille: int) -> bool:
    """Draw nothing."""
    return False


def worker(stage: Stage, *, dice: Callable[[int], bool] = never, settle: timedelta | None = None) -> Reviewing:
    """The reading of look-ups as the worker does it, that draws nothing unless told."""
    return Reviewing(stage.settings, dice, **({} if settle is None else {"settle": settle}))


def read_all(reviewing: Reviewing) -> int:
    """Read until nothing is left; return how many entries that were."""
    total = 0
    while count := asyncio.run(reviewing.review()):
        total += count
    return total


def in_office(stage: Stage, do: Callable[[Office], Coroutine[Any, Any, Any]], program: str = "office") -> Any:
    """Return what the office does on the stage's database, under the house's role or the worker's."""
    async def run() -> Any:
        async with Office(stage.settings.conninfo(program), connections_max=2) as office:  # type: ignore[arg-type]
            return await do(office)

    return asyncio.run(run())


def kept(stage: Stage, staff_id: bytes) -> list[dict[str, Any]]:
    """Return the reviews of somebody's look-ups, oldest first."""
    with stage.superuser.cursor() as cursor:
        cursor.execute(
            "select number, entry_idx, why, state, explained, purpose, due_at - at as due, guest_due_at - at as guest_due, clear, masked,"
            " encode(uuid_send(guest_id), 'hex') as guest from hotel.lookup_review where staff_id = %s order by at, entry_idx", (staff_id.hex(),),
        )
        names = [each.name for each in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def counted(stage: Stage, property_id: bytes) -> dict[str, int]:
    """Return how many look-ups were explained by what."""
    rows = stage.superuser.execute(
        "select reason, sum(count)::int from hotel.review_day where property_id = %s group by 1", (property_id.hex(),),
    ).fetchall()
    return dict(rows)


def notices(stage: Stage, *, to: bytes | str) -> list[tuple[str, dict[str, Any]]]:
    """Return kind and details of notices to a person or a role, oldest first."""
    column = "to_staff" if isinstance(to, bytes) else "to_role"
    value = to.hex() if isinstance(to, bytes) else to
    return stage.superuser.execute(
        f"select kind, details from hotel.notice where {column} = %s order by at", (value,),
    ).fetchall()


def review_of(stage: Stage, player: Player, *, why: str = "unexplained", **changed: Any) -> str:
    """Put a look-up of somebody under review as the worker would; return its number."""
    guest = changed.pop("guest", None) or stage.dora
    row: dict[str, Any] = {
        "property_id": player.property_id.hex(), "review_id": new_id().hex(), "number": number.make("V", new_id()),
        "entry_idx": int.from_bytes(new_id()[:7], "big"), "staff_id": player.staff_id.hex(), "duty": player.duty, "guest_id": guest.guest_id.hex(),
        "kind": "look_up", "purpose": "guest_request", "clear": 1, "masked": 2, "relation": "in_house", "why": why, **changed,
    }
    hours = row.pop("due_hours", 72)
    row_names, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    stage.superuser.execute(
        f"insert into hotel.lookup_review ({row_names}, at, due_at) values ({places}, now() - interval '1 hour', now() + make_interval(hours => %(hours)s))",
        {**row, "hours": hours},
    )
    return str(row["number"])
