"""A proof is believed only as far as it proves: another entry, another key, a broken path are each told apart."""

from __future__ import annotations

from dataclasses import replace

import msgspec.structs
import pytest

from discretion.faces.watchroom.checking import checked
from discretion.faces.watchroom.words import PROBLEMS
from discretion.ledger.checkpoint import Signer, sign_checkpoint
from discretion.ledger.proof import prove_inclusion
from discretion.ledger.proof_file import write_proof
from discretion.ledger.tree import Frontier, leaf_hash
from discretion.wire.entries import ProvedEntry

SIGNER = Signer("house.example/ledger/harbour", bytes(32))
LEAVES = [bytes([number]) * 120 for number in range(5)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
NOTE = sign_checkpoint(SIGNER, Frontier.empty().append(HASHES).head())
PROVED = ProvedEntry(index=3, leaf=LEAVES[3], proof=write_proof(prove_inclusion(3, 5, HASHES), NOTE))
VKEY = SIGNER.verifier.vkey


def test_a_good_proof_says_every_step() -> None:
    found = checked(PROVED, VKEY)
    assert (found.problem, found.hashes, found.size, found.leaf_hash) == ("", 3, 5, HASHES[3].hex())


@pytest.mark.parametrize(("changes", "vkey", "problem"), [
    ({"leaf": LEAVES[2]}, VKEY, "proof"),
    ({"index": 2}, VKEY, "proof"),
    ({"proof": ""}, VKEY, "unproved"),
    ({"proof": "junk"}, VKEY, "proof"),
    ({"proof": PROVED.proof.replace("index 3", "index 2")}, VKEY, "proof"),
    ({}, Signer("house.example/ledger/harbour", b"1" * 32).verifier.vkey, "signature"),
    ({}, Signer("other.example/ledger/harbour", bytes(32)).verifier.vkey, "signature"),
    ({"proof": PROVED.proof.replace("\n5\n", "\n6\n")}, VKEY, "signature"),
])
def test_what_proves_something_else_proves_nothing(changes: dict[str, object], vkey: str, problem: str) -> None:
    found = checked(msgspec.structs.replace(PROVED, **changes), vkey)
    assert found.problem == problem and problem in PROBLEMS
    assert replace(found, problem="").root == ""
