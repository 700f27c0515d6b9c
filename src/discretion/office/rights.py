"""Requests of guests for their rights: taken in, known by whom, worked on, answered; each one case, with its clock.

Rules:
* A request is received → identity checked → in work → answered → closed, or withdrawn. There is no other way, and the
  database holds to it as well.
* A guest on their own pages is known by how they came in; everybody else is identified by a person of the staff.
* The clock runs from the day it was received, whoever takes it up when.

Left to others: how a request comes in (`rights_intake`), what is done about each line (`rights_work`), what is held of
a guest (`rights_map`), words (the faces).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Final, Literal

from discretion.hotel import number as numbers
from discretion.office.free_words import fault_of, one_line
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.rights_clock import clock_of
from discretion.office.rights_kinds import IDENTITY, TOLD_OF
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from discretion.office.database import Office, Statements
    from discretion.office.outcome import OnDuty

SQL: Final = queries("rights.sql")
PROLONGED_MONTHS: Final = 2
WORKERS: Final = frozenset({"privacy"})
SECONDS: Final = frozenset({"general_manager", "legal", "privacy"})
TAKERS: Final = frozenset({"front_desk", "privacy"})


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """A request as it stands."""

    case_id: bytes
    number: str
    guest_id: bytes
    kind: str
    groups: int
    why: str
    asked_by: str
    channel: str
    language: str
    receiver: str
    state: str
    clock: str
    received_at: datetime
    due_at: datetime
    identity_how: str
    identity_at: datetime | None
    proposed_by: bytes | None
    proposed_by_name: str
    proposed_at: datetime | None
    seconded_by: bytes | None
    seconded_by_name: str
    seconded_at: datetime | None
    carried_at: datetime | None
    order_id: bytes | None
    mark_id: bytes | None
    answered_at: datetime | None
    ended_at: datetime | None
    owner_name: str
    is_case_closed: bool
    now_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.ended_at is None and self.answered_at is None

    @property
    def is_overdue(self) -> bool:
        """Whether it waits beyond its last day."""
        return self.is_open and self.due_at < self.now_at


@dataclass(frozen=True, slots=True)
class RightsLine:
    """One kind of what is held of the guest. `disposition` is "" while undecided."""

    position: int
    what: str
    groups: int
    counted: int
    disposition: str
    reason: str
    until_on: date | None
    basis_zh: str
    basis_en: str
    done_at: datetime | None
    done_entry: int | None


@dataclass(frozen=True, slots=True)
class Concerned:
    """A processor or recipient whom a request concerns that was carried out: told and confirmed once it was.

    `groups` are those it held then of which something was decided; `first_day` is the earliest day it can be told.
    """

    processor_id: bytes
    name: str
    kind: str
    groups: int
    reached: str
    first_day: date
    told_on: date | None
    how: str
    confirmed_on: date | None
    reference: str


@dataclass(frozen=True, slots=True)
class RightsAct:
    """Something done to a request; no name where the guest did it."""

    act: str
    staff_name: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RightsLetter:
    """An answer, in both languages."""

    letter_id: bytes
    at: datetime
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class UnsortedCase:
    """A case of rights of which nobody has said which right it is."""

    case_id: bytes
    number: str
    summary: str
    opened_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class RightsCase:
    """The page of one request. `days_left` counts working days, below 0 when overdue."""

    request: RightsRequest
    lines: tuple[RightsLine, ...]
    acts: tuple[RightsAct, ...]
    letters: tuple[RightsLetter, ...]
    days_left: int
    needs_second: bool
    concerned: tuple[Concerned, ...] = ()

    @property
    def is_decided(self) -> bool:
        """Whether every line has its disposition and its reason."""
        return bool(self.lines) and all(line.disposition and line.reason for line in self.lines)

    @property
    def is_done(self) -> bool:
        """Whether everything that is to be done, is."""
        return self.is_decided and not any(
            line.disposition in ("copy", "correct", "delete", "stop") and line.done_at is None for line in self.lines
        )

    @property
    def untold(self) -> tuple[Concerned, ...]:
        """Whoever must be told before the answer, and was not yet."""
        return tuple(
            each for each in self.concerned if each.told_on is None and asked_of(self.lines, each.groups)
        )

    @property
    def told(self) -> tuple[Concerned, ...]:
        """Whoever was told."""
        return tuple(each for each in self.concerned if each.told_on is not None)


@dataclass(frozen=True, slots=True)
class RightsDone:
    """The request after an act. `is_repeat`: it was so before, and nothing changed now."""

    case_id: bytes
    number: str
    is_repeat: bool


Step = Literal["identified", "take_up", "withdraw"]


async def requests(
    office: Office, who: OnDuty, which: Literal["open", "waiting", "ended"] = "open",
) -> tuple[tuple[RightsRequest, int], ...]:
    """Return the requests of one list, each with its working days left."""
    async with office.reading() as now:
        clock = await clock_of(now, who.property_id)
        found = await now.rows(RightsRequest, SQL["requests"], {"property_id": who.property_id, "which": which})
    return tuple((each, clock.days_left(each.due_at, each.now_at)) for each in found)


async def unsorted_cases(office: Office, who: OnDuty) -> tuple[UnsortedCase, ...]:
    """Return open cases of rights that have no request yet."""
    async with office.reading() as now:
        return await now.rows(UnsortedCase, SQL["unsorted"], {"property_id": who.property_id})


async def request_by_number(office: Office, property_id: bytes, number: str) -> RightsCase | None:
    """Return the request that a number means, None where there is none here."""
    async with office.reading() as now:
        return await whole(now, property_id, number)


async def requests_of_guest(office: Office, property_id: bytes, guest_id: bytes) -> tuple[RightsRequest, ...]:
    """Return the guest's requests, newest first."""
    async with office.reading() as now:
        return await now.rows(RightsRequest, SQL["of_guest"], {"property_id": property_id, "guest_id": guest_id})


async def whole(now: Statements, property_id: bytes, number: str) -> RightsCase | None:
    """Return one request with everything that belongs to it."""
    wanted = numbers.read(number)
    if wanted is None:
        return None
    found = await now.row(RightsRequest, SQL["by_number"], {"property_id": property_id, "number": wanted})
    if found is None:
        return None
    place = {"property_id": property_id, "case_id": found.case_id}
    clock = await clock_of(now, property_id)
    return RightsCase(
        found,
        await now.rows(RightsLine, SQL["lines"], place),
        await now.rows(RightsAct, SQL["acts"], place),
        await now.rows(RightsLetter, SQL["letters"], place),
        clock.days_left(found.due_at, found.now_at),
        bool((await now.dicts(SQL["need_second"], place))[0]["is_needed"]),
        await now.rows(Concerned, SQL["concerned"], place),
    )


def asked_of(lines: Iterable[RightsLine], groups: int) -> dict[str, int]:
    """Return what is done about these field groups that whoever else holds them must hear of, each with its groups."""
    found: dict[str, int] = {}
    for line in lines:
        if line.what.startswith("group.") and line.disposition in TOLD_OF and line.groups & groups:
            found[line.disposition] = found.get(line.disposition, 0) | (line.groups & groups)
    return {each: found[each] for each in TOLD_OF if each in found}


async def identify(office: Office, who: OnDuty, number: str, act_id: bytes, how: str) -> RightsDone | ActRefusal:
    """Say how whoever asks was identified. Refusals: `not_yours`, `not_found`, `rights_state`, `rights_identity`."""

    async def do(now: Statements, case: RightsCase) -> None:
        if case.request.state != "received":
            raise RefusedError("rights_state")
        if how not in IDENTITY[case.request.asked_by] or how == "signed_in":
            raise RefusedError("rights_identity")
        await step(now, who.property_id, case.request.case_id, "identified", how=how, staff_id=who.staff_id)
        await noted(now, who.property_id, case.request.case_id, "identity", who.staff_id, act_id, how)

    return await acted(office, who, TAKERS, number, act_id, do)


async def prolong(office: Office, who: OnDuty, number: str, act_id: bytes, words: str) -> RightsDone | ActRefusal:
    """Take two months more, once, where the clock is the GDPR's; the guest is told why.

    Refusals: `not_yours`, `not_found`, `rights_state`, `rights_no_longer`, `words`, `words_number`.
    """
    if wrong := fault_of(words, at_least=3):
        return ActRefusal(wrong)

    async def do(now: Statements, case: RightsCase) -> None:
        request = case.request
        if not request.is_open:
            raise RefusedError("rights_state")
        if request.clock != "gdpr" or any(act.act == "prolonged" for act in case.acts):
            raise RefusedError("rights_no_longer")
        clock = await clock_of(now, who.property_id)
        due_at = type(clock)(clock.time_zone, "own", None, 1 + PROLONGED_MONTHS).due_at(request.received_at)
        params = {"property_id": who.property_id, "case_id": request.case_id, "due_at": due_at}
        await now.run(SQL["prolong"], params)
        await now.run(SQL["due"], params)
        await noted(now, who.property_id, request.case_id, "prolonged", who.staff_id, act_id, one_line(words))

    return await acted(office, who, WORKERS, number, act_id, do)


async def withdraw(
    office: Office, property_id: bytes, number: str, act_id: bytes, *, guest_id: bytes | None = None,
    who: OnDuty | None = None,
) -> RightsDone | ActRefusal:
    """End a request that is wanted no longer: by the guest on their own pages, or by staff for a guest who said so.

    Refusals: `not_found`, `not_yours`, `rights_state` once it is carried out or answered.
    """

    async def do(now: Statements, case: RightsCase) -> None:
        if not case.request.is_open or case.request.carried_at is not None:
            raise RefusedError("rights_state")
        await step(now, property_id, case.request.case_id, "withdraw")
        await noted(now, property_id, case.request.case_id, "withdrawn", who.staff_id if who else None, act_id)

    if who is not None:
        return await acted(office, who, TAKERS, number, act_id, do)
    return await _acted(office, property_id, number, act_id, do, guest_id=guest_id)


async def supplement(
    office: Office, property_id: bytes, guest_id: bytes, number: str, act_id: bytes, words: str,
) -> RightsDone | ActRefusal:
    """Add something to one's own request, in a few plain words.

    Refusals: `words`, `words_number`, `not_found`, `rights_state`.
    """
    if wrong := fault_of(words):
        return ActRefusal(wrong)

    async def do(now: Statements, case: RightsCase) -> None:
        if not case.request.is_open:
            raise RefusedError("rights_state")
        await noted(now, property_id, case.request.case_id, "supplemented", None, act_id, one_line(words))

    return await _acted(office, property_id, number, act_id, do, guest_id=guest_id)


async def acted(
    office: Office, who: OnDuty, duties: frozenset[str], number: str, act_id: bytes,
    do: Callable[[Statements, RightsCase], Awaitable[None]],
) -> RightsDone | ActRefusal:
    """Do something once to a request, in a duty that may, while nobody else does."""
    if who.duty not in duties:
        return ActRefusal("not_yours")
    return await _acted(office, who.property_id, number, act_id, do)


async def noted(
    now: Statements, property_id: bytes, case_id: bytes, act: str, staff_id: bytes | None,
    act_id: bytes | None = None, detail: str = "",
) -> None:
    """Keep what was done, for good."""
    await now.run(SQL["act"], {
        "property_id": property_id, "act_id": act_id or secrets.token_bytes(16), "case_id": case_id, "act": act,
        "staff_id": staff_id, "detail": detail,
    })


async def _acted(
    office: Office, property_id: bytes, number: str, act_id: bytes,
    do: Callable[[Statements, RightsCase], Awaitable[None]], *, guest_id: bytes | None = None,
) -> RightsDone | ActRefusal:
    params = {"property_id": property_id, "number": numbers.read(number) or "", "act_id": act_id}
    try:
        async with office.changing() as now:
            await now.dicts(SQL["lock"], params)
            case = await whole(now, property_id, number)
            if case is None or guest_id not in {None, case.request.guest_id}:
                raise RefusedError("not_found")
            done = await now.dicts(SQL["done"], params)
            if done and done[0]["case_id"] != case.request.case_id:
                raise RefusedError("act_id_used")
            if not done:
                await do(now, case)
            return RightsDone(case.request.case_id, case.request.number, is_repeat=bool(done))
    except RefusedError as refused:
        return refused.refusal


async def step(now: Statements, property_id: bytes, case_id: bytes, kind: Step, **more: object) -> None:
    """Move a request on."""
    await now.run(SQL[kind], {"property_id": property_id, "case_id": case_id, **more})
