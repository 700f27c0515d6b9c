"""Attesting: a duty manager on shift says, over a passkey, who of those on shift is here or has gone.

Rules:
* The passkey is verified over exactly these people and what is said of them. Nobody attests themselves.
* Whoever is said to be here is on shift, or will be within a quarter of an hour; it counts for that shift.

Left to others: how long it counts (the round's facts), badges and doors (the office).
Source: policy.md, section 8; decision 0039.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from discretion.keeper.papers import Ask, AskKind
from discretion.keeper.reply import entered
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import PasskeyError
from discretion.wire.exceptions import Action, subject_of
from discretion.wire.lookup import Failed

if TYPE_CHECKING:
    from discretion.keeper.people import People
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.tickets import Live
    from discretion.wire.exceptions import ActionKind, AttestPresence
    from discretion.wire.lookup import Answer

_SQL = queries("people.sql")


async def attest(message: AttestPresence, live: Live, people: People, rounds: Rounds) -> Answer:
    """Enter who is here, or has gone."""
    whom, says = sorted(set(message.staff_ids)), message.direction
    asked = {"by": Uid(live.staff_id), "staff": [Uid(staff_id) for staff_id in whom], "direction": says}
    ((code,),) = await people.rows("may_attest", live.property_id, asked)
    if code:
        return Failed(code=code)
    try:
        kind: ActionKind = "attest_in" if says == "in" else "attest_out"
        writes = await people.verified(message, Action(kind, subject_of(whom)), live)
    except PasskeyError:
        return Failed(code="passkey")
    attested = tuple(
        (_SQL["attest"], {**asked, "event": Uid(os.urandom(16)), "one": Uid(staff_id)}) for staff_id in whom
    )
    details = (("does", says), ("whom", [staff_id.hex() for staff_id in whom]))
    ask = Ask(AskKind.ATTEST, message.request_id, live.session_id, details=details, writes=(*writes, *attested))
    return await entered(ask, rounds)
