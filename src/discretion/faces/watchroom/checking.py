"""Checking a proof in the house, with the ledger's own verifier: nothing the keeper says of an entry is believed here.

Left to others: whose key it is. The page shows it, and whoever watches compares it with the one noted outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from discretion.ledger.errors import CheckpointError, LedgerError
from discretion.ledger.proof_file import check_proof, read_proof
from discretion.ledger.tree import leaf_hash
from discretion.ledger.trust import Trust

if TYPE_CHECKING:
    from discretion.wire.entries import ProvedEntry


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking one entry: `problem` is "" when it is proved, else `unproved`, `signature` or `proof`."""

    index: int
    leaf_hash: str
    problem: str
    hashes: int = 0
    size: int = 0
    root: str = ""


def checked(proved: ProvedEntry, vkey: str) -> Checked:
    """Return the verdict on one entry by the key `vkey`: leaf hashed again, path walked to the root, signature."""
    hashed = leaf_hash(proved.leaf).hex()
    if not proved.proof:
        return Checked(proved.index, hashed, "unproved")
    try:
        index, head = check_proof(proved.proof, proved.leaf, Trust.of_key(vkey))
        steps = len(read_proof(proved.proof).proof.path)
    except CheckpointError:
        return Checked(proved.index, hashed, "signature")
    except LedgerError:
        return Checked(proved.index, hashed, "proof")
    if index != proved.index:
        return Checked(proved.index, hashed, "proof")
    return Checked(proved.index, hashed, "", steps, head.size, head.root.hex())
