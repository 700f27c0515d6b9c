"""A sealed box opens for its own property, guest, group and version, and for nothing else."""

from __future__ import annotations

import pytest

from discretion.wire import lookup
from tests.cast import ALL, Guest, Player, Stage, groups
from tests.conftest import HARBOUR, HILLTOP
from tests.reading import given_away

EVERY_CLEAR = groups("identity", "contact", "booking", "preferences")


def moved(stage: Stage, to: Guest, statement: str, **params: object) -> None:
    """Write into the sealed record of a guest as only the database's superuser can."""
    stage.superuser.execute(
        f"update vault.record r set {statement} {'and' if ' where ' in statement else 'where'} r.property_id = %(place)s and r.guest_id = %(to)s",  # type: ignore[arg-type]
        {"place": to.property_id.hex(), "to": to.guest_id.hex(), **params},
    )


def is_unopened(answer: object) -> bool:
    return isinstance(answer, lookup.Refusal) and answer.reason == "unopened"


def test_a_box_of_another_guest_does_not_open(stage: Stage) -> None:
    mine, theirs = stage.guest(), stage.guest()
    moved(stage, mine, "boxes = o.boxes, versions = o.versions from vault.record o where o.property_id = r.property_id and"
          " o.guest_id = %(other)s", other=theirs.guest_id.hex())
    answer = stage.ada.look_up(mine, clear=ALL)
    assert is_unopened(answer)
    assert given_away(answer, theirs) == given_away(answer, mine) == []
    assert isinstance(stage.ada.look_up(theirs, clear=ALL), lookup.Disclosure)


def test_a_box_of_another_guest_does_not_open_with_its_key_either(stage: Stage) -> None:
    mine, theirs, bystander = stage.guest(), stage.guest(), stage.guest()
    ids = {"mine": mine.guest_id.hex(), "theirs": theirs.guest_id.hex(), "p": HARBOUR.id}
    moved(stage, mine, "boxes = o.boxes, versions = o.versions from vault.record o where o.property_id = r.property_id and"
          " o.guest_id = %(other)s", other=theirs.guest_id.hex())
    stage.superuser.execute(
        "update keys.guest_key k set (key_id, wrapped) = (select key_id, wrapped from keys.guest_key where property_id = %(p)s"
        " and guest_id = %(theirs)s) where property_id = %(p)s and guest_id = %(mine)s", ids,
    )
    answer = stage.ada.look_up(mine, clear=ALL)
    assert is_unopened(answer)
    assert given_away(answer, theirs) == []
    answers = stage.ada.ask(
        lookup.LookUpMany, guest_ids=[mine.guest_id, bystander.guest_id], purpose="check_in", masked=groups("identity"),
    )
    assert is_unopened(answers.items[0])
    assert isinstance(answers.items[1], lookup.Disclosure), "one damaged record is nobody else's trouble"


def test_a_box_put_into_another_group_does_not_open(stage: Stage) -> None:
    guest = stage.guest()
    moved(stage, guest, "boxes[1] = boxes[3], versions[1] = versions[3]")  # the document where the identity belongs
    answer = stage.ada.look_up(guest, clear=EVERY_CLEAR)
    assert is_unopened(answer)
    assert given_away(answer, guest) == []


def test_an_older_box_put_back_does_not_open(stage: Stage) -> None:
    guest = stage.guest()
    before = stage.superuser.execute(
        "select boxes[1] from vault.record where property_id = %s and guest_id = %s", (HARBOUR.id, guest.guest_id.hex()),
    ).fetchone()
    assert before is not None
    written = stage.ada.ask(
        lookup.Inscribe, guest_id=guest.guest_id, purpose="check_in", groups={"identity": b'{"name":"Another","surname":"Another"}'},
    )
    assert isinstance(written, lookup.Inscribed)
    moved(stage, guest, "boxes[1] = %(box)s", box=before[0])
    assert is_unopened(stage.ada.look_up(guest, clear=groups("identity")))


def test_a_box_with_one_bit_changed_does_not_open(stage: Stage) -> None:
    for place in (0, 20, 150, 400):
        guest = stage.guest()
        moved(stage, guest, f"boxes[1] = set_bit(boxes[1], {place}, 1 - get_bit(boxes[1], {place}))")
        assert is_unopened(stage.ada.look_up(guest, clear=groups("identity")))


def test_a_record_of_another_property_does_not_open_here(stage: Stage) -> None:
    theirs, ours = stage.guest(at=HILLTOP), stage.guest(at=HARBOUR)
    for table in ("keys.guest_key", "vault.record"):
        stage.superuser.execute(
            f"delete from {table} where property_id = %s and guest_id = %s", (HARBOUR.id, ours.guest_id.hex()),  # type: ignore[arg-type]
        )
        columns = "key_id, wrapped" if table == "keys.guest_key" else "boxes, versions, age"
        stage.superuser.execute(
            f"insert into {table} (property_id, guest_id, {columns}) select %s, %s, {columns} from {table}"  # type: ignore[arg-type]
            " where property_id = %s and guest_id = %s",
            (HARBOUR.id, ours.guest_id.hex(), HILLTOP.id, theirs.guest_id.hex()),
        )
    answer = stage.ada.look_up(ours, clear=ALL)
    assert is_unopened(answer)
    assert given_away(answer, theirs) == []


def test_one_damaged_record_does_not_close_the_search_by_name(stage: Stage) -> None:
    damaged, guest = stage.guest(), stage.guest()
    moved(stage, damaged, "boxes[1] = boxes[3]")
    assert _found(stage.ada, guest) == [guest.guest_id]
    assert _found(stage.ada, damaged) == []
    keyless = stage.guest()
    stage.superuser.execute(
        "update keys.guest_key set wrapped = '' where property_id = %s and guest_id = %s", (HARBOUR.id, keyless.guest_id.hex()),
    )
    assert _found(stage.ada, guest) == [guest.guest_id]


@pytest.mark.parametrize("purpose", ["check_in", "emergency"])
def test_a_refused_opening_is_entered(stage: Stage, purpose: str) -> None:
    guest = stage.guest("in_house" if purpose == "emergency" else "arriving")
    moved(stage, guest, "boxes[1] = boxes[3]")
    before = stage.size()
    assert stage.ada.look_up(guest, purpose, clear=groups("identity")).entry == before
    assert stage.size() == before + 1


def _found(player: Player, guest: Guest) -> list[bytes]:
    found = player.ask(lookup.FindByName, purpose="check_in", name=guest.surname, phone_end=guest.phone[-4:])
    assert isinstance(found, lookup.Found), found
    return [hit.guest_id for hit in found.items]
