"""/watch/policy: the releases of the policy, for those who answer for it: what changes, who signed, how it comes out.

Rules:
* Proposing is the command line's. Signing is done here with a passkey, or there with a key file; the house has no key.
* Whoever is to sign is shown the difference computed now, from the bytes, not the one that the proposal carries.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from discretion.faces.kit.address import Hex
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.policy_words import (
    KINDS,
    STATES,
    as_report,
    check_words,
    difference_lines,
    narrower_line,
    replay_lines,
)
from discretion.faces.kit.seat import Seat
from discretion.faces.kit.verified import VerifiedForm, brought
from discretion.office import releases
from discretion.office.outcome import ActRefusal
from discretion.policy.load import PolicyError
from discretion.wire.exceptions import Action, SignRelease

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.releases import Approvers, ReleaseRow, SignatureLine


class WithdrawForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An act without words."""

    request_id: Hex


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """What one check found, in words."""

    text: str
    tried: int
    is_passed: bool
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownRelease:
    """One release in words."""

    row: ReleaseRow
    state: str
    kind: str
    signatures: tuple[SignatureLine, ...]
    difference: tuple[str, ...]
    narrower: str
    replay: tuple[str, ...]
    checks: tuple[ShownCheck, ...]
    lacks: bool


@dataclass(frozen=True, slots=True)
class ShownApprovers:
    """One approval of a text: what it says, and how many people here may give it."""

    text: str
    found: Approvers


@get("/watch/policy")
async def releases_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show every release, newest first."""
    seat.require(Permission.POLICY_READ)
    found = await releases.in_force(seat.office, seat.property_id, seat.settings.starting_policy)
    rows, signatures = await releases.releases(seat.office, seat.property_id)
    texts = await releases.texts(seat.office, seat.property_id)
    return seat.page(
        "releases.html", here="/watch/policy", found=found, policy_hash=found.hash.hex(),
        approvers=await _approvers(seat, found.body),
        items=[_shown(seat, row, signatures, texts.get(row.hash, b""), row.carried.get("difference")) for row in rows],
    )


@get("/watch/policy/{release:str}")
async def release_page(seat: NamedDependency[Seat], release: FromPath[str]) -> Response[bytes]:
    """Show one release with what it changes, computed now, and the form that signs it."""
    seat.require(Permission.POLICY_READ)
    return await _release_page(seat, release)


@get("/watch/policy/{release:str}/text", media_type="text/plain")
async def release_text(seat: NamedDependency[Seat], release: FromPath[str]) -> Response[bytes]:
    """Return the exact bytes that are signed."""
    seat.require(Permission.POLICY_READ)
    row, _, body, _ = await _found(seat, release)
    name = f"policy-release-{row.number}.toml"
    return Response(
        body, media_type="text/plain; charset=utf-8", headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@post("/watch/policy/{release:str}/sign")
async def sign(seat: NamedDependency[Seat], release: FromPath[str]) -> Response[bytes]:
    """Sign a release, over a passkey whose challenge is made of it."""
    seat.require(Permission.POLICY_SIGN)
    row, *_ = await _found(seat, release)
    form = (await seat.form(VerifiedForm)).value
    if form is None:
        raise MalformedFormError("a signature")
    proof = await brought(seat, Action("sign_release", row.release_id), form)
    await seat.means.hatches.ask(SignRelease(
        ticket=seat.ticket, request_id=bytes.fromhex(form.request_id), release_id=row.release_id,
        challenge_id=proof.challenge_id, assertion=proof.assertion,
    ))  # fmt: skip
    return seat.onward(f"/watch/policy/{row.number}?said=release_signed")


@post("/watch/policy/{release:str}/withdraw")
async def withdraw(seat: NamedDependency[Seat], release: FromPath[str]) -> Response[bytes]:
    """Take a release back before it is in force."""
    seat.require(Permission.POLICY_SIGN)
    row, *_ = await _found(seat, release)
    if (await seat.form(WithdrawForm)).value is None:
        raise MalformedFormError("a withdrawal")
    if isinstance(await releases.withdraw(seat.office, seat.property_id, row), ActRefusal):
        raise KeeperFailedError("too_late")
    return seat.onward(f"/watch/policy/{row.number}?said=release_withdrawn")


async def _release_page(seat: Seat, release: str) -> Response[bytes]:
    row, signatures, body, before = await _found(seat, release)
    known = await releases.signers(seat.office, seat.property_id)
    is_whole = hashlib.sha256(body).digest() == row.hash and hashlib.sha256(before).digest() == row.previous
    difference = None
    if is_whole:
        # On a thread of its own: other pages go on meanwhile.
        difference = as_report(await asyncio.to_thread(releases.difference, before, body))
    why_not = releases.why_not(
        row, signatures, known, seat.person.staff_id, seat.person.duty, is_demo=seat.person.is_demo,
    )
    return seat.page(
        "release.html", here="/watch/policy", item=_shown(seat, row, signatures, body, difference), is_whole=is_whole,
        why_not=why_not, may_sign=seat.may(Permission.POLICY_SIGN), approvers=await _approvers(seat, body),
    )


async def _found(seat: Seat, release: str) -> tuple[ReleaseRow, tuple[SignatureLine, ...], bytes, bytes]:
    rows, signatures = await releases.releases(seat.office, seat.property_id)
    row = next((each for each in rows if str(each.number) == release), None)
    if row is None:
        raise NotFoundException
    texts = await releases.texts(seat.office, seat.property_id)
    own = tuple(each for each in signatures if each.release_id == row.release_id)
    return row, own, texts.get(row.hash, b""), texts.get(row.previous, b"")


async def _approvers(seat: Seat, body: bytes) -> list[ShownApprovers]:
    """Return how many people here may give each approval of a text; nothing where it does not load."""
    try:
        policy = releases.loaded(body)
    except PolicyError:
        return []
    lang = "zh" if seat.language == "zh_Hans" else "en"
    found = await releases.approvers(seat.office, seat.property_id, policy)
    return [ShownApprovers(policy.fact_text(one.fact, lang), one) for one in found]


def _shown(
    seat: Seat, row: ReleaseRow, signatures: tuple[SignatureLine, ...], body: bytes,
    difference: Mapping[str, object] | None,
) -> ShownRelease:
    words, carried = seat.words, row.carried
    try:
        policy = releases.loaded(body)
    except PolicyError:
        policy = None
    replayed = carried.get("replay")
    own = tuple(each for each in signatures if each.release_id == row.release_id)
    return ShownRelease(
        row, words.gettext(STATES[row.state]), words.gettext(KINDS[row.kind]), own,
        tuple(difference_lines(words, seat.language, difference, policy)) if difference else (),
        narrower_line(words, difference) if difference else "",
        tuple(replay_lines(words, replayed)) if replayed else (),
        tuple(
            ShownCheck(check_words(words, each["check"]), each["tried"], each["passed"], tuple(each["findings"]))
            for each in carried.get("checks", ())
        ),
        lacks=row.state == "proposed" and releases.lacks(row, own),
    )
