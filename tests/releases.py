"""Releases of the policy in tests: people with signing keys, proposals, signatures, and waiting for the keeper."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from discretion.faces.kit.policy_words import as_report
from discretion.office import releases
from discretion.office.database import Office
from discretion.office.outcome import ActRefusal, Done
from discretion.office.releases import InForce, NewRelease, ReleaseRow
from discretion.policy.compare import compare
from discretion.policy.load import load_policy
from discretion.policy.release import REGULAR, Signature, statement
from discretion.wire.exceptions import Action, SignRelease
from tests.cast import Player, Stage, new_id
from tests.policy.situations import starting_bytes

Answer = TypeVar("Answer")
CO_2 = b'who=["finance"]\nguest=["in_house","departed"]\nneed=["case_open"]\nclear=["spending","booking"]'
WIDER = starting_bytes().replace(CO_2, CO_2.replace(b'"finance"', b'"finance","front_desk"'))
"""The desk gets what finance has in a billing case: one cell gains."""
NARROWER = starting_bytes().replace(b'clear=["identity","contact","booking","preferences"]', b'clear=["identity","booking"]', 1)
"""The desk no longer sees how to reach today's arrivals, nor what they prefer: nothing gains."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who signs: whose, in which role, with which key."""

    player: Player
    role: str
    key: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that the keeper knows."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def signature(self, property_id: bytes, row: ReleaseRow, **changed: Any) -> Signature:
        """Return a signature over a release, or over one that is `changed`."""
        text = statement(property_id, replace(row.release(), **changed))
        return Signature(self.player.staff_id, self.role, self.public_key, self.key.sign(text.encode()))


def hand(stage: Stage, role: str, player: Player | None = None) -> Hand:
    """Return somebody in this role whose key the operator has registered."""
    player = player or stage.hire(f"Signs as {role}", role)
    made = Hand(player, role, Ed25519PrivateKey.generate())
    number = stage.office.execute("select number from hotel.staff where property_id = %s and staff_id = %s", (player.property_id.hex(), player.staff_id.hex())).fetchone()
    assert number is not None
    done = stage.keeper.command(
        "add-signer", "--property", player.property_id.hex(), "--staff-number", number[0], "--role", role, "--key", made.public_key.hex(),
    )
    assert done.returncode == 0, done.stderr
    return made


def with_office(stage: Stage, do: Callable[[Office], Awaitable[Answer]]) -> Answer:
    """Return what `do` answers over the office's own connection."""

    async def main() -> Answer:
        async with Office(stage.settings.conninfo("office"), connections_max=1) as office:
            return await do(office)

    with ThreadPoolExecutor(1) as apart:  # a browser's test has a loop in this thread
        return apart.submit(lambda: asyncio.run(main())).result()


def in_force(stage: Stage) -> InForce:
    """Return what is in force at Harbour by the tables."""
    return with_office(stage, lambda office: releases.in_force(office, stage.ada.property_id, starting_bytes()))


REPORT = {
    "checks": [{"check": "decisive", "tried": 49, "passed": True, "findings": []}],
    "difference": as_report(compare(load_policy(starting_bytes()), load_policy(WIDER))),
    "replay": {"days": 7, "more": 12, "less": 0, "same": 1786, "unread": 1, "effects": [
        {"purpose": "check_out", "role": "front_desk", "more": 12, "less": 0, "same": 300},
    ]},
}
"""What a proposal of `WIDER` carries."""


def propose(
    stage: Stage, author: Player, body: bytes, *, kind: str = REGULAR, seconds: float = -1, before: InForce | None = None,
    report: dict[str, Any] | None = None,
) -> ReleaseRow:
    """Return a proposal that comes into force so many seconds from now."""
    before = before or in_force(stage)
    new = NewRelease(
        new_id(), body, author.staff_id, kind, "test", (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0),
        "a test", json.dumps(report or {}),
    )
    number = with_office(stage, lambda office: releases.propose(office, author.property_id, new, before))
    assert isinstance(number, int), number
    return row_of(stage, new.release_id)


def row_of(stage: Stage, release_id: bytes) -> ReleaseRow:
    """Return one release as it stands."""
    rows, _ = with_office(stage, lambda office: releases.releases(office, stage.ada.property_id))
    return next(row for row in rows if row.release_id == release_id)


def sign(stage: Stage, row: ReleaseRow, *hands: Hand, **changed: Any) -> list[Done | ActRefusal]:
    """Sign a release, one after the other."""
    place = stage.ada.property_id
    return [
        with_office(stage, lambda office, each=each: releases.sign(office, place, row, each.signature(place, row, **changed)))  # type: ignore[misc]
        for each in hands
    ]


def wait_for(stage: Stage, row: ReleaseRow, state: str, *, seconds: float = 8) -> ReleaseRow:
    """Return the release once it is so."""
    end = time.monotonic() + seconds
    while (found := row_of(stage, row.release_id)).state != state:
        assert time.monotonic() < end, (found.state, state, stage.log()[-3:])
        time.sleep(0.1)
    return found


def registered(stage: Stage, role: str, player: Player | None = None) -> Player:
    """Return somebody in this role whose passkeys the operator has registered."""
    player = player or stage.hire(f"Signs as {role}", role)
    number = stage.office.execute("select number from hotel.staff where property_id = %s and staff_id = %s", (player.property_id.hex(), player.staff_id.hex())).fetchone()
    assert number is not None
    done = stage.keeper.command("add-signer", "--property", player.property_id.hex(), "--staff-number", number[0], "--role", role)
    assert done.returncode == 0, done.stderr
    return player


def sign_by_passkey(player: Player, row: ReleaseRow) -> Any:
    """Return what the keeper answers to a passkey verified for this release."""
    return player.verified(SignRelease, Action("sign_release", row.release_id), release_id=row.release_id)
