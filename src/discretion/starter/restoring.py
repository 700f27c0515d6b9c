"""Reads a backup back: a new installation from a data part and a key part. It is not served before its ledger is ready.

Rules:
* The key part may be newer than the data, never older: whoever was erased in between has no key in it. The lists of
  erasures, from there and from wherever else one was saved, are handed on beside the signer's memory: the keeper's
  start carries each erasure out again, as an entry, before it serves. So a restored backup brings no erased guest back.
* Whole or nothing: one transaction loads every row; the directory carries a mark until the end, under which nothing is
  served. The tables come from our own migrations as they were, then the later ones are applied.
* Nothing is captured or entered by loading: rows are what they were, triggers and foreign keys are back before COMMIT.
* The signer's memory is never made up here. Without it the keeper does not start, and the operator says what is true
  (`discretion ledger recover`).
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from discretion.starter import backup_sealing, cluster, data_directory, founding, migrations
from discretion.starter.backup_text import FORMAT, Reader
from discretion.starter.backups import ERASED, KEYS, LEFT_OUT, Trees, erased_lines, kept
from discretion.starter.database import administrator, prepare_schema, prepare_server
from discretion.starter.errors import StarterError
from discretion.starter.sql import query
from discretion.wire.settings import FILE_NAME, Settings, parse, read_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from discretion.starter.backup_text import Manifest, Table
    from discretion.starter.backups import Kept
    from discretion.starter.migrations import Migration

_SQL: Final = "backup.sql"


@dataclass(frozen=True, slots=True)
class Sources:
    """What a restore is made from.

    `secrets` is the operator's own copy of that directory, at least `root.key`. `erased` are lists of erasures, or
    directories that hold some; `signer` is the signer's directory when it outlived its machine. `settings` is a file
    that is used instead of the one in the backup.
    """

    data: Kept
    keys: Kept
    backup_key: bytes
    secrets: Path
    erased: tuple[Path, ...] = ()
    signer: Path | None = None
    settings: Path | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it: rows, lines in the lists of erasures, keys that were destroyed after the data was saved.

    `remembered` are the properties whose signer still knows what it has signed.
    """

    settings: Settings
    manifest: Manifest
    rows: int
    erased: int
    keys_gone: int
    remembered: frozenset[str]


def newest_keys(data: Kept, directory: Path) -> Kept:
    """Return the key part to read data with: the newest, in which the keys of whoever was erased since are missing.

    Errors: `StarterError` `backup_keys_missing`, `backup_keys_older`.
    """
    found = kept(directory, "keys")
    if not found:
        raise StarterError("backup_keys_missing", path=directory)
    if found[0].at < data.at:
        raise StarterError("backup_keys_older", path=found[0].path)
    return found[0]


def read_manifest(part: Kept, key: bytes) -> Manifest:
    """Return what a part is. Errors: `StarterError` as `backups.check`."""
    with part.path.open("rb") as file:
        return Reader(backup_sealing.opened(file, key, part.path), part.path).manifest()


def restore(
    sources: Sources, into: Path, say: Callable[[str], None] = lambda _step: None,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Restored:
    """Make an installation in the new or empty directory `into`.

    Shapes: `say` hears `directory`, `database`, `rows`, `schema`; `told` hears bytes read and bytes to read.
    Errors: `StarterError`; the directory is gone then. Somebody else's database keeps what was begun there.
    """
    into = into.resolve()
    manifest = read_manifest(sources.data, sources.backup_key)
    known = _known(manifest)
    say("directory")
    founding.clear_for(into)
    was_there = into.exists()
    try:
        with data_directory.told(into):
            data_directory.make_directory(into)
            (into / data_directory.UNFINISHED).write_text("\n".join(manifest.files), "utf-8")
        with data_directory.hold(into):
            settings = _lay_down(sources, manifest, into)
            erased = _lists(sources, settings)
            say("database")
            loading = _Loading(sources, manifest, told)
            with _server(settings):
                prepare_server(settings)
                say("rows")
                loading.load(settings, known)
                say("schema")
                prepare_schema(settings)
            for hotel, lines in loading.erased.items():
                _extend(erased, hotel, lines)
            remembered = _hand_on(sources, settings, erased)
            (into / data_directory.UNFINISHED).unlink()
            data_directory.sync_directory(into)
    except BaseException:
        founding.remove(into, whole=not was_there)
        raise
    listed = sum(map(len, erased.values()))
    return Restored(settings, manifest, loading.rows, listed, loading.keys_gone, remembered)


def _known(manifest: Manifest) -> tuple[Migration, ...]:
    """Return our migrations up to the backup's schema. Errors: `StarterError` `backup_format`, `database_newer`."""
    if manifest.format != FORMAT:
        raise StarterError("backup_format", path=FILE_NAME)
    ours = migrations.read()
    for place, each in enumerate(manifest.migrations):
        if place >= len(ours):
            raise StarterError("database_newer", name=each.name)
        if (ours[place].name, ours[place].sha256.hex()) != (each.name, each.sha256):
            raise StarterError("migration_edited", name=each.name)
    return ours[:len(manifest.migrations)]


def _lay_down(sources: Sources, manifest: Manifest, into: Path) -> Settings:
    """Make the directory with settings and secrets. A program's password that is not among them gets made."""
    raw = sources.settings.read_bytes() if sources.settings else manifest.files.get(FILE_NAME, "").encode()
    settings = parse(raw, into / FILE_NAME)
    for name in ("secrets", "log", "run/upkeep"):
        data_directory.make_directory((into / name).parent)
        (into / name).mkdir(mode=0o700, exist_ok=True)
    for path in sorted(sources.secrets.rglob("*")):
        place = settings.secrets / path.relative_to(sources.secrets)
        if path.is_dir():
            place.mkdir(mode=0o700, exist_ok=True)
        elif path.is_file():
            _write(place, path.read_bytes())
    for program in data_directory.PROGRAMS:
        path = settings.secrets / f"{program}.password"
        if not path.exists():
            if program == "superuser" and not settings.database.embedded:
                raise StarterError("backup_administrator", path=sources.secrets)
            data_directory.write_password(path)
    data_directory.check_secrets(settings)
    for name, text in manifest.files.items():
        place = (into / name).resolve()
        if name != FILE_NAME and place.is_relative_to(into):
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _write(place, text.encode())
    data_directory.write_secret(settings.path, raw.decode().rstrip("\n"))
    data_directory.check_space(settings)
    return settings


@contextmanager
def _server(settings: Settings) -> Iterator[None]:
    """Have an empty server for the block: ours, made now, or somebody else's."""
    if not settings.database.embedded:
        yield
        return
    place = data_directory.place(settings)
    cluster.create(place, read_secret(settings.secrets / "superuser.password"))
    postgres = cluster.Postgres(place)
    postgres.start()
    try:
        yield
    finally:
        postgres.stop()


class _Loading:
    """One load of both parts."""

    def __init__(self, sources: Sources, manifest: Manifest, told: Callable[[int, int], None]) -> None:
        self._sources = sources
        self._manifest = manifest
        self._told = told
        self._all = sources.data.size_bytes + sources.keys.size_bytes
        self._read = 0
        self.erased: dict[str, list[bytes]] = {}
        self.rows = self.keys_gone = 0

    def load(self, settings: Settings, known: Sequence[Migration]) -> None:
        """Return when every row is in, committed. Errors: `StarterError`."""
        with administrator(settings) as connection:
            migrations.migrate(connection, known)
            try:
                with connection.transaction():
                    self._fill(connection)
            except psycopg.Error as error:
                # Not the server's sentence: it may quote a value.
                code = error.sqlstate or type(error).__name__
                raise StarterError("backup_load", path=self._sources.data.path, state=code) from error
            connection.execute("analyze")

    def _fill(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(query(_SQL, "plainly"))
        tables = [name for name, _, _ in connection.execute(query(_SQL, "tables")).fetchall()]
        joined = connection.execute(query(_SQL, "foreign_keys")).fetchall()
        guarded = connection.execute(query(_SQL, "triggers")).fetchall()
        if connection.execute(query(_SQL, "other_triggers")).fetchone() != (0,):
            raise RuntimeError("a trigger is not always on")
        # 1. Nothing may fire and nothing may be in an order: rows go back as they were.
        for table, name, _ in joined:
            _run(connection, f"alter table {table} drop constraint {name}")
        for table in dict.fromkeys(table for table, _ in guarded):
            _run(connection, f"alter table {table} disable trigger user")
        _run(connection, "truncate " + ", ".join(tables))  # what the migrations themselves have put there
        # 2. The rows of both parts.
        trees = Trees(self._manifest, self._sources.data.path)
        wanted = {name for name in tables if name not in LEFT_OUT}
        self._copy_in(connection, self._sources.data, {name: name for name in sorted(wanted)}, trees)
        trees.check()
        connection.execute(query(_SQL, "keys_beside"))
        self._copy_in(connection, self._sources.keys, {KEYS: "pg_temp.guest_key_beside"}, trees)
        connection.execute(query(_SQL, "keys_back"))
        found = connection.execute(query(_SQL, "keys_gone")).fetchone()
        self.keys_gone = found[0] if found else 0
        # 3. Everything stands guard again, and what belongs together is checked.
        for table, name, definition in joined:
            _run(connection, f"alter table {table} add constraint {name} {definition}")
        for table, name in guarded:
            _run(connection, f"alter table {table} enable always trigger {name}")

    def _copy_in(
        self, connection: psycopg.Connection[Any], part: Kept, wanted: Mapping[str, str], trees: Trees,
    ) -> None:
        with part.path.open("rb") as file:
            reader = Reader(backup_sealing.opened(file, self._sources.backup_key, part.path), part.path)
            if reader.manifest().format != FORMAT:
                raise StarterError("backup_format", path=part.path)
            for table in reader.tables():
                pieces = self._counted(reader.pieces(), file.tell)
                if table == ERASED:
                    _read_list(pieces, self.erased)
                elif table.table in wanted:
                    with connection.cursor() as cursor, cursor.copy(_copy_in(wanted[table.table], table)) as rows:
                        for piece in trees.watched(table, pieces):
                            rows.write(piece)
                else:
                    raise StarterError("backup_damaged", path=part.path, chunk=table.table)
            self.rows += reader.rows
            self._read += part.size_bytes

    def _counted(self, pieces: Iterator[bytes], place: Callable[[], int]) -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            self._told(self._read + place(), self._all)


def _copy_in(name: str, table: Table) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    return sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(*name.split(".")), columns)


def _run(connection: psycopg.Connection[Any], statement: str) -> None:
    connection.execute(statement.encode())  # names and definitions come from the catalogue, quoted by the server


def _lists(sources: Sources, settings: Settings) -> dict[str, list[bytes]]:
    """Return the lines of every list of erasures that was given, by property, each once.

    Errors: `StarterError` `backup_erased_missing` for a path that holds none.
    """
    found: dict[str, list[bytes]] = {}
    for given in (*sources.erased, *filter(None, (sources.signer,))):
        is_named = given in sources.erased
        paths = sorted(given.glob("*.erased")) if given.is_dir() else [given]
        if is_named and not all(path.is_file() for path in paths or [given]):
            raise StarterError("backup_erased_missing", path=given)
        for path in paths:
            if path.stem not in {each.id for each in settings.properties}:
                raise StarterError("backup_erased_missing", path=path)
            _extend(found, path.stem, erased_lines(path))
    return found


def _read_list(pieces: Iterator[bytes], found: dict[str, list[bytes]]) -> None:
    for piece in pieces:
        for row in piece.splitlines():
            hotel, _, line = row.partition(b"\t")
            _extend(found, hotel.decode("ascii"), [line])


def _extend(found: dict[str, list[bytes]], hotel: str, lines: Sequence[bytes]) -> None:
    found[hotel] = list(dict.fromkeys((*found.get(hotel, []), *lines)))


def _hand_on(sources: Sources, settings: Settings, erased: Mapping[str, list[bytes]]) -> frozenset[str]:
    """Put beside the signer's memory what outlived its machine, and all erasures; return whose memory is there."""
    memory = settings.directory / settings.keeper.memory
    memory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sources.signer is not None:
        for path in sorted(sources.signer.rglob("*")):
            place = memory / path.relative_to(sources.signer)
            if path.is_dir():
                place.mkdir(mode=0o700, exist_ok=True)
            elif path.suffix != ".erased":
                _write(place, path.read_bytes())
    for each in settings.properties:
        lines = dict.fromkeys(erased.get(each.id, []))
        path = settings.erased_file(each.property_id)
        if path.exists():
            lines = dict.fromkeys((*erased_lines(path), *lines))
        if lines:
            data_directory.write_secret(path, b"\n".join(lines).decode("ascii"))
    return frozenset(
        each.id for each in settings.properties if settings.signer_memory_file(each.property_id).exists()
    )


def _write(place: Path, raw: bytes) -> None:
    """Write a small file, closed to others from its first byte."""
    number = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
