"""Records come in by the hundred: a batch is sealed and written whole, or not at all, and may be brought again."""

from __future__ import annotations

import msgspec

from discretion.wire import upkeep
from tests.cast import Stage, new_id

MORE_THAN_A_PART = 1100  # a batch is written in parts, while the next part is sealed


def people(number: int) -> list[upkeep.SealedGuest]:
    """Return so many people with a name and a document."""
    return [
        upkeep.SealedGuest(new_id(), {
            "identity": msgspec.json.encode({"name": f"Guest {each}", "age_category": "adult"}),
            "document": msgspec.json.encode({"documents": [{"type": "PASSPORT", "number": f"ZX{each:07d}", "issuing_country": "UTO"}]}),
        })
        for each in range(number)
    ]  # fmt: skip


def known(stage: Stage, guests: list[upkeep.SealedGuest]) -> int:
    """Return how many of these have all that belongs to a record."""
    ((count,),) = stage.superuser.execute(
        "select count(*) from unnest(%s::uuid[]) g (id) join keys.guest_key k on k.guest_id = g.id join vault.record v on v.guest_id = g.id"
        " join ledger.sequence s on s.guest_id = g.id where (select count(*) from vault.token t where t.guest_id = g.id) = 4",
        [[guest.guest_id.hex() for guest in guests]],
    ).fetchall()
    return count


def test_a_large_batch_is_sealed_whole_and_once(stage: Stage) -> None:
    guests = people(MORE_THAN_A_PART)
    batch = upkeep.SealBatch(property_id=stage.ada.property_id, guests=[*guests, guests[0]])
    assert stage.upkeep(batch).counts == {"sealed": MORE_THAN_A_PART, "known": 1}
    assert known(stage, guests) == MORE_THAN_A_PART
    assert stage.upkeep(batch).counts == {"sealed": 0, "known": MORE_THAN_A_PART + 1}


def test_one_that_is_no_record_stops_its_whole_batch(stage: Stage) -> None:
    guests = sorted(people(MORE_THAN_A_PART), key=lambda guest: guest.guest_id)
    wrong = upkeep.SealedGuest(guests[-1].guest_id, {"identity": b'{"name":1}'})
    answer = stage.upkeep(upkeep.SealBatch(property_id=stage.ada.property_id, guests=[*guests[:-1], wrong]))
    assert (answer.code, answer.field) == ("malformed", "identity.name: type")
    assert known(stage, guests) == 0
    assert stage.upkeep(upkeep.SealBatch(property_id=stage.ada.property_id, guests=guests)).counts["sealed"] == MORE_THAN_A_PART
