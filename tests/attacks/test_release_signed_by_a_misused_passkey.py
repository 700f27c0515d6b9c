"""A passkey's assertion brought as a signature of a release it was not made for, and rows put into the tables by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from discretion.office import releases
from discretion.office.outcome import ActRefusal
from discretion.office.releases import NewRelease, ReleaseRow
from discretion.policy.release import REGULAR
from discretion.wire import exceptions, lookup
from tests.authenticator import Authenticator
from tests.cast import Player, Stage, new_id
from tests.releases import NARROWER, in_force, propose, registered, row_of, sign_by_passkey, with_office
from tests.stages import FirstStage, copied_stage

PASSKEY = lookup.Failed(code="passkey")


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "misused-passkey-stage") as made:
        yield made


@pytest.fixture(scope="module")
def paula(stage: Stage) -> Player:
    return registered(stage, "privacy")


@pytest.fixture(scope="module")
def gerd(stage: Stage) -> Player:
    return registered(stage, "general_manager")


def fresh(text: str) -> bytes:
    return NARROWER + f"\n# {text}\n".encode()


def test_nobody_signs_a_release_of_their_own(stage: Stage, paula: Player) -> None:
    row = propose(stage, paula, fresh("own"), seconds=3600)
    assert sign_by_passkey(paula, row) == lookup.Failed(code="own_release")


def test_one_person_signs_once(stage: Stage, paula: Player) -> None:
    row = propose(stage, stage.ben, fresh("twice"), seconds=3600)
    assert isinstance(sign_by_passkey(paula, row), lookup.Entered)
    assert isinstance(sign_by_passkey(paula, row), lookup.Failed)
    assert row_of(stage, row.release_id).state == "proposed"


def test_what_was_verified_for_something_else_signs_nothing(stage: Stage, paula: Player) -> None:
    row = propose(stage, stage.ben, fresh("else"), seconds=3600)
    other = propose(stage, stage.ben, fresh("another"), seconds=3600)
    for action in (exceptions.Action("sign_release", other.release_id), exceptions.Action("vote_yes", row.release_id)):
        assert paula.verified(exceptions.SignRelease, action, release_id=row.release_id) == PASSKEY


def test_an_assertion_signs_once_and_in_its_own_sign_in(stage: Stage, paula: Player) -> None:
    row, elsewhere = propose(stage, stage.ben, fresh("again"), seconds=3600), paula.sign_in()
    challenge = paula.ask(exceptions.BeginAction, action=exceptions.Action("sign_release", row.release_id))
    assertion = paula.authenticator.sign(challenge.options)
    brought = {"release_id": row.release_id, "challenge_id": challenge.challenge_id, "assertion": assertion}
    assert elsewhere.ask(exceptions.SignRelease, **brought) == PASSKEY
    assert isinstance(paula.ask(exceptions.SignRelease, **brought), lookup.Entered)
    assert paula.ask(exceptions.SignRelease, **brought) == PASSKEY


def test_another_persons_passkey_and_one_without_user_verification_sign_nothing(stage: Stage, paula: Player, gerd: Player) -> None:
    row = propose(stage, stage.ben, fresh("other hand"), seconds=3600)
    assert sign_by_passkey(replace(paula, authenticator=gerd.authenticator), row) == PASSKEY
    assert sign_by_passkey(replace(paula, authenticator=Authenticator()), row) == PASSKEY
    paula.authenticator.is_user_verified = False
    try:
        assert sign_by_passkey(paula, row) == PASSKEY
    finally:
        paula.authenticator.is_user_verified = True
    assert paula.ask(exceptions.SignRelease, release_id=row.release_id, challenge_id=bytes(16)) == PASSKEY  # as a demo's people do


def test_who_signs_in_no_such_duty_signs_nothing(stage: Stage) -> None:
    row = propose(stage, stage.iris, fresh("no duty"), seconds=3600)
    assert not isinstance(sign_by_passkey(stage.ben, row), lookup.Entered)
    leaver = registered(stage, "legal")
    stage.office.execute(
        "update hotel.staff_role set until_on = current_date - 1 where property_id = %s and staff_id = %s",
        (leaver.property_id.hex(), leaver.staff_id.hex()),
    )
    assert not isinstance(sign_by_passkey(leaver, row), lookup.Entered)
    assert row_of(stage, row.release_id).state == "proposed"


def test_the_house_registers_no_passkey(stage: Stage) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.office.execute(
            "insert into hotel.policy_signer (property_id, public_key, signer_id, role, kind) values (%s, %s, %s, 'privacy', 'demo')",
            (stage.ada.property_id.hex(), bytes(32), stage.ada.staff_id.hex()),
        )


def test_signatures_moved_to_another_release_do_not_bring_it_into_force(stage: Stage, paula: Player, gerd: Player) -> None:
    """Whoever owns the database moves two good signatures from one release to another."""
    signed = propose(stage, stage.ben, fresh("signed"), seconds=3600)
    for player in (paula, gerd):
        assert isinstance(sign_by_passkey(player, signed), lookup.Entered)
    target = propose(stage, stage.ben, fresh("moved"))
    stage.superuser.execute(
        "insert into hotel.release_signature (property_id, release_id, signer_id, as_role, public_key, signature, nonce)"
        " select property_id, %s, signer_id, as_role, public_key, signature, nonce from hotel.release_signature where release_id = %s",
        (target.release_id.hex(), signed.release_id.hex()),
    )
    stays_out(stage, target, "policy_unsigned signature")


def test_signatures_as_a_demo_makes_them_count_in_a_demo_alone(stage: Stage, paula: Player, gerd: Player) -> None:
    """Whoever owns the database registers two people as a demo does, and signs for one of them."""
    target = propose(stage, stage.ben, fresh("demo"))
    place = stage.ada.property_id.hex()
    for player in (paula, gerd):
        stage.superuser.execute(
            "insert into hotel.policy_signer (property_id, public_key, signer_id, role, kind) values (%s, sha256(uuid_send(%s)), %s, %s, 'demo')",
            (place, player.staff_id.hex(), player.staff_id.hex(), player.duty),
        )
    with stage.superuser.transaction():
        stage.superuser.execute(
            "insert into hotel.release_signature (property_id, release_id, signer_id, as_role, public_key, signature, nonce)"
            " select property_id, %s, signer_id, role, public_key, '', decode(repeat('00', 16), 'hex') from hotel.policy_signer"
            " where kind = 'demo' and role = 'privacy'",
            (target.release_id.hex(),),
        )
        stage.superuser.execute("alter table hotel.policy_release disable trigger release_moves")
        stage.superuser.execute("update hotel.policy_release set state = 'signed' where release_id = %s", (target.release_id.hex(),))
        stage.superuser.execute("alter table hotel.policy_release enable always trigger release_moves")
    stays_out(stage, target, "policy_unsigned signature too_few")


def test_a_release_does_not_come_sooner_than_the_settings_allow(first_stage: FirstStage, run_directory: Path) -> None:
    """The house proposes and two sign, all of it within an hour, where a day's notice is to be given."""
    with copied_stage(first_stage, run_directory / "notice-stage", is_started=False) as made:
        path = made.settings.path
        path.write_text(path.read_text("utf-8").replace("policy_notice_hours = 0", "policy_notice_hours = 24"), "utf-8")
        assert made.start() == "ready"
        row = propose(made, made.ben, fresh("soon"))
        for role in ("privacy", "general_manager"):
            assert isinstance(sign_by_passkey(registered(made, role), row), lookup.Entered)
        stays_out(made, row, "policy_unannounced")
        new = NewRelease(new_id(), fresh("soon"), made.ben.staff_id, REGULAR, "test", row.activate_at, "a test", "{}")
        soon = with_office(made, lambda office: releases.propose(office, made.ada.property_id, new, in_force(made), 24))
        assert soon == ActRefusal("release_soon", {"hours": "24"})


def stays_out(stage: Stage, row: ReleaseRow, code: str) -> None:
    """Return only if the keeper has looked at the release, said why not, and goes on by what was in force."""
    assert all(code in line for line in refused(stage))
    assert row_of(stage, row.release_id).state == "signed"
    stage.office.execute("select hotel.withdraw_release(%s, %s)", (stage.ada.property_id.hex(), row.release_id.hex()))


def refused(stage: Stage) -> list[str]:
    """Return what the keeper has logged about a release, once it has; the stage then expects it."""
    end, known = time.monotonic() + 8, len(stage.expected_errors)
    while not (said := [line for line in stage.log() if line["level"] == "error"][known:]):
        assert time.monotonic() < end
        time.sleep(0.1)
    stage.expected_errors += said
    return [str(line["message"]) for line in said]
