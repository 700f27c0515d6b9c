"""A release of the policy that was not signed as it must be: whoever holds the house's database role tries every way in.

The tables refuse some of it. Where a row is put there all the same, the keeper does not bring it into force; and a keeper
that finds one in force at its start does not serve.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from discretion.hotel.purpose import FieldGroup
from discretion.office import releases
from discretion.office.outcome import ActRefusal
from discretion.office.releases import ReleaseRow
from discretion.policy.release import TIGHTENING
from tests.cast import ALL, Player, Stage
from tests.releases import NARROWER, WIDER, Hand, hand, in_force, propose, row_of, sign, wait_for, with_office
from tests.stages import FirstStage, copied_stage

SIGNER, BAD = ActRefusal("release_signer"), ActRefusal("release_signature")


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "forged-release-stage") as made:
        yield made


@pytest.fixture(scope="module")
def paula(stage: Stage) -> Hand:
    return hand(stage, "privacy")


@pytest.fixture(scope="module")
def gerd(stage: Stage) -> Hand:
    return hand(stage, "general_manager")


def forced(stage: Stage, row: ReleaseRow, *signed: tuple[Player, str, bytes, bytes]) -> None:
    """Put a row and signatures into the tables past every trigger, as somebody with the owner's rights could."""
    place = stage.ada.property_id.hex()
    with stage.superuser.transaction():
        for name in ("signature_allowed", "signature_counted"):
            stage.superuser.execute(f"alter table hotel.release_signature disable trigger {name}")  # type: ignore[arg-type]
        stage.superuser.execute("alter table hotel.policy_release disable trigger release_moves")
        for player, role, key, signature in signed:
            stage.superuser.execute(
                "insert into hotel.release_signature (property_id, release_id, signer_id, as_role, public_key, signature) values (%s, %s, %s, %s, %s, %s)",
                (place, row.release_id.hex(), player.staff_id.hex(), role, key, signature),
            )
        stage.superuser.execute("update hotel.policy_release set state = 'signed' where release_id = %s", (row.release_id.hex(),))
        stage.superuser.execute("alter table hotel.policy_release enable always trigger release_moves")
        for name in ("signature_allowed", "signature_counted"):
            stage.superuser.execute(f"alter table hotel.release_signature enable always trigger {name}")  # type: ignore[arg-type]


def stays_out(stage: Stage, row: ReleaseRow, code: str) -> None:
    """Return only if the keeper has looked at the release, said why not, and goes on by what was in force."""
    before = in_force(stage).release_id
    wait_for_error(stage, code)
    assert row_of(stage, row.release_id).state == "signed"
    assert in_force(stage).release_id == before
    assert stage.ada.look_up(stage.guest("arriving"), clear=ALL).clear & FieldGroup.CONTACT.bit
    stage.office.execute("select hotel.withdraw_release(%s, %s)", (stage.ada.property_id.hex(), row.release_id.hex()))



def wait_for_error(stage: Stage, code: str) -> list[dict[str, Any]]:
    """Return what the keeper has logged about a release, once it has; the stage then expects it."""
    end = time.monotonic() + 8
    known = len(stage.expected_errors)
    while not (said := [line for line in stage.log() if line["level"] == "error"][known:]):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert all(code in line["message"] for line in said), said
    stage.expected_errors += said
    return said


def raw(each: Hand, row: ReleaseRow, place: bytes, **changed: Any) -> tuple[Player, str, bytes, bytes]:
    made = each.signature(place, row, **changed)
    return each.player, each.role, made.public_key, made.signature


def test_its_author_cannot_sign_it(stage: Stage, paula: Hand, gerd: Hand) -> None:
    row = propose(stage, paula.player, NARROWER)
    assert sign(stage, row, paula) == [SIGNER]
    place = stage.ada.property_id
    forced(stage, row, raw(paula, row, place), raw(gerd, row, place))
    stays_out(stage, row, "policy_unsigned author")


def test_one_person_cannot_sign_twice(stage: Stage, paula: Hand) -> None:
    row = propose(stage, stage.ben, NARROWER)
    second_key = hand(stage, "privacy", paula.player)
    assert sign(stage, row, paula, paula, second_key)[1:] == [ActRefusal("release_signed")] * 2
    assert row_of(stage, row.release_id).state == "proposed"


def test_two_signatures_without_a_privacy_officer_are_not_enough(stage: Stage, gerd: Hand) -> None:
    row = propose(stage, stage.ben, NARROWER)
    legal = hand(stage, "legal")
    sign(stage, row, gerd, legal)
    assert row_of(stage, row.release_id).state == "proposed"
    forced(stage, row)
    stays_out(stage, row, "policy_unsigned no_officer")


def test_more_is_not_shown_by_calling_it_a_tightening(stage: Stage, gerd: Hand) -> None:
    row = propose(stage, stage.ben, WIDER, kind=TIGHTENING)
    sign(stage, row, gerd)
    assert row_of(stage, row.release_id).state == "signed"
    stays_out(stage, row, "policy_wide")


def test_a_signature_is_good_for_its_own_moment_alone(stage: Stage, paula: Hand, gerd: Hand) -> None:
    row = propose(stage, stage.ben, NARROWER)
    other = int((row.activate_at + timedelta(hours=1)).timestamp())
    assert sign(stage, row, paula, gerd, activate_at=other) == [BAD, BAD]
    place = stage.ada.property_id
    forced(stage, row, raw(paula, row, place, activate_at=other), raw(gerd, row, place, activate_at=other))
    stays_out(stage, row, "policy_unsigned signature")


@pytest.mark.parametrize("changed", [
    {"release_id": b"\x01" * 16}, {"author_id": b"\x02" * 16}, {"previous": b"\x03" * 32}, {"kind": TIGHTENING}, {"hash": b"\x04" * 32},
    {"previous_id": b"\x05" * 16},
])
def test_a_signature_over_anything_else_is_refused(stage: Stage, paula: Hand, changed: dict[str, Any]) -> None:
    assert sign(stage, propose(stage, stage.ben, NARROWER, seconds=3600), paula, **changed) == [BAD]


def test_a_signature_for_another_hotel_is_refused(stage: Stage, paula: Hand) -> None:
    row = propose(stage, stage.ben, NARROWER, seconds=3600)
    made = paula.signature(stage.cleo.property_id, row)
    assert with_office(stage, lambda office: releases.sign(office, stage.ada.property_id, row, made)) == BAD


def test_a_key_that_the_operator_never_registered_signs_nothing(stage: Stage, paula: Hand) -> None:
    row = propose(stage, stage.ben, NARROWER)
    forged = replace(paula, key=Ed25519PrivateKey.generate())
    assert sign(stage, row, forged) == [SIGNER]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.office.execute(
            "insert into hotel.policy_signer (property_id, public_key, signer_id, role) values (%s, %s, %s, 'privacy')",
            (stage.ada.property_id.hex(), forged.public_key, paula.player.staff_id.hex()),
        )


def test_whoever_has_lost_the_role_signs_no_more(stage: Stage) -> None:
    leaver = hand(stage, "privacy")
    stage.office.execute(
        "update hotel.staff_role set until_on = current_date - 1 where property_id = %s and staff_id = %s",
        (stage.ada.property_id.hex(), leaver.player.staff_id.hex()),
    )
    assert sign(stage, propose(stage, stage.ben, NARROWER), leaver) == [SIGNER]


def test_the_house_moves_no_release_and_writes_no_state(stage: Stage, paula: Hand) -> None:
    row = propose(stage, stage.ben, NARROWER, seconds=3600)
    place = stage.ada.property_id.hex()
    for statement, params in (
        ("update hotel.policy_release set state = 'active' where release_id = %s", (row.release_id.hex(),)),
        ("select hotel.activate_release(%s, %s, null)", (place, row.release_id.hex())),
        (
            ("insert into hotel.policy_release (property_id, release_id, number, hash, author_id, kind, engine, previous, activate_at, note, report, state)"
            " select property_id, gen_random_uuid(), 900, hash, author_id, kind, engine, previous, activate_at, note, report, 'active' from hotel.policy_release"
            " where release_id = %s"),
            (row.release_id.hex(),),
        ),
        ("update hotel.policy_text set body = 'x' where property_id = %s", (place,)),
        ("delete from hotel.release_signature where property_id = %s", (place,)),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stage.office.execute(statement, params)  # type: ignore[arg-type]


def test_bytes_that_are_not_those_of_the_hash_are_not_kept(stage: Stage) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        stage.office.execute(
            "insert into hotel.policy_text (property_id, hash, body) values (%s, %s, %s)",
            (stage.ada.property_id.hex(), b"\x01" * 32, WIDER),
        )


def test_bytes_changed_after_signing_come_into_force_nowhere(own_stage: Stage) -> None:
    hands = [hand(own_stage, "privacy"), hand(own_stage, "general_manager")]
    row = propose(own_stage, own_stage.ben, NARROWER, seconds=4)
    sign(own_stage, row, *hands)
    with own_stage.superuser.transaction():
        own_stage.superuser.execute("alter table hotel.policy_text disable trigger append_only")
        own_stage.superuser.execute("alter table hotel.policy_text drop constraint policy_text_check")
        own_stage.superuser.execute("update hotel.policy_text set body = %s where hash = %s", (WIDER, row.hash))
        own_stage.superuser.execute("alter table hotel.policy_text enable always trigger append_only")
    stays_out(own_stage, row, "policy_unsigned bytes")


def test_an_old_release_does_not_come_back(own_stage: Stage) -> None:
    hands = [hand(own_stage, "privacy"), hand(own_stage, "general_manager")]
    first = propose(own_stage, own_stage.ben, WIDER + b"# one\n")
    sign(own_stage, first, *hands)
    wait_for(own_stage, first, "active")
    second = propose(own_stage, own_stage.ben, WIDER + b"# two\n")
    sign(own_stage, second, *hands)
    wait_for(own_stage, second, "active")
    own_stage.keeper.stop()
    _set_back(own_stage, first, second)
    does_not_start(own_stage, "policy_downgraded")
    _gone(own_stage, second)  # nor when every trace of what came after it is gone
    does_not_start(own_stage, "policy_downgraded")


def does_not_start(stage: Stage, code: str) -> None:
    assert stage.start() == f"failed {code}"
    assert stage.keeper.process is not None
    stage.keeper.process.wait(10)
    wait_for_error(stage, code)


def _set_back(stage: Stage, first: ReleaseRow, second: ReleaseRow) -> None:
    with stage.superuser.transaction():
        stage.superuser.execute("alter table hotel.policy_release disable trigger release_moves")
        stage.superuser.execute("update hotel.policy_release set state = 'superseded', ended_at = now() where release_id = %s", (second.release_id.hex(),))
        stage.superuser.execute("update hotel.policy_release set state = 'active', ended_at = null where release_id = %s", (first.release_id.hex(),))
        stage.superuser.execute("alter table hotel.policy_release enable always trigger release_moves")


def _gone(stage: Stage, second: ReleaseRow) -> None:
    with stage.superuser.transaction():
        for table in ("release_signature", "policy_release"):
            stage.superuser.execute(f"alter table hotel.{table} disable trigger user")  # type: ignore[arg-type]
            stage.superuser.execute(f"delete from hotel.{table} where release_id = %s", (second.release_id.hex(),))  # type: ignore[arg-type]


def test_a_release_that_nobody_signed_is_not_served_at_a_start(own_stage: Stage) -> None:
    row = propose(own_stage, own_stage.ben, WIDER)
    forced(own_stage, row)
    own_stage.keeper.stop()
    with own_stage.superuser.transaction():
        own_stage.superuser.execute("alter table hotel.policy_release disable trigger release_moves")
        own_stage.superuser.execute("update hotel.policy_release set state = 'active', activated_at = now() where release_id = %s", (row.release_id.hex(),))
    does_not_start(own_stage, "policy_unsigned")


def test_a_release_set_in_force_by_hand_stops_every_answer(own_stage: Stage) -> None:
    row = propose(own_stage, own_stage.ben, WIDER)
    forced(own_stage, row)
    guest = own_stage.guest("arriving")
    with own_stage.superuser.transaction():
        own_stage.superuser.execute("alter table hotel.policy_release disable trigger release_moves")
        own_stage.superuser.execute("update hotel.policy_release set state = 'active', activated_at = now() where release_id = %s", (row.release_id.hex(),))
    answer = own_stage.ada.look_up(guest, clear=ALL)
    assert getattr(answer, "code", "") == "unavailable", answer
    wait_for_error(own_stage, "policy_unsigned")
