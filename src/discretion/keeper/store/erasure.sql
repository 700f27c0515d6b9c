-- name: order
-- One order: guest, groups, why, the entry it was done under, when, what stops it, whether an open case of the guest's rights stands behind it, and the guest's
-- key and counter.
select uuid_send(e.guest_id), e.groups, e.why, coalesce(e.entry_idx, -1), coalesce(extract(epoch from e.done_at), 0)::bigint, coalesce(e.stopped, ''), hotel.erasure_stopped(%(p)s, e.guest_id, e.groups),
       exists (select 1 from hotel.case_file f join hotel.case_guest g on g.property_id = %(p)s and g.case_id = f.case_id and g.guest_id = e.guest_id
                where f.property_id = %(p)s and f.case_id = e.case_id and f.purpose = 'dsr' and f.closed_at is null),
       uuid_send(k.key_id), k.wrapped, coalesce(k.tag_epoch, 1), coalesce(q.seq, 0)
  from hotel.erasure_order e
  left join keys.guest_key k on k.property_id = %(p)s and k.guest_id = e.guest_id
  left join ledger.sequence q on q.property_id = %(p)s and q.guest_id = e.guest_id and q.tag_epoch = k.tag_epoch
 where e.property_id = %(p)s and e.order_id = %(order)s

-- name: of_plan
-- Open orders of one plan, oldest first.
select uuid_send(e.order_id) from hotel.erasure_order e
 where e.property_id = %(p)s and e.done_at is null and e.stopped is null
   and e.plan_id = %(plan)s
 order by e.ordered_at limit 200

-- name: erase
-- Everything an order is for, in the transaction of its entry.
select 1 from hotel.erase(%(p)s, %(order)s, %(entry)s, %(seq)s, %(wrapped)s, %(again)s) as erased where erased = 1

-- name: rest
-- The next links of a guest with many stays.
select hotel.erase_rest(%(p)s, 100)

-- name: stop
-- What stops an order stands with it.
select hotel.stop_erasure(%(p)s, %(order)s, %(why)s)

-- name: add_order
-- An order for what was erased before, in a database that has forgotten it.
insert into hotel.erasure_order (property_id, order_id, guest_id, groups) values (%(p)s, %(order)s, %(guest)s, %(groups)s)

-- name: done
-- Every erasure that this database knows.
select uuid_send(e.guest_id), e.groups, extract(epoch from e.done_at)::bigint, e.entry_idx from hotel.erasure_order e
 where e.property_id = %(p)s and e.done_at is not null order by e.entry_idx

-- name: keyed
-- Which of these have a key, with the key and the counter.
select uuid_send(k.guest_id), uuid_send(k.key_id), k.wrapped, k.tag_epoch, coalesce(q.seq, 0) from keys.guest_key k
  left join ledger.sequence q on q.property_id = %(p)s and q.guest_id = k.guest_id and q.tag_epoch = k.tag_epoch
 where k.property_id = %(p)s and k.guest_id = any (%(guests)b::uuid[])

-- name: under
-- Every entry under one guest's key.
select leaf from ledger.entry where property_id = %(p)s and guest_key_id = %(key)s order by idx

-- name: certified
-- A done order, and the number of the ledger that its entry stands in: 0 for the one in use, else the first that was closed after it.
select e.entry_idx, e.counts::text, coalesce(extract(epoch from e.swept_at), 0)::bigint,
       coalesce((select min(h.number) from ledger.closed_head h where h.property_id = %(p)s and h.closed_at > e.done_at), 0)
  from hotel.erasure_order e
 where e.property_id = %(p)s and e.order_id = %(order)s and e.done_at is not null

-- name: moment
-- The database's clock and version.
select clock_timestamp(), current_setting('server_version_num')::int

-- name: sweep
-- Rows in large captures, and who saw whom on days whose limits are over.
select hotel.sweep_erased(%(p)s)

-- name: tables
-- The tables whose files the keeper may write anew.
select c.oid::regclass::text from pg_class c
 where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('hotel', 'keys', 'ledger', 'vault') and has_table_privilege(c.oid, 'maintain')
 order by 1

-- name: swept
-- Up to this moment nothing is left.
select hotel.swept_erased(%(p)s, %(before)s)
