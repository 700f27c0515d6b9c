"""Two records of one person: found by exact values, joined by two people, shown as one, parted again without a trace in either."""

from __future__ import annotations

import pytest

from discretion.wire import exceptions, lookup, merging
from tests.cast import Guest, Stage, groups
from tests.merging import ask_merge, contact, entries_about, join, joined, part, same_document, second_of

CONTACT, DOCUMENT, IDENTITY = groups("contact"), groups("document"), groups("identity")


def shown(answer: object) -> dict[str, bytes]:
    assert isinstance(answer, lookup.Disclosure), answer
    return answer.fields


def duplicates(stage: Stage, guest: Guest, purpose: str = "check_in") -> list[tuple[bytes, str]]:
    found = stage.ada.ask(merging.FindDuplicates, guest_id=guest.guest_id, purpose=purpose)
    assert isinstance(found, lookup.Found), found
    return [(hit.guest_id, hit.by) for hit in found.items]


# ------------------------------------------------------------------------------------------------------- who may be the same


def test_who_shares_a_document_an_e_mail_or_a_phone_is_suggested_best_first(stage: Stage) -> None:
    guest = stage.guest()
    by_phone = stage.guest(contact=contact(phone=guest.phone))
    by_mail = stage.guest(contact=contact(email=guest.email.upper()))
    by_document = stage.guest(document=same_document(guest), contact=contact(phone=guest.phone))
    stage.guest(identity=guest.records["identity"])  # a name makes nobody the same
    assert duplicates(stage, guest) == [(by_document.guest_id, "document"), (by_mail.guest_id, "email"), (by_phone.guest_id, "phone")]
    assert set(duplicates(stage, by_phone)) == {(by_document.guest_id, "phone"), (guest.guest_id, "phone")}


def test_an_alias_of_a_booking_platform_makes_nobody_the_same(stage: Stage) -> None:
    guest = stage.guest(contact=contact(email="relay-77@booking.example", kind="alias"))
    stage.guest(contact=contact(email="relay-77@booking.example", kind="alias"))
    assert duplicates(stage, guest) == []


def test_a_reservation_number_makes_nobody_the_same(stage: Stage) -> None:
    guest = stage.guest()
    stage.guest(booking=guest.records["booking"])
    assert duplicates(stage, guest) == []


def test_a_suggestion_shows_masks_and_only_whom_the_policy_lets_see(stage: Stage) -> None:
    guest = stage.guest()
    seen, unseen = stage.guest(document=same_document(guest)), stage.guest("none", document=same_document(guest))
    found = stage.ada.ask(merging.FindDuplicates, guest_id=guest.guest_id, purpose="check_in")
    assert [hit.guest_id for hit in found.items] == [seen.guest_id] and found.hits == 1
    assert found.items[0].answer.clear == 0
    assert seen.surname.encode() not in b"".join(found.items[0].answer.fields.values())
    assert entries_about(stage, guest) == ["duplicates"]
    assert entries_about(stage, seen) == ["list"]
    assert entries_about(stage, unseen) == ["list"], "the refused look at a suggestion stands in that guest's list too"


# ------------------------------------------------------------------------------------------------------------------- joining


def test_what_one_asks_for_another_joins_and_both_records_have_the_entries(stage: Stage) -> None:
    survivor, absorbed = stage.guest(), stage.guest()
    asked = ask_merge(stage.ben, survivor, absorbed, CONTACT)
    assert isinstance(asked, lookup.Entered), asked
    assert isinstance(join(second_of(stage), asked.detail), lookup.Entered)
    for guest in (survivor, absorbed):
        assert entries_about(stage, guest) == ["merge", "merge"]
    row = stage.office.execute(
        "select record_id::text, groups from hotel.record_sides(%s, %s) order by groups", (survivor.property_id.hex(), survivor.guest_id.hex()),
    ).fetchall()
    assert {(bytes.fromhex(record.replace("-", "")), bits) for record, bits in row} == {(absorbed.guest_id, CONTACT), (survivor.guest_id, 255 - CONTACT)}
    assert isinstance(part(stage.ben, asked.detail), lookup.Entered)
    assert entries_about(stage, survivor)[-1] == entries_about(stage, absorbed)[-1] == "unmerge"


def test_a_joined_record_is_as_near_to_the_house_as_the_other(stage: Stage) -> None:
    coming, before = stage.guest(), stage.guest("departed", departed_days=20)
    assert isinstance(stage.ada.look_up(before, masked=CONTACT), lookup.Refusal)
    stage.case(before, "complaint")
    merge_id = joined(stage, coming, before, CONTACT, absorbed_purpose="complaint")
    answer = stage.ada.look_up(before, masked=CONTACT)
    assert isinstance(answer, lookup.Disclosure), answer
    assert answer.relation == "arriving"
    assert stage.ada.look_up(coming, masked=CONTACT).relation == "arriving"
    assert isinstance(part(stage.ben, merge_id), lookup.Entered)
    assert isinstance(stage.ada.look_up(before, masked=CONTACT), lookup.Refusal), "parted, each stands as it stood"


def test_what_restricts_one_of_joined_records_restricts_both(stage: Stage) -> None:
    survivor, absorbed = stage.guest(), stage.guest()
    joined(stage, survivor, absorbed)
    assert isinstance(stage.ada.look_up(absorbed, masked=CONTACT), lookup.Disclosure)
    stage.lock("guest", survivor.guest_id)
    assert isinstance(stage.ada.look_up(absorbed, masked=CONTACT), lookup.Refusal)
    assert isinstance(stage.ada.look_up(survivor, masked=CONTACT), lookup.Refusal)


def test_a_case_that_names_one_of_joined_records_names_the_person(stage: Stage) -> None:
    survivor, absorbed = stage.guest("in_house"), stage.guest("in_house")
    joined(stage, survivor, absorbed, purpose="guest_request")
    assert isinstance(stage.ada.look_up(absorbed, "complaint", masked=CONTACT), lookup.Refusal)
    stage.case(survivor, "complaint")
    assert isinstance(stage.ada.look_up(absorbed, "complaint", masked=CONTACT), lookup.Disclosure)


def test_an_emergency_on_a_joined_record_ends_once(stage: Stage) -> None:
    survivor, absorbed = stage.guest("in_house"), stage.guest("in_house")
    joined(stage, survivor, absorbed, purpose="guest_request")
    begun = stage.ben.emergency(survivor, CONTACT)
    assert isinstance(begun, lookup.Entered), begun
    assert isinstance(stage.ben.look_up(absorbed, "emergency", masked=CONTACT), lookup.Disclosure)
    stage.superuser.execute("update hotel.emergency set until_at = clock_timestamp() where emergency_id = %s", (begun.detail.hex(),))
    stage.ada.look_up(survivor, "guest_request", masked=CONTACT)
    assert isinstance(stage.ben.ask(exceptions.EndEmergency, emergency_id=begun.detail), (lookup.Entered, lookup.Failed))
    assert entries_about(stage, survivor).count("emergency_end") == 1
    assert "emergency_end" not in entries_about(stage, absorbed)


def test_three_records_of_one_person_are_joined_one_after_the_other(stage: Stage) -> None:
    first, second, third = stage.guest(), stage.guest(), stage.guest()
    joined(stage, first, second, CONTACT | DOCUMENT)
    newest = joined(stage, first, third, DOCUMENT)
    place = first.property_id.hex()

    def sides() -> dict[bytes, int]:
        rows = stage.office.execute("select record_id::text, groups from hotel.record_sides(%s, %s)", (place, third.guest_id.hex())).fetchall()
        return {bytes.fromhex(record.replace("-", "")): bits for record, bits in rows}

    assert sides() == {first.guest_id: 255 - CONTACT - DOCUMENT, second.guest_id: CONTACT, third.guest_id: DOCUMENT}
    part(stage.ben, newest)
    assert sides() == {third.guest_id: 255}


# ------------------------------------------------------------------------------------------------------------ what is in the way


@pytest.mark.parametrize(("bar", "code"), [
    ("sealed", "merge_protected"), ("do_not_rent", "merge_marked"), ("lock", "merge_protected"), ("held", "merge_held"), ("same", "merge_same"),
])
def test_what_is_in_the_way_is_told_to_whoever_may_see_both(stage: Stage, bar: str, code: str) -> None:
    survivor, absorbed = stage.guest(), stage.guest()
    if bar == "held":
        ask_merge(stage.ben, stage.guest(), absorbed)
    elif bar == "lock":
        stage.lock("guest", absorbed.guest_id)
    elif bar != "same":
        stage.mark(absorbed, bar)
    answer = ask_merge(stage.ben, survivor, survivor if bar == "same" else absorbed)
    if bar == "lock":
        assert isinstance(answer, lookup.Refusal), "a locked record is shown to nobody, so nothing is said of it"
    else:
        assert isinstance(answer, lookup.Failed) and answer.code == code, answer
    assert stage.office.execute("select count(*) from hotel.guest_merge where survivor_id = %s", (survivor.guest_id.hex(),)).fetchone() == (0,)


def test_nothing_is_joined_during_an_emergency(stage: Stage) -> None:
    survivor, absorbed = stage.guest("in_house"), stage.guest("in_house")
    stage.ben.emergency(absorbed, CONTACT)
    answer = ask_merge(stage.ben, survivor, absorbed, purpose="guest_request")
    assert isinstance(answer, lookup.Failed) and answer.code == "merge_emergency"


def test_a_mark_set_while_the_second_person_thinks_bars_the_joining(stage: Stage) -> None:
    survivor, absorbed = stage.guest(), stage.guest()
    asked = ask_merge(stage.ben, survivor, absorbed)
    stage.mark(absorbed, "do_not_rent")
    answer = join(second_of(stage), asked.detail)
    assert isinstance(answer, lookup.Failed) and answer.code == "merge_marked"


def test_what_was_asked_for_is_taken_back_by_its_asker_or_refused_by_another(stage: Stage) -> None:
    for who, why in ((stage.ben, "withdrawn"), (second_of(stage), "refused")):
        asked = ask_merge(stage.ben, stage.guest(), stage.guest())
        assert isinstance(part(who, asked.detail, "mistaken"), lookup.Entered)
        ended = stage.office.execute("select why_ended from hotel.guest_merge where merge_id = %s", (asked.detail.hex(),)).fetchone()
        assert ended == (why,)
        late = join(second_of(stage), asked.detail)
        assert isinstance(late, lookup.Failed) and late.code == "not_found"


def test_the_privacy_officer_joins_for_rights_requests_that_name_both(stage: Stage) -> None:
    officer = second_of(stage, "Petra", "privacy")
    survivor, absorbed = stage.guest("departed", departed_days=400), stage.guest("none")
    assert isinstance(ask_merge(officer, survivor, absorbed, purpose="dsr"), lookup.Refusal), "no case names them"
    for guest in (survivor, absorbed):
        stage.case(guest, "dsr")
    asked = ask_merge(officer, survivor, absorbed, purpose="dsr")
    assert isinstance(asked, lookup.Entered), asked
    other = second_of(stage, "Paul", "privacy")
    assert isinstance(join(other, asked.detail, "dsr"), lookup.Entered)
    assert isinstance(officer.look_up(absorbed, "dsr", masked=IDENTITY), lookup.Refusal), "to see is another matter: a passkey verified anew"


def test_erasing_one_record_ends_its_links_and_takes_its_words_and_copies(stage: Stage) -> None:
    survivor, absorbed = stage.guest(), stage.guest()
    asked = ask_merge(stage.ben, survivor, absorbed, CONTACT, words="both desks saw it")
    assert isinstance(join(second_of(stage), asked.detail), lookup.Entered)
    kept = stage.ada.ask(lookup.Snapshot, stay_id=survivor.stay_id, guest_ids=[survivor.guest_id])
    assert isinstance(kept, lookup.Entered), kept
    place = survivor.property_id.hex()
    assert stage.superuser.execute("select hotel.erase_part_merges(%s, %s, 2)", (place, absorbed.guest_id.hex())).fetchone() == (0,)
    assert stage.superuser.execute("select hotel.erase_part_merges(%s, %s, 255)", (place, absorbed.guest_id.hex())).fetchone() == (2,)
    assert stage.office.execute("select why_ended from hotel.guest_merge where merge_id = %s", (asked.detail.hex(),)).fetchone() == ("erased",)
    assert stage.office.execute("select count(*) from hotel.guest_merge_note where merge_id = %s", (asked.detail.hex(),)).fetchone() == (0,)
    copies = stage.office.execute("select record_id::text from hotel.stay_copy where stay_id = %s", (survivor.stay_id.hex(),)).fetchall()
    assert [record.replace("-", "") for (record,) in copies] == [survivor.guest_id.hex()]
    assert stage.ada.look_up(survivor, masked=CONTACT).fields, "the other record stands by itself"
