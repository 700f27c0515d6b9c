"""Cosignatures: lines by which a witness says when it saw a checkpoint, and that it extends all it saw before.

Rules:
* The format is C2SP tlog-cosignature v1.0.1 for Ed25519 (type 0x04) and no other: time and checkpoint are signed
  as one.
* A line by an unknown key is ignored; one by a known witness that fails, or a second one, ends the reading.

Left to others: how many witnesses are enough (`trust`), whether a time is recent (whoever asks).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.ledger.checkpoint import Verifier, read_note
from discretion.ledger.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Iterable

TIMESTAMPED = b"\x04"
_TIME_SIZE_BYTES, _SIGNATURE_SIZE_BYTES = 8, 64


def parse_witness(vkey: str) -> Verifier:
    """Return the witness that a line names. Errors: `CheckpointError`."""
    return Verifier.parse(vkey, TIMESTAMPED)


def cosigned_text(text: str, at: int) -> str:
    """Return what a witness signs when it has seen the checkpoint `text` at `at`, POSIX seconds."""
    return f"cosignature/v1\ntime {at}\n{text}"


def cosignatures(note: str, witnesses: Iterable[Verifier]) -> dict[Verifier, int]:
    """Return, by witness, when each of `witnesses` that cosigned the checkpoint saw it, in POSIX seconds.

    Errors: `CheckpointError` when the note is malformed, when a line by one of them fails or stands twice.
    Not checked: the log's own signature; see `checkpoint.open_checkpoint`.
    """
    text, lines = read_note(note)
    known = {(witness.name, witness.key_id): witness for witness in witnesses}
    times: dict[Verifier, int] = {}
    for name, hint, raw in lines:
        witness = known.get((name, hint))
        if witness is None:
            continue
        if len(raw) != _TIME_SIZE_BYTES + _SIGNATURE_SIZE_BYTES or witness in times:
            raise CheckpointError("a cosignature of another length, or a second one")
        at = int.from_bytes(raw[:_TIME_SIZE_BYTES], "big")
        witness.check(cosigned_text(text, at), raw[_TIME_SIZE_BYTES:])
        times[witness] = at
    return times
