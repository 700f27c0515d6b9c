"""Consents: what guests said, to which exact words, and what holds now. Nothing said is ever overwritten.

Rules:
* Each is one act with its evidence: the guest's own visit, a tablet handed over, or a signed paper with its number.
* Withdrawing takes the same one step as giving. It never fails because words have changed meanwhile.
* Both are facts that decisions rest on: the keeper enters the change first, so the next look-up knows it.
* The database records, and refuses: a visit of somebody else, a minor's marketing, a child without a guardian.

Left to others: the words (`consent_texts`), what a consent opens (the policy), how old somebody is (the record).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from discretion.hotel.consent import Channel, ConsentKind
from discretion.office import consent_texts
from discretion.office.free_words import holds_a_number
from discretion.office.outcome import ActRefusal, Done, RefusedError
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.office.consent_texts import Words
    from discretion.office.database import Office, Statements

_SQL: Final = queries("consents.sql")
_PAPER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]{2,39}")
SIGNED_BACK: Final = timedelta(days=366)
_REPEAT: Final = "repeat"


@dataclass(frozen=True, slots=True)
class By:
    """Through whose hand it comes: the session it is said in, and the member of staff who records it, if any does."""

    property_id: bytes
    session_id: bytes
    staff_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a guest said to the words of `version` in `language`: yes, or no more.

    `guardian` says who decided for a child: `parent`, `other_guardian`, "" where the guest decides. Of a signed paper:
    its number and its date.
    """

    consent_id: bytes
    guest_id: bytes
    kind: ConsentKind
    given: bool
    version: str
    language: Literal["zh_Hans", "en"]
    channel: Channel
    guardian: str = ""
    paper: str = ""
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """A guest's last word on one consent. `guardian` as in `Answer`."""

    guest_id: bytes
    kind: str
    given: bool
    at: datetime
    version: str
    language: str
    channel: str
    guardian: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a guest's history, with the words it was said to."""

    consent_id: bytes
    kind: str
    given: bool
    at: datetime
    version: str
    language: str
    hash: bytes
    channel: str
    paper: str
    signed_on: date | None
    guardian: str
    title: str
    words: str
    effect: str
    staff_name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A consent as somebody may decide it: the words in force in their language, and what was said last.

    `words` is None for one that is not offered any more and can only be withdrawn.
    """

    kind: ConsentKind
    words: Words | None
    last: Current | None

    @property
    def is_given(self) -> bool:
        """Whether it holds now."""
        return self.last is not None and self.last.given

    @property
    def has_new_words(self) -> bool:
        """Whether it was given to words that have changed since."""
        return self.is_given and self.words is not None and self.last is not None \
            and self.last.version != self.words.version


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What stands beside a record. Restrictions are `restriction`, at the guest's request, and `hold`, by law."""

    choices: tuple[Choice, ...]
    restrictions: tuple[str, ...]


async def current(now: Statements, property_id: bytes, guest_ids: Sequence[bytes]) -> dict[bytes, tuple[Current, ...]]:
    """Return the last word on each consent, by guest; nothing of a guest who never said anything."""
    found: dict[bytes, tuple[Current, ...]] = {}
    for row in await now.rows(Current, _SQL["current"], {
        "property_id": property_id, "guest_ids": list(guest_ids), "kinds": [str(kind) for kind in ConsentKind],
    }):
        found[row.guest_id] = (*found.get(row.guest_id, ()), row)
    return found


async def choices(office: Office, property_id: bytes, guest_id: bytes, language: str) -> tuple[Choice, ...]:
    """Return what a guest may decide, in the order of pages: what is offered, and what was given before."""
    async with office.reading() as now:
        return await _choices(now, property_id, guest_id, language)


async def on_record(office: Office, property_id: bytes, guest_id: bytes, language: str) -> OnRecord:
    """Return what stands beside a guest's record: what they decided, and what restricts its use."""
    async with office.reading() as now:
        rows = await now.dicts(_SQL["restrictions"], {"property_id": property_id, "guest_id": guest_id})
        return OnRecord(
            await _choices(now, property_id, guest_id, language), tuple(row["kind"] for row in rows),
        )


async def history(office: Office, property_id: bytes, guest_id: bytes) -> tuple[Event, ...]:
    """Return everything a guest said, newest first."""
    async with office.reading() as now:
        return await now.rows(Event, _SQL["history"], {"property_id": property_id, "guest_id": guest_id})


async def is_guest(office: Office, property_id: bytes, guest_id: bytes) -> bool:
    """Return whether there is such a guest here."""
    async with office.reading() as now:
        return bool(await now.dicts(_SQL["guest"], {"property_id": property_id, "guest_id": guest_id}))


async def record(office: Office, by: By, answer: Answer) -> Done | ActRefusal:
    """Write down what a guest said. The same id twice is one act.

    Refusals: `paper`, `paper_date`; of the database: `session` for a visit or sign-in that is over or somebody else's,
    `not_found`, `text_changed`, `nothing_changed`, `minor`, `age_unknown`, `guardian_needed`, `guardian_of_adult`,
    `act_id_used`.
    """
    if wrong := _fault(answer):
        return ActRefusal(wrong)
    try:
        async with office.changing() as now:
            if answer.given:
                await consent_texts.write_packaged(now, by.property_id, answer.kind)
            ((row),) = await now.dicts(_SQL["record"], _row(by, answer))
            if row["fault"] not in {"", _REPEAT}:
                raise RefusedError(row["fault"])
            return Done(answer.consent_id, is_repeat=row["fault"] == _REPEAT)
    except RefusedError as refused:
        return refused.refusal


async def _choices(now: Statements, property_id: bytes, guest_id: bytes, language: str) -> tuple[Choice, ...]:
    words = await consent_texts.in_force(now, property_id)
    said = {each.kind: each for each in (await current(now, property_id, [guest_id])).get(guest_id, ())}
    every = (Choice(kind, words.get((kind, language)), said.get(kind)) for kind in ConsentKind)
    return tuple(each for each in every if each.words is not None or each.last is not None)


def _fault(answer: Answer) -> str:
    if answer.channel is not Channel.DESK_PAPER:
        return ""
    if not _PAPER.fullmatch(answer.paper) or holds_a_number(answer.paper):
        return "paper"
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # it may be tomorrow at the hotel
    if answer.signed_on is None or not tomorrow - SIGNED_BACK <= answer.signed_on <= tomorrow:
        return "paper_date"
    return ""


def _row(by: By, answer: Answer) -> Mapping[str, object]:
    return {
        "property_id": by.property_id, "session_id": by.session_id, "staff_id": by.staff_id,
        "consent_id": answer.consent_id, "guest_id": answer.guest_id, "kind": str(answer.kind), "given": answer.given,
        "version": answer.version, "language": answer.language, "channel": str(answer.channel),
        "guardian": answer.guardian, "paper": answer.paper, "signed_on": answer.signed_on,
    }
