"""An entry commits to who, whom and why, tells none of it, and opens a record for exactly that (ledger.md §8, row 17)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import structs

from discretion.keeper.papers import Ask, AskKind, Denied, Opened, Receipt, Unopened
from discretion.keeper.vault.keyring import SealError, opening_key, tag_key, unseal
from discretion.keeper.vault.unseal import ReceiptError
from discretion.ledger.checkpoint import Signer, sign_checkpoint
from discretion.ledger.leaf import (
    PARTS,
    canonical_json,
    commit,
    decode_leaf,
    opening_matches,
    parse_canonical_json,
    tag,
)
from tests.papers import House, allowed, facts, staff_facts

IDENTITY = b'{"name":"Wang"}'


class Entered:
    """One look-up of a guest, in the ledger, with its receipt."""

    def __init__(self, **opened: int) -> None:
        self.house, self.guest_id = House(), os.urandom(16)
        key_id, _, wrapped = self.house.keyring.new_staff_key(staff_id := os.urandom(16))
        self.staff = staff_facts(staff_id=staff_id, key_id=key_id, wrapped_key=wrapped)
        self.guest, self.key = self.house.guest(self.guest_id)
        self.facts = facts(self.staff, self.guest, guest_id=self.guest_id)
        (self.draft,) = self.house.drafted(allowed(self.facts, **opened))
        self.boxes = self.house.boxes(self.guest_id, self.guest, self.key, identity=IDENTITY, contact=b"{}")
        (self.receipt,) = self.house.receipts([self.draft], self.boxes)

    def with_draft(self, **changed: Any) -> Receipt:
        """The receipt with another draft behind it."""
        return structs.replace(self.receipt, committed=structs.replace(self.receipt.committed, draft=structs.replace(self.draft, **changed)))

    def with_facts(self, **changed: Any) -> Receipt:
        """The receipt, shown for another ask."""
        known = structs.replace(self.facts, **changed)
        return self.with_draft(judged=structs.replace(self.draft.judged, facts=known))


def test_a_receipt_opens_what_its_entry_names() -> None:
    entered = Entered()
    opened = entered.house.vault.unseal(entered.receipt)
    assert isinstance(opened, Opened)
    assert opened.fields == {"identity": IDENTITY}
    assert entered.house.vault.boxes.take_opened() == 1


def test_what_opens_nothing_is_no_opening() -> None:
    entered = Entered(clear=0)
    opened = entered.house.vault.unseal(entered.receipt)
    assert isinstance(opened, Opened)
    assert opened.fields == {}
    assert entered.house.vault.boxes.take_opened() == 0


def other_guest(entered: Entered) -> Receipt:
    return entered.with_facts(ask=structs.replace(entered.facts.ask, guest_id=os.urandom(16)))


def other_session(entered: Entered) -> Receipt:
    return entered.with_facts(staff=structs.replace(entered.staff, session_id=os.urandom(16)))


def nobodys_session(entered: Entered) -> Receipt:
    return entered.with_facts(staff=None)


def other_request(entered: Entered) -> Receipt:
    return entered.with_facts(ask=structs.replace(entered.facts.ask, request_id=os.urandom(16)))


def other_index(entered: Entered) -> Receipt:
    return entered.with_draft(index=entered.draft.index + 1)


def other_leaf(entered: Entered) -> Receipt:
    (other,) = entered.house.drafted(allowed(entered.facts))
    return entered.with_draft(leaf=other.leaf)


def other_opening(entered: Entered) -> Receipt:
    (other,) = entered.house.drafted(allowed(entered.facts))
    return entered.with_draft(opening=other.opening)


def wider_groups(entered: Entered) -> Receipt:
    texts = entered.draft.opening.texts
    wider = canonical_json({**parse_canonical_json(texts[2]), "given": [255, 0]})
    return entered.with_draft(opening=structs_like(entered.draft.opening, texts=(texts[0], texts[1], wider)))


def no_path(entered: Entered) -> Receipt:
    return structs.replace(entered.receipt, path=(bytes(32),))


def unsigned(entered: Entered) -> Receipt:
    return structs.replace(entered.receipt, checkpoint=entered.receipt.checkpoint.split("\n\n")[0] + "\n\n")


def signed_by_another(entered: Entered) -> Receipt:
    mallory = Signer(entered.house.signer.verifier.name, os.urandom(32))
    return structs.replace(entered.receipt, checkpoint=sign_checkpoint(mallory, entered.house.frontier.head()))


def of_another_tree(entered: Entered) -> Receipt:
    head = House().frontier.append([bytes(32)]).head()
    return structs.replace(entered.receipt, checkpoint=sign_checkpoint(entered.house.signer, head))


def denied(entered: Entered) -> Receipt:
    known = entered.facts
    (draft,) = entered.house.drafted(Denied(known, None, 0, "policy"))
    (receipt,) = entered.house.receipts([draft], entered.boxes)
    return structs.replace(receipt, committed=structs.replace(receipt.committed, draft=structs.replace(draft, judged=allowed(known))))


def structs_like(opening: Any, **changed: Any) -> Any:
    return type(opening)(**{"salts": opening.salts, "texts": opening.texts, **changed})


@pytest.mark.parametrize("forged", [
    other_guest, other_session, nobodys_session, other_request, other_index, other_leaf, other_opening, wider_groups, no_path, unsigned,
    signed_by_another, of_another_tree, denied,
], ids=lambda forged: forged.__name__)
def test_a_receipt_for_anything_else_opens_nothing(forged: Callable[[Entered], Receipt]) -> None:
    entered = Entered()
    with pytest.raises((ReceiptError, msgspec.ValidationError)):
        entered.house.vault.unseal(forged(entered))
    assert entered.house.vault.boxes.take_opened() == 0


def test_a_box_of_another_guest_stays_shut() -> None:
    entered = Entered()
    other_id = os.urandom(16)
    guest, key = entered.house.guest(other_id)
    boxes = entered.house.boxes(other_id, guest, key, identity=b'{"name":"Other"}')
    receipt = structs.replace(entered.receipt, committed=structs.replace(entered.receipt.committed, boxes=boxes))
    assert isinstance(entered.house.vault.unseal(receipt), Unopened)


def test_an_entry_of_a_guest_whose_key_is_damaged_is_made_and_opens_nothing() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    damaged = structs.replace(guest, wrapped_key=guest.wrapped_key[:-1])
    (draft,) = house.drafted(allowed(facts(staff_facts(), damaged, guest_id=guest_id)))
    assert (draft.seq, draft.guest_key_id, draft.guest_key) == (0, b"", b"")
    (receipt,) = house.receipts([draft], house.boxes(guest_id, guest, key, identity=IDENTITY))
    assert isinstance(house.vault.unseal(receipt), Unopened)


def test_the_leaf_tells_nothing_and_commits_to_everything() -> None:
    entered = Entered()
    draft = entered.draft
    assert opening_matches(draft.leaf, draft.opening)
    for told in (entered.guest_id, entered.staff.staff_id, entered.facts.ask.request_id, b"check_in", b"Wang"):
        assert told not in draft.leaf
        assert told.hex().encode() not in draft.leaf
    guest, staff, context = map(parse_canonical_json, draft.opening.texts)
    assert guest == {"guest": entered.guest_id.hex(), "previous": -1, "seq": 1}
    assert (staff["staff"], staff["duty"]) == (entered.staff.staff_id.hex(), "front_desk")
    assert (context["decision"], context["given"], context["kind"]) == ("allowed", [1, 0], "look_up")


def test_each_part_opens_under_its_owners_key_in_its_place_alone() -> None:
    entered = Entered()
    house, draft = entered.house, entered.draft
    place = house.property_id + draft.index.to_bytes(8, "big") + entered.facts.ask.request_id
    guest_opening = opening_key(entered.key)
    staff_opening = house.keyring.staff_key(entered.staff.staff_id, entered.staff.key_id, entered.staff.wrapped_key)
    for part, sealed, key, committed in zip(
        PARTS, draft.sealed_parts, (guest_opening, staff_opening, guest_opening), decode_leaf(draft.leaf).commitments, strict=True,
    ):
        plain = unseal(key, sealed, part.encode() + place)
        assert commit(part, plain[:32], plain[32:]) == committed
        for wrong_key, where in ((os.urandom(32), place), (key, house.property_id + bytes(8) + os.urandom(16)), (house.keyring.opening_key, place)):
            with pytest.raises(SealError):
                unseal(wrong_key, sealed, part.encode() + where)


def test_entries_of_one_guest_in_one_round_are_numbered_and_linked() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id, seq=4, last_idx=2)
    drafts = house.drafted(*(allowed(facts(staff_facts(), guest, guest_id=guest_id)) for _ in range(3)))
    texts = [parse_canonical_json(draft.opening.texts[0]) for draft in drafts]
    assert [(text["seq"], text["previous"]) for text in texts] == [(5, 2), (6, 0), (7, 1)]
    record = tag_key(key, 1)
    assert [decode_leaf(draft.leaf).tag for draft in drafts] == [tag(record, seq) for seq in (5, 6, 7)]


def test_an_entry_without_guest_or_staff_has_the_same_shape() -> None:
    house = House()
    known = structs.replace(facts(None, None), ask=Ask(AskKind.CHANGE, os.urandom(16), details=(("fact", "shift"),)))
    draft, other = house.drafted(allowed(known, clear=0), allowed(known, clear=0))
    assert len(draft.leaf) == 120
    assert draft.opening.texts[:2] == (b"{}", b"{}")
    assert decode_leaf(draft.leaf).tag != decode_leaf(other.leaf).tag, "random, as a guest's is to everyone else"
    assert {draft.opening.salts, other.opening.salts} != {draft.opening.salts}
