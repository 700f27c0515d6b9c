"""Who asks through the API: the ticket in `Authorization: Bearer`, and strict JSON bodies.

Rules:
* No cookie counts here, so no other site's page can use somebody's sign-in.
* On the way of an ask nothing is asked but the keeper: no page, no template, no second round trip. Elsewhere a lock is
  read first, as the pages do; of an ask the keeper reads it.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from msgspec import Meta

from discretion.faces.api.problem import BodyError
from discretion.faces.kit.network import as_known_here, is_outside
from discretion.faces.kit.permissions import NEEDS_SHIFT, Permission, may
from discretion.faces.kit.seat import TICKET_SIZE_BYTES, NotPermittedError, NotSignedInError
from discretion.office.locks import held_by
from discretion.wire.lookup import Person, WhoAmI

if TYPE_CHECKING:
    from litestar import Request

    from discretion.faces.kit.means import Means

Body = TypeVar("Body")

HexId = Annotated[
    str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$", description="16 bytes as hexadecimal digits")
]
_SCHEME: Final = "Bearer "
_ENCODER: Final = msgspec.json.Encoder()


async def ticket_of(request: Request[Any, Any, Any], means: Means) -> bytes:
    """Return the ticket's bytes, having looked where the request comes from. Errors: `NotSignedInError`."""
    value = request.headers.get("authorization", "")
    if not value.startswith(_SCHEME):
        raise NotSignedInError
    try:
        ticket = urlsafe_b64decode(value[len(_SCHEME):].encode("ascii"))
    except ValueError:
        raise NotSignedInError from None
    if len(ticket) != TICKET_SIZE_BYTES:
        raise NotSignedInError
    if is_outside(request, means, ticket[:16]):
        person = await means.hatches.ask(WhoAmI(ticket=ticket))
        if isinstance(person, Person):
            await as_known_here(request, means, person)
    return ticket


async def person_of(means: Means, ticket: bytes, permission: Permission, now: float) -> Person:
    """Return who holds the ticket, if their duty may. Errors: `NotPermittedError`; as `Hatches.ask`."""
    person = await means.hatches.ask(WhoAmI(ticket=ticket))
    if not isinstance(person, Person):
        raise NotSignedInError
    is_late = permission in NEEDS_SHIFT and person.on_shift_until_at <= now
    if not may(person.duty, permission) or is_late:
        raise NotPermittedError
    if await held_by(means.office, person.property_id, person.staff_id, person.session_id):
        raise NotPermittedError
    return person


async def body_of(request: Request[Any, Any, Any], decoder: msgspec.json.Decoder[Body]) -> Body:
    """Return the request's JSON. Errors: `BodyError` naming the field, never what stood there."""
    try:
        return decoder.decode(await request.body())
    except msgspec.ValidationError as error:
        raise BodyError(str(error).rpartition(" - at `")[2].strip("`$.") if " - at `" in str(error) else "") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BodyError("") from None


def id_at(text: str) -> bytes:
    """Return the id in an address. Errors: `NotFoundException`."""
    if len(text) != 32 or not set(text) <= set("0123456789abcdef"):  # noqa: PLR2004 - 16 bytes
        raise NotFoundException
    return bytes.fromhex(text)


def told(value: object, status: int = 200) -> Response[bytes]:
    """Return a value as JSON."""
    return Response(_ENCODER.encode(value), status_code=status, media_type="application/json")
