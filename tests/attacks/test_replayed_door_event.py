"""Mallory sends again what a controller has reported: byte for byte, or the same event with something else in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.controllers import Controller, badge_of, hired, last_of

if TYPE_CHECKING:
    from tests.houses import RunningHouse


def test_the_same_bytes_again_change_nothing(house: RunningHouse, harbour_gate: Controller) -> None:
    mina = hired(house)
    badge = badge_of(house.stage, mina)
    raw = json.dumps(harbour_gate.event(badge, "in")).encode()
    signed = harbour_gate.sign(raw)
    assert harbour_gate.send(raw, signed).body["accepted"] == 1
    harbour_gate.report(harbour_gate.event(badge, "out"))
    assert harbour_gate.send(raw, signed).body == {"accepted": 0, "repeated": 1, "unknown": 0}
    assert last_of(house.stage, mina) == ("out", "door")


def test_the_same_event_with_a_later_body_changes_nothing(house: RunningHouse, harbour_gate: Controller) -> None:
    mina, other = hired(house), hired(house, "Otto")
    event = harbour_gate.event(badge_of(house.stage, mina), "out")
    assert harbour_gate.report(event).body["accepted"] == 1
    changed = harbour_gate.event(badge_of(house.stage, other), "out", event_id=event["event_id"])
    assert harbour_gate.report(changed).body == {"accepted": 0, "repeated": 1, "unknown": 0}
    assert last_of(house.stage, other) == ("in", "attested")


def test_one_id_twice_in_a_report_is_one_event(house: RunningHouse, harbour_gate: Controller) -> None:
    mina = hired(house)
    first = harbour_gate.event(badge_of(house.stage, mina), "out")
    second = {**first, "direction": "in"}
    assert harbour_gate.report(first, second).body == {"accepted": 1, "repeated": 1, "unknown": 0}
    assert last_of(house.stage, mina) == ("out", "door")


def test_another_source_may_use_the_same_ids(house: RunningHouse, harbour_gate: Controller, hilltop_gate: Controller) -> None:
    event = harbour_gate.event("NOBODY-5")
    assert harbour_gate.report(event).body["accepted"] == 1
    assert hilltop_gate.report({**event, "property": "hilltop"}).body["accepted"] == 1
