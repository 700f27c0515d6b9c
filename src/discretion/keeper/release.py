"""Releases: which policy is in force at a property, and that it is one which the right people signed.

Rules:
* The keeper believes no `state`: it verifies bytes, chain and every signature itself, at its start and before a release
  comes into force. What fails is not served, or not activated.
* A tightening is enumerated against its predecessor before it comes into force, and at a start on it.
* It remembers, outside the database, which release was in force last. What comes before that one is never in force
  again: a restored backup or a changed row cannot bring an old policy back.
* A property without any release goes by the policy that the settings name, which is release zero.

Left to others: the entry and the moment (`rounds`), who may sign what (`discretion.policy.release`).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from discretion.keeper.papers import Ask, AskKind, Receipt, Refused
from discretion.keeper.store.database import Uid, uid_or_none
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import PasskeyError, RelyingParty, check_assertion, release_challenge
from discretion.ledger.checkpoint import Verifier
from discretion.ledger.errors import CheckpointError
from discretion.policy.compare import compare
from discretion.policy.load import PolicyError, load_policy
from discretion.policy.release import (
    DEMO,
    PASSKEY,
    Release,
    Signature,
    Signer,
    find_flaws,
    is_announced,
    needs_narrower,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from discretion.keeper.store.database import Database
    from discretion.policy.compare import Comparison
    from discretion.policy.table import Policy

_SQL = queries("policy.sql")
MADE_BY: dict[bytes, Policy] = {}
"""Every policy this process has had in force, by hash: a decision is told in the words of the one that made it."""


class ReleaseError(Exception):
    """A release cannot be in force.

    `code` is `policy_unsigned`, `policy_chain`, `policy_downgraded`, `policy_wide`, `policy_refused`,
    `policy_unannounced` or `witnesses_needed`.
    """

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(f"{code} {why}".strip())
        self.code = code


class InForce(NamedTuple):
    """The policy in force, and the id of its release; no id for release zero."""

    policy: Policy
    release_id: bytes


class _Row(NamedTuple):
    release: Release
    state: str
    proposed_at: int


class Releases:
    """One property's releases, over one connection; what was in force last stands in `remembered`."""

    def __init__(
        self, database: Database, property_id: bytes, remembered: Path, zero: Policy, *, has_witnesses: bool,
        is_demo: bool, notice_hours: int,
    ) -> None:
        self._database = database
        self._property = property_id
        self._remembered = remembered
        self._zero = zero
        self._has_witnesses = has_witnesses
        self._is_demo = is_demo
        self._notice_hours = notice_hours
        self._refused: set[bytes] = set()
        MADE_BY[zero.hash] = zero

    async def in_force(self) -> InForce:
        """Return the policy in force, verified. Errors: `ReleaseError`; as `Database.rows`."""
        rows, signers = await self._read()
        active = [row.release for row in rows.values() if row.state == "active"]
        if not active:
            if self._last() or any(row.state == "superseded" for row in rows.values()):
                raise ReleaseError("policy_downgraded")
            return InForce(self._zero, b"")
        if len(active) > 1:
            raise ReleaseError("policy_chain")
        self._check_chain(active[0], rows, signers)
        policy = await self._loaded(active[0])
        return self.adopt(policy, active[0].release_id)

    async def news(self, release_id: bytes) -> InForce | tuple[Ask, Policy] | None:
        """Return what has changed since `release_id` was in force: another release that is, or the ask to activate one.

        A due release that fails its checks is passed over from then on.
        Errors: `ReleaseError` when what is in force now does not hold; as `Database.rows`.
        """
        ((active, signed),) = await self._database.rows(_SQL["news"], {"p": Uid(self._property)})
        if (active or b"") != release_id:
            return await self.in_force()
        due = next((each for each in signed if each not in self._refused), None)
        if due is None:
            return None
        rows, signers = await self._read()
        release = rows[due].release
        try:
            if release.previous_id != release_id or release.previous != self._hash_of(release_id, rows):
                raise ReleaseError("policy_chain")
            if not is_announced(release, rows[due].proposed_at, self._notice_hours):
                raise ReleaseError("policy_unannounced")
            self._check(release, signers)
            policy = await self._loaded(release)
        except ReleaseError:
            self._refused.add(due)
            raise
        details = (
            ("before", release.previous.hex()), ("policy_release", due.hex()), ("release_kind", release.kind),
            ("sha256", release.hash.hex()),
            ("signed_by", [f"{one.signer_id.hex()}:{one.role}" for one in release.signatures]),
        )
        write = (_SQL["activate"], {"release": Uid(due), "before": uid_or_none(release_id)})
        return Ask(AskKind.POLICY, os.urandom(16), details=details, writes=(write,)), policy

    def adopt(self, policy: Policy, release_id: bytes) -> InForce:
        """Remember that this release is in force from now on."""
        MADE_BY[policy.hash] = policy
        if self._last() != release_id:
            new = self._remembered.with_name(self._remembered.name + ".new")
            number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.write(number, release_id.hex().encode())
            os.fsync(number)
            os.close(number)
            new.rename(self._remembered)
        return InForce(policy, release_id)

    def _last(self) -> bytes:
        try:
            return bytes.fromhex(self._remembered.read_text("ascii"))
        except FileNotFoundError:
            return b""
        except ValueError as error:
            raise ReleaseError("policy_downgraded", "memory") from error

    async def _read(self) -> tuple[dict[bytes, _Row], list[Signer]]:
        place = {"p": Uid(self._property)}
        signatures: dict[bytes, list[Signature]] = {}
        for release_id, *values in await self._database.rows(_SQL["signatures"], place):
            signatures.setdefault(release_id, []).append(Signature(*values))
        rows = {
            row[0]: _Row(release_of(row[:8], signatures.get(row[0], ())), *row[8:])
            for row in await self._database.rows(_SQL["releases"], place)
        }
        return rows, [Signer(*row) for row in await self._database.rows(_SQL["signers"], place)]

    def _hash_of(self, release_id: bytes, rows: Mapping[bytes, _Row]) -> bytes:
        return rows[release_id].release.hash if release_id else self._zero.hash

    def _check(self, release: Release, signers: list[Signer]) -> None:
        flaws = find_flaws(self._property, release, signers, self._is_good)
        if flaws:
            raise ReleaseError("policy_unsigned", " ".join(flaws))

    def _is_good(self, signer: Signer, text: str, signature: Signature) -> bool:
        return self._is_demo if signer.kind == DEMO else is_good(signer, text, signature)

    def _check_chain(self, active: Release, rows: Mapping[bytes, _Row], signers: list[Signer]) -> None:
        """Return only if every release from the active one back is signed and follows the one before it."""
        was_active = {key for key, row in rows.items() if row.state in ("active", "superseded")}
        passed, release = set(), active
        while True:
            self._check(release, signers)
            passed.add(release.release_id)
            if not release.previous_id:
                break
            before = rows.get(release.previous_id)
            if before is None or before.release.hash != release.previous or release.previous_id in passed:
                raise ReleaseError("policy_chain")
            release = before.release
        # Whatever was in force and is not behind the active one came after it.
        if passed != was_active or (self._last() and self._last() not in passed):
            raise ReleaseError("policy_downgraded")

    async def _loaded(self, release: Release) -> Policy:
        try:
            policy = load_policy(release.body)
        except PolicyError as error:
            raise ReleaseError("policy_refused") from error
        if policy.has_witness_first and not self._has_witnesses:
            raise ReleaseError("witnesses_needed")
        if needs_narrower(release):
            params = {"p": Uid(self._property), "hash": release.previous}
            found = await self._database.rows(_SQL["text"], params)
            if not found or hashlib.sha256(found[0][0]).digest() != release.previous:
                raise ReleaseError("policy_chain")
            # On a thread of its own, with policies of its own: look-ups go on meanwhile.
            if not (await asyncio.to_thread(_compared, found[0][0], release.body)).is_narrower:
                raise ReleaseError("policy_wide")
        return policy


def paper_ask(paper: Receipt | Refused) -> Ask:
    """Return the ask behind a paper."""
    return (paper.draft if isinstance(paper, Refused) else paper.committed.draft).judged.facts.ask


def released(ask: Ask) -> bytes:
    """Return the id of the release that an ask brings into force."""
    return bytes.fromhex(str(dict(ask.details)["policy_release"]))


def release_of(row: tuple[Any, ...], signatures: Iterable[Signature] = ()) -> Release:
    """Return the release in a row of eight columns."""
    release_id, policy_hash, body, author, kind, previous, previous_id, activate_at = row
    return Release(
        release_id, policy_hash, body, author, kind, previous, previous_id or b"", activate_at, tuple(signatures),
    )


def is_good(signer: Signer, text: str, signature: Signature) -> bool:
    """Return whether a signature over a text is this signer's. A passkey's is verified as it was when it was made.

    Not checked: whether the signer may sign; see `discretion.policy.release.find_flaws`.
    """
    try:
        if signer.kind == PASSKEY:
            # Its counter only says that it is not the last one again; the nonce and the text say more.
            party, challenge = RelyingParty(signer.rp_id, signer.origin, ""), release_challenge(signature.nonce, text)
            check_assertion(party, signature.signature, challenge, signer.passkey, 0)
        else:
            Verifier("signer", signer.public_key).check(text, signature.signature)
    except (CheckpointError, PasskeyError, ValueError):
        return False
    return True


def _compared(before: bytes, after: bytes) -> Comparison:
    return compare(load_policy(before), load_policy(after))
