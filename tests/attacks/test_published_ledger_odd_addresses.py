"""Whoever has a reader's key gets what is signed, at its one address: nothing beyond it, beside it or above it."""

from __future__ import annotations

import pytest

from discretion.wire import upkeep
from tests.ledgers import size_now
from tests.windows import Opened, signed_size

NOWHERE = [
    "", "/ledger", "/ledger/", "/ledger/harbour", "checkpoint/", "/checkpoint", "Checkpoint", "checkpoint.", "checkpoint%00", "check%70oint",
    "//ledger/harbour/checkpoint", "/ledger//harbour/checkpoint", "/ledger/harbour//checkpoint", "/ledger/./harbour/checkpoint",
    "/ledger/harbour%2fcheckpoint", "/ledger/harbour/%63heckpoint", "/ledger/%68arbour/checkpoint",
    "../harbour/checkpoint", "tile/../checkpoint", "tile/0/../0/000", "tile/%2e%2e/checkpoint", "tile/0/%2e%2e/0/000", "tile/0/..%2f000",
    "tile/..%2f..%2f..%2fetc/passwd", "tile/0/000%00", "tile/0/000%0a", "tile/0/0%300", "tile/0\\000", "tile/0/000;x",
    "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/000/", "tile/0//000", "tile//0/000", "tile/00/000",
    "tile/8/0/000", "tile/8/data/000", "tile/data/000", "tile/-1/000", "tile/+0/000", "tile/64/000", "tile/63/000", "tile/99/000", "tile/100/000",
    "tile/0/x000/000", "tile/0/x000/001", "tile/0/000/x001", "tile/0/X001/000", "tile/0/x1/000", "tile/0/001/000", "tile/0/x001/000",
    "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/0/" + "9" * 50, "tile/0/" + "x999/" * 500 + "999",
    "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/00", "tile/0/000.p/01", "tile/0/000.p/256", "tile/0/000.p/257",
    "tile/0/000.p/300", "tile/0/000.p/999", "tile/0/000.p/1000", "tile/0/000.p/-1", "tile/0/000.p/1/", "tile/0/000.p/1.p/1", "tile/0/000.P/1",
    "tile/entries", "tile/entries/", "tile/entries/0", "tile/entries/000.p/0", "tile/entries/000.p/256", "tile/entries/x000/000", "tile/Entries/000",
    "tile/issuer/000", "tile/names/000", "entries/000", "head", "note", "tile/0/000?x", "tile/0/%d9%a0%d9%a0%d9%a0",
]


@pytest.mark.parametrize("path", NOWHERE)
def test_it_is_nowhere(opened: Opened, path: str) -> None:
    answered = opened.get(path or "/ledger/harbour/")
    assert answered.status == 404, answered.body


@pytest.mark.parametrize("path", ["/ledger/HARBOUR/checkpoint", "/ledger/harbour./checkpoint", "/ledger/hilltop/checkpoint", "/ledger/x/tile/0/000"])
def test_another_property_is_not_even_nowhere(opened: Opened, path: str) -> None:
    assert opened.get(path).status == 401


def test_nothing_beyond_the_checkpoint_is_given(opened: Opened) -> None:
    stage = opened.house.stage
    while not 1 <= size_now(stage) % 256 <= 200:  # the last tile is not full, nor will it be
        stage.ada.look_up(stage.dora, clear=1)
    stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
    size = signed_size(opened.house)
    full, rest = divmod(size, 256)
    for _ in range(3):
        stage.ada.look_up(stage.dora, clear=1)
    assert stage.size() > size, "committed, and not signed for"
    for name in ("0", "entries"):
        assert opened.get(f"tile/{name}/{full:03}.p/{rest}").status == 200
        for beyond in (f"{full:03}.p/{rest + 1}", f"{full:03}.p/255", f"{full:03}", f"{full + 1:03}", f"{full + 1:03}.p/1"):
            assert opened.get(f"tile/{name}/{beyond}").status == 404, beyond
    assert opened.get(f"tile/1/000.p/{full}").status == 200
    for beyond in (f"tile/1/000.p/{full + 1}", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1", "tile/7/000.p/1", "tile/63/000.p/1"):
        assert opened.get(beyond).status == 404, beyond
    stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
    assert opened.get(f"tile/0/{full:03}.p/{rest + 1}").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_it_is_read_and_nothing_else(opened: Opened, method: str) -> None:
    for path in ("checkpoint", "tile/0/000"):
        answered = opened.get(path, method=method)
        assert answered.status in ((204, 405) if method == "OPTIONS" else (405,))
        assert answered.headers["cache-control"] == "no-store"


def test_no_opening_and_no_person_is_in_any_answer(opened: Opened) -> None:
    stage = opened.house.stage
    whole = b"".join(
        opened.get(path).body
        for path in ("checkpoint", "tile/0/000", "tile/0/001", "tile/1/000.p/2", "tile/entries/000", "tile/entries/001", "tile/entries/002.p/10")
    )
    assert len(whole) > 2 * 8192 + 2 * 256 * 122
    for word in (b"front_desk", b"check_in", b"look_up", b"harbour front", stage.ada.staff_id, stage.ada.staff_id.hex().encode(), stage.dora.guest_id):
        assert word not in whole
    parts = stage.superuser.execute(
        "select guest_part, staff_part, context_part from ledger.entry where property_id = %s and idx < 300", (stage.ada.property_id.hex(),),
    ).fetchall()
    given = [part for row in parts for part in row if part]
    assert len(given) > 300
    assert not any(bytes(part)[:16] in whole for part in given)
    assert not any(request_id.bytes in whole for (request_id,) in stage.superuser.execute(
        "select request_id from ledger.entry where property_id = %s", (stage.ada.property_id.hex(),),
    ).fetchall())
