"""Release: a policy file on its way into force, what its signers sign, and whether the signatures suffice.

Rules:
* A signature is over one text that names hotel, release, SHA-256 of the exact bytes, author, kind, predecessor and the
  moment it comes into force. None of it can be another's.
* Two people sign, neither of them the author, one of them a privacy officer. One signature suffices for a tightening
  only, and a tightening shows nothing more than its predecessor in any situation: that is enumerated, not believed.
* Who may sign, with which key, in which role, is what the keeper's operator has registered; nothing a house writes.
* A key is an Ed25519 key, or a passkey: then the challenge its assertion answers is made of this text and a nonce.

Left to others: verifying (given as `verify`), rows (the keeper's and the office's stores), words for people (faces).
Source: policy.md, section 6; decisions 0019, 0036.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

REGULAR, TIGHTENING = "regular", "tightening"
KEY_FILE, PASSKEY, DEMO = "key_file", "passkey", "demo"
SIGNATURES_MIN: Final = {REGULAR: 2, TIGHTENING: 1}
OFFICER: Final = "privacy"
_HEAD = "discretion/policy-release/v1"


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's signature: who, in which role, with which key, and what was made with it.

    Shapes: of an Ed25519 key `public_key` is the key and `signature` 64 bytes; of a passkey they are the key's SHA-256
    and the browser's assertion as JSON, over a challenge with this `nonce` of 16 bytes.
    """

    signer_id: bytes
    role: str
    public_key: bytes
    signature: bytes
    nonce: bytes = b""


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key this is, and the role they sign in, as the operator registered it.

    `passkey` is the key itself, as its authenticator gave it, and `rp_id` and `origin` are what it is bound to.
    """

    signer_id: bytes
    role: str
    public_key: bytes
    kind: str = KEY_FILE
    passkey: bytes = b""
    rp_id: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """One release. `hash` is that of `body`, the exact bytes; `previous` is the hash in force before it.

    Shapes: ids are 16 bytes, `previous_id` is empty after the policy the keeper was started with; `activate_at` is UTC
    seconds.
    """

    release_id: bytes
    hash: bytes
    body: bytes
    author_id: bytes
    kind: str
    previous: bytes
    previous_id: bytes
    activate_at: int
    signatures: tuple[Signature, ...] = ()


def statement(property_id: bytes, release: Release) -> str:
    """The text that signers of this release sign, one `key value` a line."""
    lines = (
        _HEAD,
        f"property {property_id.hex()}",
        f"release {release.release_id.hex()}",
        f"sha256 {release.hash.hex()}",
        f"author {release.author_id.hex()}",
        f"kind {release.kind}",
        f"previous {release.previous.hex()}",
        f"previous-release {release.previous_id.hex() or '-'}",
        f"activate-at {release.activate_at}",
    )
    return "\n".join(lines) + "\n"


def find_flaws(
    property_id: bytes, release: Release, signers: Iterable[Signer],
    verify: Callable[[Signer, str, Signature], bool],
) -> list[str]:
    """Why this release may not come into force, in codes; empty when its bytes are signed as they must be.

    Shapes: `verify` says whether a signature over a text is this signer's; `signers` are the registered ones.
    Codes: `bytes` (not those of the hash), `kind`, `signature`, `signer` (not registered so), `author`, `twice`,
    `too_few`, `no_officer`. Not checked: that a tightening only tightens; see `needs_narrower`.
    """
    if hashlib.sha256(release.body).digest() != release.hash:
        return ["bytes"]
    if release.kind not in SIGNATURES_MIN:
        return ["kind"]
    known = {(one.signer_id, one.role, one.public_key): one for one in signers}
    text = statement(property_id, release)
    flaws = []
    for one in release.signatures:
        signer = known.get((one.signer_id, one.role, one.public_key))
        if signer is None:
            flaws.append("signer")
        if one.signer_id == release.author_id:
            flaws.append("author")
        if signer is not None and not verify(signer, text, one):
            flaws.append("signature")
    people = {one.signer_id for one in release.signatures}
    if len(people) < len(release.signatures) or len({one.public_key for one in release.signatures}) < len(people):
        flaws.append("twice")
    if len(people) < SIGNATURES_MIN[release.kind]:
        flaws.append("too_few")
    if not needs_narrower(release) and not any(one.role == OFFICER for one in release.signatures):
        flaws.append("no_officer")
    return list(dict.fromkeys(flaws))


def is_announced(release: Release, proposed_at: int, notice_hours: int) -> bool:
    """Return whether a release was proposed long enough before its moment. One that shows less needs no notice."""
    return not notice_hours or needs_narrower(release) or release.activate_at - proposed_at >= notice_hours * 3600


def needs_narrower(release: Release) -> bool:
    """Whether this release is good only if it shows nothing more than its predecessor.

    A tightening always is: two signatures do not make another thing of it.
    """
    return release.kind == TIGHTENING


def is_signed(release: Release) -> bool:
    """Whether the number and roles of its signatures suffice. Not checked: any of them."""
    people = {one.signer_id for one in release.signatures} - {release.author_id}
    has_officer = any(one.role == OFFICER for one in release.signatures)
    return len(people) >= SIGNATURES_MIN.get(release.kind, 2) and (has_officer or needs_narrower(release))
