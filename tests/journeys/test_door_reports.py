"""Who comes and goes by a door: the controller reports it, and a look-up rests on it at once."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from discretion.office.database import Office
from discretion.office.worker import Jobs
from discretion.wire import lookup
from tests.cast import Player
from tests.controllers import Answered, Controller, badge_of, command, controller, hired, last_of, twin_at

if TYPE_CHECKING:
    from tests.houses import RunningHouse


@pytest.fixture
def mina(house: RunningHouse) -> Player:
    """A front desk clerk of Harbour, at work."""
    return hired(house)


def sees(house: RunningHouse, player: Player) -> bool:
    return isinstance(player.look_up(house.stage.dora, clear=1), lookup.Disclosure)


def counts(answered: Answered) -> tuple[int, int, int]:
    assert answered.status == 200, answered
    return answered.body["accepted"], answered.body["repeated"], answered.body["unknown"]


def test_a_look_up_follows_the_door(house: RunningHouse, harbour_gate: Controller, mina: Player) -> None:
    badge = badge_of(house.stage, mina)
    assert sees(house, mina)
    assert counts(harbour_gate.report(harbour_gate.event(badge, "out"))) == (1, 0, 0)
    assert not sees(house, mina)
    assert counts(harbour_gate.report(harbour_gate.event(badge, "in", footage="cam 3 07:00:00/07:00:20"))) == (1, 0, 0)
    assert sees(house, mina)
    rows = house.stage.superuser.execute(
        "select direction, footage from hotel.door_event where staff_id = %s order by at", (mina.staff_id.hex(),),
    ).fetchall()
    assert rows == [("out", ""), ("in", "cam 3 07:00:00/07:00:20")]


def test_a_withdrawn_badge_no_longer_says_that_its_holder_is_here(house: RunningHouse, harbour_gate: Controller, mina: Player) -> None:
    badge = badge_of(house.stage, mina)
    harbour_gate.report(harbour_gate.event(badge))
    assert sees(house, mina)
    house.stage.office.execute("update hotel.badge set active = false where number = %s", (badge,))
    assert not sees(house, mina)
    assert not mina.ask(lookup.WhoAmI).badged_in_until_at
    assert counts(harbour_gate.report(harbour_gate.event(badge))) == (1, 0, 1)
    assert not sees(house, mina)


def test_an_unknown_badge_is_counted_and_changes_nothing(house: RunningHouse, harbour_gate: Controller) -> None:
    before = house.stage.superuser.execute("select count(*) from hotel.presence").fetchone()
    assert counts(harbour_gate.report(harbour_gate.event("NOBODY-1"))) == (1, 0, 1)
    assert house.stage.superuser.execute("select count(*) from hotel.presence").fetchone() == before
    _, listed = command(house.stage.settings, "door", "source", "list", "--property", "harbour")
    assert next(each for each in listed["items"] if each["name"] == harbour_gate.name)["unknown_badges"] >= 1


def test_many_events_come_in_one_report_whole_or_not_at_all(house: RunningHouse, harbour_gate: Controller) -> None:
    people = [hired(house, f"One of many {n}") for n in range(2)]
    badges = [badge_of(house.stage, each) for each in people]
    events = [harbour_gate.event(badge, "out") for badge in badges] + [harbour_gate.event("NOBODY-2") for _ in range(98)]
    assert counts(harbour_gate.report(*events)) == (100, 0, 98)
    assert [last_of(house.stage, each) for each in people] == [("out", "door")] * 2
    assert counts(harbour_gate.report(*events)) == (0, 100, 0)
    good, old = harbour_gate.event(badges[0], "in"), harbour_gate.event(badges[1], "in", ago=121)
    refused = harbour_gate.report(good, old)
    assert (refused.status, refused.code) == (422, "event_old")
    assert counts(harbour_gate.report(good)) == (1, 0, 0), "nothing of a refused report was kept"
    assert harbour_gate.report(*events, good).status == 422


def test_an_out_told_late_does_not_undo_a_later_in(house: RunningHouse, harbour_gate: Controller, mina: Player) -> None:
    badge = badge_of(house.stage, mina)
    harbour_gate.report(harbour_gate.event(badge))
    assert counts(harbour_gate.report(harbour_gate.event(badge, "out", ago=60))) == (1, 0, 0)
    assert sees(house, mina)


def test_the_same_report_twice_at_once_is_one(house: RunningHouse, harbour_gate: Controller, mina: Player) -> None:
    event = harbour_gate.event(badge_of(house.stage, mina))
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: counts(harbour_gate.report(event)), range(4)))
    assert sorted(told) == [(0, 1, 0)] * 3 + [(1, 0, 0)]


def test_a_secret_changes_without_a_gap(house: RunningHouse, mina: Player) -> None:
    gate, badge = controller(house.stage.settings, "harbour"), badge_of(house.stage, mina)
    code, changed = command(house.stage.settings, "door", "source", "rotate", gate.name, "--property", "harbour")
    assert code == 0
    newer = Controller(gate.name, gate.code, gate.address, changed["secret"])
    assert [counts(each.report(each.event(badge))) for each in (gate, newer)] == [(1, 0, 0)] * 2
    assert command(house.stage.settings, "door", "source", "rotate", gate.name, "--property", "harbour", "--drop-old")[0] == 0
    assert gate.report(gate.event(badge)).code == "presence_signature"
    assert counts(newer.report(newer.event(badge))) == (1, 0, 0)


def test_a_makers_controller_reports_in_its_own_form(house: RunningHouse, mina: Player) -> None:
    gate = controller(house.stage.settings, "harbour", format_name="kisi", doors=("1234=in", "1235=out"))
    badge_of(house.stage, mina, f"kisi-{mina.staff_id[0] + 1000}")
    unlock: dict[str, Any] = {
        "uuid": mina.staff_id.hex(), "actor_type": "User", "actor_id": mina.staff_id[0] + 1000, "object_type": "Lock", "object_id": 1235,
        "success": True, "type": "lock.unlock", "created_at": gate.event("none")["at"],
    }
    import hashlib
    import hmac

    raw = json.dumps(unlock).encode()
    signed = {"x-signature": hmac.new(gate.secret.encode(), raw, hashlib.sha256).hexdigest()}
    assert counts(gate.send(raw, signed)) == (1, 0, 0)
    assert last_of(house.stage, mina) == ("out", "door")
    assert counts(gate.send(raw, signed)) == (0, 1, 0)


def test_who_moves_on_from_the_other_hotel_is_no_longer_there(
    house: RunningHouse, harbour_gate: Controller, hilltop_gate: Controller, mina: Player,
) -> None:
    twin = twin_at(house.stage, house.stage.players["Hugo"])
    badge = badge_of(house.stage, mina)
    badge_of(house.stage, twin, badge)
    assert command(house.stage.settings, "door", "travel", "1", "--property", "harbour", "--to", "hilltop")[0] == 0
    assert counts(hilltop_gate.report(hilltop_gate.event(badge, ago=100))) == (1, 0, 0)
    assert counts(harbour_gate.report(harbour_gate.event(badge))) == (1, 0, 0)
    assert command(house.stage.settings, "door", "travel", "30", "--property", "harbour", "--to", "hilltop")[0] == 0
    assert last_of(house.stage, mina) == ("in", "door")
    assert last_of(house.stage, twin) == ("out", "elsewhere")
    assert sees(house, mina)


def test_what_was_attested_counts_for_that_shift_alone(house: RunningHouse) -> None:
    stage, ola = house.stage, hired(house, "Ola", is_present=False)
    stage.office.execute("update hotel.shift set ended_at = now() where staff_id = %s", (ola.staff_id.hex(),))
    stage.shift(ola, from_hours=-4, to_hours=-1)
    stage.shift(ola, from_hours=-0.1, to_hours=6)

    def came(how: str, by: Player | None) -> None:
        stage.superuser.execute(
            "insert into hotel.presence (property_id, event_id, staff_id, direction, how, attested_by, at)"
            " values (%s, gen_random_uuid(), %s, 'in', %s, %s, now() - interval '3 hours')",
            (ola.property_id.hex(), ola.staff_id.hex(), how, by.staff_id.hex() if by else None),
        )

    came("attested", stage.ben)
    assert not sees(house, ola), "attested in the shift before"
    assert ola.ask(lookup.WhoAmI).badged_in_until_at < time.time()
    came("door", None)
    assert sees(house, ola), "a door's word goes on into the next shift"


async def test_an_event_stays_as_it_came_for_ninety_days_and_then_goes(house: RunningHouse, harbour_gate: Controller) -> None:
    stage, mina = house.stage, hired(house)
    badge = badge_of(stage, mina)
    harbour_gate.report(harbour_gate.event(badge))
    mine = "from hotel.door_event where staff_id = %s"
    whose = (mina.staff_id.hex(),)
    for statement in (f"delete {mine}", f"update hotel.door_event set door = 'x' {mine.partition('hotel.door_event ')[2]}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stage.superuser.execute(statement, whose)  # type: ignore[arg-type]
    async with Office(stage.settings.conninfo("worker"), connections_max=1) as office:
        assert await Jobs(office).drop_old_door_events() == 0
        source = stage.superuser.execute(f"select property_id, source_id {mine}", whose).fetchone()  # type: ignore[arg-type]
        assert source is not None
        stage.superuser.execute(
            "insert into hotel.door_event (property_id, source_id, event_id, staff_id, door, direction, at, received_at)"
            " values (%s, %s, 'old', %s, 'gate', 'in', now() - interval '91 days', now() - interval '91 days')", (*source, *whose),
        )
        assert await Jobs(office).drop_old_door_events() == 1
    assert stage.superuser.execute(f"select count(*) {mine}", whose).fetchone() == (1,)  # type: ignore[arg-type]
