-- name: clock
-- How long an answer may take here, and the hotel's zone; the preset is null where nothing was set.
select p.time_zone, c.preset, c.working_days, c.months
  from hotel.property p
  left join hotel.rights_clock c on c.property_id = p.property_id
 where p.property_id = %(property_id)s

-- name: days
-- The days that are not what their weekday says, from a day on.
select d.day, d.is_worked from hotel.calendar_day d where d.property_id = %(property_id)s and d.day >= %(since)s order by d.day limit 2000

-- name: set_clock
-- How long an answer may take from now on.
insert into hotel.rights_clock as c (property_id, preset, working_days, months, set_by)
values (%(property_id)s, %(preset)s, %(working_days)s, %(months)s, %(staff_id)s)
on conflict (property_id) do update set preset = excluded.preset, working_days = excluded.working_days, months = excluded.months,
  set_by = excluded.set_by, set_at = clock_timestamp()

-- name: drop_days
-- The list of days from a day on, to be written anew.
delete from hotel.calendar_day where property_id = %(property_id)s and day >= %(since)s

-- name: add_days
-- Days that are not what their weekday says.
insert into hotel.calendar_day (property_id, day, is_worked)
select %(property_id)s, u.day, u.is_worked from unnest(%(days)s::date[], %(worked)s::boolean[]) as u (day, is_worked)
