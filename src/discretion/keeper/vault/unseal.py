"""The vault's own check of a receipt, and the opening it allows.

Rules:
* Nothing is opened before checkpoint, inclusion and opening have been checked here, whatever was checked before.
* The opening must name this guest, this staff member's session, this request and cover exactly the groups opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from discretion.hotel.record import RecordError
from discretion.keeper.papers import Opened, Unopened
from discretion.keeper.vault.box import Boxes
from discretion.keeper.vault.keyring import SealError
from discretion.ledger.checkpoint import open_checkpoint
from discretion.ledger.errors import LedgerError
from discretion.ledger.leaf import opening_matches
from discretion.ledger.proof import InclusionProof, check_inclusion

if TYPE_CHECKING:
    from discretion.keeper.papers import Receipt
    from discretion.keeper.vault.keyring import Keyring
    from discretion.ledger.checkpoint import Verifier
    from discretion.ledger.tree import TreeHead


class ReceiptError(Exception):
    """A receipt that proves nothing, or proves something else. Never an asker's fault: the keeper stops."""


class _GuestPart(msgspec.Struct):
    guest: str = ""


class _StaffPart(msgspec.Struct):
    session: str = ""


class _ContextPart(msgspec.Struct):
    request: str
    given: tuple[int, int]
    decision: str


_decode_guest = msgspec.json.Decoder(_GuestPart).decode
_decode_staff = msgspec.json.Decoder(_StaffPart).decode
_decode_context = msgspec.json.Decoder(_ContextPart).decode


class Vault:
    """Opens boxes of one property against receipts, and counts what it opens."""

    def __init__(self, keyring: Keyring, verifier: Verifier) -> None:
        self._keyring = keyring
        self._verifier = verifier
        self._checkpoint: tuple[str, TreeHead | None] = (
            "",
            None,
        )  # the last that verified: a round's receipts share it
        self.boxes = Boxes(keyring.property_id)

    def unseal(self, receipt: Receipt) -> Opened | Unopened:
        """Return what `receipt` allows to be seen; `Unopened` when a box is damaged.

        Errors: `ReceiptError` when the receipt does not prove that exactly this was entered.
        """
        judged = receipt.committed.draft.judged
        allowed = self._check(receipt)
        guest = judged.facts.guest
        if guest is None or not allowed:
            return Opened(receipt, {})
        if not receipt.committed.boxes:  # entered, yet no record stands behind the key
            return Opened(receipt, {})
        guest_id = judged.facts.ask.guest_id
        try:
            fields = self.boxes.open_boxes(
                guest_id, guest.key_id, receipt.committed.draft.guest_key, receipt.committed.boxes,
                receipt.committed.versions, *allowed,
            )
        except (SealError, RecordError):
            return Unopened(receipt)
        return Opened(receipt, fields)

    def _check(self, receipt: Receipt) -> tuple[int, int] | None:
        draft = receipt.committed.draft
        facts = draft.judged.facts
        try:
            check_inclusion(InclusionProof(draft.index, receipt.path), draft.leaf, self._head(receipt.checkpoint))
            if not opening_matches(draft.leaf, draft.opening):
                raise ReceiptError("the opening is another entry's")
        except LedgerError as error:
            raise ReceiptError("checkpoint, path or leaf prove nothing") from error
        guest, staff, context = draft.opening.texts
        session = facts.staff.session_id.hex() if facts.staff else ""
        told = _decode_context(context)
        if facts.guest is not None and _decode_guest(guest).guest != facts.ask.guest_id.hex():
            raise ReceiptError("the entry names another guest")
        if _decode_staff(staff).session != session:
            raise ReceiptError("the entry names another session")
        if told.request != facts.ask.request_id.hex() or told.decision != "allowed":
            raise ReceiptError("the entry answers another ask")
        return told.given if any(told.given) else None

    def _head(self, checkpoint: str) -> TreeHead:
        note, head = self._checkpoint
        if head is None or note != checkpoint:
            head = open_checkpoint(checkpoint, self._verifier)
            self._checkpoint = (checkpoint, head)
        return head
