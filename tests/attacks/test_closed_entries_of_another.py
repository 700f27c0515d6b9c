"""Mallory, a guest, reaches for what a closed ledger says of others: by places, by numbers of ledgers, through what stood at the same place."""

from __future__ import annotations

import psycopg
import pytest

from discretion.wire import guests, lookup
from tests.cast import Stage, groups
from tests.closings import close_ledger
from tests.portals import visit


def test_a_closed_ledger_tells_a_guest_of_their_own_entries_alone(own_stage: Stage) -> None:
    stage, dora, mallory = own_stage, own_stage.guest(), own_stage.guest()
    of_dora = [stage.ada.look_up(dora, masked=groups("identity")).entry for _ in range(3)]
    own = stage.ada.look_up(mallory, masked=groups("identity")).entry
    close_ledger(stage)
    visitor = visit(stage, mallory)
    for ledger, before in ((0, 2**62), (1, 2**62), (1, max(of_dora) + 1), (2**31 - 1, 2**62)):
        shown = visitor.ask(guests.OwnEntries, ledger=ledger, before=before, is_quiet=True)
        closed = {line.index for line in shown.lines if line.ledger}
        assert closed == ({own} if own < before or ledger != 1 else set())
    everywhere = list(range(min(of_dora), own + 1))
    found = visitor.ask(guests.OwnProofs, ledger=1, indexes=everywhere)
    assert [each.index for each in found.items] == [own]
    for ledger in (2, 2**31 - 1):
        assert visitor.ask(guests.OwnProofs, ledger=ledger, indexes=everywhere).items == []


def test_numbers_that_no_ledger_has_are_no_ask(stage: Stage) -> None:
    visitor = visit(stage, stage.guest())
    for ledger in (-1, 2**31, 2**63):
        for kind, more in ((guests.OwnEntries, {}), (guests.OwnProofs, {"indexes": [0]})):
            asked = visitor.ask(kind, ledger=ledger, **more)
            assert isinstance(asked, lookup.Failed), asked


def test_the_house_and_the_auditor_read_no_openings_of_a_closed_ledger(own_stage: Stage) -> None:
    for program in ("office", "worker", "auditor"):
        with psycopg.connect(own_stage.database.conninfo(program), autocommit=True) as connection, \
                pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select guest_part, context_part from ledger.closed_entry")
