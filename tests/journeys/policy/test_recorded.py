"""Recorded look-ups leave the keeper as counts alone: what was decided on, never whom it was about or who asked."""

from __future__ import annotations

import time

import msgspec

from discretion.policy.load import load_policy
from discretion.policy.replay import Recorded, replay
from discretion.wire import upkeep
from tests.cast import ALL, Stage, groups
from tests.policy.situations import starting_bytes, starting_policy
from tests.releases import NARROWER


def recorded(stage: Stage, seconds: int = 3600) -> upkeep.Recorded:
    answer = stage.upkeep(upkeep.ReadRecorded(property_id=stage.ada.property_id, since_at=int(time.time()) - seconds))
    assert isinstance(answer, upkeep.Recorded), answer
    return answer


def test_look_ups_are_counted_by_what_they_were_decided_on(stage: Stage) -> None:
    guest = stage.guest("arriving")
    before = recorded(stage)
    for _ in range(3):
        stage.ada.look_up(guest, clear=groups("identity", "contact"))
    stage.ada.look_up(guest, "marketing", clear=groups("identity"))
    after = recorded(stage)
    assert sum(each.asks for each in after.items) == sum(each.asks for each in before.items) + 4
    assert after.unread == before.unread
    asked = [each for each in after.items if (each.purpose, each.role, each.clear) == ("check_in", "front_desk", groups("identity", "contact"))]
    assert sum(each.asks for each in asked) >= 3
    assert {each.policy for each in asked} == {starting_policy().hash}
    assert all(each.facts & starting_policy().fact_bit["on_shift"] for each in asked)
    said = msgspec.msgpack.encode(after)
    for secret in (guest.guest_id, stage.ada.staff_id, *guest.secrets):
        assert secret not in said


def test_what_was_asked_is_what_the_policy_of_its_time_answers_again(stage: Stage) -> None:
    stage.ada.look_up(stage.guest("arriving"), clear=ALL)
    old, new = load_policy(starting_bytes()), load_policy(NARROWER)
    items = [Recorded(*msgspec.structs.astuple(each)) for each in recorded(stage).items]
    found = replay(items, {old.hash: old}, old, new)
    assert found.less >= 1
    assert found.more == 0
    assert replay(items, {old.hash: old}, old, old).asks == found.asks


def test_nothing_is_counted_that_is_older_than_asked_for(stage: Stage) -> None:
    stage.ada.look_up(stage.guest("arriving"), clear=ALL)
    assert recorded(stage, seconds=-3600).items == []
