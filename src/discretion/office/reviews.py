"""Reviews of look-ups: the queue, what stood around a look-up, verdicts, and what the person says of it.

Rules:
* Nobody judges their own look-up, nor one they approved; a trigger that the office cannot disable says so again.
* A verdict stands in the ledger as a code; the words of it stand in the review.
* What is read here are ids, codes and numbers of stays: no guest is named, and who must not be known to be in the
  house has no stay here either.

Left to others: which look-ups come here (the watch), who may open the pages (the faces).
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg

from discretion.hotel import number as review_number
from discretion.hotel.purpose import Role
from discretion.office.locks import NewLock, add_lock
from discretion.office.outcome import ActRefusal, Done, RefusedError
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office, Statements

_SQL = queries("reviews.sql")
LINES_ON_PAGE: Final = 50
WORDS_MAX: Final = 500
EXPLAIN: Final = "explain"
VERDICTS: Final = ("justified", "too_broad", EXPLAIN, "unjustified")
_PAGES_MAX: Final = 40  # a queue is worked on from its top; further down a query leads
_REVIEWERS: Final = frozenset({Role.SECURITY, Role.PRIVACY, Role.DUTY_MANAGER, Role.GENERAL_MANAGER})
_LEADS: Final = frozenset({Role.DUTY_MANAGER, Role.GENERAL_MANAGER})


@dataclass(frozen=True, slots=True)
class Filter:
    """What a query asks for: what has to fit, and what must not. Empty asks for nothing."""

    staff: list[bytes] = field(default_factory=list)
    not_staff: list[bytes] = field(default_factory=list)
    duties: list[str] = field(default_factory=list)
    not_duties: list[str] = field(default_factory=list)
    purposes: list[str] = field(default_factory=list)
    not_purposes: list[str] = field(default_factory=list)
    groups: int = 0
    not_groups: int = 0
    guests: list[bytes] = field(default_factory=list)
    not_guests: list[bytes] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    not_signals: list[str] = field(default_factory=list)
    from_at: list[datetime] = field(default_factory=list)
    until_at: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """One look-up of the queue, with who looked."""

    review_id: bytes
    number: str
    at: datetime
    staff_id: bytes
    name: str
    staff_number: str
    duty: str
    guest_id: bytes
    kind: str
    purpose: str
    clear: int
    masked: int
    relation: str
    reason_given: str
    explained: str
    why: str
    due_at: datetime
    state: str
    escalated: int
    verdict: str
    is_said: bool
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Review(Line):
    """One review in full."""

    entry_idx: int | None
    emergency_id: bytes | None
    request_id: bytes | None
    session_id: bytes | None
    rules: list[str]
    obligations: list[str]
    reference: str
    has_reference: bool
    subject_id: bytes | None
    made_at: datetime
    guest_due_at: datetime | None
    said: str
    said_at: datetime | None
    asked_by: bytes | None
    asked_at: datetime | None
    verdict_by: bytes | None
    closed_at: datetime | None
    guest_zh: str
    guest_en: str
    note: str
    case_id: bytes | None
    case_number: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits, and for what."""

    waiting: int
    overdue: int
    emergencies: int
    ruled: int
    unexplained: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Week:
    """The last seven days: reviews closed, look-ups, and how many of these nothing explained."""

    reviewed: int
    look_ups: int
    unexplained: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the queue or of what is closed; `total` is how many wait and fit, 0 where that is not counted."""

    lines: tuple[Line, ...]
    page: int
    pages: int
    total: int
    counts: Counts
    week: Week


@dataclass(frozen=True, slots=True)
class Around:
    """What stood around a look-up, each as rows by column name; empty where there was nothing."""

    stays: list[dict[str, Any]]
    shift: list[dict[str, Any]]
    presence: list[dict[str, Any]]
    footage: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    acts: list[dict[str, Any]]
    votes: list[dict[str, Any]]
    emergency: dict[str, Any] | None
    verdicts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class NewVerdict:
    """A verdict as it is given; `verdict_id` makes it one, however often it is sent."""

    verdict_id: bytes
    number: str
    by_id: bytes
    as_role: str
    verdict: str
    guest_zh: str
    guest_en: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Count:
    count: int


async def queue(office: Office, property_id: bytes, fits: Filter, page: int, *, is_closed: bool = False) -> Page:
    """Return one page, in the order in which it is to be worked on; of closed ones the newest first."""
    page = min(max(page, 1), _PAGES_MAX)
    params = {
        "property_id": property_id, **asdict(fits), "most": LINES_ON_PAGE, "skip": (page - 1) * LINES_ON_PAGE,
        "counted": LINES_ON_PAGE * _PAGES_MAX, "now": datetime.now(UTC),
    }
    async with office.reading() as now:
        counts = await now.row(Counts, _SQL["counts"], params)
        week = await now.row(Week, _SQL["week"], params)
        lines = await now.rows(Line, _SQL["closed" if is_closed else "queue"], params)
        total = 0 if is_closed else await _total(now, fits, params, counts)
    if counts is None or week is None:
        raise TypeError
    pages = page + (len(lines) == LINES_ON_PAGE) if is_closed else max(1, -(-total // LINES_ON_PAGE))
    return Page(lines, page, min(pages, _PAGES_MAX), total, counts, week)


async def _total(now: Statements, fits: Filter, params: dict[str, Any], counts: Counts | None) -> int:
    if fits == Filter() and counts is not None:
        return counts.waiting
    found = await now.row(_Count, _SQL["fitting"], params)
    return found.count if found else 0


async def review_of(office: Office, property_id: bytes, number: str) -> Review | None:
    """Return one review of this property, None for any other number."""
    async with office.reading() as now:
        return await now.row(Review, _SQL["by_number"], {"property_id": property_id, "number": number})


async def around(office: Office, property_id: bytes, review: Review) -> Around:
    """Return what stood around a look-up."""
    params = {
        "property_id": property_id, "review_id": review.review_id, "guest_id": review.guest_id,
        "staff_id": review.staff_id, "at": review.at, "request_id": review.request_id,
        "emergency_id": review.emergency_id,
    }
    async with office.reading() as now:
        found = {
            name: await now.dicts(_SQL[query], params) for name, query in (
                ("stays", "stays"), ("shift", "shift_then"), ("presence", "presence_then"),
                ("footage", "footage_then"),
                ("requests", "requests_then"), ("cases", "cases_then"), ("acts", "acts_then"), ("votes", "votes"),
                ("verdicts", "verdicts"), ("emergency", "emergency"),
            )
        }  # fmt: skip
    return Around(**{**found, "emergency": next(iter(found["emergency"]), None)})  # type: ignore[arg-type]


async def own(office: Office, property_id: bytes, staff_id: bytes) -> tuple[Line, ...]:
    """Return this person's look-ups of the last seven days that want a word: unexplained, “other”, or asked about."""
    async with office.reading() as now:
        return await now.rows(Line, _SQL["own"], {"property_id": property_id, "staff_id": staff_id})


def why_not(review: Review, around_it: Around, by_id: bytes, as_role: str) -> str:
    """Return why this person does not judge this look-up, as a code; empty when they may.

    Source: policy.md, sections 10 and 11.
    """
    if review.staff_id == by_id:
        return "review_own"
    if any(by_id in (vote["approver_id"], vote["for_id"]) for vote in around_it.votes):
        return "review_approver"
    if as_role not in _REVIEWERS:
        return "review_role"
    if review.duty == Role.PRIVACY:
        return "" if as_role == Role.GENERAL_MANAGER else "review_privacy"
    if as_role == Role.DUTY_MANAGER and review.duty in _LEADS:
        return "review_lead"
    return ""


async def give_verdict(office: Office, property_id: bytes, new: NewVerdict) -> Done | ActRefusal:
    """Judge a look-up, or ask the person about it.

    Refusals: `not_found`, `review_closed`, those of `why_not`, `choice`, `review_words` where the guest would read
    nothing.
    """
    review = await review_of(office, property_id, new.number)
    if review is None:
        return ActRefusal("not_found")
    if refused := _refused(review, await around(office, property_id, review), new):
        return ActRefusal(refused)
    params = {"property_id": property_id, **asdict(new), "review_id": review.review_id, "case_id": None}
    try:
        async with office.changing() as now:
            if not await now.run(_SQL["find"], params):
                return Done(new.verdict_id, is_repeat=True)
            await _follow(now, review, params)
    except psycopg.errors.InsufficientPrivilege:
        return ActRefusal("review_role")
    except RefusedError as error:
        return error.refusal
    return Done(new.verdict_id, is_repeat=False)


def _refused(review: Review, around_it: Around, new: NewVerdict) -> str:
    if review.state == "closed":
        return "review_closed"
    if new.verdict not in VERDICTS:
        return "choice"
    texts = (new.guest_zh, new.guest_en)
    if new.verdict != EXPLAIN and not all(is_plain(text, WORDS_MAX) for text in texts):
        return "review_words"
    if new.note and not is_plain(new.note, WORDS_MAX):
        return "review_words"
    return why_not(review, around_it, new.by_id, new.as_role)


async def _follow(now: Statements, review: Review, params: dict[str, Any]) -> None:
    """Do what a verdict brings: a question to the person, a case, the close of the review."""
    if params["verdict"] == EXPLAIN:
        await now.run(_SQL["ask"], params)
        await now.run(_SQL["tell_person"], {**params, "to_staff": review.staff_id, "kind": "review_question"})
        return
    if params["verdict"] == "unjustified":
        params["case_id"] = os.urandom(16)
        case_number = review_number.make("C", os.urandom(8))
        summary = f"{review.number} {review.duty} {review.purpose}"
        await now.run(_SQL["open_case"], {**params, "case_number": case_number, "summary": summary})
        await now.run(_SQL["name_guest"], {**params, "guest_id": review.guest_id})
    if not await now.run(_SQL["close"], params):
        raise RefusedError("review_closed")


async def say(office: Office, property_id: bytes, number: str, staff_id: bytes, words: str) -> Done | ActRefusal:
    """Keep what a person says of their own look-up; whoever asked is told.

    Refusals: `not_found` for anybody else's, `review_words`, `review_said` when it was said or is closed already.
    """
    review = await review_of(office, property_id, number)
    if review is None or review.staff_id != staff_id:
        return ActRefusal("not_found")
    if not is_plain(words, WORDS_MAX):
        return ActRefusal("review_words")
    params = {"property_id": property_id, "review_id": review.review_id, "staff_id": staff_id, "said": words}
    async with office.changing() as now:
        if not await now.run(_SQL["say"], params):
            return ActRefusal("review_said")
        if review.asked_by is not None:
            told = {"to_staff": review.asked_by, "kind": "review_answered", "number": review.number}
            await now.run(_SQL["tell_person"], {**params, **told})
    return Done(review.review_id, is_repeat=False)


async def lock_person(
    office: Office, property_id: bytes, number: str, by_id: bytes, as_role: str, lock_id: bytes,
) -> Done | ActRefusal:
    """Lock the person whose look-up nobody could justify. Refusals: `not_found`, `review_state`, those of `why_not`."""
    review = await review_of(office, property_id, number)
    if review is None:
        return ActRefusal("not_found")
    if review.verdict != "unjustified":
        return ActRefusal("review_state")
    if refused := why_not(review, await around(office, property_id, review), by_id, as_role):
        return ActRefusal(refused)
    return await add_lock(office, property_id, NewLock(lock_id, "staff", review.staff_id, review.number, by_id))


async def approvals_report(
    office: Office, property_id: bytes, from_at: datetime, until_at: datetime,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return pairs who approve each other's requests too often, and who votes without having read."""
    params = {"property_id": property_id, "from_at": from_at, "until_at": until_at}
    async with office.reading() as now:
        return await now.dicts(_SQL["pairs"], params), await now.dicts(_SQL["quick"], params)
