-- name: shifts
-- Shifts that touch a span of time, by their beginning.
select h.shift_id, h.staff_id, t.number as staff_number, t.name, h.duty, h.starts_at, h.ends_at, h.ended_at
  from hotel.shift h
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = h.staff_id
 where h.property_id = %(property_id)s and h.starts_at < %(until_at)s and h.ends_at > %(from_at)s
 order by h.starts_at, t.number, h.duty
 limit 1000

-- name: put
-- Shifts, new or with another end; a shift marked as ended stays as it is. One statement, so one captured change.
insert into hotel.shift (property_id, shift_id, staff_id, duty, starts_at, ends_at)
select %(property_id)s, u.shift_id, u.staff_id, u.duty, u.starts_at, u.ends_at
  from unnest(%(shift_ids)s::uuid[], %(staff_ids)s::uuid[], %(duties)s::text[], %(starts_at)s::timestamptz[],
              %(ends_at)s::timestamptz[]) as u (shift_id, staff_id, duty, starts_at, ends_at)
on conflict (property_id, staff_id, duty, starts_at) do update set ends_at = excluded.ends_at
 where hotel.shift.ends_at <> excluded.ends_at and hotel.shift.ended_at is null
returning shift_id, xmax = 0 as is_new

-- name: end_shift
-- The off-duty mark: the shift is over now.
update hotel.shift set ended_at = clock_timestamp()
 where property_id = %(property_id)s and shift_id = %(shift_id)s and ended_at is null and ends_at > clock_timestamp()

-- name: shift
-- One shift, whether it is there.
select h.shift_id from hotel.shift h where h.property_id = %(property_id)s and h.shift_id = %(shift_id)s

-- name: numbers
-- Staff numbers of those who work here, and the property's time zone.
select t.staff_id, t.number, p.time_zone from hotel.property p
  left join hotel.staff t on t.property_id = %(property_id)s and t.active
 where p.property_id = %(property_id)s

-- name: active
-- Whether this is an active member of staff here.
select t.staff_id from hotel.staff t
 where t.property_id = %(property_id)s and t.staff_id = %(staff_id)s and t.active
