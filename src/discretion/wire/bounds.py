"""What bounds the hatch for faces: ids, tickets, masks and texts, and what every ask carries.

Rules:
* Every text and list has a length, so that the door refuses before it allocates.
* No message has a field for its asker: the ticket says who asks.

Left to others: the messages (`lookup`, `entries`).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
Ticket = Annotated[bytes, Meta(min_length=48, max_length=48)]  # property id (16), then 32 random bytes
Groups = Annotated[int, Meta(ge=0, le=255)]  # bit i = field group i of the policy
PurposeName = Annotated[str, Meta(min_length=1, max_length=40)]
Word = Annotated[str, Meta(max_length=80)]
RawJson = Annotated[bytes, Meta(max_length=64 * 1024)]


class TicketedAsk(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every ask carries."""

    ticket: Ticket
    request_id: Id  # a retry carries the same, and meets the same entry
