"""The certificate of an erasure in a directory, and checking one with nothing but the ledger's key.

Rules:
* What the certificate says is what the entry commits to: the leaf is made of it again.

Left to others: what stands in the files (`kit.certificate`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from discretion.faces.kit.certificate import CERTIFICATE, ENTRY, FORMAT, PROOF, files_of
from discretion.hotel.purpose import FIELD_GROUPS
from discretion.ledger.errors import LedgerError
from discretion.ledger.leaf import commit, commitments_of
from discretion.ledger.proof_file import check_proof, read_proof
from discretion.ledger.trust import Trust

if TYPE_CHECKING:
    from pathlib import Path

    from discretion.wire.erasure import ErasureProof


class _Part(Struct, frozen=True, forbid_unknown_fields=True):
    salt: str
    text: str


class _Certificate(Struct, frozen=True):
    format: str
    order: str
    context: _Part


class _Context(Struct, frozen=True):
    kind: str
    order: str
    erased: str
    erased_key: str
    groups: int
    why: str


def write(directory: Path, code: str, order_id: bytes, found: ErasureProof) -> None:
    """Write the files. Errors: `OSError`."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, body in files_of(code, order_id, found).items():
        (directory / name).write_bytes(body)


def check(directory: Path, key: Path) -> dict[str, object]:
    """Return what a certificate proves under `key`; `problem` is "" when all of it holds.

    Shapes: `problem` is `file` (not whole), `proof` (the entry is not in that ledger), `entry` (it says
    something else).
    """
    found: dict[str, object] = {"problem": "", "entry": -1, "erased_key": "", "groups": "", "why": ""}
    try:
        said = msgspec.json.decode((directory / CERTIFICATE).read_bytes(), type=_Certificate)
        leaf, proof = (directory / ENTRY).read_bytes(), (directory / PROOF).read_text("utf-8")
        salt, text = bytes.fromhex(said.context.salt), said.context.text.encode()
        context = msgspec.json.decode(text, type=_Context)
    except (OSError, ValueError, msgspec.DecodeError):
        return {**found, "problem": "file"}
    try:
        check_proof(proof, leaf, Trust.of_key(key.read_text("ascii").strip()))
        entry = read_proof(proof).proof.index
        is_committed = commit("context", salt, text) == commitments_of(leaf)[2]
    except (LedgerError, UnicodeDecodeError):
        return {**found, "problem": "proof"}
    if not is_committed or said.format != FORMAT or context.kind != "erase" or context.order != said.order:
        return {**found, "problem": "entry"}
    names = [name for bit, name in enumerate(FIELD_GROUPS) if context.groups >> bit & 1]
    return {
        **found, "entry": entry, "erased_key": context.erased_key, "groups": ", ".join(names), "why": context.why,
    }
