-- name: trainings
-- Completed privacy trainings, those that end first on top.
select g.staff_id, t.number as staff_number, t.name, g.course, g.version, g.completed_on, g.valid_until
  from hotel.training g
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = g.staff_id
 where g.property_id = %(property_id)s
 order by g.valid_until, t.number, g.course
 limit 2000

-- name: put
-- Completions, new or valid until another day. One statement, so one captured change.
insert into hotel.training (property_id, staff_id, course, version, completed_on, valid_until)
select %(property_id)s, u.staff_id, u.course, u.version, u.completed_on, u.valid_until
  from unnest(%(staff_ids)s::uuid[], %(courses)s::text[], %(versions)s::text[], %(completed)s::date[], %(valid)s::date[])
       as u (staff_id, course, version, completed_on, valid_until)
on conflict (property_id, staff_id, course, version, completed_on) do update set valid_until = excluded.valid_until
 where hotel.training.valid_until <> excluded.valid_until
returning xmax = 0 as is_new

-- name: numbers
-- Staff numbers of those who work here, and the property's calendar day.
select t.staff_id, t.number, (clock_timestamp() at time zone p.time_zone)::date as today from hotel.property p
  left join hotel.staff t on t.property_id = %(property_id)s and t.active
 where p.property_id = %(property_id)s
