"""What a form brings that rests on a passkey verified anew: challenge and assertion, which only the keeper judges."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from discretion.faces.kit.address import Hex  # noqa: TC001 - msgspec reads the annotations
from discretion.faces.kit.means import KeeperFailedError
from discretion.wire.exceptions import Action, BeginAction
from discretion.wire.lookup import Challenge

if TYPE_CHECKING:
    from discretion.faces.kit.seat import Seat


class VerifiedForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every form carries that rests on a passkey: challenge and assertion, put there by the page's script."""

    challenge: Annotated[str, Meta(max_length=32, pattern="^([0-9a-f]{32})?$")] = ""
    assertion: Annotated[str, Meta(max_length=16_000)] = ""
    request_id: Hex


@dataclass(frozen=True, slots=True)
class Brought:
    """A challenge's id and the assertion over it."""

    challenge_id: bytes
    assertion: bytes


async def brought(seat: Seat, action: Action, form: VerifiedForm) -> Brought:
    """Return what the form brings for this action.

    Errors: `KeeperFailedError` `passkey_missing` where it brings nothing, outside a demo.
    """
    if form.challenge:
        return Brought(bytes.fromhex(form.challenge), form.assertion.encode())
    if not seat.person.is_demo:
        raise KeeperFailedError("passkey_missing")
    return Brought((await challenge_for(seat, action)).challenge_id, b"")


def new_request_id() -> bytes:
    """Return a new random id for an ask that no form names."""
    return os.urandom(16)


async def challenge_for(seat: Seat, action: Action) -> Challenge:
    """Return a challenge that names an action."""
    answer = await seat.means.hatches.ask(BeginAction(ticket=seat.ticket, action=action))
    if not isinstance(answer, Challenge):
        raise TypeError(type(answer).__name__)
    return answer
