"""Dora asks who looked. The privacy officer lists her entries, all of them, with proofs; whoever has the files can check each."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from discretion.ledger.leaf import decode_leaf
from discretion.ledger.proof_file import check_proof
from discretion.ledger.trust import Trust
from discretion.wire import lookup
from tests.cast import Stage, new_id
from tests.journeys.installation import discretion
from tests.journeys.ledger.publishing import run
from tests.ledgers import size_now
from tests.tampering import tampered


def explained(stage: Stage, guest_id: bytes, *words: str) -> tuple[int, list[dict[str, Any]], str]:
    code, told, said = run(stage, "explain", "--guest", guest_id.hex(), "--property", "harbour", *words)
    return code, told.get("items", []), said


def test_every_entry_of_dora_is_listed_with_who_and_what_for_and_the_asking_itself(own_stage: Stage, tmp_path: Path) -> None:
    stage, dora, other = own_stage, own_stage.guest(), own_stage.guest()
    told = [stage.ada.look_up(dora, clear=1), stage.ada.look_up(other, clear=1), stage.ben.look_up(dora, "guest_request", masked=1)]
    refused = stage.ada.look_up(dora, "marketing", clear=1)
    assert isinstance(refused, lookup.Refusal)
    before = stage.size()
    code, rows, said = explained(stage, dora.guest_id, "--out", str(tmp_path / "out"))
    assert code == 0, said
    assert [row["entry"] for row in rows] == [told[0].entry, told[2].entry, refused.entry, before], "the asking is the last"
    assert [row["nr"] for row in rows] == [1, 2, 3, 4]
    assert "Ada" in rows[0]["who"] and "Ben" in rows[1]["who"]
    assert rows[2]["decision"] != rows[0]["decision"] and rows[3]["who"] == ""
    assert "1 to 4" in said

    statement = json.loads((tmp_path / "out" / "statement.json").read_text("utf-8"))
    trust = Trust.of_key(statement["vkey"])
    for entry in statement["entries"]:
        name = tmp_path / "out" / f"{entry['number']:06d}"
        leaf = name.with_suffix(".entry").read_bytes()
        assert leaf.hex() == entry["leaf"]
        index, _ = check_proof(name.with_suffix(".tlog-proof").read_text("utf-8"), leaf, trust)
        assert index == entry["index"]
        for part, committed in zip(("guest", "staff", "context"), _commitments(leaf), strict=True):
            given = entry["parts"][part]
            made = hashlib.sha256(b"discretion/v1/" + part.encode() + b"\x00" + bytes.fromhex(given["salt"]) + given["text"].encode())
            assert made.digest() == committed, "as the specification of the leaf says it, by hand"
    assert dora.surname not in json.dumps(statement), "entries name no record"


def _commitments(leaf: bytes) -> list[bytes]:
    assert decode_leaf(leaf)
    return [leaf[at:at + 32] for at in (24, 56, 88)]


def test_an_entry_that_was_taken_away_is_missed(own_stage: Stage) -> None:
    stage, dora = own_stage, own_stage.guest()
    entries = [stage.ada.look_up(dora, clear=1).entry for _ in range(3)]
    with tampered(stage, "ledger.entry", [entries[1]]):
        stage.superuser.execute("delete from ledger.entry where idx = %s and property_id = %s", (entries[1], dora.property_id.hex()))
        code, rows, said = explained(stage, dora.guest_id)
    assert code == 3
    assert "number 2 are missing" in said
    assert [row["nr"] for row in rows] == [1, 3, 4]
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]


def test_a_counter_that_was_set_back_is_noticed(own_stage: Stage) -> None:
    """Somebody lets the last entries of a guest vanish from the count; the tags that were given stand in the ledger."""
    stage, dora = own_stage, own_stage.guest()
    for _ in range(5):
        stage.ada.look_up(dora, clear=1)
    for _ in range(3):  # rounds that the keeper still remembers correct the count by themselves
        stage.ada.look_up(stage.dora, clear=1)
    stage.superuser.execute("update ledger.sequence set seq = 2 where guest_id = %s", (dora.guest_id.hex(),))
    code, _, said = explained(stage, dora.guest_id)
    assert code == 3 and "Not complete" in said


def test_a_guest_who_is_not_there_and_a_malformed_id_give_nothing(own_stage: Stage) -> None:
    before = own_stage.size()
    assert explained(own_stage, new_id())[0] == 4
    assert size_now(own_stage) == before + 1, "asked, and entered"
    assert run(own_stage, "explain", "--guest", "dora", "--property", "harbour")[0] == 2
    assert size_now(own_stage) == before + 1
    assert explained(own_stage, own_stage.guests["Dora"].guest_id, "--out", "/proc")[0] != 0


def test_without_the_keeper_nobody_is_told_anything(own_stage: Stage) -> None:
    assert own_stage.keeper.stop() == 0
    code, rows, _ = explained(own_stage, own_stage.dora.guest_id)
    assert (code, rows) == (7, [])


def test_for_people_it_speaks_their_language(own_stage: Stage) -> None:
    own_stage.ada.look_up(own_stage.dora, clear=1)
    done = discretion(
        "--settings", str(own_stage.settings.path), "ledger", "explain", "--property", "harbour", "--guest", own_stage.dora.guest_id.hex(),
    )
    assert done.returncode == 0, done.stderr
    assert "何人" in done.stdout and "查看档案" in done.stdout.replace(" ", "") + done.stdout
