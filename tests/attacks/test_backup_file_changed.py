"""Mallory has a backup's files but not its key: whatever is cut, flipped, moved or mixed, not one row of it is believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from discretion.starter import backup_sealing, backups
from discretion.starter.backup_sealing import CHUNK_SIZE_BYTES, SealedFile
from discretion.starter.backup_text import FORMAT, Manifest, Table, Writer
from discretion.starter.errors import StarterError

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
AT = "20261127T033000Z"


def made(path: Path, part: backup_sealing.Part = "keys", *, key: bytes = KEY, rows: int = 30_000) -> Path:
    """Write a part of several chunks: rows of random text, which no compression shrinks much."""
    import random

    drawn = random.Random(part)
    with path.open("wb") as file:
        writer = Writer(SealedFile(file, key, backup_sealing.new_header(key, "0123456789abcdef", part, AT)))
        writer.manifest(Manifest(FORMAT, "0123456789abcdef", AT, "18.6", (), (), {}))
        writer.table(Table("keys.guest_key", ("property_id", "wrapped")), (b"%x\t\\\\x%x\n" % (n, drawn.getrandbits(800)) for n in range(rows)),
                     lambda _count: None)
        writer.finish()
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("backup") / "whole.keys")


def chunks(raw: bytes) -> tuple[bytes, list[bytes]]:
    """Return what stands before the chunks, and each of them with its length."""
    size = int.from_bytes(raw[20:24], "big")
    at, found = 24 + size, []
    while at < len(raw):
        end = at + 4 + int.from_bytes(raw[at:at + 4], "big")
        found.append(raw[at:end])
        at = end
    return raw[:24 + size], found


def refused(path: Path, raw: bytes, *codes: str, key: bytes = KEY) -> None:
    path.write_bytes(raw)
    with pytest.raises(StarterError) as caught:
        backups.check(path, key)
    assert caught.value.code in codes


def test_a_whole_file_is_believed(whole: Path) -> None:
    assert backups.check(whole, KEY).rows == 30_000
    assert len(chunks(whole.read_bytes())[1]) > 2
    assert all(len(each) <= CHUNK_SIZE_BYTES + 20 for each in chunks(whole.read_bytes())[1])


@pytest.mark.parametrize("size", [0, 1, 19, 23, 60, 200, 500, 100_000, -100_000, -17, -1])
def test_a_file_that_was_cut_is_refused(whole: Path, tmp_path: Path, size: int) -> None:
    refused(tmp_path / "cut", whole.read_bytes()[:size], "backup_not_one", "backup_cut", "backup_key_other")


def test_a_file_cut_between_two_chunks_is_refused(whole: Path, tmp_path: Path) -> None:
    head, parts = chunks(whole.read_bytes())
    for count in range(len(parts)):
        refused(tmp_path / "cut", head + b"".join(parts[:count]), "backup_cut")


def test_one_flipped_bit_anywhere_is_refused(whole: Path, tmp_path: Path) -> None:
    raw = whole.read_bytes()
    for place in (0, 5, 21, 23, 25, 30, 60, 90, 120, 150, 250, len(raw) // 3, len(raw) // 2, len(raw) - 20, len(raw) - 1):
        for bit in (1, 128):
            changed = bytearray(raw)
            changed[place] ^= bit
            refused(tmp_path / "flipped", bytes(changed), "backup_not_one", "backup_key_other", "backup_damaged", "backup_cut")


def test_another_key_opens_nothing(whole: Path, tmp_path: Path) -> None:
    refused(tmp_path / "other", whole.read_bytes(), "backup_key_other", key=OTHER_KEY)


def test_chunks_in_another_order_left_out_twice_or_added_are_refused(whole: Path, tmp_path: Path) -> None:
    head, parts = chunks(whole.read_bytes())
    for order in ([1, 0, *range(2, len(parts))], [0, *range(2, len(parts))], [0, 0, *range(1, len(parts))], [*range(len(parts)), len(parts) - 1]):
        refused(tmp_path / "order", head + b"".join(parts[each] for each in order), "backup_damaged", "backup_key_other", "backup_cut")
    refused(tmp_path / "more", whole.read_bytes() + b"\0", "backup_cut")


def test_a_chunk_of_another_backup_under_the_same_key_is_refused(whole: Path, tmp_path: Path) -> None:
    head, parts = chunks(whole.read_bytes())
    _, others = chunks(made(tmp_path / "another").read_bytes())
    refused(tmp_path / "mixed", head + b"".join([parts[0], others[1], *parts[2:]]), "backup_damaged")


def test_one_part_passed_off_as_the_other_is_refused(whole: Path, tmp_path: Path) -> None:
    raw = whole.read_bytes()
    refused(tmp_path / "data", raw.replace(b'"part":"keys"', b'"part":"data"', 1), "backup_key_other")


def test_an_older_backup_with_a_new_date_is_refused(whole: Path, tmp_path: Path) -> None:
    raw = whole.read_bytes()
    refused(tmp_path / "newer", raw.replace(AT.encode(), b"20261128T033000Z", 1), "backup_damaged")
