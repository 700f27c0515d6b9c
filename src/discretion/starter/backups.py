"""Backups: made while the hotel works, in two sealed files from one moment of the database; listed, pruned, verified.

Rules:
* The *data part* holds everything but the guests' keys, the *key part* those and the list of erasures. Without a key
  part no guest's record opens, whatever else somebody holds. It is kept for days, not months.
* A file gets its name only after it was read again and every check held. What was interrupted has no such name.
* The root key and every other secret are in no backup, and neither are sign-ins, links and what else ends by itself.

Not here: reading a backup back into a new installation (`restoring`), the clock of the night (`backup_clock`).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from psycopg import sql

from discretion.ledger.tree import Frontier, leaf_hash
from discretion.starter import backup_sealing, data_directory
from discretion.starter.backup_sealing import Header, Part, SealedFile
from discretion.starter.backup_text import FORMAT, Applied, Head, Manifest, Reader, Table, Writer
from discretion.starter.database import administrator
from discretion.starter.errors import StarterError
from discretion.starter.sql import query
from discretion.wire.settings import FILE_NAME, SETTINGS_SIZE_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import psycopg

    from discretion.wire.settings import Settings

PARTS: Final[tuple[Part, ...]] = get_args(Part)
ENTRIES: Final = "ledger.entry"
ERASED: Final = Table("signer.erased", ("property_id", "line"))
KEYS: Final = "keys.guest_key"  # of it the data part has which key belongs to which guest, and nothing that opens
LEFT_OUT: Final = frozenset({
    "keys.challenge", "keys.guest_code", "keys.guest_session", "keys.invitation", "keys.session", "keys.step_up",
})
_TIME = "%Y%m%dT%H%M%SZ"
_SQL = "backup.sql"
_HASHES_AT_ONCE = 4096
_KEPT_CLOSED = 0o600


@dataclass(frozen=True, slots=True)
class Places:
    """The directories of the two parts."""

    data: Path
    keys: Path

    def of(self, part: Part) -> Path:
        """Return the directory of one part."""
        return self.data if part == "data" else self.keys


@dataclass(frozen=True, slots=True)
class Kept:
    """One part that lies in its directory, under its own name."""

    path: Path
    header: Header
    size_bytes: int

    @property
    def at(self) -> datetime:
        """The moment of the database that it holds."""
        return datetime.strptime(self.header.at, _TIME).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made and read again."""

    backup: str
    at: datetime
    rows: int
    parts: tuple[Kept, ...]


def places(settings: Settings, data: Path | None = None, keys: Path | None = None) -> Places:
    """Return where backups go: as named, otherwise as the settings say.

    Errors: `StarterError` `backup_nowhere` when nobody says.
    """
    if data is None:
        if settings.backup is None:
            raise StarterError("backup_nowhere")
        data = settings.directory / settings.backup.directory
        if keys is None and settings.backup.keys_directory:
            keys = settings.directory / settings.backup.keys_directory
    return Places(data.absolute(), (keys or data).absolute())


def kept(directory: Path, part: Part) -> tuple[Kept, ...]:
    """Return the parts of one kind in a directory, the newest first. Files that are none are left out."""
    found = []
    for path in directory.glob(f"*.{part}"):
        with suppress(StarterError, OSError), path.open("rb") as file:
            header = backup_sealing.read_header(file, path)
            if header.part == part and path.name == _name(header):
                found.append(Kept(path, header, os.fstat(file.fileno()).st_size))
    return tuple(sorted(found, key=lambda each: (each.header.at, each.header.backup), reverse=True))


def create(
    settings: Settings, where: Places, key: bytes, told: Callable[[int, int], None] = lambda _done, _about: None,
) -> Made:
    """Make a backup and return it once both its parts were read again.

    Shapes: `told` hears how many rows are written, and about how many there are.
    Errors: `StarterError` `backup_running`, `disk_full`, `directory_unwritable`, those of the database.
    """
    for part in PARTS:
        with data_directory.told(where.of(part)):
            where.of(part).mkdir(mode=0o700, parents=True, exist_ok=True)
    # What the keeper remembers of the policy may be older than the database, never newer: so it is read before.
    files = _small_files(settings)
    backup, at = secrets.token_hex(8), datetime.now(UTC).replace(microsecond=0)
    with ExitStack() as stack:
        stack.enter_context(_alone(where))
        stack.enter_context(data_directory.told(where.data))
        connection = stack.enter_context(administrator(settings))
        connection.execute(query(_SQL, "as_it_stands"))
        connection.execute(query(_SQL, "plainly"))
        tables = connection.execute(query(_SQL, "tables")).fetchall()
        manifest = _manifest(connection, backup, at, files)
        writing = _Writing(connection, key, told, sum(about for _, _, about in tables))
        fresh = {}
        for part in PARTS:
            header = backup_sealing.new_header(key, backup, part, manifest.at)
            path = where.of(part) / f"{_name(header)}.new"
            stack.callback(path.unlink, missing_ok=True)
            chosen = [Table(name, tuple(columns)) for name, columns, _ in tables
                      if name not in LEFT_OUT and (part == "data" or name == KEYS)]
            writing.part(path, header, manifest, chosen, _erased(settings) if part == "keys" else None)
            fresh[part] = path
        connection.execute(b"rollback")
        for path in fresh.values():
            check(path, key)
        done = tuple(_named(fresh[part]) for part in reversed(PARTS))  # the data last: where it is, its keys are
    return Made(backup, at, writing.rows, done[::-1])


def check(path: Path, key: bytes, told: Callable[[int], None] = lambda _bytes: None) -> Reader:
    """Return only if a part opens whole, every count and digest holds, and the entries make the recorded roots.

    Shapes: `told` hears how many bytes of the file were read. The value says how many rows it holds.
    Errors: `StarterError` `backup_not_one`, `backup_key_other`, `backup_damaged`, `backup_cut`, `backup_format`,
    `backup_ledger`.
    """
    with path.open("rb") as file:
        reader = Reader(backup_sealing.opened(file, key, path), path)
        manifest = reader.manifest()
        trees = Trees(manifest, path)
        is_data = False
        for table in reader.tables():
            is_data |= table.table == ENTRIES
            for piece in trees.watched(table, reader.pieces()):
                del piece  # rows are counted and digested by whoever yields them
                told(file.tell())
        if is_data:
            trees.check()
    return reader


def prune(settings: Settings, where: Places, now: datetime) -> tuple[Path, ...]:
    """Remove parts that are older than the settings keep them, never the newest of a kind; return what is gone.

    Errors: `StarterError` `backup_nowhere`, `backup_running`, `directory_unwritable`.
    """
    if settings.backup is None:
        raise StarterError("backup_nowhere")
    days = {"data": settings.backup.keep_data_days, "keys": settings.backup.keep_keys_days}
    gone = []
    with _alone(where), data_directory.told(where.data):
        for part in PARTS:
            for each in kept(where.of(part), part)[1:]:
                if now - each.at > timedelta(days=days[part]):
                    each.path.unlink()
                    gone.append(each.path)
            for left in where.of(part).glob(f"*.{part}.new"):  # of a backup that was killed; we hold the lock
                left.unlink()
    return tuple(gone)


class Trees:
    """Makes the root of every ledger again from the entries as they pass by. Costs a hash an entry and a node."""

    def __init__(self, manifest: Manifest, path: Path) -> None:
        self._heads = {each.property_id: each for each in manifest.heads}
        self._path = path
        self._trees: dict[str, Frontier] = {}

    def watched(self, table: Table, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the pieces of a table on, and follow them where they are entries. Errors: `StarterError`."""
        if table.table != ENTRIES:
            yield from pieces
            return
        places = [table.columns.index(name) for name in ("property_id", "idx", "leaf", "leaf_hash")]
        for piece in pieces:
            hashes: dict[str, list[bytes]] = {}
            for line in piece.splitlines():
                values = line.split(b"\t")
                property_id, index, leaf, stored = (values[place] for place in places)
                hotel = property_id.replace(b"-", b"").decode("ascii")
                waiting = hashes.setdefault(hotel, [])
                hashed = leaf_hash(_bytes(leaf))
                if hashed != _bytes(stored) or int(index) != self._tree(hotel).size + len(waiting):
                    raise StarterError("backup_ledger", path=self._path, property=hotel, index=int(index))
                waiting.append(hashed)
            for hotel, new in hashes.items():
                self._trees[hotel] = self._tree(hotel).append(new)
            yield piece

    def check(self) -> None:
        """Return only if every ledger has come out as its head says. Errors: `StarterError` `backup_ledger`."""
        for hotel, head in self._heads.items():
            found = self._tree(hotel).head()
            if (found.size, found.root.hex()) != (head.size, head.root):
                raise StarterError("backup_ledger", path=self._path, property=hotel, index=found.size)

    def _tree(self, hotel: str) -> Frontier:
        return self._trees.get(hotel) or Frontier.empty()


@dataclass(slots=True)
class _Writing:
    """The connection whose snapshot every part is written from."""

    connection: psycopg.Connection[Any]
    key: bytes
    told: Callable[[int, int], None]
    about: int
    rows: int = 0

    def part(
        self, path: Path, header: Header, manifest: Manifest, tables: Sequence[Table],
        erased: Iterator[bytes] | None,
    ) -> None:
        """Write one part, durably."""
        path.unlink(missing_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _KEPT_CLOSED)
        with os.fdopen(number, "wb") as file:
            writer = Writer(SealedFile(file, self.key, header))
            writer.manifest(manifest)
            for table in tables:
                with self.connection.cursor() as cursor, cursor.copy(_copy_out(table, header.part)) as rows:
                    self._count(writer, table, rows)
            if erased is not None:
                self._count(writer, ERASED, erased)
            writer.finish()

    def _count(self, writer: Writer, table: Table, rows: Any) -> None:  # noqa: ANN401 - a copy's blocks, or lines
        before = self.rows
        self.rows += writer.table(table, rows, lambda count: self.told(before + count, self.about))


def _copy_out(table: Table, part: Part) -> sql.Composed:
    name, columns = sql.Identifier(*table.table.split(".")), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    if table.table == KEYS and part == "data":
        kept = [sql.SQL("''::bytea") if each == "wrapped" else sql.Identifier(each) for each in table.columns]
        return sql.SQL("copy (select {} from {}) to stdout").format(sql.SQL(", ").join(kept), name)
    if table.table == ENTRIES:  # in order, so that whoever reads can make the tree again without keeping it
        return sql.SQL("copy (select {} from {} order by property_id, idx) to stdout").format(columns, name)
    return sql.SQL("copy {} ({}) to stdout").format(name, columns)


def _manifest(connection: psycopg.Connection[Any], backup: str, at: datetime, files: dict[str, str]) -> Manifest:
    heads = connection.execute(query(_SQL, "heads")).fetchall()
    applied = connection.execute(query(_SQL, "applied")).fetchall()
    number = connection.info.server_version
    return Manifest(
        FORMAT, backup, at.strftime(_TIME), f"{number // 10_000}.{number % 10_000}",
        tuple(Applied(*row) for row in applied), tuple(Head(*row) for row in heads), files,
    )


def _small_files(settings: Settings) -> dict[str, str]:
    """Return the text files of the data directory that a restored database needs beside it. None of them is secret."""
    memory = settings.keeper.memory
    names = [FILE_NAME, settings.keeper.policy, settings.witnesses.policy]
    names += [f"{memory}/{each.id}.policy" for each in settings.properties]
    found = {}
    for name in filter(None, names):
        path = settings.path if name == FILE_NAME else settings.directory / name
        if not Path(name).is_absolute() and path.is_file() and path.stat().st_size <= SETTINGS_SIZE_BYTES_MAX:
            found[name] = path.read_bytes().decode("utf-8")  # byte for byte: a policy is known by its hash
    return found


def _erased(settings: Settings) -> Iterator[bytes]:
    """Yield the lines of every property's list of erasures, read after the snapshot: never behind it."""
    for each in settings.properties:
        path = settings.erased_file(each.property_id)
        for line in erased_lines(path) if path.exists() else ():
            yield each.id.encode() + b"\t" + line + b"\n"


def erased_lines(path: Path) -> list[bytes]:
    """Return the lines of a list of erasures; a last one that a crash cut off is none, and nobody was told of it."""
    *whole, _ = path.read_bytes().split(b"\n")
    return [line for line in whole if line]


@contextmanager
def _alone(where: Places) -> Iterator[None]:
    """Hold the directories against another backup; the kernel lets go when this process ends, however it ends."""
    with data_directory.told(where.data):
        number = os.open(where.data / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _KEPT_CLOSED)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StarterError("backup_running", path=where.data) from None
        yield
    finally:
        os.close(number)


def _named(path: Path) -> Kept:
    """Give a part that was read again its own name."""
    final = path.with_suffix("")
    path.rename(final)
    data_directory.sync_directory(final.parent)
    with final.open("rb") as file:
        return Kept(final, backup_sealing.read_header(file, final), os.fstat(file.fileno()).st_size)


def _name(header: Header) -> str:
    return f"{header.at}-{header.backup}.{header.part}"


def _bytes(value: bytes) -> bytes:
    return bytes.fromhex(value[3:].decode("ascii"))  # "\\x…", as COPY writes it
