"""One blocking connection to the keeper: whole messages, or whatever bytes an attack wants to send."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

import msgspec

from discretion.wire import lookup
from discretion.wire.frame import LENGTH_SIZE_BYTES

if TYPE_CHECKING:
    from pathlib import Path


class Line:
    """One blocking connection to the keeper: whole messages, or whatever bytes an attack wants."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(20)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(lookup.AnswerFrame)
        self._number = 0

    def ask(self, message: lookup.Request) -> Any:
        """Return the keeper's answer."""
        self.send(message)
        return self.answer()

    def send(self, message: object) -> int:
        """Send one message; return its number. The answer is for `answer`."""
        self._number += 1
        self.send_body(self._encoder.encode([self._number, message]))
        return self._number

    def send_body(self, body: bytes) -> None:
        """Send one frame."""
        self.send_raw(struct.pack(">I", len(body)) + body)

    def send_raw(self, raw: bytes) -> None:
        """Send bytes."""
        self._socket.sendall(raw)

    def answer(self) -> Any:
        """Return the next answer, whosever it is."""
        return self.frame().body

    def frame(self) -> lookup.AnswerFrame:
        """Return the next answer with its number. Errors: `ConnectionError` when the keeper ended the line."""
        (size_bytes,) = struct.unpack(">I", self._exactly(LENGTH_SIZE_BYTES))
        return self._decoder.decode(self._exactly(size_bytes))

    def is_ended(self) -> bool:
        """Whether the keeper ended this line without another word. Waits for one or the other."""
        try:
            return self._socket.recv(1) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        """End the line."""
        self._socket.close()

    def _exactly(self, size_bytes: int) -> bytes:
        parts = bytearray()
        while len(parts) < size_bytes:
            part = self._socket.recv(size_bytes - len(parts))
            if not part:
                raise ConnectionError("the keeper ended the line")
            parts += part
        return bytes(parts)
