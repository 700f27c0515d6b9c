"""Whoever opens a backup, key and all, finds no root key, no password, no sign-in, and no guest's data in clear."""

from __future__ import annotations

from pathlib import Path

from discretion.starter import backup_sealing, backups
from discretion.starter.backup_text import Reader
from tests.backups import saved
from tests.cast import Stage


def everything(part: backups.Kept, key: bytes) -> tuple[set[str], bytes]:
    """Return the tables of a part and every byte in it."""
    tables, rows = set(), bytearray()
    with part.path.open("rb") as file:
        reader = Reader(backup_sealing.opened(file, key, part.path), part.path)
        rows += str(reader.manifest()).encode()
        for table in reader.tables():
            tables.add(table.table)
            for piece in reader.pieces():
                rows += piece
    return tables, bytes(rows)


def test_a_backup_holds_neither_secrets_nor_guests_in_clear(stage: Stage, tmp_path: Path) -> None:
    guest = stage.guest("arriving")
    stage.ada.look_up(guest, clear=1)
    kept = saved(stage.settings, tmp_path / "kept")
    made = backups.create(stage.settings, kept.where, kept.key)
    (data_tables, data), (key_tables, keys) = (everything(part, kept.key) for part in made.parts)
    assert key_tables == {"keys.guest_key", "signer.erased"}
    assert not data_tables & backups.LEFT_OUT
    assert {"hotel.guest", "vault.record", "ledger.entry", "keys.property_key"} <= data_tables
    wrapped = stage.superuser.execute("select encode(wrapped, 'hex') from keys.guest_key where guest_id = %s", (guest.guest_id.hex(),)).fetchone()
    assert wrapped is not None
    assert wrapped[0].encode() in keys and wrapped[0].encode() not in data
    secrets = [path.read_bytes().strip() for path in stage.settings.secrets.iterdir()]
    for secret in (*secrets, *guest.secrets, stage.ada.ticket.hex().encode()):
        assert secret not in data and secret not in keys
    for part in made.parts:
        raw = part.path.read_bytes()
        assert guest.guest_id.hex().encode() not in raw and "海港".encode() not in raw
        assert part.path.stat().st_mode & 0o077 == 0


def test_of_every_table_of_keys_it_is_known_what_a_backup_keeps(stage: Stage) -> None:
    """A new table of keys has to say which part it belongs to: what opens a guest's record must not outlive an erasure."""
    tables = {row[0] for row in stage.superuser.execute("select 'keys.' || tablename from pg_tables where schemaname = 'keys'").fetchall()}
    whole = {
        "keys.credential", "keys.guest_credential", "keys.property_key", "keys.staff_digits", "keys.staff_key", "keys.usage_day", "keys.usage_seen",
    }
    assert tables <= {backups.KEYS} | backups.LEFT_OUT | whole
