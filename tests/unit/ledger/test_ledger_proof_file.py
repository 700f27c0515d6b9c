"""Proof files: what is written is read, and nothing else is."""

from __future__ import annotations

import base64
import os

import pytest

from discretion.ledger.checkpoint import Signer, sign_checkpoint
from discretion.ledger.errors import CheckpointError, LedgerError, ProofError
from discretion.ledger.proof import prove_inclusion
from discretion.ledger.proof_file import check_proof, read_proof, write_proof
from discretion.ledger.tree import Frontier, leaf_hash
from discretion.ledger.trust import Trust

ENTRIES = [os.urandom(120) for _ in range(300)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]
SIGNER = Signer("house.example/ledger/harbour", os.urandom(32))
TRUST = Trust.of_key(SIGNER.verifier.vkey)
CHECKPOINT = sign_checkpoint(SIGNER, Frontier.empty().append(HASHES).head())


def proof_of(index: int) -> str:
    return write_proof(prove_inclusion(index, 300, HASHES), CHECKPOINT)


@pytest.mark.parametrize("index", [0, 17, 255, 256, 299])
def test_what_is_written_is_proved(index: int) -> None:
    text = proof_of(index)
    assert text.startswith(f"c2sp.org/tlog-proof@v1\nindex {index}\n")
    assert text.endswith(CHECKPOINT)
    assert check_proof(text, ENTRIES[index], TRUST)[0] == index


def test_an_extra_line_and_lines_by_others_change_nothing() -> None:
    text = proof_of(3).replace("@v1\n", "@v1\nextra " + base64.b64encode(b"anything").decode() + "\n")
    grease = "— witness.example/w1 " + base64.b64encode(os.urandom(76)).decode() + "\n"
    assert check_proof(text + grease, ENTRIES[3], TRUST)[0] == 3


def test_another_entry_index_path_key_or_size_proves_nothing() -> None:
    text = proof_of(3)
    lines = text.split("\n")
    swapped = "\n".join([*lines[:2], lines[3], lines[2], *lines[4:]])
    for broken, entry in (
        (text, ENTRIES[4]), (text, ENTRIES[3][:-1]), (text.replace("index 3", "index 2"), ENTRIES[3]), (swapped, ENTRIES[3]),
        (text.replace(f"\n{lines[2]}\n", "\n"), ENTRIES[3]), (text.replace("\n300\n", "\n301\n"), ENTRIES[3]),
    ):
        with pytest.raises(LedgerError):
            check_proof(broken, entry, TRUST)
    with pytest.raises(CheckpointError):
        check_proof(text, ENTRIES[3], Trust.of_key(Signer(SIGNER.verifier.name, os.urandom(32)).verifier.vkey))


@pytest.mark.parametrize("change", [
    lambda text: text.replace("@v1", "@v2"), lambda text: text.replace("index 3", "index 03"), lambda text: text.replace("index 3", "index -3"),
    lambda text: text.replace("index 3", "index 9223372036854775808"), lambda text: text.replace("index 3\n", ""),
    lambda text: text.replace("\n\n", "\n", 1), lambda text: text.replace("=\n", "\n", 1), lambda text: "", lambda text: "\n" + text,
    lambda text: text.replace("index 3\n", "index 3\nAAAA\n"), lambda text: text.replace("index 3\n", "index 3\n" + ("A" * 43 + "=\n") * 64),
    lambda text: text.replace("@v1\n", "@v1\nextra !\n"), lambda text: text + "x" * 1_000_001,
])
def test_anything_else_is_refused(change) -> None:
    with pytest.raises(ProofError):
        read_proof(change(proof_of(3)))
