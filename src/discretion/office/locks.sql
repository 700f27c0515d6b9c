-- name: locks
-- Locks in force, newest first.
select l.lock_id, l.kind, l.target_id, l.reason, l.by_id, l.at, l.until_at, l.released_at
  from hotel.lock l
 where l.property_id = %(property_id)s and l.released_at is null
   and (l.until_at is null or l.until_at > clock_timestamp())
 order by l.at desc limit 1000

-- name: add
-- A lock; nothing when its id is there already.
insert into hotel.lock (property_id, lock_id, kind, target_id, reason, by_id, until_at)
values (%(property_id)s, %(lock_id)s, %(kind)s, %(target_id)s, %(reason)s, %(by_id)s, %(until_at)s)
on conflict do nothing

-- name: release
-- The lock ends now.
update hotel.lock set released_at = clock_timestamp()
 where property_id = %(property_id)s and lock_id = %(lock_id)s and released_at is null

-- name: exists
-- Whether there is such a lock.
select 1 from hotel.lock l where l.property_id = %(property_id)s and l.lock_id = %(lock_id)s
