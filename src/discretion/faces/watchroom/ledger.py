"""W10: the ledger for those who watch: what fits a query, newest first, what is counted, and how the ledger stands.

Rules:
* Every view is an ask with an entry of its own, and says so; what a browser fetches ahead by itself is not answered.
* A query that cannot be read asks for nothing. What was typed reaches an address only once it was read as a query.
* The page shows what entries say and leads to no record.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.seat import Seat
from discretion.faces.watchroom.asking import today_in, wire_terms, with_time
from discretion.faces.watchroom.query import TEXT_LENGTH_MAX, Query, QueryError, Term, parse, printed, toggled
from discretion.faces.watchroom.words import about, error_sentence, key_help, ready_filters
from discretion.office import staff
from discretion.wire.entries import INDEX_MAX, Entries, EntryLine, LedgerState, ReadEntries, ReadLedgerState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.wire.entries import EntryCount

BAR_WIDTH: Final = 160


class WatchForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The box for the query."""

    query: Annotated[str, Meta(max_length=4 * TEXT_LENGTH_MAX)] = ""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One entry on the page, what it is about in words, and the addresses that narrow the query to whom it names."""

    line: EntryLine
    about: str
    name: str
    number: str
    actor_address: str
    guest_address: str

    @property
    def state(self) -> str:
        """How its opening stands to its leaf: `damaged`, `erased` or `matches`."""
        return next((state for state in ("damaged", "erased") if state in self.line.signals), "matches")


@dataclass(frozen=True, slots=True)
class Bar:
    """One purpose of the picture: how often allowed and refused, and how wide that is drawn."""

    purpose: str
    allowed: int
    denied: int
    allowed_width: int
    denied_width: int


@get("/watch")
async def watch_page(
    seat: NamedDependency[Seat], q: FromQuery[str] = "", before: FromQuery[int] = INDEX_MAX
) -> Response[bytes]:
    """Show the entries that fit; with `before`, those older than that entry."""
    seat.require(Permission.ENTRY_READ)
    if "prefetch" in seat.request.headers.get("sec-purpose", ""):
        return Response(b"", status_code=503)  # nobody has asked yet, and asking is entered
    try:
        return await _shown(seat, parse(q), min(max(before, 1), INDEX_MAX))
    except QueryError as error:
        return _wrong(seat, q, error)


@post("/watch")
async def watch(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Read what was typed as a query and lead to its address; what is none never stands in one."""
    seat.require(Permission.ENTRY_READ)
    form = await seat.form(WatchForm)
    text = str(form.raw.get("query", ""))
    try:
        return seat.onward(address_of(parse(text)))
    except QueryError as error:
        return _wrong(seat, text, error)


def address_of(query: Query, before: int = 0) -> str:
    """Return the address of a query's page. It holds codes, numbers and opaque ids."""
    given = {"q": printed(query)} if query else {}
    if before:
        given["before"] = str(before)
    return "/watch" + ("?" + urlencode(given, safe=":,") if given else "")


async def _shown(seat: Seat, query: Query, before: int) -> Response[bytes]:
    today = today_in(seat.property.time_zone, datetime.now(UTC))
    whole, since = with_time(query, today)
    members = {each.staff_id: each for each in await staff.staff_list(seat.office, seat.property_id)}
    terms = wire_terms(whole, seat.property.time_zone, {each.number: each.staff_id for each in members.values()})
    is_first = before == INDEX_MAX
    answer = await seat.means.hatches.ask(
        ReadEntries(ticket=seat.ticket, request_id=os.urandom(16), terms=terms, before=before, with_counts=is_first)
    )
    state = await seat.means.hatches.ask(ReadLedgerState(ticket=seat.ticket))
    if not isinstance(answer, Entries) or not isinstance(state, LedgerState):
        raise TypeError(type(answer).__name__, type(state).__name__)
    return seat.page(
        "watch.html", here="/watch", text=printed(query), query=query, error=None, since=since, answer=answer,
        state=state, lines=[_line(seat, query, line, members) for line in answer.lines], is_first=is_first,
        older=address_of(query, answer.next_before) if answer.next_before else "",
        bars=bars(answer.counts), bar_width=BAR_WIDTH,
        decisions=_decisions(answer.counts), indexes=",".join(str(line.index) for line in answer.lines),
        **_choices(seat, query),
    )


def _wrong(seat: Seat, text: str, error: QueryError) -> Response[bytes]:
    """Return the page with the text as typed, the place pointed at; nothing was asked."""
    return seat.page(
        "watch.html", status=422, here="/watch", text=text, query=(), answer=None,
        error={
            "sentence": error_sentence(seat.words, error.code, error.key),
            "before": text[:error.start], "place": text[error.start:error.end], "after": text[error.end:],
        },
        **_choices(seat, ()),
    )  # fmt: skip


def _choices(seat: Seat, query: Query) -> dict[str, Any]:
    today = today_in(seat.property.time_zone, datetime.now(UTC))
    ready = [(text, address_of(toggled(query, term)), term in query) for text, term in ready_filters(seat.words, today)]
    return {"ready": ready, "keys": key_help(seat.words)}


def _line(seat: Seat, query: Query, line: EntryLine, members: Mapping[bytes, staff.StaffMember]) -> ShownLine:
    member = members.get(line.staff_id)
    guest = line.guest_id.hex() if line.guest_id else ""
    return ShownLine(
        line, about(seat.words, line), member.name if member else "", member.number if member else "",
        _narrowed(query, "actor", member.number) if member else "", _narrowed(query, "guest", guest) if guest else "",
    )


def _narrowed(query: Query, key: str, value: str) -> str:
    """Return the address of the query with this one value for `key`."""
    return address_of((*(term for term in query if term.key != key or term.is_not), Term(key, (value,))))


def bars(counts: Sequence[EntryCount]) -> list[Bar]:
    """Return the picture's bars, the longest first; entries without a purpose have none."""
    sums: dict[str, list[int]] = {}
    for each in counts:
        if each.purpose:
            sums.setdefault(each.purpose, [0, 0])[each.decision == "denied"] += each.count
    longest = max((sum(pair) for pair in sums.values()), default=1)
    return [
        Bar(purpose, allowed, denied, _width(allowed, longest), _width(denied, longest))
        for purpose, (allowed, denied) in sorted(sums.items(), key=lambda item: (-sum(item[1]), item[0]))
    ]


def _width(count: int, longest: int) -> int:
    """Return how wide a count is drawn; what is there is seen."""
    return max(2, round(count * BAR_WIDTH / longest)) if count else 0


def _decisions(counts: Sequence[EntryCount]) -> dict[str, int]:
    found = {"allowed": 0, "denied": 0}
    for each in counts:
        if each.decision in found:
            found[each.decision] += each.count
    return found
