"""A compliance officer changes the policy from the command line, from the file to the moment it is in force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import discretion.policy
from discretion.faces.cli.frame import run
from discretion.hotel.purpose import FieldGroup
from tests.cast import ALL, Player, Stage
from tests.conftest import HARBOUR
from tests.policy.situations import starting_bytes
from tests.releases import NARROWER, WIDER
from tests.stages import FirstStage, copied_stage


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "cli-release-stage") as made:
        yield made


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for name, body in (("wider", WIDER), ("narrower", NARROWER), ("same", starting_bytes()), ("bad", b"schema = 2\n")):
        made[name] = tmp_path / f"{name}.toml"
        made[name].write_bytes(body)
    return made


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """Named situations as `NARROWER` decides them: the officer writes the new expectation with the new rule."""
    directory = tmp_path / "situations"
    directory.mkdir()
    for path in (Path(discretion.policy.__file__).parent / "named_situations").glob("*.toml"):
        text = path.read_text("utf-8")
        if path.stem == "check_in":
            text = text.replace('"contact", ', "").replace(', "preferences"', "")
        (directory / path.name).write_text(text, "utf-8")
    return directory


def called(stage: Stage, capsys: Any, *words: str, language: str = "en") -> tuple[int, Any, str]:
    status = run(["--settings", str(stage.settings.path), "--lang", language, "--json", "--no-input", *words])
    out, err = capsys.readouterr()
    return status, json.loads(out) if out.strip() else None, err


def signer(stage: Stage, capsys: Any, directory: Path, role: str) -> tuple[Player, Path]:
    player, file = stage.hire(f"Signs as {role}", role), directory / f"{role}.key"
    status, made, _ = called(stage, capsys, "policy", "keygen", str(file))
    assert status == 0
    assert file.stat().st_mode & 0o077 == 0
    status, _, _ = called(stage, capsys, "policy", "signer", "add", "--property", "harbour", "--number", number(stage, player), "--role", role, "--public-key", made["key"])
    assert status == 0
    return player, file


def number(stage: Stage, player: Player) -> str:
    row = stage.office.execute("select number from hotel.staff where staff_id = %s", (player.staff_id.hex(),)).fetchone()
    assert row is not None
    return str(row[0])


def test_the_difference_of_two_files_is_said_in_both_languages(stage: Stage, files: dict[str, Path], capsys: Any) -> None:
    status, found, _ = called(stage, capsys, "policy", "diff", str(files["wider"]), str(files["same"]))
    assert status == 3
    (change,) = found["changes"]
    assert (change["cell"], change["gained"]["situations"], found["situations"]) == (["check_out", "front_desk", "departed"], 12, 2560)
    assert called(stage, capsys, "policy", "diff", str(files["narrower"]), str(files["same"]))[0] == 0
    for language, said in (("en", "gains Booking · Spending in full, Identity masked, in 12 of 2,048 situations"), ("zh", "增加完整显示预订 · 消费、遮盖显示身份；2,048种情形中有12种")):
        assert run(["--lang", language, "policy", "diff", str(files["wider"]), str(files["same"])]) == 3
        assert said in capsys.readouterr().out


def test_from_the_file_to_the_moment_it_is_in_force(
    stage: Stage, files: dict[str, Path], named: Path, tmp_path: Path, capsys: Any,
) -> None:
    place = ("--property", "harbour")
    _, privacy = signer(stage, capsys, tmp_path, "privacy")
    _, general = signer(stage, capsys, tmp_path, "general_manager")
    guest = stage.guest("arriving")
    for _again in range(3):
        stage.ada.look_up(guest, clear=ALL)
    how = ("policy", "propose", str(files["narrower"]), *place, "--author", number(stage, stage.ben), "--note", "contacts are not needed", "--situations", str(named))
    assert called(stage, capsys, "policy", "list", *place)[1] == {"items": [], "next": None}
    status, proposed, _ = called(stage, capsys, *how, "--activate-at", "2020-01-01T00:00")
    assert status == 0, proposed
    assert (proposed["number"], proposed["difference"]["narrower"]) == (1, True)
    assert proposed["replay"]["less"] >= 3
    assert proposed["replay"]["more"] == 0
    assert {each["check"]: each["passed"] for each in proposed["checks"]} == dict.fromkeys(("load", "named", "decisive", "promises", "monotone", "cedar", "mutation", "approvers"), True)
    approvers = {each["check"]: each["findings"] for each in proposed["checks"]}["approvers"]
    here = dict(stage.office.execute(
        "select r.role, count(*) from hotel.staff_role r join hotel.staff s using (property_id, staff_id) where r.property_id = %s and s.active group by 1",
        (HARBOUR.id,),
    ).fetchall())  # other tests may have hired more of them before
    by = {"ok_manager": "duty_manager", "ok_privacy": "privacy", "ok_general": "general_manager"}
    assert approvers == [f"{fact}: {here[role]} < 2" for fact, role in by.items() if here[role] < 2]
    assert "ok_general: 1 < 2" in approvers
    assert called(stage, capsys, "policy", "activate", "1", *place)[0] == 6
    assert called(stage, capsys, "policy", "sign", "1", *place, "--key", str(privacy))[0] == 2, "nobody can answer here"
    assert called(stage, capsys, "policy", "sign", "1", *place, "--key", str(privacy), "--yes")[1]["state"] == "proposed"
    assert called(stage, capsys, "policy", "sign", "1", *place, "--key", str(privacy), "--yes")[0] == 6
    assert called(stage, capsys, "policy", "sign", "1", *place, "--key", str(general), "--yes")[0] == 0
    status, active, _ = called(stage, capsys, "policy", "activate", "1", *place)
    assert (status, active["state"]) == (0, "active")
    assert not stage.ada.look_up(stage.guest("arriving"), clear=ALL).clear & FieldGroup.CONTACT.bit
    assert run(["--settings", str(stage.settings.path), "policy", "show", *place]) == 0
    assert capsys.readouterr().out.encode() == NARROWER
    assert called(stage, capsys, "policy", "withdraw", "1", *place)[0] == 6
    assert called(stage, capsys, "policy", "show", "1", *place)[1]["signed_by"] == ["Signs as privacy (privacy)", "Signs as general_manager (general_manager)"]


def test_what_fails_a_check_is_not_proposed(stage: Stage, files: dict[str, Path], capsys: Any) -> None:
    how = ("--property", "harbour", "--author", number(stage, stage.ben), "--note", "a note", "--without-replay")
    status, found, _ = called(stage, capsys, "policy", "propose", str(files["narrower"]), *how, "--dry-run")
    assert (status, found["dry_run"]) == (3, True)
    assert [each["check"] for each in found["checks"] if not each["passed"]] == ["named"]
    assert called(stage, capsys, "policy", "propose", str(files["bad"]), *how)[0] == 3
    assert called(stage, capsys, "policy", "show", "77", "--property", "harbour")[0] == 4


def test_a_signer_is_registered_with_the_passkeys_they_have(stage: Stage, capsys: Any) -> None:
    player = stage.hire("Has a passkey", "privacy")
    words = ("policy", "signer", "add", "--property", "harbour", "--number", number(stage, player), "--role", "privacy")
    assert called(stage, capsys, *words)[0] == 0
    assert called(stage, capsys, *words)[0] == 4, "none of them is new"
    _, listed, _ = called(stage, capsys, "policy", "signer", "list", "--property", "harbour")
    assert [each["kind"] for each in listed["items"] if each["number"] == number(stage, player)] == ["passkey"]


def test_each_hotel_is_told_where_too_few_may_approve(stage: Stage, capsys: Any) -> None:
    status, found, _ = called(stage, capsys, "policy", "check", "--approvers")
    assert status == 3
    assert {each["property"] for each in found["items"]} == {"harbour", "hilltop"}
    privacy = next(each for each in found["items"] if each["property"] == "hilltop" and each["approval"] == "ok_privacy")
    assert (privacy["people"], privacy["needed"], privacy["enough"]) == (0, 2, False)
