"""How a request for rights comes in: at the desk, by phone, letter or mail, or on the guest's own pages.

Rules:
* One request is one case of purpose `dsr`, with a number that can be read over the phone.
* The same right is not asked for twice at once: a guest who asks again is shown the request that there is.

Left to others: everything after (`rights`), the clock (`rights_clock`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from discretion.hotel import number as numbers
from discretion.office.free_words import fault_of, one_line
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.rights import SQL, TAKERS, RightsDone, noted, step
from discretion.office.rights_clock import clock_of
from discretion.office.rights_kinds import (
    CHANNELS,
    FOR_RELATIVES,
    IDENTITY,
    KINDS,
    NEEDS_GROUPS,
    SUMMARIES,
    WHOLE,
    WHYS,
)
from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office, Statements
    from discretion.office.outcome import OnDuty

_CASES: Final = queries("cases.sql")
_NUMBER_TRIES: Final = 5
RECEIVER_CHARACTERS_MAX: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What somebody asks for. Without a guest's id, `reservation_number` names the primary guest of one."""

    case_id: bytes
    kind: str
    groups: int = WHOLE
    why: str = ""
    asked_by: str = "guest"
    channel: str = "desk"
    language: str = "zh_Hans"
    receiver: str = ""
    guest_id: bytes | None = None
    reservation_number: str = ""


async def take_in(office: Office, who: OnDuty, new: NewRequest) -> RightsDone | ActRefusal:
    """Take a request in that reached the house: at the desk, by phone, letter or mail. The same id twice is one.

    Refusals: `not_yours`, `rights_kind`, `rights_groups`, `rights_why`, `rights_relative`, `channel`, `receiver`,
    `language`, `not_found`, `reservation_unknown`, `rights_open` where the same is asked for already.
    """
    if who.duty not in TAKERS:
        return ActRefusal("not_yours")
    if wrong := _fault(new, CHANNELS):
        return ActRefusal(wrong)
    try:
        async with office.changing() as now:
            guest_id = await _guest(now, who.property_id, new)
            return await _received(now, who.property_id, guest_id, new, who.staff_id)
    except RefusedError as refused:
        return refused.refusal


async def ask(office: Office, property_id: bytes, guest_id: bytes, new: NewRequest) -> RightsDone | ActRefusal:
    """Take in what a guest asks for on their own pages: they are known by how they came in.

    Refusals: as `take_in`, without those about finding somebody.
    """
    if wrong := _fault(new, ("portal",)):
        return ActRefusal(wrong)
    try:
        async with office.changing() as now:
            done = await _received(now, property_id, guest_id, new, None)
            if not done.is_repeat:
                await step(now, property_id, done.case_id, "identified", how="signed_in", staff_id=None)
                await noted(now, property_id, done.case_id, "identity", None, detail="signed_in")
            return done
    except RefusedError as refused:
        return refused.refusal


async def sort(office: Office, who: OnDuty, number: str, new: NewRequest) -> RightsDone | ActRefusal:
    """Say of a case that was opened without it, which right it is about.

    Refusals: as `take_in`, and `rights_one_guest` for a case that names several.
    """
    if who.duty not in TAKERS:
        return ActRefusal("not_yours")
    if wrong := _fault(new, CHANNELS):
        return ActRefusal(wrong)
    params = {"property_id": who.property_id, "number": numbers.read(number) or ""}
    try:
        async with office.changing() as now:
            found = await now.dicts(SQL["case_to_sort"], params)
            if not found:
                raise RefusedError("not_found")
            if found[0]["guests"] != 1:
                raise RefusedError("rights_one_guest")
            case_id, guest_id = found[0]["case_id"], found[0]["guest_id"]
            await _begin(now, who.property_id, case_id, guest_id, new, who.staff_id)
            return RightsDone(case_id, found[0]["number"], is_repeat=False)
    except RefusedError as refused:
        return refused.refusal


async def _received(
    now: Statements, property_id: bytes, guest_id: bytes, new: NewRequest, staff_id: bytes | None,
) -> RightsDone:
    """Open the case of a request, and the request."""
    params: dict[str, object] = {
        "property_id": property_id, "case_id": new.case_id, "guest_id": guest_id, "kind": new.kind,
        "staff_id": staff_id, "summary": SUMMARIES[new.kind],
    }
    if known := await now.dicts(SQL["known"], params):
        if known[0]["guest_id"] != guest_id:
            raise RefusedError("act_id_used")
        return RightsDone(new.case_id, known[0]["number"], is_repeat=True)
    if (await now.dicts(SQL["open_of_kind"], params))[0]["count"]:
        raise RefusedError("rights_open")
    clock = await clock_of(now, property_id)
    params["due_at"] = clock.due_at(datetime.now(UTC))
    by = "portal" if staff_id is None else "desk"
    for _ in range(_NUMBER_TRIES):
        number = numbers.make("R", secrets.token_bytes(16))
        if await now.run(SQL[f"open_{by}_case"], {**params, "number": number}):
            await now.run(SQL[f"add_{by}_guest"], params)
            await now.run(SQL["note_case"], params)
            await _begin(now, property_id, new.case_id, guest_id, new, staff_id)
            return RightsDone(new.case_id, number, is_repeat=False)
    raise RefusedError("act_id_used")


async def _begin(
    now: Statements, property_id: bytes, case_id: bytes, guest_id: bytes, new: NewRequest, staff_id: bytes | None,
) -> None:
    clock = await clock_of(now, property_id)
    params = {
        "property_id": property_id, "case_id": case_id, "guest_id": guest_id, "kind": new.kind, "groups": new.groups,
        "why": new.why, "asked_by": new.asked_by, "channel": new.channel, "language": new.language,
        "receiver": one_line(new.receiver), "clock": clock.preset, "due_at": clock.due_at(datetime.now(UTC)),
    }
    await now.run(SQL["receive"], params)
    await now.run(SQL["due"], params)
    await noted(now, property_id, case_id, "received", staff_id, detail=new.kind)


async def _guest(now: Statements, property_id: bytes, new: NewRequest) -> bytes:
    if new.guest_id is not None:
        if not await now.dicts(_CASES["guest"], {"property_id": property_id, "guest_id": new.guest_id}):
            raise RefusedError("not_found")
        return new.guest_id
    wanted = new.reservation_number.strip()
    found = await now.dicts(_CASES["primary_guest"], {
        "property_id": property_id, "numbers": [wanted, numbers.read(wanted) or wanted],
    })
    if not found:
        raise RefusedError("reservation_unknown")
    primary: bytes = found[0]["guest_id"]
    return primary


def _fault(new: NewRequest, channels: tuple[str, ...]) -> str:
    """Return the code of what is wrong with a new request, "" when nothing is."""
    needs_receiver = new.kind == "transfer" and new.receiver
    checks = (
        ("rights_kind", new.kind in KINDS),
        ("rights_groups", new.groups == WHOLE or (new.kind in NEEDS_GROUPS and 0 < new.groups <= WHOLE)),
        ("rights_why", new.why in ("", *WHYS)),
        ("rights_relative", new.asked_by in IDENTITY and (new.asked_by != "relative" or new.kind in FOR_RELATIVES)),
        ("channel", new.channel in channels),
        ("language", new.language in ("zh_Hans", "en")),
        ("receiver", not new.receiver or (
            bool(needs_receiver) and not fault_of(new.receiver, at_least=2, at_most=RECEIVER_CHARACTERS_MAX)
        )),
    )
    return next((code for code, is_right in checks if not is_right), "")
