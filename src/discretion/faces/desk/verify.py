"""A passkey verified anew, for one action that its challenge names: the house carries challenge and assertion only.

Rules:
* The action is made twice, from what the browser says before and from the form after; the keeper compares.
* Without scripts there is no passkey, so these forms say so; a demo's people have none and need none.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.field_groups import GroupWord, mask_of
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.seat import Seat
from discretion.faces.kit.verified import VerifiedForm, brought, challenge_for, new_request_id
from discretion.wire.exceptions import ATTESTED_AT_ONCE_MAX, Action, ActionKind, subject_of

__all__ = ["VerifiedForm", "brought", "end_of_day", "new_request_id"]


class VerifyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is about to be done."""

    kind: ActionKind
    subject: Hex | None = None
    subjects: Annotated[tuple[Hex, ...], Meta(max_length=ATTESTED_AT_ONCE_MAX)] = ()  # in its place, of several
    purpose: Annotated[str, Meta(max_length=40)] = ""
    groups: Annotated[tuple[GroupWord, ...], Meta(max_length=8)] = ()
    until: Annotated[str, Meta(max_length=10)] = ""  # a date, or nothing


@post("/verify/begin", status_code=200)
async def begin_verify(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Hand out a challenge that names the action."""
    try:
        body = msgspec.json.decode(await seat.request.body(), type=VerifyBody)
        until_at = end_of_day(seat, date.fromisoformat(body.until)) if body.until else 0
        subject = subject_of(map(bytes.fromhex, body.subjects)) if body.subject is None else bytes.fromhex(body.subject)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, OverflowError):
        raise MalformedFormError("the JSON of a passkey page") from None
    action = Action(body.kind, subject, body.purpose, mask_of(body.groups), until_at)
    answer = await challenge_for(seat, action)
    data = {"challenge": answer.challenge_id.hex(), "options": msgspec.Raw(answer.options)}
    return Response(msgspec.json.encode(data), media_type="application/json")


def end_of_day(seat: Seat, day: date) -> int:
    """Return the moment a day ends at this hotel, in UTC seconds."""
    zone = ZoneInfo(seat.property.time_zone)
    return int(datetime.combine(day + timedelta(days=1), time(), zone).timestamp())
