"""Shared terminals: machines at which several people work, one after the other, each with a passkey of their own.

Rules:
* A terminal's secret says which machine this is, and never who sits there. It opens the list of names and nothing else.
* A tap or a name selects; only the passkey signs in (policy.md §8). No function here makes or reads a ticket.
* The secret changes with each person. The one before counts until the new one has been seen, because an answer may be
  lost; when it comes back after that, somebody has a copy: the terminal ends, and security is told (decision 0022).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from datetime import datetime

    from discretion.office.database import Office

_SQL = queries("terminals.sql")
SECRET_SIZE_BYTES: Final = 48  # the property's id and 32 random bytes
CODE_VALID: Final = timedelta(minutes=15)
_GRACE: Final = timedelta(seconds=10)  # requests that were under way when the secret changed
_NAME_MAX, _PLACE_MAX, _BADGE_MAX = 60, 120, 40
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read as something else
_CODE_CHARACTERS: Final = 16


@dataclass(frozen=True, slots=True)
class Terminal:
    """A shared terminal; `is_awaited`: a code of it works now."""

    terminal_id: bytes
    name: str
    place: str
    enrolled_at: datetime | None
    ended_at: datetime | None
    ended_why: str
    is_awaited: bool


@dataclass(frozen=True, slots=True)
class Here:
    """The terminal that a request comes from. Whoever is signed in at a locked one sees nothing."""

    property_id: bytes
    terminal_id: bytes
    name: str
    place: str
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member of staff to be selected."""

    staff_id: bytes
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class _Found:
    terminal_id: bytes
    name: str
    place: str
    is_current: bool
    is_seen: bool
    is_settled: bool
    is_locked: bool


async def terminals(office: Office, property_id: bytes) -> tuple[Terminal, ...]:
    """Return the terminals of a hotel, those in use on top, at most 500."""
    async with office.reading() as now:
        return await now.rows(Terminal, _SQL["terminals"], {"property_id": property_id})


async def add_terminal(
    office: Office, property_id: bytes, terminal_id: bytes, name: str, place: str, by_id: bytes
) -> str | ActRefusal:
    """Add a terminal and return its one-time code. Refusals: `terminal_name`, `terminal_place`, `terminal_taken`."""
    if not is_plain(name, _NAME_MAX):
        return ActRefusal("terminal_name")
    if not is_plain(place, _PLACE_MAX, at_least=0):
        return ActRefusal("terminal_place")
    code = _new_code()
    params = {
        "property_id": property_id, "terminal_id": terminal_id, "code_hash": _code_hash(code), "valid": CODE_VALID,
    }
    async with office.changing() as now:
        if not await now.run(_SQL["add"], {**params, "name": name.strip(), "place": place.strip(), "by_id": by_id}):
            return ActRefusal("terminal_taken")
        await now.run(_SQL["add_secret"], params)
    return code


async def renew_code(office: Office, property_id: bytes, terminal_id: bytes) -> str | ActRefusal:
    """Return another one-time code for a terminal. Refusals: `not_found`."""
    code = _new_code()
    async with office.changing() as now:
        found = await now.run(_SQL["renew_code"], {
            "property_id": property_id, "terminal_id": terminal_id, "code_hash": _code_hash(code), "valid": CODE_VALID,
        })
    return code if found else ActRefusal("not_found")


async def end_terminal(office: Office, property_id: bytes, terminal_id: bytes) -> Done:
    """End a terminal: its secret opens nothing any more."""
    params = {"property_id": property_id, "terminal_id": terminal_id, "why": "removed"}
    async with office.changing() as now:
        return Done(terminal_id, is_repeat=not await now.run(_SQL["end"], params))


async def enrol(office: Office, code: str) -> bytes | ActRefusal:
    """Make the machine that brings this code a terminal; return its secret. Refusals: `terminal_code`."""
    random = secrets.token_bytes(32)
    params = {"code_hash": _code_hash(code), "random": random.hex()}
    async with office.changing() as now:
        found = await now.dicts(_SQL["use_code"], params)
        if not found:
            return ActRefusal("terminal_code")
        await now.run(_SQL["note_enrolled"], found[0])
    property_id: bytes = found[0]["property_id"]
    return property_id + random


async def terminal_of(office: Office, raw_secret: bytes) -> Here | None:
    """Return the terminal that holds this secret; None for one that holds nothing, or no longer.

    A secret that was changed and comes back ends its terminal.
    """
    property_id = raw_secret[:16]
    params = {"property_id": property_id, "hash": _hash(raw_secret), "grace": _GRACE}
    async with office.changing() as now:
        found = await now.row(_Found, _SQL["terminal_of"], params)
        if found is None:
            return None
        named = {**params, "terminal_id": found.terminal_id}
        if not found.is_current and found.is_settled:
            if await now.run(_SQL["end"], {**named, "why": "copied"}):
                await now.run(_SQL["tell_copied"], named)
            return None
        if found.is_current and not found.is_seen:
            await now.run(_SQL["note_seen"], named)
    return Here(property_id, found.terminal_id, found.name, found.place, found.is_locked)


async def renewed(office: Office, here: Here, raw_secret: bytes) -> bytes:
    """Return the terminal's next secret; the same again when another request was first."""
    new = here.property_id + secrets.token_bytes(SECRET_SIZE_BYTES - 16)
    async with office.changing() as now:
        changed = await now.run(_SQL["renew"], {
            "property_id": here.property_id, "terminal_id": here.terminal_id, "hash": _hash(raw_secret),
            "new_hash": _hash(new),
        })
    return new if changed else raw_secret


async def on_shift(office: Office, property_id: bytes) -> tuple[Somebody, ...]:
    """Return who has a shift now, by name, at most 200."""
    async with office.reading() as now:
        return await now.rows(Somebody, _SQL["on_shift"], {"property_id": property_id})


async def tapped(office: Office, property_id: bytes, number: str) -> Somebody | None:
    """Return whose badge this is, None for one that nobody here uses."""
    params = {"property_id": property_id, "number": number.strip()[: _BADGE_MAX + 1]}
    async with office.reading() as now:
        return await now.row(Somebody, _SQL["holder"], params)


async def person_of(office: Office, property_id: bytes, staff_id: bytes) -> Somebody | None:
    """Return somebody who works here, None when there is nobody of this id."""
    async with office.reading() as now:
        return await now.row(Somebody, _SQL["person"], {"property_id": property_id, "staff_id": staff_id})


def _new_code() -> str:
    found = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_CHARACTERS))
    return "-".join(found[at : at + 4] for at in range(0, _CODE_CHARACTERS, 4))


def _code_hash(code: str) -> str:
    kept = "".join(character for character in code.upper() if character in _ALPHABET)
    return hashlib.sha256(b"terminal code " + kept.encode()).hexdigest()


def _hash(raw_secret: bytes) -> str:
    return hashlib.sha256(raw_secret).hexdigest()
