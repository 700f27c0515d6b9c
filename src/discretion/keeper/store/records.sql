-- name: guest_key
-- What is needed to replace a box: the wrapped key and the versions, never a box.
select k.key_id, k.wrapped, v.version, v.versions from keys.guest_key k
  join vault.record v on v.property_id = %(p)s and v.guest_id = k.guest_id
 where k.property_id = %(p)s and k.guest_id = %(guest)s

-- name: add_guest_key
-- The key of a new record; nobody who was erased gets one again.
insert into keys.guest_key (property_id, guest_id, key_id, wrapped)
select %(p)s, %(guest)s, %(key_id)s, %(wrapped)s
 where not exists (select 1 from hotel.erasure_order e where e.property_id = %(p)s and e.guest_id = %(guest)s and e.groups = 255 and e.done_at is not null)

-- name: add_sequence
-- The counter of a new record's entries.
insert into ledger.sequence (property_id, guest_id, tag_epoch, seq) values (%(p)s, %(guest)s, 1, 0)

-- name: add_record
-- A new record, sealed.
insert into vault.record (property_id, guest_id, boxes, versions, age, minor_until)
values (%(p)s, %(guest)s, %(boxes)b::bytea[], %(versions)b::int[], %(age)s, %(minor_until)s::date)

-- name: replace_boxes
-- New boxes for some groups; refused when the record is no longer the one that was seen.
select 1 where vault.replace_boxes(%(p)s, %(guest)s, %(seen_version)s, %(boxes)b::bytea[], %(versions)b::int[], %(age)s, %(minor_until)s::date) = 1

-- name: drop_tokens
-- The old exact-match tokens of a record that is about to get new ones.
with gone as (delete from vault.token where property_id = %(p)s and guest_id = %(guest)s returning 1) select 1 where (select count(*) from gone) >= 0

-- name: add_tokens
-- As many tokens for every record.
with made as (insert into vault.token (property_id, token, guest_id) select %(p)s, t, %(guest)s from unnest(%(tokens)b::bytea[]) t returning 1)
select 1 where (select count(*) from made) > 0

-- name: known_guests
-- Which of these have a record already, or had one that was erased.
select uuid_send(guest_id) from keys.guest_key where property_id = %(p)s and guest_id = any (%(guests)b::uuid[])
union
select uuid_send(guest_id) from hotel.erasure_order
 where property_id = %(p)s and guest_id = any (%(guests)b::uuid[]) and groups = 255 and done_at is not null

-- name: keep_copies
-- The sealed copies for one stay; each guest must have a record and be in it.
select 1 where vault.keep_copies(%(p)s, %(stay)s, %(guests)b::uuid[], %(occasion)s, %(reason)s, %(staff)s) = cardinality(%(guests)b::uuid[])

-- name: copy_boxes
-- The sealed rows of one copy, for the look-up entered under this request.
select boxes, versions from vault.copy_boxes(%(p)s, %(request)s, %(stay)s, %(guest)s, %(version)s)

-- name: properties
-- The properties of this database and their wrapped keys.
select uuid_send(p.property_id), p.time_zone, p.generated, h.origin, h.vkey,
       array(select k.name from keys.property_key k where k.property_id = p.property_id order by k.name) as names,
       array(select k.wrapped from keys.property_key k where k.property_id = p.property_id order by k.name) as wrapped
  from hotel.property p left join ledger.head h on h.property_id = p.property_id

-- name: add_property_key
-- A key of a property that is being founded.
insert into keys.property_key (property_id, name, wrapped) values (%(p)s, %(name)s, %(wrapped)s)

-- name: add_head
-- The empty ledger of a property that is being founded.
insert into ledger.head (property_id, origin, vkey, size, root, stack) values (%(p)s, %(origin)s, %(vkey)s, 0, %(root)s, '')

-- name: settings
-- What durability rests on.
select current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
       current_setting('server_version_num')::int

-- name: entries
-- A run of entries, oldest first.
select idx, leaf, leaf_hash, request_id, guest_key_id, staff_key_id, guest_part, staff_part, context_part
  from ledger.entry where property_id = %(p)s and idx >= %(first)s order by idx limit %(count)s

-- name: leaves
-- The leaves of some entries.
select idx, leaf from ledger.entry where property_id = %(p)s and idx = any (%(indexes)b::bigint[])

-- name: entry_count
-- How many entries there are, and what the head says.
select count(*), (select h.size from ledger.head h where h.property_id = %(p)s) from ledger.entry where property_id = %(p)s

-- name: checkpoints
-- Every checkpoint kept, oldest first.
select size, note from ledger.checkpoint where property_id = %(p)s order by size

-- name: opening_keys
-- The wrapped keys behind these openings, with whose they are; of those that an erasure has destroyed, that it has.
select key_id, 'guest' as kind, guest_id as owner_id, wrapped from keys.guest_key where property_id = %(p)s and key_id = any (%(keys)b::uuid[])
union all
select key_id, 'staff', staff_id, wrapped from keys.staff_key where property_id = %(p)s and key_id = any (%(keys)b::uuid[])
union all
select key_id, 'erased', guest_id, null from hotel.erasure_order where property_id = %(p)s and key_id = any (%(keys)b::uuid[]) and groups = 255

-- name: restore_entries
-- Put back entries that the database has lost, under the head they make; their openings are gone. What follows in their guests'
-- counters comes with the last of them.
select count(*) from ledger.record_round(%(p)s, %(old_size)s, %(old_root)s, %(size)s, %(root)s, %(stack)s,
  %(leaves)b::bytea[], %(hashes)b::bytea[], %(requests)b::uuid[], array_fill(null::uuid, array[%(count)s::int]),
  array_fill(null::uuid, array[%(count)s::int]), array_fill(null::bytea, array[%(count)s::int]),
  array_fill(null::bytea, array[%(count)s::int]), array_fill(null::bytea, array[%(count)s::int]),
  %(guests)b::uuid[], %(epochs)s::int[], %(seqs)s::bigint[], %(last)s::bigint[],
  '{}', null, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}') as r

-- name: restored_from
-- The first of the entries without any opening at the end of a ledger; its size where there are none.
select coalesce(max(idx), -1) + 1 from ledger.entry where property_id = %(p)s and context_part is not null

-- name: counters
-- A run of guests' keys with the counters of their tags, in order of the guests' ids.
select uuid_send(k.guest_id), uuid_send(k.key_id), k.wrapped, k.tag_epoch, q.seq from keys.guest_key k
  join ledger.sequence q on q.property_id = %(p)s and q.guest_id = k.guest_id and q.tag_epoch = k.tag_epoch
 where k.property_id = %(p)s and k.guest_id > %(after)s order by k.guest_id limit %(count)s

-- name: closed
-- The ledger of this property that was closed last, with its newest checkpoint.
select h.number, h.origin, h.size, h.root, coalesce((select c.note from ledger.closed_checkpoint c
         where c.property_id = %(p)s and c.number = h.number order by c.size desc limit 1), '')
  from ledger.closed_head h where h.property_id = %(p)s order by h.number desc limit 1

-- name: counter
-- One guest's key and how many entries were made of them.
select uuid_send(k.key_id), k.wrapped, k.tag_epoch, q.seq from keys.guest_key k
  join ledger.sequence q on q.property_id = %(p)s and q.guest_id = k.guest_id and q.tag_epoch = k.tag_epoch
 where k.property_id = %(p)s and k.guest_id = %(guest)s

-- name: entries_by_tag
-- The entries with these tags, and the closed ledger that each is of, null for none: a reading of all ledgers, which nobody waits for but who asked.
select idx, leaf, leaf_hash, request_id, guest_key_id, staff_key_id, guest_part, staff_part, context_part, null::int from ledger.entry
 where property_id = %(p)s and substring(leaf from 9 for 16) = any (%(tags)b::bytea[])
union all
select idx, leaf, leaf_hash, request_id, guest_key_id, staff_key_id, guest_part, staff_part, context_part, number from ledger.closed_entry
 where property_id = %(p)s and substring(leaf from 9 for 16) = any (%(tags)b::bytea[])
