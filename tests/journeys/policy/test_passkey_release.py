"""Officers sign a release of the policy with their passkeys; the keeper counts, and verifies the same again at every start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from discretion.hotel.purpose import FieldGroup
from discretion.wire import lookup
from tests.cast import ALL, Player, Stage
from tests.releases import NARROWER, hand, propose, registered, row_of, sign, sign_by_passkey, wait_for
from tests.stages import FirstStage, copied_stage


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "passkey-release-stage") as made:
        yield made


@pytest.fixture(scope="module")
def paula(stage: Stage) -> Player:
    return registered(stage, "privacy")


@pytest.fixture(scope="module")
def gerd(stage: Stage) -> Player:
    return registered(stage, "general_manager")


def notices(stage: Stage, kind: str, release_id: bytes) -> list[str]:
    return [row[0] for row in stage.office.execute(
        "select to_role from hotel.notice where kind = %s and subject_id = %s order by to_role", (kind, release_id.hex()),
    ).fetchall()]


def test_two_passkeys_bring_a_release_into_force_and_it_stays_after_a_restart(stage: Stage, paula: Player, gerd: Player) -> None:
    row = propose(stage, stage.ben, NARROWER)
    assert {"general_manager", "privacy"} <= set(notices(stage, "release_proposed", row.release_id))
    assert isinstance(sign_by_passkey(gerd, row), lookup.Entered)
    assert row_of(stage, row.release_id).state == "proposed"
    wanted = notices(stage, "release_signature", row.release_id)
    assert "privacy" in wanted and "general_manager" not in wanted
    assert isinstance(sign_by_passkey(paula, row), lookup.Entered)
    assert wait_for(stage, row, "active").activated_at is not None
    assert "front_desk" in notices(stage, "release_signed", row.release_id)
    stage.keeper.stop()
    stage.restart()
    answer = stage.ada.look_up(stage.guest("arriving"), clear=ALL)
    assert not answer.clear & FieldGroup.CONTACT.bit
    assert stage.verify()[0] == 0


def test_a_passkey_and_a_key_file_sign_the_same_release(stage: Stage, paula: Player) -> None:
    body = NARROWER + b"\n# a passkey and a key file\n"
    row = propose(stage, stage.ben, body)
    sign(stage, row, hand(stage, "legal"))
    assert isinstance(sign_by_passkey(paula, row), lookup.Entered)
    wait_for(stage, row, "active")


def test_a_passkey_enrolled_later_signs_once_it_is_registered(stage: Stage) -> None:
    newcomer = stage.hire("Newcomer", "privacy")
    row = propose(stage, stage.ben, NARROWER + b"\n# later\n", seconds=3600)
    assert sign_by_passkey(newcomer, row) == lookup.Failed(code="not_a_signer")
    registered(stage, "privacy", newcomer)
    assert isinstance(sign_by_passkey(newcomer, row), lookup.Entered)
