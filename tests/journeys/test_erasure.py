"""A guest is erased: what goes, what stays, and what everybody can still check."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from discretion.hotel.purpose import FieldGroup
from discretion.wire import erasure, lookup, upkeep
from tests.cast import Guest, Stage, groups, new_id
from tests.erasing import WHOLE, carry_out, case_of, erased, officer, order


def rows(stage: Stage, query: str, guest: Guest, **more: Any) -> list[tuple[Any, ...]]:
    return stage.superuser.execute(query, {"p": guest.property_id.hex(), "g": guest.guest_id.hex(), **more}).fetchall()  # type: ignore[arg-type]


def test_the_privacy_officer_carries_out_what_a_guest_asked_for(stage: Stage) -> None:
    guest = stage.guest("departed")
    case_id = case_of(stage, guest)
    done = carry_out(officer(stage), order(stage, guest, case_id=case_id))
    assert isinstance(done, erasure.ErasuresDone), done
    assert (done.done, done.stopped) == (1, {})
    assert rows(stage, """
        select (select count(*) from keys.guest_key where guest_id = %(g)s), (select count(*) from vault.record where guest_id = %(g)s),
               (select count(*) from vault.token where guest_id = %(g)s), (select count(*) from ledger.sequence where guest_id = %(g)s),
               (select count(*) from hotel.occupant where guest_id = %(g)s)""", guest) == [(0, 0, 0, 0, 0)]
    refused = stage.ada.look_up(guest, masked=groups("identity"))
    assert isinstance(refused, lookup.Refusal) and refused.reason == "not_found", refused


def test_totals_stay_when_links_go(stage: Stage) -> None:
    guest = stage.guest("departed")
    counted = """select (select count(*) from hotel.stay where property_id = %(p)s), (select count(*) from hotel.occupant where property_id = %(p)s),
                        (select count(*) from hotel.reservation where property_id = %(p)s), (select sum(balance) from hotel.stay where property_id = %(p)s)"""
    before = rows(stage, counted, guest)
    erased(stage, guest)
    assert rows(stage, counted, guest) == before


def test_the_ledger_verifies_and_says_how_many_openings_are_erased(stage: Stage) -> None:
    guest = stage.guest("arriving")
    for _ in range(3):
        assert isinstance(stage.ada.look_up(guest, masked=groups("identity")), lookup.Disclosure)
    stage.office.execute("update hotel.stay set state = 'cancelled' where stay_id = %s", (guest.stay_id.hex(),))
    status, before = stage.verify()
    assert (status, before["problem"]) == (0, ""), before
    erased(stage, guest)
    status, after = stage.verify()
    assert (status, after["problem"]) == (0, ""), after
    assert after["erased"] == before["erased"] + 3


def test_one_group_goes_and_the_others_open(stage: Stage) -> None:
    guest = stage.guest("arriving")
    known = stage.ada.look_up(guest, masked=groups("identity", "preferences", "notes"))
    assert isinstance(known, lookup.Disclosure) and "identity" in known.fields
    old = rows(stage, "select wrapped from keys.guest_key where guest_id = %(g)s", guest)[0][0]
    erased(stage, guest, groups("preferences", "notes"))
    assert rows(stage, "select boxes[7] is null, boxes[8] is null, boxes[1] is null from vault.record where guest_id = %(g)s", guest) == [(True, True, False)]
    assert rows(stage, "select wrapped from keys.guest_key where guest_id = %(g)s", guest)[0][0] != old
    again = stage.ada.look_up(guest, masked=groups("identity", "preferences", "notes"))
    assert isinstance(again, lookup.Disclosure) and again.fields["identity"] == known.fields["identity"]
    assert not {"preferences", "notes"} & again.fields.keys()
    status, verdict = stage.verify()
    assert (status, verdict["problem"]) == (0, ""), verdict


def test_a_snapshot_loses_the_same_group(stage: Stage) -> None:
    guest = stage.guest("departed")
    stage.superuser.execute("select vault.take_snapshot(%s, %s, array[%s]::uuid[])", (guest.property_id.hex(), guest.stay_id.hex(), guest.guest_id.hex()))
    erased(stage, guest, groups("document"))
    assert rows(stage, "select boxes[3] is null, boxes[1] is null from vault.snapshot where guest_id = %(g)s", guest) == [(True, False)]
    assert FieldGroup.DOCUMENT == 2


def test_what_is_held_or_not_over_is_not_erased_and_says_why(stage: Stage) -> None:
    held, staying = stage.guest("departed"), stage.guest("in_house")
    stage.mark(held, "hold")
    plan = new_id()
    orders = [order(stage, held, plan_id=plan), order(stage, staying, plan_id=plan)]
    done = stage.upkeep(erasure.CarryOutErasures(property_id=held.property_id, request_id=new_id(), plan_id=plan))
    assert (done.done, done.stopped) == (0, {"held": 1, "open_stay": 1})
    assert [rows(stage, "select stopped from hotel.erasure_order where order_id = %(o)s", held, o=each.hex()) for each in orders] == [
        [("held",)], [("open_stay",)]]


def test_the_list_outside_the_database_has_the_line_before_the_answer(stage: Stage) -> None:
    guest = stage.guest("departed")
    erased(stage, guest)
    lines = stage.settings.erased_file(guest.property_id).read_text("utf-8").splitlines()
    assert lines[-1].startswith(f"{guest.guest_id.hex()} {WHOLE} ")


def test_an_import_brings_nobody_back(stage: Stage) -> None:
    guest = stage.guest("departed")
    erased(stage, guest)
    again = stage.upkeep(upkeep.SealBatch(property_id=guest.property_id, guests=[upkeep.SealedGuest(guest.guest_id, guest.records)]))
    assert again.counts == {"sealed": 0, "known": 1}
    founded = stage.ada.ask(lookup.Inscribe, guest_id=guest.guest_id, purpose="check_in", groups=guest.records, is_new=True)
    assert isinstance(founded, lookup.Failed) and founded.code == "conflict", founded


def test_the_files_are_swept(stage: Stage) -> None:
    guest = stage.guest("departed")
    order_id = erased(stage, guest)
    done = stage.upkeep(erasure.SweepErased(property_id=guest.property_id))
    assert isinstance(done, upkeep.Done) and done.counts["swept"] > 0, done
    assert rows(stage, "select swept_at is not null from hotel.erasure_order where order_id = %(o)s", guest, o=order_id.hex()) == [(True,)]


def test_a_guest_with_many_stays_is_erased_as_quickly_and_the_links_follow(stage: Stage) -> None:
    guest = stage.guest("departed")
    for number in range(30):
        params = {"p": guest.property_id.hex(), "g": guest.guest_id.hex(), "s": new_id().hex(), "r": new_id().hex(), "n": f"M-{number}-{guest.surname}"}
        for statement in (
            "insert into hotel.reservation (property_id, reservation_id, number, source_id) values (%(p)s, %(r)s, %(n)s, %(n)s)",
            "insert into hotel.stay (property_id, stay_id, reservation_id, state, arrival, departure) values (%(p)s, %(s)s, %(r)s, 'checked_out', '2020-01-01', '2020-01-02')",
            "insert into hotel.occupant (property_id, stay_id, position, guest_id) values (%(p)s, %(s)s, 0, %(g)s)",
        ):
            stage.office.execute(statement, params)
    order_id = erased(stage, guest)
    left = "select count(*)::int, count(*) filter (where guest_id = %(g)s)::int from hotel.occupant where guest_id = %(g)s"
    assert rows(stage, "select count(*)::int from keys.guest_key where guest_id = %(g)s", guest) == [(0,)]
    assert rows(stage, left, guest) == [(11, 11)]
    assert rows(stage, "select links_at from hotel.erasure_order where order_id = %(o)s", guest, o=order_id.hex()) == [(None,)]
    stage.upkeep(erasure.CarryOutErasures(property_id=guest.property_id, request_id=new_id()))
    assert rows(stage, left, guest) == [(0, 0)]
    done = rows(stage, "select links_at is not null, counts ->> 'stays' from hotel.erasure_order where order_id = %(o)s", guest, o=order_id.hex())
    assert done == [(True, "31")]
    held = "select count(*)::int from ledger.fact_change where rows::text like %(like)s or rows_before::text like %(like)s"
    assert rows(stage, held, guest, like=f"%{UUID(bytes=guest.guest_id)}%") == [(0,)]
