"""Mallory has copied a badge: it is tapped at one hotel while its holder is at the other. Nobody is in two places."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from discretion.wire import lookup
from tests.cast import Player
from tests.controllers import Controller, badge_of, hired, last_of, twin_at

if TYPE_CHECKING:
    from tests.houses import RunningHouse


@pytest.fixture
def mina(house: RunningHouse) -> Player:
    return hired(house)


@pytest.fixture
def twin(house: RunningHouse) -> Player:
    """The same person in the other hotel's list of staff."""
    return twin_at(house.stage, house.stage.players["Hugo"])


@pytest.fixture
def badge(house: RunningHouse, mina: Player, twin: Player) -> str:
    number = badge_of(house.stage, mina)
    return badge_of(house.stage, twin, number)


def notices(house: RunningHouse, *people: Player) -> list[tuple[str, str]]:
    return house.stage.superuser.execute(
        "select to_role, details ->> 'other' from hotel.notice where kind = 'badge_at_two_hotels' and subject_id = any (%s::uuid[]) order by 2",
        ([each.staff_id.hex() for each in people],),
    ).fetchall()


def test_the_badge_counts_at_neither_and_both_are_told(
    house: RunningHouse, harbour_gate: Controller, hilltop_gate: Controller, mina: Player, twin: Player, badge: str,
) -> None:
    harbour_gate.report(harbour_gate.event(badge))
    assert isinstance(mina.look_up(house.stage.dora, clear=1), lookup.Disclosure)
    assert hilltop_gate.report(hilltop_gate.event(badge)).status == 200
    assert last_of(house.stage, mina) == last_of(house.stage, twin) == ("out", "conflict")
    assert isinstance(mina.look_up(house.stage.dora, clear=1), lookup.Refusal)
    assert notices(house, mina, twin) == [("security", "harbour"), ("security", "hilltop")]
    # Tapping again, at either, does not help, and does not ring again.
    harbour_gate.report(harbour_gate.event(badge))
    hilltop_gate.report(hilltop_gate.event(badge))
    assert last_of(house.stage, mina) == last_of(house.stage, twin) == ("out", "conflict")
    assert len(notices(house, mina, twin)) == 2
    # A duty manager who sees the person does.
    house.stage.present(mina, attested_by=house.stage.ben.staff_id)
    assert isinstance(mina.look_up(house.stage.dora, clear=1), lookup.Disclosure)
    captured = house.stage.superuser.execute(
        "select count(*) from ledger.fact_change where fact = 'presence' and rows::text like '%%conflict%%' and rows::text like %s",
        (f"%{mina.staff_id.hex()[:8]}%",),
    ).fetchone()
    assert captured is not None and captured[0] >= 1, "the ledger holds it"


def test_two_hotels_that_see_it_at_the_same_moment_both_hear_of_it(
    house: RunningHouse, harbour_gate: Controller, hilltop_gate: Controller, mina: Player, twin: Player, badge: str,
) -> None:
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda gate: gate.report(gate.event(badge)).status, (harbour_gate, hilltop_gate)))
    assert told == [200, 200]
    assert last_of(house.stage, mina) == last_of(house.stage, twin) == ("out", "conflict")


def test_leaving_here_while_known_to_be_there_counts_at_neither(
    house: RunningHouse, harbour_gate: Controller, hilltop_gate: Controller, mina: Player, twin: Player, badge: str,
) -> None:
    hilltop_gate.report(hilltop_gate.event(badge))
    harbour_gate.report(harbour_gate.event(badge, "out"))
    assert last_of(house.stage, twin)[0] == "out"
    assert last_of(house.stage, mina)[0] == "out"


def test_a_withdrawn_copy_rings_no_bell(
    house: RunningHouse, harbour_gate: Controller, hilltop_gate: Controller, mina: Player, twin: Player, badge: str,
) -> None:
    house.stage.office.execute("update hotel.badge set active = false where property_id = %s and number = %s", (twin.property_id.hex(), badge))
    harbour_gate.report(harbour_gate.event(badge))
    assert hilltop_gate.report(hilltop_gate.event(badge)).body["unknown"] == 1
    assert last_of(house.stage, mina) == ("in", "door")
    assert notices(house, mina, twin) == []
