"""Whatever text or bytes stand in a field of a message, they are a value to the database and never a part of a statement."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from discretion.wire import erasure, exceptions, guests, lookup, merging, upkeep
from discretion.wire.entries import Entries, LedgerState, Proofs, ProveEntries, ReadEntries, ReadLedgerState, Term
from tests.cast import Stage, groups, new_id
from tests.conftest import HARBOUR

SQL = ("'; drop table hotel.guest; --", "' or '1'='1", "\\'; select pg_sleep(9); --", "$1", "%s %(p)s {0}", "a\x00b", "\u202e';--", "x" * 40)
# Every message, well formed; each text in it is replaced by each piece of SQL in turn.
ANSWERS = (
    lookup.Disclosure, lookup.Refusal, lookup.Failed, lookup.Found, lookup.Answers, lookup.Entered, lookup.Inscribed, lookup.Challenge, Entries, Proofs,
    LedgerState, guests.CodeSent,
)


def messages(stage: Stage) -> list[lookup.Request]:
    guest_id = stage.dora.guest_id
    def asked() -> dict[str, bytes]:
        return {"ticket": stage.ada.ticket, "request_id": new_id()}
    return [
        lookup.LookUp(**asked(), guest_id=guest_id, purpose="check_in", clear=1, masked=0, reference="r", reason="r", context="c"),
        lookup.LookUpMany(**asked(), guest_ids=[guest_id], purpose="check_in", masked=1, context="c"),
        lookup.FindByName(**asked(), purpose="check_in", name="n", room="1", phone_end="1", arrival="2026-11-23"),
        lookup.FindExact(**asked(), purpose="check_in", kind="phone", value="v", country="CN"),
        lookup.FindExact(**asked(), purpose="check_in", kind="document", value="v", country="CN"),
        lookup.Inscribe(**asked(), guest_id=guest_id, purpose="check_in", groups={"preferences": b"{}"}),
        lookup.Snapshot(**asked(), stay_id=stage.dora.stay_id, guest_ids=[guest_id]),
        merging.FindDuplicates(**asked(), guest_id=guest_id, purpose="check_in", shown_for="check_in"),
        merging.AskMerge(**asked(), survivor_id=guest_id, absorbed_id=new_id(), absorbed_groups=1, purpose="check_in", absorbed_purpose="check_in", why="document", words="w"),
        merging.JoinRecords(**asked(), merge_id=new_id(), purpose="check_in", absorbed_purpose="check_in"),
        merging.PartRecords(**asked(), merge_id=new_id(), purpose="check_in", absorbed_purpose="check_in", why="mistaken"),
        merging.LookUpCopy(
            **asked(), guest_id=guest_id, stay_id=stage.dora.stay_id, version=1, purpose="check_in", clear=1, masked=0, context="c", reference="r",
            reason="r",
        ),
        lookup.ChooseDuty(ticket=stage.ada.ticket, duty="front_desk"),
        lookup.BeginSignIn(property_id=stage.ada.property_id),
        lookup.FinishSignIn(property_id=stage.ada.property_id, challenge_id=new_id(), assertion=b"{}"),
        lookup.BeginEnrolment(secret=bytes(48)),
        lookup.FinishEnrolment(secret=bytes(48), challenge_id=new_id(), credential=b"{}"),
        lookup.Invite(**asked(), staff_id=new_id(), kind="enrolment"),
        lookup.ConfirmRecovery(**asked(), invitation_id=new_id()),
        lookup.DemoSignIn(property_id=stage.ada.property_id, staff_id=stage.ada.staff_id, duty="front_desk"),
        lookup.WhoAmI(ticket=stage.ada.ticket),
        lookup.SignOut(ticket=bytes(48)),
        ReadEntries(ticket=stage.egon.ticket, request_id=new_id(), terms=[Term(key="actor", values=["front_desk"])]),
        ProveEntries(ticket=stage.egon.ticket, indexes=[0]),
        ReadLedgerState(ticket=stage.egon.ticket),
        exceptions.BeginAction(ticket=stage.ada.ticket, action=exceptions.Action("look_up", guest_id, "check_in", 1)),
        exceptions.StepUp(**asked(), challenge_id=new_id(), assertion=b"{}", guest_id=guest_id, purpose="check_in", groups=1),
        exceptions.RequestApproval(**asked(), guest_id=guest_id, purpose="check_out", groups=8, rule="CO-3", fact="ok_manager", reason="ten characters", reference="R-1"),
        exceptions.EndRequest(**asked(), approval_id=new_id()),
        exceptions.PreviewRequest(**asked(), approval_id=new_id()),
        exceptions.Vote(**asked(), challenge_id=new_id(), assertion=b"{}", approval_id=new_id(), yes=True, note="n"),
        exceptions.OfferDeputy(**asked(), challenge_id=new_id(), assertion=b"{}", to_id=new_id(), role="duty_manager", until_at=1),
        exceptions.AcceptDeputy(**asked(), challenge_id=new_id(), assertion=b"{}", deputy_id=new_id()),
        exceptions.EndDeputy(**asked(), deputy_id=new_id()),
        exceptions.BeginEmergency(**asked(), challenge_id=new_id(), assertion=b"{}", guest_id=guest_id, groups=1, situation="life", words="ten characters", reference="r"),
        exceptions.EndEmergency(**asked(), emergency_id=new_id()),
        exceptions.NoteEmergency(**asked(), emergency_id=new_id(), words="ten characters"),
        exceptions.SignRelease(**asked(), challenge_id=new_id(), assertion=b"{}", release_id=new_id()),
        exceptions.SetDigits(**asked(), challenge_id=new_id(), assertion=b"{}", digits="0000"),
        exceptions.AttestPresence(**asked(), challenge_id=new_id(), assertion=b"{}", staff_ids=[new_id()], direction="in"),
        exceptions.ReadSignIns(**asked(), staff_id=stage.ada.staff_id),
        erasure.CarryOutErasure(**asked(), challenge_id=new_id(), assertion=b"{}", order_ids=[new_id()]),
        erasure.CertifyErasure(property_id=stage.ada.property_id, order_id=new_id()),
        exceptions.ReturnByDigits(property_id=stage.ada.property_id, terminal_id=new_id(), staff_id=new_id(), digits="0000"),
        guests.BeginGuestSignIn(property_id=stage.ada.property_id, number="R-1", contact="dora@example.org", language="en"),
        guests.FinishGuestSignIn(property_id=stage.ada.property_id, code_id=new_id(), code="12345678"),
        guests.BeginGuestPasskey(property_id=stage.ada.property_id),
        guests.FinishGuestPasskey(property_id=stage.ada.property_id, challenge_id=new_id(), answer=b"{}"),
        guests.DemoGuestSignIn(property_id=stage.ada.property_id, guest_id=guest_id),
        guests.WhichGuest(ticket=bytes(48)),
        guests.OwnRecord(**asked(), groups=1),
        guests.OwnEntries(**asked()),
        guests.OwnProofs(**asked(), indexes=[0]),
    ]


def test_every_message_is_tried_here(stage: Stage) -> None:
    assert {type(message) for message in messages(stage)} == set(lookup.Request.__args__)


@pytest.mark.parametrize("sql", SQL)
def test_a_text_in_a_message_is_only_a_value(stage: Stage, sql: str) -> None:
    before = _shape(stage)
    line = stage.line()
    tried = 0
    for message in messages(stage):
        for field, value in msgspec.structs.asdict(message).items():
            for injected in _injected(value, sql):
                tagged = msgspec.to_builtins(message, builtin_types=(bytes,))
                line.send({**tagged, field: injected, **({"request_id": new_id()} if "request_id" in tagged else {})})
                answer = line.answer()
                assert isinstance(answer, ANSWERS), (field, answer)
                assert not (isinstance(answer, lookup.Failed) and answer.code == "unavailable"), (type(message).__name__, field, sql)
                tried += 1
    line.close()
    assert tried > 25
    assert _shape(stage) == before
    assert isinstance(stage.ada.look_up(stage.guest(), clear=groups("identity")), lookup.Disclosure)


def test_sql_in_a_record_is_only_a_record(stage: Stage) -> None:
    sql = "'; drop table hotel.guest; --"
    guest = stage.guest(identity=msgspec.json.encode({"name": sql, "surname": sql}))
    opened = stage.ada.look_up(guest, clear=groups("identity"))
    assert msgspec.json.decode(opened.fields["identity"])["name"] == sql


@pytest.mark.parametrize("sql", SQL)
def test_sql_in_the_operators_messages_is_only_a_value(stage: Stage, sql: str) -> None:
    property_id = stage.ada.property_id
    before = _shape(stage)
    ids = stage.upkeep(upkeep.GuestIds(property_id=property_id, source=sql, source_ids=[sql]))
    assert len(ids.guest_ids) == 1
    imported = stage.upkeep(upkeep.EnterImport(
        property_id=property_id, request_id=new_id(), by=sql, source=sql, file_sha256=bytes(32), counts={sql: 1},
    ))
    assert imported.entry >= 0
    sealed = stage.upkeep(upkeep.SealBatch(property_id=property_id, guests=[upkeep.SealedGuest(new_id(), {sql: b"{}"})]))
    assert isinstance(sealed, lookup.Failed) and sealed.code == "malformed"
    assert _shape(stage) == before


def test_sql_on_the_command_line_is_only_a_value(stage: Stage) -> None:
    sql = "'; drop table hotel.guest; --"
    assert stage.keeper.command("verify", "--property", sql).returncode == 1
    staff_id, _ = stage.keeper.invite(HARBOUR.id, "S-sql", sql, sql)
    found = stage.superuser.execute(
        "select s.name, r.role from hotel.staff s join hotel.staff_role r using (property_id, staff_id) where s.staff_id = %s",
        (staff_id.hex(),),
    ).fetchone()
    assert found == (sql, sql)


def _injected(value: Any, sql: str) -> list[Any]:
    if isinstance(value, str):
        return [sql, sql[:10], sql[:4]]
    if isinstance(value, bytes):
        raw = sql.encode()
        return [(raw * 48)[:len(value)]] if value else []
    if isinstance(value, list):
        return [[(sql.encode() * 16)[:16]]]
    return [{sql: b"{}"}, {"preferences": sql.encode()}] if isinstance(value, dict) else []


def _shape(stage: Stage) -> list[tuple[Any, ...]]:
    """What of the database no message may change: its tables, functions and roles."""
    return stage.superuser.execute(
        "select 'table', oid::regclass::text from pg_class where relkind in ('r', 'v', 'i') and relnamespace::regnamespace::text !~ '^pg_'"
        " union all select 'function', oid::regprocedure::text from pg_proc where pronamespace::regnamespace::text !~ '^pg_'"
        " union all select 'role', rolname::text from pg_roles order by 1, 2",
    ).fetchall()
