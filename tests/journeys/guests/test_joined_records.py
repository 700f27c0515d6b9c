"""A guest with two records: joined, both are hers, list and details; parted, each is itself again."""

from __future__ import annotations

from discretion.hotel.purpose import FieldGroup
from discretion.wire import guests
from tests.cast import Stage, groups
from tests.merging import joined, part
from tests.portals import visit

CONTACT = groups("contact")
EVERY = FieldGroup.IDENTITY.bit | FieldGroup.CONTACT.bit | FieldGroup.DOCUMENT.bit


def test_the_list_of_who_looked_holds_the_entries_of_both_and_after_parting_each_its_own(stage: Stage) -> None:
    dora, again = stage.guest(), stage.guest()
    of_dora = stage.ada.look_up(dora, masked=CONTACT).entry
    of_again = stage.ada.look_up(again, masked=CONTACT).entry
    merge_id = joined(stage, dora, again, CONTACT)
    while_joined = stage.ada.look_up(again, masked=CONTACT).entry
    for one in (dora, again):
        looks = [line.index for line in visit(stage, one).entries() if line.kind == "look_up"]
        assert looks == [while_joined, of_again, of_dora]
    part(stage.ben, merge_id)
    assert [line.index for line in visit(stage, dora).entries() if line.kind == "look_up"] == [of_dora]
    assert [line.index for line in visit(stage, again).entries() if line.kind == "look_up"] == [while_joined, of_again]


def test_entries_of_both_are_proved_to_the_guest_while_they_are_joined(stage: Stage) -> None:
    dora, again = stage.guest(), stage.guest()
    of_again = stage.ada.look_up(again, masked=CONTACT).entry
    merge_id = joined(stage, dora, again)
    proved = visit(stage, dora).ask(guests.OwnProofs, indexes=[of_again])
    assert [item.index for item in proved.items] == [of_again]
    part(stage.ben, merge_id)
    assert visit(stage, dora).ask(guests.OwnProofs, indexes=[of_again]).items == []


def test_her_details_are_shown_from_the_record_that_shows_each(stage: Stage) -> None:
    dora, again = stage.guest(), stage.guest()
    joined(stage, dora, again, CONTACT)
    shown = visit(stage, dora).ask(guests.OwnRecord, groups=EVERY)
    assert isinstance(shown, guests.OwnRecordShown), shown
    assert again.phone.encode() in shown.fields["contact"] and dora.document.encode() in shown.fields["document"]
    assert dora.surname.encode() in shown.fields["identity"]


def test_a_look_up_that_the_law_keeps_secret_of_one_record_is_kept_secret_in_the_list_of_both(stage: Stage) -> None:
    dora, again = stage.guest(), stage.guest()
    joined(stage, dora, again)
    number = stage.case(again, "lawful_request")
    stage.office.execute("update hotel.case_file set withheld_until = current_date + 30 where number = %s", (number,))
    found = stage.office.execute(
        "select count(*) from hotel.case_guest g join hotel.case_file f using (property_id, case_id) where f.withheld_until is not null"
        " and g.property_id = %s and g.guest_id in (select hotel.joined_records(%s, %s))",
        (dora.property_id.hex(), dora.property_id.hex(), dora.guest_id.hex()),
    ).fetchone()
    assert found == (1,)
