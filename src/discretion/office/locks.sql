-- name: locks
-- Locks in force, newest first.
select l.lock_id, l.kind, l.target_id, l.reason, l.by_id, l.at, l.until_at, l.released_at,
       coalesce(t.number, '') as target_number, coalesce(t.name, '') as target_name, coalesce(b.name, '') as by_name
  from hotel.lock l
  left join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = l.target_id
  left join hotel.staff b on b.property_id = %(property_id)s and b.staff_id = l.by_id
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
update hotel.lock set released_at = clock_timestamp(), released_by = %(by_id)s::uuid
 where property_id = %(property_id)s and lock_id = %(lock_id)s and released_at is null

-- name: exists
-- Whether there is such a lock.
select 1 from hotel.lock l where l.property_id = %(property_id)s and l.lock_id = %(lock_id)s

-- name: target
-- Whether there is such a person or record here; a sign-in is the keeper's to know, and a terminal is known by its id alone.
select 1 from hotel.property p where p.property_id = %(property_id)s and case %(kind)s
  when 'staff' then exists (select 1 from hotel.staff t where t.property_id = %(property_id)s and t.staff_id = %(target_id)s)
  when 'guest' then exists (select 1 from hotel.guest g where g.property_id = %(property_id)s and g.guest_id = %(target_id)s)
  else true end

-- name: own
-- Whether a lock holds whoever wants to release it.
select 1 from hotel.lock l
 where l.property_id = %(property_id)s and l.lock_id = %(lock_id)s and l.target_id = %(by_id)s

-- name: held
-- The lock in force on any of these that lasts longest.
select l.at, l.until_at, coalesce(b.name, '') as by_name
  from hotel.lock l left join hotel.staff b on b.property_id = %(property_id)s and b.staff_id = l.by_id
 where l.property_id = %(property_id)s and l.target_id = any (%(targets)s::uuid[]) and l.released_at is null
   and (l.until_at is null or l.until_at > clock_timestamp())
 order by l.until_at desc nulls first limit 1
