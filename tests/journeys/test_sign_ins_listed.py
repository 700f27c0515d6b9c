"""Security looks at when and where a colleague signed in, under an entry, and locks one sign-in alone."""

from __future__ import annotations

from discretion.wire import exceptions, lookup
from discretion.wire.entries import Entries, ReadEntries, Term
from tests.cast import ALL, Stage


def test_a_live_sign_in_is_listed_locked_alone_and_asking_is_an_entry(stage: Stage) -> None:
    clerk, guest = stage.hire("Twice here", "front_desk"), stage.guest("arriving")
    other = clerk.sign_in()
    stage.ask(lookup.SignOut(ticket=other.ticket))
    listed = stage.ben.ask(exceptions.ReadSignIns, staff_id=clerk.staff_id)
    assert isinstance(listed, exceptions.SignIns), listed
    assert [(line.duty, bool(line.ended_at), line.terminal, line.by_digits) for line in listed.items] == [
        ("front_desk", True, "", False), ("front_desk", False, "", False),
    ]
    assert clerk.look_up(guest, clear=ALL).clear
    stage.lock("session", listed.items[1].session_id)
    assert isinstance(clerk.look_up(guest, clear=ALL), lookup.Refusal)
    assert clerk.sign_in().look_up(guest, clear=ALL).clear
    entries = stage.egon.ask(ReadEntries, terms=[Term(key="action", values=["read_sign_ins"])])
    assert isinstance(entries, Entries) and entries.lines


def test_nobody_else_is_told(stage: Stage) -> None:
    assert not isinstance(stage.ada.ask(exceptions.ReadSignIns, staff_id=stage.ben.staff_id), exceptions.SignIns)
    elsewhere = stage.ben.ask(exceptions.ReadSignIns, staff_id=stage.cleo.staff_id)
    assert isinstance(elsewhere, exceptions.SignIns) and elsewhere.items == []
