"""GET and HEAD /ledger/<property code>/…: a ledger in its published form, for whoever has a reader's key.

Rules:
* The key comes first: without one of this property nobody learns what is here, or whether there is such a property.
* The key is in the header alone. One way to write each address; another one is nowhere.
* A tile or bundle never changes once it is signed for, at no width; it may be kept, by its reader alone.

Source: C2SP tlog-tiles v0.1.0. Left to others: what is signed (`watch.window`), whose key counts (the office).
"""

from __future__ import annotations

import base64
import re
from typing import Any, Final

from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from discretion.faces.api.problem import ReaderKeyError
from discretion.faces.kit.means import Means
from discretion.ledger.errors import ShapeError
from discretion.ledger.tile import Tile
from discretion.office.ledger_readers import is_reader
from discretion.watch.published import CHECKPOINT, UnpublishedError

_ADDRESS: Final = re.compile(r"/ledger/([a-z0-9][a-z0-9-]{0,39})/(checkpoint|tile/[a-z0-9/.]{1,60})")
_NOBODY: Final = bytes(16)  # a property of this id has no readers: an unknown code takes the same way as a known one
_FOR_EVER: Final = "private, max-age=31536000, immutable"
_ASK_AGAIN: Final = "private, no-cache"


@route(["/{code:str}/checkpoint", "/{code:str}/tile/{rest:path}"], http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def published(
    request: Request[Any, Any, Any], code: FromPath[str], means: NamedDependency[Means],
) -> Response[bytes]:
    """Serve the checkpoint, a tile or a bundle."""
    async with means.window.turns:
        return await _answer(request, code, means)


async def _answer(request: Request[Any, Any, Any], code: str, means: Means) -> Response[bytes]:
    property_id = means.settings.properties.get(code, _NOBODY)
    if not await is_reader(means.office, property_id, _key_of(request)):
        raise ReaderKeyError
    found = _ADDRESS.fullmatch(_as_written(request))
    if found is None or found[1] != code:
        raise NotFoundException
    try:
        if found[2] == CHECKPOINT:
            raw = await means.window.checkpoint(property_id)
            return Response(raw, headers={"cache-control": _ASK_AGAIN}, media_type="text/plain")
        raw = await means.window.read(property_id, Tile.parse(found[2]))
    except (ShapeError, UnpublishedError):
        raise NotFoundException from None
    return Response(raw, headers={"cache-control": _FOR_EVER}, media_type="application/octet-stream")


def _as_written(request: Request[Any, Any, Any]) -> str:
    """Return the address as the reader wrote it, nothing decoded; empty when it has a query."""
    scope = request.scope
    return "" if scope["query_string"] else scope["raw_path"].decode("ascii", "replace")


def _key_of(request: Request[Any, Any, Any]) -> str:
    """Return the key that the request brings, as a bearer's token or as the password of HTTP Basic; empty without."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return value
        case "basic":
            try:
                return base64.b64decode(value, validate=True).decode("ascii").partition(":")[2]
            except ValueError:
                return ""
    return ""
