"""Whom to trust: log keys, witnesses, groups of them, and cosignatures that count only for what was seen."""

from __future__ import annotations

import base64
import hashlib
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from discretion.ledger.checkpoint import Signer, Verifier, sign_checkpoint
from discretion.ledger.cosignature import TIMESTAMPED, cosignatures, cosigned_text, parse_witness
from discretion.ledger.errors import CheckpointError
from discretion.ledger.tree import Frontier, leaf_hash
from discretion.ledger.trust import Trust, TrustError

LOG = Signer("house.example/ledger/harbour", hashlib.sha256(b"harbour").digest())
CHECKPOINT = sign_checkpoint(LOG, Frontier.empty().append([leaf_hash(b"one"), leaf_hash(b"two")]).head())
AT = 1_800_000_000


class Witness:
    """Somebody outside with a key of their own; the same each time, since these lines name test cases."""

    def __init__(self, name: str, seed: bytes = b"") -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode() + seed).digest())
        self.verifier = Verifier(name, self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), TIMESTAMPED)

    def line(self, note: str = CHECKPOINT, at: int = AT) -> str:
        text = note.rpartition("\n\n")[0] + "\n"
        raw = self.verifier.key_id + at.to_bytes(8, "big") + self.key.sign(cosigned_text(text, at).encode())
        return f"— {self.verifier.name} {base64.b64encode(raw).decode()}\n"


ONE, TWO, THREE = Witness("witness.example/w1"), Witness("witness.example/w2"), Witness("witness.example/w3")
POLICY = f"""# whom the auditor trusts
log {LOG.verifier.vkey} https://house.example/ledger

witness one {ONE.verifier.vkey} https://w1.example
witness two {TWO.verifier.vkey}
witness three {THREE.verifier.vkey}
group pair all one two
group most 2 one two three
group some any pair three
"""


def trust(quorum: str) -> Trust:
    return Trust.parse(f"{POLICY}quorum {quorum}\n")


def is_enough(quorum: str, *witnesses: Witness) -> bool:
    note = CHECKPOINT + "".join(each.line() for each in witnesses)
    try:
        return trust(quorum).open_checkpoint(note).size == 2
    except CheckpointError:
        return False


@pytest.mark.parametrize(("quorum", "enough", "too_few"), [
    ("none", [()], []), ("one", [(ONE,), (ONE, TWO)], [(), (TWO, THREE)]), ("pair", [(ONE, TWO)], [(ONE,), (TWO, THREE)]),
    ("most", [(ONE, TWO), (TWO, THREE), (ONE, TWO, THREE)], [(), (ONE,), (THREE,)]), ("some", [(THREE,), (ONE, TWO)], [(), (ONE,), (TWO,)]),
])
def test_a_checkpoint_counts_when_enough_witnesses_have_seen_it(quorum: str, enough: list, too_few: list) -> None:
    assert all(is_enough(quorum, *each) for each in enough)
    assert not any(is_enough(quorum, *each) for each in too_few)


def test_a_cosignature_says_when_and_strangers_say_nothing() -> None:
    stranger = Witness("witness.example/w1", b"another's key")
    note = CHECKPOINT + stranger.line() + ONE.line(at=AT + 5) + TWO.line()
    assert cosignatures(note, [ONE.verifier, THREE.verifier]) == {ONE.verifier: AT + 5}
    assert parse_witness(ONE.verifier.vkey) == ONE.verifier


@pytest.mark.parametrize("line", [
    ONE.line(note=CHECKPOINT.replace("\n2\n", "\n3\n")), ONE.line().replace("— ", "- "), ONE.line() + ONE.line(), ONE.line()[:-10] + "\n",
    f"— {ONE.verifier.name} {base64.b64encode(ONE.verifier.key_id + b'x' * 71).decode()}\n",
    f"— {ONE.verifier.name} {base64.b64encode(ONE.verifier.key_id + (AT + 1).to_bytes(8, 'big') + base64.b64decode(ONE.line().split()[-1])[12:]).decode()}\n",
])
def test_a_cosignature_of_something_else_ends_the_reading(line: str) -> None:
    with pytest.raises(CheckpointError):
        cosignatures(CHECKPOINT + line, [ONE.verifier])


def test_a_log_that_is_not_trusted_proves_nothing_whoever_saw_it() -> None:
    other = sign_checkpoint(Signer("mallory.example/ledger", os.urandom(32)), Frontier.empty().head())
    forged = sign_checkpoint(Signer(LOG.verifier.name, os.urandom(32)), Frontier.empty().head())
    for note in (other, forged):
        with pytest.raises(CheckpointError):
            trust("one").open_checkpoint(note + ONE.line(note))


@pytest.mark.parametrize(("text", "line"), [
    ("", 0), (f"log {LOG.verifier.vkey}\n", 0), ("quorum none\n", 0), (POLICY, 0), (POLICY + "quorum nobody\n", 10),
    (POLICY + "quorum one\nquorum two\n", 11), (POLICY + "quorums one\n", 10), (POLICY + "quorum\n", 10), (POLICY + "quorum one two\n", 10),
    (POLICY + f"log {LOG.verifier.vkey}\n", 10), (POLICY + f"witness one {Witness('w').verifier.vkey}\n", 10),
    (POLICY + f"witness again {ONE.verifier.vkey}\n", 10), (POLICY + f"witness none {Witness('w').verifier.vkey}\n", 10),
    (POLICY + f"witness four {LOG.verifier.vkey}\n", 10), (f"log {ONE.verifier.vkey}\n", 1), ("log x\n", 1), (POLICY + "group pair any one\n", 10),
    (POLICY + "group none any one\n", 10), (POLICY + "group more any later\n", 10), (POLICY + "group more 3 one two\n", 10),
    (POLICY + "group more 0 one\n", 10), (POLICY + "group more 01 one\n", 10), (POLICY + "group more most one\n", 10), (POLICY + "group more all\n", 10),
    (POLICY + "group more 2 one one\n", 10), ("x" * 100_001, 0),
])
def test_a_policy_with_one_mistake_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(TrustError) as found:
        Trust.parse(text)
    assert found.value.line == line
