"""Signed notes and checkpoints: the specification's example, our own values made with OpenSSL, and odd notes."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from discretion.ledger.checkpoint import (
    NOTE_SIZE_MAX,
    SIGNATURES_MAX,
    Signer,
    Verifier,
    checkpoint_text,
    key_id,
    open_checkpoint,
    open_note,
    sign_checkpoint,
)
from discretion.ledger.errors import CheckpointError
from discretion.ledger.tree import Frontier, TreeHead

EXAMPLE_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
GOLDEN = json.loads((Path(__file__).parent / "data" / "golden.json").read_text())["checkpoint"]
ORIGIN = "discretion.example/ledger/harbour"
SIGNER = Signer(ORIGIN, bytes(32))
VERIFIER = SIGNER.verifier
WITNESS = Signer("witness.example/w1", bytes([1]) * 32)
TEXT = "one\n\ntwo\n"
NOTE = SIGNER.sign(TEXT)
LINE = NOTE.removeprefix(TEXT + "\n")
ENCODED = LINE.split(" ")[2].rstrip("\n")


def line(name: str, raw: bytes) -> str:
    return f"— {name} {b64encode(raw).decode()}\n"


def grease(number: int = 0) -> str:
    return line(f"grease.example/{number}", bytes([number, 1, 2, 3]) + b"what is this?")


def failing(raw: bytes = b"\x00" * 64) -> str:
    return line(ORIGIN, VERIFIER.key_id + raw)


def test_the_example_of_the_specification_opens():
    verifier = Verifier.parse(EXAMPLE_VKEY)
    assert (verifier.name, verifier.vkey) == ("example.com/foo", EXAMPLE_VKEY)
    assert verifier.key_id.hex() == "530d903a" == key_id("example.com/foo", b"\x01", verifier.public_key).hex()
    assert open_note(EXAMPLE_NOTE, [verifier]) == "This is an example message.\n"


def test_checkpoints_are_as_openssl_signs_them():
    signer = Signer(GOLDEN["name"], bytes.fromhex(GOLDEN["seed"]))
    head = Frontier.empty().append([bytes.fromhex(each) for each in GOLDEN["leaf_hashes"]]).head()
    assert head == TreeHead(GOLDEN["size"], bytes.fromhex(GOLDEN["root"]))
    assert signer.verifier.vkey == GOLDEN["vkey"]
    assert sign_checkpoint(signer, head) == GOLDEN["note"]
    assert open_checkpoint(GOLDEN["note"], Verifier.parse(GOLDEN["vkey"])) == head


def test_signing_a_head_again_gives_the_same_bytes():
    head = TreeHead(5, bytes(32))
    assert sign_checkpoint(SIGNER, head) == sign_checkpoint(Signer(ORIGIN, bytes(32)), head)


def test_the_text_ends_at_the_last_empty_line():
    assert open_note(NOTE, [VERIFIER]) == TEXT
    assert open_note(SIGNER.sign("\n"), [VERIFIER]) == "\n"
    assert open_note(SIGNER.sign(NOTE), [VERIFIER]) == NOTE


@pytest.mark.parametrize("size", [0, 1, 2**63 - 1])
def test_a_checkpoint_gives_back_its_head(size):
    head = TreeHead(size, bytes(range(32)))
    assert open_checkpoint(sign_checkpoint(SIGNER, head), VERIFIER) == head


@pytest.mark.parametrize(
    "more",
    [
        [grease()], [grease(0), grease(0)], [grease(number) for number in range(SIGNATURES_MAX - 1)],
        [WITNESS.sign(TEXT).removeprefix(TEXT + "\n")], [LINE],
        [line(ORIGIN, b"\x00\x00\x00\x00" + bytes(64))],  # the known name with another key id
        [line("other.example/log", VERIFIER.key_id + bytes(64))],  # the known id with another name
        ["— 名 AAAAAAA=\n"],  # a name need not be ASCII, a signature need not be long
    ],
)
def test_it_ignores_lines_it_does_not_know(more):
    assert open_note(TEXT + "\n" + "".join([LINE, *more]), [VERIFIER]) == TEXT
    assert open_note(TEXT + "\n" + "".join([*more, LINE]), [VERIFIER]) == TEXT


def test_any_of_several_keys_may_have_signed():
    assert open_note(NOTE, [WITNESS.verifier, VERIFIER]) == TEXT
    with pytest.raises(CheckpointError, match="no signature by a known key"):
        open_note(NOTE, [WITNESS.verifier])
    with pytest.raises(CheckpointError, match="no signature by a known key"):
        open_note(NOTE, [])


@pytest.mark.parametrize(
    "note",
    [
        "", "\n", "\n\n", TEXT, TEXT + "\n", NOTE[:-1], NOTE + "\n", NOTE + "x", NOTE + "\n\n", NOTE.lstrip("one"),
        TEXT + LINE, TEXT + "\n\n" + LINE, NOTE.replace("two", "two\r"), NOTE.replace("two", "two\x00"),
        NOTE.replace("two", "two\t"), NOTE.replace("two", "two\x1f"), NOTE.replace("two", "two\ud800"),
        NOTE.replace("\n", "\r\n"), NOTE.replace("— ", "- "), NOTE.replace("— ", "—"), NOTE.replace("— ", "—\u00a0"),
        NOTE.replace("— ", " — "), NOTE.replace(" " + ENCODED, ""), NOTE.replace(ENCODED, ""),
        NOTE.replace(ENCODED, ENCODED + " "), NOTE.replace(ENCODED, " " + ENCODED), NOTE.replace(ENCODED, ENCODED[:-1]),
        NOTE.replace(ENCODED, ENCODED + "="), NOTE.replace(ENCODED, "é" + ENCODED), NOTE.replace(ENCODED, "AAAA"),
        NOTE.replace(ENCODED, ENCODED.replace("=", "").replace("/", "_").replace("+", "-") + "*"),
        TEXT + "\n" + LINE + "\n" + LINE, TEXT + "\n" + LINE + "no line\n", TEXT + "\n" + LINE + "— \n",
        TEXT + "\n" + LINE + "—  AAAAAAA=\n", TEXT + "\n" + LINE + "— a+b AAAAAAA=\n",
        TEXT + "\n" + LINE + "— a\u2003b AAAAAAA=\n", TEXT + "\n" + LINE + "— a\u0085b AAAAAAA=\n",
        TEXT + "\n" + LINE + "— a AAAAAA==\n",  # four bytes: a key id and no signature
        TEXT + "\n" + LINE + "— a AAAAAAB=\n",  # bits set where base64 ends
        TEXT + "\n" + LINE + failing(), TEXT + "\n" + failing() + LINE, TEXT + "\n" + LINE + failing(b"\x00"),
        TEXT + "\n" + LINE + "".join(grease(number) for number in range(SIGNATURES_MAX)),
        "x" * NOTE_SIZE_MAX + NOTE,
    ],
)
def test_it_refuses_odd_notes(note):
    with pytest.raises(CheckpointError):
        open_note(note, [VERIFIER])


def test_it_refuses_a_signature_whose_base64_is_not_canonical():
    # 68 bytes leave two spare bits before the `=`: setting one gives the same bytes by another text.
    odd = ENCODED[:-2] + chr(ord(ENCODED[-2]) + 1) + "="
    assert b64decode(odd) == b64decode(ENCODED)
    with pytest.raises(CheckpointError, match="canonical"):
        open_note(NOTE.replace(ENCODED, odd), [VERIFIER])


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "null\x00\n", "surrogate\ud800\n"])
def test_it_signs_no_text_that_no_note_may_hold(text):
    with pytest.raises(CheckpointError):
        SIGNER.sign(text)


ROOT = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n1\n{ROOT}\nextension\n", f"{ORIGIN}\n1\n{ROOT}\n\n", f"{ORIGIN}\n1\n", f"{ORIGIN}\n", "\n\n\n",
        f"discretion.example/ledger/hilltop\n1\n{ROOT}\n", f"\n1\n{ROOT}\n", f"{ORIGIN}\n\n{ROOT}\n",
        f"{ORIGIN}\n01\n{ROOT}\n", f"{ORIGIN}\n00\n{ROOT}\n", f"{ORIGIN}\n-1\n{ROOT}\n", f"{ORIGIN}\n+1\n{ROOT}\n",
        f"{ORIGIN}\n 1\n{ROOT}\n", f"{ORIGIN}\n1 \n{ROOT}\n", f"{ORIGIN}\n1_0\n{ROOT}\n", f"{ORIGIN}\n１\n{ROOT}\n",
        f"{ORIGIN}\n0x1\n{ROOT}\n", f"{ORIGIN}\n1.0\n{ROOT}\n", f"{ORIGIN}\n{2**63}\n{ROOT}\n",
        f"{ORIGIN}\n{10**19}\n{ROOT}\n", f"{ORIGIN}\n1\n{ROOT[:-1]}\n", f"{ORIGIN}\n1\n{ROOT[4:]}\n",
        f"{ORIGIN}\n1\nAAAA{ROOT}\n", f"{ORIGIN}\n1\n{ROOT[:-2]}B=\n", f"{ORIGIN}\n1\n{ROOT} \n",
    ],
)
def test_it_refuses_a_signed_text_that_is_no_checkpoint_of_this_ledger(text):
    with pytest.raises(CheckpointError):
        open_checkpoint(SIGNER.sign(text), VERIFIER)


def test_a_checkpoint_of_another_ledger_is_refused():
    other = Signer("discretion.example/ledger/hilltop", bytes(32))
    head = TreeHead(1, bytes(32))
    with pytest.raises(CheckpointError):
        open_checkpoint(sign_checkpoint(other, head), VERIFIER)
    with pytest.raises(CheckpointError):
        open_checkpoint(SIGNER.sign(checkpoint_text(other.verifier.name, head)), VERIFIER)


def test_a_key_id_may_be_written_in_capitals():
    name, hint, encoded = EXAMPLE_VKEY.split("+")
    assert Verifier.parse(f"{name}+{hint.upper()}+{encoded}") == Verifier.parse(EXAMPLE_VKEY)


_KEY = EXAMPLE_VKEY.rpartition("+")[2]


@pytest.mark.parametrize(
    "vkey",
    [
        "", "+", "++", "example.com/foo", "example.com/foo+530d903a", f"example.com/foo++{_KEY}", f"+530d903a+{_KEY}",
        f"example.com/bar+530d903a+{_KEY}", f"example.com/foo+530d903b+{_KEY}", f"example.com/foo+530d903+{_KEY}",
        f"example.com/ foo+530d903a+{_KEY}", f" {EXAMPLE_VKEY}", f"{EXAMPLE_VKEY}\n", EXAMPLE_VKEY[:-1],
        f"example.com/foo+530d903a+{b64encode(bytes([4]) + b64decode(_KEY)[1:]).decode()}",
        f"example.com/foo+530d903a+{b64encode(b64decode(_KEY)[:-1]).decode()}",
        f"example.com/foo+530d903a+{b64encode(b64decode(_KEY) + b'x').decode()}", f"\ud800+530d903a+{_KEY}",
    ],
)
def test_it_refuses_odd_verifier_keys(vkey):
    with pytest.raises(CheckpointError):
        Verifier.parse(vkey)


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        (ORIGIN, b""), (ORIGIN, bytes(31)), (ORIGIN, bytes(33)),
        ("", bytes(32)), ("a b", bytes(32)), ("a+b", bytes(32)), ("海港", bytes(32)),
    ],
)
def test_it_makes_no_signer_whose_notes_would_not_open(name, seed):
    with pytest.raises(CheckpointError):
        Signer(name, seed)
