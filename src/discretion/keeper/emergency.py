"""Emergency viewing: begun over a passkey verified for exactly it, fifteen minutes, ended by its person or by time.

Rules:
* It helps first: nobody is asked for leave. Beginning and end are entries; security and the duty manager are told in
  the transaction that begins it.
* It opens nothing itself: an ask for the purpose `emergency` is judged by the policy as any other, within it.

Left to others: judging (`judge`), its end by time (`rounds`), review (the watch).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from discretion.keeper.facts import EMERGENCY
from discretion.keeper.papers import Ask, AskKind
from discretion.keeper.reply import entered
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import PasskeyError
from discretion.wire.exceptions import Action, BeginEmergency, EndEmergency, NoteEmergency
from discretion.wire.lookup import Failed

if TYPE_CHECKING:
    from discretion.keeper.people import People
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.tickets import Live
    from discretion.wire.lookup import Answer

_SQL = queries("exceptions.sql")


async def answer(
    message: BeginEmergency | EndEmergency | NoteEmergency, live: Live, people: People, rounds: Rounds,
) -> Answer:
    """Do what a message asks for."""
    if isinstance(message, BeginEmergency):
        return await _begin(message, live, people, rounds)
    if isinstance(message, EndEmergency):
        return await _end(message, live, people, rounds)
    return await _note(message, live, people, rounds)


async def _begin(message: BeginEmergency, live: Live, people: People, rounds: Rounds) -> Answer:
    """Begin to view, if the policy would show these groups to this duty in an emergency."""
    if message.situation == "police" and len(message.reference.strip()) < 3:  # noqa: PLR2004 - as the table says
        return Failed(code="malformed", field="$.reference")
    try:
        action = Action("emergency", message.guest_id, EMERGENCY, message.groups)
        writes = await people.verified(message, action, live)
    except PasskeyError:
        return Failed(code="passkey")
    emergency_id, guest = os.urandom(16), Uid(message.guest_id)
    row = (_SQL["add_emergency"], {
        "emergency": Uid(emergency_id), "staff": Uid(live.staff_id), "duty": live.duty, "session": Uid(live.session_id),
        "guest": guest, "groups": message.groups, "situation": message.situation, "words": message.words,
        "reference": message.reference,
    })
    step_up = (_SQL["add_step_up"], {
        "step_up": Uid(os.urandom(16)), "session": Uid(live.session_id), "guest": guest, "purpose": EMERGENCY,
        "groups": message.groups,
    })
    ask = Ask(
        AskKind.EMERGENCY_BEGIN, message.request_id, live.session_id, guest_id=message.guest_id, purpose=EMERGENCY,
        masked=message.groups,
        details=(("emergency", emergency_id.hex()), ("situation", message.situation)), writes=(*writes, row, step_up),
    )
    return await entered(ask, rounds, emergency_id)


async def _end(message: EndEmergency, live: Live, people: People, rounds: Rounds) -> Answer:
    """End one's own."""
    found = await people.rows("emergency", live.property_id, {"emergency": Uid(message.emergency_id)}, _SQL)
    if not found or found[0][0] != live.staff_id:
        return Failed(code="not_found")
    write = (_SQL["end_emergency"], {"emergency": Uid(message.emergency_id), "staff": Uid(live.staff_id)})
    ask = Ask(
        AskKind.EMERGENCY_END, message.request_id, live.session_id, guest_id=found[0][1],
        details=(("emergency", message.emergency_id.hex()), ("ended", "by_person")), writes=(write,),
    )
    return await entered(ask, rounds)


async def _note(message: NoteEmergency, live: Live, people: People, rounds: Rounds) -> Answer:
    """Add what happened. The words stay in the table: they are for reviewers, and no entry holds prose."""
    found = await people.rows("emergency", live.property_id, {"emergency": Uid(message.emergency_id)}, _SQL)
    if not found or found[0][0] != live.staff_id:
        return Failed(code="not_found")
    write = (_SQL["note_emergency"], {
        "emergency": Uid(message.emergency_id), "staff": Uid(live.staff_id), "words": message.words,
    })
    ask = Ask(
        AskKind.EMERGENCY_NOTE, message.request_id, live.session_id, guest_id=found[0][1],
        details=(("emergency", message.emergency_id.hex()),), writes=(write,),
    )
    return await entered(ask, rounds)
