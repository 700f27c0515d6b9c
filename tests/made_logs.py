"""Logs made of nothing: entries that mean nothing, in the published form, for those who check logs."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING, TextIO

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


def made_every_size(directory: Path, size_max: int) -> tuple[Path, int]:
    """Write one log as it was at every size up to `size_max`: all tiles and bundles, and in `sizes` a line for each size.

    A line has the checkpoint, proof files by index, and consistency proofs by older size. Return the key's file, and how many proofs.
    """
    entries = [number.to_bytes(4, "big") * 30 for number in range(size_max)]
    hashes = [leaf_hash(entry) for entry in entries]
    roots = [tile_root(hashes[at:at + 256]) for at in range(0, size_max - 255, 256)]
    signer, frontier, proofs = Signer("made.example/ledger/every", os.urandom(32)), Frontier.empty(), 0

    def read(tile: Tile) -> bytes:
        part = slice(tile.n * 256, tile.n * 256 + tile.width)
        return encode_bundle(entries[part]) if tile.is_entries else b"".join((hashes, roots)[tile.level][part])

    with _opened(directory / "sizes") as lines:
        for size in range(1, size_max + 1):
            for tile in (*tiles_of(size), *bundles_of(size)):
                if not (path := directory / "log" / tile.path).exists():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(read(tile))
            frontier = frontier.append([hashes[size - 1]])
            checkpoint, tree = sign_checkpoint(signer, frontier.head()), TiledTree(size, read)
            indexes = {0, size // 3, size // 2, size - 1}
            older = {1, size // 3 or 1, size // 2 or 1, 1 << (size - 1).bit_length() - 1 if size > 1 else 1, size - 1 or 1}
            lines.write(json.dumps({
                "Checkpoint": checkpoint,
                "Inclusion": {str(index): write_proof(tree.prove_inclusion(index), checkpoint) for index in sorted(indexes)},
                "Consistency": {
                    str(old): [base64.b64encode(value).decode() for value in tree.prove_consistency(old).path] for old in sorted(older)
                },
            }) + "\n")
            proofs += len(indexes) + len(older)
    key = directory / "log.vkey"
    key.write_text(signer.verifier.vkey + "\n", "ascii")
    return key, proofs


def _opened(path: Path) -> TextIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="ascii")
