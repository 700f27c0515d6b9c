"""Erasing a guest in tests: the privacy officer, a case of the guest's rights, an order, and its carrying out."""

from __future__ import annotations

from typing import Any

from discretion.wire import erasure, exceptions
from tests.cast import Guest, Player, Stage, new_id

WHOLE = 255


def officer(stage: Stage) -> Player:
    """Return a privacy officer of Harbour who is not at work, hired at the first asking."""
    if "Paula" not in stage.players:
        stage.players["Paula"] = stage.hire("Paula", "privacy", is_at_work=False)
    return stage.players["Paula"]


def case_of(stage: Stage, guest: Guest) -> bytes:
    """Open a case of a guest's rights; return its id."""
    number = stage.case(guest, "dsr")
    row = stage.office.execute("select case_id from hotel.case_file where number = %s", (number,)).fetchone()
    assert row is not None
    return bytes(row[0].bytes)


def closed(stage: Stage, guest: Guest, case_id: bytes) -> bytes:
    """Close a case of a guest's rights, whose request is withdrawn first; return its id."""
    named = (guest.property_id.hex(), case_id.hex())
    stage.office.execute(
        "insert into hotel.rights_request (property_id, case_id, guest_id, kind, channel, clock, due_at)"
        " values (%s, %s, %s, 'access', 'desk', 'pipl', now() + interval '15 days')", (*named, guest.guest_id.hex()),
    )
    stage.office.execute("update hotel.rights_request set state = 'withdrawn', ended_at = now() where property_id = %s and case_id = %s", named)
    stage.office.execute("update hotel.case_file set closed_at = now(), closed_by = opened_by where property_id = %s and case_id = %s", named)
    return case_id


def order(
    stage: Stage, guest: Guest, groups: int = WHOLE, *, case_id: bytes | None = None, plan_id: bytes | None = None,
) -> bytes:
    """Order an erasure, for a case as the office does, of a plan as the database's own function does; return the order's id."""
    order_id = new_id()
    place = (guest.property_id.hex(), order_id.hex(), guest.guest_id.hex(), groups)
    if plan_id:
        stage.superuser.execute(
            "insert into hotel.erasure_order (property_id, order_id, guest_id, groups, why, plan_id) values (%s, %s, %s, %s, 'retention', %s)",
            (*place, plan_id.hex()),
        )
    else:
        stage.office.execute(
            "insert into hotel.erasure_order (property_id, order_id, guest_id, groups, case_id) values (%s, %s, %s, %s, %s)",
            (*place, case_id.hex() if case_id else None),
        )
    return order_id


def carry_out(player: Player, *order_ids: bytes, **changed: Any) -> Any:
    """Have orders carried out by a person, whose passkey is verified for exactly them."""
    ids = list(order_ids)
    return player.verified(erasure.CarryOutErasure, exceptions.Action("erase", exceptions.subject_of(ids)), **{"order_ids": ids, **changed})


def erased(stage: Stage, guest: Guest, groups: int = WHOLE) -> bytes:
    """Erase a guest by a plan, as the worker does; return the order's id."""
    plan = new_id()
    order_id = order(stage, guest, groups, plan_id=plan)
    done = stage.upkeep(erasure.CarryOutErasures(property_id=guest.property_id, request_id=new_id(), plan_id=plan))
    assert isinstance(done, erasure.ErasuresDone) and done.done == 1, done
    return order_id
