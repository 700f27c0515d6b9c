"""Guests on their own pages: a visit of somebody of the cast, begun as guests begin it, and its cookie."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discretion.wire import guests
from tests.cast import Guest, Stage, new_id

if TYPE_CHECKING:
    from tests.houses import RunningHouse


@dataclass(frozen=True, slots=True)
class Visitor:
    """A guest with the ticket of a visit."""

    stage: Stage
    guest: Guest
    ticket: bytes

    def ask(self, kind: type, /, **fields: Any) -> Any:
        """Ask anything, with this guest's ticket and a new request id unless given."""
        if "request_id" in kind.__struct_fields__:  # type: ignore[attr-defined]
            fields.setdefault("request_id", new_id())
        return self.stage.ask(kind(ticket=fields.pop("ticket", self.ticket), **fields))

    def entries(self) -> list[guests.OwnEntry]:
        """Return what stands in this guest's list."""
        shown = self.ask(guests.OwnEntries)
        assert isinstance(shown, guests.OwnEntriesShown), shown
        assert shown.missing == 0
        return shown.lines

    def cookie(self, house: RunningHouse) -> dict[str, Any]:
        """Return the cookie of this visit."""
        value = urlsafe_b64encode(self.ticket).decode()
        return {"name": "my", "value": value, "url": house.origin, "httpOnly": True, "sameSite": "Strict"}


def send_code(stage: Stage, guest: Guest, *, number: str = "", contact: str = "") -> guests.CodeSent:
    """Have a code sent to a guest, by what is typed or by what is on record."""
    number = number or stage.office.execute(
        "select r.number from hotel.stay s join hotel.reservation r on r.property_id = s.property_id and r.reservation_id = s.reservation_id"
        " where s.property_id = %s and s.stay_id = %s", (guest.property_id.hex(), guest.stay_id.hex()),
    ).fetchone()[0]  # type: ignore[index]
    sent = stage.ask(guests.BeginGuestSignIn(
        property_id=guest.property_id, number=number, contact=contact or guest.email, language="zh_Hans",
    ))
    assert isinstance(sent, guests.CodeSent), sent
    return sent


def letters(stage: Stage) -> list[guests.GuestLetter]:
    """Return the letters that wait, as the worker takes them."""
    taken = stage.upkeep(guests.TakeLetters(within_seconds=0))
    assert isinstance(taken, guests.Letters)
    return taken.items


def bring_code(stage: Stage, guest: Guest, sent: guests.CodeSent, code: str) -> Any:
    """Bring a code."""
    return stage.ask(guests.FinishGuestSignIn(property_id=guest.property_id, code_id=sent.code_id, code=code))


def visit(stage: Stage, guest: Guest) -> Visitor:
    """Return the guest on a visit, come in by a code."""
    letters(stage)
    sent = send_code(stage, guest)
    (letter,) = letters(stage)
    come = bring_code(stage, guest, sent, letter.code)
    assert isinstance(come, guests.GuestVisit), come
    return Visitor(stage, guest, come.ticket)
