"""A guest belongs to one property: at another nobody finds, reads, writes or copies the record, or learns that it is there."""

from __future__ import annotations

from discretion.hotel.purpose import Purpose
from discretion.wire import lookup
from tests.cast import ALL, Stage, new_id
from tests.conftest import HILLTOP
from tests.reading import bare


def test_looking_it_up_reads_as_if_there_were_nobody(stage: Stage) -> None:
    for purpose in Purpose:
        answer = stage.cleo.look_up(stage.dora, purpose, clear=ALL)
        assert isinstance(answer, lookup.Refusal)
        assert bare(answer) == bare(stage.cleo.look_up(new_id(), purpose, clear=ALL))


def test_a_list_holds_the_house_own_guests_only(stage: Stage) -> None:
    own = stage.guest("arriving", at=HILLTOP)
    answers = stage.cleo.ask(
        lookup.LookUpMany, guest_ids=[stage.dora.guest_id, own.guest_id, new_id()], purpose="check_in", masked=ALL,
    )
    theirs, ours, nobody = answers.items
    assert isinstance(ours, lookup.Disclosure)
    assert isinstance(theirs, lookup.Refusal) and theirs.reason == "not_found"
    assert bare(theirs) == bare(nobody)


def test_it_is_not_found_by_name_or_by_any_exact_value(stage: Stage) -> None:
    dora = stage.dora
    nobody = stage.cleo.ask(lookup.FindByName, purpose="check_in", name="Nobody", phone_end="9999")
    assert bare(stage.cleo.ask(lookup.FindByName, purpose="check_in", name=dora.surname, phone_end=dora.phone[-4:])) == bare(nobody)
    for kind, value, country in (("phone", dora.phone, "CN"), ("email", dora.email, ""), ("document", dora.document, "FRA")):
        found = stage.cleo.ask(lookup.FindExact, purpose="check_in", kind=kind, value=value, country=country)
        assert bare(found) == bare(nobody)
        assert stage.ada.ask(lookup.FindExact, purpose="check_in", kind=kind, value=value, country=country).hits == 1


def test_writing_to_it_is_refused_and_changes_nothing(stage: Stage) -> None:
    theirs = stage.guest("arriving")
    written = {"identity": b'{"name":"Mallory"}'}
    answer = stage.cleo.ask(lookup.Inscribe, guest_id=theirs.guest_id, purpose="check_in", groups=written)
    assert bare(answer) == bare(stage.cleo.ask(lookup.Inscribe, guest_id=new_id(), purpose="check_in", groups=written))
    assert stage.ada.look_up(theirs, clear=1).fields["identity"] == theirs.records["identity"]


def test_its_sealed_copy_cannot_be_taken(stage: Stage) -> None:
    answer = stage.cleo.ask(lookup.Snapshot, stay_id=stage.dora.stay_id, guest_ids=[stage.dora.guest_id])
    assert answer == stage.cleo.ask(lookup.Snapshot, stay_id=new_id(), guest_ids=[new_id()])
    taken = stage.superuser.execute("select count(*) from vault.snapshot where property_id = %s", (HILLTOP.id,)).fetchone()
    assert taken == (0,)


def test_a_record_founded_under_its_id_elsewhere_is_another_record(stage: Stage) -> None:
    dora = stage.guest("arriving")
    answer = stage.cleo.ask(
        lookup.Inscribe, guest_id=dora.guest_id, purpose="check_in", groups={"identity": b'{"name":"Mallory"}'}, is_new=True,
    )
    assert isinstance(answer, lookup.Inscribed)
    assert stage.ada.look_up(dora, clear=1).fields["identity"] == dora.records["identity"]


def test_a_ledger_of_one_property_never_moves_for_the_other(stage: Stage) -> None:
    before = stage.size(stage.ada.property_id)
    stage.cleo.look_up(stage.dora, clear=ALL)
    assert stage.size(stage.ada.property_id) == before
