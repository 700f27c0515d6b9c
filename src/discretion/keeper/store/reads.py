"""What a round reads: the facts of its asks, and what a search may see after its entry.

Rules:
* Guests are read anew for every round; staff, marks and locks are remembered while they provably stand (`standing`).
* What is remembered was read before the round's own read, which says whether anything has changed since.
* Consents are many, so they are read only for guests of asks whose purpose rests on one.
* Of joined records each is tied to the house as closely as the closest, and what restricts one restricts all.
"""

from __future__ import annotations

import struct
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from discretion.hotel.purpose import FREE_ROLES
from discretion.keeper.papers import Ask, Claim, Facts, GuestFacts, StaffFacts, WaitingChange
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.store.standing import HELD, RESTRICTED, SEALED, Standing
from discretion.keeper.store.statement import UUID, Statement, array_type, bytes_array, number
from discretion.ledger.tree import Frontier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg.pq.abc import PGresult

    from discretion.keeper.store.database import Database

_SQL = queries("round.sql")
_GUESTS = Statement("guests", _SQL["guests"], [UUID, array_type(UUID), array_type(UUID)])
_RELATIONS = ("none", "arriving", "in_house", "departed")
_CLOSEST = ("in_house", "arriving", "departed", "none")
_EPOCH = date(2000, 1, 1)
_INT4, _INT8 = struct.Struct(">i"), struct.Struct(">q")
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


class Gathered(Struct, frozen=True):
    """What was read for a round. When changes wait, they must be entered first and all of it read again."""

    standing: Standing
    facts: list[Facts]
    now_at: int
    changes_wait: bool


class Reads:
    """Reads for one property, over one connection. Not for two tasks at once."""

    def __init__(self, database: Database, property_id: bytes) -> None:
        self._database = database
        self._property = Uid(property_id)
        self._standing: Standing | None = None

    def forget(self) -> None:
        """Read everything anew for the next round."""
        if self._standing is not None:
            self._standing.is_bad = True
            self._standing = None

    def emergencies_over(self, now_at: int) -> list[tuple[bytes, bytes]]:
        """Return guest and id of each emergency viewing whose time is up and whose end is not entered yet."""
        claims = self._standing.claims if self._standing else {}
        return [
            (guest, claim.ref) for guest, theirs in claims.items() for claim in theirs
            if claim.fact == "emergency" and claim.until_at < now_at and not claim.of
        ]

    async def gather(
        self, asks: Sequence[Ask], limited: Mapping[str, int], by_consent: Mapping[str, tuple[str, ...]],
    ) -> Gathered:
        """Return the facts of every ask, in the order asked, and the standing they were read on.

        Shapes: `limited` gives the number (from 1) of each purpose that has a daily limit of its own;
        `by_consent` the facts of consent that a purpose reads, of those that read any.
        An ask whose session is not in the table comes back with `staff` None: it is nobody's.
        Errors: `StoreAwayError`.
        """
        while True:
            standing = self._standing or await self._read_standing()
            self._standing = standing
            sessions = {ask.session_id for ask in asks if ask.session_id} - standing.staff.keys()
            if sessions:
                await self._read_staff(standing, sessions)
            guests = {ask.guest_id for ask in asks if ask.purpose in by_consent} - standing.consulted
            if guests:
                await self._read_consents(standing, guests, by_consent)
            joined = standing.joined
            others = [other for ask in asks for other in joined.get(ask.guest_id, ())] if joined else []
            result = await self._database.run(_GUESTS, (
                self._property, bytes_array(UUID, [*(ask.guest_id for ask in asks), *others]),
                bytes_array(UUID, [*(ask.request_id for ask in asks), *(b"" for _ in others)]),
            ))
            value = result.get_value
            size, now_at = number(value(0, 0) or b""), number(value(0, 2) or b"")
            if value(0, 1) != b"\x00":
                return Gathered(standing, [], now_at, changes_wait=True)
            if standing.is_good(size, now_at):
                facts = [
                    _facts(ask, row, result, standing, limited.get(ask.purpose, 0), now_at)
                    for row, ask in enumerate(asks)
                ]
                return Gathered(standing, _tied(facts, result, joined) if others else facts, now_at, changes_wait=False)
            self.forget()

    async def waiting_changes(self) -> list[WaitingChange]:
        """Return up to 256 captured changes that wait, oldest first."""
        rows = await self._database.rows(_SQL["waiting_changes"], {"p": self._property})
        return [WaitingChange(row[0].bytes, *row[1:]) for row in rows]

    async def present_house(self, request_id: bytes) -> list[PresentPerson]:
        """Return everyone of the present house, sealed. Nothing comes back unless `request_id` is in the ledger."""
        rows = await self._database.rows(
            _SQL["present_house"], {"p": self._property, "request": Uid(request_id), "back_days": BACK_DAYS},
        )
        return [
            PresentPerson(
                guest,
                identity,
                identity_version,
                contact,
                contact_version,
                key_id,
                wrapped,
                stay,
                room or "",
                arrival.isoformat(),
                is_hidden,
            )
            for (
                guest,
                identity,
                identity_version,
                contact,
                contact_version,
                key_id,
                wrapped,
                stay,
                room,
                arrival,
                _,
                _,
                is_hidden,
            ) in rows
        ]

    async def holders(self, request_id: bytes, token: bytes) -> list[bytes]:
        """Return up to 17 guest ids that hold the value behind `token`; none unless `request_id` is in the ledger."""
        rows = await self._database.rows(
            _SQL["holders"], {"p": self._property, "request": Uid(request_id), "token": token},
        )
        return [row[0] for row in rows]

    async def near_stays(self, guest_ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return for each guest the id of the stay nearest to now."""
        guests = [Uid(guest) for guest in guest_ids]
        rows: list[tuple[bytes, bytes]] = await self._database.rows(
            _SQL["near_stay"], {"p": self._property, "guests": guests}
        )
        return dict(rows)

    async def _read_standing(self) -> Standing:
        ((size, root, stack, day, midnight_at, marks, locked, release_id, links),) = await self._database.rows(
            _SQL["standing"], {"p": self._property},
        )
        frontier = Frontier.from_bytes(size, stack)
        if frontier.root() != root:
            raise ValueError("the stored head is not the root of its own stack")
        restricted: dict[bytes, int] = {}
        for mark in marks:
            restricted[mark[:16]] = restricted.get(mark[:16], 0) | mark[16]
        claims: dict[bytes, tuple[Claim, ...]] = {}
        rows = await self._database.rows(_SQL["claims"], {"p": self._property})
        for guest, fact, staff, session, purpose, groups, until_at, ref, policy, roles, quorum, uses in rows:
            claim = Claim(fact, staff, session, purpose, groups, until_at, ref, policy, tuple(roles), quorum, uses)
            claims[guest] = (*claims.get(guest, ()), claim)
        joined = _joined(links)
        _share(joined, restricted, claims)
        held = frozenset([*locked, *(other for one in locked for other in joined.get(one, ()))])
        return Standing(frontier, day, midnight_at, restricted, held, claims, release_id or b"", joined)

    async def _read_consents(
        self, standing: Standing, guests: set[bytes], by_consent: Mapping[str, tuple[str, ...]],
    ) -> None:
        rows = await self._database.rows(
            _SQL["consents"], {"p": self._property, "guests": [Uid(guest) for guest in guests if guest]},
        )
        standing.consulted |= guests
        for guest, fact, ref in rows:
            theirs = tuple(
                Claim(fact, b"", b"", purpose, 255, 0, ref, b"", (), 0)
                for purpose, facts in by_consent.items() if fact in facts
            )
            standing.claims[guest] = standing.claims.get(guest, ()) + theirs

    async def _read_staff(self, standing: Standing, sessions: set[bytes]) -> None:
        rows = await self._database.rows(
            _SQL["staff"],
            {"p": self._property, "sessions": [Uid(session) for session in sessions], "free_roles": list(FREE_ROLES)},
        )
        people = {row[1] for row in rows} - {staff_id for staff_id, _ in standing.seen}
        usage: list[tuple[Any, ...]] = []
        if people:
            usage = await self._database.rows(
                _SQL["usage"], {"p": self._property, "staff": [Uid(staff) for staff in people], "day": standing.day},
            )
        for staff_id in people:
            standing.seen[staff_id, 0] = {}
        for staff_id, purpose, guest_id, level in usage:
            standing.seen.setdefault((staff_id, purpose), {})[guest_id] = level
        for session, staff_id, duty, is_over, shift, badge, trained, ends, is_locked, key_id, wrapped, digits in rows:
            standing.staff[session] = StaffFacts(
                session, staff_id, duty, is_over, shift, badge, trained, ends, is_locked, key_id or b"", wrapped or b"",
                digits,
            )


def _joined(links: Sequence[bytes]) -> dict[bytes, tuple[bytes, ...]]:
    """Return for each joined record the others of the same person; a link is survivor and absorbed."""
    people: dict[bytes, list[bytes]] = {}
    for link in links:
        people.setdefault(link[:16], [link[:16]]).append(link[16:])
    return {one: tuple(other for other in all_ if other != one) for all_ in people.values() for one in all_}


def _share(
    joined: Mapping[bytes, tuple[bytes, ...]], marks: dict[bytes, int], claims: dict[bytes, tuple[Claim, ...]],
) -> None:
    """Have what restricts one of joined records restrict all, and what names one name all."""
    own_marks, own_claims = dict(marks), dict(claims)
    for one, others in joined.items():
        for other in others:
            if mark := own_marks.get(other):
                marks[one] = marks.get(one, 0) | mark
            if theirs := own_claims.get(other):
                along = (structs.replace(claim, of=other) for claim in theirs)
                claims[one] = (*claims.get(one, ()), *along)


def _tied(facts: list[Facts], result: PGresult, joined: Mapping[bytes, tuple[bytes, ...]]) -> list[Facts]:
    """Return the facts with the closest relation among joined records; the others' rows follow those of the asks."""
    row, tied = len(facts), []
    for known in facts:
        guest, others = known.guest, joined.get(known.ask.guest_id, ())
        found = [_relation(result, at) for at in range(row, row + len(others))]
        row += len(others)
        if guest is not None and found:
            relation, days = min(
                ((guest.relation, guest.departed_days), *found), key=lambda each: (_CLOSEST.index(each[0]), each[1]),
            )
            known = structs.replace(  # noqa: PLW2901 - the same ask, of a person with more records
                known, guest=structs.replace(guest, relation=relation, departed_days=days),
            )
        tied.append(known)
    return tied


def _relation(result: PGresult, row: int) -> tuple[str, int]:
    relation, days = result.get_value(row, 11), result.get_value(row, 12)
    return _RELATIONS[_INT4.unpack(relation)[0]] if relation else "none", _INT4.unpack(days)[0] if days else -1


def _facts(
    ask: Ask, row: int, result: PGresult, standing: Standing, limited: int, now_at: int,
) -> Facts:
    value = result.get_value
    guest = None
    key_id = value(row, 4)
    if key_id is not None:
        guest_id = ask.guest_id
        marks = standing.marks.get(guest_id, 0)
        relation, days = value(row, 11), value(row, 12)
        minor_days = _INT4.unpack(value(row, 10) or b"")[0]
        guest = GuestFacts(
            key_id, value(row, 5) or b"", _INT4.unpack(value(row, 6) or b"")[0], _INT8.unpack(value(row, 7) or b"")[0],
            _INT8.unpack(value(row, 8) or b"")[0], _RELATIONS[_INT4.unpack(relation)[0]] if relation else "none",
            _INT4.unpack(days)[0] if days else -1, minor_days > (standing.day - _EPOCH).days,
            bool(marks & SEALED), bool(marks & RESTRICTED), bool(marks & HELD), guest_id in standing.locked,
            number(value(row, 9) or b"\x00"),
        )
    entered = value(row, 13)
    staff = standing.staff.get(ask.session_id) if ask.session_id else None
    claims = standing.claims.get(ask.guest_id, ())
    return Facts(
        ask, staff, guest, -1 if entered is None else _INT8.unpack(entered)[0], now_at, standing.midnight_at, limited,
        claims and tuple(claim for claim in claims if _reaches(claim, ask, staff, now_at)),
    )


def _reaches(claim: Claim, ask: Ask, staff: StaffFacts | None, now_at: int) -> bool:
    return (
        staff is not None
        and claim.staff_id in (b"", staff.staff_id)
        and claim.session_id in (b"", staff.session_id)
        and claim.purpose in ("", ask.purpose)
        and not (ask.clear | ask.masked) & ~claim.groups
        and (claim.until_at == 0 or claim.until_at > now_at)
    )
