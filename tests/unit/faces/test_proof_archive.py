"""The archive of a guest's list: a few lines of Python make every proof again, byte for byte, for trees of any size and entries anywhere."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from discretion.faces.portal.proof_archive import Proved, archive
from discretion.ledger.checkpoint import Signer, sign_checkpoint
from discretion.ledger.leaf import commit, encode_leaf
from discretion.ledger.proof import prove_inclusion
from discretion.ledger.proof_file import check_proof, write_proof
from discretion.ledger.tree import Frontier, leaf_hash
from discretion.ledger.trust import Trust
from discretion.wire.guests import OwnProof

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNER = Signer("made.example/ledger/home", bytes(32))
CASES = (
    (1, (0,)), (2, (0,)), (2, (1,)), (2, (0, 1)), (3, (2,)), (5, (0, 4)), (8, tuple(range(8))), (9, (8,)), (64, (31, 32)), (100, (0, 50, 99)),
    (255, tuple(range(0, 255, 50))), (257, (256,)), (300, tuple(random.Random(1).sample(range(300), 40))),
)


@cache
def parts(index: int) -> tuple[bytes, bytes, bytes, bytes]:
    """Return leaf, guest part, staff commitment and context part of an entry."""
    salt = index.to_bytes(32, "big")
    guest, context = b'{"seq":%d}' % index, '{"purpose":"办理入住"}'.encode()
    staff = commit("staff", salt, b"{}")
    return encode_leaf(salt[-16:], commit("guest", salt, guest), staff, commit("context", salt, context)), salt + guest, staff, salt + context


def taken_home(size: int, indexes: Sequence[int], *, older: Sequence[int] = (), closed: Sequence[int] = ()) -> tuple[bytes, dict[int, str]]:
    """Return the archive of these entries, and their proofs by number: some under an older checkpoint, some of a closed ledger."""
    hashes = [leaf_hash(parts(index)[0]) for index in range(size)]
    proved, proofs = [], {}
    for number, index in enumerate(sorted(indexes), 1):
        of = index + 1 if index in older else size
        text = write_proof(prove_inclusion(index, of, hashes), sign_checkpoint(SIGNER, Frontier.empty().append(hashes[:of]).head()))
        leaf, guest, _, context = parts(index)
        proved.append(Proved(int(index in closed), number, OwnProof(index=index, leaf=leaf, proof=text, guest_part=guest, context_part=context)))
        proofs[number] = text
    return archive(proved, dict.fromkeys((0, *(closed and [1])), SIGNER.verifier.vkey)), proofs


def made_from(raw: bytes, directory: Path) -> subprocess.CompletedProcess[str]:
    """Do what the archive's page says."""
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        tar.extractall(directory, filter="data")
    page = (directory / "README.txt").read_text("utf-8")
    making = page[page.index("python3 - <<"):page.index("\nEND\n") + len("\nEND\n")].replace("python3", sys.executable, 1)
    return subprocess.run(["sh", "-c", making], cwd=directory, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONUTF8": "1"})


@pytest.mark.parametrize(("size", "indexes"), CASES)
def test_the_proofs_made_are_the_proofs_there_were(tmp_path: Path, size: int, indexes: tuple[int, ...]) -> None:
    raw, proofs = taken_home(size, indexes)
    done = made_from(raw, tmp_path)
    assert done.returncode == 0, done.stderr
    for number, text in proofs.items():
        assert (tmp_path / f"{number:04}.tlog-proof").read_text("utf-8") == text
        check_proof(text, (tmp_path / f"{number:04}.entry").read_bytes(), Trust.of_key(SIGNER.verifier.vkey))


def test_a_hash_is_given_once_and_none_that_the_rest_leads_to(tmp_path: Path) -> None:
    raw, _ = taken_home(256, range(256))
    made_from(raw, tmp_path)
    assert (tmp_path / "hashes").read_bytes() == b""
    raw, _ = taken_home(256, range(0, 256, 2))
    made_from(raw, tmp_path)
    assert len((tmp_path / "hashes").read_bytes()) == 128 * 32


def test_what_stands_under_another_checkpoint_or_in_a_closed_ledger_comes_as_it_is(tmp_path: Path) -> None:
    raw, proofs = taken_home(100, (3, 20, 60, 61), older=(20,), closed=(3,))
    done = made_from(raw, tmp_path)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["proof"] for line in (tmp_path / "entries.jsonl").read_text("utf-8").splitlines()] == ["file", "file", "here", "here"]
    for number, text in proofs.items():
        assert (tmp_path / f"{number:04}.tlog-proof").read_text("utf-8") == text
    assert "Closed ledgers" in (tmp_path / "README.txt").read_text("utf-8") and (tmp_path / "closed-1.vkey").exists()


def test_an_empty_list_is_an_archive_too(tmp_path: Path) -> None:
    done = made_from(archive([], {}), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("change", ["text", "salt", "left out"])
def test_what_was_changed_makes_no_proof(tmp_path: Path, change: str) -> None:
    raw, _ = taken_home(100, (3, 20, 60))
    made_from(raw, tmp_path)
    for proof in tmp_path.glob("*.tlog-proof"):
        proof.unlink()
    lines = [json.loads(line) for line in (tmp_path / "entries.jsonl").read_text("utf-8").splitlines()]
    if change == "text":
        lines[1]["context"]["text"] = '{"purpose":"audit"}'
    elif change == "salt":
        lines[1]["guest"]["salt"] = base64.b64encode(bytes(32)).decode()
    else:
        del lines[1]
    with tarfile.open(tmp_path / "changed.tar", "w") as tar:
        for name in ("README.txt", "checkpoint", "hashes"):
            tar.add(tmp_path / name, name)
        body = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
        member = tarfile.TarInfo("entries.jsonl")
        member.size = len(body)
        tar.addfile(member, io.BytesIO(body))
    done = made_from((tmp_path / "changed.tar").read_bytes(), tmp_path)
    assert done.returncode == 1 and "was changed" in done.stderr
    assert not list(tmp_path.glob("*.tlog-proof"))
