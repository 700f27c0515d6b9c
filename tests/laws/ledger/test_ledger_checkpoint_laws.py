"""A signed note opens to exactly what was signed, or not at all."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from discretion.ledger.checkpoint import Signer, Verifier, open_checkpoint, open_note, sign_checkpoint
from discretion.ledger.errors import CheckpointError
from discretion.ledger.tree import TreeHead

SIGNER = Signer("discretion.example/ledger/harbour", bytes(32))
NAME, VERIFIER = SIGNER.verifier.name, SIGNER.verifier
heads = st.builds(TreeHead, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
names = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="+"), min_size=1, max_size=20)
grease = st.builds(
    lambda name, raw: f"— {name} {b64encode(raw).decode()}\n", names, st.binary(min_size=5, max_size=2500),
)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")).map(lambda text: text + "\n"))
def test_any_text_comes_back(text):
    assert open_note(SIGNER.sign(text), [VERIFIER]) == text


@given(heads)
def test_any_head_comes_back(head):
    assert open_checkpoint(sign_checkpoint(SIGNER, head), VERIFIER) == head


@given(heads, st.lists(grease, max_size=15), st.integers(0, 15))
def test_grease_changes_nothing(head, lines, at):
    text, _, line = sign_checkpoint(SIGNER, head).rpartition("\n\n")
    lines.insert(at, line)
    assert open_checkpoint(f"{text}\n\n" + "".join(lines), VERIFIER) == head


@given(heads, st.data())
def test_every_changed_byte_breaks(head, data):
    raw = sign_checkpoint(SIGNER, head).encode()
    at = data.draw(st.integers(0, len(raw) - 1))
    flip = data.draw(st.integers(1, 255))
    try:
        broken = (raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1:]).decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(CheckpointError):
        open_checkpoint(broken, VERIFIER)


@given(heads, st.data())
def test_every_lost_or_added_character_breaks(head, data):
    note = sign_checkpoint(SIGNER, head)
    at = data.draw(st.integers(0, len(note) - 1))
    added = data.draw(st.sampled_from(["", "\n", " ", "=", "\r", "A", "0", "—", "\u2028", "\x85", "\ufeff"]))
    broken = note[:at] + added + note[at + (added == ""):]
    assume(broken != note)
    with pytest.raises(CheckpointError):
        open_checkpoint(broken, VERIFIER)


@given(heads, heads)
def test_a_signature_serves_no_other_head(head, other):
    assume(head != other)
    line = sign_checkpoint(SIGNER, head).rpartition("\n\n")[2]
    text = sign_checkpoint(SIGNER, other).rpartition("\n\n")[0]
    with pytest.raises(CheckpointError):
        open_checkpoint(f"{text}\n\n{line}", VERIFIER)


@given(st.text() | st.text().map(lambda text: f"{text}\n\n— {NAME} {text}\n"))
def test_junk_is_refused_and_never_anything_worse(note):
    with pytest.raises(CheckpointError):
        open_checkpoint(note, VERIFIER)


@given(names, st.binary(min_size=32, max_size=32))
def test_a_verifier_key_reads_back(name, public_key):
    verifier = Verifier(name, public_key)
    assert Verifier.parse(verifier.vkey) == verifier


@given(st.text() | st.text().map(lambda text: f"{NAME}+{VERIFIER.key_id.hex()}+{text}"))
def test_a_junk_verifier_key_is_refused_and_never_anything_worse(vkey):
    with pytest.raises(CheckpointError):
        Verifier.parse(vkey)
