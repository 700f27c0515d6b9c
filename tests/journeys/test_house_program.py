"""The house as a program: HTTPS with given certificates, one port for one house, and a clear word when it cannot start."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from discretion.wire.settings import Settings, SettingsError, load
from tests.houses import free_port


def start(settings: Settings) -> tuple[str, subprocess.Popen[bytes]]:
    """Start a house; return what it says of its readiness."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "discretion", "house", "--settings", str(settings.path)], pass_fds=(writing,),
        env={**os.environ, "DISCRETION_READY_FD": str(writing), "PYTHONPATH": "src"}, stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return pipe.readline().strip(), process


def changed(settings: Settings, at: str = "house", **values: str) -> Settings:
    """Return the settings with these lines of one part replaced."""
    lines, part = [], ""
    for line in settings.path.read_text("utf-8").splitlines():
        part = line if line.startswith("[") else part
        key = line.split(" =")[0]
        lines.append(f"{key} = {values[key]}" if part == f"[{at}]" and key in values else line)
    settings.path.write_text("\n".join(lines) + "\n", "utf-8")
    return load(settings.path)


def certificate(directory: Path) -> tuple[str, str]:
    """Write a certificate for localhost and its key; return their names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    )
    (directory / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption(),
    ))
    return "cert.pem", "key.pem"


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def test_it_serves_https_with_the_certificates_it_is_given(installation):
    port = free_port()
    cert, key = certificate(installation.directory)
    settings = changed(installation, port=str(port), origin=f'"https://localhost:{port}"', tls_cert=f'"{cert}"', tls_key=f'"{key}"')
    said, process = start(settings)
    try:
        assert said == "ready"
        trusted = ssl.create_default_context(cafile=str(settings.directory / cert))
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trusted), _Stay())
        with opener.open(f"https://localhost:{port}/enrol", timeout=10) as answered:
            assert answered.headers["strict-transport-security"].startswith("max-age=")
            assert answered.headers["set-cookie"].startswith("__Host-visit=")
        with pytest.raises(HTTPError) as refused:
            opener.open(Request(f"https://localhost:{port}/enrol", headers={"Host": "evil.example"}), timeout=10)
        assert refused.value.code == 421
        refused.value.close()
        with socket.create_connection(("127.0.0.1", port), 5) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert not plain.recv(100).startswith(b"HTTP/1.1 200")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_plain_http_is_refused_off_loopback(installation):
    with pytest.raises(SettingsError) as refused:
        changed(installation, host='"0.0.0.0"')
    assert refused.value.code == "settings_plain_http"


def test_a_taken_port_is_told_and_the_first_house_stays(installation):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = changed(installation, port=str(taken.getsockname()[1]))
        said, process = start(settings)
        assert said == "failed address_in_use"
        assert process.wait(20) != 0


def test_a_second_house_on_the_same_port_is_noticed(installation):
    port = free_port()
    settings = changed(installation, port=str(port), origin=f'"http://localhost:{port}"')
    said, first = start(settings)
    try:
        assert said == "ready"
        again, second = start(settings)
        assert again == "failed address_in_use"
        assert second.wait(20) != 0
        assert first.poll() is None
    finally:
        first.send_signal(signal.SIGTERM)
        assert first.wait(20) == 0


def test_a_database_that_is_away_is_told(installation):
    said, process = start(changed(installation, "database", host='"/nowhere/at/all"'))
    assert said == "failed database_away"
    assert process.wait(40) != 0


def test_without_its_keeper_the_house_says_so_calmly(installation):
    port = free_port()
    settings = changed(installation, port=str(port), origin=f'"http://localhost:{port}"')
    said, process = start(settings)
    try:
        assert said == "ready"
        opener = build_opener(ProxyHandler({}), _Stay())
        request = Request(f"http://localhost:{port}/desk", headers={"Cookie": "ticket=" + "A" * 64, "Accept-Language": "zh"})
        with pytest.raises(HTTPError) as refused:
            opener.open(request, timeout=10)
        assert refused.value.code == 503
        assert "没有丢失任何内容" in refused.value.read().decode()
        refused.value.close()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
