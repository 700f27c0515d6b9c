"""The gate before every page that changes something: closed unless the form is ours.

Rules:
* Nothing is asked of the methods that change nothing. Every other one needs both: the browser's word that the request
  comes from this site, and the token of a form given to this very sign-in.
* It stands on the router, so a page cannot forget it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request  # noqa: TC002 - Litestar reads the annotation

from discretion.faces.kit.crossing import TOKEN_FIELD, TOKEN_HEADER, CrossingError, is_from_here
from discretion.faces.kit.forms import token_in
from discretion.faces.kit.seat import Caller

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from discretion.faces.kit.means import Means

_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})


def gate_of(means: Means) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """Return the gate. Errors, from the gate: `CrossingError`."""

    async def gate(request: Request[Any, Any, Any]) -> None:
        if request.method in _CHANGES_NOTHING:
            return
        headers = request.headers
        if not is_from_here(headers.get("sec-fetch-site"), headers.get("origin"), (means.settings.origin,)):
            raise CrossingError
        token = headers.get(TOKEN_HEADER) or await _token_field(request)
        if not Caller(request, means).owns(token):
            raise CrossingError

    return gate


async def _token_field(request: Request[Any, Any, Any]) -> str:
    """Return the form's token as sent, empty when there is none."""
    match request.headers.get("content-type", "").partition(";")[0]:
        case "application/x-www-form-urlencoded":
            return token_in(await request.body())
        case "multipart/form-data":
            value = (await request.form()).get(TOKEN_FIELD, "")
            return value if isinstance(value, str) else ""
    return ""
