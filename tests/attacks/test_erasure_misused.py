"""Erasure by somebody without the duty, of a guest who is held, of another hotel's, twice, without the passkey verified for it; by the roles of the
database behind the keeper's back; and what an erased guest's visit still opens: nothing.
"""

from __future__ import annotations

import psycopg
import pytest

from discretion.wire import erasure, exceptions, guests, lookup
from tests.cast import Stage
from tests.conftest import PASSWORDS
from tests.erasing import carry_out, case_of, closed, erased, officer, order
from tests.portals import visit


def is_there(stage: Stage, guest_id: bytes) -> bool:
    return stage.superuser.execute("select 1 from keys.guest_key where guest_id = %s", (guest_id.hex(),)).fetchone() is not None


def test_only_the_privacy_officer_carries_one_out(stage: Stage) -> None:
    guest = stage.guest("departed")
    order_id = order(stage, guest, case_id=case_of(stage, guest))
    for player in (stage.ada, stage.ben, stage.egon, stage.iris):
        refused = carry_out(player, order_id)
        assert isinstance(refused, lookup.Failed) and refused.code == "not_allowed", (player.name, refused)
    assert is_there(stage, guest.guest_id)


def test_an_order_without_an_open_case_of_this_guest_is_nobodys(stage: Stage) -> None:
    guest, other = stage.guest("departed"), stage.guest("departed")
    over = closed(stage, guest, case_of(stage, guest))
    for order_id in (order(stage, guest), order(stage, guest, case_id=over), order(stage, guest, case_id=case_of(stage, other))):
        refused = carry_out(officer(stage), order_id)
        assert isinstance(refused, lookup.Failed) and refused.code == "not_found", refused
    assert is_there(stage, guest.guest_id)


def test_the_operator_names_no_order_without_an_open_case_either(stage: Stage) -> None:
    guest, other = stage.guest("departed"), stage.guest("departed")
    over = closed(stage, guest, case_of(stage, guest))
    for order_id in (order(stage, guest), order(stage, guest, case_id=over), order(stage, guest, case_id=case_of(stage, other)), bytes(16)):
        refused = stage.upkeep(erasure.CarryOutErasures(property_id=guest.property_id, request_id=bytes(16), order_id=order_id))
        assert isinstance(refused, lookup.Failed) and refused.code == "not_found", refused
    assert is_there(stage, guest.guest_id)


def test_an_order_of_another_hotel_does_not_exist_here(stage: Stage) -> None:
    guest = stage.guest("departed", at=next(each for each in stage.settings.properties if each.property_id == stage.cleo.property_id))
    plan_order = order(stage, guest, plan_id=bytes(16))
    refused = carry_out(officer(stage), plan_order)
    assert isinstance(refused, lookup.Failed) and refused.code == "not_found", refused
    done = stage.upkeep(erasure.CarryOutErasures(property_id=stage.ada.property_id, request_id=bytes(16), plan_id=bytes(16)))
    assert (done.done, done.stopped) == (0, {})
    assert is_there(stage, guest.guest_id)


def test_a_passkey_verified_for_something_else_is_none(stage: Stage) -> None:
    guest, other = stage.guest("departed"), stage.guest("departed")
    order_id, another = (order(stage, each, case_id=case_of(stage, each)) for each in (guest, other))
    for action in (
        exceptions.Action("erase", exceptions.subject_of([another])), exceptions.Action("erase", exceptions.subject_of([order_id, another])),
        exceptions.Action("look_up", exceptions.subject_of([order_id])),
    ):
        refused = officer(stage).verified(erasure.CarryOutErasure, action, order_ids=[order_id])
        assert isinstance(refused, lookup.Failed) and refused.code == "passkey", refused
    challenge = officer(stage).ask(exceptions.BeginAction, action=exceptions.Action("erase", exceptions.subject_of([order_id])))
    refused = officer(stage).ask(erasure.CarryOutErasure, challenge_id=challenge.challenge_id, order_ids=[order_id])
    assert isinstance(refused, lookup.Failed) and refused.code == "passkey", refused
    assert is_there(stage, guest.guest_id)


def test_a_hold_set_after_the_order_stops_it(stage: Stage) -> None:
    guest = stage.guest("departed")
    order_id = order(stage, guest, case_id=case_of(stage, guest))
    stage.mark(guest, "hold")
    done = carry_out(officer(stage), order_id)
    assert (done.done, done.stopped) == (0, {"held": 1})
    assert is_there(stage, guest.guest_id)


def test_twice_is_one_erasure_and_one_entry(stage: Stage) -> None:
    guest = stage.guest("departed")
    order_id = order(stage, guest, case_id=case_of(stage, guest))
    first = carry_out(officer(stage), order_id)
    size = stage.superuser.execute("select count(*) from ledger.entry where property_id = %s and idx <= %s",
                                   (guest.property_id.hex(), first.entry)).fetchone()
    again = carry_out(officer(stage), order_id)
    assert again.entry == first.entry and size is not None
    refused = carry_out(stage.ben, order_id)
    assert isinstance(refused, lookup.Failed) and refused.code == "not_allowed", refused
    second = order(stage, guest, plan_id=bytes([1] * 16))
    done = stage.upkeep(erasure.CarryOutErasures(property_id=guest.property_id, request_id=bytes(16), plan_id=bytes([1] * 16)))
    assert (done.done, done.stopped) == (0, {"unknown": 1}), (second, done)


def test_a_certificate_is_of_what_was_done_alone_and_names_nobody(stage: Stage) -> None:
    guest, another = stage.guest("departed"), stage.guest("departed")
    waiting = order(stage, guest, case_id=case_of(stage, guest))
    for place, order_id in ((guest.property_id, waiting), (guest.property_id, bytes(16)), (stage.cleo.property_id, erased(stage, another))):
        refused = stage.ask(erasure.CertifyErasure(property_id=place, order_id=order_id))
        assert isinstance(refused, lookup.Failed) and refused.code == "not_found", refused
    assert stage.ask(erasure.CertifyErasure(property_id=bytes(16), order_id=waiting)) == lookup.Failed(code="not_allowed")
    carry_out(officer(stage), waiting)
    proved = stage.ask(erasure.CertifyErasure(property_id=guest.property_id, order_id=waiting))
    assert isinstance(proved, erasure.ErasureProof), proved
    told = proved.context + proved.counts
    assert officer(stage).staff_id.hex().encode() not in told and guest.surname.encode() not in told


@pytest.mark.parametrize("role", ["office", "worker", "auditor", "keeper"])
@pytest.mark.parametrize("statement", [
    "insert into ledger.erasing select property_id, pg_current_xact_id() from hotel.property", "delete from hotel.erasure_order",
    "update hotel.erasure_order set done_at = now(), entry_idx = 0", "delete from vault.snapshot", "delete from keys.guest_key",
    "update hotel.stay_act set details = '{}'", "update ledger.fact_change set rows = '[]'", "select hotel.erase_links(property_id, property_id, property_id, 1) from hotel.property",
    "select ledger.erase_changes(property_id, '{}', 1, true, 1) from hotel.property", "update hotel.case_act set words = ''",
    "insert into hotel.erasure_order (property_id, order_id, guest_id, groups, why) select property_id, guest_id, guest_id, 255, 'withdrawn' from hotel.guest",
    "insert into hotel.erasure_order (property_id, order_id, guest_id, groups, plan_id) select property_id, guest_id, guest_id, 255, guest_id from hotel.guest",
])
def test_no_role_erases_by_its_own_hand(stage: Stage, role: str, statement: str) -> None:
    with (
        psycopg.connect(stage.database.conninfo_as(f"discretion_{role}", PASSWORDS[f"discretion_{role}"])) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["office", "worker", "auditor"])
@pytest.mark.parametrize("function", ["hotel.erase(null, null, 0, 0, null, true)", "hotel.sweep_erased(null)", "hotel.stop_erasure(null, null, '')"])
def test_only_the_keeper_calls_the_owners_functions(stage: Stage, role: str, function: str) -> None:
    with (
        psycopg.connect(stage.database.conninfo_as(f"discretion_{role}", PASSWORDS[f"discretion_{role}"])) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"select {function}")  # type: ignore[arg-type]


def test_a_transaction_that_erases_lets_no_other_one_forget(stage: Stage) -> None:
    with psycopg.connect(stage.database.superuser) as erasing, psycopg.connect(stage.database.superuser) as other:
        erasing.execute("insert into ledger.erasing select property_id, pg_current_xact_id() from hotel.property")
        other.execute("set role discretion_owner")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            other.execute("delete from ledger.fact_change")
        erasing.rollback()


def test_a_visit_of_an_erased_guest_opens_nothing(stage: Stage) -> None:
    guest = stage.guest("departed")
    visitor = visit(stage, guest)
    erased(stage, guest)
    shown = visitor.ask(guests.OwnEntries)
    assert isinstance(shown, lookup.Failed), shown
    looked = stage.ada.look_up(guest, "complaint", masked=1)
    assert isinstance(looked, lookup.Refusal) and looked.reason in ("not_found", "policy"), looked
