"""What must be true of a ledger after anything: no gap, the head that its entries make, every acknowledged entry in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.wire import lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.cast import Stage


def size_now(stage: Stage) -> int:
    """Return the committed size of Harbour's ledger, asking nobody but the database."""
    found = stage.superuser.execute("select size from ledger.head where property_id = %s", (stage.ada.property_id.hex(),)).fetchone()
    assert found is not None
    return int(found[0])


def entry_of(stage: Stage, request_id: bytes) -> int:
    """Return the index of the entry a request id has, -1 without one."""
    found = stage.superuser.execute(
        "select idx from ledger.entry where property_id = %s and request_id = %s", (stage.ada.property_id.hex(), request_id.hex()),
    ).fetchone()
    return -1 if found is None else int(found[0])


def check_whole(stage: Stage, acknowledged: Mapping[bytes, int]) -> None:
    """Return only if every acknowledged entry (by request id) stands where it was said to be, and the ledger verifies."""
    rows = stage.superuser.execute(
        "select idx, request_id from ledger.entry where property_id = %s order by idx", (stage.ada.property_id.hex(),),
    ).fetchall()
    assert [index for index, _ in rows] == list(range(len(rows))), "a gap"
    assert size_now(stage) == len(rows)
    stands = {request_id.bytes: index for index, request_id in rows}
    lost = {request_id.hex(): index for request_id, index in acknowledged.items() if stands.get(request_id) != index}
    assert lost == {}, "acknowledged, and not in the ledger"
    status, verdict = stage.verify()
    assert (status, verdict["problem"], verdict["size"]) == (0, "", len(rows))


def index_of(answer: object) -> int:
    """Return the entry that an answer acknowledges, -1 for none."""
    return answer.entry if isinstance(answer, (lookup.Disclosure, lookup.Refusal, lookup.Entered, lookup.Inscribed, lookup.Found)) else -1
