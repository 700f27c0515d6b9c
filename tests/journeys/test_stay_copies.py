"""What was registered or invoiced at a stay: kept sealed, looked up like a record, and changed by nothing that comes later."""

from __future__ import annotations

import msgspec

from discretion.wire import lookup, merging
from tests.cast import ALL, Guest, Player, Stage, groups
from tests.merging import entries_about, joined, part

CONTACT, IDENTITY = groups("contact"), groups("identity")


def keep(player: Player, guest: Guest, occasion: str = "check_in", reason: str = "") -> object:
    kept = player.ask(lookup.Snapshot, stay_id=guest.stay_id, guest_ids=[guest.guest_id], occasion=occasion, reason=reason)
    assert isinstance(kept, lookup.Entered), kept
    return kept


def copy_of(player: Player, guest: Guest, version: int = 1, *, record: Guest | None = None, purpose: str = "check_in", clear: int = IDENTITY) -> lookup.Disclosure:
    answer = player.ask(
        merging.LookUpCopy, guest_id=(record or guest).guest_id, stay_id=guest.stay_id, version=version, purpose=purpose, clear=clear, masked=0,
    )
    assert isinstance(answer, lookup.Disclosure), answer
    return answer


def renamed(stage: Stage, guest: Guest, surname: str) -> None:
    raw = msgspec.json.encode({"name": f"Dora {surname}", "surname": surname, "given": "Dora", "birth": {"year": 1980}, "age_category": "adult"})
    written = stage.ada.ask(lookup.Inscribe, guest_id=guest.guest_id, purpose="check_in", groups={"identity": raw})
    assert isinstance(written, lookup.Inscribed), written


def test_a_corrected_name_changes_the_record_and_not_what_was_registered(stage: Stage) -> None:
    guest = stage.guest()
    keep(stage.ada, guest)
    renamed(stage, guest, "Corrected")
    assert b"Corrected" in stage.ada.look_up(guest, clear=IDENTITY).fields["identity"]
    assert guest.surname.encode() in copy_of(stage.ada, guest).fields["identity"]
    keep(stage.ada, guest, "corrected", "misread")
    assert guest.surname.encode() in copy_of(stage.ada, guest).fields["identity"], "the earlier version stays beside the new one"
    assert b"Corrected" in copy_of(stage.ada, guest, 2).fields["identity"]
    rows = stage.office.execute(
        "select version, occasion, reason from hotel.stay_copy where stay_id = %s order by version", (guest.stay_id.hex(),),
    ).fetchall()
    assert rows == [(1, "check_in", ""), (2, "corrected", "misread")]
    assert stage.verify()[0] == 0


def test_a_correction_says_why(stage: Stage) -> None:
    guest = stage.guest()
    refused = stage.ada.ask(lookup.Snapshot, stay_id=guest.stay_id, guest_ids=[guest.guest_id], occasion="corrected")
    assert isinstance(refused, lookup.Failed), refused


def test_a_copy_is_looked_up_as_its_record_is(stage: Stage) -> None:
    guest = stage.guest()
    keep(stage.ada, guest)
    shown, of_record = copy_of(stage.ada, guest, clear=ALL), stage.ada.look_up(guest, clear=ALL)
    assert (shown.clear, shown.masked, shown.relation) == (of_record.clear, of_record.masked, of_record.relation)
    assert shown.fields == of_record.fields
    assert entries_about(stage, guest) == ["look_up", "look_up"]
    maid = stage.hire("Hilda", "housekeeping")
    refused = maid.ask(
        merging.LookUpCopy, guest_id=guest.guest_id, stay_id=guest.stay_id, version=1, purpose="check_in", clear=IDENTITY, masked=0,
    )
    assert isinstance(refused, lookup.Refusal)
    assert stage.verify()[0] == 0, "what was opened is what entries allowed"


def test_where_there_is_no_such_copy_nothing_is_shown(stage: Stage) -> None:
    guest = stage.guest()
    keep(stage.ada, guest)
    assert copy_of(stage.ada, guest, 9).fields == {}
    assert copy_of(stage.ada, guest, record=stage.guest()).fields == {}


def test_joining_and_parting_records_change_no_copy(stage: Stage) -> None:
    guest, other = stage.guest(), stage.guest()
    keep(stage.ada, guest)
    merge_id = joined(stage, guest, other, CONTACT)
    assert guest.phone.encode() in copy_of(stage.ada, guest, clear=CONTACT).fields["contact"]
    keep(stage.ada, guest, "corrected", "guest_said")
    rows = dict(stage.office.execute(
        "select record_id::text, groups from hotel.stay_copy where stay_id = %s and version = 2", (guest.stay_id.hex(),),
    ).fetchall())
    assert {bytes.fromhex(record.replace("-", "")): bits for record, bits in rows.items()} == {guest.guest_id: ALL - CONTACT, other.guest_id: CONTACT}
    part(stage.ben, merge_id)
    assert other.phone.encode() in copy_of(stage.ada, guest, 1, record=other, clear=CONTACT).fields["contact"], "as it was joined then"


def test_only_people_of_a_stay_have_a_copy_in_it(stage: Stage) -> None:
    guest, stranger = stage.guest(), stage.guest()
    answer = stage.ada.ask(lookup.Snapshot, stay_id=guest.stay_id, guest_ids=[guest.guest_id, stranger.guest_id])
    assert isinstance(answer, lookup.Failed) and answer.code == "conflict"
