"""Whoever holds the database edits the ledger's rows, with every trigger disabled: the rescan names the first index that is
wrong and exits with 3, and the keeper does not start on it (ledger.md §8, rows 8, 9 and 15).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from discretion.keeper.vault.keyring import subkey
from discretion.ledger.checkpoint import Signer, open_checkpoint, sign_checkpoint
from discretion.ledger.errors import ProofError
from discretion.ledger.proof import ConsistencyProof, check_consistency, prove_consistency
from discretion.ledger.tree import Frontier, TreeHead, leaf_hash
from discretion.wire import upkeep
from tests.cast import Stage
from tests.conftest import HARBOUR
from tests.stages import FirstStage, copied_stage
from tests.tampering import tampered


@pytest.fixture(scope="module")
def house(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    """A stopped stage whose ledger has entries and a checkpoint in the middle; each test puts back what it changed."""
    with copied_stage(first_stage, run_directory / "tampered") as stage:
        stage.size()
        stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
        guest = stage.guest()
        for _ in range(5):
            stage.ada.look_up(guest, clear=1)
        stage.size()
        assert stage.keeper.stop() == 0
        assert _verdict(stage) == (0, "", -1)
        yield stage


def size_of(stage: Stage) -> int:
    found = stage.superuser.execute("select size from ledger.head where property_id = %s", (HARBOUR.id,)).fetchone()
    assert found is not None
    return int(found[0])


def is_refused(stage: Stage, problem: str, index: int) -> None:
    assert _verdict(stage) == (3, problem, index)
    is_refused_at_start(stage, problem, index)


def is_refused_at_start(stage: Stage, problem: str, index: int) -> None:
    assert stage.start() == "failed ledger_disagrees"
    assert stage.keeper.process is not None
    assert stage.keeper.process.wait(10) == 3
    errors = [line for line in stage.log() if line["level"] == "error"]
    assert errors[-1]["message"] == f"ledger disagrees: {problem} at {index}"
    stage.expected_errors = errors


def change(stage: Stage, statement: str, *params: object) -> None:
    changed = stage.superuser.execute(f"{statement} where property_id = %s and idx = %s", (HARBOUR.id, *params))  # type: ignore[arg-type]
    assert changed.rowcount == 1


@pytest.mark.parametrize("index", [0, 7, -1], ids=["first", "in the middle", "last"])
@pytest.mark.parametrize("place", [1, 200, 959], ids=["magic", "a commitment", "the last bit"])
def test_one_flipped_bit_of_a_leaf(house: Stage, index: int, place: int) -> None:
    at = index % size_of(house)
    with tampered(house, "ledger.entry", [at]):
        change(house, f"update ledger.entry set leaf = set_bit(leaf, {place}, 1 - get_bit(leaf, {place}))", at)
        assert _verdict(house) == (3, "leaf", at)
        if place == 200:
            is_refused(house, "leaf", at)


def test_a_leaf_changed_with_its_hash(house: Stage) -> None:
    with tampered(house, "ledger.entry", [9]):
        change(house, "update ledger.entry set leaf = set_bit(leaf, 200, 1 - get_bit(leaf, 200))", 9)
        change(house, "update ledger.entry set leaf_hash = sha256('\\x00'::bytea || leaf)", 9)
        assert _verdict(house) == (3, "opening", 9), "its opening commits to the other"
        is_refused_at_start(house, "checkpoint", _checkpoint_size(house))


@pytest.mark.parametrize("part", ["guest_part", "staff_part", "context_part"])
def test_an_opening_is_lost_and_no_entry_says_so(house: Stage, part: str) -> None:
    with tampered(house, "ledger.entry", [6]):
        change(house, f"update ledger.entry set {part} = null", 6)
        assert _verdict(house) == (3, "opening", 6)


def test_every_part_of_an_opening_is_lost_with_its_keys(house: Stage) -> None:
    """As entries look that were put back from an export; but nothing says that these were."""
    with tampered(house, "ledger.entry", [6]):
        change(
            house, "update ledger.entry set guest_part = null, staff_part = null, context_part = null, guest_key_id = null, staff_key_id = null", 6,
        )
        assert _verdict(house) == (3, "opening", 6)


def test_one_flipped_bit_of_a_leafs_hash(house: Stage) -> None:
    with tampered(house, "ledger.entry", [4]):
        change(house, "update ledger.entry set leaf_hash = set_bit(leaf_hash, 9, 1 - get_bit(leaf_hash, 9))", 4)
        is_refused(house, "leaf", 4)


@pytest.mark.parametrize("index", [0, 7, -1], ids=["first", "in the middle", "last"])
def test_a_row_is_gone(house: Stage, index: int) -> None:
    at = index % size_of(house)
    with tampered(house, "ledger.entry"):
        change(house, "delete from ledger.entry", at)
        is_refused(house, "missing", at)


def test_every_row_is_gone(house: Stage) -> None:
    with tampered(house, "ledger.entry"):
        house.superuser.execute("delete from ledger.entry where property_id = %s", (HARBOUR.id,))
        assert _verdict(house) == (3, "missing", 0)


def test_two_rows_changed_places(house: Stage) -> None:
    with tampered(house, "ledger.entry", [5, 6]):
        for wrong, right in ((5, -1), (6, 5), (-1, 6)):
            if right == -1:
                house.superuser.execute("alter table ledger.entry drop constraint entry_idx_check")
            change(house, f"update ledger.entry set idx = {right}", wrong)
        assert _verdict(house)[:2] == (3, "opening")
    house.superuser.execute("alter table ledger.entry add constraint entry_idx_check check (idx >= 0)")


def test_a_row_stands_behind_the_head(house: Stage) -> None:
    size = size_of(house)
    with tampered(house, "ledger.entry"):
        house.superuser.execute(
            "insert into ledger.entry select property_id, idx + 1, leaf, leaf_hash, gen_random_uuid() from ledger.entry"
            " where property_id = %s and idx = %s", (HARBOUR.id, size - 1),
        )
        is_refused(house, "head", size)


@pytest.mark.parametrize("what", ["root", "stack"])
def test_the_head_was_changed(house: Stage, what: str) -> None:
    with tampered(house, "ledger.head"):
        house.superuser.execute(
            f"update ledger.head set {what} = set_bit({what}, 3, 1 - get_bit({what}, 3)) where property_id = %s", (HARBOUR.id,),  # type: ignore[arg-type]
        )
        is_refused(house, "head", size_of(house))


def test_the_head_says_more_than_there_is(house: Stage) -> None:
    size = size_of(house)
    with tampered(house, "ledger.head"):
        house.superuser.execute("update ledger.head set size = size + 1 where property_id = %s", (HARBOUR.id,))
        assert _verdict(house) == (3, "missing", size)


def test_the_head_was_taken_back_whole(house: Stage) -> None:
    """As after a restore of older rows: the tree agrees with itself, and not with what was signed."""
    kept = _checkpoint_size(house) - 2
    hashes = _hashes(house)[:kept]
    frontier = Frontier.empty().append(hashes)
    with tampered(house, "ledger.entry"), tampered_head(house, frontier):
        house.superuser.execute("delete from ledger.entry where property_id = %s and idx >= %s", (HARBOUR.id, kept))
        is_refused(house, "behind_checkpoint", kept)


def test_history_was_rewritten_and_the_head_rebuilt(house: Stage) -> None:
    """Everything agrees with itself but the kept checkpoint; and whoever holds one outside sees that the tree is another."""
    before = _hashes(house)
    signed = _checkpoint_size(house)
    leaf = b"DISCRET1" + bytes(112)
    after = [*before[:9], leaf_hash(leaf), *before[10:]]
    frontier = Frontier.empty().append(after)
    with tampered(house, "ledger.entry", [9]), tampered_head(house, frontier):
        change(house, f"update ledger.entry set leaf = '\\x{leaf.hex()}', leaf_hash = '\\x{leaf_hash(leaf).hex()}'", 9)
        assert _verdict(house)[0] == 3
        is_refused_at_start(house, "checkpoint", signed)
    outside = TreeHead(signed, Frontier.empty().append(before[:signed]).root())
    size = len(before)
    for proof in (
        prove_consistency(outside.size, size, after), prove_consistency(outside.size, size, before), ConsistencyProof(()),
    ):
        with pytest.raises(ProofError):
            check_consistency(proof, outside, frontier.head())
    check_consistency(prove_consistency(outside.size, size, before), outside, Frontier.empty().append(before).head())


def test_a_checkpoint_was_changed(house: Stage) -> None:
    with tampered(house, "ledger.checkpoint"):
        house.superuser.execute("update ledger.checkpoint set note = set_byte(note, 30, 65) where property_id = %s", (HARBOUR.id,))
        status, problem, _ = _verdict(house)
        assert (status, problem) == (3, "signature")


def test_the_ledgers_key_was_exchanged_and_everything_signed_anew(house: Stage) -> None:
    """Without the root key, but with a key of one's own put in its place."""
    row = house.superuser.execute("select origin, size, root from ledger.head where property_id = %s", (HARBOUR.id,)).fetchone()
    assert row is not None
    mallory = Signer(row[0], subkey(b"mallory", b"key"))
    note = sign_checkpoint(mallory, TreeHead(row[1], row[2]))
    assert open_checkpoint(note, mallory.verifier).size == row[1]
    with tampered(house, "ledger.checkpoint"):
        house.superuser.execute("delete from ledger.checkpoint where property_id = %s", (HARBOUR.id,))
        house.superuser.execute("insert into ledger.checkpoint values (%s, %s, %s)", (HARBOUR.id, row[1], note.encode()))
        assert _verdict(house)[:2] == (3, "signature")


def test_the_heads_own_key_was_exchanged(house: Stage) -> None:
    row = house.superuser.execute("select origin from ledger.head where property_id = %s", (HARBOUR.id,)).fetchone()
    assert row is not None
    with tampered(house, "ledger.head"):
        house.superuser.execute(
            "update ledger.head set vkey = %s where property_id = %s",
            (Signer(row[0], subkey(b"mallory", b"key")).verifier.vkey, HARBOUR.id),
        )
        assert _verdict(house)[:2] == (3, "signature")
        assert house.start() == "failed root_key_wrong"
        assert house.keeper.process is not None
        assert house.keeper.process.wait(10) == 1


def test_what_was_put_back_starts_and_goes_on(house: Stage) -> None:
    assert _verdict(house) == (0, "", -1)
    house.restart()
    assert house.ada.look_up(house.guest(), clear=1).entry == size_of(house) - 1
    assert house.keeper.stop() == 0
    assert _verdict(house) == (0, "", -1)


@contextmanager
def tampered_head(stage: Stage, frontier: Frontier) -> Iterator[None]:
    """The head that these leaves make, in the place of the true one."""
    with tampered(stage, "ledger.head"):
        stage.superuser.execute(
            "update ledger.head set size = %s, root = %s, stack = %s where property_id = %s",
            (frontier.size, frontier.root(), frontier.to_bytes(), HARBOUR.id),
        )
        yield


def _checkpoint_size(stage: Stage) -> int:
    found = stage.superuser.execute("select max(size) from ledger.checkpoint where property_id = %s", (HARBOUR.id,)).fetchone()
    assert found is not None
    return int(found[0])


def _hashes(stage: Stage) -> list[bytes]:
    rows = stage.superuser.execute("select leaf_hash from ledger.entry where property_id = %s order by idx", (HARBOUR.id,)).fetchall()
    return [row[0] for row in rows]


def _verdict(stage: Stage) -> tuple[int, str, int]:
    status, verdict = stage.verify()
    return status, verdict["problem"], verdict["index"]
