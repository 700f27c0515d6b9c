"""Helpers for consents: who says what through whose hand, and guests of every age."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from discretion.hotel.consent import Channel, ConsentKind
from discretion.office import consents
from discretion.office.database import Office
from tests.cast import new_id

if TYPE_CHECKING:
    from discretion.office.outcome import ActRefusal, Done
    from tests.cast import Guest, Player, Stage

VERSION = "2026.1"
THIS_YEAR = datetime.now(UTC).year


def aged(stage: Stage, years: int | None, relation: str = "departed", category: str = "adult") -> Guest:
    """Return a new guest who turned so many years old, or of whom the record has no birth date."""
    identity: dict[str, Any] = {"name": "Kim Quill", "surname": "Quill", "given": "Kim"} | ({"age_category": category} if category else {})
    if years is not None:
        identity["birth"] = {"year": THIS_YEAR - years, "month": 1, "day": 1}
    return stage.guest(relation, identity=msgspec.json.encode(identity))


def session_of(stage: Stage, player: Player) -> bytes:
    """Return the id of a person's newest sign-in."""
    found = stage.superuser.execute(
        "select session_id from keys.session where staff_id = %s and ended_at is null order by started_at desc limit 1", (player.staff_id.hex(),),
    ).fetchone()
    assert found is not None
    return bytes(found[0].bytes)


def visit_of(stage: Stage, guest: Guest, *, minutes: int = 30) -> bytes:
    """Return the id of a new visit of a guest to their own pages."""
    session_id = new_id()
    stage.superuser.execute(
        "insert into keys.guest_session (property_id, session_id, ticket_hash, guest_id, how, ends_at)"
        " values (%s, %s, sha256(%s), %s, 'code', clock_timestamp() + make_interval(mins => %s))",
        (guest.property_id.hex(), session_id.hex(), session_id, guest.guest_id.hex(), minutes),
    )
    return session_id


def by(stage: Stage, player: Player) -> consents.By:
    """Return a member of staff at their sign-in."""
    return consents.By(player.property_id, session_of(stage, player), player.staff_id)


def answer(guest: Guest, kind: str = "marketing", **changed: Any) -> consents.Answer:
    """Return a yes on the tablet, in Chinese, to the product's words."""
    fields: dict[str, Any] = {
        "consent_id": new_id(), "guest_id": guest.guest_id, "kind": ConsentKind(kind), "given": True, "version": VERSION, "language": "zh_Hans",
        "channel": Channel.DESK_TABLET, **changed,
    }
    return consents.Answer(**fields)


def on_paper(guest: Guest, kind: str = "marketing", **changed: Any) -> consents.Answer:
    """Return a yes on a signed paper."""
    fields = {"channel": Channel.DESK_PAPER, "paper": "P-7F3K-22", "signed_on": datetime.now(UTC).date(), **changed}
    return answer(guest, kind, **fields)


async def said(office: Office, hand: consents.By, what: consents.Answer) -> str:
    """Return the code of the refusal, "" where it was written down."""
    outcome: Done | ActRefusal = await consents.record(office, hand, what)
    return getattr(outcome, "code", "")




def said_now(stage: Stage, hand: consents.By, what: consents.Answer) -> str:
    """Return what `said` does, for a test with a browser, whose own loop runs in this thread."""

    async def written() -> str:
        async with Office(stage.settings.conninfo("office"), connections_max=1) as office:
            return await said(office, hand, what)

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, written()).result()


def record_now(stage: Stage, hand: consents.By, *answers: consents.Answer) -> None:
    """Write down answers, for a test with a browser."""
    for each in answers:
        assert said_now(stage, hand, each) == ""
