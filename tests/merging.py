"""Helpers of tests that join records: two guests who are one person, and the two people who say so."""

from __future__ import annotations

import msgspec

from discretion.wire import lookup, merging, upkeep
from tests.cast import Guest, Player, Stage, new_id


def same_document(guest: Guest) -> bytes:
    """Return the document group of somebody who holds this guest's passport."""
    return guest.records["document"]


def contact(*, phone: str = "", email: str = "", kind: str = "own") -> bytes:
    """Return a contact group of one phone and one e-mail."""
    phones = [{"e164": phone, "country_code": 86, "national": phone[3:]}] if phone else []
    return msgspec.json.encode({"phones": phones, "emails": [{"address": email, "kind": kind}] if email else []})


def second_of(stage: Stage, name: str = "Bea", duty: str = "duty_manager") -> Player:
    """Return another duty manager of Harbour, hired at the first asking."""
    if name not in stage.players:
        stage.players[name] = stage.hire(name, duty)
    return stage.players[name]


def ask_merge(
    player: Player, survivor: Guest, absorbed: Guest, groups: int = 0, *, purpose: str = "check_in", absorbed_purpose: str = "", **changed: object,
) -> object:
    """Ask that two records be joined; `groups` are those of which the absorbed record's are shown."""
    fields = {"why": "document", "words": "", **changed}
    return player.ask(
        merging.AskMerge, survivor_id=survivor.guest_id, absorbed_id=absorbed.guest_id, absorbed_groups=groups, purpose=purpose,
        absorbed_purpose=absorbed_purpose or purpose, **fields,
    )


def join(player: Player, merge_id: bytes, purpose: str = "check_in", absorbed_purpose: str = "") -> object:
    """Join what somebody else asked for."""
    return player.ask(merging.JoinRecords, merge_id=merge_id, purpose=purpose, absorbed_purpose=absorbed_purpose or purpose)


def part(player: Player, merge_id: bytes, why: str = "other_person", purpose: str = "check_in", absorbed_purpose: str = "") -> object:
    """Part what is joined, or end what is asked for."""
    return player.ask(merging.PartRecords, merge_id=merge_id, why=why, purpose=purpose, absorbed_purpose=absorbed_purpose or purpose)


def joined(stage: Stage, survivor: Guest, absorbed: Guest, groups: int = 0, *, purpose: str = "check_in", absorbed_purpose: str = "") -> bytes:
    """Have two records joined by two people; return the link's id."""
    asked = ask_merge(stage.ben, survivor, absorbed, groups, purpose=purpose, absorbed_purpose=absorbed_purpose)
    assert isinstance(asked, lookup.Entered), asked
    done = join(second_of(stage), asked.detail, purpose, absorbed_purpose)
    assert isinstance(done, lookup.Entered), done
    return asked.detail


def entries_about(stage: Stage, guest: Guest) -> list[str]:
    """Return the kinds of this guest's own entries, oldest first, without the asking itself."""
    told = stage.upkeep(upkeep.ExplainGuest(property_id=guest.property_id, request_id=new_id(), guest_id=guest.guest_id, by="operator"))
    assert isinstance(told, upkeep.Explained), told
    assert told.is_complete
    return [item.line.kind for item in told.items if item.line.kind != "explain"]
