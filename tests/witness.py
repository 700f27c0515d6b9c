"""A witness on this machine that speaks tlog-witness, as an auditor might run one; it can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from discretion.ledger.checkpoint import Verifier, open_checkpoint
from discretion.ledger.cosignature import TIMESTAMPED, cosigned_text
from discretion.ledger.errors import LedgerError
from discretion.ledger.proof import ConsistencyProof, check_consistency
from discretion.ledger.tree import EMPTY_ROOT, TreeHead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(slots=True)
class Witness:
    """One witness: its key, the logs it knows, the last head of each, and what it was asked of Harbour's."""

    name: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    logs: dict[str, Verifier] = field(default_factory=dict)
    heads: dict[str, TreeHead] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[int, int]] = field(default_factory=list)  # (old size, status)
    status: int = 0  # answered to everything while it is not 0
    clock: int = 0  # seconds that its clock is off
    url: str = ""
    lie: Callable[[str], str] | None = None  # what it makes of its own line
    before: Callable[[], object] | None = None  # done once, when it is asked and before it looks
    is_cut_off: bool = False  # it does what it is asked, and its answer never arrives
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def verifier(self) -> Verifier:
        """Its key, for those who trust it."""
        return Verifier(self.name, self.key.public_key().public_bytes_raw(), TIMESTAMPED)

    def add(self, body: bytes) -> tuple[int, str, str]:
        """Return status, content type and body of the answer to a checkpoint."""
        before, self.before = self.before, None
        if before is not None:
            before()
        with self._lock:
            answer = self._add(body.decode())
            if b"/ledger/harbour\n" in body:
                self.asked.append((int(body.split(b"\n", 1)[0].removeprefix(b"old ")), answer[0]))
            return answer

    def _add(self, body: str) -> tuple[int, str, str]:  # noqa: PLR0911 - one return an answer of the protocol
        plain = "text/plain; charset=utf-8"
        if self.status:
            return self.status, plain, "told to\n"
        head, _, note = body.partition("\n\n")
        old_line, *hashes = head.split("\n")
        origin = note.partition("\n")[0]
        if origin not in self.logs:
            return 404, plain, "unknown\n"
        try:
            new = open_checkpoint(note, self.logs[origin])
        except LedgerError:
            return 403, plain, "not signed\n"
        old_size = int(old_line.removeprefix("old "))
        known = self.heads.get(origin, TreeHead(0, EMPTY_ROOT))
        if old_size > new.size:
            return 400, plain, "old beyond new\n"
        if old_size != known.size:
            return 409, "text/x.tlog.size", f"{known.size}\n"
        try:
            check_consistency(ConsistencyProof(tuple(base64.b64decode(each) for each in hashes)), known, new)
        except LedgerError:
            return 422, plain, "inconsistent\n"
        at = int(time.time()) + self.clock
        text = note.partition("\n\n")[0] + "\n"
        raw = self.verifier.key_id + at.to_bytes(8, "big") + self.key.sign(cosigned_text(text, at).encode())
        line = f"\N{EM DASH} {self.name} {base64.b64encode(raw).decode()}\n"
        self.heads[origin], self.notes[origin] = new, note + line
        return 200, plain, self.lie(line) if self.lie else line

    def last(self, name: str) -> str | None:
        """Return the last cosigned checkpoint of a log, by the hash of its origin."""
        return next((note for origin, note in self.notes.items() if hashlib.sha256(origin.encode()).hexdigest() == name), None)


def serving(witness: Witness, port: int = 0) -> Iterator[Witness]:
    """Serve a witness on loopback while the generator is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._answer(*witness.add(body) if self.path == "/add-checkpoint" else (404, "text/plain", ""))

        def do_GET(self) -> None:
            note = witness.last(self.path.split("/")[1])
            self._answer(*(200, "text/plain", note) if note and not witness.status else (404, "text/plain", ""))

        def _answer(self, status: int, kind: str, text: str) -> None:
            if witness.is_cut_off:
                self.close_connection = True
                return
            raw = text.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    witness.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield witness
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
