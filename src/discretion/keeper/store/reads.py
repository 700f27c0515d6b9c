"""What a round reads: the facts of its asks in one snapshot, and what a search may see after its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from discretion.keeper.papers import Ask, Facts, GuestFacts, House, StaffFacts
from discretion.keeper.store.database import Uid, uid_or_none
from discretion.keeper.store.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.keeper.store.database import Database

_GATHER = queries("round.sql")["gather"]
_HOUSE = queries("round.sql")["house"]
_WAITING = queries("round.sql")["waiting_changes"]
_PRESENT = queries("round.sql")["present_house"]
_HOLDERS = queries("round.sql")["holders"]
_NEAR = queries("round.sql")["near_stay"]

BACK_DAYS = 3  # how long after departure somebody still belongs to the present house


class PresentPerson(Struct, frozen=True):
    """One person of the present house, still sealed. `is_hidden` for incognito and sealed records."""

    guest_id: bytes
    identity: bytes | None
    identity_version: int
    contact: bytes | None
    contact_version: int
    key_id: bytes
    wrapped_key: bytes
    stay_id: bytes
    room: str
    arrival: str
    is_hidden: bool


class WaitingChange(Struct, frozen=True):
    """One captured change of facts that is not in the ledger yet; `digest` is the SHA-256 of what changed."""

    change_id: bytes
    fact: str
    op: str
    by_role: str
    row_count: int
    at: int
    digest: bytes


class Reads:
    """Reads for one property's rounds, over one connection."""

    def __init__(self, database: Database, property_id: bytes) -> None:
        self._database = database
        self._property = Uid(property_id)

    async def gather(self, asks: Sequence[Ask], limited: Mapping[str, int]) -> tuple[House, list[Facts]]:
        """Return the committed head and the facts of every ask, in the order asked, from one snapshot.

        Shapes: `limited` gives the number (from 1) of each purpose that has a daily limit of its own.
        A look-up whose session is not in the table comes back with `staff` None: it is nobody's.
        """
        if not asks:
            rows = await self._database.rows(_HOUSE, {"p": self._property})
            return House(*rows[0]), []
        sessions: dict[bytes, int] = {}
        for ask in asks:
            if ask.session_id:
                sessions.setdefault(ask.session_id, len(sessions) + 1)
        rows = await self._database.rows(_GATHER, {
            "p": self._property,
            "sessions": [Uid(session) for session in sessions],
            "ask_session": [sessions.get(ask.session_id, 0) for ask in asks],
            "guests": [uid_or_none(ask.guest_id) for ask in asks],
            "limited": [limited.get(ask.purpose, 0) for ask in asks],
            "requests": [Uid(ask.request_id) for ask in asks],
        })
        staff: dict[bytes, StaffFacts] = {}
        first = rows[0]
        house = House(first[1], first[2], first[3], first[6], first[4], first[7])
        return house, [_facts(ask, row, staff, limited) for ask, row in zip(asks, rows, strict=True)]

    async def waiting_changes(self) -> list[WaitingChange]:
        """Return up to 256 captured changes that wait, oldest first."""
        rows = await self._database.rows(_WAITING, {"p": self._property})
        return [WaitingChange(row[0].bytes, *row[1:]) for row in rows]

    async def present_house(self, request_id: bytes) -> list[PresentPerson]:
        """Return everyone of the present house, sealed. Nothing comes back unless `request_id` is in the ledger."""
        rows = await self._database.rows(
            _PRESENT, {"p": self._property, "request": Uid(request_id), "back_days": BACK_DAYS},
        )
        return [
            PresentPerson(
                guest, identity, identity_version, contact, contact_version, key_id, wrapped, stay, room or "",
                arrival.isoformat(), is_hidden,
            )
            for (
                guest, identity, identity_version, contact, contact_version, key_id, wrapped, stay, room, arrival, _, _, is_hidden,
            ) in rows
        ]

    async def holders(self, request_id: bytes, token: bytes) -> list[bytes]:
        """Return up to 17 guest ids that hold the value behind `token`; none unless `request_id` is in the ledger."""
        rows = await self._database.rows(
            _HOLDERS, {"p": self._property, "request": Uid(request_id), "token": token},
        )
        return [row[0] for row in rows]

    async def near_stays(self, guest_ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return for each guest the id of the stay nearest to now."""
        rows = await self._database.rows(_NEAR, {"p": self._property, "guests": [Uid(guest) for guest in guest_ids]})
        return dict(rows)


def _facts(ask: Ask, row: tuple[Any, ...], staff: dict[bytes, StaffFacts], limited: Mapping[str, int]) -> Facts:
    session_id = row[8]
    known = None
    if session_id is not None:
        known = staff.get(session_id)
        if known is None:
            known = staff[session_id] = StaffFacts(
                session_id, row[9], row[10], row[13], row[14], row[15], row[16], row[12], row[17],
                row[18] or b"", row[19] or b"", row[20], row[21],
            )
    guest = None
    if row[22] is not None:
        marks = row[30]
        guest = GuestFacts(
            row[22], row[23], row[24], row[25], row[26], row[27], -1 if row[28] is None else row[28], row[29],
            bool(marks & 1), bool(marks & 2), bool(marks & 4), row[31], row[32], row[33], row[34], row[36] or 0,
        )
    return Facts(
        ask, known, guest, -1 if row[35] is None else row[35], row[4], row[5], row[6], limited.get(ask.purpose, 0),
    )
