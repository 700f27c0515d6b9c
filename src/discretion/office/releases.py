"""Releases of the policy: proposed, signed and withdrawn here, and what the one in force says, for pages and people.

Rules:
* The office brings nothing into force: it keeps what people propose and sign, and the keeper verifies all of it anew.
* This is the one place outside the keeper's answer that asks what the policy decides: to compare and to explain, about
  nobody in particular (decision 0018).

Left to others: keys of signers (the operator's keeper), words for people (the faces).
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import psycopg

from discretion.ledger.checkpoint import Verifier
from discretion.ledger.errors import CheckpointError
from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries
from discretion.policy.checks import Check
from discretion.policy.compare import compare
from discretion.policy.decide import decide
from discretion.policy.explain import explain
from discretion.policy.load import load_policy
from discretion.policy.release import DEMO, KEY_FILE, Release, Signature, is_announced, is_signed, statement
from discretion.policy.situations import Cell, filled_cells, mask_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from discretion.office.database import Office
    from discretion.policy.compare import Comparison
    from discretion.policy.decision import Decision
    from discretion.policy.table import Policy

NOTE_CHARACTERS_MAX = 500
_SAVING_SECONDS = 60  # until a proposal is kept, from whose moment the keeper counts
_SQL = queries("releases.sql")


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature, with whose it is."""

    release_id: bytes
    signer_id: bytes
    name: str
    as_role: str
    public_key: bytes
    signature: bytes
    at: datetime
    key_kind: str


@dataclass(frozen=True, slots=True)
class Approvers:
    """How many people may give one approval at a hotel today, and how many it takes: one more than its votes."""

    fact: str
    roles: tuple[str, ...]
    able: int
    needed: int


@dataclass(frozen=True, slots=True)
class SignerLine:
    """One registered key; `ended_at` None = it may sign."""

    public_key: bytes
    signer_id: bytes
    number: str
    name: str
    role: str
    at: datetime
    ended_at: datetime | None
    key_kind: str


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One release as the table has it; `report` is what its proposal carried, as JSON."""

    release_id: bytes
    number: int
    hash: bytes
    author_id: bytes
    author: str
    kind: str
    engine: str
    previous: bytes
    previous_id: bytes | None
    activate_at: datetime
    note: str
    report: str
    state: str
    at: datetime
    activated_at: datetime | None
    ended_at: datetime | None

    @property
    def carried(self) -> dict[str, Any]:
        """The report, read."""
        found: dict[str, Any] = json.loads(self.report)
        return found

    def release(self, signatures: Iterable[SignatureLine] = (), body: bytes = b"") -> Release:
        """The release as the policy's own part knows it."""
        return Release(
            self.release_id, self.hash, body, self.author_id, self.kind, self.previous, self.previous_id or b"",
            int(self.activate_at.timestamp()),
            tuple(Signature(one.signer_id, one.as_role, one.public_key, one.signature) for one in signatures
                  if one.release_id == self.release_id),
        )


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force: its exact bytes, since when, and in which roles people signed it.

    Release zero, which the keeper was started with, has number 0, no id, no time and no signatures.
    """

    number: int
    release_id: bytes
    hash: bytes
    body: bytes
    since: datetime | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Active:
    release_id: bytes
    number: int
    hash: bytes
    body: bytes
    activated_at: datetime
    roles: list[str]


@dataclass(frozen=True, slots=True)
class Coming:
    """A release that is signed and waits: its number, its moment, what it follows, and its exact bytes."""

    number: int
    kind: str
    activate_at: datetime
    previous: bytes
    hash: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class NewRelease:
    """A proposal. `activate_at` is a whole second; `report` is JSON."""

    release_id: bytes
    body: bytes
    author_id: bytes
    kind: str
    engine: str
    activate_at: datetime
    note: str
    report: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the policy says of one situation, about nobody in particular; `lines` are its sentences."""

    decision: Decision
    lines: tuple[str, ...]


def starting_text(configured: Path | None) -> bytes:
    """Return the policy the keeper is started with: the settings' file, or that of this version. Errors: `OSError`."""
    source = configured or files("discretion.policy").joinpath("policy.toml")
    return source.read_bytes()


@lru_cache(maxsize=8)
def loaded(body: bytes) -> Policy:
    """Return the policy in these bytes. Errors: `PolicyError`."""
    return load_policy(body)


async def in_force(office: Office, property_id: bytes, zero: bytes) -> InForce:
    """Return what is in force at a property; `zero` is the text the keeper was started with."""
    async with office.reading() as now:
        row = await now.row(_Active, _SQL["active"], {"property_id": property_id})
    if row is None:
        return InForce(0, b"", hashlib.sha256(zero).digest(), zero, None, ())
    return InForce(row.number, row.release_id, row.hash, row.body, row.activated_at, tuple(row.roles))


async def coming(office: Office, property_id: bytes) -> Coming | None:
    """Return the release that is signed and comes next into force."""
    async with office.reading() as now:
        return await now.row(Coming, _SQL["coming"], {"property_id": property_id})


async def releases(office: Office, property_id: bytes) -> tuple[tuple[ReleaseRow, ...], tuple[SignatureLine, ...]]:
    """Return every release, newest first, and the signatures of them all."""
    async with office.reading() as now:
        rows = await now.rows(ReleaseRow, _SQL["releases"], {"property_id": property_id})
        return rows, await now.rows(SignatureLine, _SQL["signatures"], {"property_id": property_id})


async def signers(office: Office, property_id: bytes) -> tuple[SignerLine, ...]:
    """Return the registered keys, oldest first."""
    async with office.reading() as now:
        return await now.rows(SignerLine, _SQL["signers"], {"property_id": property_id})


async def texts(office: Office, property_id: bytes) -> dict[bytes, bytes]:
    """Return the exact bytes of every policy that was ever proposed here, or was in force then, by hash."""
    async with office.reading() as now:
        return {row["hash"]: row["body"] for row in await now.dicts(_SQL["texts"], {"property_id": property_id})}


@lru_cache(maxsize=8)
def difference(before: bytes, after: bytes) -> Comparison:
    """Return what one text shows that another does not. Cost: about a second at first. Errors: `PolicyError`."""
    return compare(loaded(before), loaded(after))


async def propose(
    office: Office, property_id: bytes, new: NewRelease, before: InForce, notice_hours: int = 0,
) -> int | ActRefusal:
    """Keep a proposal and return its number.

    Refusals: `release_note`, `release_same`, `release_soon` (less than the notice before its moment), `release_taken`.
    Not checked: what the proposal carries; whoever signs reads it.
    """
    asked = Release(
        new.release_id, b"", b"", new.author_id, new.kind, before.hash, before.release_id,
        int(new.activate_at.timestamp()),
    )
    if not is_announced(asked, int(time.time()) + _SAVING_SECONDS, notice_hours):
        return ActRefusal("release_soon", {"hours": str(notice_hours)})
    if not is_plain(new.note, NOTE_CHARACTERS_MAX):
        return ActRefusal("release_note")
    policy_hash = hashlib.sha256(new.body).digest()
    if policy_hash == before.hash:
        return ActRefusal("release_same")
    place = {"property_id": property_id}
    try:
        async with office.changing() as now:
            for body in (before.body, new.body):
                await now.run(_SQL["put_text"], {**place, "body": body.hex()})
            (row,) = await now.dicts(_SQL["propose"], {
                **place, "release_id": new.release_id, "hash": policy_hash.hex(), "author_id": new.author_id,
                "kind": new.kind, "engine": new.engine, "previous": before.hash.hex(),
                "previous_id": before.release_id or None, "activate_at": new.activate_at, "note": new.note.strip(),
                "report": new.report,
            })
    except psycopg.IntegrityError:
        return ActRefusal("release_taken")  # another was proposed in the same moment, or its author is nobody here
    return int(row["number"])


async def sign(office: Office, property_id: bytes, row: ReleaseRow, signature: Signature) -> Done | ActRefusal:
    """Keep one signature.

    Refusals: `release_signature` (not over this release), `release_signer` (may not sign it), `release_signed` (has
    signed it already).
    """
    if not is_good(property_id, row.release(), signature):
        return ActRefusal("release_signature")
    try:
        async with office.changing() as now:
            await now.run(_SQL["sign"], {
                "property_id": property_id, "release_id": row.release_id, "signer_id": signature.signer_id,
                "as_role": signature.role, "public_key": signature.public_key.hex(),
                "signature": signature.signature.hex(),
            })
    except psycopg.errors.InsufficientPrivilege:
        return ActRefusal("release_signer")
    except psycopg.IntegrityError:
        return ActRefusal("release_signed")
    return Done(row.release_id, is_repeat=False)


async def withdraw(office: Office, property_id: bytes, row: ReleaseRow) -> Done | ActRefusal:
    """Take a release back that is not in force yet. Refusals: `release_late`."""
    async with office.changing() as now:
        (found,) = await now.dicts(
            _SQL["withdraw"], {"property_id": property_id, "release_id": row.release_id},
        )
    return Done(row.release_id, is_repeat=False) if found["withdrawn"] else ActRefusal("release_late")


async def approvers(office: Office, property_id: bytes, policy: Policy) -> tuple[Approvers, ...]:
    """Return for each approval of a policy how many people here may give it today."""
    async with office.reading() as now:
        people = await now.dicts(_SQL["approvers"], {"property_id": property_id})
    return tuple(
        Approvers(
            name, tuple(fact.by), len({row["staff_id"] for row in people if row["role"] in fact.by}),
            (fact.quorum or 1) + 1,
        )
        for name, fact in policy.rules.facts.items() if fact.kind == "approval"
    )


async def check_approvers(office: Office, property_id: bytes, policy: Policy) -> Check:
    """Say for which approvals too few people hold a role that may give them here: one more than it takes.

    Advice: another hotel's officer may be meant. Source: policy.md, section 3, rule 9.
    """
    found = await approvers(office, property_id, policy)
    findings = tuple(f"{one.fact}: {one.able} < {one.needed}" for one in found if one.able < one.needed)
    return Check("approvers", len(found), findings, is_advice=True)


def why_not(
    row: ReleaseRow, signatures: Iterable[SignatureLine], known: Iterable[SignerLine], staff_id: bytes, duty: str,
    *, is_demo: bool,
) -> str:
    """Return why somebody cannot sign a release by passkey, in a code; empty where they can.

    Codes: `over`, `author`, `signed`, `unregistered`. What is drawn only: keeper and tables refuse for themselves.
    """
    if row.state not in ("proposed", "signed"):
        return "over"
    if row.author_id == staff_id:
        return "author"
    if any(one.signer_id == staff_id and one.release_id == row.release_id for one in signatures):
        return "signed"
    own = [one for one in known if one.signer_id == staff_id and one.role == duty and one.ended_at is None]
    return "" if is_demo or any(one.key_kind not in (KEY_FILE, DEMO) for one in own) else "unregistered"


def is_good(property_id: bytes, release: Release, signature: Signature) -> bool:
    """Return whether a signature is over this release. Not checked: whether its key may sign."""
    try:
        Verifier("signer", signature.public_key).check(statement(property_id, release), signature.signature)
    except (CheckpointError, ValueError):
        return False
    return True


def lacks(row: ReleaseRow, signatures: Iterable[SignatureLine]) -> bool:
    """Return whether a release still lacks signatures."""
    return not is_signed(row.release(signatures))


def answer(policy: Policy, cell: Cell, facts: Iterable[str], language: str) -> Answer:
    """Return what the policy says of a situation, with its sentences in `zh` or `en`."""
    decision = decide(policy, *cell, mask_of(policy, facts))
    return Answer(decision, tuple(explain(policy, decision, language)))


def most(policy: Policy) -> Mapping[tuple[str, str], tuple[int, int, int, int]]:
    """Return the most that each purpose and role may come to see, over all guests: clear and masked, at once and later.

    At once: every condition of duty, stay, case and consent holds; later: also a passkey verified anew and every
    approval. Purposes and roles that never see anything are left out.
    """
    supports = [name for name, fact in policy.rules.facts.items() if fact.kind == "support"] + ["passkey"]
    opened = [name for name, fact in policy.rules.facts.items() if fact.kind != "restriction"]
    found: dict[tuple[str, str], tuple[int, int, int, int]] = {}
    for cell in filled_cells(policy):
        at_once = decide(policy, *cell, mask_of(policy, supports))
        later = decide(policy, *cell, mask_of(policy, opened))
        before = found.get(cell[:2], (0, 0, 0, 0))
        clear, later_clear = before[0] | at_once.clear, before[2] | later.clear
        found[cell[:2]] = (
            clear, (before[1] | at_once.masked) & ~clear, later_clear, (before[3] | later.masked) & ~later_clear,
        )
    return found
