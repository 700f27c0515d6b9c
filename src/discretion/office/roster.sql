-- name: line
-- The columns of a shift `h` of a member of staff `t`.
h.shift_id, h.staff_id, t.number as staff_number, t.name, h.duty, h.starts_at, h.ends_at, h.begun_at, h.ended_at

-- name: shifts
-- Shifts that touch a span of time, by their beginning.
select {line} from hotel.shift h
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = h.staff_id
 where h.property_id = %(property_id)s and h.starts_at < %(until_at)s and h.ends_at > %(from_at)s
 order by h.starts_at, t.number, h.duty
 limit 1000

-- name: shifts_of
-- Somebody's own shifts: those that ended within a day, and those of the next 31 days.
select {line} from hotel.shift h
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = h.staff_id
 where h.property_id = %(property_id)s and h.staff_id = %(staff_id)s and h.ends_at > clock_timestamp() - interval '1 day'
   and h.starts_at < clock_timestamp() + interval '31 days'
 order by h.starts_at, h.duty limit 200

-- name: put
-- Shifts, new or with another end; a shift marked as ended stays as it is, and no file brings back one that was handed to a colleague.
-- One statement, so one captured change.
insert into hotel.shift (property_id, shift_id, staff_id, duty, starts_at, ends_at, source_id)
select %(property_id)s, u.shift_id, u.staff_id, u.duty, u.starts_at, u.ends_at, decode(nullif(u.source_id, ''), 'hex')
  from unnest(%(shift_ids)s::uuid[], %(staff_ids)s::uuid[], %(duties)s::text[], %(starts_at)s::timestamptz[],
              %(ends_at)s::timestamptz[], %(source_ids)s::text[]) as u (shift_id, staff_id, duty, starts_at, ends_at, source_id)
 where not (not %(by_hand)s and exists (
         select 1 from hotel.shift_swap w join hotel.shift h on h.property_id = %(property_id)s and h.shift_id = w.shift_id
          where w.property_id = %(property_id)s and w.state = 'done' and w.from_id = u.staff_id
            and h.duty = u.duty and h.starts_at = u.starts_at))
on conflict (property_id, staff_id, duty, starts_at) do update set ends_at = excluded.ends_at
 where hotel.shift.ends_at <> excluded.ends_at and hotel.shift.ended_at is null
returning shift_id, xmax = 0 as is_new

-- name: by_source
-- Shifts that came from these events of a calendar.
select h.shift_id, encode(h.source_id, 'hex') as source_id, h.staff_id, h.duty, h.starts_at, h.ends_at,
       h.ended_at is not null or h.ends_at <= clock_timestamp() as is_over,
       exists (select 1 from hotel.shift_swap w
                where w.property_id = %(property_id)s and w.shift_id = h.shift_id and w.state = 'done') as is_swapped
  from hotel.shift h
 where h.property_id = %(property_id)s and h.source_id in (select decode(u.id, 'hex') from unnest(%(source_ids)s::text[]) as u (id))

-- name: move
-- Shifts whose event says something else now; one whose place another shift has stays as it is.
update hotel.shift h set staff_id = u.staff_id, duty = u.duty, starts_at = u.starts_at, ends_at = u.ends_at, begun_at = null
  from unnest(%(shift_ids)s::uuid[], %(staff_ids)s::uuid[], %(duties)s::text[], %(starts_at)s::timestamptz[],
              %(ends_at)s::timestamptz[]) as u (shift_id, staff_id, duty, starts_at, ends_at)
 where h.property_id = %(property_id)s and h.shift_id = u.shift_id and h.ended_at is null
   and not exists (select 1 from hotel.shift o
                    where o.property_id = %(property_id)s and o.shift_id <> h.shift_id and o.staff_id = u.staff_id and o.duty = u.duty
                      and o.starts_at = u.starts_at)
returning h.shift_id

-- name: call_off
-- Shifts that their calendar has cancelled: over now, or before they begin.
update hotel.shift set ended_at = clock_timestamp()
 where property_id = %(property_id)s and shift_id = any (%(shift_ids)s::uuid[]) and ended_at is null and ends_at > clock_timestamp()

-- name: end_shift
-- The off-duty mark: the shift is over now.
update hotel.shift set ended_at = clock_timestamp(), ended_by = %(by_id)s::uuid
 where property_id = %(property_id)s and shift_id = %(shift_id)s and ended_at is null and ends_at > clock_timestamp()
   and (not %(own)s or staff_id = %(by_id)s::uuid)

-- name: begin_shift
-- The on-duty mark of somebody who came early.
update hotel.shift set begun_at = clock_timestamp()
 where property_id = %(property_id)s and shift_id = %(shift_id)s and staff_id = %(by_id)s and ended_at is null and begun_at is null
   and starts_at > clock_timestamp() and starts_at <= clock_timestamp() + %(early)s

-- name: resume_shift
-- The off-duty mark is taken back.
update hotel.shift set ended_at = null, ended_by = null
 where property_id = %(property_id)s and shift_id = %(shift_id)s and ended_at is not null and ends_at > clock_timestamp()

-- name: shift
-- One shift, whether it is there and whose it is.
select h.shift_id, h.staff_id, h.ended_at is not null or h.ends_at <= clock_timestamp() as is_over,
       coalesce(h.begun_at, h.starts_at) <= clock_timestamp() as is_running
  from hotel.shift h
 where h.property_id = %(property_id)s and h.shift_id = %(shift_id)s and (not %(own)s or h.staff_id = %(by_id)s::uuid)

-- name: numbers
-- Staff numbers of those who work here, and the property's time zone.
select t.staff_id, t.number, p.time_zone from hotel.property p
  left join hotel.staff t on t.property_id = %(property_id)s and t.active
 where p.property_id = %(property_id)s

-- name: active
-- Whether this is an active member of staff here.
select t.staff_id from hotel.staff t
 where t.property_id = %(property_id)s and t.staff_id = %(staff_id)s and t.active
