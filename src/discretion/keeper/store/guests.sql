-- name: door
-- Whom a code may go to, and how many were asked for in the last hour: for this reservation number, and in all.
select uuid_send(keys.guest_of(%(p)s, %(number)s, %(reservation)s, %(contacts)b::bytea[])),
       count(*) filter (where c.target = %(target)s), count(*)
  from keys.guest_code c where c.property_id = %(p)s and c.at > clock_timestamp() - interval '1 hour'

-- name: add_code
-- A code for ten minutes; those of yesterday are removed on the way.
with old as (delete from keys.guest_code where property_id = %(p)s and at < clock_timestamp() - interval '1 day')
insert into keys.guest_code (property_id, code_id, guest_id, target, code_hash, expires_at)
values (%(p)s, %(code_id)s, %(guest)s, %(target)s, %(code_hash)s, clock_timestamp() + interval '10 minutes')

-- name: try_code
-- One try at a code that still can be tried.
update keys.guest_code set tries = tries + 1
 where property_id = %(p)s and code_id = %(code_id)s and tries < 5 and used_at is null and expires_at > clock_timestamp()
returning uuid_send(guest_id), code_hash

-- name: use_code
-- In the round's transaction: of two who bring the same code, one.
update keys.guest_code set used_at = clock_timestamp()
 where property_id = %(p)s and code_id = %(code_id)s and used_at is null and expires_at > clock_timestamp()

-- name: add_visit
-- A visit of half an hour. Whoever comes in anew ends what stood open before, on whatever phone that is.
with before as (update keys.guest_session set ended_at = clock_timestamp() where property_id = %(p)s and guest_id = %(guest)s and ended_at is null)
insert into keys.guest_session (property_id, session_id, ticket_hash, guest_id, how, ends_at)
values (%(p)s, %(session)s, %(ticket_hash)s, %(guest)s, %(how)s, clock_timestamp() + interval '30 minutes')

-- name: visit
-- The visit behind a ticket, used now; a quarter of an hour without use ends it.
update keys.guest_session s set seen_at = clock_timestamp()
 where s.property_id = %(p)s and s.ticket_hash = %(ticket_hash)s and s.ended_at is null and s.ends_at > clock_timestamp()
   and s.seen_at > clock_timestamp() - interval '15 minutes'
returning uuid_send(s.session_id), uuid_send(s.guest_id), extract(epoch from s.ends_at)::bigint, s.how,
          (select count(*) from keys.guest_credential c where c.property_id = %(p)s and c.guest_id = s.guest_id and c.revoked_at is null)::int

-- name: end_visit
-- Leave.
update keys.guest_session set ended_at = clock_timestamp() where property_id = %(p)s and session_id = %(session)s and ended_at is null

-- name: guest_credential
-- A guest's passkey that still counts.
select uuid_send(c.guest_id), c.public_key, c.sign_count from keys.guest_credential c
 where c.property_id = %(p)s and c.credential_id = %(credential_id)s and c.revoked_at is null

-- name: guest_credentials
-- The ids of a guest's passkeys.
select credential_id from keys.guest_credential where property_id = %(p)s and guest_id = %(guest)s and revoked_at is null

-- name: add_guest_credential
-- A guest's passkey; five at most.
insert into keys.guest_credential (property_id, credential_id, guest_id, public_key, sign_count)
select %(p)s, %(credential_id)s, %(guest)s, %(public_key)s, %(sign_count)s
 where (select count(*) from keys.guest_credential c where c.property_id = %(p)s and c.guest_id = %(guest)s and c.revoked_at is null) < 5

-- name: count_guest_signature
-- The authenticator's counter, kept; it may stand still, never go back.
update keys.guest_credential set sign_count = %(sign_count)s
 where property_id = %(p)s and credential_id = %(credential_id)s and revoked_at is null
   and (sign_count < %(sign_count)s or (sign_count = 0 and %(sign_count)s = 0))

-- name: address_post
-- A post that waits, addressed by whoever is first.
select 1 from hotel.address_post(%(p)s, %(post)s, %(guest)s) as addressed where addressed = 1

-- name: index_guests
-- Carry on the index of entries by guest; how many entries were gone through.
select ledger.index_guests(%(p)s, %(most)s)

-- name: entries_of
-- Entries under these keys, newest first: from the index, and what it does not have yet from the ledger's end; then those of closed ledgers,
-- the one closed last first. From below `before`, in the closed ledger of this number where it is not 0.
select e.idx, e.leaf, e.leaf_hash, e.request_id, e.guest_key_id, e.staff_key_id, e.guest_part, e.staff_part, e.context_part, null::int as closed
  from ledger.entry e
 where e.property_id = %(p)s and e.guest_key_id = any (%(keys)b::uuid[]) and %(ledger)s = 0 and e.idx in (
   select g.idx from ledger.guest_entry g where g.property_id = %(p)s and g.guest_key_id = any (%(keys)b::uuid[]) and g.idx < %(before)s
   union all
   select t.idx from ledger.entry t
    where t.property_id = %(p)s and t.idx >= coalesce((select i.next_idx from ledger.guest_index i where i.property_id = %(p)s), 0)
      and t.idx < %(before)s and t.guest_key_id = any (%(keys)b::uuid[])
   order by 1 desc limit %(count)s)
union all
select e.idx, e.leaf, e.leaf_hash, e.request_id, e.guest_key_id, e.staff_key_id, e.guest_part, e.staff_part, e.context_part, e.number
  from ledger.closed_entry e
 where e.property_id = %(p)s and (e.number, e.idx) in (
   select c.number, c.idx from ledger.closed_entry c
    where c.property_id = %(p)s and c.guest_key_id = any (%(keys)b::uuid[]) and (%(ledger)s = 0 or (c.number, c.idx) < (%(ledger)s, %(before)s))
    order by c.number desc, c.idx desc limit %(count)s)
 order by closed desc nulls first, idx desc limit %(count)s

-- name: entries_at
-- Some entries by their index; of a closed ledger where its number is not 0.
select idx, leaf, leaf_hash, request_id, guest_key_id, staff_key_id, guest_part, staff_part, context_part
  from ledger.entry where property_id = %(p)s and %(ledger)s = 0 and idx = any (%(indexes)s::bigint[])
union all
select idx, leaf, leaf_hash, request_id, guest_key_id, staff_key_id, guest_part, staff_part, context_part
  from ledger.closed_entry where property_id = %(p)s and number = %(ledger)s and idx = any (%(indexes)s::bigint[])
 order by idx

-- name: counters_of
-- The keys of a guest's record and of those joined with it now, each with how many entries were made under it; the guest's own first.
select uuid_send(k.key_id), q.seq from hotel.joined_records(%(p)s, %(guest)s) as j (guest_id)
  join keys.guest_key k on k.property_id = %(p)s and k.guest_id = j.guest_id
  join ledger.sequence q on q.property_id = %(p)s and q.guest_id = k.guest_id and q.tag_epoch = k.tag_epoch
 order by k.guest_id <> %(guest)s, k.guest_id

-- name: sides_of
-- In which record each field group of a guest lies.
select uuid_send(s.record_id), s.groups from hotel.record_sides(%(p)s, %(guest)s) s order by s.record_id
