"""Proofs for those who watch: one entry or a page of them checked in the house, and the files to take away.

Rules:
* Checking opens nothing and is no look-up, so it has no entry: what is proved is that an entry stands where it stood.
* What is downloaded is what was checked; anybody's verifier takes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.seat import Seat
from discretion.faces.watchroom.checking import checked
from discretion.faces.watchroom.words import PROBLEMS
from discretion.wire.entries import (
    ENTRIES_AT_ONCE_MAX,
    INDEX_MAX,
    LedgerState,
    Proofs,
    ProveEntries,
    ReadLedgerState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_LIST: Final = re.compile(r"[0-9]{1,19}(?:,[0-9]{1,19}){0,999}")


@get("/watch/entries/{index:str}")
async def entry_page(seat: NamedDependency[Seat], index: FromPath[str]) -> Response[bytes]:
    """Check one entry and show each step."""
    told = await _proofs(seat, _indexes(seat, index, at_most=1))
    result = checked(told.items[0], told.vkey)
    problem = seat.words.gettext(PROBLEMS[result.problem]) if result.problem else ""
    return seat.page("proof.html", here="", result=result, problem=problem, vkey=told.vkey)


@get("/watch/entries/{index:str}/proof")
async def proof_file(seat: NamedDependency[Seat], index: FromPath[str]) -> Response[bytes]:
    """Send the proof of one entry."""
    told = await _proofs(seat, _indexes(seat, index, at_most=1))
    return _file(f"{told.items[0].index}.tlog-proof", told.items[0].proof.encode(), "text/plain; charset=utf-8")


@get("/watch/entries/{index:str}/leaf")
async def leaf_file(seat: NamedDependency[Seat], index: FromPath[str]) -> Response[bytes]:
    """Send the 120 bytes of one entry."""
    told = await _proofs(seat, _indexes(seat, index, at_most=1))
    return _file(f"{told.items[0].index}.entry", told.items[0].leaf, "application/octet-stream")


@get("/watch/range")
async def range_page(seat: NamedDependency[Seat], entries: FromQuery[str] = "") -> Response[bytes]:
    """Check every entry of a page, all under one checkpoint."""
    told = await _proofs(seat, _indexes(seat, entries, at_most=ENTRIES_AT_ONCE_MAX))
    results = [checked(each, told.vkey) for each in told.items]
    bad = [each for each in results if each.problem]
    return seat.page(
        "range.html", here="", results=results, bad=bad, vkey=told.vkey,
        problems={code: seat.words.gettext(text) for code, text in PROBLEMS.items()},
    )


@get("/watch/checkpoint")
async def checkpoint_file(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Send the newest signed checkpoint."""
    seat.require(Permission.ENTRY_READ)
    state = await seat.means.hatches.ask(ReadLedgerState(ticket=seat.ticket))
    if not isinstance(state, LedgerState):
        raise TypeError(type(state).__name__)
    if not state.checkpoint:
        raise NotFoundException
    return _file("checkpoint", state.checkpoint.encode(), "text/plain; charset=utf-8")


def _indexes(seat: Seat, text: str, at_most: int) -> list[int]:
    """Return the indexes that an address names. Errors: as `Seat.require`; Litestar's `NotFoundException`."""
    seat.require(Permission.ENTRY_READ)
    if not _LIST.fullmatch(text):
        raise NotFoundException
    indexes = list(map(int, text.split(",")))
    if len(indexes) > at_most or max(indexes) > INDEX_MAX:
        raise NotFoundException
    return indexes


async def _proofs(seat: Seat, indexes: Sequence[int]) -> Proofs:
    """Return the proofs of entries that are there. Errors: Litestar's `NotFoundException` when none of them is."""
    told = await seat.means.hatches.ask(ProveEntries(ticket=seat.ticket, indexes=list(indexes)))
    if not isinstance(told, Proofs):
        raise TypeError(type(told).__name__)
    if not told.items:
        raise NotFoundException
    return told


def _file(name: str, raw: bytes, content_type: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(raw, media_type=content_type, headers=headers)
