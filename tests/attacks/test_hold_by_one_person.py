"""One person alone neither sets a legal hold nor seconds their own, whether through the house or with the office's own hands on the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from discretion.office import legal_holds
from discretion.office.legal_holds import HoldDone, NewHold
from discretion.office.outcome import ActRefusal
from tests.cast import Player, Stage, new_id
from tests.reviewing import in_office

REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)


def propose(stage: Stage, who: Player) -> str:
    new = NewHold(new_id(), 255, "letter of the court", datetime.now(UTC) + timedelta(days=9), guest_id=stage.dora.guest_id)
    done = in_office(stage, lambda office: legal_holds.propose(office, who.property_id, who.staff_id, new))
    assert isinstance(done, HoldDone), done
    return done.number


def second(stage: Stage, who: Player, number: str) -> object:
    return in_office(stage, lambda office: legal_holds.second(office, who.property_id, who.staff_id, number))


def held(stage: Stage) -> int:
    row = stage.superuser.execute("select hotel.held_groups(%s, %s)", (stage.dora.property_id.hex(), stage.dora.guest_id.hex())).fetchone()
    assert row is not None
    return int(row[0])


def test_nobody_seconds_their_own_and_nobody_without_the_role_does_anything(own_stage: Stage) -> None:
    stage = own_stage
    privacy, manager = stage.hire("Petra", "privacy"), stage.hire("Greta", "general_manager")
    number = propose(stage, privacy)
    assert second(stage, privacy, number) == ActRefusal("own_hold")
    assert second(stage, stage.ada, number) == ActRefusal("hold_role")
    assert second(stage, stage.ben, number) == ActRefusal("hold_role")
    assert held(stage) == 0, "it holds nothing yet"
    # Mallory holds the office's connection, and finds that the database counts people too.
    place = (privacy.property_id.hex(), number)
    insert = "insert into hotel.legal_hold (property_id, hold_id, number, guest_id, groups, reason, proposed_by, %s until_at) values (%s)"
    with_second = insert % ("seconded_by, seconded_at,", "%s, gen_random_uuid(), 'H-1', %s, 255, 'mine', %s, %s, now(), now() + interval '1 day'")
    without = insert % ("", "%s, gen_random_uuid(), 'H-2', %s, 255, 'mine', %s, now() + interval '1 day'")
    for statement, params in (
        ("update hotel.legal_hold set seconded_by = proposed_by, seconded_at = now() where property_id = %s and number = %s", place),
        ("update hotel.legal_hold set seconded_by = %s, seconded_at = now() where property_id = %s and number = %s", (stage.ada.staff_id.hex(), *place)),
        ("update hotel.legal_hold set seconded_at = now() where property_id = %s and number = %s", place),
        ("update hotel.legal_hold set groups = 1 where property_id = %s and number = %s", place),
        ("delete from hotel.legal_hold where property_id = %s and number = %s", place),
        (with_second, (place[0], stage.dora.guest_id.hex(), privacy.staff_id.hex(), manager.staff_id.hex())),
        (without, (place[0], stage.dora.guest_id.hex(), stage.ada.staff_id.hex())),
    ):
        with pytest.raises(REFUSED):
            stage.office.execute(statement, params)
    assert isinstance(second(stage, manager, number), HoldDone)
    assert held(stage) == 255
    with pytest.raises(REFUSED):  # what has been seconded is nobody else's now
        stage.office.execute("update hotel.legal_hold set seconded_by = %s where property_id = %s and number = %s", (privacy.staff_id.hex(), *place))
