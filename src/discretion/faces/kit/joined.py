"""One person in several records: each field group is asked of the record that shows it, and the answers are one.

Rules:
* Each record asked is an entry of its own: who looked at it stands in that record's list, joined or not.
* A record that is joined with none is asked as ever, in one ask.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import msgspec

from discretion.wire.lookup import Disclosure, Entered, LookUp, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from discretion.faces.kit.means import Hatches
    from discretion.office.merges import Side


async def look_up(hatches: Hatches, message: LookUp, sides: Sequence[Side]) -> Disclosure | Refusal | None:
    """Return what the sides of one person show together; None when this very ask was entered before.

    Shapes: `message` names the record that was asked for; `sides` say where its groups lie.
    Errors: as `Hatches.ask`.
    """
    asks = [
        (side, msgspec.structs.replace(
            message, guest_id=side.record_id, clear=message.clear & side.groups, masked=message.masked & side.groups,
            request_id=part_id(message.request_id, message.guest_id, side.record_id),
        ))
        for side in sides if (message.clear | message.masked) & side.groups
    ]  # fmt: skip
    answers = await asyncio.gather(*(hatches.ask(ask) for _, ask in asks))
    if any(isinstance(answer, Entered) for answer in answers) or not answers:
        return None
    told = [
        (side, answer) for (side, _), answer in zip(asks, answers, strict=True)
        if isinstance(answer, Disclosure | Refusal)
    ]  # fmt: skip
    return together(message.guest_id, told)


def part_id(request_id: bytes, named: bytes, record_id: bytes) -> bytes:
    """Return the request id of one record's part of an ask; the record that was named keeps the ask's own."""
    if record_id == named:
        return request_id
    return hashlib.blake2b(request_id + record_id, digest_size=16, person=b"joined").digest()


def together(guest_id: bytes, told: Sequence[tuple[Side, Disclosure | Refusal]]) -> Disclosure | Refusal:
    """Return one answer for the person: each group as its own record's ask was answered."""
    shown = [(side, answer) for side, answer in told if isinstance(answer, Disclosure)]
    if not shown:
        return told[0][1]
    first = shown[0][1]
    clear = _union(answer.clear for _, answer in shown)
    fields = {name: raw for _, answer in shown for name, raw in answer.fields.items()}
    return msgspec.structs.replace(
        first, guest_id=guest_id, fields=fields, clear=clear,
        masked=_union(answer.masked for _, answer in shown) & ~clear,
        may_clear=_union(answer.may_clear & side.groups for side, answer in shown),
        may_masked=_union(answer.may_masked & side.groups for side, answer in shown),
        until_at=min(answer.until_at for _, answer in shown),
        lines=list({line.rule: line for _, answer in shown for line in answer.lines}.values()),
        offers=list({offer.rule: offer for _, answer in shown for offer in answer.offers}.values()),
    )


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
