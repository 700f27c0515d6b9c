"""A log as an outsider has it: a directory, or the web server of whoever publishes it. C2SP tlog-tiles v0.1.0.

Rules:
* Both answer alike, and nothing they say is believed: whoever checks compares it with a signed root.
* Nothing is read beyond its greatest size. A tile that is not full may be cut from the full one that came after it.
* From the network: HTTPS, or HTTP on this machine; no redirect is followed; a reader's key is sent to no one else.

Left to others: checking (`ledger.audit`), whose log it is (`ledger.trust`).
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import urlsplit

import httpx

from discretion.ledger.checkpoint import NOTE_SIZE_MAX
from discretion.ledger.errors import ShapeError
from discretion.ledger.tile import ENTRY_SIZE_BYTES_MAX, Tile, bundles_of, tiles_of
from discretion.watch.published import CHECKPOINT, KeyRefusedError, LogAwayError, PublishedError, UnpublishedError
from discretion.wire.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

_SECONDS_TO_CONNECT, _SECONDS_OF_SILENCE, _SECONDS_A_FILE = 10.0, 15.0, 120.0
_CONNECTIONS_MAX, _AHEAD = 4, 8
_REFUSED = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})
_ABSENT = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})


class AddressError(PublishedError):
    """An address that is neither HTTPS nor on this machine, or that has more than host and path."""


class Files(Protocol):
    """Files by their names below a log's prefix."""

    def fetch(self, name: str, size_bytes_max: int) -> bytes | None:
        """Return a file, None when there is none; of a larger one at least one byte more than `size_bytes_max`."""


class ReceivedLog:
    """A log in its published form, as somebody gives it."""

    def __init__(self, files: Files) -> None:
        """Read the checkpoint. Errors: `UnpublishedError` when there is none; those of `files`."""
        self._files = files
        raw = files.fetch(CHECKPOINT, NOTE_SIZE_MAX)
        if raw is None:
            raise UnpublishedError
        try:
            self.checkpoint = raw.decode()
        except UnicodeDecodeError as error:
            raise UnpublishedError from error

    def read(self, tile: Tile) -> bytes:
        """Return the bytes of a tile or bundle. Errors: `ShapeError` when there is none; those of `files`."""
        raw = self._files.fetch(tile.path, _size_max(tile))
        if raw is not None:
            return raw
        full = Tile(tile.level, tile.n, is_entries=tile.is_entries)
        raw = None if full == tile else self._files.fetch(full.path, _size_max(full))
        if raw is None:
            raise ShapeError(f"{tile.path} is missing")
        return _cut(raw, tile)


@contextmanager
def read_ahead(log: ReceivedLog, size: int) -> Iterator[Callable[[Tile], bytes]]:
    """Give a reader of a log that fetches a few tiles before it is asked for them, in the order of `ledger.audit`.

    Far from a web server most of the time is waiting. Asked in another order it reads as `log` does. Errors: as `read`.
    """
    order = _order_of_audit(size)
    begun: deque[tuple[Tile, Future[bytes]]] = deque()
    with ThreadPoolExecutor(_CONNECTIONS_MAX) as threads:

        def read(tile: Tile) -> bytes:
            while len(begun) < _AHEAD and (following := next(order, None)) is not None:
                begun.append((following, threads.submit(log.read, following)))
            if begun and begun[0][0] == tile:
                return begun.popleft()[1].result()
            return log.read(tile)

        try:
            yield read
        finally:
            threads.shutdown(cancel_futures=True)


def _order_of_audit(size: int) -> Iterator[Tile]:
    for bundle in bundles_of(size):
        yield bundle
        yield Tile(0, bundle.n, bundle.width)
    yield from (tile for tile in tiles_of(size) if tile.level)


class Directory:
    """Files in a directory, as `export` or any other tool of the format wrote them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def fetch(self, name: str, size_bytes_max: int) -> bytes | None:
        """Return a file, None when there is none that can be read."""
        try:
            with (self._directory / name).open("rb") as file:
                return file.read(size_bytes_max + 1)
        except OSError:
            return None


class WebServer:
    """Files below an address, for the length of a block; `key` is a reader's key, empty where none is needed."""

    def __init__(self, address: str, key: str = "") -> None:
        """Say where; nothing is connected yet. Errors: `AddressError`."""
        is_here = _is_here(address)
        self._client = httpx.Client(
            base_url=address.rstrip("/") + "/",
            headers={"accept-encoding": "identity", **({"authorization": f"Bearer {key}"} if key else {})},
            timeout=httpx.Timeout(_SECONDS_OF_SILENCE, connect=_SECONDS_TO_CONNECT),
            limits=httpx.Limits(max_connections=_CONNECTIONS_MAX),
            follow_redirects=False,
            verify=httpx.create_ssl_context(),  # SSL_CERT_FILE counts, on this machine too
            trust_env=not is_here,  # a proxy of the network has no business between this machine and itself
        )

    def __enter__(self) -> Self:
        """Be ready to ask."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        """End every connection."""
        self._client.close()

    def fetch(self, name: str, size_bytes_max: int) -> bytes | None:
        """Return a file, None when there is none. Errors: `KeyRefusedError`, `LogAwayError`.

        One that is lost on the way is asked for once more: a ledger has thousands.
        """
        try:
            try:
                return self._fetched(name, size_bytes_max)
            except httpx.TransportError:
                return self._fetched(name, size_bytes_max)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise LogAwayError(_said(error)) from error

    def _fetched(self, name: str, size_bytes_max: int) -> bytes | None:
        with self._client.stream("GET", name) as answered:
            if answered.status_code in _REFUSED:
                raise KeyRefusedError
            if answered.status_code in _ABSENT:
                return None
            if answered.status_code != httpx.codes.OK or "content-encoding" in answered.headers:
                raise LogAwayError(f"HTTP {answered.status_code}")
            return _bounded(answered, size_bytes_max)


def _said(error: Exception) -> str:
    """Return what an error says, as one short line: parts of it may be the server's."""
    text = "".join(letter for letter in str(error) if letter.isprintable())
    return text[:200] or type(error).__name__


def _is_here(address: str) -> bool:
    """Return whether an address is on this machine. Errors: `AddressError`."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise AddressError from error
    is_here = is_loopback(host)
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    if not host or not is_plain or parts.scheme not in ("https", *(["http"] if is_here else [])):
        raise AddressError
    return is_here


def _bounded(answered: httpx.Response, size_bytes_max: int) -> bytes:
    until = time.monotonic() + _SECONDS_A_FILE
    raw = bytearray()
    for part in answered.iter_raw():
        raw += part
        if len(raw) > size_bytes_max:
            break
        if time.monotonic() > until:
            raise LogAwayError("too slow")
    return bytes(raw)


def _size_max(tile: Tile) -> int:
    return tile.width * (2 + ENTRY_SIZE_BYTES_MAX if tile.is_entries else 32)


def _cut(raw: bytes, tile: Tile) -> bytes:
    """Return the part of a full tile or bundle that the smaller one had."""
    if not tile.is_entries:
        return raw[:tile.width * 32]
    end = 0
    for _ in range(tile.width):
        end += 2 + int.from_bytes(raw[end:end + 2], "big")
    return raw[:end]
