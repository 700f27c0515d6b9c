"""The connection breaks at each step from reading to COMMIT, the step not done and done: nobody is shown anything without
an entry, nobody loses one, and the same ask brought again meets the same entry (ledger.md §8, rows 1 to 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from discretion.wire import lookup, upkeep
from tests.cast import ALL, Guest, Stage, groups, new_id
from tests.ledgers import check_whole, entry_of, size_now
from tests.reading import given_away

if TYPE_CHECKING:
    from tests.database_proxy import When
    from tests.faults.conftest import Breakable

UNAVAILABLE = lookup.Failed(code="unavailable")
READ, RECORD, COMMIT = r"ledger\.fact_change", r"ledger\.record_round", r"\bcommit\b"


@pytest.mark.parametrize(("statement", "when", "is_entered"), [
    (READ, "before", False), (READ, "after", False), (RECORD, "before", False), (RECORD, "after", True),
])
def test_a_look_up_is_shown_only_what_is_entered(breakable: Breakable, statement: str, when: When, is_entered: bool) -> None:
    stage, guest, request_id = breakable.stage, breakable.stage.guest(), new_id()
    before = stage.size()
    with breakable.proxy.broken_at(statement, when):
        lost = stage.ada.look_up(guest, clear=ALL, request_id=request_id)
    assert lost == UNAVAILABLE
    assert given_away(lost, guest) == []
    assert size_now(stage) == before + is_entered
    assert entry_of(stage, request_id) == (before if is_entered else -1)
    again = stage.ada.look_up(guest, clear=ALL, request_id=request_id)
    if is_entered:
        assert again == lookup.Entered(entry=before), "asked and decided, never shown"
    else:
        assert isinstance(again, lookup.Disclosure)
        assert again.entry == before
    anew = stage.ada.look_up(guest, clear=ALL)
    assert isinstance(anew, lookup.Disclosure)
    assert anew.entry == before + 1
    check_whole(stage, {request_id: before})


@pytest.mark.parametrize("when", ["before", "after"])
def test_everyone_of_the_round_is_told_and_shown_nothing(breakable: Breakable, when: When) -> None:
    stage, guests = breakable.stage, [breakable.stage.guest() for _ in range(6)]
    before = stage.size()
    asked = {new_id(): guest for guest in guests}
    with breakable.proxy.broken_at(RECORD, when):
        answers = stage.ada.ask(
            lookup.LookUpMany, guest_ids=[guest.guest_id for guest in guests], purpose="check_in", masked=0, clear=groups("identity"),
        )
    assert answers == UNAVAILABLE
    assert size_now(stage) == before + (len(guests) if when == "after" else 0)
    for request_id, guest in asked.items():
        assert isinstance(stage.ada.look_up(guest, clear=1, request_id=request_id), lookup.Disclosure)
    check_whole(stage, {})


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("statement", [r"\bbegin\b", r"vault\.replace_boxes", RECORD, COMMIT])
def test_a_record_is_written_whole_and_once(breakable: Breakable, statement: str, when: When) -> None:
    stage, guest, request_id = breakable.stage, breakable.stage.guest(), new_id()
    before = stage.size()
    is_written = statement == COMMIT and when == "after"
    written = {"guest_id": guest.guest_id, "purpose": "check_in", "groups": {"preferences": b'{"diet":"new"}'}, "request_id": request_id}
    with breakable.proxy.broken_at(statement, when):
        assert stage.ada.ask(lookup.Inscribe, **written) == UNAVAILABLE
    assert _version(stage, guest) == 1 + is_written
    assert size_now(stage) == before + is_written
    again = stage.ada.ask(lookup.Inscribe, **written)
    assert again == (lookup.Entered(entry=before) if is_written else lookup.Inscribed(guest_id=guest.guest_id, entry=before))
    assert _version(stage, guest) == 2
    opened = stage.ada.look_up(guest, clear=ALL)
    assert opened.fields["preferences"] == b'{"diet":"new"}'
    check_whole(stage, {request_id: before})


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("statement", [r"insert into keys\.guest_key", r"insert into vault\.record", RECORD, COMMIT])
def test_a_record_is_founded_whole_and_once(breakable: Breakable, statement: str, when: When) -> None:
    stage, guest_id, request_id = breakable.stage, new_id(), new_id()
    written = {"guest_id": guest_id, "purpose": "check_in", "groups": {"identity": b'{"name":"N"}'}, "request_id": request_id, "is_new": True}
    before = stage.size()
    with breakable.proxy.broken_at(statement, when):
        assert stage.ada.ask(lookup.Inscribe, **written) == UNAVAILABLE
    is_written = statement == COMMIT and when == "after"
    assert _rows_of(stage, guest_id) == ([1, 1, 1] if is_written else [0, 0, 0])
    again = stage.ada.ask(lookup.Inscribe, **written)
    assert again.entry == before
    assert _rows_of(stage, guest_id) == [1, 1, 1]
    check_whole(stage, {request_id: before})


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("statement", [r"update keys\.challenge", r"insert into keys\.session", RECORD, COMMIT])
def test_a_sign_in_is_whole_or_not_at_all(breakable: Breakable, statement: str, when: When) -> None:
    stage = breakable.stage
    mallory = stage.hire("Mallory", "front_desk")
    challenge = mallory.begin_sign_in()
    assertion = mallory.authenticator.sign(challenge.options)
    with breakable.proxy.broken_at(statement, when):
        assert mallory.finish_sign_in(challenge, assertion) == UNAVAILABLE
    is_done = statement == COMMIT and when == "after"
    assert _sessions(stage, mallory.staff_id) == 1 + is_done
    again = mallory.finish_sign_in(challenge, assertion)
    assert again == lookup.Failed(code="passkey") if is_done else isinstance(again, lookup.SignedIn)
    assert mallory.sign_in().ticket
    check_whole(stage, {})


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("search", ["present_house", "holders"])
def test_a_search_that_broke_after_its_entry_shows_nobody(breakable: Breakable, search: str, when: When) -> None:
    stage, guest = breakable.stage, breakable.stage.guest()
    before = stage.size()
    with breakable.proxy.broken_at(rf"vault\.{search}", when):
        if search == "present_house":
            found = stage.ada.ask(lookup.FindByName, purpose="check_in", name=guest.surname, phone_end=guest.phone[-4:])
        else:
            found = stage.ada.ask(lookup.FindExact, purpose="check_in", kind="email", value=guest.email)
    assert found == UNAVAILABLE
    assert size_now(stage) == before + 1
    again = stage.ada.ask(lookup.FindExact, purpose="check_in", kind="email", value=guest.email)
    assert [hit.guest_id for hit in again.items] == [guest.guest_id]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_captured_change_is_entered_once(breakable: Breakable, when: When) -> None:
    stage = breakable.stage
    before = stage.size()
    with breakable.proxy.broken_at(RECORD, when):
        stage.shift(stage.ben, from_hours=100, to_hours=101)  # a quiet keeper looks for changes every second
    assert stage.size() == before + 1
    check_whole(stage, {})


@pytest.mark.parametrize(("statement", "when"), [(r"copy vault\.record", "before"), (COMMIT, "before"), (COMMIT, "after")])
def test_a_batch_is_sealed_whole_and_once(breakable: Breakable, statement: str, when: When) -> None:
    stage = breakable.stage
    batch = upkeep.SealBatch(
        property_id=stage.ada.property_id, guests=[upkeep.SealedGuest(new_id(), {"identity": b'{"name":"N"}'}) for _ in range(5)],
    )
    with breakable.proxy.broken_at(statement, when):
        assert stage.upkeep(batch) == UNAVAILABLE
    is_written = statement == COMMIT and when == "after"
    again = stage.upkeep(batch)
    assert again.counts == ({"sealed": 0, "known": 5} if is_written else {"sealed": 5, "known": 0})
    assert all(_rows_of(stage, guest.guest_id) == [1, 1, 1] for guest in batch.guests)


def _version(stage: Stage, guest: Guest) -> int:
    found = stage.superuser.execute("select version from vault.record where guest_id = %s", (guest.guest_id.hex(),)).fetchone()
    assert found is not None
    return int(found[0])


def _rows_of(stage: Stage, guest_id: bytes) -> list[int]:
    counts = []
    for table in ("keys.guest_key", "vault.record", "ledger.sequence"):
        found = stage.superuser.execute(f"select count(*) from {table} where guest_id = %s", (guest_id.hex(),)).fetchone()  # type: ignore[arg-type]
        assert found is not None
        counts.append(int(found[0]))
    return counts


def _sessions(stage: Stage, staff_id: bytes) -> int:
    found = stage.superuser.execute("select count(*) from keys.session where staff_id = %s", (staff_id.hex(),)).fetchone()
    assert found is not None
    return int(found[0])
