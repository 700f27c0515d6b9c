"""Whatever note comes, Go and we read the same or both refuse: hand-made oddities, and thousands of altered notes (ledger.md §8, 22)."""

from __future__ import annotations

import base64
import random
import subprocess
from pathlib import Path

import pytest

from discretion.ledger.checkpoint import Signer, open_note, sign_checkpoint
from discretion.ledger.errors import LedgerError
from discretion.ledger.tree import TreeHead

pytestmark = pytest.mark.interop
ALTERED = 6000
SIGNER = Signer("made.example/ledger/log", b"\x05" * 32)
NOTE = sign_checkpoint(SIGNER, TreeHead(70_000, bytes(range(32)))).encode()
GREASE = "\N{EM DASH} witness.example/w " + base64.b64encode(b"\x09" * 76).decode() + "\n"
PIECES = [b"\n", b"\n\n", "\N{EM DASH} ".encode(), b"+", b"=", b" ", b"\t", b"\r", b"\x00", b"\x7f", "\u2003".encode(), b"\xff", "\u200b".encode(), b"A", b"0"]


def hand_made() -> list[bytes]:
    """Notes that parsers differ over."""
    text, _, line = NOTE.partition(b"\n\n")
    text += b"\n"
    dash, name, encoded = line.split(b" ")
    spaced = encoded.rstrip(b"\n")
    return [
        NOTE, NOTE + GREASE.encode(), text + b"\n" + GREASE.encode() + line, text + b"\n" + line + line, NOTE.rstrip(b"\n"), NOTE + b"\n",
        text + line, text + b"\n\n" + line, b"\n" + NOTE, text + b"\n" + line.replace(b" ", b"  ", 1), text + b"\n" + line.replace(dash, b"-"),
        text + b"\n" + dash + b" " + name + b"\t" + encoded, text + b"\n" + line + b" ", text + b"\n" + dash + b" " + name + b" " + spaced + b"=\n",
        text + b"\n" + dash + b" " + name + b" " + spaced.rstrip(b"=") + b"\n", text + b"\n" + dash + b" " + name + b" AAAA\n",
        text + b"\n" + dash + b" " + name + b" AAAAAA==\n", text + b"\n" + dash + b" other " + encoded, text + b"\n" + dash + b"  " + encoded,
        text + b"\n" + dash + b" a+b " + encoded + line, text.replace(b"\n", b"\r\n") + b"\n" + line, text + b"extension\n\n" + line,
        b"\xef\xbb\xbf" + NOTE, NOTE.replace(b"70000", b"070000"), b"", b"\n", b"\n\n", text, line, NOTE * 2,
        text + b"\n" + GREASE.encode() * 15 + line, text + b"\n" + dash + b" " + name + "\u2003x ".encode() + encoded + line,
    ]


def altered(count: int) -> list[bytes]:
    """Notes with one to three changes, the same each time."""
    dice, made = random.Random(22), []
    bases = [NOTE, NOTE + GREASE.encode(), NOTE.partition(b"\n\n")[0] + b"\n\n" + GREASE.encode() + NOTE.partition(b"\n\n")[2]]
    for _ in range(count):
        raw = bytearray(dice.choice(bases))
        for _ in range(dice.choice([1, 1, 1, 2, 3])):
            at = dice.randrange(len(raw) + 1)
            match dice.randrange(5):
                case 0 if at < len(raw):
                    raw[at] ^= 1 << dice.randrange(8)
                case 1:
                    del raw[at:at + dice.randrange(1, 4)]
                case 2:
                    raw[at:at] = dice.choice(PIECES)
                case 3:
                    end = min(len(raw), at + dice.randrange(1, 40))
                    raw[at:at] = raw[at:end]
                case _:
                    raw[at:at + 1] = dice.choice(PIECES)
        made.append(bytes(raw))
    return made


def ours(raw: bytes) -> str:
    try:
        return base64.b64encode(open_note(raw.decode(), (SIGNER.verifier,)).encode()).decode()
    except (LedgerError, UnicodeDecodeError):
        return "-"


def has_loose_base64(raw: bytes) -> bool:
    """Whether a signature line is in base64 that says the same as another text."""
    found = [line.split(b" ")[2] for line in raw.split(b"\n") if line.count(b" ") == 2]
    return any(base64.b64encode(base64.b64decode(each)) != each for each in found)


def test_go_and_we_open_the_same_notes_and_no_other(tmp_path: Path, go_verifier: Path) -> None:
    key = tmp_path / "log.vkey"
    key.write_text(SIGNER.verifier.vkey + "\n")
    notes = [*hand_made(), *altered(ALTERED)]
    given = b"".join(base64.b64encode(raw) + b"\n" for raw in notes)
    done = subprocess.run([str(go_verifier), "notes", str(key)], input=given, check=True, capture_output=True, timeout=120)
    theirs = done.stdout.decode().split()
    assert len(theirs) == len(notes)
    differ = [(raw, go, us) for raw, go in zip(notes, theirs, strict=True) if (us := ours(raw)) != go]
    laxer = [raw for raw, _, us in differ if us != "-"]
    assert laxer == [], "we open nothing that Go refuses, and read no other text"
    stricter = [raw for raw, _, _ in differ if not has_loose_base64(raw)]
    assert stricter == [], "Go opens no more but where base64 in somebody else's line is not canonical"
    assert sum(go != "-" for go in theirs) > 20, "some are still good"
