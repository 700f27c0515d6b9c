"""What may cross from a browser into a change: only forms that this house gave to this sign-in.

Rules:
* A form carries a token made from a secret in a cookie that scripts cannot read: the ticket, or before sign-in a
  random `visit`. The house keeps nothing.
* Each page masks the token anew, so that compressed pages tell nothing about it.
* Independently, the browser must say that the request comes from this very site (Sec-Fetch-Site, else Origin).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

TOKEN_FIELD: Final = "_token"  # noqa: S105 - the name of a field, not a secret
TOKEN_HEADER: Final = "x-form-token"  # noqa: S105 - the same
_SIZE: Final = hashlib.sha256().digest_size


class CrossingError(Exception):
    """A form that this house did not give to this browser."""


def token_of(secret: bytes) -> str:
    """Return a fresh writing of the one token that belongs to `secret`."""
    pad = os.urandom(_SIZE)
    return urlsafe_b64encode(pad + _crossed(pad, _proof(secret))).decode()


def is_token_of(secret: bytes, token: str) -> bool:
    """Return whether `token` was written for `secret`; takes the same time for every wrong one of the right length."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return False
    if len(raw) != 2 * _SIZE:
        return False
    return hmac.compare_digest(_crossed(raw[:_SIZE], raw[_SIZE:]), _proof(secret))


def is_from_here(fetch_site: str | None, origin: str | None, own_origins: Collection[str]) -> bool:
    """Return whether the browser says that a request was made by a page of this site.

    A form of a page with `Referrer-Policy: no-referrer`, as ours are, comes with the origin `null`: then only
    Sec-Fetch-Site tells. A browser that sends neither header is too old to be trusted with a guest record.
    """
    if fetch_site is not None:
        return fetch_site == "same-origin" and (origin in {None, "null"} or origin in own_origins)
    return origin is not None and origin in own_origins


def _proof(secret: bytes) -> bytes:
    return hmac.digest(secret, b"discretion form", "sha256")


def _crossed(pad: bytes, value: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(pad, value, strict=True))
