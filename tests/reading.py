"""What an answer tells its reader, and what it gives away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from tests.cast import Guest


def bare(answer: Any) -> Any:
    """Return an answer without what differs in every one: the number of its entry, and the id that was asked for."""
    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: stripped(inner) for key, inner in value.items() if key not in ("entry", "guest_id")}
        return [stripped(inner) for inner in value] if isinstance(value, list) else value

    return stripped(msgspec.to_builtins(answer))


def given_away(answer: Any, guest: Guest) -> list[bytes]:
    """Return the pieces of a guest's record that stand anywhere in an answer."""
    raw = msgspec.msgpack.encode(answer)
    return [secret for secret in guest.secrets if secret in raw]
