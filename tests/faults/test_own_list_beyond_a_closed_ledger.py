"""A guest's list goes back beyond a ledger that was closed: every entry, in order, with proofs under the old key where there are any."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from discretion.ledger.errors import LedgerError
from discretion.ledger.proof_file import check_proof
from discretion.ledger.trust import Trust
from discretion.wire import erasure, guests, lookup, upkeep
from tests.cast import Guest, Stage, groups
from tests.closings import close_ledger, key_of
from tests.erasing import erased
from tests.journeys.ledger.publishing import run
from tests.portals import Visitor, visit
from tests.tampering import tampered


def published(stage: Stage) -> None:
    stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))


def looked_at(stage: Stage, dora: Guest, other: Guest) -> None:
    for guest in (dora, other, dora):
        assert isinstance(stage.ada.look_up(guest, masked=groups("identity")), lookup.Disclosure)


def listed(visitor: Visitor, count: int, before: tuple[int, int] = (0, 2**62)) -> list[guests.OwnEntry]:
    """Return the list from there on as it comes in runs of so many, nothing of it entered."""
    lines: list[guests.OwnEntry] = []
    while True:
        shown = visitor.ask(guests.OwnEntries, count=count, ledger=before[0], before=before[1], is_quiet=True)
        assert isinstance(shown, guests.OwnEntriesShown) and shown.missing == 0, shown
        lines += shown.lines
        before = (shown.next_ledger, shown.next_before)
        if not before[1]:
            return lines


def proofs(visitor: Visitor, ledger: int, indexes: list[int]) -> guests.OwnProofsShown:
    shown = visitor.ask(guests.OwnProofs, ledger=ledger, indexes=indexes)
    assert isinstance(shown, guests.OwnProofsShown), shown
    return shown


def test_the_list_goes_on_in_every_ledger_that_was_closed(own_stage: Stage) -> None:
    stage, dora, other = own_stage, own_stage.guest(), own_stage.guest()
    keys = []
    for _ in range(2):
        looked_at(stage, dora, other)
        published(stage)
        keys.append(key_of(stage).split()[1])
        looked_at(stage, dora, other)
        close_ledger(stage)
    looked_at(stage, dora, other)
    visitor = visit(stage, dora)
    lines = visitor.entries()
    assert [line.seq for line in lines] == list(range(len(lines), 0, -1)), "whole, newest first"
    assert [ledger for ledger, _ in groupby(lines, lambda line: line.ledger)] == [0, 2, 1]
    assert all(line.is_told for line in lines)
    assert [line.index for line in lines] == sorted((line.index for line in lines if not line.ledger), reverse=True) + [
        index for number in (2, 1) for index in sorted((line.index for line in lines if line.ledger == number), reverse=True)
    ]
    for count in (1, 2, 3, len(lines)):
        assert listed(visitor, count) == lines, "the same in runs of any length, across the borders"
    assert listed(visitor, 2, (1, 2**62)) == [line for line in lines if line.ledger == 1]
    for number, key in enumerate(keys, 1):
        shown = proofs(visitor, number, [line.index for line in lines if line.ledger == number])
        assert shown.vkey == key
        assert [bool(each.proof) for each in shown.items] == [True, True, False, False], "those before the checkpoint"
        for each in shown.items[:2]:
            assert check_proof(each.proof, each.leaf, Trust.of_key(key))[0] == each.index
            with pytest.raises(LedgerError):
                check_proof(each.proof, each.leaf, Trust.of_key(key_of(stage).split()[1]))
        assert all(each.guest_part and each.context_part for each in shown.items)
    assert proofs(visitor, 3, [0, 1]).items == [], "there is no such ledger"


def test_no_entry_is_missed_or_anothers_while_the_index_is_made_anew(own_stage: Stage) -> None:
    """The index by guest that was made of the closed ledger names places where others' entries stand in its successor."""
    stage, dora, other = own_stage, own_stage.guest(), own_stage.guest()
    visitor = visit(stage, dora)
    for _ in range(4):
        looked_at(stage, dora, other)
    published(stage)
    close_ledger(stage)
    for _ in range(stage.size() + 40):
        stage.ada.look_up(other, masked=groups("identity"))
    for _ in range(2):
        ours = {line.index for line in visitor.entries() if not line.ledger}
        key = stage.superuser.execute("select key_id from keys.guest_key where guest_id = %s", (dora.guest_id.hex(),)).fetchone()
        assert key is not None
        stands = stage.superuser.execute(
            "select idx from ledger.entry where property_id = %s and guest_key_id = %s", (dora.property_id.hex(), key[0]),
        ).fetchall()
        assert ours == {index for (index,) in stands}
        published(stage)


def test_a_guest_without_an_entry_since_sees_those_before(own_stage: Stage) -> None:
    stage, dora = own_stage, own_stage.guest()
    visitor = visit(stage, dora)
    looked_at(stage, dora, stage.guest())
    before = visitor.entries()
    close_ledger(stage)
    after = visitor.ask(guests.OwnEntries, is_quiet=True)
    assert [(line.seq, line.ledger) for line in after.lines] == [(line.seq, 1) for line in before]
    assert after.missing == 0 and after.next_before == 0


def test_proofs_of_a_large_ledger_are_made_from_the_tiles_it_had(own_stage: Stage) -> None:
    stage, dora = own_stage, own_stage.guest()
    visitor = visit(stage, dora)
    while stage.size() < 2 * 256 + 10:
        visitor.ask(guests.OwnEntries, count=1)
    published(stage)
    key = key_of(stage).split()[1]
    close_ledger(stage)
    lines = [line for line in listed(visitor, 500) if line.ledger]
    for index in (lines[-1].index, lines[len(lines) // 2].index, lines[0].index):
        (each,) = proofs(visitor, 1, [index]).items
        assert check_proof(each.proof, each.leaf, Trust.of_key(key))[0] == index


def test_of_what_was_tampered_with_there_is_no_proof_and_of_the_rest_there_is(own_stage: Stage) -> None:
    stage, dora = own_stage, own_stage.guest()
    visitor = visit(stage, dora)
    looked_at(stage, dora, stage.guest())
    lines = [line for line in visitor.entries() if line.kind == "look_up"]
    published(stage)
    with tampered(stage, "ledger.entry", [line.index for line in lines]):
        for line, leaf in zip(lines, ("overlay(leaf placing '\\x00'::bytea from 120)", "overlay(leaf placing 'X'::bytea from 1)"), strict=True):
            stage.superuser.execute(
                f"update ledger.entry set leaf = {leaf} where property_id = %s and idx = %s",  # type: ignore[arg-type]
                (dora.property_id.hex(), line.index),
            )
        close_ledger(stage)
        stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]
        shown = visitor.ask(guests.OwnEntries)
        told = {line.index: line for line in shown.lines if line.ledger}
        assert not any(told[line.index].is_told for line in lines)
        assert shown.missing == 1, "of the leaf that is none even the number is lost; of the other its own part still says it"
        found = proofs(visitor, 1, list(told))
        assert {each.index for each in found.items if not each.proof} == {line.index for line in lines}
        for each in found.items:
            if each.proof:
                check_proof(each.proof, each.leaf, Trust.of_key(found.vkey))


def test_a_ledger_that_no_checkpoint_was_kept_of_proves_nothing(own_stage: Stage) -> None:
    stage, dora = own_stage, own_stage.guest()
    looked_at(stage, dora, stage.guest())
    stage.superuser.execute("alter table ledger.checkpoint disable trigger user")
    stage.superuser.execute("delete from ledger.checkpoint where property_id = %s", (dora.property_id.hex(),))
    close_ledger(stage)
    visitor = visit(stage, dora)
    found = proofs(visitor, 1, [line.index for line in visitor.entries() if line.ledger])
    assert len(found.items) == 2 and not any(each.proof for each in found.items)


def test_what_was_sealed_for_an_erased_guest_stays_unreadable_and_nothing_of_it_changes(own_stage: Stage) -> None:
    stage, dora = own_stage, own_stage.guest("departed", departed_days=400)
    visitor = visit(stage, dora)
    visitor.entries()
    close_ledger(stage)
    key = stage.superuser.execute("select key_id from keys.guest_key where guest_id = %s", (dora.guest_id.hex(),)).fetchone()
    kept = "select * from ledger.closed_entry where guest_key_id = %s order by idx"
    before = stage.superuser.execute(kept, key).fetchall()
    assert before
    erased(stage, dora)
    assert stage.superuser.execute(kept, key).fetchall() == before, "evidence, and nothing opens it"
    assert stage.superuser.execute("select count(*) from keys.guest_key where key_id = %s", key).fetchone() == (0,)
    assert isinstance(visitor.ask(guests.OwnEntries), lookup.Failed)
    assert isinstance(visitor.ask(guests.OwnProofs, ledger=1, indexes=[row[1] for row in before]), lookup.Failed)
    assert run(stage, "explain", "--guest", dora.guest_id.hex(), "--property", "harbour")[0] == 4


def test_the_privacy_officers_list_goes_back_as_far(own_stage: Stage, tmp_path: Path) -> None:
    stage, dora, other = own_stage, own_stage.guest(), own_stage.guest()
    looked_at(stage, dora, other)
    published(stage)
    key = key_of(stage).split()[1]
    stage.ada.look_up(dora, masked=groups("identity"))
    close_ledger(stage)
    looked_at(stage, dora, other)
    out = tmp_path / "out"
    code, told, said = run(stage, "explain", "--guest", dora.guest_id.hex(), "--property", "harbour", "--out", str(out))
    assert code == 0, said
    assert [row["nr"] for row in told["items"]] == [1, 2, 3, 4, 5, 6]
    assert [str(row["entry"]).startswith("1/") for row in told["items"]] == [True] * 3 + [False] * 3
    assert (out / "closed-1.vkey").read_text("ascii").strip() == key
    for name, trusted in (("000001", key), ("000002", key), ("000004", (out / "log.vkey").read_text("ascii").strip())):
        check_proof((out / f"{name}.tlog-proof").read_text("utf-8"), (out / f"{name}.entry").read_bytes(), Trust.of_key(trusted))
    assert not (out / "000003.tlog-proof").exists(), "no checkpoint covers it"


def test_the_certificate_of_a_deletion_is_of_the_ledger_it_stands_in(own_stage: Stage) -> None:
    stage, dora, other, third = own_stage, own_stage.guest("departed"), own_stage.guest("departed"), own_stage.guest("departed")
    orders, keys = [], []
    for guest in (dora, other):
        orders.append(erased(stage, guest))
        published(stage)
        keys.append(key_of(stage).split()[1])
        close_ledger(stage)
    orders.append(erased(stage, third))
    keys.append(key_of(stage).split()[1])
    for order_id, key in zip(orders, keys, strict=True):
        proved = stage.ask(erasure.CertifyErasure(property_id=dora.property_id, order_id=order_id))
        assert isinstance(proved, erasure.ErasureProof), proved
        assert order_id.hex().encode() in proved.context
        assert proved.vkey == key
        assert check_proof(proved.proof, proved.leaf, Trust.of_key(key))[0] == proved.entry
