"""Proof files: one entry's proof as a text that travels, readable by anybody's verifier.

Rules:
* The format is C2SP's tlog-proof and no other; reading takes exactly what writing makes, and an `extra` line.
* Checking goes in this order: the log's signature, the witnesses', then the entry's place under that head.

Left to others: whom to trust (`trust`), the entry's meaning (`leaf`). Source: C2SP tlog-proof, an untagged draft.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discretion.ledger.checkpoint import NOTE_SIZE_MAX, SIZE_MAX, canonical_base64
from discretion.ledger.errors import ProofError
from discretion.ledger.proof import InclusionProof, check_inclusion
from discretion.ledger.tree import HASH_SIZE_BYTES

if TYPE_CHECKING:
    from discretion.ledger.tree import TreeHead
    from discretion.ledger.trust import Trust

FIRST_LINE = "c2sp.org/tlog-proof@v1"
PATH_LENGTH_MAX = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class ProofFile:
    """What a proof file says: a place, the way to the root, and the signed checkpoint, verbatim."""

    proof: InclusionProof
    checkpoint: str


def write_proof(proof: InclusionProof, checkpoint: str) -> str:
    """Return the text of a proof file. Not checked: that the proof ends in the checkpoint's root."""
    lines = [FIRST_LINE, f"index {proof.index}", *(base64.b64encode(value).decode() for value in proof.path)]
    return "\n".join(lines) + f"\n\n{checkpoint}"


def read_proof(text: str) -> ProofFile:
    """Return what a proof file says. Errors: `ProofError` for anything that `write_proof` would not make."""
    if len(text) > NOTE_SIZE_MAX:
        raise ProofError("a proof file too large")
    head, empty, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != FIRST_LINE or not empty:
        raise ProofError("no proof file")
    if lines and lines[0].startswith("extra "):
        canonical_base64(lines.pop(0).removeprefix("extra "), ProofError)  # unauthenticated, and nothing to us
    found = _INDEX.fullmatch(lines[0]) if lines else None
    if found is None or int(found[1]) > SIZE_MAX:
        raise ProofError("a proof file without its index")
    path = tuple(canonical_base64(line, ProofError) for line in lines[1:])
    if len(path) > PATH_LENGTH_MAX or any(len(value) != HASH_SIZE_BYTES for value in path):
        raise ProofError("a path that no tree has")
    return ProofFile(InclusionProof(int(found[1]), path), checkpoint)


def check_proof(text: str, entry: bytes, trust: Trust) -> tuple[int, TreeHead]:
    """Return the index that a proof file proves for `entry`, and the signed head it is under.

    Errors: `ProofError`, `ShapeError`; `CheckpointError` when the checkpoint is not of a trusted log, or too few
    witnesses have seen it.
    """
    said = read_proof(text)
    head = trust.open_checkpoint(said.checkpoint)
    check_inclusion(said.proof, entry, head)
    return said.proof.index, head
