"""POST /api/presence/<source>: what a door controller reports, signed by the secret of its source.

Rules:
* No ticket and no cookie counts here, only the signature; whoever has none learns nothing, not even which sources are.
* What was sent is in no answer and no log: a badge number is somebody's.

Source: docs/doors.md. Left to others: what is believed and what becomes of it (`office.doors`).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from discretion.faces.api.bearer import told
from discretion.faces.api.problem import BodyError, ControllerError
from discretion.faces.kit.means import Means
from discretion.office.doors import intake
from discretion.office.doors.formats import ReportError

_BODY_SIZE_BYTES_MAX: Final = 64 * 1024
_NOBODY: Final = bytes(16)  # a source of this id reports nothing: an address that is none takes the same way


class TakenBody(msgspec.Struct, frozen=True):
    """How many events were new, known before, and of badges that nobody here uses."""

    accepted: int
    repeated: int
    unknown: int


@post("/{source:str}", status_code=200, request_max_body_size=_BODY_SIZE_BYTES_MAX)
async def report(
    request: Request[Any, Any, Any], source: FromPath[str], means: NamedDependency[Means]
) -> Response[bytes]:
    """Take a report in, whole or not at all."""
    is_id = len(source) == 32 and set(source) <= set("0123456789abcdef")  # noqa: PLR2004 - 16 bytes
    given = intake.Report(
        bytes.fromhex(source) if is_id else _NOBODY, {name.lower(): value for name, value in request.headers.items()},
        await request.body(),
    )
    try:
        taken = await intake.take(means.office, means.door_keys, given)
    except intake.UnsignedError:
        raise ControllerError("presence_signature") from None
    except intake.UntimelyError as error:
        raise ControllerError(error.code) from None
    except intake.OtherHotelError:
        raise ControllerError("presence_property") from None
    except ReportError as error:
        raise BodyError(error.field) from None
    return told(TakenBody(taken.accepted, taken.repeated, taken.unknown))
