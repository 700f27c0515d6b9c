"""Ids in addresses: 32 hexadecimal digits, opaque. What is no id is not found; a way back stays inside the house."""

from __future__ import annotations

import re
from typing import Annotated, Final

from litestar.exceptions import NotFoundException
from msgspec import Meta

Hex = Annotated[str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]
"""An id in a form."""

_ID: Final = re.compile(r"[0-9a-f]{32}")
_WAY_BACK: Final = re.compile(r"/(?:[a-z0-9][a-z0-9/_-]*)?")
WAY_BACK_LENGTH_MAX: Final = 200


def id_in(text: str) -> bytes:
    """Return the 16 bytes that `text` writes. Errors: Litestar's `NotFoundException`."""
    if not _ID.fullmatch(text):
        raise NotFoundException
    return bytes.fromhex(text)


def way_back(text: str) -> str:
    """Return `text` when it is a plain path of this house, else the start page: never another site."""
    if len(text) <= WAY_BACK_LENGTH_MAX and _WAY_BACK.fullmatch(text):
        return text
    return "/"
