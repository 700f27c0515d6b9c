"""An outsider checks a ledger where it is published, with a key of the ledger and a reader's key, and nothing else of ours."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from discretion.ledger.tile import bundles_of, tiles_of
from discretion.watch.received import Directory, ReceivedLog, WebServer, read_ahead
from discretion.wire import upkeep
from tests.journeys.installation import command, discretion, environment, free_port
from tests.journeys.ledger.publishing import run
from tests.ledgers import size_now
from tests.made_logs import made_log
from tests.windows import Opened

SEED = bytes(range(32))


@pytest.fixture
def keys(opened: Opened, ledger_key: Path, tmp_path: Path) -> list[str]:
    """The options that name the ledger's key and the reader's."""
    (tmp_path / "reader.key").write_text(opened.key + "\n")
    return ["--key", str(ledger_key), "--reader-key-file", str(tmp_path / "reader.key")]


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # several connections come at once


@contextmanager
def serving(handler: Callable[..., BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on this machine; the value is the address."""
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    """Files of a directory, at HTTP/1.1."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def answering(respond: Callable[[BaseHTTPRequestHandler], None]) -> type[BaseHTTPRequestHandler]:
    """A server that answers every GET in one way, and keeps what it was asked."""

    class Odd(Quiet):
        asked: list[Any] = []  # noqa: RUF012 - one list a server

        def do_GET(self) -> None:
            self.asked.append(dict(self.headers))
            respond(self)

    return Odd


def verified(place: str, *words: str, typed: str = "") -> tuple[int, str]:
    done = discretion("--lang", "en", "--plain", "ledger", "verify", place, *words, typed=typed)
    return done.returncode, done.stdout + done.stderr


def test_the_ledger_of_a_running_house_is_whole(opened: Opened, keys: list[str]) -> None:
    code, told, said = run(opened.house.stage, "verify", opened.address, *keys)
    assert (code, told["problem"], told["size"] >= opened.size) == (0, "", True), said
    assert run(opened.house.stage, "verify", opened.address + "/", *keys)[0] == 0
    code, said = verified(opened.address, *keys[:2], "--reader-key-file", "-", typed=opened.key + "\n")
    assert code == 0, said


def test_a_log_begins_with_the_checkpoint_that_was_kept(opened: Opened, keys: list[str], tmp_path: Path) -> None:
    stage, kept = opened.house.stage, tmp_path / "kept"
    kept.write_bytes(opened.get("checkpoint").body)
    assert verified(opened.address, *keys, "--old-checkpoint", str(kept))[0] == 0, "the same one"
    before = size_now(stage)
    while size_now(stage) < before + 300:
        stage.ada.look_up(stage.dora, clear=1)
    stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
    code, said = verified(opened.address, *keys, "--old-checkpoint", str(kept))
    assert code == 0, said


@pytest.mark.parametrize(("size", "old_size", "changed", "problem"), [
    (600, 300, -1, ""), (600, 600, -1, ""), (600, 256, -1, ""), (600, 1, -1, ""), (257, 255, -1, ""),
    (600, 300, 7, "history\t"), (600, 300, 299, "history"), (600, 300, 300, ""), (600, 600, 599, "history"), (300, 600, -1, "history"),
])
def test_another_history_is_found_in_a_directory_and_at_an_address(tmp_path: Path, size: int, old_size: int, changed: int, problem: str) -> None:
    kept, now = tmp_path / "kept", tmp_path / "now"
    made_log(kept, old_size, (), seed=SEED)
    key = made_log(now, size, (), seed=SEED, changed=changed)
    words = ("--key", str(key), "--old-checkpoint", str(kept / "log" / "checkpoint"))
    with serving(partial(Quiet, directory=str(now / "log"))) as address:
        for place in (str(now / "log"), address):
            code, said = verified(place, *words)
            assert code == (3 if problem else 0), said
            assert problem.strip() in said


def test_a_checkpoint_of_another_log_says_nothing_of_this_one(tmp_path: Path) -> None:
    made_log(tmp_path / "other", 3, ())
    key = made_log(tmp_path, 3, ())
    code, said = verified(str(tmp_path / "log"), "--key", str(key), "--old-checkpoint", str(tmp_path / "other" / "log" / "checkpoint"))
    assert (code, "old_signature" in said) == (3, True)


@pytest.mark.parametrize(("name", "problem", "index"), [("tile/entries/001", "tile", 256 + 127), ("tile/0/001", "tile", 256 + 127), ("checkpoint", "signature", -1)])
def test_a_lie_of_the_server_is_named(tmp_path: Path, name: str, problem: str, index: int) -> None:
    key = made_log(tmp_path, 600, ())
    path = tmp_path / "log" / name
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 - 1] ^= 1
    path.write_bytes(raw)
    with serving(partial(Quiet, directory=str(tmp_path / "log"))) as address:
        code, said = verified(address, "--key", str(key))
    assert (code, f"\t{index}\t{problem}" in said) == (3, True), said


def test_a_tile_that_grew_full_is_cut(tmp_path: Path) -> None:
    key = made_log(tmp_path / "small", 300, (), seed=SEED)
    made_log(tmp_path / "large", 600, (), seed=SEED)
    shutil.copyfile(tmp_path / "small" / "log" / "checkpoint", tmp_path / "large" / "log" / "checkpoint")
    shutil.copytree(tmp_path / "small" / "log" / "tile" / "1", tmp_path / "large" / "log" / "tile" / "1", dirs_exist_ok=True)
    with serving(partial(Quiet, directory=str(tmp_path / "large" / "log"))) as address:
        code, said = verified(address, "--key", str(key))
    assert code == 0, said


def test_reading_ahead_gives_the_same_in_any_order(tmp_path: Path) -> None:
    made_log(tmp_path, 3000, ())
    log = ReceivedLog(Directory(tmp_path / "log"))
    tiles = [*bundles_of(3000), *tiles_of(3000)]
    with serving(partial(Quiet, directory=str(tmp_path / "log"))) as address, WebServer(address) as server:
        far = ReceivedLog(server)
        for order in (tiles, tiles[::-1], tiles[5:3:-1]):
            with read_ahead(far, 3000) as read:
                assert [read(tile) for tile in order] == [log.read(tile) for tile in order]


def redirect(handler: BaseHTTPRequestHandler, to: str) -> None:
    handler.send_response(302)
    handler.send_header("location", to + handler.path)
    handler.send_header("content-length", "0")
    handler.end_headers()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 65_536)
    except OSError:
        handler.close_connection = True


def broken(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100")
    handler.end_headers()
    handler.wfile.write(b"half")
    handler.close_connection = True


def packed(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-encoding", "gzip")
    handler.send_header("content-length", "0")
    handler.end_headers()


@pytest.mark.parametrize(("respond", "code", "said"), [
    (endless, 3, "signature"), (broken, 7, "log_away"), (packed, 7, "log_away"),
    (lambda handler: handler.send_error(500), 7, "HTTP 500"), (lambda handler: handler.send_error(404), 4, "published_missing"),
    (lambda handler: handler.send_error(403), 5, "reader_key_refused"),
], ids=["endless", "broken", "packed", "500", "404", "403"])
def test_a_server_that_misbehaves_ends_in_a_sentence(tmp_path: Path, respond: Any, code: int, said: str) -> None:
    key = made_log(tmp_path, 3, ())
    with serving(answering(respond)) as address:
        ended, told = verified(address, "--key", str(key))
    assert (ended, said in told, "Traceback" in told) == (code, True, False), told


def test_a_redirect_is_not_followed_and_takes_no_key_along(opened: Opened, keys: list[str]) -> None:
    elsewhere = answering(lambda handler: handler.send_error(404))
    with serving(elsewhere) as there, serving(answering(partial(redirect, to=there))) as here:
        code, said = verified(here, *keys)
    assert (code, "HTTP 302" in said) == (7, True)
    assert elsewhere.asked == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", [
    "http://example.org/ledger/x", "http://127.0.0.1.example.org/x", "https://name:word@localhost/x", "https://localhost/x?key=y", "https:///x",
    "https://localhost/x#y", "http://[::1/x", "http://localhost:99999999/x", "http://10.0.0.1/x",
])
def test_an_address_that_is_not_safe_is_not_asked(tmp_path: Path, address: str) -> None:
    code, said = verified(address, "--key", str(made_log(tmp_path, 1, ())))
    assert (code, "[log_address]" in said) == (2, True), said


@pytest.mark.parametrize(("words", "code", "said"), [
    ((), 5, "[reader_key_refused]"), (("--reader-key-file", "/nowhere"), 4, "[published_missing]"),
    (("--reader-key-file", "/dev/null"), 2, "[reader_key_bad]"), (("--entry", "/dev/null"), 2, "[proof_needed]"),
    (("--old-checkpoint", "/nowhere"), 4, "[published_missing]"),
])
def test_what_is_missing_is_said_in_a_sentence(opened: Opened, keys: list[str], words: tuple[str, ...], code: int, said: str) -> None:
    for language in ("zh", "en"):
        done = discretion("--lang", language, "ledger", "verify", opened.address, *keys[:2], *words)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that signs itself, and its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_https_is_verified(tmp_path: Path, certificate: Path) -> None:
    key = made_log(tmp_path, 300, ())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(partial(Quiet, directory=str(tmp_path / "log")), context) as plain:
        address = plain.replace("http://127.0.0.1", "https://localhost")
        code, said = verified(address, "--key", str(key))
        assert (code, "CERTIFICATE_VERIFY_FAILED" in said) == (7, True), said
        done = subprocess.run(
            command("--lang", "en", "ledger", "verify", address, "--key", str(key)), env={**environment(), "SSL_CERT_FILE": str(certificate)},
            check=False, capture_output=True, text=True, timeout=60,
        )
        assert done.returncode == 0, done.stderr


def test_nobody_listening_is_said_in_a_sentence(tmp_path: Path) -> None:
    code, said = verified(f"http://localhost:{free_port()}/ledger/x", "--key", str(made_log(tmp_path, 1, ())))
    assert (code, "[log_away]" in said) == (7, True)


def test_a_proof_takes_no_older_checkpoint(tmp_path: Path) -> None:
    key = made_log(tmp_path, 3, (1,))
    code, said = verified(str(tmp_path / "1.tlog-proof"), "--key", str(key), "--old-checkpoint", str(tmp_path / "log" / "checkpoint"))
    assert (code, "[log_needed]" in said) == (2, True)
