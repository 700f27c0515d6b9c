"""Logs made of nothing: entries that mean nothing, in the published form, for those who check logs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from discretion.ledger.checkpoint import Signer, sign_checkpoint
from discretion.ledger.proof_file import write_proof
from discretion.ledger.tile import Tile, TiledTree, bundles_of, encode_bundle, tile_root, tiles_of
from discretion.ledger.tree import Frontier, leaf_hash

if TYPE_CHECKING:
    from pathlib import Path


def made_log(directory: Path, size: int, indexes: tuple[int, ...], *, seed: bytes = b"", changed: int = -1) -> Path:
    """Write a log of so many entries, with proofs, by our arithmetic alone; return its key's file.

    Entry `changed` is another than usual. Logs of one `seed` have one key.
    """
    entries = [(number ^ (number == changed) << 31).to_bytes(4, "big") * 30 for number in range(size)]
    levels = [[leaf_hash(entry) for entry in entries]]
    while len(levels[-1]) >= 256:
        levels.append([tile_root(levels[-1][at:at + 256]) for at in range(0, len(levels[-1]) - 255, 256)])

    def read(tile: Tile) -> bytes:
        part = slice(tile.n * 256, tile.n * 256 + tile.width)
        return encode_bundle(entries[part]) if tile.is_entries else b"".join(levels[tile.level][part])

    log = directory / "log"
    for tile in (*tiles_of(size), *bundles_of(size)):
        (log / tile.path).parent.mkdir(parents=True, exist_ok=True)
        (log / tile.path).write_bytes(read(tile))
    signer = Signer("made.example/ledger/log", seed or os.urandom(32))
    checkpoint = sign_checkpoint(signer, Frontier.empty().append(levels[0]).head())
    (log / "checkpoint").write_text(checkpoint, "utf-8")
    tree = TiledTree(size, read)
    for index in indexes:
        (directory / f"{index}.tlog-proof").write_text(write_proof(tree.prove_inclusion(index), checkpoint), "utf-8")
        (directory / f"{index}.entry").write_bytes(entries[index])
    key = directory / "log.vkey"
    key.write_text(signer.verifier.vkey + "\n", "ascii")
    return key
