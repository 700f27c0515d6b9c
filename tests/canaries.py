"""A guest with a mark in every field that the register of personal data names, and where marks still stand afterwards."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from discretion.hotel.data_register import FILE, Erase, Register, What, parse_register
from tests.cast import Guest, Stage, new_id
from tests.erasing import officer

if TYPE_CHECKING:
    import psycopg

CANARY = "kanarienvogel-7319"
MARKABLE = ("text", "jsonb", "uuid", "uuid[]", "bytea")


def register() -> Register:
    return parse_register(files("discretion.hotel").joinpath(FILE).read_bytes())


def kept() -> set[tuple[str, str]]:
    """Return the columns in which the guest's number stays by the register: it belongs to nobody any more. Words never stay."""
    return {(name, each.column) for name, table in register().items() for each in table.guest if each.erase is Erase.KEEP}


def marked_guest(stage: Stage) -> Guest:
    """Return a guest who has left, with the mark in each of the eight field groups."""
    changed: dict[str, Any] = {
        "identity": {"name": CANARY, "surname": CANARY, "given": "Dora", "birth": {"year": 1980}, "age_category": "adult"},
        "contact": {"phones": [{"e164": "+8613873190000", "country_code": 86, "national": "13873190000"}], "emails": [{"address": f"{CANARY}@example.org"}]},
        "document": {"documents": [{"type": "PASSPORT", "number": "K7319K", "issuing_country": "FRA"}]},
        "booking": {"number": "R-7319", "special_requests": CANARY},
        "stay": {"registration_number": CANARY}, "spending": {"payer": CANARY, "card_last4": "4242"}, "preferences": {"diet": CANARY},
        "notes": {"notes": [{"text": CANARY}]},
    }
    return stage.guest("departed", **{name: msgspec.json.encode(value) for name, value in changed.items()})


def plant(stage: Stage, guest: Guest) -> None:
    """Put the mark wherever words about the guest, or links to them, may stand."""
    other = stage.guest("departed")
    params = {
        "p": guest.property_id.hex(), "g": guest.guest_id.hex(), "s": guest.stay_id.hex(), "by": stage.ben.staff_id.hex(), "to": stage.ada.staff_id.hex(),
        "c": CANARY, "case": new_id().hex(), "shared": new_id().hex(), "request": new_id().hex(), "other": other.guest_id.hex(), "x": new_id().hex(),
        "session": new_id().hex(), "rights": new_id().hex(), "officer": officer(stage).staff_id.hex(),
    }
    for statement in filter(str.strip, _PLANTED.split(";\n")):
        stage.superuser.execute(statement, params)  # type: ignore[arg-type]


_PLANTED = """
update hotel.guest set source_id = %(c)s, source = %(c)s where guest_id = %(g)s;
update hotel.occupant set relation = %(c)s where guest_id = %(g)s;
update hotel.reservation r set number = %(c)s, source_id = %(c)s, company = %(c)s, group_code = %(c)s from hotel.stay s
 where s.stay_id = %(s)s and r.reservation_id = s.reservation_id;
insert into hotel.stay_act (property_id, act_id, stay_id, act, to_state, business_date, details)
values (%(p)s, %(x)s, %(s)s, 'check_out', 'checked_out', current_date, jsonb_build_object('reason', %(c)s::text));
insert into hotel.case_file (property_id, case_id, number, purpose, summary, reference, opened_by) values (%(p)s, %(case)s, 'C-731', 'complaint', %(c)s, %(c)s, %(by)s);
insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%(p)s, %(case)s, %(g)s, %(by)s);
insert into hotel.case_act (property_id, act_id, case_id, act, staff_id, subject_id, words) values (%(p)s, %(x)s, %(case)s, 'guest_added', %(by)s, %(g)s, %(c)s);
update hotel.case_file set closed_at = now(), closed_by = %(by)s, outcome = %(c)s where case_id = %(case)s;
insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by) values (%(p)s, %(shared)s, 'C-732', 'complaint', 'of two', %(by)s);
insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%(p)s, %(shared)s, %(g)s, %(by)s), (%(p)s, %(shared)s, %(other)s, %(by)s);
insert into hotel.entry_question (property_id, case_id, guest_id, entry_idx) values (%(p)s, %(case)s, %(g)s, 0);
insert into hotel.service_request (property_id, request_id, number, guest_id, stay_id, kind, channel, words, opened_by)
values (%(p)s, %(x)s, 'S-731', %(g)s, %(s)s, 'concierge', 'desk', %(c)s, %(by)s);
insert into hotel.access_request (property_id, request_id, requester_id, requester_duty, session_id, guest_id, purpose, groups, rule, fact, policy, facts,
  relation, reason, reference, ask_until_at, grant_seconds)
values (%(p)s, %(request)s, %(to)s, 'front_desk', %(session)s, %(g)s, 'complaint', 4, 'a', 'ok_manager', sha256(''), 0, 'departed', %(c)s, %(c)s,
  now() + interval '1 hour', 600);
insert into hotel.approval_vote (property_id, request_id, approver_id, as_role, vote, note, session_id, passkey_at)
values (%(p)s, %(request)s, %(by)s, 'duty_manager', true, %(c)s, %(session)s, now());
insert into hotel.emergency (property_id, emergency_id, staff_id, duty, session_id, guest_id, groups, situation, words, reference, begun_at, until_at, ended_at, note)
values (%(p)s, %(x)s, %(to)s, 'front_desk', %(session)s, %(g)s, 1, 'police', %(c)s, %(c)s, now() - interval '1 hour', now() - interval '50 minutes',
  now() - interval '50 minutes', %(c)s);
insert into hotel.lookup_review (property_id, review_id, number, entry_idx, at, staff_id, duty, guest_id, kind, purpose, clear, masked, reference, subject_id,
  why, due_at, said, said_at, guest_zh, guest_en, note, case_id)
values (%(p)s, %(x)s, 'V-731', 1, now(), %(to)s, 'front_desk', %(g)s, 'look_up', 'complaint', 1, 0, %(c)s, %(g)s, 'unexplained', now(), %(c)s, now(), %(c)s,
  %(c)s, %(c)s, %(case)s);
insert into hotel.consent_text (property_id, kind, version, language, basis, title, words, effect) values (%(p)s, 'loyalty', 'c', 'en', 'consent', 't', 'w', 'e');
insert into hotel.consent (property_id, consent_id, guest_id, kind, no, given, version, language, hash, channel, session_id, staff_id, paper, signed_on)
select t.property_id, %(x)s, %(g)s, t.kind, 1, true, t.version, t.language, t.hash, 'desk_paper', %(g)s, %(to)s, %(c)s, current_date
  from hotel.consent_text t where t.property_id = %(p)s and t.version = 'c';
insert into hotel.mark (property_id, mark_id, guest_id, kind, reason_code, author_id) values (%(p)s, %(x)s, %(g)s, 'vip', %(c)s, %(by)s);
insert into hotel.lock (property_id, lock_id, kind, target_id, reason, by_id) values (%(p)s, %(x)s, 'guest', %(g)s, %(c)s, %(by)s);
update hotel.lock set released_at = now(), released_by = %(to)s where lock_id = %(x)s;
insert into hotel.find_result (property_id, find_id, session_id, purpose, guest_ids, hits) values (%(p)s, %(x)s, %(session)s, 'check_in', array[%(g)s, %(other)s]::uuid[], 2);
insert into hotel.guest_setting (property_id, guest_id) values (%(p)s, %(g)s);
insert into hotel.hidden_stay (property_id, guest_id, stay_id) values (%(p)s, %(g)s, %(s)s);
insert into hotel.guest_post (property_id, post_id, guest_id, code) values (%(p)s, %(x)s, %(g)s, 'answer');
insert into keys.step_up (property_id, step_up_id, session_id, guest_id, purpose, groups, until_at)
values (%(p)s, %(x)s, %(session)s, %(g)s, 'complaint', 1, now() + interval '1 minute');
insert into keys.usage_seen (property_id, staff_id, day, purpose, guest_id, level) values (%(p)s, %(by)s, current_date, 0, %(g)s, 1);
insert into keys.guest_code (property_id, code_id, guest_id, target, code_hash, expires_at)
values (%(p)s, %(x)s, %(g)s, substr(sha256('a'), 1, 16), substr(sha256('b'), 1, 16), now());
insert into keys.guest_credential (property_id, credential_id, guest_id, public_key, sign_count) values (%(p)s, %(c)s::bytea, %(g)s, 'k', 0);
insert into keys.guest_session (property_id, session_id, ticket_hash, guest_id, how, ends_at) values (%(p)s, %(session)s, sha256('t'), %(g)s, 'code', now());
select vault.take_snapshot(%(p)s, %(s)s, array[%(g)s]::uuid[]);
insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by) values (%(p)s, %(rights)s, 'C-733', 'dsr', 'a request', %(by)s);
insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%(p)s, %(rights)s, %(g)s, %(by)s) on conflict do nothing;
insert into hotel.rights_request (property_id, case_id, guest_id, kind, channel, receiver, clock, due_at)
values (%(p)s, %(rights)s, %(g)s, 'transfer', 'letter', %(c)s, 'pipl', now());
insert into hotel.rights_act (property_id, act_id, case_id, act, detail) values (%(p)s, %(x)s, %(rights)s, 'supplemented', %(c)s);
insert into hotel.processor (property_id, processor_id, name, kind, groups, reached, added_by)
values (%(p)s, %(rights)s, 'Example SMS service ' || %(rights)s::uuid, 'processor', 2, 'privacy@sms.example', %(by)s);
update hotel.rights_request set state = 'checked', identity_how = 'document_in_person', identity_at = now() where case_id = %(rights)s;
update hotel.rights_request set state = 'in_work' where case_id = %(rights)s;
insert into hotel.rights_line (property_id, case_id, position, what, groups, counted) values (%(p)s, %(rights)s, 0, 'group.contact', 2, 1);
update hotel.rights_line set disposition = 'correct', reason = 'guest_said' where case_id = %(rights)s;
update hotel.rights_request set carried_by = %(by)s, carried_at = now() where case_id = %(rights)s;
insert into hotel.rights_told (property_id, case_id, processor_id, act, on_day, how, by_id)
values (%(p)s, %(rights)s, %(rights)s, 'told', hotel.today(%(p)s), 'letter', %(by)s);
insert into hotel.rights_told (property_id, case_id, processor_id, act, on_day, reference, by_id)
values (%(p)s, %(rights)s, %(rights)s, 'confirmed', hotel.today(%(p)s), %(c)s, %(by)s);
insert into hotel.legal_hold (property_id, hold_id, number, guest_id, groups, reason, reference, proposed_by, until_at)
values (%(p)s, %(x)s, 'H-731', %(g)s, 1, %(c)s, %(c)s, %(officer)s, now() + interval '1 day');
update hotel.legal_hold set ended_at = now(), ended_by = %(officer)s, end_reason = %(c)s where hold_id = %(x)s;
insert into hotel.guest_merge (property_id, merge_id, survivor_id, absorbed_id, absorbed_groups, why, asked_by)
values (%(p)s, %(x)s, %(g)s, %(other)s, 0, 'phone', %(by)s);
insert into hotel.guest_merge_note (property_id, merge_id, words) values (%(p)s, %(x)s, %(c)s);
insert into hotel.stay_copy (property_id, stay_id, guest_id, version, record_id, record_version, groups, occasion)
values (%(p)s, %(s)s, %(g)s, 9, %(g)s, 9, 255, 'check_in')
"""


def columns(connection: psycopg.Connection[Any]) -> list[tuple[str, str, str]]:
    """Return every column of the four schemas: table, name, type."""
    return connection.execute("""
        select n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, null) from pg_attribute a join pg_class c on c.oid = a.attrelid
          join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('hotel', 'vault', 'keys', 'ledger') and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped order by 1, a.attnum""").fetchall()


def marked(stage: Stage, guest: Guest) -> set[tuple[str, str]]:
    """Return the columns in which the mark, or the guest's number, stands."""
    signs = [CANARY, CANARY.encode().hex(), guest.guest_id.hex(), str(UUID(bytes=guest.guest_id))]
    return {
        (table, name) for table, name, _ in columns(stage.superuser)
        if stage.superuser.execute(
            f"select 1 from {table} t where t.{name}::text like any (%s) limit 1", ([f"%{sign}%" for sign in signs],),  # type: ignore[arg-type]
        ).fetchone()
    }


def to_be_marked(stage: Stage) -> set[tuple[str, str]]:
    """Return the columns that erasure must take and in which a mark can stand at all."""
    types = {(table, name): kind for table, name, kind in columns(stage.superuser)}
    return {
        (table, each.column) for table, described in register().items() for each in described.guest
        if each.erase in (Erase.DELETE, Erase.SCRUB, Erase.SEVER) and types[table, each.column] in ("text", "jsonb", "uuid", "uuid[]")
        and each.what in (What.FREE_TEXT, What.CONTACT, What.PSEUDONYMOUS) and (table, each.column) not in _OF_OTHERS
    }


# Ids that belong to something else of the guest's, and go with the rows that name the guest.
_OF_OTHERS = {
    ("hotel.case_guest", "case_id"), ("hotel.entry_question", "case_id"), ("hotel.hidden_stay", "stay_id"), ("hotel.lookup_review", "case_id"),
    ("hotel.service_request", "stay_id"), ("hotel.stay_copy", "stay_id"), ("keys.guest_key", "key_id"), ("vault.snapshot", "stay_id"),
}
