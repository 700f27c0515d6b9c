"""Gather, judge, record, open: the steps of a round take each other's results and nothing earlier."""

from discretion.keeper.answer import Room, enter, open_all, prepare
from discretion.keeper.papers import Ask, Reply


async def in_order(asks: list[Ask], room: Room) -> list[Reply]:
    prepared = await prepare(asks, room)
    if prepared is None:
        return []
    return open_all(prepared.known, await enter(prepared, room), room)


async def attempts(asks: list[Ask], room: Room) -> None:
    prepared = await prepare(asks, room)
    await enter(prepared, room)  # refused: arg-type
    if prepared is not None:
        open_all(prepared.known, prepared.drafts, room)  # refused: arg-type
        open_all(prepared.known, prepared.known, room)  # refused: arg-type
        open_all(prepared.known, enter(prepared, room), room)  # refused: arg-type
    await enter(asks, room)  # refused: arg-type
