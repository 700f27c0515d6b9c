"""A house that somebody else controls asks for entries: with a clerk's ticket, with queries made to break, too much at once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from discretion.wire import lookup
from discretion.wire.entries import (
    INDEX_MAX,
    SECOND_MAX,
    Entries,
    LedgerState,
    Proofs,
    ProveEntries,
    ReadEntries,
    ReadLedgerState,
    Span,
    Term,
)
from tests.cast import ALL, Guest, Stage, groups, new_id
from tests.reading import given_away

SQL = "'; drop table ledger.entry; --"


def sent(stage: Stage, **message: Any) -> Any:
    line = stage.line()
    try:
        line.send(message)
        return line.answer()
    finally:
        line.close()


def well_formed(stage: Stage, **changes: Any) -> dict[str, Any]:
    return {"type": "read_entries", "ticket": stage.egon.ticket, "request_id": new_id(), "terms": [], **changes}


def term(**changes: Any) -> dict[str, Any]:
    return {"key": "actor", "values": ["front_desk"], "spans": [], "is_not": False, **changes}


@pytest.mark.parametrize("duty", ["front_desk", "security", "general_manager", "it_admin", "legal"])
def test_no_other_duty_reads_proves_or_learns_the_state(stage: Stage, duty: str) -> None:
    mallory = stage.hire("Mallory", duty)
    for message in (
        mallory.ask(ReadEntries), mallory.ask(ReadEntries, with_counts=True, count=1), mallory.ask(ProveEntries, indexes=[0]),
        mallory.ask(ReadLedgerState),
    ):
        assert message == lookup.Failed(code="not_allowed")


def test_a_session_without_a_duty_and_a_ticket_that_ended_read_nothing(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk", is_at_work=False)
    assert mallory.ask(ReadEntries) == lookup.Failed(code="not_allowed")
    gone = stage.hire("Edda", "auditor")
    gone.ask(lookup.SignOut)
    for answer in (gone.ask(ReadEntries), gone.ask(ProveEntries, indexes=[0]), gone.ask(ReadLedgerState)):
        assert answer == lookup.Failed(code="ticket")


@pytest.mark.parametrize(("changes", "field"), [
    ({"terms": [term(key="name")]}, "$.terms[0].key"),
    ({"terms": [term(values=[SQL])]}, "$.terms[0].values[0]"),
    ({"terms": [term(values=["张三"])]}, "$.terms[0].values[0]"),
    ({"terms": [term(values=["<script>"])]}, "$.terms[0].values[0]"),
    ({"terms": [term(values=["x" * 41])]}, "$.terms[0].values[0]"),
    ({"terms": [term(values=["x"] * 21)]}, "$.terms[0].values"),
    ({"terms": [term()] * 17}, "$.terms"),
    ({"terms": [term(key="created", spans=[[-1, 1]])]}, "$.terms[0].spans[0][0]"),
    ({"terms": [term(key="created", spans=[[0, SECOND_MAX + 1]])]}, "$.terms[0].spans[0][1]"),
    ({"terms": [term(sql="1")]}, "$.terms[0]"),
    ({"before": -1}, "$.before"),
    ({"before": INDEX_MAX + 1}, "$.before"),
    ({"count": 51}, "$.count"),
    ({"count": 0}, "$.count"),
    ({"staff_id": new_id()}, ""),
])
def test_a_query_out_of_bounds_is_refused_with_its_place_and_enters_nothing(stage: Stage, changes: dict[str, Any], field: str) -> None:
    before = stage.size()
    answer = sent(stage, **well_formed(stage, **changes))
    assert answer.code == "malformed" and answer.field in (field, "", "$")
    assert stage.size() == before


@pytest.mark.parametrize("indexes", [[], [-1], [0] * 51, ["0"], [INDEX_MAX + 1]])
def test_proofs_out_of_bounds_are_refused(stage: Stage, indexes: list[Any]) -> None:
    answer = sent(stage, type="prove_entries", ticket=stage.egon.ticket, indexes=indexes)
    assert answer.code == "malformed"


def test_a_span_that_ends_before_it_begins_and_a_term_without_values_fit_nothing(stage: Stage) -> None:
    for odd in (Term(key="created", spans=[Span(9, 1)]), Term(key="created"), Term(key="purpose"), Term(key="guest", values=["0"])):
        lines = stage.egon.ask(ReadEntries, terms=[odd]).lines
        if odd.key == "created":  # what an erasure took the time from fits every time: it is not to be hidden by asking for one
            lines = [line for line in lines if "erased" not in line.signals]
        assert lines == []


def test_an_index_beyond_the_end_reads_and_proves_nothing_that_is_not_there(stage: Stage) -> None:
    page = stage.egon.ask(ReadEntries, before=INDEX_MAX, count=1)
    assert [line.index for line in page.lines] == [page.entry]
    assert stage.egon.ask(ReadEntries, before=0).lines == []
    assert stage.egon.ask(ProveEntries, indexes=[INDEX_MAX]) == Proofs(items=[], vkey=stage.egon.ask(ReadLedgerState).vkey)


def test_the_same_request_id_reads_once(stage: Stage) -> None:
    request_id = new_id()
    first = stage.egon.ask(ReadEntries, request_id=request_id, count=1)
    again = stage.egon.ask(ReadEntries, request_id=request_id, count=1)
    assert again == lookup.Entered(entry=first.entry)
    assert stage.ada.ask(ReadEntries, request_id=request_id) == lookup.Entered(entry=first.entry), "and nobody else learns more by it"


@pytest.fixture(scope="module")
def looked_at(stage: Stage) -> Guest:
    """A guest of whom everything was opened, and of whom people typed what they should not."""
    guest = stage.guest("arriving")
    stage.ada.look_up(guest, clear=ALL)
    stage.ada.ask(
        lookup.LookUp, guest_id=guest.guest_id, purpose="check_in", clear=groups("identity"), masked=0, reference=guest.phone,
        reason=guest.surname, context=guest.email,
    )
    stage.ada.ask(lookup.FindByName, purpose="check_in", name=guest.surname, phone_end=guest.phone[-4:])
    stage.ada.ask(lookup.FindExact, purpose="check_in", kind="email", value=guest.email)
    return guest


def test_nothing_of_a_record_and_nothing_typed_comes_back(stage: Stage, looked_at: Guest) -> None:
    answers: list[Entries | Proofs | LedgerState] = [stage.egon.ask(ReadEntries, with_counts=True), stage.egon.ask(ReadLedgerState)]
    page = answers[0]
    assert isinstance(page, Entries) and len(page.lines) > 4
    answers.append(stage.egon.ask(ProveEntries, indexes=[line.index for line in page.lines]))
    for answer in answers:
        assert given_away(answer, looked_at) == []
    assert looked_at.surname.encode() not in msgspec.msgpack.encode(page)


def test_a_proof_brings_nothing_of_the_opening(stage: Stage, looked_at: Guest) -> None:
    (line, *_) = stage.egon.ask(ReadEntries, terms=[Term(key="guest", values=[looked_at.guest_id.hex()])]).lines
    raw = msgspec.msgpack.encode(stage.egon.ask(ProveEntries, indexes=[line.index]))
    for piece in (looked_at.guest_id, looked_at.guest_id.hex().encode(), stage.ada.staff_id, stage.ada.staff_id.hex().encode(), b"check_in", b"front_desk"):
        assert piece not in raw


def test_readings_that_pile_up_are_all_answered_and_look_ups_go_between(stage: Stage) -> None:
    guest = stage.guest("arriving")
    reading, looking = stage.line(), stage.line()
    for _ in range(20):
        reading.send(ReadEntries(ticket=stage.egon.ticket, request_id=new_id(), with_counts=True))
    looking.send(lookup.LookUp(ticket=stage.ada.ticket, request_id=new_id(), guest_id=guest.guest_id, purpose="check_in", clear=1, masked=0))
    shown = looking.answer()
    entries = [reading.answer().entry for _ in range(20)]
    reading.close()
    looking.close()
    assert isinstance(shown, lookup.Disclosure) and shown.entry < max(entries)
    assert len(set(entries)) == 20
