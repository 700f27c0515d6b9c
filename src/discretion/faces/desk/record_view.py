"""A disclosure as a page shows it: each field group with its level and its lines, in the reader's words.

Rules:
* What was not opened is not in the page: a hidden group has a level and no line.
* A masked value is shown as the keeper masked it. Nothing is masked, unmasked or guessed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.record_lines import lines_of
from discretion.hotel.name import display_name
from discretion.hotel.purpose import FieldGroup
from discretion.hotel.record import GroupValue, Identity, decode
from discretion.office.locks import held_by

if TYPE_CHECKING:
    from litestar import Response

    from discretion.faces.kit.seat import Seat
    from discretion.office.approvals import Approval
    from discretion.wire.lookup import Disclosure, OfferLine, Refusal

MASKED_IN_LISTS: Final = FieldGroup.IDENTITY.bit | FieldGroup.CONTACT.bit | FieldGroup.DOCUMENT.bit
CLEAR_ON_RECORD: Final = (
    FieldGroup.BOOKING.bit | FieldGroup.STAY.bit | FieldGroup.SPENDING.bit | FieldGroup.PREFERENCES.bit
)

_LOCKED: Final = "G9"  # the guards that a refusal's page has one more word for
_UNTRAINED: Final = "G3"


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """One field group on a page. `level` is clear, masked or hidden; `may_reveal` says that asking would open it."""

    name: str
    level: str
    lines: tuple[tuple[str, str], ...]
    may_reveal: bool
    offer: OfferLine | None  # what would show it in full


def groups_in(mask: int) -> list[str]:
    """Return the words of the field groups in a bit mask, in the policy's order."""
    return [group.word for group in FieldGroup if mask & group.bit]


async def refused_page(
    seat: Seat, refusal: Refusal, guest: str, purpose: str, asked: tuple[Approval, ...] = (),
) -> Response[bytes]:
    """Return the calm page of a refusal, with what would show more and what was asked for already."""
    rules = {line.rule for line in refusal.lines}
    held = await held_by(seat.office, seat.property_id, bytes.fromhex(guest)) if _LOCKED in rules else None
    return seat.page(
        "refused.html", refusal=refusal, guest=guest, purpose=purpose, asked=asked, held=held,
        is_untrained=_UNTRAINED in rules, here=f"/guests/{guest}",
    )


def values_of(answer: Disclosure) -> dict[str, GroupValue]:
    """Return every opened group as its record type."""
    return {group: decode(group, bytes(raw)) for group, raw in answer.fields.items()}


def shown_groups(seat: Seat, answer: Disclosure) -> tuple[ShownGroup, ...]:
    """Return all eight groups in the policy's order."""
    values = values_of(answer)
    shown = []
    for group in FieldGroup:
        word, bit = group.word, group.bit
        level = "clear" if answer.clear & bit else "masked" if answer.masked & bit else "hidden"
        value = values.get(word)
        lines = () if value is None else lines_of(seat, word, value)
        may_reveal = level != "clear" and bool(answer.may_clear & bit)
        offer = next((one for one in answer.offers if one.clear & bit), None) if not may_reveal else None
        shown.append(ShownGroup(word, level, lines, may_reveal, offer if level != "clear" else None))
    return tuple(shown)


def name_of(answer: Disclosure) -> str:
    """Return the name as opened, masked or clear; empty when identity was not opened."""
    raw = answer.fields.get("identity")
    if raw is None:
        return ""
    identity = decode("identity", bytes(raw))
    return display_name(identity) if isinstance(identity, Identity) else ""
