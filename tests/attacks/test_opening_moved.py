"""Whoever holds the database moves an opening, or its parts, to another entry: the rescan names the first that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import Stage, groups
from tests.conftest import HARBOUR
from tests.stages import FirstStage, copied_stage
from tests.tampering import tampered

PARTS = ("guest_part", "staff_part", "context_part")


@pytest.fixture(scope="module")
def house(first_stage: FirstStage, run_directory: Path) -> Iterator[tuple[Stage, list[int]]]:
    """A stage with entries of two guests; each test puts back what it moved."""
    with copied_stage(first_stage, run_directory / "moved") as stage:
        guests = [stage.guest(), stage.guest()]
        entries = [stage.ada.look_up(guests[number % 2], masked=groups("identity")).entry for number in range(6)]
        stage.size()
        assert stage.verify()[0] == 0
        yield stage, entries


@pytest.mark.parametrize("part", PARTS)
def test_parts_exchanged_between_two_entries_of_one_guest_are_found(house: tuple[Stage, list[int]], part: str) -> None:
    stage, entries = house
    first, second = entries[0], entries[2]
    with tampered(stage, "ledger.entry", [first, second]):
        stage.superuser.execute(
            f"update ledger.entry e set {part} = o.{part} from ledger.entry o"  # type: ignore[arg-type]
            " where e.property_id = %(p)s and o.property_id = %(p)s and (e.idx, o.idx) in ((%(a)s, %(b)s), (%(b)s, %(a)s))",
            {"p": HARBOUR.id, "a": first, "b": second},
        )
        assert _verdict(stage) == (3, "opening", first)


def test_a_whole_opening_put_under_another_leaf_is_found(house: tuple[Stage, list[int]]) -> None:
    stage, entries = house
    first, second = entries[1], entries[3]
    columns = "guest_part, staff_part, context_part, guest_key_id, staff_key_id"
    with tampered(stage, "ledger.entry", [first, second]):
        stage.superuser.execute(
            f"update ledger.entry set ({columns}) = (select {columns} from ledger.entry where property_id = %(p)s and idx = %(b)s)"  # type: ignore[arg-type]
            " where property_id = %(p)s and idx = %(a)s",
            {"p": HARBOUR.id, "a": first, "b": second},
        )
        assert _verdict(stage) == (3, "opening", first)


def test_an_opening_of_another_guest_is_found(house: tuple[Stage, list[int]]) -> None:
    stage, entries = house
    first, second = entries[0], entries[1]
    with tampered(stage, "ledger.entry", [first]):
        stage.superuser.execute(
            "update ledger.entry e set guest_part = o.guest_part, guest_key_id = o.guest_key_id, context_part = o.context_part"
            " from ledger.entry o where e.property_id = %(p)s and o.property_id = %(p)s and e.idx = %(a)s and o.idx = %(b)s",
            {"p": HARBOUR.id, "a": first, "b": second},
        )
        assert _verdict(stage) == (3, "opening", first)


@pytest.mark.parametrize("part", PARTS)
def test_an_opening_with_one_bit_changed_is_found(house: tuple[Stage, list[int]], part: str) -> None:
    stage, entries = house
    with tampered(stage, "ledger.entry", [entries[4]]):
        stage.superuser.execute(
            f"update ledger.entry set {part} = set_bit({part}, 300, 1 - get_bit({part}, 300)) where property_id = %s and idx = %s",  # type: ignore[arg-type]
            (HARBOUR.id, entries[4]),
        )
        assert _verdict(stage) == (3, "opening", entries[4])


@pytest.mark.parametrize("part", PARTS)
def test_an_opening_that_is_gone_without_an_erasure_is_found(house: tuple[Stage, list[int]], part: str) -> None:
    stage, entries = house
    with tampered(stage, "ledger.entry", [entries[5]]):
        stage.superuser.execute(
            f"update ledger.entry set {part} = null where property_id = %s and idx = %s", (HARBOUR.id, entries[5]),  # type: ignore[arg-type]
        )
        assert _verdict(stage) == (3, "opening", entries[5])


def test_a_request_id_exchanged_is_found(house: tuple[Stage, list[int]]) -> None:
    stage, entries = house
    with tampered(stage, "ledger.entry", [entries[2]]):
        stage.superuser.execute(
            "update ledger.entry set request_id = gen_random_uuid() where property_id = %s and idx = %s", (HARBOUR.id, entries[2]),
        )
        assert _verdict(stage) == (3, "opening", entries[2])


def test_what_was_put_back_verifies(house: tuple[Stage, list[int]]) -> None:
    assert _verdict(house[0]) == (0, "", -1)


def _verdict(stage: Stage) -> tuple[int, str, int]:
    status, verdict = stage.verify()
    return status, verdict["problem"], verdict["index"]
