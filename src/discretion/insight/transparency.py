"""Transparency: statements of quarters made once, and the files of each property's public page kept up to date.

Rules:
* A statement stands in the database before it stands in a file, and never changes. Files are made from it anew: with
  the checkpoint of the day, in the words of the version that runs.
* A checkpoint that does not verify, or that covers less than the one shown before, is not shown: the page says so.
* Every file is put in place whole. What the folder holds is public, and fit to be copied to any web server.

Left to others: words and look (`Renders`, given by a face), serving the files (the house).
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol
from zoneinfo import ZoneInfo

import msgspec
import psycopg

from discretion.insight.anchor import Anchor, anchor_of
from discretion.insight.counting import Counter, Kept
from discretion.insight.statement import due
from discretion.ledger.errors import LedgerError
from discretion.wire.witnesses import trust_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from discretion.insight.statement import Quarter, Statement
    from discretion.wire.settings import Property, Settings

INDEX = "index.json"
_OPTIONS = "-c search_path=pg_catalog -c statement_timeout=60s -c lock_timeout=10s -c jit=off -c timezone=UTC"
_log = logging.getLogger("discretion.insight")


class CountsAwayError(Exception):
    """The database is away."""


AnchorState = Literal["cosigned", "signed", "none", "wrong", "older"]


@dataclass(frozen=True, slots=True)
class Publication:
    """All that a property's public page says: its statements, and the checkpoint of the day, if one may be shown."""

    hotel: Property
    statements: tuple[Kept, ...]
    anchor: Anchor | None
    state: AnchorState
    made_at: datetime
    contact: str = ""


class Renders(Protocol):
    """What makes files of a publication, by name; the implementer reads nothing else."""

    def __call__(self, publication: Publication, /) -> Mapping[str, bytes]:
        """Return every file of the folder."""


class Index(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The folder's own list: which statements there are, the checkpoint shown, and the day it was made."""

    version: int = 1
    property: str
    made_on: str
    statements: tuple[str, ...]
    checkpoint_state: AnchorState
    checkpoint_size: int = 0


class Transparency:
    """Keeps the public pages of an installation. One at a time: `publish` waits for the last one to end."""

    def __init__(self, settings: Settings, renders: Renders) -> None:
        """Errors: `SettingsError`."""
        self._settings = settings
        self._renders = renders
        self._conninfo = settings.conninfo("worker")
        self._auditor = settings.conninfo("auditor")
        self._trust = trust_of(settings)
        self._made: dict[bytes, date] = {}  # by property, the day on which this process saw its page made
        self._lock = asyncio.Lock()

    async def publish(self) -> int:
        """Return how many pages were made anew; what is away, or cannot be written, is no end: next time, then."""
        async with self._lock:
            try:
                done = [await asyncio.to_thread(self.publish_one, hotel) for hotel in self._settings.properties]
            except CountsAwayError:
                _log.warning("the public pages are not made meanwhile: the database is away")
                return 0
            except OSError as error:
                _log.warning("the public pages cannot be written: %s", type(error).__name__)
                return 0
        return sum(done)

    def publish_one(self, hotel: Property, *, is_forced: bool = False) -> bool:
        """Return whether a property's page was made anew: once a day, and whenever there is a new statement.

        Errors: `OSError`; `CountsAwayError`.
        """
        now = datetime.now(UTC)
        today = now.astimezone(ZoneInfo(hotel.time_zone)).date()
        if self._made.get(hotel.property_id) == today and not is_forced:
            return False
        folder = folder_of(self._settings, hotel.code)
        with self._counter(hotel) as counter:
            made = self._state_quarters(counter, today)
            shown = _index_in(folder)
            if shown is not None and shown.made_on == today.isoformat() and not made and not is_forced:
                self._made[hotel.property_id] = today
                return False
            kept, contact = counter.kept(), counter.contact()
        anchor, state = self._anchor(hotel, shown)
        index = Index(
            property=hotel.code, made_on=today.isoformat(), statements=tuple(each.statement.quarter for each in kept),
            checkpoint_state=state,
            checkpoint_size=anchor.size if anchor is not None else shown.checkpoint_size if shown is not None else 0,
        )
        files = self._renders(Publication(hotel, kept, anchor, state, now, contact))
        write_folder(folder, {**files, INDEX: msgspec.json.format(msgspec.json.encode(index), indent=2) + b"\n"})
        self._made[hotel.property_id] = today
        return True

    def draft(self, hotel: Property, quarter: Quarter) -> Statement | None:
        """Return what a quarter's statement would say now, never to be published; None where nothing was counted.

        Errors: `CountsAwayError`.
        """
        with self._counter(hotel) as counter:
            known = next((each.statement for each in counter.kept() if each.statement.quarter == quarter.name), None)
            begun = counter.counted_from()
            if known is not None or begun is None or quarter.last < begun:
                return known
            return counter.statement(quarter, begun)

    @contextmanager
    def _counter(self, hotel: Property) -> Iterator[Counter]:
        try:
            with psycopg.connect(self._conninfo, options=_OPTIONS, autocommit=True) as connection:
                yield Counter(connection, hotel.property_id, hotel.time_zone)
        except psycopg.OperationalError as error:
            raise CountsAwayError from error

    @staticmethod
    def _state_quarters(counter: Counter, today: date) -> int:
        """Make the statements that are due; return how many were new."""
        begun = counter.counted_from()
        if begun is None:
            return 0
        known = {each.statement.quarter for each in counter.kept()}
        return sum(
            counter.keep(counter.statement(quarter, begun))
            for quarter in due(begun, today) if quarter.name not in known
        )

    def _anchor(self, hotel: Property, shown: Index | None) -> tuple[Anchor | None, AnchorState]:
        try:
            anchor = anchor_of(self._auditor, hotel.property_id, self._trust)
        except LedgerError as error:
            _log.error("the checkpoint for a public page does not verify: %s", type(error).__name__)
            return None, "wrong"
        except psycopg.OperationalError as error:
            raise CountsAwayError from error
        if anchor is None:
            return None, "none"
        if shown is not None and anchor.size < shown.checkpoint_size:
            _log.error("the checkpoint for a public page is older than the one shown before")
            return None, "older"
        return anchor, "cosigned" if anchor.is_cosigned else "signed"


def folder_of(settings: Settings, code: str = "") -> Path:
    """Return the folder of a property's public page, or the one that holds all: what lies in it is for everybody."""
    return settings.directory / "transparency" / code


def _index_in(folder: Path) -> Index | None:
    """Return the folder's list; None when there is none that can be read."""
    try:
        return msgspec.json.decode(folder.joinpath(INDEX).read_bytes(), type=Index)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put files in place, each whole; the list last. Errors: `OSError`."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for name, content in _list_last(files):
        new = folder / f".{name}.new"
        new.write_bytes(content)
        new.chmod(0o644)
        new.replace(folder / name)


def _list_last(files: Mapping[str, bytes]) -> Sequence[tuple[str, Any]]:
    return sorted(files.items(), key=lambda item: item[0] == INDEX)
