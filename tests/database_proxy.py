"""Stands between a program and PostgreSQL, reads the protocol, and breaks the connection at a chosen statement.

`before`: the statement never reaches the server. `after`: the server has done it, and its answer never comes back.
Both look the same to the program: that is the point.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

When = Literal["before", "after"]


@dataclass
class _Break:
    statement: re.Pattern[bytes]
    when: When
    action: Callable[[], object]
    done: threading.Event = field(default_factory=threading.Event)


class DatabaseProxy:
    """A listening socket in `directory` that leads to the server at `upstream`."""

    def __init__(self, directory: Path, upstream: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.host = str(directory)
        self._upstream = str(upstream)
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(str(directory / upstream.name))
        self._listening.listen(32)
        self._break: _Break | None = None
        self._lock = threading.Lock()
        self.counting = threading.Lock()  # of a pair's pumps
        self._pairs: list[_Pair] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def break_next(self, statement: str, when: When, action: Callable[[], object] = lambda: None) -> threading.Event:
        """Break once at the next statement like this, whenever it comes; the event is set when it came."""
        armed = _Break(re.compile(statement.encode(), re.IGNORECASE), when, action)
        self._break = armed
        return armed.done

    def forget(self) -> None:
        """Break nothing any more."""
        self._break = None

    @contextmanager
    def broken_at(self, statement: str, when: When, action: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Break once at the next statement that contains `statement` (a regular expression); it must come inside."""
        armed = _Break(re.compile(statement.encode(), re.IGNORECASE), when, action)
        self._break = armed
        try:
            yield
            assert armed.done.wait(10), f"no statement like {statement!r} came"
        finally:
            self._break = None

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._accepting.join()
        for pair in list(self._pairs):
            pair.end()

    def forget_pair(self, pair: _Pair) -> None:
        """Let go of a connection that has ended."""
        with self._lock:
            self._pairs.remove(pair)

    def take(self, statement: bytes) -> _Break | None:
        """Return the break that this statement is for, once."""
        with self._lock:
            armed = self._break
            if armed is not None and armed.statement.search(statement):
                self._break = None
                return armed
            return None

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                server.connect(self._upstream)
            except OSError:
                client.close()
                server.close()
                continue
            pair = _Pair(self, client, server)
            with self._lock:
                self._pairs.append(pair)
            pair.begin()


class _Pair:
    """One connection of the program and the one to the server that belongs to it."""

    def __init__(self, proxy: DatabaseProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._statements: dict[bytes, bytes] = {}
        self._swallowing: _Break | None = None
        self._left = 2  # pumps that still run
        self._threads = [
            threading.Thread(target=self._run, args=(pump,), daemon=True) for pump in (self._to_server, self._to_client)
        ]

    def begin(self) -> None:
        """Pass on what either side says."""
        for thread in self._threads:
            thread.start()

    def _run(self, pump: Callable[[], None]) -> None:
        pump()
        self._hang_up()
        with self._proxy.counting:
            self._left -= 1
            is_last = self._left == 0
        if is_last:
            self._client.close()
            self._server.close()
            self._proxy.forget_pair(self)

    def end(self) -> None:
        """End both."""
        for each in (self._client, self._server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _to_server(self) -> None:
        try:
            (size,) = struct.unpack(">I", _exactly(self._client, 4))  # the first message has no type
            self._server.sendall(struct.pack(">I", size) + _exactly(self._client, size - 4))
            while True:
                kind, body = _message(self._client)
                if kind == b"P":
                    name, statement, _ = body.split(b"\0", 2)
                    self._statements[name] = statement
                armed = self._proxy.take(self._statement(kind, body)) if kind in b"QB" else None
                if armed is not None and armed.when == "before":
                    armed.action()
                    self._hang_up()
                    armed.done.set()
                    return
                self._swallowing = self._swallowing or armed
                self._server.sendall(kind + struct.pack(">I", len(body) + 4) + body)
        except OSError:
            self._hang_up()

    def _to_client(self) -> None:
        try:
            while True:
                kind, body = _message(self._server)
                if self._swallowing is None:
                    self._client.sendall(kind + struct.pack(">I", len(body) + 4) + body)
                elif kind == b"Z":  # the server has done all of it
                    self._swallowing.action()
                    self._hang_up()
                    self._swallowing.done.set()
                    return
        except OSError:
            self._hang_up()

    def _statement(self, kind: bytes, body: bytes) -> bytes:
        if kind == b"Q":
            return body
        _, name, _ = body.split(b"\0", 2)
        return self._statements.get(name, b"")

    def _hang_up(self) -> None:
        for each in (self._client, self._server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def _message(source: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(source, 5)
    (size,) = struct.unpack(">I", head[1:])
    return head[:1], _exactly(source, size - 4)


def _exactly(source: socket.socket, size_bytes: int) -> bytes:
    parts = bytearray()
    while len(parts) < size_bytes:
        part = source.recv(size_bytes - len(parts))
        if not part:
            raise ConnectionError("the other side went away")
        parts += part
    return bytes(parts)
