-- name: columns
-- A processor or recipient `r` as a line.
r.processor_id, r.name, r.kind, r.groups::int as groups, r.reached, coalesce(s.name, '') as added_by_name, r.added_at, coalesce(e.name, '') as ended_by_name, r.ended_at

-- name: people
-- The staff of the list.
  left join hotel.staff s on s.property_id = %(property_id)s and s.staff_id = r.added_by
  left join hotel.staff e on e.property_id = %(property_id)s and e.staff_id = r.ended_by

-- name: all
-- The list: who is active by name, then who has ended, newest first.
select {columns}
  from hotel.processor r {people}
 where r.property_id = %(property_id)s
 order by r.ended_at desc nulls first, r.kind, r.name limit 300

-- name: one
-- One of them.
select {columns}
  from hotel.processor r {people}
 where r.property_id = %(property_id)s and r.processor_id = %(processor_id)s

-- name: lock
-- One of them, held for this transaction.
select r.ended_at from hotel.processor r where r.property_id = %(property_id)s and r.processor_id = %(processor_id)s for update

-- name: named
-- Another active one of this name.
select r.processor_id from hotel.processor r
 where r.property_id = %(property_id)s and r.ended_at is null and lower(btrim(r.name)) = lower(%(name)s) and r.processor_id <> %(processor_id)s

-- name: add
-- One more; nothing when its id or name is there already.
insert into hotel.processor (property_id, processor_id, name, kind, groups, reached, added_by)
values (%(property_id)s, %(processor_id)s, %(name)s, %(kind)s, %(groups)s, %(reached)s, %(staff_id)s)
on conflict do nothing

-- name: change
-- What is said of one; nothing where it says so already.
update hotel.processor r set name = %(name)s, kind = %(kind)s, groups = %(groups)s, reached = %(reached)s
 where r.property_id = %(property_id)s and r.processor_id = %(processor_id)s
   and (r.name, r.kind, r.groups::int, r.reached) is distinct from (%(name)s::text, %(kind)s::text, %(groups)s::int, %(reached)s::text)

-- name: end
-- It handles nothing for the hotel any more.
update hotel.processor r set ended_at = clock_timestamp(), ended_by = %(staff_id)s
 where r.property_id = %(property_id)s and r.processor_id = %(processor_id)s and r.ended_at is null
