"""Who is here, said by somebody who may not say it: without a passkey, with one for something else, of oneself, off shift, by the house's own hand."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from discretion.wire import exceptions, lookup
from discretion.wire.entries import Entries, ReadEntries
from tests.cast import Player, Stage, new_id


@pytest.fixture
def mina(stage: Stage) -> Player:
    """Somebody on shift whom nobody has seen come."""
    player = stage.hire("Mina", "front_desk", is_at_work=False)
    stage.shift(player)
    return player


def presences(stage: Stage, player: Player) -> list[tuple[Any, ...]]:
    return stage.superuser.execute(
        "select direction, how, uuid_send(attested_by) from hotel.presence where staff_id = %s order by at", (player.staff_id.hex(),),
    ).fetchall()


def action(kind: Any, *people: Player) -> exceptions.Action:
    return exceptions.Action(kind, exceptions.subject_of(player.staff_id for player in people))


def test_a_duty_manager_on_shift_attests_several_with_one_passkey_and_it_is_an_entry(stage: Stage, mina: Player) -> None:
    before = stage.size()
    entered = stage.ben.attest(mina, stage.ada)
    assert isinstance(entered, lookup.Entered)
    read = stage.egon.ask(ReadEntries, count=20)
    assert isinstance(read, Entries), read
    line = next(line for line in read.lines if line.index == entered.entry)
    assert (line.kind, line.staff_id, line.duty) == ("attest", stage.ben.staff_id, "duty_manager")
    assert presences(stage, mina) == [("in", "attested", stage.ben.staff_id)]
    mina = mina.sign_in()
    assert mina.ask(lookup.WhoAmI).badged_in_until_at > 0
    assert isinstance(stage.ben.attest(mina, direction="out"), lookup.Entered)
    assert mina.ask(lookup.WhoAmI).badged_in_until_at == 0
    assert stage.size() - before >= 2 + 3, "two acts and three captured facts, besides the sign-in"


def test_a_passkey_for_other_people_or_the_other_direction_attests_nobody(stage: Stage, mina: Player) -> None:
    for other in (action("attest_in", mina, stage.ada), action("attest_in", stage.ada), action("attest_out", mina), action("erase", mina)):
        assert stage.ben.verified(exceptions.AttestPresence, other, staff_ids=[mina.staff_id], direction="in") == lookup.Failed(code="passkey")
    challenge = stage.ben.ask(exceptions.BeginAction, action=action("attest_in", mina))
    assert isinstance(challenge, lookup.Challenge)
    asked = {"challenge_id": challenge.challenge_id, "staff_ids": [mina.staff_id], "direction": "in"}
    assert stage.ben.ask(exceptions.AttestPresence, **asked) == lookup.Failed(code="passkey"), "no demo: an empty assertion is none"
    assert presences(stage, mina) == []
    signed = stage.ben.authenticator.sign(challenge.options)
    assert isinstance(stage.ben.ask(exceptions.AttestPresence, assertion=signed, **asked), lookup.Entered)
    assert not isinstance(stage.ben.ask(exceptions.AttestPresence, assertion=signed, **asked), lookup.Entered), "a passkey is verified once"
    assert len(presences(stage, mina)) == 1


def test_nobody_attests_themselves_alone_or_among_others(stage: Stage, mina: Player) -> None:
    assert stage.ben.attest(stage.ben) == lookup.Failed(code="self")
    assert stage.ben.attest(mina, stage.ben) == lookup.Failed(code="self")
    assert presences(stage, mina) == []


def test_only_a_duty_manager_on_shift_attests(stage: Stage, mina: Player) -> None:
    assert stage.ada.attest(mina) == lookup.Failed(code="not_duty_manager")
    gone = stage.hire("Gabe", "duty_manager")
    stage.office.execute("update hotel.shift set ended_at = now() where staff_id = %s", (gone.staff_id.hex(),))
    assert gone.attest(mina) == lookup.Failed(code="not_duty_manager")
    assert presences(stage, mina) == []


def test_whoever_is_off_shift_or_of_another_hotel_is_not_attested_with_the_others(stage: Stage, mina: Player) -> None:
    off = stage.hire("Omar", "front_desk", is_at_work=False)
    assert stage.ben.attest(mina, off) == lookup.Failed(code="not_on_shift")
    assert stage.ben.attest(mina, stage.cleo) == lookup.Failed(code="not_found")
    assert presences(stage, mina) == presences(stage, off) == [], "all of them or nobody"
    assert isinstance(stage.ben.attest(off, direction="out"), lookup.Entered), "that somebody has gone may be said of anybody"


def test_the_house_says_it_of_nobody_by_its_own_hand(stage: Stage, mina: Player) -> None:
    place, event = mina.property_id.hex(), new_id().hex()
    for columns, values in (
        ("how, attested_by", ("attested", stage.ben.staff_id.hex())), ("how", ("attested",)), ("how, attested_by", ("badge_desk", stage.ben.staff_id.hex())),
    ):
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
            stage.office.execute(
                f"insert into hotel.presence (property_id, event_id, staff_id, direction, {columns}) values (%s, %s, %s, 'in'{', %s' * len(values)})",  # type: ignore[arg-type]
                (place, event, mina.staff_id.hex(), *values),
            )
    assert presences(stage, mina) == []
