"""Egon reads who looked at Dora, and is seen himself; nobody else reads, and asking leaves its entry either way."""

from __future__ import annotations

from typing import Any

import pytest

from discretion.ledger.leaf import decode_leaf
from discretion.ledger.proof_file import check_proof
from discretion.ledger.tree import leaf_hash
from discretion.ledger.trust import Trust
from discretion.wire import lookup
from discretion.wire.entries import (
    INDEX_MAX,
    Entries,
    EntryLine,
    LedgerState,
    Proofs,
    ProveEntries,
    ReadEntries,
    ReadLedgerState,
    Span,
    Term,
)
from tests.cast import Guest, Player, Stage, groups
from tests.conftest import HARBOUR
from tests.tampering import tampered

NOT_ALLOWED = lookup.Failed(code="not_allowed")


def term(key: str, *values: str, is_not: bool = False) -> Term:
    return Term(key=key, values=list(values), is_not=is_not)


def about(guest: Guest, *terms: Term) -> list[Term]:
    return [term("guest", guest.guest_id.hex()), *terms]


def read(player: Player, terms: list[Term] | None = None, **fields: Any) -> Entries:
    answer = player.ask(ReadEntries, terms=terms or [], **fields)
    assert isinstance(answer, Entries), answer
    return answer


def newest(player: Player) -> EntryLine:
    return read(player, count=2).lines[1]  # the newest is this reading's own


def test_egon_reads_who_looked_at_a_guest_and_for_what(stage: Stage) -> None:
    guest = stage.guest("arriving")
    shown = stage.ada.look_up(guest, clear=groups("identity"), masked=groups("document"))
    refused = stage.ada.look_up(guest, "marketing", clear=groups("identity"))
    lines = read(stage.egon, about(guest)).lines
    assert [line.index for line in lines] == [refused.entry, shown.entry]
    denied, allowed = lines
    assert (allowed.staff_id, allowed.duty, allowed.kind, allowed.purpose) == (stage.ada.staff_id, "front_desk", "look_up", "check_in")
    assert (allowed.decision, allowed.asked, allowed.given) == ("allowed", (groups("identity"), groups("document")), (groups("identity"), groups("document")))
    assert (denied.decision, denied.reason, denied.given) == ("denied", "policy", (0, 0))
    for line in lines:
        assert (line.guest_id, line.parts, line.is_leaf) == (guest.guest_id, ("matches", "matches", "matches"), True)


def test_reading_is_itself_an_entry_that_says_what_was_asked(stage: Stage) -> None:
    guest = stage.guest("arriving")
    first = read(stage.egon, about(guest, term("decision", "denied", is_not=True)))
    own = next(line for line in read(stage.egon).lines if line.index == first.entry)
    assert (own.kind, own.staff_id, own.duty, own.purpose, own.decision) == ("read_entries", stage.egon.staff_id, "auditor", "audit", "allowed")
    assert own.about == f"guest:{guest.guest_id.hex()} -decision:denied"
    assert first.lines == []


def test_times_of_a_filter_stand_in_its_entry_in_utc(stage: Stage) -> None:
    read(stage.egon, [Term(key="created", spans=[Span(60, 86_400)])])
    assert newest(stage.egon).about == "created:1970-01-01T00:01Z..1970-01-02T00:00Z"


@pytest.mark.parametrize("name", ["Ada", "Ben", "Iris"])
def test_whoever_is_no_auditor_is_refused_and_the_refusal_is_an_entry(stage: Stage, name: str) -> None:
    player = stage.players[name]
    assert player.ask(ReadEntries, terms=[term("decision", "denied")]) == NOT_ALLOWED
    line = newest(stage.egon)
    assert (line.kind, line.decision, line.reason, line.staff_id) == ("read_entries", "denied", "not_allowed", player.staff_id)
    assert player.ask(ProveEntries, indexes=[0]) == NOT_ALLOWED
    assert player.ask(ReadLedgerState) == NOT_ALLOWED


def test_the_privacy_officer_reads_and_a_locked_auditor_does_not(stage: Stage) -> None:
    assert read(stage.hire("Paula", "privacy")).lines
    locked = stage.hire("Edgar", "auditor")
    stage.lock("staff", locked.staff_id)
    assert locked.ask(ReadEntries) == NOT_ALLOWED


def test_the_auditor_of_another_hotel_reads_nothing_of_this_one(stage: Stage) -> None:
    guest = stage.guest("arriving")
    stage.ada.look_up(guest, clear=groups("identity"))
    other = stage.hire("Otto", "auditor", stage.players["Hugo"])
    answer = read(other, about(guest), with_counts=True)
    assert answer.lines == [] and answer.counts == []
    assert {line.staff_id for line in read(other).lines}.isdisjoint({stage.ada.staff_id, stage.egon.staff_id})


@pytest.mark.parametrize(("wanted", "found"), [
    ([term("decision", "denied")], ["marketing"]),
    ([term("decision", "denied", is_not=True)], ["reveal", "masked"]),
    ([term("action", "reveal")], ["reveal"]),
    ([term("action", "look_up")], ["marketing", "reveal", "masked"]),
    ([term("purpose", "marketing", "emergency")], ["marketing"]),
    ([term("field", "document")], ["masked"]),
    ([term("field", "identity", "document"), term("purpose", "check_in")], ["reveal", "masked"]),
    ([term("actor", "front_desk")], ["marketing", "reveal", "masked"]),
    ([term("actor", "concierge")], []),
    ([term("signal", "in_full")], ["reveal"]),
    ([term("signal", "in_full", is_not=True)], ["marketing", "masked"]),
    ([Term(key="created", spans=[Span(0, 2**35)])], ["marketing", "reveal", "masked"]),
    ([Term(key="created", spans=[Span(0, 1)])], []),
    ([Term(key="created", spans=[Span(0, 1)], is_not=True)], ["marketing", "reveal", "masked"]),
    ([term("guest", "0" * 32)], []),
])
def test_terms_all_hold_and_of_a_terms_values_one(stage: Stage, seen: tuple[Guest, dict[int, str]], wanted: list[Term], found: list[str]) -> None:
    guest, names = seen
    assert [names[line.index] for line in read(stage.egon, about(guest, *wanted)).lines] == found


@pytest.fixture(scope="module")
def seen(stage: Stage) -> tuple[Guest, dict[int, str]]:
    """A guest looked at in three ways."""
    guest = stage.guest("arriving")
    asks = {
        "masked": {"masked": groups("document")}, "reveal": {"clear": groups("identity"), "context": "reveal"},
        "marketing": {"clear": groups("contact"), "purpose": "marketing"},
    }
    names = {}
    for name, fields in asks.items():
        given = {"purpose": "check_in", "clear": 0, "masked": 0, "guest_id": guest.guest_id, **fields}
        names[stage.ada.ask(lookup.LookUp, **given).entry] = name
    return guest, names


def test_one_person_is_found_by_id(stage: Stage, seen: tuple[Guest, dict[int, str]]) -> None:
    lines = read(stage.egon, about(seen[0], term("actor", stage.ada.staff_id.hex()))).lines
    assert len(lines) == 3
    assert read(stage.egon, about(seen[0], term("actor", stage.ben.staff_id.hex()))).lines == []


def test_after_departure_off_shift_and_no_stay_have_signals(stage: Stage) -> None:
    departed, stranger, arriving = stage.guest("departed"), stage.guest("none"), stage.guest("arriving")
    night = stage.hire("Nora", "front_desk")
    stage.office.execute("update hotel.shift set ended_at = clock_timestamp() where property_id = %s and staff_id = %s", (HARBOUR.id, night.staff_id.hex()))
    stage.ada.look_up(departed, masked=1)
    stage.ada.look_up(stranger, masked=1)
    night.look_up(arriving, masked=1)
    (one,), (two,), (three,) = (read(stage.egon, about(guest)).lines for guest in (departed, stranger, arriving))
    assert "after_departure" in one.signals
    assert "no_stay" in two.signals
    assert "not_on_shift" in three.signals and three.reason == "guard"


def test_pages_follow_each_other_without_gap_or_overlap(stage: Stage) -> None:
    guest = stage.guest("arriving")
    entries = [stage.ada.look_up(guest, masked=1).entry for _ in range(7)]
    found: list[int] = []
    before = INDEX_MAX
    while before:
        page = read(stage.egon, about(guest), before=before, count=3)
        found += [line.index for line in page.lines]
        assert page.next_before < before
        before = page.next_before
    assert found == entries[::-1]


def test_an_index_beyond_the_end_reads_from_the_end(stage: Stage) -> None:
    page = read(stage.egon, before=10**15, count=1)
    assert [line.index for line in page.lines] == [page.entry]


def test_counts_are_of_what_fits_and_say_of_which_entries(stage: Stage) -> None:
    guest = stage.guest("arriving")
    for _ in range(3):
        stage.ada.look_up(guest, masked=1)
    stage.ada.look_up(guest, "marketing", clear=1)
    page = read(stage.egon, about(guest), count=1, with_counts=True)
    assert len(page.lines) == 1
    assert [(each.purpose, each.decision, each.count) for each in page.counts] == [("check_in", "allowed", 3), ("marketing", "denied", 1)]
    assert page.scanned_from + page.scanned == page.entry + 1
    assert page.since_at and not page.damaged


def test_what_people_typed_stays_in_the_entry(stage: Stage) -> None:
    guest = stage.guest("arriving")
    stage.ada.ask(
        lookup.LookUp, guest_id=guest.guest_id, purpose="check_in", clear=0, masked=1, reference=f"for {guest.surname}", reason="Dora Quill",
        context=guest.phone,
    )
    (line,) = read(stage.egon, about(guest)).lines
    assert line.about == "" and line.action == "look_up"


@pytest.mark.parametrize(("column", "part"), [("guest_part", 0), ("staff_part", 1), ("context_part", 2)])
def test_an_opening_that_was_tampered_with_is_shown_as_not_matching(own_stage: Stage, column: str, part: int) -> None:
    guest = own_stage.guest("arriving")
    entry = own_stage.ada.look_up(guest, masked=1).entry
    with tampered(own_stage, "ledger.entry", [entry]):
        own_stage.superuser.execute(
            f"update ledger.entry set {column} = set_byte({column}, 40, get_byte({column}, 40) # 1) where property_id = %s and idx = %s",
            (HARBOUR.id, entry),
        )
        page = read(own_stage.egon, [term("signal", "damaged")])
        (line,) = page.lines
        assert line.index == entry
        assert line.parts == tuple("damaged" if at == part else "matches" for at in range(3))
        assert page.damaged == 1
        assert read(own_stage.egon, [term("decision", "denied")]).damaged == 1, "whatever the filter"


def test_parts_erased_keys_gone_leaves_changed_and_entries_deleted_are_told_apart(own_stage: Stage) -> None:
    guest = own_stage.guest("arriving")
    first, second, third, fourth = (own_stage.ada.look_up(guest, masked=1).entry for _ in range(4))
    run, place = own_stage.superuser.execute, HARBOUR.id
    with tampered(own_stage, "ledger.entry", [first, second, third, fourth]):
        run("update ledger.entry set guest_part = null where property_id = %s and idx = %s", (place, first))
        run("update ledger.entry set staff_key_id = gen_random_uuid() where property_id = %s and idx = %s", (place, second))
        run("update ledger.entry set leaf = set_byte(leaf, 0, 0) where property_id = %s and idx = %s", (place, third))
        run("delete from ledger.entry where property_id = %s and idx = %s", (place, fourth))
        lines = {line.index: line for line in read(own_stage.egon).lines}
    assert lines[first].parts == ("erased", "matches", "matches") and lines[first].signals == ["erased"]
    assert lines[second].parts == ("matches", "keyless", "matches") and "damaged" in lines[second].signals
    assert lines[third].parts == ("damaged",) * 3 and not lines[third].is_leaf
    assert (lines[fourth].leaf_hash, lines[fourth].is_leaf, lines[fourth].signals) == (b"", False, ["damaged"])


def test_proofs_verify_with_the_ledgers_own_verifier(stage: Stage) -> None:
    entry = stage.ada.look_up(stage.guest("arriving"), masked=1).entry
    line = next(line for line in read(stage.egon).lines if line.index == entry)
    told = stage.egon.ask(ProveEntries, indexes=[entry, 0, 7])
    assert isinstance(told, Proofs)
    trust = Trust.of_key(told.vkey)
    for index, proved in zip([entry, 0, 7], told.items, strict=True):
        found, head = check_proof(proved.proof, proved.leaf, trust)
        assert (found, proved.index) == (index, index)
        assert head.size > entry
    assert leaf_hash(told.items[0].leaf) == line.leaf_hash
    decode_leaf(told.items[0].leaf)


def test_an_entry_that_is_not_there_has_no_proof(stage: Stage) -> None:
    assert stage.egon.ask(ProveEntries, indexes=[10**15]).items == []


def test_of_a_ledger_with_more_than_a_tile_every_entry_is_proved(own_stage: Stage) -> None:
    guest = own_stage.guest("arriving")
    while own_stage.ada.look_up(guest, masked=1).entry < 530:
        pass
    indexes = [0, 1, 255, 256, 300, 511, 512, 530]
    told = own_stage.egon.ask(ProveEntries, indexes=indexes)
    assert [check_proof(each.proof, each.leaf, Trust.of_key(told.vkey))[0] for each in told.items] == indexes


def test_the_state_names_head_key_and_newest_checkpoint(stage: Stage) -> None:
    stage.egon.ask(ProveEntries, indexes=[stage.size() - 1])
    state = stage.egon.ask(ReadLedgerState)
    assert isinstance(state, LedgerState)
    assert (state.checkpoint_size, state.witnesses, state.lag_seconds) == (state.size, [], 0)
    head = Trust.of_key(state.vkey).open_checkpoint(state.checkpoint)
    assert (head.size, head.root) == (state.size, state.root)
