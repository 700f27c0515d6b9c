"""Mallory reports that somebody is in the house: without the source's secret, with another one, late, or for another hotel."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from tests.controllers import Controller, badge_of, command, controller, hired, last_of

if TYPE_CHECKING:
    from tests.houses import RunningHouse


def test_a_report_without_the_secret_is_refused_and_tells_nothing(house: RunningHouse, harbour_gate: Controller, hilltop_gate: Controller) -> None:
    mina = hired(house)
    raw = json.dumps(harbour_gate.event(badge_of(house.stage, mina), "out")).encode()
    forged = [
        {}, harbour_gate.sign(raw, secret="A" * 43), harbour_gate.sign(raw, secret=hilltop_gate.secret), harbour_gate.sign(raw + b" "),
        {**harbour_gate.sign(raw), "x-discretion-timestamp": str(int(time.time()) - 1)},
        {"x-signature": harbour_gate.sign(raw)["x-discretion-signature"]}, {"authorization": f"Bearer {harbour_gate.secret}"},
        {**harbour_gate.sign(raw), "x-discretion-signature": "v1=" + "é" * 3},
    ]
    answers = [harbour_gate.send(raw, {name: value.encode("latin-1").decode("latin-1") for name, value in each.items()}) for each in forged]
    nowhere = harbour_gate.send(raw, harbour_gate.sign(raw), harbour_gate.address.rpartition("/")[0] + "/" + "ab" * 16)
    odd = harbour_gate.send(raw, harbour_gate.sign(raw), harbour_gate.address.rpartition("/")[0] + "/gate")
    assert {(each.status, each.code, each.body["detail"]) for each in [*answers, nowhere, odd]} == {(401, "presence_signature", answers[0].body["detail"])}
    assert last_of(house.stage, mina) == ("in", "attested")


def test_a_report_out_of_its_time_is_refused(house: RunningHouse, harbour_gate: Controller) -> None:
    mina = hired(house)
    badge, now = badge_of(house.stage, mina), int(time.time())
    for seconds, code in ((now - 125, "event_old"), (now + 40, "event_early")):
        raw = json.dumps(harbour_gate.event(badge, "out")).encode()
        answered = harbour_gate.send(raw, harbour_gate.sign(raw, seconds=seconds))
        assert (answered.status, answered.code) == (422, code)
    for ago, code in ((125, "event_old"), (-40, "event_early")):
        answered = harbour_gate.report(harbour_gate.event(badge, "out", ago=ago))
        assert (answered.status, answered.code) == (422, code)
    assert last_of(house.stage, mina) == ("in", "attested")


def test_a_source_reports_for_its_own_hotel_alone(house: RunningHouse, harbour_gate: Controller, hilltop_gate: Controller) -> None:
    mina = hired(house)
    badge = badge_of(house.stage, mina)
    answered = hilltop_gate.report(hilltop_gate.event(badge, "out", property="harbour"))
    assert (answered.status, answered.code) == (403, "presence_property")
    assert hilltop_gate.report(hilltop_gate.event(badge, "out")).body == {"accepted": 1, "repeated": 0, "unknown": 1}
    raw = json.dumps(harbour_gate.event(badge, "out")).encode()
    assert harbour_gate.send(raw, hilltop_gate.sign(raw)).status == 401
    assert last_of(house.stage, mina) == ("in", "attested")


def test_a_source_that_was_ended_or_has_lost_its_secret_reports_nothing(house: RunningHouse) -> None:
    settings = house.stage.settings
    gate = controller(settings, "harbour")
    file = settings.secrets / "doors" / f"{gate.address.rpartition('/')[2]}.secret"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    kept = file.read_bytes()
    file.chmod(0o640)
    assert gate.report(gate.event("NOBODY-3")).status == 401, "others could have read the secret"
    file.chmod(0o600)
    assert gate.report(gate.event("NOBODY-3")).status == 200
    assert command(settings, "door", "source", "remove", gate.name, "--property", "harbour")[0] == 0
    assert not file.exists()
    assert gate.report(gate.event("NOBODY-3")).status == 401
    file.write_bytes(kept)
    file.chmod(0o600)
    assert gate.report(gate.event("NOBODY-3")).status == 401, "the file alone is not enough: the source has ended"
    file.unlink()


def test_the_secret_and_the_badges_are_in_no_table_and_no_log(house: RunningHouse, harbour_gate: Controller) -> None:
    mina = hired(house)
    badge = badge_of(house.stage, mina)
    harbour_gate.report(harbour_gate.event(badge))
    harbour_gate.report(harbour_gate.event(badge, "sideways"))
    harbour_gate.report(harbour_gate.event(badge), headers={})
    log = "\n".join([*house.lines(), (house.stage.settings.log / "keeper.log").read_text("utf-8")])
    assert badge not in log and harbour_gate.secret not in log
    found = house.stage.superuser.execute(
        "select rows::text from ledger.fact_change where fact = 'door_source' and rows::text like %s", (f"%{harbour_gate.name}%",),
    ).fetchall()
    assert found and all(harbour_gate.secret not in row[0] for row in found)
    events = house.stage.superuser.execute("select to_jsonb(e)::text from hotel.door_event e").fetchall()
    assert all(badge not in row[0] for row in events)


def test_a_body_that_is_too_large_or_no_report_is_refused(harbour_gate: Controller) -> None:
    large = b"[" + b" " * 70_000 + b"]"
    assert harbour_gate.send(large, harbour_gate.sign(large)).status == 413
    for raw in (b"", b"{", b"[]", b'{"badge":"NOBODY-4"}', b"\xff"):
        answered = harbour_gate.send(raw, harbour_gate.sign(raw))
        assert (answered.status, answered.code) == (422, "malformed")
        assert answered.headers["content-type"] == "application/problem+json"
        assert "NOBODY" not in json.dumps(answered.body)
