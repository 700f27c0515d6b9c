"""Witnesses outside, as they are reached over HTTP: post a checkpoint, read back the last that one has cosigned.

Rules:
* What comes back is bounded in size and time, and believed in nothing: the keeper verifies it.
* Addresses are https; http only on this machine. No redirect is followed, no proxy of the environment used.
* A witness sees origin, size, root and proof; never an entry.

Source: C2SP tlog-witness v1.0.0.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from discretion.ledger.proof import ConsistencyProof

ANSWER_SIZE_BYTES_MAX = 65_536
_SECONDS_MAX = 5.0
_STALE_TYPE = "text/x.tlog.size"
_OK, _BAD, _FORBIDDEN, _UNKNOWN, _STALE, _INCONSISTENT = 200, 400, 403, 404, 409, 422


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The witness cosigned: its signature lines, not verified yet."""

    lines: str


@dataclass(frozen=True, slots=True)
class Stale:
    """The witness knows another size than we thought; `size` is its own."""

    size: int


@dataclass(frozen=True, slots=True)
class Inconsistent:
    """The witness refuses the proof: two trees of one size, or one that does not extend the other."""

    said: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The witness does not take it. `why` is `malformed`, `not_trusted`, `unknown_log`, `away` or `odd`."""

    why: str


Answer = Cosigned | Stale | Inconsistent | Refused


def is_usable(url: str) -> bool:
    """Whether checkpoints may be posted to this address."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname) and not parts.query and not parts.fragment
    try:
        is_here = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
    return parts.scheme == "http" and is_here and not parts.query and not parts.fragment


def client() -> httpx.AsyncClient:
    """Return a client for witnesses; the caller closes it."""
    return httpx.AsyncClient(timeout=_SECONDS_MAX, follow_redirects=False, trust_env=False)


async def post_checkpoint(
    http: httpx.AsyncClient, url: str, old_size: int, proof: ConsistencyProof, checkpoint: str,
) -> Answer:
    """Return what the witness at `url` answers to a checkpoint, with the proof from `old_size`. Never raises."""
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof.path)
    body = f"old {old_size}\n{hashes}\n{checkpoint}".encode()
    try:
        status, kind, raw = await _asked(http, "POST", f"{url.rstrip('/')}/add-checkpoint", body)
        text = raw.decode("utf-8")
    except (httpx.HTTPError, UnicodeDecodeError):
        return Refused("away")
    if status == _OK:
        return Cosigned(text)
    if status == _STALE:
        size = text.removesuffix("\n")
        is_size = kind.partition(";")[0].strip() == _STALE_TYPE and size.isascii() and size.isdigit() and len(size) < 20  # noqa: PLR2004 - below 2^63
        return Stale(int(size)) if is_size else Refused("odd")
    if status == _INCONSISTENT:
        return Inconsistent(text)
    return Refused({_BAD: "malformed", _FORBIDDEN: "not_trusted", _UNKNOWN: "unknown_log"}.get(status, "away"))


async def last_cosigned(http: httpx.AsyncClient, url: str, origin: str) -> str:
    """Return the checkpoint of a log that the witness at `url` has cosigned last; empty when it tells none."""
    name = hashlib.sha256(origin.encode()).hexdigest()
    try:
        status, _, raw = await _asked(http, "GET", f"{url.rstrip('/')}/{name}/checkpoint")
        return raw.decode("utf-8") if status == _OK else ""
    except (httpx.HTTPError, UnicodeDecodeError):
        return ""


async def _asked(http: httpx.AsyncClient, method: str, url: str, body: bytes = b"") -> tuple[int, str, bytes]:
    """Return status, content type and body of an answer. Errors: `httpx.HTTPError`, also for one that is too long."""
    raw = bytearray()
    async with http.stream(method, url, content=body or None) as answer:
        async for part in answer.aiter_bytes():
            raw += part
            if len(raw) > ANSWER_SIZE_BYTES_MAX:
                raise httpx.TransportError("an answer that is too long")
    return answer.status_code, answer.headers.get("content-type", ""), bytes(raw)
